//! A job as users see it: a line, a page, JSON.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rolo::jobs::{Counters, CsvMode, Identifier, Job, Request};
use serde::Serialize;

use super::Desk;
use crate::cli::console::{Console, DEFAULT_WIDTH, Paint, printable};
use crate::cli::failure::Failure;
use crate::cli::output::json_line;
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
    forgotten: u64,
}

impl From<Counters> for CountersJson {
    fn from(counters: Counters) -> Self {
        let Counters { found, not_found, invalid, failed, lines, forgotten } = counters;
        Self { done: counters.done(), found, not_found, invalid, failed, lines, forgotten }
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
    json_line(&json)
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
    let forgotten = job.counters.forgotten;
    fact("forgotten", &if forgotten > 0 { count(forgotten) } else { String::new() });
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

/// A time for a table: `2026-06-01 12:30`, in UTC.
pub(crate) fn minute(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A time for a page.
fn second(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use rolo::jobs::{Enrich, Environment, Ledger, NewJob, Owner, SnapshotPolicy, Transition};
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    /// A queued job of somebody else than whoever sits here.
    pub(crate) fn desk() -> (tempfile::TempDir, Desk, Job) {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("my people.parquet");
        let mut ledger = Ledger::open(&database).unwrap();
        let owner = Owner { account: "acme".to_string(), environment: Environment::Test };
        let fields =
            ["contact", "experience", "education", "skills"].map(|family| format!("{family}.\u{1b}x"));
        let new = NewJob {
            owner: owner.clone(),
            request: Request::Enrich(Enrich { by: Identifier::Email, fields: Some(fields.to_vec()) }),
            snapshot: "70a84a0730214e60a7ed4668a60067b0:1:4580d8:f0:89096be76edce53d".parse().unwrap(),
            on_snapshot_gone: SnapshotPolicy::Fail,
            chunk_size: 10,
            rate: None,
            keep_for: Duration::from_secs(60),
            active_limit: None,
        };
        let items = (0..1234).map(|n| Ok(n.to_string()));
        let job = ledger.submit(&new, &mut items.into_iter()).unwrap();
        let database = "my people.parquet".into();
        (folder, Desk { ledger, owner, database }, job)
    }

    #[test]
    fn a_job_comes_with_the_commands_that_go_on_with_it() {
        let (_folder, mut desk, job) = desk();
        let (mut console, shown) = Console::captured(80, Paint::none());
        print(&desk, &job, &mut console).unwrap();
        let short: String = job.id.to_string().chars().take(6).collect();
        let flags = "--account acme --env test";
        let expected = format!(
            "job {short}  enrich, queued: 1,234 items\n\
             work on it  rolo jobs work 'my people.parquet' {short} {flags}\n\
             watch it    rolo jobs show 'my people.parquet' {short} {flags} --follow\n"
        );
        assert_eq!(shown.text(), expected);
        let job = desk.ledger.change(job.id, Transition::Cancel).unwrap();
        // Nothing was done, so there is nothing to get.
        assert!(desk.next(&job).is_empty());
    }

    #[test]
    fn a_page_fits_the_screen_and_leaves_out_what_is_not_known() {
        let (_folder, desk, job) = desk();
        for width in [40, 80] {
            let (console, _) = Console::captured(width, Paint::none());
            let page = page(&desk, &job, &console);
            let facts: Vec<&str> = page.lines().filter(|line| line.starts_with("  ")).collect();
            assert!(facts.iter().all(|line| line.width() <= width), "{page}");
            assert!(page.contains("  items       1,234, 1,234 to do\n"), "{page}");
            assert!(page.contains("  owner       acme, test\n"), "{page}");
            assert!(
                !page.contains("message") && !page.contains("ended") && !page.contains('\u{1b}'),
                "{page}"
            );
        }
    }

    #[test]
    fn json_has_our_words_and_amounts_as_text() {
        let (_folder, _, job) = desk();
        let value: serde_json::Value = serde_json::from_str(&json(&job, true).unwrap()).unwrap();
        assert_eq!((value["status"].as_str(), value["charged"].as_str()), (Some("queued"), Some("0")));
        assert_eq!(value["request"]["by"], "email");
        assert!(value["message"].is_null() && value["finished_at"].is_null());
        assert!(!json(&job, false).unwrap().contains("request"));
    }
}
