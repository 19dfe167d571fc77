//! `rolo jobs submit`: the kinds of jobs and their flags.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::{Switch, Whose};

const SUBMIT_EXAMPLES: &str = "\
Examples:
  rolo jobs submit search people.parquet -f @filter.json
  rolo jobs submit enrich people.parquet -i urls.txt --wait -o found.jsonl.gz
  rolo jobs submit people people.parquet -i requests.jsonl
  rolo jobs submit csv people.parquet -i emails.csv --mode basic";

#[derive(Debug, Args)]
#[command(after_help = SUBMIT_EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Submit {
    #[command(subcommand)]
    pub(crate) kind: SubmitKind,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SubmitKind {
    /// All people that a filter finds
    Search(SubmitSearch),
    /// The people of a list of profile URLs or e-mail addresses
    Enrich(SubmitEnrich),
    /// The people of a list of requests, each with metadata of its own
    People(SubmitPeople),
    /// The people of a CSV with one column, of handles or e-mail addresses
    Csv(SubmitCsv),
}

/// What every submit takes.
#[derive(Debug, Args)]
pub(crate) struct Submitting {
    /// Work on the job here, until it ends
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) wait: bool,
    /// With --wait: write the results to FILE, in the format of its ending
    #[arg(short, long, value_name = "FILE", requires = "wait")]
    pub(crate) output: Option<PathBuf>,
    /// Say how many would be found and what they would cost; submit nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep the job so many days after its end
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(..=36_500))]
    pub(crate) keep: u32,
    /// If the file is replaced or compacted before the job ends: go on with the newest people, or fail
    #[arg(long, value_enum, value_name = "newest|fail", default_value_t = SnapshotGone::Newest, hide_possible_values = true)]
    pub(crate) on_snapshot_gone: SnapshotGone,
    /// Take more than the vendors do: 10,000 items or people, 10 MB of CSV
    #[arg(long)]
    pub(crate) no_caps: bool,
    #[command(flatten)]
    pub(crate) whose: Whose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SnapshotGone {
    Newest,
    Fail,
}

const SEARCH_EXAMPLES: &str = "\
Examples:
  rolo jobs submit search people.parquet -f @filter.json --max-results 500
  rolo jobs submit search people.parquet -f @filter.json --dry-run
  rolo jobs submit search people.parquet --request @body.json --wait -o out.csv

The top of the filter is a group {op, conditions}. A result line is the record,
as it was loaded, or with exactly the asked fields.";

#[derive(Debug, Args)]
#[command(after_help = SEARCH_EXAMPLES, override_usage = "rolo jobs submit search [OPTIONS] <DB> --filters JSON\n       rolo jobs submit search [OPTIONS] <DB> --request JSON", group = ArgGroup::new("asked").required(true))]
pub(crate) struct SubmitSearch {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// The filter: JSON, @FILE, or `-` for standard input
    #[arg(short, long, alias = "filter", value_name = "JSON", allow_hyphen_values = true, group = "asked")]
    pub(crate) filters: Option<String>,
    /// The whole request as the vendor's API takes it: JSON, @FILE, or `-` for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true, group = "asked", conflicts_with_all = ["max_results", "fields"])]
    pub(crate) request: Option<String>,
    /// At most N people [default and most: 10,000; with --no-caps: all]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) max_results: Option<i64>,
    /// Fields to return, separated by commas [default: the records as they were loaded]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
    /// `on`: a field that does not exist, and `sorts`, find nobody, as with the vendor; `off`: they are refused
    #[arg(long, value_enum, default_value_t = Switch::On, value_name = "on|off", hide_possible_values = true, help_heading = "Compatibility")]
    pub(crate) strict_batch_quirks: Switch,
    #[command(flatten)]
    pub(crate) submitting: Submitting,
}

const ENRICH_EXAMPLES: &str = "\
Examples:
  rolo jobs submit enrich people.parquet -i urls.txt
  rolo jobs submit enrich people.parquet -i leads.csv --column email
  rolo jobs submit enrich people.parquet jane@example.com linkedin.com/in/jane
  rolo jobs submit enrich people.parquet --request \\
      '{\"business_emails\": [\"jane@example.com\"], \"fields\": \"experience\"}'

A result line is {original_identifier, internal_id, data}, for each that names
somebody; data has the asked fields, basic_profile and social_handles.";

#[derive(Debug, Args)]
#[command(after_help = ENRICH_EXAMPLES, override_usage = "rolo jobs submit enrich [OPTIONS] <DB> KEY...\n       rolo jobs submit enrich [OPTIONS] <DB> --input FILE\n       rolo jobs submit enrich [OPTIONS] <DB> --request JSON", group = ArgGroup::new("asked").required(true))]
pub(crate) struct SubmitEnrich {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Profile URLs or e-mail addresses
    #[arg(value_name = "KEY", group = "asked")]
    pub(crate) keys: Vec<String>,
    /// A list of them, one a line, or a CSV; `-` is standard input; gzip and zstd are read, too
    #[arg(short, long, value_name = "FILE", group = "asked")]
    pub(crate) input: Option<PathBuf>,
    /// The whole request as the vendor's API takes it: JSON, @FILE, or `-` for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true, group = "asked", conflicts_with_all = ["by", "column", "fields", "chunk_size"])]
    pub(crate) request: Option<String>,
    /// The CSV's column with the keys [default: found by name and content]
    #[arg(long, value_name = "NAME", conflicts_with = "keys")]
    pub(crate) column: Option<String>,
    /// What they are; `any`: what each looks like
    #[arg(long, value_enum, value_name = "url|email|any", default_value_t = By::Any, hide_possible_values = true)]
    pub(crate) by: By,
    /// Fields to return, separated by commas: leaves or whole families
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
    /// Work on and commit N items together, 10 to 1000 [default: 100]
    #[arg(long, value_name = "N")]
    pub(crate) chunk_size: Option<u32>,
    #[command(flatten)]
    pub(crate) submitting: Submitting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    Url,
    Email,
    Any,
}

const PEOPLE_EXAMPLES: &str = "\
Examples:
  rolo jobs submit people people.parquet -i requests.jsonl --wait -o out.jsonl
  rolo jobs submit people people.parquet --request \\
      '[{\"metadata\": 7, \"professionalSocialMediaUrl\": \"linkedin.com/in/jane\"}]'

A request has personId, pdlId or professionalSocialMediaUrl, which are tried in
this order, and metadata, which comes back with its line. Every request has a
line.";

#[derive(Debug, Args)]
#[command(after_help = PEOPLE_EXAMPLES, override_usage = "rolo jobs submit people [OPTIONS] <DB> --input FILE\n       rolo jobs submit people [OPTIONS] <DB> --request JSON", group = ArgGroup::new("asked").required(true))]
pub(crate) struct SubmitPeople {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Requests, one a line; `-` is standard input; gzip and zstd are read, too
    #[arg(short, long, value_name = "FILE", group = "asked")]
    pub(crate) input: Option<PathBuf>,
    /// The requests as the vendor's API takes them, a list: JSON, @FILE, or `-` for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true, group = "asked")]
    pub(crate) request: Option<String>,
    /// Fields to return, separated by commas [default: the records as they were loaded]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
    #[command(flatten)]
    pub(crate) submitting: Submitting,
}

const CSV_EXAMPLES: &str = "\
Examples:
  rolo jobs submit csv people.parquet -i emails.csv --mode basic
  rolo jobs submit csv people.parquet -i handles.csv --mode full \\
      --platform twitter --wait -o full.csv

Modes: raw and full take handles, basic and advanced e-mail addresses; raw and
basic return a person's names, profile and handles, full and advanced the
record as it was loaded. Every row has a result line {input_value, status,
enrichment_data}, also one that stands there twice.";

#[derive(Debug, Args)]
#[command(after_help = CSV_EXAMPLES)]
pub(crate) struct SubmitCsv {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// A CSV of one column, with or without a header; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// What the column holds, and how much of a record comes back
    #[arg(long, value_enum, value_name = "raw|full|basic|advanced", hide_possible_values = true)]
    pub(crate) mode: Mode,
    /// The network of bare user names: instagram, youtube, tiktok, twitter, twitch, onlyfans, or any other that rolo knows
    #[arg(long, value_name = "NAME")]
    pub(crate) platform: Option<String>,
    /// A JSON object that you want to read again with the job
    #[arg(long, value_name = "JSON")]
    pub(crate) metadata: Option<String>,
    /// Fields to return instead of those of the mode, separated by commas
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
    #[command(flatten)]
    pub(crate) submitting: Submitting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    Raw,
    Full,
    Basic,
    Advanced,
}

#[cfg(test)]
mod tests {
    use crate::cli::args::jobs::tests::parse;

    #[test]
    fn a_submit_says_what_is_asked_for_in_one_way_only() {
        assert!(parse("rolo jobs submit search db -f {}").is_ok());
        assert!(parse("rolo jobs submit search db --request - --dry-run").is_ok());
        for refused in [
            "search db",
            "search db -f {} --request {}",
            "search db --request {} --fields skills",
            "search db --request {} --max-results 5",
            "enrich db",
            "enrich db key -i list.txt",
            "enrich db --request {} --by email",
            "enrich db --request {} --chunk-size 10",
            "people db",
            "people db -i a.jsonl --request []",
            "csv db -i a.csv",
            "csv db --mode raw",
        ] {
            assert!(parse(&format!("rolo jobs submit {refused}")).is_err(), "{refused}");
        }
    }

    #[test]
    fn results_go_to_a_file_only_with_wait() {
        let output = parse("rolo jobs submit enrich db key -o found.csv").unwrap_err();
        assert!(output.contains("--wait"), "{output}");
        assert!(parse("rolo jobs submit enrich db key --wait -o found.csv").is_ok());
        assert!(parse("rolo jobs submit enrich db key --wait --dry-run").is_err());
    }
}
