//! The jobs of one owner, and how to go on with one of them.

use std::path::{Path, PathBuf};

use rolo::engine::Database;
use rolo::jobs::{Environment, ItemQuery, Job, JobError, LOCAL_ACCOUNT, Ledger, LedgerError, Owner, State};

use crate::cli::args::{Env, OneJob, Whose};
use crate::cli::failure::{Failure, quoted};

/// Characters of an id that are shown, if they are enough.
const SHOWN: [usize; 3] = [6, 8, 13];

/// An open ledger and whose jobs in it count.
pub(crate) struct Desk {
    pub(crate) ledger: Ledger,
    pub(crate) owner: Owner,
    pub(crate) database: PathBuf,
}

impl Desk {
    /// Opens the ledger beside the people; there must be one.
    pub(crate) fn open(database: &Path, whose: &Whose) -> Result<Self, Failure> {
        let none = || JobError::from(LedgerError::None { people: database.to_path_buf() });
        let ledger = open_if_any(database)?.ok_or_else(none)?;
        Ok(Self { ledger, owner: owner_of(whose), database: database.to_path_buf() })
    }

    /// Opens the ledger beside the people, and finds a job in it.
    pub(crate) fn with_job(one: &OneJob) -> Result<(Self, Job), Failure> {
        let desk = Self::open(&one.database, &one.whose)?;
        let job = desk.find(&one.id)?;
        Ok((desk, job))
    }

    /// The job whose id begins like this.
    pub(crate) fn find(&self, beginning: &str) -> Result<Job, Failure> {
        Ok(self.ledger.find(&self.owner, beginning)?)
    }

    /// A job as it is now.
    pub(crate) fn again(&self, job: &Job) -> Result<Job, Failure> {
        Ok(self.ledger.job(job.id)?)
    }

    /// A beginning of the job's id that no other job of its owner has.
    pub(crate) fn short(&self, job: &Job) -> String {
        short(&self.ledger, job)
    }

    /// What a user types to do something with a job: `rolo jobs work people.parquet 3f2a91`.
    pub(crate) fn command(&self, verb: &str, job: &Job, more: &str) -> String {
        let mut text = format!("rolo jobs {verb} {} {}", quoted(&self.database), self.short(job));
        text.push_str(&owner_flags(&job.owner));
        if !more.is_empty() {
            text.push(' ');
            text.push_str(more);
        }
        text
    }

    /// What a user types to pay for a job.
    pub(crate) fn pay(&self, job: &Job) -> String {
        let account = match job.owner.account.as_str() {
            LOCAL_ACCOUNT => String::new(),
            other => format!(" --account {}", quoted(Path::new(other))),
        };
        format!("rolo credits add {} AMOUNT{account}", quoted(&self.database))
    }

    /// What can be done next with a job, as (why, command).
    pub(crate) fn next(&self, job: &Job) -> Vec<(&'static str, String)> {
        let command = |verb, more| self.command(verb, job, more);
        match job.state {
            State::Queued => {
                vec![("work on it", command("work", "")), ("watch it", command("show", "--follow"))]
            }
            State::Running => vec![("watch it", command("show", "--follow")), ("help", command("work", ""))],
            State::Paused => vec![("pay", self.pay(job)), ("go on", command("resume", "--wait"))],
            State::Failed => vec![("go on", command("resume", "--wait"))],
            State::Completed => {
                let download = ("get it", command("download", "-o results.jsonl.gz"));
                let download = (job.counters.lines > 0).then_some(download);
                download.into_iter().chain(self.after_failures(job)).collect()
            }
            State::Cancelled if job.counters.lines > 0 => {
                vec![("get what is there", command("download", "--partial"))]
            }
            State::Cancelled => Vec::new(),
        }
    }
}

/// Failed items that are looked at for one that may be tried again.
const LOOKED_AT: u32 = 1_000;

impl Desk {
    /// What can be done about items that failed: if that may pass, try them again, else look at them.
    pub(crate) fn after_failures(&self, job: &Job) -> Option<(&'static str, String)> {
        if job.counters.failed == 0 {
            return None;
        }
        let query =
            ItemQuery { outcome: Some("failed".to_string()), limit: LOOKED_AT, ..ItemQuery::default() };
        // What cannot be read now is no reason to say nothing.
        let failed = self.ledger.items(job.id, &query).unwrap_or_default();
        Some(match failed.iter().any(|item| item.outcome.is_retryable()) {
            true => ("try the failed again", self.command("retry", job, "--wait")),
            false => ("see what failed", self.command("items", job, "--outcome failed")),
        })
    }
}

/// A beginning of a job's id that no other job of its owner has.
pub(crate) fn short(ledger: &Ledger, job: &Job) -> String {
    let id = job.id.to_string();
    let mut beginnings = SHOWN.into_iter().filter_map(|length| id.get(..length));
    let unique = beginnings.find(|beginning| ledger.find(&job.owner, beginning).is_ok());
    unique.unwrap_or(&id).to_string()
}

/// Opens the ledger beside the people, who must be there; makes it if there is none.
pub(crate) fn open_or_make(database: &Path) -> Result<Ledger, Failure> {
    if let Some(ledger) = open_if_any(database)? {
        return Ok(ledger);
    }
    Ok(Ledger::open(database)?)
}

/// Opens the ledger beside the people, if there is one. Where there are no people either, that is the error.
pub(crate) fn open_if_any(database: &Path) -> Result<Option<Ledger>, Failure> {
    match Ledger::open_existing(database) {
        Ok(ledger) => Ok(Some(ledger)),
        Err(JobError::Ledger(LedgerError::None { .. })) => {
            Database::open(database)?;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The owner that the flags name.
pub(crate) fn owner_of(whose: &Whose) -> Owner {
    let environment = match whose.env {
        Env::Live => Environment::Live,
        Env::Test => Environment::Test,
    };
    Owner { account: whose.account.clone(), environment }
}

/// The flags that name an owner; none for whoever sits here.
fn owner_flags(owner: &Owner) -> String {
    let mut text = String::new();
    if owner.account != LOCAL_ACCOUNT {
        text.push_str(&format!(" --account {}", quoted(Path::new(&owner.account))));
    }
    if owner.environment != Environment::Live {
        text.push_str(&format!(" --env {}", owner.environment.name()));
    }
    text
}
