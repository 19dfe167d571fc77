//! The record store: source records, compressed one by one, addressed by row.

use std::io::Write;
use std::ops::Range;

use super::compress::{Dictionary, Method, check_record_len, decompress};
use super::error::{array_at, copy_bytes, damaged, u32_at, u64_at};
use super::{IndexError, Kept, Written};
use crate::storage::{Section, StorageError};

/// Rows of a block of record offsets: with its base it fills a cache line.
const BLOCK_ROWS: u64 = 14;
const BLOCK_BYTES: u64 = 64;
/// Length and method before each payload.
const HEADER_BYTES: u64 = 5;

/// Writes *records* as they come; keeps where each begins.
pub struct RecordsWriter<'a> {
    out: &'a mut dyn Write,
    end: u64,
    offsets: RecordOffsets,
}

impl<'a> RecordsWriter<'a> {
    /// A writer of the section that begins at the present place of `out`.
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self { out, end: 0, offsets: RecordOffsets::default() }
    }

    /// Writes the payload of the next row, as [`Compressor`](super::Compressor) made it.
    pub fn push(&mut self, method: Method, payload: &[u8]) -> Result<(), IndexError> {
        check_record_len(payload.len() as u64)?;
        let len = payload.len() as u32;
        let [a, b, c, d] = len.to_le_bytes();
        self.out.write_all(&[a, b, c, d, method.code()])?;
        self.out.write_all(payload)?;
        self.offsets.begins.push(self.end);
        self.end += HEADER_BYTES + u64::from(len);
        Ok(())
    }

    /// Ends the section. Its offsets are a section of their own.
    pub fn finish(self) -> (Written, RecordOffsets) {
        (Written { count: self.offsets.begins.len() as u64, aux: 0 }, self.offsets)
    }
}

/// Where the records of a section begin. 8 bytes of memory a row.
#[derive(Debug, Default)]
pub struct RecordOffsets {
    begins: Vec<u64>,
}

impl RecordOffsets {
    /// Writes *record offsets*.
    pub fn write(&self, out: &mut dyn Write) -> Result<Written, IndexError> {
        let mut writer = OffsetsWriter::new(out);
        for &offset in &self.begins {
            writer.push(offset)?;
        }
        writer.finish()
    }
}

/// Cuts ascending offsets into blocks.
struct OffsetsWriter<'a> {
    out: &'a mut dyn Write,
    base: u64,
    block: Vec<u8>,
    rows: u64,
}

impl<'a> OffsetsWriter<'a> {
    fn new(out: &'a mut dyn Write) -> Self {
        Self { out, base: 0, block: Vec::with_capacity(BLOCK_BYTES as usize), rows: 0 }
    }

    fn push(&mut self, offset: u64) -> Result<(), IndexError> {
        if self.rows.is_multiple_of(BLOCK_ROWS) {
            self.out.write_all(&self.block)?;
            self.block.clear();
            self.block.extend_from_slice(&offset.to_le_bytes());
            self.base = offset;
        }
        let distance = offset.saturating_sub(self.base);
        let distance = u32::try_from(distance).map_err(|_| IndexError::TooMany {
            section: "record offsets",
            what: "bytes of 14 records",
            count: distance,
            limit: u32::MAX.into(),
        })?;
        self.block.extend_from_slice(&distance.to_le_bytes());
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> Result<Written, IndexError> {
        self.out.write_all(&self.block)?;
        Ok(Written { count: self.rows, aux: 0 })
    }
}

/// The records of one segment.
#[derive(Debug, Clone)]
pub struct RecordsReader {
    records: Section,
    offsets: Section,
}

impl RecordsReader {
    /// A reader of *records* and *record offsets*. Checks shape only; reads nothing.
    pub fn new(records: Section, offsets: Section) -> Result<Self, StorageError> {
        let (rows, same) = (records.entry().count, offsets.entry().count);
        if rows != same {
            return Err(damaged(&offsets, 0, format!("{same} offsets of {rows} records")));
        }
        let len = u32::try_from(rows).ok().map(|_| rows.div_ceil(BLOCK_ROWS) * 8 + rows * 4);
        if len != Some(offsets.entry().len) {
            let problem = format!("{} bytes for {rows} offsets", offsets.entry().len);
            return Err(damaged(&offsets, 0, problem));
        }
        Ok(Self { records, offsets })
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.records.entry().count
    }

    /// Where in *records* the record of `row` begins. A bulk read sorts by it. An error if there is no such row.
    pub fn offset(&self, row: u32) -> Result<u64, StorageError> {
        let row = u64::from(row);
        if row >= self.rows() {
            let problem = format!("row {row} was asked for, of {}", self.rows());
            return Err(damaged(&self.offsets, 0, problem));
        }
        let block = row / BLOCK_ROWS * BLOCK_BYTES;
        let at = block + 8 + row % BLOCK_ROWS * 4;
        let (base, distance) = (u64_at(&self.offsets, block)?, u32_at(&self.offsets, at)?);
        base.checked_add(distance.into())
            .filter(|&offset| offset < self.records.entry().len)
            .ok_or_else(|| damaged(&self.offsets, at, format!("row {row} begins beyond the records")))
    }

    /// The bytes of *records* that hold the records of `rows`, of which there is at least one.
    fn bytes_of(&self, rows: Range<u32>) -> Result<Range<u64>, StorageError> {
        let start = self.offset(rows.start)?;
        let end = match self.rows() {
            all if u64::from(rows.end) == all => self.records.entry().len,
            _ => self.offset(rows.end)?,
        };
        if start <= end {
            return Ok(start..end);
        }
        Err(damaged(&self.offsets, 0, format!("rows {rows:?} end before they begin")))
    }

    /// The payload of `row` and how it is to be read.
    pub fn record(&self, row: u32) -> Result<(Method, &[u8]), StorageError> {
        let begin = self.offset(row)?;
        let [a, b, c, d, method] = *array_at(&self.records, begin)?;
        let method = Method::from_code(method)
            .ok_or_else(|| damaged(&self.records, begin, format!("unknown method {method}")))?;
        let begin = begin + HEADER_BYTES;
        let end = begin.saturating_add(u32::from_le_bytes([a, b, c, d]).into());
        Ok((method, self.records.bytes(begin..end)?))
    }

    /// Puts the source record of `row` into `record`, whose old content is dropped. `dictionary` is the one
    /// that the segment names for this row.
    pub fn read(
        &self,
        row: u32,
        dictionary: Option<&Dictionary>,
        record: &mut Vec<u8>,
    ) -> Result<(), StorageError> {
        let (method, payload) = self.record(row)?;
        decompress(method, payload, dictionary, record).map_err(|problem| match self.offset(row) {
            Ok(offset) => damaged(&self.records, offset, format!("row {row}: {problem}")),
            Err(error) => error,
        })
    }
}

/// Writes the *records* of the kept rows of all `inputs`, one after the other, without decompressing any.
pub fn merge_records(inputs: &[(&RecordsReader, &Kept)], out: &mut dyn Write) -> Result<Written, IndexError> {
    let mut count = 0;
    for (input, kept) in inputs {
        for rows in kept.iter() {
            count += rows.len() as u64;
            copy_bytes(&input.records, input.bytes_of(rows)?, out)?;
        }
    }
    Ok(Written { count, aux: 0 })
}

/// Writes the *record offsets* that belong to [`merge_records`] of the same inputs. Memory: one block.
pub fn merge_record_offsets(
    inputs: &[(&RecordsReader, &Kept)],
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let mut writer = OffsetsWriter::new(out);
    let mut base = 0_u64;
    for (input, kept) in inputs {
        for rows in kept.iter() {
            let bytes = input.bytes_of(rows.clone())?;
            for row in rows {
                writer.push(base.saturating_add(input.offset(row)?.saturating_sub(bytes.start)))?;
            }
            base = base.saturating_add(bytes.end - bytes.start);
        }
    }
    writer.finish()
}

#[cfg(test)]
mod tests;
