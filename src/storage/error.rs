//! What can go wrong with a file: the system's refusals, damaged bytes, and files that are not ours.

use std::path::{Path, PathBuf};

/// An error of the file layer. Which variant it is decides exit code and advice.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The operating system refused an operation.
    #[error("{operation} {}: {source}", path.display())]
    Io {
        /// What was tried: `open`, `read`, `write`, `sync` ...
        operation: &'static str,
        /// The file it was tried on.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A writer that is no file of ours (a buffer, an encoder) failed.
    #[error("write: {0}")]
    Write(std::io::Error),
    /// Bytes are not what was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The file is somebody else's.
    #[error("{} is {what}, not a rolo database{advice}", path.display())]
    NotRolo {
        /// The file.
        path: PathBuf,
        /// What it is instead: `a Parquet file`, `a folder` ...
        what: &'static str,
        /// What to do, beginning with `; `, or nothing.
        advice: &'static str,
    },
    /// The file has a format this build does not know.
    #[error(
        "{} was written by a newer rolo (format {found}, this build reads {supported}): load again with this \
         build, or use a newer one", path.display()
    )]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// Its format version.
        found: u32,
        /// The version this build reads and writes.
        supported: u32,
    },
    /// The file has a format that this build reads no more.
    #[error(
        "{} was written by an older rolo (format {found}, this build reads {supported}): load again into a new \
         file, or use that rolo", path.display()
    )]
    OlderVersion {
        /// The file.
        path: PathBuf,
        /// Its format version.
        found: u32,
        /// The version this build reads and writes.
        supported: u32,
    },
    /// The file is empty or has no commit yet.
    #[error("{} holds no commit: its creation did not finish; delete it and load again", path.display())]
    Unfinished {
        /// The file.
        path: PathBuf,
    },
    /// Another process writes to the database.
    #[error("another writer holds {}: process {pid}, since {since}, to {purpose}", path.display())]
    Locked {
        /// The database.
        path: PathBuf,
        /// The holder's process id; 0 if it could not be read.
        pid: u32,
        /// When it took the lock, RFC 3339; `an unknown time` if it could not be read.
        since: String,
        /// What for; `an unknown purpose` if it could not be read.
        purpose: String,
    },
    /// The file has a second name, so that neither a lock beside it nor a rename over it would mean the whole file.
    #[error("{} has {links} names (hard links); writing needs a file with one: copy it first", path.display())]
    HardLinked {
        /// The database.
        path: PathBuf,
        /// Its number of names.
        links: u64,
    },
    /// A repair would cut bytes that a reader may have mapped.
    #[error("{} is open in a reader; close it, then repair again", path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// A named snapshot is not in the file (any more).
    #[error("{} does not hold the snapshot {name}: it was compacted away, or belongs to another copy", path.display())]
    SnapshotGone {
        /// The database.
        path: PathBuf,
        /// The name that was asked for.
        name: String,
    },
    /// A commit failed in its last step, so that only the next opening tells whether it stands.
    #[error("the commit of generation {generation} to {} failed while it was being made valid: {source}; open the \
             file again to see whether it stands", path.display())]
    CommitInDoubt {
        /// The database.
        path: PathBuf,
        /// The commit's generation.
        generation: u64,
        /// Why it failed.
        source: Box<StorageError>,
    },
    /// A file that is to be made is there already.
    #[error("{} exists already: choose another name, or remove it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Somebody who watched stopped the work.
    #[error("stopped")]
    Stopped,
    /// There is not enough room on the disk for what is about to be done.
    #[error("{} has room for {} on its disk, and this needs {}: make room, or move the database", path.display(),
             mebibytes(*free), mebibytes(*needed))]
    NoSpace {
        /// The database.
        path: PathBuf,
        /// Bytes that are free.
        free: u64,
        /// Bytes that are needed.
        needed: u64,
    },
    /// A mistake in rolo: the caller broke a rule of this layer.
    #[error("internal error: {0}; please report it")]
    Internal(String),
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

impl StorageError {
    /// Turns a system error into [`StorageError::Io`]; for `map_err`.
    pub(crate) fn io(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { operation, path: path.to_owned(), source }
    }
}

/// An error that passed through [`std::io::Write`] comes out as it went in.
impl From<std::io::Error> for StorageError {
    fn from(error: std::io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Write)
    }
}

/// A damaged place in a file: never an answer, never a panic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("damaged file: {section} at byte {offset}: {problem}")]
pub struct Damage {
    /// The structure the bytes belong to: `manifest`, `keys`, `records` ...
    pub section: String,
    /// Absolute offset of the damage in the file, or the offset in the section where the file's is unknown.
    pub offset: u64,
    /// What is wrong with it.
    pub problem: String,
}

impl Damage {
    /// A damage of `section` at `offset`.
    pub(crate) fn new(section: impl Into<String>, offset: u64, problem: impl Into<String>) -> Self {
        Self { section: section.into(), offset, problem: problem.into() }
    }
}
