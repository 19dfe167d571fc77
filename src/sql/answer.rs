//! The rows that answer a statement, a batch at a time.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use tokio::sync::mpsc::Receiver;
use tokio::task::AbortHandle;

use super::SqlError;

/// How often it is asked whether to go on.
const POLL: Duration = Duration::from_millis(50);

/// When a statement has to stop.
#[derive(Clone)]
pub(super) struct Limits {
    pub(super) started: Instant,
    pub(super) time: Option<Duration>,
    pub(super) interrupted: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl Limits {
    /// Why it has to stop now.
    pub(super) fn reached(&self) -> Option<SqlError> {
        if self.interrupted.as_ref().is_some_and(|interrupted| interrupted()) {
            return Some(SqlError::Interrupted);
        }
        self.time.filter(|limit| self.started.elapsed() >= *limit).map(|limit| SqlError::TimeLimit { limit })
    }

    /// Waits for work on other threads, until it is done or the limits are reached.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, SqlError> {
        // Not by a timer of the runtime: its threads may be too busy to see that time goes by.
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut work = pin!(work);
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Ok(done);
            }
            if let Some(stop) = self.reached() {
                return Err(stop);
            }
            std::thread::park_timeout(POLL);
        }
    }
}

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The answer to a statement: an iterator that waits for each batch. After an error there is nothing more. Dropping it
/// stops the work.
pub struct Answer {
    schema: SchemaRef,
    rows: Rows,
    message: Option<String>,
}

enum Rows {
    Ready(std::vec::IntoIter<RecordBatch>),
    Running(Running),
    Over,
}

/// A query at work on other threads.
struct Running {
    /// Ends with `None`, or an error; without either, the work broke off.
    batches: Receiver<Result<Option<RecordBatch>, SqlError>>,
    _work: Work,
    limits: Limits,
}

/// Work that ends when nobody wants its result any more.
pub(super) struct Work {
    pub(super) task: AbortHandle,
    /// Asked by steps that go on for long without a place to end the task at.
    pub(super) stop: Arc<AtomicBool>,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

impl Answer {
    pub(super) fn ready(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, rows: Rows::Ready(batches.into_iter()), message: None }
    }

    /// No rows, and what was done.
    pub(super) fn done(message: String) -> Self {
        Self {
            message: Some(message),
            ..Self::ready(Arc::new(arrow::datatypes::Schema::empty()), Vec::new())
        }
    }

    pub(super) fn with_message(self, message: String) -> Self {
        Self { message: Some(message), ..self }
    }

    pub(super) fn running(
        schema: SchemaRef,
        batches: Receiver<Result<Option<RecordBatch>, SqlError>>,
        work: Work,
        limits: Limits,
    ) -> Self {
        Self { schema, rows: Rows::Running(Running { batches, _work: work, limits }), message: None }
    }

    /// The columns of its rows; none for a statement that has no rows.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// What a statement that is no query did, in one line.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl Running {
    fn next(&mut self) -> Result<Option<RecordBatch>, SqlError> {
        let batches = &mut self.batches;
        match self.limits.wait(batches.recv())? {
            Some(next) => next,
            None => Err(SqlError::Internal("the query broke off".into())),
        }
    }
}

impl Iterator for Answer {
    type Item = Result<RecordBatch, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match &mut self.rows {
            Rows::Ready(batches) => return batches.next().map(Ok),
            Rows::Running(running) => running.next(),
            Rows::Over => return None,
        };
        if !matches!(next, Ok(Some(_))) {
            self.rows = Rows::Over;
        }
        next.transpose()
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("schema", &self.schema)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}
