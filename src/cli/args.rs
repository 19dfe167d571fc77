//! Every command and every flag, defined once: parsing and help come from here.

mod accounts;
mod jobs;
#[cfg(feature = "sql")]
mod sql;
mod submit;
mod upkeep;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rolo::engine::Cursor;

pub(crate) use accounts::*;
pub(crate) use jobs::*;
#[cfg(feature = "sql")]
pub(crate) use sql::*;
pub(crate) use submit::*;
pub(crate) use upkeep::*;

const TOP_EXAMPLES: &str = "\
Start here:
  rolo demo                                  all of it, on invented people
  rolo load people.parquet people.jsonl      records into one file
  rolo get people.parquet jane@example.com   one person
  rolo search people.parquet -f @filter.json everybody whom a filter finds
  rolo enrich people.parquet -i leads.csv --append -o enriched.csv
  rolo people.parquet                        a shell: SQL, and .help
  rolo jobs submit enrich people.parquet -i urls.txt --wait -o found.jsonl.gz

Exit codes:
  0    done, also when nobody was found
  1    failed
  2    a wrong flag, key, field, filter, statement or request
  3    finished, some records were rejected or items failed
  4    a damaged or foreign file
  5    another writer holds the file
  130  interrupted";

/// One file of people: load records, look people up, enrich lists. The file is also a plain Parquet file.
#[derive(Debug, Parser)]
#[command(name = "rolo", version, after_help = TOP_EXAMPLES, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Common {
    /// No progress, no summary, only results and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Use colours; `auto`: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: When,
    /// Work on at most N threads [default: one for each core]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load records into a database file; creates the file or adds to it
    Load(Load),
    /// Print the people that keys name
    Get(Get),
    /// Find people with a filter: a tree of conditions in JSON
    Search(Search),
    /// Values of a field for what somebody typed so far, the most frequent first
    Suggest(Suggest),
    /// Ask in SQL: people, and the elements of each of their arrays, are tables
    #[cfg(feature = "sql")]
    Sql(Sql),
    /// Write people, or the rows of a query, to a file
    #[cfg(feature = "sql")]
    Export(Export),
    /// Look up a list of keys, or add columns to a CSV of leads
    Enrich(Enrich),
    /// Batches that survive crashes: submit, work, watch, download
    Jobs(Jobs),
    /// Credits of accounts, and what jobs cost
    Credits(Credits),
    /// Keys of the clients of a server
    Keys(ApiKeys),
    /// See all of this work on invented people, in a folder of its own
    Demo(Demo),
    /// List people who share an e-mail address, a profile, a phone number or an id
    Duplicates(Duplicates),
    /// Write a file anew without dead bytes, in the old one's place
    Compact(Compact),
    /// Take people out of a file and its jobs, and keep them from coming back
    Forget(Forget),
    /// Copy a file and its jobs, as of one instant, while others use them
    Backup(Backup),
    /// Say what is in a file: people, segments, bytes
    Info(Info),
    /// Print where each part of a file lies
    Inspect(Inspect),
    /// Check every byte of a file against its checksums, and every index against the records
    Verify(Verify),
    /// Print the man page, or completions for a shell
    Generate(Generate),
}

const GENERATE_EXAMPLES: &str = "\
Examples:
  rolo generate man | man -l -
  rolo generate man -o ~/.local/share/man/man1
  rolo generate bash -o ~/.local/share/bash-completion/completions
  rolo generate zsh > \"${fpath[1]}/_rolo\"
  rolo generate fish -o ~/.config/fish/completions";

#[derive(Debug, Args)]
#[command(after_help = GENERATE_EXAMPLES)]
pub(crate) struct Generate {
    /// What to print
    #[arg(value_enum, value_name = "man|bash|zsh|fish", hide_possible_values = true)]
    pub(crate) kind: Generated,
    /// Write into this folder: of man pages one for each command
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
}

/// What can be made of the definitions of the flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Generated {
    Man,
    Bash,
    Zsh,
    Fish,
}

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Jsonl,
    Json,
    Csv,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Table,
    Json,
}

/// Where rows go, and how.
#[derive(Debug, Args)]
pub(crate) struct Rows {
    /// Write to FILE instead of standard output; it appears only when complete
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How to print [default: by the ending of FILE, else table on a terminal, else jsonl]
    #[arg(long, value_enum, value_name = "FORMAT", hide_default_value = true)]
    pub(crate) format: Option<Format>,
}

const LOAD_EXAMPLES: &str = "\
Examples:
  rolo load people.parquet people.jsonl
  rolo load people.parquet part-*.jsonl.gz --rejects rejects.jsonl
  rolo load people.parquet people.jsonl --dry-run
  rolo load people.parquet changed.jsonl --on-duplicate replace
  curl -s https://example.com/people.jsonl.zst | rolo load people.parquet -

An input is JSON lines, a JSON array or {\"data\": [...]}; plain, gzip or zstd.
All inputs become one commit: after an error or Ctrl-C nothing was loaded.
Exit code 3: loaded, but some records were rejected.";

#[derive(Debug, Args)]
#[command(after_help = LOAD_EXAMPLES)]
pub(crate) struct Load {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Files of records: JSON, CSV or Parquet; `-` is standard input
    #[arg(value_name = "INPUT", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// What the records are: person, pdl-v4, pdl-v5, crustdata or table [default: recognised]
    #[arg(long, value_name = "NAME", conflicts_with = "map")]
    pub(crate) source: Option<String>,
    /// Read the records through the mapping in FILE (docs/mapping.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Country of phone numbers without country code, for records of other sources: DE, GB, US ...
    #[arg(long, value_name = "CODE")]
    pub(crate) country: Option<String>,
    /// A record of a person who is there already: reject it, put it in the place of the old one, or keep the old one
    #[arg(long, value_enum, default_value_t = OnDuplicate::Reject, value_name = "WHAT")]
    pub(crate) on_duplicate: OnDuplicate,
    /// People with the same key at PATH are the same person: an e-mail address, a profile URL, an id of some source [default: the
    /// person id]
    #[arg(long, value_name = "PATH")]
    pub(crate) key: Option<String>,
    /// Reject a record with a value of the wrong type, instead of leaving that column null
    #[arg(long)]
    pub(crate) strict: bool,
    /// At the first rejected record: go on, or stop and load nothing
    #[arg(long, value_enum, default_value_t = OnError::Continue, value_name = "WHAT")]
    pub(crate) on_error: OnError,
    /// Read and check everything, say what a load would do, and load nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write rejected records to FILE as JSON lines: input, line, path, value, reason, record
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// `json`: print the report to standard output
    #[arg(long, value_enum, default_value_t = ReportFormat::Table, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnDuplicate {
    Reject,
    Replace,
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnError {
    Continue,
    Stop,
}

/// Keys on the command line. Their order is in the matches.
#[derive(Debug, Args)]
pub(crate) struct Keys {
    /// Profile URL, e-mail or its SHA-256 or MD5, +phone, network:name, person id or source:id
    #[arg(value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    /// A person id, or source:id
    #[arg(long, value_name = "ID", help_heading = "Keys")]
    pub(crate) id: Vec<String>,
    /// A profile URL in any spelling
    #[arg(long, value_name = "URL", help_heading = "Keys")]
    pub(crate) url: Vec<String>,
    /// An e-mail address
    #[arg(long, value_name = "ADDRESS", help_heading = "Keys")]
    pub(crate) email: Vec<String>,
    /// SHA-256 or MD5 of an e-mail address, in hexadecimal
    #[arg(long, value_name = "HASH", help_heading = "Keys")]
    pub(crate) email_hash: Vec<String>,
    /// A phone number
    #[arg(long, value_name = "NUMBER", help_heading = "Keys")]
    pub(crate) phone: Vec<String>,
    /// A user name on a network, as network:name
    #[arg(long, value_name = "HANDLE", help_heading = "Keys")]
    pub(crate) handle: Vec<String>,
}

const GET_EXAMPLES: &str = "\
Examples:
  rolo get people.parquet https://www.linkedin.com/in/jane-doe
  rolo get people.parquet jane@example.com github:janedoe 14540
  rolo get people.parquet --phone '(415) 555-0123' --format json
  rolo get people.parquet --as source jane@example.com > jane.json
  rolo get people.parquet --as pdl-v4 --titlecase linkedin:jane-doe

A key that names nobody is said on standard error; the exit code stays 0.";

#[derive(Debug, Args)]
#[command(after_help = GET_EXAMPLES)]
pub(crate) struct Get {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    #[command(flatten)]
    pub(crate) keys: Keys,
    /// The record in the person schema, byte for byte as it was loaded, or as a vendor has it
    #[arg(long = "as", value_enum, default_value_t = View::Person, value_name = "VIEW")]
    pub(crate) view: View,
    /// With `--as pdl-v4` or `pdl-v5`: a capital at the beginning of each word
    #[arg(long)]
    pub(crate) titlecase: bool,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum View {
    Person,
    Source,
    Crustdata,
    PdlV4,
    PdlV5,
}

const SEARCH_EXAMPLES: &str = "\
Examples:
  rolo search people.parquet -f \\
      '{\"field\": \"basic_profile.location.country\", \"type\": \"=\", \"value\": \"Germany\"}'
  rolo search people.parquet -f @filter.json --count
  rolo search people.parquet -f @filter.json --fields basic_profile.name,skills -o found.csv
  rolo search people.parquet -f @filter.json --matched --limit 20
  rolo search people.parquet -f @filter.json --limit 100 \\
      --sort professional_network.connections:desc,basic_profile.name
  rolo search people.parquet -f @filter.json \\
      --facets basic_profile.location.country,experience.employment_details.title
  rolo search people.parquet -f @filter.json --explain=analyze
  rolo search people.parquet -f @filter.json --to-sql duckdb | duckdb

A filter is a condition {field, type, value} or a group {op, conditions}:
  op      and, or, all_of
  type    =  !=  <  =<  >  =>  in  not_in  has_all  is_null  is_not_null
          (.) has all these words   [.] has this phrase   (!) has it not
          geo_distance  geo_exclude: {\"location\": \"Berlin\", \"distance\": 50}
  field   docs/person-schema.md marks those that can be filtered
Conditions of one `and` on one array hold on one element of it: title X and
company Y mean X at Y. docs/filters.md and docs/same-element.md say all of it.

A page of --limit people says how the next one is asked for: with --cursor and the
same filter and order. It goes on where it was, whatever was loaded since.
Without --fields, JSON lines have the records
as they were loaded, a table or CSV what people are known by.";

#[derive(Debug, Args)]
#[command(after_help = SEARCH_EXAMPLES)]
pub(crate) struct Search {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// The filter: JSON, @FILE, or `-` for standard input
    #[arg(short, long, alias = "filter", value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) filters: String,
    /// Fields to return, separated by commas: leaves, branches or whole families
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
    /// At most N people [default: all]; with --facets N values of each field [default: 10]
    #[arg(short, long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// The order: paths, each with `:desc` to descend; nulls last [default: by person id]
    #[arg(short, long, value_name = "PATH[:desc],..")]
    pub(crate) sort: Option<String>,
    /// Go on where another page of the same search ended
    #[arg(long, value_name = "CURSOR")]
    pub(crate) cursor: Option<Cursor>,
    /// Leave out, after the page is drawn, whom FILE lists: a profile URL, another key or a whole name a line
    #[arg(long, value_name = "FILE")]
    pub(crate) exclude: Option<PathBuf>,
    /// Print how many people are found, and nothing else
    #[arg(long, conflicts_with_all = ["fields", "matched", "explain", "limit", "sort", "cursor", "exclude"])]
    pub(crate) count: bool,
    /// Print, in place of the people, how many of them have each value of these fields (at most ten)
    #[arg(long, value_name = "PATH,..", value_delimiter = ',', conflicts_with_all = ["count", "fields", "matched", "explain", "sort", "cursor", "exclude"])]
    pub(crate) facets: Option<Vec<String>>,
    /// Whose values count: all elements of the people found, or of arrays in the filter those that matched
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = FacetsOf::People, requires = "facets")]
    pub(crate) facets_of: FacetsOf,
    /// Print beside each person the elements that satisfied the conditions: which roles, which schools
    #[arg(long)]
    pub(crate) matched: bool,
    /// Print how the filter would be answered; with `=analyze`, run it and print what was done
    #[arg(long, value_enum, value_name = "analyze", hide_possible_values = true, num_args = 0..=1, require_equals = true, default_missing_value = "plan", conflicts_with_all = ["fields", "matched", "sort", "cursor", "exclude"])]
    pub(crate) explain: Option<Explain>,
    /// Print, in place of the people, a query that finds them in the same file with DuckDB or Spark
    #[arg(long, value_enum, value_name = "duckdb|spark", hide_possible_values = true, conflicts_with_all = ["matched", "explain", "facets", "cursor", "exclude", "format"])]
    pub(crate) to_sql: Option<Engine>,
    /// What `(.)` means: all words, or a regular expression in which `|` is or
    #[arg(long, value_enum, default_value_t = DotOperatorMode::AllWords, value_name = "MODE", help_heading = "Compatibility")]
    pub(crate) dot_operator_mode: DotOperatorMode,
    /// Whether `is_null` and `is_not_null` are accepted
    #[arg(long, value_enum, default_value_t = Switch::On, value_name = "on|off", hide_possible_values = true, help_heading = "Compatibility")]
    pub(crate) null_operators: Switch,
    /// Give up if finding the people takes longer [default: never]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time_limit: Option<std::time::Duration>,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

const DUPLICATES_EXAMPLES: &str = "\
Examples:
  rolo duplicates people.parquet
  rolo duplicates people.parquet --by email,profile -o duplicates.csv
  rolo duplicates people.parquet --at-most 3 --format jsonl

A report, nothing is changed: a row a person, in groups. Who shares a key with
somebody of a group belongs to it, so a group's people need not all share one.
A key that more than N people have (--at-most) is no evidence: it is counted on
standard error.";

/// Kinds of keys that people can share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SharedBy {
    /// E-mail addresses, hashed or not
    Email,
    /// Phone numbers
    Phone,
    /// Profile URLs and user names
    Profile,
    /// Ids of sources, numbers and tokens of networks
    Id,
}

#[derive(Debug, Args)]
#[command(after_help = DUPLICATES_EXAMPLES)]
pub(crate) struct Duplicates {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// What counts as shared: email, phone, profile, id [default: all]
    #[arg(long, value_enum, value_name = "KINDS", value_delimiter = ',', hide_possible_values = true)]
    pub(crate) by: Vec<SharedBy>,
    /// A key that more people have names no one person
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = at_least_two)]
    pub(crate) at_most: usize,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

fn at_least_two(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| *number >= 2)
        .ok_or_else(|| format!("{text:?} is no number of at least 2"))
}

const SUGGEST_EXAMPLES: &str = "\
Examples:
  rolo suggest people.parquet experience.employment_details.current.title vp
  rolo suggest people.parquet basic_profile.location.city --limit 5
  rolo suggest people.parquet education.schools.school tech -f \\
      '{\"field\": \"basic_profile.location.country\", \"type\": \"=\", \"value\": \"India\"}'

A value fits if it begins with QUERY, or has its words, the last of which may be
the beginning of one. Filters take  =  !=  <  =<  >  =>  in  not_in  contains.";

#[derive(Debug, Args)]
#[command(after_help = SUGGEST_EXAMPLES)]
pub(crate) struct Suggest {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Whose values: docs/person-schema.md marks those that are suggested
    #[arg(value_name = "PATH")]
    pub(crate) field: String,
    /// What was typed so far [default: nothing, so the most frequent values]
    #[arg(value_name = "QUERY")]
    pub(crate) query: Option<String>,
    /// Only values of people whom this filter finds: JSON, @FILE, or `-` for standard input
    #[arg(short, long, alias = "filter", value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) filters: Option<String>,
    /// At most N values
    #[arg(short, long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    /// Give up if finding the people takes longer [default: never]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time_limit: Option<std::time::Duration>,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

/// An engine of SQL that reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    #[value(name = "duckdb")]
    DuckDb,
    Spark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FacetsOf {
    People,
    Matched,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Explain {
    Plan,
    Analyze,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum DotOperatorMode {
    AllWords,
    RegexPipeOr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

/// A duration in seconds, above zero.
fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || format!("{text:?} is no number of seconds above zero");
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    let duration = std::time::Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?;
    if duration.is_zero() { Err(wrong()) } else { Ok(duration) }
}

const ENRICH_EXAMPLES: &str = "\
Examples:
  rolo enrich people.parquet jane@example.com --fields skills,contact
  rolo enrich people.parquet -i urls.txt -o found.jsonl
  rolo enrich people.parquet -i leads.csv --append -o enriched.csv
  rolo enrich people.parquet -i leads.csv --column email --append \\
      --fields basic_profile.headline,basic_profile.location.country > enriched.csv

Without --append: a line {original_identifier, internal_id, data} for each key
that names somebody, in the order of the list; data has the asked fields,
basic_profile and social_handles. With --append: your CSV, every row and cell of
it, and behind them a column for each asked field, empty where nobody is found.";

#[derive(Debug, Args)]
#[command(after_help = ENRICH_EXAMPLES)]
pub(crate) struct Enrich {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    #[command(flatten)]
    pub(crate) keys: Keys,
    /// A list of keys, one a line, or a CSV; `-` is standard input; gzip and zstd are read, too
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["keys", "id", "url", "email", "email_hash", "phone", "handle"])]
    pub(crate) input: Option<PathBuf>,
    /// Fields to return, separated by commas: leaves or whole families
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
    /// The CSV's column with the keys; several are tried in turn [default: found by name and content]
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Vec<String>,
    /// Give the CSV back with columns added
    #[arg(long, conflicts_with = "format")]
    pub(crate) append: bool,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

const DEMO_EXAMPLES: &str = "\
Examples:
  rolo demo
  rolo demo --people 100000 --dir try-rolo

Every step is printed as the command that does it. Nothing is written outside the folder.";

#[derive(Debug, Args)]
#[command(after_help = DEMO_EXAMPLES)]
pub(crate) struct Demo {
    /// Invent N people instead of using the 2,000 that come with rolo
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(crate) people: Option<u64>,
    /// The folder to write into: a new one, an empty one, or that of an earlier demo
    #[arg(long, value_name = "DIR", default_value = "rolo-demo")]
    pub(crate) dir: PathBuf,
}

const INFO_EXAMPLES: &str = "\
Examples:
  rolo info people.parquet
  rolo info people.parquet --format json | jq .people";

#[derive(Debug, Args)]
#[command(after_help = INFO_EXAMPLES)]
pub(crate) struct Info {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = ReportFormat::Table, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  rolo inspect people.parquet
  rolo inspect people.parquet --format csv -o layout.csv

One row for each part of the file, in the file's order; docs/format.md says what
they are.";

#[derive(Debug, Args)]
#[command(after_help = INSPECT_EXAMPLES)]
pub(crate) struct Inspect {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  rolo verify people.parquet
  rolo verify people.parquet --repair

Exit code 4: something is damaged; each problem is printed with its place.";

#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct Verify {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// First go back to the last commit that stands, and cut off what is behind it
    #[arg(long)]
    pub(crate) repair: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = ReportFormat::Table, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}
