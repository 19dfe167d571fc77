//! The table as text: one JSON object a path.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{IndexKind, NodeKind, SchemaError};

/// Version of the text's form.
const VERSION: u64 = 1;

/// One row of the table as it is written. Which keys go together is checked when the schema is built.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Row {
    pub(super) path: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<NodeKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) alias: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) union: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) of_union: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) space: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) text: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scalar: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) filter: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) sort: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) select: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) suggest: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) geo: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) long: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) index: Vec<IndexKind>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) doc: String,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Row {
    /// The parts of the row that say what is stored and how it is read: the rest may differ between builds.
    pub(super) fn meaning(&self) -> String {
        let kind = match (&self.kind, &self.alias) {
            (Some(kind), _) => kind.to_string(),
            (None, Some(alias)) => format!("alias of {alias}"),
            (None, None) => String::new(),
        };
        let mut said = vec![kind];
        if self.of_union {
            said.push("over a union".to_owned());
        }
        for (word, names) in [("union", &self.union), ("text", &self.text)] {
            if !names.is_empty() {
                said.push(format!("{word} of {}", names.join(", ")));
            }
        }
        for (word, name) in [("space", &self.space), ("scalar", &self.scalar)] {
            said.extend(name.as_ref().map(|name| format!("{word} {name}")));
        }
        if self.long {
            said.push("long text".to_owned());
        }
        said.join("; ")
    }
}

/// Reads the rows. Any text is answered with rows or an error.
pub(super) fn read(json: &str) -> Result<Vec<Row>, SchemaError> {
    let text = |problem: String| SchemaError::Text { problem };
    let mut document: Value = serde_json::from_str(json).map_err(|error| text(error.to_string()))?;
    // Version before form: a newer form deserves its own message.
    match document.get("version").map(Value::as_u64) {
        Some(Some(VERSION)) => {}
        Some(Some(found)) => return Err(SchemaError::Version { found, reads: VERSION }),
        _ => return Err(text("it has no version number".to_owned())),
    }
    let object = document.as_object_mut();
    if let Some(key) =
        object.as_ref().and_then(|o| o.keys().find(|k| !matches!(k.as_str(), "version" | "paths")))
    {
        return Err(text(format!("unknown key {key:?}")));
    }
    let Some(Value::Array(rows)) = object.and_then(|object| object.remove("paths")) else {
        return Err(text("it has no list of paths".to_owned()));
    };
    rows.into_iter().enumerate().map(|(position, value)| read_row(position, value)).collect()
}

fn read_row(position: usize, value: Value) -> Result<Row, SchemaError> {
    let path = match value.get("path").and_then(Value::as_str) {
        Some(path) => path.to_owned(),
        None => format!("row {}", position.saturating_add(1)),
    };
    serde_json::from_value(value).map_err(|error| SchemaError::Row { path, problem: error.to_string() })
}

/// Writes rows in their one form: a row a line, keys in a fixed order.
pub(super) fn write(rows: &[Row]) -> String {
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            #[expect(
                clippy::expect_used,
                reason = "strings, lists and flags under string keys always serialise"
            )]
            serde_json::to_string(row).expect("a row serialises")
        })
        .collect();
    format!("{{\"version\":{VERSION},\"paths\":[\n{}\n]}}\n", lines.join(",\n"))
}
