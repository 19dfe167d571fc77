//! What can go wrong between records, Arrow and Parquet.

use std::io;

use parquet::errors::ParquetError;

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
    Parquet(ParquetError),
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

/// What the Parquet library passes on from the file layer comes out as it went in: a full disk is no damage.
impl From<ParquetError> for ColumnError {
    fn from(error: ParquetError) -> Self {
        let ParquetError::External(source) = error else { return Self::Parquet(error) };
        match source.downcast::<io::Error>().map(|error| error.downcast::<StorageError>()) {
            Ok(Ok(error)) => Self::Storage(error),
            Ok(Err(error)) => Self::Parquet(ParquetError::External(Box::new(error))),
            Err(source) => Self::Parquet(ParquetError::External(source)),
        }
    }
}
