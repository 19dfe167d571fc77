//! Runs the scan plan of one segment: sets of ids, from the conditions up.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rayon::prelude::*;

use super::leaf::SegmentView;
use super::operator::{Kind, Operator};
use super::probe::{Answer, Probe};
use super::{Deadline, PlanError};
use crate::filter::{ArrayScope, passes_at};
use crate::index::{IdSet, SpansReader};
use crate::record::parse;
use crate::schema::SpaceId;
use crate::storage::counters::count_pages;

/// Candidates whose records one task reads.
const CANDIDATES_AT_ONCE: usize = 64;

/// Below a parent for so many ids that a condition finds, the elements of the parents are looked up instead.
const FEW_PARENTS: u64 = 32;

/// What one operator did in one segment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Actual {
    pub(super) runs: u64,
    pub(super) ids: u64,
    pub(super) pages: u64,
    pub(super) records: u64,
    pub(super) nanos: u64,
}

/// The elements that satisfied, by space.
pub type Elements = BTreeMap<SpaceId, IdSet>;

/// One run over one segment.
pub(super) struct Run<'a> {
    pub(super) view: &'a SegmentView<'a>,
    pub(super) deadline: &'a Deadline,
    /// What each operator did, by its id; only where somebody asked.
    trace: Option<Mutex<Vec<Actual>>>,
}

/// Candidates that can still matter: those of other levels are found through their parents.
#[derive(Clone, Copy)]
struct Within<'a> {
    space: Option<SpaceId>,
    set: &'a IdSet,
    outer: Option<&'a Within<'a>>,
}

impl Within<'_> {
    /// Whether its ids are the parents of the elements of `inner`.
    fn is_around(&self, view: &SegmentView<'_>, inner: SpaceId) -> bool {
        self.space == view.parent_space(inner)
    }
}

impl<'a> Run<'a> {
    /// A run; with `operators`, their number, it keeps account of each.
    pub(super) fn new(view: &'a SegmentView<'a>, deadline: &'a Deadline, operators: Option<usize>) -> Self {
        let trace = operators.map(|operators| Mutex::new(vec![Actual::default(); operators]));
        Self { view, deadline, trace }
    }

    /// What the operators did.
    pub(super) fn actuals(self) -> Vec<Actual> {
        let all = self.trace.map(|trace| trace.into_inner().unwrap_or_else(PoisonError::into_inner));
        all.unwrap_or_default()
    }

    /// The living rows that the plan finds.
    pub(super) fn rows(&self, plan: &Operator) -> Result<IdSet, PlanError> {
        let found = self.ids(plan, None, None)?;
        Ok(if self.view.live.is_some() { found.and(&self.view.live_rows()) } else { found })
    }

    /// What a plan about the elements of a space, or about people, finds; dead rows included.
    pub(super) fn found(&self, plan: &Operator, space: Option<SpaceId>) -> Result<IdSet, PlanError> {
        self.ids(plan, space, None)
    }

    /// How many living rows the plan finds, from directories where they tell.
    pub(super) fn count(&self, plan: &Operator) -> Result<u64, PlanError> {
        if self.view.live.is_some() || self.trace.is_some() {
            return Ok(self.rows(plan)?.len().into());
        }
        self.count_all(plan, None)
    }

    /// How many rows, or elements of a space, the plan finds, dead rows included; from directories where they tell.
    pub(super) fn count_all(&self, plan: &Operator, space: Option<SpaceId>) -> Result<u64, PlanError> {
        let exact = match &plan.kind {
            Kind::Probe(probe) => probe.count()?,
            Kind::Not(input) => {
                let all = u64::from(self.view.universe(space)?);
                Some(all.saturating_sub(self.count_all(input, space)?))
            }
            Kind::Some { space: inner, spans, array, input } => {
                let elements = self.elements(*inner, spans, *array, input, None)?;
                Some(spans.count_parents(&elements)?.into())
            }
            Kind::Nothing => Some(0),
            Kind::And(inputs) if inputs.is_empty() => Some(self.view.universe(space)?.into()),
            Kind::And(_) | Kind::Or(_) | Kind::From { .. } => None,
        };
        match exact {
            Some(count) => Ok(count),
            None => Ok(self.ids(plan, space, None)?.len().into()),
        }
    }

    /// The elements of a scope that the plan, about them, finds: those of living rows, and of `people` where some are given.
    pub(super) fn scope_elements(
        &self,
        plan: &Operator,
        scope: ArrayScope,
        people: Option<&IdSet>,
    ) -> Result<IdSet, PlanError> {
        let Some(spans) = self.view.spans(scope.space)? else { return Ok(IdSet::empty(0)) };
        let space = Some(scope.space);
        let found = match people {
            None => self.ids(plan, space, None)?,
            Some(people) => {
                let below = self.below(people, scope.space)?;
                let within = Within { space, set: &below, outer: None };
                self.ids(plan, space, Some(&within))?.and(&below)
            }
        };
        let found = match self.view.dead_rows() {
            Some(dead) if !found.is_empty() => found.minus(&self.below(&dead, scope.space)?),
            _ => found,
        };
        of_array(found, scope.array, &spans)
    }

    /// The elements of a space that belong to rows, through the spaces around it.
    fn below(&self, rows: &IdSet, space: SpaceId) -> Result<IdSet, PlanError> {
        let outer = match self.view.parent_space(space) {
            Some(outer) => &self.below(rows, outer)?,
            None => rows,
        };
        match self.view.spans(space)? {
            Some(spans) => Ok(spans.lower_set(outer)?),
            None => Ok(IdSet::empty(0)),
        }
    }

    /// The elements that made each of `rows`, which the plan found, match.
    pub(super) fn matched(&self, plan: &Operator, rows: &IdSet) -> Result<Elements, PlanError> {
        let mut found = Elements::new();
        self.collect(plan, None, rows, &mut found)?;
        Ok(found)
    }

    /// The ids, of `space` or rows, that an operator finds. Outside `within` it may find fewer.
    fn ids(
        &self,
        operator: &Operator,
        space: Option<SpaceId>,
        within: Option<&Within<'_>>,
    ) -> Result<IdSet, PlanError> {
        self.deadline.check()?;
        let Some(trace) = &self.trace else { return Ok(self.compute(operator, space, within)?.0) };
        let started = Instant::now();
        let (found, touched) = count_pages(|| self.compute(operator, space, within));
        let (found, records) = found?;
        let mut trace = trace.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(actual) = trace.get_mut(operator.id) {
            actual.runs += 1;
            actual.ids += u64::from(found.len());
            actual.pages += touched.pages;
            actual.records += records;
            actual.nanos += u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        }
        Ok(found)
    }

    /// The ids, and how many records this operator itself read.
    fn compute(
        &self,
        operator: &Operator,
        space: Option<SpaceId>,
        within: Option<&Within<'_>>,
    ) -> Result<(IdSet, u64), PlanError> {
        Ok(match &operator.kind {
            Kind::Probe(probe) => {
                let few = within.filter(|within| within.space == space);
                if let Some(few) = few
                    && let Some(found) = probe.among(few.set, operator.estimate)?
                {
                    return Ok((found, 0));
                }
                match probe.answer()? {
                    Answer::Exact(found) => (found, 0),
                    Answer::AtMost(candidates) => self.recheck(probe, candidates, space, within)?,
                }
            }
            Kind::And(inputs) => (self.all(inputs, space, within)?, 0),
            Kind::Or(inputs) => (self.any(inputs, space, within)?, 0),
            Kind::Not(input) => (self.ids(input, space, within)?.complement(), 0),
            Kind::Some { space: inner, spans, array, input } => {
                (spans.lift_set(&self.elements(*inner, spans, *array, input, within)?)?, 0)
            }
            Kind::From { spans, array } => match within.filter(|within| within.space == space) {
                Some(few) => (of_array(few.set.clone(), Some(*array), spans)?, 0),
                None => (spans.array_set(*array)?, 0),
            },
            Kind::Nothing => (IdSet::empty(self.view.universe(space)?), 0),
        })
    }

    /// The elements of an inner space that an operator finds, in one array where one is named.
    fn elements(
        &self,
        inner: SpaceId,
        spans: &SpansReader,
        array: Option<u8>,
        input: &Operator,
        within: Option<&Within<'_>>,
    ) -> Result<IdSet, PlanError> {
        // Of few parents all elements can be looked up; of many the lists are read.
        let few = within.filter(|within| u64::from(within.set.len()) * FEW_PARENTS < input.estimate);
        let few = few
            .filter(|within| within.set.universe() == spans.parents() && within.is_around(self.view, inner));
        let found = match few {
            Some(outer) => {
                let below = spans.lower_set(outer.set)?;
                let below = Within { space: Some(inner), set: &below, outer: Some(outer) };
                self.ids(input, Some(inner), Some(&below))?
            }
            None => self.ids(input, Some(inner), within)?,
        };
        of_array(found, array, spans)
    }

    fn all(
        &self,
        inputs: &[Operator],
        space: Option<SpaceId>,
        within: Option<&Within<'_>>,
    ) -> Result<IdSet, PlanError> {
        let mut all: Option<IdSet> = None;
        for input in inputs {
            let before = match all {
                Some(before) if before.is_empty() => return Ok(before),
                Some(before) => before,
                None => {
                    all = Some(self.ids(input, space, within)?);
                    continue;
                }
            };
            let inside = Within { space, set: &before, outer: within };
            all = Some(match &input.kind {
                Kind::Not(negated) => {
                    let unwanted = self.ids(negated, space, Some(&inside))?;
                    before.minus(&unwanted)
                }
                _ => {
                    let found = self.ids(input, space, Some(&inside))?;
                    before.and(&found)
                }
            });
        }
        match all {
            Some(all) => Ok(all),
            None => Ok(IdSet::full(self.view.universe(space)?)),
        }
    }

    fn any(
        &self,
        inputs: &[Operator],
        space: Option<SpaceId>,
        within: Option<&Within<'_>>,
    ) -> Result<IdSet, PlanError> {
        let mut any: Option<IdSet> = None;
        for input in inputs {
            let found = self.ids(input, space, within)?;
            any = Some(match any {
                Some(before) => before.or(&found),
                None => found,
            });
        }
        match any {
            Some(any) => Ok(any),
            None => Ok(IdSet::empty(self.view.universe(space)?)),
        }
    }

    /// Compares candidates with their records. Reads one record for each row among them.
    fn recheck(
        &self,
        probe: &Probe,
        candidates: IdSet,
        space: Option<SpaceId>,
        within: Option<&Within<'_>>,
    ) -> Result<(IdSet, u64), PlanError> {
        let places = Places::of(self.view, space)?;
        let mut rows: Vec<(u32, u32)> = Vec::new();
        for id in candidates.iter() {
            if self.is_within(id, space, within)? {
                rows.push((places.row(id)?, id));
            }
        }
        let groups: Vec<&[(u32, u32)]> = rows.chunk_by(|a, b| a.0 == b.0).collect();
        let check = |group: &[(u32, u32)]| self.passing(probe, &places, group);
        let passed: Vec<Vec<u32>> = if self.trace.is_some() {
            groups.iter().map(|group| check(group)).collect::<Result<_, _>>()?
        } else {
            let groups = groups.par_iter().with_min_len(CANDIDATES_AT_ONCE);
            groups.map(|group| check(group)).collect::<Result<_, _>>()?
        };
        Ok((IdSet::from_sorted(candidates.universe(), passed.concat()), groups.len() as u64))
    }

    /// Those of a row's candidates whose value in the record passes.
    fn passing(&self, probe: &Probe, places: &Places, group: &[(u32, u32)]) -> Result<Vec<u32>, PlanError> {
        self.deadline.check()?;
        let Some(&(row, _)) = group.first() else { return Ok(Vec::new()) };
        let source = self.view.records.record(row)?;
        let parsed = parse(&source).map_err(|reason| PlanError::record(row, &reason))?;
        let mut passed = Vec::new();
        for &(_, id) in group {
            if passes_at(&probe.condition, self.view.schema, &parsed.value, places.position(row, id)?) {
                passed.push(id);
            }
        }
        Ok(passed)
    }

    fn is_within(
        &self,
        id: u32,
        space: Option<SpaceId>,
        within: Option<&Within<'_>>,
    ) -> Result<bool, PlanError> {
        let (mut id, mut space) = (id, space);
        let mut next = within;
        while let Some(within) = next {
            while space != within.space {
                let Some(inner) = space else { return Ok(true) };
                let Some(spans) = self.view.spans(inner)? else { return Ok(false) };
                id = spans.parent(id)?;
                space = self.view.parent_space(inner);
            }
            if !within.set.contains(id) {
                return Ok(false);
            }
            next = within.outer;
        }
        Ok(true)
    }

    /// Adds the elements that made `ids`, which the operator found, match.
    fn collect(
        &self,
        operator: &Operator,
        space: Option<SpaceId>,
        ids: &IdSet,
        into: &mut Elements,
    ) -> Result<(), PlanError> {
        match &operator.kind {
            Kind::Probe(_) | Kind::Not(_) | Kind::From { .. } | Kind::Nothing => Ok(()),
            Kind::And(inputs) => inputs.iter().try_for_each(|input| self.collect(input, space, ids, into)),
            Kind::Or(inputs) => inputs.iter().try_for_each(|input| {
                let found = self.ids(input, space, None)?.and(ids);
                self.collect(input, space, &found, into)
            }),
            Kind::Some { space: inner, spans, array, input } => {
                let below = spans.lower_set(ids)?;
                let found = self.elements(*inner, spans, *array, input, None)?.and(&below);
                self.collect(input, Some(*inner), &found, into)?;
                let all = match into.remove(inner) {
                    Some(before) => before.or(&found),
                    None => found,
                };
                into.insert(*inner, all);
                Ok(())
            }
        }
    }
}

/// Those of the elements found that are from one array of a union, where one is named.
fn of_array(found: IdSet, array: Option<u8>, spans: &SpansReader) -> Result<IdSet, PlanError> {
    match array {
        None => Ok(found),
        Some(array) if found.words().is_some() => Ok(found.and(&spans.array_set(array)?)),
        // Of few elements each is asked for its array.
        Some(array) => {
            let mut own = Vec::with_capacity(found.len() as usize);
            for element in found.iter() {
                if spans.array(element)? == array {
                    own.push(element);
                }
            }
            Ok(IdSet::from_sorted(found.universe(), own))
        }
    }
}

/// Where elements stand in their person's record.
struct Places {
    /// The spaces from the elements' own outwards.
    spans: Vec<SpansReader>,
}

impl Places {
    fn of(view: &SegmentView<'_>, space: Option<SpaceId>) -> Result<Self, PlanError> {
        let mut spans = Vec::new();
        let mut next = space;
        while let Some(space) = next {
            spans.extend(view.spans(space)?);
            next = view.parent_space(space);
        }
        Ok(Self { spans })
    }

    fn row(&self, id: u32) -> Result<u32, PlanError> {
        self.spans.iter().try_fold(id, |id, spans| Ok(spans.parent(id)?))
    }

    /// The place of element `id` among all elements of its space in the record of `row`; `None`: the person.
    fn position(&self, row: u32, id: u32) -> Result<Option<u32>, PlanError> {
        if self.spans.is_empty() {
            return Ok(None);
        }
        let mut first = row;
        for spans in self.spans.iter().rev() {
            first = spans.elements(first)?.start;
        }
        Ok(Some(id.saturating_sub(first)))
    }
}
