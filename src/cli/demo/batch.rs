//! What the demo shows of jobs: one whose worker is killed half-way, and what of it is lost: nothing.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flate2::bufread::MultiGzDecoder;
use rolo::jobs::{Job, JobQuery, Ledger};

use super::Demo;
use super::people::{email_of, url_of};
use crate::cli::failure::{Failure, quoted};
use crate::cli::interrupt;
use crate::cli::units::{count, duration};

/// People in the list.
const PEOPLE: usize = 2_000;
/// After so many people an e-mail address stands in the list, too, and somebody whom nobody knows.
const EVERY: usize = 10;
/// How often the demo looks how far the worker is.
const POLL: Duration = Duration::from_millis(1);
/// A worker that has done nothing by then is not waited for.
const PATIENCE: Duration = Duration::from_secs(60);

impl Demo<'_> {
    pub(super) fn batch(&mut self) -> Result<(), Failure> {
        self.heading("5  A batch that is killed half-way")?;
        let listed = self.write_batch()?;
        let (database, list) = (self.file("people.parquet"), self.file("batch.txt"));
        self.say(&format!(
            "A long list is handed in as a job. {list} has {} profile URLs and e-mail addresses. A job is kept beside \
             the people, and answers from the people as they are now:",
            count(listed.len() as u64)
        ))?;
        self.step(&["jobs", "submit", "enrich", &database, "-i", &list, "--chunk-size", "10"], 4)?;
        let ledger = Ledger::open_existing(Path::new(&database))?;
        let newest = JobQuery { limit: 1, ..JobQuery::default() };
        let job = ledger.list(&newest)?.jobs.pop();
        let job = job.ok_or_else(|| Failure::Failed("internal error: the demo's job is gone".to_string()))?;
        let id: String = job.id.to_string().chars().take(6).collect();
        self.kill_half_way(&ledger, &job, &id)?;
        self.say(
            "A worker takes what is left. What is done is not done again, and the rest is not done twice:",
        )?;
        let time = self.step(&["jobs", "work", &database, &id], 4)?;
        let output = self.file("found.jsonl.gz");
        self.say(&format!("That took {}. The whole result, as compressed JSON lines:", duration(time)))?;
        self.step(&["jobs", "download", &database, &id, "-o", &output], 4)?;
        self.count_lines(&ledger.job(job.id)?, &listed)
    }

    /// Writes the list, with everybody in it once; returns it.
    fn write_batch(&self) -> Result<Vec<String>, Failure> {
        let path = self.dir.join("people.jsonl");
        let file = File::open(&path).map_err(Failure::reading(path.display()))?;
        let (mut listed, mut seen) = (Vec::new(), HashSet::new());
        let mut list = |text: Option<String>| {
            if let Some(text) = text
                && seen.insert(text.clone())
            {
                listed.push(text);
            }
        };
        for (at, line) in BufReader::new(file).lines().take(PEOPLE).enumerate() {
            let line = line.map_err(Failure::reading(path.display()))?;
            list(url_of(&line));
            if at % EVERY == 0 {
                list(email_of(&line));
                list(Some(format!("https://www.linkedin.com/in/nobody-has-this-name-{at}")));
            }
        }
        let path = self.dir.join("batch.txt");
        fs::write(&path, listed.join("\n") + "\n").map_err(Failure::writing(path.display()))?;
        Ok(listed)
    }

    /// Runs a worker as a process of its own, kills it once some of the job is done, and shows what it left.
    fn kill_half_way(&mut self, ledger: &Ledger, job: &Job, id: &str) -> Result<(), Failure> {
        let database = self.file("people.parquet");
        self.say("This worker is a process of its own, and the demo kills it while it works:")?;
        let typed = quoted(Path::new(&database));
        self.commands(&[&format!("{} jobs work {typed} {id} --threads 1", self.program)])?;
        self.console.flush()?;
        let own = std::env::current_exe().map_err(Failure::reading("this program"))?;
        let child = Command::new(own)
            .args(["jobs", "work", &database, id, "--threads", "1", "--quiet"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut worker = Worker(child.map_err(Failure::reading("this program"))?);
        let killed = worker.kill_after_some(ledger, job)?;
        let done = ledger.job(job.id)?.counters.done();
        let (done, all) = (count(done), count(job.items));
        match killed {
            true => self.say(&format!(
                "Killed (SIGKILL), with {done} of {all} items done. It could not save or close anything. What it had \
                 committed stands; what it held is free again:"
            ))?,
            false => self.say(&format!(
                "It ended before the demo could kill it, with {done} of {all} items done. So there is less to see \
                 in what follows than there should be:"
            ))?,
        }
        self.step(&["jobs", "show", &database, id], 10).map(drop)
    }

    /// Counts what was downloaded against the list.
    fn count_lines(&mut self, job: &Job, listed: &[String]) -> Result<(), Failure> {
        let path = self.dir.join("found.jsonl.gz");
        let failed = || Failure::reading(path.display().to_string());
        let file = BufReader::new(File::open(&path).map_err(failed())?);
        let mut identifiers: Vec<String> = Vec::new();
        for line in BufReader::new(MultiGzDecoder::new(file)).lines() {
            let line: serde_json::Value = serde_json::from_str(&line.map_err(failed())?)
                .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
            identifiers
                .extend(line.get("original_identifier").and_then(|text| text.as_str()).map(str::to_string));
        }
        let different = identifiers.iter().collect::<HashSet<_>>().len();
        let known: HashSet<&String> = identifiers.iter().collect();
        let in_order = listed.iter().filter(|text| known.contains(text)).eq(&identifiers);
        let lines = identifiers.len();
        if different != lines || !in_order || lines as u64 != job.counters.found {
            return Err(Failure::Failed(format!(
                "{}: {lines} lines of {different} identifiers for {} that were found; please report it",
                path.display(),
                job.counters.found
            )));
        }
        let (lines, nobody) = (count(lines as u64), count(job.counters.not_found));
        self.say(&format!(
            "Counted in the file: {lines} lines, of {} different identifiers, in the order of the list; {nobody} \
             identifiers name nobody. Each line is there once, whoever was killed.",
            count(different as u64)
        ))
    }
}

/// A worker that does not outlive the demo.
struct Worker(Child);

impl Worker {
    /// Kills it once some of the job is done, but not all. Returns whether that was so.
    fn kill_after_some(&mut self, ledger: &Ledger, job: &Job) -> Result<bool, Failure> {
        let failed = || Failure::reading("the worker");
        let started = Instant::now();
        loop {
            interrupt::check()?;
            let done = ledger.job(job.id)?.counters.done();
            if self.0.try_wait().map_err(failed())?.is_some() {
                return Ok(false);
            }
            if done >= job.items / 4 || started.elapsed() > PATIENCE {
                self.0.kill().map_err(failed())?;
                self.0.wait().map_err(failed())?;
                return Ok((1..job.items).contains(&ledger.job(job.id)?.counters.done()));
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
