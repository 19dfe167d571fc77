//! What no forward column has, for some rows or elements: out of the pages of Parquet that hold them or, where few are
//! wanted, out of their records, each shredded as when it was loaded.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::{cast, concat, take};
use arrow::datatypes::DataType;

use crate::column::{ColumnError, Shredder, node_values, nodes_to_read, read_rows, space_spans};
use crate::engine::Error;
use crate::engine::database::Database;
use crate::engine::segments::LiveGroup;
use crate::record::{Projection, RejectReason};
use crate::schema::{NodeId, Schema, SpaceId};

/// A record costs as much as so many rows of a page: some 15 us against 0.4 us of a column of URLs, measured where a hundredth of
/// a million people was read.
const RECORD_COST: u64 = 32;
/// Rows of a page at least: fewer are not read by themselves.
const PAGE_ROWS: u64 = 4_096;

/// Columns that no forward column has.
pub(super) struct Nested {
    database: Arc<Database>,
    segment: usize,
    /// The schema of the footer.
    schema: Arc<Schema>,
    space: Option<SpaceId>,
    nodes: Vec<NodeId>,
    source: Source,
}

/// What is read.
enum Source {
    /// Of records what they say of the nodes.
    Records(Box<Projection>),
    /// Of row groups these nodes, which those that are wanted need.
    Pages { groups: Arc<Vec<LiveGroup>>, read: Vec<NodeId> },
}

/// Rows or elements that are wanted.
pub(super) struct Wanted<'a> {
    /// The rows that they belong to, ascending: for each of them its own, or each row once.
    pub(super) rows: &'a [u32],
    /// Their ids, ascending.
    pub(super) ids: &'a [u32],
    /// The rows or elements that belong to a row.
    pub(super) own: &'a dyn Fn(u32) -> Result<Range<u32>, Error>,
}

impl Nested {
    /// `expected`: about how many rows or elements will be read.
    pub(super) fn new(
        database: &Arc<Database>,
        segment: usize,
        space: Option<SpaceId>,
        nodes: Vec<NodeId>,
        expected: u64,
    ) -> Result<Self, Error> {
        let schema = Arc::clone(&database.schema);
        let read: Vec<NodeId> = nodes.iter().flat_map(|&node| nodes_to_read(&schema, node)).collect();
        let open = database.segment(segment)?;
        let few = expected.saturating_mul(RECORD_COST) < u64::from(open.segment.rows()).max(PAGE_ROWS);
        // Records of a segment with an older schema may hold what its columns lack. Schemas only grow.
        let source = if few && open.schema.nodes().len() == schema.nodes().len() {
            Source::Records(Box::new(Projection::new(&schema, &schema.selection_of(&read))))
        } else {
            Source::Pages { groups: database.row_groups(segment)?, read }
        };
        Ok(Self { database: Arc::clone(database), segment, schema, space, nodes, source })
    }

    /// One array for each node: its values at the ids.
    pub(super) fn read(&self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>, Error> {
        let parts = match &self.source {
            Source::Records(projection) => vec![self.read_records(projection, wanted)?],
            Source::Pages { groups, read } => self.read_groups(groups, read, wanted)?,
        };
        let of_node = |(at, &node): (usize, &NodeId)| {
            let parts: Vec<&dyn Array> =
                parts.iter().filter_map(|part| Some(part.get(at)?.as_ref())).collect();
            self.joined(node, &parts)
        };
        self.nodes.iter().enumerate().map(of_node).collect()
    }

    fn read_records(&self, projection: &Projection, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>, Error> {
        let rows = distinct(wanted.rows);
        let mut shredder = Shredder::new(&self.schema);
        for &row in &rows {
            let person = self.database.person(self.segment, row)?;
            let unreadable =
                |reason: RejectReason| Error::internal(format!("person {}: {reason}", person.id()));
            shredder.push(&projection.read(person.record()).map_err(unreadable)?);
        }
        self.values(&shredder.finish()?.0, &Wanted { rows: &rows, ..*wanted })
    }

    /// For each row group that has some of the rows, the columns of those.
    fn read_groups(
        &self,
        groups: &[LiveGroup],
        read: &[NodeId],
        wanted: &Wanted<'_>,
    ) -> Result<Vec<Vec<ArrayRef>>, Error> {
        let segment = &self.database.segment(self.segment)?.segment;
        let Wanted { mut rows, mut ids, own } = *wanted;
        let mut parts = Vec::new();
        for LiveGroup { rows: inside, metadata } in groups {
            let count = rows.partition_point(|&row| row < inside.end);
            let (own_rows, later_rows) = rows.split_at(count);
            let (own_ids, later_ids) = ids.split_at(count.min(ids.len()));
            if let Some(&least) = own_rows.first() {
                if least < inside.start {
                    break;
                }
                let own_rows = distinct(own_rows);
                let places: Vec<u32> = own_rows.iter().map(|row| row - inside.start).collect();
                let batch = read_rows(segment, metadata, &self.schema, read, &places)?;
                parts.push(self.values(&batch, &Wanted { rows: &own_rows, ids: own_ids, own })?);
            }
            (rows, ids) = (later_rows, later_ids);
        }
        if let Some(row) = rows.first() {
            let id = segment.directory().parts.segment_id;
            let problem = format!("it does not list row {row} of segment {id}, who lives");
            return Err(ColumnError::Footer(problem).into());
        }
        Ok(parts)
    }

    /// One array for each node: its values at the ids, out of a batch of the rows, each of which is there once.
    fn values(&self, batch: &RecordBatch, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>, Error> {
        let spans = self.space.map(|space| space_spans(batch, &self.schema, space)).transpose()?;
        let places = UInt32Array::from(places(wanted)?);
        let values = |&node: &NodeId| -> Result<ArrayRef, Error> {
            let all = node_values(batch, &self.schema, node, spans.as_ref())?;
            if places.values().iter().any(|&place| place as usize >= all.len()) {
                let problem = "rows have fewer elements in columns than in spans".to_owned();
                return Err(ColumnError::Footer(problem).into());
            }
            Ok(take(&all, &places, None).map_err(ColumnError::from)?)
        };
        self.nodes.iter().map(values).collect()
    }

    /// The parts of one column, one after the other, in the type that tables have.
    fn joined(&self, node: NodeId, parts: &[&dyn Array]) -> Result<ArrayRef, Error> {
        let of = self.schema.node(node).map(|node| crate::column::node_type(&self.schema, node));
        let of = of.ok_or_else(|| Error::internal("a column of no node"))?;
        let all = if parts.is_empty() {
            arrow::array::new_empty_array(&of)
        } else {
            concat(parts).map_err(ColumnError::from)?
        };
        if of == DataType::Utf8 {
            return Ok(cast(&all, &DataType::Utf8View).map_err(ColumnError::from)?);
        }
        Ok(all)
    }
}

/// Rows, which ascend, each once.
fn distinct(rows: &[u32]) -> Vec<u32> {
    let mut distinct = rows.to_vec();
    distinct.dedup();
    distinct
}

/// The place of each element among all elements of the rows, each of which is there once.
fn places(wanted: &Wanted<'_>) -> Result<Vec<u32>, Error> {
    let mut places = Vec::with_capacity(wanted.ids.len());
    let (mut before, mut ids) = (0_u32, wanted.ids.iter().peekable());
    for &row in wanted.rows {
        let elements = (wanted.own)(row)?;
        while let Some(id) = ids.next_if(|id| elements.contains(*id)) {
            places.push(before + (id - elements.start));
        }
        before = before.saturating_add(elements.len() as u32);
    }
    Ok(places)
}
