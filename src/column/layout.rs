//! The Arrow schema and the Parquet settings that follow from the catalogue of paths.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema as ArrowSchema, SchemaRef, TimeUnit};
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::{ColumnPath, SchemaDescriptor};

use super::ColumnError;
use crate::schema::{Node, NodeId, NodeKind, Scalar, Schema};

/// Rows of a full row group: measured in `docs/benchmarks.md`.
pub const ROW_GROUP_ROWS: usize = 32_768;
/// Rows of a data page, the unit in which a row selection reads.
const PAGE_ROWS: usize = 4_096;
/// zstd level of data pages.
const PAGE_LEVEL: i32 = 3;

/// The Arrow schema of a catalogue: its stored nodes, nested as in the record; everything may be null.
/// Integers are int64, numbers float64, dates date32, datetimes microseconds UTC, arrays lists of structs.
pub fn arrow_schema(schema: &Schema) -> SchemaRef {
    let fields: Vec<Field> = schema.roots().iter().filter_map(|&id| field(schema, id)).collect();
    Arc::new(ArrowSchema::new(fields))
}

fn field(schema: &Schema, id: NodeId) -> Option<Field> {
    let node = schema.node(id)?;
    Some(Field::new(&node.name, node_type(schema, node), true))
}

/// The Arrow type of a stored node.
pub fn node_type(schema: &Schema, node: &Node) -> DataType {
    let object = || DataType::Struct(node.children.iter().filter_map(|&id| field(schema, id)).collect());
    match node.kind {
        NodeKind::Object => object(),
        NodeKind::Array => DataType::List(item(object())),
        NodeKind::Leaf { scalar, list: false } => scalar_type(scalar),
        NodeKind::Leaf { scalar, list: true } => DataType::List(item(scalar_type(scalar))),
    }
}

/// The field inside a list: `element` is what the Parquet specification calls it.
pub(super) fn item(of: DataType) -> Arc<Field> {
    Arc::new(Field::new("element", of, true))
}

pub(super) fn struct_fields(schema: &Schema, node: &Node) -> Fields {
    node.children.iter().filter_map(|&id| field(schema, id)).collect()
}

fn scalar_type(scalar: Scalar) -> DataType {
    match scalar {
        Scalar::String => DataType::Utf8,
        Scalar::Integer => DataType::Int64,
        Scalar::Number => DataType::Float64,
        Scalar::Boolean => DataType::Boolean,
        Scalar::Date => DataType::Date32,
        Scalar::Datetime => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}

/// The Parquet schema of an Arrow schema, with standard three-level lists.
pub(super) fn descriptor(arrow: &ArrowSchema) -> Result<SchemaDescriptor, ColumnError> {
    Ok(ArrowSchemaConverter::new().with_coerce_types(true).convert(arrow)?)
}

fn common_properties() -> Result<WriterPropertiesBuilder, ColumnError> {
    Ok(WriterProperties::builder()
        .set_created_by(concat!("rolo version ", env!("CARGO_PKG_VERSION")).to_string())
        .set_coerce_types(true)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(PAGE_LEVEL)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS)))
}

/// How Parquet files are written that others read: the same types and names as in a database.
pub fn export_properties() -> Result<WriterProperties, ColumnError> {
    Ok(common_properties()?.build())
}

/// How row groups are written. Text leaves get no statistics: they would be most of the footer, which
/// every commit writes anew, and the indexes answer instead.
pub(super) fn properties(arrow: &ArrowSchema) -> Result<WriterProperties, ColumnError> {
    let mut builder = common_properties()?
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Page);
    for column in descriptor(arrow)?.columns() {
        if column.physical_type() == parquet::basic::Type::BYTE_ARRAY {
            let path = ColumnPath::new(column.path().parts().to_vec());
            builder = builder.set_column_statistics_enabled(path, EnabledStatistics::None);
        }
    }
    let mut properties = builder.build();
    add_encoded_arrow_schema_to_metadata(arrow, &mut properties);
    Ok(properties)
}
