//! Jobs as seen from outside: ids, owners, environments, counters; and items.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use super::credit::{Credits, Rate};
use super::request::Request;
use super::state::State;
use crate::storage::SnapshotName;

/// Names a job; shown as a UUID. Commands take any beginning of it that is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobId(Uuid);

impl JobId {
    /// A new id that nobody can guess.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for JobId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("{text:?} is no id of a job"))
    }
}

/// Live and test jobs do not see each other; test jobs cost nothing (`aggknowledge.md` 2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// The real thing.
    Live,
    /// Trying things out.
    Test,
}

impl Environment {
    /// `live` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl FromStr for Environment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Live, Self::Test];
        let found = all.into_iter().find(|environment| environment.name() == text);
        found.ok_or_else(|| format!("{text:?} is no environment; there are live and test"))
    }
}

/// Whose job it is. Nobody else sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The account's name.
    pub account: String,
    /// Its environment.
    pub environment: Environment,
}

/// The account of whoever sits at this machine.
pub const LOCAL_ACCOUNT: &str = "local";

impl Owner {
    /// Whoever sits at this machine.
    pub fn local() -> Self {
        Self { account: LOCAL_ACCOUNT.to_string(), environment: Environment::Live }
    }
}

/// What happens if the snapshot that a job was submitted against is gone: the file was compacted, or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SnapshotPolicy {
    /// It goes on with the newest one, and says so.
    Newest,
    /// It fails, and can be resumed.
    Fail,
}

impl SnapshotPolicy {
    /// `newest` or `fail`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Fail => "fail",
        }
    }
}

/// How many items ended how; the rest is open. Lines are what a download has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Items that returned a record.
    pub found: u64,
    /// Items that name nobody.
    pub not_found: u64,
    /// Items that cannot be read.
    pub invalid: u64,
    /// Items that failed.
    pub failed: u64,
    /// Result lines.
    pub lines: u64,
    /// Items whose person was forgotten. They count among the others still: as they had ended, or as not found.
    pub forgotten: u64,
}

impl Counters {
    /// Items that have their outcome.
    pub fn done(&self) -> u64 {
        self.found + self.not_found + self.invalid + self.failed
    }
}

/// A job as the ledger has it.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Its owner.
    pub owner: Owner,
    /// What it was asked to do.
    pub request: Request,
    /// Where it is.
    pub state: State,
    /// Why it is paused or failed; what its owner should know.
    pub message: Option<String>,
    /// The snapshot it was submitted against.
    pub snapshot: SnapshotName,
    /// The newer one that answers since that is gone.
    pub answered_from: Option<SnapshotName>,
    /// What happens when the snapshot is gone.
    pub on_snapshot_gone: SnapshotPolicy,
    /// Items in a chunk.
    pub chunk_size: u32,
    /// All items.
    pub items: u64,
    /// How they ended.
    pub counters: Counters,
    /// What a record costs; `None`: nothing, since the account has no credits to keep or it is a test.
    pub rate: Option<Rate>,
    /// What its records have cost so far.
    pub charged: Credits,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When a worker first took a chunk of it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When it may be removed: it has ended, and was kept as long as was asked.
    pub expires_at: Option<Timestamp>,
}

/// How an item ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It has none yet.
    Open,
    /// It returned the record of this person.
    Found(u64),
    /// It names nobody.
    NotFound,
    /// It cannot be read; why.
    Invalid(String),
    /// It failed.
    Failed {
        /// Why.
        message: String,
        /// Whether the same item may succeed another time.
        retryable: bool,
    },
    /// Its person was forgotten. The ledger knows how it ended and what it cost, and nothing else.
    Forgotten,
}

impl Outcome {
    /// The outcome's word: `pending`, `found`, `not_found`, `invalid`, `failed`, `forgotten`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "pending",
            Self::Found(_) => "found",
            Self::NotFound => "not_found",
            Self::Invalid(_) => "invalid",
            Self::Failed { .. } => "failed",
            Self::Forgotten => "forgotten",
        }
    }

    /// `aggknowledge.md` 1.5 and 2.4: true after success, and after a failure that may pass.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Found(_) | Self::Failed { retryable: true, .. })
    }
}

/// An item of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its place in the job, from 0.
    pub position: u64,
    /// What was submitted: an identifier, a person id, a cell, or a request as JSON.
    pub input: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Which line of its chunk it has, from 0.
    pub line: Option<u32>,
    /// What it cost.
    pub charge: Credits,
}
