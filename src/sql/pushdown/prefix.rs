//! How every text begins for which a predicate is true, in the order of dictionaries: by fold key (`record::text::fold_key`).
//!
//! A text that begins with `p` has a fold key that begins with the fold key of `p`, since folding goes character by character,
//! and white space stays white space: only what stands around it can be cut off. That serves `LIKE 'p%'`.
//!
//! Without regard to case only ASCII is followed, up to the first other character: `lower` and `ILIKE` have rules of their own
//! for some of the rest. Among ASCII letters `ILIKE` takes `ſ` (U+017F), whose fold is itself, for an `s`; the Kelvin sign
//! folds to `k` anyway. `lower` turns nothing but itself, capitals, the Kelvin sign and, at its beginning, `İ` into ASCII, and
//! folds agree.

use datafusion::logical_expr::expr::{BinaryExpr, InList, Like, ScalarFunction};
use datafusion::logical_expr::{Cast, Expr, Operator};

use crate::record::text::fold_key;

/// Fold keys with one of which the fold key of every text begins for which the predicate is true; `None`: nothing is known.
pub(super) fn prefixes(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Like(Like { negated: false, expr, pattern, escape_char, case_insensitive }) => {
            let head = head(literal(pattern)?, *escape_char);
            match subject(expr)? {
                Subject::Lowered => of_ascii(head).map(|prefix| vec![prefix]),
                Subject::Text if *case_insensitive => ignoring_case(head),
                Subject::Text => of_text(head).map(|prefix| vec![prefix]),
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let (of, text) = match literal(right) {
                Some(text) => (left, text),
                None => (right, literal(left)?),
            };
            Some(vec![of_subject(&subject(of)?, text)?])
        }
        Expr::InList(InList { expr, list, negated: false }) => {
            let subject = subject(expr)?;
            list.iter().map(|item| of_subject(&subject, literal(item)?)).collect()
        }
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "starts_with" => {
            let [text, prefix] = args.as_slice() else { return None };
            Some(vec![of_subject(&subject(text)?, literal(prefix)?)?])
        }
        _ => None,
    }
}

/// What is compared.
enum Subject {
    /// The column.
    Text,
    /// The column in lower case.
    Lowered,
}

fn subject(expr: &Expr) -> Option<Subject> {
    match expr {
        Expr::Column(_) => Some(Subject::Text),
        Expr::Cast(Cast { expr, .. }) => subject(expr),
        Expr::ScalarFunction(function) if function.name() == "lower" => match function.args.as_slice() {
            [inner] => subject(inner).map(|_| Subject::Lowered),
            _ => None,
        },
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str()?,
        Expr::Cast(Cast { expr, .. }) => literal(expr),
        _ => None,
    }
}

/// What stands before the first character of a pattern that is not itself.
fn head(pattern: &str, escape: Option<char>) -> &str {
    let end = pattern.find(|c| matches!(c, '%' | '_' | '\\') || Some(c) == escape);
    pattern.get(..end.unwrap_or(pattern.len())).unwrap_or_default()
}

fn of_subject(subject: &Subject, begins: &str) -> Option<String> {
    match subject {
        Subject::Text => of_text(begins),
        Subject::Lowered => of_ascii(begins),
    }
}

/// For texts that begin with `begins`.
fn of_text(begins: &str) -> Option<String> {
    Some(fold_key(begins).into_owned()).filter(|key| !key.is_empty())
}

/// For texts that begin so in lower case.
fn of_ascii(begins: &str) -> Option<String> {
    of_text(ascii(begins))
}

/// For texts that begin so without regard to case, as `ILIKE` has it: with each `s` as it is, or the first that is not one as `ſ`.
fn ignoring_case(begins: &str) -> Option<Vec<String>> {
    let head = ascii(begins).trim_start().to_ascii_lowercase();
    let whole = of_text(&head)?;
    let long = head.match_indices('s').map(|(at, _)| format!("{}ſ", head.get(..at).unwrap_or_default()));
    Some(long.chain([whole]).collect())
}

fn ascii(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
