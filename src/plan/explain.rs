//! What a scan will do, and what it did, as data; `picture` draws it.

use std::time::Instant;

use serde::Serialize;

use super::leaf::SegmentView;
use super::lower::Formula;
use super::operator::{Kind, Level, Operator, size};
use super::probe::Used;
use super::run::{Actual, Run};
use super::{Deadline, PlanError};
use crate::filter::ArrayScope;
use crate::schema::Schema;
use crate::storage::counters::count_pages;

/// The scan plans of all segments, seen as one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// Number of segments.
    pub segments: u64,
    /// Living people in them.
    pub people: u64,
    /// Whether the plan was run: then all figures called *found*, pages, records and times are there.
    pub analyzed: bool,
    /// The array whose elements were asked for; `None`: people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elements: Option<String>,
    /// People, or elements of that array, found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<u64>,
    /// Pages of 16 KiB that were read, those of dictionaries included; a page counts once for choosing, once for running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u64>,
    /// Microseconds that choosing and running took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micros: Option<f64>,
    /// Records that conditions have to read: at most, if the plan was not run.
    pub records_read: u64,
    /// The outermost operator.
    pub plan: PlanNode,
}

/// One operator, over all segments.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlanNode {
    /// `and`, `or`, `not`, `some` (leads from elements to what has them) or `test`.
    pub operator: &'static str,
    /// The condition of a test, or the path of the array of a `some`.
    pub detail: String,
    /// The indexes that answer a test, or why none does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub index: Vec<String>,
    /// Whether the index alone answers; else records are compared.
    pub exact: bool,
    /// People or elements that it was thought to find.
    pub estimated: u64,
    /// People or elements that it found; absent if it never had to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<u64>,
    /// Pages of 16 KiB that it and its inputs read, those of dictionaries included; each counts once for choosing and once for
    /// running, added up over segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u64>,
    /// Records that it read itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Microseconds that it and its inputs took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micros: Option<f64>,
    /// Its inputs, in the order in which they are read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<PlanNode>,
}

/// What is known about an operator from all segments so far.
#[derive(Clone, Default)]
struct Summed {
    used: Vec<Used>,
    needs_records: bool,
    estimated: u64,
    /// Place among the inputs of its *and*, added up; sorts them.
    place: u64,
    actual: Actual,
}

/// `scope`: the array whose elements the formula is about; `None`: people.
pub(super) fn explain(
    formula: &Formula,
    scope: Option<ArrayScope>,
    views: &[SegmentView<'_>],
    analyze: bool,
    deadline: &Deadline,
) -> Result<Explanation, PlanError> {
    let started = Instant::now();
    let mut summed = vec![Summed::default(); size(formula)];
    let (mut found, mut people, mut pages) = (0, 0, 0);
    for view in views {
        people += u64::from(view.live_rows().len());
        let level = Level { universe: view.universe(scope.map(|scope| scope.space))? };
        if !analyze {
            add_plan(&Operator::at_level(view, formula, level, deadline)?, 0, &mut summed);
            continue;
        }
        let (plan, choosing) = count_pages(|| Operator::choose_counting(view, formula, level, deadline));
        let plan = plan?;
        add_plan(&plan, 0, &mut summed);
        let run = Run::new(view, deadline, Some(summed.len()));
        let (ids, running) = count_pages(|| match scope {
            None => run.rows(&plan),
            Some(scope) => run.scope_elements(&plan, scope, None),
        });
        found += u64::from(ids?.len());
        pages += choosing.pages + running.pages;
        for (summed, actual) in summed.iter_mut().zip(run.actuals()) {
            add_actual(&mut summed.actual, &actual);
        }
    }
    let schema = views.iter().max_by_key(|view| view.schema.nodes().len()).map(|view| view.schema);
    let plan = Maker { summed: &summed, analyzed: analyze, schema }.node(formula, 0);
    Ok(Explanation {
        segments: views.len() as u64,
        people,
        analyzed: analyze,
        elements: scope.zip(schema).map(|(scope, schema)| scope.path(schema)),
        found: analyze.then_some(found),
        pages: analyze.then_some(pages),
        micros: analyze.then(|| started.elapsed().as_secs_f64() * 1e6),
        records_read: records_read(&plan),
        plan,
    })
}

fn records_read(node: &PlanNode) -> u64 {
    let own = match (node.records, node.exact || node.operator != "test") {
        (Some(records), _) => records,
        (None, false) => node.estimated,
        (None, true) => 0,
    };
    own + node.inputs.iter().map(records_read).sum::<u64>()
}

/// Adds a segment's plan; returns the pages that choosing it took.
fn add_plan(operator: &Operator, place: u64, summed: &mut [Summed]) -> u64 {
    let below = match &operator.kind {
        Kind::And(inputs) | Kind::Or(inputs) => {
            (0..).zip(inputs).map(|(place, input)| add_plan(input, place, summed)).sum()
        }
        Kind::Not(input) | Kind::Some { input, .. } => add_plan(input, 0, summed),
        Kind::Probe(_) | Kind::From { .. } | Kind::Nothing => 0,
    };
    let pages = operator.pages + below;
    if let Some(known) = summed.get_mut(operator.id) {
        known.estimated += operator.estimate;
        known.place += place;
        known.actual.pages += pages;
        if let Kind::Probe(probe) = &operator.kind {
            known.needs_records |= probe.needs_records();
            probe.indexes().for_each(|used| add_used(&mut known.used, used));
        }
    }
    pages
}

/// Adds an index; the values of several dictionaries are added up.
fn add_used(all: &mut Vec<Used>, used: Used) {
    for known in all.iter_mut() {
        match (known, used) {
            (Used::Values(passing, values), Used::Values(more_passing, more_values)) => {
                *passing += more_passing;
                *values += more_values;
                return;
            }
            (known, used) if *known == used => return,
            _ => {}
        }
    }
    all.push(used);
}

/// The indexes in words; that a segment has no such value matters only where none has.
fn in_words(used: &[Used]) -> Vec<String> {
    let words = |used: &Used| match used {
        Used::Nothing => None,
        Used::Values(passing, values) => Some(format!("dictionary: {passing} of {values} values; postings")),
        Used::Other(words) => Some((*words).to_owned()),
    };
    let all: Vec<String> = used.iter().filter_map(words).collect();
    match used {
        [Used::Nothing] => vec!["nothing to read: nobody has such a value".to_owned()],
        _ => all,
    }
}

fn add_actual(sum: &mut Actual, actual: &Actual) {
    sum.runs += actual.runs;
    sum.ids += actual.ids;
    sum.pages += actual.pages;
    sum.records += actual.records;
    sum.nanos += actual.nanos;
}

/// Turns formulas and sums into nodes.
struct Maker<'a> {
    summed: &'a [Summed],
    analyzed: bool,
    schema: Option<&'a Schema>,
}

impl Maker<'_> {
    fn node(&self, formula: &Formula, id: usize) -> PlanNode {
        let summed = self.summed.get(id).cloned().unwrap_or_default();
        let (operator, detail, inputs) = match formula {
            Formula::Test(condition) => ("test", condition.to_string(), Vec::new()),
            Formula::And(inputs) => ("and", String::new(), self.inputs(inputs, id)),
            Formula::Or(inputs) => ("or", String::new(), self.inputs(inputs, id)),
            Formula::Not(input) => ("not", String::new(), vec![self.node(input, id + 1)]),
            Formula::From(scope) => ("test", format!("in {}", self.path(*scope)), Vec::new()),
            Formula::Some(scope, input) => {
                let path = self.path(*scope);
                ("some", path, vec![self.node(input, id + 1)])
            }
        };
        let ran = self.analyzed && summed.actual.runs > 0;
        let figure = |value: u64| ran.then_some(value);
        PlanNode {
            operator,
            detail,
            index: match formula {
                Formula::From(_) => vec!["marks of arrays".to_owned()],
                _ => in_words(&summed.used),
            },
            exact: !summed.needs_records,
            estimated: summed.estimated,
            found: figure(summed.actual.ids),
            pages: figure(summed.actual.pages),
            records: figure(summed.actual.records),
            micros: ran.then_some(summed.actual.nanos as f64 / 1000.0),
            inputs,
        }
    }

    fn path(&self, scope: ArrayScope) -> String {
        self.schema.map(|schema| scope.path(schema)).unwrap_or_default()
    }

    /// The inputs in the order in which most segments read them.
    fn inputs(&self, formulas: &[Formula], id: usize) -> Vec<PlanNode> {
        let mut next = id + 1;
        let mut placed = Vec::with_capacity(formulas.len());
        for formula in formulas {
            let place = self.summed.get(next).map_or(0, |summed| summed.place);
            placed.push((place, self.node(formula, next)));
            next += size(formula);
        }
        placed.sort_by_key(|(place, _)| *place);
        placed.into_iter().map(|(_, node)| node).collect()
    }
}
