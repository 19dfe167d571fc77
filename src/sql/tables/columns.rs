//! Which columns a table has, in order, and what each means: derived from the catalogue of paths.
//!
//! `people` has a row a person: its leaves by path, lists of scalars as lists, and each array of objects as a list of
//! structs. Every array of objects is a table too, a row an element: `person_id`, `position` (from 1, in the order of the
//! record; first the current roles, then the past ones), `parent_position` where the array lies in another, `list` where the
//! table is made of several arrays (`current`, `past`), and its leaves by the rest of their path.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field as ArrowField, Schema as ArrowSchema, SchemaRef};

use crate::column::{column_leaf, node_type};
use crate::filter;
use crate::index::{LeafKind, indexed_leaves};
use crate::schema::{Node, NodeId, NodeKind, Scalar, Schema, Space, SpaceId};

/// The table with a row a person.
pub(crate) const PEOPLE: &str = "people";
/// The column that names the person, in every table.
pub(crate) const PERSON_ID: &str = "person_id";

/// What a column of people is called beside those of their elements.
pub(crate) fn of_person(name: &str) -> String {
    format!("{PEOPLE}.{name}")
}

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rows {
    /// People.
    People,
    /// The elements of a space.
    Elements(SpaceId),
}

impl Rows {
    /// The space of the elements; `None`: people.
    pub(crate) fn space(self) -> Option<SpaceId> {
        match self {
            Self::People => None,
            Self::Elements(space) => Some(space),
        }
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    /// Its name in SQL: a path, whole in `people`, within the array elsewhere.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) holds: Holds,
    /// What it is, in one line.
    pub(crate) doc: String,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Holds {
    /// The person id.
    PersonId,
    /// The number of the element among those of the person, or of the element around it, from 1.
    Position,
    /// The number of the element around it among those of the person, from 1.
    ParentPosition,
    /// The name of the array that the element is in.
    List,
    /// The values of a leaf that has a forward column: a short indexed text, a number, a date, a boolean.
    Forward {
        /// The leaf by whose number its sections go.
        node: NodeId,
        /// Type of the values.
        scalar: Scalar,
        /// What filters call it, if an index knows it.
        field: Option<Arc<filter::Field>>,
    },
    /// What only Parquet has: a long text, a list, an array of objects, a text without an index.
    Parquet {
        /// The node; of a union, that in the first of its arrays.
        node: NodeId,
        /// What filters call it, if an index knows it.
        field: Option<Arc<filter::Field>>,
    },
    /// In a table of elements that was joined with people: a column of the person.
    OfPerson(Box<Holds>),
}

impl Holds {
    /// Whether only Parquet has the column.
    pub(crate) fn is_parquet(&self) -> bool {
        match self {
            Self::Parquet { .. } => true,
            Self::OfPerson(holds) => holds.is_parquet(),
            _ => false,
        }
    }
}

/// The columns of a table.
#[derive(Debug, Clone)]
pub(crate) struct TableColumns {
    /// The table's name.
    pub(crate) name: String,
    /// What its rows are.
    pub(crate) rows: Rows,
    /// In the order of `SELECT *`.
    pub(crate) columns: Vec<Column>,
    /// The same in Arrow's terms.
    pub(crate) arrow: SchemaRef,
}

impl TableColumns {
    /// Every table of a database with this catalogue: `people` first.
    pub(crate) fn all(schema: &Schema) -> Vec<TableColumns> {
        let elements = schema.spaces().iter().map(|space| Self::of_elements(schema, space));
        std::iter::once(Self::of_people(schema)).chain(elements).collect()
    }

    /// The columns of a table of elements, then those of `people`, with [`of_person`] before their names: what the two joined on
    /// the person id have.
    pub(crate) fn with_people(&self, people: &TableColumns) -> Self {
        let joined = people.columns.iter().map(|column| Column {
            name: of_person(&column.name),
            holds: Holds::OfPerson(Box::new(column.holds.clone())),
            doc: column.doc.clone(),
        });
        let columns = self.columns.iter().cloned().chain(joined).collect();
        let theirs = people.arrow.fields().iter().map(|field| {
            Arc::new(ArrowField::new(of_person(field.name()), field.data_type().clone(), field.is_nullable()))
        });
        let arrow =
            Arc::new(ArrowSchema::new(self.arrow.fields().iter().cloned().chain(theirs).collect::<Vec<_>>()));
        Self { name: format!("{} with {}", self.name, people.name), rows: self.rows, columns, arrow }
    }

    /// The column of exactly this name, with its place.
    pub(crate) fn find(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }

    /// The columns of `people`.
    pub(crate) fn of_people(schema: &Schema) -> Self {
        let mut builder = Builder::new(schema, PEOPLE, Rows::People, None);
        builder.add(
            PERSON_ID,
            DataType::Int64,
            false,
            Holds::PersonId,
            "number that names the person for ever",
        );
        let (mut leaves, mut arrays) = (Vec::new(), Vec::new());
        collect(schema, schema.roots(), &mut leaves, &mut arrays);
        leaves.iter().for_each(|node| builder.leaf(node, &node.path, &node.path));
        for node in arrays {
            let holds = Holds::Parquet { node: node.id, field: None };
            builder.add(&node.path, node_type(schema, node), true, holds, &doc(schema, &node.path));
        }
        builder.finish()
    }

    fn of_elements(schema: &Schema, space: &Space) -> Self {
        let mut builder = Builder::new(schema, &space.name, Rows::Elements(space.id), Some(space.id));
        builder.add(PERSON_ID, DataType::Int64, false, Holds::PersonId, "the person it belongs to");
        let position = if space.parent.is_some() {
            "its number inside the element around it, from 1"
        } else {
            "its number, from 1"
        };
        if space.parent.is_some() {
            let holds = Holds::ParentPosition;
            builder.add(
                "parent_position",
                DataType::Int64,
                false,
                holds,
                "the number of the element around it, from 1",
            );
        }
        builder.add("position", DataType::Int64, false, Holds::Position, position);
        if space.arrays.len() > 1 {
            builder.add("list", DataType::Utf8View, false, Holds::List, "the array it is in");
        }
        let arrays: Vec<&Node> = space.arrays.iter().filter_map(|&id| schema.node(id)).collect();
        let union = arrays.first().and_then(|array| schema.node(array.parent?)).filter(|_| arrays.len() > 1);
        for array in &arrays {
            let mut leaves = Vec::new();
            collect(schema, &array.children, &mut leaves, &mut Vec::new());
            for node in leaves {
                let Some(rest) = node.path.strip_prefix(&array.path).and_then(|rest| rest.strip_prefix('.'))
                else {
                    continue;
                };
                let path = union.map_or(node.path.clone(), |union| format!("{}.{rest}", union.path));
                if column_leaf(schema, node.id) == Some(node.id) {
                    builder.leaf(node, rest, &path);
                }
            }
        }
        builder.finish()
    }
}

/// The leaves and the arrays of objects below some nodes, in order, arrays not entered.
fn collect<'s>(schema: &'s Schema, ids: &[NodeId], leaves: &mut Vec<&'s Node>, arrays: &mut Vec<&'s Node>) {
    for node in ids.iter().filter_map(|&id| schema.node(id)) {
        match node.kind {
            NodeKind::Leaf { .. } => leaves.push(node),
            NodeKind::Array => arrays.push(node),
            NodeKind::Object => collect(schema, &node.children, leaves, arrays),
        }
    }
}

fn doc(schema: &Schema, path: &str) -> String {
    schema.resolve(path).map(|row| row.doc.clone()).unwrap_or_default()
}

struct Builder<'s> {
    schema: &'s Schema,
    name: String,
    rows: Rows,
    /// Indexed leaves of the table.
    indexed: Vec<(NodeId, LeafKind)>,
    columns: Vec<Column>,
    fields: Vec<ArrowField>,
}

impl<'s> Builder<'s> {
    fn new(schema: &'s Schema, name: &str, rows: Rows, space: Option<SpaceId>) -> Self {
        let indexed = indexed_leaves(schema, space).into_iter().map(|leaf| (leaf.node, leaf.kind)).collect();
        Self { schema, name: name.to_owned(), rows, indexed, columns: Vec::new(), fields: Vec::new() }
    }

    fn add(&mut self, name: &str, of: DataType, nullable: bool, holds: Holds, doc: &str) {
        self.columns.push(Column { name: name.to_owned(), holds, doc: doc.to_owned() });
        self.fields.push(ArrowField::new(name, of, nullable));
    }

    /// `path` is what filters call the leaf.
    fn leaf(&mut self, node: &Node, name: &str, path: &str) {
        if node.key == Some(crate::schema::KeyRule::PersonId) {
            return;
        }
        let NodeKind::Leaf { scalar, list } = node.kind else { return };
        let index = self.indexed.iter().find(|(leaf, _)| *leaf == node.id).map(|(_, kind)| *kind);
        let field = index.and_then(|_| filter::Field::of(self.schema, path)).map(Arc::new);
        let forward = !list && (scalar != Scalar::String || index == Some(LeafKind::Text { list: false }));
        let holds = if forward {
            Holds::Forward { node: node.id, scalar, field }
        } else {
            Holds::Parquet { node: node.id, field }
        };
        let of = match node_type(self.schema, node) {
            DataType::Utf8 => DataType::Utf8View,
            other => other,
        };
        let doc = doc(self.schema, path);
        self.add(name, of, true, holds, &doc);
    }

    fn finish(self) -> TableColumns {
        let arrow = Arc::new(ArrowSchema::new(self.fields));
        TableColumns { name: self.name, rows: self.rows, columns: self.columns, arrow }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> TableColumns {
        TableColumns::all(&Schema::person()).into_iter().find(|table| table.name == name).unwrap()
    }

    #[test]
    fn every_leaf_of_a_person_is_a_column_of_people() {
        let people = table("people");
        assert_eq!(people.columns[0].name, "person_id");
        let (_, country) = people.find("basic_profile.location.country").unwrap();
        assert!(matches!(country.holds, Holds::Forward { scalar: Scalar::String, field: Some(_), .. }));
        let (_, summary) = people.find("basic_profile.summary").unwrap();
        assert!(matches!(summary.holds, Holds::Parquet { field: Some(_), .. }));
        assert!(people.find("experience.employment_details.current").is_some());
        assert!(people.find("experience.employment_details.current.title").is_none());
    }

    #[test]
    fn roles_are_both_arrays_with_the_name_of_theirs() {
        let roles = table("roles");
        let names: Vec<&str> = roles.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names[..3], ["person_id", "position", "list"]);
        let (_, title) = roles.find("title").unwrap();
        let Holds::Forward { field: Some(field), .. } = &title.holds else { panic!("{title:?}") };
        assert_eq!(field.path, "experience.employment_details.title");
        assert_eq!(field.array.unwrap().array, None);
    }

    #[test]
    fn repos_know_their_profile() {
        let repos = table("repos");
        assert!(repos.find("parent_position").is_some());
        assert!(table("dev_platform_profiles").find("repos").is_none());
    }
}
