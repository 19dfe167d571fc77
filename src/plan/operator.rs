//! The scan plan of one segment: a formula with an index, or a reason for none, at every condition.
//!
//! Inputs of an *and* stand in the order in which they are read: what leaves fewest first, what needs records after
//! what does not, negations last.

use std::sync::Arc;

use super::leaf::SegmentView;
use super::lower::Formula;
use super::probe::Probe;
use super::{Deadline, PlanError};
use crate::filter::Condition;
use crate::index::SpansReader;
use crate::schema::SpaceId;
use crate::storage::counters::count_pages;

/// One node of a scan plan.
pub(super) struct Operator {
    /// The place of its formula, counted from the root, parents first: the same in every segment.
    pub(super) id: usize,
    /// About how many rows or elements it finds.
    pub(super) estimate: u64,
    /// Pages of dictionaries and directories read to choose it; 0 where nobody counted.
    pub(super) pages: u64,
    pub(super) kind: Kind,
}

/// What an operator does.
pub(super) enum Kind {
    /// Asks an index.
    Probe(Probe),
    /// What all inputs find.
    And(Vec<Operator>),
    /// What any input finds.
    Or(Vec<Operator>),
    /// What the input does not find.
    Not(Box<Operator>),
    /// The parents of the elements that the input finds; of one array of a union, where one is named.
    Some { space: SpaceId, spans: Box<SpansReader>, array: Option<u8>, input: Box<Operator> },
    /// The elements from one array of their space.
    From { spans: Box<SpansReader>, array: u8 },
    /// The segment was written before the space existed.
    Nothing,
}

/// What ids are about: people, or the elements of a space.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) universe: u32,
}

impl Operator {
    /// Looks every condition of `formula` up in the segment. Reads dictionaries and lengths of lists.
    pub(super) fn choose(
        view: &SegmentView<'_>,
        formula: &Formula,
        deadline: &Deadline,
    ) -> Result<Self, PlanError> {
        Self::at_level(view, formula, Level { universe: view.rows() }, deadline)
    }

    /// The same, for a formula about people or the elements of some space; counts the pages that choosing reads.
    pub(super) fn choose_counting(
        view: &SegmentView<'_>,
        formula: &Formula,
        level: Level,
        deadline: &Deadline,
    ) -> Result<Self, PlanError> {
        Chooser { view, deadline, counting: true }.operator(formula, 0, level)
    }

    /// Like [`Operator::choose`], for a formula about the elements of some space.
    pub(super) fn at_level(
        view: &SegmentView<'_>,
        formula: &Formula,
        level: Level,
        deadline: &Deadline,
    ) -> Result<Self, PlanError> {
        Chooser { view, deadline, counting: false }.operator(formula, 0, level)
    }

    /// Whether anything below is answered from records.
    pub(super) fn needs_records(&self) -> bool {
        match &self.kind {
            Kind::Probe(probe) => probe.needs_records(),
            Kind::And(inputs) | Kind::Or(inputs) => inputs.iter().any(Self::needs_records),
            Kind::Not(input) => input.needs_records(),
            Kind::Some { input, .. } => input.needs_records(),
            Kind::From { .. } | Kind::Nothing => false,
        }
    }

    fn is_negation(&self) -> bool {
        matches!(self.kind, Kind::Not(_))
    }
}

/// Number of nodes of a formula.
pub(super) fn size(formula: &Formula) -> usize {
    1 + match formula {
        Formula::Test(_) | Formula::From(_) => 0,
        Formula::And(inputs) | Formula::Or(inputs) => inputs.iter().map(size).sum(),
        Formula::Not(input) | Formula::Some(_, input) => size(input),
    }
}

struct Chooser<'a> {
    view: &'a SegmentView<'a>,
    deadline: &'a Deadline,
    counting: bool,
}

impl Chooser<'_> {
    fn operator(&self, formula: &Formula, id: usize, level: Level) -> Result<Operator, PlanError> {
        self.deadline.check()?;
        let mut pages = 0;
        let (kind, estimate) = match formula {
            Formula::Test(condition) if self.counting => {
                let (found, touched) = count_pages(|| self.probe(condition, level));
                pages = touched.pages;
                found?
            }
            Formula::Test(condition) => self.probe(condition, level)?,
            Formula::And(inputs) => {
                let mut inputs = self.inputs(inputs, id, level)?;
                inputs.sort_by_key(|input| (input.is_negation(), input.needs_records(), input.estimate));
                let least = inputs.iter().filter(|input| !input.is_negation()).map(|input| input.estimate);
                let least = least.min().unwrap_or(level.universe.into());
                (Kind::And(inputs), least)
            }
            Formula::Or(inputs) => {
                let inputs = self.inputs(inputs, id, level)?;
                let sum = inputs.iter().map(|input| input.estimate).sum::<u64>();
                (Kind::Or(inputs), sum.min(level.universe.into()))
            }
            Formula::Not(input) => {
                let input = self.operator(input, id + 1, level)?;
                let rest = u64::from(level.universe).saturating_sub(input.estimate);
                (Kind::Not(Box::new(input)), rest)
            }
            Formula::From(scope) => match (self.view.spans(scope.space)?, scope.array) {
                (Some(spans), Some(array)) => {
                    (Kind::From { spans: Box::new(spans), array }, level.universe.into())
                }
                (Some(_), None) => (Kind::And(Vec::new()), level.universe.into()),
                (None, _) => (Kind::Nothing, 0),
            },
            Formula::Some(scope, input) => match self.view.spans(scope.space)? {
                None => (Kind::Nothing, 0),
                Some(spans) => {
                    let input = self.operator(input, id + 1, Level { universe: spans.len() })?;
                    let estimate = input.estimate.min(level.universe.into());
                    let (space, array, input) = (scope.space, scope.array, Box::new(input));
                    let spans = Box::new(spans);
                    (Kind::Some { space, spans, array, input }, estimate)
                }
            },
        };
        Ok(Operator { id, estimate, pages, kind })
    }

    fn probe(&self, condition: &Arc<Condition>, level: Level) -> Result<(Kind, u64), PlanError> {
        let probe = Probe::choose(self.view, condition, level.universe, self.deadline)?;
        let estimate = probe.estimate()?;
        Ok((Kind::Probe(probe), estimate))
    }

    fn inputs(&self, formulas: &[Formula], id: usize, level: Level) -> Result<Vec<Operator>, PlanError> {
        let mut next = id + 1;
        let mut inputs = Vec::with_capacity(formulas.len());
        for formula in formulas {
            inputs.push(self.operator(formula, next, level)?);
            next += size(formula);
        }
        Ok(inputs)
    }
}
