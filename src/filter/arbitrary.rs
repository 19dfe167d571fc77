//! Random filters and random people, for tests: every path that can be filtered, every operator, and the values that trip
//! engines up. Texts and numbers come from small pools, so that conditions on one element often hold together.
//!
//! A seed gives the same filters and people on every machine.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::RngCore;
use serde_json::{Map, Value, json};

use super::operator::Operator;
use super::text_test::TextTest;
use super::tree::{ArrayScope, Condition, Elements, Field, Quantifier, Test, Tree};
use crate::record::text::fold_key;
use crate::schema::{Node, NodeId, NodeKind, Scalar, Schema};

/// A stream of draws.
#[derive(Debug, Clone)]
pub struct Random(Pcg32);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Random {
        Random(Pcg32::new(seed, 0x5eed))
    }

    /// A number below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (u64::from(self.0.next_u32()) % (n as u64).max(1)) as usize
    }

    /// True in `n` of 100 draws.
    pub fn percent(&mut self, n: u32) -> bool {
        self.0.next_u32() % 100 < n
    }

    /// One of the items, the first ones much more often. The list must not be empty.
    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = (0..4).fold(items.len(), |least, _| least.min(self.below(items.len())));
        &items[at]
    }

    /// One of the items, all equally likely. The list must not be empty.
    fn any<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = self.below(items.len());
        &items[at]
    }
}

/// What random filters look like; percentages.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    /// Most groups inside one another.
    pub depth: usize,
    /// Places inside a group that hold a group, not a condition, where depth allows.
    pub groups: u32,
    /// Groups that are an `all_of`.
    pub all_of: u32,
    /// Other groups that keep to one array, so that their conditions tie.
    pub one_array: u32,
    /// In such a group, children that lie elsewhere all the same.
    pub strays: u32,
    /// Conditions that are negatives, where they are allowed.
    pub negatives: u32,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights { depth: 3, groups: 35, all_of: 10, one_array: 85, strays: 8, negatives: 12 }
    }
}

/// Makes random filters and people of a schema.
#[derive(Debug, Clone)]
pub struct Generator<'s> {
    schema: &'s Schema,
    /// Every field that filters can name.
    fields: Vec<Field>,
    /// Every outermost array they lie in.
    arrays: Vec<ArrayScope>,
    /// The nodes that they read, and those above them.
    wanted: Vec<bool>,
}

impl<'s> Generator<'s> {
    /// A generator for a schema. Costs a look at each of its paths.
    pub fn new(schema: &'s Schema) -> Generator<'s> {
        let filters = schema.paths().iter().filter(|row| row.filter);
        let fields: Vec<Field> = filters.filter_map(|row| Field::of(schema, &row.path)).collect();
        let mut arrays: Vec<ArrayScope> = fields.iter().filter_map(|field| field.arrays().next()).collect();
        arrays.sort_unstable();
        arrays.dedup();
        let mut wanted = vec![false; schema.nodes().len()];
        let above = |node: &&Node| node.parent.and_then(|id| schema.node(id));
        let coordinates = |field: &Field| field.coordinates.unwrap_or_default().to_vec();
        for leaf in fields.iter().flat_map(|field| [field.reads.concat(), coordinates(field)].concat()) {
            for node in std::iter::successors(schema.node(leaf), above) {
                if let Some(wanted) = wanted.get_mut(node.id as usize) {
                    *wanted = true;
                }
            }
        }
        Generator { schema, fields, arrays, wanted }
    }

    /// A random filter in the JSON grammar. It parses.
    pub fn tree(&self, random: &mut Random, weights: &Weights) -> Value {
        Trees { of: self, random, weights }.tree(None, weights.depth)
    }

    /// A random tree with what JSON has no words for: predicates over text, and elements asked for by name. It is among the
    /// children of a random group with `tree`.
    pub fn widened(&self, random: &mut Random, tree: Tree) -> Tree {
        let mut children = vec![self.elements(random), tree];
        if random.percent(30) {
            let field = (*random.any(&self.texts())).clone();
            children.push(predicate(random, field));
        }
        if random.percent(50) { Tree::And(children) } else { Tree::Or(children) }
    }

    /// Random elements asked for by name.
    pub fn elements(&self, random: &mut Random) -> Tree {
        let scope = *random.any(&self.scopes());
        let tree = Box::new(self.of_elements(random, scope, 2));
        Tree::Elements(Elements { scope, some: random.percent(70), tree })
    }

    /// A random tree about one element of an array, now and then about another array.
    pub fn of_elements(&self, random: &mut Random, scope: ArrayScope, depth: usize) -> Tree {
        let inner: Vec<ArrayScope> =
            self.scopes().into_iter().filter(|inner| inner.outer(self.schema) == Some(scope)).collect();
        match random.below(if depth == 0 { 4 } else { 10 }) {
            0..4 => self.condition(random, scope),
            4 => {
                let arrays = scope.nodes(self.schema).len() as u8;
                let scope = match inner.is_empty() || random.percent(10) {
                    true => ArrayScope { array: (arrays > 1).then(|| random.below(2) as u8), ..scope },
                    false => *random.any(&inner),
                };
                let tree = Box::new(self.of_elements(random, scope, depth - 1));
                Tree::Elements(Elements { scope, some: random.percent(60), tree })
            }
            5 => Tree::And(Vec::new()),
            at => {
                let children = 1 + random.below(3);
                let children = (0..children).map(|_| self.of_elements(random, scope, depth - 1)).collect();
                if at < 8 { Tree::And(children) } else { Tree::Or(children) }
            }
        }
    }

    /// Every array whose elements filters can look at, inner ones and single ones of a union included.
    pub fn scopes(&self) -> Vec<ArrayScope> {
        let mut scopes: Vec<ArrayScope> = self.fields.iter().filter_map(|field| field.array).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// The short texts of people.
    fn texts(&self) -> Vec<&Field> {
        let short = |field: &&Field| field.value.scalar == Scalar::String && field.array.is_none();
        self.fields.iter().filter(short).collect()
    }

    /// A condition on a field of an array, rarely of another one.
    fn condition(&self, random: &mut Random, scope: ArrayScope) -> Tree {
        let stray = random.percent(3);
        let possible: Vec<&Field> = self.fields.iter().filter(|field| stray || scope.holds(field)).collect();
        let field = (*random.any(&possible)).clone();
        if field.value.scalar == Scalar::String && random.percent(30) {
            return predicate(random, field);
        }
        let operators: Vec<Operator> = searching(&field).collect();
        let operator = *random.any(&operators);
        let value = wire_value(random, operator, field.value.scalar);
        let json = json!({"field": field.path, "type": operator.word(), "value": value}).to_string();
        let read = super::Filter::parse(&json, self.schema, &super::FilterOptions::default());
        read.map_or(Tree::And(Vec::new()), super::Filter::into_tree)
    }

    /// A random person of that id, as JSON text: values, nulls, empties and misfits wherever a filter can look. It loads.
    pub fn record(&self, random: &mut Random, id: u64) -> String {
        let mut record = Map::new();
        People { of: self, random }.members(self.schema.roots(), &mut record);
        record.insert("crustdata_person_id".to_owned(), json!(id));
        Value::Object(record).to_string()
    }
}

struct Trees<'a> {
    of: &'a Generator<'a>,
    random: &'a mut Random,
    weights: &'a Weights,
}

impl Trees<'_> {
    /// A tree, on one array if there is one to keep to.
    fn tree(&mut self, on: Option<ArrayScope>, depth: usize) -> Value {
        let groups = if depth == self.weights.depth { 90 } else { self.weights.groups };
        if depth == 0 || !self.random.percent(groups) {
            return self.condition(on, false);
        }
        if self.random.percent(self.weights.all_of) {
            return self.all_of(on);
        }
        let on = match on {
            None if self.random.percent(self.weights.one_array) => Some(*self.random.any(&self.of.arrays)),
            on => on,
        };
        let op = if self.random.percent(60) { "and" } else { "or" };
        let children: Vec<Value> = (0..2 + self.random.below(3).min(self.random.below(3)))
            .map(|_| {
                let stray = self.random.percent(self.weights.strays);
                self.tree(on.filter(|_| !stray), depth - 1)
            })
            .collect();
        json!({"op": op, "conditions": children})
    }

    fn all_of(&mut self, on: Option<ArrayScope>) -> Value {
        let on = on.or_else(|| Some(*self.random.any(&self.of.arrays)));
        let children: Vec<Value> = (0..=self.random.below(3))
            .map(|_| {
                if self.random.percent(50) {
                    return self.condition(on, true);
                }
                let op = if self.random.percent(60) { "and" } else { "or" };
                let conditions: Vec<Value> =
                    (0..=self.random.below(3)).map(|_| self.condition(on, true)).collect();
                json!({"op": op, "conditions": conditions})
            })
            .collect();
        json!({"op": "all_of", "conditions": children})
    }

    fn condition(&mut self, on: Option<ArrayScope>, tie: bool) -> Value {
        let possible: Vec<&Field> =
            self.of.fields.iter().filter(|field| on.is_none() || field.arrays().next() == on).collect();
        let field = *self.random.any(&possible);
        let negative = !tie && self.random.percent(self.weights.negatives);
        let wanted = |operator: &Operator| match operator.quantifier() {
            Quantifier::No => negative,
            Quantifier::Each => !negative && !tie,
            Quantifier::Some => !negative,
        };
        let operators: Vec<Operator> = searching(field).filter(wanted).collect();
        let operator = *self.random.any(&operators);
        let value = wire_value(self.random, operator, field.value.scalar);
        json!({"field": field.path, "type": operator.word(), "value": value})
    }
}

/// The operators of searches that fit a field.
fn searching(field: &Field) -> impl Iterator<Item = Operator> {
    Operator::fitting(field).filter(|operator| operator.is_among(&super::FilterOptions::default()))
}

/// A condition whose test only its maker knows: a text of an odd length, or one that begins alike.
fn predicate(random: &mut Random, field: Field) -> Tree {
    let prefix = fold_key(random.pick::<&str>(&TEXTS)).chars().take(3).collect::<String>();
    let test = if random.percent(50) {
        TextTest::new("odd length", |texts| Ok(texts.iter().map(|text| text.len() % 2 == 1).collect()))
    } else {
        let begins = prefix.clone();
        TextTest::new(format!("begins with {prefix}"), move |texts| {
            Ok(texts.iter().map(|text| fold_key(text).starts_with(&begins)).collect())
        })
        .with_prefixes(vec!["x".to_owned(), prefix])
    };
    let quantifier = if random.percent(70) { Quantifier::Some } else { Quantifier::No };
    Tree::Condition(Condition { field: field.into(), quantifier, test: Test::Text(test) })
}

/// A value that an operator takes.
fn wire_value(random: &mut Random, operator: Operator, scalar: Scalar) -> Value {
    match operator {
        Operator::IsNull | Operator::IsNotNull => Value::Null,
        Operator::Words | Operator::Phrase | Operator::NoPhrase => json!(random.pick(&PHRASES)),
        Operator::GeoDistance | Operator::GeoExclude => area(random),
        Operator::In | Operator::NotIn | Operator::HasAll => {
            let items = 1 + random.below(2);
            (0..items).map(|_| asked(random, scalar)).collect()
        }
        _ => asked(random, scalar),
    }
}

/// A circle around a place that texts name, or around coordinates that records have.
fn area(random: &mut Random) -> Value {
    let mut area = Map::new();
    let (key, centre) = random
        .any(&[
            ("location", json!("NYC")),
            ("location", json!("Philadelphia, PA")),
            ("lat_lng", json!([1, 2.5])),
            ("lat_lng", json!([-0.5, -179.9])),
            ("lat_lng", json!([90, 0])),
        ])
        .clone();
    area.insert(key.to_owned(), centre);
    area.insert("distance".to_owned(), random.any(&[json!(200), json!(0.5), json!(0), json!(9_800)]).clone());
    if random.percent(50) {
        area.insert("unit".to_owned(), json!(random.any(&["km", "mi", "m", "ft"])));
    }
    Value::Object(area)
}

const TEXTS: [&str; 12] = [
    "Software Engineer",
    "software engineer",
    "Engineer",
    "New York City",
    " engineer ",
    "",
    "New Yorker",
    "VP, Sales",
    "ÉCOLE",
    "école d'art",
    "a b a b c",
    "İ/ẞ 42",
];
const PHRASES: [&str; 8] =
    ["engineer", "Engineer Software", "new york", "Software|Engineer", "école", "b C", "vp sales", "i"];
const DATES: [&str; 6] =
    ["2015-03-01", "2015", "2016-02-29", "2015-03", "2015-03-01T23:30:00-02:00", "2016-02-29T12:00:00.5Z"];

/// A value of a type, as a record has it: mostly one of few.
fn stored(random: &mut Random, scalar: Scalar) -> Value {
    match scalar {
        Scalar::String => json!(random.pick(&TEXTS)),
        Scalar::Integer => {
            random.pick(&[json!(1), json!(2), json!(0), json!(3.0), json!(-1), json!(i64::MAX)]).clone()
        }
        Scalar::Number => random.pick(&[json!(1), json!(2.5), json!(-0.0), json!(1.0), json!(1e300)]).clone(),
        Scalar::Boolean => json!(random.percent(50)),
        Scalar::Date | Scalar::Datetime => json!(random.pick(&DATES)),
    }
}

/// A value of a type, as a filter asks for it.
fn asked(random: &mut Random, scalar: Scalar) -> Value {
    match scalar {
        Scalar::Integer if random.percent(10) => {
            random.any(&[json!(1.5), json!(-1e30), json!(u64::MAX), json!(i64::MIN)]).clone()
        }
        _ => stored(random, scalar),
    }
}

/// What no path takes, or few.
fn misfit(random: &mut Random) -> Value {
    let misfits = [
        json!(""),
        json!([]),
        json!({}),
        json!([null]),
        json!("no date"),
        json!(7.5),
        json!(true),
        json!([["x"]]),
        json!({"raw": "New York City"}),
        json!(18_446_744_073_709_551_615_u64),
    ];
    random.any(&misfits).clone()
}

struct People<'a> {
    of: &'a Generator<'a>,
    random: &'a mut Random,
}

impl People<'_> {
    fn members(&mut self, nodes: &[NodeId], into: &mut Map<String, Value>) {
        let schema = self.of.schema;
        for node in nodes.iter().filter_map(|id| schema.node(*id)) {
            let wanted = self.of.wanted.get(node.id as usize).copied().unwrap_or(false);
            if wanted && let Some(value) = self.value(node) {
                into.insert(node.name.clone(), value);
            }
        }
    }

    /// `None`: absent.
    fn value(&mut self, node: &Node) -> Option<Value> {
        match self.random.below(100) {
            0..7 => None,
            7..10 => Some(Value::Null),
            10..13 => Some(misfit(self.random)),
            _ => Some(match node.kind {
                NodeKind::Leaf { scalar, list: false } => stored(self.random, scalar),
                NodeKind::Leaf { scalar, list: true } => {
                    let items = self.random.below(3);
                    (0..items).map(|_| self.item(scalar)).collect()
                }
                NodeKind::Object => self.object(node),
                NodeKind::Array => {
                    let most = if self.of.schema.array_around(node.id).is_some() { 4 } else { 5 };
                    let elements = self.random.below(most).max(self.random.below(most));
                    (0..elements).map(|_| self.element(node)).collect()
                }
            }),
        }
    }

    fn item(&mut self, scalar: Scalar) -> Value {
        match self.random.below(100) {
            0..8 => Value::Null,
            8..14 => misfit(self.random),
            _ => stored(self.random, scalar),
        }
    }

    fn element(&mut self, array: &Node) -> Value {
        match self.random.below(100) {
            0..4 => Value::Null,
            4..7 => misfit(self.random),
            _ => self.object(array),
        }
    }

    fn object(&mut self, node: &Node) -> Value {
        if node.scalar_as.is_some() && self.random.percent(20) {
            return stored(self.random, Scalar::String);
        }
        let mut members = Map::new();
        self.members(&node.children, &mut members);
        Value::Object(members)
    }
}
