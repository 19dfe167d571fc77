//! People of a segment, read back to be indexed again: those who survive in a row group that somebody left, and those of a segment
//! whose catalogue of paths has grown.

use std::sync::Arc;

use super::chunk::Accepted;
use crate::engine::Error;
use crate::engine::dictionaries::Dictionaries;
use crate::engine::formats::Formats;
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
    read_with: ReadWith<'a>,
}

/// What records are read with.
enum ReadWith<'a> {
    /// What the directory says of each row.
    OfFile(&'a Dictionaries, &'a Formats),
    /// The same for all rows of a run, whose directory does not know it yet.
    OfRun(Option<&'a Dictionary>, &'a Format),
}

impl<'a> StoredRows<'a> {
    /// The rows of a segment of the file.
    pub(in crate::engine) fn of_segment(
        segment: &Segment,
        dictionaries: &'a Dictionaries,
        formats: &'a Formats,
    ) -> Result<Self, Error> {
        Self::new(segment, ReadWith::OfFile(dictionaries, formats))
    }

    /// The rows of a run.
    pub(super) fn of_run(
        run: &Segment,
        dictionary: Option<&'a Dictionary>,
        format: &'a Format,
    ) -> Result<Self, Error> {
        Self::new(run, ReadWith::OfRun(dictionary, format))
    }

    fn new(segment: &Segment, read_with: ReadWith<'a>) -> Result<Self, Error> {
        let (ids, records) = (person_ids_of(segment)?, records_of(segment)?);
        Ok(Self { segment: segment.clone(), ids, records, read_with })
    }

    /// The number of the mapping of a row.
    pub(super) fn mapping(&self, row: u32) -> u32 {
        self.segment.directory().mapping(row)
    }

    /// The source record of a row.
    pub(super) fn record(&self, row: u32) -> Result<Vec<u8>, Error> {
        let mut record = Vec::new();
        match self.read_with {
            ReadWith::OfFile(dictionaries, _) => {
                dictionaries.read(&self.segment, &self.records, row, &mut record)?;
            }
            ReadWith::OfRun(dictionary, _) => self.records.read(row, dictionary, &mut record)?,
        }
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
        let format = match self.read_with {
            ReadWith::OfFile(_, formats) => formats.of(&self.segment, row)?,
            ReadWith::OfRun(_, format) => format,
        };
        let unreadable = |reason| Error::internal(format!("person {id} cannot be read again: {reason}"));
        let taken = format.read(record).map_err(unreadable)?;
        let mut keys = Vec::new();
        plan.keys_of(&taken.value, &mut keys);
        Ok(Accepted::new(schema, id, record, taken.value, keys))
    }
}
