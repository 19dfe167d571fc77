//! chDB in a Python process of its own, which says how long each statement took.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::peers::duckdb::{DuckDb, quoted};
use crate::people::{People, remove};

const PROGRAM: &str = include_str!("chdb.py");

/// The process. It ends when its input does.
pub(crate) struct ChDb {
    child: Child,
    statements: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub(crate) version: String,
}

#[derive(Deserialize)]
struct Started {
    version: String,
}

/// What came of a statement.
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) count: u64,
    pub(crate) seconds: f64,
}

impl ChDb {
    /// Starts `python`, which has chDB, on tables that are filled from DuckDB's if an earlier run left none.
    pub(crate) fn start(
        python: &Path,
        duckdb: &DuckDb,
        people: &People,
        folder: &Path,
        threads: usize,
    ) -> Result<Self> {
        let path = |name: &str| folder.join(format!("search-{}.chdb{name}", people.count));
        let tables = [("person", "headline, summary"), ("roles", "is_current, title, description")];
        if !path("").join("complete").exists() {
            eprintln!("building chDB's tables");
            for (table, columns) in tables {
                duckdb.run(&format!(
                    "copy (select person_id, {columns} from {table}) to {} (format parquet)",
                    quoted(&path(&format!("-{table}.parquet")))
                ))?;
            }
        }
        let mut child = Command::new(python)
            .args(["-c", PROGRAM])
            .arg(path(""))
            .args(tables.map(|(table, _)| path(&format!("-{table}.parquet"))))
            .arg(threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", python.display()))?;
        let answers = BufReader::new(child.stdout.take().context("a process without output")?);
        let statements = child.stdin.take();
        let mut this = Self { child, statements, answers, version: String::new() };
        this.version = this.answer::<Started>()?.version;
        for (table, _) in tables {
            remove(&path(&format!("-{table}.parquet")))?;
        }
        Ok(this)
    }

    pub(crate) fn run(&mut self, sql: &str) -> Result<Answer> {
        writeln!(self.statements.as_ref().context("the process was stopped")?, "{sql}")?;
        self.answer().with_context(|| format!("chDB: {sql}"))
    }

    fn answer<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for ChDb {
    fn drop(&mut self) {
        self.statements = None;
        // A process that does not end well has told so on standard error.
        let _ = self.child.wait();
    }
}
