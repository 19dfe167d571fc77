//! What of a source's records goes where, counted.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::Value;
use crate::schema::mapping::{Each, Leaf, Mapping, Members, Rule};

/// What the person id is called where people are shown.
const PERSON_ID: &str = "crustdata_person_id";

/// Values of records by their path in the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that the mapping reads: how many, and the paths of the person that they go to.
    pub mapped: BTreeMap<String, Mapped>,
    /// Those that it does not: they stay in the record only.
    pub unknown: BTreeMap<String, u64>,
}

/// Where the values of a path go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mapped {
    /// How many there are.
    pub values: u64,
    /// Paths of the person; none for a condition, and for what is worked out of other values when it is written.
    pub to: Vec<String>,
    /// Whether they decide which elements an item becomes.
    pub condition: bool,
}

impl Tally {
    /// Counts the members of a record. Without `all` only those that stay in the record.
    pub fn add(&mut self, mapping: &Mapping, record: &Value<'_>, all: bool) {
        let mut path = String::new();
        let known = [Known { members: &mapping.record, around: String::new(), reads: true }];
        let id = mapping.id.as_ref().map(|path| path.join("."));
        Counter { tally: self, all, id }.members(&known, record, &mut path);
    }

    /// Adds what another counted.
    pub fn absorb(&mut self, other: Tally) {
        for (path, more) in other.mapped {
            let known = self.mapped.entry(path).or_default();
            known.values += more.values;
            known.condition |= more.condition;
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
    /// The path of the source's own id, of which the person id is made.
    id: Option<String>,
}

/// Members that may be what an object has.
#[derive(Clone)]
struct Known<'m> {
    members: &'m Members,
    /// The path of the element that the object is in the person.
    around: String,
    /// Whether it is read at all.
    reads: bool,
}

impl<'m> Known<'m> {
    fn inside(&self, each: &'m Each) -> Known<'m> {
        let reads = self.reads && each.only.reads();
        Known { members: &each.members, around: below(&self.around, &each.path), reads }
    }
}

impl Counter<'_> {
    fn members(&mut self, known: &[Known<'_>], object: &Value<'_>, path: &mut String) {
        let mut all = known.to_vec();
        for known in known {
            all.extend(known.members.here.iter().map(|each| known.inside(each)));
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

    fn member(&mut self, known: &[Known<'_>], name: &str, value: &Value<'_>, path: &mut String) {
        let (mut inner, mut leaves): (Vec<Known<'_>>, Vec<(&Leaf, String, bool)>) = (Vec::new(), Vec::new());
        for known in known {
            for field in known.members.fields.iter().filter(|field| field.name == name) {
                match &field.rule {
                    Rule::Value(here) => {
                        leaves.extend(here.iter().map(|leaf| (leaf, known.around.clone(), known.reads)));
                    }
                    Rule::Object(nested) => inner.push(Known {
                        members: &nested.members,
                        around: known.around.clone(),
                        reads: known.reads && nested.only.reads(),
                    }),
                    Rule::One(from) => inner.extend(from.iter().map(|each| known.inside(each))),
                    Rule::List(list) => list.from.iter().for_each(|each| {
                        let inside = known.inside(each);
                        match &each.item {
                            Some(item) => leaves.push((item, inside.around, inside.reads)),
                            None => inner.push(inside),
                        }
                    }),
                }
            }
        }
        // What is always written the same has no place in the person.
        leaves.retain(|(leaf, ..)| leaf.to.is_some() || leaf.is.is_some() || !leaf.join.is_empty());
        match value {
            _ if leaves.is_empty() && inner.is_empty() && self.id.as_ref() == Some(path) => {
                self.count(&[], path);
            }
            _ if leaves.is_empty() && inner.is_empty() => {
                *self.tally.unknown.entry(path.clone()).or_default() += 1;
            }
            _ if inner.is_empty() => self.count(&leaves, path),
            Value::Array(items) => items.iter().for_each(|item| self.inside(&inner, item, path)),
            value => self.inside(&inner, value, path),
        }
    }

    /// Counts what stands where the template has an object; anything else is not read.
    fn inside(&mut self, inner: &[Known<'_>], value: &Value<'_>, path: &mut String) {
        match value {
            Value::Object(_) => self.members(inner, value, path),
            value if says_nothing(value) => {}
            _ => *self.tally.unknown.entry(path.clone()).or_default() += 1,
        }
    }

    /// Counts a value that goes to the places of some leaves.
    fn count(&mut self, leaves: &[(&Leaf, String, bool)], path: &str) {
        if !self.all {
            return;
        }
        let known = self.tally.mapped.entry(path.to_owned()).or_default();
        known.values += 1;
        if self.id.as_deref() == Some(path) && !known.to.iter().any(|to| to == PERSON_ID) {
            known.to.push(PERSON_ID.to_owned());
        }
        for (leaf, around, _) in leaves.iter().filter(|(leaf, _, reads)| *reads && leaf.only.reads()) {
            known.condition |= leaf.is.is_some();
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
