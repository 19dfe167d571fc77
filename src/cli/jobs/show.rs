//! `rolo jobs show`: how far a job is, once or until it ends.

use std::time::Duration;

use rolo::jobs::{Job, State};

use super::work::JobProgress;
use super::{Desk, view};
use crate::cli::args::{self, ReportFormat};
use crate::cli::console::Console;
use crate::cli::failure::{Exit, Failure};
use crate::cli::interrupt;

/// How often a job is looked at.
const POLL: Duration = Duration::from_millis(200);

pub(super) fn run(args: &args::ShowJob, console: &mut Console) -> Result<Exit, Failure> {
    let (desk, mut job) = Desk::with_job(&args.job)?;
    if args.follow {
        job = follow(&desk, job, console)?;
    }
    let as_page = match args.format {
        Some(format) => format == ReportFormat::Table,
        None => console.out_width.is_some(),
    };
    let text = if as_page { view::page(&desk, &job, console) } else { view::json(&job, true)? + "\n" };
    console.print(&text)?;
    Ok(Exit::Done)
}

/// Watches a job until nothing more happens by itself.
fn follow(desk: &Desk, mut job: Job, console: &mut Console) -> Result<Job, Failure> {
    if job.state == State::Queued {
        console.note(&format!("it waits for a worker: {}", desk.command("work", &job, "")));
    }
    let mut progress = JobProgress::new(&job, console);
    while job.state.goes_on() {
        interrupt::check()?;
        progress.tell(&job);
        std::thread::sleep(POLL);
        job = desk.again(&job)?;
    }
    Ok(job)
}
