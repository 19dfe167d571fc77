//! The meaning of a tree: what is true of one record. Slow and plain, it shares nothing with any plan: every answer of
//! search is compared with this one.
//!
//! 1. The tree is normalised: `and` inside `and`, and groups of one child, are no groups of their own.
//! 2. What *ties* is a positive condition on an array (not `has_all`), and a group all of whose leaves are such
//!    conditions on one array. Those children of an `and` that tie to the same array hold together on one element of it.
//!    An array inside an element follows the same rule: of the children tied to an element of the outer array, those wholly
//!    on the inner one hold together on one element of it, inside that element.
//! 3. Every other child is judged alone, and so are each branch of an `or`, and the top.
//! 4. A negative looks at all elements of its array, of the whole person.
//! 5. `all_of`: each child on some element. `has_all`: each value on some element.
//! 6. What is asked of elements by name ([`Elements`]) is asked of each by itself.
//!
//! Values are what the columns hold: a value that does not fit its path is null, and a list in which nothing fits is none.

use std::borrow::Cow;

use super::tree::{ArrayScope, Condition, Elements, Field, Quantifier, Test, Tree};
use crate::index::ordered;
use crate::record::place::Point;
use crate::record::text::{find_phrase, fold_key, has_words};
use crate::record::{Coerced, Value, coerce};
use crate::schema::{Node, NodeId, NodeKind, Schema, SpaceId};

/// Whether the filter holds for a record. `schema` is the one the record was loaded with; the tree may come from a newer one
/// that has grown from it, whose further leaves are missing in the record.
///
/// Cost: the record's elements times the tree's conditions.
pub fn matches(tree: &Tree, schema: &Schema, record: &Value<'_>) -> bool {
    Judge { schema, record }.holds(&normal(tree), &Element::person(record))
}

/// Whether the positive test of a condition, whatever its quantifier, passes for a value of one element: the person's
/// `at`-th of the space, counted from 0 as in the file (all arrays of the space, one after the other), or with `None` the
/// person itself. `false` where the condition's array has no such element.
pub fn passes_at(condition: &Condition, schema: &Schema, record: &Value<'_>, at: Option<u32>) -> bool {
    let judge = Judge { schema, record };
    let places = judge.places(&condition.field);
    places.iter().any(|place| place.array.map(|_| place.at) == at && judge.passes(condition, place))
}

/// The numbers of the person's elements of an array, counted from 0 as in the file (all arrays of the space, one after the
/// other), of which a tree is true as it is inside [`Elements`]: all its conditions are about that very element.
pub fn matching_elements(tree: &Tree, scope: ArrayScope, schema: &Schema, record: &Value<'_>) -> Vec<u32> {
    let judge = Judge { schema, record };
    let elements = judge.elements(scope, &Element::person(record)).into_iter();
    elements.filter(|element| judge.true_of(tree, scope, element)).map(|element| element.at).collect()
}

/// The tree, normalised if it is not.
pub(super) fn normal(tree: &Tree) -> Cow<'_, Tree> {
    if tree.is_normalised() { Cow::Borrowed(tree) } else { Cow::Owned(tree.clone().normalised()) }
}

/// A place that holds values: the person, or an element of an array.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'v, 'r> {
    /// The array it is in; `None` for the person.
    array: Option<NodeId>,
    /// How many arrays it lies in, its own included.
    depth: usize,
    /// Its number among the person's elements of the space.
    pub(super) at: u32,
    /// The number of the element it lies in.
    outer: u32,
    value: &'v Value<'r>,
}

impl<'v, 'r> Element<'v, 'r> {
    pub(super) fn person(record: &'v Value<'r>) -> Self {
        Element { array: None, depth: 0, at: 0, outer: 0, value: record }
    }
}

/// One record, judged.
pub(super) struct Judge<'s, 'v, 'r> {
    pub(super) schema: &'s Schema,
    pub(super) record: &'v Value<'r>,
}

/// The children of an `and`, inside one place.
pub(super) struct Split<'t> {
    /// Those that hold together on one element, by array.
    pub(super) tied: Vec<(ArrayScope, Vec<&'t Tree>)>,
    /// Those that are judged alone.
    pub(super) alone: Vec<&'t Tree>,
}

impl<'v, 'r> Judge<'_, 'v, 'r> {
    /// Whether a tree holds at the person, or at an element that it is tied to.
    pub(super) fn holds(&self, tree: &Tree, at: &Element<'v, 'r>) -> bool {
        self.all_hold(&and_children(tree), at)
    }

    /// Whether the children of an `and` hold.
    pub(super) fn all_hold(&self, children: &[&Tree], at: &Element<'v, 'r>) -> bool {
        let Split { tied, alone } = split(children, at);
        alone.iter().all(|child| self.holds_alone(child, at))
            && tied.iter().all(|(array, group)| {
                self.elements(*array, at).iter().any(|element| self.all_hold(group, element))
            })
    }

    fn holds_alone(&self, tree: &Tree, at: &Element<'v, 'r>) -> bool {
        match tree {
            Tree::Condition(condition) => self.condition_holds(condition, at),
            Tree::Or(branches) => branches.iter().any(|branch| self.holds(branch, at)),
            Tree::And(children) | Tree::AllOf(children) => children.iter().all(|child| self.holds(child, at)),
            Tree::Elements(of) => self.elements_hold(of, &Element::person(self.record)),
        }
    }

    /// Whether some, or no, element inside `at` is one that is asked for.
    fn elements_hold(&self, of: &Elements, at: &Element<'v, 'r>) -> bool {
        let elements = self.elements(of.scope, at);
        of.some == elements.iter().any(|element| self.true_of(&of.tree, of.scope, element))
    }

    /// Whether a tree is true of one element of `scope`, all its conditions being about that very element.
    pub(super) fn true_of(&self, tree: &Tree, scope: ArrayScope, element: &Element<'v, 'r>) -> bool {
        match tree {
            Tree::Condition(condition) => {
                let passes =
                    |condition: &Condition| scope.holds(&condition.field) && self.passes(condition, element);
                match condition.quantifier {
                    Quantifier::Some => passes(condition),
                    Quantifier::No => !passes(condition),
                    Quantifier::Each => {
                        let items = items(condition);
                        !items.is_empty() && items.iter().all(passes)
                    }
                }
            }
            Tree::Or(branches) => branches.iter().any(|branch| self.true_of(branch, scope, element)),
            Tree::And(children) | Tree::AllOf(children) => {
                children.iter().all(|child| self.true_of(child, scope, element))
            }
            Tree::Elements(of) if of.scope.space == scope.space => of.some == self.true_inside(of, element),
            Tree::Elements(of) if of.scope.is_inside(scope, self.schema) => self.elements_hold(of, element),
            Tree::Elements(of) => !of.some,
        }
    }

    /// Whether an element of the same space is from the array, and the tree is true of it.
    pub(super) fn true_inside(&self, of: &Elements, element: &Element<'v, 'r>) -> bool {
        let arrays = of.scope.nodes(self.schema);
        element.array.is_some_and(|array| arrays.contains(&array))
            && self.true_of(&of.tree, of.scope, element)
    }

    /// A condition on the values of this very place; a negative or `has_all` on those of all places.
    fn condition_holds(&self, condition: &Condition, at: &Element<'v, 'r>) -> bool {
        let somewhere = |condition: &Condition| {
            self.places(&condition.field).iter().any(|place| self.passes(condition, place))
        };
        match condition.quantifier {
            Quantifier::Some => self.passes(condition, at),
            Quantifier::No => !somewhere(condition),
            Quantifier::Each => {
                let items = items(condition);
                !items.is_empty() && items.iter().all(somewhere)
            }
        }
    }

    /// Every place where a field has values: the elements of its array, or the person.
    pub(super) fn places(&self, field: &Field) -> Vec<Element<'v, 'r>> {
        let person = Element::person(self.record);
        field.array.map_or_else(|| vec![person], |array| self.elements(array, &person))
    }

    /// The elements of an array, inside the person or inside one element of the array around it.
    pub(super) fn elements(&self, array: ArrayScope, at: &Element<'v, 'r>) -> Vec<Element<'v, 'r>> {
        let arrays = array.nodes(self.schema);
        let mut elements = self.space(array.space);
        elements.retain(|element| element.array.is_some_and(|array| arrays.contains(&array)));
        elements.retain(|element| at.array.is_none() || element.outer == at.at);
        elements
    }

    /// All elements of a space, in the order of the file.
    fn space(&self, space: SpaceId) -> Vec<Element<'v, 'r>> {
        let Some(space) = self.schema.spaces().get(usize::from(space)) else { return Vec::new() };
        let outer =
            space.parent.map_or_else(|| vec![Element::person(self.record)], |outer| self.space(outer));
        let mut elements = Vec::new();
        for place in &outer {
            for array in space.arrays.iter().filter_map(|id| self.schema.node(*id)) {
                if self.schema.array_around(array.id).map(|node| node.id) != place.array {
                    continue;
                }
                let items = self.member(place, array).map(Value::items).unwrap_or_default();
                let (array, depth) = (Some(array.id), place.depth + 1);
                let first = elements.len() as u32;
                elements.extend((first..).zip(items).map(|(at, value)| Element {
                    array,
                    depth,
                    at,
                    outer: place.at,
                    value,
                }));
            }
        }
        elements
    }

    /// Whether a value of a condition's field in this place passes its test.
    pub(super) fn passes(&self, condition: &Condition, place: &Element<'v, 'r>) -> bool {
        if let Test::Geo(area) = &condition.test
            && let Some(point) = self.coordinates(&condition.field, place)
        {
            return area.contains(point);
        }
        self.values(&condition.field, place).into_iter().any(|value| test_passes(&condition.test, value))
    }

    /// Where a place is by the numbers beside it.
    fn coordinates(&self, field: &Field, place: &Element<'v, 'r>) -> Option<Point> {
        let number = |leaf: NodeId| match self.leaf_values(self.schema.node(leaf)?, place).as_slice() {
            [Coerced::Float(number)] => Some(*number),
            _ => None,
        };
        let [latitude, longitude] = field.coordinates?;
        Point::new(number(latitude)?, number(longitude)?)
    }

    /// The values of a field in one place, without nulls: those of the first leaf that has any.
    fn values(&self, field: &Field, place: &Element<'v, 'r>) -> Vec<Coerced<'v>> {
        let leaves = field.reads.iter().flatten().filter_map(|id| self.schema.node(*id));
        let own = leaves.filter(|leaf| self.schema.array_around(leaf.id).map(|node| node.id) == place.array);
        own.map(|leaf| self.leaf_values(leaf, place)).find(|values| !values.is_empty()).unwrap_or_default()
    }

    fn leaf_values(&self, leaf: &Node, place: &Element<'v, 'r>) -> Vec<Coerced<'v>> {
        let NodeKind::Leaf { scalar, list } = leaf.kind else { return Vec::new() };
        let Some(value) = self.member(place, leaf) else { return Vec::new() };
        let items = if list { value.items() } else { std::slice::from_ref(value) };
        let fitting = items.iter().filter_map(|item| coerce(item, scalar).ok());
        fitting.filter(|value| *value != Coerced::Null).collect()
    }

    /// What lies at a node below a place, through objects alone. A bare scalar in the place of an object is the
    /// child that it counts as.
    fn member(&self, place: &Element<'v, 'r>, node: &Node) -> Option<&'v Value<'r>> {
        let parent = node.parent.and_then(|id| self.schema.node(id));
        let holder = match parent {
            Some(parent) if Some(parent.id) != place.array => self.member(place, parent)?,
            _ => place.value,
        };
        match holder {
            Value::Object(_) => holder.get(&node.name),
            Value::Null | Value::Array(_) => None,
            _ => parent.is_some_and(|parent| parent.scalar_as == Some(node.id)).then_some(holder),
        }
    }
}

/// The children of an `and`; anything else as an only child.
pub(super) fn and_children(tree: &Tree) -> Vec<&Tree> {
    match tree {
        Tree::And(children) => children.iter().collect(),
        other => vec![other],
    }
}

/// Which children tie to arrays inside `at`, and which are judged alone.
pub(super) fn split<'t>(children: &[&'t Tree], at: &Element<'_, '_>) -> Split<'t> {
    let mut split = Split { tied: Vec::new(), alone: Vec::new() };
    for &child in children {
        let arrays = tying_arrays(child).unwrap_or_default();
        match arrays.get(at.depth) {
            None => split.alone.push(child),
            Some(array) => match split.tied.iter_mut().find(|(known, _)| known == array) {
                Some((_, group)) => group.push(child),
                None => split.tied.push((*array, vec![child])),
            },
        }
    }
    split
}

/// The arrays that all leaves of a tree lie in, the outermost first; `None` if one of its conditions is a negative or
/// `has_all`, or one of its groups an `all_of`, or if it asks for elements by name.
pub(super) fn tying_arrays(tree: &Tree) -> Option<Vec<ArrayScope>> {
    match tree {
        Tree::Condition(condition) => condition.ties().then(|| condition.field.arrays().collect()),
        Tree::AllOf(_) | Tree::Elements(_) => None,
        Tree::And(children) | Tree::Or(children) => {
            let all = children.iter().map(tying_arrays).collect::<Option<Vec<_>>>()?;
            let common = |a: Vec<ArrayScope>, b: Vec<ArrayScope>| {
                a.into_iter().zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
            };
            Some(all.into_iter().reduce(common).unwrap_or_default())
        }
    }
}

/// The items that a `has_all` lists, each as a condition that some element meets it.
pub(super) fn items(condition: &Condition) -> Vec<Condition> {
    let tests: Vec<Test> = match &condition.test {
        Test::OneOf(texts) => texts.iter().map(|text| Test::OneOf(vec![text.clone()])).collect(),
        Test::Ranges(ranges) => ranges.iter().map(|range| Test::Ranges(vec![*range])).collect(),
        other => vec![other.clone()],
    };
    let field = &condition.field;
    let one = |test| Condition { field: field.clone(), quantifier: Quantifier::Some, test };
    tests.into_iter().map(one).collect()
}

/// Whether a value that is there passes a test.
fn test_passes(test: &Test, value: Coerced<'_>) -> bool {
    let text = match value {
        Coerced::Str(text) => Some(text),
        _ => None,
    };
    match test {
        Test::Present => true,
        Test::Folded(key) => text.is_some_and(|text| fold_key(text) == *key),
        Test::OneOf(texts) => text.is_some_and(|text| texts.iter().any(|listed| listed == text)),
        Test::Words(words) => text.is_some_and(|text| has_words(text, words)),
        Test::Phrase(words) => text.is_some_and(|text| find_phrase(text, words)),
        Test::Pattern(pattern) => text.is_some_and(|text| pattern.occurs_in(text)),
        Test::Geo(area) => text.is_some_and(|text| area.contains_place(text)),
        Test::Text(predicate) => text.is_some_and(|text| predicate.passes(text)),
        Test::Ranges(ranges) => ordered_form(value)
            .is_some_and(|value| ranges.iter().any(|(first, last)| (*first..=*last).contains(&value))),
    }
}

/// The ordered form of a value that has one.
fn ordered_form(value: Coerced<'_>) -> Option<u64> {
    match value {
        Coerced::Null | Coerced::Str(_) => None,
        Coerced::Bool(flag) => Some(ordered::from_bool(flag)),
        Coerced::Int(number) | Coerced::Datetime(number) => Some(ordered::from_i64(number)),
        Coerced::Float(number) => ordered::from_f64(number),
        Coerced::Date(days) => Some(ordered::from_i64(i64::from(days))),
    }
}
