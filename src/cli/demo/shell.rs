//! Commands as they are typed, run in this process, and what they print.

use std::path::Path;
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr as _;

use super::{Demo, MARGIN};
use crate::cli::console::Console;
use crate::cli::failure::{Failure, quoted};
use crate::cli::table::wrap;
use crate::cli::{dispatch, interrupt};

impl Demo<'_> {
    /// Shows a command, runs it, and shows at most `most` lines of what it prints.
    pub(super) fn step(&mut self, arguments: &[&str], most: usize) -> Result<Duration, Failure> {
        interrupt::check()?;
        let typed: Vec<String> = arguments.iter().map(|argument| quoted(Path::new(argument))).collect();
        self.commands(&[&format!("{} {}", self.program, typed.join(" "))])?;
        self.console.flush()?;
        let paint = self.console.out_paint;
        let (mut console, captured) = Console::captured(self.width.saturating_sub(MARGIN.len()), paint);
        let arguments = std::iter::once("rolo").chain(arguments.iter().copied());
        let (cli, matches) = crate::cli::parse(arguments.map(Into::into))
            .map_err(|error| Failure::Failed(format!("internal error: the demo types {error}")))?;
        let started = Instant::now();
        dispatch(&cli.command, &matches, &mut console)?;
        let time = started.elapsed();
        let text = captured.text();
        let lines: Vec<&str> = text.trim_end().lines().collect();
        let room = self.width.saturating_sub(MARGIN.len());
        let fitted =
            |line: &&str| if line.contains('\x1b') { line.to_string() } else { wrap_line(line, room) };
        let mut shown = lines.iter().take(most).map(fitted).collect::<Vec<_>>().join("\n");
        if let Some(more @ 1..) = lines.len().checked_sub(most) {
            shown.push_str(&format!("\n{}", paint.dim(&format!("… {more} more lines"))));
        }
        self.block(&shown)?;
        Ok(time)
    }

    pub(super) fn heading(&mut self, text: &str) -> Result<(), Failure> {
        let paint = self.console.out_paint;
        let rule = "─".repeat(self.width.saturating_sub(text.chars().count() + 1));
        self.console.print(&format!("{} {}\n\n", paint.bold(text), paint.dim(&rule)))
    }

    /// Says something in the demo's own words.
    pub(super) fn say(&mut self, text: &str) -> Result<(), Failure> {
        let text = wrap(text, self.width).join("\n");
        self.console.print(&format!("{text}\n\n"))
    }

    pub(super) fn commands(&mut self, commands: &[&str]) -> Result<(), Failure> {
        let paint = self.console.out_paint;
        let mut text = String::new();
        for command in commands {
            for (at, line) in shell_lines(command, self.width.saturating_sub(6)).iter().enumerate() {
                let start = if at == 0 { paint.dim("$ ") } else { "    ".to_string() };
                text.push_str(&format!("{MARGIN}{start}{}\n", paint.green(line)));
            }
        }
        self.console.print(&format!("{text}\n"))
    }

    /// What a command printed.
    pub(super) fn block(&mut self, text: &str) -> Result<(), Failure> {
        let lines: Vec<String> = text
            .lines()
            .map(|line| if line.is_empty() { String::new() } else { format!("{MARGIN}{line}") })
            .collect();
        self.console.print(&format!("{}\n\n", lines.join("\n")))
    }
}

/// A line as it is, or broken where it is too long.
fn wrap_line(line: &str, width: usize) -> String {
    if line.width() <= width { line.to_string() } else { wrap(line, width).join("\n") }
}

/// A command in lines that a shell reads as one, broken between its arguments.
fn shell_lines(command: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in shell_words(command) {
        // Room for the blank and the backslash.
        if !line.is_empty() && line.width() + word.width() + 3 > width {
            lines.push(format!("{line} \\"));
            line = String::new();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The words of a command; blanks inside quotes do not part them.
fn shell_words(command: &str) -> Vec<&str> {
    let mut quote = None;
    let parts = command.split(|c| {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        c == ' ' && quote.is_none()
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_is_broken_so_that_a_shell_joins_it() {
        let command = "rolo enrich people.parquet -i leads.csv --append -o enriched.csv";
        let lines = shell_lines(command, 40);
        assert!(lines.len() > 1 && lines.iter().all(|line| line.len() <= 40), "{lines:?}");
        assert_eq!(lines.join("\n").replace("\\\n", ""), command);
        let quoted = "duckdb -c \"from 'a b' select a long list\"";
        assert_eq!(shell_lines(quoted, 20), ["duckdb -c \\", "\"from 'a b' select a long list\""]);
    }
}
