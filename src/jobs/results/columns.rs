//! Result lines as a Parquet file: what stands around the record, then the record as nested columns.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions, StringArray, StructArray,
};
use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;

use super::line::{Cell, Line};
use super::parts::{Made, Part};
use crate::column::{ColumnError, Shredder, export_properties, pruned};
use crate::engine::Error;
use crate::jobs::JobError;
use crate::jobs::request::{LineShape, Member};
use crate::record::Value;
use crate::record::parse_person;
use crate::schema::{Schema, Selection};

/// How lines become record batches.
pub(super) struct Columns<'a> {
    shape: &'a LineShape,
    schema: &'a Schema,
    selection: Option<&'a Selection>,
}

/// The rows of some lines.
struct Rows {
    envelope: Vec<EnvelopeColumn>,
    shredder: Shredder,
    has_record: Vec<bool>,
}

/// A column of what stands beside the record.
enum EnvelopeColumn {
    Text(Vec<Option<String>>),
    Integer(Vec<Option<i64>>),
    Boolean(Vec<Option<bool>>),
}

impl<'a> Columns<'a> {
    pub(super) fn new(shape: &'a LineShape, schema: &'a Schema, selection: Option<&'a Selection>) -> Self {
        Self { shape, schema, selection }
    }

    /// The batch of no line: it has the columns of all others.
    pub(super) fn empty(&self) -> Result<RecordBatch, JobError> {
        self.batch(Rows::new(self))
    }

    /// The batch of a part.
    pub(super) fn of_part(&self, part: &Part) -> Made<RecordBatch> {
        let (mut rows, mut lines) = (Rows::new(self), 0);
        for text in part.texts() {
            lines += text?.each_line(|line| rows.push(line, self.shape))?;
        }
        Ok((self.batch(rows)?, lines))
    }

    fn batch(&self, rows: Rows) -> Result<RecordBatch, JobError> {
        let count = rows.has_record.len();
        let (whole, _) = rows.shredder.finish().map_err(Error::from)?;
        let record = match self.selection {
            Some(selection) => pruned(&whole, self.schema, selection).map_err(Error::from)?,
            None => whole,
        };
        let names = self.shape.envelope.iter().map(|(name, _)| *name);
        let mut columns: Vec<(String, ArrayRef)> =
            names.zip(rows.envelope).map(|(name, column)| (name.to_string(), column.finish())).collect();
        let own = record.schema();
        match self.shape.record {
            None => {
                let names = own.fields().iter().map(|field| field.name().clone());
                columns.extend(names.zip(record.columns().iter().cloned()));
            }
            // Parquet knows no groups without fields.
            Some(_) if record.num_columns() == 0 => {}
            Some(name) => {
                let (fields, arrays, nulls) =
                    (own.fields().clone(), record.columns().to_vec(), rows.has_record);
                let record = StructArray::try_new_with_length(fields, arrays, Some(nulls.into()), count);
                columns.push((
                    name.to_string(),
                    Arc::new(record.map_err(ColumnError::from).map_err(Error::from)?),
                ));
            }
        }
        let field = |(name, array): &(String, ArrayRef)| Field::new(name, array.data_type().clone(), true);
        let arrow = Arc::new(ArrowSchema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let batch = RecordBatch::try_new_with_options(arrow, arrays, &options);
        Ok(batch.map_err(ColumnError::from).map_err(Error::from)?)
    }
}

impl Rows {
    fn new(columns: &Columns<'_>) -> Self {
        let envelope =
            columns.shape.envelope.iter().map(|(_, member)| EnvelopeColumn::new(*member)).collect();
        Self { envelope, shredder: Shredder::new(columns.schema), has_record: Vec::new() }
    }

    fn push(&mut self, line: &[u8], shape: &LineShape) -> Result<(), String> {
        let line = Line::split(line, shape)?;
        for ((raw, member), column) in line.envelope.iter().zip(shape.envelope).zip(&mut self.envelope) {
            column.push(raw.map(|raw| Cell::read(raw, *member)).transpose()?);
        }
        let record = line.record.map(parse_person).transpose().map_err(|reason| reason.to_string())?;
        self.has_record.push(record.is_some());
        self.shredder.push(record.as_ref().map_or(&Value::Null, |parsed| &parsed.value));
        Ok(())
    }
}

impl EnvelopeColumn {
    fn new(member: Member) -> Self {
        match member {
            Member::Text | Member::Json => Self::Text(Vec::new()),
            Member::Integer => Self::Integer(Vec::new()),
            Member::Boolean => Self::Boolean(Vec::new()),
        }
    }

    fn push(&mut self, cell: Option<Cell<'_>>) {
        match (self, cell) {
            (Self::Text(column), Some(Cell::Text(text))) => column.push(Some(text.into_owned())),
            (Self::Integer(column), Some(Cell::Integer(number))) => column.push(Some(number)),
            (Self::Boolean(column), Some(Cell::Boolean(flag))) => column.push(Some(flag)),
            (Self::Text(column), _) => column.push(None),
            (Self::Integer(column), _) => column.push(None),
            (Self::Boolean(column), _) => column.push(None),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(StringArray::from(column)),
            Self::Integer(column) => Arc::new(Int64Array::from(column)),
            Self::Boolean(column) => Arc::new(BooleanArray::from(column)),
        }
    }
}

/// Writes batches into a file, in row groups of bounded size. Memory: the compressed pages of one.
pub(super) struct File<'o>(ArrowWriter<&'o mut (dyn Write + Send)>);

impl<'o> File<'o> {
    pub(super) fn new(out: &'o mut (dyn Write + Send), columns: SchemaRef) -> Result<Self, JobError> {
        let properties = export_properties().map_err(Error::from)?;
        ArrowWriter::try_new(out, columns, Some(properties)).map(Self).map_err(unwritten)
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), JobError> {
        self.0.write(batch).map_err(unwritten)
    }

    pub(super) fn finish(self) -> Result<(), JobError> {
        self.0.close().map(|_| ()).map_err(unwritten)
    }
}

fn unwritten(error: ParquetError) -> JobError {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => JobError::Output(*error),
            Err(other) => Error::from(ColumnError::from(ParquetError::External(other))).into(),
        },
        other => Error::from(ColumnError::from(other)).into(),
    }
}
