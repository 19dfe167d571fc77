//! Why nobody was found: the condition that nobody meets, or the conditions that nobody meets together.

use std::sync::Arc;

use super::leaf::SegmentView;
use super::lower::Formula;
use super::operator::{Level, Operator};
use super::run::Run;
use super::{Deadline, PlanError};
use crate::filter::{ArrayScope, Condition, Test};
use crate::record::place::Gazetteer;
use crate::record::text::fold_key;

/// Near spellings that are named at most.
const NEAR: usize = 3;
/// Obstacles that are named at most.
const OBSTACLES: usize = 5;

/// One reason for no hit.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Cause {
    /// What stood in the way.
    pub obstacle: Obstacle,
    /// The array no one element of which meets all the conditions, though each is met by some; `None`: they are about the
    /// person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array: Option<String>,
    /// The conditions, as `explain` names them.
    pub conditions: Vec<String>,
    /// Values or words of the database that are spelt nearly like the one asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
    /// What may have been meant instead: a value of a closed set, a country as the database writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstacle {
    /// Nobody meets the condition.
    Nobody,
    /// Each is met by somebody, all together by nobody; where they are about one array: on no one element.
    Together,
    /// The negation excludes everybody who is left.
    Excluded,
}

pub(super) fn diagnose(
    formula: &Formula,
    views: &[SegmentView<'_>],
    deadline: &Deadline,
) -> Result<Vec<Cause>, PlanError> {
    let mut causes = Diagnosis { views, deadline }.causes(formula, None)?;
    causes.truncate(OBSTACLES);
    Ok(causes)
}

struct Diagnosis<'a> {
    views: &'a [SegmentView<'a>],
    deadline: &'a Deadline,
}

impl Diagnosis<'_> {
    /// Why `formula`, about people or the elements of `array`, finds nothing.
    fn causes(&self, formula: &Formula, array: Option<ArrayScope>) -> Result<Vec<Cause>, PlanError> {
        match formula {
            Formula::Test(condition) => {
                let (near, hint) = (self.near(condition)?, self.hint(condition)?);
                let conditions = vec![condition.to_string()];
                Ok(vec![Cause { obstacle: Obstacle::Nobody, array: None, conditions, near, hint }])
            }
            Formula::Not(input) => Ok(vec![excluded(input)]),
            Formula::From(_) => Ok(Vec::new()),
            Formula::Some(inner, input) => match self.found(input, Some(*inner))? {
                false => self.causes(input, Some(*inner)),
                true => Ok(vec![self.together(conditions_of(input), array)]),
            },
            Formula::Or(inputs) => {
                let causes = inputs.iter().map(|input| self.causes(input, array));
                Ok(causes.collect::<Result<Vec<_>, _>>()?.concat())
            }
            Formula::And(inputs) => self.of_all(inputs, array),
        }
    }

    /// The inputs that find nothing by themselves, else those after which nothing was left.
    fn of_all(&self, inputs: &[Formula], array: Option<ArrayScope>) -> Result<Vec<Cause>, PlanError> {
        let mut causes = Vec::new();
        for input in inputs {
            if !self.found(input, array)? {
                causes.extend(self.causes(input, array)?);
            }
        }
        if !causes.is_empty() {
            return Ok(causes);
        }
        for end in 2..=inputs.len() {
            let some = inputs.get(..end).unwrap_or_default();
            if !self.found(&Formula::And(some.to_vec()), array)? {
                let Some((last, before)) = some.split_last() else { break };
                if let Formula::Not(excluding) = last {
                    return Ok(vec![excluded(excluding)]);
                }
                let all = match self.pair(before, last, array)? {
                    Some(other) => vec![other, last],
                    None => some.iter().collect(),
                };
                return Ok(vec![self.together(all.into_iter().flat_map(conditions_of).collect(), array)]);
            }
        }
        Ok(vec![self.together(inputs.iter().flat_map(conditions_of).collect(), array)])
    }

    /// The first of some inputs that finds nothing together with another one alone.
    fn pair<'f>(
        &self,
        inputs: &'f [Formula],
        other: &Formula,
        array: Option<ArrayScope>,
    ) -> Result<Option<&'f Formula>, PlanError> {
        for input in inputs.iter().filter(|input| !matches!(input, Formula::Not(_))) {
            if !self.found(&Formula::And(vec![input.clone(), other.clone()]), array)? {
                return Ok(Some(input));
            }
        }
        Ok(None)
    }

    fn together(&self, conditions: Vec<String>, array: Option<ArrayScope>) -> Cause {
        let schema = self.views.iter().map(|view| view.schema).max_by_key(|schema| schema.nodes().len());
        let array = array.zip(schema).map(|(array, schema)| array.path(schema));
        Cause { obstacle: Obstacle::Together, array, conditions, near: Vec::new(), hint: None }
    }

    /// Whether any segment has what the formula finds, in the array where one is meant.
    fn found(&self, formula: &Formula, array: Option<ArrayScope>) -> Result<bool, PlanError> {
        let space = array.map(|array| array.space);
        for view in self.views {
            let level = Level { universe: view.universe(space)? };
            let plan = Operator::at_level(view, formula, level, self.deadline)?;
            let mut found = Run::new(view, self.deadline, None).found(&plan, space)?;
            // The other arrays of a union have elements in the same space.
            if let Some(ArrayScope { space, array: Some(one) }) = array
                && let Some(spans) = view.spans(space)?
            {
                found = found.and(&spans.array_set(one)?);
            }
            if !found.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What may have been meant: the values of a closed set that lacks the one asked for; a country by another of its names.
    fn hint(&self, condition: &Condition) -> Result<Option<String>, PlanError> {
        let asked: Vec<&str> = match &condition.test {
            Test::Folded(text) => vec![text],
            Test::OneOf(texts) => texts.iter().map(String::as_str).collect(),
            _ => return Ok(None),
        };
        let path = &condition.field.path;
        let rows = self.views.iter().filter_map(|view| view.schema.resolve(path));
        if let Some(row) = rows.max_by_key(|row| row.values.len()).filter(|row| !row.values.is_empty()) {
            let known = |text: &&str| row.values.iter().any(|value| fold_key(value) == fold_key(text));
            let all: Vec<String> = row.values.iter().map(|value| format!("{value:?}")).collect();
            return Ok((!asked.iter().all(known)).then(|| format!("its values are {}", all.join(", "))));
        }
        if !path.rsplit('.').next().is_some_and(|last| last.contains("country")) {
            return Ok(None);
        }
        let names = asked.iter().filter_map(|text| Gazetteer::get().country_names(text));
        for name in names.flatten().filter(|name| !asked.contains(name)) {
            for view in self.views {
                for leaf in condition.field.reads.iter().flatten().filter_map(|&node| view.leaf(node)) {
                    if leaf.has_value(view, name)? {
                        return Ok(Some(format!("here it is written {name:?}")));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Values, or words, spelt nearly like those asked for.
    fn near(&self, condition: &Arc<Condition>) -> Result<Vec<String>, PlanError> {
        let mut near = Vec::new();
        for view in self.views {
            for leaf in condition.field.reads.iter().flatten().filter_map(|&node| view.leaf(node)) {
                let found = match &condition.test {
                    Test::Folded(text) if !condition.field.long => {
                        leaf.near_values(view, std::slice::from_ref(text))?
                    }
                    Test::OneOf(texts) if !condition.field.long => leaf.near_values(view, texts)?,
                    Test::Words(words) | Test::Phrase(words) => leaf.near_words(view, words)?,
                    _ => Vec::new(),
                };
                for text in found {
                    if near.len() < NEAR && !near.contains(&text) {
                        near.push(text);
                    }
                }
            }
        }
        Ok(near)
    }
}

fn excluded(excluding: &Formula) -> Cause {
    let conditions = conditions_of(excluding);
    Cause { obstacle: Obstacle::Excluded, array: None, conditions, near: Vec::new(), hint: None }
}

fn conditions_of(formula: &Formula) -> Vec<String> {
    match formula {
        Formula::Test(condition) => vec![condition.to_string()],
        Formula::From(_) => Vec::new(),
        Formula::And(inputs) | Formula::Or(inputs) => inputs.iter().flat_map(conditions_of).collect(),
        Formula::Not(input) => conditions_of(input).iter().map(|text| format!("not {text}")).collect(),
        Formula::Some(_, input) => conditions_of(input),
    }
}
