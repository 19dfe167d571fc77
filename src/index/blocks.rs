//! What a section of many blocks of different lengths looks like: the blocks, then the offset of each.
//!
//! The offsets come last, so that a writer streams; they have as many bytes as the greatest possible one needs. `aux` of
//! the section is where the blocks end and the offsets begin; the number of blocks follows from its `count`.

use std::io::Write;
use std::ops::Range;

use super::IndexError;
use super::error::damaged;
use crate::storage::{Section, StorageError};

/// Writes blocks as they come. Memory: 8 bytes a block.
pub(super) struct BlocksWriter<'a> {
    out: &'a mut dyn Write,
    offsets: Vec<u64>,
    end: u64,
}

impl<'a> BlocksWriter<'a> {
    /// A writer of the section that begins at the present place of `out`.
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, offsets: Vec::new(), end: 0 }
    }

    /// Writes the next block.
    pub(super) fn push(&mut self, block: &[u8]) -> Result<(), IndexError> {
        self.out.write_all(block)?;
        self.offsets.push(self.end);
        self.end += block.len() as u64;
        Ok(())
    }

    /// Writes the offsets. The section's `aux`.
    pub(super) fn finish(self) -> Result<u64, IndexError> {
        let width = offset_bytes(self.end) as usize;
        let mut bytes = Vec::with_capacity(self.offsets.len() * width);
        for offset in self.offsets {
            bytes.extend(offset.to_le_bytes().iter().take(width));
        }
        self.out.write_all(&bytes)?;
        Ok(self.end)
    }
}

/// Bytes of an offset below `end`.
fn offset_bytes(end: u64) -> u64 {
    u64::from(u64::BITS - end.leading_zeros()).div_ceil(8).max(1)
}

/// The blocks of a section.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    section: Section,
    count: u64,
    width: u64,
}

impl Blocks {
    /// The `count` blocks of `section`. Checks shape only; reads nothing.
    pub(super) fn new(section: Section, count: u64) -> Result<Self, StorageError> {
        let entry = *section.entry();
        let width = offset_bytes(entry.aux);
        let len = count.checked_mul(width).and_then(|offsets| offsets.checked_add(entry.aux));
        if len == Some(entry.len) {
            return Ok(Self { section, count, width });
        }
        let problem = format!("{count} blocks of {} bytes together, in {} bytes", entry.aux, entry.len);
        Err(damaged(&section, 0, problem))
    }

    /// The section.
    pub(super) fn section(&self) -> &Section {
        &self.section
    }

    /// Where `block` lies in the section. An error if there is no such block.
    pub(super) fn range(&self, block: u64) -> Result<Range<u64>, StorageError> {
        let entry = self.section.entry();
        if block >= self.count {
            let problem = format!("block {block} was asked for, of {}", self.count);
            return Err(damaged(&self.section, 0, problem));
        }
        let place = entry.aux + block * self.width;
        let bytes = self.section.bytes(place..entry.len.min(place + 2 * self.width))?;
        let mut offsets = bytes
            .chunks(self.width as usize)
            .map(|bytes| bytes.iter().rev().fold(0, |offset, &byte| offset << 8 | u64::from(byte)));
        let start = offsets.next().unwrap_or(entry.aux);
        let end = offsets.next().unwrap_or(entry.aux);
        if start <= end && end <= entry.aux {
            return Ok(start..end);
        }
        Err(damaged(&self.section, place, format!("block {block} lies at {start}..{end} of {}", entry.aux)))
    }

    /// The bytes of `block`. An error if there is no such block.
    pub(super) fn bytes(&self, block: u64) -> Result<&[u8], StorageError> {
        self.section.bytes(self.range(block)?)
    }

    /// A damage of `block`.
    #[cold]
    pub(super) fn damaged(&self, block: u64, problem: &str) -> StorageError {
        let at = self.range(block).map_or(0, |range| range.start);
        damaged(&self.section, at, format!("block {block}: {problem}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::Written;
    use crate::index::testing::{config, harmed, harms, section};
    use crate::storage::SectionKind;

    fn build(blocks: &[Vec<u8>]) -> Section {
        let mut bytes = Vec::new();
        let mut writer = BlocksWriter::new(&mut bytes);
        blocks.iter().for_each(|block| writer.push(block).unwrap());
        let aux = writer.finish().unwrap();
        section(SectionKind::DICTIONARY, bytes, Written { count: blocks.len() as u64, aux })
    }

    /// Blocks whose bytes together are around a power of 256, or anything.
    fn blocks() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let block = prop_oneof![Just(vec![]), (0..300_usize).prop_map(|len| vec![7; len]), any::<Vec<u8>>()];
        proptest::collection::vec(block, 0..6)
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn blocks_come_back(model in blocks()) {
            let blocks = Blocks::new(build(&model), model.len() as u64).unwrap();
            for (i, block) in (0..).zip(&model) {
                prop_assert_eq!(blocks.bytes(i).unwrap(), block);
            }
            prop_assert!(blocks.bytes(model.len() as u64).is_err());
            prop_assert!(Blocks::new(build(&model), model.len() as u64 + 1).is_err());
        }

        #[test]
        fn damaged_blocks_give_an_error_or_an_answer(model in blocks(), harms in harms()) {
            let section = harmed(&build(&model), &harms);
            let count = section.entry().count;
            if let Ok(blocks) = Blocks::new(section, count) {
                for i in [0, 1, 2, 5, u64::MAX] {
                    let _ = (blocks.bytes(i), blocks.damaged(i, ""));
                }
            }
        }
    }

    #[test]
    fn an_offset_has_the_bytes_that_the_end_needs() {
        assert_eq!([0, 255, 256, 65_535, 65_536, u64::MAX].map(offset_bytes), [1, 1, 2, 2, 3, 8]);
        let section = build(&[vec![1; 255], vec![2]]);
        assert_eq!(section.bytes(256..260).unwrap(), [0, 0, 255, 0]);
    }
}
