//! Cutting sorted values into buckets.

use std::io::Write;

use rayon::slice::ParallelSliceMut;

use super::{BUCKET_IDS, Entry};
use crate::index::{ColumnReader, IdSetBuilder, IndexError, Part, Written, lists};

/// Values from which on sorting is worth several threads.
const PARALLEL: usize = 100_000;

/// Collects the values of one leaf. Memory: 16 bytes a value, nulls nothing.
#[derive(Debug)]
pub struct NumberBucketsBuilder {
    universe: u32,
    /// Values with their ids.
    values: Vec<(u64, u32)>,
    /// Number of values so far, nulls included.
    pushed: u64,
}

impl NumberBucketsBuilder {
    /// Number buckets of `universe` rows or elements.
    pub fn new(universe: u32) -> Self {
        Self { universe, values: Vec::new(), pushed: 0 }
    }

    /// Adds the value of the next row or element, in [ordered form](crate::index::ordered).
    pub fn push(&mut self, value: Option<u64>) {
        if let Some(value) = value
            && let Ok(id) = u32::try_from(self.pushed)
        {
            self.values.push((value, id));
        }
        self.pushed += 1;
    }

    /// Writes the section. Rows or elements that were not pushed have no value; an error if there were more than the
    /// universe. `count` is the universe.
    pub fn write(mut self, out: &mut dyn Write) -> Result<Written, IndexError> {
        let (count, limit) = (self.pushed, u64::from(self.universe));
        if count > limit {
            return Err(IndexError::TooMany { section: "number buckets", what: "values", count, limit });
        }
        if self.values.len() > PARALLEL {
            self.values.par_sort_unstable();
        } else {
            self.values.sort_unstable();
        }
        let mut writer = BucketWriter { out, universe: self.universe, entries: Vec::new(), end: 0 };
        for bucket in Buckets(&self.values) {
            writer.bucket(bucket)?;
        }
        let mut present = IdSetBuilder::new(self.universe);
        self.values.iter().for_each(|&(_, id)| present.add(id));
        writer.list(&present.finish().complement().iter().collect::<Vec<_>>())?;
        writer.finish(self.values.len() as u32)
    }
}

/// Cuts sorted values into buckets.
struct Buckets<'a>(&'a [(u64, u32)]);

impl<'a> Iterator for Buckets<'a> {
    type Item = &'a [(u64, u32)];

    fn next(&mut self) -> Option<Self::Item> {
        let mut len = 0;
        for same in self.0.chunk_by(|a, b| a.0 == b.0) {
            if len > 0 && len + same.len() > BUCKET_IDS {
                break;
            }
            len += same.len();
        }
        let (bucket, rest) = self.0.split_at_checked(len).filter(|_| len > 0)?;
        self.0 = rest;
        Some(bucket)
    }
}

struct BucketWriter<'a> {
    out: &'a mut dyn Write,
    universe: u32,
    entries: Vec<Entry>,
    end: u64,
}

impl BucketWriter<'_> {
    fn bucket(&mut self, bucket: &[(u64, u32)]) -> Result<(), IndexError> {
        let (Some(&(min, _)), Some(&(max, _))) = (bucket.first(), bucket.last()) else { return Ok(()) };
        let mut ids: Vec<u32> = bucket.iter().map(|&(_, id)| id).collect();
        ids.sort_unstable();
        self.list(&ids)?;
        let before = self.entries.last().map_or(0, |entry| entry.ids);
        self.entries.push(Entry { min, max, end: self.end, ids: before + ids.len() as u32 });
        Ok(())
    }

    fn list(&mut self, ids: &[u32]) -> Result<(), IndexError> {
        let mut bytes = Vec::new();
        lists::encode(ids, self.universe, &mut bytes);
        self.end += bytes.len() as u64;
        Ok(self.out.write_all(&bytes)?)
    }

    fn finish(self, non_null: u32) -> Result<Written, IndexError> {
        let directory: Vec<u8> = self.entries.iter().flat_map(|entry| entry.to_bytes()).collect();
        self.out.write_all(&directory)?;
        let aux = (self.entries.len() as u64) << 32 | u64::from(non_null);
        Ok(Written { count: self.universe.into(), aux })
    }
}

/// Writes the number buckets of what is kept of all `inputs`, in row order, from their columns. Memory: 16 bytes a value.
pub fn merge_number_buckets(
    inputs: &[Part<'_, ColumnReader>],
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let count = inputs.iter().map(|input| u64::from(input.kept.len())).sum();
    let limit = u64::from(u32::MAX);
    let universe = u32::try_from(count).map_err(|_| IndexError::TooMany {
        section: "number buckets",
        what: "values",
        count,
        limit,
    })?;
    let mut builder = NumberBucketsBuilder::new(universe);
    for input in inputs {
        match input.reader {
            None => builder.pushed += u64::from(input.kept.len()),
            Some(column) => column.for_each(input.kept, |value| {
                builder.push(value);
                Ok(())
            })?,
        }
    }
    builder.write(out)
}
