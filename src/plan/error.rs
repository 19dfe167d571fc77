//! What can go wrong while a plan is chosen or run.

use std::time::Duration;

use crate::index::IndexError;
use crate::record::RejectReason;
use crate::storage::{Damage, SectionKind, Segment, StorageError};

/// An error of choosing or running a scan plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The file could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A section could not be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The time is over.
    #[error("the search took longer than its limit of {} s; narrow it, or raise the limit", limit.as_secs_f64())]
    TimeLimit {
        /// The limit.
        limit: Duration,
    },
    /// A predicate could not be evaluated.
    #[error("{name}: {problem}")]
    Predicate {
        /// What it says.
        name: String,
        /// Why not.
        problem: String,
    },
    /// A condition has no words in the SQL of other engines.
    #[error(
        "{condition} cannot be said in the SQL of {engine}; of patterns on long text only words with `|` between them can"
    )]
    NotPortable {
        /// The condition.
        condition: String,
        /// The engine.
        engine: &'static str,
    },
    /// A record could not be read.
    #[error("{0}")]
    Record(String),
}

impl PlanError {
    /// A segment that has one section of a leaf, but not another that belongs to it.
    pub(super) fn missing(segment: &Segment, kind: SectionKind, path: &str) -> Self {
        let directory = segment.directory();
        let at = directory.checksums_offset + directory.checksums_len;
        let problem = format!("segment {} lacks the {} of {path}", directory.parts.segment_id, kind.name());
        StorageError::from(Damage { section: "directory".to_owned(), offset: at, problem }).into()
    }

    /// A record that does not parse, though it was checked when it was loaded.
    pub(super) fn record(row: u32, reason: &RejectReason) -> Self {
        Self::Record(format!("the record of row {row} cannot be read: {reason}"))
    }
}
