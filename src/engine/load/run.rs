//! A run: people of a load, up to one row group, sorted by person id and written as a small segment of its own.

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use rayon::prelude::*;

use super::leaves::RunLeaves;
use crate::column::space_spans;
use crate::engine::Error;
use crate::engine::merge::{section, write_key_sections, write_record_sections};
use crate::index::{KeysBuilder, Method, SpansBuilder, write_person_ids};
use crate::schema::{Schema, SpaceId};
use crate::storage::{NO_NODE, SectionId, SectionKind, SegmentWriter};

/// Rows of a sorted batch.
const BATCH_ROWS: usize = 4_096;

/// Some hundred people of an input, in its order: shredded, compressed, keys hashed.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Taken when the run is sorted.
    pub(super) batch: Option<RecordBatch>,
    pub(super) ids: Vec<u64>,
    /// Compressed records, one after the other.
    pub(super) payloads: Vec<u8>,
    /// Method and end of each payload.
    pub(super) records: Vec<(Method, usize)>,
    /// Hashes of keys, with the row inside this chunk.
    pub(super) keys: Vec<(u64, u32)>,
}

impl Chunk {
    fn record(&self, row: usize) -> Option<(Method, &[u8])> {
        let &(method, end) = self.records.get(row)?;
        let start = row.checked_sub(1).and_then(|before| self.records.get(before)).map_or(0, |&(_, end)| end);
        Some((method, self.payloads.get(start..end)?))
    }
}

/// People on their way into a row group.
#[derive(Debug, Default)]
pub(super) struct Run {
    chunks: Vec<Chunk>,
    rows: usize,
}

impl Run {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn push(&mut self, chunk: Chunk) {
        self.rows += chunk.ids.len();
        self.chunks.push(chunk);
    }

    /// Puts the people in the order of their ids.
    pub(super) fn sorted(mut self) -> Result<SortedRun, Error> {
        let places = self.chunks.iter().enumerate().flat_map(|(chunk, people)| {
            people.ids.iter().enumerate().map(move |(row, &id)| (id, chunk, row))
        });
        let mut order: Vec<(u64, usize, usize)> = places.collect();
        // The chunks' own arrays go as soon as the sorted ones are there.
        let batches: Vec<RecordBatch> =
            self.chunks.iter_mut().filter_map(|chunk| chunk.batch.take()).collect();
        let batches = if order.is_sorted_by(|a, b| a.0 < b.0) {
            batches
        } else {
            let batches: Vec<&RecordBatch> = batches.iter().collect();
            order.par_sort_unstable();
            keep_last(&mut order);
            let take = |places: &[(u64, usize, usize)]| {
                let places: Vec<(usize, usize)> =
                    places.iter().map(|&(_, chunk, row)| (chunk, row)).collect();
                interleave_record_batch(&batches, &places).map_err(crate::column::ColumnError::from)
            };
            order.par_chunks(BATCH_ROWS).map(take).collect::<Result<Vec<_>, _>>()?
        };
        Ok(SortedRun { chunks: self.chunks, order, batches })
    }
}

/// Of several records of one person, which follow each other, the last.
fn keep_last(order: &mut Vec<(u64, usize, usize)>) {
    order.reverse();
    order.dedup_by_key(|(id, ..)| *id);
    order.reverse();
}

/// A run in person-id order.
#[derive(Debug)]
pub(super) struct SortedRun {
    chunks: Vec<Chunk>,
    /// Person id, chunk, row in the chunk, of each row of the run.
    order: Vec<(u64, usize, usize)>,
    pub(super) batches: Vec<RecordBatch>,
}

impl SortedRun {
    pub(super) fn rows(&self) -> u32 {
        self.order.len() as u32
    }

    /// Writes every section of the run.
    pub(super) fn write_sections(&self, schema: &Schema, out: &mut SegmentWriter) -> Result<(), Error> {
        self.write_records(out)?;
        let ids: Vec<u64> = self.order.iter().map(|&(id, ..)| id).collect();
        section(out, SectionId::person(SectionKind::PERSON_IDS), |out| Ok(write_person_ids(&ids, out)?))?;
        self.write_keys(out)?;
        RunLeaves { schema, batches: &self.batches, space: None }.write(out)?;
        for space in schema.spaces() {
            self.write_space(schema, space.id, space.arrays.len(), out)?;
        }
        Ok(())
    }

    fn write_records(&self, out: &mut SegmentWriter) -> Result<(), Error> {
        write_record_sections(out, |writer| {
            for &(_, chunk, row) in &self.order {
                let record = self.chunks.get(chunk).and_then(|chunk| chunk.record(row));
                let (method, payload) = record.ok_or_else(|| Error::internal("a run lost a record"))?;
                writer.push(method, payload)?;
            }
            Ok(())
        })
    }

    fn write_keys(&self, out: &mut SegmentWriter) -> Result<(), Error> {
        // Records that another one replaced have no row.
        let mut rows: Vec<Vec<Option<u32>>> =
            self.chunks.iter().map(|chunk| vec![None; chunk.ids.len()]).collect();
        for (row, &(_, chunk, local)) in self.order.iter().enumerate() {
            if let Some(place) = rows.get_mut(chunk).and_then(|rows| rows.get_mut(local)) {
                *place = Some(row as u32);
            }
        }
        let mut keys = KeysBuilder::new();
        for (chunk, rows) in self.chunks.iter().zip(&rows) {
            let with_row = |&(hash, row): &(u64, u32)| Some((hash, (*rows.get(row as usize)?)?));
            keys.extend(chunk.keys.iter().filter_map(with_row));
        }
        write_key_sections(out, |table, lists| Ok(keys.write(table, lists)?))
    }

    fn write_space(
        &self,
        schema: &Schema,
        space: SpaceId,
        arrays: usize,
        out: &mut SegmentWriter,
    ) -> Result<(), Error> {
        let spans = |batch| space_spans(batch, schema, space);
        let spans = self.batches.par_iter().map(spans).collect::<Result<Vec<_>, _>>()?;
        let mut builder = SpansBuilder::new(arrays);
        for spans in &spans {
            let mut flags = spans.flags.as_slice();
            for &count in &spans.counts {
                let (own, rest) = flags.split_at(flags.len().min(count as usize));
                builder.push_flagged(own);
                flags = rest;
            }
        }
        let id = |kind| SectionId { kind, space, node: NO_NODE };
        section(out, id(SectionKind::SPAN_PARENTS), |out| Ok(builder.write_parents(out)?))?;
        section(out, id(SectionKind::SPAN_OFFSETS), |out| Ok(builder.write_offsets(out)?))?;
        if arrays > 1 {
            section(out, id(SectionKind::SPACE_FLAGS), |out| {
                Ok(builder.write_flags(out)?.unwrap_or_default())
            })?;
        }
        section(out, id(SectionKind::SPAN_ENDS), |out| Ok(builder.write_ends(out)?))?;
        RunLeaves { schema, batches: &self.batches, space: Some((space, &spans)) }.write(out)
    }
}
