//! Answers out: printed or written in any format, one after the other.

use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use rolo::sql::SqlError;
use rolo::sql::write::{FileFormat, Medium, WriteError, Writer, for_each_row};

use unicode_width::UnicodeWidthStr as _;

use super::pager;
use super::watch::Watch;
use crate::cli::args::RowsFormat;
use crate::cli::cells;
use crate::cli::console::{Console, printable};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::output::{Output, Printable, TableWriter};
use crate::cli::table::{Frame, UNCUT};

/// What stands for null where people read.
const NULL: &str = "NULL";
/// Lines of an answer that a screen shows without a pager.
const UNPAGED_LINES: usize = 50;

/// How rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Aligned columns.
    Grid(Frame),
    /// A line a cell.
    Lines,
    /// A table of HTML.
    Html,
    /// Tabs between cells.
    Tabs,
    Written(FileFormat),
}

impl From<RowsFormat> for Shown {
    fn from(format: RowsFormat) -> Self {
        match format {
            RowsFormat::Table => Self::Grid(Frame::Plain),
            RowsFormat::Box => Self::Grid(Frame::Box),
            RowsFormat::Markdown => Self::Grid(Frame::Markdown),
            RowsFormat::Line => Self::Lines,
            RowsFormat::Html => Self::Html,
            RowsFormat::Tsv => Self::Tabs,
            RowsFormat::Jsonl => Self::Written(FileFormat::Jsonl),
            RowsFormat::Json => Self::Written(FileFormat::Json),
            RowsFormat::Csv => Self::Written(FileFormat::Csv),
            RowsFormat::Parquet => Self::Written(FileFormat::Parquet),
            RowsFormat::Arrow => Self::Written(FileFormat::Arrow),
        }
    }
}

impl Shown {
    /// The form that the ending of a file's name says.
    pub(crate) fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "tsv" | "tab" => Some(Self::Tabs),
            "md" => Some(Self::Grid(Frame::Markdown)),
            "html" | "htm" => Some(Self::Html),
            _ => FileFormat::of_path(path).map(Self::Written),
        }
    }

    /// Its name, as `.mode` takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Grid(Frame::Plain) => "table",
            Self::Grid(Frame::Box) => "box",
            Self::Grid(Frame::Markdown) => "markdown",
            Self::Lines => "line",
            Self::Html => "html",
            Self::Tabs => "tsv",
            Self::Written(FileFormat::Jsonl) => "jsonl",
            Self::Written(FileFormat::Json) => "json",
            Self::Written(FileFormat::Csv) => "csv",
            Self::Written(FileFormat::Parquet) => "parquet",
            Self::Written(FileFormat::Arrow) => "arrow",
        }
    }
}

/// A terminal with somebody before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Rows of an answer that are shown; `None`: all.
    pub(crate) rows: Option<u64>,
    /// The widest text of a table that is wider than the screen.
    pub(crate) widest: usize,
    /// Whether long answers go through a pager.
    pub(crate) pager: bool,
}

/// How many rows an answer has, and how many of them were shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) rows: u64,
    pub(crate) shown: u64,
    /// Whether there may be more rows than were counted.
    pub(crate) stopped: bool,
}

/// Where the rows of answers go.
pub(crate) struct Answers {
    output: Output,
    pub(crate) shown: Shown,
    path: Option<PathBuf>,
    /// How many answers there were.
    count: usize,
    /// What stands for null, other than by default.
    pub(crate) null: Option<String>,
    /// If the output is a screen with somebody before it.
    pub(crate) screen: Option<Screen>,
}

impl Answers {
    /// Opens the output; standard output without a path. Without a format it is that of the path's ending, or fits the output.
    pub(crate) fn open(
        path: Option<&Path>,
        shown: Option<Shown>,
        database: &Path,
        console: &Console,
    ) -> Result<Self, Failure> {
        let output = Output::open(path, database)?;
        let on_terminal = output.width(console).is_some();
        let by_ending = || path.and_then(Shown::of_path);
        let default =
            || if on_terminal { Shown::Grid(Frame::Plain) } else { Shown::Written(FileFormat::Jsonl) };
        let shown = shown.or_else(by_ending).unwrap_or_else(default);
        let answers =
            Self { output, shown, path: path.map(Path::to_path_buf), count: 0, null: None, screen: None };
        answers.check(shown, console)?;
        Ok(answers)
    }

    /// Formats of bytes are nothing for a terminal.
    pub(crate) fn check(&self, shown: Shown, console: &Console) -> Result<(), Failure> {
        let on_terminal = self.output.width(console).is_some();
        match shown {
            Shown::Written(format @ (FileFormat::Parquet | FileFormat::Arrow)) if on_terminal => {
                Err(Failure::Usage(format!("{format} is not for a terminal: name a file with -o")))
            }
            _ => Ok(()),
        }
    }

    /// Prints an answer.
    pub(crate) fn add(
        &mut self,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<Counted, Failure> {
        if let (Some(screen), Some(width)) = (self.screen, self.output.width(console)) {
            return self.add_on_screen(screen, width, columns, batches, watch, console);
        }
        let rows = self.print(columns, batches, watch, console)?;
        Ok(Counted { rows, shown: rows, stopped: false })
    }

    /// Shows the first rows, through a pager if they are many, and counts the others.
    fn add_on_screen(
        &mut self,
        screen: Screen,
        width: usize,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<Counted, Failure> {
        let room = screen.rows.unwrap_or(u64::MAX);
        let mut counted = Counted { rows: 0, shown: 0, stopped: false };
        let mut kept = Vec::new();
        for batch in batches {
            let batch = match batch {
                // What there is so far has been asked for; only the count of the rest is given up.
                Err(SqlError::Interrupted) if counted.shown == room => {
                    counted.stopped = true;
                    break;
                }
                batch => batch?,
            };
            let rows = usize::try_from(room - counted.shown).unwrap_or(usize::MAX).min(batch.num_rows());
            if rows > 0 {
                kept.push(batch.slice(0, rows));
            }
            counted.shown += rows as u64;
            counted.rows += batch.num_rows() as u64;
            watch.add(batch.num_rows());
        }
        watch.clear();
        let (mut captured, text) = Console::captured(width, console.out_paint);
        let quiet = Watch::new(None, &captured);
        let before = self.count;
        self.count = 0;
        let printed = self.print(columns, &mut kept.into_iter().map(Ok), &quiet, &mut captured);
        self.count = before + 1;
        printed?;
        captured.flush()?;
        let text = text.text();
        let is_long = || text.lines().count() > UNPAGED_LINES;
        let is_wide = || text.lines().any(|line| !line.contains('\x1b') && line.width() > width);
        if !(screen.pager && (is_long() || is_wide()) && pager::show(&text, console)?) {
            console.print(&text)?;
            console.flush()?;
        }
        Ok(counted)
    }

    /// Prints all rows of an answer; returns how many there are.
    fn print(
        &mut self,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        self.count += 1;
        match self.shown {
            Shown::Grid(frame) => self.grid(frame, columns, batches, watch, console),
            Shown::Lines | Shown::Html | Shown::Tabs => self.cells(columns, batches, watch, console),
            Shown::Written(format @ (FileFormat::Parquet | FileFormat::Arrow)) if self.count > 1 => {
                let problem = format!(
                    "a {format} file has the rows of one statement, and this is the second with rows"
                );
                Err(Failure::Usage(format!("{problem}: run them one by one, or choose jsonl or csv")))
            }
            Shown::Written(format) => self.write(format, columns, batches, watch, console),
        }
    }

    /// Prints plans: in a table as they are drawn, a line a node; in other formats as rows.
    pub(crate) fn add_plans(
        &mut self,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<(), Failure> {
        if !matches!(self.shown, Shown::Grid(_)) {
            return self.add(columns, batches, watch, console).map(drop);
        }
        for batch in batches {
            for_each_row(&batch?, |cells| {
                let [kind, plan] =
                    <[Option<String>; 2]>::try_from(cells).unwrap_or_default().map(Option::unwrap_or_default);
                if self.count > 0 {
                    self.output.write(b"\n", console)?;
                }
                self.count += 1;
                let lines = plan.lines().map(|line| format!("  {}\n", printable(line))).collect::<String>();
                self.output.write(format!("{}\n{lines}", printable(&kind)).as_bytes(), console)
            })?;
        }
        watch.clear();
        Ok(())
    }

    /// Completes the output.
    pub(crate) fn finish(self, console: &mut Console) -> Result<(), Failure> {
        self.output.finish(console)
    }

    fn grid(
        &mut self,
        frame: Frame,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        let (header, right) = header_of(columns);
        let width = match frame {
            Frame::Markdown => UNCUT,
            Frame::Plain | Frame::Box => self.output.width(console).unwrap_or(UNCUT),
        };
        let widest = self.screen.filter(|screen| screen.pager).map(|screen| screen.widest);
        let table = TableWriter::new(header, right, width, console.out_paint).in_frame(frame);
        let mut table = table.or_wider(widest);
        if self.count > 1 {
            self.output.write(b"\n", console)?;
        }
        self.each_row(NULL, batches, watch, console, |row, output, console| {
            table.push(row, output, console)
        })?;
        table.finish(&mut self.output, console)?;
        Ok(watch.rows())
    }

    /// Prints rows in a form that needs no measuring.
    fn cells(
        &mut self,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        let (header, right) = header_of(columns);
        let on_terminal = self.output.width(console).is_some();
        let safe = |text: String| if on_terminal { safe(&text) } else { text };
        let shown = self.shown;
        let null = if shown == Shown::Lines { NULL } else { "" };
        let head = match shown {
            Shown::Html => cells::html_header(&header),
            Shown::Tabs => cells::tabs(&header),
            _ => String::new(),
        };
        self.output.write(safe(head).as_bytes(), console)?;
        self.each_row(null, batches, watch, console, |row, output, console| {
            let text = match shown {
                Shown::Html => cells::html_row(&row, &right),
                Shown::Tabs => cells::tabs(&row),
                _ => cells::lines(&header, &row),
            };
            output.write(safe(text).as_bytes(), console)
        })?;
        if shown == Shown::Html {
            self.output.write(cells::HTML_FOOTER.as_bytes(), console)?;
        }
        Ok(watch.rows())
    }

    /// Gives `print` each row as texts, `null` (unless the user wants another text) where there is none, and has what is printed seen
    /// batch by batch.
    fn each_row(
        &mut self,
        null: &str,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
        mut print: impl FnMut(Vec<String>, &mut Output, &mut Console) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let null = self.null.clone().unwrap_or_else(|| null.to_string());
        for batch in batches {
            let batch = batch?;
            interrupt::check()?;
            watch.clear();
            for_each_row(&batch, |row| {
                let row = row.into_iter().map(|cell| cell.unwrap_or_else(|| null.clone())).collect();
                print(row, &mut self.output, console)
            })?;
            self.output.writer(console).flush().map_err(Failure::writing(self.name()))?;
            watch.add(batch.num_rows());
        }
        watch.clear();
        Ok(())
    }

    fn write(
        &mut self,
        format: FileFormat,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        let name = self.name();
        let refused = |error| unwritten(&name, error);
        let medium = match &self.output {
            Output::File(..) => Medium::File,
            Output::Console if stdout_is_file() => Medium::File,
            Output::Console | Output::Device(..) => Medium::Stream,
        };
        let on_terminal = self.output.width(console).is_some();
        let mut plain = self.output.writer(console);
        let out: Box<dyn Write + Send + '_> = match on_terminal {
            true => Box::new(Printable::new(&mut plain, format != FileFormat::Csv)),
            false => Box::new(&mut plain),
        };
        let mut writer = Writer::new(format, SchemaRef::clone(columns), out, medium).map_err(refused)?;
        for batch in batches {
            let batch = batch?;
            interrupt::check()?;
            if on_terminal {
                watch.clear();
            }
            writer.write(&batch).map_err(refused)?;
            // Who reads along sees rows as they come.
            if medium == Medium::Stream {
                writer.flush().map_err(refused)?;
            }
            watch.add(batch.num_rows());
        }
        watch.clear();
        writer.finish().map_err(refused)
    }

    /// What it is called: a file's name, or standard output.
    pub(crate) fn name(&self) -> String {
        match &self.path {
            Some(path) if path != Path::new("-") => path.display().to_string(),
            _ => "standard output".to_string(),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A reader that went away is a normal end.
fn unwritten(name: &str, error: WriteError) -> Failure {
    match error {
        WriteError::Output(error) => Failure::writing(name)(error),
        WriteError::Column { .. } => Failure::Usage(error.to_string()),
        other => Failure::Failed(format!("{name}: {other}")),
    }
}

/// The names of columns, and which of them are numbers.
fn header_of(columns: &SchemaRef) -> (Vec<String>, Vec<bool>) {
    let fields = columns.fields();
    let names = fields.iter().map(|field| field.name().clone()).collect();
    (names, fields.iter().map(|field| is_number(field.data_type())).collect())
}

/// Text for a terminal; tabs stay.
fn safe(text: &str) -> String {
    text.split('\t').map(printable).collect::<Vec<_>>().join("\t")
}

fn is_number(of: &DataType) -> bool {
    match of {
        DataType::Dictionary(_, values) => is_number(values),
        other => other.is_numeric(),
    }
}

/// Whether the shell has put standard output into a file.
fn stdout_is_file() -> bool {
    use std::os::fd::AsFd as _;
    let stdout = std::io::stdout().as_fd().try_clone_to_owned();
    let kind = stdout.and_then(|stdout| std::fs::File::from(stdout).metadata());
    kind.is_ok_and(|kind| kind.is_file())
}
