//! Positions: where in long text each word stands, for phrases.
//!
//! Words are those of the *words* of the leaf; the ids of a word are those of its *word postings*, which say how many there
//! are and which. What is kept here belongs to them by order alone. Most ids have a word once, at a place that one byte
//! holds: then that byte is all. A frequent word's ids lie in blocks of 128, so that a phrase reads only those
//! blocks where all its words may stand.

mod merge;
mod phrase;
mod read;

use std::io::Write;

use super::blocks::BlocksWriter;
use super::{IndexError, Written, varint};
pub use merge::{PositionsPart, merge_positions};
pub use read::PositionsReader;

/// Words of a group, which the directory has one line for.
const GROUP: u32 = 16;
/// Ids of a block.
const BLOCK: u32 = 128;
/// An entry that begins with a byte below this is that one position.
const SINGLE: u8 = 0xF0;
/// What is added to [`SINGLE`] where a varint says how many positions there are.
const MANY: u8 = 15;

/// Writes *positions* word by word. Memory: that of 16 words, and half a byte a word.
pub struct PositionsWriter<'a> {
    groups: BlocksWriter<'a>,
    /// Length of each word of the group.
    lengths: Vec<u8>,
    /// The words of the group, without the one that is being written.
    bodies: Vec<u8>,
    words: u32,
    word: WordBuilder,
    entry: Vec<u8>,
}

/// The word that is being written.
#[derive(Default)]
struct WordBuilder {
    entries: Vec<u8>,
    ids: u32,
    /// Length of each full block with another behind it.
    table: Vec<u8>,
    block_start: usize,
}

impl<'a> PositionsWriter<'a> {
    /// A writer of the section that begins at the present place of `out`.
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self {
            groups: BlocksWriter::new(out),
            lengths: Vec::new(),
            bodies: Vec::new(),
            words: 0,
            word: WordBuilder::default(),
            entry: Vec::new(),
        }
    }

    /// Writes the next word: for each of its ids, in order, where in the text the word stands. Positions count words from 0,
    /// ascend, and are at least one for an id.
    pub fn push_word<'p>(&mut self, lists: impl IntoIterator<Item = &'p [u32]>) -> Result<(), IndexError> {
        for positions in lists {
            self.entry.clear();
            put_entry(positions, &mut self.entry);
            self.word.push(&self.entry);
        }
        self.end_word()
    }

    /// Writes the directory. `count` is the number of words.
    pub fn finish(mut self) -> Result<Written, IndexError> {
        self.end_group()?;
        Ok(Written { count: self.words.into(), aux: self.groups.finish()? })
    }

    fn end_word(&mut self) -> Result<(), IndexError> {
        let Some(words) = self.words.checked_add(1) else {
            let (count, limit) = (u64::from(u32::MAX) + 1, u32::MAX.into());
            return Err(IndexError::TooMany { section: "positions", what: "words", count, limit });
        };
        self.words = words;
        let start = self.bodies.len();
        let has_table = self.word.end(&mut self.bodies);
        let len = (self.bodies.len() - start) as u64;
        varint::put(len << 1 | u64::from(has_table), &mut self.lengths);
        if self.words.is_multiple_of(GROUP) { self.end_group() } else { Ok(()) }
    }

    fn end_group(&mut self) -> Result<(), IndexError> {
        if !self.lengths.is_empty() {
            self.lengths.append(&mut self.bodies);
            self.groups.push(&self.lengths)?;
            self.lengths.clear();
        }
        Ok(())
    }
}

impl WordBuilder {
    /// Adds the entry of the next id.
    fn push(&mut self, entry: &[u8]) {
        if self.ids == BLOCK {
            varint::put((self.entries.len() - self.block_start) as u64, &mut self.table);
            self.block_start = self.entries.len();
            self.ids = 0;
        }
        self.entries.extend_from_slice(entry);
        self.ids += 1;
    }

    /// Appends the word and begins the next. Tells whether it has a table.
    fn end(&mut self, out: &mut Vec<u8>) -> bool {
        let has_table = !self.table.is_empty();
        if has_table {
            varint::put(self.table.len() as u64, out);
            out.append(&mut self.table);
        }
        out.append(&mut self.entries);
        (self.ids, self.block_start) = (0, 0);
        has_table
    }
}

/// Appends the entry of an id.
fn put_entry(positions: &[u32], out: &mut Vec<u8>) {
    debug_assert!(!positions.is_empty() && positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    if let [position] = positions
        && *position < SINGLE.into()
    {
        return out.push(*position as u8);
    }
    // Less one: there is no entry without a position.
    let more = positions.len().saturating_sub(1) as u64;
    out.push(SINGLE + more.min(MANY.into()) as u8);
    if let Some(beyond) = more.checked_sub(MANY.into()) {
        varint::put(beyond, out);
    }
    let mut least = 0;
    for &position in positions {
        varint::put(u64::from(position).saturating_sub(least), out);
        least = u64::from(position) + 1;
    }
}

/// Takes an entry and hands its positions to `each`. `None` if it does not fit.
fn take_entry(bytes: &mut &[u8], mut each: impl FnMut(u32)) -> Option<()> {
    let (&head, rest) = bytes.split_first()?;
    *bytes = rest;
    let Some(more) = head.checked_sub(SINGLE) else {
        each(head.into());
        return Some(());
    };
    let beyond = if more == MANY { varint::take(bytes)? } else { 0 };
    let mut least = Some(0_u32);
    for _ in 0..=u64::from(more).checked_add(beyond)? {
        let position = least?.checked_add(varint::take_u32(bytes)?)?;
        each(position);
        least = position.checked_add(1);
    }
    Some(())
}

#[cfg(test)]
mod tests;
