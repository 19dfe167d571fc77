//! Rows to schema: numbers the nodes, links them, and checks every row against the others.
//!
//! 1. Stored rows become nodes in order, so a node's parent has a smaller number, and arrays open element spaces.
//! 2. Names inside rows (`union`, `scalar`, key siblings) become node numbers.
//! 3. Every row gets its target: stored rows and union rows first, then aliases, which borrow theirs.

use std::collections::HashMap;

use super::row::Row;
use super::{
    KeyRule, Node, NodeId, NodeKind, PathRow, Scalar, Schema, SchemaError, Space, SpaceId, Target, ValueType,
};

/// Deepest path allowed, in parts; records themselves are limited to 128 levels.
const MAX_DEPTH: usize = 64;

/// Builds a schema from its rows, in their order.
pub(super) fn build(rows: Vec<Row>) -> Result<Schema, SchemaError> {
    let mut builder = Builder::default();
    for row in &rows {
        check_name(&row.path)?;
        check_keys(row)?;
        if builder.rows.insert(&row.path, row).is_some() {
            return Err(SchemaError::Duplicate { path: row.path.clone() });
        }
    }
    for row in rows.iter().filter(|row| is_stored(row)) {
        builder.add_node(row)?;
    }
    for row in rows.iter().filter(|row| is_stored(row)) {
        builder.link_node(row)?;
    }
    let paths = rows.iter().map(|row| builder.path_row(row)).collect::<Result<Vec<_>, _>>()?;
    let Builder { nodes, roots, spaces, .. } = builder;
    let by_path = paths.iter().enumerate().map(|(position, row)| (row.path.clone(), position)).collect();
    Ok(Schema { nodes, roots, spaces, paths, by_path, rows })
}

fn is_stored(row: &Row) -> bool {
    row.alias.is_none() && !row.of_union
}

/// Lower case only: several Parquet readers take names that differ in case for the same column.
fn check_name(path: &str) -> Result<(), SchemaError> {
    let good = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if !path.split('.').all(good) {
        return Err(SchemaError::unfit(path, "parts of a path are a-z, 0-9 and _, and begin with a letter"));
    }
    if path.split('.').count() > MAX_DEPTH {
        return Err(SchemaError::unfit(path, format!("a path has at most {MAX_DEPTH} parts")));
    }
    Ok(())
}

/// Whether the keys of a row go together, as far as the row alone tells.
fn check_keys(row: &Row) -> Result<(), SchemaError> {
    let unfit = |problem: &str| Err(SchemaError::unfit(&row.path, problem));
    let says_storage = !row.union.is_empty()
        || !row.text.is_empty()
        || row.space.is_some()
        || row.scalar.is_some()
        || row.key.is_some()
        || row.long;
    let Some(kind) = row.kind else {
        return match &row.alias {
            None => unfit("it has neither `type` nor `alias`"),
            Some(_)
                if says_storage
                    || row.of_union
                    || row.geo
                    || !row.values.is_empty()
                    || !row.index.is_empty() =>
            {
                unfit("an alias says nothing but its flags and `doc`: the rest is that of its target")
            }
            Some(_) => Ok(()),
        };
    };
    if row.alias.is_some() {
        return unfit("it has both `type` and `alias`");
    }
    if row.of_union && says_storage {
        return unfit("a path over a union stores nothing: the paths in its arrays say how");
    }
    let leaf = matches!(kind, NodeKind::Leaf { .. });
    let string = matches!(kind, NodeKind::Leaf { scalar: Scalar::String, .. });
    let misfits = [
        (!row.union.is_empty() && kind != NodeKind::Object, "union", "an object"),
        (!row.text.is_empty() && kind != NodeKind::Object, "text", "an object"),
        (row.scalar.is_some() && leaf, "scalar", "an object or array"),
        (
            row.space.is_some() && kind != NodeKind::Array && row.union.is_empty(),
            "space",
            "an array or union",
        ),
        (row.long && !string, "long", "a string"),
        (!row.values.is_empty() && !string, "values", "a string"),
    ];
    match misfits.into_iter().find(|(misfit, ..)| *misfit) {
        Some((_, key, wants)) => Err(SchemaError::wrong_kind(&row.path, key, wants, kind)),
        None => check_key(row, kind),
    }
}

fn check_key(row: &Row, kind: NodeKind) -> Result<(), SchemaError> {
    let wrong = |wants: &str| Err(SchemaError::wrong_kind(&row.path, "key", wants, kind));
    match (row.key.as_deref(), kind) {
        (None, _) => Ok(()),
        (Some("person_id"), NodeKind::Leaf { scalar: Scalar::Integer, list: false }) => Ok(()),
        (Some("person_id"), _) => wrong("an integer"),
        (Some(_), NodeKind::Leaf { scalar: Scalar::String, .. }) => Ok(()),
        (Some(_), _) => wrong("a string"),
    }
}

#[derive(Default)]
struct Builder<'a> {
    rows: HashMap<&'a str, &'a Row>,
    nodes: Vec<Node>,
    ids: HashMap<&'a str, NodeId>,
    roots: Vec<NodeId>,
    spaces: Vec<Space>,
    space_names: HashMap<String, SpaceId>,
}

impl<'a> Builder<'a> {
    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(usize::try_from(id).ok()?)
    }

    fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(usize::try_from(id).ok()?)
    }

    fn add_node(&mut self, row: &'a Row) -> Result<(), SchemaError> {
        let Some(kind) = row.kind else { return Ok(()) };
        let id = NodeId::try_from(self.nodes.len())
            .ok()
            .filter(|id| *id < NodeId::MAX)
            .ok_or(SchemaError::TooMany { what: "nodes" })?;
        let parent = self.parent(row)?;
        let space = parent.and_then(|id| self.node(id)).and_then(|node| node.elements.or(node.space));
        let elements = match kind {
            NodeKind::Array => Some(self.open_space(id, row, space)?),
            _ => None,
        };
        match parent {
            Some(parent) => self.node_mut(parent).into_iter().for_each(|node| node.children.push(id)),
            None => self.roots.push(id),
        }
        self.ids.insert(&row.path, id);
        self.nodes.push(Node {
            id,
            name: last_part(&row.path).to_owned(),
            path: row.path.clone(),
            kind,
            parent,
            children: Vec::new(),
            space,
            elements,
            scalar_as: None,
            union: Vec::new(),
            long: row.long,
            key: None,
        });
        Ok(())
    }

    /// The object or array a path lies in; it must be above it in the table.
    fn parent(&self, row: &Row) -> Result<Option<NodeId>, SchemaError> {
        let Some((parent, _)) = row.path.rsplit_once('.') else { return Ok(None) };
        let found =
            self.ids.get(parent).copied().filter(|id| self.node(*id).is_some_and(|node| !node.is_leaf()));
        match found {
            Some(id) => Ok(Some(id)),
            None => Err(SchemaError::MissingParent { path: row.path.clone(), parent: parent.to_owned() }),
        }
    }

    /// The space of an array's elements: its own, or the one it shares with the other arrays of a union.
    fn open_space(&mut self, id: NodeId, row: &Row, parent: Option<SpaceId>) -> Result<SpaceId, SchemaError> {
        let union = row.path.rsplit_once('.').and_then(|(above, name)| {
            self.rows.get(above).filter(|above| above.union.iter().any(|u| u == name))
        });
        let shared = union.is_some();
        let named = union.map_or(row, |union| union);
        if shared && row.space.is_some() {
            return Err(SchemaError::unfit(&row.path, "an array of a union has the union's space"));
        }
        let name = named.space.as_deref().unwrap_or(last_part(&named.path));
        if let Some(space) = self.space_names.get(name).copied() {
            let known = self.spaces.get_mut(usize::from(space));
            let same_union = |space: &Space, nodes: &[Node]| {
                let first = space.arrays.first().and_then(|id| nodes.get(usize::try_from(*id).ok()?));
                shared && first.is_some_and(|first| above(&first.path) == above(&row.path))
            };
            return match known.filter(|space| same_union(space, &self.nodes)) {
                Some(known) => {
                    known.arrays.push(id);
                    Ok(space)
                }
                None => Err(SchemaError::unfit(
                    &row.path,
                    format!("the element space {name:?} is taken: name another with `space`"),
                )),
            };
        }
        let space = SpaceId::try_from(self.spaces.len())
            .ok()
            .filter(|space| *space < SpaceId::MAX)
            .ok_or(SchemaError::TooMany { what: "element spaces" })?;
        self.space_names.insert(name.to_owned(), space);
        self.spaces.push(Space { id: space, name: name.to_owned(), arrays: vec![id], parent });
        Ok(space)
    }

    /// The child of a row's node that one of the row's keys names.
    fn named_child(&self, row: &Row, role: &'static str, name: &str) -> Result<&Node, SchemaError> {
        let path = format!("{}.{name}", row.path);
        self.ids.get(path.as_str()).and_then(|id| self.node(*id)).ok_or_else(|| SchemaError::MissingTarget {
            path: row.path.clone(),
            role,
            target: path,
        })
    }

    /// Turns the names inside a stored row into node numbers.
    fn link_node(&mut self, row: &Row) -> Result<(), SchemaError> {
        let wrong = |role, child: &Node| SchemaError::MissingTarget {
            path: row.path.clone(),
            role,
            target: format!("{} ({})", child.path, child.kind),
        };
        let mut union = Vec::new();
        for name in &row.union {
            let child = self.named_child(row, "union", name)?;
            if child.kind != NodeKind::Array || union.contains(&child.id) {
                return Err(wrong("union", child));
            }
            union.push(child.id);
        }
        let scalar_as = match &row.scalar {
            None => None,
            Some(name) => match self.named_child(row, "scalar", name)? {
                child if matches!(child.kind, NodeKind::Leaf { list: false, .. }) => Some(child.id),
                child => return Err(wrong("scalar", child)),
            },
        };
        let key = match &row.key {
            None => None,
            Some(rule) => Some(KeyRule::parse(rule, &row.path, self.network_sibling(row))?),
        };
        // The arrays share one space in the order of the table; the union must name them in the same order.
        if union.windows(2).any(|pair| pair.first() > pair.last()) {
            return Err(SchemaError::unfit(
                &row.path,
                "`union` and the table name the arrays in different order",
            ));
        }
        if let Some(node) = self.ids.get(row.path.as_str()).copied().and_then(|id| self.node_mut(id)) {
            (node.union, node.scalar_as, node.key) = (union, scalar_as, key);
        }
        Ok(())
    }

    /// The leaf named `network` beside a leaf that gives keys.
    fn network_sibling(&self, row: &Row) -> Option<NodeId> {
        let path = match row.path.rsplit_once('.') {
            Some((above, _)) => format!("{above}.{}", KeyRule::NETWORK_LEAF),
            None => KeyRule::NETWORK_LEAF.to_owned(),
        };
        let string = NodeKind::Leaf { scalar: Scalar::String, list: false };
        self.ids
            .get(path.as_str())
            .copied()
            .filter(|id| self.node(*id).is_some_and(|node| node.kind == string))
    }

    fn path_row(&self, row: &Row) -> Result<PathRow, SchemaError> {
        let missing = |target: &str| SchemaError::MissingTarget {
            path: row.path.clone(),
            role: "alias",
            target: target.to_owned(),
        };
        // What is known about the path comes from the row of the stored or union path behind it.
        let behind = match &row.alias {
            None => row,
            Some(path) => {
                self.rows.get(path.as_str()).filter(|row| row.alias.is_none()).ok_or_else(|| missing(path))?
            }
        };
        let target = if behind.of_union { self.union_target(behind)? } else { self.stored_target(behind)? };
        let value = self.value(&target);
        let flagged = row.filter || row.sort || row.suggest || row.geo;
        if flagged && value.is_none() {
            return Err(SchemaError::unfit(
                &row.path,
                "an object or array without `text` has no value to look at",
            ));
        }
        if row.sort && value.is_some_and(|value| value.list) {
            return Err(SchemaError::unfit(&row.path, "a list cannot be sorted by"));
        }
        if row.geo && value != Some(ValueType { scalar: Scalar::String, list: false }) {
            return Err(SchemaError::unfit(&row.path, "`geo` wants a text"));
        }
        let doc = if row.doc.is_empty() { &behind.doc } else { &row.doc };
        Ok(PathRow {
            path: row.path.clone(),
            alias_of: row.alias.clone(),
            target,
            value,
            filter: row.filter,
            sort: row.sort,
            select: row.select,
            suggest: row.suggest,
            geo: behind.geo,
            values: behind.values.clone(),
            index: behind.index.clone(),
            doc: doc.clone(),
        })
    }

    /// The target of a stored path. A branch's text also stands for the child it names first.
    fn stored_target(&self, row: &Row) -> Result<Target, SchemaError> {
        let missing = || SchemaError::Row { path: row.path.clone(), problem: "it is not stored".to_owned() };
        let id = self.ids.get(row.path.as_str()).copied().ok_or_else(missing)?;
        if !row.text.is_empty() {
            return Ok(Target::Text(id, self.text_leaves(row)?));
        }
        let branch = row.path.rsplit_once('.').and_then(|(above, name)| {
            self.rows.get(above).filter(|branch| branch.text.first().is_some_and(|first| first == name))
        });
        match branch {
            Some(branch) => Ok(Target::Text(id, self.text_leaves(branch)?)),
            None => Ok(Target::Node(id)),
        }
    }

    /// The leaves a branch's text comes from, in order.
    fn text_leaves(&self, branch: &Row) -> Result<Vec<NodeId>, SchemaError> {
        let string = NodeKind::Leaf { scalar: Scalar::String, list: false };
        let leaf = |name: &String| match self.named_child(branch, "text", name)? {
            child if child.kind == string => Ok(child.id),
            child => Err(SchemaError::MissingTarget {
                path: branch.path.clone(),
                role: "text",
                target: format!("{} ({})", child.path, child.kind),
            }),
        };
        branch.text.iter().map(leaf).collect()
    }

    /// The target of a path over a union: the same path below each of its arrays.
    fn union_target(&self, row: &Row) -> Result<Target, SchemaError> {
        let (union, rest) = self.union_above(&row.path).ok_or_else(|| SchemaError::MissingTarget {
            path: row.path.clone(),
            role: "union",
            target: "no union above it".to_owned(),
        })?;
        let mut members = Vec::new();
        for array in &union.union {
            let path = format!("{}.{array}.{rest}", union.path);
            let member =
                self.rows.get(path.as_str()).filter(|member| is_stored(member) && member.kind == row.kind);
            members.push(member.ok_or_else(|| SchemaError::MissingTarget {
                path: row.path.clone(),
                role: "union",
                target: path,
            })?);
        }
        let targets =
            members.into_iter().map(|member| self.stored_target(member)).collect::<Result<Vec<_>, _>>()?;
        if targets.iter().all(|target| matches!(target, Target::Node(_))) {
            return Ok(Target::Union(targets.iter().flat_map(Target::selects).collect()));
        }
        let text = |target: Target| match target {
            Target::Text(node, leaves) => Ok((node, leaves)),
            _ => Err(SchemaError::unfit(&row.path, "only some arrays of the union have a text there")),
        };
        Ok(Target::UnionText(targets.into_iter().map(text).collect::<Result<_, _>>()?))
    }

    /// The nearest union object above a path, and the rest of the path below it.
    fn union_above<'p>(&self, path: &'p str) -> Option<(&'a Row, &'p str)> {
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let union = self.rows.get(path.get(..dot)?).copied().filter(|row| !row.union.is_empty())?;
            Some((union, path.get(dot.checked_add(1)?..)?))
        })
    }

    fn value(&self, target: &Target) -> Option<ValueType> {
        let first = target.reads().first().and_then(|leaves| leaves.first().copied())?;
        match self.node(first)?.kind {
            NodeKind::Leaf { scalar, list } => Some(ValueType { scalar, list }),
            NodeKind::Object | NodeKind::Array => None,
        }
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn above(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(above, _)| above)
}
