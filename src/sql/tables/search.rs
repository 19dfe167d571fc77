//! `search('{json filter}')`: the people whom a filter finds, as a table with the columns of `people`.
//!
//! ```sql
//! SELECT basic_profile.name FROM search('{"field": "basic_profile.headline", "type": "(.)", "value": "engineer"}')
//! ```

use std::fmt;
use std::sync::Arc;

use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::Expr;

use super::table::{Only, Table};
use crate::engine::ErrorKind;
use crate::filter::FilterOptions;
use crate::sql::error::external;

/// The function, over the table of people.
pub(super) struct Search {
    pub(super) people: Table,
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("search")
    }
}

impl TableFunctionImpl for Search {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let [filter] = args.exprs() else {
            return Err(DataFusionError::Plan("search takes one argument, a filter as JSON text".to_owned()));
        };
        let filter = literal_text(filter).ok_or_else(|| {
            DataFusionError::Plan("search takes a filter as JSON text in quotes, not a column".to_owned())
        })?;
        let filter = self.people.database().filter(&filter, &FilterOptions::default());
        let filter = filter.map_err(|error| match error.kind() {
            ErrorKind::Usage => DataFusionError::Plan(error.to_string()),
            _ => external(error),
        })?;
        let only = Only { people: filter.into_tree(), ..Only::default() };
        Ok(Arc::new(self.people.with(only)))
    }
}

/// The text that an argument is.
pub(super) fn literal_text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Literal(
            ScalarValue::Utf8(Some(text))
            | ScalarValue::Utf8View(Some(text))
            | ScalarValue::LargeUtf8(Some(text)),
            _,
        ) => Some(text.clone()),
        _ => None,
    }
}
