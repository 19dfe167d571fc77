//! A job as users see it: a line, a page, a row, JSON.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rolo::jobs::{Counters, CsvMode, Identifier, Job, Request};
use serde::Serialize;

use super::Desk;
use crate::cli::console::{Console, DEFAULT_WIDTH, Paint, printable};
use crate::cli::failure::Failure;
use crate::cli::output::Row;
use crate::cli::table::wrap;
use crate::cli::units::{count, counted};

/// Columns of a page's names.
const NAMES: usize = 12;

/// A job as JSON.
#[derive(Debug, Serialize)]
struct JobJson<'a> {
    batch_id: String,
    status: &'static str,
    kind: &'static str,
    mode: &'static str,
    items: u64,
    counters: CountersJson,
    charged: String,
    message: Option<&'a str>,
    account: &'a str,
    environment: &'static str,
    created_at: String,
    started_at: Option<String>,
    finished_at: Option<String>,
    expires_at: Option<String>,
    chunk_size: u32,
    snapshot: String,
    answered_from: Option<String>,
    on_snapshot_gone: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a Request>,
}

/// How the items of a job ended.
#[derive(Debug, Serialize)]
struct CountersJson {
    done: u64,
    found: u64,
    not_found: u64,
    invalid: u64,
    failed: u64,
    lines: u64,
}

impl From<Counters> for CountersJson {
    fn from(counters: Counters) -> Self {
        let Counters { found, not_found, invalid, failed, lines } = counters;
        Self { done: counters.done(), found, not_found, invalid, failed, lines }
    }
}

/// A job as one JSON object on one line; with what it was asked for, or without.
pub(super) fn json(job: &Job, with_request: bool) -> Result<String, Failure> {
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let json = JobJson {
        batch_id: job.id.to_string(),
        status: job.state.name(),
        kind: job.request.kind(),
        mode: job.request.mode(),
        items: job.items,
        counters: job.counters.into(),
        charged: job.charged.to_string(),
        message: job.message.as_deref(),
        account: &job.owner.account,
        environment: job.owner.environment.name(),
        created_at: job.created_at.to_string(),
        started_at: moment(job.started_at),
        finished_at: moment(job.finished_at),
        expires_at: moment(job.expires_at),
        chunk_size: job.chunk_size,
        snapshot: job.snapshot.to_string(),
        answered_from: job.answered_from.map(|name| name.to_string()),
        on_snapshot_gone: job.on_snapshot_gone.name(),
        request: with_request.then_some(&job.request),
    };
    serde_json::to_string(&json).map_err(|error| Failure::Failed(format!("internal error: {error}")))
}

/// Prints a job and what can be done next: a few lines on a terminal, else one line of JSON.
pub(super) fn print(desk: &Desk, job: &Job, console: &mut Console) -> Result<(), Failure> {
    let paint = console.out_paint;
    let message = job.message.as_deref().map(|message| format!("{}\n", printable(message)));
    let text = if console.out_width.is_some() {
        format!("{}{}{}", headline(desk, job, paint), message.unwrap_or_default(), next(desk, job, paint))
    } else {
        json(job, false)? + "\n"
    };
    console.print(&text)
}

/// Prints a job where what is wrong and what can be done is said otherwise.
pub(super) fn print_end(desk: &Desk, job: &Job, console: &mut Console) -> Result<(), Failure> {
    let text = match console.out_width {
        Some(_) => headline(desk, job, console.out_paint),
        None => json(job, false)? + "\n",
    };
    console.print(&text)
}

/// `job 3f2a91  enrich, completed: 2,000 items, 1,950 found, 50 not found`.
pub(super) fn headline(desk: &Desk, job: &Job, paint: Paint) -> String {
    let mut text = format!(
        "{}  {}, {}: {}",
        paint.bold(&format!("job {}", desk.short(job))),
        job.request.kind(),
        job.state,
        counted(job.items, "item", "items")
    );
    for (number, what) in ended(&job.counters) {
        text.push_str(&format!(", {} {what}", count(number)));
    }
    if job.rate.is_some() {
        text.push_str(&format!(", {} credits", job.charged));
    }
    text + "\n"
}

/// How items ended, as far as any did.
fn ended(counters: &Counters) -> impl Iterator<Item = (u64, &'static str)> {
    let Counters { found, not_found, invalid, failed, .. } = *counters;
    let all = [(found, "found"), (not_found, "not found"), (invalid, "invalid"), (failed, "failed")];
    all.into_iter().filter(|&(number, _)| number > 0)
}

/// What to type next.
fn next(desk: &Desk, job: &Job, paint: Paint) -> String {
    let next = desk.next(job);
    let widest = next.iter().map(|(why, _)| why.len()).max().unwrap_or(0);
    let line = |(why, command): &(&str, String)| {
        format!("{}  {}\n", paint.dim(&format!("{why:<widest$}")), printable(command))
    };
    next.iter().map(line).collect()
}

/// A job as a page.
pub(super) fn page(desk: &Desk, job: &Job, console: &Console) -> String {
    let paint = console.out_paint;
    let mut text = format!("{}\n", paint.bold(&format!("job {}", job.id)));
    let room = console.out_width.unwrap_or(DEFAULT_WIDTH).saturating_sub(NAMES + 2).max(NAMES);
    let mut fact = |name: &str, value: &str| {
        if !value.is_empty() {
            let value = wrap(value, room).join(&format!("\n{}", " ".repeat(NAMES + 2)));
            text.push_str(&format!("  {}{value}\n", paint.dim(&format!("{name:<NAMES$}"))));
        }
    };
    fact("status", job.state.name());
    fact("message", job.message.as_deref().unwrap_or_default());
    fact("does", &does(&job.request));
    let open = job.items - job.counters.done().min(job.items);
    let open = if open > 0 { format!(", {} to do", count(open)) } else { String::new() };
    fact("items", &format!("{}{open}", count(job.items)));
    for (number, what) in ended(&job.counters) {
        fact(what, &count(number));
    }
    fact("lines", &count(job.counters.lines));
    fact("charged", &charged(job));
    fact("submitted", &second(job.created_at));
    fact("started", &job.started_at.map(second).unwrap_or_default());
    fact("ended", &job.finished_at.map(second).unwrap_or_default());
    fact("kept until", &job.expires_at.map(second).unwrap_or_default());
    fact("owner", &format!("{}, {}", job.owner.account, job.owner.environment.name()));
    fact("snapshot", &snapshot(job));
    text + &next(desk, job, paint)
}

fn charged(job: &Job) -> String {
    if job.rate.is_some() { format!("{} credits", job.charged) } else { "nothing".to_string() }
}

fn snapshot(job: &Job) -> String {
    match job.answered_from {
        Some(newer) => format!("{}, which is gone; answered from {newer}", job.snapshot),
        None => job.snapshot.to_string(),
    }
}

/// What a job was asked to do, in words.
fn does(request: &Request) -> String {
    let (what, fields) = match request {
        Request::Search(search) => {
            (format!("search for at most {} people", count(search.max_results)), &search.fields)
        }
        Request::Enrich(enrich) => {
            let by = match enrich.by {
                Identifier::Url => "profile URLs",
                Identifier::Email => "e-mail addresses",
                Identifier::Any => "profile URLs, e-mail addresses and other keys",
            };
            (format!("enrich {by}"), &enrich.fields)
        }
        Request::People(people) => ("enrich requests with metadata".to_string(), &people.fields),
        Request::Csv(csv) => {
            let cells = match csv.mode {
                CsvMode::Raw | CsvMode::Full => "handles",
                CsvMode::Basic | CsvMode::Advanced => "e-mail addresses",
            };
            (format!("enrich a CSV of {cells}, mode {}", request.mode()), &csv.fields)
        }
    };
    match fields {
        Some(fields) => format!("{what}; fields {}", fields.join(", ")),
        None => what,
    }
}

/// A job as a row: of a table with short names, or of a CSV with all.
pub(super) struct JobRow<'a> {
    pub(super) job: &'a Job,
    /// Its short id, where rows are those of a table.
    pub(super) short: Option<String>,
}

/// Columns of a table of jobs, and whether each holds numbers.
pub(super) const TABLE: [(&str, bool); 8] = [
    ("id", false),
    ("kind", false),
    ("status", false),
    ("items", true),
    ("done", true),
    ("found", true),
    ("credits", true),
    ("submitted (UTC)", false),
];
/// Columns of a CSV of jobs.
pub(super) const CSV: [&str; 15] = [
    "batch_id",
    "kind",
    "status",
    "items",
    "done",
    "found",
    "not_found",
    "invalid",
    "failed",
    "lines",
    "charged",
    "created_at",
    "started_at",
    "finished_at",
    "message",
];

impl Row for JobRow<'_> {
    fn json(&self) -> Result<String, Failure> {
        json(self.job, false)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let Job { request, state, counters, .. } = self.job;
        let (kind, status) = (request.kind().to_string(), state.name().to_string());
        if let Some(short) = &self.short {
            let numbers = [self.job.items, counters.done(), counters.found].map(count);
            let charged = self.job.rate.as_ref().map(|_| self.job.charged.to_string()).unwrap_or_default();
            let rest = [charged, minute(self.job.created_at)];
            return Ok([short.clone(), kind, status].into_iter().chain(numbers).chain(rest).collect());
        }
        let Counters { found, not_found, invalid, failed, lines } = *counters;
        let numbers = [self.job.items, counters.done(), found, not_found, invalid, failed, lines];
        let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let rest = [
            self.job.charged.to_string(),
            self.job.created_at.to_string(),
            moment(self.job.started_at),
            moment(self.job.finished_at),
            self.job.message.clone().unwrap_or_default(),
        ];
        let numbers = numbers.map(|number| number.to_string());
        Ok([self.job.id.to_string(), kind, status].into_iter().chain(numbers).chain(rest).collect())
    }
}

/// A time for a table: `2026-06-01 12:30`, in UTC.
pub(crate) fn minute(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A time for a page.
fn second(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
