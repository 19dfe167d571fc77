//! The flags of the commands that keep a file in shape.

use std::path::PathBuf;

use clap::Args;

use super::{Keys, ReportFormat};

const BACKUP_EXAMPLES: &str = "\
Examples:
  rolo backup people.parquet backups/people-2026-11-23.parquet
  rolo backup people.parquet copy.parquet && rolo verify copy.parquet

Copies the file, and the ledger of its jobs to FILE.jobs, as both were at one
instant, while others read and write. To go back, move the two to where they were.";

#[derive(Debug, Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub(crate) struct Backup {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// The copy; there must be no such file
    #[arg(value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// `json`: print the report to standard output
    #[arg(long, value_enum, default_value_t = ReportFormat::Table, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

const COMPACT_EXAMPLES: &str = "\
Examples:
  rolo compact people.parquet
  rolo compact people.parquet --format json | jq .bytes

Writes a new file without dead bytes and gives it the old one's name. Readers of
the old file read on; its room on the disk is free once they have closed it.";

#[derive(Debug, Args)]
#[command(after_help = COMPACT_EXAMPLES)]
pub(crate) struct Compact {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// `json`: print the report to standard output
    #[arg(long, value_enum, default_value_t = ReportFormat::Table, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

const FORGET_EXAMPLES: &str = "\
Examples:
  rolo forget people.parquet jane@example.com --dry-run
  rolo forget people.parquet jane@example.com --receipt jane.json
  rolo forget people.parquet -i requests.csv --receipt requests.json
  rolo forget --check jane.json

Writes a new file without these people, and takes them out of the jobs. Salted
hashes of their keys stay in the file, so that later loads do not bring them back.
The receipt says what is left to do, and names nobody. Exit code 3: a process still
holds the old file; `--check` looks again. docs/security.md says what all this protects.";

#[derive(Debug, Args)]
#[command(after_help = FORGET_EXAMPLES)]
pub(crate) struct Forget {
    /// The database file
    #[arg(value_name = "DB", required_unless_present = "check")]
    pub(crate) database: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keys: Keys,
    /// A list of keys, one a line, or a CSV; `-` is standard input; gzip and zstd are read, too
    #[arg(short, long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// The CSV's column with the keys; several are tried in turn [default: found by name and content]
    #[arg(long, value_name = "NAME", requires = "input")]
    pub(crate) column: Vec<String>,
    /// Forget everybody whom a key names; without it a key of several people is refused
    #[arg(long)]
    pub(crate) all: bool,
    /// Show who would go, and change nothing
    #[arg(long, conflicts_with = "receipt")]
    pub(crate) dry_run: bool,
    /// Wait so long for readers of the old file
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub(crate) wait: u32,
    /// Keep the receipt in FILE, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: Option<PathBuf>,
    /// Look again at what a receipt calls pending, and write it down there
    #[arg(long, value_name = "RECEIPT", conflicts_with_all = [
        "database", "keys", "id", "url", "email", "email_hash", "phone", "handle", "input", "column", "all", "dry_run", "receipt"
    ])]
    pub(crate) check: Option<PathBuf>,
    /// `json`: print the receipt, or with `--dry-run` the people, as JSON
    #[arg(long, value_enum, default_value_t = ReportFormat::Table, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}
