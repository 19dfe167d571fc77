//! Records as tests read them by themselves: people to try, and the values that a record has at a node.

use std::cmp::Ordering;

use rolo::Schema;
use rolo::filter::arbitrary::{Generator, Random};
use rolo::index::dictionary_order;
use rolo::record::{Coerced, Value, coerce};
use rolo::schema::NodeKind;

use super::common::SAMPLE;

/// Adversarial people with numbers from `first` on, and some of the sample that have a number of their own.
pub(crate) fn people(seed: u64, first: u64, count: u64) -> Vec<String> {
    let schema = Schema::person();
    let (generator, mut random) = (Generator::new(&schema), Random::new(seed));
    let mut people: Vec<String> =
        (first..first + count).map(|id| generator.record(&mut random, id)).collect();
    let sample = SAMPLE.iter().skip((seed * 37 % 1_500) as usize).take(count as usize / 2);
    people.extend(sample.filter(|line| line.contains("\"crustdata_person_id\"")).cloned());
    people
}

/// A value of a leaf, as it compares.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Known {
    Number(f64),
    Whole(i64),
    Text(String),
}

impl Known {
    pub(crate) fn order(&self, other: &Known) -> Ordering {
        match (self, other) {
            (Known::Number(a), Known::Number(b)) => a.total_cmp(b),
            (Known::Whole(a), Known::Whole(b)) => a.cmp(b),
            (Known::Text(a), Known::Text(b)) => dictionary_order(a, b),
            (a, b) => panic!("{a:?} and {b:?}"),
        }
    }
}

/// All values that a record has at a node, through objects and arrays.
pub(crate) fn values_at(schema: &Schema, record: &Value<'_>, node: u32) -> Vec<Known> {
    let node = schema.node(node).expect("a node");
    let mut way = vec![node];
    while let Some(parent) = way.last().and_then(|node| node.parent) {
        way.push(schema.node(parent).expect("a node"));
    }
    let mut here = vec![record];
    let mut around = None;
    for step in way.iter().rev() {
        let below = |value: &&'_ Value<'_>| -> bool { matches!(value, Value::Object(_)) };
        let mut next: Vec<&Value<'_>> = Vec::new();
        for value in here {
            let found = match value {
                object if below(&object) => object.get(&step.name),
                Value::Null | Value::Array(_) => None,
                scalar => (around == Some(step.id)).then_some(scalar),
            };
            match found {
                Some(found) if step.kind == NodeKind::Array => next.extend(found.items()),
                Some(found) => next.push(found),
                None => {}
            }
        }
        here = next;
        around = step.scalar_as;
    }
    let NodeKind::Leaf { scalar, list } = node.kind else { panic!("{} is no leaf", node.path) };
    let read = |value: &&Value<'_>| match coerce(value, scalar).ok()? {
        Coerced::Null => None,
        Coerced::Bool(flag) => Some(Known::Whole(flag.into())),
        Coerced::Int(number) | Coerced::Datetime(number) => Some(Known::Whole(number)),
        Coerced::Date(days) => Some(Known::Whole(days.into())),
        Coerced::Float(number) => Some(Known::Number(number + 0.0)),
        Coerced::Str(text) => Some(Known::Text(text.to_owned())),
    };
    if list {
        here = here.into_iter().flat_map(|value| value.items()).collect();
    }
    here.iter().filter_map(read).collect()
}
