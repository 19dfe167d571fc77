//! The first people by the values of paths: each segment finds its own first, in parallel, and these are merged.
//!
//! Within a segment ranks are compared, and most rows are done with after a look at the first of them. Between segments texts are:
//! the number of a value means nothing in another dictionary.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::ranks::{Ranks, Value};
use super::{Place, Sort};
use crate::engine::Error;
use crate::engine::database::{Database, OpenSegment};
use crate::index::IdSet;
use crate::plan::Deadline;

/// Rows of a segment that one task looks through.
const ROWS_AT_ONCE: u32 = 1 << 16;
/// Rows between two looks at the clock.
const ROWS_BETWEEN_LOOKS: u32 = 1 << 12;

/// The first `wanted` of the rows found in each segment, in an order that is not that of person ids alone, beginning behind the
/// person at `after`.
pub(in crate::engine) fn first(
    database: &Database,
    sort: &Sort,
    found: &[IdSet],
    after: Option<Place>,
    wanted: usize,
    deadline: &Deadline,
) -> Result<Vec<Place>, Error> {
    let opened =
        database.segments.iter().zip(found).map(|(open, rows)| Segment::open(open, sort, rows.len()));
    let segments = opened.collect::<Result<Vec<_>, _>>()?;
    let after = after.map(|place| Behind::of(&segments, place)).transpose()?;
    let mut runs: Vec<Run> = Vec::new();
    for (number, (segment, rows)) in segments.iter().zip(found).enumerate() {
        let after = after.as_ref().map(|after| after.in_segment(segment, sort)).transpose()?;
        let starts: Vec<u32> = (0..rows.universe()).step_by(ROWS_AT_ONCE as usize).collect();
        let parts = starts.into_par_iter().map(|start| {
            let end = start.saturating_add(ROWS_AT_ONCE);
            let rows = rows.iter_from(start).take_while(|row| *row < end);
            segment.first(rows, after.as_ref(), wanted, deadline)
        });
        let mut entries = parts.collect::<Result<Vec<_>, Error>>()?.concat();
        entries.par_sort_unstable();
        entries.truncate(wanted);
        runs.push(Run { segment: number, entries, next: 0 });
    }
    merge(&segments, sort, runs, wanted)
}

/// A row with what it is sorted by: for each path its rank, so that less comes first, and nothing comes after everything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    ranks: Vec<u128>,
    person: u64,
    row: u32,
}

/// A rank as it is compared.
fn comparable(rank: Option<u64>, descending: bool) -> u128 {
    match rank {
        None => u128::MAX,
        Some(rank) if descending => u128::from(u64::MAX - rank),
        Some(rank) => u128::from(rank),
    }
}

/// The rank again; `None` if there is none.
fn rank(comparable: u128, descending: bool) -> Option<u64> {
    let rank = u64::try_from(comparable).ok()?;
    Some(if descending { u64::MAX - rank } else { rank })
}

struct Segment<'a> {
    open: &'a OpenSegment,
    keys: Vec<(Ranks, bool)>,
}

impl<'a> Segment<'a> {
    fn open(open: &'a OpenSegment, sort: &Sort, rows: u32) -> Result<Self, Error> {
        let keys = sort.keys().iter().map(|key| Ok((Ranks::open(open, key, rows)?, key.descending)));
        Ok(Self { open, keys: keys.collect::<Result<_, Error>>()? })
    }

    /// The first `wanted` of some ascending rows, in order.
    fn first(
        &self,
        rows: impl Iterator<Item = u32>,
        after: Option<&Entry>,
        wanted: usize,
        deadline: &Deadline,
    ) -> Result<Vec<Entry>, Error> {
        let mut keys = self.keys.clone();
        let mut best: BinaryHeap<Entry> = BinaryHeap::new();
        let mut ranks: Vec<u128> = Vec::with_capacity(keys.len());
        for (count, row) in (0_u32..).zip(rows) {
            if count % ROWS_BETWEEN_LOOKS == 0 {
                deadline.check()?;
            }
            ranks.clear();
            let full = best.len() >= wanted;
            let worst = best.peek().filter(|_| full);
            let mut out = full && worst.is_none();
            for (at, (key, descending)) in keys.iter_mut().enumerate() {
                ranks.push(comparable(key.get(row)?, *descending));
                // Most rows are out by their first rank.
                let behind = |limit: &Entry| limit.ranks.get(..=at).map(|limit| ranks.as_slice().cmp(limit));
                out |= worst.is_some_and(|worst| behind(worst) == Some(Ordering::Greater))
                    || after.is_some_and(|after| behind(after) == Some(Ordering::Less));
                if out {
                    break;
                }
            }
            if out {
                continue;
            }
            let person = self.open.ids.get(row)?;
            let place = (&ranks, person);
            if after.is_some_and(|after| place <= (&after.ranks, after.person))
                || worst.is_some_and(|worst| place >= (&worst.ranks, worst.person))
            {
                continue;
            }
            if full {
                best.pop();
            }
            best.push(Entry { ranks: ranks.clone(), person, row });
        }
        Ok(best.into_sorted_vec())
    }

    /// The values that an entry is sorted by.
    fn values(&self, entry: &Entry) -> Result<Vec<Option<Value>>, Error> {
        let value = |((ranks, descending), comparable): (&(Ranks, bool), &u128)| {
            rank(*comparable, *descending).map(|rank| ranks.value(rank)).transpose()
        };
        self.keys.iter().zip(&entry.ranks).map(value).collect()
    }
}

/// The last person of the page before, apart from a segment.
struct Behind {
    values: Vec<Option<Value>>,
    person: u64,
}

impl Behind {
    fn of(segments: &[Segment<'_>], place: Place) -> Result<Self, Error> {
        let lost = || Error::internal("a cursor beyond the people");
        let segment = segments.get(place.segment as usize).ok_or_else(lost)?;
        let own = segment.first(std::iter::once(place.row), None, 1, &Deadline::none())?;
        let entry = own.first().ok_or_else(lost)?;
        Ok(Self { values: segment.values(entry)?, person: entry.person })
    }

    /// What rows of a segment have to come behind.
    fn in_segment(&self, segment: &Segment<'_>, sort: &Sort) -> Result<Entry, Error> {
        let ranks =
            segment.keys.iter().zip(&self.values).zip(sort.keys()).map(|(((ranks, _), value), key)| {
                let rank = value.as_ref().map(|value| ranks.rank(value)).transpose()?;
                Ok(comparable(rank, key.descending))
            });
        Ok(Entry { ranks: ranks.collect::<Result<_, Error>>()?, person: self.person, row: 0 })
    }
}

/// The first entries of a segment, and how many of them are merged.
struct Run {
    segment: usize,
    entries: Vec<Entry>,
    next: usize,
}

/// The next entry of a run, as it compares between segments.
struct Head {
    /// The values, where ranks do not compare; else none.
    values: Vec<Option<Value>>,
    ranks: Vec<u128>,
    person: u64,
}

/// The first `wanted` of all runs.
fn merge(
    segments: &[Segment<'_>],
    sort: &Sort,
    mut runs: Vec<Run>,
    wanted: usize,
) -> Result<Vec<Place>, Error> {
    runs.retain(|run| !run.entries.is_empty());
    let place = |run: &Run, entry: &Entry| Place { segment: run.segment as u32, row: entry.row };
    if let [only] = runs.as_slice() {
        return Ok(only.entries.iter().map(|entry| place(only, entry)).collect());
    }
    let by_rank = segments.iter().all(|segment| segment.keys.iter().all(|(ranks, _)| ranks.are_values()));
    let head = |run: &Run| -> Result<Option<Head>, Error> {
        let Some(entry) = run.entries.get(run.next) else { return Ok(None) };
        let segment = segments.get(run.segment).filter(|_| !by_rank);
        let values = segment.map(|segment| segment.values(entry)).transpose()?.unwrap_or_default();
        Ok(Some(Head { values, ranks: entry.ranks.clone(), person: entry.person }))
    };
    let mut heads = runs.iter().map(head).collect::<Result<Vec<_>, _>>()?;
    let mut places = Vec::new();
    while places.len() < wanted {
        let open = heads.iter().enumerate().filter_map(|(at, head)| Some((at, head.as_ref()?)));
        let Some((at, _)) = open.min_by(|(_, a), (_, b)| a.order(b, sort, by_rank)) else { break };
        let Some(run) = runs.get_mut(at) else { break };
        places.extend(run.entries.get(run.next).map(|entry| place(run, entry)));
        run.next += 1;
        if let (Some(slot), Some(run)) = (heads.get_mut(at), runs.get(at)) {
            *slot = head(run)?;
        }
    }
    Ok(places)
}

impl Head {
    fn order(&self, other: &Head, sort: &Sort, by_rank: bool) -> Ordering {
        let ordered = match by_rank {
            true => self.ranks.cmp(&other.ranks),
            false => {
                let pairs = self.values.iter().zip(&other.values).zip(sort.keys());
                let each = pairs.map(|((a, b), key)| match (a, b) {
                    (None, None) => Ordering::Equal,
                    (None, Some(_)) => Ordering::Greater,
                    (Some(_), None) => Ordering::Less,
                    (Some(a), Some(b)) if key.descending => b.order(a),
                    (Some(a), Some(b)) => a.order(b),
                });
                each.fold(Ordering::Equal, Ordering::then)
            }
        };
        ordered.then(self.person.cmp(&other.person))
    }
}
