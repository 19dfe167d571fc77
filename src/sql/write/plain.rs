//! Batches with types that every reader knows.
//!
//! Views, dictionaries and runs are how values lie in memory, and not all of today's readers take them from a file. What
//! the columns hold stays as it is.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};

use super::{FileFormat, WriteError};

/// The columns that batches of `schema` have in a file of this format.
pub(super) fn schema(schema: &Schema, format: FileFormat) -> SchemaRef {
    let fields = schema.fields().iter();
    // Whether there are nulls is for the values to say: a plan's promise of none is no help to a reader.
    let fields = fields.map(|field| Field::new(field.name(), plain(field.data_type(), format), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The batch with the columns of [`schema`]. Values that are plain already are not copied.
pub(super) fn batch(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, WriteError> {
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(array, field)| -> Result<ArrayRef, WriteError> {
        match array.data_type() == field.data_type() {
            true => Ok(Arc::clone(array)),
            false => Ok(cast(array, field.data_type())?),
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

fn plain(of: &DataType, format: FileFormat) -> DataType {
    let inner = |field: &FieldRef| {
        let of = plain(field.data_type(), format);
        Arc::new(Field::new(field.name(), of, field.is_nullable()))
    };
    match of {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, values) => plain(values, format),
        DataType::RunEndEncoded(_, values) => plain(values.data_type(), format),
        DataType::List(field) | DataType::ListView(field) | DataType::FixedSizeList(field, _) => {
            DataType::List(inner(field))
        }
        DataType::LargeList(field) | DataType::LargeListView(field) => DataType::LargeList(inner(field)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::Float16 => DataType::Float32,
        DataType::Date64 => DataType::Date32,
        // Parquet has no seconds and no months: they would be numbers to others.
        DataType::Timestamp(TimeUnit::Second, zone) if format == FileFormat::Parquet => {
            DataType::Timestamp(TimeUnit::Millisecond, zone.clone())
        }
        DataType::Time32(TimeUnit::Second) if format == FileFormat::Parquet => {
            DataType::Time32(TimeUnit::Millisecond)
        }
        DataType::Interval(_) if format == FileFormat::Parquet => DataType::Utf8,
        other => other.clone(),
    }
}
