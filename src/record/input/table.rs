//! The rows of a table as records: one JSON object of header to cell.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, Read};

use super::delimited::{Dialect, Record, TableError, read_record};
use super::{Batch, InputError, Item, RecordReader};
use crate::record::reject::RejectReason;
use crate::record::value::write_string;

/// A table whose header was read.
pub(super) struct Table {
    dialect: Dialect,
    line: u64,
    columns: Vec<String>,
}

impl Table {
    /// Reads the header: the first record that is no blank line.
    pub(super) fn begin(dialect: Dialect, reader: &mut RecordReader) -> Result<Self, InputError> {
        let mut line = 1;
        let header = loop {
            match read_record(&mut Rest(reader), dialect, &mut line)
                .map_err(|error| failure(reader, error))?
            {
                Some(record) if record.cell_count() == 0 => {}
                Some(record) if std::str::from_utf8(record.bytes()).is_err() => {
                    let (name, problem) = (
                        reader.name.clone(),
                        "the header is not UTF-8: convert the input to UTF-8".to_owned(),
                    );
                    return Err(InputError::Structure { name, line: record.line, problem });
                }
                Some(record) => break record.texts(),
                None => break Vec::new(),
            }
        };
        Ok(Self { dialect, line, columns: names(&header) })
    }

    /// The columns' names, each once.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Appends the next row that has a cell; whether there was one.
    pub(super) fn next(&mut self, reader: &mut RecordReader, batch: &mut Batch) -> Result<bool, InputError> {
        loop {
            let record = read_record(&mut Rest(reader), self.dialect, &mut self.line);
            let Some(record) = record.map_err(|error| failure(reader, error))? else { return Ok(false) };
            if self.append(&record, batch) {
                return Ok(true);
            }
        }
    }

    fn append(&self, record: &Record, batch: &mut Batch) -> bool {
        let start = batch.bytes.len();
        let cells = record.texts();
        let (found, columns) = (cells.len(), self.columns.len());
        let rejected = match std::str::from_utf8(record.bytes()) {
            Err(error) => Some(RejectReason::InvalidUtf8 { byte: error.valid_up_to() }),
            Ok(_) if cells.iter().all(|cell| cell.trim().is_empty()) => return false,
            Ok(_) => (found > columns).then_some(RejectReason::TooManyCells { found, columns }),
        };
        match rejected {
            None => self.write(&cells, &mut batch.bytes),
            Some(_) => batch.bytes.extend_from_slice(record.bytes()),
        }
        batch.items.push(Item { range: start..batch.bytes.len(), line: record.line, rejected });
        true
    }

    fn write(&self, cells: &[String], out: &mut Vec<u8>) {
        out.push(b'{');
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            write_string(column, out);
            out.push(b':');
            match cells.get(at).filter(|cell| !cell.is_empty()) {
                Some(cell) => write_string(cell, out),
                None => out.extend_from_slice(b"null"),
            }
        }
        out.push(b'}');
    }
}

/// Names for columns: without space around them; an empty one gets its number, one that came before another at its end.
fn names(header: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    let (mut taken, mut again) = (HashSet::new(), HashMap::new());
    for (at, name) in header.iter().enumerate() {
        let name = match name.trim().replace('\0', "") {
            name if name.is_empty() => format!("column {}", at + 1),
            name => name,
        };
        let mut free = name.clone();
        while !taken.insert(free.clone()) {
            let count = again.entry(name.clone()).or_insert(0_u32);
            *count += 1;
            free = format!("{name}_{count}");
        }
        names.push(free);
    }
    names
}

fn failure(reader: &RecordReader, error: TableError) -> InputError {
    let name = reader.name.clone();
    match error {
        TableError::Io(source) => InputError::Io { name, consumed: reader.source.consumed(), source },
        TableError::OpenQuote { line } | TableError::TooLong { line } => {
            InputError::Structure { name, line, problem: error.to_string() }
        }
    }
}

/// What a reader has not handed out yet.
struct Rest<'r>(&'r mut RecordReader);

impl Read for Rest<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Rest<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.0.fill() {
            Ok(rest) => Ok(rest.unwrap_or_default()),
            Err(InputError::Io { source, .. }) => Err(source),
            Err(other) => Err(io::Error::other(other)),
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.0.at += bytes;
    }
}
