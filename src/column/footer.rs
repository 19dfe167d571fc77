//! The Parquet footer over all live row groups (`docs/format.md`, section 6).

use std::sync::Arc;

use parquet::file::metadata::{
    FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataBuilder, ParquetMetaDataOptions,
    ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::writer::SerializedFileWriter;

use super::ColumnError;
use super::layout::{arrow_schema, descriptor, properties};
use crate::schema::Schema;

/// The most row groups a Parquet file can have: ordinals are 16 bits wide.
pub const MAX_ROW_GROUPS: usize = i16::MAX as usize;

/// A footer's thrift bytes: `groups` in order, each with a chunk for every leaf of `schema`; `manifest` is the value of
/// the `rolo` key.
pub fn write_footer(
    schema: &Schema,
    groups: Vec<RowGroupMetaData>,
    manifest: String,
) -> Result<Vec<u8>, ColumnError> {
    if groups.len() > MAX_ROW_GROUPS {
        return Err(ColumnError::Footer(format!(
            "{} row groups are more than the {MAX_ROW_GROUPS} that Parquet can number; compact the database",
            groups.len()
        )));
    }
    let template = template(schema)?;
    let rows = groups.iter().map(RowGroupMetaData::num_rows).sum();
    let mut keys = template.key_value_metadata().cloned().unwrap_or_default();
    keys.push(KeyValue::new("rolo".to_string(), manifest));
    let file = FileMetaData::new(
        template.version(),
        rows,
        template.created_by().map(str::to_string),
        Some(keys),
        template.schema_descr_ptr(),
        template.column_orders().cloned(),
    );
    let groups = groups.into_iter().enumerate().map(|(at, group)| {
        let leaves = template.schema_descr().num_columns();
        if group.num_columns() != leaves {
            let have = group.num_columns();
            return Err(ColumnError::Footer(format!("row group {at} has {have} of {leaves} columns")));
        }
        Ok(group.into_builder().set_ordinal(at as i16).build()?)
    });
    let groups = groups.collect::<Result<Vec<_>, _>>()?;
    let metadata = ParquetMetaDataBuilder::new(file).set_row_groups(groups).build();
    let mut bytes = Vec::new();
    ParquetMetaDataWriter::new(&mut bytes, &metadata).finish()?;
    // The writer adds length and magic; the file layer writes those itself.
    bytes.truncate(bytes.len().saturating_sub(8));
    Ok(bytes)
}

/// What an empty file of this schema says about itself: version, creator, Arrow schema, column orders.
fn template(schema: &Schema) -> Result<FileMetaData, ColumnError> {
    let arrow = arrow_schema(schema);
    let root = descriptor(&arrow)?.root_schema_ptr();
    let mut writer = SerializedFileWriter::new(Vec::new(), root, Arc::new(properties(&arrow)?))?;
    Ok(writer.finish()?.file_metadata().clone())
}

/// The row groups of a footer, as they must be given to write the next one.
pub fn read_footer(thrift: &[u8]) -> Result<Vec<RowGroupMetaData>, ColumnError> {
    // Encoding statistics read as a mask would not be written back.
    let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
    let metadata: ParquetMetaData =
        ParquetMetaDataReader::decode_metadata_with_options(thrift, Some(&options))?;
    Ok(metadata.row_groups().to_vec())
}
