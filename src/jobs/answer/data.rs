//! What of a record is returned, and JSON text looked at without reading it.

use crate::engine::{Database, Error, Fields, Person};
use crate::jobs::{Csv, CsvMode, Enrich, People, Request, Search};
use crate::schema::{FieldError, Schema, Selection};

/// What is returned of each person.
#[derive(Debug)]
pub(super) enum Data {
    /// The whole record in the person schema.
    Whole,
    /// Exactly these fields.
    Fields(Box<Fields>),
}

impl Data {
    pub(super) fn of_request(database: &Database, request: &Request) -> Result<Self, Error> {
        match returned_fields(database.schema(), request) {
            None => Ok(Self::Whole),
            Some(fields) => Ok(Self::Fields(Box::new(database.fields(&fields)?))),
        }
    }

    /// The fields; `None`: the whole record in the person schema.
    pub(super) fn fields(&self) -> Option<&Fields> {
        match self {
            Self::Whole => None,
            Self::Fields(fields) => Some(fields),
        }
    }

    /// What is returned of a person: a JSON object without a newline.
    pub(super) fn of(&self, person: Person) -> Result<String, Error> {
        match self {
            Self::Fields(fields) => person.project(fields),
            Self::Whole => {
                let id = person.id();
                let text = String::from_utf8(person.into_record());
                let text =
                    text.map_err(|_| Error::Internal(format!("the record of person {id} is not UTF-8")))?;
                Ok(one_line(text))
            }
        }
    }
}

impl Request {
    /// What the records in its result lines have; `None`: all that there is.
    ///
    /// # Errors
    /// A field that the schema does not have.
    pub fn selection(&self, schema: &Schema) -> Result<Option<Selection>, FieldError> {
        returned_fields(schema, self).map(|fields| schema.selection(&fields)).transpose()
    }
}

/// The fields of every record; `None`: the whole record in the person schema.
fn returned_fields<'a>(schema: &Schema, request: &'a Request) -> Option<Vec<&'a str>> {
    let asked: Vec<&str> = asked_fields(request).collect();
    match request {
        _ if asked.is_empty() && !is_short(request) => None,
        Request::Enrich(_) => Some(Fields::always(schema).chain(asked).collect()),
        _ if asked.is_empty() => Some(Fields::always(schema).collect()),
        _ => Some(asked),
    }
}

/// The fields that the caller asked for, beyond those that every answer has; `None`: all that there is.
pub(super) fn asked(database: &Database, request: &Request) -> Result<Option<Selection>, Error> {
    let fields: Vec<&str> = asked_fields(request).collect();
    if fields.is_empty() && !is_short(request) {
        return Ok(None);
    }
    Ok(Some(database.schema().selection(&fields)?))
}

/// Whether little comes back unless more is asked for.
fn is_short(request: &Request) -> bool {
    match request {
        Request::Enrich(_) => true,
        Request::Csv(Csv { mode, .. }) => matches!(mode, CsvMode::Raw | CsvMode::Basic),
        Request::Search(_) | Request::People(_) => false,
    }
}

fn asked_fields(request: &Request) -> impl Iterator<Item = &str> {
    let (Request::Search(Search { fields, .. })
    | Request::Enrich(Enrich { fields, .. })
    | Request::People(People { fields })
    | Request::Csv(Csv { fields, .. })) = request;
    fields.iter().flatten().map(String::as_str)
}

/// JSON in one line: as it is, or if it has line breaks without the white space between its tokens.
pub(super) fn one_line(json: String) -> String {
    match memchr::memchr2(b'\n', b'\r', json.as_bytes()) {
        None => json,
        Some(_) => without_white_space(&json),
    }
}

fn without_white_space(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    let mut rest = json;
    loop {
        // Tokens up to the next text, then the text as it is.
        let (tokens, text) = rest.split_at(rest.find('"').unwrap_or(rest.len()));
        line.extend(tokens.chars().filter(|c| !c.is_ascii_whitespace()));
        if text.is_empty() {
            return line;
        }
        let (text, behind) = text.split_at(text_len(text));
        line.push_str(text);
        rest = behind;
    }
}

/// How many bytes the JSON text has that `json` begins with, quotes included.
fn text_len(json: &str) -> usize {
    let bytes = json.as_bytes();
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found + 1;
        if bytes.get(at - 1) == Some(&b'"') {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// Whether a JSON value says anything: has a number, a boolean or a text that is not empty, at any depth.
pub(super) fn says_something(json: &str) -> bool {
    let mut rest = json;
    while let Some(at) = rest.find(|c: char| c == '"' || c.is_ascii_alphanumeric()) {
        let token = rest.get(at..).unwrap_or_default();
        let (length, is_value) = match token.as_bytes() {
            [b'"', ..] => {
                let length = text_len(token);
                let behind = token.get(length..).unwrap_or_default();
                (length, length > 2 && !behind.trim_start().starts_with(':'))
            }
            [b'n', ..] => ("null".len(), false),
            _ => return true,
        };
        if is_value {
            return true;
        }
        rest = token.get(length..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_many_lines_becomes_one_and_texts_stay() {
        let pretty = "{\r\n  \"a b\" : [ 1.0,\n\t1e3 ],\n \"c\\\"  d\": \" x\\n\\\\\" ,\n\"é\":\"ü  ü\", \"n\" : null }";
        let line = r#"{"a b":[1.0,1e3],"c\"  d":" x\n\\","é":"ü  ü","n":null}"#;
        assert_eq!(one_line(pretty.to_string()), line);
        let spaced = r#"{"a": 1}"#;
        assert_eq!(one_line(spaced.to_string()), spaced);
    }

    #[test]
    fn a_value_says_something_if_anything_in_it_does() {
        for nothing in [
            "{}",
            "[]",
            "null",
            r#"{"a":null,"b":{"c":[null,{}],"true":""}}"#,
            r#"{"n" : [ ] , "1" : "" }"#,
            r#""""#,
        ] {
            assert!(!says_something(nothing), "{nothing}");
        }
        for something in [
            r#"{"a":0}"#,
            r#"{"a":{"b":[null,false]}}"#,
            r#"{"a":"x"}"#,
            r#"{"a":["",":"]}"#,
            r#"{"a":-1}"#,
            r#"{"\"":"\\"}"#,
        ] {
            assert!(says_something(something), "{something}");
        }
    }
}
