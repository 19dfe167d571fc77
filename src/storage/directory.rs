//! A segment's directory: the immutable description of its parts (`docs/format.md`, section 3).

use super::bytes::{Cursor, Encoder};
use super::{Damage, SectionEntry, SectionId, SectionKind};

/// Bytes that one checksum covers.
pub(super) const PAGE: u64 = 16_384;
/// Every section begins at a multiple of this.
pub(super) const SECTION_ALIGN: u64 = 64;

const MAGIC: &[u8; 8] = b"rolo\0dir";

/// The shared section, of one kind, that the rows from `first_row` on need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedRange {
    /// The first row it serves; it serves all until the next range.
    pub first_row: u32,
    /// The section's number among those of its kind, from 1; 0: none.
    pub id: u32,
}

impl SharedRange {
    /// One section, or none, for all rows.
    pub fn all(id: u32) -> Vec<Self> {
        vec![Self { first_row: 0, id }]
    }

    fn find(ranges: &[Self], row: u32) -> u32 {
        let after = ranges.partition_point(|range| range.first_row <= row);
        after.checked_sub(1).and_then(|at| ranges.get(at)).map_or(0, |range| range.id)
    }

    fn encode(encoder: &mut Encoder, range: &Self) {
        encoder.u32(range.first_row).u32(range.id);
    }

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Damage> {
        Ok(Self { first_row: cursor.u32()?, id: cursor.u32()? })
    }
}

/// What whoever builds a segment says about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryParts {
    /// The segment's id, unique in the file, from 1.
    pub segment_id: u64,
    /// How many people it has.
    pub rows: u32,
    /// Position of its schema in the manifest's list of schemas, from 0.
    pub schema: u32,
    /// The rows of each row group, in order.
    pub row_groups: Vec<u32>,
    /// The first row of each range in ascending person-id order; the first is 0.
    pub sorted_ranges: Vec<u32>,
    /// Which rows' records need which dictionary; the first begins at row 0.
    pub dictionaries: Vec<SharedRange>,
    /// Which rows' records are read through which mapping; the first begins at row 0.
    pub mappings: Vec<SharedRange>,
}

/// A directory that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Where the segment begins.
    pub start: u64,
    /// What its builder said about it.
    pub parts: DirectoryParts,
    /// Where its checksums begin; row groups and sections end there.
    pub checksums_offset: u64,
    /// Bytes of its checksums.
    pub checksums_len: u64,
    /// Its sections, sorted by id.
    pub sections: Vec<SectionEntry>,
    /// One xxh3 for each page of the checksums.
    pub checksum_pages: Vec<u64>,
}

impl Directory {
    /// The bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let parts = &self.parts;
        let mut encoder = Encoder::default();
        encoder.bytes(MAGIC).u64(parts.segment_id).u64(self.start).u32(parts.rows).u32(parts.schema);
        encoder.u64(self.checksums_offset).u64(self.checksums_len);
        let number = |encoder: &mut Encoder, row: &u32| {
            encoder.u32(*row);
        };
        encoder.list(&parts.row_groups, number).list(&parts.sorted_ranges, number);
        encoder.list(&parts.dictionaries, SharedRange::encode).list(&parts.mappings, SharedRange::encode);
        encoder.list(&self.sections, |encoder, entry| {
            encoder.u16(entry.id.kind.0).u16(entry.id.space).u32(entry.id.node);
            encoder.u64(entry.offset).u64(entry.len).u64(entry.count).u64(entry.aux);
        });
        encoder.list(&self.checksum_pages, |encoder, checksum| {
            encoder.u64(*checksum);
        });
        encoder.sealed()
    }

    /// The directory whose bytes, at `offset`, are exactly `bytes`. Checksum first, then fields, then what
    /// they must have in common.
    pub(super) fn decode(offset: u64, bytes: &[u8]) -> Result<Self, Damage> {
        let mut cursor = Cursor::checked("directory", offset, bytes)?;
        cursor.magic(MAGIC)?;
        let (segment_id, start) = (cursor.u64()?, cursor.u64()?);
        let (rows, schema) = (cursor.u32()?, cursor.u32()?);
        let (checksums_offset, checksums_len) = (cursor.u64()?, cursor.u64()?);
        let row_groups = cursor.list(4, Cursor::u32)?;
        let sorted_ranges = cursor.list(4, Cursor::u32)?;
        let dictionaries = cursor.list(8, SharedRange::decode)?;
        let mappings = cursor.list(8, SharedRange::decode)?;
        let sections = cursor.list(40, decode_entry)?;
        let checksum_pages = cursor.list(8, Cursor::u64)?;
        cursor.end()?;
        let parts =
            DirectoryParts { segment_id, rows, schema, row_groups, sorted_ranges, dictionaries, mappings };
        let directory = Self { start, parts, checksums_offset, checksums_len, sections, checksum_pages };
        match directory.fault(offset) {
            None => Ok(directory),
            Some(problem) => Err(Damage::new("directory", offset, problem)),
        }
    }

    /// The first thing in which fields contradict each other, if the directory itself lies at `offset`.
    pub(super) fn fault(&self, offset: u64) -> Option<&'static str> {
        if let Some(fault) = self.parts.fault() {
            return Some(fault);
        }
        let Some(bytes) = self.checksums_offset.checked_sub(self.start) else {
            return Some("the checksums lie before the segment");
        };
        if !self.start.is_multiple_of(SECTION_ALIGN) || !self.checksums_offset.is_multiple_of(SECTION_ALIGN) {
            return Some("the segment or its checksums are not aligned");
        }
        if self.checksums_len != bytes.div_ceil(PAGE) * 8
            || self.checksum_pages.len() as u64 != self.checksums_len.div_ceil(PAGE)
        {
            return Some("the number of checksums does not fit the segment's size");
        }
        if self.checksums_offset.checked_add(self.checksums_len) != Some(offset) {
            return Some("the checksums do not end where the directory begins");
        }
        let inside = |entry: &SectionEntry| {
            let end = entry.offset.checked_add(entry.len);
            entry.offset.is_multiple_of(SECTION_ALIGN)
                && entry.offset >= self.start
                && end.is_some_and(|end| end <= self.checksums_offset)
        };
        if !self.sections.iter().all(inside) {
            return Some("a section lies outside the segment");
        }
        if !self.sections.is_sorted_by(|a, b| a.id < b.id) {
            return Some("its sections are not in order");
        }
        None
    }

    /// The line of a section, if the segment has it.
    pub fn section(&self, id: SectionId) -> Option<&SectionEntry> {
        let at = self.sections.binary_search_by_key(&id, |entry| entry.id).ok()?;
        self.sections.get(at)
    }

    /// The number of the record dictionary of a row; 0: none.
    pub fn dictionary(&self, row: u32) -> u32 {
        SharedRange::find(&self.parts.dictionaries, row)
    }

    /// The number of the mapping through which the record of a row is read; 0: it is in the person schema.
    pub fn mapping(&self, row: u32) -> u32 {
        SharedRange::find(&self.parts.mappings, row)
    }
}

impl DirectoryParts {
    fn fault(&self) -> Option<&'static str> {
        if self.row_groups.iter().map(|rows| u64::from(*rows)).sum::<u64>() != u64::from(self.rows) {
            return Some("the rows of its row groups do not add up to its rows");
        }
        let ranges = |firsts: Vec<u32>| {
            firsts.first().is_none_or(|first| *first == 0)
                && firsts.is_sorted_by(|a, b| a < b)
                && firsts.last().is_none_or(|last| *last == 0 || *last < self.rows)
        };
        if !ranges(self.sorted_ranges.clone()) {
            return Some("its sorted ranges do not ascend from row 0");
        }
        let firsts = |ranges: &[SharedRange]| ranges.iter().map(|range| range.first_row).collect();
        if !ranges(firsts(&self.dictionaries)) {
            return Some("the row ranges of its dictionaries do not ascend from row 0");
        }
        if !ranges(firsts(&self.mappings)) {
            return Some("the row ranges of its mappings do not ascend from row 0");
        }
        None
    }
}

fn decode_entry(cursor: &mut Cursor<'_>) -> Result<SectionEntry, Damage> {
    let id = SectionId { kind: SectionKind(cursor.u16()?), space: cursor.u16()?, node: cursor.u32()? };
    Ok(SectionEntry {
        id,
        offset: cursor.u64()?,
        len: cursor.u64()?,
        count: cursor.u64()?,
        aux: cursor.u64()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::testing::cases;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn directory() -> impl Strategy<Value = (u64, Directory)> {
        let sections = vec((any::<[u16; 2]>(), any::<u32>(), 0_u64..3000, any::<[u64; 2]>()), 0..5);
        let ranges = proptest::collection::btree_set(1_u32..100, 0..4);
        (vec(1_u32..1000, 1..4), ranges, sections, 0_u64..1 << 30, any::<u64>()).prop_map(
            |(row_groups, ranges, sections, start, number)| {
                let rows = row_groups.iter().sum::<u32>() + 100;
                let row_groups = [vec![100], row_groups].concat();
                let sorted_ranges: Vec<u32> = std::iter::once(0).chain(ranges).collect();
                let ranges = sorted_ranges.iter().map(|first| SharedRange { first_row: *first, id: *first });
                let dictionaries: Vec<SharedRange> = ranges.collect();
                let mappings = dictionaries.iter().rev().skip(1).rev().copied().collect();
                let start = start * 64;
                let mut at = start;
                let mut sections: Vec<SectionEntry> = sections
                    .into_iter()
                    .map(|(a, node, len, [count, aux])| {
                        let id = SectionId { kind: SectionKind(a[0]), space: a[1], node };
                        let entry = SectionEntry { id, offset: at, len, count, aux };
                        at = (at + len).next_multiple_of(64);
                        entry
                    })
                    .collect();
                sections.sort_by_key(|entry| entry.id);
                sections.dedup_by_key(|entry| entry.id);
                let checksums_len = (at - start).div_ceil(PAGE) * 8;
                let parts = DirectoryParts {
                    segment_id: number,
                    rows,
                    schema: 1,
                    row_groups,
                    sorted_ranges,
                    dictionaries,
                    mappings,
                };
                let checksum_pages = vec![number; checksums_len.div_ceil(PAGE) as usize];
                let directory =
                    Directory { start, parts, checksums_offset: at, checksums_len, sections, checksum_pages };
                (at + checksums_len, directory)
            },
        )
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let id = SectionId { kind: SectionKind::COLUMN, space: 2, node: 3 };
        let directory = Directory {
            start: 64,
            parts: DirectoryParts {
                segment_id: 1,
                rows: 5,
                schema: 6,
                row_groups: vec![5],
                sorted_ranges: vec![0, 2],
                dictionaries: SharedRange::all(7),
                mappings: SharedRange::all(8),
            },
            checksums_offset: 128,
            checksums_len: 8,
            sections: vec![SectionEntry { id, offset: 64, len: 8, count: 9, aux: 10 }],
            checksum_pages: vec![11],
        };
        let mut expected = b"rolo\0dir".to_vec();
        expected.extend([1_u64, 64].map(u64::to_le_bytes).concat());
        expected.extend([5_u32, 6].map(u32::to_le_bytes).concat());
        expected.extend([128_u64, 8].map(u64::to_le_bytes).concat());
        expected.extend([1_u32, 5, 2, 0, 2, 1, 0, 7, 1, 0, 8, 1].map(u32::to_le_bytes).concat());
        expected.extend([9, 0, 2, 0, 3, 0, 0, 0]);
        expected.extend([64_u64, 8, 9, 10].map(u64::to_le_bytes).concat());
        expected.extend([1, 0, 0, 0]);
        expected.extend(11_u64.to_le_bytes());
        let bytes = directory.encode();
        assert_eq!(bytes[..bytes.len() - 8], expected);
        assert_eq!(Directory::decode(136, &bytes), Ok(directory));
    }

    #[test]
    fn a_row_finds_its_dictionary_and_mapping() {
        let ranges = [(0, 0), (10, 4), (20, 2)].map(|(first_row, id)| SharedRange { first_row, id });
        let (dictionaries, mappings) = (ranges.to_vec(), ranges[..2].to_vec());
        let parts = DirectoryParts { dictionaries, mappings, ..Default::default() };
        let directory = Directory {
            start: 0,
            parts,
            checksums_offset: 0,
            checksums_len: 0,
            sections: vec![],
            checksum_pages: vec![],
        };
        assert_eq!([0, 9, 10, 19, 20, 99].map(|row| directory.dictionary(row)), [0, 0, 4, 4, 2, 2]);
        assert_eq!([0, 9, 10, 99].map(|row| directory.mapping(row)), [0, 0, 4, 4]);
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn directories_come_back((offset, directory) in directory()) {
            prop_assert_eq!(Directory::decode(offset, &directory.encode()), Ok(directory));
        }

        #[test]
        fn a_changed_byte_is_noticed((offset, directory) in directory(), at in any::<prop::sample::Index>(), by in 1_u8..) {
            let mut bytes = directory.encode();
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            prop_assert!(Directory::decode(offset, &bytes).is_err());
        }

        #[test]
        fn any_bytes_under_a_fitting_checksum_never_panic(
            (offset, directory) in directory(),
            changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = directory.encode();
            bytes.truncate(bytes.len() - 8);
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            let mut encoder = Encoder::default();
            let _ = Directory::decode(offset, &encoder.bytes(&bytes).sealed());
        }
    }
}
