//! Which elements made a record match: the roles, schools, repositories that satisfied the filter.
//!
//! Every group of conditions that is tied to one element, every single positive condition on an array, every child of an
//! `all_of` and every value of a `has_all` contributes all elements that satisfy it. Of an `or`, the branches that hold
//! contribute. A negative contributes nothing. An element inside another brings that one along: a repository its profile.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::{Element, Judge, Split, and_children, items, normal, split};
use super::tree::{Condition, Quantifier, Tree};
use crate::record::Value;
use crate::schema::{Schema, SpaceId};

/// The elements that satisfy the parts of a filter, by space: their numbers among the person's elements of that space, from 0,
/// in the order of the file. Empty for a record that does not match. `schema` is the one the record was loaded with.
///
/// Cost: as [`matches`](super::matches), some times over.
pub fn matched(tree: &Tree, schema: &Schema, record: &Value<'_>) -> BTreeMap<SpaceId, BTreeSet<u32>> {
    let (tree, judge, person) = (normal(tree), Judge { schema, record }, Element::person(record));
    let mut collector = Collector { judge, found: BTreeMap::new() };
    if collector.judge.holds(&tree, &person) {
        collector.collect(&and_children(&tree), &person);
    }
    collector.found
}

struct Collector<'s, 'v, 'r> {
    judge: Judge<'s, 'v, 'r>,
    found: BTreeMap<SpaceId, BTreeSet<u32>>,
}

impl<'v, 'r> Collector<'_, 'v, 'r> {
    /// Collects from the children of an `and` that holds at `at`.
    fn collect(&mut self, children: &[&Tree], at: &Element<'v, 'r>) {
        let Split { tied, alone } = split(children, at);
        for (array, group) in tied {
            for element in self.judge.elements(array, at) {
                if self.judge.all_hold(&group, &element) {
                    self.found.entry(array.space).or_default().insert(element.at);
                    self.collect(&group, &element);
                }
            }
        }
        for child in alone {
            match child {
                Tree::Condition(condition) => self.collect_items(condition, at),
                group => self.collect_children(group, at),
            }
        }
    }

    /// Each child of a group that is judged alone, if it holds: of an `or`, not every one does.
    fn collect_children(&mut self, group: &Tree, at: &Element<'v, 'r>) {
        for child in group.children() {
            if self.judge.holds(child, at) {
                self.collect(&and_children(child), at);
            }
        }
    }

    /// The items of a `has_all`. Any other condition that is judged alone has no element of its own to add.
    fn collect_items(&mut self, condition: &Condition, at: &Element<'v, 'r>) {
        if condition.quantifier == Quantifier::Each {
            for item in items(condition) {
                self.collect(&[&Tree::Condition(item)], at);
            }
        }
    }
}
