//! `rolo compact`: a file without dead bytes.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rolo::engine::{CompactReport, Database, RewriteOptions, RewriteProgress};

use super::args::{self, ReportFormat};
use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::info::print_json;
use super::interrupt;
use super::progress::ProgressLine;
use super::units::{bytes, count, counted, duration};

pub(crate) fn run(args: &args::Compact, console: &mut Console) -> Result<Exit, Failure> {
    let line = Mutex::new(ProgressLine::new(console));
    let report =
        Database::compact(&args.database, &RewriteOptions::default(), &|progress| tell(&line, progress));
    line.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let report = report?;
    console.note(&text(&printable(&args.database.display().to_string()), &report, console));
    if args.format == ReportFormat::Json {
        print_json(&report, console)?;
    }
    Ok(Exit::Done)
}

/// Shows how far a new file is.
pub(crate) fn tell(line: &Mutex<ProgressLine>, progress: &RewriteProgress) -> ControlFlow<()> {
    let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
    line.tell(progress.bytes, Some(progress.bytes_total), |so_far| {
        format!("{} of about {}{}", bytes(progress.bytes), bytes(progress.bytes_total), so_far.left())
    });
    if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

fn text(database: &str, report: &CompactReport, console: &Console) -> String {
    let time = duration(Duration::from_secs_f64(report.seconds.max(0.0)));
    let sizes = format!("{} are {} now", bytes(report.bytes_before), bytes(report.bytes));
    let instead = match report.segments_before {
        before if before == report.segments => String::new(),
        before => format!(" instead of {}", count(before)),
    };
    let mut text = format!(
        "{database} compacted in {time}: {}, {} in {}{instead}",
        console.err_paint.bold(&sizes),
        counted(report.people, "person", "people"),
        counted(report.segments, "segment", "segments"),
    );
    if report.old_file_is_read == Some(true) {
        text.push_str("\nthe old file is still open in some process: its room is free once that closes it");
    }
    text
}
