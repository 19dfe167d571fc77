//! The positions of one word, id by id.

use std::ops::Range;

use super::{GROUP, take_entry};
use crate::index::blocks::Blocks;
use crate::index::error::damaged;
use crate::index::varint;
use crate::storage::{Section, StorageError};

/// Bytes of a varint at most.
const VARINT_BYTES: u64 = 10;

/// Where the words of one long text leaf of a segment stand.
#[derive(Debug, Clone)]
pub struct PositionsReader {
    groups: Blocks,
    words: u32,
}

impl PositionsReader {
    /// A reader of *positions*. Checks shape only; reads nothing.
    pub fn new(section: Section) -> Result<Self, StorageError> {
        let entry = *section.entry();
        let Ok(words) = u32::try_from(entry.count) else {
            return Err(damaged(&section, 0, format!("{} words", entry.count)));
        };
        Ok(Self { groups: Blocks::new(section, words.div_ceil(GROUP).into())?, words })
    }

    /// Number of words.
    pub fn words(&self) -> u32 {
        self.words
    }

    /// Hands out every position of `word`: with which of its ids it is, by their order in the postings, and where in that text it
    /// stands. Reads all of the word.
    pub fn for_each(&self, word: u32, mut each: impl FnMut(u32, u32)) -> Result<(), StorageError> {
        let mut places = self.word(word)?;
        let mut id = 0_u32;
        while let Some(mut entries) = places.next_block()? {
            while !entries.is_empty() {
                entries.next(|position| each(id, position))?;
                id = id.saturating_add(1);
            }
        }
        Ok(())
    }

    /// The places of `word`. An error if there is no such word. Reads the lengths of up to 16 words, and of the word's blocks.
    pub(super) fn word(&self, word: u32) -> Result<Places<'_>, StorageError> {
        if word >= self.words {
            let problem = format!("word {word} was asked for, of {}", self.words);
            return Err(damaged(self.section(), 0, problem));
        }
        let (body, has_table) = self.body(word)?;
        let table = if has_table { self.table(word, &body)? } else { body.start..body.start };
        let (start, end) = (table.end, body.end);
        Ok(Places { reader: self, word, table: self.section().bytes(table)?, start, end, next: 0 })
    }

    /// Where the lengths of the blocks of `word` lie, with which its bytes begin.
    fn table(&self, word: u32, body: &Range<u64>) -> Result<Range<u64>, StorageError> {
        let mut head = self.head(body, VARINT_BYTES)?;
        let before = head.len();
        let len = varint::take(&mut head);
        let start = body.start + (before - head.len()) as u64;
        let end = len.and_then(|len| start.checked_add(len)).filter(|&end| end <= body.end);
        Ok(start..end.ok_or_else(|| self.does_not_fit(word))?)
    }

    /// Where the bytes of `word` lie, and whether they begin with a table.
    fn body(&self, word: u32) -> Result<(Range<u64>, bool), StorageError> {
        let group = self.groups.range((word / GROUP).into())?;
        let first = word / GROUP * GROUP;
        let mut head = self.head(&group, VARINT_BYTES * u64::from(GROUP))?;
        let before = head.len() as u64;
        let (mut start, mut body) = (0, None);
        for other in first..first + GROUP.min(self.words - first) {
            let code = varint::take(&mut head).filter(|code| code >> 1 <= group.end - group.start);
            let code = code.ok_or_else(|| self.does_not_fit(other))?;
            let end = start + (code >> 1);
            if other == word {
                body = Some((start..end, code & 1 == 1));
            }
            start = end;
        }
        let bodies = group.start + (before - head.len() as u64);
        let body = body.map(|(body, has_table)| (bodies + body.start..bodies + body.end, has_table));
        body.filter(|(body, _)| body.end <= group.end).ok_or_else(|| self.does_not_fit(word))
    }

    /// The first `len` bytes of a range, or all.
    fn head(&self, range: &Range<u64>, len: u64) -> Result<&[u8], StorageError> {
        self.section().bytes(range.start..range.end.min(range.start + len))
    }

    pub(super) fn section(&self) -> &Section {
        self.groups.section()
    }

    #[cold]
    pub(super) fn does_not_fit(&self, word: u32) -> StorageError {
        self.groups.damaged((word / GROUP).into(), &format!("the positions of word {word} do not fit"))
    }
}

/// Goes through the blocks of a word.
#[derive(Debug)]
pub(super) struct Places<'a> {
    reader: &'a PositionsReader,
    word: u32,
    /// Lengths of the blocks from the next one on, without the last.
    table: &'a [u8],
    /// Where the next block begins.
    start: u64,
    /// Where the last block ends.
    end: u64,
    /// Number of the next block.
    next: u64,
}

impl<'a> Places<'a> {
    /// The next block; `None` after the last.
    pub(super) fn next_block(&mut self) -> Result<Option<Entries<'a>>, StorageError> {
        self.next_range()?.map(|range| self.entries(range)).transpose()
    }

    /// Block `number`, which must be the next or a later one. Reads no other. An error if there are not so many.
    pub(super) fn block(&mut self, number: u32) -> Result<Entries<'a>, StorageError> {
        loop {
            let range = self.next_range()?.ok_or_else(|| self.reader.does_not_fit(self.word))?;
            if self.next > number.into() {
                return self.entries(range);
            }
        }
    }

    fn next_range(&mut self) -> Result<Option<Range<u64>>, StorageError> {
        let end = match self.table {
            [] if self.start == self.end => return Ok(None),
            [] => Some(self.end),
            _ => varint::take(&mut self.table).and_then(|len| self.start.checked_add(len)),
        };
        let end = end.filter(|&end| end <= self.end).ok_or_else(|| self.reader.does_not_fit(self.word))?;
        let range = self.start..end;
        self.start = end;
        self.next += 1;
        Ok(Some(range))
    }

    fn entries(&self, range: Range<u64>) -> Result<Entries<'a>, StorageError> {
        Ok(Entries { reader: self.reader, word: self.word, rest: self.reader.section().bytes(range)? })
    }
}

/// Goes through the entries of a block.
#[derive(Debug)]
pub(super) struct Entries<'a> {
    reader: &'a PositionsReader,
    word: u32,
    rest: &'a [u8],
}

impl<'a> Entries<'a> {
    /// Whether there are no more.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Hands the positions of the next entry to `each`, and gives its bytes. An error if there are no more.
    pub(super) fn next(&mut self, each: impl FnMut(u32)) -> Result<&'a [u8], StorageError> {
        let all = self.rest;
        take_entry(&mut self.rest, each).ok_or_else(|| self.reader.does_not_fit(self.word))?;
        Ok(all.get(..all.len() - self.rest.len()).unwrap_or_default())
    }
}
