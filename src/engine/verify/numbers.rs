//! Compares number buckets with the column beside them, whose values were compared with the records: both are written again
//! from it, and every byte must be the same.

use std::io::{self, Write};

use crate::engine::Error;
use crate::index::{
    ColumnReader, ColumnType, IndexError, IndexedLeaf, Kept, Part, Written, merge_columns,
    merge_number_buckets,
};
use crate::storage::{Section, SectionKind, Segment, StorageError};

/// Compares the column of a leaf of `universe` rows or elements with itself written again, and its number buckets, if it
/// is indexed: the first thing that differs.
pub(super) fn check_numbers(
    segment: &Segment,
    leaf: &IndexedLeaf,
    kind: ColumnType,
    indexed: bool,
    universe: u32,
) -> Result<Option<&'static str>, Error> {
    // A missing column was reported with the rows.
    let Some(section) = segment.section(leaf.section(SectionKind::COLUMN)) else { return Ok(None) };
    let column = ColumnReader::new(section.clone())?;
    let kept = Kept::all(universe, 0)?;
    let input = [Part { reader: Some(&column), kept: &kept }];
    if column.len() != u64::from(universe) || !is_same(&section, |out| merge_columns(kind, &input, out))? {
        return Ok(Some("the column is not as it would be written"));
    }
    let has_value = column.nulls() < column.len();
    Ok(match segment.section(leaf.section(SectionKind::NUMBER_BUCKETS)) {
        _ if !indexed => None,
        None => has_value.then_some("the number buckets are missing"),
        Some(buckets) => {
            let same = is_same(&buckets, |out| merge_number_buckets(&input, out))?;
            (!same).then_some("the number buckets differ from the column")
        }
    })
}

/// Whether `write` writes just what is in the section.
fn is_same(
    section: &Section,
    write: impl FnOnce(&mut dyn Write) -> Result<Written, IndexError>,
) -> Result<bool, Error> {
    let mut compare = Compare { section, at: 0, same: true };
    let written = write(&mut compare)?;
    let entry = section.entry();
    Ok(compare.same && compare.at == entry.len && written == Written { count: entry.count, aux: entry.aux })
}

/// Takes bytes and compares them with those of a section.
struct Compare<'a> {
    section: &'a Section,
    at: u64,
    same: bool,
}

impl Write for Compare<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (start, end) = (self.at, self.at.saturating_add(bytes.len() as u64));
        self.at = end;
        self.same = self.same && end <= self.section.entry().len;
        if self.same {
            self.same =
                self.section.bytes(start..end).map_err(|error: StorageError| io::Error::other(error))?
                    == bytes;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
