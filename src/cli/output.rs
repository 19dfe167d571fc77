//! Rows out: as a table, JSON lines, one JSON array or CSV; to standard output or into a file that appears when complete.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rolo::jobs::Ledger;
use rolo::record::flatten::csv_line;
use serde::Serialize;
use tempfile::NamedTempFile;

use super::args;
use super::args::Format;
use super::console::{Console, DEFAULT_WIDTH, Paint, printable, printable_json};
use super::failure::Failure;
use super::interrupt;
use super::table::{Frame, Layout, MEASURED_ROWS, UNCUT};

/// Where rows go.
pub(crate) enum Output {
    /// Standard output.
    Console,
    /// A file that exists already and is none that could be replaced: a device, a pipe.
    Device(BufWriter<fs::File>, PathBuf),
    /// A file beside the wanted one, which it replaces at the end.
    File(BufWriter<NamedTempFile>, PathBuf),
}

impl Output {
    /// Opens the output; standard output without a path. It must not be the database, nor its jobs.
    pub(crate) fn open(path: Option<&Path>, database: &Path) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Console) };
        if path == Path::new("-") {
            return Ok(Self::Console);
        }
        if same_file(path, database) {
            let problem =
                format!("{} is the database itself: choose another name for the output", path.display());
            return Err(Failure::Usage(problem));
        }
        if same_file(path, &Ledger::path_beside(database)) {
            let problem = format!("{} has the jobs: choose another name for the output", path.display());
            return Err(Failure::Usage(problem));
        }
        // A link stays a link: what it leads to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let failed = Failure::writing(path.display().to_string());
        match fs::metadata(&path) {
            Ok(kind) if kind.is_dir() => {
                Err(Failure::Usage(format!("{} is a folder: name a file in it", path.display())))
            }
            Ok(kind) if !kind.is_file() => {
                let file = fs::OpenOptions::new().write(true).open(&path).map_err(failed)?;
                Ok(Self::Device(BufWriter::new(file), path))
            }
            _ => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder = folder.unwrap_or(Path::new("."));
                let mut name = tempfile::Builder::new();
                let file = name.prefix(".rolo-").suffix(".part").tempfile_in(folder).map_err(failed)?;
                interrupt::unfinished(file.path());
                Ok(Self::File(BufWriter::with_capacity(64 << 10, file), path))
            }
        }
    }

    /// Columns of the terminal that the output goes to; `None` if it goes elsewhere.
    pub(crate) fn width(&self, console: &Console) -> Option<usize> {
        matches!(self, Self::Console).then_some(console.out_width).flatten()
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8], console: &mut Console) -> Result<(), Failure> {
        match self {
            Self::Console => console.out().write_all(bytes).map_err(Failure::writing("standard output")),
            Self::Device(file, path) => file.write_all(bytes).map_err(Failure::writing(path.display())),
            Self::File(file, path) => file.write_all(bytes).map_err(Failure::writing(path.display())),
        }
    }

    /// What writes to it.
    pub(crate) fn writer<'a>(&'a mut self, console: &'a mut Console) -> &'a mut (dyn Write + Send) {
        match self {
            Self::Console => console.out(),
            Self::Device(file, _) => file,
            Self::File(file, _) => file,
        }
    }

    /// Completes the output: only now a file has its name.
    pub(crate) fn finish(self, console: &mut Console) -> Result<(), Failure> {
        match self {
            Self::Console => console.flush(),
            Self::Device(mut file, path) => file.flush().map_err(Failure::writing(path.display())),
            Self::File(file, path) => {
                let failed = |error| Failure::writing(path.display())(error);
                let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
                let temporary = file.path().to_path_buf();
                file.persist(&path).map_err(|error| failed(error.error))?;
                interrupt::finished(&temporary);
                Ok(())
            }
        }
    }
}

/// Whether two names mean one existing file.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// The format that was asked for, or that fits the output.
pub(crate) fn format_of(rows: &args::Rows, output: &Output, console: &Console) -> Format {
    let ending = rows.output.as_ref().and_then(|path| path.extension()?.to_str());
    rows.format.unwrap_or(match ending {
        Some("csv") => Format::Csv,
        Some("json") => Format::Json,
        _ if output.width(console).is_some() => Format::Table,
        _ => Format::Jsonl,
    })
}

/// A row in all its forms; each is made only where it is printed.
pub(crate) trait Row {
    /// One JSON object.
    fn json(&self) -> Result<String, Failure>;
    /// One text per column.
    fn cells(&self) -> Result<Vec<String>, Failure>;
}

/// A value as JSON on one line.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Failed(format!("internal error: {error}")))
}

/// Prints rows in a format.
pub(crate) struct RowWriter {
    output: Output,
    format: Format,
    table: TableWriter,
    terminal: bool,
    rows: u64,
}

impl RowWriter {
    /// A writer of rows with these columns. `right` says which of them are numbers.
    pub(crate) fn new(
        output: Output,
        format: Format,
        header: Vec<String>,
        right: Vec<bool>,
        console: &Console,
    ) -> Self {
        let width = output.width(console);
        let table = TableWriter::new(header, right, width.unwrap_or(DEFAULT_WIDTH), console.out_paint);
        Self { output, format, table, terminal: width.is_some(), rows: 0 }
    }

    /// Prints one row.
    pub(crate) fn push(&mut self, row: &impl Row, console: &mut Console) -> Result<(), Failure> {
        let first = self.rows == 0;
        self.rows += 1;
        match self.format {
            Format::Jsonl => {
                let line = self.safe_json(row.json()?);
                self.write(&format!("{line}\n"), console)
            }
            Format::Json => {
                let line = self.safe_json(row.json()?);
                self.write(&format!("{}{line}", if first { "[\n" } else { ",\n" }), console)
            }
            Format::Csv => {
                if first {
                    self.write_csv_header(console)?;
                }
                let line = self.safe_text(csv_line(&row.cells()?));
                self.write(&line, console)
            }
            Format::Table => self.table.push(row.cells()?, &mut self.output, console),
        }
    }

    /// Prints what is left, and completes the output.
    pub(crate) fn finish(mut self, console: &mut Console) -> Result<(), Failure> {
        match self.format {
            Format::Jsonl => {}
            Format::Json => self.write(if self.rows == 0 { "[]\n" } else { "\n]\n" }, console)?,
            Format::Csv if self.rows == 0 => self.write_csv_header(console)?,
            Format::Csv => {}
            Format::Table => self.table.finish(&mut self.output, console)?,
        }
        self.output.finish(console)
    }

    fn write_csv_header(&mut self, console: &mut Console) -> Result<(), Failure> {
        let line = csv_line(&self.table.header);
        self.write(&line, console)
    }

    fn safe_json(&self, text: String) -> String {
        if self.terminal { printable_json(&text) } else { text }
    }

    fn safe_text(&self, text: String) -> String {
        if self.terminal { printable(&text) } else { text }
    }

    fn write(&mut self, text: &str, console: &mut Console) -> Result<(), Failure> {
        self.output.write(text.as_bytes(), console)
    }
}

/// Prints rows as a table, as soon as enough of them say how wide its columns are.
pub(crate) struct TableWriter {
    header: Vec<String>,
    right: Vec<bool>,
    width: usize,
    frame: Frame,
    /// If not all columns fit: the width of the widest texts of a table that is wider than the screen.
    widest: Option<usize>,
    paint: Paint,
    waiting: Vec<Vec<String>>,
    layout: Option<Layout>,
}

impl TableWriter {
    /// A table of at most `width` columns of a screen.
    pub(crate) fn new(header: Vec<String>, right: Vec<bool>, width: usize, paint: Paint) -> Self {
        Self {
            header,
            right,
            width,
            frame: Frame::Plain,
            widest: None,
            paint,
            waiting: Vec::new(),
            layout: None,
        }
    }

    /// The same with a frame.
    #[cfg(feature = "sql")]
    pub(crate) fn in_frame(self, frame: Frame) -> Self {
        Self { frame, ..self }
    }

    /// The same; if its columns do not all fit the screen, it becomes wider, its widest texts so wide.
    #[cfg(feature = "sql")]
    pub(crate) fn or_wider(self, widest: Option<usize>) -> Self {
        Self { widest, ..self }
    }

    /// Adds a row.
    pub(crate) fn push(
        &mut self,
        cells: Vec<String>,
        output: &mut Output,
        console: &mut Console,
    ) -> Result<(), Failure> {
        if self.layout.is_some() {
            return self.write_cells(&cells, output, console);
        }
        self.waiting.push(cells);
        if self.waiting.len() >= MEASURED_ROWS { self.start(output, console) } else { Ok(()) }
    }

    /// Prints what is left.
    pub(crate) fn finish(mut self, output: &mut Output, console: &mut Console) -> Result<(), Failure> {
        // A frame is drawn around nothing, too.
        if !self.waiting.is_empty() || (self.layout.is_none() && self.frame != Frame::Plain) {
            self.start(output, console)?;
        }
        if let Some(footer) = self.layout.as_ref().and_then(Layout::footer) {
            output.write(format!("{footer}\n").as_bytes(), console)?;
        }
        if let Some(hidden @ 1..) = self.layout.as_ref().map(|layout| layout.hidden) {
            let more = super::units::counted(hidden as u64, "more column", "more columns");
            console.note(&format!("({more} on a wider screen, or with --format csv or jsonl)"));
        }
        Ok(())
    }

    fn start(&mut self, output: &mut Output, console: &mut Console) -> Result<(), Failure> {
        let rows = std::iter::once(&self.header).chain(&self.waiting).map(Vec::as_slice);
        let layout = Layout::fit(rows.clone(), &self.right, self.width, self.frame);
        let layout = match self.widest {
            Some(widest) if layout.hidden > 0 => {
                Layout::fit(rows, &self.right, UNCUT, self.frame).at_most(widest, &self.right)
            }
            _ => layout,
        };
        let header = layout.header(&self.header, &self.right, self.paint);
        self.layout = Some(layout);
        output.write(format!("{header}\n").as_bytes(), console)?;
        for cells in std::mem::take(&mut self.waiting) {
            self.write_cells(&cells, output, console)?;
        }
        Ok(())
    }

    fn write_cells(
        &self,
        cells: &[String],
        output: &mut Output,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let Some(layout) = &self.layout else { return Ok(()) };
        output.write(format!("{}\n", layout.row(cells, &self.right)).as_bytes(), console)
    }
}

/// Lets nothing in the data command a terminal, line by line.
pub(crate) struct Printable<'a> {
    out: &'a mut (dyn Write + Send),
    json: bool,
    line: Vec<u8>,
}

impl<'a> Printable<'a> {
    /// Before `out`. In JSON such characters become escapes, which mean the same.
    pub(crate) fn new(out: &'a mut (dyn Write + Send), json: bool) -> Self {
        Self { out, json, line: Vec::new() }
    }
}

impl Write for Printable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        let end = self.line.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let rest = self.line.split_off(end);
        let whole = std::mem::replace(&mut self.line, rest);
        let text = String::from_utf8_lossy(&whole);
        let text = if self.json { printable_json(&text) } else { printable(&text) };
        self.out.write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_made_safe_also_when_they_come_in_pieces() {
        let mut out = Vec::new();
        let mut safe = Printable::new(&mut out, true);
        let line = "{\"a\":\"x\u{9b}y\"}\n".as_bytes();
        for byte in line {
            safe.write_all(&[*byte]).unwrap();
        }
        assert_eq!(String::from_utf8(out).unwrap(), "{\"a\":\"x\\u009by\"}\n");
    }
}
