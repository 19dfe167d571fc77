//! Accepted people on their way into a new segment: gathered into runs, each of which becomes a row group and a file of sections.

use std::sync::Arc;

use rayon::prelude::*;

use super::chunk::{Accepted, CHUNK_ROWS, ChunkMaker};
use super::run::Run;
use super::stored::StoredRows;
use crate::column::{RowGroupEncoder, RowGroupWriter, ShredReport};
use crate::engine::Error;
use crate::index::{Dictionary, HashKey};
use crate::record::KeyPlan;
use crate::schema::Schema;
use crate::storage::{DirectoryParts, Segment, SegmentWriter, SharedRange, Writer};

/// Takes people, writes their row groups, and keeps their runs.
pub(in crate::engine) struct Indexer<'a, 'g> {
    writer: &'a Writer,
    schema: &'a Arc<Schema>,
    hash_key: HashKey,
    encoder: RowGroupEncoder,
    /// People in a row group, and so in a run.
    group_rows: usize,
    groups: &'a mut RowGroupWriter<'g>,
    /// Set once it is decided with which dictionary records are compressed.
    maker: Option<ChunkMaker>,
    run: Run,
    /// The mapping through which the records of the run are read; 0: none.
    run_mapping: u32,
    runs: Vec<Segment>,
}

impl<'a, 'g> Indexer<'a, 'g> {
    pub(in crate::engine) fn new(
        writer: &'a Writer,
        schema: &'a Arc<Schema>,
        groups: &'a mut RowGroupWriter<'g>,
        group_rows: usize,
    ) -> Self {
        let hash_key = HashKey(writer.header().hash_key);
        let (encoder, maker, run, runs) = (groups.encoder(), None, Run::default(), Vec::new());
        Self { writer, schema, hash_key, encoder, group_rows, groups, maker, run, run_mapping: 0, runs }
    }

    /// Whether it is decided with which dictionary records are compressed.
    pub(super) fn is_ready(&self) -> bool {
        self.maker.is_some()
    }

    /// Decides it.
    pub(in crate::engine) fn compress_with(&mut self, dictionary: Option<Arc<Dictionary>>) {
        let (schema, hash_key) = (Arc::clone(self.schema), self.hash_key);
        self.maker = Some(ChunkMaker { schema, hash_key, dictionary });
    }

    /// What it decided.
    pub(super) fn dictionary(&self) -> Option<&Arc<Dictionary>> {
        self.maker.as_ref().and_then(|maker| maker.dictionary.as_ref())
    }

    /// Adds people whose records are read through the mapping of this number. A run has one mapping, so another begins another.
    pub(super) fn add(
        &mut self,
        mapping: u32,
        mut accepted: Vec<Accepted<'_>>,
    ) -> Result<ShredReport, Error> {
        let mut report = ShredReport::default();
        if mapping != self.run_mapping && !accepted.is_empty() {
            self.close_run()?;
            self.run_mapping = mapping;
        }
        while !accepted.is_empty() {
            let room = self.group_rows - self.run.rows();
            let rest = accepted.split_off(room.min(accepted.len()));
            let maker = self.maker.as_ref().ok_or_else(|| Error::internal("records before a dictionary"))?;
            // Owned, so that each chunk's parsed records are also freed in parallel.
            let chunks = accepted.into_par_iter().chunks(CHUNK_ROWS).map(|people| maker.make(&people));
            for (chunk, shredded) in chunks.collect::<Result<Vec<_>, _>>()? {
                report.absorb(shredded);
                self.run.push(chunk);
            }
            if self.run.rows() == self.group_rows {
                self.close_run()?;
            }
            accepted = rest;
        }
        Ok(report)
    }

    /// Adds people again who are stored already, in the same form: their ids stay, keys and columns are made anew.
    pub(in crate::engine) fn add_stored(
        &mut self,
        plan: &KeyPlan,
        stored: &StoredRows<'_>,
        rows: &[u32],
    ) -> Result<(), Error> {
        for some in rows.chunks(CHUNK_ROWS * 16) {
            let records = some.par_iter().map(|&row| stored.record(row)).collect::<Result<Vec<_>, _>>()?;
            let schema = self.schema;
            let accepted =
                some.par_iter().zip(&records).map(|(&row, record)| stored.accept(row, record, plan, schema));
            let accepted = accepted.collect::<Result<Vec<_>, Error>>()?;
            // One mapping after the other, as the rows have them.
            let mut accepted = accepted.into_iter();
            for same in some.chunk_by(|a, b| stored.mapping(*a) == stored.mapping(*b)) {
                let mapping = same.first().map_or(0, |&row| stored.mapping(row));
                self.add(mapping, accepted.by_ref().take(same.len()).collect())?;
            }
        }
        Ok(())
    }

    /// Sorts the run, appends its row group to the segment and writes its sections to a file of their own.
    pub(in crate::engine) fn close_run(&mut self) -> Result<(), Error> {
        if self.run.rows() == 0 {
            return Ok(());
        }
        let (run, mapping) = (std::mem::take(&mut self.run).sorted()?, self.run_mapping);
        let path = self.writer.staging_path(&format!("run-{}", self.runs.len()));
        let (group, staged) = rayon::join(
            || self.encoder.encode(&run.batches),
            || -> Result<Segment, Error> {
                let mut out = SegmentWriter::create(&path, 0)?;
                run.write_sections(self.schema, &mut out)?;
                let staged = out.finish(run_parts(run.rows(), mapping))?;
                let segment = Segment::open_staged(&staged)?;
                staged.remove()?;
                Ok(segment)
            },
        );
        self.groups.append(group?)?;
        self.runs.push(staged?);
        Ok(())
    }

    /// The runs that are closed, in the order of their row groups.
    pub(super) fn runs(&self) -> &[Segment] {
        &self.runs
    }

    /// Closes the last run, and gives all.
    pub(in crate::engine) fn finish(mut self) -> Result<Vec<Segment>, Error> {
        self.close_run()?;
        Ok(self.runs)
    }
}

fn run_parts(rows: u32, mapping: u32) -> DirectoryParts {
    DirectoryParts {
        segment_id: 1,
        rows,
        schema: 0,
        // The run's row group, which lies in the segment already.
        row_groups: vec![rows],
        sorted_ranges: vec![0],
        dictionaries: SharedRange::all(0),
        mappings: SharedRange::all(mapping),
    }
}
