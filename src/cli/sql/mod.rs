//! Sessions over the people of a database, and the rows of their answers.
//!
//! - `rows`: answers, printed or written; `pager`: long ones; `watch`: how many rows there are so far

mod pager;
mod rows;
mod watch;

use std::path::Path;
use std::sync::Arc;

use rolo::engine::Database;
use rolo::jobs;
use rolo::sql::{Session, SessionOptions, SqlError};

use super::args::{Limits, Memory};
use super::failure::Failure;
use super::interrupt;
pub(super) use rows::{Answers, Counted, Screen, Shown};
pub(super) use watch::Watch;

/// A session over a database, with its jobs, that Ctrl-C stops.
pub(super) fn open_session(
    database: Arc<Database>,
    path: &Path,
    limits: &Limits,
    safe: bool,
) -> Result<Session, Failure> {
    let memory = limits.memory.map(|memory| match memory {
        Memory::Bytes(bytes) => bytes,
        Memory::Share(share) => (rolo::sql::machine_memory() as f64 * share) as u64,
    });
    let options = SessionOptions {
        memory,
        // What --threads says, else as many as there are cores.
        threads: Some(rayon::current_num_threads()),
        time_limit: limits.time_limit,
        safe,
        interrupted: Some(Arc::new(interrupt::requested)),
    };
    let session = Session::new(database, options)?;
    let tables = jobs::tables::tables(path).map_err(|error| Failure::Failed(error.to_string()))?;
    for (name, table) in tables {
        session.register(name, table)?;
    }
    Ok(session)
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Database(error) => error.into(),
            SqlError::Interrupted => Self::Interrupted,
            SqlError::Statement(problem) => Self::Usage(problem),
            other => Self::Failed(other.to_string()),
        }
    }
}
