//! Rows into files: Parquet, Arrow, CSV, JSON lines, JSON.
//!
//! - `format`: which formats there are, by name and by the ending of a file
//! - `plain`: batches with types that every reader knows
//! - `columnar`: Parquet and Arrow, nested columns as they are
//! - `values`: a value as JSON or as the text of a cell
//! - `text`: CSV, JSON lines and JSON, made of them
//! - `file`: a file that appears when it is complete

mod columnar;
mod file;
mod format;
mod plain;
#[cfg(test)]
mod tests;
mod text;
mod values;

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use crate::column::ColumnError;

pub use file::to_file;
pub use format::FileFormat;
pub use text::for_each_row;

/// Writes batches of rows in a format.
pub struct Writer<'o> {
    schema: SchemaRef,
    encoder: Encoder<'o>,
    rows: u64,
}

enum Encoder<'o> {
    Parquet(columnar::Parquet<'o>),
    Arrow(columnar::Arrow<'o>),
    Text(text::Text<'o>),
}

/// Where the bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A file: Arrow gets the footer by which readers find every batch.
    File,
    /// A pipe, a terminal, a socket: Arrow is a stream that can be read before it ends.
    Stream,
}

impl<'o> Writer<'o> {
    /// A writer of rows with these columns. Memory: the compressed pages of a Parquet row group, else the text of a batch.
    ///
    /// # Errors
    /// A column that the format cannot hold; what `out` says.
    pub fn new(
        format: FileFormat,
        schema: SchemaRef,
        out: Box<dyn Write + Send + 'o>,
        medium: Medium,
    ) -> Result<Self, WriteError> {
        let schema = plain::schema(&schema, format);
        let encoder = match format {
            FileFormat::Parquet => Encoder::Parquet(columnar::Parquet::new(&schema, out)?),
            FileFormat::Arrow => Encoder::Arrow(columnar::Arrow::new(&schema, out, medium)?),
            FileFormat::Csv | FileFormat::Jsonl | FileFormat::Json => {
                Encoder::Text(text::Text::new(format, &schema, out)?)
            }
        };
        Ok(Self { schema, encoder, rows: 0 })
    }

    /// Writes the rows of a batch, which has the columns of the writer.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let batch = plain::batch(batch, &self.schema)?;
        match &mut self.encoder {
            Encoder::Parquet(parquet) => parquet.write(&batch)?,
            Encoder::Arrow(arrow) => arrow.write(&batch)?,
            Encoder::Text(text) => text.write(&batch)?,
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Has `out` pass on what was written, as far as the format allows before the end.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        match &mut self.encoder {
            // Pages of an open row group wait until it is full.
            Encoder::Parquet(_) => Ok(()),
            Encoder::Arrow(arrow) => arrow.flush(),
            Encoder::Text(text) => text.flush(),
        }
    }

    /// Writes what stands at the end. Returns how many rows there were.
    pub fn finish(self) -> Result<u64, WriteError> {
        match self.encoder {
            Encoder::Parquet(parquet) => parquet.finish()?,
            Encoder::Arrow(arrow) => arrow.finish()?,
            Encoder::Text(text) => text.finish()?,
        }
        Ok(self.rows)
    }
}

/// Why rows could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// What they go to does not take them.
    #[error("cannot be written: {0}")]
    Output(#[from] io::Error),
    /// The format has no form for a column.
    #[error(
        "column {column:?} is of type {of}, which {format} cannot hold: leave it out, or cast it to text"
    )]
    Column {
        /// Its name.
        column: String,
        /// Its type.
        of: String,
        /// The format.
        format: FileFormat,
    },
    /// Arrow or Parquet refused the rows.
    #[error(transparent)]
    Rows(#[from] ColumnError),
}

impl From<ArrowError> for WriteError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, error) => Self::Output(error),
            other => Self::Rows(other.into()),
        }
    }
}
