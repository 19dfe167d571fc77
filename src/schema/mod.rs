//! The catalogue of paths: what a person's record may hold, under which names, and how each is read.
//!
//! `schemas/person.json` is the one table; [`Schema::person`] is that table, read. Arrow schema, projection, field lists
//! in messages and `docs/person-schema.md` are derived from it.
//!
//! - `row`: the table as text
//! - `node`: stored nodes, element spaces, key rules
//! - `paths`: what a path selects and reads
//! - `build`: rows to schema, with every check
//! - `grow`: an older schema taking in a newer one
//! - `mapping`: the records of other sources against the table
//! - `select`: lists of fields to sets of nodes, and "did you mean"

mod build;
mod error;
mod grow;
pub mod mapping;
mod node;
mod paths;
mod row;
mod select;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

pub use error::{FieldError, SchemaError};
pub use node::{IdSource, KeyRule, Network, Node, NodeId, NodeKind, Scalar, Space, SpaceId};
pub use paths::{IndexKind, PathRow, Target, ValueType};
pub use select::Selection;
pub use select::listed;

/// The built-in table.
const PERSON: &str = include_str!("../../schemas/person.json");

/// A table of paths, checked and linked. Immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    rows: Vec<row::Row>,
    nodes: Vec<Node>,
    roots: Vec<NodeId>,
    spaces: Vec<Space>,
    paths: Vec<PathRow>,
    by_path: HashMap<String, usize>,
}

impl Schema {
    /// The built-in person schema. Parsed once per process; later calls cost a reference count.
    pub fn person() -> Arc<Schema> {
        static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the text is part of the program, and a test reads it")]
            Arc::new(Schema::parse(PERSON).expect("the built-in schema is valid"))
        });
        SCHEMA.clone()
    }

    /// The schema that a text in the form of `schemas/person.json` describes. Cost is linear in the text.
    ///
    /// # Errors
    /// Any text that is not a valid schema, with the path at fault; never a panic.
    pub fn parse(json: &str) -> Result<Schema, SchemaError> {
        build::build(row::read(json)?)
    }

    /// The schema as text. [`Schema::parse`] of it gives an equal schema, numbers of nodes and spaces included.
    pub fn to_json(&self) -> String {
        row::write(&self.rows)
    }

    /// All stored nodes; a node's id is its position. Parents come before their children.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of that number; `None` if there is none.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(usize::try_from(id).ok()?)
    }

    /// The stored node of exactly this path; `None` for other paths of the table and unknown ones.
    pub fn stored(&self, path: &str) -> Option<&Node> {
        match self.resolve(path) {
            Some(PathRow { alias_of: None, target: Target::Node(id) | Target::Text(id, _), .. }) => {
                self.node(*id)
            }
            _ => None,
        }
    }

    /// The families: nodes without a parent, in Parquet order.
    pub fn roots(&self) -> &[NodeId] {
        &self.roots
    }

    /// All leaves, depth first by the order of children: the order of Parquet columns.
    pub fn leaves(&self) -> Vec<NodeId> {
        let mut leaves = Vec::new();
        let mut ahead: Vec<NodeId> = self.roots.iter().rev().copied().collect();
        while let Some(node) = ahead.pop().and_then(|id| self.node(id)) {
            if node.is_leaf() {
                leaves.push(node.id);
            }
            ahead.extend(node.children.iter().rev());
        }
        leaves
    }

    /// The latitude and longitude, leaves of numbers of those names, that lie beside a leaf in the same object; `None` without them.
    pub fn coordinates(&self, leaf: NodeId) -> Option<[NodeId; 2]> {
        let around = self.node(self.node(leaf)?.parent?)?;
        let number = NodeKind::Leaf { scalar: Scalar::Number, list: false };
        let beside = |name: &str| {
            let mut nodes = around.children.iter().filter_map(|id| self.node(*id));
            nodes.find(|node| node.name == name && node.kind == number).map(|node| node.id)
        };
        Some([beside("latitude")?, beside("longitude")?])
    }

    /// The array of objects that directly encloses a node, not counting itself; `None`: it is the person's own.
    pub fn array_around(&self, node: NodeId) -> Option<&Node> {
        let above = |node: &Node| node.parent.and_then(|parent| self.node(parent));
        let mut around = std::iter::successors(above(self.node(node)?), |node| above(node));
        around.find(|node| node.kind == NodeKind::Array)
    }

    /// All element spaces; a space's id is its position. A space comes after the one it lies in.
    pub fn spaces(&self) -> &[Space] {
        &self.spaces
    }

    /// Every row of the table, in order.
    pub fn paths(&self) -> &[PathRow] {
        &self.paths
    }

    /// The row of exactly this path; `None` if the table has none.
    pub fn resolve(&self, path: &str) -> Option<&PathRow> {
        self.by_path.get(path).and_then(|position| self.paths.get(*position))
    }
}
