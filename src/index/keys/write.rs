//! Puts hashes, given in ascending order, into pages, and long row lists beside them.

use std::io::Write;

use crate::index::{IndexError, Written};

use super::layout::{EMPTY, LINE_SLOTS, LIST, Layout, MAX_ROW};

/// What the directory says about *keys* and *key lists*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeysWritten {
    /// Slots used, and lines in a page.
    pub keys: Written,
    /// Number of lists. None: the section is empty and may be left out.
    pub lists: Written,
}

#[derive(Clone, Copy)]
struct Line {
    hashes: [u64; LINE_SLOTS],
    rows: [u32; LINE_SLOTS],
}

const EMPTY_LINE: Line = Line { hashes: [0; LINE_SLOTS], rows: [EMPTY; LINE_SLOTS] };

/// Writes a table of a known layout. Memory: one page.
pub(super) struct TableWriter<'a> {
    layout: Layout,
    keys: &'a mut dyn Write,
    lists: &'a mut dyn Write,
    page: u64,
    lines: Vec<Line>,
    /// Length of the lists so far, in units of 4 bytes.
    lists_len: u64,
    written: KeysWritten,
}

impl<'a> TableWriter<'a> {
    pub(super) fn new(layout: Layout, keys: &'a mut dyn Write, lists: &'a mut dyn Write) -> Self {
        let lines = vec![EMPTY_LINE; layout.lines as usize];
        let written =
            KeysWritten { keys: Written { count: 0, aux: layout.lines }, lists: Written::default() };
        Self { layout, keys, lists, page: 0, lines, lists_len: 0, written }
    }

    /// Adds a hash, greater than all before, with its rows, ascending and at least one.
    pub(super) fn push(&mut self, hash: u64, rows: &[u32]) -> Result<(), IndexError> {
        let page = self.layout.page_of(hash);
        while self.page < page {
            self.flush_page()?;
        }
        let word = match rows {
            [] => return Ok(()),
            [row] => check_row(*row)?,
            [.., last] => {
                check_row(*last)?;
                self.push_list(rows)?
            }
        };
        let home = self.layout.home_of(hash).unwrap_or(0) as usize;
        let (before, from_home) = self.lines.split_at_mut(home);
        let free = from_home.iter_mut().chain(before).find_map(|line| {
            let slot = line.rows.iter().position(|&row| row == EMPTY)?;
            line.hashes.get_mut(slot).zip(line.rows.get_mut(slot))
        });
        let Some((slot_hash, slot_row)) = free else {
            let limit = self.layout.page_slots();
            return Err(IndexError::TooMany {
                section: "keys",
                what: "hashes in one page",
                count: limit + 1,
                limit,
            });
        };
        (*slot_hash, *slot_row) = (hash, word);
        self.written.keys.count += 1;
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> Result<KeysWritten, IndexError> {
        while self.page < self.layout.pages {
            self.flush_page()?;
        }
        Ok(self.written)
    }

    fn push_list(&mut self, rows: &[u32]) -> Result<u32, IndexError> {
        // The highest index would make the word of an empty slot.
        let index = u32::try_from(self.lists_len).ok().filter(|&index| index < LIST - 1);
        let Some(index) = index else {
            return Err(IndexError::TooMany {
                section: "key lists",
                what: "rows in lists",
                count: self.lists_len,
                limit: u64::from(LIST - 2),
            });
        };
        let len = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(4 + rows.len() * 4);
        bytes.extend_from_slice(&len.to_le_bytes());
        bytes.extend(rows.iter().flat_map(|row| row.to_le_bytes()));
        self.lists.write_all(&bytes)?;
        self.lists_len += 1 + rows.len() as u64;
        self.written.lists.count += 1;
        Ok(LIST | index)
    }

    fn flush_page(&mut self) -> Result<(), IndexError> {
        let mut bytes = Vec::with_capacity(self.layout.page_bytes() as usize);
        for line in &mut self.lines {
            bytes.extend(line.hashes.iter().flat_map(|hash| hash.to_le_bytes()));
            bytes.extend(line.rows.iter().flat_map(|row| row.to_le_bytes()));
            bytes.extend_from_slice(&[0; 4]);
            *line = EMPTY_LINE;
        }
        self.keys.write_all(&bytes)?;
        self.page += 1;
        Ok(())
    }
}

fn check_row(row: u32) -> Result<u32, IndexError> {
    if row <= MAX_ROW {
        return Ok(row);
    }
    Err(IndexError::TooMany {
        section: "keys",
        what: "highest row",
        count: row.into(),
        limit: MAX_ROW.into(),
    })
}
