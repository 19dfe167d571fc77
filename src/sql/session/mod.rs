//! A statement in, batches of rows out; memory, time and interruption bounded.
//!
//! - `context`: the engine of a session
//! - `catalogue`: which tables there are; ATTACH, views
//! - `plan`: a query's names and files looked up, then planned
//! - `describe`: SHOW TABLES, DESCRIBE
//! - `names`: what statements can name
//! - `summarize`: SUMMARIZE
//! - `stoppable`: joins that can be stopped in the middle
//! - `failure`: errors of the engine in our terms

mod catalogue;
mod context;
mod describe;
mod failure;
mod names;
mod plan;
mod stoppable;
mod summarize;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use datafusion::catalog::TableProvider;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::execute_stream;
use futures::StreamExt as _;
use tokio::runtime::{Builder, Handle, Runtime};

use super::answer::{Answer, Limits, Work};
use super::front::{Kind, Pointer, Statement};
use super::scan::Analyze;
use super::write::{self, FileFormat};
use super::{SqlError, functions, tables};
use crate::engine::Database;
use catalogue::Catalogue;
pub use context::machine_memory;
pub use names::{Names, TableNames};

/// Planning and running deep expressions takes stack; only what is used of it costs memory.
const STACK: usize = 64 << 20;
/// Batches that are ready before they are asked for.
const BATCHES_AHEAD: usize = 2;

/// What a session may do.
#[derive(Clone, Default)]
pub struct SessionOptions {
    /// Bytes that its queries may hold at a time, before they go on from disk; half of the machine's memory by default.
    pub memory: Option<u64>,
    /// Threads; by default, as many as there are cores.
    pub threads: Option<usize>,
    /// How long a statement may take, planning included.
    pub time_limit: Option<Duration>,
    /// Whether statements may neither read nor write other files.
    pub safe: bool,
    /// Asked several times a second: whether to stop.
    pub interrupted: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl SessionOptions {
    fn memory(&self) -> u64 {
        self.memory.unwrap_or_else(context::default_memory)
    }

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.unwrap_or_else(cores).max(1)
    }
}

impl std::fmt::Debug for SessionOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionOptions")
            .field("memory", &self.memory)
            .field("threads", &self.threads)
            .field("time_limit", &self.time_limit)
            .field("safe", &self.safe)
            .finish_non_exhaustive()
    }
}

/// SQL over one database, as it was when it was opened.
///
/// Its calls block the thread that makes them.
#[derive(Debug)]
pub struct Session {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    shared: Arc<Catalogue>,
    options: SessionOptions,
    memory: u64,
}

impl Drop for Session {
    fn drop(&mut self) {
        // Work that was told to stop ends at its next step; nobody has to wait for that.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Session {
    /// A session over the people of a database.
    ///
    /// # Errors
    /// Threads that cannot be started.
    pub fn new(database: Arc<Database>, options: SessionOptions) -> Result<Self, SqlError> {
        let session = Self::without_tables(options)?;
        tables::register(&session.shared.context, tables::MAIN, &database)?;
        tables::register_functions(&session.shared.context, &database);
        functions::register(&session.shared.context);
        session.shared.add_database(tables::MAIN, &database);
        Ok(session)
    }

    fn without_tables(options: SessionOptions) -> Result<Self, SqlError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(options.threads())
            .thread_stack_size(STACK)
            .thread_name("sql")
            .enable_time()
            .build()
            .map_err(|error| SqlError::Internal(format!("cannot start threads: {error}")))?;
        let memory = options.memory();
        let shared = Arc::new(Catalogue::new(context::context(&options)?, options.safe, memory));
        Ok(Self { runtime: Some(runtime), shared, options, memory })
    }

    /// Adds a table, or replaces it.
    ///
    /// # Errors
    /// None that a caller could mend.
    pub fn register(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<(), SqlError> {
        self.shared.register(name, table)
    }

    /// What statements can name now: tables, columns and functions.
    ///
    /// # Errors
    /// None that a caller could mend.
    pub fn names(&self) -> Result<Names, SqlError> {
        let limits = Limits { started: Instant::now(), time: None, interrupted: None };
        let shared = Arc::clone(&self.shared);
        self.work(&limits, async move { names::names(&shared).await })?
    }

    /// Runs a statement. Its rows come as they are asked for.
    ///
    /// # Errors
    /// A name, type or function that is wrong, with its place; a file that cannot be read or written; a limit.
    pub fn run(&self, statement: &Statement) -> Result<Answer, SqlError> {
        let pointer = statement.pointer();
        let limits = Limits {
            started: Instant::now(),
            time: self.options.time_limit,
            interrupted: self.options.interrupted.clone(),
        };
        let kind = Arc::clone(&statement.kind);
        match &*kind {
            Kind::Query(_) => self.query(kind, pointer, limits),
            Kind::Explain { analyze, verbose, .. } => {
                let plan = self.plan(&kind, &pointer, &limits)?;
                let plan = LogicalPlanBuilder::from(plan).explain(*verbose, *analyze);
                let plan = plan.and_then(LogicalPlanBuilder::build);
                let plan = plan.map_err(|error| failure::of(&error, &pointer, self.memory))?;
                self.start(std::future::ready(Ok(plan)), pointer, limits, *analyze)
            }
            Kind::ShowTables => {
                let shared = Arc::clone(&self.shared);
                self.work(&limits, async move { describe::tables(&shared).await })?
            }
            Kind::Describe(subject) => {
                let plan = self.plan(&kind, &pointer, &limits)?;
                describe::columns(&plan, subject.table.as_ref(), &self.shared)
            }
            Kind::Summarize(_) => self.summarize(&kind, pointer, limits),
            Kind::Attach { path, name, span } => self.shared.attach(path, name, &pointer, *span),
            Kind::Detach { name, if_exists, span } => self.shared.detach(name, *if_exists, &pointer, *span),
            Kind::Copy { path, format, span, .. } => {
                self.shared.check_files(&pointer, *span, "COPY writes a file")?;
                let format =
                    format_of(path, format.as_deref()).map_err(|problem| pointer.error(*span, &problem))?;
                let mut rows = self.query(kind.clone(), pointer, limits)?;
                let count = write::to_file(Path::new(path), format, rows.schema(), &mut rows)?;
                one_count(count).map(|answer| answer.with_message(format!("{count} rows written to {path}")))
            }
            Kind::CreateView { name, replace, .. } => {
                let plan = self.plan(&kind, &pointer, &limits)?;
                self.shared.create_view(name, plan, statement.text(), *replace, &pointer)
            }
            Kind::DropView { names, if_exists } => self.shared.drop_views(names, *if_exists, &pointer),
        }
    }

    fn handle(&self) -> Result<Handle, SqlError> {
        match &self.runtime {
            Some(runtime) => Ok(runtime.handle().clone()),
            None => Err(SqlError::Internal("the session is over".into())),
        }
    }

    /// Work on the session's threads, which have a deep stack; it is given up when a limit is reached.
    fn work<T: Send + 'static>(
        &self,
        limits: &Limits,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, SqlError> {
        let handle = self.handle()?;
        let task = handle.spawn(work);
        let abort = task.abort_handle();
        let done = limits.wait(task).inspect_err(|_| abort.abort())?;
        done.map_err(|error| SqlError::Internal(format!("a step broke off: {error}")))
    }

    fn plan(&self, kind: &Arc<Kind>, pointer: &Pointer, limits: &Limits) -> Result<LogicalPlan, SqlError> {
        let (shared, kind, pointer) = (Arc::clone(&self.shared), Arc::clone(kind), pointer.clone());
        self.work(limits, async move { plan::plan(&shared, &kind, &pointer).await })?
    }

    fn query(&self, kind: Arc<Kind>, pointer: Pointer, limits: Limits) -> Result<Answer, SqlError> {
        let (shared, own) = (Arc::clone(&self.shared), pointer.clone());
        let plan = async move { plan::plan(&shared, &kind, &own).await };
        self.start(plan, pointer, limits, false)
    }

    /// Makes a plan, optimises it, and lets it run. With `analyze` scans count what they read.
    fn start(
        &self,
        plan: impl Future<Output = Result<LogicalPlan, SqlError>> + Send + 'static,
        pointer: Pointer,
        limits: Limits,
        analyze: bool,
    ) -> Result<Answer, SqlError> {
        let (handle, memory) = (self.handle()?, self.memory);
        let (shared, own) = (Arc::clone(&self.shared), pointer.clone());
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let mut stream = self.work(&limits, async move {
            let plan = plan.await?;
            let mut state = shared.context.state();
            if analyze {
                state.config_mut().set_extension(Arc::new(Analyze));
            }
            let stream = async {
                let physical = state.create_physical_plan(&plan).await?;
                execute_stream(stoppable::stoppable(physical, &asked)?, state.task_ctx())
            };
            stream.await.map_err(|error| failure::of(&error, &own, memory))
        })??;
        let schema = stream.schema();
        let (sender, receiver) = tokio::sync::mpsc::channel(BATCHES_AHEAD);
        let work = handle.spawn(async move {
            while let Some(next) = stream.next().await {
                let next = next.map(Some).map_err(|error| failure::of(&error, &pointer, memory));
                let over = next.is_err();
                if sender.send(next).await.is_err() || over {
                    return;
                }
            }
            // Nobody listens any more if this fails.
            let _ = sender.send(Ok(None)).await;
        });
        Ok(Answer::running(schema, receiver, Work { task: work.abort_handle(), stop }, limits))
    }

    fn summarize(&self, kind: &Arc<Kind>, pointer: Pointer, limits: Limits) -> Result<Answer, SqlError> {
        let plan = self.plan(kind, &pointer, &limits)?;
        let summary = summarize::Summary::of(&plan);
        let counted = summary.plan(plan).map_err(|error| failure::of(&error, &pointer, self.memory))?;
        let counted = std::future::ready(Ok(counted));
        let rows: Vec<RecordBatch> =
            self.start(counted, pointer, limits, false)?.collect::<Result<_, _>>()?;
        summary.rows(&rows)
    }
}

fn format_of(path: &str, name: Option<&str>) -> Result<FileFormat, String> {
    match name {
        Some(name) => FileFormat::from_str(name),
        None => FileFormat::of_path(Path::new(path)).ok_or_else(|| {
            format!("the format is not clear from {path}: add (FORMAT parquet), or arrow, csv, jsonl, json")
        }),
    }
}

fn one_count(count: u64) -> Result<Answer, SqlError> {
    let column: ArrayRef = Arc::new(UInt64Array::from(vec![count]));
    let batch = RecordBatch::try_from_iter([("count", column)]);
    let batch = batch.map_err(|error| SqlError::Internal(error.to_string()))?;
    Ok(Answer::ready(batch.schema(), vec![batch]))
}
