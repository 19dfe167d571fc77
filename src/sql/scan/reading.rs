//! What a scan reads, and the readers that its partitions share. Nothing is read before the first partition asks for rows.

use std::fmt;
use std::sync::{Arc, OnceLock};

use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::common::{DataFusionError, Result};
use datafusion::physical_expr::PhysicalExpr;

use super::explain::indexes;
use super::learned::learned;
use super::pieces::Piece;
use super::stream::Ids;
use super::top::Top;
use crate::engine::{TableColumn, TableReader, ValueTexts};
use crate::index::IdSet;
use crate::schema::{NodeId, Scalar, SpaceId};
use crate::sql::error::external;
use crate::sql::tables::columns::{Column, Holds};
use crate::sql::tables::table::{Only, Table};
use crate::storage::counters::Tally;

/// The columns and rows that a scan reads.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) table: Arc<Table>,
    pub(super) only: Only,
    /// The columns, by their place in the table.
    pub(super) projection: Vec<usize>,
    pub(super) schema: SchemaRef,
    /// Of the columns those, by their place in the table, whose value ids are read in place of texts.
    pub(super) value_ids: Vec<usize>,
    /// The rows, by segment, that were found when the statement was planned.
    pub(super) found: Arc<Vec<IdSet>>,
    pub(super) partitions: Vec<Vec<Piece>>,
    /// Only the first rows in an order are wanted.
    pub(super) top: Option<Top>,
    /// What joins will ask of the rows once they know their other side.
    pub(super) dynamic: Vec<Arc<dyn PhysicalExpr>>,
    /// Whether what is read is counted.
    pub(super) analyze: bool,
}

/// Texts by value id, each for the column at a place of a scan.
pub(crate) type Texts = Vec<(usize, Arc<ValueTexts>)>;

/// What the partitions of one run share.
#[derive(Default)]
pub(super) struct Shared {
    /// The rows that joins left.
    rows: OnceLock<Arc<Vec<IdSet>>>,
    readers: OnceLock<Arc<Vec<TableReader>>>,
    /// What they read, where that is counted.
    pub(super) tally: Tally,
}

impl Reading {
    /// Its columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.projection.iter().filter_map(|&place| self.table.columns().columns.get(place))
    }

    /// Whether every row of the table is read, dead ones aside.
    pub(super) fn is_whole(&self) -> bool {
        self.dynamic.is_empty()
            && self.top.is_none()
            && self.found.iter().all(|ids| ids.len() == ids.universe())
    }

    /// What is read, for a plan.
    pub(super) fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<&str> = self.columns().map(|column| column.name.as_str()).collect();
        write!(f, "{}, columns=[{}]", self.table.columns().name, columns.join(", "))?;
        if let Some(top) = &self.top {
            let columns = &self.table.columns().columns;
            let keys =
                top.keys.iter().filter_map(|key| columns.get(key.0)).map(|column| column.name.as_str());
            write!(f, ", first {} by [{}]", top.rows, keys.collect::<Vec<_>>().join(", "))?;
        }
        if !self.value_ids.is_empty() {
            let columns = self.value_ids.iter().filter_map(|&place| self.table.columns().columns.get(place));
            let names: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
            write!(f, ", value ids of [{}]", names.join(", "))?;
        }
        let parquet =
            self.columns().filter(|column| column.holds.is_parquet()).map(|column| column.name.as_str());
        let parquet: Vec<&str> = parquet.collect();
        if !parquet.is_empty() {
            write!(f, ", from Parquet=[{}]", parquet.join(", "))?;
        }
        // An index that cannot be read fails the scan itself, with more to say.
        let indexes = indexes(&self.table, &self.only, self.analyze).unwrap_or_default();
        if !indexes.is_empty() {
            write!(f, ", indexes: {indexes}")?;
        }
        if !self.dynamic.is_empty() {
            write!(f, ", narrowed by joins")?;
        }
        write!(f, ", rows={}", self.found())
    }

    /// How many rows were found when the statement was planned.
    fn found(&self) -> u64 {
        self.found.iter().map(|ids| u64::from(ids.len())).sum()
    }

    /// The same of no more than the first `rows` rows by `keys`, which are columns that it reads; `None` if it reads nothing
    /// else.
    pub(super) fn with_top(&self, keys: &[(usize, SortOptions)], rows: usize) -> Option<Self> {
        let keys = keys.iter().map(|(at, options)| Some((*self.projection.get(*at)?, *options)));
        let keys = keys.collect::<Option<Vec<_>>>()?;
        if self.top.is_some() || self.projection.iter().all(|place| keys.iter().any(|key| key.0 == *place)) {
            return None;
        }
        Some(Self { top: Some(Top { keys, rows }), ..self.clone() })
    }

    /// The same with value ids in place of texts in those columns at `places` of the scan that are short texts, and their texts.
    pub(super) fn with_value_ids(&self, places: &[usize]) -> Result<(Self, Texts)> {
        let (mut new, mut texts) = (self.clone(), Vec::new());
        let mut fields: Vec<FieldRef> = self.schema.fields().iter().cloned().collect();
        for &at in places {
            let (Some(&place), Some(field)) = (self.projection.get(at), fields.get_mut(at)) else { continue };
            let Some(column) = self.table.columns().columns.get(place) else { continue };
            let Some((space, node)) = short_text(&column.holds, self.table.columns().rows.space()) else {
                continue;
            };
            let found = self.table.database().value_texts(space, node).map_err(external)?;
            let Some(found) = found.filter(|_| !new.value_ids.contains(&place)) else { continue };
            *field = Arc::new(Field::new(field.name(), DataType::UInt32, true));
            new.value_ids.push(place);
            texts.push((at, Arc::new(found)));
        }
        new.schema = Arc::new(Schema::new(fields));
        Ok((new, texts))
    }

    /// The rows, by segment, that a run reads: those found, without those that joins have meanwhile ruled out.
    fn rows(&self, shared: &Shared) -> Result<Arc<Vec<IdSet>>> {
        if self.dynamic.is_empty() {
            return Ok(Arc::clone(&self.found));
        }
        if let Some(rows) = shared.rows.get() {
            return Ok(Arc::clone(rows));
        }
        let mut rows = Arc::clone(&self.found);
        let learned = learned(&self.dynamic, &self.schema, self.found())?;
        if !learned.is_empty() {
            let only = self.table.with(Only::default()).narrowed(&learned);
            if !only.is_all() {
                let left = self.table.found(&only).map_err(external)?;
                rows =
                    Arc::new(rows.iter().zip(&left).map(|(found, left)| found.clone().and(left)).collect());
            }
        }
        Ok(Arc::clone(shared.rows.get_or_init(|| rows)))
    }

    /// Readers, by segment, of columns, by their place in the table, for about `expected` rows of each segment.
    fn open(
        &self,
        places: impl Iterator<Item = usize>,
        rows: &[IdSet],
        most: u64,
    ) -> Result<Vec<TableReader>> {
        let space = self.table.columns().rows.space();
        let column = |place: usize| {
            let column = table_column(&self.table.columns().columns.get(place)?.holds);
            Some(if self.value_ids.contains(&place) { by_value_id(column) } else { column })
        };
        let columns: Vec<TableColumn> = places.filter_map(column).collect();
        let open = |(segment, ids): (usize, &IdSet)| {
            let expected = u64::from(ids.len()).min(most);
            self.table.database().table(segment, space, &columns, expected).map_err(external)
        };
        rows.iter().enumerate().map(open).collect()
    }

    /// The readers of what the scan gives, by segment; opened once, since partitions share what is decoded.
    pub(super) fn readers(&self, shared: &Shared) -> Result<Arc<Vec<TableReader>>> {
        if let Some(readers) = shared.readers.get() {
            return Ok(Arc::clone(readers));
        }
        let most = self.top.as_ref().map_or(u64::MAX, |top| top.rows as u64);
        let readers = self.open(self.projection.iter().copied(), &self.rows(shared)?, most)?;
        Ok(Arc::clone(shared.readers.get_or_init(|| Arc::new(readers))))
    }

    /// The ids that a partition reads.
    pub(super) fn ids(&self, shared: &Shared, partition: usize, batch_rows: usize) -> Result<Ids> {
        let rows = self.rows(shared)?;
        let pieces = self.partitions.get(partition).cloned();
        let pieces = pieces.ok_or_else(|| DataFusionError::Internal(format!("no partition {partition}")))?;
        let ids = Ids::new(Arc::clone(&rows), pieces, batch_rows);
        let Some(top) = &self.top else { return Ok(ids) };
        let readers = self.open(top.keys.iter().map(|key| key.0), &rows, u64::MAX)?;
        let universes = rows.iter().map(IdSet::universe);
        Ok(Ids::all(top.of(ids, &readers, universes).map_err(external)?, batch_rows))
    }
}

/// The space and node of a short text with a forward column; those of a person are in no space.
fn short_text(holds: &Holds, space: Option<SpaceId>) -> Option<(Option<SpaceId>, NodeId)> {
    match holds {
        Holds::Forward { node, scalar: Scalar::String, .. } => Some((space, *node)),
        Holds::OfPerson(holds) => short_text(holds, None),
        _ => None,
    }
}

/// The value ids of a column of short texts.
fn by_value_id(column: TableColumn) -> TableColumn {
    match column {
        TableColumn::Forward(node) => TableColumn::ValueId(node),
        TableColumn::PersonForward(node) => TableColumn::PersonValueId(node),
        other => other,
    }
}

fn table_column(holds: &Holds) -> TableColumn {
    match holds {
        Holds::OfPerson(holds) => match table_column(holds) {
            TableColumn::Forward(node) => TableColumn::PersonForward(node),
            TableColumn::Nested(node) => TableColumn::PersonNested(node),
            // The person id is the same in both.
            other => other,
        },
        Holds::PersonId => TableColumn::PersonId,
        Holds::Position => TableColumn::Position,
        Holds::ParentPosition => TableColumn::ParentPosition,
        Holds::List => TableColumn::List,
        Holds::Forward { node, .. } => TableColumn::Forward(*node),
        Holds::Parquet { node, .. } => TableColumn::Nested(*node),
    }
}
