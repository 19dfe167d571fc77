//! What a record is made of: stored nodes, the element spaces of arrays, and the keys that leaves give.

use serde::{Deserialize, Serialize};

use super::SchemaError;

/// Number of a stored node: its position in [`Schema::nodes`](super::Schema::nodes), which only grows at the end.
pub type NodeId = u32;

/// Number of an element space: its position in [`Schema::spaces`](super::Schema::spaces), which only grows at the end.
pub type SpaceId = u16;

/// Type of a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// UTF-8 text.
    String,
    /// A signed 64-bit integer.
    Integer,
    /// A double.
    Number,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// An instant, microseconds UTC.
    Datetime,
}

impl Scalar {
    /// Every type, in the order of the documentation.
    pub const ALL: [Scalar; 6] =
        [Scalar::String, Scalar::Integer, Scalar::Number, Scalar::Boolean, Scalar::Date, Scalar::Datetime];

    /// The word for it in the schema text, such as `datetime`.
    pub fn name(self) -> &'static str {
        match self {
            Scalar::String => "string",
            Scalar::Integer => "integer",
            Scalar::Number => "number",
            Scalar::Boolean => "boolean",
            Scalar::Date => "date",
            Scalar::Datetime => "datetime",
        }
    }
}

/// Shape of a stored node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum NodeKind {
    /// A JSON object with named children.
    Object,
    /// A JSON array of objects; its children are those of each element.
    Array,
    /// A value, or a list of values.
    Leaf {
        /// Type of the value, or of each item.
        scalar: Scalar,
        /// Whether it is a list.
        list: bool,
    },
}

impl std::fmt::Display for NodeKind {
    /// The words of the schema text: `object`, `array`, `integer`, `string[]`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NodeKind::Object => f.write_str("object"),
            NodeKind::Array => f.write_str("array"),
            NodeKind::Leaf { scalar, list } => {
                f.write_str(scalar.name())?;
                f.write_str(if *list { "[]" } else { "" })
            }
        }
    }
}

impl From<NodeKind> for String {
    fn from(kind: NodeKind) -> String {
        kind.to_string()
    }
}

impl TryFrom<String> for NodeKind {
    type Error = String;

    fn try_from(text: String) -> Result<NodeKind, String> {
        match text.as_str() {
            "object" => return Ok(NodeKind::Object),
            "array" => return Ok(NodeKind::Array),
            _ => {}
        }
        let (word, list) = match text.strip_suffix("[]") {
            Some(word) => (word, true),
            None => (text.as_str(), false),
        };
        Scalar::ALL
            .into_iter()
            .find(|scalar| scalar.name() == word)
            .map(|scalar| NodeKind::Leaf { scalar, list })
            .ok_or_else(|| format!("no type is called {text:?}"))
    }
}

/// A stored node: an object, array or leaf that has a place in every record and in the Parquet schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its number.
    pub id: NodeId,
    /// Last part of its path: the key in JSON and the name in Parquet.
    pub name: String,
    /// Its whole path.
    pub path: String,
    /// Its shape.
    pub kind: NodeKind,
    /// The object or array it lies in; `None` for a family.
    pub parent: Option<NodeId>,
    /// Its children, in Parquet order; none for a leaf.
    pub children: Vec<NodeId>,
    /// The element space of the nearest array around it; `None`: the person. For an array this is where the array
    /// itself lies, not what it holds.
    pub space: Option<SpaceId>,
    /// For an array, the space that numbers its elements.
    pub elements: Option<SpaceId>,
    /// The child that a bare scalar counts as where an object, or an element, is expected.
    pub scalar_as: Option<NodeId>,
    /// For a union object, the arrays that make it up, in order.
    pub union: Vec<NodeId>,
    /// Long free text: indexed by its words and positions, not by its values.
    pub long: bool,
    /// The lookup keys its values give.
    pub key: Option<KeyRule>,
}

impl Node {
    /// Whether it holds values: neither object nor array.
    pub fn is_leaf(&self) -> bool {
        matches!(self.kind, NodeKind::Leaf { .. })
    }
}

/// An element space: numbers the elements of one array, or of the arrays of a union one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// Its number.
    pub id: SpaceId,
    /// Its name, such as `roles` or `schools`; unique.
    pub name: String,
    /// The arrays whose elements it numbers: one, or those of a union in order.
    pub arrays: Vec<NodeId>,
    /// The space its arrays lie in; `None`: the person.
    pub parent: Option<SpaceId>,
}

/// Which lookup key a leaf's values give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRule {
    /// The person id.
    PersonId,
    /// URL of a profile.
    Url,
    /// E-mail address; its two hashes are keys as well.
    Email,
    /// Phone number.
    Phone,
    /// User name on a network.
    Handle(Network),
    /// The network's own id of the person.
    NetworkId(Network),
    /// Id of the person at another source.
    ForeignId(IdSource),
    /// Member token of a Sales Navigator or Recruiter URL.
    MemberToken,
}

/// Where the network of a handle or id is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// Always this one, in lower case.
    Fixed(String),
    /// In this leaf beside it, in the same object; without a value there is no key.
    Sibling(NodeId),
}

/// A source whose own ids are keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdSource {
    /// People Data Labs.
    Pdl,
    /// AggKnowledge.
    AggKnowledge,
    /// LinkedIn's member number.
    LinkedIn,
}

impl IdSource {
    /// Every source.
    pub const ALL: [IdSource; 3] = [IdSource::Pdl, IdSource::AggKnowledge, IdSource::LinkedIn];

    /// Its name in the schema text and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            IdSource::Pdl => "pdl",
            IdSource::AggKnowledge => "aggknowledge",
            IdSource::LinkedIn => "linkedin",
        }
    }
}

impl KeyRule {
    /// Name of the sibling leaf that a rule without a fixed network reads.
    pub(super) const NETWORK_LEAF: &'static str = "network";

    /// Reads a rule such as `url`, `handle:twitter` or `handle`; `sibling` is the leaf named `network` beside it.
    pub(super) fn parse(rule: &str, path: &str, sibling: Option<NodeId>) -> Result<KeyRule, SchemaError> {
        let network = |fixed: Option<&str>| match (fixed, sibling) {
            (Some(name), _) => Ok(Network::Fixed(name.to_owned())),
            (None, Some(leaf)) => Ok(Network::Sibling(leaf)),
            (None, None) => Err(SchemaError::MissingTarget {
                path: path.to_owned(),
                role: "key",
                target: format!("{} beside it", KeyRule::NETWORK_LEAF),
            }),
        };
        let (word, rest) = match rule.split_once(':') {
            Some((word, rest)) => (word, Some(rest)),
            None => (rule, None),
        };
        let source = |name: &str| IdSource::ALL.into_iter().find(|source| source.name() == name);
        match (word, rest) {
            ("person_id", None) => Ok(KeyRule::PersonId),
            ("url", None) => Ok(KeyRule::Url),
            ("email", None) => Ok(KeyRule::Email),
            ("phone", None) => Ok(KeyRule::Phone),
            ("member_token", None) => Ok(KeyRule::MemberToken),
            ("handle", Some("")) => Err(SchemaError::unfit(path, "`handle:` names no network")),
            ("handle", fixed) => Ok(KeyRule::Handle(network(fixed)?)),
            ("id", None) => Ok(KeyRule::NetworkId(network(None)?)),
            ("id", Some(name)) => source(name)
                .map(KeyRule::ForeignId)
                .ok_or_else(|| SchemaError::unfit(path, format!("no source of ids is called {name:?}"))),
            _ => Err(SchemaError::unfit(path, format!("no key rule is called {rule:?}"))),
        }
    }
}
