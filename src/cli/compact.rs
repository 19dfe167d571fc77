//! `rolo compact`: a file without dead bytes.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rolo::engine::{Database, RewriteObserver, RewriteOptions, RewriteProgress, RewriteReport};

use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::progress::ProgressLine;
use super::units::{bytes, count, counted, duration};
use super::{args, info, interrupt};

pub(crate) fn run(args: &args::Compact, console: &mut Console) -> Result<Exit, Failure> {
    let compact = |observer: &RewriteObserver<'_>| {
        Database::compact(&args.database, &RewriteOptions::default(), observer)
    };
    let report = watched(console, compact)?;
    let database = printable(&args.database.display().to_string());
    info::tell(&report, |report, console| text(&database, report, console), args.format, console)
}

/// Does `work` while a line shows how far a new file is.
pub(crate) fn watched<T, E>(
    console: &Console,
    work: impl FnOnce(&RewriteObserver<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let line = Mutex::new(ProgressLine::new(console));
    let done = work(&|progress: &RewriteProgress| {
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        line.tell(progress.bytes, Some(progress.bytes_total), |so_far| {
            format!("{} of about {}{}", bytes(progress.bytes), bytes(progress.bytes_total), so_far.left())
        });
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    line.lock().unwrap_or_else(PoisonError::into_inner).clear();
    done
}

fn text(database: &str, report: &RewriteReport, console: &Console) -> String {
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
