//! `rolo jobs cancel`, `resume`, `retry` and `prune`: what an owner does to jobs.

use rolo::jobs::Transition;

use super::{Desk, open_if_any, view, work};
use crate::cli::args;
use crate::cli::console::Console;
use crate::cli::failure::{Exit, Failure};
use crate::cli::units::counted;

pub(super) fn cancel(args: &args::Cancel, console: &mut Console) -> Result<Exit, Failure> {
    change(&args.job, Transition::Cancel, false, console)
}

pub(super) fn resume(args: &args::GoOn, console: &mut Console) -> Result<Exit, Failure> {
    change(&args.job, Transition::Resume, args.wait, console)
}

pub(super) fn retry(args: &args::GoOn, console: &mut Console) -> Result<Exit, Failure> {
    change(&args.job, Transition::Retry, args.wait, console)
}

fn change(
    one: &args::OneJob,
    transition: Transition,
    wait: bool,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let (mut desk, job) = Desk::with_job(one)?;
    let job = desk.ledger.change(job.id, transition)?;
    if wait {
        return work::to_its_end(&desk, job, None, console);
    }
    view::print(&desk, &job, console)?;
    Ok(Exit::Done)
}

pub(super) fn prune(args: &args::Prune, console: &mut Console) -> Result<Exit, Failure> {
    let pruned = match open_if_any(&args.database)? {
        Some(mut ledger) => ledger.prune()?,
        None => rolo::jobs::Pruned::default(),
    };
    let (jobs, items) = (counted(pruned.jobs, "job", "jobs"), counted(pruned.items, "item", "items"));
    console.note(&format!("removed {jobs} with {items}"));
    Ok(Exit::Done)
}
