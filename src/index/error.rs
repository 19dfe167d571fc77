//! What can go wrong with an index, and what every writer returns.

use std::io;
use std::ops::Range;

use crate::storage::{Damage, Section, StorageError};

/// The two numbers of a section's line in its segment's directory that only its writer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Rows, elements or entries: the kind says which.
    pub count: u64,
    /// Kind specific, else 0.
    pub aux: u64,
}

/// An error of building or merging sections. Readers return [`StorageError`] alone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// An input of a merge could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The bytes could not be written where they should go.
    #[error("write a section: {0}")]
    Write(#[from] io::Error),
    /// zstd refused a record.
    #[error("compress a record: {0}")]
    Compress(&'static str),
    /// Not a record dictionary that this build reads.
    #[error("the record dictionary of {len} bytes cannot be used: {problem}")]
    BadDictionary {
        /// Its length in bytes.
        len: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// What was to be stored in ascending order does not ascend, or goes beyond its limit: a mistake of the caller.
    #[error("{section}: {what} must ascend and stay below {limit}")]
    OutOfOrder {
        /// The section that would hold it.
        section: &'static str,
        /// What is stored.
        what: &'static str,
        /// What all must be below.
        limit: u64,
    },
    /// More than the format's numbers can hold.
    #[error("{section}: {what}: {count} is more than the format holds ({limit}); load in smaller parts")]
    TooMany {
        /// The section that would hold it.
        section: &'static str,
        /// What is counted.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
}

impl From<Damage> for IndexError {
    fn from(damage: Damage) -> Self {
        Self::Storage(damage.into())
    }
}

/// A damaged place in `section`, `at` bytes from its start.
#[cold]
pub(super) fn damaged(section: &Section, at: u64, problem: impl Into<String>) -> StorageError {
    let entry = section.entry();
    Damage::new(entry.id.kind.name(), entry.offset.saturating_add(at), problem).into()
}

/// Checks that `section` holds `each` bytes for every one of its `count` entries.
pub(super) fn check_len(section: &Section, each: u64) -> Result<(), StorageError> {
    let entry = section.entry();
    if entry.count.checked_mul(each) == Some(entry.len) {
        return Ok(());
    }
    let (count, len) = (entry.count, entry.len);
    Err(damaged(section, 0, format!("{count} entries of {each} bytes do not make {len} bytes")))
}

/// The `u32` at `at` of `section`.
pub(super) fn u32_at(section: &Section, at: u64) -> Result<u32, StorageError> {
    Ok(u32::from_le_bytes(*array_at(section, at)?))
}

/// The `u64` at `at` of `section`.
pub(super) fn u64_at(section: &Section, at: u64) -> Result<u64, StorageError> {
    Ok(u64::from_le_bytes(*array_at(section, at)?))
}

/// The `N` bytes at `at` of `section`.
pub(super) fn array_at<const N: usize>(section: &Section, at: u64) -> Result<&[u8; N], StorageError> {
    let end = at.checked_add(N as u64).ok_or_else(|| damaged(section, at, "an offset beyond 64 bits"))?;
    let bytes = section.bytes(at..end)?;
    bytes.first_chunk().ok_or_else(|| damaged(section, at, format!("fewer than {N} bytes")))
}

/// Writes a range of the bytes of `section` to `out`, a mebibyte at a time.
pub(super) fn copy_bytes(
    section: &Section,
    range: Range<u64>,
    out: &mut dyn io::Write,
) -> Result<(), IndexError> {
    const CHUNK: u64 = 1 << 20;
    let mut at = range.start;
    while at < range.end {
        let end = range.end.min(at.saturating_add(CHUNK));
        out.write_all(section.bytes(at..end)?)?;
        at = end;
    }
    Ok(())
}
