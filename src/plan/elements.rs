//! Scans of the elements of an array: which of them a tree is true of, as tables of elements need it.

use super::explain::explain;
use super::leaf::SegmentView;
use super::lower::Formula;
use super::operator::{Level, Operator};
use super::run::Run;
use super::{Deadline, Explanation, PlanError};
use crate::filter::ArrayScope;
use crate::index::IdSet;

/// What is asked of the elements of an array, ready to be run over any segment of a database. [`Scan::of_elements`] makes it.
///
/// [`Scan::of_elements`]: super::Scan::of_elements
#[derive(Debug, Clone)]
pub struct ElementScan {
    pub(super) scope: ArrayScope,
    pub(super) formula: Formula,
}

impl ElementScan {
    /// The elements of a segment that the tree is true of: ids of the array's space, of living rows and, where `people` are given,
    /// of those rows alone. Of one array of a union only its own elements.
    pub fn elements(
        &self,
        view: &SegmentView<'_>,
        people: Option<&IdSet>,
        deadline: &Deadline,
    ) -> Result<IdSet, PlanError> {
        let plan = self.plan(view, deadline)?;
        Run::new(view, deadline, None).scope_elements(&plan, self.scope, people)
    }

    /// How many elements that is, from directories where they tell.
    pub fn count(
        &self,
        view: &SegmentView<'_>,
        people: Option<&IdSet>,
        deadline: &Deadline,
    ) -> Result<u64, PlanError> {
        let plan = self.plan(view, deadline)?;
        let run = Run::new(view, deadline, None);
        if people.is_none() && view.live.is_none() && self.scope.array.is_none() {
            return run.count_all(&plan, Some(self.scope.space));
        }
        Ok(run.scope_elements(&plan, self.scope, people)?.len().into())
    }

    /// What will be done in the segments or, with `analyze`, what was, as [`Scan::explain`] tells it; estimates and figures are of
    /// elements.
    ///
    /// [`Scan::explain`]: super::Scan::explain
    pub fn explain(
        &self,
        views: &[SegmentView<'_>],
        analyze: bool,
        deadline: &Deadline,
    ) -> Result<Explanation, PlanError> {
        explain(&self.formula, Some(self.scope), views, analyze, deadline)
    }

    fn plan(&self, view: &SegmentView<'_>, deadline: &Deadline) -> Result<Operator, PlanError> {
        let level = Level { universe: view.universe(Some(self.scope.space))? };
        Operator::at_level(view, &self.formula, level, deadline)
    }
}
