//! A named byte range of the file, read by range.

use std::ops::Range;
use std::sync::Arc;

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
    /// Which of a union's arrays an element comes from.
    pub const SPACE_FLAGS: Self = Self(8);
    /// Numbers, dates and booleans by row or element.
    pub const COLUMN: Self = Self(9);
    /// The catalogue of paths (shared).
    pub const SCHEMA: Self = Self(32);
    /// A zstd dictionary for records (shared).
    pub const RECORD_DICTIONARY: Self = Self(33);
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
    bytes: Arc<Vec<u8>>,
}

impl Section {
    /// A section held in memory, for tests and for parts that are being built.
    pub fn owned(id: SectionId, bytes: Vec<u8>, count: u64, aux: u64) -> Self {
        let entry = SectionEntry { id, offset: 0, len: bytes.len() as u64, count, aux };
        Self { entry, bytes: Arc::new(bytes) }
    }

    /// Its line in the directory.
    pub fn entry(&self) -> &SectionEntry {
        &self.entry
    }

    /// The bytes of `range`, relative to the section's start. A range that reaches beyond the end, or
    /// a page whose checksum does not fit, is a [`Damage`].
    pub fn bytes(&self, range: Range<u64>) -> Result<&[u8], StorageError> {
        usize::try_from(range.start)
            .ok()
            .zip(usize::try_from(range.end).ok())
            .and_then(|(start, end)| self.bytes.get(start..end))
            .ok_or_else(|| {
                Damage {
                    section: format!("{:?}", self.entry.id),
                    offset: range.start,
                    problem: format!("bytes {range:?} lie outside its {} bytes", self.entry.len),
                }
                .into()
            })
    }
}
