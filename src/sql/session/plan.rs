//! A query's names and files looked up, then planned.

use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement as PlanStatement;
use datafusion::sql::sqlparser::ast::{ObjectName, Query, Statement as Ast, TableFactor, Visit, Visitor};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::catalogue::Catalogue;
use super::failure;
use crate::sql::front::relation::{FILES, FUNCTIONS, Table};
use crate::sql::front::resolve::{resolve, without_alias};
use crate::sql::front::{Kind, Pointer, all_of, enrich};
use crate::sql::{SqlError, files};

/// The plan of the query in a statement.
pub(super) async fn plan(
    catalogue: &Catalogue,
    kind: &Kind,
    pointer: &Pointer,
) -> Result<LogicalPlan, SqlError> {
    let Some(query) = kind.query() else {
        return Err(SqlError::Internal("a statement without a query was planned".into()));
    };
    let mut query = query.clone();
    enrich::as_joins(&mut query);
    let mut tables = catalogue.tables().await?;
    tables.extend(open_files(catalogue, &query, pointer).await?);
    let called = called_functions(catalogue, &query, &tables).await;
    tables.extend(called);
    resolve(&mut query, &tables).map_err(|error| pointer.error(error.span, &error.message))?;
    let statement = PlanStatement::Statement(Box::new(Ast::Query(Box::new(query))));
    let state = catalogue.context.state();
    let plan = state.statement_to_plan(statement).await;
    plan.map_err(|error| failure::of(&error, pointer, catalogue.memory))
}

/// Opens the files that a query names, and makes tables of them.
async fn open_files(
    catalogue: &Catalogue,
    query: &Query,
    pointer: &Pointer,
) -> Result<Vec<Arc<Table>>, SqlError> {
    let mut found = Files(Vec::new());
    let _ = query.visit(&mut found);
    let mut tables: Vec<Arc<Table>> = Vec::new();
    for path in found.0 {
        // The parser keeps no place for names in single quotes.
        let span = pointer.find(&format!("'{path}'")).unwrap_or_else(Span::empty);
        catalogue.check_files(pointer, span, "FROM opens a file")?;
        if tables.iter().any(|table| table.name == path) {
            continue;
        }
        let table = files::open(&path, &catalogue.context).await?;
        tables.push(Arc::new(Table::plain(FILES, &path, &table.schema())));
        catalogue.register_file(&path, table)?;
    }
    Ok(tables)
}

/// The columns of table functions, which the engine knows once it has their arguments. One that it cannot call is left to
/// it: then planning the whole says why.
async fn called_functions(catalogue: &Catalogue, query: &Query, tables: &[Arc<Table>]) -> Vec<Arc<Table>> {
    let mut found = Calls(Vec::new());
    let _ = query.visit(&mut found);
    let state = catalogue.context.state();
    let mut called: Vec<Arc<Table>> = Vec::new();
    for factor in found.0 {
        let name = factor.to_string();
        let Ok(query) = all_of(factor) else { continue };
        let statement = PlanStatement::Statement(Box::new(Ast::Query(Box::new(query))));
        let Ok(plan) = state.statement_to_plan(statement).await else { continue };
        let mut table = Table::plain(FUNCTIONS, &name, plan.schema().inner());
        // What answers people has the paths of people.
        let like = tables.iter().find(|known| !known.extras.is_empty() && table.has_columns_of(known));
        table.extras = like.map(|known| known.extras.clone()).unwrap_or_default();
        called.push(Arc::new(table));
    }
    called
}

/// Table functions with their arguments, without an alias.
struct Calls(Vec<TableFactor>);

impl Visitor for Calls {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.0.extend(without_alias(factor));
        ControlFlow::Continue(())
    }
}

/// Names in single quotes where tables are named.
struct Files(Vec<String>);

impl Visitor for Files {
    type Break = ();

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        if let [only] = name.0.as_slice()
            && let Some(ident) = only.as_ident().filter(|ident| ident.quote_style == Some('\''))
        {
            self.0.push(ident.value.clone());
        }
        ControlFlow::Continue(())
    }
}
