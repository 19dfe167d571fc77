//! Numbers, dates and booleans of one leaf, by row or element, in bit-packed blocks of 1,024 values.

mod block;
mod decimal;

use std::io::Write;

use super::error::{array_at, damaged};
use super::kept::GONE;
use super::{IndexError, Kept, Part, Written};
use crate::storage::{Section, StorageError};
pub use block::{BLOCK_VALUES, ColumnBlock};
use block::{ENTRY_BYTES, Entry, unpack, unpack_all};

/// What the values of a column are; decides what their ordered form means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Whole numbers.
    Integer,
    /// Doubles.
    Number,
    /// Truth values.
    Boolean,
    /// Days since 1970.
    Date,
    /// Microseconds since 1970, UTC.
    Datetime,
    /// Value ids of the dictionary of the same leaf; a number is its own ordered form.
    Value,
}

impl ColumnType {
    const ALL: [Self; 6] =
        [Self::Integer, Self::Number, Self::Boolean, Self::Date, Self::Datetime, Self::Value];

    /// The number in the file.
    pub fn code(self) -> u8 {
        match self {
            Self::Integer => 1,
            Self::Number => 2,
            Self::Boolean => 3,
            Self::Date => 4,
            Self::Datetime => 5,
            Self::Value => 6,
        }
    }

    /// The type with this number in the file; `None` if there is none.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.code() == code)
    }
}

/// Collects the values of one leaf. Memory: the packed size.
#[derive(Debug)]
pub struct ColumnBuilder {
    kind: ColumnType,
    block: ColumnBlock,
    directory: Directory,
    payloads: Vec<u8>,
}

impl ColumnBuilder {
    /// A column of this type without values.
    pub fn new(kind: ColumnType) -> Self {
        Self { kind, block: ColumnBlock::new(), directory: Directory::default(), payloads: Vec::new() }
    }

    /// Adds the value of the next row or element, in [ordered form](super::ordered).
    pub fn push(&mut self, value: Option<u64>) {
        self.block.push(value);
        if self.block.is_full() {
            self.end_block();
        }
    }

    /// Number of values so far, nulls included.
    pub fn len(&self) -> u64 {
        self.directory.values + self.block.len as u64
    }

    /// Whether nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether no value is there but nulls.
    pub fn is_all_null(&self) -> bool {
        self.directory.nulls + self.block.nulls() == self.len()
    }

    /// Writes the section.
    pub fn write(mut self, out: &mut dyn Write) -> Result<Written, IndexError> {
        if !self.block.is_empty() {
            self.end_block();
        }
        self.directory.write(out)?;
        out.write_all(&self.payloads)?;
        self.directory.written(self.kind)
    }

    fn end_block(&mut self) {
        self.directory.push(&self.block, self.kind).pack(&self.block, &mut self.payloads);
        self.block.clear();
    }
}

/// The block directory of a column that is being written.
#[derive(Debug, Default)]
struct Directory {
    entries: Vec<Entry>,
    values: u64,
    nulls: u64,
}

impl Directory {
    fn push(&mut self, block: &ColumnBlock, kind: ColumnType) -> Entry {
        let entry = Entry::of(block, kind);
        self.entries.push(entry);
        self.values += block.len as u64;
        self.nulls += block.nulls();
        entry
    }

    fn write(&self, out: &mut dyn Write) -> Result<(), IndexError> {
        let mut payload = self.entries.len() as u64 * ENTRY_BYTES;
        for entry in &self.entries {
            out.write_all(&entry.to_bytes(payload))?;
            payload += entry.payload_bytes();
        }
        Ok(())
    }

    fn written(&self, kind: ColumnType) -> Result<Written, IndexError> {
        Ok(Written { count: self.values, aux: self.nulls << 8 | u64::from(kind.code()) })
    }
}

/// The values of one leaf in a segment.
#[derive(Debug, Clone)]
pub struct ColumnReader {
    section: Section,
    kind: ColumnType,
}

impl ColumnReader {
    /// A reader of a *column*. Checks shape only; reads nothing.
    pub fn new(section: Section) -> Result<Self, StorageError> {
        let entry = *section.entry();
        let code = (entry.aux & 0xFF) as u8;
        let Some(kind) = ColumnType::from_code(code) else {
            return Err(damaged(&section, 0, format!("unknown scalar type {code}")));
        };
        let directory = entry.count.div_ceil(BLOCK_VALUES).checked_mul(ENTRY_BYTES);
        if directory.is_none_or(|bytes| bytes > entry.len) || entry.aux >> 8 > entry.count {
            let problem =
                format!("{} values, {} of them null, in {} bytes", entry.count, entry.aux >> 8, entry.len);
            return Err(damaged(&section, 0, problem));
        }
        Ok(Self { section, kind })
    }

    /// What the values are.
    pub fn kind(&self) -> ColumnType {
        self.kind
    }

    /// Number of values, nulls included.
    pub fn len(&self) -> u64 {
        let entry = self.section.entry();
        entry.count
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of nulls.
    pub fn nulls(&self) -> u64 {
        self.section.entry().aux >> 8
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u64 {
        self.len().div_ceil(BLOCK_VALUES)
    }

    /// The value of row or element `i`, in [ordered form](super::ordered); `None` if it is null. An error if there
    /// is no such row or element. Touches the block's line, its bitmap and one or two words.
    pub fn get(&self, i: u64) -> Result<Option<u64>, StorageError> {
        if i >= self.len() {
            let problem = format!("value {i} was asked for, of {}", self.len());
            return Err(damaged(&self.section, 0, problem));
        }
        let (block, i) = (i / BLOCK_VALUES, i % BLOCK_VALUES);
        let (entry, payload) = self.entry(block)?;
        if entry.is_all_null() {
            return Ok(None);
        }
        let damaged = |problem| damaged(&self.section, payload, problem);
        let payload_of = |at: u64| payload.checked_add(at).ok_or_else(|| damaged("a payload beyond 64 bits"));
        if entry.has_bitmap() {
            let [byte] = *array_at(&self.section, payload_of(i / 8)?)?;
            if byte >> (i % 8) & 1 == 0 {
                return Ok(None);
            }
        }
        let (first, last) =
            (i * u64::from(entry.width) / 64, ((i + 1) * u64::from(entry.width)).div_ceil(64));
        let start = payload_of(entry.bitmap_bytes() + first * 8)?;
        let words = self.section.bytes(start..payload_of(entry.bitmap_bytes() + last * 8)?)?.as_chunks().0;
        unpack(words, i * u64::from(entry.width) - first * 64, entry.width)
            .and_then(|difference| entry.value(difference))
            .map(Some)
            .ok_or_else(|| damaged("a value outside its block's range"))
    }

    /// Least and greatest value of a block, in ordered form; `None` if all are null. A scan skips blocks by it.
    pub fn range(&self, block: u64) -> Result<Option<(u64, u64)>, StorageError> {
        let (entry, _) = self.entry(block)?;
        Ok((!entry.is_all_null()).then_some((entry.min, entry.max)))
    }

    /// Decodes a block into `out`, whose old content is dropped.
    pub fn block(&self, block: u64, out: &mut ColumnBlock) -> Result<(), StorageError> {
        let (entry, payload) = self.entry(block)?;
        let len = (self.len() - block * BLOCK_VALUES).min(BLOCK_VALUES) as usize;
        if entry.is_all_null() {
            out.clear();
            out.len = len;
            return Ok(());
        }
        out.len = len;
        let end = payload
            .checked_add(entry.payload_bytes())
            .ok_or_else(|| damaged(&self.section, payload, "a payload beyond 64 bits"))?;
        let words = self.section.bytes(payload..end)?.as_chunks().0;
        let (bitmap, words) = words.split_at((entry.bitmap_bytes() / 8) as usize);
        out.present = present(bitmap, len);
        let values = out.values.get_mut(..len).unwrap_or_default();
        unpack_all(words, entry.width, values)
            .and_then(|()| entry.restore(values))
            .ok_or_else(|| damaged(&self.section, payload, "a value outside its block's range"))?;
        if entry.has_bitmap() {
            for (values, &present) in values.chunks_mut(64).zip(&out.present) {
                for (bit, value) in values.iter_mut().enumerate() {
                    *value &= 0_u64.wrapping_sub(present >> bit & 1);
                }
            }
        }
        Ok(())
    }

    /// Which values of a block are not null: a bit each, least bit first. Decodes none of them.
    pub fn present(&self, block: u64) -> Result<[u64; 16], StorageError> {
        let (entry, payload) = self.entry(block)?;
        if entry.is_all_null() {
            return Ok([0; 16]);
        }
        let end = payload
            .checked_add(entry.bitmap_bytes())
            .ok_or_else(|| damaged(&self.section, payload, "a payload beyond 64 bits"))?;
        let len = (self.len() - block * BLOCK_VALUES).min(BLOCK_VALUES) as usize;
        Ok(present(self.section.bytes(payload..end)?.as_chunks().0, len))
    }

    /// Calls `each` for every value that is kept, in order.
    pub(super) fn for_each(
        &self,
        kept: &Kept,
        mut each: impl FnMut(Option<u64>) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        if self.len() != u64::from(kept.universe()) {
            let problem = format!("{} values of {} rows or elements", self.len(), kept.universe());
            return Err(damaged(&self.section, 0, problem).into());
        }
        let (mut block, mut decoded) = (ColumnBlock::new(), None);
        for range in kept.iter() {
            let (start, end) = (u64::from(range.start), u64::from(range.end));
            for i in start / BLOCK_VALUES..end.div_ceil(BLOCK_VALUES) {
                if decoded != Some(i) {
                    self.block(i, &mut block)?;
                    decoded = Some(i);
                }
                let first = i * BLOCK_VALUES;
                let skip = start.saturating_sub(first) as usize;
                let take = (end - first).min(BLOCK_VALUES) as usize - skip;
                block.iter().skip(skip).take(take).try_for_each(&mut each)?;
            }
        }
        Ok(())
    }

    /// Whether a value that is kept is not null.
    pub fn has_values(&self, kept: &Kept) -> Result<bool, IndexError> {
        if kept.is_all() || self.nulls() == self.len() {
            return Ok(self.nulls() < self.len());
        }
        let mut any = false;
        self.for_each(kept, |value| {
            any |= value.is_some();
            Ok(())
        })?;
        Ok(any)
    }

    fn check_kind(&self, kind: ColumnType) -> Result<(), StorageError> {
        if self.kind == kind {
            return Ok(());
        }
        Err(damaged(&self.section, 0, format!("holds {:?}, the schema says {kind:?}", self.kind)))
    }

    fn mapped(&self, value: u64, map: &[u32]) -> Result<u64, StorageError> {
        let new = usize::try_from(value).ok().and_then(|value| map.get(value)).filter(|new| **new != GONE);
        let wrong = || damaged(&self.section, 0, format!("value id {value} of {} values", map.len()));
        Ok(u64::from(*new.ok_or_else(wrong)?))
    }

    /// A block's line in the block directory, and where its payload begins.
    fn entry(&self, block: u64) -> Result<(Entry, u64), StorageError> {
        if block >= self.blocks() {
            let problem = format!("block {block} was asked for, of {}", self.blocks());
            return Err(damaged(&self.section, 0, problem));
        }
        let at = block * ENTRY_BYTES;
        Entry::from_bytes(array_at(&self.section, at)?, self.kind)
            .ok_or_else(|| damaged(&self.section, at, format!("block {block} contradicts itself")))
    }
}

/// The bits of a block's bitmap, of which those beyond the last value are not believed; without a bitmap every value is there.
fn present(bitmap: &[[u8; 8]], len: usize) -> [u64; 16] {
    std::array::from_fn(|i| {
        let below_len = u64::MAX.checked_shr(64_u32.saturating_sub(len.saturating_sub(i * 64) as u32));
        bitmap.get(i).map_or(u64::MAX, |bytes| u64::from_le_bytes(*bytes)) & below_len.unwrap_or(0)
    })
}

/// Writes the column of what is kept of all `inputs`, in row order. Reads them twice, since the directory comes first; memory is
/// 24 bytes for each 1,024 values.
pub fn merge_columns(
    kind: ColumnType,
    inputs: &[Part<'_, ColumnReader>],
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let inputs: Vec<_> = inputs.iter().map(|&input| (input, None)).collect();
    merge_mapped(kind, &inputs, out)
}

/// Writes the value column of all `inputs` like [`merge_columns`]: each column with the new value id of each old one.
pub fn merge_value_columns(
    inputs: &[(Part<'_, ColumnReader>, &[u32])],
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let inputs: Vec<_> = inputs.iter().map(|&(input, map)| (input, Some(map))).collect();
    merge_mapped(ColumnType::Value, &inputs, out)
}

/// A column, and the new value in place of each old one where they change.
type MappedInput<'a> = (Part<'a, ColumnReader>, Option<&'a [u32]>);

fn merge_mapped(
    kind: ColumnType,
    inputs: &[MappedInput<'_>],
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let mut directory = Directory::default();
    for_each_block(kind, inputs, |block| {
        directory.push(block, kind);
        Ok(())
    })?;
    directory.write(out)?;
    let mut payload = Vec::new();
    for_each_block(kind, inputs, |block| {
        payload.clear();
        Entry::of(block, kind).pack(block, &mut payload);
        Ok(out.write_all(&payload)?)
    })?;
    directory.written(kind)
}

/// Calls `each` for every block of the merged column.
fn for_each_block(
    kind: ColumnType,
    inputs: &[MappedInput<'_>],
    mut each: impl FnMut(&ColumnBlock) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let mut merged = ColumnBlock::new();
    let mut push = |value| {
        merged.push(value);
        if merged.is_full() {
            each(&merged)?;
            merged.clear();
        }
        Ok::<_, IndexError>(())
    };
    for (part, map) in inputs {
        let Some(column) = part.reader else {
            part.kept.new_ids().try_for_each(|_| push(None))?;
            continue;
        };
        column.check_kind(kind)?;
        column.for_each(part.kept, |value| match map {
            None => push(value),
            Some(map) => push(value.map(|value| column.mapped(value, map)).transpose()?),
        })?;
    }
    if merged.is_empty() { Ok(()) } else { each(&merged) }
}

#[cfg(test)]
mod tests;
