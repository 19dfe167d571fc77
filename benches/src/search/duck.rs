//! DuckDB, which holds the people twice: nested as `read_json` makes them, and in flat tables.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::condition::Condition;
use super::queries::{Columns, Output, Query, Values};
use crate::peers::duckdb::{DuckDb, quoted};
use crate::people::{People, remove};

const FLATTEN: &str = include_str!("flatten.sql");

/// Opens the database of some people, built if an earlier run left none.
pub(crate) fn open(people: &People, folder: &Path, threads: usize) -> Result<DuckDb> {
    let path = folder.join(format!("search-{}.duckdb", people.count));
    if !path.exists() {
        eprintln!("building DuckDB's tables");
        let draft = path.with_extension("draft");
        remove(&draft)?;
        let database = DuckDb::open(Some(&draft), threads)?;
        database.run(SESSION)?;
        let input = quoted(&people.path);
        database.run(&format!(
            "create table people as select * from read_json({input}, format = 'newline_delimited')"
        ))?;
        database.run(FLATTEN)?;
        database.run("checkpoint")?;
        drop(database);
        fs::rename(draft, &path)?;
    }
    let database = DuckDb::open(Some(&path), threads)?;
    database.run(SESSION)?;
    Ok(database)
}

const SESSION: &str = "set TimeZone = 'UTC'";

/// Values for long lists: the same at each run, and spread over all there are.
pub(crate) fn values(database: &DuckDb) -> Result<Values> {
    let spread = |column: &str, table: &str, count: usize| {
        database.texts(&format!(
            "select {column}::varchar from {table} where {column} <> '' group by {column} order by md5({column}::varchar) limit {count}"
        ))
    };
    let ids = database.texts(
        "select crustdata_person_id::varchar from person where crustdata_person_id is not null
         order by md5(crustdata_person_id::varchar), 1 limit 1000",
    )?;
    Ok(Values {
        domains: spread("domain", "roles", 1000)?,
        names: spread("name", "person", 1000)?,
        ids: ids.iter().map(|id| id.parse().context("an id")).collect::<Result<_>>()?,
    })
}

/// A query, in the two forms, and in a third if it gives rows.
pub(crate) struct Sql {
    /// Over people as `read_json` makes them.
    pub(crate) nested: String,
    /// Over flat tables.
    pub(crate) flat: String,
    /// Nested, with JSON text out of each row.
    pub(crate) as_json: Option<String>,
}

impl Sql {
    pub(crate) fn of(query: &Query) -> Self {
        match query.output {
            Output::Count => Self::count(&query.condition),
            Output::Rows(limit, columns) => Self::rows(&query.condition, limit, columns),
        }
    }

    fn count(condition: &Condition) -> Self {
        let (nested, flat) = match &condition.ids {
            None => (
                format!("select count(*) from people where {}", condition.nested),
                format!("select count(*) from person where {}", condition.flat),
            ),
            Some(ids) => (
                format!("select count(distinct id) from ({})", ids.nested),
                format!("select count(distinct id) from ({})", ids.flat),
            ),
        };
        Self { nested, flat, as_json: None }
    }

    fn rows(condition: &Condition, limit: u64, columns: Columns) -> Self {
        let (nested, flat) = (&condition.nested, &condition.flat);
        let (list, value) = match columns.paths() {
            None => ("*".to_string(), "people".to_string()),
            Some(paths) => {
                let members = paths.iter().map(|path| format!("\"{path}\" := {path}")).collect::<Vec<_>>();
                (paths.join(", "), format!("struct_pack({})", members.join(", ")))
            }
        };
        // Flat tables find the people; branches and records are in the nested one alone.
        let flat = match columns {
            Columns::Leaves => {
                format!("select name, headline, country from person where {flat} limit {limit}")
            }
            _ => format!(
                "select {list} from people where rowid in (select person_id from person where {flat} limit {limit})"
            ),
        };
        Self {
            nested: format!("select {list} from people where {nested} limit {limit}"),
            flat,
            as_json: Some(format!("select to_json({value}) from people where {nested} limit {limit}")),
        }
    }
}
