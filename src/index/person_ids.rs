//! The person id of each row.

use std::io::Write;
use std::ops::Range;

use super::error::{check_len, copy_bytes, u64_at};
use super::{IndexError, Kept, Written};
use crate::storage::{Section, StorageError};

/// Writes *person ids*, in row order.
pub fn write_person_ids(ids: &[u64], out: &mut dyn Write) -> Result<Written, IndexError> {
    for chunk in ids.chunks(8192) {
        let bytes: Vec<u8> = chunk.iter().flat_map(|id| id.to_le_bytes()).collect();
        out.write_all(&bytes)?;
    }
    Ok(Written { count: ids.len() as u64, aux: 0 })
}

/// Writes the *person ids* of the kept rows of all `inputs`, one after the other.
pub fn merge_person_ids(
    inputs: &[(&PersonIdsReader, &Kept)],
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let mut count = 0;
    for (input, kept) in inputs {
        for rows in kept.iter() {
            count += rows.len() as u64;
            copy_bytes(&input.ids, u64::from(rows.start) * 8..u64::from(rows.end) * 8, out)?;
        }
    }
    Ok(Written { count, aux: 0 })
}

/// The person ids of one segment.
#[derive(Debug, Clone)]
pub struct PersonIdsReader {
    ids: Section,
}

impl PersonIdsReader {
    /// A reader of *person ids*. Checks shape only; reads nothing.
    pub fn new(ids: Section) -> Result<Self, StorageError> {
        check_len(&ids, 8)?;
        Ok(Self { ids })
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.ids.entry().count
    }

    /// The person id of `row`. An error if there is no such row.
    pub fn get(&self, row: u32) -> Result<u64, StorageError> {
        u64_at(&self.ids, u64::from(row) * 8)
    }

    /// The person ids of `rows`, in row order, without copying. An error if a row does not exist.
    pub fn slice(&self, rows: Range<u32>) -> Result<impl ExactSizeIterator<Item = u64>, StorageError> {
        let bytes = self.ids.bytes(u64::from(rows.start) * 8..u64::from(rows.end) * 8)?;
        Ok(bytes.as_chunks().0.iter().map(|id| u64::from_le_bytes(*id)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::testing::{config, deaths, harmed, harms, kept_of, section};
    use crate::storage::SectionKind;

    fn build(ids: &[u64]) -> Section {
        let mut bytes = Vec::new();
        let written = write_person_ids(ids, &mut bytes).unwrap();
        section(SectionKind::PERSON_IDS, bytes, written)
    }

    fn all(section: &Section) -> &[u8] {
        section.bytes(0..section.entry().len).unwrap()
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn ids_come_back_by_row_and_by_range(ids: Vec<u64>, start: u8, end: u8) {
            let reader = PersonIdsReader::new(build(&ids)).unwrap();
            for (row, id) in (0..).zip(&ids) {
                prop_assert_eq!(reader.get(row).unwrap(), *id);
            }
            prop_assert!(reader.get(ids.len() as u32).is_err());
            let rows = usize::from(start)..usize::from(end);
            let slice = reader.slice(start.into()..end.into()).ok().map(Iterator::collect::<Vec<_>>);
            prop_assert_eq!(slice.as_deref(), ids.get(rows));
        }

        #[test]
        fn a_merge_gives_the_bytes_of_one_build(
            parts in proptest::collection::vec((any::<Vec<u64>>(), deaths()), 0..6),
        ) {
            let readers: Vec<_> =
                parts.iter().map(|(part, _)| PersonIdsReader::new(build(part)).unwrap()).collect();
            let kept = kept_of(parts.iter().map(|(part, dead)| (part.len(), dead)));
            let mut merged = Vec::new();
            let inputs: Vec<_> = readers.iter().zip(&kept).collect();
            let written = merge_person_ids(&inputs, &mut merged).unwrap();
            let living: Vec<Vec<u64>> = parts.iter().map(|(part, dead)| dead.living(part)).collect();
            let expected = build(&living.concat());
            prop_assert_eq!(merged, all(&expected));
            prop_assert_eq!(written.count, expected.entry().count);
        }

        #[test]
        fn a_damaged_section_gives_an_error_or_an_answer(ids: Vec<u64>, harms in harms()) {
            if let Ok(reader) = PersonIdsReader::new(harmed(&build(&ids), &harms)) {
                for row in 0..300 {
                    let _ = reader.get(row);
                }
            }
        }
    }
}
