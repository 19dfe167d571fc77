//! Finds the rows that a hash may name, and walks a table in the order of hashes.

use crate::index::error::{array_at, damaged, u32_at};
use crate::storage::{Section, StorageError};

use super::layout::{EMPTY, LINE_BYTES, LINE_SLOTS, LIST, Layout, MAX_ROW, PAGE_LINES};

/// A key table of one segment.
#[derive(Debug, Clone)]
pub struct KeysReader {
    pub(super) keys: Section,
    pub(super) lists: Option<Section>,
    layout: Layout,
}

impl KeysReader {
    /// A reader of *keys* and, if any key names several people, *key lists*. Checks shape only; reads
    /// nothing.
    pub fn new(keys: Section, lists: Option<Section>) -> Result<Self, StorageError> {
        let entry = *keys.entry();
        let lines = entry.aux;
        if lines > PAGE_LINES {
            return Err(damaged(&keys, 0, format!("pages of {lines} lines; there are at most {PAGE_LINES}")));
        }
        let pages = entry.len.checked_div(lines * LINE_BYTES).unwrap_or(0);
        let layout = Layout { pages, lines };
        if pages.checked_mul(layout.page_bytes()) != Some(entry.len) {
            return Err(damaged(&keys, 0, format!("{} bytes are no pages of {lines} lines", entry.len)));
        }
        if pages == 0 && lines != 0 || pages > 1 && lines != PAGE_LINES {
            return Err(damaged(&keys, 0, format!("{pages} pages of {lines} lines")));
        }
        let slots = pages.saturating_mul(layout.page_slots());
        if entry.count > slots {
            return Err(damaged(&keys, 0, format!("{} slots used, of {slots}", entry.count)));
        }
        Ok(Self { keys, lists, layout })
    }

    /// Number of different hashes.
    pub fn len(&self) -> u64 {
        let entry = self.keys.entry();
        entry.count
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows that the key with this hash may name, ascending; none if there is no such key. Each is a
    /// candidate: the record must prove it. Costs one 64-byte line, seldom two, and the list where there is one.
    #[inline]
    pub fn candidates(&self, hash: u64) -> Result<Candidates<'_>, StorageError> {
        let Some(home) = self.layout.home_of(hash) else { return Ok(Candidates::NONE) };
        let lines = self.layout.lines;
        let first = self.layout.page_of(hash) * lines;
        // From home to the page's end, then from its beginning: every line once, whatever the bytes say.
        for line in (home..lines).chain(0..home) {
            let mut has_room = false;
            for (slot_hash, word) in slots(array_at(&self.keys, (first + line) * LINE_BYTES)?) {
                if word == EMPTY {
                    has_room = true;
                } else if slot_hash == hash {
                    return self.resolve(word);
                }
            }
            if has_room {
                break;
            }
        }
        Ok(Candidates::NONE)
    }

    /// Asks the processor to fetch the line where the search for `hash` begins. A batch of lookups calls it
    /// some lookups ahead of [`candidates`](Self::candidates), so that their cache misses overlap.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        if let Some(line) = self.line_of(hash) {
            self.keys.prefetch(line);
        }
    }

    /// Where in the section the search for a hash begins, in bytes; `None` in a table without lines.
    /// A batch of lookups may sort by it.
    #[inline]
    pub fn line_of(&self, hash: u64) -> Option<u64> {
        let home = self.layout.home_of(hash)?;
        Some((self.layout.page_of(hash) * self.layout.lines + home) * LINE_BYTES)
    }

    /// Calls `each` for every hash with its rows, in ascending order of hashes. Memory: one page. Finds a
    /// hash in a page where it does not belong, and a hash that is there twice.
    pub fn for_each_sorted<E: From<StorageError>>(
        &self,
        mut each: impl FnMut(u64, Candidates<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut sorted = Sorted::new(self);
        while let Some((hash, word)) = sorted.next()? {
            each(hash, self.resolve(word)?)?;
        }
        Ok(())
    }

    /// Checks the whole table: every hash lies where a search finds it, lists ascend, rows are below
    /// `rows`, and the count is right. For `verify`: reads everything.
    pub fn check(&self, rows: u32) -> Result<(), StorageError> {
        let mut count = 0_u64;
        self.for_each_sorted(|hash, found| {
            count += 1;
            let at = self.line_of(hash).unwrap_or(0);
            if !self.candidates(hash)?.eq(found.clone()) {
                return Err(damaged(&self.keys, at, format!("a search does not find hash {hash:016x}")));
            }
            let mut next = 0;
            for row in found {
                if row < next || row >= rows {
                    let problem = format!("hash {hash:016x} names row {row}, expected {next}..{rows}");
                    return Err(damaged(&self.keys, at, problem));
                }
                next = row + 1;
            }
            Ok(())
        })?;
        if count == self.len() {
            return Ok(());
        }
        Err(damaged(&self.keys, 0, format!("{count} slots used, the directory says {}", self.len())))
    }

    /// The rows that a slot's row stands for.
    #[inline]
    pub(super) fn resolve(&self, word: u32) -> Result<Candidates<'_>, StorageError> {
        if word & LIST == 0 {
            return if word <= MAX_ROW {
                Ok(Candidates { one: Some(word), list: &[] })
            } else {
                Err(damaged(&self.keys, 0, format!("a slot names row {word}")))
            };
        }
        let Some(lists) = &self.lists else {
            return Err(damaged(&self.keys, 0, "a slot names a list, but there are no key lists"));
        };
        let at = u64::from(word & !LIST) * 4;
        let len = u64::from(u32_at(lists, at)?);
        if len < 2 {
            return Err(damaged(lists, at, format!("a list of {len} rows")));
        }
        let (rows, _) = lists.bytes(at + 4..at + 4 + len * 4)?.as_chunks::<4>();
        Ok(Candidates { one: None, list: rows })
    }
}

/// The rows that a key may name, ascending. An iterator that borrows the table's bytes; nothing is allocated.
#[derive(Debug, Clone)]
pub struct Candidates<'a> {
    one: Option<u32>,
    list: &'a [[u8; 4]],
}

impl Candidates<'_> {
    const NONE: Self = Self { one: None, list: &[] };
}

impl Iterator for Candidates<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if let Some(row) = self.one.take() {
            return Some(row);
        }
        let (row, rest) = self.list.split_first()?;
        self.list = rest;
        Some(u32::from_le_bytes(*row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = usize::from(self.one.is_some()) + self.list.len();
        (len, Some(len))
    }
}

impl ExactSizeIterator for Candidates<'_> {}

/// A line's slots: hash and row.
#[inline]
fn slots(line: &[u8; LINE_BYTES as usize]) -> impl Iterator<Item = (u64, u32)> {
    let (hashes, rows) = line.split_at(LINE_SLOTS * 8);
    let hashes = hashes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
    let rows = rows.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
    hashes.zip(rows)
}

/// Walks the used slots of a table in ascending order of hashes, a page at a time.
pub(super) struct Sorted<'a> {
    reader: &'a KeysReader,
    next_page: u64,
    /// The rest of the current page, descending.
    entries: Vec<(u64, u32)>,
}

impl<'a> Sorted<'a> {
    pub(super) fn new(reader: &'a KeysReader) -> Self {
        Self { reader, next_page: 0, entries: Vec::new() }
    }

    /// The next hash and the row of its slot.
    pub(super) fn next(&mut self) -> Result<Option<(u64, u32)>, StorageError> {
        while self.entries.is_empty() && self.next_page < self.reader.layout.pages {
            self.read_page()?;
            self.next_page += 1;
        }
        Ok(self.entries.pop())
    }

    fn read_page(&mut self) -> Result<(), StorageError> {
        let KeysReader { keys, layout, .. } = self.reader;
        let start = self.next_page * layout.page_bytes();
        let (lines, _) = keys.bytes(start..start + layout.page_bytes())?.as_chunks();
        self.entries.extend(lines.iter().flat_map(slots).filter(|&(_, word)| word != EMPTY));
        self.entries.sort_unstable_by_key(|&(hash, _)| std::cmp::Reverse(hash));
        if let Some((hash, _)) = self.entries.iter().find(|entry| layout.page_of(entry.0) != self.next_page) {
            return Err(damaged(keys, start, format!("hash {hash:016x} lies in the wrong page")));
        }
        if self.entries.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
            return Err(damaged(keys, start, "a hash is in its page twice"));
        }
        Ok(())
    }
}
