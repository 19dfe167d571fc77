//! Which elements made a record match: the roles, schools, repositories that satisfied the filter.
//!
//! Every group of conditions that is tied to one element, every single positive condition on an array, every child of an
//! `all_of` and every value of a `has_all` contributes all elements that satisfy it. Of an `or`, the branches that hold
//! contribute. A negative contributes nothing. An element inside another brings that one along: a repository its profile. Of
//! elements asked for by name, those contribute that are what was asked.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::{Element, Judge, Split, and_children, items, normal, split};
use super::tree::{ArrayScope, Condition, Elements, Quantifier, Tree};
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
                Tree::Elements(of) => {
                    let nesting = of.scope.nesting(self.judge.schema);
                    self.collect_elements(of, &nesting, &Element::person(self.judge.record));
                }
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

    /// The elements inside `at` that were asked for, through the arrays of `nesting` around them; returns whether there are any.
    fn collect_elements(&mut self, of: &Elements, nesting: &[ArrayScope], at: &Element<'v, 'r>) -> bool {
        let (true, Some((array, inner))) = (of.some, nesting.split_first()) else { return false };
        let mut any = false;
        for element in self.judge.elements(*array, at) {
            let found = match inner {
                [] => self.judge.true_of(&of.tree, of.scope, &element),
                inner => self.collect_elements(of, inner, &element),
            };
            if found {
                any = true;
                self.found.entry(array.space).or_default().insert(element.at);
                if inner.is_empty() {
                    self.collect_inside(&of.tree, of.scope, &element);
                }
            }
        }
        any
    }

    /// Collects from a tree that is true of an element of `scope`: elements inside it.
    fn collect_inside(&mut self, tree: &Tree, scope: ArrayScope, element: &Element<'v, 'r>) {
        match tree {
            Tree::Condition(_) => {}
            Tree::Elements(of) if of.scope.space == scope.space => {
                if of.some && self.judge.true_inside(of, element) {
                    self.collect_inside(&of.tree, of.scope, element);
                }
            }
            Tree::Elements(of) if of.scope.is_inside(scope, self.judge.schema) => {
                self.collect_elements(of, &[of.scope], element);
            }
            Tree::Elements(_) => {}
            group => {
                for child in group.children() {
                    if self.judge.true_of(child, scope, element) {
                        self.collect_inside(child, scope, element);
                    }
                }
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
