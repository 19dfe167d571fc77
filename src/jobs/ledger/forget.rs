//! Forgetting: what the ledger has of some people goes; what it counted and charged stays.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::items::ItemQuery;
use super::jobs::{SELECT as SELECT_JOBS, read_job};
use super::{Ledger, PATIENCE, signed};
use crate::engine::Whom;
use crate::jobs::answer::keys_of_item;
use crate::jobs::{Item, Job, JobError, LedgerError, Outcome, Request};
use crate::record::Key;

/// Items that are looked at together.
const ITEMS_AT_ONCE: u32 = 4_096;
/// What stands in a request where it named somebody.
const REDACTED: &str = "(forgotten)";

/// What was removed from a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::jobs) struct Purged {
    /// Jobs that had something of them.
    pub(in crate::jobs) jobs: BTreeSet<i64>,
    /// Items that named one of them, or returned one.
    pub(in crate::jobs) items: u64,
    /// Result lines.
    pub(in crate::jobs) lines: u64,
    /// Requests that named one of them.
    pub(in crate::jobs) requests: u64,
}

impl std::ops::AddAssign for Purged {
    fn add_assign(&mut self, other: Self) {
        let Self { jobs, items, lines, requests } = other;
        self.items += items;
        self.lines += lines;
        self.requests += requests;
        self.jobs.extend(jobs);
    }
}

impl Ledger {
    /// Removes what the ledger has of some people, and notes that they are about to leave the people's file. What it gets of them
    /// until then, [`Ledger::end_forgetting`] removes.
    pub(in crate::jobs) fn begin_forgetting(&mut self, whom: &Whom) -> Result<Purged, JobError> {
        self.forget(std::slice::from_ref(whom), |ledger| {
            let note = "INSERT INTO forgetting (forget, whom) VALUES (?, ?)";
            ledger.sql.execute(note, (ledger.sql.last_id(), whom.to_bytes())).map(drop)
        })
    }

    /// They stay: the people's file was not written anew.
    pub(in crate::jobs) fn abandon_forgetting(&self) -> Result<(), JobError> {
        self.sql.execute("DELETE FROM forgetting", []).map(drop)
    }

    /// Removes what the ledger got of people since they began to be forgotten; also of those whose forgetting ended early.
    pub(in crate::jobs) fn end_forgetting(&mut self) -> Result<Purged, JobError> {
        let noted: Vec<Vec<u8>> = self.sql.rows("SELECT whom FROM forgetting", [], |row| row.get(0))?;
        if noted.is_empty() {
            return Ok(Purged::default());
        }
        let all: Option<Vec<Whom>> = noted.iter().map(|bytes| Whom::from_bytes(bytes)).collect();
        let all = all.ok_or_else(|| {
            let problem = "who is being forgotten cannot be read".to_string();
            LedgerError::Damaged { path: self.path.clone(), problem }
        })?;
        self.forget(&all, Ledger::abandon_forgetting)
    }

    /// Removes what the ledger has of some people, in one transaction: the text and the line of their items, and their names and keys
    /// in requests. Workers lose what they have taken, and open the people's file again.
    fn forget(
        &mut self,
        all: &[Whom],
        note: impl FnOnce(&Self) -> Result<(), JobError>,
    ) -> Result<Purged, JobError> {
        // Bytes that are freed are overwritten.
        let _: i64 = self.sql.pragma("secure_delete = ON")?;
        self.write(|ledger| {
            ledger.sql.execute("INSERT INTO forgets (at) VALUES (?)", [ledger.now()])?;
            note(ledger)?;
            ledger.sql.execute(
                "UPDATE chunks SET state = 'open', worker = NULL, leased_until = NULL WHERE state = 'leased'",
                [],
            )?;
            let jobs = ledger.sql.rows(SELECT_JOBS, [], read_job)?;
            let mut purged = Purged::default();
            for (job, whom) in jobs.iter().flat_map(|job| all.iter().map(move |whom| (job, whom))) {
                ledger.forget_in(job, whom, &mut purged)?;
            }
            Ok(purged)
        })
    }

    fn forget_in(&self, job: &Job, whom: &Whom, purged: &mut Purged) -> Result<(), JobError> {
        let row = self.row_of(job.id)?;
        let redacted = self.redact_request(row, whom)?;
        let (mut items, mut chunks) = (0, BTreeSet::new());
        let mut from = 0;
        while from < job.items {
            let query = ItemQuery { from, outcome: None, limit: ITEMS_AT_ONCE };
            let some = self.items(job.id, &query)?;
            let Some(last) = some.last() else { break };
            from = last.position.saturating_add(1);
            for item in some.iter().filter(|item| concerns(job, item, whom)) {
                self.forget_item(row, item)?;
                items += 1;
                chunks.insert(self.chunk_with(row, signed(item.position))?);
            }
        }
        let mut lines = 0;
        for (first, count) in chunks {
            lines += self.keep_lines(row, first, count)?;
            let done = "UPDATE chunks SET state = 'done' WHERE job = ?1 AND first = ?2 AND NOT EXISTS \
                        (SELECT 1 FROM items WHERE job = ?1 AND position >= ?2 AND position < ?3 AND outcome = 'pending')";
            self.sql.execute(done, (row, first, first.saturating_add(count)))?;
        }
        if redacted || items > 0 {
            // What went wrong may have been said with a name.
            let count = "UPDATE jobs SET forgotten = forgotten + ?, message = NULL WHERE job = ?";
            self.sql.execute(count, (signed(items), row))?;
            purged.jobs.insert(row);
        }
        purged.items += items;
        purged.lines += lines;
        purged.requests += u64::from(redacted);
        Ok(())
    }

    /// Takes all that an item says, but for how it ended and what it cost. One that is open has found nobody.
    fn forget_item(&self, job: i64, item: &Item) -> Result<(), JobError> {
        let at = (job, signed(item.position));
        if item.outcome == Outcome::Open {
            self.sql.execute("UPDATE jobs SET not_found = not_found + 1 WHERE job = ?", [job])?;
        }
        self.sql.execute(
            "UPDATE items SET input = '', message = NULL, line = NULL, retryable = 0, forgotten = 1, \
             person = iif(person IS NULL, NULL, 0), outcome = iif(outcome = 'pending', 'not_found', outcome) \
             WHERE job = ? AND position = ?",
            at,
        )?;
        Ok(())
    }

    /// Takes names and keys out of what a job was asked. Returns whether there were any.
    fn redact_request(&self, job: i64, whom: &Whom) -> Result<bool, JobError> {
        let text: String = self.sql.row("SELECT request FROM jobs WHERE job = ?", [job], |row| row.get(0))?;
        let unreadable =
            |error: serde_json::Error| JobError::Internal(format!("a request is no JSON: {error}"));
        let mut request: Value = serde_json::from_str(&text).map_err(unreadable)?;
        // What the user said of people; the rest are rolo's words, and names of fields.
        let mut any = false;
        for part in ["filters", "metadata"] {
            any |= request.get_mut(part).is_some_and(|part| redact(part, whom));
        }
        if !any {
            return Ok(false);
        }
        let update = "UPDATE jobs SET request = ? WHERE job = ?";
        self.sql.execute(update, (request.to_string(), job))?;
        Ok(true)
    }

    /// Writes the ledger anew without what was deleted, and empties its log. Waits so long for others who use it; `false`: somebody
    /// used it still, or the disk is full, and the log or free pages may hold what was deleted.
    pub(in crate::jobs) fn scrub(&self, patience: Duration) -> Result<bool, JobError> {
        self.sql.set_patience(patience)?;
        let scrubbed = self.sql.batch("VACUUM").and_then(|()| {
            let busy = "PRAGMA wal_checkpoint(TRUNCATE)";
            self.sql.row(busy, [], |row| Ok(row.get::<_, i64>(0)? == 0))
        });
        self.sql.set_patience(PATIENCE)?;
        match scrubbed {
            Err(JobError::Ledger(LedgerError::Busy { .. } | LedgerError::Full { .. })) => Ok(false),
            scrubbed => scrubbed,
        }
    }

    /// How often people were forgotten.
    pub(in crate::jobs) fn forgets(&self) -> Result<i64, JobError> {
        self.sql.row("SELECT coalesce(max(forget), 0) FROM forgets", [], |row| row.get(0))
    }
}

/// Whether an item names one of some people, or returned one.
fn concerns(job: &Job, item: &Item, whom: &Whom) -> bool {
    match item.outcome {
        Outcome::Forgotten => return false,
        Outcome::Found(person) if whom.has(person) => return true,
        _ => {}
    }
    // A text may be no key of the kind that the job takes, and name somebody all the same; a request has texts beside its keys.
    keys_of_item(&job.request, &item.input).iter().any(|key| is_theirs(key, whom))
        || names_somebody(&item.input, whom)
        || (matches!(job.request, Request::People(_)) && request_names_somebody(&item.input, whom))
}

fn names_somebody(text: &str, whom: &Whom) -> bool {
    whom.has_name(text) || Key::guess(text).is_ok_and(|key| is_theirs(&key, whom))
}

fn request_names_somebody(json: &str, whom: &Whom) -> bool {
    serde_json::from_str(json).is_ok_and(|mut request| redact(&mut request, whom))
}

fn is_theirs(key: &Key, whom: &Whom) -> bool {
    whom.has_key(key) || key.alternatives().iter().any(|key| whom.has_key(key))
}

/// Replaces texts and person ids that name somebody. Returns whether there were any.
fn redact(value: &mut Value, whom: &Whom) -> bool {
    let names = match value {
        Value::String(text) => names_somebody(text, whom),
        Value::Number(number) => number.as_u64().is_some_and(|id| whom.has(id)),
        Value::Array(items) => return items.iter_mut().fold(false, |any, item| redact(item, whom) | any),
        Value::Object(members) => {
            return members.values_mut().fold(false, |any, member| redact(member, whom) | any);
        }
        Value::Null | Value::Bool(_) => false,
    };
    if names {
        *value = Value::from(REDACTED);
    }
    names
}
