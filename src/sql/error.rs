//! What can go wrong with a statement.

use std::sync::Arc;
use std::time::Duration;

use datafusion::error::DataFusionError;

use crate::engine;

/// Why a statement gave no answer, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// The statement is wrong: its text, a name, a type, a function. The message says where and what would be right.
    #[error("{0}")]
    Statement(String),
    /// The database, or a file beside it, could not be read.
    #[error(transparent)]
    Database(#[from] engine::Error),
    /// The database, or a file beside it, could not be read while a statement ran.
    #[error(transparent)]
    Scan(Arc<engine::Error>),
    /// A file that the statement names could not be read or written.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It needs more memory than it may have, and cannot go on from disk.
    #[error("{0}")]
    Memory(String),
    /// It took longer than it may.
    #[error("stopped after {} s, the time limit: ask for less, or allow more", .limit.as_secs_f64())]
    TimeLimit {
        /// How long it was allowed to take.
        limit: Duration,
    },
    /// Somebody stopped it.
    #[error("stopped")]
    Interrupted,
    /// A mistake in rolo or in a library.
    #[error("internal error: {0}")]
    Internal(String),
}

impl SqlError {
    /// What went wrong with the database, if that is what it is about.
    pub fn database(&self) -> Option<&engine::Error> {
        match self {
            Self::Database(error) => Some(error),
            Self::Scan(error) => Some(error),
            _ => None,
        }
    }
}

/// An error of ours on its way through the planner; it comes out again as what it was. Several steps may get to see it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Carried(pub(crate) Arc<engine::Error>);

/// Gives an error of ours to the planner.
pub(crate) fn external(error: engine::Error) -> DataFusionError {
    DataFusionError::External(Box::new(Carried(Arc::new(error))))
}
