//! Filters to people: counted, explained, or found in person-id order.
//!
//! Each segment is scanned by itself, in parallel; the rows it finds are merged by person id. A limit cuts the merged
//! list, never a filter.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use rayon::prelude::*;

use super::database::Database;
use super::words::check_word_rules;
use super::{Error, Hits, Lookup, Person};
use crate::filter::{Filter, FilterOptions};
use crate::index::{IdSet, PersonIdsReader};
use crate::plan::{Cause, Deadline, Explanation, PlanError, Records, Scan, SegmentView};

/// How a search is run.
#[derive(Debug, Clone, Default)]
pub struct SearchOptions {
    /// At most so many people, those with the lowest ids; `None`: all.
    pub limit: Option<u64>,
    /// An error after so much time; `None`: no end.
    pub time_limit: Option<Duration>,
}

/// A person's place in the file: segment, then row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) segment: u32,
    pub(super) row: u32,
}

impl Database {
    /// Reads a filter, as JSON in the grammar of `docs/filters.md`, against this database's paths.
    ///
    /// # Errors
    /// What is wrong, where in the filter, and what would be accepted.
    pub fn filter(&self, json: &str, options: &FilterOptions) -> Result<Filter, Error> {
        Ok(Filter::parse(json, &self.schema, options)?)
    }

    /// How many people a filter finds; a limit does not matter. Reads no record, unless a condition can only be
    /// answered from records ([`Database::explain`] tells).
    pub fn count(&self, filter: &Filter, options: &SearchOptions) -> Result<u64, Error> {
        self.scan(filter, options, |scan, views, deadline| {
            views.par_iter().map(|view| scan.count(view, deadline)).sum()
        })
    }

    /// The people that a filter finds, by ascending person id. Their records are not read yet.
    pub fn search(&self, filter: &Filter, options: &SearchOptions) -> Result<Hits<'_>, Error> {
        let found: Vec<IdSet> = self.scan(filter, options, |scan, views, deadline| {
            views.par_iter().map(|view| scan.rows(view, deadline)).collect()
        })?;
        let total = found.iter().map(|rows| u64::from(rows.len())).sum();
        let places = self.in_order(&found, options.limit.unwrap_or(u64::MAX))?;
        Ok(Hits::new(self, places, total))
    }

    /// The same, and for each of them the elements that made the person match.
    pub fn search_matched(&self, filter: &Filter, options: &SearchOptions) -> Result<Hits<'_>, Error> {
        let mut hits = self.search(filter, options)?;
        let mut wanted: Vec<Vec<u32>> = vec![Vec::new(); self.segments.len()];
        for place in hits.places() {
            if let Some(rows) = wanted.get_mut(place.segment as usize) {
                rows.push(place.row);
            }
        }
        let matched = self.scan(filter, options, |scan, views, deadline| {
            let each = views.par_iter().zip(&mut wanted).map(|(view, rows)| {
                rows.sort_unstable();
                let rows = IdSet::from_sorted(view.segment.rows(), std::mem::take(rows));
                scan.matched(view, &rows, deadline)
            });
            each.collect::<Result<Vec<_>, _>>()
        })?;
        hits.set_matched(matched);
        Ok(hits)
    }

    /// How a filter is answered; with `analyze` it is run, in one thread, and what it does is counted.
    pub fn explain(
        &self,
        filter: &Filter,
        analyze: bool,
        options: &SearchOptions,
    ) -> Result<Explanation, Error> {
        self.scan(filter, options, |scan, views, deadline| scan.explain(views, analyze, deadline))
    }

    /// Why a filter finds nobody; call it only then. It runs parts of the filter by themselves.
    pub fn diagnose(&self, filter: &Filter, options: &SearchOptions) -> Result<Vec<Cause>, Error> {
        self.scan(filter, options, |scan, views, deadline| scan.diagnose(views, deadline))
    }

    /// Gives `work` the filter, made ready, and every segment as plans see it.
    fn scan<T>(
        &self,
        filter: &Filter,
        options: &SearchOptions,
        work: impl FnOnce(&Scan, &[SegmentView<'_>], &Deadline) -> Result<T, PlanError>,
    ) -> Result<T, Error> {
        let scan = Scan::new(filter.tree(), &self.schema);
        self.with_views(options.time_limit, |views, deadline| work(&scan, views, deadline))
    }

    /// Gives `work` every segment as plans see it.
    pub(super) fn with_views<T>(
        &self,
        time_limit: Option<Duration>,
        work: impl FnOnce(&[SegmentView<'_>], &Deadline) -> Result<T, PlanError>,
    ) -> Result<T, Error> {
        check_word_rules(&self.snapshot)?;
        let records: Vec<SegmentRecords<'_>> =
            (0..self.segments.len()).map(|at| SegmentRecords { database: self, at }).collect();
        let open = self.segments.iter().zip(&self.snapshot.manifest().segments).zip(&records);
        let views: Vec<SegmentView<'_>> = open
            .map(|((open, reference), records)| SegmentView {
                segment: &open.segment,
                schema: &open.schema,
                live: reference.live.as_deref(),
                records,
            })
            .collect();
        let deadline = time_limit.map_or(Deadline::none(), Deadline::after);
        Ok(work(&views, &deadline)?)
    }

    /// The first `limit` of the rows found in each segment, by person id.
    fn in_order(&self, found: &[IdSet], limit: u64) -> Result<Vec<Place>, Error> {
        let wanted = found.iter().map(|rows| u64::from(rows.len())).sum::<u64>().min(limit);
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let mut ranges = Vec::new();
        for (segment, (open, rows)) in self.segments.iter().zip(found).enumerate() {
            let starts = &open.segment.directory().parts.sorted_ranges;
            let ends = starts.iter().skip(1).copied().chain([open.segment.rows()]);
            for (&start, end) in starts.iter().zip(ends) {
                let rows = rows.iter_from(start).take_while(move |&row| row < end);
                ranges.push(SortedRange { segment: segment as u32, ids: &open.ids, rows: rows.peekable() });
            }
        }
        ranges.retain_mut(|range| range.rows.peek().is_some());
        merge_ranges(ranges, wanted)
    }
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
fn merge_ranges<I: Iterator<Item = u32>>(
    mut ranges: Vec<SortedRange<'_, I>>,
    wanted: usize,
) -> Result<Vec<Place>, Error> {
    let mut places = Vec::with_capacity(wanted);
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

/// The records of one segment.
struct SegmentRecords<'a> {
    database: &'a Database,
    at: usize,
}

impl Records for SegmentRecords<'_> {
    fn record(&self, row: u32) -> Result<Vec<u8>, PlanError> {
        self.database.person(self.at, row).map(Person::into_source).map_err(as_plan_error)
    }

    fn rows_of(&self, ids: &[u64]) -> Result<Vec<u32>, PlanError> {
        Lookup::new(self.database).rows_of(self.at, ids).map_err(as_plan_error)
    }
}

fn as_plan_error(error: Error) -> PlanError {
    match error {
        Error::Storage(error) => error.into(),
        Error::Index(error) => error.into(),
        other => PlanError::Record(other.to_string()),
    }
}
