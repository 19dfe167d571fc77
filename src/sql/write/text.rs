//! CSV, JSON lines and JSON: a row after the other, a batch at a time.

use std::io::Write;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::values::{Value, cell, json, key};
use super::{FileFormat, WriteError, plain};
use crate::record::flatten::{csv_line, quote};

/// Calls `each` with the texts of every row's cells, in order; `None`: null.
///
/// # Errors
/// Those of `each`.
pub fn for_each_row<E: From<WriteError>>(
    batch: &RecordBatch,
    mut each: impl FnMut(Vec<Option<String>>) -> Result<(), E>,
) -> Result<(), E> {
    let batch = plain::batch(batch, &plain::schema(&batch.schema(), FileFormat::Csv))?;
    let columns = batch.columns().iter().map(|array| Ok((cell(array)?, array.logical_nulls())));
    let columns = columns.collect::<Result<Vec<_>, ArrowError>>().map_err(WriteError::from)?;
    let mut text = Vec::new();
    for row in 0..batch.num_rows() {
        let cells = columns.iter().map(|(column, nulls)| {
            text.clear();
            column(row, &mut text);
            let is_null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
            (!is_null).then(|| String::from_utf8_lossy(&text).into_owned())
        });
        each(cells.collect())?;
    }
    Ok(())
}

/// Writes rows as text.
pub(super) struct Text<'o> {
    format: FileFormat,
    /// In JSON the name of each column, ready to stand before its value.
    keys: Vec<Vec<u8>>,
    /// Whether a row of a JSON array was written.
    begun: bool,
    buffer: Vec<u8>,
    out: Box<dyn Write + Send + 'o>,
}

impl<'o> Text<'o> {
    pub(super) fn new(
        format: FileFormat,
        schema: &SchemaRef,
        out: Box<dyn Write + Send + 'o>,
    ) -> Result<Self, WriteError> {
        let names = schema.fields().iter().map(|field| field.name());
        let keys = names.clone().enumerate().map(|(at, name)| key(at, name)).collect();
        let mut text = Self { format, keys, begun: false, buffer: Vec::new(), out };
        if format == FileFormat::Csv {
            text.out.write_all(csv_line(&names.cloned().collect::<Vec<_>>()).as_bytes())?;
        }
        Ok(text)
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        match self.format {
            FileFormat::Csv => self.csv(batch)?,
            _ => self.json(batch)?,
        }
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<(), WriteError> {
        Ok(self.out.flush()?)
    }

    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        match self.format {
            FileFormat::Json if self.begun => self.out.write_all(b"\n]\n")?,
            FileFormat::Json => self.out.write_all(b"[]\n")?,
            _ => {}
        }
        self.flush()
    }

    fn json(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let columns = batch.columns().iter().map(|array| json(array));
        let columns = columns.collect::<Result<Vec<Value<'_>>, _>>()?;
        let in_array = self.format == FileFormat::Json;
        for row in 0..batch.num_rows() {
            if in_array {
                self.buffer.extend_from_slice(if self.begun { b",\n" } else { b"[\n" });
                self.begun = true;
            }
            self.buffer.push(b'{');
            for (key, column) in self.keys.iter().zip(&columns) {
                self.buffer.extend_from_slice(key);
                column(row, &mut self.buffer);
            }
            self.buffer.extend_from_slice(if in_array { b"}" } else { b"}\n" });
        }
        Ok(())
    }

    fn csv(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let columns = batch.columns().iter().map(|array| Ok((cell(array)?, array.logical_nulls())));
        let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
        let mut text = Vec::new();
        for row in 0..batch.num_rows() {
            for (at, (column, nulls)) in columns.iter().enumerate() {
                if at > 0 {
                    self.buffer.push(b',');
                }
                let is_null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
                text.clear();
                column(row, &mut text);
                // An empty text is no null; and a line of one null would be a blank line.
                let always = text.is_empty() && (!is_null || columns.len() == 1);
                let cell = String::from_utf8_lossy(&text);
                self.buffer.extend_from_slice(quote(&cell, b',', always).as_bytes());
            }
            self.buffer.push(b'\n');
        }
        Ok(())
    }
}
