//! What a job delivers: downloads in five formats, items, and cursors between pages of items.
//!
//! A download is made of the stored members alone, in the order of the chunks, and never holds more than a few of them.
//!
//! - `parts`: members worked on by all threads, taken in order
//! - `line`: a line taken apart
//! - `rows`: lines as CSV; `columns`: lines as Parquet
//! - `item`: one item as JSON; `cursor`: where the next page of items begins

mod columns;
mod cursor;
mod item;
mod line;
mod parts;
mod rows;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Write;
use std::str::FromStr;

use super::request::LineShape;
use super::{JobError, Member};
use crate::schema::{Schema, Selection};
pub use cursor::Cursor;
pub use item::{item_json, line_at};
use parts::{Part, each};

/// How results are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DownloadFormat {
    /// JSON lines.
    Jsonl,
    /// JSON lines, compressed: the stored members, untouched.
    Gzip,
    /// One JSON array, an element a line.
    Json,
    /// A table with a header: what stands around the record, then a column for each field, by its path.
    Csv,
    /// Nested columns, zstd.
    Parquet,
}

impl DownloadFormat {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Jsonl, Self::Gzip, Self::Json, Self::Csv, Self::Parquet];

    /// Its name: `jsonl`, `gzip`, `json`, `csv`, `parquet`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Gzip => "gzip",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// How the names of its files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Gzip => "jsonl.gz",
            other => other.name(),
        }
    }

    /// The format of a file, by how its name ends. `.gz` alone is enough, but `.csv.gz` is none of these.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let mut parts = name.rsplit('.');
        let (ending, before) = (parts.next()?, parts.next()?);
        let other = |format: &Self| !matches!(format, Self::Jsonl | Self::Gzip) && format.name() == before;
        if ending == "gz" && Self::ALL.iter().any(other) {
            return None;
        }
        Self::ALL.into_iter().find(|format| format.ending().rsplit('.').next() == Some(ending))
    }
}

impl fmt::Display for DownloadFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for DownloadFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::name).join(", ");
            format!("{text:?} is no format of a download; there are {all}")
        })
    }
}

/// Writes a job's results to `out`, and returns how many lines there were. `members` are its stored members in the order of
/// its chunks, `shape` is what its lines look like, `schema` and `selection` are those of its records; JSON needs neither.
///
/// Without a `selection` the records are as they were loaded. Parquet then has every leaf of the schema, and CSV what a
/// search shows in CSV: the person id and [`GLANCE`](crate::record::flatten::GLANCE).
///
/// In CSV a field's column is called `data.basic_profile.name`, say, after the member that holds the record; in Parquet the
/// record is a struct of that name. Where the line is the record, its fields stand at the top. Cells are those of
/// [`flatten`](crate::record::flatten::columns), and what may be any JSON is its text, unchanged. No line at all makes a
/// valid file: an array without elements, a header without rows, columns without values.
///
/// # Errors
/// [`JobError::Member`] for a damaged member or line, with its chunk (of those that have lines, from 1); the errors of
/// `members`; [`JobError::Output`] if `out` fails. What was written until then is a part of the results.
pub fn write(
    members: impl Iterator<Item = Result<Vec<u8>, JobError>>,
    shape: &LineShape,
    schema: &Schema,
    selection: Option<&Selection>,
    format: DownloadFormat,
    out: &mut (dyn Write + Send),
) -> Result<u64, JobError> {
    match format {
        DownloadFormat::Jsonl => each(members, jsonl, |text| put(out, &text)),
        DownloadFormat::Gzip => write_gzip(members, out),
        DownloadFormat::Json => write_json(members, out),
        DownloadFormat::Csv => {
            let table = rows::Table::new(shape, schema, selection)?;
            put(out, table.header().as_bytes())?;
            each(members, |part| table.rows(&part), |rows| put(out, rows.as_bytes()))
        }
        DownloadFormat::Parquet => {
            let columns = columns::Columns::new(shape, schema, selection);
            let mut file = columns::File::new(out, columns.empty()?.schema())?;
            let lines = each(members, |part| columns.of_part(&part), |batch| file.write(&batch))?;
            file.finish()?;
            Ok(lines)
        }
    }
}

fn put(out: &mut (dyn Write + Send), bytes: &[u8]) -> Result<(), JobError> {
    out.write_all(bytes).map_err(JobError::Output)
}

fn jsonl(part: Part) -> parts::Made<Vec<u8>> {
    let (mut all, mut lines) = (Vec::new(), 0);
    for text in part.texts() {
        let text = text?;
        lines += text.count();
        all.extend_from_slice(&text.bytes);
    }
    Ok((all, lines))
}

/// The members as they are, once they are known to be whole.
fn write_gzip(
    members: impl Iterator<Item = Result<Vec<u8>, JobError>>,
    out: &mut (dyn Write + Send),
) -> Result<u64, JobError> {
    let check = |part: Part| {
        let lines = part.texts().map(|text| Ok(text?.count())).sum::<Result<u64, JobError>>()?;
        Ok((part.into_members(), lines))
    };
    let mut wrote = false;
    let lines = each(members, check, |members| {
        wrote = true;
        members.iter().try_for_each(|member| put(out, member))
    })?;
    if !wrote {
        put(out, &Member::empty())?;
    }
    Ok(lines)
}

fn write_json(
    members: impl Iterator<Item = Result<Vec<u8>, JobError>>,
    out: &mut (dyn Write + Send),
) -> Result<u64, JobError> {
    let elements = |part: Part| {
        let (mut all, mut lines) = (Vec::new(), 0);
        for text in part.texts() {
            lines += text?.each_line(|line| {
                if !(line.starts_with(b"{") && line.ends_with(b"}")) {
                    return Err("it is no JSON object".to_string());
                }
                all.extend_from_slice(if all.is_empty() { b"" } else { b",\n" });
                all.extend_from_slice(line);
                Ok(())
            })?;
        }
        Ok((all, lines))
    };
    let mut before: &[u8] = b"[\n";
    let lines = each(members, elements, |elements| {
        if elements.is_empty() {
            return Ok(());
        }
        put(out, std::mem::replace(&mut before, b",\n"))?;
        put(out, &elements)
    })?;
    put(out, if lines == 0 { b"[]\n" } else { b"\n]\n" })?;
    Ok(lines)
}
