//! Jobs out: one, a page of them; what their owner does to them; and their end.

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;

use super::{Ledger, signed, time, unsigned};
use crate::jobs::member::{Member, lines_of};
use crate::jobs::{
    Counters, Credits, Environment, Job, JobError, JobId, Owner, SnapshotPolicy, State, Transition,
};
use crate::storage::SnapshotName;

/// All of a job, with its account's name.
pub(super) const SELECT: &str = "SELECT j.*, a.name AS owner FROM jobs j JOIN accounts a USING (account)";

/// Which jobs.
#[derive(Debug, Clone, Default)]
pub struct JobQuery {
    /// Whose; `None`: everybody's.
    pub owner: Option<Owner>,
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those submitted then or later.
    pub created_after: Option<Timestamp>,
    /// Only those behind this one, which is the last of the page before.
    pub after: Option<JobId>,
    /// Leave out so many.
    pub offset: u64,
    /// At most so many.
    pub limit: u64,
}

/// Some jobs, the newest first.
#[derive(Debug, Clone)]
pub struct JobPage {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Whether there are more behind the last one.
    pub has_more: bool,
}

/// What a prune removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Jobs.
    pub jobs: u64,
    /// Their items.
    pub items: u64,
}

impl Ledger {
    /// A job by its id, whoever owns it.
    pub fn job(&self, id: JobId) -> Result<Job, JobError> {
        let job = self.sql.row_or_none(&format!("{SELECT} WHERE j.id = ?"), [id.to_string()], read_job)?;
        job.ok_or_else(|| JobError::NoJob(id.to_string()))
    }

    /// The job of an owner whose id begins like this.
    ///
    /// # Errors
    /// [`JobError::NoJob`], [`JobError::AmbiguousId`].
    pub fn find(&self, owner: &Owner, beginning: &str) -> Result<Job, JobError> {
        let beginning = beginning.trim().to_ascii_lowercase();
        if beginning.is_empty() || !beginning.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') {
            return Err(JobError::NoJob(beginning));
        }
        let query = format!(
            "{SELECT} WHERE a.name = ? AND j.environment = ? AND j.id >= ? AND j.id < ? || 'g' ORDER BY j.id LIMIT 5"
        );
        let parameters = (&owner.account, owner.environment.name(), &beginning, &beginning);
        let mut found = self.sql.rows(&query, parameters, read_job)?;
        if found.len() > 1 {
            let candidates = found.iter().map(|job| job.id.to_string()).collect();
            return Err(JobError::AmbiguousId { given: beginning, candidates });
        }
        found.pop().ok_or(JobError::NoJob(beginning))
    }

    /// A page of jobs, the newest first.
    ///
    /// # Errors
    /// [`JobError::Cursor`] where the job to go on from does not exist.
    pub fn list(&self, query: &JobQuery) -> Result<JobPage, JobError> {
        let before = match query.after {
            Some(id) => {
                let row = "SELECT job FROM jobs JOIN accounts USING (account) \
                           WHERE id = ?1 AND (?2 IS NULL OR name = ?2 AND environment = ?3)";
                let owner = query.owner.as_ref();
                let environment = owner.map(|owner| owner.environment.name());
                let row = self.sql.row_or_none(
                    row,
                    (id.to_string(), owner.map(|owner| &owner.account), environment),
                    |row| row.get::<_, i64>(0),
                )?;
                Some(row.ok_or_else(|| JobError::Cursor(id.to_string()))?)
            }
            None => None,
        };
        let wanted = query.limit.min(signed(u64::MAX) as u64 - 1);
        let jobs = self.sql.rows(
            &format!(
                "{SELECT} WHERE (?1 IS NULL OR a.name = ?1) AND (?2 IS NULL OR j.environment = ?2) \
                 AND (?3 IS NULL OR j.state = ?3) AND (?4 IS NULL OR j.created_at >= ?4) AND (?5 IS NULL OR j.job < ?5) \
                 ORDER BY j.job DESC LIMIT ?6 OFFSET ?7"
            ),
            rusqlite::params![
                query.owner.as_ref().map(|owner| &owner.account),
                query.owner.as_ref().map(|owner| owner.environment.name()),
                query.state.map(State::name),
                query.created_after.map(Timestamp::as_millisecond),
                before,
                signed(wanted + 1),
                signed(query.offset),
            ],
            read_job,
        )?;
        let has_more = jobs.len() as u64 > wanted;
        let jobs = jobs.into_iter().take(usize::try_from(wanted).unwrap_or(usize::MAX)).collect();
        Ok(JobPage { jobs, has_more })
    }

    /// Cancels, resumes or retries a job, for its owner.
    ///
    /// # Errors
    /// [`JobError::Transition`] where its state forbids it; for a retry also when no item failed for a passing reason.
    pub fn change(&mut self, id: JobId, transition: Transition) -> Result<Job, JobError> {
        self.write(|ledger| {
            let job = ledger.job(id)?;
            let next = job.state.after(transition)?;
            let row = ledger.row_of(id)?;
            ledger.set_state(row, next, None)?;
            if transition == Transition::Retry && ledger.reopen_failed(row)? == 0 {
                let problem = format!(
                    "no item of job {id} failed for a reason that may pass: there is nothing to retry"
                );
                return Err(JobError::Item(problem));
            }
            ledger.free_chunks(row)
        })?;
        self.job(id)
    }

    /// Moves a job to a state, with what its owner should know. The schema refuses ways that do not exist.
    pub(super) fn set_state(&self, job: i64, state: State, message: Option<&str>) -> Result<(), JobError> {
        let ended = state.is_terminal().then(|| self.now());
        self.sql.execute(
            "UPDATE jobs SET state = ?2, message = ?3, finished_at = ?4, \
             expires_at = iif(?4 IS NULL, NULL, min(?4, 9223372036854775807 - keep_for) + keep_for) WHERE job = ?1",
            (job, state.name(), message, ended),
        )?;
        Ok(())
    }

    pub(super) fn row_of(&self, id: JobId) -> Result<i64, JobError> {
        let row =
            self.sql.row_or_none("SELECT job FROM jobs WHERE id = ?", [id.to_string()], |row| row.get(0))?;
        row.ok_or_else(|| JobError::NoJob(id.to_string()))
    }

    /// Takes the chunks of a job from whoever works on them, and lets them be taken at once.
    fn free_chunks(&self, job: i64) -> Result<(), JobError> {
        self.sql.execute(
            "UPDATE chunks SET state = 'open', worker = NULL, leased_until = NULL WHERE job = ? AND state = 'leased'",
            [job],
        )?;
        self.sql.execute(
            "UPDATE chunks SET attempts = 0, not_before = 0 WHERE job = ? AND state = 'open'",
            [job],
        )?;
        Ok(())
    }

    /// Makes items that failed for a passing reason pending again, without the lines that some kinds have for them; returns
    /// how many.
    fn reopen_failed(&self, job: i64) -> Result<usize, JobError> {
        let failed = "SELECT position FROM items WHERE job = ? AND outcome = 'failed' AND retryable = 1 ORDER BY position";
        let failed: Vec<i64> = self.sql.rows(failed, [job], |row| row.get(0))?;
        let mut chunks: Vec<(i64, i64)> = Vec::new();
        for &position in &failed {
            if chunks.last().is_none_or(|&(first, items)| position >= first.saturating_add(items)) {
                chunks.push(self.chunk_with(job, position)?);
            }
            let reopen = "UPDATE items SET outcome = 'pending', message = NULL, retryable = 0, line = NULL WHERE job = ? AND position = ?";
            self.sql.execute(reopen, (job, position))?;
        }
        self.sql.execute(
            "UPDATE jobs SET failed = failed - ? WHERE job = ?",
            (signed(failed.len() as u64), job),
        )?;
        for (first, items) in chunks {
            self.reopen_chunk(job, first, items)?;
        }
        Ok(failed.len())
    }

    /// The first position and the number of items of the chunk that has an item.
    pub(super) fn chunk_with(&self, job: i64, position: i64) -> Result<(i64, i64), JobError> {
        let chunk =
            "SELECT first, items FROM chunks WHERE job = ? AND first <= ? ORDER BY first DESC LIMIT 1";
        self.sql.row(chunk, (job, position), |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Opens a chunk again, with the lines of the items that are done.
    fn reopen_chunk(&self, job: i64, first: i64, items: i64) -> Result<(), JobError> {
        self.keep_lines(job, first, items)?;
        let reopen = "UPDATE chunks SET state = 'open' WHERE job = ? AND first = ?";
        self.sql.execute(reopen, (job, first))?;
        Ok(())
    }

    /// Leaves a chunk only the lines that its items have still. Returns how many went.
    pub(super) fn keep_lines(&self, job: i64, first: i64, items: i64) -> Result<u64, JobError> {
        let member = "SELECT gzip FROM members WHERE job = ? AND first = ?";
        let gzip: Option<Vec<u8>> = self.sql.row_or_none(member, (job, first), |row| row.get(0))?;
        let lines = gzip.as_deref().map(lines_of).transpose()?.unwrap_or_default();
        let lines: Vec<&[u8]> = lines.split(|&byte| byte == b'\n').collect();
        let select = "SELECT position, line FROM items \
                      WHERE job = ? AND position >= ? AND position < ? AND line IS NOT NULL ORDER BY position";
        let range = (job, first, first.saturating_add(items));
        let left: Vec<(i64, i64)> = self.sql.rows(select, range, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut kept: Vec<&str> = Vec::with_capacity(left.len());
        for (position, line) in left {
            let line = usize::try_from(line).ok().and_then(|line| lines.get(line));
            let line = line.and_then(|line| std::str::from_utf8(line).ok());
            let gone = || JobError::Member(format!("the line of item {} is gone", position + 1));
            let renumber = "UPDATE items SET line = ? WHERE job = ? AND position = ?";
            self.sql.execute(renumber, (signed(kept.len() as u64), job, position))?;
            kept.push(line.ok_or_else(gone)?);
        }
        self.write_member(job, first, Member::of(kept.iter().copied())?.as_ref())?;
        let before = "SELECT lines FROM chunks WHERE job = ? AND first = ?";
        let before: i64 = self.sql.row(before, (job, first), |row| row.get(0))?;
        let kept = signed(kept.len() as u64);
        self.sql.execute("UPDATE jobs SET lines = lines + ? WHERE job = ?", (kept - before, job))?;
        self.sql.execute("UPDATE chunks SET lines = ? WHERE job = ? AND first = ?", (kept, job, first))?;
        Ok(unsigned(before - kept))
    }

    /// Removes the jobs whose time is over, with their items and results; each by itself, so that others can write between
    /// them. The journal stays.
    pub fn prune(&mut self) -> Result<Pruned, JobError> {
        let mut pruned = Pruned::default();
        let over = "SELECT job, items FROM jobs WHERE expires_at <= ?";
        let jobs =
            self.sql.rows(over, [self.now()], |row| Ok((row.get::<_, i64>(0)?, unsigned(row.get(1)?))))?;
        for (job, items) in jobs {
            // Its owner may have resumed it meanwhile.
            let delete = "DELETE FROM jobs WHERE job = ? AND expires_at <= ?";
            let gone = self.sql.execute(delete, (job, self.now()))? as u64;
            pruned.jobs += gone;
            pruned.items += gone * items;
        }
        Ok(pruned)
    }
}

pub(super) fn read_job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let number = |name: &str| row.get::<_, i64>(name).map(unsigned);
    let moment = |name: &str| row.get::<_, Option<i64>>(name).map(|at| at.map(time));
    let counters = Counters {
        found: number("found")?,
        not_found: number("not_found")?,
        invalid: number("invalid")?,
        failed: number("failed")?,
        lines: number("lines")?,
        forgotten: number("forgotten")?,
    };
    let policy = match row.get_ref("on_snapshot_gone")?.as_str()? {
        "fail" => SnapshotPolicy::Fail,
        _ => SnapshotPolicy::Newest,
    };
    let answered_from: Option<String> = row.get("answered_from")?;
    let rate: Option<String> = row.get("rate")?;
    Ok(Job {
        id: parsed(row, "id", str::parse::<JobId>)?,
        owner: Owner {
            account: row.get("owner")?,
            environment: parsed(row, "environment", str::parse::<Environment>)?,
        },
        request: parsed(row, "request", |text| serde_json::from_str(text))?,
        state: parsed(row, "state", str::parse::<State>)?,
        message: row.get("message")?,
        snapshot: parsed(row, "snapshot", str::parse::<SnapshotName>)?,
        answered_from: answered_from
            .map(|_| parsed(row, "answered_from", str::parse::<SnapshotName>))
            .transpose()?,
        on_snapshot_gone: policy,
        chunk_size: u32::try_from(row.get::<_, i64>("chunk_size")?).unwrap_or(u32::MAX),
        items: number("items")?,
        counters,
        rate: rate.map(|_| parsed(row, "rate", |text| serde_json::from_str(text))).transpose()?,
        charged: Credits::from_millionths(row.get("charged")?),
        created_at: time(row.get("created_at")?),
        started_at: moment("started_at")?,
        finished_at: moment("finished_at")?,
        expires_at: moment("expires_at")?,
    })
}

/// A text of a row as what it stands for. One that cannot be read is damage.
fn parsed<T, E: std::fmt::Display>(
    row: &Row<'_>,
    column: &str,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    read(text).map_err(|error| {
        let id: String = row.get("id").unwrap_or_default();
        let problem = format!("column {column} of job {id}: {error}");
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, problem.into())
    })
}
