//! The spans of a space from its parents, one by one.

use std::io::Write;

use super::bits::BitWriter;
use super::number;
use super::offsets::OffsetsWriter;
use crate::index::{IndexError, Written};

/// Collects the spans of one element space, parent by parent. Memory: 4 bytes a parent and, in a space over several
/// arrays, a byte an element.
#[derive(Debug)]
pub struct SpansBuilder {
    /// Ends of the parents' spans; saturates at `u32::MAX`.
    ends: Vec<u32>,
    /// Arrays of the space.
    arrays: usize,
    /// The array index of each element, if there are several arrays.
    flags: Vec<u8>,
}

impl SpansBuilder {
    /// Spans of a space over this many arrays. If there is more than one, each element has the index of its array.
    pub fn new(arrays: usize) -> Self {
        Self { ends: Vec::new(), arrays, flags: Vec::new() }
    }

    /// Adds the next parent with its number of elements, all of the array with index 0.
    pub fn push(&mut self, elements: u32) {
        let end = self.elements().saturating_add(elements);
        if self.arrays > 1 {
            self.flags.resize(end as usize, 0);
        }
        self.ends.push(end);
    }

    /// Adds the next parent with the array index of each of its elements. An index beyond the arrays counts as 0.
    pub fn push_flagged(&mut self, arrays: &[u8]) {
        if self.arrays > 1 {
            self.flags.extend_from_slice(arrays);
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

    /// The number of elements of each parent.
    fn counts(&self) -> impl Iterator<Item = u32> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.ends.iter().zip(starts).map(|(end, start)| end - start)
    }

    /// Writes *span parents*.
    pub fn write_parents(&self, out: &mut dyn Write) -> Result<Written, IndexError> {
        let mut writer = ParentsWriter::new(out);
        for (parent, elements) in (0..).zip(self.counts()) {
            let parent = number(parent, "parents")?;
            (0..elements).try_for_each(|_| writer.push(parent))?;
        }
        writer.finish()?;
        self.written()
    }

    /// Writes *span offsets*.
    pub fn write_offsets(&self, out: &mut dyn Write) -> Result<Written, IndexError> {
        let mut writer = OffsetsWriter::new(out);
        self.counts().try_for_each(|elements| writer.push(elements))?;
        writer.finish()
    }

    /// Writes *span ends*.
    pub fn write_ends(&self, out: &mut dyn Write) -> Result<Written, IndexError> {
        let mut writer = BitWriter::new(out);
        for others in self.counts().filter_map(|elements| elements.checked_sub(1)) {
            writer.extend(std::iter::empty(), others)?;
            writer.push(1, 1)?;
        }
        writer.finish()?;
        self.written()
    }

    /// Writes *space flags*; nothing, and `None`, for a space over one array.
    pub fn write_flags(&self, out: &mut dyn Write) -> Result<Option<Written>, IndexError> {
        let Some(bitmaps) = self.arrays.checked_sub(1).filter(|&bitmaps| bitmaps > 0) else {
            return Ok(None);
        };
        let mut writer = BitWriter::new(out);
        for array in 1..self.arrays {
            self.flags.iter().try_for_each(|&flag| writer.push((usize::from(flag) == array).into(), 1))?;
            writer.end_bitmap()?;
        }
        writer.finish()?;
        Ok(Some(Written { aux: bitmaps as u64, ..self.written()? }))
    }

    fn written(&self) -> Result<Written, IndexError> {
        Ok(Written { count: number(self.elements().into(), "elements")?.into(), aux: 0 })
    }
}

/// Writes *span parents*, 64 KiB at a time.
pub(super) struct ParentsWriter<'a> {
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
}

impl<'a> ParentsWriter<'a> {
    const BUFFER: usize = 1 << 16;

    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, buffer: Vec::with_capacity(Self::BUFFER) }
    }

    /// Adds the parent of the next element.
    pub(super) fn push(&mut self, parent: u32) -> Result<(), IndexError> {
        self.buffer.extend_from_slice(&parent.to_le_bytes());
        if self.buffer.len() >= Self::BUFFER {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(self) -> Result<(), IndexError> {
        Ok(self.out.write_all(&self.buffer)?)
    }
}
