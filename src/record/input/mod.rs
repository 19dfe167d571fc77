//! An input cut into records with their true line numbers, streaming, whatever its layout and compression.
//!
//! Layouts: a table of delimited cells; JSON lines; one list; an object around a list named `data`; objects one after the other,
//! pretty-printed or not.
//! Each may be gzip- or zstd-compressed, in several members, with or without a UTF-8 byte order mark. The
//! first bytes tell.
//!
//! - `source`: decompression, counting
//! - `sniff`: which layout
//! - `delimited`, `table`: rows of cells
//! - `unwrap`: records inside answers of APIs
//!
//! In lines a broken record harms no other. In the other layouts quotes and brackets say where a record ends,
//! so when those do not match,
//! the input ends there with an error.

pub mod delimited;
mod sniff;
mod source;
mod table;
mod unwrap;

use std::io::Read;
use std::ops::Range;

use self::sniff::{Layout, SNIFF_BYTES};
use self::source::Source;
use self::table::Table;
use super::reject::{MAX_RECORD_BYTES, RejectReason};
use super::scan::{Scanned, ValueScan, is_space};

/// Plain bytes that are read at a time.
const READ_BYTES: usize = 256 << 10;
/// Fewer bytes than this are not looked at: signatures of other files are up to 16 bytes long.
const FIRST_LOOK_BYTES: usize = 16;
/// How much of a record above the size limit is kept, to show which one it was.
const KEPT_OF_TOO_LARGE: usize = 256;
/// The longest key outside records that is compared with `data`.
const MAX_WRAPPER_KEY_BYTES: usize = 4096;

/// Why an input cannot be read further.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The system, or the decompressor, refused.
    #[error("{name}: cannot read on after {consumed} bytes: {source}")]
    Io {
        /// The input.
        name: String,
        /// Bytes of the input, compressed as it is, read so far.
        consumed: u64,
        /// The reason; for compressed inputs also a damaged or cut file.
        source: std::io::Error,
    },
    /// The input is of another kind.
    #[error(
        "{name} is {found}; what can be read is JSON in UTF-8 (one object a line, a list, or {{\"data\": [...]}}) or CSV, plain, \
         gzip or zstd, and Parquet"
    )]
    Foreign {
        /// The input.
        name: String,
        /// What it looks like.
        found: &'static str,
    },
    /// Brackets or quotes do not match, so it is unknown where records end.
    #[error("{name}, line {line}: {problem}")]
    Structure {
        /// The input.
        name: String,
        /// The line, from 1.
        line: u64,
        /// What was found and what was open.
        problem: String,
    },
}

/// Some records of an input.
#[derive(Debug, Default)]
pub struct Batch {
    /// The records' bytes, one after the other.
    pub bytes: Vec<u8>,
    /// The records in input order.
    pub items: Vec<Item>,
}

impl Batch {
    /// The bytes of an item: a JSON value without white space around it, or whatever stood in its place.
    pub fn record(&self, item: &Item) -> &[u8] {
        self.bytes.get(item.range.clone()).unwrap_or_default()
    }
}

/// One record of a [`Batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where its bytes lie in [`Batch::bytes`].
    pub range: Range<usize>,
    /// The line it begins on, from 1.
    pub line: u64,
    /// Set if it was rejected unread, being too large; `range` then covers its first bytes only.
    pub rejected: Option<RejectReason>,
}

/// Cuts an input into records. Memory: one record (at most [`MAX_RECORD_BYTES`]) above what a batch asks for.
pub struct RecordReader {
    name: String,
    source: Source,
    buffer: Vec<u8>,
    at: usize,
    line: u64,
    layout: Layout,
    step: Step,
    list_line: u64,
    table: Option<Table>,
    failed: Option<InputError>,
}

/// Where a reader stands in the layout of an array or wrapped array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Before the list, or before another one.
    Outside,
    /// Behind `[`.
    First,
    /// Behind a comma.
    Next,
    /// Behind a record.
    Behind,
    /// The input is over.
    Done,
}

impl RecordReader {
    /// Reads the first bytes, up to 1 MiB, to find compression and layout. `name` is used in messages.
    pub fn new(reader: impl Read + Send + 'static, name: impl Into<String>) -> Result<Self, InputError> {
        let name = name.into();
        let source = match Source::new(reader) {
            Ok(source) => source,
            Err(source) => return Err(InputError::Io { name, consumed: 0, source }),
        };
        let mut this = Self {
            name,
            source,
            buffer: Vec::new(),
            at: 0,
            line: 1,
            layout: Layout::Lines,
            step: Step::Outside,
            list_line: 1,
            table: None,
            failed: None,
        };
        this.layout = this.find_layout()?;
        if let Layout::Table(dialect) = this.layout {
            this.table = Some(Table::begin(dialect, &mut this)?);
        }
        Ok(this)
    }

    /// The columns of a table; `None` for an input of another layout.
    pub fn columns(&self) -> Option<&[String]> {
        self.table.as_ref().map(Table::columns)
    }

    /// Bytes of the source read so far, compressed as it is: for progress.
    pub fn bytes_consumed(&self) -> u64 {
        self.source.consumed()
    }

    /// The next records: at least one, at most `max_records`, and no further one once there are `max_bytes`.
    /// `None` at the end.
    ///
    /// An error is reported once, after the records before it were handed out; then the input is over.
    pub fn next_batch(&mut self, max_records: usize, max_bytes: usize) -> Result<Option<Batch>, InputError> {
        let mut batch = Batch::default();
        while self.failed.is_none()
            && batch.items.len() < max_records.max(1)
            && batch.bytes.len() < max_bytes.max(1)
        {
            match self.next_record(&mut batch) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let whole = batch.items.last().map_or(0, |item| item.range.end);
                    batch.bytes.truncate(whole);
                    self.step = Step::Done;
                    self.failed = Some(error);
                }
            }
        }
        if !batch.items.is_empty() {
            return Ok(Some(batch));
        }
        self.failed.take().map_or(Ok(None), Err)
    }

    fn find_layout(&mut self) -> Result<Layout, InputError> {
        let mut whole = false;
        let mut looked_at = 0;
        loop {
            // Looking again only when there is twice as much keeps the whole linear.
            let enough = self.buffer.len() >= FIRST_LOOK_BYTES.max(2 * looked_at).min(SNIFF_BYTES);
            if whole || enough {
                if let Some(found) = sniff::foreign(&self.buffer) {
                    return Err(InputError::Foreign { name: self.name.clone(), found });
                }
                looked_at = self.buffer.len();
                let head = self.buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.buffer);
                if let Some(layout) = sniff::layout(head, whole, &self.name) {
                    self.at = self.buffer.len() - head.len();
                    return Ok(layout);
                }
            }
            whole = self.read_more()? == 0;
        }
    }

    fn read_more(&mut self) -> Result<usize, InputError> {
        self.source.read_to(&mut self.buffer, READ_BYTES).map_err(|source| InputError::Io {
            name: self.name.clone(),
            consumed: self.source.consumed(),
            source,
        })
    }

    /// Bytes that were read and not yet taken, at least one; `None` at the end.
    fn fill(&mut self) -> Result<Option<&[u8]>, InputError> {
        if self.at >= self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
            if self.read_more()? == 0 {
                return Ok(None);
            }
        }
        Ok(self.buffer.get(self.at..))
    }

    fn next_record(&mut self, batch: &mut Batch) -> Result<bool, InputError> {
        if self.step == Step::Done {
            return Ok(false);
        }
        match self.layout {
            Layout::Lines => self.next_line(batch),
            Layout::Values => self.next_value(batch),
            Layout::Array | Layout::Wrapped => self.next_item(batch),
            Layout::Table(_) => self.next_row(batch),
        }
    }

    fn next_line(&mut self, batch: &mut Batch) -> Result<bool, InputError> {
        loop {
            let mut record = Growing::new(batch, self.line);
            let mut ended = false;
            while !ended {
                let Some(rest) = self.fill()? else { break };
                let line_end = memchr::memchr(b'\n', rest);
                let taken = line_end.map_or(rest.len(), |at| at + 1);
                record.push(batch, rest.get(..taken).unwrap_or_default());
                self.at += taken;
                ended = line_end.is_some();
            }
            self.line += u64::from(ended);
            if record.finish(batch) {
                return Ok(true);
            }
            if !ended {
                self.step = Step::Done;
                return Ok(false);
            }
        }
    }

    fn next_row(&mut self, batch: &mut Batch) -> Result<bool, InputError> {
        let Some(mut table) = self.table.take() else { return Ok(false) };
        let read = table.next(self, batch);
        self.table = Some(table);
        read
    }

    fn next_value(&mut self, batch: &mut Batch) -> Result<bool, InputError> {
        match self.peek()? {
            None => {
                self.step = Step::Done;
                Ok(false)
            }
            Some(b'{' | b'[') => self.copy_value(batch).map(|()| true),
            Some(_) => self.copy_junk(batch).map(|()| true),
        }
    }

    fn next_item(&mut self, batch: &mut Batch) -> Result<bool, InputError> {
        loop {
            let byte = self.peek()?;
            match (self.step, byte) {
                (Step::Done, _) => return Ok(false),
                (Step::Outside, None) => self.step = Step::Done,
                (Step::Outside, Some(_)) => self.open_list()?,
                (Step::First | Step::Behind, Some(b']')) => self.close_list()?,
                (Step::First | Step::Next, Some(_)) => {
                    self.copy_value(batch)?;
                    self.step = Step::Behind;
                    return Ok(true);
                }
                (Step::Behind, Some(b',')) => {
                    self.at += 1;
                    self.step = Step::Next;
                }
                (Step::Behind, Some(byte)) => {
                    return Err(self.unexpected(byte, "a comma or ] behind a record"));
                }
                (_, None) => return Err(self.cut_off()),
            }
        }
    }

    /// Moves to behind the `[` of the list, passing the keys before `data`.
    fn open_list(&mut self) -> Result<(), InputError> {
        self.list_line = self.line;
        if self.layout == Layout::Array {
            self.take(b'[', "a list")?;
        } else {
            self.take(b'{', "an object with the list data")?;
            loop {
                if self.wrapper_key()? && self.peek()? == Some(b'[') {
                    self.at += 1;
                    break;
                }
                self.skip_value()?;
                self.take(b',', "a comma and the list data")?;
            }
        }
        self.step = Step::First;
        Ok(())
    }

    /// Moves to behind the `]` of the list, and behind the object around it.
    fn close_list(&mut self) -> Result<(), InputError> {
        self.take(b']', "]")?;
        if self.layout == Layout::Wrapped {
            while self.peek()? == Some(b',') {
                self.at += 1;
                if self.wrapper_key()? && self.peek()? == Some(b'[') {
                    return Err(self.structure("a second list named data in one object".to_owned()));
                }
                self.skip_value()?;
            }
            self.take(b'}', "a comma or } behind the list data")?;
        }
        self.step = Step::Outside;
        Ok(())
    }

    /// Takes a key and its colon; whether the key is `data`.
    fn wrapper_key(&mut self) -> Result<bool, InputError> {
        match self.peek()? {
            Some(b'"') => {}
            Some(byte) => return Err(self.unexpected(byte, "a key")),
            None => return Err(self.cut_off()),
        }
        let mut key = Vec::new();
        self.scan_value(|piece| {
            let room = MAX_WRAPPER_KEY_BYTES.saturating_sub(key.len());
            key.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
        })?;
        self.take(b':', "a colon")?;
        Ok(key == b"\"data\"")
    }

    fn skip_value(&mut self) -> Result<(), InputError> {
        self.peek()?;
        self.scan_value(|_| ())
    }

    fn copy_value(&mut self, batch: &mut Batch) -> Result<(), InputError> {
        let mut record = Growing::new(batch, self.line);
        self.scan_value(|piece| record.push(batch, piece))?;
        record.finish(batch);
        Ok(())
    }

    /// Hands on what is no object between objects, up to the next one or the line's end.
    fn copy_junk(&mut self, batch: &mut Batch) -> Result<(), InputError> {
        let mut record = Growing::new(batch, self.line);
        while let Some(rest) = self.fill()? {
            let end = memchr::memchr3(b'\n', b'{', b'[', rest);
            let taken = end.unwrap_or(rest.len());
            record.push(batch, rest.get(..taken).unwrap_or_default());
            self.at += taken;
            if end.is_some() {
                break;
            }
        }
        record.finish(batch);
        Ok(())
    }

    /// Passes one value, handing its bytes to `piece`.
    fn scan_value(&mut self, mut piece: impl FnMut(&[u8])) -> Result<(), InputError> {
        let first_line = self.line;
        let mut scan = ValueScan::default();
        loop {
            let Some(rest) = self.fill()? else {
                return if scan.may_end() { Ok(()) } else { Err(self.cut_off_in(first_line)) };
            };
            let scanned = scan.feed(rest);
            let taken = match scanned {
                Scanned::More => rest.len(),
                Scanned::End(at) | Scanned::Mismatch(at) => at,
            };
            let (head, tail) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
            piece(head);
            let lines = memchr::memchr_iter(b'\n', head).count() as u64;
            let (nothing, next) = (head.is_empty(), tail.first().copied().unwrap_or_default());
            self.at += taken;
            self.line += lines;
            match scanned {
                Scanned::More => {}
                Scanned::End(_) if nothing && scan.is_unstarted() => {
                    return Err(self.unexpected(next, "a value"));
                }
                Scanned::End(_) => return Ok(()),
                Scanned::Mismatch(_) => {
                    let open = if next == b']' { "an object" } else { "a list" };
                    let problem = format!(
                        "'{}' while {open} is open, in the value that began on line {first_line}",
                        char::from(next)
                    );
                    return Err(self.structure(problem));
                }
            }
        }
    }

    /// The next byte that is not white space, not taken.
    fn peek(&mut self) -> Result<Option<u8>, InputError> {
        loop {
            let Some(rest) = self.fill()? else { return Ok(None) };
            let skip = rest.iter().take_while(|byte| is_space(**byte)).count();
            let byte = rest.get(skip).copied();
            let lines = memchr::memchr_iter(b'\n', rest.get(..skip).unwrap_or_default()).count() as u64;
            self.at += skip;
            self.line += lines;
            if byte.is_some() {
                return Ok(byte);
            }
        }
    }

    fn take(&mut self, wanted: u8, what: &str) -> Result<(), InputError> {
        match self.peek()? {
            Some(byte) if byte == wanted => {
                self.at += 1;
                Ok(())
            }
            Some(byte) => Err(self.unexpected(byte, what)),
            None => Err(self.cut_off()),
        }
    }

    fn structure(&self, problem: String) -> InputError {
        InputError::Structure { name: self.name.clone(), line: self.line, problem }
    }

    fn unexpected(&self, byte: u8, wanted: &str) -> InputError {
        self.structure(format!("'{}' where {wanted} was expected", byte.escape_ascii()))
    }

    fn cut_off(&self) -> InputError {
        self.structure(format!("the input ends inside the list that began on line {}", self.list_line))
    }

    fn cut_off_in(&self, first_line: u64) -> InputError {
        self.structure(format!("the input ends inside the value that began on line {first_line}"))
    }
}

/// A record that is being appended to a batch.
struct Growing {
    start: usize,
    line: u64,
    too_large: bool,
}

impl Growing {
    fn new(batch: &Batch, line: u64) -> Self {
        Self { start: batch.bytes.len(), line, too_large: false }
    }

    fn push(&mut self, batch: &mut Batch, piece: &[u8]) {
        let mut piece = piece;
        if batch.bytes.len() == self.start {
            let space = piece.iter().take_while(|byte| is_space(**byte)).count();
            piece = piece.get(space..).unwrap_or_default();
        }
        let length = batch.bytes.len() - self.start + piece.len();
        // The piece may end with the white space behind the record, a line end above all.
        self.too_large |= length > MAX_RECORD_BYTES + 2;
        if self.too_large {
            batch.bytes.truncate(self.start + KEPT_OF_TOO_LARGE);
            let room = (self.start + KEPT_OF_TOO_LARGE).saturating_sub(batch.bytes.len());
            piece = piece.get(..room.min(piece.len())).unwrap_or_default();
        }
        batch.bytes.extend_from_slice(piece);
    }

    /// Adds the record to the batch's items; false if it was nothing but white space.
    fn finish(self, batch: &mut Batch) -> bool {
        let text = batch.bytes.get(self.start..).unwrap_or_default();
        let length = text.len() - text.iter().rev().take_while(|byte| is_space(**byte)).count();
        batch.bytes.truncate(self.start + length);
        if length == 0 {
            return false;
        }
        let rejected = (self.too_large || length > MAX_RECORD_BYTES)
            .then_some(RejectReason::TooLarge { limit: MAX_RECORD_BYTES });
        batch.items.push(Item { range: self.start..self.start + length, line: self.line, rejected });
        true
    }
}

#[cfg(test)]
mod tests;
