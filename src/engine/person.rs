//! One person, as loaded or in the person schema.

use std::borrow::Cow;
use std::sync::Arc;

use super::Error;
use crate::record::{Format, IdClaim, Key, Projection, RejectReason, Style, Value, parse};
use crate::schema::mapping::Mapping;
use crate::schema::{KeyRule, Schema, Selection};

/// A person of a database.
#[derive(Debug, Clone)]
pub struct Person {
    id: u64,
    source: Vec<u8>,
    format: Format,
    /// The record in the person schema, where the source has another.
    mapped: Option<Vec<u8>>,
    schema: Arc<Schema>,
}

impl Person {
    pub(super) fn new(
        id: u64,
        source: Vec<u8>,
        format: &Format,
        schema: &Arc<Schema>,
    ) -> Result<Self, Error> {
        let mapped = format.person(&source).map_err(|reason| unreadable(id, &reason))?;
        Ok(Self { id, source, format: format.clone(), mapped, schema: Arc::clone(schema) })
    }

    /// The person id: the integer, below 2^53, that names the person for ever.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The source record, byte for byte as loaded: JSON in UTF-8.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// The source record.
    pub fn into_source(self) -> Vec<u8> {
        self.source
    }

    /// The record in the person schema: JSON in UTF-8, with what the source says and nothing more.
    pub fn record(&self) -> &[u8] {
        self.mapped.as_deref().unwrap_or(&self.source)
    }

    /// The record in the person schema.
    pub fn into_record(self) -> Vec<u8> {
        self.mapped.unwrap_or(self.source)
    }

    /// The name of the source that the record is from; `person` for records in the person schema.
    pub fn format(&self) -> &str {
        self.format.source()
    }

    /// The id under which the record, which has these keys, asked to be stored.
    pub(super) fn claim(&self, keys: &[Key]) -> Result<IdClaim, Error> {
        let id = match &self.format {
            Format::Person => None,
            format => format.read(&self.source).map_err(|reason| unreadable(self.id, &reason))?.id,
        };
        self.format.claim(id.as_deref(), keys).map_err(|reason| unreadable(self.id, &reason))
    }

    /// The catalogue of paths that the person was loaded with.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The fields as one JSON object: what was selected and nothing else; missing scalars are `null`, missing lists `[]`.
    /// Paths added to the file after this person was loaded count as missing.
    pub fn project(&self, fields: &Fields) -> Result<String, Error> {
        let projection = self.projection(fields);
        let value = projection.read(self.record()).map_err(|reason| unreadable(self.id, &reason))?;
        Ok(projection.to_json(&with_person_id(&self.schema, value, self.id)))
    }

    /// The fields of the record that `value` is.
    pub(super) fn project_value(&self, fields: &Fields, value: &Value<'_>) -> String {
        self.projection(fields).to_json(value)
    }

    fn projection<'f>(&self, fields: &'f Fields) -> Cow<'f, Projection> {
        let made = fields.projections.iter().find(|(schema, _)| Arc::ptr_eq(schema, &self.schema));
        match made {
            Some((_, projection)) => Cow::Borrowed(projection),
            None => Cow::Owned(Projection::of_older(&fields.schema, &fields.selection, &self.schema)),
        }
    }

    /// The parsed record, with its person id in place.
    pub fn value(&self) -> Result<Value<'_>, Error> {
        let parsed = parse(self.record()).map_err(|reason| unreadable(self.id, &reason))?;
        Ok(with_person_id(&self.schema, parsed.value, self.id))
    }
}

/// Records were read once when they were loaded.
fn unreadable(id: u64, reason: &RejectReason) -> Error {
    Error::internal(format!("person {id}: {reason}"))
}

/// How people are written as records of a source.
#[derive(Debug, Clone)]
pub struct Rendering {
    mapping: Arc<Mapping>,
    fields: Fields,
    style: Style,
}

impl Rendering {
    pub(super) fn new(mapping: Arc<Mapping>, fields: Fields, style: Style) -> Self {
        Self { mapping, fields, style }
    }
}

impl Person {
    /// The person as one JSON object in the form of a source: what the person schema holds and the source's form does not is left out.
    pub fn render(&self, rendering: &Rendering) -> Result<String, Error> {
        let person = self.project(&rendering.fields)?;
        let parsed = parse(person.as_bytes()).map_err(|reason| unreadable(self.id, &reason))?;
        Ok(rendering.mapping.write(&parsed.value, rendering.style).to_json())
    }
}

/// Selected fields of a database's people, made ready once for all of them.
#[derive(Debug, Clone)]
pub struct Fields {
    schema: Arc<Schema>,
    selection: Selection,
    /// One for each schema that people were loaded with.
    projections: Vec<(Arc<Schema>, Projection)>,
}

impl Fields {
    pub(super) fn new(schema: &Arc<Schema>, selection: Selection, loaded_with: Vec<Arc<Schema>>) -> Self {
        let made = |older: Arc<Schema>| {
            let projection = Projection::of_older(schema, &selection, &older);
            (older, projection)
        };
        let projections = loaded_with.into_iter().map(made).collect();
        Self { schema: Arc::clone(schema), selection, projections }
    }

    /// The paths that every enrichment returns, asked for or not (`crustdata.md` 5.3), as far as a catalogue has them: a file
    /// may have been loaded with another one.
    pub fn always<'a>(schema: &Schema) -> impl Iterator<Item = &'a str> {
        const ALWAYS: [&str; 3] = ["crustdata_person_id", "basic_profile", "social_handles"];
        ALWAYS.into_iter().filter(|path| schema.resolve(path).is_some())
    }

    /// What was selected.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }
}

/// The record with the person id under its path: in the person schema everybody has one, stated in the source or not.
pub(crate) fn with_person_id<'a>(schema: &Schema, record: Value<'a>, id: u64) -> Value<'a> {
    let Value::Object(mut members) = record else { return record };
    let roots = schema.roots().iter().filter_map(|&root| schema.node(root));
    if let Some(leaf) = roots.into_iter().find(|node| node.key == Some(KeyRule::PersonId)) {
        // Ids are below 2^53.
        let value = Value::Int(id as i64);
        match members.iter_mut().find(|(name, _)| *name == leaf.name) {
            Some((_, stated)) => *stated = value,
            None => members.insert(0, (Cow::Owned(leaf.name.clone()), value)),
        }
    }
    Value::Object(members)
}
