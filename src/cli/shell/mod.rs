//! `rolo DB`, `rolo sql DB`: statements and commands, typed or from a script.
//!
//! - `scan`: where a statement ends, and which lines are commands; `words`: the words of a command
//! - `commands`: the commands, each defined once
//! - `script`: where statements come from; `editor`: lines as they are typed
//! - `complete`: what may come next; `colours`: of what is typed

mod colours;
mod commands;
mod complete;
mod editor;
mod scan;
mod script;
mod words;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use rolo::engine::Database;
use rolo::sql::Session;
use rolo::sql::front::{self, Statement};

use super::args;
use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::sql::{Answers, Counted, Screen, Shown, Watch, open_session};
use super::{interrupt, units};
use editor::{Editor, Input};
use scan::{Piece, PieceKind, is_farewell, pieces};

/// Rows of an answer that are shown on a screen, unless somebody says otherwise.
const SCREEN_ROWS: u64 = 1_000;
/// The widest text of a table that is wider than the screen.
const WIDEST: usize = 60;
/// Scripts that read one another.
const DEEPEST_SCRIPT: usize = 16;

/// What was asked for goes on, or is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Quit,
}

/// A database with somebody, or a script, that asks it.
struct Shell<'a> {
    args: &'a args::Sql,
    path: PathBuf,
    database: Arc<Database>,
    session: Session,
    answers: Answers,
    /// Where the next answer goes, if elsewhere.
    once: Option<Answers>,
    /// Whether lines are typed.
    interactive: bool,
    timer: bool,
    /// How answers are shown on the screen.
    screen: Screen,
    /// The last statement that gave rows.
    last: Option<String>,
    /// Where lines are typed.
    editor: Option<Editor>,
    /// Whether there may be other tables than those the editor knows.
    renamed: bool,
    /// Scripts that are being read.
    depth: usize,
    /// The first failure that did not end everything.
    exit: Exit,
}

/// Runs the statements of the arguments; without any, those that somebody types.
pub(crate) fn run(args: &args::Sql, console: &mut Console) -> Result<Exit, Failure> {
    let text = script::read(args)?;
    let mut shell = Shell::open(args, text.is_none(), console)?;
    match text {
        Some(text) => shell.script(&text, console).map(drop)?,
        None => shell.converse(console)?,
    }
    let exit = shell.exit;
    shell.answers.finish(console)?;
    Ok(exit)
}

impl<'a> Shell<'a> {
    fn open(args: &'a args::Sql, interactive: bool, console: &Console) -> Result<Self, Failure> {
        let database = Arc::new(Database::open(&args.database)?);
        let session = open_session(Arc::clone(&database), &args.database, &args.limits, args.safe)?;
        let default = interactive.then_some(args::RowsFormat::Box).filter(|_| args.output.is_none());
        let shown = args.format.or(default).map(Shown::from);
        let answers = Answers::open(args.output.as_deref(), shown, &args.database, console)?;
        let screen = Screen { rows: Some(SCREEN_ROWS), widest: WIDEST, pager: true };
        let mut shell = Self {
            args,
            path: args.database.clone(),
            database,
            session,
            answers,
            once: None,
            interactive,
            timer: false,
            screen,
            last: None,
            editor: None,
            renamed: true,
            depth: 0,
            exit: Exit::Done,
        };
        shell.set_screen(screen);
        Ok(shell)
    }

    /// How answers are shown from now on.
    fn set_screen(&mut self, screen: Screen) {
        self.screen = screen;
        self.answers.screen = self.interactive.then_some(screen);
    }

    /// Statements that somebody types.
    fn converse(&mut self, console: &mut Console) -> Result<(), Failure> {
        interrupt::stay();
        let people = units::counted(self.database.people(), "person", "people");
        console.note(&format!(
            "rolo {}: {people} in {}\nStatements end with a semicolon. .help lists commands, Ctrl-D leaves.",
            env!("CARGO_PKG_VERSION"),
            printable(&self.path.display().to_string())
        ));
        loop {
            let editor = self.editor.get_or_insert_with(|| Editor::new(console));
            if std::mem::take(&mut self.renamed) {
                editor.know(&self.database, &self.session);
            }
            let text = match editor.read()? {
                Input::Text(text) => text,
                Input::Cleared => continue,
                Input::End => return Ok(()),
            };
            // The window may have another size than before.
            console.measure();
            let flow = self.entered(&text, console);
            interrupt::forget();
            match flow {
                Ok(Flow::On) => {}
                Ok(Flow::Quit) => return Ok(()),
                Err(failure) => failure.tell(console),
            }
            console.flush()?;
        }
    }

    /// What was typed: commands, statements, or the wish to leave.
    fn entered(&mut self, text: &str, console: &mut Console) -> Result<Flow, Failure> {
        if is_farewell(text) {
            return Ok(Flow::Quit);
        }
        for piece in pieces(text) {
            match piece.kind {
                PieceKind::Command => {
                    if self.command(piece.text, console)? == Flow::Quit {
                        return Ok(Flow::Quit);
                    }
                }
                PieceKind::Statements => {
                    for statement in front::statements(&padded(&piece))? {
                        self.statement(&statement, console)?;
                    }
                }
            }
        }
        Ok(Flow::On)
    }

    /// Runs a script. Nothing of it is run if one of its statements cannot be read.
    fn script(&mut self, text: &str, console: &mut Console) -> Result<Flow, Failure> {
        let pieces = pieces(text);
        let statements = pieces.iter().map(|piece| match piece.kind {
            PieceKind::Statements => front::statements(&padded(piece)),
            PieceKind::Command => Ok(Vec::new()),
        });
        let statements = statements.collect::<Result<Vec<_>, _>>()?;
        for (piece, statements) in pieces.iter().zip(&statements) {
            if piece.kind == PieceKind::Command {
                let flow = self.command(piece.text, console);
                if self.go_on(flow, piece.line, console)? == Flow::Quit {
                    return Ok(Flow::Quit);
                }
            }
            for statement in statements {
                let done = self.statement(statement, console).map(|()| Flow::On);
                self.go_on(done, statement.line(), console)?;
            }
        }
        Ok(Flow::On)
    }

    /// After a failure a script is over, unless it should go on.
    fn go_on(
        &mut self,
        done: Result<Flow, Failure>,
        line: u64,
        console: &mut Console,
    ) -> Result<Flow, Failure> {
        let failure = match done {
            Ok(flow) => return Ok(flow),
            Err(failure) => failure.in_line(line),
        };
        if !self.args.keep_going || matches!(failure, Failure::ClosedPipe | Failure::Interrupted) {
            return Err(failure);
        }
        failure.tell(console);
        if self.exit == Exit::Done {
            self.exit = failure.exit();
        }
        Ok(Flow::On)
    }

    /// Runs a statement and shows its rows.
    fn statement(&mut self, statement: &Statement, console: &mut Console) -> Result<(), Failure> {
        let started = Instant::now();
        let done = self.answer(statement, console);
        if let Some(once) = self.once.take() {
            done.as_ref().map_or(Ok(()), |_| once.finish(console))?;
        }
        let message = done?;
        if let Some(message) = message {
            console.note(&message);
        }
        if self.timer {
            console.note(&format!("{:.3} s", started.elapsed().as_secs_f64()));
        }
        Ok(())
    }

    /// Shows the rows of a statement; what there is to say about them.
    fn answer(&mut self, statement: &Statement, console: &mut Console) -> Result<Option<String>, Failure> {
        let watch = Watch::new(None, console);
        let answers = self.once.as_mut().unwrap_or(&mut self.answers);
        let mut answer = self.session.run(statement)?;
        self.renamed |= statement.changes_tables();
        let columns = answer.schema();
        if statement.is_explain() {
            answers.add_plans(&columns, &mut answer, &watch, console)?;
            return Ok(None);
        }
        let counted = match columns.fields().is_empty() {
            true => None,
            false => Some(answers.add(&columns, &mut answer, &watch, console)?),
        };
        if counted.is_some() {
            self.last = Some(statement.text().to_string());
        }
        Ok(match (answer.message(), counted) {
            (Some(message), _) => Some(printable(message)),
            (None, counted) => counted.map(told),
        })
    }
}

/// How many rows there were.
fn told(Counted { rows, shown, stopped }: Counted) -> String {
    match stopped {
        _ if rows == shown && !stopped => units::counted(rows, "row", "rows"),
        true => format!("{} rows shown, of more than {}", units::count(shown), units::count(rows)),
        false => {
            format!("{} of {} rows shown; .limit 0 shows all", units::count(shown), units::count(rows))
        }
    }
}

/// The statements, with so many empty lines before them that errors name the lines of the script.
fn padded(piece: &Piece<'_>) -> String {
    "\n".repeat(usize::try_from(piece.line - 1).unwrap_or_default()) + piece.text
}
