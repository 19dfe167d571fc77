//! A result line, taken apart: what stands around the record, and the record, both as the JSON text they are.

use std::borrow::Cow;

use crate::jobs::request::{LineShape, Member};
use crate::record::scan::{Members, Walk};
use crate::record::{Value, parse};

/// The parts of a line. What is missing or null is `None`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line<'a> {
    pub(super) envelope: Vec<Option<&'a [u8]>>,
    pub(super) record: Option<&'a [u8]>,
}

impl<'a> Line<'a> {
    /// Takes a line apart without reading the record. Linear in the line.
    ///
    /// # Errors
    /// What is wrong with a line that is no JSON object.
    pub(super) fn split(line: &'a [u8], shape: &LineShape) -> Result<Self, String> {
        let mut parts = Self {
            envelope: vec![None; shape.envelope.len()],
            record: shape.record.is_none().then_some(line),
        };
        let mut members = Members::new(line);
        while let Some((key, _)) = members.peek_member() {
            let Some(value) = members.finish_member() else { break };
            if let Some(place) = parts.place(key, shape) {
                *place = (value != b"null").then_some(value);
            }
        }
        match members.state() {
            Walk::Closed if members.position() == line.len() => Ok(parts),
            _ => Err("it is no JSON object".to_string()),
        }
    }

    fn place(&mut self, key: &[u8], shape: &LineShape) -> Option<&mut Option<&'a [u8]>> {
        if shape.record.is_some_and(|record| record.as_bytes() == key) {
            return Some(&mut self.record);
        }
        let at = shape.envelope.iter().position(|(name, _)| name.as_bytes() == key)?;
        self.envelope.get_mut(at)
    }
}

/// A value beside the record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Boolean(bool),
}

impl<'a> Cell<'a> {
    /// Reads a value of the envelope.
    ///
    /// # Errors
    /// What is wrong with a value that is not of the type.
    pub(super) fn read(raw: &'a [u8], (name, member): (&str, Member)) -> Result<Self, String> {
        let text = || std::str::from_utf8(raw).map_err(|error| format!("{name}: {error}"));
        if member == Member::Json {
            return Ok(Self::Text(Cow::Borrowed(text()?)));
        }
        match (member, parse(raw).map_err(|reason| format!("{name}: {reason}"))?.value) {
            (Member::Text, Value::String(text)) => Ok(Self::Text(text)),
            (Member::Integer, Value::Int(number)) => Ok(Self::Integer(number)),
            (Member::Boolean, Value::Bool(flag)) => Ok(Self::Boolean(flag)),
            (_, other) => Err(format!("{name} is {}", other.kind())),
        }
    }

    /// The value as a cell of CSV.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Boolean(flag) => flag.to_string(),
        }
    }
}
