//! A person's fields as cells: one column for each selected leaf; and cells as a line of CSV.

use std::borrow::Cow;

use super::Value;
use crate::schema::{NodeId, NodeKind, Scalar, Schema, Selection};

/// Between the items of a list in one cell.
const SEPARATOR: &str = "; ";

/// What a person is known by at a glance: shown and added where nobody said which fields.
pub const GLANCE: [&str; 7] = [
    "basic_profile.name",
    "basic_profile.headline",
    "basic_profile.current_title",
    "experience.employment_details.current.name",
    "basic_profile.location.city",
    "basic_profile.location.country",
    "social_handles.professional_network_identifier.profile_url",
];

/// A column of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The path, which is the column's name.
    pub path: String,
    /// Whether its cells hold JSON: a whole array of objects.
    json: bool,
    /// Whether its cells hold one number.
    pub number: bool,
}

/// The columns of a selection, in the catalogue's order: one for each leaf, and one for each array of objects that is
/// selected as a whole.
pub fn columns(schema: &Schema, selection: &Selection) -> Vec<Column> {
    let mut columns = Vec::new();
    for &root in schema.roots() {
        add(schema, selection, root, false, &mut columns);
    }
    columns
}

fn add(schema: &Schema, selection: &Selection, node: NodeId, in_array: bool, columns: &mut Vec<Column>) {
    let Some(node) = schema.node(node).filter(|node| selection.contains(node.id)) else { return };
    let path = node.path.clone();
    match node.kind {
        NodeKind::Leaf { scalar, list } => {
            let number = !list && !in_array && matches!(scalar, Scalar::Integer | Scalar::Number);
            columns.push(Column { path, json: false, number });
        }
        NodeKind::Array if selection.whole(node.id) => {
            columns.push(Column { path, json: true, number: false })
        }
        kind => {
            let in_array = in_array || kind == NodeKind::Array;
            node.children.iter().for_each(|&child| add(schema, selection, child, in_array, columns));
        }
    }
}

/// The cells of a person in these columns. Missing values are empty, items of lists joined by `; `, arrays of
/// objects JSON.
pub fn cells(columns: &[Column], person: &Value<'_>) -> Vec<String> {
    columns.iter().map(|column| cell(column, person)).collect()
}

fn cell(column: &Column, person: &Value<'_>) -> String {
    let parts: Vec<&str> = column.path.split('.').collect();
    let mut found = Vec::new();
    if column.json {
        gather_arrays(person, &parts, &mut found);
        let filled = found.into_iter().find(|array| !array.items().is_empty());
        return filled.map(json).unwrap_or_default();
    }
    gather(person, &parts, &mut found);
    let texts: Vec<String> =
        found.into_iter().filter_map(scalar_text).filter(|text| !text.is_empty()).collect();
    texts.join(SEPARATOR)
}

/// The scalars at a path, those of each element of the arrays on the way.
fn gather<'v, 'a>(value: &'v Value<'a>, parts: &[&str], found: &mut Vec<&'v Value<'a>>) {
    match (value, parts) {
        (Value::Array(items), _) => items.iter().for_each(|item| gather(item, parts, found)),
        (Value::Object(_), [first, rest @ ..]) => {
            value.get(first).into_iter().for_each(|child| gather(child, rest, found));
        }
        (_, []) => found.push(value),
        _ => {}
    }
}

fn gather_arrays<'v, 'a>(value: &'v Value<'a>, parts: &[&str], found: &mut Vec<&'v Value<'a>>) {
    match (value, parts) {
        (_, []) => found.push(value),
        (_, [first, rest @ ..]) => {
            value.get(first).into_iter().for_each(|child| gather_arrays(child, rest, found))
        }
    }
}

/// A scalar as text; `None` for null, lists and objects.
pub fn scalar_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text.to_string()),
        other => Some(json(other)),
    }
}

fn json(value: &Value<'_>) -> String {
    let mut out = Vec::new();
    value.write_json(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// A cell's text as it is written between delimiters: in quotes where it must be, or always.
pub fn quote(text: &str, delimiter: u8, always: bool) -> Cow<'_, str> {
    let special = |b: u8| b == delimiter || matches!(b, b'"' | b'\n' | b'\r');
    let outer_blank = text.starts_with(' ') || text.ends_with(' ');
    if always || outer_blank || text.bytes().any(special) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

/// A line of CSV, RFC 4180, ended by a line feed.
pub fn csv_line(cells: &[String]) -> String {
    // A line with one empty cell would be a blank line.
    if cells.len() == 1 && cells.iter().all(String::is_empty) {
        return "\"\"\n".to_string();
    }
    let cells: Vec<Cow<'_, str>> = cells.iter().map(|cell| quote(cell, b',', false)).collect();
    format!("{}\n", cells.join(","))
}

/// Headers for a screen: as many of the last parts of each path as tell it from the others; of two that end alike, the
/// one that lies deeper needs more.
pub fn short_names(columns: &[Column]) -> Vec<String> {
    let tail = |path: &str, parts: usize| {
        let all: Vec<&str> = path.split('.').collect();
        all.get(all.len().saturating_sub(parts)..).unwrap_or_default().join(".")
    };
    let name = |column: &Column| {
        let most = column.path.split('.').count();
        (1..most)
            .map(|parts| tail(&column.path, parts))
            .find(|name| {
                let parts = name.split('.').count();
                let alike = columns.iter().filter(|other| tail(&other.path, parts) == *name);
                alike.filter(|other| other.path.split('.').count() <= most).count() == 1
            })
            .unwrap_or_else(|| column.path.clone())
    };
    columns.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::parse;

    fn of(fields: &[&str], json: &str) -> Vec<(String, String)> {
        let schema = Schema::person();
        let columns = columns(&schema, &schema.selection(fields).unwrap());
        let value = parse(json.as_bytes()).unwrap().value;
        let cells = cells(&columns, &value);
        columns.into_iter().map(|column| column.path).zip(cells).collect()
    }

    #[test]
    fn a_leaf_is_a_column_and_a_family_one_for_each_leaf() {
        let cells = of(&["basic_profile.name"], r#"{"basic_profile": {"name": "Ann", "headline": "x"}}"#);
        assert_eq!(cells, [("basic_profile.name".to_string(), "Ann".to_string())]);
        let cells = of(
            &["basic_profile"],
            r#"{"basic_profile": {"location": {"city": "Oslo"}, "languages": ["no", "en"]}}"#,
        );
        let at = |path: &str| cells.iter().find(|(name, _)| name == path).unwrap().1.as_str();
        assert_eq!(at("basic_profile.location.city"), "Oslo");
        assert_eq!(at("basic_profile.languages"), "no; en");
        assert_eq!(at("basic_profile.name"), "");
    }

    #[test]
    fn an_array_of_objects_is_json_as_a_whole_and_joined_by_leaf() {
        let json = r#"{"certifications": [{"name": "A", "issuing_organization": "X"}, {"name": null}, {"name": "B"}]}"#;
        let whole = of(&["certifications"], json);
        assert_eq!(whole.len(), 1);
        assert!(whole[0].1.starts_with(r#"[{"name":"A","#), "{whole:?}");
        assert_eq!(of(&["certifications.name"], json)[0].1, "A; B");
        assert_eq!(of(&["certifications"], r#"{"certifications": []}"#)[0].1, "");
    }

    #[test]
    fn numbers_and_booleans_are_text() {
        let json = r#"{"crustdata_person_id": 7, "recently_changed_jobs": false}"#;
        let cells = of(&["crustdata_person_id", "recently_changed_jobs"], json);
        assert_eq!([cells[0].1.as_str(), cells[1].1.as_str()], ["7", "false"]);
    }

    #[test]
    fn headers_are_as_short_as_they_can_be() {
        let schema = Schema::person();
        let selection = schema.selection(&GLANCE).unwrap();
        let names = short_names(&columns(&schema, &selection));
        let mut expected =
            ["name", "headline", "current_title", "current.name", "city", "country", "profile_url"];
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.sort_unstable();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }

    #[test]
    fn csv_cells_are_quoted_where_they_must_be() {
        let cells = ["plain", "a,b", "say \"hi\"", "two\nlines", ""].map(str::to_string);
        assert_eq!(csv_line(&cells), "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\n");
        assert_eq!(csv_line(&[String::new()]), "\"\"\n");
    }
}
