//! The connection, through which every statement goes; and what its errors mean.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags, Params, Row};

use crate::jobs::{JobError, LedgerError};

/// Decides whether a statement fails before it is run.
#[cfg(test)]
pub(super) type Fault = Box<dyn FnMut(&str) -> Option<rusqlite::Error> + Send>;

/// A connection to a ledger.
pub(super) struct Sql {
    connection: Connection,
    path: PathBuf,
    #[cfg(test)]
    pub(super) fault: std::cell::RefCell<Option<Fault>>,
}

impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sql").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Sql {
    pub(super) fn new(connection: Connection, path: &Path) -> Self {
        // More than there are different statements.
        connection.set_prepared_statement_cache_capacity(128);
        Self {
            connection,
            path: path.to_path_buf(),
            #[cfg(test)]
            fault: std::cell::RefCell::default(),
        }
    }

    pub(super) fn set_patience(&self, patience: Duration) -> Result<(), JobError> {
        self.connection.busy_timeout(patience).map_err(|error| self.meaning(&error))
    }

    /// Turns write-ahead logging on, which stays on. SQLite does not wait here for others who open the file at the same time.
    pub(super) fn log_ahead(&self, patience: Duration) -> Result<(), JobError> {
        let started = Instant::now();
        loop {
            let mode = self.pragma::<String>("journal_mode").and_then(|mode| match mode.as_str() {
                "wal" => Ok(mode),
                _ => self.pragma("journal_mode = WAL"),
            });
            match mode {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) => {
                    let problem = format!("SQLite cannot log ahead here, only {mode}: use a local disk");
                    return Err(LedgerError::System { path: self.path.clone(), problem }.into());
                }
                Err(JobError::Ledger(LedgerError::Busy { .. })) if started.elapsed() < patience => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Statements without parameters or rows.
    pub(super) fn batch(&self, statements: &str) -> Result<(), JobError> {
        self.before(statements)?;
        self.connection.execute_batch(statements).map_err(|error| self.meaning(&error))
    }

    /// A statement without rows; returns how many it changed.
    pub(super) fn execute(&self, statement: &str, parameters: impl Params) -> Result<usize, JobError> {
        self.before(statement)?;
        let run = || self.connection.prepare_cached(statement)?.execute(parameters);
        run().map_err(|error| self.meaning(&error))
    }

    /// A query of one row.
    pub(super) fn row<T>(
        &self,
        query: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, JobError> {
        let found = self.row_or_none(query, parameters, read)?;
        found.ok_or_else(|| self.meaning(&rusqlite::Error::QueryReturnedNoRows))
    }

    /// A query of one row or none.
    pub(super) fn row_or_none<T>(
        &self,
        query: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, JobError> {
        self.before(query)?;
        let run = || self.connection.prepare_cached(query)?.query_row(parameters, read);
        match run() {
            Ok(value) => Ok(Some(value)),
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            Err(error) => Err(self.meaning(&error)),
        }
    }

    /// A query of any number of rows.
    pub(super) fn rows<T>(
        &self,
        query: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JobError> {
        self.before(query)?;
        let run =
            || self.connection.prepare_cached(query)?.query_map(parameters, read)?.collect::<Result<_, _>>();
        run().map_err(|error| self.meaning(&error))
    }

    /// Copies the whole database into the file at `path`.
    pub(super) fn copy_to(&self, path: &Path) -> Result<(), JobError> {
        let copy = || {
            let mut to = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            let backup = Backup::new(&self.connection, &mut to)?;
            // All pages in one step: the connection reads one state of the database anyway.
            backup.step(-1)
        };
        match copy() {
            Ok(StepResult::Done) => Ok(()),
            Ok(_) => Err(LedgerError::Busy { path: self.path.clone() }.into()),
            Err(error) => Err(meaning(path, &error)),
        }
    }

    pub(super) fn pragma<T: rusqlite::types::FromSql>(&self, name: &str) -> Result<T, JobError> {
        self.row(&format!("PRAGMA {name}"), [], |row| row.get(0))
    }

    pub(super) fn last_id(&self) -> i64 {
        self.connection.last_insert_rowid()
    }

    /// Ends a transaction without effect. SQLite may have done so already, after which there is nothing to end.
    pub(super) fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// An error of this ledger, such as one about what stands in a row.
    pub(super) fn meaning(&self, error: &rusqlite::Error) -> JobError {
        meaning(&self.path, error)
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests make statements fail here")]
    fn before(&self, _statement: &str) -> Result<(), JobError> {
        Ok(())
    }

    #[cfg(test)]
    fn before(&self, statement: &str) -> Result<(), JobError> {
        let fault = self.fault.borrow_mut().as_mut().and_then(|fault| fault(statement));
        fault.map_or(Ok(()), |error| Err(self.meaning(&error)))
    }
}

/// What an error of SQLite means to the user.
pub(super) fn meaning(path: &Path, error: &rusqlite::Error) -> JobError {
    let path = path.to_path_buf();
    let problem = error.to_string();
    let code = match error {
        rusqlite::Error::SqliteFailure(code, _) => code.code,
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..) => ErrorCode::DatabaseCorrupt,
        _ => ErrorCode::Unknown,
    };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => LedgerError::Busy { path },
        ErrorCode::DiskFull => LedgerError::Full { path },
        ErrorCode::DatabaseCorrupt => LedgerError::Damaged { path, problem },
        ErrorCode::NotADatabase => {
            LedgerError::Damaged { path, problem: "it is no SQLite database: move it away".to_string() }
        }
        ErrorCode::ConstraintViolation => LedgerError::Invariant { problem },
        _ => LedgerError::System { path, problem },
    }
    .into()
}
