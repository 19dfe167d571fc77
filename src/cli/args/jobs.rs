//! `rolo jobs`: its commands and their flags, but for those of `submit`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{ReportFormat, Rows, Submit, seconds};

const JOBS_EXAMPLES: &str = "\
Examples:
  rolo jobs submit enrich people.parquet -i urls.txt --wait -o found.jsonl.gz
  rolo jobs submit search people.parquet -f @filter.json
  rolo jobs work people.parquet
  rolo jobs list people.parquet
  rolo jobs download people.parquet 3f2a91 -o found.csv

A job is kept beside the people, in people.parquet.jobs, until it is pruned.
Kill a worker at any time: what it committed stays, the rest is done by the
next one, and every result line is there once. An ID may be shortened to any
beginning that is unique. docs/cli.md says more.";

#[derive(Debug, Args)]
#[command(after_help = JOBS_EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Jobs {
    #[command(subcommand)]
    pub(crate) command: JobsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// Hand in a job; the people as they are now will answer it
    Submit(Submit),
    /// List jobs, the newest first
    List(ListJobs),
    /// Print how far a job is
    Show(ShowJob),
    /// Print items of a job: what was submitted, and how each ended
    Items(Items),
    /// Write out the results of a job
    Download(Download),
    /// Stop a job; what is done stays
    Cancel(Cancel),
    /// Let a paused or failed job go on where it stopped
    Resume(GoOn),
    /// Try the items again that failed for a reason that may pass
    Retry(GoOn),
    /// Work on jobs until none is left; in as many processes as you like
    Work(Work),
    /// Remove jobs that ended and were kept long enough
    Prune(Prune),
}

/// Whose jobs. Those of others do not exist for a command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Whose")]
pub(crate) struct Whose {
    /// The account
    #[arg(long, value_name = "NAME", default_value = "local")]
    pub(crate) account: String,
    /// The account's environment: test jobs cost nothing, and live ones do not see them
    #[arg(long, value_enum, value_name = "live|test", default_value_t = Env::Live, hide_possible_values = true)]
    pub(crate) env: Env,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Env {
    Live,
    Test,
}

/// A job of somebody.
#[derive(Debug, Args)]
pub(crate) struct OneJob {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// The job: its id, or any beginning that is unique
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) whose: Whose,
}

const LIST_EXAMPLES: &str = "\
Examples:
  rolo jobs list people.parquet
  rolo jobs list people.parquet --status completed --created-after 2026-06-01
  rolo jobs list people.parquet --format jsonl | jq -r .batch_id

Where there are more, the last line on standard error has the cursor of the
next page.";

#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct ListJobs {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Only jobs that are queued, running, paused, completed, failed or cancelled
    #[arg(long, value_name = "STATE")]
    pub(crate) status: Option<rolo::jobs::State>,
    /// Only jobs of that day (UTC) and later ones
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = start_of_day)]
    pub(crate) created_after: Option<jiff::Timestamp>,
    /// At most N jobs, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) limit: u64,
    /// Leave out the N newest
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: u64,
    /// Go on behind this job, the last of the page before
    #[arg(long, value_name = "ID")]
    pub(crate) cursor: Option<String>,
    #[command(flatten)]
    pub(crate) rows: Rows,
    #[command(flatten)]
    pub(crate) whose: Whose,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  rolo jobs show people.parquet 3f2a91
  rolo jobs show people.parquet 3f2a91 --follow
  rolo jobs show people.parquet 3f2a91 --format json | jq .counters";

#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ShowJob {
    #[command(flatten)]
    pub(crate) job: OneJob,
    /// Watch it until it ends or pauses
    #[arg(long)]
    pub(crate) follow: bool,
    /// How to print [default: table on a terminal, else json]
    #[arg(long, value_enum, value_name = "FORMAT", hide_default_value = true)]
    pub(crate) format: Option<ReportFormat>,
}

const ITEMS_EXAMPLES: &str = "\
Examples:
  rolo jobs items people.parquet 3f2a91
  rolo jobs items people.parquet 3f2a91 --outcome failed
  rolo jobs items people.parquet 3f2a91 17 --format json

Where there are more, the last line on standard error has the cursor of the
next page.";

#[derive(Debug, Args)]
#[command(after_help = ITEMS_EXAMPLES)]
pub(crate) struct Items {
    #[command(flatten)]
    pub(crate) job: OneJob,
    /// One item, by its number from 1
    #[arg(value_name = "ITEM", value_parser = clap::value_parser!(u64).range(1..), conflicts_with_all = ["cursor", "limit", "outcome"])]
    pub(crate) item: Option<u64>,
    /// Go on where the page before ended
    #[arg(long, value_name = "C")]
    pub(crate) cursor: Option<String>,
    /// At most N items, 1 to 50
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) limit: u32,
    /// Only items that ended so; pending: not yet
    #[arg(long, value_enum, value_name = "OUTCOME")]
    pub(crate) outcome: Option<ItemOutcome>,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum ItemOutcome {
    Found,
    NotFound,
    Invalid,
    Failed,
    Pending,
    Forgotten,
}

const DOWNLOAD_EXAMPLES: &str = "\
Examples:
  rolo jobs download people.parquet 3f2a91 -o found.jsonl.gz
  rolo jobs download people.parquet 3f2a91 -o found.parquet
  rolo jobs download people.parquet 3f2a91 --partial | jq .internal_id

Lines are in the order of the items. Exit code 3: with --partial, not all items
are done.";

#[derive(Debug, Args)]
#[command(after_help = DOWNLOAD_EXAMPLES)]
pub(crate) struct Download {
    #[command(flatten)]
    pub(crate) job: OneJob,
    /// Write to FILE instead of standard output; it appears only when complete
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// jsonl, jsonl.gz, json, csv or parquet [default: by the ending of FILE, else jsonl]
    #[arg(long, value_enum, value_name = "FORMAT", hide_default_value = true, hide_possible_values = true)]
    pub(crate) format: Option<ResultFormat>,
    /// Write what is there, though the job has not ended
    #[arg(long)]
    pub(crate) partial: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResultFormat {
    Jsonl,
    #[value(name = "jsonl.gz", alias = "gzip")]
    Gzip,
    Json,
    Csv,
    Parquet,
}

const CANCEL_EXAMPLES: &str = "\
Examples:
  rolo jobs cancel people.parquet 3f2a91

What is done stays, and `rolo jobs download --partial` writes it.";

#[derive(Debug, Args)]
#[command(after_help = CANCEL_EXAMPLES)]
pub(crate) struct Cancel {
    #[command(flatten)]
    pub(crate) job: OneJob,
}

const GO_ON_EXAMPLES: &str = "\
Examples:
  rolo jobs resume people.parquet 3f2a91 --wait
  rolo jobs retry people.parquet 3f2a91

What is done is not done again, and not charged again.";

#[derive(Debug, Args)]
#[command(after_help = GO_ON_EXAMPLES)]
pub(crate) struct GoOn {
    #[command(flatten)]
    pub(crate) job: OneJob,
    /// Work on the job here, until it ends
    #[arg(long)]
    pub(crate) wait: bool,
}

const WORK_EXAMPLES: &str = "\
Examples:
  rolo jobs work people.parquet
  rolo jobs work people.parquet 3f2a91 --threads 2
  rolo jobs work people.parquet --forever

Ctrl-C finishes the chunk that is being committed and gives the others back.
What a dead worker held is taken over: at once on the machine where it ran,
else when its lease is over.";

#[derive(Debug, Args)]
#[command(after_help = WORK_EXAMPLES)]
pub(crate) struct Work {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Only this job: its id, or any beginning that is unique [default: everybody's, the oldest first]
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Wait for further jobs, until Ctrl-C
    #[arg(long)]
    pub(crate) forever: bool,
    /// A chunk is this worker's for so long after it was last heard of
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) lease: Duration,
    #[command(flatten)]
    pub(crate) whose: Whose,
}

const PRUNE_EXAMPLES: &str = "\
Examples:
  rolo jobs prune people.parquet

Removed is what ended more than --keep DAYS ago, said when it was submitted.
The log of credits stays.";

#[derive(Debug, Args)]
#[command(after_help = PRUNE_EXAMPLES)]
pub(crate) struct Prune {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
}

/// The first instant of a day, in UTC.
fn start_of_day(text: &str) -> Result<jiff::Timestamp, String> {
    let wrong = || format!("{text:?} is no day; write it as 2026-06-01");
    // A shorter or longer text is a date in another spelling.
    let date: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    if text.len() != "2026-06-01".len() {
        return Err(wrong());
    }
    date.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|_| wrong())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::cli::args::{Cli, Command};

    pub(crate) fn parse(line: &str) -> Result<JobsCommand, String> {
        let words = line.split_whitespace().map(Into::into);
        let (Cli { command, .. }, _) = crate::cli::parse(words).map_err(|error| error.to_string())?;
        match command {
            Command::Jobs(jobs) => Ok(jobs.command),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn pages_have_the_contracts_sizes() {
        for (limit, fits) in [(0, false), (1, true), (1000, true), (1001, false)] {
            assert_eq!(parse(&format!("rolo jobs list db --limit {limit}")).is_ok(), fits, "{limit}");
        }
        for (limit, fits) in [(0, false), (1, true), (50, true), (51, false)] {
            assert_eq!(parse(&format!("rolo jobs items db 3f --limit {limit}")).is_ok(), fits, "{limit}");
        }
        let Ok(JobsCommand::Items(items)) = parse("rolo jobs items db 3f") else { panic!("items") };
        assert_eq!((items.limit, items.item), (20, None));
    }

    #[test]
    fn days_are_read_in_one_spelling() {
        assert_eq!(start_of_day("2026-06-01").unwrap().to_string(), "2026-06-01T00:00:00Z");
        for wrong in ["2026-6-1", "20260601", "2026-06-31", "2026-06-01T12:00", "yesterday", ""] {
            assert!(start_of_day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_state_that_does_not_exist_is_refused_with_those_that_do() {
        let error = parse("rolo jobs list db --status done").unwrap_err();
        assert!(error.contains("queued, running, paused, completed, failed, cancelled"), "{error}");
    }
}
