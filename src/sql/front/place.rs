//! Places in a script, and messages that point at them.

use std::sync::Arc;

use datafusion::sql::sqlparser::tokenizer::{Location, Span};
use unicode_width::UnicodeWidthChar;

use crate::sql::SqlError;

/// A message shows so many characters of a line at most.
const SHOWN: usize = 100;
/// So many of them are in front of the place when the line is longer.
const BEFORE: usize = 60;

/// A script, shared by its statements so that each can show its own lines.
#[derive(Debug, Clone)]
pub(crate) struct Script(Arc<str>);

impl Script {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text from one place up to another. Columns count characters, from 1.
    pub(crate) fn slice(&self, from: Location, to: Location) -> &str {
        let text: &str = &self.0;
        text.get(self.offset(from)..self.offset(to)).unwrap_or_default()
    }

    fn offset(&self, at: Location) -> usize {
        let (line, column) = (to_index(at.line), to_index(at.column));
        let before: usize = self.0.split_inclusive('\n').take(line).map(str::len).sum();
        let rest = self.0.get(before..).unwrap_or_default();
        before + rest.char_indices().nth(column).map_or(rest.len(), |(offset, _)| offset)
    }

    /// The message, where it is about, that line, and a mark below it: `span` of nothing gives the message alone.
    pub(crate) fn error(&self, span: Span, message: &str) -> SqlError {
        SqlError::Statement(self.pointed(span, message))
    }

    fn pointed(&self, span: Span, message: &str) -> String {
        let at = span.start;
        let Some(line) = self.0.lines().nth(to_index(at.line)).filter(|_| at.line > 0) else {
            return message.to_owned();
        };
        let chars: Vec<char> = line.trim_end().chars().collect();
        let column = to_index(at.column).min(chars.len());
        let width = match span.end.line == at.line {
            true => to_index(span.end.column).saturating_sub(column).max(1),
            false => chars.len().saturating_sub(column).max(1),
        };
        let first = if chars.len() <= SHOWN { 0 } else { column.saturating_sub(BEFORE) };
        let shown: Vec<char> = chars.into_iter().skip(first).take(SHOWN).collect();
        let (before, marked) = shown.split_at((column - first).min(shown.len()));
        let blank: String = before.iter().map(|c| blank_like(*c)).collect();
        let marks: usize = marked.iter().take(width).map(|c| c.width().unwrap_or(1)).sum();
        let shown: String = shown.iter().collect();
        let dots = if first > 0 { "..." } else { "" };
        let indent = " ".repeat(dots.len());
        format!(
            "{message}\nline {}, column {}:\n  {dots}{shown}\n  {indent}{blank}{}",
            at.line,
            at.column,
            "^".repeat(marks.max(1))
        )
    }
}

/// What errors about one statement point with.
#[derive(Debug, Clone)]
pub(crate) struct Pointer {
    script: Script,
    begin: Location,
    end: Location,
}

impl Pointer {
    pub(crate) fn new(script: Script, begin: Location, end: Location) -> Self {
        Self { script, begin, end }
    }

    /// An error that points into the script.
    pub(crate) fn error(&self, span: Span, message: &str) -> SqlError {
        self.script.error(span, message)
    }

    /// The first place of a word in the statement, whatever its letters' case.
    pub(crate) fn find(&self, word: &str) -> Option<Span> {
        let text = self.script.slice(self.begin, self.end).to_ascii_lowercase();
        let word = word.to_ascii_lowercase();
        let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
        let at = text.match_indices(&word).map(|(at, _)| at).find(|at| {
            let (before, after) = (text.get(..*at), text.get(at + word.len()..));
            !before.is_some_and(|text| text.ends_with(part_of_word))
                && !after.is_some_and(|text| text.starts_with(part_of_word))
        })?;
        let before = text.get(..at)?;
        let lines = before.matches('\n').count() as u64;
        let own = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64;
        let column = if lines == 0 { self.begin.column + own } else { own + 1 };
        let start = Location { line: self.begin.line + lines, column };
        Some(Span::new(start, Location { column: column + word.chars().count() as u64, ..start }))
    }
}

/// What is as wide as a character and shows nothing.
fn blank_like(c: char) -> String {
    if c == '\t' { "\t".into() } else { " ".repeat(c.width().unwrap_or(0)) }
}

/// Lines and columns count from 1.
fn to_index(number: u64) -> usize {
    usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX)
}

/// The place that sqlparser names at the end of a message, and the message without it.
pub(crate) fn cut_place(message: &str) -> (&str, Option<Location>) {
    let Some((text, place)) = message.rsplit_once(" at Line: ") else { return (message, None) };
    let Some((line, column)) = place.split_once(", Column: ") else { return (message, None) };
    match (line.trim().parse(), column.trim().parse()) {
        (Ok(line), Ok(column)) => (text, Some(Location { line, column })),
        _ => (message, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointed(text: &str, from: (u64, u64), to: (u64, u64)) -> String {
        let span = Span::new(Location::new(from.0, from.1), Location::new(to.0, to.1));
        Script::new(text).pointed(span, "no")
    }

    #[test]
    fn the_mark_is_below_the_place() {
        assert_eq!(
            pointed("SELECT titel", (1, 8), (1, 13)),
            "no\nline 1, column 8:\n  SELECT titel\n         ^^^^^"
        );
        assert_eq!(pointed("a\n\tb c", (2, 4), (2, 5)), "no\nline 2, column 4:\n  \tb c\n  \t  ^");
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(pointed("'日本' x", (1, 6), (1, 7)), "no\nline 1, column 6:\n  '日本' x\n         ^");
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let line = format!("{}x{}", "a".repeat(500), "b".repeat(500));
        let message = pointed(&line, (1, 501), (1, 502));
        let lines: Vec<&str> = message.lines().collect();
        assert_eq!(lines[2].len(), 2 + 3 + SHOWN);
        assert_eq!(lines[2].find('x'), lines[3].find('^'));
    }

    #[test]
    fn a_place_outside_the_script_is_no_panic() {
        assert_eq!(pointed("a", (0, 0), (0, 0)), "no");
        assert_eq!(pointed("a", (9, 9), (9, 9)), "no");
        assert_eq!(pointed("a", (1, 9), (1, 3)), "no\nline 1, column 9:\n  a\n   ^");
    }
}
