//! Forgetting people: out of their file and out of the ledger, with a receipt that says what is left to do.
//!
//! 1. While nobody else writes to the people's file, the ledger loses what it has of them.
//! 2. The people's file is written anew without them.
//! 3. The ledger is looked through once more, for what workers took from the old file meanwhile, and is itself written anew.
//!
//! The ledger notes whom, as salted hashes, before step 2 and strikes that out in step 3: if the process dies in between, whoever
//! forgets or checks the next time does what was left.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ledger::Purged;
use super::{JobError, Ledger, LedgerError};
use crate::engine::{Error, ForgetReport, Forgetting, Forgotten, RewriteObserver, RewriteOptions};
use crate::record::Key;
use crate::storage::{Holders, PartialFile, ReplacedFile, Snapshot, StorageError, file_id};

/// How often it is looked whether the last reader has gone.
const LOOKED_EVERY: Duration = Duration::from_millis(50);
/// Where SQLite has the application id of a database.
const APPLICATION_ID_AT: std::ops::Range<usize> = 68..72;

/// How people are forgotten.
#[derive(Debug, Clone, Default)]
pub struct ForgetOptions {
    /// How the file is written anew.
    pub rewrite: RewriteOptions,
    /// Whether a key may name several people. Without it such a key is an error.
    pub several: bool,
    /// How long to wait for readers of the old file and of the ledger's log.
    pub wait: Duration,
}

/// What was removed where, and what is left to do. It names nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// When people were forgotten, RFC 3339 in UTC.
    pub at: String,
    /// The people's file.
    pub database: PathBuf,
    /// Its uuid.
    pub file: String,
    /// People who are gone.
    pub people: u64,
    /// Given keys that named nobody. They keep whoever has them from being loaded all the same.
    pub unknown_keys: u64,
    /// Keys that went to the suppression list.
    pub suppressed_keys: u64,
    /// Keys that somebody else has, too, and that keep nobody from being loaded.
    pub shared_keys: u64,
    /// The generation of the people's file before.
    pub generation_before: u64,
    /// The generation now.
    pub generation: u64,
    /// The file that had them. It has no name any more.
    pub old_file: OldFile,
    /// What was removed from the ledger; `None`: there is none.
    pub ledger: Option<LedgerReceipt>,
    /// Files of writers and backups that had died.
    pub removed_files: Vec<PathBuf>,
    /// Who still holds what had them.
    pub pending: Vec<Pending>,
    /// Processes of others that could not be looked at; `None`: this system does not tell who holds a file.
    pub unseen_processes: Option<u64>,
    /// Copies of the database in the same folder: the user's to delete.
    pub copies: Vec<PathBuf>,
    /// Whether nothing is pending.
    pub complete: bool,
    /// When that was last looked at, RFC 3339 in UTC.
    pub checked_at: String,
}

/// A file without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldFile {
    /// Its device.
    pub device: u64,
    /// Its inode.
    pub inode: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// What was removed from a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerReceipt {
    /// The ledger.
    pub path: PathBuf,
    /// Jobs that had something of them.
    pub jobs: u64,
    /// Items.
    pub items: u64,
    /// Result lines.
    pub lines: u64,
    /// Requests.
    pub requests: u64,
}

/// What somebody still holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What it is.
    pub what: Held,
    /// The processes that hold it, as far as they are known.
    pub processes: Vec<u32>,
}

/// What can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// The people's file from before, or one that is older still.
    OldFile,
    /// The name of the people's file: a backup from before stands there, or the file of another database.
    Name,
    /// The ledger's log from before, or pages of the ledger that are free.
    LedgerLog,
}

/// What is left to the user: nothing of rolo's knows where it is.
pub const YOURS: [&str; 3] = [
    "files of rejected records (rolo load --rejects)",
    "exports, downloads and other output (rolo export, rolo jobs download, -o), also unfinished (.rolo-*.part)",
    "backups, and the files that people were loaded from",
];

/// Forgets the people whom `keys` name: see [`Receipt`]. Returns whom they named, too.
///
/// # Errors
/// [`JobError::SeveralPeople`], after which nothing has changed. Those of [`Forgetting`], the ledger's. After an error people are there still, or forgetting them again does what is left.
pub fn forget(
    people: &Path,
    keys: &[Key],
    options: &ForgetOptions,
    observer: &RewriteObserver<'_>,
) -> Result<(Receipt, Forgotten), JobError> {
    let forgetting = Forgetting::begin(people, keys)?;
    let people_found = forgetting.people().clone();
    let several = keys.iter().zip(people_found.named()).find(|(_, people)| people.len() > 1);
    if let Some((key, people)) = several.filter(|_| !options.several) {
        return Err(JobError::SeveralPeople { key: key.to_string(), people: people.clone() });
    }
    let mut ledger = match Ledger::open_existing(people) {
        Ok(ledger) => Some(ledger),
        Err(JobError::Ledger(LedgerError::None { .. })) => None,
        Err(error) => return Err(error),
    };
    let mut purged = Purged::default();
    if let Some(ledger) = &mut ledger {
        ledger.end_forgetting()?;
        purged += ledger.begin_forgetting(&people_found.whom()?)?;
    }
    let finished = forgetting.finish(&options.rewrite, observer);
    let in_doubt = |error: &Error| matches!(error, Error::Storage(StorageError::CommitInDoubt { .. }));
    if let (Some(ledger), Err(error)) = (&ledger, &finished)
        && !in_doubt(error)
    {
        ledger.abandon_forgetting()?;
    }
    let (report, old) = finished?;
    if let Some(ledger) = &mut ledger {
        purged += ledger.end_forgetting()?;
    }
    let mut receipt = Receipt::new(people, &report, &old)?;
    receipt.ledger = ledger.as_ref().map(|ledger| {
        let Purged { jobs, items, lines, requests } = purged;
        let jobs = jobs.len() as u64;
        LedgerReceipt { path: ledger.path().to_path_buf(), jobs, items, lines, requests }
    });
    receipt.remove_abandoned();
    let deadline = Instant::now() + options.wait;
    while old.is_read().unwrap_or(false) && Instant::now() < deadline {
        std::thread::sleep(LOOKED_EVERY);
    }
    let is_read = old.is_read().unwrap_or(false);
    // Ours would be found, too.
    drop(old);
    receipt.look(is_read, ledger.as_ref(), deadline.saturating_duration_since(Instant::now()))?;
    Ok((receipt, people_found))
}

/// Looks again who holds what had the people of a receipt, and cleans the ledger if that was not possible before.
///
/// # Errors
/// The ledger's.
pub fn check_forgotten(receipt: &Receipt, wait: Duration) -> Result<Receipt, JobError> {
    let mut receipt = receipt.clone();
    let deadline = Instant::now() + wait;
    let holds = |receipt: &Receipt| !receipt.holders().processes.is_empty();
    while holds(&receipt) && Instant::now() < deadline {
        std::thread::sleep(LOOKED_EVERY);
    }
    let has_log = receipt.pending.iter().any(|pending| pending.what == Held::LedgerLog);
    let mut ledger = has_log.then(|| Ledger::open_existing(&receipt.database)).transpose()?;
    if let Some(ledger) = &mut ledger {
        ledger.end_forgetting()?;
    }
    receipt.look(false, ledger.as_ref(), deadline.saturating_duration_since(Instant::now()))?;
    Ok(receipt)
}

impl Receipt {
    fn new(people: &Path, report: &ForgetReport, old: &ReplacedFile) -> Result<Self, JobError> {
        let path = people.canonicalize().unwrap_or_else(|_| people.to_path_buf());
        let file = file_id(&path).ok_or_else(|| Error::internal("a new file without a header"))?;
        let now = format!("{:.0}", Timestamp::now());
        Ok(Self {
            at: now.clone(),
            database: path,
            file: file.to_string(),
            people: report.forgotten,
            unknown_keys: report.unknown,
            suppressed_keys: report.suppressed,
            shared_keys: report.shared,
            generation_before: report.file.generation_before,
            generation: report.file.generation,
            old_file: OldFile { device: old.id.0, inode: old.id.1, bytes: old.len },
            ledger: None,
            removed_files: Vec::new(),
            pending: Vec::new(),
            unseen_processes: None,
            copies: Vec::new(),
            complete: false,
            checked_at: now,
        })
    }

    /// Who holds the old file, or one that is older still.
    fn holders(&self) -> Holders {
        let last = (self.old_file.device, self.old_file.inode);
        self.file.parse().map_or_else(|()| Holders::of(last), |file| Holders::of_earlier(file, last))
    }

    /// Notes what is pending. `is_read`: somebody has a reader's mark on the old file.
    fn look(&mut self, is_read: bool, ledger: Option<&Ledger>, wait: Duration) -> Result<(), JobError> {
        let marked = |pending: &Pending| pending.what == Held::OldFile && pending.processes.is_empty();
        let was_marked = self.pending.drain(..).any(|pending| marked(&pending));
        let holders = self.holders();
        // A reader that is known by its mark alone may be among those that cannot be looked at.
        let may_read = was_marked && holders.unseen != Some(0);
        if is_read || may_read || !holders.processes.is_empty() {
            self.pending.push(Pending { what: Held::OldFile, processes: holders.processes });
        }
        if let Some(ledger) = ledger
            && !ledger.scrub(wait)?
        {
            let processes = holders_of_log(ledger).processes;
            self.pending.push(Pending { what: Held::LedgerLog, processes });
        }
        if self.is_put_back() {
            self.pending.push(Pending { what: Held::Name, processes: Vec::new() });
        }
        self.unseen_processes = holders.unseen;
        self.copies = self.copies_in_folder();
        self.complete = self.pending.is_empty();
        self.checked_at = format!("{:.0}", Timestamp::now());
        Ok(())
    }

    /// Whether something else stands in the place of the file that people were taken out of, or of a later one.
    fn is_put_back(&self) -> bool {
        match Snapshot::open(&self.database) {
            Ok(now) => now.header().file.to_string() != self.file || now.generation() < self.generation,
            Err(_) => false,
        }
    }

    /// Removes what backups that died have left in the folder; what cannot be removed is listed as a copy.
    fn remove_abandoned(&mut self) {
        let partial = |path: &PathBuf| path.extension().is_some_and(|end| end == "partial");
        for path in self.neighbours().filter(partial).collect::<Vec<_>>() {
            if (self.is_copy(&path) || is_ledger(&path))
                && PartialFile::remove_abandoned(&path).unwrap_or(false)
            {
                self.removed_files.push(path);
            }
        }
    }

    fn copies_in_folder(&self) -> Vec<PathBuf> {
        let mut copies: Vec<PathBuf> = self.neighbours().filter(|path| self.is_copy(path)).collect();
        copies
            .extend(copies.clone().iter().map(|copy| Ledger::path_beside(copy)).filter(|path| path.exists()));
        copies.sort();
        copies
    }

    /// The other files of the folder.
    fn neighbours(&self) -> impl Iterator<Item = PathBuf> + use<'_> {
        let folder = self.database.parent().and_then(|folder| fs::read_dir(folder).ok());
        let paths = folder.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        // To open a file of SQLite's and close it would take this process's locks from it.
        let ledger = Ledger::path_beside(&self.database);
        let is_ledgers = move |path: &Path| {
            path.as_os_str().as_encoded_bytes().starts_with(ledger.as_os_str().as_encoded_bytes())
        };
        let is_itself = |path: &Path| path.canonicalize().is_ok_and(|path| path == self.database);
        paths.filter(move |path| !is_itself(path) && !is_ledgers(path) && path.is_file())
    }

    fn is_copy(&self, path: &Path) -> bool {
        file_id(path).is_some_and(|id| id.to_string() == self.file)
    }
}

/// Whether a file is a ledger, whosever.
fn is_ledger(path: &Path) -> bool {
    let mut start = [0; APPLICATION_ID_AT.end];
    let read = fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && start.starts_with(b"SQLite format 3\0") && start.get(APPLICATION_ID_AT) == Some(b"rolo")
}

fn holders_of_log(ledger: &Ledger) -> Holders {
    let mut log = ledger.path().as_os_str().to_owned();
    log.push("-wal");
    let Ok(found) = fs::metadata(log) else { return Holders::default() };
    Holders::of((found.dev(), found.ino()))
}
