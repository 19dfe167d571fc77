//! `rolo jobs items`: what was submitted, and how each of it ended.

use rolo::jobs::results::{Cursor, item_json, line_at};
use rolo::jobs::{Item, ItemQuery, Job, JobError, Outcome, StoredChunk};

use super::Desk;
use crate::cli::args::{self, Format, ItemOutcome};
use crate::cli::console::Console;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, Row, RowWriter, format_of};

const CREDITS: &str = "credits";
/// Columns, and whether each holds numbers.
const COLUMNS: [(&str, bool); 6] = [
    ("item", true),
    ("input", false),
    ("outcome", false),
    ("person", true),
    (CREDITS, true),
    ("message", false),
];

pub(super) fn run(args: &args::Items, console: &mut Console) -> Result<Exit, Failure> {
    let (desk, job) = Desk::with_job(&args.job)?;
    let output = Output::open(args.rows.output.as_deref(), &args.job.database)?;
    let format = format_of(&args.rows, &output, console);
    // A screen has no room for what is always empty.
    let without_credits = format == Format::Table && job.rate.is_none();
    let columns = COLUMNS.into_iter().filter(|&(name, _)| name != CREDITS || !without_credits);
    let (header, right) = columns.map(|(name, number)| (name.to_string(), number)).unzip();
    let mut rows = RowWriter::new(output, format, header, right, console);
    // As of one moment: a retry moves lines.
    let (items, next) = desk.ledger.read(|_| {
        let (items, next) = match args.item {
            Some(number) => (vec![one(&desk, &job, number)?], None),
            None => page(&desk, &job, args)?,
        };
        let mut lines = Lines { desk: &desk, job: &job, chunk: None };
        let wants_lines = matches!(format, Format::Json | Format::Jsonl);
        for item in &items {
            let line = if wants_lines { lines.of(item)? } else { None };
            rows.push(&ItemRow { job: &job, item, line, without_credits }, console)?;
        }
        Ok::<_, Failure>((items, next))
    })?;
    rows.finish(console)?;
    match next {
        Some(cursor) => console.note(&format!("there are more: --cursor {cursor}")),
        None if items.is_empty() => console.note("no such item"),
        None => {}
    }
    Ok(Exit::Done)
}

fn one(desk: &Desk, job: &Job, number: u64) -> Result<Item, Failure> {
    let item = number.checked_sub(1).map(|position| desk.ledger.item(job.id, position)).transpose()?;
    let none = || {
        let problem = format!("job {} has no item {number}: it has {}", desk.short(job), job.items);
        JobError::Item(problem)
    };
    Ok(item.flatten().ok_or_else(none)?)
}

/// A page of items, and the cursor of the next one.
fn page(desk: &Desk, job: &Job, args: &args::Items) -> Result<(Vec<Item>, Option<String>), Failure> {
    let from = args.cursor.as_deref().map(|cursor| Cursor::decode(job.id, cursor)).transpose()?;
    let outcome = args.outcome.map(|outcome| match outcome {
        ItemOutcome::Found => "found",
        ItemOutcome::NotFound => "not_found",
        ItemOutcome::Invalid => "invalid",
        ItemOutcome::Failed => "failed",
        ItemOutcome::Pending => "pending",
        ItemOutcome::Forgotten => "forgotten",
    });
    let query = ItemQuery {
        from: from.unwrap_or(0),
        outcome: outcome.map(str::to_string),
        limit: args.limit.saturating_add(1),
    };
    let mut items = desk.ledger.items(job.id, &query)?;
    let more = items.get(args.limit as usize).map(|item| Cursor::encode(job.id, item.position));
    items.truncate(args.limit as usize);
    Ok((items, more))
}

/// The result lines of items; of one chunk after the other.
struct Lines<'a> {
    desk: &'a Desk,
    job: &'a Job,
    chunk: Option<StoredChunk>,
}

impl Lines<'_> {
    fn of(&mut self, item: &Item) -> Result<Option<String>, Failure> {
        let Some(line) = item.line else { return Ok(None) };
        let holds = |chunk: &StoredChunk| {
            (chunk.first..chunk.first.saturating_add(chunk.items)).contains(&item.position)
        };
        if !self.chunk.as_ref().is_some_and(holds) {
            self.chunk = self.desk.ledger.chunk_of(self.job.id, item.position)?;
        }
        let gzip = self.chunk.as_ref().and_then(|chunk| chunk.gzip.as_deref());
        Ok(gzip.map(|gzip| line_at(gzip, line)).transpose()?)
    }
}

/// An item as a row.
struct ItemRow<'a> {
    job: &'a Job,
    item: &'a Item,
    line: Option<String>,
    without_credits: bool,
}

impl Row for ItemRow<'_> {
    fn json(&self) -> Result<String, Failure> {
        Ok(item_json(self.job, self.item, self.line.as_deref())?)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let item = self.item;
        let (person, message) = match &item.outcome {
            Outcome::Found(person) => (person.to_string(), String::new()),
            Outcome::Invalid(message) | Outcome::Failed { message, .. } => (String::new(), message.clone()),
            Outcome::Open | Outcome::NotFound | Outcome::Forgotten => Default::default(),
        };
        let number = item.position.saturating_add(1).to_string();
        let mut cells = vec![number, item.input.clone(), item.outcome.name().to_string(), person];
        if !self.without_credits {
            cells.push(self.job.rate.as_ref().map(|_| item.charge.to_string()).unwrap_or_default());
        }
        cells.push(message);
        Ok(cells)
    }
}
