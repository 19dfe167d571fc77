//! `rolo forget`: people out of a file and its jobs, and the receipt of that.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ArgMatches;
use rolo::engine::{Database, Forgotten};
use rolo::jobs::{self, ForgetOptions, Held, Receipt, YOURS};
use rolo::record::Key;
use serde::Serialize;

use super::args::{self, Format, ReportFormat};
use super::compact::watched;
use super::console::{Console, printable};
use super::duplicates::names;
use super::enrich::tell_columns;
use super::failure::{Exit, Failure};
use super::info::print_json;
use super::interrupt;
use super::keys::{GivenKey, typed_keys};
use super::list::List;
use super::output::{Output, Row, RowWriter, json_line};
use super::units::{bytes, count, counted};

/// Columns of a receipt's names.
const NAMES: usize = 15;

pub(crate) fn run(args: &args::Forget, matches: &ArgMatches, console: &mut Console) -> Result<Exit, Failure> {
    let wait = Duration::from_secs(u64::from(args.wait));
    if let Some(path) = &args.check {
        let receipt = jobs::check_forgotten(&read(path)?, wait)?;
        write(path, &receipt, console)?;
        return print(&receipt, args.format, console);
    }
    let Some(database) = &args.database else {
        return Err(Failure::Usage("name the database file".to_string()));
    };
    let given = given_keys(args, database, matches, console)?;
    let keys: Vec<Key> = given.iter().map(|given| given.key.clone()).collect();
    if args.dry_run {
        return show(database, &given, &keys, args.format, console);
    }
    // What cannot be written must be known before somebody is gone.
    let kept = args.receipt.as_deref().map(|path| Output::open(Some(path), database)).transpose()?;
    if let Some(path) = args.receipt.as_deref().filter(|path| path.is_file()) {
        return Err(Failure::Usage(format!("{} exists already: a receipt is kept", path.display())));
    }
    let options = ForgetOptions { several: args.all, wait, ..ForgetOptions::default() };
    // Ctrl-C stops the work in good order until the new file has its name; from then on it is too late.
    let _patience = interrupt::be_patient();
    let done = watched(console, |observer| jobs::forget(database, &keys, &options, observer));
    let (receipt, whom) = done.map_err(Failure::from).inspect_err(|failure| {
        if matches!(failure.exit(), Exit::Interrupted) {
            let jobs = "jobs may have lost already what they had of them: forget them again";
            console.message(&format!("rolo: stopped: everybody is there still, but {jobs}"));
        }
    })?;
    for (given, _) in given.iter().zip(whom.named()).filter(|(_, people)| people.is_empty()) {
        console.note(&format!("rolo: {:?} names nobody in {}", given.text, database.display()));
    }
    // Shown before it is kept: whatever is wrong with that file, people are gone.
    let exit = print(&receipt, args.format, console)?;
    if let Some(output) = kept {
        finish(output, &receipt, console)?;
    }
    Ok(exit)
}

/// The keys of the command line, and of each row of the list the first that names somebody.
fn given_keys(
    args: &args::Forget,
    path: &Path,
    matches: &ArgMatches,
    console: &mut Console,
) -> Result<Vec<GivenKey>, Failure> {
    let mut keys = typed_keys(matches)?;
    if let Some(input) = &args.input {
        let mut list = List::open(input, &args.column, false)?;
        if args.column.is_empty() && list.header.is_some() {
            tell_columns(&list, console);
        }
        let database = Database::open(path)?;
        let mut number = u64::from(list.header.is_some());
        while let Some(row) = list.next()? {
            number += 1;
            if row.record.cell_count() == 0 {
                continue;
            }
            let mut names_somebody = None;
            for given in &row.keys {
                if names_somebody.is_none() && !database.get(&given.key)?.is_empty() {
                    names_somebody = Some(given.clone());
                }
            }
            let problem = || {
                let problem = "no key can be read in it; nothing was changed";
                Failure::Usage(format!("{}, row {number}: {problem}", list.name))
            };
            keys.push(names_somebody.or_else(|| row.keys.first().cloned()).ok_or_else(problem)?);
        }
        if keys.is_empty() {
            return Err(Failure::Usage(format!("{} holds no keys; nothing was changed", list.name)));
        }
    }
    if keys.is_empty() {
        let problem = "name at least one key: a profile URL, an e-mail, a phone number, a handle or an id";
        return Err(Failure::Usage(problem.to_string()));
    }
    Ok(keys)
}

fn read(path: &Path) -> Result<Receipt, Failure> {
    let text = std::fs::read(path).map_err(Failure::reading(path.display()))?;
    let wrong = |error| Failure::Usage(format!("{} is no receipt of rolo forget: {error}", path.display()));
    serde_json::from_slice(&text).map_err(wrong)
}

fn write(path: &Path, receipt: &Receipt, console: &mut Console) -> Result<(), Failure> {
    finish(Output::open(Some(path), &receipt.database)?, receipt, console)
}

fn finish(mut output: Output, receipt: &Receipt, console: &mut Console) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(receipt);
    let json = json.map_err(|error| Failure::Failed(format!("the receipt: {error}")))?;
    output.write(format!("{json}\n").as_bytes(), console)?;
    output.finish(console)
}

fn print(receipt: &Receipt, format: ReportFormat, console: &mut Console) -> Result<Exit, Failure> {
    match format {
        ReportFormat::Json => print_json(receipt, console)?,
        ReportFormat::Table => {
            let text = text(receipt, console);
            console.print(&text)?;
        }
    }
    Ok(if receipt.complete { Exit::Done } else { Exit::SomeRejected })
}

fn text(receipt: &Receipt, console: &Console) -> String {
    let paint = console.out_paint;
    let shown = |path: &PathBuf| printable(&path.display().to_string());
    let people = counted(receipt.people, "person", "people");
    let mut text =
        format!("{} from {}\n", paint.bold(&format!("{people} forgotten")), shown(&receipt.database));
    let mut fact = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("  {}{value}\n", paint.dim(&format!("{name:<NAMES$}"))));
        }
    };
    fact("when", &receipt.at);
    fact(
        "file",
        &format!(
            "written anew: generation {}; before it {}, of {}",
            count(receipt.generation),
            count(receipt.generation_before),
            bytes(receipt.old_file.bytes)
        ),
    );
    fact(
        "jobs",
        &receipt.ledger.as_ref().map_or("none".to_string(), |ledger| {
            let items = counted(ledger.items, "item", "items");
            let (lines, requests) = (
                counted(ledger.lines, "result line", "result lines"),
                counted(ledger.requests, "request", "requests"),
            );
            format!("{items}, {lines} and {requests} in {}", counted(ledger.jobs, "job", "jobs"))
        }),
    );
    let keys = |number: u64, what: &str| match number {
        0 => String::new(),
        number => format!("{}: {what}", counted(number, "key", "keys")),
    };
    fact("suppressed", &keys(receipt.suppressed_keys, "nobody who has one is loaded again"));
    fact("shared", &keys(receipt.shared_keys, "somebody else has them, too, so they keep nobody out"));
    fact(
        "unknown",
        &keys(receipt.unknown_keys, "named nobody; they keep people out all the same, but for phone numbers"),
    );
    for path in &receipt.removed_files {
        fact("removed", &shown(path));
    }
    for pending in &receipt.pending {
        let what = match pending.what {
            Held::OldFile => "an old file",
            Held::LedgerLog => "the jobs as they were",
            Held::Name => {
                fact("pending", &paint.red("an older file stands in its place: forget them again"));
                continue;
            }
        };
        let by: Vec<String> = pending.processes.iter().map(u32::to_string).collect();
        let by =
            if by.is_empty() { "some process".to_string() } else { format!("process {}", by.join(", ")) };
        fact("pending", &paint.red(&format!("{what} is open in {by}")));
    }
    match receipt.unseen_processes {
        None => fact("not seen", "this system does not tell which processes hold a file"),
        Some(0) => {}
        Some(n) => fact("not seen", &format!("{} of others", counted(n, "process", "processes"))),
    }
    if receipt.complete {
        fact("pending", "nothing");
    }
    fact("checked", &receipt.checked_at);
    text.push_str(&format!("{}\n", paint.cyan("yours to delete")));
    for what in YOURS {
        text.push_str(&format!("  {what}\n"));
    }
    for copy in &receipt.copies {
        text.push_str(&format!("  {}, a copy of this database\n", shown(copy)));
    }
    text
}

/// Shows who would go.
fn show(
    path: &Path,
    given: &[GivenKey],
    keys: &[Key],
    format: ReportFormat,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let database = Database::open(path)?;
    let whom = Forgotten::find(&database, keys)?;
    let ids: Vec<u64> = whom.people().collect();
    let format = match format {
        ReportFormat::Table => Format::Table,
        ReportFormat::Json => Format::Json,
    };
    let header = ["person_id", "name", "named_by"].map(str::to_string).to_vec();
    let mut rows = RowWriter::new(Output::Console, format, header, vec![true, false, false], console);
    for (&person_id, name) in ids.iter().zip(names(&database, ids.iter().copied())?) {
        let by = given.iter().zip(whom.named()).filter(|(_, people)| people.contains(&person_id));
        let named_by = by.map(|(given, _)| given.text.as_str()).collect();
        rows.push(&Going { person_id, name, named_by }, console)?;
    }
    rows.finish(console)?;
    for (given, people) in given.iter().zip(whom.named()) {
        match people.len() {
            0 => console.note(&format!("rolo: {:?} names nobody in {}", given.text, path.display())),
            1 => {}
            n => console.note(&format!("rolo: {:?} names {n} people: they go with --all", given.text)),
        }
    }
    let people = counted(ids.len() as u64, "person", "people");
    console.note(&format!("{people} would be forgotten; nothing was changed, because of --dry-run"));
    Ok(Exit::Done)
}

/// A person who would go, as a row.
#[derive(Serialize)]
struct Going<'a> {
    person_id: u64,
    name: Option<String>,
    named_by: Vec<&'a str>,
}

impl Row for Going<'_> {
    fn json(&self) -> Result<String, Failure> {
        json_line(self)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let name = self.name.clone().unwrap_or_default();
        Ok(vec![self.person_id.to_string(), name, self.named_by.join("; ")])
    }
}
