//! The statements of `tests/sql/*.slt`, over the sample people: what each answers, and that DuckDB answers the same.
//!
//! The files are in the format of sqllogictest. Rows are written cell by cell, separated by ` | `; null is `NULL`, an empty text
//! `(empty)`, lists and structs are JSON. `ROLO_BLESS=1` writes the answers into the files; they are to be read afterwards.
//!
//! Every query is also run by DuckDB (`tests/foreign/sql.py`), but for those with `skipif duckdb`, which say why. An `onlyif duckdb`
//! query behind one of them is how DuckDB says the same: it has to give the same rows. `safe.slt` runs in a session that may not touch
//! files. `${OTHER}` is a database of other people, and `${FOLDER}` a folder to write into.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use arrow::datatypes::DataType;
use rolo::sql::{Session, SqlError};
use serde_json::Value;
use sqllogictest::{
    Condition, DBOutput, DefaultColumnType, Normalizer, QueryExpect, Record, Runner, SortMode, parse_file,
    strict_column_validator,
};
use tempfile::TempDir;

use super::common::{SAMPLE, folder, load};
use super::sql::{Comparison, Rows, run, session};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sql");
const SEPARATOR: &str = " | ";

/// A session as sqllogictest sees it, which remembers the last rows.
struct Connection {
    session: Session,
    last: Arc<Mutex<Rows>>,
}

impl sqllogictest::DB for Connection {
    type Error = SqlError;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, SqlError> {
        let rows = run(&self.session, sql)?;
        let output = match &rows.message {
            Some(message) if rows.names.is_empty() => {
                DBOutput::Rows { types: vec![DefaultColumnType::Text], rows: vec![vec![message.clone()]] }
            }
            _ => DBOutput::Rows {
                types: rows.types.iter().map(column_type).collect(),
                rows: rows.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
            },
        };
        *self.last.lock().expect("the last rows") = rows;
        Ok(output)
    }

    fn engine_name(&self) -> &str {
        "rolo"
    }
}

fn column_type(of: &DataType) -> DefaultColumnType {
    match of {
        of if of.is_integer() => DefaultColumnType::Integer,
        of if of.is_numeric() => DefaultColumnType::FloatingPoint,
        of if of.is_string() => DefaultColumnType::Text,
        _ => DefaultColumnType::Any,
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_string(),
        Value::String(text) if text.is_empty() => "(empty)".to_string(),
        Value::String(text) => text.replace('\n', "\\n"),
        other => other.to_string(),
    }
}

#[expect(clippy::ptr_arg, reason = "the type that the runner wants")]
fn trimmed(line: &String) -> String {
    line.trim().to_string()
}

fn same_rows(normal: Normalizer, actual: &[Vec<String>], expected: &[String]) -> bool {
    let actual = actual.iter().map(|row| normal(&row.join(SEPARATOR)));
    actual.eq(expected.iter().map(normal))
}

/// The sample people, others to attach, a folder to write into.
struct Files {
    _folder: TempDir,
    people: PathBuf,
    other: PathBuf,
    out: PathBuf,
}

fn files() -> Files {
    let (folder, people) = folder();
    load(&people, &SAMPLE);
    let other = folder.path().join("other.parquet");
    load(&other, &SAMPLE[100..160]);
    let out = folder.path().join("out");
    fs::create_dir(&out).expect("a folder");
    Files { _folder: folder, people, other, out }
}

/// Runs a file of statements, and says which did not answer what is written; DuckDB's go into the comparison.
fn run_file(path: &Path, files: &Files, comparison: &mut Comparison) -> Vec<String> {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    if std::env::var_os("ROLO_BLESS").is_some() {
        let mut runner = runner(&name, files, Arc::default());
        let update = runner.update_test_file(path, SEPARATOR, same_rows, trimmed, strict_column_validator);
        futures::executor::block_on(update).expect("the file, completed");
    }
    let last = Arc::new(Mutex::new(Rows::default()));
    let mut runner = runner(&name, files, Arc::clone(&last));
    let mut wrong = Vec::new();
    for record in parse_file(path).expect("a file of statements") {
        let compared = compared(&record);
        if let Err(error) = runner.run(record) {
            wrong.push(error.to_string());
        } else if let Some((line, sql, ordered)) = compared {
            let sql = sql.replace("${OTHER}", &files.other.display().to_string());
            let sql = sql.replace("${FOLDER}", &files.out.display().to_string());
            let rows = &last.lock().expect("the last rows").rows;
            comparison.add(&format!("{name}:{line}"), &sql, rows, ordered);
        }
    }
    wrong
}

/// What runs the statements of a file, in a session of their own.
fn runner(
    name: &str,
    files: &Files,
    last: Arc<Mutex<Rows>>,
) -> Runner<Connection, impl sqllogictest::MakeConnection<Conn = Connection>> {
    let (people, safe) = (files.people.clone(), name == "safe.slt");
    let mut runner = Runner::new(move || {
        let session = session(&people, safe);
        for (name, table) in rolo::jobs::tables::tables(&people).expect("tables of jobs") {
            session.register(name, table).expect("a table");
        }
        std::future::ready(Ok(Connection { session, last: Arc::clone(&last) }))
    });
    runner.with_validator(same_rows);
    runner.with_normalizer(trimmed);
    runner.with_column_validator(strict_column_validator);
    runner.set_var("OTHER".to_string(), files.other.display().to_string());
    runner.set_var("FOLDER".to_string(), files.out.display().to_string());
    runner
}

/// Line, text, and whether the order of rows counts, of a query that DuckDB runs too.
fn compared(record: &Record<DefaultColumnType>) -> Option<(u32, String, bool)> {
    let Record::Query { loc, conditions, sql, expected: QueryExpect::Results { sort_mode, .. }, .. } = record
    else {
        return None;
    };
    let duckdb =
        |condition: &Condition| matches!(condition, Condition::SkipIf { label } if label == "duckdb");
    let ordered = matches!(sort_mode, None | Some(SortMode::NoSort));
    (!conditions.iter().any(duckdb)).then(|| (loc.line(), sql.clone(), ordered))
}

#[test]
fn statements_answer_what_is_written_and_what_duckdb_answers() {
    let files = files();
    let wanted = std::env::var("ROLO_SLT").unwrap_or_default();
    let mut paths: Vec<PathBuf> = fs::read_dir(FOLDER)
        .expect("the statements")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "slt"))
        .filter(|path| path.to_string_lossy().contains(&wanted))
        .collect();
    paths.sort();
    let mut comparison = Comparison::default();
    comparison.database(&files.people, &[("other", &files.other)]);
    submit_a_job(&files.people);
    let wrong: Vec<String> = paths.iter().flat_map(|path| run_file(path, &files, &mut comparison)).collect();
    let advice = "ROLO_BLESS=1 writes the answers again, if the change is meant";
    assert!(wrong.is_empty(), "{}\n{} statements. {advice}", wrong.join("\n"), wrong.len());
    let differences: Vec<String> =
        comparison.differences().into_iter().map(|(place, problem)| format!("{place}: {problem}")).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n\n"));
}

/// So that the tables of jobs have rows.
fn submit_a_job(people: &Path) {
    let list = people.with_file_name("list.txt");
    fs::write(&list, "1228368732\nnobody@example.com\nno key\n").expect("a list");
    let done = Command::new(env!("CARGO_BIN_EXE_rolo"))
        .args(["jobs", "submit", "enrich"])
        .arg(people)
        .arg("-i")
        .arg(&list)
        .arg("--wait")
        .output()
        .expect("rolo runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
