//! What only Parquet has, for some rows or elements: pages of the row groups that hold them.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::{cast, concat, take};
use arrow::datatypes::DataType;
use parquet::file::metadata::RowGroupMetaData;

use crate::column::{ColumnError, node_values, nodes_to_read, read_rows, space_spans};
use crate::engine::Error;
use crate::engine::database::Database;
use crate::schema::{NodeId, Schema, SpaceId};
use crate::storage::Segment;

/// Columns that only Parquet has.
pub(super) struct Nested {
    segment: Segment,
    /// The schema of the footer.
    schema: Arc<Schema>,
    space: Option<SpaceId>,
    nodes: Vec<NodeId>,
    /// All nodes that are read for them.
    read: Vec<NodeId>,
    groups: Arc<Vec<RowGroupMetaData>>,
}

impl Nested {
    pub(super) fn new(
        database: &Database,
        segment: usize,
        space: Option<SpaceId>,
        nodes: Vec<NodeId>,
    ) -> Result<Self, Error> {
        let read = nodes.iter().flat_map(|&node| nodes_to_read(&database.schema, node)).collect();
        Ok(Self {
            segment: database.segment(segment)?.segment.clone(),
            schema: Arc::clone(&database.schema),
            space,
            nodes,
            read,
            groups: database.row_groups(segment)?,
        })
    }

    /// One array for each node: its values at the ids. `rows` are the rows that the ids belong to; both ascend.
    pub(super) fn read(
        &self,
        rows: &[u32],
        ids: &[u32],
        own: &dyn Fn(u32) -> Result<Range<u32>, Error>,
    ) -> Result<Vec<ArrayRef>, Error> {
        let mut parts: Vec<Vec<ArrayRef>> = self.nodes.iter().map(|_| Vec::new()).collect();
        let (mut rows, mut ids) = (rows, ids);
        let mut first = 0_u32;
        for group in self.groups.iter() {
            let end = first.saturating_add(u32::try_from(group.num_rows()).unwrap_or(u32::MAX));
            let inside = rows.partition_point(|&row| row < end);
            let (own_rows, later_rows) = rows.split_at(inside);
            let (own_ids, later_ids) = ids.split_at(inside.min(ids.len()));
            if !own_rows.is_empty() {
                let columns = self.read_group(group, first, own_rows, own_ids, own)?;
                parts.iter_mut().zip(columns).for_each(|(part, column)| part.push(column));
            }
            (rows, ids, first) = (later_rows, later_ids, end);
        }
        if !rows.is_empty() {
            let problem = format!(
                "the footer lists {first} rows of segment {}",
                self.segment.directory().parts.segment_id
            );
            return Err(ColumnError::Footer(problem).into());
        }
        self.nodes.iter().zip(parts).map(|(&node, parts)| self.joined(node, &parts)).collect()
    }

    /// The same for rows of one group, which begins at the row `first` of the segment.
    fn read_group(
        &self,
        group: &RowGroupMetaData,
        first: u32,
        rows: &[u32],
        ids: &[u32],
        own: &dyn Fn(u32) -> Result<Range<u32>, Error>,
    ) -> Result<Vec<ArrayRef>, Error> {
        let mut distinct: Vec<u32> = rows.to_vec();
        distinct.dedup();
        let inside: Vec<u32> = distinct.iter().map(|row| row - first).collect();
        let batch = read_rows(&self.segment, group, &self.schema, &self.read, &inside)?;
        let spans = self.space.map(|space| space_spans(&batch, &self.schema, space)).transpose()?;
        let places = UInt32Array::from(places(&distinct, ids, own)?);
        let values = |&node: &NodeId| -> Result<ArrayRef, Error> {
            let all = node_values(&batch, &self.schema, node, spans.as_ref())?;
            if places.values().iter().any(|&place| place as usize >= all.len()) {
                return Err(ColumnError::Footer(
                    "a row group has fewer elements than its segment".to_owned(),
                )
                .into());
            }
            Ok(take(&all, &places, None).map_err(ColumnError::from)?)
        };
        self.nodes.iter().map(values).collect()
    }

    /// The parts of one column, one after the other, in the type that tables have.
    fn joined(&self, node: NodeId, parts: &[ArrayRef]) -> Result<ArrayRef, Error> {
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        let of = self.schema.node(node).map(|node| crate::column::node_type(&self.schema, node));
        let of = of.ok_or_else(|| Error::internal("a column of no node"))?;
        let all = if parts.is_empty() {
            arrow::array::new_empty_array(&of)
        } else {
            concat(&parts).map_err(ColumnError::from)?
        };
        if of == DataType::Utf8 {
            return Ok(cast(&all, &DataType::Utf8View).map_err(ColumnError::from)?);
        }
        Ok(all)
    }
}

/// The place of each element among all elements of `rows`, which are the rows that they belong to.
fn places(
    rows: &[u32],
    ids: &[u32],
    own: &dyn Fn(u32) -> Result<Range<u32>, Error>,
) -> Result<Vec<u32>, Error> {
    let mut places = Vec::with_capacity(ids.len());
    let (mut before, mut ids) = (0_u32, ids.iter().peekable());
    for &row in rows {
        let elements = own(row)?;
        while let Some(id) = ids.next_if(|id| elements.contains(*id)) {
            places.push(before + (id - elements.start));
        }
        before = before.saturating_add(elements.len() as u32);
    }
    Ok(places)
}
