//! Paths and short names become columns: a walk over the clauses of a query, each with what is in scope there.
//!
//! - `scope`: what a name means, from the innermost query outwards
//! - `query`: CTEs, set operations, ORDER BY
//! - `select`: FROM and joins, then the clauses
//! - `item`: the select list, and what its columns are called
//! - `expr`: names inside expressions; `geo`: what a path's place is made of
//!
//! After it every name that was found is one quoted identifier, which the planner takes as it is. What it could not know (a
//! table function's columns, say) is left as written, for the planner to judge.

mod expr;
mod geo;
mod item;
mod query;
mod scope;
mod select;
#[cfg(test)]
mod tests;

pub(crate) use select::without_alias;

use std::sync::Arc;

use datafusion::sql::sqlparser::ast::{Ident, ObjectName, Query};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::parse::normalized;
use super::relation::{Column, Table};

/// A name that is wrong, where, and what would be right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NameError {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl NameError {
    fn new<T>(span: Span, message: impl Into<String>) -> Result<T, Self> {
        Err(Self { span, message: message.into() })
    }
}

/// Resolves every name of a query, in place.
///
/// # Errors
/// A name that means nothing, or several things; a list compared with a single value.
pub(crate) fn resolve(query: &mut Query, tables: &[Arc<Table>]) -> Result<(), NameError> {
    let mut resolver = Resolver { tables, ctes: Vec::new(), lambda_names: Vec::new() };
    resolver.query(query, None).map(|_| ())
}

/// Columns of a query's rows; `None` if only the planner knows them.
type Columns = Option<Vec<Column>>;

struct Resolver<'t> {
    tables: &'t [Arc<Table>],
    /// Names that WITH gave, the innermost last.
    ctes: Vec<(String, Columns)>,
    /// Parameters of functions that are arguments.
    lambda_names: Vec<String>,
}

/// The parts of a name: unquoted ones in lower case.
fn parts_of(idents: &[Ident]) -> Vec<String> {
    idents.iter().map(normalized).collect()
}

fn idents_of(name: &ObjectName) -> Option<Vec<Ident>> {
    name.0.iter().map(|part| part.as_ident().cloned()).collect()
}

fn span_of(idents: &[Ident]) -> Span {
    Span::union_iter(idents.iter().map(|ident| ident.span))
}

/// The name as it was written.
fn written(idents: &[Ident]) -> String {
    idents.iter().map(|ident| ident.value.as_str()).collect::<Vec<_>>().join(".")
}

fn quoted(name: &str, span: Span) -> Ident {
    Ident { value: name.to_owned(), quote_style: Some('"'), span }
}
