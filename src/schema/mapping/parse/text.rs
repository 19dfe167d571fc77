//! Parts of a mapping's text, read with their place.

use serde_json::{Map, Value};

use crate::schema::mapping::rule::{Constant, Direction};

/// A text that is no mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mapping, at {at}: {problem}")]
pub struct MappingError {
    /// The place in the text, such as `record.emails[0].address`.
    pub at: String,
    /// What is wrong there, and what would be accepted.
    pub problem: String,
}

pub(super) type Parsed<T> = Result<T, MappingError>;

/// Where in the text something stands.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    parent: Option<&'a At<'a>>,
    name: &'a str,
    pub(super) depth: usize,
}

impl<'a> At<'a> {
    pub(super) fn root(name: &'a str) -> Self {
        Self { parent: None, name, depth: 0 }
    }

    pub(super) fn below(&'a self, name: &'a str) -> At<'a> {
        At { parent: Some(self), name, depth: self.depth + 1 }
    }

    pub(super) fn fail<T>(&self, problem: impl Into<String>) -> Parsed<T> {
        let mut names: Vec<&str> =
            std::iter::successors(Some(self), |at| at.parent).map(|at| at.name).collect();
        names.reverse();
        Err(MappingError { at: names.join("."), problem: problem.into() })
    }
}

pub(super) fn columns(at: &At<'_>, value: Option<&Value>) -> Parsed<Vec<(String, Vec<String>)>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let Some(object) = value.as_object() else { return at.fail("it must be an object of lists of names") };
    object.iter().map(|(name, names)| Ok((name.clone(), texts(&at.below(name), Some(names))?))).collect()
}

pub(super) fn split(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

pub(super) fn text<'v>(at: &At<'_>, value: Option<&'v Value>) -> Parsed<Option<&'v str>> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => at.fail("it must be a text"),
    }
}

pub(super) fn texts(at: &At<'_>, value: Option<&Value>) -> Parsed<Vec<String>> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![text.clone()]),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            Ok(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        Some(_) => at.fail("it must be a text or a list of texts"),
    }
}

pub(super) fn flag(at: &At<'_>, value: Option<&Value>) -> Parsed<bool> {
    match value {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => at.fail("it must be true or false"),
    }
}

pub(super) fn constant(at: &At<'_>, value: &Value) -> Parsed<Constant> {
    match value {
        Value::Null => Ok(Constant::Null),
        Value::Bool(flag) => Ok(Constant::Bool(*flag)),
        Value::String(text) => Ok(Constant::Text(text.clone())),
        Value::Array(items) if items.is_empty() => Ok(Constant::Empty),
        _ => at.fail("it must be a text, true, false, null or []"),
    }
}

pub(super) fn direction(at: &At<'_>, object: &Map<String, Value>) -> Parsed<Direction> {
    match text(&at.below("$only"), object.get("$only"))? {
        None => Ok(Direction::Both),
        Some("read") => Ok(Direction::Read),
        Some("write") => Ok(Direction::Write),
        Some(other) => at.fail(format!("`$only` is {other:?}; it can be \"read\" or \"write\"")),
    }
}

pub(super) fn known_keys(at: &At<'_>, object: &Map<String, Value>, known: &[&str]) -> Parsed<()> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => at.fail(format!("{key:?} is no key here; known are {}", known.join(", "))),
    }
}
