//! What workers take and give back: chunks, for a while.
//!
//! A lease ends when its time is over and nobody renewed it, or when its worker is known to be dead. Whoever takes the chunk
//! then gets a higher token, and only the highest token can commit.

use std::sync::Arc;
use std::time::Duration;

use super::Ledger;
use super::items::{SELECT as SELECT_ITEMS, read_item};
use super::jobs::read_job;
use crate::jobs::{Item, Job, JobError, JobId, State, Transition};
use crate::storage::SnapshotName;

/// Items that a worker takes together, in whole chunks: enough for reading in the file's order and for every core, few
/// enough that their answers fit into memory.
const ITEMS_AT_ONCE: usize = 2_048;
/// Chunks that a worker takes together at most: so much is done again after a crash.
const CHUNKS_AT_ONCE: usize = 16;

/// Who works.
pub(in crate::jobs) struct Worker<'a> {
    /// Its name; no two workers have the same.
    pub(in crate::jobs) name: &'a str,
    /// Whether another worker is known to be dead, whatever its lease says.
    pub(in crate::jobs) is_dead: &'a dyn Fn(&str) -> bool,
    /// How long a lease holds.
    pub(in crate::jobs) lease: Duration,
}

/// What a worker may do next.
#[derive(Debug)]
pub(in crate::jobs) enum Pick {
    /// Chunks of one job, in order.
    Chunks(Vec<Lease>),
    /// Nothing now; at this time, in milliseconds, there may be something: a chunk waits for its next attempt, or for its
    /// worker.
    Later(i64),
    /// Nothing at all: every job is paused or has ended.
    Nothing,
}

/// A chunk that a worker holds.
#[derive(Debug, Clone)]
pub(in crate::jobs) struct Lease {
    /// Its job as it was when the chunk was taken.
    pub(in crate::jobs) job: Arc<Job>,
    pub(super) row: i64,
    pub(super) first: i64,
    pub(super) token: i64,
    /// How often it was tried in vain.
    pub(in crate::jobs) attempts: u32,
    /// The items that are to be answered, in order.
    pub(in crate::jobs) open: Vec<Item>,
    /// The items that have a line already, in order, and those lines.
    pub(in crate::jobs) kept: Vec<Item>,
    pub(in crate::jobs) gzip: Option<Vec<u8>>,
}

impl Lease {
    /// The position of the chunk's first item.
    #[cfg(test)]
    pub(in crate::jobs) fn first(&self) -> u64 {
        super::unsigned(self.first)
    }
}

/// A chunk that may be taken, or the time when it may be.
struct Candidate {
    first: i64,
    items: i64,
    attempts: i64,
    free_at: i64,
}

impl Ledger {
    /// Takes some chunks for a worker: of one job, or of the first that has some. A job without an open chunk is
    /// completed on the way.
    pub(in crate::jobs) fn claim(
        &mut self,
        worker: &Worker<'_>,
        only: Option<JobId>,
    ) -> Result<Pick, JobError> {
        self.write(|ledger| {
            let mut later: Option<i64> = None;
            let select = "SELECT j.*, a.name AS owner, j.job AS row FROM jobs j JOIN accounts a USING (account) \
                          WHERE state IN ('queued', 'running') AND (?1 IS NULL OR id = ?1) ORDER BY j.job LIMIT 100";
            let jobs = ledger.sql.rows(select, [only.map(|id| id.to_string())], |row| {
                Ok((row.get::<_, i64>("row")?, read_job(row)?))
            })?;
            for (row, job) in jobs {
                let most = (ITEMS_AT_ONCE / job.chunk_size.max(1) as usize).clamp(1, CHUNKS_AT_ONCE);
                let mut candidates = ledger.candidates(row, worker, most)?;
                if candidates.is_empty() {
                    ledger.complete(row, job.state)?;
                    continue;
                }
                // Where credits are kept, chunks are paid in order, so that a pause falls on the first unpaid item.
                let free = ledger.free(&job, &mut candidates, most);
                if free == 0 {
                    let next = candidates.iter().map(|chunk| chunk.free_at).min();
                    later = later.into_iter().chain(next).min();
                    continue;
                }
                if job.state == State::Queued {
                    ledger.start(row, job.state)?;
                }
                let job = Arc::new(Job { state: State::Running, ..job });
                let leases = candidates.into_iter().take(free).map(|chunk| ledger.take(&job, row, &chunk, worker));
                return Ok(Pick::Chunks(leases.collect::<Result<Vec<_>, _>>()?));
            }
            Ok(later.map_or(Pick::Nothing, Pick::Later))
        })
    }

    /// The first chunks that are not done, in order: those that are leased, and `most` others.
    fn candidates(&self, job: i64, worker: &Worker<'_>, most: usize) -> Result<Vec<Candidate>, JobError> {
        let leased = "SELECT first, items, attempts, leased_until, worker FROM chunks INDEXED BY chunks_leased \
                      WHERE job = ? AND state = 'leased'";
        let mut found = self.sql.rows(leased, [job], |row| {
            let holder: String = row.get(4)?;
            let dead = (worker.is_dead)(&holder);
            let free_at = if dead { 0 } else { row.get(3)? };
            Ok(Candidate { first: row.get(0)?, items: row.get(1)?, attempts: row.get(2)?, free_at })
        })?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Candidate {
                first: row.get(0)?,
                items: row.get(1)?,
                attempts: row.get(2)?,
                free_at: row.get(3)?,
            })
        };
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        // Those that wait for their next attempt must not hide those that need not.
        let ready = "SELECT first, items, attempts, not_before FROM chunks INDEXED BY chunks_open \
                     WHERE job = ? AND state = 'open' AND not_before <= ? ORDER BY first LIMIT ?";
        found.extend(self.sql.rows(ready, (job, self.now(), most), read)?);
        let waiting = "SELECT first, items, attempts, not_before FROM chunks INDEXED BY chunks_open \
                       WHERE job = ? AND state = 'open' AND not_before > ? ORDER BY first LIMIT ?";
        found.extend(self.sql.rows(waiting, (job, self.now(), most), read)?);
        found.sort_unstable_by_key(|chunk| chunk.first);
        Ok(found)
    }

    /// How many of the candidates may be taken; these come first then.
    fn free(&self, job: &Job, candidates: &mut [Candidate], most: usize) -> usize {
        let now = self.now();
        if job.rate.is_some() {
            return candidates.iter().take(most).take_while(|chunk| chunk.free_at <= now).count();
        }
        candidates.sort_by_key(|chunk| (chunk.free_at > now, chunk.first));
        candidates.iter().take(most).take_while(|chunk| chunk.free_at <= now).count()
    }

    fn start(&self, job: i64, state: State) -> Result<(), JobError> {
        self.set_state(job, state.after(Transition::Start)?, None)?;
        self.sql.execute(
            "UPDATE jobs SET started_at = coalesce(started_at, ?) WHERE job = ?",
            (self.now(), job),
        )?;
        Ok(())
    }

    /// Ends a job of which every chunk is done.
    fn complete(&self, job: i64, state: State) -> Result<(), JobError> {
        if state == State::Queued {
            self.start(job, state)?;
        }
        self.set_state(job, State::Running.after(Transition::Complete)?, None)
    }

    fn take(
        &self,
        job: &Arc<Job>,
        row: i64,
        chunk: &Candidate,
        worker: &Worker<'_>,
    ) -> Result<Lease, JobError> {
        let until = self.lease_end(worker.lease);
        let token = self.sql.row(
            "UPDATE chunks SET state = 'leased', worker = ?3, leased_until = ?4, token = token + 1 \
             WHERE job = ?1 AND first = ?2 RETURNING token",
            (row, chunk.first, worker.name, until),
            |row| row.get(0),
        )?;
        let select = format!(
            "{SELECT_ITEMS} WHERE job = ? AND position >= ? AND position < ? AND (outcome = 'pending' OR line IS NOT NULL) \
             ORDER BY position"
        );
        let items = self.sql.rows(&select, (row, chunk.first, chunk.first + chunk.items), read_item)?;
        let (kept, open): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.line.is_some());
        let gzip = match kept.is_empty() {
            true => None,
            false => self.sql.row_or_none(
                "SELECT gzip FROM members WHERE job = ? AND first = ?",
                (row, chunk.first),
                |row| row.get(0),
            )?,
        };
        let attempts = u32::try_from(chunk.attempts).unwrap_or(u32::MAX);
        Ok(Lease { job: Arc::clone(job), row, first: chunk.first, token, attempts, open, kept, gzip })
    }

    fn lease_end(&self, lease: Duration) -> i64 {
        self.now().saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
    }

    /// Prolongs every lease of a worker. Returns how many it still has.
    pub(in crate::jobs) fn renew(&self, worker: &str, lease: Duration) -> Result<usize, JobError> {
        let update = "UPDATE chunks SET leased_until = ? WHERE state = 'leased' AND worker = ?";
        self.sql.execute(update, (self.lease_end(lease), worker))
    }

    /// Whether a lease is still the last one of its chunk.
    pub(super) fn holds(&self, lease: &Lease) -> Result<bool, JobError> {
        let query = "SELECT 1 FROM chunks WHERE job = ? AND first = ? AND token = ? AND state = 'leased'";
        let found = self.sql.row_or_none(query, (lease.row, lease.first, lease.token), |_| Ok(()))?;
        Ok(found.is_some())
    }

    /// Gives a chunk back: to be tried again at `retry_at` as one attempt more, or at once as if it had not been taken.
    pub(in crate::jobs) fn give_back(&self, lease: &Lease, retry_at: Option<i64>) -> Result<(), JobError> {
        self.sql.execute(
            "UPDATE chunks SET state = 'open', worker = NULL, leased_until = NULL, \
             attempts = attempts + ?4, not_before = ?5 \
             WHERE job = ?1 AND first = ?2 AND token = ?3 AND state = 'leased'",
            (lease.row, lease.first, lease.token, retry_at.is_some(), retry_at.unwrap_or(0)),
        )?;
        Ok(())
    }

    /// Fails the job that a lease belongs to, if that still holds; the worker's chunks of it are free again.
    pub(in crate::jobs) fn fail(&mut self, lease: &Lease, message: &str) -> Result<(), JobError> {
        self.write(|ledger| {
            if !ledger.holds(lease)? {
                return Ok(());
            }
            let state = ledger.job(lease.job.id)?.state;
            if let Ok(failed) = state.after(Transition::Fail) {
                ledger.set_state(lease.row, failed, Some(message))?;
            }
            ledger.give_back(lease, None)
        })
    }

    /// Writes down that a job is answered from another snapshot than the one it was submitted against.
    pub(in crate::jobs) fn set_answered_from(
        &self,
        lease: &Lease,
        snapshot: &SnapshotName,
    ) -> Result<(), JobError> {
        let update = "UPDATE jobs SET answered_from = ? WHERE job = ?";
        self.sql.execute(update, (snapshot.to_string(), lease.row))?;
        Ok(())
    }
}
