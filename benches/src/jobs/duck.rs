//! DuckDB: the people in two tables, each indexed by profile URL, and statements that write the lines of a batch.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use rayon::prelude::*;
use rolo::jobs::Member;

use super::lines::Alike;
use crate::peers::duckdb::{DuckDb, quoted};
use crate::people::{People, remove};

/// Lines of one gzip member, as in a job of rolo's.
const MEMBER_LINES: usize = 100;

/// Something that writes the lines of a batch.
pub(crate) struct Rival {
    pub(crate) name: &'static str,
    /// The query whose rows are the lines.
    pub(crate) query: String,
    /// How `copy` writes them.
    pub(crate) format: &'static str,
    pub(crate) gzip: Gzip,
    pub(crate) alike: Alike,
}

/// Who compresses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gzip {
    /// DuckDB.
    Own,
    /// What compresses in rolo, on all threads, after DuckDB wrote the lines.
    Rolos,
}

/// Rows as JSON objects.
pub(crate) const JSON: &str = "format json";
/// One column of JSON text, as it is.
pub(crate) const TEXT: &str = r"format csv, header false, quote '', escape '', delimiter '\x01'";

impl Rival {
    /// Whether it does what DuckDB can do alone, and writes the same lines.
    pub(crate) fn counts(&self) -> bool {
        self.gzip == Gzip::Own && self.alike != Alike::Number
    }
}

/// `people` is what `read_json` makes; `texts` has the branches of enrichments, and each record, as JSON text, which DuckDB
/// need not put together again. A key is the part of a profile URL that names somebody.
const TABLES: &str = r"
    set TimeZone = 'UTC';
    create macro key_of(url) as regexp_extract(lower(url), 'linkedin\.com/in/([^/?#]+)', 1);
    create table people as
    select key_of(social_handles.professional_network_identifier.profile_url) as url_key, *
    from read_json(INPUT, format = 'newline_delimited');
    create table texts as
    select key_of(json->>'$.social_handles.professional_network_identifier.profile_url') as url_key,
        (json->>'$.crustdata_person_id')::bigint as crustdata_person_id,
        json->'$.basic_profile' as basic_profile, json->'$.social_handles' as social_handles,
        lower(trim(json->>'$.basic_profile.location.country')) as country_key, json as record
    from read_ndjson_objects(INPUT);
    create index people_by_url on people (url_key);
    create index texts_by_url on texts (url_key);
    checkpoint";

/// Makes the tables, if an earlier run did not. Returns where they are.
pub(crate) fn build(people: &People, folder: &Path, threads: usize) -> Result<PathBuf> {
    let path = folder.join(format!("jobs-{}.duckdb", people.count));
    if !path.exists() {
        eprintln!("building DuckDB's tables");
        let draft = path.with_extension("draft");
        remove(&draft)?;
        let database = DuckDb::open_newest(&draft, threads)?;
        database.run(&TABLES.replace("INPUT", &quoted(&people.path)))?;
        drop(database);
        fs::rename(draft, &path)?;
    }
    Ok(path)
}

/// The command that writes the lines of a batch.
pub(crate) fn command(tables: &Path, rival: &Rival, output: &Path, threads: usize) -> Result<Command> {
    let Rival { query, format, gzip, .. } = rival;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("statement").arg(tables).arg(threads.to_string());
    match gzip {
        Gzip::Own => {
            command.arg(format!("copy ({query}) to {} ({format}, compression gzip)", quoted(output)));
        }
        Gzip::Rolos => {
            let plain = output.with_extension("");
            command.arg(format!("copy ({query}) to {} ({format})", quoted(&plain)));
            command.arg("--compress").arg(plain).arg("--into").arg(output);
        }
    }
    Ok(command)
}

/// What a child is to do: run a statement, and perhaps compress what it wrote.
#[derive(clap::Args)]
pub(crate) struct Statement {
    database: PathBuf,
    threads: usize,
    statement: String,
    #[arg(long, requires = "into")]
    compress: Option<PathBuf>,
    #[arg(long)]
    into: Option<PathBuf>,
}

impl Statement {
    pub(crate) fn run(&self) -> Result<()> {
        DuckDb::open(Some(&self.database), self.threads)?.run(&self.statement)?;
        let (Some(plain), Some(output)) = (&self.compress, &self.into) else { return Ok(()) };
        rayon::ThreadPoolBuilder::new().num_threads(self.threads).build_global()?;
        compress(plain, output)
    }
}

/// Writes the lines of a file as gzip members.
fn compress(plain: &Path, output: &Path) -> Result<()> {
    let text = fs::read_to_string(plain)?;
    let lines: Vec<&str> = text.lines().collect();
    let members = lines.par_chunks(MEMBER_LINES).map(|lines| Member::of(lines.iter().copied()));
    let members: Vec<Option<Member>> = members.collect::<Result<_, _>>()?;
    let mut file = BufWriter::new(File::create(output)?);
    for member in members {
        file.write_all(&member.context("a member without lines")?.gzip)?;
    }
    file.flush()?;
    fs::remove_file(plain)?;
    Ok(())
}
