//! The contenders, side by side, and one query put to all of them.

use std::cell::RefCell;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use super::chdb::{Answer, ChDb};
use super::duck::{self, Sql};
use super::engine::Rolo;
use super::queries::{Output, Query, Values};
use super::tantivy::Terms;
use crate::child::load_rolo;
use crate::peers::duckdb::DuckDb;
use crate::people::{People, remove};

/// Everybody, with the same people.
pub(crate) struct Contenders {
    pub(crate) rolo: Rolo,
    pub(crate) duckdb: DuckDb,
    pub(crate) tantivy: Terms,
    /// Only if there is a Python that has it.
    pub(crate) chdb: Option<RefCell<ChDb>>,
}

/// Who answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    Rolo,
    /// DuckDB, people as `read_json` makes them.
    Nested,
    /// DuckDB, flat tables.
    Flat,
    /// DuckDB, nested, each row as JSON text, as rolo gives it.
    AsJson,
    Tantivy,
    ChDb,
}

/// One contender's way to answer one query.
pub(crate) struct Entry<'a> {
    pub(crate) who: Who,
    run: Box<dyn FnMut() -> Result<Answer> + 'a>,
}

impl Entry<'_> {
    /// How many people or rows, and the seconds that it took.
    pub(crate) fn answer(&mut self) -> Result<Answer> {
        (self.run)().with_context(|| format!("{:?}", self.who))
    }
}

impl Contenders {
    pub(crate) fn set(people: &People, folder: &Path, threads: usize, python: Option<&Path>) -> Result<Self> {
        let path = folder.join(format!("search-{}.rolo.parquet", people.count));
        eprintln!("loading rolo's database");
        remove(&path)?;
        load_rolo(&people.path, &path)?;
        let duckdb = duck::open(people, folder, threads)?;
        let chdb = python.map(|python| ChDb::start(python, &duckdb, people, folder, threads));
        Ok(Self {
            rolo: Rolo::open(&path)?,
            tantivy: Terms::open(people, folder, threads)?,
            chdb: chdb.transpose()?.map(RefCell::new),
            duckdb,
        })
    }

    pub(crate) fn values(&self) -> Result<Values> {
        duck::values(&self.duckdb)
    }

    /// Everybody who can express the query.
    pub(crate) fn entries<'a>(&'a self, query: &'a Query) -> Vec<Entry<'a>> {
        let filter = query.condition.filter.to_string();
        let mut entries = vec![timed(Who::Rolo, move || match query.output {
            Output::Count => self.rolo.count(&filter),
            Output::Rows(limit, columns) => self.rolo.rows(&filter, columns.paths(), limit),
        })];
        let Sql { nested, flat, as_json } = Sql::of(query);
        let counts = query.output == Output::Count;
        let sql = [(Who::Nested, Some(nested)), (Who::Flat, Some(flat)), (Who::AsJson, as_json)];
        for (who, sql) in sql {
            let Some(sql) = sql else { continue };
            entries.push(timed(who, move || match counts {
                true => Ok(u64::try_from(self.duckdb.run(&sql)?)?),
                false => self.duckdb.rows(&sql),
            }));
        }
        if counts {
            entries.extend(self.tantivy_entry(query));
            entries.extend(self.chdb_entry(query));
        }
        entries
    }

    fn tantivy_entry<'a>(&'a self, query: &'a Query) -> Option<Entry<'a>> {
        let terms = query.condition.terms.as_ref().filter(|terms| self.tantivy.knows(terms))?;
        Some(timed(Who::Tantivy, || self.tantivy.count(terms)))
    }

    fn chdb_entry<'a>(&'a self, query: &Query) -> Option<Entry<'a>> {
        let (chdb, sql) = (self.chdb.as_ref()?, query.condition.chdb_count()?);
        Some(Entry { who: Who::ChDb, run: Box::new(move || chdb.borrow_mut().run(&sql)) })
    }
}

pub(super) fn timed<'a>(who: Who, mut run: impl FnMut() -> Result<u64> + 'a) -> Entry<'a> {
    let run = move || {
        let started = Instant::now();
        let count = run()?;
        Ok(Answer { count, seconds: started.elapsed().as_secs_f64() })
    };
    Entry { who, run: Box::new(run) }
}
