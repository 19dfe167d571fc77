//! Which tables there are: those of the database, of attached ones, of other modules; views.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::catalog::{CatalogProvider, SchemaProvider, TableProvider};
use datafusion::datasource::ViewTable;
use datafusion::logical_expr::{LogicalPlan, TableType};
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::{Ident, ObjectName, Spanned};
use datafusion::sql::sqlparser::tokenizer::Span;

use crate::engine::Database;
use crate::sql::answer::Answer;
use crate::sql::front::relation::{FILES, Table};
use crate::sql::front::{Pointer, normalized};
use crate::sql::tables::columns::TableColumns;
use crate::sql::{SqlError, tables};

/// What the threads of a session share.
pub(super) struct Catalogue {
    pub(super) context: SessionContext,
    safe: bool,
    pub(super) memory: u64,
    /// Tables of people and elements by schema and name, with the names that the catalogue of paths gives them.
    ours: RwLock<HashMap<(String, String), Arc<Ours>>>,
}

/// A table of a database.
pub(super) struct Ours {
    pub(super) names: Arc<Table>,
    pub(super) columns: TableColumns,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalogue").field("safe", &self.safe).finish_non_exhaustive()
    }
}

impl Catalogue {
    pub(super) fn new(context: SessionContext, safe: bool, memory: u64) -> Self {
        Self { context, safe, memory, ours: RwLock::default() }
    }

    /// Remembers how the tables of a database are read by name.
    pub(super) fn add_database(&self, schema: &str, database: &Database) {
        let mut ours = self.ours.write().unwrap_or_else(PoisonError::into_inner);
        for columns in TableColumns::all(database.schema()) {
            let names = Arc::new(Table::of_people(schema, &columns, database.schema()));
            ours.insert((schema.into(), columns.name.clone()), Arc::new(Ours { names, columns }));
        }
    }

    pub(super) fn ours(&self, schema: &str, name: &str) -> Option<Arc<Ours>> {
        let ours = self.ours.read().unwrap_or_else(PoisonError::into_inner);
        ours.get(&(schema.to_owned(), name.to_owned())).cloned()
    }

    fn catalog(&self) -> Result<Arc<dyn CatalogProvider>, SqlError> {
        let name = self.context.copied_config().options().catalog.default_catalog.clone();
        self.context.catalog(&name).ok_or_else(|| SqlError::Internal(format!("no catalogue {name}")))
    }

    pub(super) fn schema(&self, name: &str) -> Result<Arc<dyn SchemaProvider>, SqlError> {
        self.catalog()?.schema(name).ok_or_else(|| SqlError::Internal(format!("no schema {name}")))
    }

    /// The databases by name: the main one first.
    pub(super) fn databases(&self) -> Result<Vec<String>, SqlError> {
        let mut names = self.catalog()?.schema_names();
        names.retain(|name| name != FILES);
        names.sort_by_key(|name| (name != tables::MAIN, name.clone()));
        Ok(names)
    }

    /// Every table that a statement can name, as names see it.
    pub(super) async fn tables(&self) -> Result<Vec<Arc<Table>>, SqlError> {
        let mut known = Vec::new();
        for schema_name in self.databases()? {
            let schema = self.schema(&schema_name)?;
            let mut names = schema.table_names();
            names.sort();
            for name in names {
                if let Some(ours) = self.ours(&schema_name, &name) {
                    known.push(Arc::clone(&ours.names));
                } else if let Ok(Some(table)) = schema.table(&name).await {
                    known.push(Arc::new(Table::plain(&schema_name, &name, &table.schema())));
                }
            }
        }
        Ok(known)
    }

    /// Files are refused in a safe session.
    pub(super) fn check_files(&self, pointer: &Pointer, span: Span, what: &str) -> Result<(), SqlError> {
        if !self.safe {
            return Ok(());
        }
        let message = format!("{what}: a session with --safe reads and writes no other files");
        Err(pointer.error(span, &message))
    }

    pub(super) fn register(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<(), SqlError> {
        put(&*self.schema(tables::MAIN)?, name, table)
    }

    pub(super) fn register_file(&self, path: &str, table: Arc<dyn TableProvider>) -> Result<(), SqlError> {
        put(&*self.schema(FILES)?, path, table)
    }

    pub(super) fn attach(
        &self,
        path: &str,
        name: &str,
        pointer: &Pointer,
        span: Span,
    ) -> Result<Answer, SqlError> {
        self.check_files(pointer, span, "ATTACH opens a file")?;
        if name == FILES || self.catalog()?.schema(name).is_some() {
            let message = format!("the name {name} is taken: attach it AS another, or DETACH {name} first");
            return Err(pointer.error(span, &message));
        }
        let database = Database::open(Path::new(path)).map_err(|error| match error.kind() {
            crate::engine::ErrorKind::Damaged if !is_rolo(&error) => SqlError::File {
                path: path.into(),
                problem: format!(
                    "it is no database of rolo; as rows of a file it can be read: FROM '{path}'"
                ),
            },
            _ => error.into(),
        })?;
        let database = Arc::new(database);
        tables::register(&self.context, name, &database)?;
        self.add_database(name, &database);
        Ok(Answer::done(format!("{} people of {path} are in {name}.people", database.people())))
    }

    pub(super) fn detach(
        &self,
        name: &str,
        if_exists: bool,
        pointer: &Pointer,
        span: Span,
    ) -> Result<Answer, SqlError> {
        let attached = |known: &String| known != tables::MAIN;
        let known: Vec<String> = self.databases()?.into_iter().filter(attached).collect();
        if !known.iter().any(|known| known == name) {
            let there = match known.is_empty() {
                true => "nothing is attached".to_owned(),
                false => format!("attached are {}", known.join(", ")),
            };
            return match if_exists {
                true => Ok(Answer::done(there)),
                false => Err(pointer.error(span, &format!("no database {name} is attached; {there}"))),
            };
        }
        let outcome = self.catalog()?.deregister_schema(name, true);
        outcome.map_err(|error| SqlError::Internal(error.to_string()))?;
        self.ours.write().unwrap_or_else(PoisonError::into_inner).retain(|(schema, _), _| schema != name);
        Ok(Answer::done(format!("{name} is closed")))
    }

    pub(super) fn create_view(
        &self,
        name: &ObjectName,
        plan: LogicalPlan,
        text: &str,
        replace: bool,
        pointer: &Pointer,
    ) -> Result<Answer, SqlError> {
        let own = view_name(name, pointer)?;
        let schema = self.schema(tables::MAIN)?;
        let taken = schema.table_exist(&own);
        if taken && (!replace || !self.is_view(&own)?) {
            let advice =
                if self.is_view(&own)? { "CREATE OR REPLACE VIEW replaces it" } else { "choose another" };
            return Err(pointer.error(name.span(), &format!("the name {own} is taken: {advice}")));
        }
        put(&*schema, &own, Arc::new(ViewTable::new(plan, Some(text.to_owned()))))?;
        Ok(Answer::done(format!("{own} is that query, for this session")))
    }

    pub(super) fn drop_views(
        &self,
        names: &[ObjectName],
        if_exists: bool,
        pointer: &Pointer,
    ) -> Result<Answer, SqlError> {
        let schema = self.schema(tables::MAIN)?;
        for name in names {
            let own = view_name(name, pointer)?;
            if self.is_view(&own)? {
                schema.deregister_table(&own).map_err(|error| SqlError::Internal(error.to_string()))?;
            } else if !if_exists || schema.table_exist(&own) {
                return Err(pointer.error(name.span(), &format!("there is no view {own}")));
            }
        }
        Ok(Answer::done("dropped".into()))
    }

    fn is_view(&self, name: &str) -> Result<bool, SqlError> {
        let schema = self.schema(tables::MAIN)?;
        // The provider in memory answers at once.
        let kind = futures::FutureExt::now_or_never(schema.table_type(name));
        Ok(matches!(kind, Some(Ok(Some(TableType::View)))))
    }
}

fn put(schema: &dyn SchemaProvider, name: &str, table: Arc<dyn TableProvider>) -> Result<(), SqlError> {
    let internal = |error: datafusion::error::DataFusionError| SqlError::Internal(error.to_string());
    schema.deregister_table(name).map_err(internal)?;
    schema.register_table(name.to_owned(), table).map_err(internal)?;
    Ok(())
}

/// Whether it is a file of ours that is damaged, too new, or unfinished.
fn is_rolo(error: &crate::engine::Error) -> bool {
    !matches!(error, crate::engine::Error::Storage(crate::storage::StorageError::NotRolo { .. }))
}

/// Views have names of one part.
fn view_name(name: &ObjectName, pointer: &Pointer) -> Result<String, SqlError> {
    match name.0.as_slice() {
        [only] => Ok(only.as_ident().map(|ident: &Ident| normalized(ident)).unwrap_or_default()),
        _ => Err(pointer.error(name.span(), "a view has a name of one part")),
    }
}
