//! A database written anew, into a file that takes the old one's place: everybody who lives and nothing else.
//!
//! - `anew`: the new file, from the old one's segments
//! - `compact`: to get rid of dead bytes and many segments
//! - `copy`: not anew, but byte for byte, somewhere else
//!
//! Segments of the newest catalogue of paths are merged: row groups are copied undecoded where nobody in them died and they are not
//! too small. Those of an older catalogue are indexed again from their records. Records are compressed with a newly trained
//! dictionary. The old file lives on, without a name, as long as somebody reads it.

mod anew;
mod compact;
mod copy;

pub use compact::{CompactReport, compact_through};

pub(super) use compact::compact;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Error;
use crate::storage::WriteWatch;

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
