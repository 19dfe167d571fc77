//! What workers take and give back: chunks, for a while.
//!
//! A lease ends when its time is over and nobody renewed it, or when its worker is known to be dead. Whoever takes the chunk
//! then gets a higher token, and only the highest token can commit.

use std::collections::BTreeMap;
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
/// No chunk waits longer, in milliseconds: a day. What says so was written by a clock that was ahead.
const LONGEST_WAIT: i64 = 86_400_000;

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

/// Chunks of a job that are not done.
struct OpenChunks {
    /// Those that can be taken now, in order.
    free: Vec<Candidate>,
    /// When others may be free.
    later: Option<i64>,
}

/// A chunk, and the time from which it may be taken.
struct Candidate {
    first: i64,
    items: i64,
    attempts: i64,
    free_at: i64,
}

fn read_candidate(row: &rusqlite::Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate { first: row.get(0)?, items: row.get(1)?, attempts: row.get(2)?, free_at: row.get(3)? })
}

impl Ledger {
    /// Takes some chunks for a worker: of one job, or of the first that has some. A job without an open chunk is completed on
    /// the way; one that cannot be read has failed, and stands in nobody's way.
    pub(in crate::jobs) fn claim(
        &mut self,
        worker: &Worker<'_>,
        only: Option<JobId>,
    ) -> Result<Pick, JobError> {
        self.write(|ledger| {
            let (mut later, mut last): (Option<i64>, i64) = (None, 0);
            while let Some((row, job)) = ledger.next_job(only, last)? {
                last = row;
                let job = match job {
                    Ok(job) => job,
                    Err(error) => {
                        let problem = ledger.sql.meaning(&error).to_string();
                        ledger.set_state(row, State::Failed, Some(&problem))?;
                        continue;
                    }
                };
                let open = ledger.open_chunks(row, &job, worker)?;
                if open.free.is_empty() && open.later.is_none() {
                    ledger.complete(row, job.state)?;
                    continue;
                }
                later = later.into_iter().chain(open.later).min();
                if open.free.is_empty() {
                    continue;
                }
                if job.state == State::Queued {
                    ledger.start(row, job.state)?;
                }
                let job = Arc::new(Job { state: State::Running, ..job });
                let leases = open.free.iter().map(|chunk| ledger.take(&job, row, chunk, worker));
                return Ok(Pick::Chunks(leases.collect::<Result<Vec<_>, _>>()?));
            }
            Ok(later.map_or(Pick::Nothing, Pick::Later))
        })
    }

    /// The oldest job behind a row that is queued or running.
    fn next_job(
        &self,
        only: Option<JobId>,
        behind: i64,
    ) -> Result<Option<(i64, rusqlite::Result<Job>)>, JobError> {
        let select = "SELECT j.*, a.name AS owner FROM jobs j JOIN accounts a USING (account) \
                      WHERE state IN ('queued', 'running') AND (?1 IS NULL OR id = ?1) AND j.job > ?2 ORDER BY j.job LIMIT 1";
        self.sql.row_or_none(select, (only.map(|id| id.to_string()), behind), |row| {
            Ok((row.get::<_, i64>("job")?, read_job(row)))
        })
    }

    /// The chunks of a job that can be taken now, and when there will be others.
    fn open_chunks(&self, row: i64, job: &Job, worker: &Worker<'_>) -> Result<OpenChunks, JobError> {
        let now = self.now();
        let most = (ITEMS_AT_ONCE / job.chunk_size.max(1) as usize).clamp(1, CHUNKS_AT_ONCE);
        let mut all = self.leased(row, now, worker)?;
        // Where credits are kept, chunks are paid in order, so that a pause falls on the first unpaid item: one that is not
        // free keeps back those behind it.
        let in_order = job.rate.is_some();
        all.extend(self.not_leased(row, now, most, in_order)?);
        all.sort_unstable_by_key(|chunk| chunk.first);
        let later = match in_order {
            true => all.first().map(|chunk| chunk.free_at).filter(|&at| at > now),
            false => all.iter().map(|chunk| chunk.free_at).filter(|&at| at > now).min(),
        };
        let free = all.into_iter();
        let mut free: Vec<Candidate> = match in_order {
            true => free.take_while(|chunk| chunk.free_at <= now).collect(),
            false => free.filter(|chunk| chunk.free_at <= now).collect(),
        };
        free.truncate(most);
        Ok(OpenChunks { free, later })
    }

    /// The chunks that somebody holds, each free when that ends.
    fn leased(&self, job: i64, now: i64, worker: &Worker<'_>) -> Result<Vec<Candidate>, JobError> {
        let select = "SELECT first, items, attempts, leased_until, worker FROM chunks INDEXED BY chunks_leased \
                      WHERE job = ? AND state = 'leased'";
        let mut dead: BTreeMap<String, bool> = BTreeMap::new();
        self.sql.rows(select, [job], |row| {
            let holder: String = row.get(4)?;
            let is_dead = *dead.entry(holder).or_insert_with_key(|holder| (worker.is_dead)(holder));
            let mut chunk = read_candidate(row)?;
            // A clock that was ahead must not keep a chunk for years.
            if is_dead || chunk.free_at > now.saturating_add(LONGEST_WAIT) {
                chunk.free_at = now;
            }
            Ok(chunk)
        })
    }

    /// The first chunks that nobody holds: all of them in order, or those that are free now, or if there are none one that
    /// will be the next.
    fn not_leased(
        &self,
        job: i64,
        now: i64,
        most: usize,
        in_order: bool,
    ) -> Result<Vec<Candidate>, JobError> {
        let select = |which: &str| {
            format!(
                "SELECT first, items, attempts, iif(not_before > ?2 + {LONGEST_WAIT}, ?2, not_before) AS free_at \
                 FROM chunks INDEXED BY chunks_open WHERE job = ?1 AND state = 'open' {which} LIMIT ?3"
            )
        };
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        if in_order {
            return self.sql.rows(&select("ORDER BY first"), (job, now, most), read_candidate);
        }
        let free =
            self.sql.rows(&select("AND free_at <= ?2 ORDER BY first"), (job, now, most), read_candidate)?;
        match free.is_empty() {
            true => self.sql.rows(&select("ORDER BY free_at"), (job, now, 1), read_candidate),
            false => Ok(free),
        }
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
        let items =
            self.sql.rows(&select, (row, chunk.first, chunk.first.saturating_add(chunk.items)), read_item)?;
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
    pub(in crate::jobs) fn renew(&mut self, worker: &str, lease: Duration) -> Result<usize, JobError> {
        // What time it is is asked once the wait for other writers is over.
        self.write(|ledger| {
            let update = "UPDATE chunks SET leased_until = ? WHERE state = 'leased' AND worker = ?";
            ledger.sql.execute(update, (ledger.lease_end(lease), worker))
        })
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

    /// Gives all chunks of a worker back, as if it had not taken them.
    pub(in crate::jobs) fn give_all_back(&self, worker: &str) -> Result<(), JobError> {
        self.sql.execute(
            "UPDATE chunks SET state = 'open', worker = NULL, leased_until = NULL, not_before = 0 \
             WHERE state = 'leased' AND worker = ?",
            [worker],
        )?;
        Ok(())
    }

    /// Tells the owner of a running job what is in its way at the moment.
    pub(in crate::jobs) fn set_message(&self, lease: &Lease, message: &str) -> Result<(), JobError> {
        if self.holds(lease)? {
            let update = "UPDATE jobs SET message = ? WHERE job = ? AND state = 'running'";
            self.sql.execute(update, (message, lease.row))?;
        }
        Ok(())
    }

    /// Fails the job that a lease belongs to, if that still holds; the chunk is free again.
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

    /// Writes down that a job is answered from another snapshot than before, unless another worker was faster: then the job
    /// as it is now says from which one.
    pub(in crate::jobs) fn set_answered_from(
        &self,
        job: &Job,
        snapshot: &SnapshotName,
    ) -> Result<bool, JobError> {
        let update = "UPDATE jobs SET answered_from = ? WHERE id = ? AND answered_from IS ?";
        let before = job.answered_from.map(|name| name.to_string());
        let changed = self.sql.execute(update, (snapshot.to_string(), job.id.to_string(), before))?;
        Ok(changed > 0)
    }
}
