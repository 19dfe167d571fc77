//! Where statements end, in text that may not be finished yet: quotes and comments hide semicolons, and a line that begins with a
//! dot where a statement could begin is a command.
//!
//! Pure functions of text. What stands between the ends is the parser's business.

/// A part of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'t> {
    /// What it is.
    pub(crate) kind: PieceKind,
    /// Its text: of a command without the white space around it.
    pub(crate) text: &'t str,
    /// The line that it begins in, from 1.
    pub(crate) line: u64,
}

/// What a part of a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A line that begins with a dot.
    Command,
    /// One statement or more, with what separates them.
    Statements,
}

/// Inside what the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Nothing: a semicolon ends the statement.
    Nothing,
    /// A quote, and the byte that it begins at.
    Quotes(char, usize),
    LineComment,
    BlockComment(u32),
}

/// Walks through text, character by character.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    inside: Inside,
    /// Whether the statement has begun.
    begun: bool,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, inside: Inside::Nothing, begun: false }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next character, or the two that begin or end a comment. `None` at the end.
    fn step(&mut self) -> Option<()> {
        let rest = self.rest();
        let c = rest.chars().next()?;
        let mut taken = c.len_utf8();
        self.inside = match self.inside {
            Inside::Quotes(quote, _) if c == quote => Inside::Nothing,
            Inside::LineComment if c == '\n' => Inside::Nothing,
            Inside::BlockComment(depth) if rest.starts_with("*/") => {
                taken = 2;
                if depth > 1 { Inside::BlockComment(depth - 1) } else { Inside::Nothing }
            }
            Inside::BlockComment(depth) if rest.starts_with("/*") => {
                taken = 2;
                Inside::BlockComment(depth + 1)
            }
            Inside::Nothing if rest.starts_with("--") => Inside::LineComment,
            Inside::Nothing if rest.starts_with("/*") => {
                taken = 2;
                Inside::BlockComment(1)
            }
            Inside::Nothing if c == ';' => {
                self.begun = false;
                Inside::Nothing
            }
            Inside::Nothing if c == '\'' || c == '"' => {
                self.begun = true;
                Inside::Quotes(c, self.at)
            }
            Inside::Nothing => {
                self.begun |= !c.is_whitespace();
                Inside::Nothing
            }
            same => same,
        };
        self.at += taken;
        Some(())
    }

    /// Whether a command may begin here: no statement has begun, and the line holds nothing else.
    fn is_command(&self) -> bool {
        let line = self.text.get(..self.at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        self.inside == Inside::Nothing
            && !self.begun
            && line.trim().is_empty()
            && self.rest().trim_start_matches([' ', '\t']).starts_with('.')
    }
}

/// The parts of a script, in order. Statements between two commands are one part.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut scan, mut start) = (Vec::new(), Scan::new(text), 0);
    let statements = |from: usize, to: usize| {
        let piece = text.get(from..to).filter(|piece| !piece.trim().is_empty())?;
        Some(Piece { kind: PieceKind::Statements, text: piece, line: line_of(text, from) })
    };
    loop {
        if scan.is_command() {
            pieces.extend(statements(start, scan.at));
            let end = scan.rest().find('\n').map_or(text.len(), |end| scan.at + end);
            let line = text.get(scan.at..end).unwrap_or_default().trim();
            pieces.push(Piece { kind: PieceKind::Command, text: line, line: line_of(text, scan.at) });
            (scan.at, start) = (end, end);
        }
        if scan.step().is_none() {
            pieces.extend(statements(start, text.len()));
            return pieces;
        }
    }
}

fn line_of(text: &str, at: usize) -> u64 {
    1 + text.get(..at).unwrap_or_default().matches('\n').count() as u64
}

/// Whether what was typed so far can be run: a command, or statements of which the last has its semicolon.
pub(crate) fn is_complete(text: &str) -> bool {
    let mut scan = Scan::new(text);
    if text.trim().is_empty() || is_farewell(text) {
        return true;
    }
    loop {
        if scan.is_command() {
            scan.at = scan.rest().find('\n').map_or(text.len(), |end| scan.at + end);
        }
        if scan.step().is_none() {
            return !scan.begun && matches!(scan.inside, Inside::Nothing | Inside::LineComment);
        }
    }
}

/// The quote that is open at the end of a text, and the byte that it begins at.
pub(crate) fn open_quote(text: &str) -> Option<(char, usize)> {
    let mut scan = Scan::new(text);
    while scan.step().is_some() {}
    match scan.inside {
        Inside::Quotes(quote, at) => Some((quote, at)),
        _ => None,
    }
}

/// What a run of characters is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Code,
    /// In these quotes, which belong to it.
    Quoted(char),
    Comment,
}

/// The runs of a text, which together are the text.
pub(crate) fn runs(text: &str) -> Vec<(Run, &str)> {
    let mut scan = Scan::new(text);
    let (mut runs, mut start, mut run) = (Vec::new(), 0, Run::Code);
    let is = |inside: Inside| match inside {
        Inside::Nothing => None,
        Inside::Quotes(quote, _) => Some(Run::Quoted(quote)),
        Inside::LineComment | Inside::BlockComment(_) => Some(Run::Comment),
    };
    loop {
        let (at, before) = (scan.at, scan.inside);
        let stepped = scan.step();
        // What opens and what closes belong to what is between them.
        let next = is(before).or(is(scan.inside)).unwrap_or(Run::Code);
        if stepped.is_none() || next != run {
            runs.extend(text.get(start..at).filter(|own| !own.is_empty()).map(|own| (run, own)));
            (start, run) = (at, next);
        }
        if stepped.is_none() {
            return runs;
        }
    }
}

/// Whether names of tables, columns and functions, dotted ones too, have this character.
pub(crate) fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

/// What people type to leave who do not know how.
pub(crate) fn is_farewell(text: &str) -> bool {
    let word = text.trim().trim_end_matches(';').trim_end();
    ["quit", "exit", "\\q"].iter().any(|farewell| word.eq_ignore_ascii_case(farewell))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(PieceKind, &str, u64)> {
        pieces(text).into_iter().map(|piece| (piece.kind, piece.text.trim(), piece.line)).collect()
    }

    #[test]
    fn commands_stand_between_statements() {
        use PieceKind::{Command, Statements};
        let text = "SELECT 1;\nSELECT 2;\n  .mode csv \n.timer on\nSELECT\n.5;\n-- .no\n.tables\n";
        assert_eq!(
            told(text),
            [
                (Statements, "SELECT 1;\nSELECT 2;", 1),
                (Command, ".mode csv", 3),
                (Command, ".timer on", 4),
                (Statements, "SELECT\n.5;\n-- .no", 4),
                (Command, ".tables", 8),
            ]
        );
        assert_eq!(told("SELECT ';\n.mode' ; .mode"), [(Statements, "SELECT ';\n.mode' ; .mode", 1)]);
        assert_eq!(told("/* ;\n.mode */ SELECT 1"), [(Statements, "/* ;\n.mode */ SELECT 1", 1)]);
        assert!(told(" \n ").is_empty());
    }

    #[test]
    fn a_statement_is_complete_with_its_semicolon() {
        for complete in [
            "",
            " ",
            "SELECT 1;",
            "SELECT 1; -- done",
            "SELECT ';' ;",
            ".mode csv",
            "  .help",
            "quit",
            "EXIT;",
            "SELECT 1;\n.mode",
            "SELECT 1; /* a /* b */ c */",
            "-- nothing",
        ] {
            assert!(is_complete(complete), "{complete}");
        }
        for pending in [
            "SELECT 1",
            "SELECT ';",
            "SELECT \"a;",
            "SELECT 1 -- ;",
            "SELECT 1 /* ; ",
            "/* a /* b */ ;",
            "SELECT 1; SELECT 2",
            "SELECT\n.mode",
            "SELECT 'it''s;",
        ] {
            assert!(!is_complete(pending), "{pending}");
        }
    }
}
