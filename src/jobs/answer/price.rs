//! What a record costs: the base price if it says anything, and extras for fields that were asked for and are there.

use super::data::says_something;
use crate::jobs::{Credits, Rate};
use crate::record::{Value, parse};
use crate::schema::{Node, Schema, Selection};

/// The rate of a job with its extras made ready.
#[derive(Debug)]
pub(super) struct Price {
    rate: Rate,
    /// Where the values of each extra are, by its path.
    extras: Vec<(String, Vec<Place>)>,
}

/// A place in records.
#[derive(Debug)]
struct Place {
    /// The members that lead to it; arrays on the way are passed through.
    names: Vec<String>,
    /// Whether a bare scalar in the place of the object around it counts as it.
    bare: bool,
}

impl Price {
    /// `asked`: what the caller asked for; `None`: all that there is.
    pub(super) fn new(rate: &Rate, schema: &Schema, asked: Option<&Selection>) -> Self {
        let places = |path: &str| {
            let nodes = schema.resolve(path).map(|row| row.target.selects()).unwrap_or_default();
            let mut places = Vec::new();
            for node in nodes.into_iter().filter_map(|node| schema.node(node)) {
                add_places(schema, asked, node, &mut places);
            }
            places
        };
        let extras = rate.extras.iter().map(|(path, _)| (path.clone(), places(path))).collect();
        Self { rate: rate.clone(), extras }
    }

    /// The price of a record of which this is returned. It is read only if there are extras.
    pub(super) fn of(&self, data: &str) -> Credits {
        if !says_something(data) {
            return Credits::ZERO;
        }
        let read = if self.extras.is_empty() { None } else { parse(data.as_bytes()).ok() };
        self.rate.price(|path| {
            let places = self.extras.iter().filter(|(extra, _)| extra == path).flat_map(|(_, places)| places);
            read.as_ref().is_some_and(|read| places.into_iter().any(|place| place.has_value(&read.value)))
        })
    }
}

/// The parts of a node that were asked for.
fn add_places(schema: &Schema, asked: Option<&Selection>, node: &Node, places: &mut Vec<Place>) {
    if asked.is_none_or(|asked| asked.whole(node.id)) {
        let around = node.parent.and_then(|parent| schema.node(parent));
        let bare = around.is_some_and(|around| around.scalar_as == Some(node.id));
        places.push(Place { names: node.path.split('.').map(str::to_string).collect(), bare });
    } else if asked.is_some_and(|asked| asked.contains(node.id)) {
        for child in node.children.iter().filter_map(|child| schema.node(*child)) {
            add_places(schema, asked, child, places);
        }
    }
}

impl Place {
    fn has_value(&self, record: &Value<'_>) -> bool {
        self.leads_to_value(record, &self.names)
    }

    fn leads_to_value(&self, value: &Value<'_>, names: &[String]) -> bool {
        match (value, names) {
            (Value::Array(items), _) => items.iter().any(|item| self.leads_to_value(item, names)),
            (_, []) => is_something(value),
            (Value::Object(_), [name, rest @ ..]) => {
                value.get(name).is_some_and(|value| self.leads_to_value(value, rest))
            }
            (_, [_]) => self.bare && is_something(value),
            _ => false,
        }
    }
}

/// As [`says_something`] has it.
fn is_something(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(is_something),
        Value::Object(members) => members.iter().any(|(_, value)| is_something(value)),
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) => true,
    }
}
