//! People, and the elements of an array, as Arrow columns: read by row or element id, for SQL.
//!
//! - `numbers`: integers, numbers, booleans and dates out of forward columns
//! - `texts`: short texts, through their dictionary
//! - `places`: person ids, positions, the arrays that elements are in
//! - `nested`: what has no forward column: long texts, lists, arrays of objects
//! - `value_ids`: numbers in place of texts
//! - `value_counts`: how many rows have each text
//! - `bounds`: nulls, least and greatest value of a column, from directories

mod bounds;
mod nested;
mod numbers;
mod places;
#[cfg(test)]
mod tests;
mod texts;
mod value_counts;
mod value_ids;

use std::sync::Arc;

use arrow::array::{ArrayRef, new_null_array};
use arrow::datatypes::DataType;

use super::Error;
use super::database::Database;
use super::segments::spans_of;
use crate::column::{column_leaf, node_type};
use crate::index::{ColumnReader, DictionaryReader, SpansReader};
use crate::schema::{NodeId, NodeKind, Scalar, SpaceId};
use crate::storage::SectionKind;
pub use bounds::{Bound, Bounds};
use nested::{Nested, Wanted};
use places::Places;
use texts::Texts;
pub use value_counts::ValueCounts;
pub use value_ids::ValueTexts;

/// A column of a table of people (its rows are rows of a segment) or of elements (its rows are element ids).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableColumn {
    /// The person id, an int64.
    PersonId,
    /// The place of an element among those of the person, or of the element around it: an int64, from 1.
    Position,
    /// The place of the element around it among those of the person: an int64, from 1.
    ParentPosition,
    /// The name of the array that an element is in: a text.
    List,
    /// A leaf with a forward column: a short indexed text (`Utf8View`), or a number, date, datetime or boolean. Of a union
    /// the leaf in the first array that has it.
    Forward(NodeId),
    /// The value ids (`UInt32`) of such a text: [`Database::value_texts`] knows their texts.
    ValueId(NodeId),
    /// Any stored node, out of Parquet. Of a union the node in the first array that has it.
    Nested(NodeId),
    /// Of the person that an element belongs to, a leaf with a forward column.
    PersonForward(NodeId),
    /// Of the person that an element belongs to, the value ids of such a text.
    PersonValueId(NodeId),
    /// Of the person that an element belongs to, any stored node, out of Parquet.
    PersonNested(NodeId),
}

/// Columns of one segment, ready to be read. It can be shared between threads.
pub struct TableReader {
    columns: Vec<Source>,
    /// Where the places of elements are; `None`: of people.
    places: Places,
    nested: Option<Nested>,
    /// The nested columns of the person.
    person_nested: Option<Nested>,
}

/// How one column is read.
enum Source {
    PersonId,
    Position,
    ParentPosition,
    List(ArrayRef),
    /// Nobody in the segment has a value.
    Absent(DataType),
    Number(ColumnReader, Scalar),
    Text(Texts),
    /// The value ids of texts, and the first one of the segment.
    ValueIds(Texts, u32),
    /// The column of this number out of `nested`.
    Nested(usize),
    /// The column of this number out of `person_nested`.
    PersonNested(usize),
    /// A column of numbers or texts of the person.
    Person(Box<Source>),
}

impl Database {
    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Number of rows of a segment, or of elements of a space in it; dead ones included.
    pub fn universe(&self, segment: usize, space: Option<SpaceId>) -> Result<u32, Error> {
        let open = self.segment(segment)?;
        match space {
            None => Ok(open.segment.rows()),
            Some(space) => Ok(spans_of(&open.segment, space)?.as_ref().map_or(0, SpansReader::len)),
        }
    }

    /// The columns of a segment: of its people, or of the elements of a space. `expected` is about how many rows or elements
    /// will be read: of few, texts are looked up one by one, and what has no forward column comes from records.
    ///
    /// # Errors
    /// Damage; a column that the table does not have.
    pub fn table(
        self: &Arc<Self>,
        segment: usize,
        space: Option<SpaceId>,
        columns: &[TableColumn],
        expected: u64,
    ) -> Result<TableReader, Error> {
        let open = self.segment(segment)?;
        let (mut nodes, mut person_nodes) = (Vec::new(), Vec::new());
        let mut sources = Vec::with_capacity(columns.len());
        // What the segment was loaded without is null, whatever its records hold.
        let lacks = |node| column_leaf(&open.schema, node).is_none();
        for &column in columns {
            sources.push(match column {
                TableColumn::Nested(node) | TableColumn::PersonNested(node) if lacks(node) => {
                    absent(&self.schema, node)
                }
                TableColumn::PersonId => Source::PersonId,
                TableColumn::Position => Source::Position,
                TableColumn::ParentPosition => Source::ParentPosition,
                TableColumn::List => Source::List(places::list_names(&self.schema, space)?),
                TableColumn::Forward(node) => self.forward(segment, space, node, expected)?,
                TableColumn::ValueId(node) => self.value_ids(segment, space, node)?,
                TableColumn::Nested(node) => {
                    nodes.push(node);
                    Source::Nested(nodes.len() - 1)
                }
                TableColumn::PersonForward(node) => {
                    Source::Person(Box::new(self.forward(segment, None, node, expected)?))
                }
                TableColumn::PersonValueId(node) => {
                    Source::Person(Box::new(self.value_ids(segment, None, node)?))
                }
                TableColumn::PersonNested(node) => {
                    person_nodes.push(node);
                    Source::PersonNested(person_nodes.len() - 1)
                }
            });
        }
        let places = Places::new(open, space)?;
        let nested = |nodes: Vec<NodeId>, space| match nodes.is_empty() {
            true => Ok(None),
            false => Nested::new(self, segment, space, nodes, expected).map(Some),
        };
        let (nested, person_nested) = (nested(nodes, space)?, nested(person_nodes, None)?);
        Ok(TableReader { columns: sources, places, nested, person_nested })
    }

    /// Counts the texts of a leaf with a forward column in one segment.
    ///
    /// # Errors
    /// Damage.
    pub fn value_counts(
        &self,
        segment: usize,
        space: Option<SpaceId>,
        node: NodeId,
    ) -> Result<ValueCounts, Error> {
        let open = self.segment(segment)?;
        ValueCounts::new(&open.segment, space, column_leaf(&open.schema, node))
    }

    fn value_ids(&self, segment: usize, space: Option<SpaceId>, node: NodeId) -> Result<Source, Error> {
        let first = self.first_value_id(segment, space, node)?;
        Ok(match self.forward(segment, space, node, 0)? {
            Source::Text(texts) => Source::ValueIds(texts, first),
            Source::Absent(DataType::Utf8View) => Source::Absent(DataType::UInt32),
            _ => return Err(Error::internal("value ids of what is no text")),
        })
    }

    fn forward(
        &self,
        segment: usize,
        space: Option<SpaceId>,
        node: NodeId,
        expected: u64,
    ) -> Result<Source, Error> {
        let open = self.segment(segment)?;
        let Some(known) = self.schema.node(node).filter(|known| known.space == space) else {
            return Err(Error::internal(format!("node {node} is no column of this table")));
        };
        let NodeKind::Leaf { scalar, list: false } = known.kind else {
            return Err(Error::internal(format!("{} has no forward column", known.path)));
        };
        let section = |kind| open.leaf_section(kind, space, node);
        if scalar != Scalar::String {
            return match section(SectionKind::COLUMN) {
                Some(column) => Ok(Source::Number(ColumnReader::new(column)?, scalar)),
                None => Ok(absent(&self.schema, node)),
            };
        }
        match (section(SectionKind::DICTIONARY), section(SectionKind::VALUE_COLUMN)) {
            (Some(values), Some(column)) => {
                let (values, column) = (DictionaryReader::new(values)?, ColumnReader::new(column)?);
                Ok(Source::Text(Texts::new(values, column, expected)))
            }
            _ => Ok(absent(&self.schema, node)),
        }
    }
}

/// A column in which all is null, as tables have it: texts are views.
fn absent(schema: &crate::schema::Schema, node: NodeId) -> Source {
    Source::Absent(match schema.node(node).map(|node| node_type(schema, node)) {
        Some(DataType::Utf8) | None => DataType::Utf8View,
        Some(other) => other,
    })
}

impl TableReader {
    /// The columns of these rows or elements, which ascend: one array for each column, in their order.
    ///
    /// Costs about 2 ns a number and 5 ns a text where many are read, 100 ns each where few are; pages of Parquet, or where few
    /// are read a record each, for what has no forward column.
    ///
    /// # Errors
    /// Damage; an id that the segment does not have.
    pub fn read(&self, ids: &[u32]) -> Result<Vec<ArrayRef>, Error> {
        let rows = if self.needs_rows() { self.places.of(ids)? } else { places::Found::default() };
        let nested = match &self.nested {
            Some(nested) => {
                let own = |row| self.places.elements(row);
                nested.read(&Wanted { rows: &rows.rows, ids, own: &own })?
            }
            None => Vec::new(),
        };
        let person_nested = match &self.person_nested {
            Some(nested) => {
                let own = |row: u32| Ok(row..row.saturating_add(1));
                nested.read(&Wanted { rows: &rows.rows, ids: &rows.rows, own: &own })?
            }
            None => Vec::new(),
        };
        let read = |source: &Source| -> Result<ArrayRef, Error> {
            let of = |columns: &[ArrayRef], at: usize| {
                let column = columns.get(at).map(Arc::clone);
                column.ok_or_else(|| Error::internal("a nested column that was not read"))
            };
            match source {
                Source::PersonId => self.places.person_ids(&rows),
                Source::Position => Ok(rows.positions()),
                Source::ParentPosition => Ok(rows.parent_positions()),
                Source::List(names) => self.places.lists(ids, names),
                Source::Nested(at) => of(&nested, *at),
                Source::PersonNested(at) => of(&person_nested, *at),
                Source::Person(source) => source.values(&rows.rows),
                own => own.values(ids),
            }
        };
        self.columns.iter().map(read).collect()
    }

    /// Whether it has to be known whose the elements are.
    fn needs_rows(&self) -> bool {
        let of_rows = |column: &Source| {
            matches!(column, Source::PersonId | Source::Position | Source::ParentPosition | Source::Person(_))
        };
        self.nested.is_some() || self.person_nested.is_some() || self.columns.iter().any(of_rows)
    }
}

impl Source {
    /// The values of a forward column.
    fn values(&self, ids: &[u32]) -> Result<ArrayRef, Error> {
        match self {
            Self::Absent(of) => Ok(new_null_array(of, ids.len())),
            Self::Number(column, scalar) => numbers::read(column, *scalar, ids),
            Self::Text(texts) => texts.read(ids),
            Self::ValueIds(texts, first) => texts.value_ids(ids, *first),
            _ => Err(Error::internal("a column that is not read by itself")),
        }
    }
}
