//! The source formats of a database's records, each made ready once.

use std::sync::{Arc, OnceLock};

use super::Error;
use super::schemas::shared_text;
use crate::record::Format;
use crate::schema::Schema;
use crate::schema::mapping::{MAX_MAPPING_BYTES, Mapping};
use crate::storage::{Damage, SectionKind, Segment, Snapshot, StorageError};

/// The format of records that no mapping serves.
static PERSON: Format = Format::Person;

/// The formats of one snapshot. Their mappings are read at first use.
#[derive(Debug)]
pub(crate) struct Formats {
    snapshot: Option<Snapshot>,
    schema: Arc<Schema>,
    ready: Vec<OnceLock<Format>>,
}

impl Formats {
    /// `schema`: the newest of the snapshot.
    pub(crate) fn of_snapshot(snapshot: Option<&Snapshot>, schema: &Arc<Schema>) -> Self {
        let count = snapshot.map_or(0, |snapshot| snapshot.manifest().shared_count(SectionKind::MAPPING));
        let ready = (0..count).map(|_| OnceLock::new()).collect();
        Self { snapshot: snapshot.cloned(), schema: Arc::clone(schema), ready }
    }

    /// How many mappings there are; ids count from 1.
    pub(crate) fn count(&self) -> u32 {
        self.ready.len() as u32
    }

    /// The format of the record of `row`.
    pub(crate) fn of(&self, segment: &Segment, row: u32) -> Result<&Format, Error> {
        match segment.directory().mapping(row) {
            0 => Ok(&PERSON),
            id => self.get(id),
        }
    }

    /// The id of the mapping with this text, if the file has it.
    pub(crate) fn find(&self, text: &str) -> Result<Option<u32>, Error> {
        for id in 1..=self.count() {
            if matches!(self.get(id)?, Format::Mapped(mapping) if mapping.text() == text) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn get(&self, id: u32) -> Result<&Format, Error> {
        let damaged = |problem: String| {
            StorageError::from(Damage { section: format!("mapping {id}"), offset: 0, problem })
        };
        let missing = || damaged(format!("a segment names mapping {id} of {}", self.ready.len()));
        let slot = id.checked_sub(1).and_then(|at| self.ready.get(at as usize));
        let (Some(slot), Some(snapshot)) = (slot, &self.snapshot) else { return Err(missing().into()) };
        if let Some(ready) = slot.get() {
            return Ok(ready);
        }
        let text = shared_text(snapshot, SectionKind::MAPPING, id, MAX_MAPPING_BYTES)?;
        let mapping = Mapping::parse(&text, &self.schema).map_err(|error| damaged(error.to_string()))?;
        Ok(slot.get_or_init(|| Format::Mapped(Arc::new(mapping))))
    }
}
