//! People by a CSV of one column: `influencers-club.md` 2. It is read row by row, whatever its size.

use std::io::Read;
use std::str::FromStr;

use serde_json::Value;

use super::body::wrong;
use super::caps::refused;
use super::column::Column;
use super::{Asked, Caps, Csv, CsvMode, Request};
use crate::jobs::JobError;
use crate::record::normalise::is_known_network;

impl CsvMode {
    /// Every mode.
    pub const ALL: [CsvMode; 4] = [Self::Raw, Self::Full, Self::Basic, Self::Advanced];

    /// The vendor's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Full => "full",
            Self::Basic => "basic",
            Self::Advanced => "advanced",
        }
    }

    /// Whether the column holds handles; else it holds e-mail addresses.
    pub fn is_of_handles(self) -> bool {
        matches!(self, Self::Raw | Self::Full)
    }
}

impl FromStr for CsvMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|mode| mode.name() == text);
        found.ok_or_else(|| {
            format!("{text:?} is no mode of enrichment; there are raw, full, basic and advanced")
        })
    }
}

impl Csv {
    /// The platforms that the vendor has. A local call may name any network whose profile URLs are known.
    pub const PLATFORMS: [&'static str; 6] =
        ["instagram", "youtube", "tiktok", "twitter", "twitch", "onlyfans"];

    /// Reads a CSV while the job is written down: one column, with the header `handle`, `handles`, `email` or `emails`, or
    /// without. Blank lines are no rows.
    ///
    /// # Errors
    /// A refusal with status 400: a platform that is missing or unknown, a header of the other mode, no row. A row of several
    /// columns, and what is not UTF-8 or too large, stand among the items.
    pub fn from_reader<'a>(
        reader: impl Read + 'a,
        mode: CsvMode,
        platform: Option<&str>,
        metadata: Option<Value>,
        fields: Option<Vec<String>>,
        caps: &Caps,
    ) -> Result<Asked<'a>, JobError> {
        let metadata = metadata.filter(|metadata| !metadata.is_null());
        if let Some(metadata) = metadata.as_ref().filter(|metadata| !metadata.is_object()) {
            return Err(wrong("metadata", metadata, "an object, or null"));
        }
        let ignored = match platform {
            Some(_) if !mode.is_of_handles() => vec!["platform".to_string()],
            _ => Vec::new(),
        };
        let platform = if mode.is_of_handles() { Some(platform_of(mode, platform)?) } else { None };
        let mut rows = Column::new(reader, caps.csv_bytes).peekable();
        let first = match rows.peek() {
            Some(Ok(cell)) => cell.trim().to_lowercase(),
            _ => String::new(),
        };
        if is_header(&first, mode)? {
            rows.next();
        }
        if rows.peek().is_none_or(Result::is_err) {
            return Err(rows.next().and_then(Result::err).unwrap_or_else(|| refused("the CSV has no row")));
        }
        let request = Request::Csv(Csv { mode, platform, metadata, fields });
        Ok(Asked { ignored, ..Asked::new(request, Some(Box::new(rows))) })
    }
}

/// The platform of bare user names.
fn platform_of(mode: CsvMode, given: Option<&str>) -> Result<String, JobError> {
    let all = Csv::PLATFORMS.join(", ");
    let platform = given.unwrap_or_default().trim().to_lowercase();
    if platform.is_empty() {
        let mode = mode.name();
        return Err(refused(format!("`platform` is missing: the mode {mode} needs one of {all}")));
    }
    if !Csv::PLATFORMS.contains(&platform.as_str()) && !is_known_network(&platform) {
        return Err(refused(format!("`platform` is {platform:?}; wanted: one of {all}")));
    }
    Ok(platform)
}

/// Whether the first cell is a header; it must be that of the mode.
fn is_header(cell: &str, mode: CsvMode) -> Result<bool, JobError> {
    let of_handles = match cell {
        "handle" | "handles" => true,
        "email" | "emails" => false,
        _ => return Ok(false),
    };
    if of_handles == mode.is_of_handles() {
        return Ok(true);
    }
    let (mode, wanted) = (mode.name(), if of_handles { "e-mail addresses" } else { "handles" });
    Err(refused(format!("the column is called {cell:?}, and the mode {mode} takes {wanted}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(csv: &str, mode: CsvMode) -> Result<Vec<String>, JobError> {
        let platform = mode.is_of_handles().then_some("instagram");
        let asked = Csv::from_reader(csv.as_bytes(), mode, platform, None, None, &Caps::vendor())?;
        asked.items.unwrap().collect()
    }

    fn refusal<T: std::fmt::Debug>(result: Result<T, JobError>) -> String {
        match result {
            Err(JobError::Refused(refusal)) => {
                assert_eq!(refusal.status, 400);
                refusal.message
            }
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn one_column_is_read_in_any_spelling() {
        for (what, csv, expected) in [
            ("a header", "handle\nann\nbo\n", vec!["ann", "bo"]),
            ("a header in the plural and in capitals", "HANDLES\nann\n", vec!["ann"]),
            ("a header with blanks around it", " Handle \nann\n", vec!["ann"]),
            ("no header", "ann\nbo\n", vec!["ann", "bo"]),
            ("no last line end", "handle\nann", vec!["ann"]),
            ("line ends of Windows", "handle\r\nann\r\nbo\r\n", vec!["ann", "bo"]),
            ("line ends of old", "handle\rann\rbo\r", vec!["ann", "bo"]),
            ("blank lines", "\n\nhandle\n\nann\n  \n\"\"\nbo\n\n\n", vec!["ann", "bo"]),
            ("a byte order mark", "\u{feff}handle\nann\n", vec!["ann"]),
            ("a byte order mark and quotes", "\u{feff}\"handle\"\n\"ann\"\n", vec!["ann"]),
            ("a byte order mark and no header", "\u{feff}ann\n", vec!["ann"]),
            ("quotes", "\"handle\"\n\"a,b\"\n\"say \"\"hi\"\"\"\nb\"o\n", vec!["a,b", "say \"hi\"", "b\"o"]),
            ("duplicates", "handle\nann\nann\nann\n", vec!["ann", "ann", "ann"]),
            ("a second header is a row", "handle\nhandle\n", vec!["handle"]),
            (
                "cells as they are",
                "handle\n @Ann \nhttps://x.com/ann?a=1\n",
                vec![" @Ann ", "https://x.com/ann?a=1"],
            ),
            ("other scripts", "handle\nanna_ø\n名前\n", vec!["anna_ø", "名前"]),
        ] {
            assert_eq!(read(csv, CsvMode::Raw).unwrap(), expected, "{what}");
            assert_eq!(read(csv, CsvMode::Full).unwrap(), expected, "{what}");
        }
        let addresses = "Emails\nann@example.com\nbo@example.com\n";
        for mode in [CsvMode::Basic, CsvMode::Advanced] {
            assert_eq!(read(addresses, mode).unwrap(), ["ann@example.com", "bo@example.com"]);
        }
    }

    #[test]
    fn what_is_no_such_column_is_refused() {
        let columns = |row: &str| {
            let wanted = "wanted: one column, with cells that have a comma in them in double quotes";
            format!("the CSV has a row of {row}; {wanted}")
        };
        for (csv, mode, said) in [
            ("", CsvMode::Raw, "the CSV has no row".to_string()),
            ("\u{feff}", CsvMode::Raw, "the CSV has no row".to_string()),
            (" \n\n", CsvMode::Raw, "the CSV has no row".to_string()),
            ("handle\n", CsvMode::Raw, "the CSV has no row".to_string()),
            (
                "handle,name\nann,Ann\n",
                CsvMode::Raw,
                columns("2 columns near line 1, which begins with \"handle\""),
            ),
            (
                "handle\nann\n\nbo,Bo,x\n",
                CsvMode::Raw,
                columns("3 columns near line 3, which begins with \"bo\""),
            ),
            ("ann,\n", CsvMode::Raw, columns("2 columns near line 1, which begins with \"ann\"")),
            (
                "Email\na@b.example\n",
                CsvMode::Full,
                "the column is called \"email\", and the mode full takes handles".to_string(),
            ),
            (
                "emails\n",
                CsvMode::Raw,
                "the column is called \"emails\", and the mode raw takes handles".to_string(),
            ),
            (
                "handle\nann\n",
                CsvMode::Basic,
                "the column is called \"handle\", and the mode basic takes e-mail addresses".to_string(),
            ),
        ] {
            assert_eq!(refusal(read(csv, mode)), said, "{csv:?}");
        }
    }

    #[test]
    fn ten_megabytes_are_taken_and_one_byte_more_is_refused() {
        let csv = "handle\n".to_string() + &"ann123456\n".repeat(999_999) + "ab\n";
        assert_eq!(csv.len(), 10_000_000);
        assert_eq!(read(&csv, CsvMode::Raw).unwrap().len(), 1_000_000);
        let said = "the CSV is larger than 10000000 bytes, the most that one job takes";
        assert_eq!(refusal(read(&(csv + "\n"), CsvMode::Raw)), said);
    }

    #[test]
    fn handles_need_a_platform_and_addresses_take_none() {
        let of = |mode, platform| {
            let asked = Csv::from_reader("ann\n".as_bytes(), mode, platform, None, None, &Caps::vendor())?;
            let Request::Csv(csv) = asked.request else { panic!("not a CSV") };
            Ok((csv.platform, asked.ignored))
        };
        for platform in Csv::PLATFORMS.into_iter().chain(["linkedin", "GitHub", " x "]) {
            let (taken, ignored) = of(CsvMode::Raw, Some(platform)).unwrap();
            assert_eq!((taken.unwrap(), ignored.len()), (platform.trim().to_lowercase(), 0));
        }
        let all = "one of instagram, youtube, tiktok, twitter, twitch, onlyfans";
        for none in [None, Some(""), Some(" ")] {
            assert_eq!(
                refusal(of(CsvMode::Full, none)),
                format!("`platform` is missing: the mode full needs {all}")
            );
        }
        assert_eq!(
            refusal(of(CsvMode::Raw, Some("MyFace"))),
            format!("`platform` is \"myface\"; wanted: {all}")
        );
        for mode in [CsvMode::Basic, CsvMode::Advanced] {
            assert_eq!(of(mode, None).unwrap(), (None, vec![]));
            assert_eq!(of(mode, Some("nonsense")).unwrap(), (None, vec!["platform".to_string()]));
        }
    }

    #[test]
    fn metadata_is_an_object_or_nothing() {
        let of = |metadata| {
            let csv = "a@example.com\n".as_bytes();
            let asked = Csv::from_reader(csv, CsvMode::Basic, None, metadata, None, &Caps::vendor())?;
            let Request::Csv(csv) = asked.request else { panic!("not a CSV") };
            Ok(csv.metadata)
        };
        let campaign = json!({"campaign": "Q4 Outreach"});
        assert_eq!(of(Some(campaign.clone())).unwrap(), Some(campaign));
        assert_eq!(of(Some(json!(null))).unwrap(), None);
        assert_eq!(of(None).unwrap(), None);
        assert_eq!(refusal(of(Some(json!([1])))), "`metadata` is a list; wanted: an object, or null");
    }

    #[test]
    fn modes_have_the_vendors_names() {
        for mode in CsvMode::ALL {
            assert_eq!(mode.name().parse(), Ok(mode));
        }
        assert!("all".parse::<CsvMode>().unwrap_err().contains("raw, full, basic and advanced"));
    }
}
