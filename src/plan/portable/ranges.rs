//! Ranges of numbers, dates, datetimes and booleans in SQL.

use super::clause::Clause;
use super::engine::SqlEngine;
use crate::index::ordered;
use crate::record::date::{format_date, format_datetime, parse_date, parse_datetime};
use crate::schema::Scalar;

/// Doubles below this that are whole are written as integers.
const WHOLE: f64 = 1e15;
/// Digits of a decimal that stands for exactly one double.
const DIGITS: usize = 15;

/// Whether a value lies in one of the ranges of ordered forms. `None`: an end has no literal.
pub(super) fn in_ranges(
    engine: SqlEngine,
    value: &str,
    scalar: Scalar,
    ranges: &[(u64, u64)],
) -> Option<Clause> {
    if scalar == Scalar::Boolean {
        let has = |flag: u64| ranges.iter().any(|(first, last)| (*first..=*last).contains(&flag));
        return Some(match (has(0), has(1)) {
            (true, true) => present(value),
            (true, false) => Clause::Plain(format!("NOT {value}")),
            (false, true) => Clause::Plain(value.to_owned()),
            (false, false) => Clause::False,
        });
    }
    let range = |&(first, last): &(u64, u64)| Range { engine, scalar, value }.clause(first, last);
    if ranges.len() > 1 && ranges.iter().all(|(first, last)| first == last) {
        let points = ranges.iter().map(|(point, _)| literal(engine, scalar, *point));
        return Some(Clause::Plain(format!(
            "{value} IN ({})",
            points.collect::<Option<Vec<_>>>()?.join(", ")
        )));
    }
    Some(Clause::any(ranges.iter().map(range).collect::<Option<_>>()?))
}

/// Whether there is a value.
pub(super) fn present(value: &str) -> Clause {
    Clause::Plain(format!("{value} IS NOT NULL"))
}

struct Range<'a> {
    engine: SqlEngine,
    scalar: Scalar,
    value: &'a str,
}

impl Range<'_> {
    fn clause(&self, first: u64, last: u64) -> Option<Clause> {
        if first == last {
            return Some(self.compared("=", &self.literal(first)?));
        }
        let low = || self.bound((">=", first), (">", first.checked_sub(1)));
        let high = || self.bound(("<=", last), ("<", last.checked_add(1)));
        Some(match (first, last) {
            (0, u64::MAX) => present(self.value),
            (0, _) => high()?,
            (_, u64::MAX) => low()?,
            _ => Clause::all(vec![low()?, high()?]),
        })
    }

    /// One end. Of numbers and instants whichever way is shorter: `< 5` is shorter than the greatest double below it.
    fn bound(
        &self,
        (including, at): (&str, u64),
        (excluding, beyond): (&str, Option<u64>),
    ) -> Option<Clause> {
        let at = self.literal(at).map(|literal| (including, literal));
        let shortest = matches!(self.scalar, Scalar::Number | Scalar::Datetime) || at.is_none();
        let beyond = beyond
            .filter(|_| shortest)
            .and_then(|beyond| self.literal(beyond))
            .map(|literal| (excluding, literal));
        let (operator, literal) = [at, beyond].into_iter().flatten().min_by_key(|(_, text)| text.len())?;
        Some(self.compared(operator, &literal))
    }

    fn compared(&self, operator: &str, literal: &str) -> Clause {
        Clause::Plain(format!("{} {operator} {literal}", self.value))
    }

    fn literal(&self, ordered: u64) -> Option<String> {
        literal(self.engine, self.scalar, ordered)
    }
}

/// The value of an ordered form; `None` if it is none that records have.
fn literal(engine: SqlEngine, scalar: Scalar, ordered: u64) -> Option<String> {
    match scalar {
        Scalar::Integer => Some(ordered::to_i64(ordered).to_string()),
        Scalar::Number => double(ordered::to_f64(ordered)),
        Scalar::Date => {
            let text = format_date(i32::try_from(ordered::to_i64(ordered)).ok()?);
            parse_date(&text).map(|_| format!("DATE '{text}'"))
        }
        Scalar::Datetime => {
            let text = format_datetime(ordered::to_i64(ordered));
            parse_datetime(&text).map(|_| engine.instant(&text))
        }
        Scalar::String | Scalar::Boolean => None,
    }
}

/// A double as a literal; `None` for infinities, NaN and -0.
pub(super) fn double(value: f64) -> Option<String> {
    if !value.is_finite() || (value == 0.0 && value.is_sign_negative()) {
        return None;
    }
    if value.fract() == 0.0 && value.abs() < WHOLE {
        return Some(format!("{value:.0}"));
    }
    let text = value.to_string();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // With an exponent it is a double to both engines; without, a decimal.
    Some(if digits <= DIGITS { text } else { format!("{value:e}") })
}
