//! People by person id: the rows of a sorted range have ascending ids, and the ranges are merged, as far as the limit goes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Place;
use crate::engine::Error;
use crate::engine::database::Database;
use crate::index::{IdSet, PersonIdsReader};

/// The first `wanted` of the rows found in each segment, by person id, beginning behind the person `after`.
pub(in crate::engine) fn by_id(
    database: &Database,
    found: &[IdSet],
    after: Option<u64>,
    wanted: usize,
) -> Result<Vec<Place>, Error> {
    let mut ranges = Vec::new();
    for (segment, (open, rows)) in database.segments.iter().zip(found).enumerate() {
        let starts = &open.segment.directory().parts.sorted_ranges;
        let ends = starts.iter().skip(1).copied().chain([open.segment.rows()]);
        for (&start, end) in starts.iter().zip(ends) {
            let start = match after {
                Some(after) => first_behind(&open.ids, start, end, after)?,
                None => start,
            };
            let rows = rows.iter_from(start).take_while(move |&row| row < end);
            ranges.push(SortedRange { segment: segment as u32, ids: &open.ids, rows: rows.peekable() });
        }
    }
    ranges.retain_mut(|range| range.rows.peek().is_some());
    merge(ranges, wanted)
}

/// The first row of a sorted range whose person id is greater.
fn first_behind(ids: &PersonIdsReader, start: u32, end: u32, id: u64) -> Result<u32, Error> {
    let (mut low, mut high) = (start, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if ids.get(middle)? <= id {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Rows of one segment whose person ids ascend.
struct SortedRange<'a, I: Iterator<Item = u32>> {
    segment: u32,
    ids: &'a PersonIdsReader,
    rows: std::iter::Peekable<I>,
}

impl<I: Iterator<Item = u32>> SortedRange<'_, I> {
    fn next(&mut self) -> Option<Place> {
        self.rows.next().map(|row| Place { segment: self.segment, row })
    }

    fn next_id(&mut self) -> Result<Option<u64>, Error> {
        Ok(self.rows.peek().map(|&row| self.ids.get(row)).transpose()?)
    }
}

/// The first `wanted` places of all ranges by person id; a single range needs no ids.
fn merge<I: Iterator<Item = u32>>(
    mut ranges: Vec<SortedRange<'_, I>>,
    wanted: usize,
) -> Result<Vec<Place>, Error> {
    let mut places = Vec::new();
    if let [only] = ranges.as_mut_slice() {
        places.extend(std::iter::from_fn(|| only.next()).take(wanted));
        return Ok(places);
    }
    let mut heads = BinaryHeap::with_capacity(ranges.len());
    for (at, range) in ranges.iter_mut().enumerate() {
        heads.extend(range.next_id()?.map(|id| Reverse((id, at))));
    }
    while places.len() < wanted
        && let Some(Reverse((_, at))) = heads.pop()
        && let Some(range) = ranges.get_mut(at)
    {
        places.extend(range.next());
        heads.extend(range.next_id()?.map(|id| Reverse((id, at))));
    }
    Ok(places)
}
