//! The one rule that says whether a JSON value fits a scalar type, and what it becomes.

use super::date::{parse_date, parse_datetime};
use super::value::Value;
use crate::schema::Scalar;

/// A value as its column stores it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Coerced<'v> {
    /// No value.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number; never NaN or infinite.
    Float(f64),
    /// Text.
    Str(&'v str),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    Datetime(i64),
}

/// A value that does not fit: null in its column, kept in the record, and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// What the value is, in words.
    pub found: &'static str,
    /// What the path takes, in words.
    pub expected: &'static str,
}

/// What `value` becomes in a column of type `scalar`.
///
/// Null stays null. Integers take a float without a fraction (`9.0`) within `i64`; numbers take integers;
/// strings take strings alone, booleans booleans alone;
/// dates and datetimes take text of the forms in [`date`](super::date), and the empty string is not one of
/// them.
pub fn coerce<'v>(value: &'v Value<'_>, scalar: Scalar) -> Result<Coerced<'v>, Mismatch> {
    let coerced = match (scalar, value) {
        (_, Value::Null) => Some(Coerced::Null),
        (Scalar::String, Value::String(text)) => Some(Coerced::Str(text)),
        (Scalar::Integer, Value::Int(n)) => Some(Coerced::Int(*n)),
        (Scalar::Integer, Value::Float(n)) => integral(*n).map(Coerced::Int),
        (Scalar::Number, Value::Float(n)) => Some(Coerced::Float(*n)),
        // The nearest double, as every JSON reader that knows doubles alone has it.
        (Scalar::Number, Value::Int(n)) => Some(Coerced::Float(*n as f64)),
        (Scalar::Number, Value::UInt(n)) => Some(Coerced::Float(*n as f64)),
        (Scalar::Boolean, Value::Bool(b)) => Some(Coerced::Bool(*b)),
        (Scalar::Date, Value::String(text)) => parse_date(text).map(Coerced::Date),
        (Scalar::Datetime, Value::String(text)) => parse_datetime(text).map(Coerced::Datetime),
        _ => None,
    };
    coerced.ok_or_else(|| Mismatch { found: found(value, scalar), expected: expected(scalar) })
}

/// A double without a fraction as the integer it is, if it fits.
fn integral(number: f64) -> Option<i64> {
    // Both bounds are powers of two, so exact as doubles; the upper one is the first that does not fit.
    let fits = number.fract() == 0.0
        && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    fits.then_some(number as i64)
}

fn found(value: &Value<'_>, scalar: Scalar) -> &'static str {
    match (scalar, value) {
        (Scalar::Date | Scalar::Datetime, Value::String(text)) if text.is_empty() => "an empty string",
        (Scalar::Date | Scalar::Datetime, Value::String(_)) => "a string that is no date",
        (Scalar::Integer, Value::UInt(_)) => "an integer above 2^63 - 1",
        _ => value.kind(),
    }
}

/// What a path of this type takes, in words for a message.
pub fn expected(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::String => "a string",
        Scalar::Integer => "an integer",
        Scalar::Number => "a number",
        Scalar::Boolean => "true or false",
        Scalar::Date => "a date such as 2015, 2015-03 or 2015-03-04",
        Scalar::Datetime => "a datetime such as 2015-03-04T05:06:07Z",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::parse;

    fn becomes(json: &str, scalar: Scalar) -> String {
        let parsed = parse(json.as_bytes()).unwrap();
        match coerce(&parsed.value, scalar) {
            Ok(coerced) => format!("{coerced:?}"),
            Err(mismatch) => format!("{}, wanted {}", mismatch.found, mismatch.expected),
        }
    }

    #[test]
    fn null_fits_every_type() {
        for scalar in Scalar::ALL {
            assert_eq!(becomes("null", scalar), "Null");
            assert!(becomes("[1]", scalar).starts_with("a list, wanted "));
            assert!(becomes("{}", scalar).starts_with("an object, wanted "));
        }
    }

    #[test]
    fn integers_take_floats_without_a_fraction() {
        for (json, expected) in [
            ("9", "Int(9)"),
            ("9.0", "Int(9)"),
            ("-0.0", "Int(0)"),
            ("1e3", "Int(1000)"),
            ("-9223372036854775808", "Int(-9223372036854775808)"),
            ("-9.223372036854775808e18", "Int(-9223372036854775808)"),
            ("9.5", "a number with a fraction or exponent, wanted an integer"),
            ("9.223372036854775808e18", "a number with a fraction or exponent, wanted an integer"),
            ("9223372036854775808", "an integer above 2^63 - 1, wanted an integer"),
            ("\"9\"", "a string, wanted an integer"),
            ("true", "a boolean, wanted an integer"),
        ] {
            assert_eq!(becomes(json, Scalar::Integer), expected, "{json}");
        }
    }

    #[test]
    fn other_types_take_their_own() {
        for (json, scalar, expected) in [
            ("9", Scalar::Number, "Float(9.0)"),
            ("0.1", Scalar::Number, "Float(0.1)"),
            ("18446744073709551615", Scalar::Number, "Float(1.8446744073709552e19)"),
            ("\"0.1\"", Scalar::Number, "a string, wanted a number"),
            ("\"\"", Scalar::String, "Str(\"\")"),
            ("1", Scalar::String, "an integer, wanted a string"),
            ("false", Scalar::Boolean, "Bool(false)"),
            ("0", Scalar::Boolean, "an integer, wanted true or false"),
            ("\"1970-01-02T23:00:00-02:00\"", Scalar::Date, "Date(2)"),
            ("\"1970\"", Scalar::Datetime, "Datetime(0)"),
            ("2015", Scalar::Date, "an integer, wanted a date such as 2015, 2015-03 or 2015-03-04"),
            ("\"\"", Scalar::Date, "an empty string, wanted a date such as 2015, 2015-03 or 2015-03-04"),
            (
                "\"soon\"",
                Scalar::Datetime,
                "a string that is no date, wanted a datetime such as 2015-03-04T05:06:07Z",
            ),
        ] {
            assert_eq!(becomes(json, scalar), expected, "{json}");
        }
    }
}
