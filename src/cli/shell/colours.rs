//! Colours of what is typed: keywords, texts, numbers, comments, commands.

use std::sync::{Arc, Mutex, PoisonError};

use nu_ansi_term::{Color, Style};
use reedline::{Highlighter, StyledText};

use super::commands::find;
use super::complete::{KEYWORDS, Known};
use super::scan::{Run, is_name_part, runs};

/// Colours for the line editor.
pub(super) struct Colours {
    known: Arc<Mutex<Known>>,
}

impl Colours {
    pub(super) fn new(known: Arc<Mutex<Known>>) -> Self {
        Self { known }
    }
}

/// What a part of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Plain,
    Keyword,
    Function,
    Text,
    Number,
    Comment,
    Command,
    /// A command that there is not.
    Unknown,
}

impl Part {
    fn style(self) -> Style {
        match self {
            Part::Plain => Style::new(),
            Part::Keyword => Style::new().fg(Color::Blue).bold(),
            Part::Function => Style::new().fg(Color::Cyan),
            Part::Text => Style::new().fg(Color::Green),
            Part::Number => Style::new().fg(Color::Yellow),
            Part::Comment => Style::new().dimmed(),
            Part::Command => Style::new().fg(Color::Purple).bold(),
            Part::Unknown => Style::new().fg(Color::Red),
        }
    }
}

impl Highlighter for Colours {
    fn highlight(&self, line: &str, _: usize) -> StyledText {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut styled = StyledText::new();
        for (part, text) in parts(line, |name| known.names.functions.iter().any(|function| function == name))
        {
            styled.push((part.style(), text.to_string()));
        }
        styled
    }
}

/// The text in parts, which together are the text.
fn parts(text: &str, is_function: impl Fn(&str) -> bool) -> Vec<(Part, &str)> {
    let mut parts = Vec::new();
    let blank = text.len() - text.trim_start().len();
    if text.trim_start().starts_with('.') {
        let end = text
            .get(blank..)
            .and_then(|rest| rest.find(char::is_whitespace))
            .map_or(text.len(), |end| blank + end);
        let (command, rest) = text.split_at(end);
        let known = find(command.trim_start().trim_start_matches('.')).is_some();
        return vec![(if known { Part::Command } else { Part::Unknown }, command), (Part::Plain, rest)];
    }
    for (run, mut rest) in runs(text) {
        match run {
            Run::Comment => parts.push((Part::Comment, rest)),
            Run::Quoted('\'') => parts.push((Part::Text, rest)),
            Run::Quoted(_) => parts.push((Part::Plain, rest)),
            Run::Code => {
                while let Some(first) = rest.chars().next() {
                    let (part, length) = part_of(rest, first, &is_function);
                    let (own, after) = rest.split_at(length);
                    parts.push((part, own));
                    rest = after;
                }
            }
        }
    }
    parts
}

/// What code begins with, and how long that is.
fn part_of(text: &str, first: char, is_function: &impl Fn(&str) -> bool) -> (Part, usize) {
    let name = text.find(|c: char| !is_name_part(c)).map_or(text, |end| text.get(..end).unwrap_or(text));
    let called = || text.get(name.len()..).is_some_and(|rest| rest.trim_start().starts_with('('));
    match first {
        '0'..='9' => (Part::Number, name.len()),
        c if !is_name_part(c) => (Part::Plain, c.len_utf8()),
        _ if is_function(&name.to_lowercase()) && called() => (Part::Function, name.len()),
        _ if KEYWORDS.binary_search(&name.to_uppercase().as_str()).is_ok() => (Part::Keyword, name.len()),
        _ => (Part::Plain, name.len()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<(Part, &str)> {
        let parts = parts(text, |name| name == "count");
        parts.into_iter().filter(|(part, _)| *part != Part::Plain).collect()
    }

    #[test]
    fn parts_have_their_colours() {
        use Part::{Command, Comment, Function, Keyword, Number, Text, Unknown};
        assert_eq!(
            told("select count(*) FROM people WHERE a.count = 'it''s' -- x\n AND b > 12.5 /* a /* b */ c */"),
            [
                (Keyword, "select"),
                (Function, "count"),
                (Keyword, "FROM"),
                (Keyword, "WHERE"),
                (Text, "'it''s'"),
                (Comment, "-- x\n"),
                (Keyword, "AND"),
                (Number, "12.5"),
                (Comment, "/* a /* b */ c */"),
            ]
        );
        assert_eq!(told(" .mode csv"), [(Command, " .mode")]);
        assert_eq!(told(".moda csv"), [(Unknown, ".moda")]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[ -~éß\n'\"./*-]{0,40}") {
            let all: String = parts(&text, |_| false).into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(all, text);
        }
    }
}
