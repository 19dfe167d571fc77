//! Text to mapping, with every check: what is wrong is told with its place in the text.
//!
//! - `text`: parts of the text, and what is wrong with them
//! - `template`: the template

mod template;
mod text;

use serde_json::Value;

pub use self::text::MappingError;

use self::template::{Context, Reader};
use self::text::{At, Parsed, columns, flag, known_keys, split, text, texts};
use super::{MAX_MAPPING_BYTES, Mapping};
use crate::schema::Schema;

/// Version of the text's form.
const VERSION: u64 = 1;

const DOCUMENT_KEYS: [&str; 16] = [
    "version", "source", "person", "lists", "parts", "derive", "doc", "detect", "records", "id", "country",
    "missing", "lower", "columns", "record", "$schema",
];

/// Reads a mapping.
pub(super) fn mapping(json: &str, schema: &Schema) -> Parsed<Mapping> {
    let at = At::root("the file");
    if json.len() > MAX_MAPPING_BYTES {
        return at
            .fail(format!("it is longer than {} KiB, the most a mapping may have", MAX_MAPPING_BYTES >> 10));
    }
    let document: Value = match serde_json::from_str(json) {
        Ok(document) => document,
        Err(error) => return at.fail(format!("it is not JSON: {error}")),
    };
    let Some(document) = document.as_object() else { return at.fail("it is no JSON object") };
    match document.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => {
            return at.fail(format!("version {other}; this build reads {VERSION}: use a newer rolo"));
        }
        None => return at.fail(format!("it lacks \"version\": {VERSION}")),
    }
    known_keys(&at, document, &DOCUMENT_KEYS)?;
    let dotted = |key: &str| -> Parsed<Vec<Vec<String>>> {
        Ok(texts(&at.below(key), document.get(key))?.iter().map(|path| split(path)).collect())
    };
    let Some(record) = document.get("record").and_then(Value::as_object) else {
        return at.fail("it lacks \"record\": an object like a record of the source, with paths for values");
    };
    let person = flag(&at.below("person"), document.get("person"))?;
    if let Some(key) =
        ["id", "missing", "country", "derive"].into_iter().find(|key| person && document.contains_key(*key))
    {
        return at.fail(format!(
            "{key:?} says how records are read, and with \"person\" they are taken as they are"
        ));
    }
    let lists = columns(&at.below("lists"), document.get("lists"))?;
    let parts = match document.get("parts") {
        None => None,
        Some(Value::Object(parts)) => Some(parts),
        Some(_) => return at.below("parts").fail("it must be an object: names, and what they stand for"),
    };
    let reader = Reader::new(schema, &lists, parts);
    Ok(Mapping {
        source: source_name(&at.below("source"), document.get("source"))?,
        detect: dotted("detect")?,
        records: dotted("records")?,
        person,
        id: text(&at.below("id"), document.get("id"))?.map(split),
        country: country(&at.below("country"), document.get("country"))?,
        missing: texts(&at.below("missing"), document.get("missing"))?
            .iter()
            .map(|t| t.to_lowercase())
            .collect(),
        lower: flag(&at.below("lower"), document.get("lower"))?,
        derive: reader.derivations(&at.below("derive"), document.get("derive"))?,
        record: reader.members(&At::root("record"), record, Context::Person, &["$here", "$doc"])?,
        columns: columns(&at.below("columns"), document.get("columns"))?,
        text: json.to_owned(),
    })
}

fn source_name(at: &At<'_>, value: Option<&Value>) -> Parsed<String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    match text(at, value)? {
        Some(name) if !name.is_empty() && name.len() <= 64 && name.chars().all(good) && name != "person" => {
            Ok(name.to_owned())
        }
        Some("person") => at.fail("\"person\" names records in the person schema; choose another name"),
        _ => at.fail("it must be a name of a-z, 0-9, - and _, up to 64 of them"),
    }
}

fn country(at: &At<'_>, value: Option<&Value>) -> Parsed<Option<String>> {
    match text(at, value)? {
        None => Ok(None),
        Some(code) if code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()) => {
            Ok(Some(code.to_ascii_uppercase()))
        }
        Some(code) => at.fail(format!("{code:?} is no country code of two letters, such as \"DE\"")),
    }
}
