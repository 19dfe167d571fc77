//! The spans of several segments as one, streaming.

use std::io::Write;

use super::bits::{BitWriter, bitmap_bytes, words};
use super::build::ParentsWriter;
use super::number;
use super::offsets::{OffsetsWriter, Walk};
use super::read::{LIFT_BLOCK, SpansReader};
use crate::index::error::damaged;
use crate::index::{IndexError, Written};

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
    let mut writer = ParentsWriter::new(out);
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
    let mut writer = OffsetsWriter::new(out);
    for input in inputs {
        match input {
            SpansInput::Absent { parents } => writer.push_empty(*parents),
            SpansInput::Spans(reader) if reader.is_empty() => writer.push_empty(reader.parents()),
            SpansInput::Spans(reader) => append_offsets(reader, &mut writer)?,
        }
    }
    writer.finish()
}

fn append_offsets(reader: &SpansReader, writer: &mut OffsetsWriter<'_>) -> Result<(), IndexError> {
    let mut walk = Walk::new(reader);
    let mut next = 0;
    for parent in 0..reader.parents() {
        let elements = walk.elements(parent)?;
        if elements.start != next {
            let problem = format!("the elements of parent {parent} begin at {}, not {next}", elements.start);
            return Err(damaged(&reader.offsets, 0, problem).into());
        }
        next = elements.end;
        writer.push(elements.len() as u32)?;
    }
    if next == reader.len() {
        return Ok(());
    }
    let problem = format!("{next} elements have parents, of {}", reader.len());
    Err(damaged(&reader.offsets, 0, problem).into())
}

/// Writes the *span ends* of all `inputs`, in row order.
pub fn merge_ends(inputs: &[SpansInput<'_>], out: &mut dyn Write) -> Result<Written, IndexError> {
    let mut writer = BitWriter::new(out);
    for input in inputs {
        if let SpansInput::Spans(reader) = input {
            writer.extend(words(&reader.ends, 0, reader.len())?, reader.len())?;
        }
    }
    writer.finish()?;
    merged(inputs)
}

/// Writes the *space flags* of all `inputs`, in row order, for a space over `arrays` arrays. An input that knows
/// fewer arrays has no elements of the others: arrays join a union at the end of its list.
pub fn merge_flags(
    inputs: &[SpansInput<'_>],
    arrays: usize,
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let mut writer = BitWriter::new(out);
    let bitmaps = arrays.saturating_sub(1) as u64;
    for bitmap in 0..bitmaps {
        for input in inputs {
            let SpansInput::Spans(reader) = input else { continue };
            let has = |flags: &&crate::storage::Section| bitmap < flags.entry().aux;
            match reader.flags.as_ref().filter(has) {
                Some(flags) => {
                    let bits = words(flags, bitmap * bitmap_bytes(reader.len()), reader.len())?;
                    writer.extend(bits, reader.len())?;
                }
                None => writer.extend(std::iter::empty(), reader.len())?,
            }
        }
        writer.end_bitmap()?;
    }
    writer.finish()?;
    Ok(Written { aux: bitmaps, ..merged(inputs)? })
}

fn merged(inputs: &[SpansInput<'_>]) -> Result<Written, IndexError> {
    let count = inputs.iter().map(|input| u64::from(input.elements())).sum();
    Ok(Written { count: number(count, "elements")?.into(), aux: 0 })
}
