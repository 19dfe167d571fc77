//! The flags of the commands that keep a file in shape.

use std::path::PathBuf;

use clap::Args;

use super::ReportFormat;

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
