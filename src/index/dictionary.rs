//! Dictionaries: the distinct values of a text leaf, or its words, each with a number.
//!
//! One order serves every lookup: values stand by fold key ([`fold_key`]), those of the same by their bytes. So one value,
//! all that are equal without regard to case, and all that begin alike are each found by binary search, and the latter
//! are ranges of value ids. Values are front-coded in blocks of 16: most share much with their neighbour.

mod merge;
mod read;

use std::cmp::Ordering;
use std::io::Write;

use super::blocks::BlocksWriter;
use super::{IndexError, Written, varint};
use crate::record::text::fold_char;
pub use merge::merge_dictionaries;
pub use read::DictionaryReader;

/// Values of a block.
const BLOCK: u32 = 16;
/// Most values of a dictionary: their postings have up to two more lists.
const MAX_VALUES: u32 = u32::MAX - 2;

/// The order of values: by fold key, then by bytes. Allocates nothing; whoever sorts many long values may prefer to keep
/// their keys.
///
/// [`fold_key`]: crate::record::text::fold_key
pub fn dictionary_order(a: &str, b: &str) -> Ordering {
    fn folded_from(start: usize, text: &str) -> impl Iterator<Item = char> {
        text.get(start..).unwrap_or_default().chars().map(fold_char)
    }
    let (x, y) = (a.trim(), b.trim());
    // Bytes do, and fast, as far as both are ASCII and agree. From there on UTF-8 sorts as its characters do.
    let same =
        x.bytes().zip(y.bytes()).take_while(|(x, y)| x.is_ascii() && x.eq_ignore_ascii_case(y)).count();
    folded_from(same, x).cmp(folded_from(same, y)).then_with(|| a.cmp(b))
}

/// Writes a *dictionary* or *words*, value by value. Memory: 8 bytes for each 16 values.
pub struct DictionaryWriter<'a> {
    blocks: BlocksWriter<'a>,
    block: Vec<u8>,
    last: String,
    count: u32,
}

impl<'a> DictionaryWriter<'a> {
    /// A writer of the section that begins at the present place of `out`.
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self { blocks: BlocksWriter::new(out), block: Vec::new(), last: String::new(), count: 0 }
    }

    /// Adds the next value: distinct, in the order of [`dictionary_order`]. Its id is the number of values before it.
    pub fn push(&mut self, value: &str) -> Result<(), IndexError> {
        debug_assert!(self.count == 0 || dictionary_order(&self.last, value).is_lt(), "{value:?}");
        if self.count == MAX_VALUES {
            let (count, limit) = (u64::from(MAX_VALUES) + 1, MAX_VALUES.into());
            return Err(IndexError::TooMany { section: "dictionary", what: "values", count, limit });
        }
        let mut shared = 0;
        if self.count.is_multiple_of(BLOCK) {
            self.end_block()?;
        } else {
            shared = shared_prefix(&self.last, value);
            varint::put(shared as u64, &mut self.block);
        }
        let (_, rest) = value.split_at(shared);
        varint::put(rest.len() as u64, &mut self.block);
        self.block.extend_from_slice(rest.as_bytes());
        self.last.truncate(shared);
        self.last.push_str(rest);
        self.count += 1;
        Ok(())
    }

    /// Writes the offsets of blocks. `count` is the number of values.
    pub fn finish(mut self) -> Result<Written, IndexError> {
        self.end_block()?;
        Ok(Written { count: self.count.into(), aux: self.blocks.finish()? })
    }

    fn end_block(&mut self) -> Result<(), IndexError> {
        if !self.block.is_empty() {
            self.blocks.push(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }
}

/// Bytes of the characters that both begin with.
fn shared_prefix(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    b.floor_char_boundary(same)
}

#[cfg(test)]
mod tests;
