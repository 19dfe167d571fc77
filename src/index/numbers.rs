//! Number buckets: the ids of a number, date, datetime or boolean leaf in the order of their values, for ranges.
//!
//! A bucket holds the ids of one frequent value, or of neighbouring values; it says which values, not which id has
//! which. So a range takes whole buckets, and asks the forward column only in the two that its bounds cut.

mod write;

use std::ops::Range;

use super::error::{array_at, damaged};
use super::lists::{self, IdSink};
use super::{ColumnReader, IdSet, IdSetBuilder};
use crate::storage::{Section, StorageError};
pub use write::{NumberBucketsBuilder, merge_number_buckets};

/// Ids of a bucket of several values; a value with as many has a bucket of its own.
const BUCKET_IDS: usize = 128;
const ENTRY_BYTES: u64 = 28;

/// A bucket's line in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Its least value.
    min: u64,
    /// Its greatest value.
    max: u64,
    /// Where its list ends. It begins where the one before ends.
    end: u64,
    /// Number of ids in this and all buckets before.
    ids: u32,
}

impl Entry {
    fn to_bytes(self) -> impl Iterator<Item = u8> {
        let numbers = [self.min, self.max, self.end].into_iter().flat_map(u64::to_le_bytes);
        numbers.chain(self.ids.to_le_bytes())
    }

    fn from_bytes(bytes: &[u8; ENTRY_BYTES as usize]) -> Option<Self> {
        let (numbers, ids) = bytes.as_chunks::<8>();
        let [min, max, end] = *numbers else { return None };
        let (min, max) = (u64::from_le_bytes(min), u64::from_le_bytes(max));
        let ids = u32::from_le_bytes(*ids.first_chunk()?);
        (min <= max).then_some(Self { min, max, end: u64::from_le_bytes(end), ids })
    }
}

/// The ids of one leaf of a segment in the order of their values.
///
/// Ranges are given in [ordered form](super::ordered), both bounds included, ascending and disjoint.
#[derive(Debug, Clone)]
pub struct NumberBucketsReader {
    section: Section,
    universe: u32,
    non_null: u32,
    buckets: u32,
    /// Where the lists end and the directory begins.
    directory: u64,
}

impl NumberBucketsReader {
    /// A reader of *number buckets*. Checks shape only; reads nothing.
    pub fn new(section: Section) -> Result<Self, StorageError> {
        let entry = *section.entry();
        let (non_null, buckets) = (entry.aux as u32, (entry.aux >> 32) as u32);
        let universe =
            u32::try_from(entry.count).ok().filter(|&universe| buckets <= non_null && non_null <= universe);
        let shape = universe.zip(entry.len.checked_sub(u64::from(buckets) * ENTRY_BYTES));
        let Some((universe, directory)) = shape else {
            let problem = format!(
                "{buckets} buckets of {non_null} values, of {} rows or elements, in {} bytes",
                entry.count, entry.len
            );
            return Err(damaged(&section, 0, problem));
        };
        Ok(Self { section, universe, non_null, buckets, directory })
    }

    /// Number of rows or elements, those without a value included.
    pub fn universe(&self) -> u32 {
        self.universe
    }

    /// Number of rows or elements with a value.
    pub fn non_null(&self) -> u32 {
        self.non_null
    }

    /// About how many ids have a value in one of `ranges`: exact but for the two buckets of each range that its bounds
    /// cut, half of whose ids count. Reads some lines of the directory.
    pub fn estimate(&self, ranges: &[(u64, u64)]) -> Result<u64, StorageError> {
        let mut total = 0;
        for &range in ranges {
            let buckets = self.overlapping(range)?;
            let (Some(first), Some(last)) = (buckets.clone().next(), buckets.last()) else { continue };
            let (first, last) = (self.bucket(first)?, self.bucket(last)?);
            let ids = u64::from(last.ids.end.saturating_sub(first.ids.start));
            let cut = |bucket: &Bucket| if bucket.is_within(range) { 0 } else { u64::from(bucket.count()) };
            let cut = if first.ids == last.ids { cut(&first) } else { cut(&first) + cut(&last) };
            total += ids - ids.min(cut / 2);
        }
        Ok(total)
    }

    /// How many ids have a value in one of `ranges`. Costs a few lines of the directory and up to 256 lookups in `column`
    /// for each range, however many ids are inside.
    pub fn count(&self, ranges: &[(u64, u64)], column: &ColumnReader) -> Result<u64, StorageError> {
        let mut total = 0;
        let mut ids = Vec::new();
        for &range in ranges {
            let buckets = self.overlapping(range)?;
            let Some(last) = buckets.clone().last() else { continue };
            let first = self.bucket(buckets.start)?;
            total += u64::from(self.bucket(last)?.ids.end.saturating_sub(first.ids.start));
            let both = [buckets.start, last];
            // Only the first and the last bucket can be cut.
            for &i in both.get(..if buckets.len() == 1 { 1 } else { 2 }).unwrap_or(&both) {
                let bucket = self.bucket(i)?;
                if !bucket.is_within(range) {
                    ids.clear();
                    self.cut_bucket(&bucket, range, column, &mut ids)?;
                    total -= total.min(u64::from(bucket.count()) - ids.len() as u64);
                }
            }
        }
        Ok(total)
    }

    /// Appends the ids of a bucket whose value is in `range`.
    fn cut_bucket(
        &self,
        bucket: &Bucket,
        (least, greatest): (u64, u64),
        column: &ColumnReader,
        ids: &mut Vec<u32>,
    ) -> Result<(), StorageError> {
        let start = ids.len();
        self.decode(bucket.bytes.clone(), bucket.count(), ids)?;
        let mut kept = start;
        for at in start..ids.len() {
            let Some(&id) = ids.get(at) else { break };
            if column.get(id.into())?.is_some_and(|value| least <= value && value <= greatest) {
                ids.swap(kept, at);
                kept += 1;
            }
        }
        ids.truncate(kept);
        Ok(())
    }

    /// Adds the ids whose value is in one of `ranges`. `column` is the leaf's column in the same segment.
    ///
    /// Costs about 1 ns an id that is in, or that is not, whichever are fewer, and up to 256 lookups in `column` for
    /// each range.
    pub fn add_to(
        &self,
        ranges: &[(u64, u64)],
        column: &ColumnReader,
        ids: &mut IdSetBuilder,
    ) -> Result<(), StorageError> {
        let inside = self.estimate(ranges)?;
        let (non_null, nulls) = (u64::from(self.non_null), u64::from(self.universe - self.non_null));
        let outside = non_null.saturating_sub(inside) + nulls.min(non_null);
        if inside <= outside {
            return ranges.iter().try_for_each(|&range| self.add_range_to(range, column, ids));
        }
        let mut others = IdSetBuilder::new(self.universe);
        gaps(ranges).into_iter().try_for_each(|gap| self.add_range_to(gap, column, &mut others))?;
        self.read_nulls(&mut others)?;
        ids.add_set(&others.finish().complement());
        Ok(())
    }

    /// The ids without a value.
    pub fn nulls(&self) -> Result<IdSet, StorageError> {
        let mut ids = IdSetBuilder::new(self.universe);
        self.read_nulls(&mut ids)?;
        Ok(ids.finish())
    }

    fn add_range_to(
        &self,
        range: (u64, u64),
        column: &ColumnReader,
        ids: &mut IdSetBuilder,
    ) -> Result<(), StorageError> {
        let mut cut = Vec::new();
        for i in self.overlapping(range)? {
            let bucket = self.bucket(i)?;
            if bucket.is_within(range) {
                self.decode(bucket.bytes.clone(), bucket.count(), ids)?;
                continue;
            }
            cut.clear();
            self.cut_bucket(&bucket, range, column, &mut cut)?;
            ids.add_sorted(&cut);
        }
        Ok(())
    }

    fn read_nulls(&self, ids: &mut IdSetBuilder) -> Result<(), StorageError> {
        let start = match self.buckets.checked_sub(1) {
            Some(last) => self.bucket(last)?.bytes.end,
            None => 0,
        };
        self.decode(start..self.directory, self.universe - self.non_null, ids)
    }

    fn decode(&self, bytes: Range<u64>, count: u32, sink: &mut impl IdSink) -> Result<(), StorageError> {
        let start = bytes.start;
        lists::decode(self.section.bytes(bytes)?, count, self.universe, sink)
            .map_err(|problem| damaged(&self.section, start, problem))
    }

    /// The buckets that have values in `range`, or on both sides of it.
    fn overlapping(&self, (least, greatest): (u64, u64)) -> Result<Range<u32>, StorageError> {
        let first = self.first_bucket(|entry| entry.max >= least)?;
        let end = self.first_bucket(|entry| entry.min > greatest)?;
        Ok(first..end)
    }

    /// The first bucket that `holds`, if those that do follow on those that do not; else the number of buckets.
    fn first_bucket(&self, holds: impl Fn(&Entry) -> bool) -> Result<u32, StorageError> {
        let (mut start, mut end) = (0, self.buckets);
        while start < end {
            let middle = start + (end - start) / 2;
            if holds(&self.entry(middle)?) {
                end = middle;
            } else {
                start = middle + 1;
            }
        }
        Ok(start)
    }

    fn bucket(&self, i: u32) -> Result<Bucket, StorageError> {
        let entry = self.entry(i)?;
        let (start, ids) = match i.checked_sub(1) {
            Some(before) => self.entry(before).map(|before| (before.end, before.ids))?,
            None => (0, 0),
        };
        if start <= entry.end && entry.end <= self.directory && ids <= entry.ids && entry.ids <= self.non_null
        {
            return Ok(Bucket {
                min: entry.min,
                max: entry.max,
                bytes: start..entry.end,
                ids: ids..entry.ids,
            });
        }
        Err(self.contradicts(i))
    }

    fn entry(&self, i: u32) -> Result<Entry, StorageError> {
        let bytes = array_at(&self.section, self.directory + u64::from(i) * ENTRY_BYTES)?;
        Entry::from_bytes(bytes).ok_or_else(|| self.contradicts(i))
    }

    fn contradicts(&self, i: u32) -> StorageError {
        let at = self.directory + u64::from(i) * ENTRY_BYTES;
        damaged(&self.section, at, format!("bucket {i} contradicts itself or the one before"))
    }
}

/// A bucket: its values, where its list lies, and the places of its ids in the order of values.
#[derive(Debug)]
struct Bucket {
    min: u64,
    max: u64,
    bytes: Range<u64>,
    ids: Range<u32>,
}

impl Bucket {
    fn count(&self) -> u32 {
        self.ids.end - self.ids.start
    }

    fn is_within(&self, (least, greatest): (u64, u64)) -> bool {
        least <= self.min && self.max <= greatest
    }
}

/// The ranges between `ranges`, before and after them.
fn gaps(ranges: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut gaps = Vec::with_capacity(ranges.len() + 1);
    let mut next = Some(0);
    for &(least, greatest) in ranges {
        if let Some(next) = next
            && next < least
        {
            gaps.push((next, least - 1));
        }
        next = greatest.checked_add(1);
    }
    gaps.extend(next.map(|next| (next, u64::MAX)));
    gaps
}

#[cfg(test)]
mod tests;
