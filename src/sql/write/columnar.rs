//! Parquet and Arrow, nested columns as they are.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use arrow::ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::errors::ParquetError;

use super::{FileFormat, Medium, WriteError};
use crate::column::{ColumnError, export_properties};

type Out<'o> = Box<dyn Write + Send + 'o>;

/// A Parquet file with the settings of a database's row groups.
pub(super) struct Parquet<'o>(ArrowWriter<Out<'o>>);

impl<'o> Parquet<'o> {
    pub(super) fn new(schema: &SchemaRef, out: Out<'o>) -> Result<Self, WriteError> {
        if let Some(field) = schema.fields().iter().find(|field| !has_form(field)) {
            let (column, of) = (field.name().clone(), field.data_type().to_string());
            return Err(WriteError::Column { column, of, format: FileFormat::Parquet });
        }
        let properties = export_properties()?;
        ArrowWriter::try_new(out, SchemaRef::clone(schema), Some(properties)).map(Self).map_err(unwritten)
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.0.write(batch).map_err(unwritten)
    }

    pub(super) fn finish(self) -> Result<(), WriteError> {
        let mut out = self.0.into_inner().map_err(unwritten)?;
        Ok(out.flush()?)
    }
}

/// Whether Parquet has a form for the values of a column.
fn has_form(field: &FieldRef) -> bool {
    let alone = Schema::new(vec![FieldRef::clone(field)]);
    ArrowSchemaConverter::new().with_coerce_types(true).convert(&alone).is_ok()
}

/// What the Parquet library says of an output that failed is found inside its own error.
fn unwritten(error: ParquetError) -> WriteError {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => WriteError::Output(*error),
            Err(other) => ColumnError::from(ParquetError::External(other)).into(),
        },
        other => ColumnError::from(other).into(),
    }
}

/// Arrow IPC.
pub(super) enum Arrow<'o> {
    File(FileWriter<Out<'o>>),
    Stream(StreamWriter<Out<'o>>),
}

impl<'o> Arrow<'o> {
    pub(super) fn new(schema: &SchemaRef, out: Out<'o>, medium: Medium) -> Result<Self, WriteError> {
        Ok(match medium {
            Medium::File => Self::File(FileWriter::try_new(out, schema)?),
            Medium::Stream => Self::Stream(StreamWriter::try_new(out, schema)?),
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        match self {
            Self::File(writer) => Ok(writer.write(batch)?),
            Self::Stream(writer) => Ok(writer.write(batch)?),
        }
    }

    pub(super) fn flush(&mut self) -> Result<(), WriteError> {
        match self {
            Self::File(writer) => Ok(writer.flush()?),
            Self::Stream(writer) => Ok(writer.flush()?),
        }
    }

    pub(super) fn finish(self) -> Result<(), WriteError> {
        let mut out = match self {
            Self::File(writer) => writer.into_inner()?,
            Self::Stream(writer) => writer.into_inner()?,
        };
        Ok(out.flush()?)
    }
}
