//! Compaction: a new file without dead bytes, with one segment and a record dictionary of who is there now.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::anew::Anew;
use super::{RewriteObserver, RewriteOptions, watched};
use crate::engine::load::group_rows;
use crate::engine::words::check_word_rules;
use crate::engine::{Database, Error};
use crate::storage::Writer;

/// What a compaction did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CompactReport {
    /// People in the database.
    pub people: u64,
    /// Bytes of the file before.
    pub bytes_before: u64,
    /// Bytes of the file now.
    pub bytes: u64,
    /// Segments before.
    pub segments_before: u64,
    /// Segments now.
    pub segments: u64,
    /// The generation before.
    pub generation_before: u64,
    /// The generation now.
    pub generation: u64,
    /// Whether somebody reads the old file still: its bytes are free once they close it. `None`: the file system does not tell.
    pub old_file_is_read: Option<bool>,
    /// Seconds it took.
    pub seconds: f64,
}

/// Compacts the database at `path`.
pub(in crate::engine) fn compact(
    path: &Path,
    options: &RewriteOptions,
    observer: &RewriteObserver<'_>,
) -> Result<CompactReport, Error> {
    // A writer would begin a database where there is none.
    drop(Database::open(path)?);
    compact_through(Writer::open(path, "compact")?, options, observer)
}

/// Compacts like [`Database::compact`], through a writer that the caller has opened: for tests of what a failing medium leaves behind.
pub fn compact_through(
    mut writer: Writer,
    options: &RewriteOptions,
    observer: &RewriteObserver<'_>,
) -> Result<CompactReport, Error> {
    let started = Instant::now();
    let report = {
        let Some(snapshot) = writer.snapshot().cloned() else {
            return Err(Error::internal("a database without a commit"));
        };
        check_word_rules(&snapshot)?;
        let live = snapshot.bytes()?.live;
        // The new file is about as large as what lives in the old one; the rest is for a dictionary that fits worse.
        writer.check_space(live + live / 16)?;
        let after = watched(observer, live, |watch| {
            writer.begin_anew()?;
            let group_rows = group_rows(options.row_group_rows);
            Anew { snapshot: &snapshot, without: &BTreeMap::new(), watch, group_rows }.write(&mut writer)
        })?;
        let segments = |snapshot: &crate::storage::Snapshot| snapshot.manifest().segments.len() as u64;
        CompactReport {
            people: after.manifest().live_rows(),
            bytes_before: snapshot.committed_len(),
            bytes: after.committed_len(),
            segments_before: segments(&snapshot),
            segments: segments(&after),
            generation_before: snapshot.generation(),
            generation: after.generation(),
            old_file_is_read: None,
            seconds: 0.0,
        }
    };
    // Our own snapshot of the old file is closed by now.
    let old_file_is_read = writer.replaced().and_then(|old| old.is_read().ok());
    Ok(CompactReport { old_file_is_read, seconds: started.elapsed().as_secs_f64(), ..report })
}
