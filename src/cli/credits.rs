//! `rolo credits`: what accounts have, what was charged, and what a record costs.

use rolo::jobs::{Credits, Entry, JobQuery, JournalQuery, Ledger, MODES, Rate, State};
use serde::Serialize;

use super::args::{self, CreditsCommand, Format};
use super::console::Console;
use super::failure::{Exit, Failure, quoted};
use super::jobs::{minute, open_if_any, open_or_make, short};
use super::output::{Output, Row, RowWriter, format_of, json_line};
use super::units::counted;

/// What is said where an account keeps no credits.
const FREE: &str = "jobs of an account cost nothing until credits are added to it";

pub(crate) fn run(args: &args::Credits, console: &mut Console) -> Result<Exit, Failure> {
    match &args.command {
        CreditsCommand::Add(args) => add(args, console),
        CreditsCommand::Show(args) => show(args, console),
        CreditsCommand::Log(args) => log(args, console),
        CreditsCommand::Rate(args) => rate(args, console),
    }
}

/// An account and what it has.
#[derive(Debug, Serialize)]
struct Balance {
    account: String,
    balance: String,
}

fn add(args: &args::AddCredits, console: &mut Console) -> Result<Exit, Failure> {
    if args.amount <= Credits::ZERO {
        return Err(Failure::Usage("add more than 0 credits".to_string()));
    }
    let mut ledger = open_or_make(&args.database)?;
    let balance = ledger.add_credits(&args.account, args.amount, args.memo.as_deref())?;
    let balance = Balance { account: args.account.clone(), balance: balance.to_string() };
    let text = match console.out_width {
        Some(_) => format!("{} has {} credits", balance.account, balance.balance),
        None => json_line(&balance)?,
    };
    console.print(&format!("{text}\n"))?;
    tell_paused(&ledger, args, console)?;
    Ok(Exit::Done)
}

/// Says which jobs of the account wait for credits.
fn tell_paused(ledger: &Ledger, args: &args::AddCredits, console: &mut Console) -> Result<(), Failure> {
    let query = JobQuery { state: Some(State::Paused), limit: 1000, ..JobQuery::default() };
    let paused = ledger.list(&query)?.jobs;
    let paused: Vec<_> = paused.iter().filter(|job| job.owner.account == args.account).collect();
    if let Some(job) = paused.first() {
        let jobs = counted(paused.len() as u64, "job is paused", "jobs are paused");
        let resume = format!("rolo jobs resume {} {} --wait", quoted(&args.database), short(ledger, job));
        console.note(&format!("{jobs}; go on with: {resume}"));
    }
    Ok(())
}

fn show(args: &args::ShowCredits, console: &mut Console) -> Result<Exit, Failure> {
    let ledger = open_if_any(&args.database)?;
    let balances = ledger.map(|ledger| ledger.balances()).transpose()?.unwrap_or_default();
    let mut rows = writer(&args.rows, &args.database, &[("account", false), ("balance", true)], console)?;
    for (account, balance) in &balances {
        let balance = Balance { account: account.clone(), balance: balance.to_string() };
        rows.push(&balance, console)?;
    }
    rows.finish(console)?;
    if balances.is_empty() {
        console.note(&format!("no account keeps credits: {FREE}"));
    }
    Ok(Exit::Done)
}

impl Row for Balance {
    fn json(&self) -> Result<String, Failure> {
        json_line(self)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        Ok(vec![self.account.clone(), self.balance.clone()])
    }
}

/// A row of the journal.
#[derive(Debug, Serialize)]
struct LogRow<'a> {
    entry: u64,
    at: String,
    account: &'a str,
    amount: String,
    batch_id: Option<String>,
    /// The number of the first item of the chunk that was paid, from 1.
    from_item: Option<u64>,
    memo: Option<&'a str>,
    #[serde(skip)]
    is_table: bool,
    #[serde(skip)]
    source: &'a Entry,
}

fn log(args: &args::LogCredits, console: &mut Console) -> Result<Exit, Failure> {
    let ledger = open_if_any(&args.database)?;
    let query = JournalQuery { account: args.account.clone(), before: None, limit: args.limit };
    let entries = ledger.as_ref().map(|ledger| ledger.journal(&query)).transpose()?.unwrap_or_default();
    let columns = [
        ("entry", true),
        ("at", false),
        ("account", false),
        ("amount", true),
        ("job", false),
        ("from_item", true),
        ("memo", false),
    ];
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let format = format_of(&args.rows, &output, console);
    let is_table = format == Format::Table;
    let mut rows = row_writer(output, format, &columns, console);
    for entry in &entries {
        rows.push(&LogRow::of(entry, is_table), console)?;
    }
    rows.finish(console)?;
    if entries.is_empty() {
        console.note(&format!("nothing was added or charged: {FREE}"));
    }
    Ok(Exit::Done)
}

impl<'a> LogRow<'a> {
    fn of(entry: &'a Entry, is_table: bool) -> Self {
        Self {
            entry: entry.entry,
            at: entry.at.to_string(),
            account: &entry.account,
            amount: entry.amount.to_string(),
            batch_id: entry.job.map(|(job, _)| job.to_string()),
            from_item: entry.job.map(|(_, first)| first + 1),
            memo: entry.memo.as_deref(),
            is_table,
            source: entry,
        }
    }
}

impl Row for LogRow<'_> {
    fn json(&self) -> Result<String, Failure> {
        json_line(self)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let mut job = self.batch_id.clone().unwrap_or_default();
        let mut at = self.at.clone();
        let mut amount = self.amount.clone();
        if self.is_table {
            job.truncate(8);
            at = minute(self.source.at);
            if self.source.amount > Credits::ZERO {
                amount.insert(0, '+');
            }
        }
        let from_item = self.from_item.map(|item| item.to_string()).unwrap_or_default();
        let (account, memo) = (self.account.to_string(), self.memo.unwrap_or_default().to_string());
        Ok(vec![self.entry.to_string(), at, account, amount, job, from_item, memo])
    }
}

/// What a record costs in a mode.
#[derive(Debug, Serialize)]
struct RateRow {
    mode: &'static str,
    base: String,
    extras: serde_json::Map<String, serde_json::Value>,
    at_most: Option<String>,
}

fn rate(args: &args::RateCredits, console: &mut Console) -> Result<Exit, Failure> {
    let ledger = match (args.mode, args.price) {
        (Some(mode), Some(price)) => {
            let ledger = open_or_make(&args.database)?;
            ledger.set_rate(mode.name(), &Rate::flat(price))?;
            Some(ledger)
        }
        _ => open_if_any(&args.database)?,
    };
    let columns = [("mode", false), ("base", true), ("at_most", true), ("extras", false)];
    let mut rows = writer(&args.rows, &args.database, &columns, console)?;
    for mode in MODES.into_iter().filter(|mode| args.mode.is_none_or(|asked| asked.name() == *mode)) {
        let rate = match &ledger {
            Some(ledger) => ledger.rate(mode)?,
            None => Rate::standard(mode),
        };
        rows.push(&RateRow::of(mode, &rate), console)?;
    }
    rows.finish(console)?;
    Ok(Exit::Done)
}

impl RateRow {
    fn of(mode: &'static str, rate: &Rate) -> Self {
        let extras = rate.extras.iter().map(|(path, price)| (path.clone(), price.to_string().into()));
        let at_most = rate.cap.map(|cap| cap.to_string());
        Self { mode, base: rate.base.to_string(), extras: extras.collect(), at_most }
    }
}

impl Row for RateRow {
    fn json(&self) -> Result<String, Failure> {
        json_line(self)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let extra = |(path, price): (&String, &serde_json::Value)| {
            format!("{} {path}", price.as_str().unwrap_or_default())
        };
        let extras: Vec<String> = self.extras.iter().map(extra).collect();
        let at_most = self.at_most.clone().unwrap_or_default();
        Ok(vec![self.mode.to_string(), self.base.clone(), at_most, extras.join(", ")])
    }
}

/// A writer of rows with these columns, and whether each holds numbers.
fn writer(
    rows: &args::Rows,
    database: &std::path::Path,
    columns: &[(&str, bool)],
    console: &Console,
) -> Result<RowWriter, Failure> {
    let output = Output::open(rows.output.as_deref(), database)?;
    let format = format_of(rows, &output, console);
    Ok(row_writer(output, format, columns, console))
}

fn row_writer(output: Output, format: Format, columns: &[(&str, bool)], console: &Console) -> RowWriter {
    let (header, right) = columns.iter().map(|&(name, number)| (name.to_string(), number)).unzip();
    RowWriter::new(output, format, header, right, console)
}
