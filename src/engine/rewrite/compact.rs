//! Compaction: a new file without dead bytes, with one segment and a record dictionary of who is there now.

use std::path::Path;

use super::{Change, RewriteObserver, RewriteOptions, RewriteReport, rewrite, writer_of};
use crate::engine::Error;
use crate::engine::suppression::Suppression;
use crate::storage::Writer;

/// Compacts the database at `path`.
pub(in crate::engine) fn compact(
    path: &Path,
    options: &RewriteOptions,
    observer: &RewriteObserver<'_>,
) -> Result<RewriteReport, Error> {
    compact_through(writer_of(path, "compact")?, options, observer)
}

/// Compacts like [`Database::compact`](crate::Database::compact), through a writer that the caller has opened: for tests of what a
/// failing medium leaves behind.
pub fn compact_through(
    writer: Writer,
    options: &RewriteOptions,
    observer: &RewriteObserver<'_>,
) -> Result<RewriteReport, Error> {
    let suppression = Suppression::of_snapshot(writer.snapshot())?;
    let change = Change { suppression, ..Change::default() };
    Ok(rewrite(writer, &change, options, observer)?.0)
}
