//! What the records of an input are: asked for, or recognised by what the input holds.

use std::sync::Arc;

use serde::Serialize;

use super::reader::Reader;
use crate::engine::Error;
use crate::record::{Batch, Format, PERSON_FORMAT, normalise, parse};
use crate::schema::Schema;
use crate::schema::mapping::{Mapping, TABLE};

/// What the records of a load are.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A source by name: `person`, or one of [`Mapping::names`].
    Named(String),
    /// A mapping of the user's own.
    Mapping(Arc<Mapping>),
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
        let failed = |problem: String| Error::Input { name: input.to_owned(), problem };
        let first = batch.items.iter().find(|item| item.rejected.is_none());
        let first = first.map(|item| batch.record(item)).unwrap_or_default();
        let name = match &self.source {
            Some(Source::Mapping(mapping)) => return self.mapped(input, mapping),
            Some(Source::Named(name)) => name.as_str(),
            None if reader.is_table() => TABLE,
            None => Format::recognise(first, &self.schema),
        };
        let mapping = match name {
            PERSON_FORMAT => return Ok(self.told(input, Format::Person, Vec::new())),
            TABLE => {
                let columns = reader.columns().map_or_else(|| members(batch), <[String]>::to_vec);
                let names: Vec<&str> = columns.iter().map(String::as_str).collect();
                let mapping =
                    Mapping::of_table(&names, &self.schema).map_err(|error| failed(error.to_string()))?;
                mapping.map(Arc::new).ok_or_else(|| failed(unknown_columns(&columns)))?
            }
            name => match Mapping::shipped(name, &self.schema) {
                Some(mapping) => mapping.map_err(|error| failed(error.to_string()))?,
                None => return Err(failed(unknown_source(name))),
            },
        };
        self.mapped(input, &mapping)
    }

    fn mapped(&self, input: &str, mapping: &Arc<Mapping>) -> Result<Decision, Error> {
        let records = mapping.records.clone();
        if mapping.person {
            let decision = self.told(input, Format::Person, records);
            let told = InputSource { source: mapping.source.clone(), ..decision.told };
            return Ok(Decision { told, ..decision });
        }
        let country = self.country.as_ref().or(mapping.country.as_ref());
        if let Some(country) = country.filter(|country| normalise::country_id(country).is_none()) {
            let problem = format!(
                "{country:?} is no country with phone numbers of its own; give two letters, such as DE"
            );
            return Err(Error::Input { name: input.to_owned(), problem });
        }
        let mapping =
            match &self.country {
                None => Arc::clone(mapping),
                Some(country) => {
                    let with = mapping.with_country(country, &self.schema);
                    Arc::new(with.map_err(|error| Error::Input {
                        name: input.to_owned(),
                        problem: error.to_string(),
                    })?)
                }
            };
        Ok(self.told(input, Format::Mapped(mapping), records))
    }

    fn told(&self, input: &str, format: Format, records: Vec<Vec<String>>) -> Decision {
        let columns = match &format {
            Format::Mapped(mapping) if mapping.source == TABLE => mapping.record.names(),
            _ => Vec::new(),
        };
        let (input, source) = (input.to_owned(), format.source().to_owned());
        let told = InputSource { input, source, recognised: self.source.is_none(), columns };
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
    format!(
        "none of its columns is recognised: {}; say which column goes where in a mapping, and give it with --map FILE",
        columns.join(", ")
    )
}

fn unknown_source(name: &str) -> String {
    let known: Vec<&str> = std::iter::once(PERSON_FORMAT).chain(Mapping::names()).collect();
    format!("no source is called {name:?}; known are {}", known.join(", "))
}
