//! Loading: records from inputs into runs, runs into a segment, the segment into a commit.
//!
//! 1. A thread reads and splits the inputs (`input`, `reader`, `feed`); the first records of each say what they are (`source`).
//! 2. Batches are parsed in parallel; then, in input order, each record gets its person id or is rejected (`identity`).
//! 3. Accepted records are shredded, compressed and their keys hashed, in parallel (`chunk`).
//! 4. A full run is sorted by person id; its row group goes to the segment, its sections to a file of its own (`run`, `leaves`).
//! 5. At the end the runs' sections are merged behind the row groups (`merge`, `merge_leaves`), and all is committed (`commit`).
//! 6. While more than eight segments of one size class exist, they are merged by a commit of their own (`compact`).

mod chunk;
mod commit;
mod compact;
mod feed;
mod identity;
mod input;
mod leaves;
mod loader;
mod merge;
mod merge_leaves;
mod reader;
mod report;
mod run;
mod source;

use std::sync::Arc;

pub use input::Input;
pub use loader::load_through;
pub use report::{LoadReport, NoObserver, Observer, Progress, Reject, Stage};
pub use source::{InputSource, Source};

pub(super) use commit::live_segments;
pub(super) use leaves::ordered_values;
pub(super) use loader::load;
pub(super) use merge::{keys_of, person_ids_of, records_of, spans_of};

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

/// How to load. `LoadOptions::default()` is what `rolo load` does without flags.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// What to do with a record that is rejected.
    pub on_error: OnError,
    /// Reject records with a value that does not fit its column, instead of leaving the column null.
    pub strict: bool,
    /// Read and check everything, and commit nothing: the report says what a load would have done. It holds the writer's lock as a
    /// load does, and costs as much without the commit.
    pub dry_run: bool,
    /// What the records are; `None`: recognised, input by input.
    pub source: Option<Source>,
    /// The country of phone numbers without a country code, of records that are read through a mapping: two letters, ISO 3166-1.
    pub country: Option<String>,
    /// The catalogue of paths; the built-in one if none is given. Paths that the file does not have yet are added to it.
    pub schema: Option<Arc<Schema>>,
}
