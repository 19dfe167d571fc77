//! Batch jobs: submitted once, worked off by any number of processes, every result exactly once.
//!
//! A job is a list of **items**, each of which ends with one outcome and at most one result line. Items are worked on in
//! **chunks**; a chunk's outcomes, lines, counters and credits commit in one transaction of the **ledger**, a SQLite database
//! beside the people (`people.parquet.jobs`, `docs/jobs.md`). So a line is in the download exactly once, whoever dies when.
//!
//! - `state`: the states of a job, the ways between them, and each vendor's word for them
//! - `job`: ids, owners, environments, what a job looks like from outside
//! - `request`: what a job is asked to do; how each vendor's body is read and what it refuses
//! - `credit`: amounts and rates
//! - `answer`: items to outcomes and lines, from one snapshot of the people
//! - `member`: lines as gzip members
//! - `ledger`: all SQL
//! - `work`: leases, chunks, commits; `submit`: from a request to a job
//! - `results`: downloads and items
//! - `backup`: people and ledger as of one instant; `forget`: people out of both
//! - `tables`: jobs and items as tables of SQL

mod answer;
mod backup;
mod credit;
mod error;
mod forget;
mod job;
mod ledger;
mod member;
mod request;
pub mod results;
mod state;
mod submit;
#[cfg(feature = "sql")]
pub mod tables;
#[cfg(test)]
mod testing;
mod work;

pub use answer::{Answer, Answerer, Answers, failed_line};
pub use backup::{BackupReport, backup};
pub use credit::{Credits, MODES, Rate};
pub use error::{JobError, LedgerError, Refusal};
pub use forget::{
    ForgetOptions, Held, LedgerReceipt, OldFile, Pending, Receipt, YOURS, check_forgotten, forget,
};
pub use job::{Counters, Environment, Item, Job, JobId, LOCAL_ACCOUNT, Outcome, Owner, SnapshotPolicy};
pub use ledger::{
    ApiKey, Entry, ItemQuery, JobPage, JobQuery, JournalQuery, Ledger, NewJob, NewKey, Pruned, StoredChunk,
};
pub use member::{Member, lines_of};
pub use request::{
    Asked, CHUNK_SIZES, Caps, Csv, CsvMode, DEFAULT_CHUNK_SIZE, Enrich, Identifier, Items, LineShape,
    Member as LineMember, People, Request, Search,
};
pub use results::{Cursor, DownloadFormat};
pub use state::{State, Transition, Words};
pub use submit::{Estimate, Submission, check_fields, estimate, submit};
pub use work::{WorkObserver, WorkOptions, WorkReport, WorkerName, work};
