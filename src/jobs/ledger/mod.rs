//! The ledger: every statement of SQL, on a SQLite database beside the people.
//!
//! Whatever changes more than one row is one transaction that takes the writer's place before it reads, so that nothing is
//! decided on what has changed since. `schema.sql` holds the invariants that SQLite can hold, and the view of `faults.sql` lists
//! violations of those that it cannot.
//!
//! - `sql`: the connection, through which every statement goes; what its errors mean
//! - `submit`, `jobs`, `items`: jobs in, jobs and items out
//! - `lease`, `commit`: what workers do
//! - `credits`, `keys`: accounts
//! - `forget`: people out, of all of it

mod commit;
mod credits;
mod forget;
mod items;
mod jobs;
mod keys;
mod lease;
mod sql;
mod submit;
#[cfg(test)]
mod tests;

pub use credits::{Entry, JournalQuery};
pub use items::{ItemQuery, StoredChunk};
pub use jobs::{JobPage, JobQuery, Pruned};
pub use keys::{ApiKey, NewKey};
pub use submit::NewJob;

pub(super) use commit::{Committed, Done, DoneItem, Pause};
pub(super) use forget::Purged;
pub(super) use lease::{Lease, Pick, Worker};

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::state::{State, Transition};
use super::{JobError, LedgerError};
use sql::Sql;

/// Says to any SQLite tool that this is a ledger: `rolo` in ASCII.
const APPLICATION_ID: i64 = 0x726f_6c6f;
/// Each brings a ledger from the version before to its own, which is its place from 1.
const MIGRATIONS: [&str; 2] = [include_str!("schema.sql"), include_str!("forget.sql")];
/// The view of faults, of this version: made anew behind every migration.
const FAULTS: &str = include_str!("faults.sql");
/// The most that a connection keeps of the file in memory.
const CACHE_KIB: u32 = 512;
/// How long a statement waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open ledger. One for each thread: it is a connection.
#[derive(Debug)]
pub struct Ledger {
    sql: Sql,
    path: PathBuf,
    people: PathBuf,
    clock: Clock,
}

/// What time it is.
#[derive(Debug, Clone, Default)]
enum Clock {
    #[default]
    System,
    #[cfg(test)]
    Set(std::sync::Arc<std::sync::atomic::AtomicI64>),
}

/// Opens a ledger again.
#[derive(Debug, Clone)]
pub(super) struct Reopen {
    people: PathBuf,
    path: PathBuf,
    clock: Clock,
}

impl Reopen {
    pub(super) fn open(&self) -> Result<Ledger, JobError> {
        let mut ledger = Ledger::open_file(&self.people, self.path.clone())?;
        ledger.clock = self.clock.clone();
        Ok(ledger)
    }
}

/// When a commit is safe from a power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// When it returns.
    Now,
    /// When the next one that is durable now returns. A crash of the process loses nothing; a power failure loses the
    /// last commits as a whole and in order, so that they are done again, once.
    WithTheNext,
}

impl Ledger {
    /// The ledger's path, for a database of people.
    pub fn path_beside(people: &Path) -> PathBuf {
        let people = people.canonicalize().unwrap_or_else(|_| people.to_path_buf());
        let mut path = people.into_os_string();
        path.push(".jobs");
        path.into()
    }

    /// Opens the ledger of a database of people; makes it if there is none.
    ///
    /// # Errors
    /// [`LedgerError`]: what is wrong with the file, or that another process keeps it busy.
    pub fn open(people: &Path) -> Result<Self, JobError> {
        let path = Self::path_beside(people);
        // Like the people's file: for its owner alone. SQLite takes an empty file for a new database.
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match made {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(LedgerError::System { path, problem: error.to_string() }.into())
            }
            _ => Self::open_file(people, path),
        }
    }

    /// Opens the ledger of a database of people.
    ///
    /// # Errors
    /// Those of [`Ledger::open`], and [`LedgerError::None`] if there is no ledger.
    pub fn open_existing(people: &Path) -> Result<Self, JobError> {
        let path = Self::path_beside(people);
        if !path.exists() {
            return Err(LedgerError::None { people: people.to_path_buf() }.into());
        }
        Self::open_file(people, path)
    }

    fn open_file(people: &Path, path: PathBuf) -> Result<Self, JobError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags);
        let connection = connection.map_err(|error| sql::meaning(&path, &error))?;
        let sql = Sql::new(connection, &path);
        let mut ledger = Self { sql, path, people: people.to_path_buf(), clock: Clock::System };
        ledger.prepare()?;
        Ok(ledger)
    }

    /// What opens the same ledger again, in another thread.
    pub(super) fn reopen(&self) -> Reopen {
        Reopen { people: self.people.clone(), path: self.path.clone(), clock: self.clock.clone() }
    }

    /// The ledger's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The people's file that it belongs to.
    pub fn people(&self) -> &Path {
        &self.people
    }

    fn prepare(&mut self) -> Result<(), JobError> {
        self.sql.set_patience(PATIENCE)?;
        // Few pages are read twice: without a bound of its own, memory grows with the job up to SQLite's 2 MB a connection.
        self.sql.batch(&format!(
            "PRAGMA main.cache_size = -{CACHE_KIB}; PRAGMA temp.cache_size = -{CACHE_KIB}"
        ))?;
        // What the file says of itself is not trusted: it may come from anywhere.
        self.sql.batch(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
        )?;
        if self.read(Self::version)? != MIGRATIONS.len() as i64 {
            self.write(Self::migrate)?;
        }
        self.sql.log_ahead(PATIENCE)
    }

    /// The ledger's version; 0 if there is nothing in it.
    fn version(&self) -> Result<i64, JobError> {
        let application: i64 = self.sql.pragma("application_id")?;
        let version: i64 = self.sql.pragma("user_version")?;
        let tables: i64 = self.sql.row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let own = MIGRATIONS.len() as i64;
        match application {
            APPLICATION_ID if version > own => {
                Err(LedgerError::NewerVersion { path: self.path.clone(), found: version, own }.into())
            }
            APPLICATION_ID if version > 0 => Ok(version),
            0 if version == 0 && tables == 0 => Ok(0),
            _ => {
                let problem = "it is a SQLite database, but no ledger: move it away".to_string();
                Err(LedgerError::Damaged { path: self.path.clone(), problem }.into())
            }
        }
    }

    /// Brings the ledger to this build's version. Another process may have been faster.
    fn migrate(&mut self) -> Result<(), JobError> {
        let version = self.version()?;
        for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(0)) {
            self.sql.batch(migration)?;
        }
        self.sql.batch(FAULTS)?;
        self.sql.execute("DELETE FROM transitions", [])?;
        for from in State::ALL {
            for to in Transition::ALL.into_iter().filter_map(|transition| from.after(transition).ok()) {
                let insert = "INSERT OR IGNORE INTO transitions (before, after) VALUES (?, ?)";
                self.sql.execute(insert, [from.name(), to.name()])?;
            }
        }
        let own = MIGRATIONS.len();
        self.sql.batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {own};"))
    }

    /// Runs `work` on the ledger as it is at this moment, whatever is written meanwhile.
    ///
    /// # Errors
    /// Those of `work`, and the ledger's.
    pub fn read<T, E: From<JobError>>(&self, work: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        self.sql.batch("BEGIN")?;
        let result = work(self);
        self.sql.roll_back();
        result
    }

    /// Inside [`Ledger::read`]: from here on, until its end, the ledger is as it is at this moment.
    pub(super) fn hold(&self) -> Result<(), JobError> {
        self.sql.row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).map(|_| ())
    }

    /// Copies the ledger into the file at `path`, which is empty or another copy; inside [`Ledger::read`] as it was held.
    pub(super) fn copy_to(&self, path: &Path) -> Result<(), JobError> {
        self.sql.copy_to(path)
    }

    /// Runs `work` as one transaction: all of it happens, or after an error nothing.
    fn write<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, JobError>) -> Result<T, JobError> {
        self.sql.batch("BEGIN IMMEDIATE")?;
        let result = work(self).and_then(|value| self.sql.batch("COMMIT").map(|()| value));
        if result.is_err() {
            self.sql.roll_back();
        }
        result
    }

    /// Says when the commits of this connection are to be safe from now on.
    pub(super) fn set_durability(&mut self, durability: Durability) -> Result<(), JobError> {
        let level = match durability {
            Durability::Now => "FULL",
            Durability::WithTheNext => "NORMAL",
        };
        self.sql.batch(&format!("PRAGMA synchronous = {level}"))
    }

    #[cfg(test)]
    pub(super) fn with_clock(mut self, clock: &std::sync::Arc<std::sync::atomic::AtomicI64>) -> Self {
        self.clock = Clock::Set(std::sync::Arc::clone(clock));
        self
    }

    #[cfg(test)]
    pub(super) fn with_patience(self, milliseconds: u64) -> Self {
        self.sql.set_patience(Duration::from_millis(milliseconds)).unwrap();
        self
    }

    /// Lets the file grow by so many pages at most.
    #[cfg(test)]
    pub(super) fn with_no_more_room(self, pages: i64) -> Self {
        let now: i64 = self.sql.pragma("page_count").unwrap();
        let _: i64 = self.sql.pragma(&format!("max_page_count = {}", now + pages)).unwrap();
        self
    }

    /// Makes statements fail: `fault` is asked before each.
    #[cfg(test)]
    pub(super) fn with_fault(
        self,
        fault: impl FnMut(&str) -> Option<rusqlite::Error> + Send + 'static,
    ) -> Self {
        *self.sql.fault.borrow_mut() = Some(Box::new(fault));
        self
    }

    /// Milliseconds since 1970, UTC.
    pub(super) fn now(&self) -> i64 {
        match &self.clock {
            Clock::System => Timestamp::now().as_millisecond(),
            #[cfg(test)]
            Clock::Set(now) => now.load(std::sync::atomic::Ordering::Relaxed),
        }
    }

    /// What is wrong in the ledger: violations of invariants that no single statement could break, and what SQLite's own
    /// check says. Empty, unless there is a mistake in rolo or the file is damaged. Cost: reads all of it.
    pub fn faults(&self) -> Result<Vec<String>, JobError> {
        let text = |row: &rusqlite::Row<'_>| {
            let (what, which): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            Ok(format!("{what}: {}", which.unwrap_or_default()))
        };
        let mut faults = self.sql.rows("SELECT what, which FROM faults", [], text)?;
        let sound = self.sql.rows("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))?;
        faults.extend(sound.into_iter().filter(|line| line != "ok"));
        let broken = |row: &rusqlite::Row<'_>| {
            Ok(format!("a reference of {} leads nowhere", row.get::<_, String>(0)?))
        };
        faults.extend(self.sql.rows("PRAGMA foreign_key_check", [], broken)?);
        Ok(faults)
    }
}

/// A number of the ledger that is never negative.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A number for the ledger; what is too large for it is far beyond what anything else here can hold.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A time of the ledger.
fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}
