//! The record dictionaries of a database, each made ready once.

use std::sync::{Arc, OnceLock};

use super::Error;
use crate::index::{Dictionary, RecordsReader};
use crate::storage::{Damage, SectionKind, Segment, Snapshot, StorageError};

/// The dictionaries of one snapshot. They are read and prepared at first use.
#[derive(Debug, Default)]
pub(crate) struct Dictionaries {
    snapshot: Option<Snapshot>,
    prepared: Vec<OnceLock<Arc<Dictionary>>>,
}

impl Dictionaries {
    pub(crate) fn of_snapshot(snapshot: Option<&Snapshot>) -> Self {
        let count =
            snapshot.map_or(0, |snapshot| snapshot.manifest().shared_count(SectionKind::RECORD_DICTIONARY));
        let prepared = (0..count).map(|_| OnceLock::new()).collect();
        Self { snapshot: snapshot.cloned(), prepared }
    }

    /// How many there are; ids count from 1.
    pub(crate) fn count(&self) -> u32 {
        self.prepared.len() as u32
    }

    /// The dictionary that the record of `row` needs; `None` if it needs none.
    pub(crate) fn of(&self, segment: &Segment, row: u32) -> Result<Option<&Dictionary>, Error> {
        match segment.directory().dictionary(row) {
            0 => Ok(None),
            id => Ok(Some(self.get(id)?.as_ref())),
        }
    }

    /// Reads the record of `row` into `record`.
    pub(crate) fn read(
        &self,
        segment: &Segment,
        records: &RecordsReader,
        row: u32,
        record: &mut Vec<u8>,
    ) -> Result<(), Error> {
        Ok(records.read(row, self.of(segment, row)?, record)?)
    }

    /// The dictionary with this id.
    pub(crate) fn get(&self, id: u32) -> Result<&Arc<Dictionary>, Error> {
        let missing = || Damage {
            section: "record dictionary".to_string(),
            offset: 0,
            problem: format!("a segment names dictionary {id} of {}", self.prepared.len()),
        };
        let slot = id.checked_sub(1).and_then(|at| self.prepared.get(at as usize));
        let (Some(slot), Some(snapshot)) = (slot, &self.snapshot) else {
            return Err(StorageError::from(missing()).into());
        };
        if let Some(ready) = slot.get() {
            return Ok(ready);
        }
        let bytes = snapshot
            .shared(SectionKind::RECORD_DICTIONARY, id)?
            .ok_or_else(missing)
            .map_err(StorageError::from)?;
        let dictionary = Dictionary::new(bytes.to_vec())
            .map_err(|error| StorageError::from(Damage { problem: error.to_string(), ..missing() }))?;
        Ok(slot.get_or_init(|| Arc::new(dictionary)))
    }
}
