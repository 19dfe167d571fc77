//! The typed tree: what a filter means, whatever it was written in.
//!
//! Nodes carry meanings, never operators of a query language: a quantifier over a test of values. JSON and SQL both become
//! this tree, the naive evaluator defines its truth, and plans are made from it.

use std::sync::Arc;

use regex::Regex;

use super::geo::Area;
use super::text_test::TextTest;
use crate::schema::{Node, NodeId, Schema, SpaceId, ValueType};

/// A filter: conditions in groups.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// One condition.
    Condition(Condition),
    /// All hold. Those on one array hold on one element of it (`docs/same-element.md`). Empty: true.
    And(Vec<Tree>),
    /// At least one holds. Empty: false.
    Or(Vec<Tree>),
    /// Each holds on some element of one array, not all on the same. Empty: true.
    AllOf(Vec<Tree>),
    /// Whether the tree is true of some element of the person's array. Here the rules of the same element have nothing to
    /// decide: every condition inside is about that very element, or about one of an array inside it where a further node of
    /// this kind says so.
    Elements(Elements),
}

/// The elements of an array of which a tree is true, as a condition of the person (or of the element around them).
///
/// Of an element, a condition with [`Quantifier::Some`] is true if a value of its own passes, with [`Quantifier::No`] if none of
/// its own does, with [`Quantifier::Each`] if its own values meet each item. An [`Tree::AllOf`] says what [`Tree::And`] does.
/// Where a condition is on another array, the element has no value; a node on an array that lies elsewhere finds no element.
/// A node inside on the same array, or on one array of the same union, asks the element itself: whether it is from there.
#[derive(Debug, Clone, PartialEq)]
pub struct Elements {
    /// The array.
    pub scope: ArrayScope,
    /// Whether there has to be such an element, or must not be.
    pub some: bool,
    /// What is asked of an element.
    pub tree: Box<Tree>,
}

/// A quantifier over a test of the values of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Whose values are tested.
    pub field: Arc<Field>,
    /// How many of them must pass.
    pub quantifier: Quantifier,
    /// The positive test, under a negative quantifier too.
    pub test: Test,
}

/// What a condition reads: a path, resolved.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// The path as it was written: an alias stays one.
    pub path: String,
    /// Type of the values.
    pub value: ValueType,
    /// One list for each array of a union, else one list: the first of its leaves that is not null gives the value.
    pub reads: Vec<Vec<NodeId>>,
    /// The array whose elements hold the values; `None`: the person.
    pub array: Option<ArrayScope>,
    /// The arrays around that one, the outermost first: for a leaf of `repos`, `dev_platform_profiles`.
    pub around: Vec<ArrayScope>,
    /// Long free text.
    pub long: bool,
    /// Whether its values name places on the globe.
    pub geo: bool,
    /// The latitude and longitude beside those places.
    pub coordinates: Option<[NodeId; 2]>,
}

/// An array of objects as filters see it. Two fields are on the same array if and only if their scopes are equal: of a
/// union, each array is one, and all of them together are another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArrayScope {
    /// The space that numbers its elements.
    pub space: SpaceId,
    /// For one array of a union, its place among the arrays of the space; `None`: all arrays of the space.
    pub array: Option<u8>,
}

/// How many values must pass a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// A value passes; on an array, a value of some element.
    Some,
    /// No value passes, in the whole array. Holds where there is no value.
    No,
    /// Every item that the test lists ([`Test::OneOf`], or the points of [`Test::Ranges`]) is met by some element. A test
    /// that lists nothing holds nowhere: one of the items asked for can be no value of the field.
    Each,
}

/// A test of one value. Where there is no value (null, missing, a value of the wrong type), no test passes.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// There is a value.
    Present,
    /// The text has this fold key (`record::fold_key`).
    Folded(String),
    /// The text is one of these, byte for byte. Ascending, distinct.
    OneOf(Vec<String>),
    /// Each of these is among the tokens of the text. Folded tokens, distinct, at least one.
    Words(Vec<String>),
    /// These stand one after the other among the tokens of the text. Folded tokens, at least one.
    Phrase(Vec<String>),
    /// The pattern occurs in the text.
    Pattern(Pattern),
    /// The predicate is true of the text. Of long text, which no dictionary holds, it is answered from the records.
    Text(TextTest),
    /// The place lies in the area: of the field's coordinates, or without them of the text.
    Geo(Area),
    /// The value's ordered form (`index::ordered`) lies in one of these ranges, both ends included. Disjoint, ascending;
    /// none: no value passes. All tests of integers, numbers, dates, datetimes and booleans.
    Ranges(Vec<(u64, u64)>),
}

/// A regular expression, equal to another if its source is.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// A pattern that is found anywhere in a text, in any case. Cost of a search is linear in the text.
    ///
    /// # Errors
    /// A source that is no regular expression, or that compiles to more than `limit_bytes`.
    pub fn new(source: &str, limit_bytes: usize) -> Result<Pattern, regex::Error> {
        let regex =
            regex::RegexBuilder::new(source).case_insensitive(true).size_limit(limit_bytes).build()?;
        Ok(Pattern { source: source.to_owned(), regex })
    }

    /// The pattern as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it occurs in the text.
    pub fn occurs_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.source == other.source
    }
}

impl Tree {
    /// The filter that everybody meets.
    pub fn all() -> Tree {
        Tree::And(Vec::new())
    }

    /// Whether it is [`Tree::all`].
    pub fn is_all(&self) -> bool {
        matches!(self, Tree::And(children) if children.is_empty())
    }

    /// The same filter with as few groups as possible, to a fixpoint: an `and` directly inside an `and` dissolves into it,
    /// and an `and` or `or` with one child is that child. An `all_of` stays, with one child too.
    pub fn normalised(self) -> Tree {
        match self {
            Tree::Condition(_) => self,
            Tree::And(children) => {
                let mut flat = Vec::with_capacity(children.len());
                for child in children.into_iter().map(Tree::normalised) {
                    match child {
                        Tree::And(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                only_child(flat).unwrap_or_else(Tree::And)
            }
            Tree::Or(children) => {
                only_child(children.into_iter().map(Tree::normalised).collect()).unwrap_or_else(Tree::Or)
            }
            Tree::AllOf(children) => Tree::AllOf(children.into_iter().map(Tree::normalised).collect()),
            Tree::Elements(of) => Tree::Elements(Elements { tree: Box::new(of.tree.normalised()), ..of }),
        }
    }

    /// Whether [`Tree::normalised`] would change nothing.
    pub fn is_normalised(&self) -> bool {
        self.children().iter().all(Tree::is_normalised)
            && match self {
                Tree::And(children) => {
                    children.len() != 1 && !children.iter().any(|child| matches!(child, Tree::And(_)))
                }
                Tree::Or(children) => children.len() != 1,
                Tree::Condition(_) | Tree::AllOf(_) | Tree::Elements(_) => true,
            }
    }

    /// The children of a group, or what is asked of elements; none of a condition.
    pub fn children(&self) -> &[Tree] {
        match self {
            Tree::Condition(_) => &[],
            Tree::Elements(of) => std::slice::from_ref(&*of.tree),
            Tree::And(children) | Tree::Or(children) | Tree::AllOf(children) => children,
        }
    }
}

/// The child of a group of one; else the children.
fn only_child(mut children: Vec<Tree>) -> Result<Tree, Vec<Tree>> {
    match children.pop() {
        Some(only) if children.is_empty() => Ok(only),
        last => {
            children.extend(last);
            Err(children)
        }
    }
}

impl Condition {
    /// Whether it asks for a value that passes, so that it can be tied to an element. Neither a negative nor `has_all` is.
    pub fn ties(&self) -> bool {
        self.quantifier == Quantifier::Some
    }
}

impl Field {
    /// The field that a path of the schema names, whether or not filters may name it. `None` for an unknown path and for
    /// an object or array without a text, which has no value.
    pub fn of(schema: &Schema, path: &str) -> Option<Field> {
        let row = schema.resolve(path)?;
        let (value, reads) = (row.value?, row.target.reads());
        let leaf = schema.node(*reads.first()?.first()?)?;
        let array = match schema.array_around(leaf.id) {
            None => None,
            Some(array) => Some(ArrayScope::of(schema, array, reads.len() > 1)?),
        };
        let outer = |array: Option<ArrayScope>| array.and_then(|array| array.outer(schema));
        let mut around: Vec<_> = std::iter::successors(outer(array), |array| outer(Some(*array))).collect();
        around.reverse();
        let (path, long, geo) = (row.path.clone(), leaf.long, row.geo);
        let coordinates = if geo { schema.coordinates(leaf.id) } else { None };
        Some(Field { path, value, reads, array, around, long, geo, coordinates })
    }

    /// The arrays that its values lie in, the outermost first: none for a value of the person itself.
    pub fn arrays(&self) -> impl Iterator<Item = ArrayScope> {
        self.around.iter().copied().chain(self.array)
    }
}

impl ArrayScope {
    /// The scope of one array, or of all arrays of its union.
    fn of(schema: &Schema, array: &Node, whole_union: bool) -> Option<ArrayScope> {
        let space = schema.spaces().get(usize::from(array.elements?))?;
        let alone = space.arrays.len() == 1;
        let place = space.arrays.iter().position(|id| *id == array.id)?;
        let array = if alone || whole_union { None } else { Some(u8::try_from(place).ok()?) };
        Some(ArrayScope { space: space.id, array })
    }

    /// Whether elements of this scope may have values of a field: it is on this array, or, as a path over a union, on it among
    /// others.
    pub(crate) fn holds(self, field: &Field) -> bool {
        field.array.is_some_and(|array| {
            array.space == self.space && (array.array.is_none() || array.array == self.array)
        })
    }

    /// Whether its elements lie in those of `outer`, directly.
    pub(crate) fn is_inside(self, outer: ArrayScope, schema: &Schema) -> bool {
        schema.spaces().get(usize::from(self.space)).is_some_and(|space| space.parent == Some(outer.space))
    }

    /// The arrays around it, the outermost first, and itself.
    pub(crate) fn nesting(self, schema: &Schema) -> Vec<ArrayScope> {
        let around = |scope: &ArrayScope| {
            let space = schema.spaces().get(usize::from(scope.space))?.parent?;
            Some(ArrayScope { space, array: None })
        };
        let mut scopes: Vec<ArrayScope> = std::iter::successors(Some(self), around).collect();
        scopes.reverse();
        scopes
    }

    /// Its path: that of its array; for all arrays of a union, the path that means all of them.
    pub fn path(self, schema: &Schema) -> String {
        let node = match self.nodes(schema) {
            [only] => schema.node(*only),
            [first, ..] => schema.node(*first).and_then(|array| schema.node(array.parent?)),
            [] => None,
        };
        node.map(|node| node.path.clone()).unwrap_or_default()
    }

    /// The arrays of the schema that it covers, in the order of their elements. Empty if the schema, an older one, lacks
    /// the space.
    pub fn nodes(self, schema: &Schema) -> &[NodeId] {
        let all = schema.spaces().get(usize::from(self.space)).map_or(&[][..], |space| &space.arrays);
        match self.array.map(usize::from) {
            None => all,
            Some(place) => all.get(place..place.saturating_add(1)).unwrap_or_default(),
        }
    }

    /// The array around it: that of `dev_platform_profiles` for its `repos`.
    pub fn outer(self, schema: &Schema) -> Option<ArrayScope> {
        let nodes = self.nodes(schema);
        let around = schema.array_around(*nodes.first()?)?;
        ArrayScope::of(schema, around, nodes.len() > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str) -> Field {
        Field::of(&Schema::person(), path).unwrap()
    }

    fn condition(path: &str) -> Tree {
        let field = Arc::new(field(path));
        Tree::Condition(Condition { field, quantifier: Quantifier::Some, test: Test::Present })
    }

    #[test]
    fn current_past_and_all_roles_are_three_arrays_of_one_space() {
        let [current, past, all] = ["current.title", "past.title", "title"]
            .map(|leaf| field(&format!("experience.employment_details.{leaf}")).array.unwrap());
        assert_eq!((current.array, past.array, all.array), (Some(0), Some(1), None));
        assert!(current.space == past.space && past.space == all.space);
        let schema = Schema::person();
        assert_eq!([current.nodes(&schema), past.nodes(&schema)].concat(), all.nodes(&schema));
    }

    #[test]
    fn an_alias_keeps_its_name_and_reads_what_it_stands_for() {
        let alias = field("experience.employment_details.company_name");
        let meant = field("experience.employment_details.name");
        assert_eq!(alias.path, "experience.employment_details.company_name");
        assert_eq!((alias.reads, alias.array), (meant.reads, meant.array));
    }

    #[test]
    fn a_leaf_of_repos_lies_in_two_arrays() {
        let arrays = |field: &Field| field.arrays().collect::<Vec<_>>();
        let repo = field("dev_platform_profiles.repos.stars");
        let profile = field("dev_platform_profiles.location");
        assert_eq!(arrays(&repo), [profile.array.unwrap(), repo.array.unwrap()]);
        assert_eq!(arrays(&profile), [profile.array.unwrap()]);
        assert_eq!(arrays(&field("basic_profile.name")), []);
        assert_eq!(profile.reads.first().unwrap().len(), 2, "the text of a branch");
        assert!(field("dev_platform_profiles.bio").long);
    }

    #[test]
    fn what_has_no_value_is_no_field() {
        let schema = Schema::person();
        for path in ["experience", "experience.employment_details.current", "nonsense", ""] {
            assert_eq!(Field::of(&schema, path), None, "{path}");
        }
        for row in schema.paths().iter().filter(|row| row.filter) {
            assert!(Field::of(&schema, &row.path).is_some(), "{}", row.path);
        }
    }

    #[test]
    fn groups_dissolve_to_a_fixpoint_and_all_of_stays() {
        let [a, b, c] = ["basic_profile.name", "basic_profile.headline", "honors.title"].map(condition);
        let and = |children: &[&Tree]| Tree::And(children.iter().map(|&child| child.clone()).collect());
        let or = |children: &[&Tree]| Tree::Or(children.iter().map(|&child| child.clone()).collect());
        let all_of = |child: &Tree| Tree::AllOf(vec![child.clone()]);
        for (given, expected) in [
            (and(&[&a]), a.clone()),
            (or(&[&and(&[&or(&[&a])])]), a.clone()),
            (and(&[&a, &or(&[&and(&[&b, &c])])]), and(&[&a, &b, &c])),
            (and(&[&and(&[&a, &b]), &and(&[&and(&[&c])])]), and(&[&a, &b, &c])),
            (or(&[&or(&[&a, &b]), &c]), or(&[&or(&[&a, &b]), &c])),
            (all_of(&and(&[&a])), all_of(&a)),
            (and(&[&all_of(&or(&[&a]))]), all_of(&a)),
            (and(&[]), and(&[])),
        ] {
            assert_eq!(given.is_normalised(), given == expected, "{given:?}");
            let normalised = given.normalised();
            assert_eq!(normalised, expected);
            assert!(normalised.is_normalised());
        }
    }
}
