//! How the records of an input are read: as people as they are, or through a mapping.

use std::borrow::Cow;
use std::sync::Arc;

use super::read;
use crate::record::{
    IdClaim, Key, MAX_DEPTH, MAX_RECORD_BYTES, RejectReason, Value, identify, parse, parse_person,
};
use crate::schema::mapping::{Mapping, TABLE};
use crate::schema::{NodeKind, Schema};

/// The source format of records in the person schema.
pub const PERSON_FORMAT: &str = "person";

/// What the records of an input are.
#[derive(Debug, Clone, Default)]
pub enum Format {
    /// Records in the person schema.
    #[default]
    Person,
    /// Records of another source.
    Mapped(Arc<Mapping>),
}

/// A record that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken<'v> {
    /// The record in the person schema.
    pub value: Value<'v>,
    /// The record as it came, where that is another.
    pub source: Option<Value<'v>>,
    /// The source's own id of the person.
    pub id: Option<String>,
    /// How many members were dropped because a later one of the same object has the same key.
    pub duplicate_keys: u32,
}

impl Format {
    /// The source's name.
    pub fn source(&self) -> &str {
        match self {
            Format::Person => PERSON_FORMAT,
            Format::Mapped(mapping) => &mapping.source,
        }
    }

    /// Reads one record. A record of another source costs about twice as much as one in the person schema.
    ///
    /// # Errors
    /// A text that is no JSON object.
    pub fn read<'v>(&'v self, record: &'v [u8]) -> Result<Taken<'v>, RejectReason> {
        let parsed = parse_person(record)?;
        let duplicate_keys = parsed.duplicate_keys;
        match self {
            Format::Person => Ok(Taken { value: parsed.value, source: None, id: None, duplicate_keys }),
            Format::Mapped(mapping) => {
                let id = mapping.id.as_ref().and_then(|path| own_id(mapping, read::at(&parsed.value, path)?));
                let value = read::person(mapping, &parsed.value);
                fits(&value, record)?;
                Ok(Taken { value, source: Some(parsed.value), id, duplicate_keys })
            }
        }
    }

    /// The record in the person schema, as JSON; `None` if that is the record as it came.
    ///
    /// # Errors
    /// Those of [`Format::read`].
    pub fn person(&self, record: &[u8]) -> Result<Option<Vec<u8>>, RejectReason> {
        let Format::Mapped(_) = self else { return Ok(None) };
        let mut json = Vec::with_capacity(record.len());
        self.read(record)?.value.write_json(&mut json);
        Ok(Some(json))
    }

    /// The id under which a record with these keys asks to be stored. `id`: that of its source.
    ///
    /// # Errors
    /// [`RejectReason::NoIdentity`] if there is neither id nor key.
    pub fn claim(&self, id: Option<&str>, keys: &[Key]) -> Result<IdClaim, RejectReason> {
        identify(self.source(), id, keys)
    }

    /// The source that records seem to be of: the first that is like anything known decides. `None` if none is.
    pub fn recognise<'r>(
        records: impl IntoIterator<Item = &'r [u8]>,
        schema: &Schema,
    ) -> Option<&'static str> {
        let shipped = Mapping::names().filter_map(|name| Some((name, Mapping::shipped(name, schema)?.ok()?)));
        let shipped: Vec<_> = shipped.collect();
        let parsed = records.into_iter().filter_map(|record| parse(record).ok());
        parsed.into_iter().find_map(|parsed| source_of(&parsed.value, &shipped, schema))
    }
}

fn source_of(
    value: &Value<'_>,
    shipped: &[(&'static str, Arc<Mapping>)],
    schema: &Schema,
) -> Option<&'static str> {
    for (name, mapping) in shipped {
        let inner = first_inside(mapping, value);
        let detected = |value: &Value<'_>| {
            !mapping.detect.is_empty() && mapping.detect.iter().all(|path| read::at(value, path).is_some())
        };
        let wrapped = mapping.person && inner.is_some_and(|inner| is_person(inner, schema));
        if wrapped || inner.is_some_and(detected) || detected(value) {
            return Some(name);
        }
    }
    if is_person(value, schema) {
        return Some(PERSON_FORMAT);
    }
    let says_something = |(_, value): &&(Cow<'_, str>, Value<'_>)| !value.is_null();
    let columns: Vec<&str> =
        value.members().iter().filter(says_something).map(|(name, _)| name.as_ref()).collect();
    matches!(Mapping::of_table(&columns, schema), Ok(Some(_))).then_some(TABLE)
}

/// Whether a person can be read again as JSON: JSON in a text may nest deeper than the record, and a text may go to several places.
fn fits(value: &Value<'_>, record: &[u8]) -> Result<(), RejectReason> {
    if value.depth() > MAX_DEPTH {
        return Err(RejectReason::TooDeep { byte: record.len(), limit: MAX_DEPTH });
    }
    // Nothing goes to so many places that a small record becomes a large person.
    if record.len() > MAX_RECORD_BYTES / 64 && value.to_json().len() > MAX_RECORD_BYTES {
        return Err(RejectReason::TooLarge { limit: MAX_RECORD_BYTES });
    }
    Ok(())
}

fn own_id(mapping: &Mapping, value: &Value<'_>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|_| read::says_something(mapping, value)),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The first record at the places where a mapping says that records lie.
fn first_inside<'r, 'v>(mapping: &Mapping, value: &'r Value<'v>) -> Option<&'r Value<'v>> {
    mapping.records.iter().find_map(|path| {
        path.iter().try_fold(value, |value, name| {
            let value = value.get(name)?;
            if let Value::Array(items) = value { items.first() } else { Some(value) }
        })
    })
}

/// Whether a record has a family of the person schema, with what the family holds.
fn is_person(value: &Value<'_>, schema: &Schema) -> bool {
    schema.roots().iter().filter_map(|id| schema.node(*id)).any(|root| {
        match (root.kind, value.get(&root.name)) {
            (_, None) => false,
            (NodeKind::Object, Some(value)) => matches!(value, Value::Object(_)),
            (NodeKind::Array, Some(value)) => {
                value.items().iter().any(|item| matches!(item, Value::Object(_)))
            }
            (NodeKind::Leaf { .. }, Some(_)) => root.key.is_some(),
        }
    })
}
