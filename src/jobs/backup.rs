//! A backup: the people's file and the ledger as they were at one instant.

use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::{JobError, Ledger};
use crate::engine::{Database, Error, RewriteObserver};
use crate::storage::{PartialFile, SnapshotName};

/// How often the two are looked at again, if somebody commits to the people's file meanwhile.
const ATTEMPTS: u32 = 100;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BackupReport {
    /// People.
    pub people: u64,
    /// The generation of the people's file.
    pub generation: u64,
    /// Bytes of the people's file.
    pub bytes: u64,
    /// Bytes of the ledger; `None`: there is none.
    pub ledger_bytes: Option<u64>,
    /// Seconds it took.
    pub seconds: f64,
}

/// Copies the database of people at `people` to `to`, and its ledger, if it has one, to `to.jobs`. Others read and write meanwhile;
/// the two copies are of one instant. Every byte of the people's copy is compared with its checksum.
///
/// # Errors
/// `to` exists; what is wrong with either file; a full disk; an interruption by `observer`. Then there is no copy.
pub fn backup(people: &Path, to: &Path, observer: &RewriteObserver<'_>) -> Result<BackupReport, JobError> {
    let started = Instant::now();
    let mut database = Database::open(people)?;
    let people_copy = PartialFile::begin(to).map_err(Error::from)?;
    let ledger = match Ledger::open_existing(people) {
        Ok(ledger) => Some(ledger),
        Err(JobError::Ledger(super::LedgerError::None { .. })) => None,
        Err(error) => return Err(error),
    };
    let ledger_copy = match &ledger {
        None => None,
        Some(ledger) => {
            let copy = PartialFile::begin(&Ledger::path_beside(to)).map_err(Error::from)?;
            database = copy_at_one_instant(ledger, database, people, &copy)?;
            Some(copy)
        }
    };
    database.copy_to(&people_copy, observer)?;
    let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let (people_bytes, ledger_bytes) =
        (bytes(people_copy.path()), ledger_copy.as_ref().map(|copy| bytes(copy.path())));
    // The people's file last: if it is there, the backup is whole.
    for copy in ledger_copy.into_iter().chain([people_copy]) {
        copy.publish().map_err(Error::from)?;
    }
    Ok(BackupReport {
        people: database.people(),
        generation: database.generation(),
        bytes: people_bytes,
        ledger_bytes,
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// Copies the ledger as of an instant at which the people's file was as the database that is returned sees it.
fn copy_at_one_instant(
    ledger: &Ledger,
    database: Database,
    people: &Path,
    copy: &PartialFile,
) -> Result<Database, JobError> {
    let mut database = database;
    for _ in 0..ATTEMPTS {
        let before: SnapshotName = database.snapshot_name();
        let same = ledger.read(|ledger| {
            ledger.hold()?;
            // What was the newest commit before and after the ledger was held was so at that moment.
            database = Database::open(people)?;
            if database.snapshot_name() != before {
                return Ok::<bool, JobError>(false);
            }
            ledger.copy_to(copy.path()).map(|()| true)
        })?;
        if same {
            return Ok(database);
        }
    }
    Err(JobError::Input(
        "the people's file is committed to again and again: try when loads are over".to_string(),
    ))
}
