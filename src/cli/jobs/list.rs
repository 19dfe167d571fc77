//! `rolo jobs list`: jobs, the newest first.

use rolo::jobs::JobQuery;

use super::row::{CSV, JobRow, TABLE};
use super::{Desk, open_if_any, owner_of};
use crate::cli::args::{self, Format};
use crate::cli::console::Console;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, RowWriter, format_of};

pub(super) fn run(args: &args::ListJobs, console: &mut Console) -> Result<Exit, Failure> {
    let ledger = open_if_any(&args.database)?;
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let format = format_of(&args.rows, &output, console);
    let is_table = format == Format::Table;
    let (header, right): (Vec<String>, Vec<bool>) = if is_table {
        TABLE.into_iter().map(|(name, number)| (name.to_string(), number)).unzip()
    } else {
        CSV.into_iter().map(|name| (name.to_string(), false)).unzip()
    };
    let mut rows = RowWriter::new(output, format, header, right, console);
    let Some(ledger) = ledger else {
        rows.finish(console)?;
        console.note("no job was ever submitted");
        return Ok(Exit::Done);
    };
    let desk = Desk { ledger, owner: owner_of(&args.whose), database: args.database.clone() };
    let after = args.cursor.as_deref().map(|cursor| desk.find(cursor)).transpose()?;
    let page = desk.ledger.list(&JobQuery {
        owner: Some(desk.owner.clone()),
        state: args.status,
        created_after: args.created_after,
        after: after.map(|job| job.id),
        offset: args.offset,
        limit: args.limit,
    })?;
    for job in &page.jobs {
        rows.push(&JobRow { job, short: is_table.then(|| desk.short(job)) }, console)?;
    }
    rows.finish(console)?;
    match page.jobs.last() {
        None => console.note("no such job"),
        Some(last) if page.has_more => {
            console.note(&format!("there are more: --cursor {}", desk.short(last)));
        }
        Some(_) => {}
    }
    Ok(Exit::Done)
}
