//! The spans of several segments as one, streaming.

use std::io::Write;

use super::bits::{BitWriter, bitmap_bytes, bits};
use super::build::ParentsWriter;
use super::number;
use super::offsets::{OffsetsWriter, Walk};
use super::read::{LIFT_BLOCK, SpansReader};
use crate::index::error::damaged;
use crate::index::{IndexError, Kept, Written};

/// One input of a merge of spans.
#[derive(Debug, Clone, Copy)]
pub struct SpansPart<'a> {
    /// Its reader; `None` if the segment was written before the space existed: its parents have no elements.
    pub reader: Option<&'a SpansReader>,
    /// The rows, or the elements of the outer space, that are kept.
    pub parents: &'a Kept,
    /// Their elements: [`SpansReader::kept`] of the parents.
    pub elements: &'a Kept,
}

impl SpansReader {
    /// The elements of kept parents, numbered from `base` on.
    pub fn kept(&self, parents: &Kept, base: u32) -> Result<Kept, IndexError> {
        if parents.universe() != self.parents() {
            let problem = format!("{} parents of {}", self.parents(), parents.universe());
            return Err(damaged(&self.offsets, 0, problem).into());
        }
        let elements = |range: std::ops::Range<u32>| {
            let last = range.end.saturating_sub(1);
            Ok(self.elements(range.start)?.start..self.elements(last)?.end)
        };
        let ranges = parents.iter().map(elements).collect::<Result<Vec<_>, IndexError>>()?;
        if !ranges.is_sorted_by(|a, b| a.end <= b.start) || ranges.iter().any(|range| range.start > range.end)
        {
            return Err(damaged(&self.offsets, 0, "the elements of parents do not follow each other").into());
        }
        Kept::ranges(self.len(), base, ranges.into_iter())
    }
}

/// Writes the *span parents* of all `inputs`, in row order.
pub fn merge_parents(inputs: &[SpansPart<'_>], out: &mut dyn Write) -> Result<Written, IndexError> {
    let mut writer = ParentsWriter::new(out);
    for input in inputs {
        let Some(reader) = input.reader else { continue };
        for range in input.elements.iter() {
            for start in range.clone().step_by(LIFT_BLOCK as usize) {
                let block = reader.block(start)?.iter().take((range.end - start) as usize);
                for (i, bytes) in (0..).zip(block) {
                    let at = (u64::from(start) + i) * 4;
                    let parent = reader.check_parent(u32::from_le_bytes(*bytes), at)?;
                    let new = input.parents.new_id(parent);
                    let dropped = || damaged(&reader.parents, at, "an element of a parent that has none");
                    writer.push(new.ok_or_else(dropped)?)?;
                }
            }
        }
    }
    writer.finish()?;
    merged(inputs)
}

/// Writes the *span offsets* of all `inputs`, in row order.
pub fn merge_offsets(inputs: &[SpansPart<'_>], out: &mut dyn Write) -> Result<Written, IndexError> {
    let mut writer = OffsetsWriter::new(out);
    for input in inputs {
        match input.reader.filter(|reader| !reader.is_empty()) {
            None => writer.push_empty(input.parents.len()),
            Some(reader) => append_offsets(reader, input, &mut writer)?,
        }
    }
    writer.finish()
}

fn append_offsets(
    reader: &SpansReader,
    input: &SpansPart<'_>,
    writer: &mut OffsetsWriter<'_>,
) -> Result<(), IndexError> {
    let mut walk = Walk::new(reader);
    let mut pushed = 0;
    for parents in input.parents.iter() {
        let mut next = None;
        for parent in parents {
            let elements = walk.elements(parent)?;
            if next.is_some_and(|next| next != elements.start) {
                let problem = format!("the elements of parent {parent} begin at {}", elements.start);
                return Err(damaged(&reader.offsets, 0, problem).into());
            }
            next = Some(elements.end);
            pushed += elements.len() as u64;
            writer.push(elements.len() as u32)?;
        }
    }
    if pushed == u64::from(input.elements.len()) {
        return Ok(());
    }
    let problem = format!("{pushed} elements have parents, of {}", input.elements.len());
    Err(damaged(&reader.offsets, 0, problem).into())
}

/// Writes the *span ends* of all `inputs`, in row order.
pub fn merge_ends(inputs: &[SpansPart<'_>], out: &mut dyn Write) -> Result<Written, IndexError> {
    let mut writer = BitWriter::new(out);
    for input in inputs {
        let Some(reader) = input.reader else { continue };
        for range in input.elements.iter() {
            writer.extend(bits(&reader.ends, 0, reader.len(), range.clone())?, range.end - range.start)?;
        }
    }
    writer.finish()?;
    merged(inputs)
}

/// Writes the *space flags* of all `inputs`, in row order, for a space over `arrays` arrays. An input that knows
/// fewer arrays has no elements of the others: arrays join a union at the end of its list.
pub fn merge_flags(
    inputs: &[SpansPart<'_>],
    arrays: usize,
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let mut writer = BitWriter::new(out);
    let bitmaps = arrays.saturating_sub(1) as u64;
    for bitmap in 0..bitmaps {
        for input in inputs {
            let Some(reader) = input.reader else { continue };
            let has = |flags: &&crate::storage::Section| bitmap < flags.entry().aux;
            let flags = reader.flags.as_ref().filter(has);
            for range in input.elements.iter() {
                let len = range.end - range.start;
                match flags {
                    Some(flags) => {
                        let at = bitmap * bitmap_bytes(reader.len());
                        writer.extend(bits(flags, at, reader.len(), range)?, len)?;
                    }
                    None => writer.extend(std::iter::empty(), len)?,
                }
            }
        }
        writer.end_bitmap()?;
    }
    writer.finish()?;
    Ok(Written { aux: bitmaps, ..merged(inputs)? })
}

fn merged(inputs: &[SpansPart<'_>]) -> Result<Written, IndexError> {
    let count = inputs.iter().map(|input| u64::from(input.elements.len())).sum();
    Ok(Written { count: number(count, "elements")?.into(), aux: 0 })
}
