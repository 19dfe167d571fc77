//! Where results and messages go, how wide it is there, and whether colours are wanted.

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

use rolo::record::text::is_unprintable;
use unicode_width::UnicodeWidthStr as _;

use super::args::{Common, When};
use super::failure::Failure;
use super::table::wrap;

/// Columns of a terminal that does not say how wide it is, and of what is no terminal.
pub(crate) const DEFAULT_WIDTH: usize = 100;

/// Standard output and standard error of a command.
pub(crate) struct Console {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write>,
    /// Columns of the terminal that results go to; `None` if they go elsewhere.
    pub(crate) out_width: Option<usize>,
    /// Columns of the terminal that messages go to; `None` if they go elsewhere.
    pub(crate) err_width: Option<usize>,
    /// Colours for results.
    pub(crate) out_paint: Paint,
    /// Colours for messages.
    pub(crate) err_paint: Paint,
    /// Whether only results and errors are wanted.
    pub(crate) quiet: bool,
}

impl Console {
    /// The console of this process.
    pub(crate) fn of_process(common: &Common) -> Self {
        let (out_width, err_width) = widths();
        Self {
            out: Box::new(BufWriter::with_capacity(64 << 10, io::stdout())),
            err: Box::new(io::stderr()),
            out_width,
            err_width,
            out_paint: Paint::new(common.color, out_width.is_some()),
            err_paint: Paint::new(common.color, err_width.is_some()),
            quiet: common.quiet,
        }
    }

    /// Looks again how wide the terminal is.
    #[cfg(feature = "sql")]
    pub(crate) fn measure(&mut self) {
        (self.out_width, self.err_width) = widths();
    }

    /// A console before any flag is known.
    pub(crate) fn plain() -> Self {
        let common = Common { quiet: false, color: When::Auto, threads: None };
        Self::of_process(&common)
    }

    /// A console whose results and messages are kept, as a terminal of `width` columns would show them.
    pub(crate) fn captured(width: usize, paint: Paint) -> (Self, Captured) {
        let text = Captured::default();
        let console = Self {
            out: Box::new(text.clone()),
            err: Box::new(text.clone()),
            out_width: Some(width),
            // No progress bars.
            err_width: None,
            out_paint: paint,
            err_paint: paint,
            quiet: false,
        };
        (console, text)
    }

    /// Where results go.
    pub(crate) fn out(&mut self) -> &mut (dyn Write + Send) {
        &mut *self.out
    }

    /// Prints results.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes()).map_err(Failure::writing("standard output"))
    }

    /// Writes out what is buffered.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(Failure::writing("standard output"))
    }

    /// Says something on standard error, behind the results so far.
    pub(crate) fn message(&mut self, text: &str) {
        // There is nobody to tell that nobody can be told.
        let _ = self.out.flush();
        let text = self.err_width.map_or(text.to_string(), |width| broken(text, width));
        let _ = writeln!(self.err, "{text}");
        let _ = self.err.flush();
    }

    /// Says something on standard error, unless the user wants quiet.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.quiet {
            self.message(text);
        }
    }
}

/// Columns of the terminals that results and messages go to.
fn widths() -> (Option<usize>, Option<usize>) {
    let width = |terminal: bool, size: Option<(terminal_size::Width, terminal_size::Height)>| {
        terminal.then(|| size.map_or(80, |(width, _)| usize::from(width.0).max(20)))
    };
    let out = width(io::stdout().is_terminal(), terminal_size::terminal_size_of(io::stdout()));
    (out, width(io::stderr().is_terminal(), terminal_size::terminal_size_of(io::stderr())))
}

/// Text with its long lines broken between words, indented as they begin. Coloured lines stay as they are.
fn broken(text: &str, width: usize) -> String {
    let line = |line: &str| {
        if line.contains('\x1b') || line.width() <= width {
            return line.to_string();
        }
        let margin = " ".repeat((line.len() - line.trim_start().len()).min(width / 2));
        let lines = wrap(line, width - margin.len());
        lines.iter().map(|line| format!("{margin}{line}")).collect::<Vec<_>>().join("\n")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What a captured console was told, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// The text so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(bool);

impl Paint {
    fn new(when: When, terminal: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self(match when {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && !set("NO_COLOR") && !dumb,
        })
    }

    /// Whether there are colours.
    #[cfg(feature = "sql")]
    pub(crate) fn is_on(self) -> bool {
        self.0
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(crate) fn cyan(self, text: &str) -> String {
        self.with("36", text)
    }

    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self(false)
    }
}

/// Text in which nothing commands a terminal; lines stay lines.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c != '\n' && is_unprintable(c) { '\u{fffd}' } else { c }).collect()
}

/// JSON in which nothing commands a terminal: such characters become escapes, which mean the same.
pub(crate) fn printable_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Between values only white space may stand; inside texts JSON forbids what is below a blank.
        if is_unprintable(c) && !matches!(c, '\n' | '\r' | '\t') {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_commands_a_terminal() {
        let bad = "a\u{1b}[31mb\u{9b}c\u{202e}d\u{7f}\r";
        assert!(!printable(bad).chars().any(is_unprintable));
        assert_eq!(printable("two\nlines"), "two\nlines");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let json = "{\"a\": \"x\u{9b}y\u{202e}\u{7f}\"}";
        let safe = printable_json(json);
        assert!(!safe.chars().any(is_unprintable), "{safe}");
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parse(json), parse(&safe));
    }

    #[test]
    fn long_messages_are_broken_between_words() {
        assert_eq!(broken("  one two three\nshort", 10), "  one two\n  three\nshort");
    }

    #[test]
    fn colours_are_asked_for_or_left_out() {
        assert_eq!(Paint::new(When::Always, false).bold("x"), "\x1b[1mx\x1b[0m");
        assert_eq!(Paint::new(When::Never, true).bold("x"), "x");
    }
}
