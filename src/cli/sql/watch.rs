//! How many rows there are so far, said on the terminal while a statement runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::cli::console::Console;
use crate::cli::progress::ProgressLine;
use crate::cli::units;

/// How often the line is drawn anew.
const PERIOD: Duration = Duration::from_millis(200);

/// A progress line that goes on while nothing comes: a statement may work for long before its first row.
pub(crate) struct Watch {
    rows: Arc<AtomicU64>,
    line: Arc<Mutex<ProgressLine>>,
    /// Dropped before the thread is waited for.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Counts rows, of `total` if that is known.
    pub(crate) fn new(total: Option<u64>, console: &Console) -> Self {
        let (rows, line) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(ProgressLine::new(console))));
        let (stop, stopped) = channel();
        let (counted, drawn) = (Arc::clone(&rows), Arc::clone(&line));
        let thread = (console.err_width.is_some() && !console.quiet).then(|| {
            std::thread::spawn(move || {
                while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                    let done = counted.load(Ordering::Relaxed);
                    let mut line = drawn.lock().unwrap_or_else(PoisonError::into_inner);
                    line.tell(done, total, |so_far| {
                        let of =
                            total.map(|total| format!(" of {}", units::count(total))).unwrap_or_default();
                        format!("{}{of} rows{}", units::count(done), so_far.left())
                    });
                }
            })
        });
        Self { rows, line, stop: Some(stop), thread }
    }

    /// Counts more rows.
    pub(crate) fn add(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// How many there are so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Takes the line off the terminal: rows are shown there now.
    pub(crate) fn clear(&self) {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.clear();
    }
}
