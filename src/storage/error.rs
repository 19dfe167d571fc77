//! What can go wrong with a file: the system's refusals, damaged bytes, and files that are not ours.

use std::path::PathBuf;

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
    /// Bytes are not what was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
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
