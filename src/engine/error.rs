//! The one public error type: what happened, and of which kind, since exit code and advice follow from the kind.

use super::order::{CursorError, SortError};
use super::values::{FacetError, SuggestError};
use crate::column::ColumnError;
use crate::filter::FilterError;
use crate::index::IndexError;
use crate::plan::PlanError;
use crate::record::{InputError, KeyError};
use crate::schema::{FieldError, SchemaError};
use crate::storage::StorageError;

/// Any error of the library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file layer: the system's refusals, damage, locks, foreign files.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The column layer: Arrow and Parquet.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// A field that does not exist was asked for.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A filter cannot be read.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// People cannot be sorted like that.
    #[error(transparent)]
    Sort(#[from] SortError),
    /// The values of a path are not suggested.
    #[error(transparent)]
    Suggest(#[from] SuggestError),
    /// Facets cannot be counted.
    #[error(transparent)]
    Facet(#[from] FacetError),
    /// A cursor does not fit.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// A scan could not be planned or run.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A catalogue of paths cannot be read, or does not fit the file's.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A path holds no key, and people were to be told apart by it.
    #[error("{0}")]
    NoKey(String),
    /// An input cannot be opened.
    #[error("{name}: {problem}")]
    Input {
        /// The input's name.
        name: String,
        /// What went wrong.
        problem: String,
    },
    /// An input cannot be read to its end.
    #[error("{0}; nothing was loaded")]
    Reading(#[from] InputError),
    /// A section cannot be built or merged.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The words of a file were made by other rules than this build's: they can be neither searched nor added to.
    #[error(
        "the words of {} were written with word rules {} and the letter case of Unicode {}, this build has {} and {}: \
         load again into a new file", path.display(), found.0, found.1, own.0, own.1
    )]
    WordRules {
        /// The file.
        path: std::path::PathBuf,
        /// Versions of tokeniser and case folding that wrote it.
        found: (u32, u32),
        /// Those of this build.
        own: (u32, u32),
    },
    /// Keys of people who must not come back were written by another normaliser: nobody could be recognised.
    #[error(
        "{}: the list of people who must not come back was written with normaliser {found}, this build has {own}: \
         use the rolo that wrote it", path.display()
    )]
    SuppressionRules {
        /// The file.
        path: std::path::PathBuf,
        /// The version that wrote it.
        found: u32,
        /// That of this build.
        own: u32,
    },
    /// A record was rejected and the load was told to stop at the first.
    #[error("{input}, line {line}: {reason}; nothing was loaded")]
    Rejected {
        /// The input's name.
        input: String,
        /// The record's line.
        line: u64,
        /// Why.
        reason: String,
    },
    /// The rejects could not be written down.
    #[error("cannot write down a rejected record: {0}; nothing was loaded")]
    Rejects(std::io::Error),
    /// The caller asked to stop.
    #[error("interrupted; nothing was loaded")]
    Interrupted,
    /// A mistake in rolo.
    #[error("internal error: {0}; please report it")]
    Internal(String),
}

/// What an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The caller asked for something that does not exist or cannot be read: a field, a key.
    Usage,
    /// It could not be done: no such file, no permission, disk full, a broken input.
    Failed,
    /// The file is damaged, or is no rolo file.
    Damaged,
    /// Another writer holds the file.
    Locked,
    /// The caller interrupted it.
    Interrupted,
}

impl Error {
    /// The error's kind.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Storage(error)
            | Self::Column(ColumnError::Storage(error))
            | Self::Index(IndexError::Storage(error))
            | Self::Plan(PlanError::Storage(error) | PlanError::Index(IndexError::Storage(error))) => {
                storage_kind(error)
            }
            Self::Column(ColumnError::Parquet(_) | ColumnError::Footer(_)) => ErrorKind::Damaged,
            Self::Field(_)
            | Self::Filter(_)
            | Self::Plan(PlanError::NotPortable { .. })
            | Self::Sort(_)
            | Self::Cursor(_)
            | Self::Suggest(_)
            | Self::Facet(_)
            | Self::Key(_)
            | Self::NoKey(_)
            | Self::Schema(_) => ErrorKind::Usage,
            Self::Interrupted => ErrorKind::Interrupted,
            _ => ErrorKind::Failed,
        }
    }

    /// An input that cannot be read.
    pub(crate) fn input(name: impl Into<String>, problem: impl ToString) -> Self {
        Self::Input { name: name.into(), problem: problem.to_string() }
    }

    pub(crate) fn internal(problem: impl Into<String>) -> Self {
        Self::Internal(problem.into())
    }

    /// Arrays that we made ourselves do not fit together.
    pub(crate) fn of_arrays(error: arrow::error::ArrowError) -> Self {
        Self::internal(error.to_string())
    }
}

fn storage_kind(error: &StorageError) -> ErrorKind {
    match error {
        StorageError::Damaged(_)
        | StorageError::NotRolo { .. }
        | StorageError::NewerVersion { .. }
        | StorageError::OlderVersion { .. }
        | StorageError::Unfinished { .. } => ErrorKind::Damaged,
        StorageError::Locked { .. } => ErrorKind::Locked,
        StorageError::Stopped => ErrorKind::Interrupted,
        _ => ErrorKind::Failed,
    }
}
