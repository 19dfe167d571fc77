//! The keys of a record: a walk along the schema's key rules.

use super::Key;
use crate::record::coerce::{Coerced, coerce};
use crate::record::normalise;
use crate::record::reject::RejectReason;
use crate::record::value::{Value, parse_person};
use crate::schema::{KeyRule, Network, Node, NodeId, NodeKind, Scalar, Schema, Selection};

/// The part of a schema that leads to keys. Made once per schema; cheap to share.
#[derive(Debug, Clone)]
pub struct KeyPlan {
    roots: Vec<Step>,
}

/// A node on the way to keys.
#[derive(Debug, Clone)]
struct Step {
    name: String,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    /// Members to look at, and the one that a bare scalar in the object's place is.
    Object {
        array: bool,
        members: Vec<Step>,
        scalar_as: Option<usize>,
    },
    Leaf {
        scalar: Scalar,
        list: bool,
        rule: Rule,
    },
}

/// A key rule with the network's place in the same object instead of in the schema.
#[derive(Debug, Clone)]
struct Rule {
    kind: KeyRule,
    network: Option<String>,
}

impl KeyPlan {
    /// Finds the leaves with key rules. Linear in the schema.
    pub fn new(schema: &Schema) -> Self {
        Self { roots: schema.roots().iter().filter_map(|id| step(schema, *id, None)).collect() }
    }

    /// The leaves with key rules that are selected; `None` if none is.
    pub fn within(schema: &Schema, selection: &Selection) -> Option<Self> {
        let roots = schema.roots().iter().filter_map(|id| step(schema, *id, Some(selection)));
        let roots: Vec<Step> = roots.collect();
        (!roots.is_empty()).then_some(Self { roots })
    }

    /// The paths of the leaves with key rules.
    pub fn paths(schema: &Schema) -> impl Iterator<Item = &str> {
        schema.nodes().iter().filter(|node| node.key.is_some()).map(|node| node.path.as_str())
    }

    /// Appends the record's keys, each once, in the order of the schema, then of the record. Values that
    /// cannot be read as their key give none. An e-mail
    /// address gives two keys, its SHA-256 and its MD5. A few microseconds, mostly hashing.
    pub fn keys_of(&self, record: &Value<'_>, keys: &mut Vec<Key>) {
        for step in &self.roots {
            member(step, record, keys);
        }
    }

    /// Whether the record has the key: its text shows it, or, where the spelling differs, one of its keys is
    /// equal.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn record_has_key(&self, record: &[u8], key: &Key) -> Result<bool, RejectReason> {
        if key.proves(record) {
            return Ok(true);
        }
        let parsed = parse_person(record)?;
        let mut keys = Vec::new();
        self.keys_of(&parsed.value, &mut keys);
        Ok(keys.contains(key))
    }
}

fn step(schema: &Schema, id: NodeId, within: Option<&Selection>) -> Option<Step> {
    let node = schema.node(id)?;
    if within.is_some_and(|selection| !selection.contains(id)) {
        return None;
    }
    let shape = match node.kind {
        NodeKind::Leaf { scalar, list } => Shape::Leaf { scalar, list, rule: rule(schema, node)? },
        NodeKind::Object | NodeKind::Array => {
            let members = node.children.iter().filter_map(|child| step(schema, *child, within));
            let members: Vec<Step> = members.collect();
            if members.is_empty() {
                return None;
            }
            let bare = node.scalar_as.and_then(|id| schema.node(id)).map(|child| child.name.as_str());
            let scalar_as = members.iter().position(|member| bare == Some(member.name.as_str()));
            Shape::Object { array: node.kind == NodeKind::Array, members, scalar_as }
        }
    };
    Some(Step { name: node.name.clone(), shape })
}

fn rule(schema: &Schema, node: &Node) -> Option<Rule> {
    let kind = node.key.clone()?;
    let network = match &kind {
        KeyRule::Handle(Network::Sibling(id)) | KeyRule::NetworkId(Network::Sibling(id)) => {
            Some(schema.node(*id)?.name.clone())
        }
        _ => None,
    };
    Some(Rule { kind, network })
}

/// Takes the keys of one member of `object`.
fn member(step: &Step, object: &Value<'_>, keys: &mut Vec<Key>) {
    let Some(value) = object.get(&step.name) else { return };
    match &step.shape {
        Shape::Object { array: false, members, scalar_as } => element(members, *scalar_as, value, keys),
        Shape::Object { array: true, members, scalar_as } => {
            for item in value.items() {
                element(members, *scalar_as, item, keys);
            }
        }
        Shape::Leaf { scalar, list: false, rule } => leaf(*scalar, rule, object, value, keys),
        Shape::Leaf { scalar, list: true, rule } => {
            for item in value.items() {
                leaf(*scalar, rule, object, item, keys);
            }
        }
    }
}

fn element(members: &[Step], scalar_as: Option<usize>, value: &Value<'_>, keys: &mut Vec<Key>) {
    match value {
        Value::Null | Value::Array(_) => {}
        Value::Object(_) => {
            for step in members {
                member(step, value, keys);
            }
        }
        bare => {
            let step = scalar_as.and_then(|at| members.get(at));
            if let Some(Step { shape: Shape::Leaf { scalar, list: false, rule }, .. }) = step {
                leaf(*scalar, rule, &Value::Null, bare, keys);
            }
        }
    }
}

fn leaf(scalar: Scalar, rule: &Rule, object: &Value<'_>, value: &Value<'_>, keys: &mut Vec<Key>) {
    let key = match coerce(value, scalar) {
        Ok(Coerced::Str(text)) => text_key(rule, object, text, keys),
        Ok(Coerced::Int(number)) if rule.kind == KeyRule::PersonId => Key::id(&number.to_string()).ok(),
        _ => None,
    };
    keys.extend(key.filter(|key| !keys.contains(key)));
}

impl Key {
    /// The key that a leaf with this rule gives for a text, whichever record it is in; of an e-mail address one of its two.
    /// `None` if it gives none, or one that depends on what is beside it.
    pub fn of_leaf(rule: &KeyRule, text: &str) -> Option<Key> {
        let rule = Rule { kind: rule.clone(), network: None };
        text_key(&rule, &Value::Null, text, &mut Vec::new())
    }
}

fn text_key(rule: &Rule, object: &Value<'_>, text: &str, keys: &mut Vec<Key>) -> Option<Key> {
    let beside = || rule.network.as_deref().and_then(|name| object.get(name)).and_then(Value::as_str);
    let network = |network: &Network| match network {
        Network::Fixed(name) => Some(name.clone()),
        Network::Sibling(_) => beside().map(str::to_owned),
    };
    match &rule.kind {
        KeyRule::PersonId => Key::id(text).ok(),
        KeyRule::Url => Key::url(text).ok(),
        KeyRule::Phone => Key::phone(text).ok(),
        KeyRule::MemberToken => Key::member_token(text).ok(),
        KeyRule::Handle(place) => Key::handle(&network(place)?, text).ok(),
        KeyRule::NetworkId(place) => Key::foreign_id(&network(place)?, text).ok(),
        KeyRule::ForeignId(source) => Key::foreign_id(source.name(), text).ok(),
        KeyRule::Email => {
            let address = normalise::email(text)?;
            let md5 = Key::md5_of_address(&address);
            let sha256 = Key::of_address(address);
            if keys.contains(&sha256) {
                return None;
            }
            keys.push(sha256);
            Some(md5)
        }
    }
}
