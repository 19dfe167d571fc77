//! Trees as text: the JSON grammar again, and one line for people.
//!
//! Each meaning has one operator, so reading what is printed gives an equal tree.

use std::borrow::Cow;
use std::fmt;

use super::operator::Operator;
use super::tree::{Condition, Quantifier, Test, Tree};
use super::value::{point, ranges};
use crate::index::ordered;
use crate::record::Value;
use crate::record::date::{format_date, format_datetime};
use crate::schema::Scalar;

/// Numbers below this are integers in doubles, whatever they are.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Items of a list that the line for people shows.
const SHOWN: usize = 5;

type Json = Value<'static>;

impl Tree {
    /// The tree in the JSON grammar, without white space. `None` if it says something that the grammar has no words
    /// for: an empty group, ranges that no single operator gives, a predicate of SQL, elements asked for by name. No tree that was
    /// read from JSON does.
    pub fn to_json(&self) -> Option<String> {
        json(self).map(|value| value.to_json())
    }
}

fn json(tree: &Tree) -> Option<Json> {
    let (op, children) = match tree {
        Tree::Condition(condition) => return condition_json(condition),
        Tree::And(children) => ("and", children),
        Tree::Or(children) => ("or", children),
        Tree::AllOf(children) => ("all_of", children),
        Tree::Elements(_) => return None,
    };
    let conditions = children.iter().map(json).collect::<Option<Vec<_>>>()?;
    (!conditions.is_empty()).then(|| object([("op", text(op)), ("conditions", Value::Array(conditions))]))
}

fn condition_json(condition: &Condition) -> Option<Json> {
    let (operator, value) = wire(condition)?;
    let field = text(&condition.field.path);
    Some(object([("field", field), ("type", text(operator.word())), ("value", value)]))
}

fn object<const N: usize>(members: [(&'static str, Json); N]) -> Json {
    Value::Object(members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect())
}

fn text(text: &str) -> Json {
    Value::String(Cow::Owned(text.to_owned()))
}

/// The one operator, and its value, that say a condition.
fn wire(condition: &Condition) -> Option<(Operator, Json)> {
    use Quantifier::{No, Some as Any};
    let quantifier = condition.quantifier;
    let texts = |texts: &[String]| Value::Array(texts.iter().map(|item| text(item)).collect());
    let (operator, value) = match (quantifier, &condition.test) {
        (Any, Test::Present) => (Operator::IsNotNull, Value::Null),
        (No, Test::Present) => (Operator::IsNull, Value::Null),
        (Any, Test::Folded(key)) => (Operator::Equal, text(key)),
        (No, Test::Folded(key)) => (Operator::NotEqual, text(key)),
        (_, Test::OneOf(list)) => (of_list(quantifier), texts(list)),
        (Any, Test::Words(words)) => (Operator::Words, text(&words.join(" "))),
        (Any, Test::Phrase(words)) => (Operator::Phrase, text(&words.join(" "))),
        (No, Test::Phrase(words)) => (Operator::NoPhrase, text(&words.join(" "))),
        (Any, Test::Geo(area)) if area.is_outside() => (Operator::GeoExclude, area.to_value()),
        (Any, Test::Geo(area)) => (Operator::GeoDistance, area.to_value()),
        (Any, Test::Pattern(pattern)) => (Operator::Words, text(pattern.source())),
        (_, Test::Ranges(ranges)) => return wire_ranges(condition.field.value.scalar, quantifier, ranges),
        _ => return None,
    };
    Some((operator, value))
}

fn of_list(quantifier: Quantifier) -> Operator {
    match quantifier {
        Quantifier::Some => Operator::In,
        Quantifier::No => Operator::NotIn,
        Quantifier::Each => Operator::HasAll,
    }
}

fn wire_ranges(scalar: Scalar, quantifier: Quantifier, ranges: &[(u64, u64)]) -> Option<(Operator, Json)> {
    let equal = match quantifier {
        Quantifier::Some => Some(Operator::Equal),
        Quantifier::No => Some(Operator::NotEqual),
        Quantifier::Each => None,
    };
    let points = ranges.iter().map(|(first, last)| (first == last).then(|| literal(scalar, *first))?);
    if let Some(points) = points.collect::<Option<Vec<_>>>() {
        return match (equal, points.as_slice()) {
            // Only integers have values that nothing equals.
            (_, []) if scalar != Scalar::Integer => None,
            (Some(operator), []) => Some((operator, Value::Float(0.5))),
            (None, []) => Some((Operator::HasAll, Value::Array(vec![Value::Float(0.5)]))),
            (Some(operator), [only]) => Some((operator, only.clone())),
            _ => Some((of_list(quantifier), Value::Array(points))),
        };
    }
    match (quantifier, ranges) {
        (Quantifier::Some, [range]) => comparison(scalar, *range),
        _ => None,
    }
}

/// The comparison that gives this range. A bound that is no value of the type, such as the day after the last one, is said
/// by its neighbour.
fn comparison(scalar: Scalar, range: (u64, u64)) -> Option<(Operator, Json)> {
    let (first, last) = range;
    let candidates = [
        (Operator::AtLeast, Some(first)),
        (Operator::Greater, first.checked_sub(1)),
        (Operator::AtMost, Some(last)),
        (Operator::Less, last.checked_add(1)),
    ];
    candidates.into_iter().find_map(|(operator, bound)| {
        let value = literal(scalar, bound?)?;
        (ranges(scalar, operator, &value)? == [range]).then_some((operator, value))
    })
}

/// The value with this ordered form, if there is one.
fn literal(scalar: Scalar, form: u64) -> Option<Json> {
    let integer = ordered::to_i64(form);
    let value = match scalar {
        Scalar::String => return None,
        Scalar::Integer => Value::Int(integer),
        Scalar::Boolean => Value::Bool(ordered::to_bool(form)),
        Scalar::Number => match ordered::to_f64(form) {
            number if number.fract() == 0.0 && number.abs() < EXACT => Value::Int(number as i64),
            number if number.is_finite() => Value::Float(number),
            _ => return None,
        },
        Scalar::Date => text(&format_date(i32::try_from(integer).ok()?)),
        Scalar::Datetime => text(&format_datetime(integer)),
    };
    (point(scalar, &value) == Some(form)).then_some(value)
}

impl fmt::Display for Tree {
    /// One line for people: `and(basic_profile.name = "jane doe", or(..))`. Long lists are cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (op, children) = match self {
            Tree::Condition(condition) => return condition.fmt(f),
            Tree::And(children) => ("and", children),
            Tree::Or(children) => ("or", children),
            Tree::AllOf(children) => ("all_of", children),
            Tree::Elements(of) => {
                let word = if of.some { "some" } else { "no" };
                return write!(f, "{word} element({})", of.tree);
            }
        };
        write!(f, "{op}(")?;
        for (i, child) in children.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            child.fmt(f)?;
        }
        f.write_str(")")
    }
}

impl Condition {
    /// What no operator of the JSON grammar says, behind the path.
    fn without_operator(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Test::Ranges(ranges) = &self.test else {
            return write!(f, " {:?} {:?}", self.quantifier, self.test);
        };
        let scalar = self.field.value.scalar;
        f.write_str(if self.quantifier == Quantifier::No { " not" } else { "" })?;
        f.write_str(" between")?;
        for (i, (first, last)) in ranges.iter().take(SHOWN).enumerate() {
            let [first, last] = [first, last].map(|form| literal(scalar, *form).map(|value| value.to_json()));
            let [first, last] = [first, last].map(|end| end.unwrap_or_else(|| "any".to_owned()));
            write!(f, "{} {first} and {last}", if i > 0 { "," } else { "" })?;
        }
        if ranges.len() > SHOWN { write!(f, ", .. {} in all", ranges.len()) } else { Ok(()) }
    }
}

impl fmt::Display for Condition {
    /// Path, operator and value: `basic_profile.name = "jane doe"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Test::Text(predicate) = &self.test {
            return match self.quantifier {
                Quantifier::No => write!(f, "not ({})", predicate.name()),
                Quantifier::Some | Quantifier::Each => f.write_str(predicate.name()),
            };
        }
        f.write_str(&self.field.path)?;
        if let Test::Geo(area) = &self.test {
            return write!(f, "{} {area}", if self.quantifier == Quantifier::No { " not" } else { "" });
        }
        match wire(self) {
            None => self.without_operator(f),
            Some((operator, Value::Null)) => write!(f, " {}", operator.word()),
            Some((operator, Value::Array(items))) => {
                write!(f, " {} [", operator.word())?;
                for (i, item) in items.iter().take(SHOWN).enumerate() {
                    write!(f, "{}{}", if i > 0 { ", " } else { "" }, item.to_json())?;
                }
                if items.len() > SHOWN {
                    write!(f, ", .. {} in all", items.len())?;
                }
                f.write_str("]")
            }
            Some((operator, value)) => write!(f, " {} {}", operator.word(), value.to_json()),
        }
    }
}
