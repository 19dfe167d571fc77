//! Ctrl-C: work stops at its next step; what cannot stop is ended after a moment.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::failure::{Exit, Failure};

/// How long work has to stop by itself: a read from a silent pipe never does.
const GRACE: Duration = Duration::from_secs(2);
/// How long it has while somebody is patient.
const PATIENCE: Duration = Duration::from_secs(60);

static REQUESTED: AtomicBool = AtomicBool::new(false);
static COMMITTING: AtomicBool = AtomicBool::new(false);
static STAYS: AtomicBool = AtomicBool::new(false);
static READING: AtomicBool = AtomicBool::new(false);
static PATIENT: AtomicBool = AtomicBool::new(false);
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From now on Ctrl-C (and a polite kill) is noted instead of ending the process.
pub(crate) fn install() {
    // Without a handler the process ends at once, which the file format allows at any instant.
    let _ = ctrlc::set_handler(|| {
        REQUESTED.store(true, Ordering::SeqCst);
        if STAYS.load(Ordering::SeqCst) {
            // While a line is read Ctrl-C is a key: what comes as a signal then wants the process to end.
            if READING.load(Ordering::SeqCst) {
                restore_terminal();
                std::process::exit(Exit::Interrupted as i32);
            }
            return;
        }
        let since = Instant::now();
        while since.elapsed() < GRACE || (PATIENT.load(Ordering::SeqCst) && since.elapsed() < PATIENCE) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if !COMMITTING.load(Ordering::SeqCst) {
            for path in UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                let _ = std::fs::remove_file(path);
            }
            std::process::exit(Exit::Interrupted as i32);
        }
    });
}

/// Whether Ctrl-C was pressed.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// From now on Ctrl-C stops statements, and never the process.
#[cfg(feature = "sql")]
pub(crate) fn stay() {
    STAYS.store(true, Ordering::SeqCst);
}

/// Whether a line is being read from a terminal.
#[cfg(feature = "sql")]
pub(crate) fn reading(is_read: bool) {
    READING.store(is_read, Ordering::SeqCst);
}

/// A line is read in a mode of its own, in which no shell can go on.
fn restore_terminal() {
    #[cfg(feature = "sql")]
    let _ = crossterm::terminal::disable_raw_mode();
}

/// What was stopped has stopped: the next work may go on.
#[cfg(feature = "sql")]
pub(crate) fn forget() {
    REQUESTED.store(false, Ordering::SeqCst);
}

/// An error once Ctrl-C was pressed.
pub(crate) fn check() -> Result<(), Failure> {
    if requested() { Err(Failure::Interrupted) } else { Ok(()) }
}

/// Work that stops by itself in any case, and should: a worker gives back what it holds. Until this is dropped, Ctrl-C lets it.
pub(crate) struct Patience(());

pub(crate) fn be_patient() -> Patience {
    PATIENT.store(true, Ordering::SeqCst);
    Patience(())
}

impl Drop for Patience {
    fn drop(&mut self) {
        PATIENT.store(false, Ordering::SeqCst);
    }
}

/// From now on the work is finished whatever happens: a commit has begun.
pub(crate) fn commit_begins() {
    COMMITTING.store(true, Ordering::SeqCst);
}

/// The next work may be interrupted again.
pub(crate) fn commit_is_over() {
    COMMITTING.store(false, Ordering::SeqCst);
}

/// Remembers a temporary file that an interrupt has to remove.
pub(crate) fn unfinished(path: &Path) {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_path_buf());
}

/// The temporary file is complete, or gone.
pub(crate) fn finished(path: &Path) {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| known != path);
}
