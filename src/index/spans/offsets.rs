//! *Span offsets*: lines of 64 bytes, each for 60 parents: where the first one's elements begin, then how many each has.
//!
//! Few parents have 255 elements or more. A count of 255 says no more than that; where such a span ends, *span ends*
//! tells. So a count is a byte, and there is no second place for the same fact. A space without any element has no
//! lines at all.

use std::io::Write;
use std::ops::Range;

use super::bits::next_bit;
use super::read::SpansReader;
use crate::index::error::damaged;
use crate::index::{IndexError, Written};
use crate::storage::StorageError;

/// Parents of a line.
const LINE_PARENTS: u32 = 60;
/// Bytes of a line.
pub(super) const LINE_BYTES: u64 = 64;
/// The count that stands for itself or more.
const MANY: u8 = u8::MAX;

/// Bytes of *span offsets*. The last line is cut after its last parent.
pub(super) fn offsets_bytes(parents: u32, elements: u32) -> u64 {
    let parents = if elements == 0 { 0 } else { parents };
    u64::from(parents.div_ceil(LINE_PARENTS)) * 4 + u64::from(parents)
}

/// Cuts counts into lines. Parents without elements wait as a number until an element comes, so a space without any
/// writes nothing.
pub(super) struct OffsetsWriter<'a> {
    out: &'a mut dyn Write,
    line: Vec<u8>,
    /// Parents whose counts are written.
    written: u64,
    /// Parents without elements since then.
    waiting: u64,
    elements: u64,
}

impl<'a> OffsetsWriter<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, line: Vec::with_capacity(LINE_BYTES as usize), written: 0, waiting: 0, elements: 0 }
    }

    /// Adds the next parent with its number of elements.
    pub(super) fn push(&mut self, elements: u32) -> Result<(), IndexError> {
        if elements == 0 {
            self.waiting += 1;
            return Ok(());
        }
        self.write_waiting()?;
        self.write(u8::try_from(elements).unwrap_or(MANY))?;
        self.elements += u64::from(elements);
        Ok(())
    }

    /// Adds this many parents without elements.
    pub(super) fn push_empty(&mut self, parents: u32) {
        self.waiting += u64::from(parents);
    }

    /// Writes the last line.
    pub(super) fn finish(mut self) -> Result<Written, IndexError> {
        let parents = self.written + self.waiting;
        if self.elements > 0 {
            self.write_waiting()?;
        }
        self.out.write_all(&self.line)?;
        super::number(parents, "parents")?;
        super::number(self.elements, "elements")?;
        Ok(Written { count: self.elements, aux: parents })
    }

    fn write_waiting(&mut self) -> Result<(), IndexError> {
        for _ in 0..std::mem::take(&mut self.waiting) {
            self.write(0)?;
        }
        Ok(())
    }

    fn write(&mut self, count: u8) -> Result<(), IndexError> {
        if self.written.is_multiple_of(u64::from(LINE_PARENTS)) {
            self.out.write_all(&self.line)?;
            self.line.clear();
            self.line.extend_from_slice(&super::number(self.elements, "elements")?.to_le_bytes());
        }
        self.line.push(count);
        self.written += 1;
        Ok(())
    }
}

/// Finds the elements of one parent after the other. While they ascend, each count of a line is added up once.
pub(super) struct Walk<'a> {
    spans: &'a SpansReader,
    line: Option<u32>,
    counts: &'a [u8],
    /// A parent, as a place in `counts`, and where its elements begin.
    at: (usize, u32),
}

impl<'a> Walk<'a> {
    pub(super) fn new(spans: &'a SpansReader) -> Self {
        Self { spans, line: None, counts: &[], at: (0, 0) }
    }

    /// The elements of `parent`. An error if there is no such parent.
    pub(super) fn elements(&mut self, parent: u32) -> Result<Range<u32>, StorageError> {
        let (line, place) = (parent / LINE_PARENTS, (parent % LINE_PARENTS) as usize);
        if self.line != Some(line) || place < self.at.0 {
            (self.at, self.counts) = self.spans.line(parent)?;
            self.line = Some(line);
        }
        let (place_before, start) = self.at;
        let start = self.spans.skip(start, self.counts.get(place_before..place).unwrap_or_default())?;
        let end = self.spans.skip(start, self.counts.get(place..=place).unwrap_or_default())?;
        self.at = (place, start);
        self.spans.check_span(parent, start..end)
    }
}

impl SpansReader {
    /// The line of `parent`: the place of its first parent, where that one's elements begin, and the counts.
    fn line(&self, parent: u32) -> Result<((usize, u32), &[u8]), StorageError> {
        if parent >= self.parent_count {
            let problem = format!("parent {parent} was asked for, of {}", self.parent_count);
            return Err(damaged(&self.offsets, 0, problem));
        }
        if self.elements == 0 {
            return Ok(((0, 0), &[]));
        }
        let at = u64::from(parent / LINE_PARENTS) * LINE_BYTES;
        let line = self.offsets.bytes(at..self.offsets.entry().len.min(at.saturating_add(LINE_BYTES)))?;
        let cut = || damaged(&self.offsets, at, "a line without parents");
        let (base, counts) = line.split_first_chunk().ok_or_else(cut)?;
        Ok(((0, u32::from_le_bytes(*base)), counts))
    }

    /// Where the spans with these counts end, if the first begins at `start`.
    fn skip(&self, start: u32, counts: &[u8]) -> Result<u32, StorageError> {
        if !counts.contains(&MANY) {
            return Ok(start.saturating_add(counts.iter().map(|&count| u32::from(count)).sum()));
        }
        let mut at = start;
        for &count in counts {
            at = at.saturating_add(count.into());
            if count == MANY {
                let last = next_bit(&self.ends, at.saturating_sub(1), self.elements)?;
                let open = || damaged(&self.ends, u64::from(at / 8), "a span without an end");
                at = last.ok_or_else(open)?.saturating_add(1);
            }
        }
        Ok(at)
    }

    fn check_span(&self, parent: u32, elements: Range<u32>) -> Result<Range<u32>, StorageError> {
        if elements.start <= elements.end && elements.end <= self.elements {
            return Ok(elements);
        }
        let problem = format!("parent {parent} has elements {elements:?} of {}", self.elements);
        Err(damaged(&self.offsets, u64::from(parent / LINE_PARENTS) * LINE_BYTES, problem))
    }
}
