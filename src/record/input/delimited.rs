//! CSV as it is: records keep their bytes, so that what nobody asked to change is written back unchanged.
//!
//! A cell is quoted if its first byte is a quote; inside, a doubled quote is one. A line end outside quotes ends the
//! record. Blank lines are records without cells.

use std::borrow::Cow;
use std::io::{self, BufRead, Read as _};
use std::ops::Range;

use crate::record::flatten::quote;

/// The longest record: beyond it a quote was likely opened by mistake.
const MAX_RECORD_BYTES: u64 = 16 << 20;
/// What may separate cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Records by which the delimiter is judged.
const JUDGED_RECORDS: usize = 50;

/// Why a table cannot be read further.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A quote is opened and not closed.
    #[error("a quote is opened and not closed; double quotes inside a cell")]
    OpenQuote {
        /// The line on which the record begins, from 1.
        line: u64,
    },
    /// A record is longer than any that is read.
    #[error("a record of over {} MiB, the most one may have", MAX_RECORD_BYTES >> 20)]
    TooLong {
        /// The line on which it begins, from 1.
        line: u64,
    },
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What separates cells.
    pub delimiter: u8,
    /// What ends a line: a line feed, or a carriage return alone.
    terminator: u8,
    /// Whether quotes protect what is between them.
    quotes: bool,
    /// Whether every cell is quoted.
    pub quote_all: bool,
}

/// A record with its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    bytes: Vec<u8>,
    /// Where the line end begins.
    end: usize,
    cells: Vec<Range<usize>>,
    /// The line it begins on, from 1.
    pub line: u64,
}

impl Record {
    fn new(bytes: Vec<u8>, dialect: Dialect, line: u64) -> Self {
        let mut end = bytes.len();
        for ending in [b'\n', b'\r'] {
            if end > 0 && bytes.get(end - 1) == Some(&ending) {
                end -= 1;
            }
        }
        let cells = if end == 0 { Vec::new() } else { split(bytes.get(..end).unwrap_or_default(), dialect) };
        Self { bytes, end, cells, line }
    }

    /// Number of cells; 0 for a blank line.
    pub fn cell_count(&self) -> usize {
        self.cells.len()
    }

    /// The text of a cell, without its quotes; bytes that are not UTF-8 are replaced.
    pub fn cell(&self, at: usize) -> Option<Cow<'_, str>> {
        Some(unquoted(self.bytes.get(self.cells.get(at)?.clone())?))
    }

    /// The record without its line end.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.end).unwrap_or_default()
    }

    /// The texts of all cells.
    pub fn texts(&self) -> Vec<String> {
        (0..self.cell_count()).filter_map(|at| self.cell(at)).map(Cow::into_owned).collect()
    }

    fn all_quoted(&self) -> bool {
        !self.cells.is_empty() && self.cells.iter().all(|cell| self.bytes.get(cell.start) == Some(&b'"'))
    }

    /// The record's bytes with cells added behind the first `width` cells. A shorter record gets empty cells up to there;
    /// surplus cells of a longer one stay at the end, so that the added ones stand under their header. A blank line
    /// stays one.
    pub fn with_added(&self, width: usize, added: &[String], dialect: Dialect, out: &mut Vec<u8>) {
        if self.cells.is_empty() {
            return out.extend_from_slice(&self.bytes);
        }
        let place = match self.cells.get(width) {
            Some(surplus) => surplus.start - 1,
            None => self.end,
        };
        out.extend_from_slice(self.bytes.get(..place).unwrap_or_default());
        let missing = width.saturating_sub(self.cell_count());
        out.extend(std::iter::repeat_n(dialect.delimiter, missing));
        for cell in added {
            out.push(dialect.delimiter);
            out.extend_from_slice(quote(cell, dialect.delimiter, dialect.quote_all).as_bytes());
        }
        out.extend_from_slice(self.bytes.get(place..).unwrap_or_default());
    }
}

fn unquoted(cell: &[u8]) -> Cow<'_, str> {
    let Some(inside) = cell.strip_prefix(b"\"") else { return String::from_utf8_lossy(cell) };
    let mut text = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter().peekable();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'"' if bytes.next_if_eq(&&b'"').is_some() => text.push(b'"'),
            // What follows the closing quote is taken as it is.
            b'"' => text.extend(bytes.by_ref()),
            _ => text.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&text).into_owned())
}

/// Where a reader is inside a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    /// Behind a quote that closes the cell, or is the first of a pair.
    AfterQuote,
}

impl Place {
    fn after(self, byte: u8, dialect: Dialect) -> Self {
        match (self, byte) {
            _ if !dialect.quotes => Self::Plain,
            (Self::Quoted, b'"') => Self::AfterQuote,
            (Self::Quoted, _) => Self::Quoted,
            (Self::CellStart | Self::AfterQuote, b'"') => Self::Quoted,
            _ if byte == dialect.delimiter => Self::CellStart,
            _ => Self::Plain,
        }
    }
}

/// The cells of a record without its line end.
fn split(record: &[u8], dialect: Dialect) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let (mut start, mut place) = (0, Place::CellStart);
    for (at, &byte) in record.iter().enumerate() {
        if byte == dialect.delimiter && place != Place::Quoted {
            cells.push(start..at);
            start = at + 1;
        }
        place = place.after(byte, dialect);
    }
    cells.push(start..record.len());
    cells
}

impl Dialect {
    /// Finds out how a text is written, from its beginning. `hint` is the likely delimiter.
    pub fn detect(sample: &[u8], hint: Option<u8>) -> Self {
        let terminator = if sample.contains(&b'\r') && !sample.contains(&b'\n') { b'\r' } else { b'\n' };
        let with = |delimiter| Self { delimiter, terminator, quotes: true, quote_all: false };
        let mut best = (0.0, with(hint.unwrap_or(b',')));
        for delimiter in hint.into_iter().chain(DELIMITERS) {
            let score = with(delimiter).score(sample);
            if score > best.0 {
                best = (score, with(delimiter));
            }
        }
        let mut dialect = best.1;
        let records = dialect.sample_records(sample);
        dialect.quote_all =
            !records.is_empty() && records.iter().all(|r| r.cell_count() == 0 || r.all_quoted());
        dialect
    }

    /// The same line ends, and one cell a line: for lists that are no CSV.
    pub fn of_lines(self) -> Self {
        // NUL stands in no key.
        Self { delimiter: 0, quotes: false, ..self }
    }

    /// The complete records at the beginning of a text.
    pub fn sample_records(self, sample: &[u8]) -> Vec<Record> {
        let mut records = Records::new(sample, self);
        let mut found = Vec::new();
        while let Ok(Some(record)) = records.next_record() {
            found.push(record);
        }
        // The sample may end inside the last one.
        if found.len() > 1 && found.last().is_some_and(|last| last.end == last.bytes.len()) {
            found.pop();
        }
        found
    }

    /// The number of columns that most of a text's records have; 0 if they do not agree.
    pub(super) fn columns(self, sample: &[u8]) -> usize {
        if self.score(sample) > 0.0 {
            self.sample_records(sample).first().map_or(0, Record::cell_count)
        } else {
            0
        }
    }

    /// How well the text falls into a table: the number of columns, if most records agree on it.
    fn score(self, sample: &[u8]) -> f64 {
        let records = self.sample_records(sample);
        let counts: Vec<usize> =
            records.iter().map(Record::cell_count).filter(|&n| n > 0).take(JUDGED_RECORDS).collect();
        let Some(&columns) = counts.first().filter(|&&columns| columns > 1) else { return 0.0 };
        let same = counts.iter().filter(|&&count| count == columns).count();
        let share = same as f64 / counts.len() as f64;
        if share < 0.5 { 0.0 } else { share * 100.0 + columns.min(50) as f64 }
    }
}

/// Reads records one by one. Memory: one record.
pub struct Records<R> {
    reader: R,
    dialect: Dialect,
    line: u64,
}

impl<R: BufRead> Records<R> {
    /// The records of a table that is written like this.
    pub fn new(reader: R, dialect: Dialect) -> Self {
        Self { reader, dialect, line: 1 }
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// A read that fails, or a quote that is opened and never closed.
    pub fn next_record(&mut self) -> Result<Option<Record>, TableError> {
        read_record(&mut self.reader, self.dialect, &mut self.line)
    }
}

/// Reads a record that begins on `line`, which moves on to the line behind it.
pub(super) fn read_record(
    reader: &mut impl BufRead,
    dialect: Dialect,
    line: &mut u64,
) -> Result<Option<Record>, TableError> {
    let mut bytes = Vec::new();
    let mut place = Place::CellStart;
    let first_line = *line;
    loop {
        let known = bytes.len();
        let mut part = reader.take(MAX_RECORD_BYTES - known as u64);
        let read = part.read_until(dialect.terminator, &mut bytes)?;
        for &byte in bytes.get(known..).unwrap_or_default() {
            place = place.after(byte, dialect);
            *line += u64::from(byte == dialect.terminator);
        }
        let complete = bytes.last() == Some(&dialect.terminator) && place != Place::Quoted;
        let ended = read == 0;
        if place == Place::Quoted && (ended || bytes.len() as u64 >= MAX_RECORD_BYTES) {
            return Err(TableError::OpenQuote { line: first_line });
        }
        if bytes.len() as u64 >= MAX_RECORD_BYTES {
            return Err(TableError::TooLong { line: first_line });
        }
        if complete || ended {
            return Ok((!bytes.is_empty()).then(|| Record::new(bytes, dialect, first_line)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(text: &str) -> Vec<Record> {
        let mut records = Records::new(text.as_bytes(), Dialect::detect(text.as_bytes(), None));
        std::iter::from_fn(|| records.next_record().unwrap()).collect()
    }

    fn texts(text: &str) -> Vec<Vec<String>> {
        records(text).iter().map(Record::texts).collect()
    }

    fn added(text: &str, cells: &[&str]) -> String {
        let dialect = Dialect::detect(text.as_bytes(), None);
        let cells: Vec<String> = cells.iter().map(|cell| cell.to_string()).collect();
        let mut out = Vec::new();
        let records = records(text);
        records
            .iter()
            .for_each(|record| record.with_added(records[0].cell_count(), &cells, dialect, &mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn quotes_protect_delimiters_and_line_ends() {
        let text = "name,note\n\"Doe, Jane\",\"two\nlines, \"\"quoted\"\"\"\nx,y\"z\n";
        let expected = [vec!["name", "note"], vec!["Doe, Jane", "two\nlines, \"quoted\""], vec!["x", "y\"z"]];
        assert_eq!(texts(text), expected);
        assert_eq!(records(text).iter().map(|record| record.line).collect::<Vec<_>>(), [1, 2, 4]);
    }

    #[test]
    fn the_delimiter_is_found() {
        for (text, delimiter) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n", b';'),
            ("a\tb\n1\t2\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("a\n1\n", b','),
            ("name;note\n\"a,b\";\"c,d,e\"\n", b';'),
        ] {
            assert_eq!(Dialect::detect(text.as_bytes(), None).delimiter, delimiter, "{text:?}");
        }
    }

    #[test]
    fn added_cells_take_the_files_quoting_and_line_ends() {
        assert_eq!(added("a,b\r\n1,2\r\n", &["x", "y,z"]), "a,b,x,\"y,z\"\r\n1,2,x,\"y,z\"\r\n");
        assert_eq!(added("\"a\";\"b\"\n\"1\";\"2\"\n", &["x"]), "\"a\";\"b\";\"x\"\n\"1\";\"2\";\"x\"\n");
        assert_eq!(added("a,b\n1,2", &["x"]), "a,b,x\n1,2,x");
        assert_eq!(added("a,b\r1,2\r", &["x"]), "a,b,x\r1,2,x\r");
    }

    #[test]
    fn ragged_rows_and_blank_lines_are_kept_and_stay_under_their_header() {
        assert_eq!(added("a,b,c\n1\n\n1,2,3,4\n,,\n", &["x"]), "a,b,c,x\n1,,,x\n\n1,2,3,x,4\n,,,x\n");
    }

    #[test]
    fn a_quote_that_is_never_closed_is_an_error_with_its_line() {
        let mut records = Records::new("a,b\n1,\"2\n3,4\n".as_bytes(), Dialect::detect(b"a,b\n", None));
        records.next_record().unwrap();
        assert!(matches!(records.next_record().unwrap_err(), TableError::OpenQuote { line: 2 }));
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_back(
            rows in proptest::collection::vec(proptest::collection::vec("[a-z,;\"\n\r é]{0,8}", 3), 1..6),
            always: bool,
        ) {
            let dialect = Dialect { delimiter: b',', terminator: b'\n', quotes: true, quote_all: always };
            let mut text = String::new();
            for row in &rows {
                let cells: Vec<_> = row.iter().map(|cell| quote(cell, b',', always)).collect();
                text.push_str(&cells.join(","));
                text.push('\n');
            }
            let mut records = Records::new(text.as_bytes(), dialect);
            let back: Vec<Record> = std::iter::from_fn(|| records.next_record().unwrap()).collect();
            prop_assert_eq!(back.iter().map(Record::texts).collect::<Vec<_>>(), rows);
            let bytes: Vec<u8> = back.iter().flat_map(|record| record.bytes.clone()).collect();
            prop_assert_eq!(bytes, text.into_bytes());
        }
    }
}
