//! `rolo verify`: is every byte what was written, and does every index agree with the records?

use std::sync::{Mutex, PoisonError};

use rolo::engine::{Error, VerifyProgress, VerifyReport};
use rolo::storage::{Repair, StorageError};

use super::args::{self, ReportFormat};
use super::console::{Console, printable};
use super::failure::{Exit, Failure, quoted};
use super::info::print_json;
use super::progress::ProgressLine;
use super::units::{bytes, count, counted};

pub(crate) fn run(args: &args::Verify, console: &mut Console) -> Result<Exit, Failure> {
    if args.repair {
        let repair = rolo::storage::repair(&args.database).map_err(Error::from)?;
        console.note(&repair_text(repair));
    }
    let line = Mutex::new(ProgressLine::new(console));
    let tell = |progress: VerifyProgress| {
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        // Comparing a person costs about as much as reading this many of its bytes.
        let done = progress.bytes.saturating_add(progress.people.saturating_mul(5_000));
        let total = progress.bytes_total.saturating_add(progress.people_total.saturating_mul(5_000));
        line.tell(done, Some(total), |so_far| {
            let (read, people) = (bytes(progress.bytes), count(progress.people));
            format!("{read} read, {people} people compared{}", so_far.left())
        });
    };
    let report = match rolo::engine::verify(&args.database, &tell) {
        Err(Error::Storage(StorageError::Damaged(damage))) if !args.repair => {
            let advice = format!(
                "{damage}; if a backup exists, use it; `rolo verify {} --repair` goes back to the last whole commit",
                quoted(&args.database)
            );
            line.lock().unwrap_or_else(PoisonError::into_inner).clear();
            console.message(&format!("rolo: {}", printable(&advice)));
            return Ok(Exit::Damaged);
        }
        result => result?,
    };
    line.lock().unwrap_or_else(PoisonError::into_inner).clear();
    if args.format == ReportFormat::Json {
        print_json(&report, console)?;
    } else {
        let text = text(&report, console);
        console.print(&text)?;
    }
    Ok(if report.is_sound() { Exit::Done } else { Exit::Damaged })
}

fn repair_text(repair: Repair) -> String {
    let mut done = Vec::new();
    if repair.slots_restored > 0 {
        done.push(format!("{} restored", counted(u64::from(repair.slots_restored), "slot", "slots")));
    }
    if repair.cut > 0 {
        done.push(format!("{} behind it cut off", bytes(repair.cut)));
    }
    let stands = if repair.searched { "went back to" } else { "stands at" };
    let done = if done.is_empty() { "nothing to repair".to_string() } else { done.join(", ") };
    format!("the file {stands} commit {}; {done}", repair.generation)
}

fn text(report: &VerifyReport, console: &Console) -> String {
    let paint = console.out_paint;
    let read = format!(
        "{} compared with their checksums\n{}, {} and {} compared with the records\n",
        bytes(report.bytes),
        counted(report.people, "person", "people"),
        counted(report.keys, "key", "keys"),
        counted(report.row_groups, "row group", "row groups")
    );
    if report.is_sound() {
        return format!("{read}{}\n", paint.green("all is well"));
    }
    let mut text = format!("{read}{}\n", paint.red(&counted(report.problem_count, "problem", "problems")));
    for problem in &report.problems {
        text.push_str(&format!("  {}\n", printable(problem)));
    }
    if let Some(more @ 1..) = report.problem_count.checked_sub(report.problems.len() as u64) {
        text.push_str(&format!("  and {} more\n", count(more)));
    }
    text.push_str(
        "a damaged record cannot be mended: take a backup, or load the people again into a new file\n",
    );
    text
}
