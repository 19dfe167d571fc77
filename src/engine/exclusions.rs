//! People who are left out of a page after it was drawn: so the page may be short, and the next one begins where it would anyway.

use std::collections::HashSet;

use super::database::{Database, OpenSegment};
use super::order::Place;
use super::{Error, Lookup};
use crate::index::{ColumnReader, DictionaryReader};
use crate::record::Key;
use crate::record::text::fold_key;
use crate::storage::SectionKind;

/// Whose names are compared.
const NAME: &str = "basic_profile.name";

/// Who is left out: people with one of some keys, or with one of some names.
#[derive(Debug, Clone, Default)]
pub struct Exclusions {
    keys: Vec<Key>,
    /// Fold keys.
    names: HashSet<String>,
}

impl Exclusions {
    /// Leaves out whom a key names, in any of its spellings.
    pub fn add_key(&mut self, key: Key) {
        self.keys.extend(key.alternatives());
        self.keys.push(key);
    }

    /// Leaves out who is called so, the whole name, in any case.
    pub fn add_name(&mut self, name: &str) {
        self.names.insert(fold_key(name).into_owned());
    }

    /// Whether nobody is left out.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.names.is_empty()
    }

    /// Those of `places` that are left out. Costs a probe for each key, a look into a dictionary for each name, and the record
    /// of whom a key may name.
    pub(super) fn of(&self, database: &Database, places: &[Place]) -> Result<HashSet<Place>, Error> {
        let mut out = Lookup::new(database).named(&self.keys, &places.iter().copied().collect())?;
        let name = database.schema().stored(NAME).filter(|_| !self.names.is_empty()).map(|node| node.id);
        let Some(name) = name else { return Ok(out) };
        for (at, open) in database.segments.iter().enumerate() {
            let Some((column, called)) = self.called(open, name)? else { continue };
            for place in places.iter().filter(|place| place.segment as usize == at) {
                let value = column.get(place.row.into())?.and_then(|value| u32::try_from(value).ok());
                if value.is_some_and(|value| called.contains(&value)) {
                    out.insert(*place);
                }
            }
        }
        Ok(out)
    }

    /// The names of a segment's rows, and those that are left out; `None` if nobody has one.
    fn called(&self, open: &OpenSegment, name: u32) -> Result<Option<(ColumnReader, HashSet<u32>)>, Error> {
        let section = |kind| open.leaf_section(kind, None, name);
        let (Some(values), Some(column)) =
            (section(SectionKind::DICTIONARY), section(SectionKind::VALUE_COLUMN))
        else {
            return Ok(None);
        };
        let values = DictionaryReader::new(values)?;
        let mut called = HashSet::new();
        for name in &self.names {
            called.extend(values.folded(name)?);
        }
        Ok(Some((ColumnReader::new(column)?, called)))
    }
}
