//! From the filter tree to a formula that says "some element" where the same-element rules mean it.
//!
//! The tree leaves it to the rules of `docs/same-element.md` which conditions hold on one element. A formula has no
//! rules left: every node is about people, or about the elements of one space, and [`Formula::Some`] leads from an inner
//! level to an outer one. So running it is set algebra.

use std::sync::Arc;

use crate::filter::{ArrayScope, Condition, Elements, Quantifier, Test, Tree};
use crate::schema::{Schema, SpaceId};

/// A filter as set algebra over people and elements.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    /// The people, or elements, whose value passes the condition's test.
    Test(Arc<Condition>),
    /// In all of them.
    And(Vec<Formula>),
    /// In any of them.
    Or(Vec<Formula>),
    /// The elements from one array of their space.
    From(ArrayScope),
    /// Not in it.
    Not(Box<Formula>),
    /// What has an element, in this space and array, in the formula.
    Some(ArrayScope, Box<Formula>),
}

/// What a filter means for people. `tree` is normalised.
pub(super) fn lower(tree: &Tree, schema: &Schema) -> Formula {
    Lowering { schema }.person(tree)
}

/// What a tree means for the elements of an array, all its conditions being about one element.
pub(super) fn lower_elements(tree: &Tree, scope: ArrayScope, schema: &Schema) -> Formula {
    Lowering { schema }.element(scope, tree)
}

struct Lowering<'a> {
    schema: &'a Schema,
}

impl Lowering<'_> {
    /// A tree that is judged alone.
    fn person(&self, tree: &Tree) -> Formula {
        match tree {
            Tree::Condition(condition) => self.alone(condition),
            Tree::Or(children) => any(children.iter().map(|child| self.person(child)).collect()),
            Tree::And(children) => self.and(children),
            Tree::AllOf(children) => self.all_of(children),
            Tree::Elements(of) => {
                let found = self.somewhere(Some(of.scope), self.element(of.scope, &of.tree));
                if of.some { found } else { Formula::Not(Box::new(found)) }
            }
        }
    }

    /// The elements of `scope` of which a tree is true, all its conditions being about that very element.
    fn element(&self, scope: ArrayScope, tree: &Tree) -> Formula {
        match tree {
            Tree::Condition(condition) => own_values(scope, condition),
            Tree::And(children) | Tree::AllOf(children) => {
                together(children.iter().map(|child| self.element(scope, child)).collect())
            }
            Tree::Or(children) => any(children.iter().map(|child| self.element(scope, child)).collect()),
            Tree::Elements(of) => self.inside(scope, of),
        }
    }

    /// The elements of `scope` that have some, or no, element of an inner array of which a tree is true; of the same space, that
    /// are such elements themselves, or are not.
    fn inside(&self, scope: ArrayScope, of: &Elements) -> Formula {
        let found = if of.scope.space == scope.space {
            let inner = self.element(of.scope, &of.tree);
            match of.scope.array {
                Some(_) => together(vec![Formula::From(of.scope), inner]),
                None => inner,
            }
        } else if of.scope.is_inside(scope, self.schema) {
            Formula::Some(of.scope, Box::new(self.element(of.scope, &of.tree)))
        } else {
            nothing()
        };
        if of.some { found } else { Formula::Not(Box::new(found)) }
    }

    fn alone(&self, condition: &Condition) -> Formula {
        let some = |test: Test| {
            let condition =
                Condition { field: Arc::clone(&condition.field), quantifier: Quantifier::Some, test };
            self.somewhere(condition.field.array, Formula::Test(Arc::new(condition)))
        };
        match condition.quantifier {
            Quantifier::Some => some(condition.test.clone()),
            Quantifier::No => Formula::Not(Box::new(some(condition.test.clone()))),
            // An item that no value of the field can equal lists nothing: then it is met nowhere.
            Quantifier::Each => match items(&condition.test) {
                items if items.is_empty() => nothing(),
                items => Formula::And(items.into_iter().map(some).collect()),
            },
        }
    }

    /// Rules 2 and 3: what is tied holds on one element of its array, the rest is judged alone.
    fn and(&self, children: &[Tree]) -> Formula {
        let mut tied: Vec<(ArrayScope, Vec<&Tree>)> = Vec::new();
        let mut parts = Vec::new();
        for child in children {
            match self.tying_scope(child) {
                None => parts.push(self.person(child)),
                Some(scope) => match tied.iter_mut().find(|(known, _)| *known == scope) {
                    Some((_, group)) => group.push(child),
                    None => tied.push((scope, vec![child])),
                },
            }
        }
        parts.extend(tied.into_iter().map(|(scope, group)| self.on_one(scope, &group)));
        together(parts)
    }

    /// Rule 5: each child on some element of the one array that all are about.
    fn all_of(&self, children: &[Tree]) -> Formula {
        let scopes: Vec<ArrayScope> = children.iter().flat_map(leaf_scopes).flatten().collect();
        let scope = match scopes.split_first() {
            Some((first, rest)) if rest.iter().all(|scope| scope == first) => Some(*first),
            Some((first, _)) => Some(self.outermost(*first)),
            None => None,
        };
        let each = |child: &Tree| match scope {
            Some(scope) if is_plain(child) => self.on_one(scope, &[child]),
            _ => self.person(child),
        };
        Formula::And(children.iter().map(each).collect())
    }

    /// The array on one element of which a child of an `and` has to hold: all its leaves are positive and on it, or on an array
    /// inside it. `None`: the child ties nothing.
    fn tying_scope(&self, tree: &Tree) -> Option<ArrayScope> {
        if !is_plain(tree) {
            return None;
        }
        let mut scopes = leaf_scopes(tree).into_iter().map(|scope| scope.map(|scope| self.outermost(scope)));
        let first = scopes.next()??;
        scopes.all(|scope| scope == Some(first)).then_some(first)
    }

    /// The people with an element of `scope` on which all of `group` holds.
    fn on_one(&self, scope: ArrayScope, group: &[&Tree]) -> Formula {
        self.somewhere(Some(scope), self.all_at(scope, group))
    }

    /// The elements of `scope` on which all of `group` holds: what is wholly on an inner array holds on one element of that.
    fn all_at(&self, scope: ArrayScope, group: &[&Tree]) -> Formula {
        let mut inner: Vec<(ArrayScope, Vec<&Tree>)> = Vec::new();
        let mut parts = Vec::new();
        for &child in group {
            match self.inner_scope(scope, child) {
                None => parts.push(self.at(scope, child)),
                Some(within) => match inner.iter_mut().find(|(known, _)| *known == within) {
                    Some((_, group)) => group.push(child),
                    None => inner.push((within, vec![child])),
                },
            }
        }
        let some = |(within, group): (ArrayScope, Vec<&Tree>)| {
            Formula::Some(within, Box::new(self.all_at(within, &group)))
        };
        parts.extend(inner.into_iter().map(some));
        together(parts)
    }

    /// The elements of `scope` on which one tree, which is not wholly on an inner array, holds.
    fn at(&self, scope: ArrayScope, tree: &Tree) -> Formula {
        match tree {
            Tree::Condition(condition) => Formula::Test(Arc::new(condition.clone())),
            Tree::Or(children) => {
                Formula::Or(children.iter().map(|child| self.all_at(scope, &[child])).collect())
            }
            Tree::And(children) | Tree::AllOf(children) => {
                self.all_at(scope, &children.iter().collect::<Vec<_>>())
            }
            Tree::Elements(of) => self.inside(scope, of),
        }
    }

    /// The array directly inside `scope` that every leaf of `tree` is on, or on an array inside it.
    fn inner_scope(&self, scope: ArrayScope, tree: &Tree) -> Option<ArrayScope> {
        let mut scopes = leaf_scopes(tree).into_iter().map(|leaf| self.step_below(scope, leaf?));
        let first = scopes.next()??;
        scopes.all(|scope| scope == Some(first)).then_some(first)
    }

    /// The array directly inside `outer` on the way to `inner`; `None` if they are the same.
    fn step_below(&self, outer: ArrayScope, inner: ArrayScope) -> Option<ArrayScope> {
        let mut at = inner;
        while at.space != outer.space {
            match self.parent(at.space) {
                Some(parent) if parent == outer.space => return Some(at),
                Some(parent) => at = ArrayScope { space: parent, array: None },
                None => return None,
            }
        }
        None
    }

    fn outermost(&self, scope: ArrayScope) -> ArrayScope {
        let mut at = scope;
        while let Some(parent) = self.parent(at.space) {
            at = ArrayScope { space: parent, array: None };
        }
        at
    }

    /// Leads from the elements of an array out to people, through the arrays around it.
    fn somewhere(&self, scope: Option<ArrayScope>, mut formula: Formula) -> Formula {
        let mut next = scope;
        while let Some(scope) = next {
            formula = Formula::Some(scope, Box::new(formula));
            next = self.parent(scope.space).map(|space| ArrayScope { space, array: None });
        }
        formula
    }

    fn parent(&self, space: SpaceId) -> Option<SpaceId> {
        self.schema.spaces().get(usize::from(space))?.parent
    }
}

/// Nothing at all.
fn nothing() -> Formula {
    Formula::Or(Vec::new())
}

/// The elements of `scope` whose own values meet a condition.
fn own_values(scope: ArrayScope, condition: &Condition) -> Formula {
    let some = |test: Test| {
        let field = Arc::clone(&condition.field);
        Formula::Test(Arc::new(Condition { field, quantifier: Quantifier::Some, test }))
    };
    let passing = |test: Test| if scope.holds(&condition.field) { some(test) } else { nothing() };
    match condition.quantifier {
        Quantifier::Some => passing(condition.test.clone()),
        Quantifier::No => Formula::Not(Box::new(passing(condition.test.clone()))),
        Quantifier::Each => match items(&condition.test) {
            items if items.is_empty() => nothing(),
            items => one_or(items.into_iter().map(passing).collect(), Formula::And),
        },
    }
}

/// Whether all leaves are positive, and neither `all_of` nor `has_all` nor elements asked for by name are inside.
fn is_plain(tree: &Tree) -> bool {
    match tree {
        Tree::Condition(condition) => condition.quantifier == Quantifier::Some,
        Tree::And(children) | Tree::Or(children) => children.iter().all(is_plain),
        Tree::AllOf(_) | Tree::Elements(_) => false,
    }
}

/// The array of every leaf; `None` for a leaf of the person, and for elements asked for by name.
fn leaf_scopes(tree: &Tree) -> Vec<Option<ArrayScope>> {
    match tree {
        Tree::Condition(condition) => vec![condition.field.array],
        Tree::Elements(_) => vec![None],
        Tree::And(children) | Tree::Or(children) | Tree::AllOf(children) => {
            children.iter().flat_map(leaf_scopes).collect()
        }
    }
}

/// A test for each item that `has_all` lists.
fn items(test: &Test) -> Vec<Test> {
    match test {
        Test::OneOf(texts) => texts.iter().map(|text| Test::OneOf(vec![text.clone()])).collect(),
        Test::Ranges(ranges) => ranges.iter().map(|&range| Test::Ranges(vec![range])).collect(),
        other => vec![other.clone()],
    }
}

/// Any of the parts. What has an element in one set or in another has one in their union, so parts about one array become
/// one: elements are led outwards once.
fn any(parts: Vec<Formula>) -> Formula {
    let mut inner: Vec<(ArrayScope, Vec<Formula>)> = Vec::new();
    let mut others = Vec::new();
    for part in parts {
        match part {
            Formula::Some(scope, below) => match inner.iter_mut().find(|(known, _)| *known == scope) {
                Some((_, together)) => together.push(*below),
                None => inner.push((scope, vec![*below])),
            },
            other => others.push(other),
        }
    }
    others.extend(inner.into_iter().map(|(scope, below)| Formula::Some(scope, Box::new(any(below)))));
    one_or(others, Formula::Or)
}

/// All of the parts, which are about one person or element; those that everything is in say nothing. Ranges of a value that is no list become their common part: reading
/// what lies above one end, and what lies below the other, would cost more.
fn together(parts: Vec<Formula>) -> Formula {
    let mut apart: Vec<Formula> = Vec::with_capacity(parts.len());
    let all = Formula::And(Vec::new());
    for part in parts.into_iter().filter(|part| *part != all) {
        let both = |known: &mut Formula| {
            let both = common_ranges(known, &part)?;
            *known = both;
            Some(())
        };
        if apart.iter_mut().find_map(both).is_none() {
            apart.push(part);
        }
    }
    one_or(apart, Formula::And)
}

/// The values in the ranges of both tests, where both are of the same single value.
fn common_ranges(a: &Formula, b: &Formula) -> Option<Formula> {
    let (Formula::Test(a), Formula::Test(b)) = (a, b) else { return None };
    let (Test::Ranges(ranges), Test::Ranges(others)) = (&a.test, &b.test) else { return None };
    if a.field.value.list || a.field.reads != b.field.reads {
        return None;
    }
    let common = |&(first, last): &(u64, u64)| {
        let inside =
            move |&(other_first, other_last): &(u64, u64)| (first.max(other_first), last.min(other_last));
        others.iter().map(inside).filter(|(first, last)| first <= last).collect::<Vec<_>>()
    };
    // A list of many against a list of many stays as it is.
    let small = ranges.len().min(others.len()) <= 4;
    let test = small.then(|| Test::Ranges(ranges.iter().flat_map(common).collect()))?;
    Some(Formula::Test(Arc::new(Condition {
        field: Arc::clone(&a.field),
        quantifier: Quantifier::Some,
        test,
    })))
}

/// The only part, or all of them joined.
fn one_or(mut parts: Vec<Formula>, join: impl FnOnce(Vec<Formula>) -> Formula) -> Formula {
    match parts.len() {
        1 => parts.pop().unwrap_or(Formula::And(Vec::new())),
        _ => join(parts),
    }
}
