//! `rolo sql`: statements over the people of a database.
//!
//! - `script`: where statements come from
//! - `rows`: answers, printed or written; `watch`: how many rows there are so far

mod rows;
mod script;
mod watch;

use std::path::Path;
use std::sync::Arc;

use rolo::engine::Database;
use rolo::jobs;
use rolo::sql::front::{self, Statement};
use rolo::sql::{Session, SessionOptions, SqlError};

use super::args::{self, Limits, Memory};
use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::{interrupt, units};
pub(super) use rows::{Answers, Shown};
pub(super) use watch::Watch;

pub(crate) fn run(args: &args::Sql, console: &mut Console) -> Result<Exit, Failure> {
    let script = script::read(args)?;
    let database = Arc::new(Database::open(&args.database)?);
    let session = open_session(database, &args.database, &args.limits, args.safe)?;
    let statements = front::statements(&script)?;
    let shown = args.format.map(Shown::from);
    let mut answers = Answers::open(args.output.as_deref(), shown, &args.database, console)?;
    let mut exit = Exit::Done;
    for statement in &statements {
        match answer(&session, statement, &mut answers, console) {
            Ok(()) => {}
            Err(failure)
                if args.keep_going && !matches!(failure, Failure::ClosedPipe | Failure::Interrupted) =>
            {
                failure.tell(console);
                exit = if exit == Exit::Done { failure.exit() } else { exit };
            }
            Err(failure) => return Err(failure),
        }
    }
    answers.finish(console)?;
    Ok(exit)
}

/// A session over a database, with its jobs, that Ctrl-C stops.
pub(super) fn open_session(
    database: Arc<Database>,
    path: &Path,
    limits: &Limits,
    safe: bool,
) -> Result<Session, Failure> {
    let memory = limits.memory.map(|memory| match memory {
        Memory::Bytes(bytes) => bytes,
        Memory::Share(share) => (rolo::sql::machine_memory() as f64 * share) as u64,
    });
    let options = SessionOptions {
        memory,
        // What --threads says, else as many as there are cores.
        threads: Some(rayon::current_num_threads()),
        time_limit: limits.time_limit,
        safe,
        interrupted: Some(Arc::new(interrupt::requested)),
    };
    let session = Session::new(database, options)?;
    let tables = jobs::tables::tables(path).map_err(|error| Failure::Failed(error.to_string()))?;
    for (name, table) in tables {
        session.register(name, table)?;
    }
    Ok(session)
}

/// Runs a statement and prints its rows.
fn answer(
    session: &Session,
    statement: &Statement,
    answers: &mut Answers,
    console: &mut Console,
) -> Result<(), Failure> {
    let watch = Watch::new(None, console);
    let mut answer = session.run(statement)?;
    let columns = answer.schema();
    if statement.is_explain() {
        return answers.add_plans(&columns, &mut answer, &watch, console);
    }
    let rows = match columns.fields().is_empty() {
        true => None,
        false => Some(answers.add(&columns, &mut answer, &watch, console)?),
    };
    match (answer.message(), rows) {
        (Some(message), _) => console.note(&printable(message)),
        (None, Some(rows)) => console.note(&units::counted(rows, "row", "rows")),
        (None, None) => {}
    }
    Ok(())
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Database(error) => error.into(),
            SqlError::Interrupted => Self::Interrupted,
            SqlError::Statement(problem) => Self::Usage(problem),
            other => Self::Failed(other.to_string()),
        }
    }
}
