//! rolo's SQL, as the benches use it: text in, rows out, in this process.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use rolo::Database;
use rolo::sql::{Session, SessionOptions, front};

use super::answers::Answer;

/// A session that is kept for all queries.
pub(crate) struct Rolo {
    session: Session,
}

impl Rolo {
    pub(crate) fn open(path: &Path, threads: usize) -> Result<Self> {
        let options = SessionOptions { threads: Some(threads), ..SessionOptions::default() };
        Ok(Self { session: Session::new(Arc::new(Database::open(path)?), options)? })
    }

    /// How many rows come out.
    pub(crate) fn run(&self, sql: &str) -> Result<u64> {
        let mut rows = 0;
        self.each(sql, |batch| {
            rows += batch.num_rows() as u64;
            Ok(())
        })?;
        Ok(rows)
    }

    /// The rows, to be compared.
    pub(crate) fn answer(&self, sql: &str) -> Result<Answer> {
        let mut rows = Vec::new();
        self.each(sql, |batch| {
            rows.extend(texts(batch)?);
            Ok(())
        })?;
        Ok(Answer::of(rows))
    }

    fn each(&self, sql: &str, mut see: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
        let statements = front::statements(sql)?;
        let statement = statements.first().context("no statement")?;
        for batch in self.session.run(statement)? {
            see(&batch?)?;
        }
        Ok(())
    }
}

/// The rows of a batch, each value as text.
fn texts(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>> {
    let options = FormatOptions::default();
    let mut rows = vec![Vec::new(); batch.num_rows()];
    for column in batch.columns() {
        let format = ArrayFormatter::try_new(column, &options)?;
        for (at, row) in rows.iter_mut().enumerate() {
            row.push(column.is_valid(at).then(|| format.value(at).to_string()));
        }
    }
    Ok(rows)
}
