//! The flags of the commands that keep a file in shape.

use std::path::PathBuf;

use clap::Args;

use super::ReportFormat;

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
