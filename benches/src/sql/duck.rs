//! DuckDB, which has the people in three forms: nested and flat in tables of its own, and in rolo's file.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::answers::Answer;
use crate::peers::duckdb::{DuckDb, quoted};
use crate::people::{People, Random, remove};

const VIEWS: &str = include_str!("views.sql");
const FLATTEN: &str = include_str!("flatten.sql");
/// Leads of the CSV, and how many of them name nobody.
const LEADS: usize = 10_000;
const UNKNOWN_LEADS: usize = 1_000;
const CAMPAIGNS: u64 = 20;

/// Where the people are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Own tables: people, and one for each array.
    Flat,
    /// One table of its own, nested as in the file.
    Nested,
    /// The file of rolo.
    File,
}

impl Form {
    /// The schema that has the tables.
    pub(crate) const fn schema(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Nested => "nested",
            Self::File => "file",
        }
    }
}

/// A database with a schema for each form.
pub(crate) struct Duck {
    database: DuckDb,
}

impl Duck {
    pub(crate) fn open(people: &People, file: &Path, folder: &Path, threads: usize) -> Result<Self> {
        let path = build(people, file, folder, threads)?;
        Ok(Self { database: DuckDb::open(Some(&path), threads)? })
    }

    /// What the names of tables mean from now on.
    pub(crate) fn choose(&self, form: Form) -> Result<()> {
        self.database.run(&format!("use {}", form.schema())).map(drop)
    }

    /// How many rows come out.
    pub(crate) fn run(&self, sql: &str) -> Result<u64> {
        self.database.rows(sql)
    }

    /// The rows, to be compared.
    pub(crate) fn answer(&self, form: Form, sql: &str) -> Result<Answer> {
        self.choose(form)?;
        Ok(Answer::of(self.database.table(sql)?))
    }

    pub(crate) fn version(&self) -> String {
        self.database.version()
    }
}

/// Makes the tables out of rolo's file, if an earlier run did not. Returns where they are.
pub(crate) fn build(people: &People, file: &Path, folder: &Path, threads: usize) -> Result<PathBuf> {
    let path = folder.join(format!("sql-{}.duckdb", people.count));
    if !path.exists() {
        eprintln!("building DuckDB's tables");
        let draft = path.with_extension("draft");
        remove(&draft)?;
        let database = DuckDb::open(Some(&draft), threads)?;
        let file = quoted(&file.canonicalize()?);
        database.run(&format!(
            "create schema flat; create schema nested; create schema file;
             use file; create view records as from read_parquet({file}); {VIEWS}
             use nested; create table records as from file.records; {VIEWS}
             {FLATTEN} checkpoint"
        ))?;
        drop(database);
        fs::rename(draft, &path)?;
    }
    Ok(path)
}

/// A CSV of leads: profile URLs as written in the records, most of them known, and the campaign that each came from.
pub(crate) fn leads(people: &People, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(format!("sql-{}-leads.csv", people.count));
    if !path.exists() {
        let mut urls = people.urls()?;
        let mut random = Random::new(1);
        random.shuffle(&mut urls);
        urls.truncate(LEADS - UNKNOWN_LEADS);
        ensure!(urls.len() == LEADS - UNKNOWN_LEADS, "{} people are too few", people.count);
        urls.extend(crate::people::unknown(UNKNOWN_LEADS, &mut random)?.into_iter().map(|one| one.url));
        random.shuffle(&mut urls);
        let draft = path.with_extension("draft");
        let mut file = BufWriter::new(File::create(&draft)?);
        writeln!(file, "profile_url,campaign")?;
        for url in urls {
            let quoted = url.replace('"', "\"\"");
            writeln!(file, "\"{quoted}\",campaign {}", random.next() % CAMPAIGNS)?;
        }
        file.flush()?;
        fs::rename(draft, &path)?;
    }
    Ok(path)
}
