//! `rolo jobs submit`: from flags, bodies and files to a job.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rolo::engine::Database;
use rolo::jobs::{
    Asked, Caps, Estimate, Items, JobError, SnapshotPolicy, Submission, check_fields, estimate, submit,
};
use serde::Serialize;

use super::{Desk, asked, download, open_if_any, open_or_make, owner_of, view, work};
use crate::cli::args::{self, SnapshotGone, SubmitKind, Submitting};
use crate::cli::console::{Console, printable};
use crate::cli::failure::{Exit, Failure};
use crate::cli::interrupt;
use crate::cli::output::json_line;
use crate::cli::progress::ProgressLine;
use crate::cli::units::{count, counted};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn run(args: &args::Submit, console: &mut Console) -> Result<Exit, Failure> {
    let (path, submitting) = match &args.kind {
        SubmitKind::Search(args) => (&args.database, &args.submitting),
        SubmitKind::Enrich(args) => (&args.database, &args.submitting),
        SubmitKind::People(args) => (&args.database, &args.submitting),
        SubmitKind::Csv(args) => (&args.database, &args.submitting),
    };
    // What is wrong with the output is said before any work.
    let output = submitting.output.as_deref();
    output.map(|output| download::check_named(output, path)).transpose()?;
    let database = Database::open(path)?;
    let caps = if submitting.no_caps { Caps::unlimited() } else { Caps::vendor() };
    let asked = asked::of(&args.kind, &caps, console)?;
    if !asked.ignored.is_empty() {
        console.note(&format!("ignored: {}", asked.ignored.join(", ")));
    }
    let submission = submission(asked, submitting, console);
    if submitting.dry_run {
        return tell_estimate(path, database, submission, console);
    }
    // So that a refused submit makes no ledger.
    check_fields(&database, &submission.asked.request)?;
    let mut ledger = open_or_make(path)?;
    let job = submit(&mut ledger, &database, submission)?;
    job.request.note().iter().for_each(|note| console.note(note));
    let desk = Desk { ledger, owner: job.owner.clone(), database: path.clone() };
    if submitting.wait {
        return work::to_its_end(&desk, job, output, console);
    }
    view::print(&desk, &job, console)?;
    Ok(Exit::Done)
}

fn submission<'a>(asked: Asked<'a>, submitting: &Submitting, console: &Console) -> Submission<'a> {
    let on_snapshot_gone = match submitting.on_snapshot_gone {
        SnapshotGone::Newest => SnapshotPolicy::Newest,
        SnapshotGone::Fail => SnapshotPolicy::Fail,
    };
    let items = asked.items.map(|items| watched(items, ProgressLine::new(console)));
    Submission {
        owner: owner_of(&submitting.whose),
        asked: Asked { items, ..asked },
        on_snapshot_gone,
        keep_for: DAY * submitting.keep,
        active_limit: None,
    }
}

/// Items that end with Ctrl-C, and are counted on the terminal.
fn watched<'a>(items: Items<'a>, mut progress: ProgressLine) -> Items<'a> {
    let mut read = 0;
    Box::new(items.map(move |item| {
        read += 1;
        progress.tell(read, None, |so_far| {
            format!("{} read, {}/s", counted(read, "item", "items"), count(so_far.rate(read)))
        });
        if interrupt::requested() { Err(JobError::Interrupted) } else { item }
    }))
}

/// What a job would find and cost.
#[derive(Debug, Serialize)]
struct EstimateJson {
    items: u64,
    found: u64,
    not_found: u64,
    invalid: u64,
    price: String,
    balance: Option<String>,
}

fn tell_estimate(
    path: &Path,
    database: Database,
    submission: Submission<'_>,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let ledger = open_if_any(path)?;
    let Estimate { items, found, not_found, invalid, price, balance, note } =
        estimate(ledger.as_ref(), &Arc::new(database), submission)?;
    note.iter().for_each(|note| console.note(note));
    if console.out_width.is_none() {
        let balance = balance.map(|balance| balance.to_string());
        let json = EstimateJson { items, found, not_found, invalid, price: price.to_string(), balance };
        console.print(&format!("{}\n", json_line(&json)?))?;
        return Ok(Exit::Done);
    }
    let mut text = format!("{}: {} found", counted(items, "item", "items"), count(found));
    for (number, what) in [(not_found, "not found"), (invalid, "invalid")] {
        if number > 0 {
            text.push_str(&format!(", {} {what}", count(number)));
        }
    }
    text.push_str(&match balance {
        None => "\nit would cost nothing\n".to_string(),
        Some(balance) => format!("\nit would cost {price} of {balance} credits\n"),
    });
    console.print(&printable(&text))?;
    Ok(Exit::Done)
}
