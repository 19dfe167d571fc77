//! `rolo backup`: a copy of a file and its jobs.

use std::time::Duration;

use rolo::jobs::{self, BackupReport};

use super::compact::watched;
use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::units::{bytes, counted, duration};
use super::{args, info};

pub(crate) fn run(args: &args::Backup, console: &mut Console) -> Result<Exit, Failure> {
    let report = watched(console, |observer| jobs::backup(&args.database, &args.to, observer))?;
    let to = printable(&args.to.display().to_string());
    info::tell(&report, |report, _| text(&to, report), args.format, console)
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
