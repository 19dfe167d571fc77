//! How the records of an input are read: as people as they are, or through a mapping.

use std::sync::Arc;

use super::read;
use crate::record::{IdClaim, Key, RejectReason, Value, identify, parse, parse_person};
use crate::schema::mapping::Mapping;
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
                let id = mapping.id.as_ref().and_then(|path| own_id(read::at(&parsed.value, path)?));
                let value = read::person(mapping, &parsed.value);
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

    /// The source that a record seems to be of. Records in the person schema, and those that are like nothing known, are `person`.
    pub fn recognise(record: &[u8], schema: &Schema) -> &'static str {
        let Ok(parsed) = parse(record) else { return PERSON_FORMAT };
        let value = &parsed.value;
        for name in Mapping::names() {
            let Some(Ok(mapping)) = Mapping::shipped(name, schema) else { continue };
            let inner = first_inside(&mapping, value);
            let detected = |value: &Value<'_>| {
                !mapping.detect.is_empty()
                    && mapping.detect.iter().all(|path| read::at(value, path).is_some())
            };
            let wrapped = mapping.person && inner.is_some_and(|inner| is_person(inner, schema));
            if wrapped || inner.is_some_and(detected) || detected(value) {
                return name;
            }
        }
        if is_person(value, schema) {
            return PERSON_FORMAT;
        }
        let columns: Vec<&str> = value.members().iter().map(|(name, _)| name.as_ref()).collect();
        match Mapping::of_table(&columns, schema) {
            Ok(Some(_)) => crate::schema::mapping::TABLE,
            _ => PERSON_FORMAT,
        }
    }
}

fn own_id(value: &Value<'_>) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.to_string()),
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
