//! Typed trees to rows and elements, segment by segment, as tables need them: ids, not people.
//!
//! [`Database::search`] gives people in person-id order; a table scan reads columns by row or element id, so this gives the
//! ids as they stand in the file, dead rows left out.

use std::time::Duration;

use rayon::prelude::*;

use super::Error;
use super::database::Database;
use crate::filter::{ArrayScope, Tree};
use crate::index::IdSet;
use crate::plan::{Deadline, ElementScan, Explanation, PlanError, Scan, SegmentView};

impl Database {
    /// The living rows that a tree holds for: one set for each segment, in their order. An empty *and* holds for all.
    pub fn scan_rows(&self, tree: &Tree, time_limit: Option<Duration>) -> Result<Vec<IdSet>, Error> {
        let scan = Scan::new(tree, &self.schema);
        self.with_views(&Deadline::of(time_limit), |views, deadline| {
            views.par_iter().map(|view| scan.rows(view, deadline)).collect()
        })
    }

    /// How a tree about people is answered; with `analyze` it is run, and what it does is counted.
    pub fn explain_rows(
        &self,
        tree: &Tree,
        analyze: bool,
        time_limit: Option<Duration>,
    ) -> Result<Explanation, Error> {
        let scan = Scan::new(tree, &self.schema);
        self.with_views(&Deadline::of(time_limit), |views, deadline| scan.explain(views, analyze, deadline))
    }

    /// The elements of an array that a tree is true of, of living rows and, with `people`, of those for whom that tree holds: one
    /// set of element ids for each segment, in their order. Every condition of `tree` is about one element, as inside
    /// [`Tree::Elements`]; an empty *and* is true of all.
    pub fn scan_elements(
        &self,
        people: Option<&Tree>,
        scope: ArrayScope,
        tree: &Tree,
        time_limit: Option<Duration>,
    ) -> Result<Vec<IdSet>, Error> {
        self.each_segment(people, scope, tree, time_limit, ElementScan::elements)
    }

    /// How many elements that is, from directories where they tell.
    pub fn count_elements(
        &self,
        people: Option<&Tree>,
        scope: ArrayScope,
        tree: &Tree,
        time_limit: Option<Duration>,
    ) -> Result<u64, Error> {
        Ok(self.each_segment(people, scope, tree, time_limit, ElementScan::count)?.into_iter().sum())
    }

    /// How a tree about the elements of an array is answered, as [`Database::explain_rows`] tells it.
    pub fn explain_elements(
        &self,
        scope: ArrayScope,
        tree: &Tree,
        analyze: bool,
        time_limit: Option<Duration>,
    ) -> Result<Explanation, Error> {
        let scan = Scan::of_elements(tree, scope, &self.schema);
        self.with_views(&Deadline::of(time_limit), |views, deadline| scan.explain(views, analyze, deadline))
    }

    /// What `work` makes of the scan in each segment, given the rows of `people` there.
    fn each_segment<T: Send>(
        &self,
        people: Option<&Tree>,
        scope: ArrayScope,
        tree: &Tree,
        time_limit: Option<Duration>,
        work: impl Fn(&ElementScan, &SegmentView<'_>, Option<&IdSet>, &Deadline) -> Result<T, PlanError> + Sync,
    ) -> Result<Vec<T>, Error> {
        let scan = Scan::of_elements(tree, scope, &self.schema);
        let people = people.map(|people| Scan::new(people, &self.schema));
        self.with_views(&Deadline::of(time_limit), |views, deadline| {
            let each = views.par_iter().map(|view| {
                let rows = people.as_ref().map(|people| people.rows(view, deadline)).transpose()?;
                work(&scan, view, rows.as_ref(), deadline)
            });
            each.collect()
        })
    }
}
