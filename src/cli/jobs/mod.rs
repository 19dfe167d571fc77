//! `rolo jobs`: batches, from their submission to their download.
//!
//! - `desk`: the jobs of one owner, and the commands that go on with one
//! - `view`: a job in words and as JSON; `row`: as a row
//! - `asked`: what a job is asked to do, from flags, bodies and lists
//! - `submit`, `list`, `show`, `items`, `download`, `change`, `work`: one file per command

mod asked;
mod change;
mod desk;
mod download;
mod items;
mod list;
mod row;
mod show;
mod submit;
mod view;
mod work;

use super::args::{self, JobsCommand};
use super::console::Console;
use super::failure::{Exit, Failure};
use desk::Desk;
pub(crate) use desk::{open_if_any, open_or_make, owner_of, short};
pub(crate) use view::minute;

pub(crate) fn run(args: &args::Jobs, console: &mut Console) -> Result<Exit, Failure> {
    match &args.command {
        JobsCommand::Submit(args) => submit::run(args, console),
        JobsCommand::Work(args) => work::run(args, console),
        JobsCommand::Items(args) => items::run(args, console),
        JobsCommand::Download(args) => download::run(args, console),
        JobsCommand::List(args) => list::run(args, console),
        JobsCommand::Show(args) => show::run(args, console),
        JobsCommand::Cancel(args) => change::cancel(args, console),
        JobsCommand::Resume(args) => change::resume(args, console),
        JobsCommand::Retry(args) => change::retry(args, console),
        JobsCommand::Prune(args) => change::prune(args, console),
    }
}
