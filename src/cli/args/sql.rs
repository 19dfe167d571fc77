//! Flags of `rolo sql` and `rolo export`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::seconds;

/// How rows are printed, or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowsFormat {
    Table,
    Box,
    Line,
    Markdown,
    Html,
    Jsonl,
    Json,
    Csv,
    Tsv,
    Parquet,
    Arrow,
}

/// What a statement may take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Memory of a statement, which then goes on from disk: 512MB, 2GiB, bytes, or a share of the machine's [default: 50%]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub(crate) memory: Option<Memory>,
    /// Give up on a statement that takes longer [default: never]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time_limit: Option<Duration>,
}

const SQL_EXAMPLES: &str = "\
Examples:
  rolo sql people.parquet -c \\
      \"SELECT name, current_title FROM people WHERE country = 'Germany' LIMIT 10\"
  rolo sql people.parquet -c \"SELECT country, count(*) FROM people GROUP BY country ORDER BY 2 DESC\"
  rolo sql people.parquet -c \"SELECT p.name, r.title FROM people p JOIN roles r USING (person_id)\"
  rolo sql people.parquet -f report.sql -o report.csv
  rolo sql people.parquet -c \"DESCRIBE people\"
  rolo sql people.parquet -c \"SELECT * FROM roles\" --format arrow | python3 analyse.py

Tables are people, one for each array (roles, schools, emails ...), jobs and
job_items; SHOW TABLES lists them. A path needs no quotes, and its last part is
enough where only one path ends so. 'leads.csv', 'x.parquet', 'y.jsonl' are tables
too; ATTACH 'other.parquet' AS other adds other people; COPY (query) TO 'x.parquet'
writes a file. No statement changes people. docs/sql.md says all of it.
Without -c and -f, statements are read from standard input.";

#[derive(Debug, Args)]
#[command(after_help = SQL_EXAMPLES)]
pub(crate) struct Sql {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// The statements, with `;` between them
    #[arg(short, long, value_name = "SQL", allow_hyphen_values = true, conflicts_with = "file")]
    pub(crate) command: Option<String>,
    /// A file of statements; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Forbid statements to read and to write other files
    #[arg(long)]
    pub(crate) safe: bool,
    /// After a statement that fails go on with the next; the exit code is that of the first failure
    #[arg(long)]
    pub(crate) keep_going: bool,
    #[command(flatten)]
    pub(crate) limits: Limits,
    /// Write to FILE instead of standard output; it appears only when complete
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How to print [default: by the ending of FILE, else table on a terminal, else jsonl]
    #[arg(long, value_enum, value_name = "FORMAT", hide_default_value = true)]
    pub(crate) format: Option<RowsFormat>,
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  rolo export people.parquet -o people.arrow
  rolo export people.parquet -o germans.parquet --filters \\
      '{\"field\": \"basic_profile.location.country\", \"type\": \"=\", \"value\": \"Germany\"}'
  rolo export people.parquet -o names.csv --fields basic_profile.name,emails
  rolo export people.parquet -o employers.csv \\
      -c \"SELECT name, count(*) AS people FROM roles WHERE list = 'current' GROUP BY name\"

People are written in the person schema: nested in Parquet, Arrow and JSON; in CSV
a column for each leaf, lists as JSON. They come in the order of the database file.
`rolo search` prints records as they were loaded.";

#[derive(Debug, Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(crate) struct Export {
    /// The database file
    #[arg(value_name = "DB")]
    pub(crate) database: PathBuf,
    /// Write to FILE, which appears only when complete; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Only people whom this filter finds: JSON, @FILE, or `-` for standard input
    #[arg(long, alias = "filter", value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) filters: Option<String>,
    /// The rows of this query instead of people
    #[arg(short, long, value_name = "SQL", allow_hyphen_values = true, conflicts_with_all = ["filters", "fields"])]
    pub(crate) command: Option<String>,
    /// Only these fields, separated by commas: leaves, branches or whole families
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fields: Option<Vec<String>>,
    /// parquet, arrow, csv, jsonl or json [default: by the ending of FILE]
    #[arg(long, value_name = "FORMAT", hide_default_value = true)]
    pub(crate) format: Option<rolo::sql::write::FileFormat>,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// An amount of memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Memory {
    Bytes(u64),
    /// A share of the machine's, up to 1.
    Share(f64),
}

const UNITS: [(&str, u64); 11] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
];

fn memory(text: &str) -> Result<Memory, String> {
    let wrong = || {
        format!("{text:?} is no size above zero; one is 512MB, 2GiB, 4000000 (bytes) or 50% of the machine's")
    };
    let number =
        |digits: &str| digits.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    if let Some(percent) = text.trim().strip_suffix('%') {
        let percent = number(percent.trim_end()).filter(|percent| *percent <= 100.0).ok_or_else(wrong)?;
        return Ok(Memory::Share(percent / 100.0));
    }
    let text_of_unit = text.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let digits = text.trim().strip_suffix(text_of_unit).unwrap_or_default();
    let unit = text_of_unit.trim_start().to_ascii_lowercase();
    let (_, unit) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    let bytes = number(digits).ok_or_else(wrong)? * unit as f64;
    // What is more than a machine can have is all of it.
    if bytes < 1.0 { Err(wrong()) } else { Ok(Memory::Bytes(bytes as u64)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_multiples_or_shares() {
        for (text, bytes) in [
            ("4000000", 4_000_000),
            ("512MB", 512_000_000),
            ("2GiB", 2 << 30),
            ("1.5 kib", 1_536),
            ("64m", 64 << 20),
            ("1e3", 0),
            ("9999999999999999999999GB", u64::MAX),
        ] {
            let read = memory(text);
            assert_eq!(read.is_ok(), bytes > 0, "{text}");
            if bytes > 0 {
                assert_eq!(read, Ok(Memory::Bytes(bytes)), "{text}");
            }
        }
        assert_eq!(memory("50%"), Ok(Memory::Share(0.5)));
        for wrong in ["", "MB", "-1", "0", "0%", "101%", "NaN%", "2 apples", "1.2.3", "0.1", "%", "inf"] {
            let error = memory(wrong).unwrap_err();
            assert!(
                error.ends_with("one is 512MB, 2GiB, 4000000 (bytes) or 50% of the machine's"),
                "{error}"
            );
        }
    }
}
