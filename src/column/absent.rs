//! Column chunks without values, for leaves that older row groups lack.
//!
//! A Parquet file has one schema, so when a commit adds leaves, every row group listed in its footer needs a chunk for
//! them. The chunk is written into the new segment. Where the leaf lies inside a list or struct that the old row group
//! has, its levels repeat those of a sibling leaf, cut down to the parent: the same elements, each without the new value.

use std::collections::HashSet;
use std::sync::Arc;

use parquet::basic::Type as PhysicalType;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::{BoolType, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::writer::SerializedColumnWriter;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::copy::{own_leaves, with_columns};
use super::layout::{arrow_schema, descriptor};
use super::read::SegmentBytes;
use super::{ColumnError, RowGroupWriter};
use crate::schema::{Node, NodeKind, Schema};
use crate::storage::Segment;

/// Rows whose levels are read at a time.
const ROWS_AT_ONCE: usize = 8_192;

/// A row group, where it lies, and the schema it was written with.
pub struct WrittenGroup {
    /// Its metadata as the last footer, or its writer, had it.
    pub group: RowGroupMetaData,
    /// The segment that holds it.
    pub segment: Segment,
    /// The schema of that segment.
    pub schema: Arc<Schema>,
}

/// Writes the missing chunks of `groups` and returns the groups with a chunk for every leaf of `schema`. Groups that
/// have them all are returned as they are. `sink` stands at the absolute `position`.
/// Cost: the levels of one sibling leaf per missing leaf and group; memory: some thousand rows of levels.
pub fn complete_row_groups(
    sink: &mut (dyn std::io::Write + Send),
    position: u64,
    schema: &Schema,
    groups: Vec<WrittenGroup>,
) -> Result<Vec<RowGroupMetaData>, ColumnError> {
    let full = Arc::new(descriptor(&arrow_schema(schema))?);
    let mut done = Vec::with_capacity(groups.len());
    let mut position = position;
    for group in groups {
        let leaves = missing_leaves(&full, &group.group);
        if leaves.is_empty() {
            done.push(group.group);
            continue;
        }
        let mut counted = Counted { sink, written: 0 };
        let chunks = write_absent(&mut counted, position, schema, &full, &group, &leaves)?;
        position += counted.written;
        done.push(joined(&full, &group.group, chunks)?);
    }
    Ok(done)
}

/// Counts what passes.
struct Counted<'a> {
    sink: &'a mut (dyn std::io::Write + Send),
    written: u64,
}

impl std::io::Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

fn missing_leaves(full: &SchemaDescriptor, group: &RowGroupMetaData) -> Vec<usize> {
    let have: HashSet<_> = group.columns().iter().map(|chunk| chunk.column_path().parts()).collect();
    let lacks = |&leaf: &usize| !have.contains(full.column(leaf).path().parts());
    (0..full.num_columns()).filter(lacks).collect()
}

/// Writes one row group that holds just the missing leaves.
fn write_absent(
    sink: &mut Counted<'_>,
    position: u64,
    schema: &Schema,
    full: &SchemaDescriptor,
    group: &WrittenGroup,
    leaves: &[usize],
) -> Result<Vec<ColumnChunkMetaData>, ColumnError> {
    let keep: HashSet<&[String]> = leaves.iter().map(|&leaf| full.columns()[leaf].path().parts()).collect();
    let root = pruned(full.root_schema(), &mut Vec::new(), &keep)?
        .ok_or_else(|| ColumnError::Footer("no leaf is missing".to_string()))?;
    let own = own_leaves(&group.group, &group.schema)?;
    let mut writer = RowGroupWriter::of_type(sink, position, root, schema)?;
    writer.append_with(|out| {
        for &leaf in leaves {
            let levels = Levels::of(schema, full, leaf, group, &own)?;
            let mut column = out
                .next_column()?
                .ok_or_else(|| ColumnError::Footer("fewer columns than missing leaves".to_string()))?;
            levels.write(&mut column, full.column(leaf).physical_type())?;
            column.close()?;
        }
        Ok(())
    })?;
    let groups = writer.finish()?;
    Ok(groups.iter().flat_map(|group| group.columns().to_vec()).collect())
}

/// The type with the leaves in `keep` only; `None` if it holds none of them.
fn pruned(
    node: &Type,
    path: &mut Vec<String>,
    keep: &HashSet<&[String]>,
) -> Result<Option<TypePtr>, ColumnError> {
    if node.is_primitive() {
        return Ok(keep.contains(path.as_slice()).then(|| Arc::new(node.clone())));
    }
    let mut fields = Vec::new();
    for field in node.get_fields() {
        path.push(field.name().to_string());
        fields.extend(pruned(field, path, keep)?);
        path.pop();
    }
    if fields.is_empty() {
        return Ok(None);
    }
    let info = node.get_basic_info();
    let mut builder = Type::group_type_builder(node.name())
        .with_converted_type(info.converted_type())
        .with_logical_type(info.logical_type_ref().cloned())
        .with_fields(fields);
    if info.has_repetition() {
        builder = builder.with_repetition(info.repetition());
    }
    Ok(Some(Arc::new(builder.build()?)))
}

/// The levels of a leaf without values.
struct Levels {
    definition: Vec<i16>,
    repetition: Vec<i16>,
    max_definition: i16,
    max_repetition: i16,
}

impl Levels {
    fn of(
        schema: &Schema,
        full: &SchemaDescriptor,
        leaf: usize,
        group: &WrittenGroup,
        own: &RowGroupMetaData,
    ) -> Result<Self, ColumnError> {
        let column = full.column(leaf);
        let (max_definition, max_repetition) = (column.max_def_level(), column.max_rep_level());
        let mut levels =
            Self { definition: Vec::new(), repetition: Vec::new(), max_definition, max_repetition };
        let node = node_of(schema, column.path().parts());
        let node = node.ok_or_else(|| ColumnError::Footer(format!("no leaf {}", column.path())))?;
        let parent = Parent::of(schema, node, &group.schema, max_definition, max_repetition);
        let sibling = parent.as_ref().and_then(|parent| {
            let under = |chunk: &&ColumnChunkMetaData| {
                node_of(&group.schema, chunk.column_path().parts()).is_some_and(|leaf| {
                    leaf.path.strip_prefix(&parent.path).is_some_and(|rest| rest.starts_with('.'))
                })
            };
            own.columns().iter().find(under)
        });
        match (parent.as_ref(), sibling) {
            (Some(parent), Some(sibling)) => levels.repeat(parent, sibling, group)?,
            _ => {
                let rows = group.group.num_rows() as usize;
                levels.definition = vec![0; rows];
                levels.repetition = vec![0; rows];
            }
        }
        Ok(levels)
    }

    /// Reads the sibling's levels and cuts them down to the parent.
    fn repeat(
        &mut self,
        parent: &Parent,
        sibling: &ColumnChunkMetaData,
        group: &WrittenGroup,
    ) -> Result<(), ColumnError> {
        let source = Arc::new(SegmentBytes(group.segment.clone()));
        let rows = group.group.num_rows() as usize;
        let pages = SerializedPageReader::new(source, sibling, rows, None)?;
        let descriptor = sibling.column_descr_ptr();
        let (flat, required) = (descriptor.max_rep_level() == 0, descriptor.max_def_level() == 0);
        let mut reader = get_column_reader(descriptor, Box::new(pages));
        let mut left = rows;
        while left > 0 {
            let (mut definition, mut repetition) = (Vec::new(), Vec::new());
            let (read, levels) =
                read_levels(&mut reader, left.min(ROWS_AT_ONCE), &mut definition, &mut repetition)?;
            if read == 0 {
                return Err(ColumnError::Footer(format!("column {} ends early", sibling.column_path())));
            }
            definition.resize(levels, if required { 0 } else { i16::MAX });
            repetition.resize(levels, if flat { 0 } else { i16::MAX });
            for (definition, repetition) in definition.into_iter().zip(repetition) {
                if repetition <= parent.repetition {
                    self.definition.push(definition.min(parent.definition));
                    self.repetition.push(repetition);
                }
            }
            left -= read;
        }
        Ok(())
    }

    fn write(
        &self,
        column: &mut SerializedColumnWriter<'_>,
        physical: PhysicalType,
    ) -> Result<(), ColumnError> {
        match physical {
            PhysicalType::BOOLEAN => self.write_typed::<BoolType>(column),
            PhysicalType::INT32 => self.write_typed::<Int32Type>(column),
            PhysicalType::INT64 => self.write_typed::<Int64Type>(column),
            PhysicalType::DOUBLE => self.write_typed::<DoubleType>(column),
            PhysicalType::BYTE_ARRAY => self.write_typed::<ByteArrayType>(column),
            other => Err(ColumnError::Footer(format!("no leaf has the physical type {other}"))),
        }
    }

    fn write_typed<T: DataType>(&self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ColumnError> {
        let definition = (self.max_definition > 0).then_some(self.definition.as_slice());
        let repetition = (self.max_repetition > 0).then_some(self.repetition.as_slice());
        column.typed::<T>().write_batch(&[], definition, repetition)?;
        Ok(())
    }
}

/// The nearest ancestor of a new leaf that the old schema has, and the levels at which it is present.
struct Parent {
    path: String,
    definition: i16,
    repetition: i16,
}

impl Parent {
    fn of(schema: &Schema, leaf: &Node, old: &Schema, definition: i16, repetition: i16) -> Option<Self> {
        let (mut definition, mut repetition) = (definition, repetition);
        let mut node = leaf;
        loop {
            // What the node itself adds: an optional value, or optional list + repeated + optional element.
            let list = matches!(node.kind, NodeKind::Array | NodeKind::Leaf { list: true, .. });
            definition -= if list { 3 } else { 1 };
            repetition -= i16::from(list);
            node = schema.node(node.parent?)?;
            if old.nodes().iter().any(|known| known.path == node.path) {
                return Some(Self { path: node.path.clone(), definition, repetition });
            }
        }
    }
}

/// The leaf node of a Parquet column path: the path without the two levels that each list adds.
fn node_of<'a>(schema: &'a Schema, parts: &[String]) -> Option<&'a Node> {
    let mut siblings = schema.roots();
    let mut parts = parts.iter();
    loop {
        let name = parts.next()?;
        let node = siblings.iter().filter_map(|&id| schema.node(id)).find(|node| &node.name == name)?;
        match node.kind {
            NodeKind::Leaf { .. } => return Some(node),
            NodeKind::Object => {}
            NodeKind::Array => {
                parts.nth(1)?;
            }
        }
        siblings = &node.children;
    }
}

fn read_levels(
    reader: &mut ColumnReader,
    rows: usize,
    definition: &mut Vec<i16>,
    repetition: &mut Vec<i16>,
) -> Result<(usize, usize), ColumnError> {
    macro_rules! read {
        ($typed:expr) => {{
            let mut values = Vec::new();
            let (rows, _, levels) =
                $typed.read_records(rows, Some(definition), Some(repetition), &mut values)?;
            Ok((rows, levels))
        }};
    }
    match reader {
        ColumnReader::BoolColumnReader(typed) => read!(typed),
        ColumnReader::Int32ColumnReader(typed) => read!(typed),
        ColumnReader::Int64ColumnReader(typed) => read!(typed),
        ColumnReader::DoubleColumnReader(typed) => read!(typed),
        ColumnReader::ByteArrayColumnReader(typed) => read!(typed),
        _ => Err(ColumnError::Footer("a column of a type that rolo does not write".to_string())),
    }
}

/// The old group's chunks and the new ones, in the order of the schema.
fn joined(
    full: &Arc<SchemaDescriptor>,
    group: &RowGroupMetaData,
    chunks: Vec<ColumnChunkMetaData>,
) -> Result<RowGroupMetaData, ColumnError> {
    let all = || group.columns().iter().chain(&chunks);
    let columns = full.columns().iter().map(|leaf| {
        let missing = || ColumnError::Footer(format!("a row group lacks column {}", leaf.path()));
        all().find(|chunk| chunk.column_path() == leaf.path()).cloned().ok_or_else(missing)
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    with_columns(group, Arc::clone(full), columns)
}
