//! `rolo keys` and `rolo credits`: their commands and their flags.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use rolo::jobs::Credits as Amount;

use super::{Rows, Whose};

const KEYS_EXAMPLES: &str = "\
Examples:
  rolo keys create people.parquet --label laptop > key.txt
  rolo keys list people.parquet
  rolo keys revoke people.parquet rolo_live_0123456789ab";

#[derive(Debug, Args)]
#[command(after_help = KEYS_EXAMPLES, arg_required_else_help = true)]
pub(crate) struct ApiKeys {
    #[command(subcommand)]
    pub(crate) command: ApiKeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ApiKeysCommand {
    /// Make a key and print it, this once: only its hash is kept
    Create(CreateKey),
    /// List keys, without their secrets
    List(ListKeys),
    /// Make a key useless from now on
    Revoke(RevokeKey),
}

#[derive(Debug, Args)]
#[command(after_help = KEYS_EXAMPLES)]
pub(crate) struct CreateKey {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// What you call it
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,
    #[command(flatten)]
    pub(crate) whose: Whose,
}

#[derive(Debug, Args)]
#[command(after_help = KEYS_EXAMPLES)]
pub(crate) struct ListKeys {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

#[derive(Debug, Args)]
#[command(after_help = KEYS_EXAMPLES)]
pub(crate) struct RevokeKey {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// The key's beginning, as `rolo keys list` shows it
    #[arg(value_name = "PREFIX")]
    pub(crate) prefix: String,
}

const CREDITS_EXAMPLES: &str = "\
Examples:
  rolo credits add people.parquet 100 --memo 'June'
  rolo credits show people.parquet
  rolo credits log people.parquet --limit 10
  rolo credits rate people.parquet enrich 0.5

Jobs of an account cost nothing until credits are added to it. From then on
each record that a job returns is charged, and a job pauses before the first
that cannot be paid.";

#[derive(Debug, Args)]
#[command(after_help = CREDITS_EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Credits {
    #[command(subcommand)]
    pub(crate) command: CreditsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CreditsCommand {
    /// Add credits to an account
    Add(AddCredits),
    /// Print the balance of each account
    Show(ShowCredits),
    /// Print what was added and what was charged, the newest first
    Log(LogCredits),
    /// Print what a record costs, or set it
    Rate(RateCredits),
}

#[derive(Debug, Args)]
#[command(after_help = CREDITS_EXAMPLES)]
pub(crate) struct AddCredits {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// How many, with at most six decimals
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) amount: Amount,
    /// The account
    #[arg(long, value_name = "NAME", default_value = rolo::jobs::LOCAL_ACCOUNT)]
    pub(crate) account: String,
    /// A note for the log
    #[arg(long, value_name = "TEXT")]
    pub(crate) memo: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = CREDITS_EXAMPLES)]
pub(crate) struct ShowCredits {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

#[derive(Debug, Args)]
#[command(after_help = CREDITS_EXAMPLES)]
pub(crate) struct LogCredits {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// At most N entries
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

#[derive(Debug, Args)]
#[command(after_help = CREDITS_EXAMPLES)]
pub(crate) struct RateCredits {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Only this mode
    #[arg(value_name = "MODE", value_enum)]
    pub(crate) mode: Option<RateMode>,
    /// From now on a record in this mode costs so much, whatever its fields; for jobs that are submitted later
    #[arg(value_name = "PRICE", requires = "mode", allow_negative_numbers = true)]
    pub(crate) price: Option<Amount>,
    #[command(flatten)]
    pub(crate) rows: Rows,
}

/// What has a rate: a kind of job, or a mode of a CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RateMode {
    Search,
    Enrich,
    People,
    Raw,
    Full,
    Basic,
    Advanced,
}

impl RateMode {
    /// The ledger's word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Enrich => "enrich",
            Self::People => "people",
            Self::Raw => "raw",
            Self::Full => "full",
            Self::Basic => "basic",
            Self::Advanced => "advanced",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_with_a_rate_can_be_named() {
        let names: Vec<&str> = RateMode::value_variants().iter().map(|mode| mode.name()).collect();
        assert_eq!(names, rolo::jobs::MODES);
    }

    #[test]
    fn amounts_are_positive_decimals() {
        let read =
            |text: &str| crate::cli::parse(["rolo", "credits", "add", "db", text].map(Into::into)).is_ok();
        assert!(read("100") && read("0.05"));
        assert!(!read("-5") && !read("1,5") && !read("ten"));
    }
}
