//! A search as a query for another engine of SQL, over the file's own columns.

use super::database::Database;
use super::{Error, SearchOptions};
use crate::filter::Filter;
use crate::plan::{Deadline, PlanError, Scan, SqlEngine, SqlPrinter};

/// Characters before the condition in its line.
const WHERE: usize = 2;

/// What a query gives of the people that it finds.
#[derive(Debug, Clone, Copy)]
pub enum SqlColumns<'a> {
    /// All columns of the file.
    All,
    /// These paths: leaves, branches, whole families.
    Paths(&'a [&'a str]),
    /// Their number.
    Count,
}

impl Database {
    /// A query that finds the same people in the same file, read as Parquet by `engine`. `table` is what it reads them from, such as
    /// [`SqlEngine::table`]. The order and limit of the options become the query's; without either people come in any order.
    ///
    /// It means the same for this commit: where functions of the engine are narrower than rolo's, they are chosen by the texts
    /// that the file has; places in a circle are listed by name.
    ///
    /// # Errors
    /// An unknown path; a condition that the engine has no words for.
    pub fn portable_sql(
        &self,
        engine: SqlEngine,
        table: &str,
        filter: &Filter,
        columns: SqlColumns<'_>,
        options: &SearchOptions,
    ) -> Result<String, Error> {
        let schema = self.schema();
        let nodes = match columns {
            SqlColumns::Paths(paths) => {
                self.fields(paths)?;
                let rows = paths.iter().filter_map(|path| schema.resolve(path));
                let mut nodes = Vec::new();
                for node in rows.flat_map(|row| row.target.selects()) {
                    if !nodes.contains(&node) {
                        nodes.push(node);
                    }
                }
                nodes
            }
            SqlColumns::All | SqlColumns::Count => Vec::new(),
        };
        let scan = Scan::new(filter.tree(), schema);
        self.with_views(&Deadline::of(options.time_limit), |views, deadline| {
            let printer = SqlPrinter::new(engine, schema, views, deadline);
            let selected: Vec<String> = match columns {
                SqlColumns::All => vec!["*".to_owned()],
                SqlColumns::Count => vec!["count(*)".to_owned()],
                SqlColumns::Paths(_) => nodes.iter().map(|node| printer.column(*node)).collect(),
            };
            let select = if selected.len() > 1 { "SELECT\n  " } else { "SELECT " };
            let mut sql = format!("{select}{}\nFROM {table} AS p\n", selected.join(",\n  "));
            if let Some(condition) = printer.condition(&scan, WHERE)? {
                sql += &format!("WHERE\n  {condition}\n");
            }
            sql += &order_and_limit(&printer, options)?;
            Ok(sql)
        })
    }
}

/// `ORDER BY` and `LIMIT`, a line each; a limit alone is by person id, as in searches.
fn order_and_limit(printer: &SqlPrinter<'_>, options: &SearchOptions) -> Result<String, PlanError> {
    if options.sort.is_by_id() && options.limit.is_none() {
        return Ok(String::new());
    }
    let mut keys = Vec::new();
    for key in options.sort.keys() {
        keys.extend(printer.order(&key.field, key.descending)?);
    }
    keys.push(printer.person_id());
    let limit = options.limit.map(|limit| format!("LIMIT {limit}\n")).unwrap_or_default();
    Ok(format!("ORDER BY\n  {}\n{limit}", keys.join(",\n  ")))
}
