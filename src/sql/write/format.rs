//! Which formats there are.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A format of files that hold rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// Parquet, nested columns as they are.
    Parquet,
    /// Arrow IPC: the file format in a file, the stream format in a pipe.
    Arrow,
    /// CSV after RFC 4180 with a header. Null is nothing, an empty text `""`, a list or struct its JSON.
    Csv,
    /// A JSON object a line.
    Jsonl,
    /// One JSON array of objects.
    Json,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Parquet, Self::Arrow, Self::Csv, Self::Jsonl, Self::Json];

    /// Its name, which files end with, too.
    pub fn name(self) -> &'static str {
        self.endings().first().copied().unwrap_or_default()
    }

    /// How the names of its files end.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Parquet => &["parquet"],
            Self::Arrow => &["arrow", "ipc", "feather"],
            Self::Csv => &["csv"],
            Self::Jsonl => &["jsonl", "ndjson"],
            Self::Json => &["json"],
        }
    }

    /// The format of a file, by how its name ends, in any case of letters.
    pub fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.endings().contains(&ending.as_str()))
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for FileFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.endings().contains(&name.as_str())).ok_or_else(|| {
            let all = Self::ALL.map(Self::name).join(", ");
            format!("{text:?} is no format of a file; there are {all}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_goes_by_its_name_and_by_the_ending_of_a_file() {
        for format in FileFormat::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert_eq!(FileFormat::of_path(Path::new(&format!("b.csv/a.{format}"))), Some(format));
        }
        assert_eq!(FileFormat::of_path(Path::new("A.NDJSON")), Some(FileFormat::Jsonl));
        assert_eq!("Feather".parse(), Ok(FileFormat::Arrow));
        for other in ["a", "a.csv.gz", ".csv", "csv"] {
            assert_eq!(FileFormat::of_path(Path::new(other)), None, "{other}");
        }
        let error = "xlsx".parse::<FileFormat>().unwrap_err();
        assert!(error.ends_with("there are parquet, arrow, csv, jsonl, json"), "{error}");
    }
}
