//! Records compressed anew: a dictionary that was trained on people who are gone must not outlive them.

use std::sync::Arc;

use rayon::prelude::*;

use super::MergeInput;
use super::sections::write_record_sections;
use crate::engine::Error;
use crate::engine::dictionaries::Dictionaries;
use crate::engine::segments::records_of;
use crate::index::{Compressor, Dictionary, Method, RecordsReader, SAMPLE_RECORDS, train};
use crate::storage::{Segment, SegmentWriter};

/// Records that one thread compresses before they are written.
const CHUNK_RECORDS: usize = 512;
/// Chunks whose compressed records wait in memory.
const CHUNKS_AT_ONCE: usize = 16;

/// How the records of a merge are compressed: with which dictionary now, and with which ones they are.
pub(in crate::engine) struct Recompression<'a> {
    old: &'a Dictionaries,
    new: Option<Arc<Dictionary>>,
}

impl<'a> Recompression<'a> {
    /// With a dictionary trained on records from all over the inputs; without one if there are too few.
    pub(in crate::engine) fn trained(inputs: &[MergeInput], old: &'a Dictionaries) -> Result<Self, Error> {
        let all: u64 = inputs.iter().map(|input| u64::from(input.kept.len())).sum();
        let step = (all / SAMPLE_RECORDS as u64).max(1) as usize;
        let readers = readers_of(inputs)?;
        let all = inputs.iter().zip(&readers);
        let places =
            all.flat_map(|(input, reader)| input.kept.iter().flatten().map(move |row| (input, reader, row)));
        let records = places.step_by(step).take(SAMPLE_RECORDS).map(|(input, reader, row)| {
            let mut record = Vec::new();
            old.read(&input.segment, reader, row, &mut record)?;
            Ok(record)
        });
        let records = records.collect::<Result<Vec<Vec<u8>>, Error>>()?;
        let sample: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
        Ok(Self { old, new: train(&sample).map(Dictionary::new).transpose()?.map(Arc::new) })
    }

    /// The dictionary; `None`: records are compressed without.
    pub(in crate::engine) fn dictionary(&self) -> Option<&Arc<Dictionary>> {
        self.new.as_ref()
    }

    /// Writes *records* and *record offsets* of the kept rows of all inputs. Memory: some thousand records.
    pub(super) fn write(&self, inputs: &[MergeInput], out: &mut SegmentWriter) -> Result<(), Error> {
        let readers = readers_of(inputs)?;
        write_record_sections(out, |writer| {
            for (input, reader) in inputs.iter().zip(&readers) {
                let mut rows = input.kept.iter().flatten();
                loop {
                    let some: Vec<u32> = rows.by_ref().take(CHUNK_RECORDS * CHUNKS_AT_ONCE).collect();
                    if some.is_empty() {
                        break;
                    }
                    let chunks = some.par_chunks(CHUNK_RECORDS);
                    let chunks = chunks.map(|rows| self.compress(reader, &input.segment, rows));
                    for (method, payload) in chunks.collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
                        writer.push(method, &payload)?;
                    }
                }
            }
            Ok(())
        })
    }

    fn compress(
        &self,
        reader: &RecordsReader,
        segment: &Segment,
        rows: &[u32],
    ) -> Result<Vec<(Method, Vec<u8>)>, Error> {
        let mut compressor = Compressor::new(self.new.clone())?;
        let mut record = Vec::new();
        let compressed = rows.iter().map(|&row| {
            self.old.read(segment, reader, row, &mut record)?;
            let mut payload = Vec::new();
            let method = compressor.compress(&record, &mut payload)?;
            Ok((method, payload))
        });
        compressed.collect()
    }
}

fn readers_of(inputs: &[MergeInput]) -> Result<Vec<RecordsReader>, Error> {
    inputs.iter().map(|input| records_of(&input.segment)).collect()
}
