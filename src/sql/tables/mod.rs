//! People, and the elements of each array of objects, as tables.
//!
//! - `columns`: which columns a table has, and what each means
//! - `table`: a table as the planner asks it: which predicates the indexes answer, and the scan that gives its rows
//! - `keys`: predicates on columns with profile URLs, e-mail addresses and other keys
//! - `search`, `enrich`: people by filter and by key, as table functions
//! - `statistics`: what is known of a scan's rows before they are read

pub(crate) mod columns;
mod enrich;
mod keys;
mod search;
mod statistics;
pub(crate) mod table;

use std::sync::Arc;

use datafusion::catalog::{MemorySchemaProvider, SchemaProvider as _};
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::ScalarUDF;

use super::{SqlError, functions};
use crate::engine::Database;
use columns::TableColumns;
use enrich::{Enrich, FindPerson};
use search::Search;
use table::Table;

/// The schema of the database that a session was opened for.
pub(crate) const MAIN: &str = "public";

/// Adds our functions, those that look people up in the database of a session among them.
pub(crate) fn register_functions(context: &SessionContext, database: &Arc<Database>) {
    functions::register(context);
    let columns = Arc::new(TableColumns::of_people(database.schema()));
    let people = Table::new(Arc::clone(database), columns);
    context.register_udtf("search", Arc::new(Search { people: people.clone() }));
    context.register_udtf("enrich", Arc::new(Enrich { people }));
    context.register_udf(ScalarUDF::new_from_impl(FindPerson::new(Arc::clone(database))));
}

/// Puts the tables of a database into a schema of the context's own catalogue, and replaces what is there.
pub(crate) fn register(
    context: &SessionContext,
    schema_name: &str,
    database: &Arc<Database>,
) -> Result<(), SqlError> {
    let internal = |problem: String| SqlError::Internal(problem);
    let schema = Arc::new(MemorySchemaProvider::new());
    for columns in TableColumns::all(database.schema()) {
        let name = columns.name.clone();
        let table = Table::new(Arc::clone(database), Arc::new(columns));
        schema.register_table(name, Arc::new(table)).map_err(|error| internal(error.to_string()))?;
    }
    let name = context.copied_config().options().catalog.default_catalog.clone();
    let catalog = context.catalog(&name).ok_or_else(|| internal(format!("no catalogue {name}")))?;
    catalog.register_schema(schema_name, schema).map_err(|error| internal(error.to_string()))?;
    Ok(())
}
