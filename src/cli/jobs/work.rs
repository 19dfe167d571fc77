//! `rolo jobs work`, and the waiting for one job: work in this process, with a line that says how far it is.

use std::path::Path;
use std::time::{Duration, Instant};

use rolo::jobs::{Job, JobQuery, Ledger, State, WorkObserver, WorkOptions, WorkReport, work};

use super::{Desk, download, open_if_any, owner_of, view};
use crate::cli::args;
use crate::cli::console::Console;
use crate::cli::failure::{Exit, Failure};
use crate::cli::interrupt;
use crate::cli::progress::ProgressLine;
use crate::cli::units::{count, counted};

/// How often the line is drawn.
const REDRAW: Duration = Duration::from_millis(200);
/// How often a job is looked at whose last chunks others have.
const POLL: Duration = Duration::from_millis(50);

pub(super) fn run(args: &args::Work, console: &mut Console) -> Result<Exit, Failure> {
    let Some(ledger) = open_if_any(&args.database)? else {
        console.note("no job was ever submitted");
        return Ok(Exit::Done);
    };
    let desk = Desk { ledger, owner: owner_of(&args.whose), database: args.database.clone() };
    let options = WorkOptions { forever: args.forever, lease: args.lease, ..WorkOptions::default() };
    match &args.id {
        Some(id) if !args.forever => {
            let job = desk.find(id)?;
            let options = WorkOptions { job: Some(job.id), ..options };
            let job = work_on(&desk, job, &options, console)?;
            if job.state == State::Completed {
                let headline = view::headline(&desk, &job, console.err_paint);
                console.note(headline.trim_end());
            }
            outcome(&desk, &job, console)
        }
        Some(id) => {
            let job = Some(desk.find(id)?.id);
            work_on_all(&desk, &WorkOptions { job, ..options }, console)
        }
        None => work_on_all(&desk, &options, console),
    }
}

/// Works on a job until it ends, writes its results to `output`, and prints it.
pub(super) fn to_its_end(
    desk: &Desk,
    job: Job,
    output: Option<&Path>,
    console: &mut Console,
) -> Result<Exit, Failure> {
    console.note(&format!("job {}, {}", desk.short(&job), counted(job.items, "item", "items")));
    let options = WorkOptions { job: Some(job.id), ..WorkOptions::default() };
    let job = work_on(desk, job, &options, console)?;
    match output {
        Some(output) if job.state == State::Completed => {
            download::write_to(desk, &job, output, console)?;
            // Results on standard output stay alone there.
            if output != Path::new("-") {
                view::print_end(desk, &job, console)?;
            }
        }
        None if job.state == State::Completed => view::print(desk, &job, console)?,
        _ => view::print_end(desk, &job, console)?,
    }
    outcome(desk, &job, console)
}

/// Works on a job until it ends or pauses, here or where others work on it.
fn work_on(desk: &Desk, job: Job, options: &WorkOptions, console: &mut Console) -> Result<Job, Failure> {
    let _patience = interrupt::be_patient();
    let mut watch = Watch {
        ledger: &desk.ledger,
        line: Line::Job(Box::new(job.clone()), JobProgress::new(&job, console)),
        drawn: None,
    };
    loop {
        work(&desk.database, options, &mut watch)?;
        let job = desk.again(&job)?;
        if !job.state.goes_on() {
            return Ok(job);
        }
        if interrupt::requested() {
            watch.clear();
            console.message(&format!("go on with: {}", desk.command("work", &job, "")));
            return Err(Failure::Interrupted);
        }
        std::thread::sleep(POLL);
    }
}

/// How a job that ended or paused ends the command: what is wrong, and what goes on.
fn outcome(desk: &Desk, job: &Job, console: &mut Console) -> Result<Exit, Failure> {
    let id = desk.short(job);
    let why = job.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
    let resume = desk.command("resume", job, "--wait");
    match job.state {
        State::Completed if job.counters.failed > 0 => {
            let failed = counted(job.counters.failed, "item", "items");
            let next = desk.after_failures(job).map(|(why, command)| format!("; {why}: {command}"));
            console.note(&format!("{failed} failed{}", next.unwrap_or_default()));
            Ok(Exit::SomeRejected)
        }
        State::Paused => {
            let pay = desk.pay(job);
            Err(Failure::Failed(format!("job {id} is paused{why}\npay with: {pay}\ngo on with: {resume}")))
        }
        State::Failed => Err(Failure::Failed(format!("job {id} failed{why}\ngo on with: {resume}"))),
        State::Cancelled => Err(Failure::Failed(format!("job {id} was cancelled{why}"))),
        State::Completed | State::Queued | State::Running => Ok(Exit::Done),
    }
}

/// Works on the jobs of everybody, or for ever on one.
fn work_on_all(desk: &Desk, options: &WorkOptions, console: &mut Console) -> Result<Exit, Failure> {
    let started = jiff::Timestamp::now();
    let patience = interrupt::be_patient();
    let mut watch = Watch { ledger: &desk.ledger, line: Line::All(ProgressLine::new(console)), drawn: None };
    let report = work(&desk.database, options, &mut watch)?;
    watch.clear();
    drop(patience);
    let chunks = counted(report.chunks, "chunk", "chunks");
    console.note(&format!("{} done in {chunks}", counted(report.items, "item", "items")));
    tell_stopped(desk, started, console)?;
    if interrupt::requested() {
        let database = crate::cli::failure::quoted(&desk.database);
        console.message(&format!("go on with: rolo jobs work {database}"));
        return Err(Failure::Interrupted);
    }
    Ok(Exit::Done)
}

/// Says which jobs need their owner: those that are paused, and those that failed meanwhile.
fn tell_stopped(desk: &Desk, started: jiff::Timestamp, console: &mut Console) -> Result<(), Failure> {
    const SAID: u64 = 5;
    for state in [State::Paused, State::Failed] {
        let query = JobQuery { state: Some(state), limit: SAID, ..JobQuery::default() };
        for job in desk.ledger.list(&query)?.jobs {
            if state == State::Failed && job.finished_at.is_none_or(|at| at < started) {
                continue;
            }
            let why = job.message.as_deref().unwrap_or("no reason was kept");
            let resume = desk.command("resume", &job, "");
            console.note(&format!("job {} is {state}: {why}; go on with: {resume}", desk.short(&job)));
        }
    }
    Ok(())
}

/// What a worker tells of its work.
struct Watch<'a> {
    ledger: &'a Ledger,
    line: Line,
    drawn: Option<Instant>,
}

/// A line about one job, or about all.
enum Line {
    Job(Box<Job>, JobProgress),
    All(ProgressLine),
}

impl Watch<'_> {
    fn clear(&mut self) {
        match &self.line {
            Line::Job(_, progress) => progress.0.clear(),
            Line::All(progress) => progress.clear(),
        }
    }
}

impl WorkObserver for Watch<'_> {
    fn progressed(&mut self, report: &WorkReport) {
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) {
            return;
        }
        self.drawn = Some(Instant::now());
        match &mut self.line {
            Line::Job(job, progress) => {
                // Others may work on it, too. What cannot be read now is told the next time.
                if let Ok(now) = self.ledger.job(job.id) {
                    progress.tell(&now);
                }
            }
            Line::All(progress) => progress.tell(report.items, None, |so_far| {
                format!(
                    "{} done, {}/s",
                    counted(report.items, "item", "items"),
                    count(so_far.rate(report.items))
                )
            }),
        }
    }

    fn stop(&self) -> bool {
        interrupt::requested()
    }
}

/// A line that says how far a job is.
pub(super) struct JobProgress(ProgressLine);

impl JobProgress {
    pub(super) fn new(job: &Job, console: &Console) -> Self {
        Self(ProgressLine::new(console).starting_at(job.counters.done()))
    }

    pub(super) fn tell(&mut self, job: &Job) {
        let done = job.counters.done();
        self.0.tell(done, Some(job.items), |so_far| {
            format!(
                "{} of {} items, {}/s, {} found{}",
                count(done),
                count(job.items),
                count(so_far.rate(done)),
                count(job.counters.found),
                so_far.left()
            )
        });
    }
}
