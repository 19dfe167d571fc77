//! A chunk's commit: outcomes, lines, counters and credits, in one transaction, if the worker still holds the chunk.

use super::lease::Lease;
use super::{Ledger, signed};
use crate::jobs::member::Member;
use crate::jobs::{Credits, JobError, Outcome, State, Transition};

/// What was made of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::jobs) struct DoneItem {
    /// Its place in the job.
    pub(in crate::jobs) position: u64,
    /// How it ended.
    pub(in crate::jobs) outcome: Outcome,
    /// Which line of its chunk it has.
    pub(in crate::jobs) line: Option<u32>,
    /// What it costs.
    pub(in crate::jobs) charge: Credits,
}

/// What was made of a chunk, or of the beginning of it.
#[derive(Debug)]
pub(in crate::jobs) struct Done<'a> {
    /// The items that got their outcome, in order.
    pub(in crate::jobs) items: &'a [DoneItem],
    /// The items that had a line before, each with its new place.
    pub(in crate::jobs) moved: &'a [(u64, u32)],
    /// All lines of the chunk so far.
    pub(in crate::jobs) member: Option<&'a Member>,
    /// Why the job pauses behind them, if it does.
    pub(in crate::jobs) pause: Option<&'a Pause>,
}

/// The item that cannot be paid.
#[derive(Debug)]
pub(in crate::jobs) struct Pause {
    /// What the owner is told.
    pub(in crate::jobs) message: String,
    /// What the item costs.
    pub(in crate::jobs) price: Credits,
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::jobs) enum Committed {
    /// It stands.
    Yes,
    /// Nothing was changed: the chunk is somebody else's, or the job was cancelled, paused or has failed.
    Lost,
    /// Nothing was changed: the balance does not pay for it, or does pay for the item at which it would pause.
    Short {
        /// The balance.
        balance: Credits,
    },
}

impl Ledger {
    /// Commits what was made of a chunk.
    pub(in crate::jobs) fn commit(&mut self, lease: &Lease, done: &Done<'_>) -> Result<Committed, JobError> {
        self.write(|ledger| {
            if !ledger.may_commit(lease)? {
                return Ok(Committed::Lost);
            }
            let charge: Credits = done.items.iter().map(|item| item.charge).sum();
            let account = ledger.credit_account_of(lease)?;
            if let Some((_, balance)) = account
                && (balance < charge || done.pause.is_some_and(|pause| balance >= charge + pause.price))
            {
                return Ok(Committed::Short { balance });
            }
            ledger.write_items(lease, done)?;
            ledger.write_chunk(lease, done)?;
            if let Some((account, _)) = account
                && charge > Credits::ZERO
            {
                ledger.charge(lease, account, charge)?;
            }
            ledger.count(lease, done)?;
            if let Some(pause) = done.pause {
                ledger.set_state(
                    lease.row,
                    State::Running.after(Transition::Pause)?,
                    Some(&pause.message),
                )?;
            }
            Ok(Committed::Yes)
        })
    }

    /// Whether the worker holds the chunk, the job goes on, and where credits are kept nothing before the chunk is open.
    fn may_commit(&self, lease: &Lease) -> Result<bool, JobError> {
        if !self.holds(lease)? {
            return Ok(false);
        }
        let state = "SELECT state = 'running' FROM jobs WHERE job = ?";
        let running: bool = self.sql.row(state, [lease.row], |row| row.get(0))?;
        if !running || lease.job.rate.is_none() {
            return Ok(running);
        }
        let before = "SELECT EXISTS (SELECT 1 FROM chunks INDEXED BY chunks_open WHERE job = ?1 AND first < ?2 AND state = 'open') \
                      OR EXISTS (SELECT 1 FROM chunks INDEXED BY chunks_leased WHERE job = ?1 AND first < ?2 AND state = 'leased')";
        self.sql.row(before, (lease.row, lease.first), |row| Ok(!row.get::<_, bool>(0)?))
    }

    fn write_items(&self, lease: &Lease, done: &Done<'_>) -> Result<(), JobError> {
        for item in done.items {
            let (person, message, retryable) = match &item.outcome {
                Outcome::Found(person) => (Some(signed(*person)), None, false),
                Outcome::Invalid(message) => (None, Some(message), false),
                Outcome::Failed { message, retryable } => (None, Some(message), *retryable),
                Outcome::NotFound | Outcome::Open | Outcome::Forgotten => (None, None, false),
            };
            let charge = if lease.job.rate.is_some() { item.charge } else { Credits::ZERO };
            self.sql.execute(
                "UPDATE items SET outcome = ?3, person = ?4, message = ?5, retryable = ?6, line = ?7, charge = ?8 \
                 WHERE job = ?1 AND position = ?2",
                rusqlite::params![
                    lease.row,
                    signed(item.position),
                    item.outcome.name(),
                    person,
                    message,
                    retryable,
                    item.line,
                    charge.millionths(),
                ],
            )?;
        }
        for &(position, line) in done.moved {
            let update = "UPDATE items SET line = ? WHERE job = ? AND position = ?";
            self.sql.execute(update, (line, lease.row, signed(position)))?;
        }
        Ok(())
    }

    fn write_chunk(&self, lease: &Lease, done: &Done<'_>) -> Result<(), JobError> {
        let state = if done.items.len() == lease.open.len() { "done" } else { "open" };
        let lines = done.member.map_or(0, |member| member.lines);
        self.sql.execute(
            "UPDATE chunks SET state = ?3, lines = ?4, worker = NULL, leased_until = NULL, attempts = 0, not_before = 0 \
             WHERE job = ?1 AND first = ?2",
            (lease.row, lease.first, state, lines),
        )?;
        self.write_member(lease.row, lease.first, done.member)
    }

    /// Puts a chunk's lines in the place of those that it had.
    pub(super) fn write_member(&self, job: i64, first: i64, member: Option<&Member>) -> Result<(), JobError> {
        let Some(member) = member else {
            return self
                .sql
                .execute("DELETE FROM members WHERE job = ? AND first = ?", (job, first))
                .map(drop);
        };
        self.sql.execute(
            "INSERT INTO members (job, first, bytes, lines, gzip) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (job, first) DO UPDATE SET bytes = excluded.bytes, lines = excluded.lines, gzip = excluded.gzip",
            (job, first, signed(member.bytes), member.lines, &member.gzip),
        )?;
        Ok(())
    }

    /// What an owner pays from, and how much is there; `None` where the job costs nothing.
    fn credit_account_of(&self, lease: &Lease) -> Result<Option<(i64, Credits)>, JobError> {
        if lease.job.rate.is_none() {
            return Ok(None);
        }
        let query =
            "SELECT credit_account, balance FROM credit_accounts JOIN jobs USING (account) WHERE job = ?";
        let found = self.sql.row_or_none(query, [lease.row], |row| {
            Ok((row.get(0)?, Credits::from_millionths(row.get(1)?)))
        })?;
        let missing = || JobError::Internal(format!("job {} costs credits, but nobody pays", lease.job.id));
        found.ok_or_else(missing).map(Some)
    }

    fn charge(&self, lease: &Lease, account: i64, amount: Credits) -> Result<(), JobError> {
        self.sql.execute(
            "INSERT INTO journal (at, source, target, amount, job_id, first, token, memo) VALUES (?, ?, 2, ?, ?, ?, ?, ?)",
            rusqlite::params![
                self.now(),
                account,
                amount.millionths(),
                lease.job.id.to_string(),
                lease.first,
                lease.token,
                lease.job.request.mode(),
            ],
        )?;
        Ok(())
    }

    fn count(&self, lease: &Lease, done: &Done<'_>) -> Result<(), JobError> {
        let ended = |name: &str| done.items.iter().filter(|item| item.outcome.name() == name).count() as i64;
        let lines = done.items.iter().filter(|item| item.line.is_some()).count() as i64;
        self.sql.execute(
            "UPDATE jobs SET found = found + ?, not_found = not_found + ?, invalid = invalid + ?, failed = failed + ?, \
             lines = lines + ? WHERE job = ?",
            (ended("found"), ended("not_found"), ended("invalid"), ended("failed"), lines, lease.row),
        )?;
        Ok(())
    }
}
