//! The `rolo` program, as a user starts it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use rolo::Database;
use rolo::jobs::Ledger;

use crate::child::load_rolo;
use crate::people::{People, remove};

/// The program, and its database of people.
pub(crate) struct Rolo {
    program: PathBuf,
    people: PathBuf,
    threads: usize,
    pub(crate) database: Database,
}

impl Rolo {
    /// Loads the people, if an earlier run did not.
    pub(crate) fn set(people: &People, folder: &Path, program: PathBuf, threads: usize) -> Result<Self> {
        let path = folder.join(format!("jobs-{}.rolo.parquet", people.count));
        if !path.exists() {
            eprintln!("loading the people");
            let draft = path.with_extension("draft");
            remove(&draft)?;
            load_rolo(&people.path, &draft)?;
            fs::rename(draft, &path)?;
        }
        Ok(Self { program, database: Database::open(&path)?, people: path, threads })
    }

    /// `rolo jobs WHAT... DB ARGS...`.
    fn jobs(&self, what: &[&str], args: &[OsString]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--quiet", "--threads", &self.threads.to_string(), "jobs"]);
        command.args(what).arg(&self.people).args(args);
        command
    }

    /// Submits a batch; `args` begin with its kind.
    pub(crate) fn submit(&self, args: &[OsString]) -> Result<Command> {
        let (kind, args) = args.split_first().context("no kind of job")?;
        Ok(self.jobs(&["submit", kind.to_str().context("a kind of job")?], args))
    }

    /// Submits a batch, works on it and writes its lines, in one process.
    pub(crate) fn submit_and_wait(&self, args: &[OsString], output: &Path) -> Result<Command> {
        let mut command = self.submit(args)?;
        command.arg("--wait").arg("-o").arg(output);
        Ok(command)
    }

    /// Works until nothing is left.
    pub(crate) fn work(&self) -> Command {
        self.jobs(&["work"], &[])
    }

    pub(crate) fn download(&self, id: &str, output: &Path) -> Command {
        self.jobs(&["download"], &[id.into(), "-o".into(), output.as_os_str().to_owned()])
    }

    /// Does nothing that takes long.
    pub(crate) fn version(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--version");
        command
    }

    /// Removes the ledger. What was written before reaches the disk, so that it does not slow the next turn down.
    pub(crate) fn forget_jobs(&self) -> Result<()> {
        remove(&Ledger::path_beside(&self.people))?;
        Command::new("sync").status()?;
        Ok(())
    }

    /// Bytes of the ledger.
    pub(crate) fn ledger_bytes(&self) -> Result<u64> {
        Ok(fs::metadata(Ledger::path_beside(&self.people))?.len())
    }

    /// A file beside the people.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.people.with_file_name(name)
    }
}

/// The id of the job that `jobs submit` printed.
pub(crate) fn job_id(printed: &str) -> Result<String> {
    let job: serde_json::Value = serde_json::from_str(printed)?;
    Ok(job.get("batch_id").and_then(|id| id.as_str()).context("a job without an id")?.to_string())
}
