//! Which leaves of a schema have sections of their own, and of what kind. Loading, merging, verifying and searching all
//! ask here.

use std::collections::BTreeMap;

use super::ColumnType;
use crate::column::column_leaf;
use crate::schema::{IndexKind, Node, NodeId, NodeKind, Scalar, Schema, SpaceId};
use crate::storage::{NO_SPACE, SectionId, SectionKind};

/// A leaf that filters find by index. The leaves of the same name in all arrays of a union are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexedLeaf {
    /// The element space it lies in; `None`: the person.
    pub space: Option<SpaceId>,
    /// The leaf that names its sections: [`column_leaf`].
    pub node: NodeId,
    /// What is indexed.
    pub kind: LeafKind,
}

impl IndexedLeaf {
    /// Its section of a kind.
    pub fn section(&self, kind: SectionKind) -> SectionId {
        SectionId { kind, space: self.space.unwrap_or(NO_SPACE), node: self.node }
    }
}

/// How a leaf is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafKind {
    /// Its values and their words; a value column too, unless it is a list.
    Text {
        /// Whether each row or element has a list of texts.
        list: bool,
    },
    /// Its words with their positions.
    LongText,
    /// Its values in buckets, beside its column.
    Number(ColumnType),
}

/// The indexed leaves of a space (of the person: `None`), by node: those that some path reads whose row of the table
/// names an index for them. Cost: the table.
pub fn indexed_leaves(schema: &Schema, space: Option<SpaceId>) -> Vec<IndexedLeaf> {
    let mut leaves = BTreeMap::new();
    for row in schema.paths() {
        for node in row.target.reads().iter().flatten().filter_map(|&id| schema.node(id)) {
            if node.space == space
                && let Some(kind) = leaf_kind(node, &row.index)
                && let Some(node) = column_leaf(schema, node.id)
            {
                leaves.insert(node, IndexedLeaf { space, node, kind });
            }
        }
    }
    leaves.into_values().collect()
}

/// The kind of index that `wanted` gives a node. Whether a text is long is the leaf's own property.
fn leaf_kind(node: &Node, wanted: &[IndexKind]) -> Option<LeafKind> {
    let wants = |any: &[IndexKind]| any.iter().any(|kind| wanted.contains(kind));
    match node.kind {
        NodeKind::Leaf { scalar: Scalar::String, list } => {
            let text = wants(&[IndexKind::Dictionary, IndexKind::Words, IndexKind::LongWords]);
            // Positions are those in one text.
            let long = node.long && !list;
            text.then_some(if long { LeafKind::LongText } else { LeafKind::Text { list } })
        }
        NodeKind::Leaf { scalar, list: false } if wants(&[IndexKind::Number]) => {
            column_type(scalar).map(LeafKind::Number)
        }
        _ => None,
    }
}

/// The leaves of a space (of the person: `None`) that have a column of numbers, with its type: all that are neither
/// texts nor lists, indexed or not.
pub fn column_leaves(schema: &Schema, space: Option<SpaceId>) -> Vec<(NodeId, ColumnType)> {
    let leaves = schema.nodes().iter().filter(|node| node.space == space);
    let typed = leaves.filter_map(|node| {
        let NodeKind::Leaf { scalar, list: false } = node.kind else { return None };
        let kind = column_type(scalar)?;
        (column_leaf(schema, node.id) == Some(node.id)).then_some((node.id, kind))
    });
    typed.collect()
}

/// A leaf that has sections: texts that are indexed, and all numbers, since each has a column.
#[derive(Debug, Clone, Copy)]
pub struct SectionLeaf {
    /// The leaf.
    pub leaf: IndexedLeaf,
    /// Whether numbers have buckets beside their column.
    pub is_indexed: bool,
}

/// The leaves of a space, or of the person, that have sections.
pub fn section_leaves(schema: &Schema, space: Option<SpaceId>) -> Vec<SectionLeaf> {
    let indexed = indexed_leaves(schema, space);
    let numbers = column_leaves(schema, space).into_iter().map(|(node, kind)| {
        let leaf = IndexedLeaf { space, node, kind: LeafKind::Number(kind) };
        SectionLeaf { leaf, is_indexed: indexed.contains(&leaf) }
    });
    let texts = indexed.iter().filter(|leaf| !matches!(leaf.kind, LeafKind::Number(_)));
    numbers.chain(texts.map(|&leaf| SectionLeaf { leaf, is_indexed: true })).collect()
}

/// The type of a column of such values; `None` for texts.
fn column_type(scalar: Scalar) -> Option<ColumnType> {
    match scalar {
        Scalar::String => None,
        Scalar::Integer => Some(ColumnType::Integer),
        Scalar::Number => Some(ColumnType::Number),
        Scalar::Boolean => Some(ColumnType::Boolean),
        Scalar::Date => Some(ColumnType::Date),
        Scalar::Datetime => Some(ColumnType::Datetime),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<IndexedLeaf> {
        let schema = Schema::person();
        let spaces = std::iter::once(None).chain(schema.spaces().iter().map(|space| Some(space.id)));
        spaces.flat_map(|space| indexed_leaves(&schema, space)).collect()
    }

    fn kind_of(path: &str) -> Option<LeafKind> {
        let schema = Schema::person();
        let node = column_leaf(&schema, schema.stored(path).unwrap().id).unwrap();
        let leaf = all().into_iter().find(|leaf| leaf.node == node)?;
        assert_eq!(leaf.space, schema.node(node).unwrap().space);
        Some(leaf.kind)
    }

    #[test]
    fn the_table_says_what_is_indexed() {
        let role = |leaf: &str| format!("experience.employment_details.past.{leaf}");
        assert_eq!(kind_of("basic_profile.name"), Some(LeafKind::Text { list: false }));
        assert_eq!(kind_of("basic_profile.languages"), Some(LeafKind::Text { list: true }));
        assert_eq!(kind_of("basic_profile.location.raw"), Some(LeafKind::Text { list: false }));
        assert_eq!(kind_of("basic_profile.summary"), Some(LeafKind::LongText));
        assert_eq!(kind_of(&role("start_date")), Some(LeafKind::Number(ColumnType::Date)));
        assert_eq!(kind_of(&role("is_default")), Some(LeafKind::Number(ColumnType::Boolean)));
        assert_eq!(kind_of("basic_profile.gender"), None);
    }

    #[test]
    fn every_leaf_is_there_once_and_twins_are_one() {
        let mut nodes: Vec<NodeId> = all().iter().map(|leaf| leaf.node).collect();
        let before = nodes.len();
        nodes.sort_unstable();
        nodes.dedup();
        assert_eq!(nodes.len(), before);
        let schema = Schema::person();
        assert!(nodes.iter().all(|&node| column_leaf(&schema, node) == Some(node)));
    }

    #[test]
    fn the_table_calls_long_what_has_long_words() {
        let schema = Schema::person();
        for row in schema.paths() {
            for node in row.target.reads().iter().flatten().filter_map(|&id| schema.node(id)) {
                let short = [IndexKind::Dictionary, IndexKind::Words].iter().any(|k| row.index.contains(k));
                assert!(!(node.long && short), "{}", row.path);
                assert!(node.long || !row.index.contains(&IndexKind::LongWords), "{}", row.path);
            }
        }
    }
}
