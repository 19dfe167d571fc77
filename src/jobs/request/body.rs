//! The members of a body. Each is taken once; what nobody takes is ignored, and listed.

use serde_json::{Map, Value};

use super::caps::{refused, wrong_chunk_size};
use crate::jobs::JobError;

/// A body whose members are being read.
pub(super) struct Body<'a> {
    members: &'a Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'a> Body<'a> {
    /// The members of a body.
    ///
    /// # Errors
    /// It is not an object.
    pub(super) fn of(body: &'a Value) -> Result<Self, JobError> {
        match body {
            Value::Object(members) => Ok(Self { members, taken: Vec::new() }),
            other => Err(refused(format!("the body is {}; wanted: an object", kind(other)))),
        }
    }

    /// A member. `null` is none.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'a Value> {
        self.taken.push(key);
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// The texts of a list as they are, or the pieces of one text with commas, trimmed, without blank ones.
    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<String>, JobError> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => {
                let pieces = text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
                Ok(pieces.map(str::to_string).collect())
            }
            Some(Value::Array(items)) => {
                let text = |(at, item): (usize, &Value)| match item {
                    Value::String(text) => Ok(text.clone()),
                    other => Err(wrong(&format!("{key}[{at}]"), other, "a string")),
                };
                items.iter().enumerate().map(text).collect()
            }
            Some(other) => Err(wrong(key, other, "a list of strings, or one string with commas in it")),
        }
    }

    /// `fields`, if it names any.
    pub(super) fn fields(&mut self) -> Result<Option<Vec<String>>, JobError> {
        let fields = self.texts("fields")?;
        let named: Vec<String> = fields
            .iter()
            .map(|field| field.trim())
            .filter(|field| !field.is_empty())
            .map(str::to_string)
            .collect();
        Ok((!named.is_empty()).then_some(named))
    }

    /// `chunk_size`; whether it is one that is taken is not known yet.
    pub(super) fn chunk_size(&mut self) -> Result<Option<u32>, JobError> {
        let Some(value) = self.take("chunk_size") else { return Ok(None) };
        let number = whole(value).ok_or_else(|| wrong("chunk_size", value, "a whole number"))?;
        u32::try_from(number).map(Some).map_err(|_| wrong_chunk_size())
    }

    /// Keys that nobody took.
    pub(super) fn ignored(self) -> Vec<String> {
        let rest = self
            .members
            .iter()
            .filter(|(key, value)| !value.is_null() && !self.taken.iter().any(|taken| taken == key));
        rest.map(|(key, _)| key.clone()).collect()
    }
}

/// A whole number, cut to what fits; `None` for anything else. `10`, `10.0` and `1e1` are one number.
pub(super) fn whole(value: &Value) -> Option<i64> {
    let cut = |number: &f64| number.fract() == 0.0;
    // A cast cuts what is too large or too small.
    value.as_i64().or_else(|| value.as_f64().filter(cut).map(|number| number as i64))
}

/// A refusal of a value of the wrong type.
pub(super) fn wrong(key: &str, found: &Value, wanted: &str) -> JobError {
    refused(format!("`{key}` is {}; wanted: {wanted}", kind(found)))
}

/// What a value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction or exponent",
        Value::Number(_) => "a whole number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
