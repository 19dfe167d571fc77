//! Bar: one selective query in a process of its own, against DuckDB's command line on a file that DuckDB wrote.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::duck::{self, Form};
use crate::child;
use crate::people::People;
use crate::race::{Contender, Race};
use crate::report::{Table, heading, verdict};

const ROLO: &str = "select basic_profile.name as name, basic_profile.headline as headline,
        professional_network.followers as followers
    from people where basic_profile.location.country = 'Estonia' and years_of_experience_raw >= 10
    order by professional_network.followers desc nulls last, person_id limit 20";
const DUCKDB: &str = "select name, headline, followers from people where country = 'Estonia' and years >= 10
    order by followers desc nulls last, person_id limit 20";

/// What is measured.
pub(crate) struct Setup<'a> {
    pub(crate) people: &'a People,
    pub(crate) folder: &'a Path,
    pub(crate) rounds: usize,
    pub(crate) threads: usize,
    /// The `rolo` program; the one beside this program if not given.
    pub(crate) rolo: Option<PathBuf>,
    /// The `duckdb` program.
    pub(crate) duckdb: PathBuf,
}

pub(crate) fn run(setup: &Setup) -> Result<()> {
    let file = super::database(setup.people, setup.folder)?;
    let tables = duck::build(setup.people, &file, setup.folder, setup.threads)?;
    let beside = || Ok::<_, std::io::Error>(std::env::current_exe()?.with_file_name("rolo"));
    let program = setup.rolo.clone().map_or_else(beside, Ok)?;
    let rolo = || {
        let mut command = Command::new(&program);
        command.arg("sql").arg(&file).args(["--format", "jsonl", "-c", ROLO]);
        command
    };
    let duckdb = |form: Form| {
        let mut command = Command::new(&setup.duckdb);
        command.arg("-readonly").arg("-jsonlines").arg(&tables);
        command.args(["-c", &format!("use {}; {DUCKDB}", form.schema())]);
        command
    };
    let rows = check(&mut rolo(), [&mut duckdb(Form::Flat), &mut duckdb(Form::Nested)])?;
    let version = child::run(Command::new(&setup.duckdb).arg("--version"))?;
    let contender = |name, command: &dyn Fn() -> Command| {
        let mut made = command();
        Contender::new(name, move |(): &()| Ok(child::run(&mut made)?.len() as u64))
    };
    let contenders = vec![
        contender("rolo", &rolo),
        contender("DuckDB, flat", &|| duckdb(Form::Flat)),
        contender("DuckDB, nested", &|| duckdb(Form::Nested)),
    ];
    let race = Race::run(contenders, setup.rounds, 1, || Ok(()))?;
    print(setup, rows, version.trim(), &race);
    Ok(())
}

/// Everybody prints the same rows; returns how many.
fn check(rolo: &mut Command, others: [&mut Command; 2]) -> Result<usize> {
    let own = rows(rolo)?;
    for other in others {
        let theirs = rows(other)?;
        ensure!(own == theirs, "rolo prints\n{own:#?}\nand DuckDB\n{theirs:#?}");
    }
    Ok(own.len())
}

/// What a command prints, as JSON values: escapes are nobody's difference.
fn rows(command: &mut Command) -> Result<Vec<Value>> {
    let lines = child::run(command)?;
    lines.lines().map(|line| serde_json::from_str(line).with_context(|| format!("no JSON: {line}"))).collect()
}

fn print(setup: &Setup, rows: usize, version: &str, race: &Race) {
    heading(
        "One selective query, cold",
        &format!(
            "{}. A process of its own for each answer of {rows} rows, from its start to its end, files in memory; {} rounds in turns; DuckDB's command line {version}. Equal rows were checked first.",
            setup.people.describe(),
            setup.rounds,
        ),
    );
    let mut table = Table::new(&["", "milliseconds", "times rolo's"]);
    for (at, name) in race.names.iter().enumerate() {
        table.row(&[name.to_string(), race.micros(at).scaled(1e-3).show(1), race.ratio(at, 0).show(2)]);
    }
    table.print();
    let faster = race.ratio(1, 0).median.min(race.ratio(2, 0).median);
    println!(
        "The faster of DuckDB's takes {faster:.2} times as long. {}.\n",
        verdict(faster >= 1.0, "Aim 1")
    );
}
