//! Values of the JSON grammar: what an operator and its value test.
//!
//! Comparisons of numbers, dates, datetimes and booleans become ranges of ordered forms. A number is compared as the number
//! it is: `> 9.5` on integers is `=> 10`, and what lies beyond all integers is beyond them.

use super::error::{FilterError, brief};
use super::geo;
use super::operator::Operator;
use super::parse::{DotOperator, FilterOptions};
use super::tree::{Field, Pattern, Quantifier, Test};
use crate::index::ordered;
use crate::record::text::{fold_key, tokens};
use crate::record::{Coerced, Value, coerce, expected};
use crate::schema::Scalar;

/// Ranges of ordered forms, as in [`Test::Ranges`].
type Ranges = Vec<(u64, u64)>;

/// The test of an operator that fits the field. `value` is `None` where the condition has none.
pub(super) fn test(
    field: &Field,
    operator: Operator,
    value: Option<&Value<'_>>,
    options: &FilterOptions,
    at: &str,
) -> Result<Test, FilterError> {
    let reader = Reader { scalar: field.value.scalar, options, at };
    if operator.of_null() {
        return match value {
            None | Some(Value::Null) => Ok(Test::Present),
            Some(other) => reader.wrong(other, format!("null, the value of '{}'", operator.word())),
        };
    }
    let value = value.unwrap_or(&Value::Null);
    match operator {
        Operator::In | Operator::NotIn | Operator::HasAll => reader.listed(operator, value),
        Operator::Words => reader.words(value),
        Operator::Contains => reader.contains(value),
        Operator::GeoDistance | Operator::GeoExclude => {
            geo::area(value, operator == Operator::GeoExclude, at).map(Test::Geo)
        }
        Operator::Phrase | Operator::NoPhrase => {
            let words: Vec<String> = tokens(reader.text(value)?).map(Into::into).collect();
            if words.is_empty() { reader.no_words(value) } else { Ok(Test::Phrase(words)) }
        }
        _ if field.value.scalar == Scalar::String => {
            Ok(Test::Folded(fold_key(reader.text(value)?).into_owned()))
        }
        _ => reader.compare(operator, value).map(Test::Ranges),
    }
}

struct Reader<'a> {
    scalar: Scalar,
    options: &'a FilterOptions,
    at: &'a str,
}

impl Reader<'_> {
    fn wrong<T>(&self, found: &Value<'_>, accepted: impl Into<String>) -> Result<T, FilterError> {
        let (at, found) = (self.at.to_owned(), shown(found));
        Err(FilterError::WrongValue { at, found, accepted: accepted.into() })
    }

    fn no_words<T>(&self, found: &Value<'_>) -> Result<T, FilterError> {
        self.wrong(found, "at least one letter or digit to look for")
    }

    fn text<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, FilterError> {
        match value {
            Value::String(text) => Ok(text),
            other => self.wrong(other, "a string"),
        }
    }

    fn compare(&self, operator: Operator, value: &Value<'_>) -> Result<Ranges, FilterError> {
        match ranges(self.scalar, operator, value) {
            Some(ranges) => Ok(ranges),
            None => self.wrong(value, expected(self.scalar)),
        }
    }

    /// `(.)`: all words, or a pattern.
    fn words(&self, value: &Value<'_>) -> Result<Test, FilterError> {
        let text = self.text(value)?;
        if self.options.dot_operator == DotOperator::RegexPipeOr {
            return self.pattern(value, text);
        }
        let mut words: Vec<String> = Vec::new();
        for word in tokens(text) {
            if !words.iter().any(|known| *known == word) {
                words.push(word.into_owned());
            }
        }
        if words.is_empty() { self.no_words(value) } else { Ok(Test::Words(words)) }
    }

    /// The text anywhere, in any case.
    fn contains(&self, value: &Value<'_>) -> Result<Test, FilterError> {
        match self.text(value)? {
            "" => self.wrong(value, "a text that is not empty"),
            text => self.pattern(value, &regex::escape(text)),
        }
    }

    fn pattern(&self, value: &Value<'_>, text: &str) -> Result<Test, FilterError> {
        if text.is_empty() {
            return self.wrong(value, "a regular expression that is not empty");
        }
        let most = self.options.limits.regex_bytes;
        match Pattern::new(text, most) {
            Ok(pattern) => Ok(Test::Pattern(pattern)),
            Err(regex::Error::CompiledTooBig(_)) => Err(FilterError::Limit {
                at: self.at.to_owned(),
                limit: "regex_bytes",
                of: "bytes of compiled regular expression",
                most,
            }),
            Err(error) => self.wrong(value, format!("a regular expression ({error})")),
        }
    }

    /// The items of a list. Under `has_all` an item that can be no value of the field leaves nothing that could be met.
    fn listed(&self, operator: Operator, value: &Value<'_>) -> Result<Test, FilterError> {
        let Value::Array(items) = value else {
            return self.wrong(value, format!("a list, such as [{}]", example(self.scalar)));
        };
        let most = self.options.limits.list_items;
        if items.is_empty() {
            return self.wrong(value, "a list with at least one item");
        }
        if items.len() > most {
            let at = self.at.to_owned();
            return Err(FilterError::Limit { at, limit: "list_items", of: "items in a list", most });
        }
        let places = (0..items.len()).map(|i| format!("{}[{i}]", self.at));
        let items = items.iter().zip(places);
        if self.scalar == Scalar::String {
            let text = |(item, at): (_, String)| Reader { at: &at, ..*self }.text(item).map(str::to_owned);
            let mut texts = items.map(text).collect::<Result<Vec<_>, _>>()?;
            texts.sort_unstable();
            texts.dedup();
            return Ok(Test::OneOf(texts));
        }
        let point = |(item, at): (_, String)| Reader { at: &at, ..*self }.compare(Operator::Equal, item);
        let points = items.map(point).collect::<Result<Vec<_>, _>>()?;
        if operator.quantifier() == Quantifier::Each && points.iter().any(Vec::is_empty) {
            return Ok(Test::Ranges(Vec::new()));
        }
        let mut points = points.concat();
        points.sort_unstable();
        points.dedup();
        Ok(Test::Ranges(points))
    }
}

/// The ordered forms of which a comparison with `value` is true; `None` if the value is of another type.
pub(super) fn ranges(scalar: Scalar, operator: Operator, value: &Value<'_>) -> Option<Ranges> {
    if scalar == Scalar::Integer {
        return integer_ranges(operator, value);
    }
    let point = point(scalar, value)?;
    let range = match operator {
        Operator::Less => point.checked_sub(1).map(|last| (0, last)),
        Operator::AtMost => Some((0, point)),
        Operator::Greater => point.checked_add(1).map(|first| (first, u64::MAX)),
        Operator::AtLeast => Some((point, u64::MAX)),
        _ => Some((point, point)),
    };
    Some(range.into_iter().collect())
}

/// The ordered form of a value, where its type has one and it is of that type.
pub(super) fn point(scalar: Scalar, value: &Value<'_>) -> Option<u64> {
    match coerce(value, scalar).ok()? {
        Coerced::Bool(flag) => Some(ordered::from_bool(flag)),
        Coerced::Int(number) | Coerced::Datetime(number) => Some(ordered::from_i64(number)),
        Coerced::Float(number) => ordered::from_f64(number),
        Coerced::Date(days) => Some(ordered::from_i64(i64::from(days))),
        Coerced::Null | Coerced::Str(_) => None,
    }
}

/// The same for integers, which are compared with any number.
fn integer_ranges(operator: Operator, value: &Value<'_>) -> Option<Ranges> {
    // The greatest integer not above the number, and the least not below it. A double beyond all of `i128` becomes the
    // last of them, which is as far beyond `i64`.
    let (floor, ceil) = match value {
        Value::Int(n) => (i128::from(*n), i128::from(*n)),
        Value::UInt(n) => (i128::from(*n), i128::from(*n)),
        Value::Float(n) => (n.floor() as i128, n.ceil() as i128),
        _ => return None,
    };
    let (first, last) = match operator {
        Operator::Less => (i128::MIN, ceil.saturating_sub(1)),
        Operator::AtMost => (i128::MIN, floor),
        Operator::Greater => (floor.saturating_add(1), i128::MAX),
        Operator::AtLeast => (ceil, i128::MAX),
        // Empty for a fraction: its ceiling lies above its floor.
        _ => (ceil, floor),
    };
    let first = first.max(i128::from(i64::MIN));
    let last = last.min(i128::from(i64::MAX));
    let range = i64::try_from(first).ok().zip(i64::try_from(last).ok()).filter(|(first, last)| first <= last);
    Some(range.map(|(first, last)| (ordered::from_i64(first), ordered::from_i64(last))).into_iter().collect())
}

fn example(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::String => "\"Python\", \"Go\"",
        Scalar::Integer | Scalar::Number => "1, 2",
        Scalar::Boolean => "true",
        Scalar::Date | Scalar::Datetime => "\"2015-03-04\"",
    }
}

/// A value in words, for a message.
pub(super) fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) | Value::Object(_) if value.items().is_empty() && value.members().is_empty() => {
            format!("{} without anything in it", value.kind())
        }
        Value::Array(_) | Value::Object(_) => value.kind().to_owned(),
        _ => format!("{}: {}", value.kind(), brief(&value.to_json())),
    }
}
