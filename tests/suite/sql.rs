//! What the tests of SQL share: sessions, rows as JSON values, and DuckDB as the second opinion.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::DataType;
use rolo::Database;
use rolo::sql::front::statements;
use rolo::sql::write::{FileFormat, Medium, Writer};
use rolo::sql::{Session, SessionOptions, SqlError};
use serde_json::{Value, json};

use super::foreign::sql_differences;

/// A session over a file, by two threads.
pub(crate) fn session(path: &Path, safe: bool) -> Session {
    let database = Arc::new(Database::open(path).expect("people"));
    let session =
        Session::new(database, SessionOptions { threads: Some(2), safe, ..SessionOptions::default() });
    session.expect("a session")
}

/// What a statement answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) names: Vec<String>,
    pub(crate) types: Vec<DataType>,
    pub(crate) rows: Vec<Vec<Value>>,
    /// Of a statement that is no query.
    pub(crate) message: Option<String>,
}

/// The rows of the last statement of a script, as JSON lines have them.
pub(crate) fn run(session: &Session, script: &str) -> Result<Rows, SqlError> {
    let mut rows = Rows::default();
    for statement in statements(script)? {
        let answer = session.run(&statement)?;
        let (schema, message) = (answer.schema(), answer.message().map(str::to_string));
        let mut lines = Vec::new();
        let out = Box::new(&mut lines);
        let mut writer =
            Writer::new(FileFormat::Jsonl, Arc::clone(&schema), out, Medium::File).expect("a writer");
        for batch in answer {
            writer.write(&batch?).expect("rows as JSON");
        }
        writer.finish().expect("rows as JSON");
        let row = |line: &str| -> Vec<Value> {
            let row: serde_json::Map<String, Value> = serde_json::from_str(line).expect("a row");
            row.into_iter().map(|(_, value)| value).collect()
        };
        rows = Rows {
            names: schema.fields().iter().map(|field| field.name().clone()).collect(),
            types: schema.fields().iter().map(|field| field.data_type().clone()).collect(),
            rows: String::from_utf8(lines).expect("UTF-8").lines().map(row).collect(),
            message,
        };
    }
    Ok(rows)
}

/// The tables of people and elements in a session, with their columns, as the script of the comparison wants them.
fn tables(session: &Session, schema: &str) -> Value {
    let prefix = if schema.is_empty() { String::new() } else { format!("{schema}.") };
    let listed = run(session, "SHOW TABLES").expect("tables").rows;
    let names =
        listed.iter().filter_map(|row| row.first()?.as_str()?.strip_prefix(&prefix).map(str::to_string));
    let tables = names.filter(|name| !name.contains('.')).map(|name| {
        let columns = run(session, &format!("DESCRIBE {prefix}{name}")).expect("columns").rows;
        let columns: Vec<Value> = columns.into_iter().filter_map(|row| row.into_iter().next()).collect();
        (name, Value::Array(columns))
    });
    Value::Object(tables.collect())
}

/// Statements and what rolo answered, for DuckDB to answer too.
#[derive(Default)]
pub(crate) struct Comparison {
    lines: Vec<String>,
}

impl Comparison {
    /// What follows is asked of this file, and of others under their names.
    pub(crate) fn database(&mut self, path: &Path, others: &[(&str, &Path)]) {
        let other = |(name, path): &(&str, &Path)| {
            let described = json!({"database": path, "tables": tables(&session(path, false), "")});
            ((*name).to_string(), described)
        };
        let others: serde_json::Map<String, Value> = others.iter().map(other).collect();
        let tables = tables(&session(path, false), "");
        self.lines.push(json!({"database": path, "tables": tables, "others": others}).to_string());
    }

    /// A statement of the database, its rows, and whether their order counts.
    pub(crate) fn add(&mut self, place: &str, sql: &str, rows: &[Vec<Value>], ordered: bool) {
        self.lines.push(json!({"place": place, "sql": sql, "rows": rows, "ordered": ordered}).to_string());
    }

    /// The places of the statements for which DuckDB has other rows, each with what differs.
    pub(crate) fn differences(&self) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("statements.jsonl");
        let mut file = fs::File::create(&path).expect("a file");
        file.write_all(self.lines.join("\n").as_bytes()).expect("statements");
        sql_differences(&path)
            .lines()
            .map(|line| {
                let found: Value = serde_json::from_str(line).expect("a difference");
                let text = |name: &str| found[name].as_str().unwrap_or_default().to_string();
                (text("place"), text("problem"))
            })
            .collect()
    }
}
