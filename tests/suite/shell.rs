//! The shell on a terminal: what is typed, and the screen that comes of it.
//!
//! The terminal is a pty with an emulator behind it that answers what programs ask terminals.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::pty::{OpenptyResult, Winsize, openpty};

use super::cli::Room;
use super::common::{SAMPLE, load};

/// How long a screen may take to come, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);
const ENTER: &str = "\r";
const TAB: &str = "\t";
const UP: &str = "\x1b[A";
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_R: &str = "\x12";
/// What asks a terminal where its cursor is.
const WHERE: &[u8] = b"\x1b[6n";

/// Lines of the screen.
const LINES: NonZero<u16> = NonZero::new(24).expect("not zero");

fn wide(columns: u16) -> NonZero<u16> {
    NonZero::new(columns).expect("columns")
}

/// A terminal with a shell in it.
struct Terminal {
    pty: File,
    screen: Arc<Mutex<vt100::Parser>>,
    reader: Option<JoinHandle<()>>,
    child: Child,
}

impl Terminal {
    /// `rolo people.parquet` with flags, which are separated by blanks, on a screen of 24 lines.
    fn open(room: &Room, flags: &str, columns: u16) -> Self {
        Self::open_with(room, flags, columns, &[])
    }

    fn open_with(room: &Room, flags: &str, columns: u16, variables: &[(&str, &str)]) -> Self {
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let OpenptyResult { master, slave } = openpty(&size, None).expect("a pty");
        let (pty, slave) = (File::from(master), File::from(slave));
        let stream = || Stdio::from(slave.try_clone().expect("a descriptor"));
        // A session of its own, whose terminal this is.
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg("--wait").arg(env!("CARGO_BIN_EXE_rolo")).arg("people.parquet");
        command.args(flags.split_whitespace()).current_dir(room.path("."));
        command.stdin(stream()).stdout(stream()).stderr(stream());
        command.env("TERM", "xterm-256color").env("NO_COLOR", "1").env("ROLO_PAGER", "");
        command.env("ROLO_HISTORY", room.path("history"));
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = command.spawn().expect("rolo starts");
        drop((command, slave));
        let screen = Arc::new(Mutex::new(vt100::Parser::new(LINES, wide(columns), 2_000)));
        let [mut from, mut to] = [(); 2].map(|()| pty.try_clone().expect("a descriptor"));
        let shown = Arc::clone(&screen);
        let reader = std::thread::spawn(move || {
            let (mut bytes, mut rest) = ([0; 4_096], Vec::new());
            // At the end of the process a pty gives an error.
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                rest.extend_from_slice(&bytes[..count]);
                let mut screen = shown.lock().unwrap_or_else(PoisonError::into_inner);
                while let Some(at) = rest.windows(WHERE.len()).position(|bytes| bytes == WHERE) {
                    screen.process(&rest[..at]);
                    rest.drain(..at + WHERE.len());
                    let (row, column) = screen.screen().cursor_position();
                    let _ = write!(to, "\x1b[{};{}R", row + 1, column + 1);
                }
                // A question may come in two parts.
                let kept = (1..WHERE.len()).rev().find(|count| rest.ends_with(&WHERE[..*count])).unwrap_or(0);
                let now = rest.len() - kept;
                screen.process(&rest[..now]);
                rest.drain(..now);
            }
        });
        Self { pty, screen, reader: Some(reader), child }
    }

    fn keys(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).expect("keys are typed");
    }

    /// Types a line, and Enter once it is on the screen: the next prompt is the one behind its answer. Between two lines wait for something
    /// that the first one shows, if it is only the prompt: what is typed before falls into the answer to the editor's question where the
    /// cursor is.
    #[track_caller]
    fn line(&mut self, text: &str) {
        self.keys(text);
        let end: String = text.chars().skip(text.chars().count().saturating_sub(8)).collect();
        self.wait(&format!("{text:?}"), |lines| lines.concat().ends_with(end.trim()));
        self.keys(ENTER);
    }

    /// The lines of the screen, without blanks at their ends and without empty lines at the end.
    fn lines(&self) -> Vec<String> {
        let screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, columns) = screen.screen().size();
        let mut lines: Vec<String> =
            screen.screen().rows(0, columns.get()).map(|line| line.trim_end().to_string()).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    fn wait(&self, what: &str, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let started = Instant::now();
        loop {
            let lines = self.lines();
            if wanted(&lines) {
                return lines;
            }
            assert!(started.elapsed() < PATIENCE, "no {what} on the screen:\n{}", lines.join("\n"));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until a line has a text.
    #[track_caller]
    fn shows(&self, text: &str) -> Vec<String> {
        self.wait(&format!("{text:?}"), |lines| lines.iter().any(|line| line.contains(text)))
    }

    /// Waits for the prompt of a new entry.
    #[track_caller]
    fn prompt(&self) -> Vec<String> {
        self.wait("prompt", |lines| lines.last().is_some_and(|line| line == "rolo>"))
    }

    /// Waits until lines with these texts follow one another.
    #[track_caller]
    fn shows_lines(&self, wanted: &[&str]) {
        self.wait(&wanted.join("\n"), |lines| lines.windows(wanted.len()).any(|lines| lines == wanted));
    }

    /// Ctrl-L: nothing but the prompt is left.
    #[track_caller]
    fn clear(&mut self) {
        self.keys("\x0c");
        self.wait("clear screen", |lines| lines == ["rolo>"]);
    }

    /// Makes the window as many columns wide.
    fn resize(&self, columns: u16) {
        let size = rustix::termios::Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&self.pty, size).expect("a size");
        self.screen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .screen_mut()
            .set_size(LINES, wide(columns));
    }

    /// Leaves the shell; its exit code.
    #[track_caller]
    fn leave(mut self) -> i32 {
        self.keys(CTRL_D);
        let started = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("a child") {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(10)),
            }
            assert!(started.elapsed() < PATIENCE, "it does not end:\n{}", self.lines().join("\n"));
        };
        let code = status.code().expect("an exit code");
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        code
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn room() -> Room {
    let room = Room::empty();
    load(&room.path("people.parquet"), &SAMPLE);
    room
}

#[test]
fn statements_of_several_lines_are_answered_in_a_box() {
    let room = room();
    let mut terminal = Terminal::open(&room, "", 80);
    terminal.shows("Statements end with a semicolon. .help lists commands, Ctrl-D leaves.");
    terminal.prompt();
    terminal.line("SELECT 1 AS one,");
    terminal.shows("  ...");
    terminal.line("  'a' AS letter, NULL AS nothing;");
    terminal.shows_lines(&[
        "rolo> SELECT 1 AS one,",
        "  ...   'a' AS letter, NULL AS nothing;",
        "┌─────┬────────┬─────────┐",
        "│ one │ letter │ nothing │",
        "├─────┼────────┼─────────┤",
        "│   1 │ a      │ NULL    │",
        "└─────┴────────┴─────────┘",
        "1 row",
        "rolo>",
    ]);
    terminal.line("SELECT nam FROM people;");
    terminal.shows("did you mean");
    terminal.prompt();
    terminal.line(".tabels");
    terminal.shows("there is no command .tabels; did you mean .tables?");
    terminal.line(".mode line");
    terminal.prompt();
    terminal.line("SELECT 'x' AS short, 2 AS much_longer;");
    terminal.shows_lines(&["      short = x", "much_longer = 2"]);
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn what_may_come_next_is_completed() {
    let room = room();
    let mut terminal = Terminal::open(&room, "", 100);
    terminal.prompt();
    terminal.keys(&format!("SELECT count(*) FROM peo{TAB}"));
    terminal.shows("rolo> SELECT count(*) FROM people");
    terminal.keys(&format!("WHERE country = 'Germ{TAB}"));
    terminal.shows("country = 'Germany'");
    terminal.line(";");
    terminal.shows("1 row");
    terminal.prompt();
    terminal.keys(&format!(".mod{TAB}"));
    terminal.shows("rolo> .mode");
    terminal.keys(&format!("mark{TAB}{ENTER}"));
    terminal.prompt();
    // Several that fit: a menu.
    terminal.keys(&format!("SELECT head{TAB}"));
    terminal.shows("headline");
    terminal.keys(CTRL_C);
    terminal.prompt();
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn ctrl_c_drops_a_line_and_stops_a_statement_and_never_the_shell() {
    let room = room();
    let mut terminal = Terminal::open(&room, "", 80);
    terminal.prompt();
    terminal.keys("SELECT nothing of this");
    terminal.shows("nothing of this");
    terminal.keys(CTRL_C);
    terminal.prompt();
    for endless in [
        "SELECT count(*) FROM people a, people b, people c WHERE a.name < b.name AND b.headline < c.headline;",
        "SELECT sum(length(a.headline || b.headline)) FROM people a JOIN people b ON a.headline <> b.name JOIN people c ON true;",
    ] {
        terminal.line(endless);
        // It runs once nothing of the prompt is behind it.
        std::thread::sleep(Duration::from_millis(500));
        terminal.keys(CTRL_C);
        terminal.shows("interrupted");
        terminal.prompt();
        terminal.clear();
    }
    terminal.line("SELECT 41 + 1;");
    terminal.shows("│ ");
    terminal.shows("42");
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn what_was_typed_comes_back_also_in_another_session() {
    let room = room();
    let mut terminal = Terminal::open(&room, "", 80);
    terminal.prompt();
    terminal.line("SELECT 'first';");
    terminal.shows("1 row");
    terminal.line(" SELECT 'secret';");
    terminal.shows("│ secret");
    terminal.line("SELECT 'second',");
    terminal.line("'line';");
    terminal.shows("line");
    terminal.prompt();
    assert_eq!(terminal.leave(), 0);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(room.path("history")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let mut terminal = Terminal::open(&room, "", 80);
    terminal.prompt();
    terminal.keys(UP);
    terminal.shows_lines(&["rolo> SELECT 'second',", "  ... 'line';"]);
    terminal.keys(CTRL_C);
    terminal.prompt();
    terminal.keys(&format!("{CTRL_R}fir"));
    terminal.shows("SELECT 'first';");
    // The first takes it, the second runs it.
    terminal.keys(ENTER);
    terminal.shows("rolo> SELECT 'first';");
    terminal.keys(ENTER);
    terminal.shows("│ first");
    terminal.line(".history 3");
    let lines = terminal.prompt();
    assert!(!lines.iter().any(|line| line.contains("secret")), "{lines:?}");
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn answers_fit_a_screen_that_changes() {
    let room = room();
    let mut terminal = Terminal::open(&room, "", 60);
    terminal.prompt();
    terminal.line("SELECT repeat('word ', 30) AS words;");
    let widest = |lines: &[String]| lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    terminal.shows("1 row");
    assert!(widest(&terminal.lines()) <= 60);
    terminal.resize(100);
    terminal.clear();
    terminal.line("SELECT repeat('word ', 30) AS words;");
    terminal.shows("1 row");
    let lines = terminal.prompt();
    assert!((61..=100).contains(&widest(&lines)), "{}", lines.join("\n"));
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn five_hundred_lines_can_be_pasted() {
    let room = room();
    let mut terminal = Terminal::open(&room, "", 80);
    terminal.prompt();
    let values: Vec<String> = (1..500).map(|n| format!("({n})")).collect();
    let pasted = format!("SELECT sum(column1) AS all_of_them FROM (VALUES\n{});", values.join(",\n"));
    assert_eq!(pasted.lines().count(), 500);
    terminal.keys(&format!("\x1b[200~{pasted}\x1b[201~"));
    terminal.keys(ENTER);
    terminal.shows("124750");
    terminal.prompt();
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn long_answers_go_through_the_pager_and_the_rest_is_counted() {
    let room = room();
    // Shows the first lines, and waits for a key; Ctrl-C is its own affair.
    let pager = "trap : INT; head -n 3; echo '(pager)'; read line </dev/tty; read line </dev/tty";
    let mut terminal = Terminal::open_with(&room, "", 80, &[("ROLO_PAGER", pager)]);
    terminal.prompt();
    terminal.line("SELECT person_id FROM people;");
    terminal.shows("(pager)");
    terminal.keys(CTRL_C);
    terminal.keys("\n\n\n");
    terminal.shows("1,000 of 2,000 rows shown; .limit 0 shows all");
    terminal.prompt();
    terminal.line(".limit 5");
    terminal.prompt();
    terminal.line("SELECT person_id FROM people;");
    terminal.shows("5 of 2,000 rows shown");
    terminal.prompt();
    terminal.line(".show");
    terminal.shows("limit: 5");
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn nothing_in_the_data_commands_the_terminal() {
    let room = room();
    let mut terminal = Terminal::open(&room, "", 80);
    terminal.prompt();
    for mode in ["box", "table", "line", "csv", "tsv", "jsonl", "html", "markdown"] {
        terminal.line(&format!(".mode {mode}"));
        terminal.prompt();
        terminal.line("SELECT 'x' || chr(27) || ']0;evil' || chr(7) || chr(27) || '[2J' || 'y' AS t;");
        terminal.shows("1 row");
        let title = terminal.screen.lock().unwrap().screen().contents();
        assert!(title.contains('y') && title.contains("SELECT"), "{mode}: {title}");
        terminal.clear();
    }
    assert_eq!(terminal.leave(), 0);
}
