//! What can go wrong between records, Arrow and Parquet.

use crate::storage::StorageError;

/// An error of the column layer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// The file layer refused or found damage.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The Parquet library refused; on reading this means damaged row groups or a damaged footer.
    #[error("parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// The Arrow library refused arrays that we built.
    #[error("arrow: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A batch of records does not fit Arrow's 32-bit offsets.
    #[error("{path}: more than 2 GiB of text or 2^31 elements in one batch of records")]
    BatchTooLarge {
        /// The leaf or array that overflowed.
        path: String,
    },
    /// The footer contradicts the manifest or the schema.
    #[error("footer: {0}")]
    Footer(String),
}
