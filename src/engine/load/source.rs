//! What the records of an input are: asked for, or recognised by what the input holds.

use std::sync::Arc;

use serde::Serialize;

use super::reader::Reader;
use crate::engine::Error;
use crate::record::{Batch, Format, PERSON_FORMAT, normalise, parse};
use crate::schema::Schema;
use crate::schema::mapping::{Mapping, TABLE};

/// Records that are looked at to recognise a source.
const LOOKED_AT: usize = 64;
/// Columns that a message names.
const NAMED_COLUMNS: usize = 12;

/// What the records of a load are.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A source by name: one of [`Source::names`].
    Named(String),
    /// A mapping of the user's own.
    Mapping(Arc<Mapping>),
}

impl Source {
    /// The names that a source can be given by.
    pub fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once(PERSON_FORMAT).chain(Mapping::names())
    }
}

/// What the records of an input were taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputSource {
    /// The input.
    pub input: String,
    /// The source's name.
    pub source: String,
    /// Whether that was recognised, and not asked for.
    pub recognised: bool,
    /// Whether its records are like anything known; if not, they were taken for records in the person schema.
    pub known: bool,
    /// Whether it is the file of another rolo database, of which the columns are read and not the source records.
    pub database: bool,
    /// Of a table, its columns that mean something, in order.
    pub columns: Vec<String>,
}

/// How the records of an input are read.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) format: Format,
    /// Where in what is read records lie.
    pub(super) records: Vec<Vec<String>>,
    pub(super) told: InputSource,
}

/// What decides about every input of a load.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) schema: Arc<Schema>,
    pub(super) source: Option<Source>,
    pub(super) country: Option<String>,
}

impl Choice {
    /// How an input is read that begins with `batch`.
    pub(super) fn decide(&self, input: &str, reader: &Reader, batch: &Batch) -> Result<Decision, Error> {
        let records =
            batch.items.iter().filter(|item| item.rejected.is_none()).map(|item| batch.record(item));
        let name = match &self.source {
            Some(Source::Mapping(mapping)) => return self.mapped(input, mapping),
            Some(Source::Named(name)) => Some(name.as_str()),
            None if reader.is_table() => Some(TABLE),
            None => Format::recognise(records.take(LOOKED_AT), &self.schema),
        };
        let Some(name) = name.filter(|name| *name != PERSON_FORMAT) else {
            let decision = self.told(input, Format::Person, Vec::new());
            let told = InputSource { known: name.is_some(), database: reader.is_database(), ..decision.told };
            return Ok(Decision { told, ..decision });
        };
        if name == TABLE {
            return self.table(input, reader, batch);
        }
        match Mapping::shipped(name, &self.schema) {
            Some(mapping) => self.mapped(input, &mapping.map_err(|error| Error::input(input, error))?),
            None => Err(Error::input(input, unknown_source(name))),
        }
    }

    fn table(&self, input: &str, reader: &Reader, batch: &Batch) -> Result<Decision, Error> {
        let mut columns = reader.columns().map_or_else(|| members(batch), <[String]>::to_vec);
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mapping = Mapping::of_table(&names, &self.schema).map_err(|error| Error::input(input, error))?;
        let Some(mapping) = mapping else { return Err(Error::input(input, unknown_columns(&columns))) };
        let read = mapping.record.names();
        columns.retain(|column| read.contains(column));
        let decision = self.mapped(input, &Arc::new(mapping))?;
        Ok(Decision { told: InputSource { columns, ..decision.told }, ..decision })
    }

    fn mapped(&self, input: &str, mapping: &Arc<Mapping>) -> Result<Decision, Error> {
        let records = mapping.records.clone();
        if mapping.person {
            let decision = self.told(input, Format::Person, records);
            let told = InputSource { source: mapping.source.clone(), ..decision.told };
            return Ok(Decision { told, ..decision });
        }
        let mapping = match &self.country {
            None => Arc::clone(mapping),
            Some(country) => {
                let with = mapping.with_country(country, &self.schema);
                Arc::new(with.map_err(|error| Error::input(input, error))?)
            }
        };
        if let Some(country) = mapping.country.as_ref().filter(|code| normalise::country_id(code).is_none()) {
            let problem = "is no country with phone numbers of its own; give two letters, such as DE";
            return Err(Error::input(input, format!("{country:?} {problem}")));
        }
        Ok(self.told(input, Format::Mapped(mapping), records))
    }

    fn told(&self, input: &str, format: Format, records: Vec<Vec<String>>) -> Decision {
        let (input, source) = (input.to_owned(), format.source().to_owned());
        let recognised = self.source.is_none();
        let told =
            InputSource { input, source, recognised, known: true, database: false, columns: Vec::new() };
        Decision { format, records, told }
    }
}

/// The members of the first records.
fn members(batch: &Batch) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for item in &batch.items {
        let Ok(parsed) = parse(batch.record(item)) else { continue };
        for (name, _) in parsed.value.members() {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_string());
            }
        }
    }
    names
}

fn unknown_columns(columns: &[String]) -> String {
    let named: Vec<String> =
        columns.iter().take(NAMED_COLUMNS).map(|name| name.chars().take(40).collect()).collect();
    let more = if columns.len() > NAMED_COLUMNS { ", ..." } else { "" };
    format!(
        "none of its columns is recognised: {}{more}; say which column goes where in a mapping, and give it with --map FILE",
        named.join(", ")
    )
}

fn unknown_source(name: &str) -> String {
    format!("no source is called {name:?}; known are {}", Source::names().collect::<Vec<_>>().join(", "))
}
