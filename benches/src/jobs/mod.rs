//! Bar: batch jobs from the command to the finished file, against DuckDB; where their time goes, and their memory.

mod batch;
mod duck;
mod lines;
mod lists;
mod phases;
mod rolo;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::child;
use crate::people::{People, target_folder};
use crate::race::{Contender, Race};
use crate::report::{Table, heading, mb, verdict};
use batch::Batch;
use duck::Rival;
pub(crate) use duck::Statement;
use rolo::Rolo;

/// Identifiers of an enrichment, people of a search: as many as the vendors take.
const ITEMS: usize = 10_000;
/// Identifiers where memory is measured, with the caps lifted.
const MANY_ITEMS: usize = 1_000_000;
/// Aims: DuckDB's time over rolo's, and rolo's seconds.
const TIMES: f64 = 2.0;
const SECONDS: f64 = 2.0;

/// What is measured, and with what.
pub(crate) struct Setup<'a> {
    pub(crate) people: &'a People,
    pub(crate) folder: &'a Path,
    pub(crate) rounds: usize,
    pub(crate) threads: usize,
    /// The `rolo` program; the one beside this program if not given.
    pub(crate) program: Option<PathBuf>,
}

pub(crate) fn run(setup: &Setup<'_>) -> Result<()> {
    let program = match &setup.program {
        Some(program) => program.clone(),
        None => target_folder()?.join("release/rolo"),
    };
    ensure!(program.exists(), "{} is not there: build it, or name it with --rolo", program.display());
    let rolo = Rolo::set(setup.people, setup.folder, program, setup.threads)?;
    let tables = duck::build(setup.people, setup.folder, setup.threads)?;
    let list = lists::identifiers(setup.people, setup.folder, &rolo.database, ITEMS)?;
    let race = Racing { setup, rolo: &rolo, tables: &tables };
    for batch in [batch::enrichment(&list), batch::records(ITEMS), batch::fields(ITEMS)] {
        race.run(&batch)?;
    }
    phases::time(&rolo, (ITEMS, &list), setup.rounds)?;
    let many = lists::identifiers(setup.people, setup.folder, &rolo.database, MANY_ITEMS)?;
    phases::memory(&rolo, [(ITEMS, &list), (MANY_ITEMS, &many)])
}

/// One batch after the other, each with all its contenders.
struct Racing<'a> {
    setup: &'a Setup<'a>,
    rolo: &'a Rolo,
    tables: &'a Path,
}

impl Racing<'_> {
    fn run(&self, batch: &Batch) -> Result<()> {
        eprintln!("{}", batch.title);
        let lines = self.check(batch)?;
        heading(
            batch.title,
            &format!(
                "{} {}; {} threads; a fresh process for each turn, from its start to its end, when the gzip file is complete; the files that it reads are in memory; {} rounds in turns. \
                 {lines} lines in the same order, compared first as JSON values.",
                batch.about,
                self.setup.people.describe(),
                self.setup.threads,
                self.setup.rounds
            ),
        );
        let mut contenders = Vec::new();
        for (name, args) in &batch.ours {
            let run = move |(): &()| self.rolo_writes(name, args);
            contenders.push(Contender::new(name, run).after(|| self.rolo.forget_jobs()));
        }
        for rival in &batch.rivals {
            let run = |(): &()| self.duckdb_writes(rival);
            contenders.push(Contender::new(rival.name, run).after(|| self.rolo.forget_jobs()));
        }
        let race = Race::run(contenders, self.setup.rounds, 1, || Ok(()))?;
        self.print(batch, &race)
    }

    /// Everybody writes the same lines; returns how many.
    fn check(&self, batch: &Batch) -> Result<usize> {
        let mut expected = None;
        for (name, args) in &batch.ours {
            self.rolo.forget_jobs()?;
            self.rolo_writes(name, args)?;
            let own = lines::read(&self.output(name))?;
            let expected = expected.get_or_insert_with(|| own.clone());
            ensure!(own == *expected, "{name} differs from {:?}", batch.ours.first());
        }
        let expected = expected.context("a batch that rolo does not run")?;
        for rival in &batch.rivals {
            self.duckdb_writes(rival)?;
            let theirs = lines::read(&self.output(rival.name))?;
            lines::compare(&expected, &theirs, rival.alike).with_context(|| rival.name.to_string())?;
        }
        Ok(expected.len())
    }

    fn rolo_writes(&self, name: &str, args: &[OsString]) -> Result<u64> {
        child::run(&mut self.rolo.submit_and_wait(args, &self.output(name))?).map(|_| 0)
    }

    fn duckdb_writes(&self, rival: &Rival) -> Result<u64> {
        let mut command = duck::command(self.tables, rival, &self.output(rival.name), self.setup.threads)?;
        child::run(&mut command).map(|_| 0)
    }

    fn print(&self, batch: &Batch, race: &Race) -> Result<()> {
        let mut table = Table::new(&["", "seconds", "times rolo's", "MB of gzip"]);
        for (at, name) in race.names.iter().enumerate() {
            let bytes = std::fs::metadata(self.output(name))?.len();
            let seconds = race.micros(at).scaled(1e-6).show(2);
            table.row(&[name.to_string(), seconds, race.ratio(at, 0).show(2), mb(bytes)]);
        }
        table.print();
        let own = race.micros(0).median / 1e6;
        let rivals = batch.rivals.iter().enumerate().filter(|(_, rival)| rival.counts());
        let best = rivals.map(|(at, rival)| (race.ratio(batch.ours.len() + at, 0), rival.name));
        let best = best.min_by(|one, other| one.0.median.total_cmp(&other.0.median));
        let (ratio, name) = best.context("no rival")?;
        println!(
            "{name}, the fastest that counts: {} times rolo's time. {}. {}.\n",
            ratio.show(2),
            verdict(ratio.median >= TIMES, &format!("Aim {TIMES}")),
            verdict(own < SECONDS, &format!("Aim under {SECONDS} seconds"))
        );
        Ok(())
    }

    /// Where a contender's lines go.
    fn output(&self, name: &str) -> PathBuf {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        self.setup.folder.join(format!("jobs-{name}.jsonl.gz"))
    }
}
