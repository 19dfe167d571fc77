//! A named byte range of the file, read by range.

use std::ops::Range;
use std::sync::Arc;

use super::counters;
use super::map::prefetch;
use super::segment::Segment;
use super::{Damage, StorageError};

/// [`SectionId::space`] of a section about people, not about elements.
pub const NO_SPACE: u16 = u16::MAX;
/// [`SectionId::node`] of a section that belongs to no leaf.
pub const NO_NODE: u32 = u32::MAX;

/// What a section holds. Numbers are those of `docs/format.md`, section 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionKind(pub u16);

impl SectionKind {
    /// Source records, compressed one by one.
    pub const RECORDS: Self = Self(1);
    /// Where each record begins.
    pub const RECORD_OFFSETS: Self = Self(2);
    /// The person id of each row.
    pub const PERSON_IDS: Self = Self(3);
    /// The hash table over keys.
    pub const KEYS: Self = Self(4);
    /// Rows of keys that name several people.
    pub const KEY_LISTS: Self = Self(5);
    /// The parent of each element.
    pub const SPAN_PARENTS: Self = Self(6);
    /// The elements of each parent.
    pub const SPAN_OFFSETS: Self = Self(7);
    /// Which of a union's arrays each element comes from.
    pub const SPACE_FLAGS: Self = Self(8);
    /// Numbers, dates and booleans by row or element.
    pub const COLUMN: Self = Self(9);
    /// Which elements are the last of their parents.
    pub const SPAN_ENDS: Self = Self(10);
    /// The distinct values of a text leaf.
    pub const DICTIONARY: Self = Self(16);
    /// The rows or elements of each value.
    pub const POSTINGS: Self = Self(17);
    /// The distinct words of a text leaf.
    pub const WORDS: Self = Self(18);
    /// Where in long text each word stands.
    pub const POSITIONS: Self = Self(19);
    /// The value id of each row or element.
    pub const VALUE_COLUMN: Self = Self(20);
    /// Rows or elements in the order of their numbers.
    pub const NUMBER_BUCKETS: Self = Self(22);
    /// The values, rows or elements of each word.
    pub const WORD_POSTINGS: Self = Self(23);
    /// The catalogue of paths (shared).
    pub const SCHEMA: Self = Self(32);
    /// A zstd dictionary for records (shared).
    pub const RECORD_DICTIONARY: Self = Self(33);
    /// Salted hashes of the keys of people who must not come back (shared).
    pub const SUPPRESSION: Self = Self(34);
    /// How records of another source are read (shared).
    pub const MAPPING: Self = Self(35);

    /// Its name in messages and in `rolo inspect`.
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "records",
            2 => "record offsets",
            3 => "person ids",
            4 => "keys",
            5 => "key lists",
            6 => "span parents",
            7 => "span offsets",
            8 => "space flags",
            9 => "columns",
            10 => "span ends",
            16 => "dictionary",
            17 => "postings",
            18 => "words",
            19 => "positions",
            20 => "value column",
            21 => "geo",
            22 => "number buckets",
            23 => "word postings",
            32 => "schema",
            33 => "record dictionary",
            34 => "suppression",
            35 => "mapping",
            _ => "section of unknown kind",
        }
    }
}

/// Names a section inside a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId {
    /// What it holds.
    pub kind: SectionKind,
    /// The element space it is about, or [`NO_SPACE`].
    pub space: u16,
    /// The leaf it is about, or [`NO_NODE`].
    pub node: u32,
}

impl SectionId {
    /// A section about the people of a segment as a whole.
    pub const fn person(kind: SectionKind) -> Self {
        Self { kind, space: NO_SPACE, node: NO_NODE }
    }
}

/// A section's line in its segment's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionEntry {
    /// Its name.
    pub id: SectionId,
    /// Absolute offset in the file.
    pub offset: u64,
    /// Length in bytes.
    pub len: u64,
    /// Rows, elements or entries: the kind says which.
    pub count: u64,
    /// Kind specific.
    pub aux: u64,
}

/// A section's bytes. Cloning is cheap; the bytes stay alive as long as a clone does.
#[derive(Debug, Clone)]
pub struct Section {
    entry: SectionEntry,
    bytes: Bytes,
}

#[derive(Debug, Clone)]
enum Bytes {
    Owned(Arc<Vec<u8>>),
    Mapped(Segment),
}

impl Section {
    /// A section held in memory, for tests and for parts that are being built.
    pub fn owned(id: SectionId, bytes: Vec<u8>, count: u64, aux: u64) -> Self {
        let entry = SectionEntry { id, offset: 0, len: bytes.len() as u64, count, aux };
        Self { entry, bytes: Bytes::Owned(Arc::new(bytes)) }
    }

    /// A section of a mapped segment. Its directory was checked to keep the entry inside the segment.
    pub(super) fn mapped(entry: SectionEntry, segment: Segment) -> Self {
        Self { entry, bytes: Bytes::Mapped(segment) }
    }

    /// Its line in the directory.
    pub fn entry(&self) -> &SectionEntry {
        &self.entry
    }

    /// The bytes of `range`, relative to the section's start. A range that reaches beyond the end, or
    /// a page whose checksum does not fit, is a [`Damage`]. Each page is checked once by a process; later
    /// reads cost one atomic load a page.
    #[inline]
    pub fn bytes(&self, range: Range<u64>) -> Result<&[u8], StorageError> {
        if range.start > range.end || range.end > self.entry.len {
            return Err(self.outside(&range));
        }
        match &self.bytes {
            // The length of memory fits `usize`, and so does all below it.
            Bytes::Owned(bytes) => {
                bytes.get(range.start as usize..range.end as usize).ok_or_else(|| self.outside(&range))
            }
            Bytes::Mapped(segment) => {
                let (start, end) = (self.entry.offset + range.start, self.entry.offset + range.end);
                if counters::enabled() {
                    segment.note_section(self.entry.id);
                }
                segment.read(start..end, self.entry.id.kind.name())
            }
        }
    }

    /// Asks the processor to fetch the byte at `offset`, and its cache line, for a read that comes soon. Only a hint:
    /// no check, no error, no count; an offset beyond the end does nothing.
    #[inline]
    pub fn prefetch(&self, offset: u64) {
        if offset >= self.entry.len {
            return;
        }
        match &self.bytes {
            Bytes::Owned(bytes) => prefetch(bytes.get(offset as usize..).unwrap_or_default()),
            Bytes::Mapped(segment) => segment.prefetch(self.entry.offset + offset),
        }
    }

    #[cold]
    fn outside(&self, range: &Range<u64>) -> StorageError {
        let problem = format!("bytes {range:?} lie outside its {} bytes", self.entry.len);
        Damage::new(self.entry.id.kind.name(), self.entry.offset.saturating_add(range.start), problem).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "the reversed range is the point")]
    fn a_range_outside_is_a_damage_that_names_the_section() {
        let section = Section::owned(SectionId::person(SectionKind::KEYS), vec![1, 2, 3], 3, 0);
        assert_eq!(section.bytes(1..3).unwrap(), [2, 3]);
        assert!(section.bytes(3..3).unwrap().is_empty());
        for range in [0..4, 4..4, 2..1, u64::MAX..u64::MAX, 0..u64::MAX] {
            let error = section.bytes(range).unwrap_err();
            assert!(error.to_string().starts_with("damaged file: keys at byte"), "{error}");
        }
        section.prefetch(0);
        section.prefetch(u64::MAX);
    }
}
