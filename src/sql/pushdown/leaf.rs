//! The tree of one test of one column, and how trees are put together.
//!
//! A column that is no list has one value or none, so a test is true, false, or unknown where there is none. Of a list the
//! indexes do not know whether it is null or empty.

use std::sync::Arc;

use datafusion::logical_expr::{Cast, Expr, TryCast};

use super::Pushed;
use super::truth::{Pusher, Want};
use crate::column::column_leaf;
use crate::filter::{Condition, Field, Quantifier, Test, Tree};
use crate::schema::{KeyRule, NodeId, Scalar};
use crate::sql::tables::columns::{Column, Holds, Rows, TableColumns};
use arrow::datatypes::{DataType, Field as ArrowField};

/// A column that an index knows.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// What filters call it.
    pub(super) field: Arc<Field>,
    /// The column in Arrow's terms.
    pub(super) arrow: Arc<ArrowField>,
}

impl Source {
    /// The column that an expression is, through casts that change no value.
    pub(super) fn of(pusher: &Pusher<'_>, expr: &Expr) -> Option<Source> {
        Source::at(pusher, place_of(expr, pusher.table)?)
    }

    /// The column of a name.
    pub(super) fn named(pusher: &Pusher<'_>, name: &str) -> Option<Source> {
        Source::at(pusher, pusher.table.find(name)?.0)
    }

    fn at(pusher: &Pusher<'_>, at: usize) -> Option<Source> {
        let column = pusher.table.columns.get(at)?;
        let arrow = Arc::clone(pusher.table.arrow.fields().get(at)?);
        Some(Source { field: field(pusher, column)?, arrow })
    }

    /// Type of the values.
    pub(super) fn scalar(&self) -> Scalar {
        self.field.value.scalar
    }

    /// Whether each row has a list of values.
    pub(super) fn is_list(&self) -> bool {
        self.field.value.list
    }

    /// The rows for which a test of the value is what is wanted.
    pub(super) fn test(&self, test: Test, want: Want) -> Pushed {
        let (passes, present) = (|quantifier| self.condition(quantifier, test.clone()), Test::Present);
        let present = |quantifier| self.condition(quantifier, present.clone());
        let tree = match want {
            Want::True => passes(Quantifier::Some),
            Want::NotTrue => passes(Quantifier::No),
            // An empty list is false, a null one unknown: what is found here has to be looked at.
            Want::False if self.is_list() => passes(Quantifier::No),
            Want::False => Tree::And(vec![present(Quantifier::Some), passes(Quantifier::No)]),
            Want::NotFalse => Tree::Or(vec![present(Quantifier::No), passes(Quantifier::Some)]),
        };
        Pushed { tree, exact: !self.is_list() || matches!(want, Want::True | Want::NotTrue) }
    }

    /// The rows that have a value, or that have none; `None` for a list, which may be empty.
    pub(super) fn presence(&self, present: bool) -> Option<Pushed> {
        let quantifier = if present { Quantifier::Some } else { Quantifier::No };
        (!self.is_list()).then(|| Pushed { tree: self.condition(quantifier, Test::Present), exact: true })
    }

    fn condition(&self, quantifier: Quantifier, test: Test) -> Tree {
        Tree::Condition(Condition { field: Arc::clone(&self.field), quantifier, test })
    }
}

/// The place in a table of the column that an expression is, through casts that change no value.
pub(crate) fn place_of(expr: &Expr, table: &TableColumns) -> Option<usize> {
    match expr {
        Expr::Column(column) => table.find(&column.name).map(|(at, _)| at),
        Expr::Cast(Cast { expr, field }) | Expr::TryCast(TryCast { expr, field }) => {
            let at = place_of(expr, table)?;
            same_values(table.arrow.fields().get(at)?.data_type(), field.data_type()).then_some(at)
        }
        _ => None,
    }
}

/// What filters call a column.
fn field(pusher: &Pusher<'_>, column: &Column) -> Option<Arc<Field>> {
    match &column.holds {
        Holds::Forward { node, field, .. } | Holds::Parquet { node, field } => {
            own(pusher, *node, field.as_ref()?)
        }
        Holds::PersonId if pusher.table.rows == Rows::People => {
            let mut roots = pusher.schema.roots().iter().filter_map(|&root| pusher.schema.node(root));
            let node = roots.find(|node| node.key == Some(KeyRule::PersonId))?;
            Field::of(pusher.schema, &node.path).map(Arc::new)
        }
        Holds::PersonId | Holds::OfPerson(_) | Holds::Position | Holds::ParentPosition | Holds::List => None,
    }
}

/// The field as the column has it. Filters read some paths from another leaf where the first has no value, a column does not.
fn own(pusher: &Pusher<'_>, node: NodeId, field: &Arc<Field>) -> Option<Arc<Field>> {
    let is_own = |leaf: &NodeId| column_leaf(pusher.schema, *leaf) == Some(node);
    if field.reads.iter().flatten().all(is_own) {
        return Some(Arc::clone(field));
    }
    let own = |chain: &Vec<NodeId>| chain.iter().copied().filter(is_own).collect::<Vec<_>>();
    let reads: Vec<_> = field.reads.iter().map(own).filter(|chain| !chain.is_empty()).collect();
    (!reads.is_empty()).then(|| Arc::new(Field { reads, ..Field::clone(field) }))
}

/// Whether a cast only changes how values are held.
fn same_values(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::List(from), DataType::List(to)) => same_values(from.data_type(), to.data_type()),
        (from, to) => from == to || (from.is_string() && to.is_string()),
    }
}

/// All rows, or none.
pub(super) fn constant(all: bool) -> Pushed {
    let tree = if all { Tree::all() } else { Tree::Or(Vec::new()) };
    Pushed { tree, exact: true }
}

/// The rows that all parts find. A part that no index can tell is left out, and has to be evaluated.
pub(super) fn all(parts: impl Iterator<Item = Option<Pushed>>) -> Option<Pushed> {
    let (mut trees, mut exact) = (Vec::new(), true);
    for part in parts {
        exact &= part.as_ref().is_some_and(|part| part.exact);
        trees.extend(part.map(|part| part.tree));
    }
    let known = exact || !trees.is_empty();
    known.then(|| Pushed { tree: Tree::And(trees), exact })
}

/// The rows that any part finds.
pub(super) fn any(parts: impl Iterator<Item = Option<Pushed>>) -> Option<Pushed> {
    let parts = parts.collect::<Option<Vec<_>>>()?;
    let exact = parts.iter().all(|part| part.exact);
    Some(Pushed { tree: Tree::Or(parts.into_iter().map(|part| part.tree).collect()), exact })
}
