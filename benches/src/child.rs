//! Work in a process of its own, so that every contender starts from the same cold state and memory is its own.

use std::fs::{self, File};
use std::io::{Read, copy, sink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rolo::{Database, Input, LoadOptions, LoadReport, NoObserver};
use serde::{Deserialize, Serialize};

use crate::peers::duckdb::{DuckDb, quoted};

/// Between two looks at a child's memory.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Who loads.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Loader {
    Rolo,
    Duckdb,
}

/// A load for a child to do.
#[derive(clap::Args)]
pub(crate) struct LoadJob {
    loader: Loader,
    input: PathBuf,
    output: PathBuf,
    threads: usize,
}

/// What a child says of its load.
#[derive(Serialize, Deserialize)]
pub(crate) struct Loaded {
    pub(crate) seconds: f64,
    pub(crate) people: u64,
    /// Bytes appended to the file by kind, where the loader knows.
    pub(crate) parts: Vec<(String, u64)>,
    /// The greatest anonymous memory seen; filled in by the parent.
    #[serde(default)]
    pub(crate) anonymous_bytes: u64,
}

impl LoadJob {
    /// In the child: loads, and says so in JSON.
    pub(crate) fn run(&self) -> Result<()> {
        let started = Instant::now();
        let (people, parts) = match self.loader {
            Loader::Rolo => self.load_rolo()?,
            Loader::Duckdb => self.load_duckdb()?,
        };
        let seconds = started.elapsed().as_secs_f64();
        println!("{}", serde_json::to_string(&Loaded { seconds, people, parts, anonymous_bytes: 0 })?);
        Ok(())
    }

    fn load_rolo(&self) -> Result<(u64, Vec<(String, u64)>)> {
        rayon::ThreadPoolBuilder::new().num_threads(self.threads).build_global()?;
        let report = load_rolo(&self.input, &self.output)?;
        Ok((report.people, report.bytes.into_iter().collect()))
    }

    fn load_duckdb(&self) -> Result<(u64, Vec<(String, u64)>)> {
        let database = DuckDb::open(Some(&self.output), self.threads)?;
        let input = quoted(&self.input);
        database.run(&format!(
            "create table people as select * from read_json({input}, format = 'newline_delimited')"
        ))?;
        database.run("checkpoint")?;
        let people = u64::try_from(database.run("select count(*) from people")?)?;
        Ok((people, Vec::new()))
    }
}

/// Loads a file into a new database in this process.
pub(crate) fn load_rolo(input: &Path, output: &Path) -> Result<LoadReport> {
    let report = Database::load(output, vec![Input::file(input)?], &LoadOptions::default(), &mut NoObserver)?;
    ensure!(report.rejected == 0, "{} people were rejected: {:?}", report.rejected, report.reasons);
    Ok(report)
}

/// Has a child load `input` into a new file at `output`, and watches its memory.
pub(crate) fn load(loader: Loader, input: &Path, output: &Path, threads: usize) -> Result<Loaded> {
    crate::people::remove(output)?;
    // What earlier work left unwritten must not slow this one down, and all read from memory.
    Command::new("sync").status()?;
    copy(&mut File::open(input)?, &mut sink())?;
    let name = clap::ValueEnum::to_possible_value(&loader).context("a loader without a name")?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["child", name.get_name()]).args([input, output]).arg(threads.to_string());
    let watched = watch(&mut command)?;
    Ok(Loaded { anonymous_bytes: watched.anonymous_bytes, ..serde_json::from_str(&watched.output)? })
}

/// Runs a process that prints little; returns what it printed.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let done = command.stderr(Stdio::inherit()).output().with_context(|| format!("{command:?}"))?;
    ensure!(done.status.success(), "{command:?} failed: {}", done.status);
    Ok(String::from_utf8(done.stdout)?)
}

/// What a process did.
pub(crate) struct Watched {
    /// The greatest `RssAnon` seen.
    pub(crate) anonymous_bytes: u64,
    /// What it printed.
    pub(crate) output: String,
}

/// Runs a process that prints little, and watches its memory.
pub(crate) fn watch(command: &mut Command) -> Result<Watched> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("{command:?}"))?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut anonymous = 0;
    let end = loop {
        anonymous = anonymous.max(anonymous_bytes(&status).unwrap_or(0));
        match child.try_wait()? {
            Some(end) => break end,
            None => std::thread::sleep(LOOK_EVERY),
        }
    };
    let mut output = String::new();
    child.stdout.take().context("a child without output")?.read_to_string(&mut output)?;
    ensure!(end.success(), "{command:?} failed: {end}");
    Ok(Watched { anonymous_bytes: anonymous, output })
}

/// `RssAnon` of a process.
fn anonymous_bytes(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
