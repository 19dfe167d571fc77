//! Mappings: how the records of a source stand in the person schema, and how a person is written as a record of that source.
//!
//! A mapping is a template: a record of the source in which every value is replaced by the path that it goes to. Both ways follow
//! from the one template. `docs/mapping.md` tells users how to write one; `schemas/sources/*.json` are those that ship.
//!
//! - `rule`: what a template consists of
//! - `parse`: text to template, with every check
//! - `table`: the columns of a table that are recognised by their names

mod parse;
mod rule;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use parse::MappingError;
pub use rule::{
    Constant, Convert, Derivation, Derived, Direction, Each, Field, Holder, Leaf, List, Members, Nested,
    Place, Rule,
};

use super::Schema;

/// The mappings that ship, by name. Their order is that in which a record is compared with them.
const SHIPPED: [(&str, &str); 4] = [
    ("pdl-v4", include_str!("../../../schemas/sources/pdl-v4.json")),
    ("pdl-v5", include_str!("../../../schemas/sources/pdl-v5.json")),
    ("crustdata", include_str!("../../../schemas/sources/crustdata.json")),
    ("table", include_str!("../../../schemas/sources/table.json")),
];

/// The longest text of a mapping, in bytes.
pub const MAX_MAPPING_BYTES: usize = 1 << 20;

/// The name of the mapping by which tables are read.
pub const TABLE: &str = "table";

/// A source's records against the person schema. Immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The source's name, by which its records get their person ids.
    pub source: String,
    /// Members, as dotted paths, that every record of the source has; none: it is never recognised.
    pub detect: Vec<Vec<String>>,
    /// Where in what was read records may lie, the first that is there; none of them: it is the record.
    pub records: Vec<Vec<String>>,
    /// Whether records are in the person schema as they are; the template then serves writing alone.
    pub person: bool,
    /// Where the source's own id stands.
    pub id: Option<Vec<String>>,
    /// The country of phone numbers without a country code, two letters.
    pub country: Option<String>,
    /// Texts, in lower case, that say that there is no value.
    pub missing: Vec<String>,
    /// Whether text is written in lower case.
    pub lower: bool,
    /// What is worked out of a person that was read, in this order.
    pub derive: Vec<Derivation>,
    /// The template.
    pub record: Members,
    /// Other names of the template's members; for tables.
    columns: Vec<(String, Vec<String>)>,
    text: String,
}

impl Mapping {
    /// The mapping of a text in the form of `schemas/sources/*.json`. Cost is linear in the text.
    ///
    /// # Errors
    /// Any text that is no mapping into `schema`, with the place at fault and what would be accepted; never a panic.
    pub fn parse(text: &str, schema: &Schema) -> Result<Mapping, MappingError> {
        parse::mapping(text, schema)
    }

    /// The mapping of that name that ships; `None` if there is none, `person` among them.
    ///
    /// # Errors
    /// `schema` lacks a path: it is not the built-in one, or one that has grown from it.
    pub fn shipped(name: &str, schema: &Schema) -> Option<Result<Arc<Mapping>, MappingError>> {
        let (_, text) = SHIPPED.into_iter().find(|(shipped, _)| *shipped == name)?;
        Some(Mapping::parse(text, schema).map(Arc::new))
    }

    /// The names of all mappings that ship.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.into_iter().map(|(name, _)| name)
    }

    /// The same mapping with phone numbers of a country.
    ///
    /// # Errors
    /// A text that is no country code.
    pub fn with_country(&self, country: &str, schema: &Schema) -> Result<Mapping, MappingError> {
        let mut document: serde_json::Value = serde_json::from_str(&self.text).unwrap_or_default();
        document["country"] = country.into();
        Mapping::parse(&format!("{document:#}\n"), schema)
    }

    /// The text that [`Mapping::parse`] gives an equal mapping for.
    pub fn text(&self) -> &str {
        &self.text
    }
}
