//! A job goes in: its row, its items and its chunks, in one transaction.

use std::time::Duration;

use super::{Ledger, signed};
use crate::jobs::{Job, JobError, JobId, Owner, Rate, Refusal, Request, SnapshotPolicy, State};
use crate::storage::SnapshotName;

/// A job before it is one.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Whose it will be; the account is made if there is none.
    pub owner: Owner,
    /// What it does.
    pub request: Request,
    /// The snapshot that answers.
    pub snapshot: SnapshotName,
    /// What happens when that is gone.
    pub on_snapshot_gone: SnapshotPolicy,
    /// Items in a chunk; at least 1.
    pub chunk_size: u32,
    /// What a record costs; `None`: nothing.
    pub rate: Option<Rate>,
    /// How long it is kept after its end.
    pub keep_for: Duration,
    /// At most so many jobs of the owner may be under way, this one included.
    pub active_limit: Option<u32>,
}

impl Ledger {
    /// Takes a job in, with its items in order. When this returns, the job survives a power failure.
    ///
    /// # Errors
    /// What the items say; a [`Refusal`] of status 429 beyond the limit of active jobs. After an error there is no job.
    pub fn submit(
        &mut self,
        job: &NewJob,
        items: &mut dyn Iterator<Item = Result<String, JobError>>,
    ) -> Result<Job, JobError> {
        let id = JobId::random();
        self.collect(items)?;
        let submitted = self.write(|ledger| {
            let account = ledger.account(&job.owner.account)?;
            ledger.check_active(job, account)?;
            let row = ledger.insert_job(job, id, account)?;
            let count = ledger.insert_items(row)?;
            ledger.sql.execute("UPDATE jobs SET items = ? WHERE job = ?", (count, row))?;
            ledger.insert_chunks(row, count, i64::from(job.chunk_size.max(1)))?;
            ledger.job(id)
        });
        // It would go with the connection; until then it only takes room.
        let _ = self.sql.batch("DROP TABLE temp.collected; PRAGMA shrink_memory");
        submitted
    }

    /// Puts the items of a job aside, in a file that SQLite removes with the connection: whoever sends them slowly must not
    /// keep others from writing.
    fn collect(&self, items: &mut dyn Iterator<Item = Result<String, JobError>>) -> Result<(), JobError> {
        self.sql.batch(
            "DROP TABLE IF EXISTS temp.collected; \
             CREATE TEMP TABLE collected (position INTEGER PRIMARY KEY, input TEXT NOT NULL); BEGIN",
        )?;
        let insert = "INSERT INTO temp.collected (position, input) VALUES (?, ?)";
        let mut all = (0..).zip(items);
        let result = all
            .try_for_each(|(position, item)| self.sql.execute(insert, (signed(position), item?)).map(drop));
        let result = result.and_then(|()| self.sql.batch("COMMIT"));
        if result.is_err() {
            self.sql.roll_back();
        }
        result
    }

    /// The row of an account; makes it if there is none.
    pub(super) fn account(&self, name: &str) -> Result<i64, JobError> {
        let is_of_the_house = name.starts_with('(');
        let wrong = name.chars().any(char::is_control) || !(1..=200).contains(&name.chars().count());
        if is_of_the_house || wrong {
            let problem = "cannot be an account's name: 1 to 200 characters, the first no parenthesis";
            return Err(JobError::Input(format!("{name:?} {problem}")));
        }
        let insert = "INSERT INTO accounts (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING";
        self.sql.execute(insert, (name, self.now()))?;
        self.sql.row("SELECT account FROM accounts WHERE name = ?", [name], |row| row.get(0))
    }

    fn check_active(&self, job: &NewJob, account: i64) -> Result<(), JobError> {
        let Some(limit) = job.active_limit else { return Ok(()) };
        let query = "SELECT count(*) FROM jobs WHERE account = ? AND environment = ? AND state IN ('queued', 'running', 'paused')";
        let active: i64 = self.sql.row(query, (account, job.owner.environment.name()), |row| row.get(0))?;
        if active < i64::from(limit) {
            return Ok(());
        }
        let message = format!(
            "{active} jobs are under way, and at most {limit} may be: wait for one to end, or cancel one"
        );
        Err(Refusal { status: 429, message, available_fields: None }.into())
    }

    fn insert_job(&self, job: &NewJob, id: JobId, account: i64) -> Result<i64, JobError> {
        let json = |what: Result<String, serde_json::Error>| {
            what.map_err(|error| JobError::Internal(format!("a request that is no JSON: {error}")))
        };
        let request = json(serde_json::to_string(&job.request))?;
        let rate = job.rate.as_ref().map(|rate| json(serde_json::to_string(rate))).transpose()?;
        self.sql.execute(
            "INSERT INTO jobs (id, account, environment, kind, request, state, snapshot, on_snapshot_gone, chunk_size, \
             items, rate, created_at, keep_for) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
            rusqlite::params![
                id.to_string(),
                account,
                job.owner.environment.name(),
                job.request.kind(),
                request,
                State::Queued.name(),
                job.snapshot.to_string(),
                job.on_snapshot_gone.name(),
                job.chunk_size.max(1),
                rate,
                self.now(),
                i64::try_from(job.keep_for.as_millis()).unwrap_or(i64::MAX),
            ],
        )?;
        Ok(self.sql.last_id())
    }

    fn insert_items(&self, job: i64) -> Result<i64, JobError> {
        let insert = "INSERT INTO items (job, position, input) SELECT ?, position, input FROM temp.collected ORDER BY position";
        let count = self.sql.execute(insert, [job])?;
        Ok(signed(count as u64))
    }

    fn insert_chunks(&self, job: i64, items: i64, size: i64) -> Result<(), JobError> {
        let mut first = 0;
        while first < items {
            let insert = "INSERT INTO chunks (job, first, items) VALUES (?, ?, ?)";
            self.sql.execute(insert, (job, first, size.min(items - first)))?;
            first += size;
        }
        Ok(())
    }
}
