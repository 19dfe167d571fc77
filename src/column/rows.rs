//! The rows of any Parquet file as records: one JSON object of column to value.

use std::fs::File;

use arrow::json::writer::{LineDelimited, WriterBuilder};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;

use super::ColumnError;
use crate::record::{Batch, Item};

/// Rows that are turned into records at a time.
const BATCH_ROWS: usize = 1_024;

/// Reads the rows of a Parquet file in order. Null values are left out of records. Memory: some thousand rows of every column.
pub struct ParquetRows {
    reader: ParquetRecordBatchReader,
    columns: Vec<String>,
    rows: u64,
    rows_total: u64,
}

impl ParquetRows {
    /// The rows of a file.
    ///
    /// # Errors
    /// A file that is no Parquet file, or a damaged one.
    pub fn of_file(file: File) -> Result<Self, ColumnError> {
        Self::new(file)
    }

    /// The rows of a file in memory.
    ///
    /// # Errors
    /// Those of [`ParquetRows::of_file`].
    pub fn of_bytes(bytes: impl Into<Bytes>) -> Result<Self, ColumnError> {
        Self::new(bytes.into())
    }

    fn new(source: impl ChunkReader + 'static) -> Result<Self, ColumnError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(source)?;
        let columns = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        let rows_total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let reader = builder.with_batch_size(BATCH_ROWS).build()?;
        Ok(Self { reader, columns, rows: 0, rows_total })
    }

    /// The names of its columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How much of the file was read, 0 to 1.
    pub fn share_read(&self) -> f64 {
        if self.rows_total == 0 { 1.0 } else { self.rows as f64 / self.rows_total as f64 }
    }

    /// The next rows, each with its number, from 1, as its line; `None` at the end.
    ///
    /// # Errors
    /// Damage, and columns of a type that JSON cannot hold.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, ColumnError> {
        let Some(rows) = self.reader.next().transpose()? else { return Ok(None) };
        let mut writer = WriterBuilder::new().build::<_, LineDelimited>(Vec::new());
        writer.write(&rows)?;
        writer.finish()?;
        let mut batch = Batch { bytes: writer.into_inner(), items: Vec::with_capacity(rows.num_rows()) };
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &batch.bytes) {
            self.rows += 1;
            batch.items.push(Item { range: start..end, line: self.rows, rejected: None });
            start = end + 1;
        }
        Ok(Some(batch))
    }
}
