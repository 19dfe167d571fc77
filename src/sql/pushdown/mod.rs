//! Predicates of SQL as filter trees, which the indexes answer.
//!
//! - `truth`: SQL's three values; a predicate becomes the tree of the rows for which it is true
//! - `leaf`: the tree of one test of one column
//! - `numbers`: comparisons of numbers, dates, datetimes and booleans as ranges
//! - `text`: any predicate over one short text, evaluated by the SQL engine on the distinct values; `evaluate`: there, and
//!   for `numbers`; `prefix`: how those that pass begin
//! - `lists`: `'x' = ANY(list)` and its kin
//! - `words`: `has_words`, `has_phrase`; `geo`: `geo_within`
//! - `array`: the column `list` of elements, which names their array
//!
//! What depends on time or chance, or on several columns at once, is left to the SQL engine, and so is what an index cannot
//! tell exactly, such as whether a list is null or empty.

mod array;
mod evaluate;
mod geo;
mod leaf;
mod lists;
mod numbers;
mod prefix;
#[cfg(test)]
mod tests;
mod text;
mod truth;
mod words;

use datafusion::logical_expr::Expr;

use crate::filter::Tree;
use crate::schema::Schema;
use crate::sql::tables::columns::TableColumns;
pub(crate) use leaf::place_of;
pub(crate) use truth::chain;

/// A predicate that the indexes answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pushed {
    /// Holds for the rows for which the predicate is true. Of a table of elements it is asked of each element by itself, as
    /// inside `Tree::Elements`.
    pub(crate) tree: Tree,
    /// Whether it holds for no other rows; else the predicate has to be evaluated on those that are found.
    pub(crate) exact: bool,
}

/// The rows of a table for which a predicate is true, as a filter tree; `None` if no index can tell anything.
///
/// `person_id` is answered for people; of elements it is the caller's to turn into a tree about their people.
pub(crate) fn tree_of(expr: &Expr, table: &TableColumns, schema: &Schema) -> Option<Pushed> {
    truth::Pusher { table, schema }.tree(expr)
}
