//! Answers out: printed or written in any format, one after the other.

use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use rolo::sql::SqlError;
use rolo::sql::write::{FileFormat, Medium, WriteError, Writer, for_each_row};

use super::watch::Watch;
use crate::cli::args::RowsFormat;
use crate::cli::console::{Console, printable};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::output::{Output, Printable, TableWriter};
use crate::cli::table::UNCUT;

/// What stands for null in a table.
const NULL: &str = "NULL";

/// How rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Table,
    Written(FileFormat),
}

impl From<RowsFormat> for Shown {
    fn from(format: RowsFormat) -> Self {
        match format {
            RowsFormat::Table => Self::Table,
            RowsFormat::Jsonl => Self::Written(FileFormat::Jsonl),
            RowsFormat::Json => Self::Written(FileFormat::Json),
            RowsFormat::Csv => Self::Written(FileFormat::Csv),
            RowsFormat::Parquet => Self::Written(FileFormat::Parquet),
            RowsFormat::Arrow => Self::Written(FileFormat::Arrow),
        }
    }
}

/// Where the rows of answers go.
pub(crate) struct Answers {
    output: Output,
    shown: Shown,
    path: Option<PathBuf>,
    /// How many answers there were.
    count: usize,
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
        let by_ending = || path.and_then(FileFormat::of_path).map(Shown::Written);
        let shown = shown.or_else(by_ending);
        let shown =
            shown.unwrap_or(if on_terminal { Shown::Table } else { Shown::Written(FileFormat::Jsonl) });
        if let Shown::Written(format @ (FileFormat::Parquet | FileFormat::Arrow)) = shown
            && on_terminal
        {
            let problem = format!("{format} is not for a terminal: name a file with -o");
            return Err(Failure::Usage(problem));
        }
        Ok(Self { output, shown, path: path.map(Path::to_path_buf), count: 0 })
    }

    /// Prints an answer; returns how many rows it has.
    pub(crate) fn add(
        &mut self,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        self.count += 1;
        match self.shown {
            Shown::Table => self.table(columns, batches, watch, console),
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
        if self.shown != Shown::Table {
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

    fn table(
        &mut self,
        columns: &SchemaRef,
        batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
        watch: &Watch,
        console: &mut Console,
    ) -> Result<u64, Failure> {
        let header = columns.fields().iter().map(|field| field.name().clone()).collect();
        let right = columns.fields().iter().map(|field| is_number(field.data_type())).collect();
        let width = self.output.width(console).unwrap_or(UNCUT);
        let mut table = TableWriter::new(header, right, width, console.out_paint);
        if self.count > 1 {
            self.output.write(b"\n", console)?;
        }
        for batch in batches {
            let batch = batch?;
            interrupt::check()?;
            watch.clear();
            for_each_row(&batch, |cells| {
                let cells = cells.into_iter().map(|cell| cell.unwrap_or_else(|| NULL.to_string()));
                table.push(cells.collect(), &mut self.output, console)
            })?;
            self.output.writer(console).flush().map_err(Failure::writing(self.name()))?;
            watch.add(batch.num_rows());
        }
        watch.clear();
        table.finish(&mut self.output, console)?;
        Ok(watch.rows())
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

    fn name(&self) -> String {
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
