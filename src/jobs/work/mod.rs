//! Workers: they take chunks, answer their items, and commit.
//!
//! Any number of processes may work on one ledger. A worker takes some chunks of a job, answers and compresses them in
//! parallel, and commits them one by one while it answers the next. What it cannot answer it gives back for a later attempt;
//! in the last one each item is tried by itself, and those that still fail have that as their outcome. What it cannot commit
//! is somebody else's.

mod name;
mod part;
mod source;
#[cfg(test)]
mod tests;

pub use name::WorkerName;
pub(super) use source::{Opened, Snapshots, Source};

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rayon::prelude::*;

use super::answer::{Answer, Answers, failed_line};
use super::ledger::{Committed, Durability, Lease, Ledger, Pick, Reopen, Worker};
use super::{Credits, Item, Job, JobError, JobId, LedgerError, Outcome};
use crate::engine::{Error, ErrorKind};
use part::Part;

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkOptions {
    /// Only this job; `None`: all of them, the oldest first.
    pub job: Option<JobId>,
    /// Whether to wait for jobs that are submitted later, until told to stop.
    pub forever: bool,
    /// For how long a chunk is the worker's unless it says that it still lives.
    pub lease: Duration,
    /// How often a chunk that cannot be answered is tried again.
    pub retries: u32,
    /// How long the first of these waits; each later one waits twice as long.
    pub back_off: Duration,
}

impl Default for WorkOptions {
    fn default() -> Self {
        let (lease, back_off) = (Duration::from_secs(30), Duration::from_secs(1));
        Self { job: None, forever: false, lease, retries: 4, back_off }
    }
}

/// Is told how the work goes on, and may end it.
pub trait WorkObserver {
    /// A chunk was committed, or nothing can be done at the moment. Asked often.
    fn progressed(&mut self, report: &WorkReport);
    /// Whether to stop; chunks that are not committed yet are given back.
    fn stop(&self) -> bool;
}

/// What a worker did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkReport {
    /// Chunks that it committed.
    pub chunks: u64,
    /// Items in them.
    pub items: u64,
    /// Chunks that it lost to another worker, or because their job was stopped.
    pub lost: u64,
    /// Chunks that it gave back for a later attempt.
    pub deferred: u64,
}

/// How long a worker sleeps that has nothing to do.
const NAP: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 50 });
/// Leases are not shorter, since they have to be renewed, and not longer, since a worker may die.
const LEASES: std::ops::RangeInclusive<Duration> = Duration::from_millis(50)..=Duration::from_secs(3_600);
/// Jobs whose snapshots stay open.
const OPEN_JOBS: usize = 4;

/// Works on the jobs of a database of people until none is left that could go on, or until told to stop.
///
/// # Errors
/// The ledger's. Failures of people's files are the jobs', not the worker's.
pub fn work(
    people: &Path,
    options: &WorkOptions,
    observer: &mut dyn WorkObserver,
) -> Result<WorkReport, JobError> {
    let ledger = Ledger::open_existing(people)?;
    work_with(ledger, &Snapshots::new(people), options, observer)
}

/// Works with what `source` makes of jobs.
pub(super) fn work_with(
    ledger: Ledger,
    source: &dyn Source,
    options: &WorkOptions,
    observer: &mut dyn WorkObserver,
) -> Result<WorkReport, JobError> {
    let options =
        &WorkOptions { lease: options.lease.clamp(*LEASES.start(), *LEASES.end()), ..options.clone() };
    let name = WorkerName::of_this_process();
    let reopen = ledger.reopen();
    let (alive, ended) = channel();
    std::thread::scope(|scope| {
        let keeper = name.clone();
        scope.spawn(move || keep_leases(&reopen, &keeper, options.lease, &ended));
        let mut worker = Working {
            ledger,
            source,
            options,
            observer,
            name: &name,
            open: BTreeMap::new(),
            forgets: 0,
            report: WorkReport::default(),
        };
        let result = worker.run();
        drop(alive);
        result.map(|()| worker.report)
    })
}

/// Says every now and then that the worker lives. What it cannot say in time another worker's token settles.
fn keep_leases(reopen: &Reopen, name: &WorkerName, lease: Duration, ended: &Receiver<()>) {
    let mut ledger = None;
    while ended.recv_timeout(lease / 3) == Err(RecvTimeoutError::Timeout) {
        if ledger.is_none() {
            ledger = reopen.open().ok();
        }
        if let Some(open) = &mut ledger
            && open.renew(name.as_str(), lease).is_err()
        {
            ledger = None;
        }
    }
}

/// A worker at work.
struct Working<'a> {
    ledger: Ledger,
    source: &'a dyn Source,
    options: &'a WorkOptions,
    observer: &'a mut dyn WorkObserver,
    name: &'a WorkerName,
    open: BTreeMap<String, Arc<dyn Answers>>,
    /// How often people had been forgotten when those were opened.
    forgets: i64,
    report: WorkReport,
}

/// Chunks that are answered and not committed yet, of one job.
type Ready = VecDeque<(Lease, Result<Answered, JobError>)>;

impl Working<'_> {
    fn run(&mut self) -> Result<(), JobError> {
        let mut ready = Ready::new();
        let result = self.work_off(&mut ready);
        // Whoever keeps the ledger busy would be waited for once more; the leases end by themselves.
        let is_busy = matches!(result, Err(JobError::Ledger(LedgerError::Busy { .. })));
        if is_busy || (result.is_ok() && ready.is_empty()) {
            return result;
        }
        result.and(self.ledger.give_all_back(self.name.as_str()))
    }

    fn work_off(&mut self, ready: &mut Ready) -> Result<(), JobError> {
        while !self.observer.stop() {
            self.ledger.set_durability(Durability::Now)?;
            let is_dead = |name: &str| WorkerName::is_known_dead(name);
            let worker = Worker { name: self.name.as_str(), is_dead: &is_dead, lease: self.options.lease };
            let pick = self.ledger.claim(&worker, self.options.job)?;
            self.let_go_of_the_forgotten()?;
            self.ledger.set_durability(Durability::WithTheNext)?;
            match pick {
                Pick::Chunks(leases) => self.answer_while_committing(leases, ready)?,
                _ if !ready.is_empty() => self.commit_all(ready)?,
                Pick::Later(at) => self.wait(Some(at)),
                Pick::Nothing if self.options.forever => self.wait(None),
                Pick::Nothing => break,
            }
            self.observer.progressed(&self.report);
        }
        Ok(())
    }

    /// Whoever was forgotten is still in a file that was opened before. If it happens after this look, the leases are lost.
    fn let_go_of_the_forgotten(&mut self) -> Result<(), JobError> {
        let forgets = self.ledger.forgets()?;
        if forgets != self.forgets {
            self.open.clear();
            self.forgets = forgets;
        }
        Ok(())
    }

    /// Waits a little, at most until `until`.
    fn wait(&self, until: Option<i64>) {
        let left = until.map_or(i64::MAX, |until| until.saturating_sub(self.ledger.now()).max(1));
        std::thread::sleep(Duration::from_millis(left.unsigned_abs()).clamp(NAP / 10, NAP));
    }

    /// Answers chunks of one job, and meanwhile commits those that are ready.
    fn answer_while_committing(&mut self, leases: Vec<Lease>, ready: &mut Ready) -> Result<(), JobError> {
        let Some(first) = leases.first() else { return Ok(()) };
        let answers = match self.answers(&first.job) {
            Ok(answers) => answers,
            Err(error) => {
                self.fail(first, error)?;
                return leases.iter().try_for_each(|lease| self.ledger.give_back(lease, None));
            }
        };
        let last_attempt = self.options.retries;
        let one = move |lease: Lease| {
            let answered = answer(answers.as_ref(), &lease, last_attempt);
            (lease, answered)
        };
        let (committed, answered) = std::thread::scope(|scope| {
            let answering = scope.spawn(|| leases.into_par_iter().map(one).collect::<Vec<_>>());
            (self.commit_all(ready), answering.join())
        });
        let answered = answered.map_err(|_| JobError::Internal("answering ended by a panic".to_string()));
        ready.extend(answered?);
        committed
    }

    /// Commits what is ready, in order, unless told to stop.
    fn commit_all(&mut self, ready: &mut Ready) -> Result<(), JobError> {
        while !self.observer.stop()
            && let Some((lease, answered)) = ready.pop_front()
        {
            let goes_on = match answered {
                Ok(Answered::All(answers, part)) => self.commit(&lease, &answers, part),
                Ok(Answered::Later(error)) => self.defer(&lease, &error).map(|()| true),
                Err(error) => Err(error),
            };
            let goes_on = match goes_on {
                Ok(goes_on) => goes_on,
                Err(error) => self.fail(&lease, error).map(|()| false)?,
            };
            self.observer.progressed(&self.report);
            if !goes_on {
                ready.drain(..).try_for_each(|(lease, _)| self.ledger.give_back(&lease, None))?;
            }
        }
        Ok(())
    }

    /// Fails the job of a chunk for what no further attempt changes. What is wrong with the whole ledger is an error of the
    /// worker.
    fn fail(&mut self, lease: &Lease, error: JobError) -> Result<(), JobError> {
        match error {
            JobError::Ledger(LedgerError::Invariant { .. }) => {}
            JobError::Ledger(_) | JobError::Interrupted => return Err(error),
            _ => {}
        }
        self.ledger.set_durability(Durability::Now)?;
        self.ledger.fail(lease, &error.to_string())
    }

    /// What answers a job's items; opened once.
    fn answers(&mut self, job: &Job) -> Result<Arc<dyn Answers>, JobError> {
        let mut job = job.clone();
        loop {
            let key = format!("{} {}", job.id, job.answered_from.unwrap_or(job.snapshot));
            if let Some(known) = self.open.get(&key) {
                return Ok(Arc::clone(known));
            }
            let Opened { answers, moved_to } = self.source.open(&job)?;
            if let Some(snapshot) = moved_to
                && !self.ledger.set_answered_from(&job, &snapshot)?
            {
                // Another worker chose a snapshot first: all of the job is answered from that one.
                job = self.ledger.job(job.id)?;
                continue;
            }
            while self.open.len() >= OPEN_JOBS {
                self.open.pop_first();
            }
            let from = moved_to.or(job.answered_from).unwrap_or(job.snapshot);
            self.open.insert(format!("{} {from}", job.id), Arc::clone(&answers));
            return Ok(answers);
        }
    }

    /// Commits a chunk, or as much of it as can be paid. Returns whether the job goes on.
    fn commit(&mut self, lease: &Lease, answers: &[Answer], whole: Part) -> Result<bool, JobError> {
        let mut part = whole;
        loop {
            if part.pauses() {
                self.ledger.set_durability(Durability::Now)?;
            }
            match self.ledger.commit(lease, &part.done())? {
                Committed::Yes => {
                    self.report.chunks += 1;
                    self.report.items += part.len() as u64;
                    return Ok(!part.pauses());
                }
                Committed::Lost => {
                    self.report.lost += 1;
                    self.ledger.give_back(lease, None)?;
                    return Ok(true);
                }
                Committed::Short { balance } => part = Part::affordable(lease, answers, balance)?,
            }
        }
    }

    /// Gives a chunk back that could not be answered, and tells why.
    fn defer(&mut self, lease: &Lease, error: &JobError) -> Result<(), JobError> {
        let wait = self.options.back_off.saturating_mul(1 << lease.attempts.min(16));
        let retry_at = self.ledger.now().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        self.ledger.set_message(lease, &format!("trying again: {error}"))?;
        self.ledger.give_back(lease, Some(retry_at))?;
        self.report.deferred += 1;
        Ok(())
    }
}

/// What came of the open items of a chunk.
enum Answered {
    /// Every one has its answer.
    All(Vec<Answer>, Part),
    /// They cannot be answered now.
    Later(JobError),
}

/// Answers the open items of a chunk and compresses its lines. In the last attempt an item that cannot be answered has that
/// as its outcome; damage does not pass, so it does not wait for the last one.
///
/// # Errors
/// What no attempt changes: the lines that the chunk had are gone, or there are too many.
fn answer(answers: &dyn Answers, lease: &Lease, last_attempt: u32) -> Result<Answered, JobError> {
    let answered = match answers.answer(&lease.open) {
        Err(JobError::Interrupted) => return Err(JobError::Interrupted),
        Err(error) if lease.attempts < last_attempt && may_pass(&error) => return Ok(Answered::Later(error)),
        Err(_) => lease.open.iter().map(|item| answer_alone(answers, &lease.job, item)).collect(),
        Ok(answered) => answered,
    };
    let part = Part::whole(lease, &answered)?;
    // The lines are in the part; only what cannot be paid is put together once more.
    let answered = if lease.job.rate.is_some() { answered } else { Vec::new() };
    Ok(Answered::All(answered, part))
}

/// Whether another attempt may succeed.
fn may_pass(error: &JobError) -> bool {
    let is_mistake = matches!(error, JobError::Internal(_) | JobError::Engine(Error::Internal(_)));
    error.kind() != ErrorKind::Damaged && !is_mistake
}

fn answer_alone(answers: &dyn Answers, job: &Job, item: &Item) -> Answer {
    let error = match answers.answer(std::slice::from_ref(item)).map(|mut one| one.pop()) {
        Ok(Some(answer)) => return answer,
        Ok(None) => JobError::Internal("an item without an answer".to_string()),
        Err(error) => error,
    };
    let (message, retryable) = (error.to_string(), may_pass(&error));
    let line = failed_line(&job.request, item, &message, retryable);
    Answer { outcome: Outcome::Failed { message, retryable }, line, charge: Credits::ZERO }
}
