//! Element spaces: which elements a parent has, and which parent an element.
//!
//! The parents of a space are rows or, for a space inside a space, the elements of the outer one. So a merged
//! segment numbers both parents and elements on from input to input, and an input whose schema lacks the
//! space counts as parents without elements.

use std::io::Write;
use std::ops::Range;

use super::error::{array_at, check_len, copy_section, damaged, u32_at};
use super::{IndexError, Written};
use crate::storage::{Section, StorageError};

/// Elements of a block that [`SpansReader::lift`] reads at once: 16 KiB of parents.
const LIFT_BLOCK: u32 = 4096;

/// Collects the spans of one element space, parent by parent.
#[derive(Debug)]
pub struct SpansBuilder {
    /// Ends of the parents' spans; saturates at `u32::MAX`.
    ends: Vec<u32>,
    flags: Option<Vec<u8>>,
}

impl SpansBuilder {
    /// Spans of a space over one array.
    pub fn new() -> Self {
        Self { ends: Vec::new(), flags: None }
    }

    /// Spans of a space over several arrays, whose elements each carry the index of their array.
    pub fn with_flags() -> Self {
        Self { ends: Vec::new(), flags: Some(Vec::new()) }
    }

    /// Adds the next parent with its number of elements, all of the array with index 0.
    pub fn push(&mut self, elements: u32) {
        let end = self.elements().saturating_add(elements);
        if let Some(flags) = &mut self.flags {
            flags.resize(end as usize, 0);
        }
        self.ends.push(end);
    }

    /// Adds the next parent with the array index of each of its elements. Without flags only their number counts.
    pub fn push_flagged(&mut self, arrays: &[u8]) {
        if let Some(flags) = &mut self.flags {
            flags.extend_from_slice(arrays);
        }
        let elements = u32::try_from(arrays.len()).unwrap_or(u32::MAX);
        self.ends.push(self.elements().saturating_add(elements));
    }

    /// Number of elements so far: the number of the next one.
    pub fn elements(&self) -> u32 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Number of parents so far.
    pub fn parents(&self) -> usize {
        self.ends.len()
    }

    /// Writes *span parents*.
    pub fn write_parents(&self, out: &mut dyn Write) -> Result<Written, IndexError> {
        let mut writer = NumberWriter::new(out);
        let mut start = 0;
        for (parent, &end) in self.ends.iter().enumerate() {
            let parent = number(parent as u64, "parents")?;
            for _ in start..end {
                writer.push(parent)?;
            }
            start = end;
        }
        writer.finish()?;
        self.written()
    }

    /// Writes *span offsets*.
    pub fn write_offsets(&self, out: &mut dyn Write) -> Result<Written, IndexError> {
        let mut writer = NumberWriter::new(out);
        writer.push(0)?;
        for &end in &self.ends {
            writer.push(end)?;
        }
        writer.finish()?;
        self.written()
    }

    /// Writes *space flags*; nothing, and `None`, for a space without.
    pub fn write_flags(&self, out: &mut dyn Write) -> Result<Option<Written>, IndexError> {
        let Some(flags) = &self.flags else { return Ok(None) };
        out.write_all(flags)?;
        self.written().map(Some)
    }

    fn written(&self) -> Result<Written, IndexError> {
        // The highest number is kept free, so that a saturated end shows.
        let count = self.elements();
        if count < u32::MAX {
            return Ok(Written { count: count.into(), aux: 0 });
        }
        Err(too_many("elements", count.into()))
    }
}

impl Default for SpansBuilder {
    fn default() -> Self {
        Self::new()
    }
}

/// The spans of one element space of a segment.
#[derive(Debug, Clone)]
pub struct SpansReader {
    parents: Section,
    offsets: Section,
    flags: Option<Section>,
    elements: u32,
    parent_count: u32,
}

impl SpansReader {
    /// A reader of *span parents*, *span offsets* and, for a space over several arrays, *space flags*. Checks
    /// shape only; reads nothing.
    pub fn new(parents: Section, offsets: Section, flags: Option<Section>) -> Result<Self, StorageError> {
        check_len(&parents, 4)?;
        if let Some(flags) = &flags {
            check_len(flags, 1)?;
        }
        let count = parents.entry().count;
        for section in std::iter::once(&offsets).chain(&flags) {
            let same = section.entry().count;
            if same != count {
                return Err(damaged(section, 0, format!("{same} elements, and {count} with parents")));
            }
        }
        let len = offsets.entry().len;
        let parent_count = (len / 4).checked_sub(1).filter(|_| len.is_multiple_of(4));
        let (Some(Ok(parent_count)), Ok(elements)) = (parent_count.map(u32::try_from), u32::try_from(count))
        else {
            return Err(damaged(&offsets, 0, format!("{len} bytes of offsets for {count} elements")));
        };
        Ok(Self { parents, offsets, flags, elements, parent_count })
    }

    /// Number of elements.
    pub fn len(&self) -> u32 {
        self.elements
    }

    /// Whether no parent has an element.
    pub fn is_empty(&self) -> bool {
        self.elements == 0
    }

    /// Number of parents.
    pub fn parents(&self) -> u32 {
        self.parent_count
    }

    /// The elements of `parent`. An error if there is no such parent.
    pub fn elements(&self, parent: u32) -> Result<Range<u32>, StorageError> {
        let at = u64::from(parent) * 4;
        let [a, b, c, d, e, f, g, h] = *array_at(&self.offsets, at)?;
        let (start, end) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        if start <= end && end <= self.elements {
            return Ok(start..end);
        }
        let problem = format!("parent {parent} has elements {start}..{end} of {}", self.elements);
        Err(damaged(&self.offsets, at, problem))
    }

    /// The parent of `element`. An error if there is no such element.
    pub fn parent(&self, element: u32) -> Result<u32, StorageError> {
        let at = u64::from(element) * 4;
        self.check_parent(u32_at(&self.parents, at)?, at)
    }

    /// The index of the array that `element` is from; 0 in a space over one array.
    pub fn array(&self, element: u32) -> Result<u8, StorageError> {
        let Some(flags) = &self.flags else { return Ok(0) };
        let [array] = *array_at(flags, element.into())?;
        Ok(array)
    }

    /// Appends the parents of `elements`, which ascend, to `parents`: each once, ascending. An error if an
    /// element does not exist. Costs about 2 ns an element.
    pub fn lift(
        &self,
        elements: impl IntoIterator<Item = u32>,
        parents: &mut Vec<u32>,
    ) -> Result<(), StorageError> {
        let (mut block, mut block_start, mut last) = ([].as_slice(), 0, None);
        for element in elements {
            let in_block = element.checked_sub(block_start).and_then(|i| block.get(i as usize));
            let bytes: &[u8; 4] = match in_block {
                Some(bytes) => bytes,
                None => {
                    block_start = element / LIFT_BLOCK * LIFT_BLOCK;
                    block = self.block(block_start)?;
                    block.get((element - block_start) as usize).ok_or_else(|| self.no_element(element))?
                }
            };
            let parent = self.check_parent(u32::from_le_bytes(*bytes), u64::from(element) * 4)?;
            if last != Some(parent) {
                parents.push(parent);
                last = Some(parent);
            }
        }
        Ok(())
    }

    fn block(&self, start: u32) -> Result<&[[u8; 4]], StorageError> {
        let end = start.saturating_add(LIFT_BLOCK).min(self.elements);
        if start >= end {
            return Err(self.no_element(start));
        }
        Ok(self.parents.bytes(u64::from(start) * 4..u64::from(end) * 4)?.as_chunks().0)
    }

    fn no_element(&self, element: u32) -> StorageError {
        let problem = format!("element {element} was asked for, of {}", self.elements);
        damaged(&self.parents, 0, problem)
    }

    fn check_parent(&self, parent: u32, at: u64) -> Result<u32, StorageError> {
        if parent < self.parent_count {
            return Ok(parent);
        }
        Err(damaged(&self.parents, at, format!("parent {parent} of {}", self.parent_count)))
    }
}

/// One input of a merge of spans.
#[derive(Debug, Clone, Copy)]
pub enum SpansInput<'a> {
    /// A segment that has the space.
    Spans(&'a SpansReader),
    /// A segment that was written before the space existed: its parents have no elements.
    Absent {
        /// Number of its rows, or of its elements in the outer space.
        parents: u32,
    },
}

impl SpansInput<'_> {
    fn parents(&self) -> u32 {
        match self {
            Self::Spans(reader) => reader.parents(),
            Self::Absent { parents } => *parents,
        }
    }

    fn elements(&self) -> u32 {
        match self {
            Self::Spans(reader) => reader.len(),
            Self::Absent { .. } => 0,
        }
    }
}

/// Writes the *span parents* of all `inputs`, in row order.
pub fn merge_parents(inputs: &[SpansInput<'_>], out: &mut dyn Write) -> Result<Written, IndexError> {
    let mut writer = NumberWriter::new(out);
    let mut base = 0_u64;
    for input in inputs {
        if let SpansInput::Spans(reader) = input {
            for start in (0..reader.len()).step_by(LIFT_BLOCK as usize) {
                for (i, bytes) in reader.block(start)?.iter().enumerate() {
                    let at = (u64::from(start) + i as u64) * 4;
                    let parent = reader.check_parent(u32::from_le_bytes(*bytes), at)?;
                    writer.push(number(base + u64::from(parent), "parents")?)?;
                }
            }
        }
        base += u64::from(input.parents());
    }
    writer.finish()?;
    merged(inputs)
}

/// Writes the *span offsets* of all `inputs`, in row order.
pub fn merge_offsets(inputs: &[SpansInput<'_>], out: &mut dyn Write) -> Result<Written, IndexError> {
    let mut writer = NumberWriter::new(out);
    let mut base = 0_u64;
    writer.push(0)?;
    for input in inputs {
        for parent in 0..input.parents() {
            let end = match input {
                SpansInput::Spans(reader) => reader.elements(parent)?.end,
                SpansInput::Absent { .. } => 0,
            };
            writer.push(number(base + u64::from(end), "elements")?)?;
        }
        base += u64::from(input.elements());
    }
    writer.finish()?;
    merged(inputs)
}

/// Writes the *space flags* of all `inputs`, in row order. Elements of an input without flags are of the array
/// with index 0: arrays join a union at the end of its list.
pub fn merge_flags(inputs: &[SpansInput<'_>], out: &mut dyn Write) -> Result<Written, IndexError> {
    for input in inputs {
        let SpansInput::Spans(reader) = input else { continue };
        match &reader.flags {
            Some(flags) => copy_section(flags, out)?,
            None => std::io::copy(&mut std::io::Read::take(std::io::repeat(0), reader.len().into()), out)
                .map(|_| ())?,
        }
    }
    merged(inputs)
}

fn merged(inputs: &[SpansInput<'_>]) -> Result<Written, IndexError> {
    let count = inputs.iter().map(|input| u64::from(input.elements())).sum();
    if count < u64::from(u32::MAX) {
        return Ok(Written { count, aux: 0 });
    }
    Err(too_many("elements", count))
}

fn number(value: u64, what: &'static str) -> Result<u32, IndexError> {
    u32::try_from(value).ok().filter(|&value| value < u32::MAX).ok_or_else(|| too_many(what, value))
}

fn too_many(what: &'static str, count: u64) -> IndexError {
    IndexError::TooMany { section: "spans", what, count, limit: u64::from(u32::MAX - 1) }
}

/// Writes `u32`s, 64 KiB at a time.
struct NumberWriter<'a> {
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
}

impl<'a> NumberWriter<'a> {
    const BUFFER: usize = 1 << 16;

    fn new(out: &'a mut dyn Write) -> Self {
        Self { out, buffer: Vec::with_capacity(Self::BUFFER) }
    }

    fn push(&mut self, value: u32) -> Result<(), IndexError> {
        self.buffer.extend_from_slice(&value.to_le_bytes());
        if self.buffer.len() >= Self::BUFFER {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    fn finish(self) -> Result<(), IndexError> {
        Ok(self.out.write_all(&self.buffer)?)
    }
}

#[cfg(test)]
mod tests;
