//! What statements can name, for whoever completes them while they are typed.

use std::collections::BTreeMap;

use datafusion::execution::FunctionRegistry as _;

use super::catalogue::Catalogue;
use crate::sql::SqlError;
use crate::sql::front::relation::{Relation, Table};
use crate::sql::tables::MAIN;

/// A table, and the names of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// Its name; with that of its database before it if it is of an attached one.
    pub name: String,
    /// Columns and paths, as DESCRIBE lists them.
    pub columns: Vec<String>,
    /// The last parts of paths that mean one column, each with the path.
    pub short: BTreeMap<String, String>,
    /// Of a table of elements, the path of the array, or of the union of arrays, whose elements are its rows.
    pub array: Option<String>,
}

/// The tables and functions of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The tables, those of the main database first.
    pub tables: Vec<TableNames>,
    /// The functions, table functions included, in order.
    pub functions: Vec<String>,
}

pub(super) async fn names(catalogue: &Catalogue) -> Result<Names, SqlError> {
    let tables = catalogue.tables().await?.iter().map(|table| table_names(table)).collect();
    let state = catalogue.context.state();
    let mut functions: Vec<String> =
        state.udfs().into_iter().chain(state.udafs()).chain(state.udwfs()).collect();
    functions.extend(state.table_functions().keys().cloned());
    // Those that only other languages' expressions use.
    functions.retain(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    functions.sort_unstable();
    functions.dedup();
    Ok(Names { tables, functions })
}

fn table_names(table: &Table) -> TableNames {
    let name = match table.schema.as_str() {
        MAIN => table.name.clone(),
        schema => format!("{schema}.{}", table.name),
    };
    let extras = table.extras.iter().filter(|extra| !extra.whole).map(|extra| extra.path.clone());
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).chain(extras).collect();
    let relation =
        Relation { name: Vec::new(), columns: Some(table.columns.clone()), extras: table.extras.clone() };
    let mut short = BTreeMap::new();
    for path in columns.iter().filter(|path| path.contains('.')) {
        let last = path.rsplit('.').next().unwrap_or_default().to_owned();
        if columns.contains(&last) || short.contains_key(&last) {
            continue;
        }
        if let [found] = relation.ending_in(std::slice::from_ref(&last)).as_slice() {
            short.insert(last, found.path.clone());
        }
    }
    TableNames { name, columns, short, array: table.arrays.last().cloned() }
}
