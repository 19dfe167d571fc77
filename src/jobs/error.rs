//! What can go wrong with jobs.

use super::state::{State, Transition};
use crate::engine::{Error, ErrorKind};

/// An error of the job layer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The people's file: the system's refusals, damage, a field or filter that does not exist.
    #[error(transparent)]
    Engine(#[from] Error),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A submit that a vendor's API would answer with a status of 400 or 429.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such job, or somebody else owns it.
    #[error("there is no job {0}; `rolo jobs list` shows yours")]
    NoJob(String),
    /// The beginning of an id fits several jobs.
    #[error("{given} could be {}: write more of it", .candidates.join(" or "))]
    AmbiguousId {
        /// What was given.
        given: String,
        /// What it could be.
        candidates: Vec<String>,
    },
    /// What was asked for cannot happen to a job in this state.
    #[error(
        "a {state} job cannot be {}; only one that is {} can",
        .transition.participle(), list(&.transition.from().map(State::name).collect::<Vec<_>>())
    )]
    Transition {
        /// Where the job is.
        state: State,
        /// What was asked for.
        transition: Transition,
    },
    /// The results of a job that has not ended were asked for.
    #[error("the job is {state}: {done} of {items} items are done, and there is no whole result yet")]
    Unfinished {
        /// Where the job is.
        state: State,
        /// Items with an outcome.
        done: u64,
        /// All items.
        items: u64,
    },
    /// A cursor is not one that this job's items or this list gave out.
    #[error("{0:?} is no cursor of this list: take the one that the last page ended with")]
    Cursor(String),
    /// There is no such item, or it has no outcome yet.
    #[error("{0}")]
    Item(String),
    /// A key was to name one person, and names more.
    #[error(
        "{key} names {} people: {}; forget them by their ids, or all of them with --all; nothing was changed",
        .people.len(), ids(.people)
    )]
    SeveralPeople {
        /// The key.
        key: String,
        /// Whom it names.
        people: Vec<u64>,
    },
    /// A list or an input could not be read.
    #[error("{0}")]
    Input(String),
    /// The bytes of stored result lines are not what was written.
    #[error("the stored results are damaged: {0}")]
    Member(String),
    /// Where results go to does not take them.
    #[error("the results cannot be written: {0}")]
    Output(std::io::Error),
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// A mistake in rolo.
    #[error("internal error: {0}; please report it")]
    Internal(String),
}

/// A submit that cannot become a job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The HTTP status that the vendor's API has for it.
    pub status: u16,
    /// The vendor's message where it is known, else ours.
    pub message: String,
    /// `metadata.available_fields` (`crustdata.md` 6.4), where a field does not exist.
    pub available_fields: Option<Vec<String>>,
}

impl Refusal {
    /// A bad request.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into(), available_fields: None }
    }
}

/// What went wrong in the ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Another process wrote to it for longer than we wait.
    #[error("{path}: another process is writing to it; try again")]
    Busy {
        /// The ledger.
        path: std::path::PathBuf,
    },
    /// The disk, or what SQLite was allowed of it, is full.
    #[error("{path}: no room is left; free some and go on where it stopped")]
    Full {
        /// The ledger.
        path: std::path::PathBuf,
    },
    /// It is no ledger, or its bytes are damaged.
    #[error("{path}: {problem}")]
    Damaged {
        /// The ledger.
        path: std::path::PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Another version of rolo wrote it.
    #[error(
        "{path} has ledger version {found}, this rolo knows up to {own}: use the rolo that wrote it, or a newer one"
    )]
    NewerVersion {
        /// The ledger.
        path: std::path::PathBuf,
        /// Its version.
        found: i64,
        /// The newest that this build knows.
        own: i64,
    },
    /// There is no ledger: no job was ever submitted.
    #[error("{people} has no jobs yet; `rolo jobs submit` makes the first")]
    None {
        /// The people's file.
        people: std::path::PathBuf,
    },
    /// The system refused.
    #[error("{path}: {problem}")]
    System {
        /// The ledger.
        path: std::path::PathBuf,
        /// What it said.
        problem: String,
    },
    /// An invariant that the ledger itself keeps would have been broken.
    #[error("internal error: the ledger refused {problem}; nothing was changed; please report it")]
    Invariant {
        /// Which.
        problem: String,
    },
}

impl JobError {
    /// The error's kind, from which exit code and advice follow.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Engine(error) => error.kind(),
            Self::Ledger(LedgerError::Damaged { .. } | LedgerError::NewerVersion { .. })
            | Self::Member(_) => ErrorKind::Damaged,
            Self::Ledger(LedgerError::Busy { .. }) => ErrorKind::Locked,
            Self::Ledger(LedgerError::None { .. })
            | Self::Refused(_)
            | Self::NoJob(_)
            | Self::AmbiguousId { .. }
            | Self::Transition { .. }
            | Self::Cursor(_)
            | Self::SeveralPeople { .. }
            | Self::Item(_) => ErrorKind::Usage,
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Unfinished { .. }
            | Self::Input(_)
            | Self::Output(_)
            | Self::Ledger(_)
            | Self::Internal(_) => ErrorKind::Failed,
        }
    }
}

/// The first of some person ids.
fn ids(people: &[u64]) -> String {
    const LISTED: usize = 5;
    let more = if people.len() > LISTED { ", ..." } else { "" };
    let ids: Vec<String> = people.iter().take(LISTED).map(u64::to_string).collect();
    format!("{}{more}", ids.join(", "))
}

/// `queued, running or paused`.
fn list(words: &[&str]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => words.concat(),
    }
}
