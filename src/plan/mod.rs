//! Scan plans: how a filter is answered from the indexes of a segment.
//!
//! - `lower`: the filter tree as set algebra; the same-element rules are spent here
//! - `leaf`: the sections that a plan reads
//! - `probe`: one condition, answered by its index; `values`: the values of a dictionary that pass it; `points`: who is in an
//!   area by coordinates
//! - `operator`: the plan of one segment, cheapest first
//! - `run`: sets of ids, from the conditions up
//! - `elements`: scans of the elements of an array
//! - `explain`: what will be done, and what was; `picture`: as text
//! - `diagnose`: why nobody was found
//! - `portable`: the filter as SQL for other engines
//!
//! Every answer of an index is exact or *at most*; the latter is compared with records before it leaves `run`, so the sets
//! that operators hand on are exact.

mod diagnose;
mod elements;
mod error;
mod explain;
mod leaf;
mod lower;
mod operator;
mod picture;
mod points;
mod portable;
mod probe;
mod run;
mod values;

use std::time::{Duration, Instant};

pub use diagnose::{Cause, Obstacle};
pub use elements::ElementScan;
pub use error::PlanError;
pub use explain::{Explanation, PlanNode};
pub use leaf::{Records, SegmentView};
pub use portable::{SqlEngine, SqlPrinter};
pub use run::Elements;

use crate::filter::{ArrayScope, Tree};
use crate::index::IdSet;
use crate::schema::Schema;
use lower::{Formula, lower, lower_elements};
use operator::Operator;
use run::Run;

/// Until when a search may run.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    limit: Option<(Instant, Duration)>,
}

impl Deadline {
    /// No end.
    pub fn none() -> Self {
        Self { limit: None }
    }

    /// So long from now; `None`: no end.
    pub fn of(limit: Option<Duration>) -> Self {
        limit.map_or(Self::none(), Self::after)
    }

    /// So long from now.
    pub fn after(limit: Duration) -> Self {
        Self { limit: Some((Instant::now(), limit)) }
    }

    /// An error once the time is over.
    pub fn check(&self) -> Result<(), PlanError> {
        match self.limit {
            Some((start, limit)) if start.elapsed() > limit => Err(PlanError::TimeLimit { limit }),
            _ => Ok(()),
        }
    }
}

/// A filter, ready to be run over any segment of a database.
#[derive(Debug, Clone)]
pub struct Scan {
    formula: Formula,
}

impl Scan {
    /// Makes a filter ready. `schema` is the database's newest. Cost: the filter's size.
    pub fn new(tree: &Tree, schema: &Schema) -> Self {
        Self { formula: lower(&tree.clone().normalised(), schema) }
    }

    /// Makes ready what is asked of the elements of an array: as inside `Tree::Elements`, every condition is about one element. A
    /// tree that asks nothing, an empty *and*, finds all. Cost: the tree's size.
    pub fn of_elements(tree: &Tree, scope: ArrayScope, schema: &Schema) -> ElementScan {
        ElementScan { scope, formula: lower_elements(&tree.clone().normalised(), scope, schema) }
    }

    /// The living rows of a segment that the filter holds for.
    pub fn rows(&self, view: &SegmentView<'_>, deadline: &Deadline) -> Result<IdSet, PlanError> {
        let plan = Operator::choose(view, &self.formula, deadline)?;
        Run::new(view, deadline, None).rows(&plan)
    }

    /// How many living rows of a segment the filter holds for.
    pub fn count(&self, view: &SegmentView<'_>, deadline: &Deadline) -> Result<u64, PlanError> {
        let plan = Operator::choose(view, &self.formula, deadline)?;
        Run::new(view, deadline, None).count(&plan)
    }

    /// The living rows, and the elements that made `wanted` of them (all: `None`) match: of each group of conditions that
    /// hold on one element, of each condition on an array, and of each part of an `all_of` or `has_all`.
    pub fn matched(
        &self,
        view: &SegmentView<'_>,
        wanted: &IdSet,
        deadline: &Deadline,
    ) -> Result<Elements, PlanError> {
        let plan = Operator::choose(view, &self.formula, deadline)?;
        Run::new(view, deadline, None).matched(&plan, wanted)
    }

    /// What will be done in the segments or, with `analyze`, what was. Running it for this costs more than otherwise: one
    /// thread, and every page is counted.
    pub fn explain(
        &self,
        views: &[SegmentView<'_>],
        analyze: bool,
        deadline: &Deadline,
    ) -> Result<Explanation, PlanError> {
        explain::explain(&self.formula, None, views, analyze, deadline)
    }

    /// Why nobody was found. Call it only then: it runs parts of the filter by themselves.
    pub fn diagnose(&self, views: &[SegmentView<'_>], deadline: &Deadline) -> Result<Vec<Cause>, PlanError> {
        diagnose::diagnose(&self.formula, views, deadline)
    }
}
