//! A database written anew, into a file that takes the old one's place: everybody who lives and nothing else.
//!
//! - `anew`: the new file, from the old one's segments
//! - `compact`: to get rid of dead bytes and many segments
//! - `forget`: to get rid of people, in every part of the file; `whom`: who they are, without saying it
//! - `copy`: not anew, but byte for byte, somewhere else
//!
//! Segments of the newest catalogue of paths are merged: row groups are copied undecoded where nobody in them died and they are not
//! too small. Those of an older catalogue are indexed again from their records. Records are compressed with a newly trained
//! dictionary. The old file lives on, without a name, as long as somebody reads it.

mod anew;
mod compact;
mod copy;
mod forget;
mod whom;

pub use compact::compact_through;
pub use forget::{ForgetReport, Forgetting, Forgotten};
pub use whom::Whom;

pub(super) use compact::compact;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use serde::Serialize;

use super::Error;
use super::load::group_rows;
use super::suppression::Suppression;
use super::words::check_word_rules;
use crate::storage::{ReplacedFile, Snapshot, WriteWatch, Writer};
use anew::Anew;

/// How to write a file anew.
#[derive(Debug, Clone, Default)]
pub struct RewriteOptions {
    /// People in a row group, 1 to 32,768; `None`: the most.
    pub row_group_rows: Option<u32>,
}

/// How far a rewrite is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RewriteProgress {
    /// Bytes of the new file so far.
    pub bytes: u64,
    /// About how many it will have.
    pub bytes_total: u64,
}

/// Watches a rewrite. `Break` stops it, and nothing has happened.
pub type RewriteObserver<'a> = dyn Fn(&RewriteProgress) -> ControlFlow<()> + Sync + 'a;

/// What became of a file that was written anew.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RewriteReport {
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

/// What changes besides what is dead.
#[derive(Default)]
struct Change {
    /// Rows that go though they live, by segment.
    without: BTreeMap<usize, RoaringBitmap>,
    /// Who must not come back from now on.
    suppression: Option<Suppression>,
}

/// Becomes the writer of a database that is there: a writer alone would begin one.
fn writer_of(path: &Path, purpose: &str) -> Result<Writer, Error> {
    drop(Snapshot::open(path)?);
    Ok(Writer::open(path, purpose)?)
}

/// The last commit of a writer's database.
fn committed(writer: &Writer) -> Result<Snapshot, Error> {
    writer.snapshot().cloned().ok_or_else(|| Error::internal("a database without a commit"))
}

/// Writes the file of `writer` anew, and ends the writer. Nobody but its readers holds the old file then, which is returned.
fn rewrite(
    mut writer: Writer,
    change: &Change,
    options: &RewriteOptions,
    observer: &RewriteObserver<'_>,
) -> Result<(RewriteReport, ReplacedFile), Error> {
    let started = Instant::now();
    let snapshot = committed(&writer)?;
    check_word_rules(&snapshot)?;
    let bytes = snapshot.bytes()?;
    let live = bytes.live - bytes.dead_rows;
    // The new file is about as large as what lives in the old one; the rest is for a dictionary that fits worse.
    writer.check_space(live + live / 16)?;
    let after = watched(observer, live, |watch| {
        writer.begin_anew()?;
        let anew = Anew {
            snapshot: &snapshot,
            without: &change.without,
            suppression: change.suppression.as_ref(),
            watch,
            group_rows: group_rows(options.row_group_rows),
        };
        anew.write(&mut writer)
    })?;
    let facts = |snapshot: &Snapshot| {
        (snapshot.committed_len(), snapshot.manifest().segments.len() as u64, snapshot.generation())
    };
    let (bytes_before, segments_before, generation_before) = facts(&snapshot);
    let (bytes, segments, generation) = facts(&after);
    // Ours is the only mark on the old file that is no reader's.
    drop(snapshot);
    let replaced = writer.into_replaced().ok_or_else(|| Error::internal("no file was replaced"))?;
    let report = RewriteReport {
        people: after.manifest().live_rows(),
        bytes_before,
        bytes,
        segments_before,
        segments,
        generation_before,
        generation,
        old_file_is_read: replaced.is_read().ok(),
        seconds: started.elapsed().as_secs_f64(),
    };
    Ok((report, replaced))
}

/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// Does `work` while `observer` is told how far it is.
fn watched<T>(
    observer: &RewriteObserver<'_>,
    bytes_total: u64,
    work: impl FnOnce(&Arc<WriteWatch>) -> Result<T, Error>,
) -> Result<T, Error> {
    let watch = Arc::new(WriteWatch::default());
    let over = AtomicBool::new(false);
    let done = std::thread::scope(|scope| {
        let teller = scope.spawn(|| {
            let mut stopped = false;
            while !over.load(Ordering::Acquire) {
                let bytes = watch.written();
                if observer(&RewriteProgress { bytes, bytes_total: bytes_total.max(bytes) }).is_break() {
                    watch.stop();
                    stopped = true;
                }
                std::thread::park_timeout(TOLD_EVERY);
            }
            stopped
        });
        let done = work(&watch);
        over.store(true, Ordering::Release);
        teller.thread().unpark();
        let stopped = teller.join().unwrap_or(false);
        (done, stopped)
    });
    match done {
        // Whatever the error says that the stop caused on its way up.
        (Err(_), true) => Err(Error::Interrupted),
        (done, _) => done,
    }
}
