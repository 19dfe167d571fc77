//! Shreds JSON records into a record batch: one growing column per leaf, filled in one walk of each record.
//!
//! A value that does not fit its leaf becomes null and is counted; keys the catalogue does not know are
//! counted by path and skipped. Both stay in the source record.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, BooleanBufferBuilder, Date32Array, Float64Array, Int64Array, ListArray,
    NullBufferBuilder, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{Field, SchemaRef};

use super::ColumnError;
use super::layout::{arrow_schema, item, node_type, struct_fields};
use crate::record::{Coerced, Value, coerce};
use crate::schema::{NodeId, NodeKind, Scalar, Schema};

/// What did not fit while shredding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShredReport {
    /// Values of a wrong type, by path; each is null in its column.
    pub coerced: BTreeMap<String, u64>,
    /// Keys that the catalogue does not know, by path; they live on in the source record only.
    pub unknown: BTreeMap<String, u64>,
}

impl ShredReport {
    /// Adds another report's counts.
    pub fn absorb(&mut self, other: Self) {
        for (path, count) in other.coerced {
            *self.coerced.entry(path).or_default() += count;
        }
        for (path, count) in other.unknown {
            *self.unknown.entry(path).or_default() += count;
        }
    }
}

/// Collects records and gives them back as one batch. Costs one walk of each record.
#[derive(Debug)]
pub struct Shredder {
    arrow: SchemaRef,
    root: ObjectColumn,
    paths: Vec<String>,
    report: Report,
    rows: usize,
}

/// Counts by node while walking; turned into paths at the end.
#[derive(Debug, Default)]
struct Report {
    coerced: Vec<u64>,
    unknown: BTreeMap<(Option<NodeId>, String), u64>,
    watch: bool,
    /// The first misfit since it was last taken, where they are watched for.
    first: Option<Misfit>,
}

/// A value that does not fit its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Its path.
    pub path: String,
    /// What it is, in words.
    pub found: &'static str,
    /// What the path takes, in words.
    pub expected: &'static str,
    /// The value as JSON.
    pub value: String,
}

impl Report {
    fn mismatch(&mut self, node: NodeId, path: &str, value: &Value<'_>, expected: &'static str) {
        if let Some(count) = self.coerced.get_mut(node as usize) {
            *count += 1;
        }
        if self.watch && self.first.is_none() {
            let (path, value, found) = (path.to_string(), value.to_json(), value.kind());
            self.first = Some(Misfit { path, found, expected, value });
        }
    }

    fn unknown(&mut self, parent: Option<NodeId>, key: &str) {
        *self.unknown.entry((parent, key.to_string())).or_default() += 1;
    }
}

impl Shredder {
    /// An empty shredder for records of this catalogue.
    pub fn new(schema: &Schema) -> Self {
        let arrow = arrow_schema(schema);
        let root = ObjectColumn::new(schema, None, None, schema.roots());
        let paths: Vec<String> = schema.nodes().iter().map(|node| node.path.clone()).collect();
        let report = Report { coerced: vec![0; paths.len()], ..Report::default() };
        Self { arrow, root, paths, report, rows: 0 }
    }

    /// Adds one record. A record that is no object adds a row of nulls.
    pub fn push(&mut self, record: &Value<'_>) {
        self.rows += 1;
        self.root.push_fields(record, &mut self.report);
    }

    /// Adds one record and returns its first value that does not fit, if there is one.
    pub fn push_strict(&mut self, record: &Value<'_>) -> Option<Misfit> {
        self.report.watch = true;
        self.push(record);
        self.report.first.take()
    }

    /// Rows so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The batch of all records pushed, and what did not fit.
    pub fn finish(self) -> Result<(RecordBatch, ShredReport), ColumnError> {
        let columns = self.root.children.into_iter().map(Column::finish).collect::<Result<Vec<_>, _>>()?;
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(self.rows));
        let batch = RecordBatch::try_new_with_options(self.arrow, columns, &options)?;
        let mut report = ShredReport::default();
        for (path, &count) in self.paths.iter().zip(&self.report.coerced) {
            if count > 0 {
                report.coerced.insert(path.clone(), count);
            }
        }
        for ((parent, key), count) in self.report.unknown {
            let prefix = parent.and_then(|id| self.paths.get(id as usize));
            let path = prefix.map_or_else(|| key.clone(), |prefix| format!("{prefix}.{key}"));
            report.unknown.insert(path, count);
        }
        Ok((batch, report))
    }
}

#[derive(Debug)]
enum Column {
    Object(ObjectColumn),
    List(ListColumn),
    Leaf(LeafColumn),
}

impl Column {
    fn new(schema: &Schema, id: NodeId) -> Option<Self> {
        let node = schema.node(id)?;
        let object = || ObjectColumn::new(schema, Some(id), node.scalar_as, &node.children);
        let list = |field, child| Self::List(ListColumn::new(node.path.clone(), id, field, child));
        Some(match node.kind {
            NodeKind::Object => Self::Object(object()),
            NodeKind::Array => {
                let fields = struct_fields(schema, node);
                list(item(arrow::datatypes::DataType::Struct(fields)), Self::Object(object()))
            }
            NodeKind::Leaf { scalar, list: false } => {
                Self::Leaf(LeafColumn::new(id, node.path.clone(), scalar, node_type(schema, node)))
            }
            NodeKind::Leaf { scalar, list: true } => {
                let element = match node_type(schema, node) {
                    arrow::datatypes::DataType::List(element) => element,
                    other => item(other),
                };
                let leaf = LeafColumn::new(id, node.path.clone(), scalar, element.data_type().clone());
                list(element, Self::Leaf(leaf))
            }
        })
    }

    fn push(&mut self, value: Option<&Value<'_>>, report: &mut Report) {
        match self {
            Self::Object(column) => column.push(value, report),
            Self::List(column) => column.push(value, report),
            Self::Leaf(column) => column.push(value, report),
        }
    }

    fn finish(self) -> Result<ArrayRef, ColumnError> {
        match self {
            Self::Object(column) => column.finish(),
            Self::List(column) => column.finish(),
            Self::Leaf(column) => column.finish(),
        }
    }
}

/// An object: its fields' columns, and which rows have it.
#[derive(Debug)]
struct ObjectColumn {
    id: Option<NodeId>,
    path: String,
    names: Vec<String>,
    children: Vec<Column>,
    /// The field that a bare scalar counts as.
    scalar_as: Option<usize>,
    fields: arrow::datatypes::Fields,
    validity: NullBufferBuilder,
    len: usize,
}

impl ObjectColumn {
    fn new(schema: &Schema, id: Option<NodeId>, scalar_as: Option<NodeId>, children: &[NodeId]) -> Self {
        let node = id.and_then(|id| schema.node(id));
        let fields = node.map(|node| struct_fields(schema, node));
        Self {
            id,
            path: node.map(|node| node.path.clone()).unwrap_or_default(),
            names: children.iter().filter_map(|&c| schema.node(c)).map(|node| node.name.clone()).collect(),
            children: children.iter().filter_map(|&child| Column::new(schema, child)).collect(),
            scalar_as: scalar_as.and_then(|child| children.iter().position(|&c| c == child)),
            fields: fields.unwrap_or_default(),
            validity: NullBufferBuilder::new(0),
            len: 0,
        }
    }

    fn push(&mut self, value: Option<&Value<'_>>, report: &mut Report) {
        self.len += 1;
        match value {
            Some(object @ Value::Object(_)) => {
                self.validity.append_non_null();
                self.push_fields(object, report);
            }
            Some(scalar) if self.takes_scalar(scalar) => {
                self.validity.append_non_null();
                for (at, child) in self.children.iter_mut().enumerate() {
                    child.push((Some(at) == self.scalar_as).then_some(scalar), report);
                }
            }
            other => {
                if let (Some(id), Some(value)) = (self.id, other)
                    && !matches!(value, Value::Null)
                {
                    report.mismatch(id, &self.path, value, "an object");
                }
                self.validity.append_null();
                self.push_nothing(report);
            }
        }
    }

    fn takes_scalar(&self, value: &Value<'_>) -> bool {
        self.scalar_as.is_some() && !matches!(value, Value::Null | Value::Array(_) | Value::Object(_))
    }

    fn push_nothing(&mut self, report: &mut Report) {
        for child in &mut self.children {
            child.push(None, report);
        }
    }

    /// Gives each child its value. Records list keys mostly in one order, so the search for a key starts
    /// after the last one found.
    fn push_fields(&mut self, record: &Value<'_>, report: &mut Report) {
        let Value::Object(entries) = record else {
            self.push_nothing(report);
            return;
        };
        let mut found: Vec<Option<&Value<'_>>> = vec![None; self.children.len()];
        let mut next = 0;
        for (key, value) in entries {
            let (before, after) = self.names.split_at(next.min(self.names.len()));
            let at = after.iter().position(|name| name == key).map(|at| at + before.len());
            match at.or_else(|| before.iter().position(|name| name == key)) {
                Some(at) => {
                    if let Some(slot) = found.get_mut(at) {
                        *slot = Some(value);
                    }
                    next = at + 1;
                }
                None => report.unknown(self.id, key),
            }
        }
        for (child, value) in self.children.iter_mut().zip(found) {
            child.push(value, report);
        }
    }

    fn finish(mut self) -> Result<ArrayRef, ColumnError> {
        let arrays = self.children.into_iter().map(Column::finish).collect::<Result<Vec<_>, _>>()?;
        let nulls = self.validity.finish();
        Ok(Arc::new(StructArray::try_new_with_length(self.fields, arrays, nulls, self.len)?))
    }
}

/// An array of objects, or a list of scalars.
#[derive(Debug)]
struct ListColumn {
    path: String,
    id: NodeId,
    field: Arc<Field>,
    child: Box<Column>,
    ends: Vec<usize>,
    elements: usize,
    validity: NullBufferBuilder,
}

impl ListColumn {
    fn new(path: String, id: NodeId, field: Arc<Field>, child: Column) -> Self {
        let validity = NullBufferBuilder::new(0);
        Self { path, id, field, child: Box::new(child), ends: Vec::new(), elements: 0, validity }
    }

    fn push(&mut self, value: Option<&Value<'_>>, report: &mut Report) {
        match value {
            Some(Value::Array(items)) => {
                for element in items {
                    self.child.push(Some(element), report);
                }
                self.elements += items.len();
                self.validity.append_non_null();
            }
            Some(Value::Null) | None => self.validity.append_null(),
            Some(value) => {
                report.mismatch(self.id, &self.path, value, "a list");
                self.validity.append_null();
            }
        }
        self.ends.push(self.elements);
    }

    fn finish(mut self) -> Result<ArrayRef, ColumnError> {
        let offsets = offsets(&self.path, &self.ends)?;
        let values = self.child.finish()?;
        Ok(Arc::new(ListArray::try_new(self.field, offsets, values, self.validity.finish())?))
    }
}

fn offsets(path: &str, ends: &[usize]) -> Result<OffsetBuffer<i32>, ColumnError> {
    let mut offsets = Vec::with_capacity(ends.len() + 1);
    offsets.push(0);
    for &end in ends {
        let end = i32::try_from(end).map_err(|_| ColumnError::BatchTooLarge { path: path.to_string() })?;
        offsets.push(end);
    }
    Ok(OffsetBuffer::new(ScalarBuffer::from(offsets)))
}

/// A scalar leaf.
#[derive(Debug)]
struct LeafColumn {
    id: NodeId,
    path: String,
    scalar: Scalar,
    data_type: arrow::datatypes::DataType,
    values: Values,
    validity: NullBufferBuilder,
}

#[derive(Debug)]
enum Values {
    Text { bytes: Vec<u8>, ends: Vec<usize> },
    Int64(Vec<i64>),
    Float64(Vec<f64>),
    Boolean(BooleanBufferBuilder),
    Date(Vec<i32>),
    Micros(Vec<i64>),
}

impl LeafColumn {
    fn new(id: NodeId, path: String, scalar: Scalar, data_type: arrow::datatypes::DataType) -> Self {
        let values = match scalar {
            Scalar::String => Values::Text { bytes: Vec::new(), ends: Vec::new() },
            Scalar::Integer => Values::Int64(Vec::new()),
            Scalar::Number => Values::Float64(Vec::new()),
            Scalar::Boolean => Values::Boolean(BooleanBufferBuilder::new(0)),
            Scalar::Date => Values::Date(Vec::new()),
            Scalar::Datetime => Values::Micros(Vec::new()),
        };
        Self { id, path, scalar, data_type, values, validity: NullBufferBuilder::new(0) }
    }

    fn push(&mut self, value: Option<&Value<'_>>, report: &mut Report) {
        let coerced = match value.map(|value| (value, coerce(value, self.scalar))) {
            None => Coerced::Null,
            Some((_, Ok(coerced))) => coerced,
            Some((value, Err(mismatch))) => {
                report.mismatch(self.id, &self.path, value, mismatch.expected);
                Coerced::Null
            }
        };
        let fits = match (&mut self.values, &coerced) {
            (Values::Text { bytes, ends }, Coerced::Str(text)) => {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len());
                true
            }
            (Values::Int64(values), Coerced::Int(number)) => push_some(values, *number),
            (Values::Float64(values), Coerced::Float(number)) => push_some(values, *number),
            (Values::Boolean(values), Coerced::Bool(flag)) => {
                values.append(*flag);
                true
            }
            (Values::Date(values), Coerced::Date(days)) => push_some(values, *days),
            (Values::Micros(values), Coerced::Datetime(micros)) => push_some(values, *micros),
            _ => false,
        };
        if fits {
            self.validity.append_non_null();
        } else {
            self.push_null();
        }
    }

    fn push_null(&mut self) {
        self.validity.append_null();
        match &mut self.values {
            Values::Text { bytes, ends } => ends.push(bytes.len()),
            Values::Int64(values) | Values::Micros(values) => values.push(0),
            Values::Float64(values) => values.push(0.0),
            Values::Boolean(values) => values.append(false),
            Values::Date(values) => values.push(0),
        }
    }

    fn finish(mut self) -> Result<ArrayRef, ColumnError> {
        let nulls = self.validity.finish();
        Ok(match self.values {
            Values::Text { bytes, ends } => {
                let offsets = offsets(&self.path, &ends)?;
                Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes), nulls)?)
            }
            Values::Int64(values) => Arc::new(Int64Array::try_new(values.into(), nulls)?),
            Values::Float64(values) => Arc::new(Float64Array::try_new(values.into(), nulls)?),
            Values::Boolean(mut values) => Arc::new(BooleanArray::new(values.finish(), nulls)),
            Values::Date(values) => Arc::new(Date32Array::try_new(values.into(), nulls)?),
            Values::Micros(values) => Arc::new(
                TimestampMicrosecondArray::try_new(values.into(), nulls)?.with_data_type(self.data_type),
            ),
        })
    }
}

fn push_some<T>(values: &mut Vec<T>, value: T) -> bool {
    values.push(value);
    true
}
