//! `rolo backup`: a copy of a file and its jobs.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rolo::jobs::{self, BackupReport};

use super::args::{self, ReportFormat};
use super::compact::tell;
use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::info::print_json;
use super::progress::ProgressLine;
use super::units::{bytes, counted, duration};

pub(crate) fn run(args: &args::Backup, console: &mut Console) -> Result<Exit, Failure> {
    let line = Mutex::new(ProgressLine::new(console));
    let report = jobs::backup(&args.database, &args.to, &|progress| tell(&line, progress));
    line.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let report = report?;
    console.note(&text(&printable(&args.to.display().to_string()), &report));
    if args.format == ReportFormat::Json {
        print_json(&report, console)?;
    }
    Ok(Exit::Done)
}

fn text(to: &str, report: &BackupReport) -> String {
    let ledger = match report.ledger_bytes {
        Some(ledger) => format!(", and {} of jobs in {to}.jobs", bytes(ledger)),
        None => String::new(),
    };
    let time = duration(Duration::from_secs_f64(report.seconds.max(0.0)));
    let people = counted(report.people, "person", "people");
    format!("{people} in {to} in {time}: {}{ledger}; every byte fits its checksum", bytes(report.bytes))
}
