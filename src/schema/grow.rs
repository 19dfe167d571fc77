//! Growth: an older schema takes in what a newer one adds, and every number keeps its meaning.

use std::collections::HashMap;

use super::row::Row;
use super::{Schema, SchemaError, build};

impl Schema {
    /// This schema with everything `newer` adds. Nodes and spaces of this schema keep their numbers; added ones follow
    /// in the order of `newer`, so an added leaf is the last child of its parent. Paths only this schema has stay. Flags,
    /// key rules and descriptions of paths that both have are those of `newer`.
    ///
    /// # Errors
    /// [`SchemaError::Retyped`] names a path that both have with different storage or reading. Nothing else fails for
    /// two schemas of which one grew out of the other.
    pub fn grown(&self, newer: &Schema) -> Result<Schema, SchemaError> {
        let theirs: HashMap<&str, &Row> = newer.rows.iter().map(|row| (row.path.as_str(), row)).collect();
        let mut rows = Vec::with_capacity(newer.rows.len());
        for ours in &self.rows {
            match theirs.get(ours.path.as_str()) {
                None => rows.push(ours.clone()),
                Some(theirs) if theirs.meaning() == ours.meaning() => rows.push((*theirs).clone()),
                Some(theirs) => {
                    let (path, was, now) = (ours.path.clone(), ours.meaning(), theirs.meaning());
                    return Err(SchemaError::Retyped { path, was, now });
                }
            }
        }
        rows.extend(newer.rows.iter().filter(|row| !self.by_path.contains_key(&row.path)).cloned());
        build::build(rows)
    }
}
