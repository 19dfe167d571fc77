//! What of a source's records goes where, counted.

use std::collections::BTreeMap;

use crate::record::Value;
use crate::schema::mapping::{Each, Leaf, Mapping, Members, Rule};

/// Values of records by their path in the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that the mapping reads: how many, and the paths of the person that they go to.
    pub mapped: BTreeMap<String, Mapped>,
    /// Those that it does not: they stay in the record only.
    pub unknown: BTreeMap<String, u64>,
}

/// Where the values of a path go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapped {
    /// How many there are.
    pub values: u64,
    /// Paths of the person.
    pub to: Vec<String>,
}

impl Tally {
    /// Counts the members of a record. Without `all` only those that stay in the record.
    pub fn add(&mut self, mapping: &Mapping, record: &Value<'_>, all: bool) {
        let mut path = String::new();
        Counter { tally: self, all }.members(&[(&mapping.record, String::new())], record, &mut path);
    }

    /// Adds what another counted.
    pub fn absorb(&mut self, other: Tally) {
        for (path, more) in other.mapped {
            let known = self.mapped.entry(path).or_default();
            known.values += more.values;
            for to in more.to {
                if !known.to.contains(&to) {
                    known.to.push(to);
                }
            }
        }
        for (path, count) in other.unknown {
            *self.unknown.entry(path).or_default() += count;
        }
    }
}

struct Counter<'t> {
    tally: &'t mut Tally,
    all: bool,
}

/// Members that may be what an object has, each with the path of the element that it is in the person.
type Known<'m> = Vec<(&'m Members, String)>;

impl Counter<'_> {
    fn members(&mut self, known: &[(&Members, String)], object: &Value<'_>, path: &mut String) {
        let mut all: Known<'_> = known.to_vec();
        for (members, around) in known {
            all.extend(members.here.iter().map(|each| (&each.members, below(around, &each.path))));
        }
        for (name, value) in object.members() {
            if says_nothing(value) {
                continue;
            }
            let before = path.len();
            if before > 0 {
                path.push('.');
            }
            path.push_str(name);
            self.member(&all, name, value, path);
            path.truncate(before);
        }
    }

    fn member(&mut self, known: &[(&Members, String)], name: &str, value: &Value<'_>, path: &mut String) {
        let (mut inner, mut leaves): (Known<'_>, Vec<(&Leaf, String)>) = (Vec::new(), Vec::new());
        for (members, around) in known {
            for field in members.fields.iter().filter(|field| field.name == name) {
                let each = |each: &'_ Each| below(around, &each.path);
                match &field.rule {
                    Rule::Value(here) => leaves.extend(here.iter().map(|leaf| (leaf, around.clone()))),
                    Rule::Object(nested) => inner.push((&nested.members, around.clone())),
                    Rule::One(from) => inner.extend(from.iter().map(|one| (&one.members, each(one)))),
                    Rule::List(list) => list.from.iter().for_each(|one| match &one.item {
                        Some(item) => leaves.push((item, each(one))),
                        None => inner.push((&one.members, each(one))),
                    }),
                }
            }
        }
        // What is written and never read has no place in the person.
        leaves.retain(|(leaf, _)| leaf.to.is_some() || leaf.is.is_some());
        match value {
            _ if leaves.is_empty() && inner.is_empty() => {
                *self.tally.unknown.entry(path.clone()).or_default() += 1;
            }
            _ if inner.is_empty() => self.count(&leaves, path),
            Value::Array(items) => items.iter().for_each(|item| self.members(&inner, item, path)),
            value => self.members(&inner, value, path),
        }
    }

    /// Counts a value that goes to the places of some leaves.
    fn count(&mut self, leaves: &[(&Leaf, String)], path: &str) {
        if !self.all {
            return;
        }
        let known = self.tally.mapped.entry(path.to_owned()).or_default();
        known.values += 1;
        for (leaf, around) in leaves.iter().filter(|(leaf, _)| leaf.only.reads()) {
            for place in leaf.to.iter().chain(&leaf.second) {
                let to = below(around, &place.names);
                if !known.to.contains(&to) {
                    known.to.push(to);
                }
            }
        }
    }
}

fn below(around: &str, names: &[String]) -> String {
    let around = (!around.is_empty()).then_some(around);
    around.into_iter().chain(names.iter().map(String::as_str)).collect::<Vec<_>>().join(".")
}

fn says_nothing(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
