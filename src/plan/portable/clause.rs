//! A condition of SQL as a tree, and its layout: what fits into a line stays in one.

use super::engine::Wrapping;

/// Characters of a line, as long as anything can be broken off.
const WIDTH: usize = 100;
const INDENT: usize = 2;

/// A condition. Where it is null, it does not hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Clause {
    /// An expression that needs no parentheses.
    Plain(String),
    /// All hold. Two at least.
    And(Vec<Clause>),
    /// One holds. Two at least.
    Or(Vec<Clause>),
    /// It does not hold, or is null.
    Not(Box<Clause>),
    /// It holds for some item of a list.
    Some(Wrapping, Box<Clause>),
    /// Where the first expression is true, the second; elsewhere the clause.
    Case(String, String, Box<Clause>),
    /// Always.
    True,
    /// Never.
    False,
}

impl Clause {
    /// All of the parts.
    pub(super) fn all(parts: Vec<Clause>) -> Clause {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Clause::And(inner) => all.extend(inner),
                Clause::True => {}
                other => all.push(other),
            }
        }
        match all.len() {
            _ if all.contains(&Clause::False) => Clause::False,
            0 => Clause::True,
            1 => all.remove(0),
            _ => Clause::And(all),
        }
    }

    /// Any of the parts.
    pub(super) fn any(parts: Vec<Clause>) -> Clause {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Clause::Or(inner) => all.extend(inner),
                Clause::False => {}
                other => all.push(other),
            }
        }
        match all.len() {
            _ if all.contains(&Clause::True) => Clause::True,
            0 => Clause::False,
            1 => all.remove(0),
            _ => Clause::Or(all),
        }
    }

    /// The opposite, where null is no.
    pub(super) fn not(self) -> Clause {
        match self {
            Clause::True => Clause::False,
            Clause::False => Clause::True,
            Clause::Not(inner) => *inner,
            other => Clause::Not(Box::new(other)),
        }
    }

    /// Some item of a list meets it.
    pub(super) fn of_some(self, wrapping: Wrapping) -> Clause {
        match self {
            Clause::False => Clause::False,
            other => Clause::Some(wrapping, Box::new(other)),
        }
    }

    /// Its text; lines but the first begin `indent` characters in, or further.
    pub(super) fn text(&self, indent: usize) -> String {
        let line = self.line();
        if line.len() + indent <= WIDTH {
            return line;
        }
        let inner = indent + INDENT;
        match self {
            Clause::And(parts) => joined(parts, "AND", indent),
            Clause::Or(parts) => joined(parts, "OR", indent),
            Clause::Not(of) => format!("({}\n{}) IS NOT TRUE", below(of, inner), space(indent)),
            Clause::Some((open, close), of) => {
                format!("{}{}\n{}{close}", open.trim_end(), below(of, inner), space(indent))
            }
            Clause::Case(is, then, otherwise) => {
                let start = format!("\n{}", space(inner));
                let otherwise = otherwise.text(inner);
                format!("CASE{start}WHEN {is}{start}THEN {then}{start}ELSE {otherwise}\n{}END", space(indent))
            }
            Clause::Plain(_) | Clause::True | Clause::False => line,
        }
    }

    fn line(&self) -> String {
        let each = |parts: &[Clause], join: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.in_group(Clause::line)).collect();
            parts.join(join)
        };
        match self {
            Clause::Plain(text) => text.clone(),
            Clause::And(parts) => each(parts, " AND "),
            Clause::Or(parts) => each(parts, " OR "),
            Clause::Not(of) => format!("({}) IS NOT TRUE", of.line()),
            Clause::Some((open, close), of) => format!("{open}{}{close}", of.line()),
            Clause::Case(is, then, otherwise) => {
                format!("CASE WHEN {is} THEN {then} ELSE {} END", otherwise.line())
            }
            Clause::True => "TRUE".to_owned(),
            Clause::False => "FALSE".to_owned(),
        }
    }

    /// Its text among the parts of a group.
    fn in_group(&self, text: impl Fn(&Clause) -> String) -> String {
        match self {
            Clause::And(_) | Clause::Or(_) => format!("({})", text(self)),
            _ => text(self),
        }
    }
}

/// A clause on lines of its own.
fn below(of: &Clause, indent: usize) -> String {
    format!("\n{}{}", space(indent), of.text(indent))
}

/// The parts of a group, a line each or more.
fn joined(parts: &[Clause], word: &str, indent: usize) -> String {
    let part = |part: &Clause| match part {
        Clause::And(_) | Clause::Or(_) if part.line().len() + indent + word.len() + 3 > WIDTH => {
            format!("({}\n{})", below(part, indent + INDENT), space(indent))
        }
        _ => part.in_group(|part| part.text(indent)),
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    parts.join(&format!("\n{}{word} ", space(indent)))
}

fn space(count: usize) -> String {
    " ".repeat(count)
}
