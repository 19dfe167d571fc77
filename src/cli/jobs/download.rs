//! `rolo jobs download`: the results of a job, in the order of its items.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use rolo::engine::Database;
use rolo::jobs::{DownloadFormat, Job, JobError, Ledger, State, results};
use rolo::schema::Schema;

use super::Desk;
use crate::cli::args::{self, ResultFormat};
use crate::cli::console::Console;
use crate::cli::failure::{Exit, Failure};
use crate::cli::interrupt;
use crate::cli::output::{Output, Printable};
use crate::cli::progress::ProgressLine;
use crate::cli::units::{count, counted};

pub(super) fn run(args: &args::Download, console: &mut Console) -> Result<Exit, Failure> {
    let (desk, job) = Desk::with_job(&args.job)?;
    let is_complete = job.state == State::Completed;
    if !is_complete && !args.partial {
        return Err(unfinished(&desk, &job));
    }
    let format = match args.format {
        Some(format) => format_of(format),
        None => format_by_name(args.output.as_deref())?,
    };
    let job = write(&desk, &job, args.output.as_deref(), format, console)?;
    if job.state == State::Completed {
        return Ok(Exit::Done);
    }
    let (done, items) = (count(job.counters.done()), counted(job.items, "item", "items"));
    console.message(&format!("partial: {done} of {items}"));
    Ok(Exit::SomeRejected)
}

/// Writes the results of a job to a file, in the format of its ending.
pub(super) fn write_to(desk: &Desk, job: &Job, output: &Path, console: &mut Console) -> Result<(), Failure> {
    write(desk, job, Some(output), format_by_name(Some(output))?, console).map(drop)
}

/// Says what is wrong with an output whose ending says the format, before there is a job to write.
pub(super) fn check_named(output: &Path, database: &Path) -> Result<(), Failure> {
    format_by_name(Some(output))?;
    check(output, database)
}

/// Says what is wrong with an output before there is anything to write.
fn check(output: &Path, database: &Path) -> Result<(), Failure> {
    if output == Path::new("-") {
        return Ok(());
    }
    format_by_name(Some(output))?;
    // Opening makes the temporary file, and dropping removes it.
    Output::open(Some(output), database).map(drop)
}

fn unfinished(desk: &Desk, job: &Job) -> Failure {
    let error = JobError::Unfinished { state: job.state, done: job.counters.done(), items: job.items };
    let mut text = error.to_string();
    let go_on = match job.state {
        State::Queued | State::Running => Some(desk.command("work", job, "")),
        State::Paused | State::Failed => Some(desk.command("resume", job, "--wait")),
        State::Completed | State::Cancelled => None,
    };
    if let Some(go_on) = go_on {
        text.push_str(&format!("\nto finish it:            {go_on}"));
    }
    text.push_str(&format!("\nto take what is there:   {}", desk.command("download", job, "--partial")));
    Failure::Failed(text)
}

fn format_of(format: ResultFormat) -> DownloadFormat {
    match format {
        ResultFormat::Jsonl => DownloadFormat::Jsonl,
        ResultFormat::Gzip => DownloadFormat::Gzip,
        ResultFormat::Json => DownloadFormat::Json,
        ResultFormat::Csv => DownloadFormat::Csv,
        ResultFormat::Parquet => DownloadFormat::Parquet,
    }
}

fn format_by_name(output: Option<&Path>) -> Result<DownloadFormat, Failure> {
    let Some(name) = output.and_then(|path| path.file_name()?.to_str()) else {
        return Ok(DownloadFormat::Jsonl);
    };
    match DownloadFormat::of_name(name) {
        Some(format) => Ok(format),
        None if name.to_ascii_lowercase().ends_with(".gz") => {
            let problem = "only JSON lines are compressed: end it in .jsonl.gz, or leave .gz out";
            Err(Failure::Usage(format!("{name}: {problem}")))
        }
        None => Ok(DownloadFormat::Jsonl),
    }
}

/// Writes what a job has, and returns the job as it was then.
fn write(
    desk: &Desk,
    job: &Job,
    output: Option<&Path>,
    format: DownloadFormat,
    console: &mut Console,
) -> Result<Job, Failure> {
    output.map(|output| check(output, &desk.database)).transpose()?;
    let mut out = Output::open(output, &desk.database)?;
    let on_terminal = out.width(console).is_some();
    if on_terminal && matches!(format, DownloadFormat::Gzip | DownloadFormat::Parquet) {
        let problem = format!("{format} is not for a terminal: name a file with -o");
        return Err(Failure::Usage(problem));
    }
    let progress = ProgressLine::new(console);
    let job = {
        let mut plain = out.writer(console);
        let mut safe;
        let out: &mut (dyn Write + Send) = if on_terminal {
            safe = Printable::new(&mut plain, format != DownloadFormat::Csv);
            &mut safe
        } else {
            &mut plain
        };
        // As of one moment: a retry moves lines.
        desk.ledger.read(|ledger| write_lines(desk, ledger, job, format, progress, out))
    };
    let job = job.map_err(|error| failure(error, output))?;
    out.finish(console)?;
    let to = output.filter(|path| *path != Path::new("-")).map(|path| format!(" to {}", path.display()));
    console.note(&format!("{}{}", counted(job.counters.lines, "line", "lines"), to.unwrap_or_default()));
    Ok(job)
}

fn write_lines(
    desk: &Desk,
    ledger: &Ledger,
    job: &Job,
    format: DownloadFormat,
    progress: ProgressLine,
    out: &mut (dyn Write + Send),
) -> Result<Job, JobError> {
    let known = job.state;
    let job = ledger.job(job.id)?;
    if known == State::Completed && job.state != known {
        let (done, items) = (job.counters.done(), job.items);
        return Err(JobError::Unfinished { state: job.state, done, items });
    }
    // The people may be gone; the catalogue that comes with rolo then has to do.
    let schema = Database::open(&desk.database)
        .map_or_else(|_| Schema::person(), |people| Arc::clone(people.schema()));
    let selection = match format {
        DownloadFormat::Csv | DownloadFormat::Parquet => {
            job.request.selection(&schema).map_err(rolo::engine::Error::from)?
        }
        DownloadFormat::Jsonl | DownloadFormat::Gzip | DownloadFormat::Json => None,
    };
    let members = Members { ledger, job: &job, from: 0, progress };
    let lines = results::write(members, &job.request.shape(), &schema, selection.as_ref(), format, out)?;
    match job.counters.lines {
        all if all == lines => Ok(job),
        all => Err(JobError::Member(format!("{lines} lines of {all} are there"))),
    }
}

/// A writer that nobody reads any more is a normal end.
fn failure(error: JobError, output: Option<&Path>) -> Failure {
    match error {
        JobError::Output(error) => {
            let name = output.map_or("standard output".to_string(), |path| path.display().to_string());
            Failure::writing(name)(error)
        }
        error => error.into(),
    }
}

/// The stored members of a job, in order.
struct Members<'a> {
    ledger: &'a Ledger,
    job: &'a Job,
    from: u64,
    progress: ProgressLine,
}

impl Iterator for Members<'_> {
    type Item = Result<Vec<u8>, JobError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if interrupt::requested() {
                return Some(Err(JobError::Interrupted));
            }
            let chunk = match self.ledger.next_chunk(self.job.id, self.from) {
                Ok(chunk) => chunk?,
                Err(error) => return Some(Err(error)),
            };
            self.from = chunk.first + chunk.items;
            let (from, items) = (self.from, self.job.items);
            self.progress.tell(from, Some(items), |so_far| {
                format!("{} of {} items{}", count(from), count(items), so_far.left())
            });
            if let Some(gzip) = chunk.gzip {
                return Some(Ok(gzip));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_says_its_format() {
        for (name, format) in [
            ("a.jsonl", DownloadFormat::Jsonl),
            ("a.jsonl.gz", DownloadFormat::Gzip),
            ("a.JSON", DownloadFormat::Json),
            ("a.csv", DownloadFormat::Csv),
            ("b.c/a.parquet", DownloadFormat::Parquet),
            ("a", DownloadFormat::Jsonl),
            ("a.txt", DownloadFormat::Jsonl),
        ] {
            assert_eq!(format_by_name(Some(Path::new(name))).unwrap(), format, "{name}");
        }
        assert_eq!(format_by_name(None).unwrap(), DownloadFormat::Jsonl);
        for name in ["a.csv.gz", "a.json.gz", "a.parquet.GZ"] {
            assert!(format_by_name(Some(Path::new(name))).is_err(), "{name}");
        }
    }
}
