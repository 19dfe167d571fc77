//! Lists of fields to sets of nodes, and what an unknown field may have meant.

use super::{FieldError, NodeId, PathRow, Schema};

/// At most so many suggestions for an unknown path.
const SUGGESTIONS: usize = 3;
/// Less alike than this is no suggestion; 1 is equal.
const LIKENESS: f64 = 0.7;
/// Longer paths are not compared: the cost is the product of both lengths.
const COMPARED_BYTES: usize = 200;

/// A set of stored nodes that a list of fields selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    marks: Vec<Mark>,
    all: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Mark {
    Out,
    /// Something below it is selected.
    Through,
    /// It is selected with all below it.
    Whole,
}

impl Selection {
    fn mark(&self, node: NodeId) -> Mark {
        usize::try_from(node).ok().and_then(|node| self.marks.get(node)).copied().unwrap_or(Mark::Out)
    }

    fn raise(&mut self, node: NodeId, mark: Mark) {
        if let Some(known) = usize::try_from(node).ok().and_then(|node| self.marks.get_mut(node)) {
            *known = if *known > mark { *known } else { mark };
        }
    }

    /// Whether the node, or anything below it, is selected. Constant time; `false` for a node of another schema.
    pub fn contains(&self, node: NodeId) -> bool {
        self.mark(node) != Mark::Out
    }

    /// Whether the node is selected with everything below it. Constant time.
    pub fn whole(&self, node: NodeId) -> bool {
        self.mark(node) == Mark::Whole
    }

    /// Whether every stored node is selected.
    pub fn all(&self) -> bool {
        self.all
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.marks.iter().all(|mark| *mark == Mark::Out)
    }
}

impl Schema {
    /// The nodes that a list of fields selects: leaves, branches with all below them, families, paths over a union, and
    /// aliases. Blanks around a field are ignored, and so is an empty one; an empty list selects nothing.
    ///
    /// # Errors
    /// The first field that does not exist or cannot be selected, with what may have been meant.
    pub fn selection(&self, fields: &[impl AsRef<str>]) -> Result<Selection, FieldError> {
        let mut nodes = Vec::new();
        for field in fields.iter().map(|field| field.as_ref().trim()).filter(|field| !field.is_empty()) {
            let row = self.resolve(field).filter(|row| row.select).ok_or_else(|| self.field_error(field))?;
            nodes.extend(row.target.selects());
        }
        Ok(self.selection_of(&nodes))
    }

    /// The selection of some nodes, each with all below it.
    pub fn selection_of(&self, nodes: &[NodeId]) -> Selection {
        let mut selection = Selection { marks: vec![Mark::Out; self.nodes.len()], all: false };
        nodes.iter().for_each(|&node| self.select_node(&mut selection, node));
        selection.all = selection.marks.iter().all(|mark| *mark == Mark::Whole);
        selection
    }

    /// The selection of every stored node.
    pub fn everything(&self) -> Selection {
        Selection { marks: vec![Mark::Whole; self.nodes.len()], all: true }
    }

    fn select_node(&self, selection: &mut Selection, node: NodeId) {
        let mut below = vec![node];
        while let Some(node) = below.pop().and_then(|id| self.node(id)) {
            selection.raise(node.id, Mark::Whole);
            below.extend(&node.children);
        }
        let mut above = self.node(node).and_then(|node| node.parent);
        while let Some(node) = above.and_then(|id| self.node(id)) {
            selection.raise(node.id, Mark::Through);
            above = node.parent;
        }
    }

    fn field_error(&self, field: &str) -> FieldError {
        let stored = |row: &&PathRow| row.select && self.stored(&row.path).is_some();
        let (families, inside): (Vec<_>, Vec<_>) = self
            .paths()
            .iter()
            .filter(stored)
            .map(|row| row.path.clone())
            .partition(|path| !path.contains('.'));
        FieldError {
            field: field.to_owned(),
            suggestions: self.nearest_where(field, |row| row.select).into_iter().map(str::to_owned).collect(),
            available: [families, inside].concat(),
        }
    }

    /// At most three paths that an unknown one may have meant, likeliest first; none if nothing comes near.
    pub fn nearest(&self, path: &str) -> Vec<&str> {
        self.nearest_where(path, |_| true)
    }

    /// Like [`Schema::nearest`], among the rows that `keep` lets through: those that can be filtered, say.
    pub fn nearest_where(&self, path: &str, keep: impl Fn(&PathRow) -> bool) -> Vec<&str> {
        let asked = path.trim().to_lowercase();
        if asked.is_empty() || asked.len() > COMPARED_BYTES {
            return Vec::new();
        }
        let mut near: Vec<(f64, &str)> = self
            .paths()
            .iter()
            .filter(|row| row.path != path && keep(row))
            .map(|row| (likeness(&asked, &row.path), row.path.as_str()))
            .filter(|(likeness, _)| *likeness >= LIKENESS)
            .collect();
        // Among equals the shorter path is the likelier; the sort is stable, so then the order of the table decides.
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.len().cmp(&b.1.len())));
        near.into_iter().take(SUGGESTIONS).map(|(_, path)| path).collect()
    }
}

/// `a, b and c`.
pub fn listed(names: impl IntoIterator<Item = String>, last: &str) -> String {
    let mut names: Vec<String> = names.into_iter().collect();
    match (names.pop(), names.is_empty()) {
        (Some(only), true) => only,
        (Some(end), false) => format!("{} {last} {end}", names.join(", ")),
        (None, _) => String::new(),
    }
}

/// How alike a path is to what was asked for, 0 to 1: as a whole, as the end of the path, or by its last part.
fn likeness(asked: &str, path: &str) -> f64 {
    if path.strip_suffix(asked).is_some_and(|rest| rest.ends_with('.')) {
        return 1.0;
    }
    let whole = strsim::normalized_damerau_levenshtein(asked, path);
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    // The whole counts a little here too: it decides between the same last part in different families.
    let by_last = 0.8 * strsim::normalized_damerau_levenshtein(&last(asked), &last(path)) + 0.2 * whole;
    whole.max(by_last)
}
