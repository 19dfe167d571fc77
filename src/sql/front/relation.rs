//! Tables and their columns as names see them.

use std::collections::HashSet;

use arrow::datatypes::{DataType, SchemaRef};

use crate::schema::{NodeId, PathRow, Schema, Target};
use crate::sql::tables::columns::{PERSON_ID, Rows, TableColumns};

/// What the person is, rather than what one network says: a short name that several paths end in means the one in here.
const FIRST_FAMILY: &str = "basic_profile.";

/// The schema of files that a statement names.
pub(crate) const FILES: &str = "files";

/// The schema of calls of table functions, each called as it is written.
pub(crate) const FUNCTIONS: &str = "functions";

/// A column that a name can mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// Its type, where that is known before planning.
    pub(crate) of: Option<DataType>,
}

impl Column {
    pub(crate) fn is_list(&self) -> bool {
        matches!(
            self.of,
            Some(
                DataType::List(_)
                    | DataType::LargeList(_)
                    | DataType::ListView(_)
                    | DataType::FixedSizeList(..)
            )
        )
    }
}

/// A path that is no column, and means one, or the first of several that is not null.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Extra {
    pub(crate) path: String,
    pub(crate) columns: Vec<String>,
    /// The path is that of the person schema from its root, in a table of elements: too long to be meant by a short name.
    pub(crate) whole: bool,
}

/// A table with a name.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) extras: Vec<Extra>,
    /// Of a table of elements, the paths of the arrays that it is made of, a union's own last.
    pub(crate) arrays: Vec<String>,
}

impl Table {
    /// A table that only has columns.
    pub(crate) fn plain(schema: &str, name: &str, arrow: &SchemaRef) -> Self {
        Self {
            schema: schema.into(),
            name: name.into(),
            columns: columns_of(arrow),
            extras: Vec::new(),
            arrays: Vec::new(),
        }
    }

    /// Whether it has every column of another.
    pub(crate) fn has_columns_of(&self, other: &Table) -> bool {
        other.columns.iter().all(|column| self.columns.contains(column))
    }

    /// A table of people, or of elements, with the catalogue's other names for its columns.
    pub(crate) fn of_people(schema: &str, table: &TableColumns, catalogue: &Schema) -> Self {
        let arrays = arrays_of(table, catalogue);
        let columns = columns_of(&table.arrow);
        let known: HashSet<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let mut extras = Vec::new();
        for row in catalogue.paths() {
            let inside = match table.rows {
                Rows::People => Some((row.path.as_str(), false)),
                Rows::Elements(_) => inside_of(&row.path, &arrays),
            };
            let Some((inside, whole)) = inside else { continue };
            let columns: Vec<String> = read_columns(row, catalogue, &arrays, table)
                .into_iter()
                .filter(|column| known.contains(column.as_str()))
                .collect();
            if columns.is_empty() {
                continue;
            }
            if !known.contains(inside) {
                extras.push(Extra { path: inside.into(), columns: columns.clone(), whole: false });
            }
            if whole {
                extras.push(Extra { path: row.path.clone(), columns, whole });
            }
        }
        let mut seen = HashSet::new();
        extras.retain(|extra| seen.insert(extra.path.clone()));
        Self { schema: schema.into(), name: table.name.clone(), columns, extras, arrays }
    }
}

/// A path within the first array that it is in, and whether it means all elements of the table: that of one array of a union
/// would need a condition too.
fn inside_of<'p>(path: &'p str, arrays: &[String]) -> Option<(&'p str, bool)> {
    let within = |array: &String| path.strip_prefix(array.as_str())?.strip_prefix('.');
    let (at, inside) = arrays.iter().enumerate().find_map(|(at, array)| Some((at, within(array)?)))?;
    Some((inside, at + 1 == arrays.len()))
}

/// The paths of the arrays whose elements are the table's rows, and that of the union last.
fn arrays_of(table: &TableColumns, catalogue: &Schema) -> Vec<String> {
    let Rows::Elements(id) = table.rows else { return Vec::new() };
    let Some(space) = catalogue.spaces().iter().find(|space| space.id == id) else { return Vec::new() };
    let nodes: Vec<_> = space.arrays.iter().filter_map(|&id| catalogue.node(id)).collect();
    let mut arrays: Vec<String> = nodes.iter().map(|node| node.path.clone()).collect();
    if nodes.len() > 1
        && let Some(union) = nodes.first().and_then(|node| catalogue.node(node.parent?))
    {
        arrays.push(union.path.clone());
    }
    arrays
}

/// The columns that reading a path reads.
fn read_columns(row: &PathRow, catalogue: &Schema, arrays: &[String], table: &TableColumns) -> Vec<String> {
    let leaves: &[NodeId] = match &row.target {
        Target::Node(node) => std::slice::from_ref(node),
        Target::Text(_, leaves) => leaves,
        Target::Union(nodes) => nodes.get(..1).unwrap_or_default(),
        Target::UnionText(texts) => texts.first().map_or(&[], |(_, leaves)| leaves.as_slice()),
    };
    leaves
        .iter()
        .filter_map(|&id| catalogue.node(id))
        .filter_map(|node| match table.rows {
            Rows::People if node.key == Some(crate::schema::KeyRule::PersonId) => Some(PERSON_ID.to_owned()),
            Rows::People => Some(node.path.clone()),
            Rows::Elements(_) => arrays
                .iter()
                .find_map(|array| node.path.strip_prefix(array.as_str())?.strip_prefix('.'))
                .map(str::to_owned),
        })
        .collect()
}

pub(crate) fn columns_of(arrow: &SchemaRef) -> Vec<Column> {
    let column = |field: &arrow::datatypes::FieldRef| Column {
        name: field.name().clone(),
        of: Some(field.data_type().clone()),
    };
    arrow.fields().iter().map(column).collect()
}

/// Something that FROM brings into scope.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// What qualifies its columns: an alias, or a table's name behind that of its schema.
    pub(crate) name: Vec<String>,
    /// `None` if only the planner knows them.
    pub(crate) columns: Option<Vec<Column>>,
    pub(crate) extras: Vec<Extra>,
}

/// What a name turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// The columns; of several, the first that is not null.
    pub(crate) columns: Vec<Column>,
    /// The path that they stand for.
    pub(crate) path: String,
    /// Parts of the name behind the column: fields of a struct.
    pub(crate) fields: usize,
}

impl Relation {
    /// What error messages call it.
    pub(crate) fn shown(&self) -> String {
        self.name.last().cloned().unwrap_or_else(|| "the subquery".into())
    }

    /// Whether these parts, in front of a column, mean this relation.
    pub(crate) fn is_called(&self, qualifier: &[String]) -> bool {
        let same = |(a, b): (&String, &String)| a == b;
        !qualifier.is_empty()
            && qualifier.len() <= self.name.len()
            && self.name.iter().rev().zip(qualifier.iter().rev()).all(same)
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.as_ref()?.iter().find(|column| column.name == name)
    }

    /// The column, or other path, of exactly these parts; capitals count only where two columns differ by nothing else.
    pub(crate) fn exact(&self, parts: &[String]) -> Option<Found> {
        let name = parts.join(".");
        if let Some(column) = self.column(&name) {
            return Some(Found { columns: vec![column.clone()], path: name, fields: 0 });
        }
        if let Some(extra) = self.extras.iter().find(|extra| extra.path == name) {
            return self.extra(extra);
        }
        let mut alike =
            self.columns.iter().flatten().filter(|column| column.name.eq_ignore_ascii_case(&name));
        if let (Some(column), None) = (alike.next(), alike.next()) {
            let found = Found { columns: vec![column.clone()], path: column.name.clone(), fields: 0 };
            return Some(found);
        }
        self.field(parts)
    }

    /// A column that is a struct, and fields in it.
    fn field(&self, parts: &[String]) -> Option<Found> {
        (1..parts.len()).rev().find_map(|length| {
            let (name, fields) = parts.split_at(length);
            let column = self.column(&name.join("."))?;
            let known = matches!(column.of, None | Some(DataType::Struct(_)));
            known.then(|| Found {
                columns: vec![column.clone()],
                path: column.name.clone(),
                fields: fields.len(),
            })
        })
    }

    fn extra(&self, extra: &Extra) -> Option<Found> {
        let columns: Vec<Column> =
            extra.columns.iter().filter_map(|name| self.column(name)).cloned().collect();
        (!columns.is_empty()).then(|| Found { columns, path: extra.path.clone(), fields: 0 })
    }

    /// The paths that end in these parts: one, if the name is not ambiguous.
    pub(crate) fn ending_in(&self, parts: &[String]) -> Vec<Found> {
        let end = format!(".{}", parts.join("."));
        let columns = self
            .columns
            .iter()
            .flatten()
            .filter(|column| column.name.ends_with(&end))
            .map(|column| Found { columns: vec![column.clone()], path: column.name.clone(), fields: 0 });
        let extras = self.extras.iter().filter(|extra| !extra.whole && extra.path.ends_with(&end));
        let found: Vec<Found> = columns.chain(extras.filter_map(|extra| self.extra(extra))).collect();
        let mut first = found.iter().filter(|found| found.path.starts_with(FIRST_FAMILY));
        match (first.next(), first.next()) {
            (Some(one), None) => vec![one.clone()],
            _ => found,
        }
    }

    /// The columns below a branch.
    pub(crate) fn below(&self, branch: &[String]) -> Vec<Column> {
        let prefix = format!("{}.", branch.join("."));
        let below = |column: &&Column| column.name.starts_with(&prefix);
        self.columns.iter().flatten().filter(below).cloned().collect()
    }
}
