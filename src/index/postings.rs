//! Postings: for each value or word, the ids that hold it.
//!
//! Lists are written as they come, so that a merge streams. Most are short: a list costs about two bytes beyond its
//! ids, since only each sixteenth has its place in the directory, and its length follows from its first bytes.

mod merge;

use std::io::Write;
use std::ops::Range;

use super::error::damaged;
use super::lists::{self, IdSink};
use super::{IdSet, IdSetBuilder, IndexError, Written, varint};
use crate::storage::{Section, StorageError};
pub use merge::{IdMap, PostingsInput, lists_kept, merge_postings};

/// Lists of a block: one line of the directory.
const BLOCK_LISTS: u32 = 16;
/// Bytes that are enough to know a list's number of ids and its length.
const HEAD_BYTES: u64 = 5 + lists::HEAD_BYTES;
const SECTION: &str = "postings";

/// Writes *postings* list by list. Memory: 8 bytes for each 16 lists.
pub struct PostingsWriter<'a> {
    out: &'a mut dyn Write,
    universe: u32,
    buffer: Vec<u8>,
    /// Bytes written so far, without those in the buffer.
    written: u64,
    blocks: Vec<u64>,
    lists: u32,
}

impl<'a> PostingsWriter<'a> {
    const BUFFER: usize = 1 << 16;

    /// A writer of the section that begins at the present place of `out`, for ids below `universe`.
    pub fn new(out: &'a mut dyn Write, universe: u32) -> Self {
        Self { out, universe, buffer: Vec::new(), written: 0, blocks: Vec::new(), lists: 0 }
    }

    /// Writes the next list. An error unless its ids strictly ascend below the universe.
    pub fn push(&mut self, ids: &[u32]) -> Result<(), IndexError> {
        if !ids.is_sorted_by(|a, b| a < b) || ids.last().is_some_and(|&last| last >= self.universe) {
            let limit = self.universe.into();
            return Err(IndexError::OutOfOrder { section: SECTION, what: "ids", limit });
        }
        let next = self.lists.checked_add(1).ok_or_else(|| {
            let count = u64::from(u32::MAX) + 1;
            IndexError::TooMany { section: SECTION, what: "lists", count, limit: u32::MAX.into() }
        })?;
        if self.lists.is_multiple_of(BLOCK_LISTS) {
            self.blocks.push(self.written + self.buffer.len() as u64);
        }
        self.lists = next;
        varint::put(ids.len() as u64, &mut self.buffer);
        lists::encode(ids, self.universe, &mut self.buffer);
        if self.buffer.len() >= Self::BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the directory. `count` is the number of lists.
    pub fn finish(mut self) -> Result<Written, IndexError> {
        self.flush()?;
        let width = (u64::BITS - self.written.leading_zeros()).div_ceil(8).max(1);
        for offset in std::mem::take(&mut self.blocks) {
            self.buffer.extend(offset.to_le_bytes().iter().take(width as usize));
        }
        self.flush()?;
        Ok(Written { count: self.lists.into(), aux: u64::from(width) << 32 | u64::from(self.universe) })
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        self.out.write_all(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// The lists of ids of the values or words of one leaf.
#[derive(Debug, Clone)]
pub struct PostingsReader {
    section: Section,
    lists: u32,
    universe: u32,
    /// Where the lists end and the directory begins.
    end: u64,
    /// Bytes of an offset in the directory.
    width: u64,
}

impl PostingsReader {
    /// A reader of *postings* or *word postings*. Checks shape only; reads nothing.
    pub fn new(section: Section) -> Result<Self, StorageError> {
        let entry = *section.entry();
        let (universe, width) = (entry.aux as u32, entry.aux >> 32);
        let shape = u32::try_from(entry.count).ok().filter(|_| (1..=8).contains(&width));
        let shape = shape.and_then(|lists| {
            let directory = u64::from(lists.div_ceil(BLOCK_LISTS)) * width;
            Some((lists, entry.len.checked_sub(directory)?))
        });
        let Some((lists, end)) = shape else {
            let problem = format!("{} lists, offsets of {width} bytes, in {} bytes", entry.count, entry.len);
            return Err(damaged(&section, 0, problem));
        };
        Ok(Self { section, lists, universe, end, width })
    }

    /// Number of lists.
    pub fn lists(&self) -> u32 {
        self.lists
    }

    /// The number that all ids are below.
    pub fn universe(&self) -> u32 {
        self.universe
    }

    /// Number of ids of `list`. Reads the first bytes of at most 16 lists.
    pub fn count(&self, list: u32) -> Result<u32, StorageError> {
        Ok(self.find(list)?.count)
    }

    /// Number of ids of all these lists together. Reads the first bytes of each: about 10 ns a list.
    pub fn total(&self, lists: Range<u32>) -> Result<u64, StorageError> {
        let mut total = 0;
        self.for_each(lists, |stored| {
            total += u64::from(stored.count);
            Ok(())
        })?;
        Ok(total)
    }

    /// Adds the ids of `list`.
    pub fn add_to(&self, list: u32, ids: &mut IdSetBuilder) -> Result<(), StorageError> {
        self.decode(&self.find(list)?, ids)
    }

    /// Adds the ids of all these lists.
    pub fn add_range_to(&self, lists: Range<u32>, ids: &mut IdSetBuilder) -> Result<(), StorageError> {
        self.for_each(lists, |stored| self.decode(stored, ids))
    }

    /// Adds the ids of all these lists, which are read in order.
    pub fn add_all_to(&self, lists: &IdSet, ids: &mut IdSetBuilder) -> Result<(), StorageError> {
        let mut cursor: Option<Cursor<'_>> = None;
        for list in lists.iter() {
            // Within a block the next list is reached by passing over those between; a new block is looked up.
            let near = cursor.take().filter(|cursor| cursor.next / BLOCK_LISTS == list / BLOCK_LISTS);
            let mut at = match near {
                Some(at) => at,
                None => self.cursor(list)?,
            };
            while at.next < list {
                at.next()?;
            }
            self.decode(&at.next()?, ids)?;
            cursor = Some(at);
        }
        Ok(())
    }

    /// Appends the ids of `list`, ascending.
    pub fn ids(&self, list: u32, ids: &mut Vec<u32>) -> Result<(), StorageError> {
        self.decode(&self.find(list)?, ids)
    }

    /// The ids of `list`.
    pub fn set(&self, list: u32) -> Result<IdSet, StorageError> {
        let mut ids = IdSetBuilder::new(self.universe);
        self.add_to(list, &mut ids)?;
        Ok(ids.finish())
    }

    fn find(&self, list: u32) -> Result<StoredList, StorageError> {
        self.cursor(list)?.next()
    }

    fn for_each(
        &self,
        lists: Range<u32>,
        mut each: impl FnMut(&StoredList) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        if lists.is_empty() {
            return Ok(());
        }
        let mut cursor = self.cursor(lists.start)?;
        lists.into_iter().try_for_each(|_| each(&cursor.next()?))
    }

    /// A cursor that stands before `list`.
    fn cursor(&self, list: u32) -> Result<Cursor<'_>, StorageError> {
        if list >= self.lists {
            return Err(self.no_list(list));
        }
        let place = self.end + u64::from(list / BLOCK_LISTS) * self.width;
        let bytes = self.section.bytes(place..place + self.width)?;
        let at = bytes.iter().rev().fold(0, |at, &byte| at << 8 | u64::from(byte));
        let mut cursor = Cursor { reader: self, next: list / BLOCK_LISTS * BLOCK_LISTS, at };
        while cursor.next < list {
            cursor.next()?;
        }
        Ok(cursor)
    }

    fn decode(&self, stored: &StoredList, sink: &mut impl IdSink) -> Result<(), StorageError> {
        let bytes = self.section.bytes(stored.bytes.clone())?;
        lists::decode(bytes, stored.count, self.universe, sink)
            .map_err(|problem| damaged(&self.section, stored.bytes.start, problem))
    }

    fn no_list(&self, list: u32) -> StorageError {
        damaged(&self.section, 0, format!("list {list} was asked for, of {}", self.lists))
    }
}

/// Where a list lies.
#[derive(Debug)]
struct StoredList {
    count: u32,
    bytes: Range<u64>,
}

/// Goes from list to list.
#[derive(Debug)]
struct Cursor<'a> {
    reader: &'a PostingsReader,
    next: u32,
    at: u64,
}

impl Cursor<'_> {
    fn next(&mut self) -> Result<StoredList, StorageError> {
        let reader = self.reader;
        if self.next >= reader.lists {
            return Err(reader.no_list(self.next));
        }
        let at = self.at;
        let head = reader.section.bytes(at..reader.end.min(at.saturating_add(HEAD_BYTES)))?;
        let stored = stored_list(head, at, reader.universe).filter(|stored| stored.bytes.end <= reader.end);
        let Some(stored) = stored else {
            return Err(damaged(&reader.section, at, format!("list {} does not fit", self.next)));
        };
        self.next += 1;
        self.at = stored.bytes.end;
        Ok(stored)
    }
}

/// The list that begins with the bytes `head`, at `at`.
fn stored_list(head: &[u8], at: u64, universe: u32) -> Option<StoredList> {
    let mut rest = head;
    let count = varint::take_u32(&mut rest)?;
    let start = at + (head.len() - rest.len()) as u64;
    let end = start.checked_add(lists::encoded_len(rest, count, universe)?)?;
    Some(StoredList { count, bytes: start..end })
}

#[cfg(test)]
mod tests;
