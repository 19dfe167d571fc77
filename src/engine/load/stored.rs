//! People of a segment, read back to be indexed again: those who survive in a row group that somebody left, and those of a segment
//! whose catalogue of paths has grown.

use std::sync::Arc;

use super::chunk::Accepted;
use crate::engine::Error;
use crate::engine::segments::{person_ids_of, records_of};
use crate::index::{Dictionary, PersonIdsReader, RecordsReader};
use crate::record::{Format, KeyPlan};
use crate::schema::Schema;
use crate::storage::Segment;

/// The people of a segment, or a run.
pub(in crate::engine) struct StoredRows<'a> {
    segment: Segment,
    ids: PersonIdsReader,
    records: RecordsReader,
    dictionary_of: DictionaryOf<'a>,
    format_of: FormatOf<'a>,
}

/// The dictionary that the record of a row needs.
pub(super) type DictionaryOf<'a> = Box<dyn Fn(u32) -> Result<Option<&'a Dictionary>, Error> + Sync + 'a>;
/// How the record of a row is read.
pub(super) type FormatOf<'a> = Box<dyn Fn(u32) -> Result<&'a Format, Error> + Sync + 'a>;

impl<'a> StoredRows<'a> {
    pub(in crate::engine) fn new(
        segment: &Segment,
        dictionary_of: DictionaryOf<'a>,
        format_of: FormatOf<'a>,
    ) -> Result<Self, Error> {
        let (ids, records) = (person_ids_of(segment)?, records_of(segment)?);
        Ok(Self { segment: segment.clone(), ids, records, dictionary_of, format_of })
    }

    /// The number of the mapping of a row.
    pub(super) fn mapping(&self, row: u32) -> u32 {
        self.segment.directory().mapping(row)
    }

    /// The source record of a row.
    pub(super) fn record(&self, row: u32) -> Result<Vec<u8>, Error> {
        let mut record = Vec::new();
        self.records.read(row, (self.dictionary_of)(row)?, &mut record)?;
        Ok(record)
    }

    /// The person of a row, whose record this is, under the id that it has.
    pub(super) fn accept<'r>(
        &'r self,
        row: u32,
        record: &'r [u8],
        plan: &KeyPlan,
        schema: &Arc<Schema>,
    ) -> Result<Accepted<'r>, Error> {
        let id = self.ids.get(row)?;
        let format: &'a Format = (self.format_of)(row)?;
        let unreadable = |reason| Error::internal(format!("person {id} cannot be read again: {reason}"));
        let taken = format.read(record).map_err(unreadable)?;
        let mut keys = Vec::new();
        plan.keys_of(&taken.value, &mut keys);
        Ok(Accepted::new(schema, id, record, taken.value, keys))
    }
}
