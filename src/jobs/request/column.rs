//! A CSV of one column, cell by cell: of the whole only one row is in memory.

use std::io::{self, Read};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::caps::refused;
use crate::jobs::{JobError, Refusal};

/// A row that is longer, line ends not counted, is none: a quote was not closed.
const MAX_ROW_BYTES: usize = 1 << 20;
/// Characters of a cell that a message shows.
const SHOWN: usize = 60;

/// The cells of the one column that a CSV has, without blank ones; nothing behind an error.
pub(super) struct Column<R: Read> {
    reader: Reader<Bounded<R>>,
    record: StringRecord,
    failed: bool,
}

impl<R: Read> Column<R> {
    /// `most`: bytes of the CSV.
    pub(super) fn new(reader: R, most: u64) -> Self {
        let bounded = Bounded { reader, most, read: 0, row: 0 };
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bounded);
        Self { reader, record: StringRecord::new(), failed: false }
    }

    /// The next cell that is not blank.
    fn next_cell(&mut self) -> Result<Option<String>, JobError> {
        loop {
            self.reader.get_mut().row = 0;
            // Blank lines before the row are passed over unseen.
            let line = self.reader.position().line();
            let more = self.reader.read_record(&mut self.record).map_err(|error| failure(error, line))?;
            if !more {
                return Ok(None);
            }
            let mut cells = self.record.iter();
            let cell = cells.next().unwrap_or_default();
            let others = cells.count();
            if others > 0 {
                let (cell, columns) = (cell.chars().take(SHOWN).collect::<String>(), others + 1);
                return Err(refused(format!(
                    "the CSV has a row of {columns} columns near line {line}, which begins with {cell:?}; wanted: one \
                     column, with cells that have a comma in them in double quotes"
                )));
            }
            // Else the rest of a file whose quote is not closed would be one cell.
            if cell.trim().contains(['\r', '\n']) {
                return Err(refused(format!(
                    "the CSV has a cell of several lines near line {line}: a quote is opened and not closed"
                )));
            }
            if !cell.trim().is_empty() {
                return Ok(Some(cell.to_string()));
            }
        }
    }
}

impl<R: Read> Iterator for Column<R> {
    type Item = Result<String, JobError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_cell();
        self.failed = next.is_err();
        next.transpose()
    }
}

fn failure(error: csv::Error, line: u64) -> JobError {
    let said = error.to_string();
    match error.into_kind() {
        ErrorKind::Io(error) => match error.downcast::<Refusal>() {
            Ok(refusal) => refusal.into(),
            Err(error) => JobError::Input(format!("the CSV cannot be read on after line {line}: {error}")),
        },
        ErrorKind::Utf8 { pos, .. } => {
            let line = pos.map_or(line, |pos| pos.line());
            refused(format!("the CSV is not UTF-8 near line {line}; save it as CSV UTF-8"))
        }
        _ => JobError::Input(format!("the CSV cannot be read on after line {line}: {said}")),
    }
}

/// A reader that refuses what is too large: the whole, or one row, which is held in memory.
struct Bounded<R> {
    reader: R,
    most: u64,
    read: u64,
    /// Bytes since the row began, line ends not counted; a buffer's worth too many or too few.
    row: usize,
}

impl<R: Read> Read for Bounded<R> {
    /// Fills the buffer, so that a byte order mark is seen whole.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.reader.read(room) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let new = buffer.get(..filled).unwrap_or_default();
        self.read = self.read.saturating_add(filled as u64);
        self.row = self.row.saturating_add(new.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).count());
        if self.read > self.most {
            let problem = format!("the CSV is larger than {} bytes, the most that one job takes", self.most);
            return Err(io::Error::other(Refusal::bad_request(problem)));
        }
        if self.row > MAX_ROW_BYTES {
            let problem = "the CSV has a row of more than 1 MiB: a quote is opened and not closed";
            return Err(io::Error::other(Refusal::bad_request(problem)));
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(csv: &[u8], most: u64) -> Result<Vec<String>, JobError> {
        Column::new(csv, most).collect()
    }

    fn refusal(csv: &[u8], most: u64) -> String {
        match read(csv, most) {
            Err(JobError::Refused(refusal)) => {
                assert_eq!(refusal.status, 400);
                refusal.message
            }
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn text_in_another_encoding_is_refused_with_its_line() {
        let latin = b"handle\nann\nr\xe9my\n";
        let said = |line| format!("the CSV is not UTF-8 near line {line}; save it as CSV UTF-8");
        assert_eq!(refusal(latin, u64::MAX), said(3));
        let utf16: Vec<u8> =
            [0xfeff].into_iter().chain("handle\nann\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(refusal(&utf16, u64::MAX), said(1));
    }

    #[test]
    fn as_many_bytes_as_the_cap_are_taken_and_one_more_is_refused() {
        let csv = "abcdefghi\n".repeat(10_000);
        assert_eq!(read(csv.as_bytes(), 100_000).unwrap().len(), 10_000);
        let above = csv + "\n";
        assert_eq!(
            refusal(above.as_bytes(), 100_000),
            "the CSV is larger than 100000 bytes, the most that one job takes"
        );
        assert_eq!(read(above.as_bytes(), u64::MAX).unwrap().len(), 10_000);
    }

    #[test]
    fn rows_are_read_only_as_they_are_asked_for() {
        // The rows have no end; the reader gave no more than a buffer of them.
        let given = std::cell::Cell::new(0usize);
        struct Endless<'a>(&'a std::cell::Cell<usize>);
        impl Read for Endless<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                buffer.iter_mut().zip(b"ann\n".iter().cycle()).for_each(|(to, from)| *to = *from);
                self.0.set(self.0.get() + buffer.len() / 4 * 4);
                Ok(buffer.len() / 4 * 4)
            }
        }
        let mut cells = Column::new(Endless(&given), u64::MAX);
        assert!(cells.by_ref().take(1_000).all(|cell| cell.unwrap() == "ann"));
        assert!(given.get() < 1 << 20, "{} bytes", given.get());
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
        let rows = "abcdefghi\n".repeat(200_000);
        let csv = format!("ann\n\"bo\n{rows}");
        let said = "the CSV has a row of more than 1 MiB: a quote is opened and not closed";
        assert_eq!(refusal(csv.as_bytes(), u64::MAX), said);
        let blank = "ann\n".to_string() + &"\r\n".repeat(2_000_000);
        assert_eq!(read(blank.as_bytes(), u64::MAX).unwrap(), ["ann"]);
    }

    #[test]
    fn a_cell_of_several_lines_is_refused_since_rows_would_be_lost_in_it() {
        for csv in ["ann\n\"bo\ncy\n", "ann\n\"bo\r\ncy\"\r\n"] {
            let said = "the CSV has a cell of several lines near line 2: a quote is opened and not closed";
            assert_eq!(refusal(csv.as_bytes(), u64::MAX), said);
        }
        assert_eq!(read(b"\"ann\n\"\nbo\n", u64::MAX).unwrap(), ["ann\n", "bo"]);
    }

    #[test]
    fn a_byte_order_mark_may_come_in_pieces() {
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let most = buffer.len().min(1);
                self.0.read(&mut buffer[..most])
            }
        }
        let cells = Column::new(Slow("\u{feff}ann\nbo\n".as_bytes()), u64::MAX);
        assert_eq!(cells.map(Result::unwrap).collect::<Vec<_>>(), ["ann", "bo"]);
    }
}
