//! What a path means: what it selects, and what a filter, a sort or an expression reads there.

use serde::{Deserialize, Serialize};

use super::{NodeId, Scalar};

/// An index that may serve a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexKind {
    /// Lookup keys.
    Hash,
    /// Distinct values, exact and folded, with who has them.
    Dictionary,
    /// Words of short text, by value.
    Words,
    /// Words of long text with positions, by row or element.
    LongWords,
    /// Ranges of integers, numbers, dates, datetimes; booleans.
    Number,
    /// Circles on the globe.
    Geo,
}

/// Type of what is read at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueType {
    /// Type of the value, or of each item.
    pub scalar: Scalar,
    /// Whether each person or element has a list of them.
    pub list: bool,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A stored node of the same path.
    Node(NodeId),
    /// A branch with a text, or the leaf its text comes from first: selected, it is this node; read, it is the first of
    /// these leaves that is not null.
    Text(NodeId, Vec<NodeId>),
    /// The same node in every array of a union, in order.
    Union(Vec<NodeId>),
    /// The same branch with a text in every array of a union: pairs as in [`Target::Text`], in order.
    UnionText(Vec<(NodeId, Vec<NodeId>)>),
}

impl Target {
    /// The stored nodes that selecting the path selects, with all below them.
    pub fn selects(&self) -> Vec<NodeId> {
        match self {
            Target::Node(node) | Target::Text(node, _) => vec![*node],
            Target::Union(nodes) => nodes.clone(),
            Target::UnionText(texts) => texts.iter().map(|(node, _)| *node).collect(),
        }
    }

    /// What a filter, a sort or an expression reads: one list for each array of a union (else one list in all), of
    /// leaves of which the first that is not null gives the value. For an object or array without a text it is the
    /// node itself, which has no value: [`PathRow::value`] is `None` there.
    pub fn reads(&self) -> Vec<Vec<NodeId>> {
        match self {
            Target::Node(node) => vec![vec![*node]],
            Target::Text(_, leaves) => vec![leaves.clone()],
            Target::Union(nodes) => nodes.iter().map(|node| vec![*node]).collect(),
            Target::UnionText(texts) => texts.iter().map(|(_, leaves)| leaves.clone()).collect(),
        }
    }
}

/// A row of the table: everything rolo knows about one path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathRow {
    /// The path.
    pub path: String,
    /// For an alias, the path it stands for: results are named by that one.
    pub alias_of: Option<String>,
    /// What it leads to. An alias has the target of the path it stands for.
    pub target: Target,
    /// Type of what is read there; `None` for an object or array without a text.
    pub value: Option<ValueType>,
    /// Whether filters may name it.
    pub filter: bool,
    /// Whether sorts may name it.
    pub sort: bool,
    /// Whether lists of fields may name it.
    pub select: bool,
    /// Whether its values are suggested while typing.
    pub suggest: bool,
    /// Whether it takes distances.
    pub geo: bool,
    /// The closed set of its values; empty: open.
    pub values: Vec<String>,
    /// The indexes that may serve it.
    pub index: Vec<IndexKind>,
    /// What it is, in one line, with its unit.
    pub doc: String,
}
