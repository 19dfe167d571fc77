//! A key table from entries in memory.

use std::io::Write;

use crate::index::IndexError;

use super::layout::Layout;
use super::write::{KeysWritten, TableWriter};

/// Collects the keys of one run. 16 bytes of memory an entry.
#[derive(Debug, Default)]
pub struct KeysBuilder {
    entries: Vec<(u64, u32)>,
}

impl KeysBuilder {
    /// A table without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds: the key with this hash names this row. Order and repetition do not matter.
    pub fn push(&mut self, hash: u64, row: u32) {
        self.entries.push((hash, row));
    }

    /// Number of entries so far, repeated ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Writes *keys* and *key lists*. An error if a row is above [`MAX_ROW`](super::MAX_ROW).
    pub fn write(mut self, keys: &mut dyn Write, lists: &mut dyn Write) -> Result<KeysWritten, IndexError> {
        self.entries.sort_unstable();
        self.entries.dedup();
        let groups = || self.entries.chunk_by(|a, b| a.0 == b.0);
        let distinct = groups().count() as u64;
        let layout = Layout::plan(distinct, |layout| {
            let mut pages = self.entries.chunk_by(|a, b| layout.page_of(a.0) == layout.page_of(b.0));
            Ok::<_, IndexError>(pages.any(|page| {
                let distinct = page.chunk_by(|a, b| a.0 == b.0).count() as u64;
                distinct > layout.page_slots()
            }))
        })?;
        let mut table = TableWriter::new(layout, keys, lists);
        let mut rows = Vec::new();
        for group in groups() {
            let Some(&(hash, _)) = group.first() else { continue };
            rows.clear();
            rows.extend(group.iter().map(|&(_, row)| row));
            table.push(hash, &rows)?;
        }
        table.finish()
    }
}

impl Extend<(u64, u32)> for KeysBuilder {
    fn extend<I: IntoIterator<Item = (u64, u32)>>(&mut self, entries: I) {
        self.entries.extend(entries);
    }
}
