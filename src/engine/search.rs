//! Filters to people: counted, explained, or found in an order.
//!
//! Each segment is scanned by itself, in parallel; the rows it finds are merged. A limit cuts the merged list, never a filter.

use std::time::Duration;

use rayon::prelude::*;

use super::database::Database;
use super::order::{Place, Query, by_id, end_of_page, first};
use super::words::check_word_rules;
use super::{Cursor, CursorError, Error, Hits, Lookup, Person, Sort};
use crate::filter::{Filter, FilterOptions};
use crate::index::IdSet;
use crate::plan::{Cause, Deadline, Explanation, PlanError, Records, Scan, SegmentView};

/// How a search is run.
#[derive(Debug, Clone, Default)]
pub struct SearchOptions {
    /// At most so many people, the first in the order; `None`: all.
    pub limit: Option<u64>,
    /// In which order people come; without paths by ascending person id.
    pub sort: Sort,
    /// Only people behind the end of another page of the same search.
    pub cursor: Option<Cursor>,
    /// An error after so much time; `None`: no end.
    pub time_limit: Option<Duration>,
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

    /// The people that a filter finds, in the order of the options. Their records are not read yet.
    ///
    /// An order other than that of person ids reads its first path of everybody found, some ns each, and the other paths of
    /// whom the first leaves in question; it keeps no more than `limit` people in memory.
    ///
    /// # Errors
    /// A cursor that belongs to another search or another commit.
    pub fn search(&self, filter: &Filter, options: &SearchOptions) -> Result<Hits<'_>, Error> {
        let (snapshot, query) = (self.snapshot.name(), || Query::of(filter, &options.sort));
        let after = options.cursor.map(|cursor| cursor.place(&snapshot, query())).transpose()?;
        let is_there = |place: &Place| {
            let open = self.segments.get(place.segment as usize);
            open.is_some_and(|open| place.row < open.segment.rows())
        };
        if !after.iter().all(is_there) {
            return Err(CursorError::NoCursor.into());
        }
        let deadline = Deadline::of(options.time_limit);
        let found: Vec<IdSet> = self.scan_until(filter, &deadline, |scan, views, deadline| {
            views.par_iter().map(|view| scan.rows(view, deadline)).collect()
        })?;
        let total = found.iter().map(|rows| u64::from(rows.len())).sum::<u64>();
        let limit = usize::try_from(options.limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        // One more than the page has tells whether there is another page.
        let wanted = limit.saturating_add(1).min(usize::try_from(total).unwrap_or(usize::MAX));
        let mut places = match options.sort.is_by_id() {
            true => {
                let id =
                    |place: Place| Ok::<_, Error>(self.segment(place.segment as usize)?.ids.get(place.row)?);
                by_id(self, &found, after.map(id).transpose()?, wanted)?
            }
            false => first(self, &options.sort, &found, after, wanted, &deadline)?,
        };
        let more = places.len() > limit;
        places.truncate(limit);
        let last = places.last().copied().filter(|_| more);
        let next = last.map(|last| end_of_page(snapshot, query(), last));
        Ok(Hits::new(self, places, total).with_next(next))
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
        self.scan_until(filter, &Deadline::of(options.time_limit), work)
    }

    fn scan_until<T>(
        &self,
        filter: &Filter,
        deadline: &Deadline,
        work: impl FnOnce(&Scan, &[SegmentView<'_>], &Deadline) -> Result<T, PlanError>,
    ) -> Result<T, Error> {
        let scan = Scan::new(filter.tree(), &self.schema);
        self.with_views(deadline, |views, deadline| work(&scan, views, deadline))
    }

    /// Gives `work` every segment as plans see it.
    pub(super) fn with_views<T>(
        &self,
        deadline: &Deadline,
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
        Ok(work(&views, deadline)?)
    }
}

/// The records of one segment.
struct SegmentRecords<'a> {
    database: &'a Database,
    at: usize,
}

impl Records for SegmentRecords<'_> {
    fn record(&self, row: u32) -> Result<Vec<u8>, PlanError> {
        self.database.person(self.at, row).map(Person::into_record).map_err(as_plan_error)
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
