//! Loading: records from inputs into runs, runs into a segment, the segment into a commit.
//!
//! 1. A thread reads and splits the inputs (`input`, `reader`, `feed`); the first records of each say what they are (`source`).
//! 2. Batches are parsed in parallel; then, in input order, each record gets its person id or is rejected (`identity`).
//! 3. Accepted records are shredded, compressed and their keys hashed, in parallel (`chunk`).
//! 4. A full run is sorted by person id; its row group goes to the segment, its sections to a file of its own (`indexer`, `run`,
//!    `leaves`). Who shares a row group with somebody replaced is read back and indexed again (`replace`, `stored`).
//! 5. At the end the runs' sections are merged behind the row groups, and all is committed (`commit`).
//! 6. While more than eight segments of one size class exist, they are merged by a commit of their own.

mod chunk;
mod commit;
mod feed;
mod identity;
mod indexer;
mod input;
mod leaves;
mod loader;
mod reader;
mod replace;
mod report;
mod run;
mod source;
mod stored;

use std::sync::Arc;

pub use input::Input;
pub use loader::load_through;
pub use report::{EXISTS_ALREADY, LoadReport, NoObserver, Observer, Progress, Reject, Stage};
pub use source::{InputSource, Source};

pub(super) use indexer::Indexer;
pub(super) use leaves::ordered_values;
pub(super) use loader::load;
pub(super) use stored::StoredRows;

use crate::column::ROW_GROUP_ROWS;
use crate::schema::Schema;

/// What to do with a record that is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Report it and go on.
    #[default]
    Continue,
    /// Stop, and commit nothing.
    Stop,
}

/// What to do with a record of a person who is there already: in the database, or earlier in the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDuplicate {
    /// Reject the record.
    #[default]
    Reject,
    /// Put it in the place of the one that is there. Costs the row groups of those who are replaced: everybody else in them is
    /// written again.
    Replace,
    /// Pass the record over, and count it.
    Keep,
}

/// How to load. `LoadOptions::default()` is what `rolo load` does without flags.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// What to do with a record that is rejected.
    pub on_error: OnError,
    /// What to do with a record of a person who is there already.
    pub on_duplicate: OnDuplicate,
    /// The path whose keys say who is the same person: a profile URL, an e-mail address, an id of some source. Records without a key
    /// there, and keys that nobody has, are matched by person id, as without it.
    pub key: Option<String>,
    /// Reject records with a value that does not fit its column, instead of leaving the column null.
    pub strict: bool,
    /// Read and check everything, and commit nothing: the report says what a load would have done. It holds the writer's lock as a
    /// load does, and costs as much without the commit.
    pub dry_run: bool,
    /// What the records are; `None`: recognised, input by input.
    pub source: Option<Source>,
    /// The country of phone numbers without a country code, of records that are read through a mapping: two letters, ISO 3166-1.
    pub country: Option<String>,
    /// People in a row group, 1 to 32,768; `None`: the most.
    pub row_group_rows: Option<u32>,
    /// The catalogue of paths; the built-in one if none is given. Paths that the file does not have yet are added to it.
    pub schema: Option<Arc<Schema>>,
}

/// The rows of a row group where this many are wanted.
pub(super) fn group_rows(wanted: Option<u32>) -> usize {
    wanted.map_or(ROW_GROUP_ROWS, |rows| (rows as usize).clamp(1, ROW_GROUP_ROWS))
}
