//! The columns of a table that are recognised by their names, in any case and with any separators.

use serde_json::{Map, Value};

use super::{Mapping, MappingError, TABLE};
use crate::schema::{NodeKind, Schema};

impl Mapping {
    /// The mapping of a table with these columns: those of the mapping `table` that it has, under the names that it gives them, and
    /// those that bear the name of a path. Of several columns that mean the same all count where the
    /// person has a list of it, such as e-mails; of others the first. `None` if none is recognised.
    ///
    /// # Errors
    /// Those of [`Mapping::parse`].
    pub fn of_table(columns: &[&str], schema: &Schema) -> Result<Option<Mapping>, MappingError> {
        let Some(general) = Mapping::shipped(TABLE, schema).transpose()? else { return Ok(None) };
        let mut document: Map<String, Value> = serde_json::from_str(general.text()).unwrap_or_default();
        let mut meant: Vec<(&str, &str)> = Vec::new();
        let mut paths = Map::new();
        // A column that can only be a path says that those with other meanings, such as `emails`, are paths, too.
        let only_path = |column: &&str| {
            let node = schema.stored(column.trim()).filter(|_| general.meaning(column).is_none());
            node.is_some_and(|node| !node.is_leaf() || node.parent.is_some())
        };
        let paths_first = columns.iter().any(only_path);
        for &column in columns {
            let is_path = paths_first && path_rule(column, schema).is_some();
            match general.meaning(column).filter(|_| !is_path) {
                Some(name) => meant.push((name, column)),
                None => {
                    if let Some(rule) = path_rule(column, schema) {
                        paths.insert(escaped(column), rule);
                    }
                }
            }
        }
        if meant.is_empty() && paths.is_empty() {
            return Ok(None);
        }
        let mut record = document.get("record").and_then(Value::as_object).cloned().unwrap_or_default();
        renamed(&mut record, &meant);
        record.extend(paths);
        for key in ["columns", "doc"] {
            document.remove(key);
        }
        document.insert("record".to_owned(), Value::Object(record));
        Mapping::parse(&format!("{:#}\n", Value::Object(document)), schema).map(Some)
    }

    /// The member of the template that a column's name means.
    fn meaning(&self, column: &str) -> Option<&str> {
        let asked = plain(column);
        let named = |(name, others): &&(String, Vec<String>)| {
            plain(name) == asked || others.iter().any(|other| plain(other) == asked)
        };
        self.columns.iter().find(named).map(|(name, _)| name.as_str())
    }
}

/// A column's name without case and separators.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A column that bears the name of a path goes there.
fn path_rule(column: &str, schema: &Schema) -> Option<Value> {
    let path = column.trim();
    let node = schema.stored(path)?;
    let inside_array = schema.array_around(node.id).is_some();
    let convert = match node.kind {
        _ if inside_array => return None,
        NodeKind::Object | NodeKind::Array => "json",
        NodeKind::Leaf { list: true, .. } => "items",
        NodeKind::Leaf { .. } => "plain",
    };
    Some(serde_json::json!({ "$to": path, "$as": convert }))
}

/// Gives the members of a template the names that a table has for them, and drops what is left without one.
fn renamed(object: &mut Map<String, Value>, meant: &[(&str, &str)]) {
    let before = std::mem::take(object);
    for (key, mut value) in before {
        match key.strip_prefix('$') {
            None => {
                if let Some(column) = column_of(&key, meant) {
                    object.insert(escaped(column), value);
                }
            }
            Some("here") => {
                let alternatives = value.as_array().into_iter().flatten();
                let alternatives = alternatives.flat_map(|each| in_columns(each, meant));
                object.insert(key, Value::Array(alternatives.collect()));
            }
            Some("split" | "unless") => {
                if let Some(column) = value.as_str().and_then(|name| column_of(name, meant)) {
                    value = Value::String(column.to_owned());
                    object.insert(key, value);
                }
            }
            Some(_) => {
                object.insert(key, value);
            }
        }
    }
}

/// The first column of a meaning.
fn column_of<'c>(name: &str, meant: &[(&str, &'c str)]) -> Option<&'c str> {
    meant.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
}

/// An element in the columns of a table: none if the table has none of them; of an element that is one value, one for each column of
/// that meaning.
fn in_columns(each: &Value, meant: &[(&str, &str)]) -> Vec<Value> {
    let Some(object) = each.as_object() else { return Vec::new() };
    if !musts(each).all(|name| column_of(name, meant).is_some()) {
        return Vec::new();
    }
    let members: Vec<&str> = object.keys().map(String::as_str).filter(|key| !key.starts_with('$')).collect();
    let columns = match members.as_slice() {
        [one] => meant.iter().filter(|(name, _)| name == one).collect(),
        _ => Vec::new(),
    };
    let in_some = |meant: &[(&str, &str)]| {
        let mut object = object.clone();
        renamed(&mut object, meant);
        Some(Value::Object(object)).filter(has_members)
    };
    match columns.as_slice() {
        [] | [_] => in_some(meant).into_iter().collect(),
        several => several.iter().filter_map(|column| in_some(&[**column])).collect(),
    }
}

/// The members without which an element is not read.
fn musts(each: &Value) -> impl Iterator<Item = &str> {
    let members = each.as_object().into_iter().flatten();
    members.filter(|(_, value)| value.get("$must").is_some()).map(|(name, _)| name.as_str())
}

/// Whether an element has members that are more than conditions.
fn has_members(each: &Value) -> bool {
    let condition = |value: &Value| value.get("$is").is_some();
    each.as_object().is_some_and(|object| {
        object
            .iter()
            .any(|(key, value)| (!key.starts_with('$') || key.starts_with("$$")) && !condition(value))
    })
}

fn escaped(column: &str) -> String {
    if column.starts_with('$') { format!("${column}") } else { column.to_owned() }
}
