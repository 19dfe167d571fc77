//! Bar: load rate and file size, against DuckDB's file and LMDB's.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::child::{Loaded, Loader, load};
use crate::peers::duckdb::DuckDb;
use crate::peers::lmdb;
use crate::people::{KeyTable, People};
use crate::race::Spread;
use crate::report::{Table, each, heading, mb, percent, verdict};

/// Sections that LMDB's file has a counterpart of.
const RECORDS_AND_KEYS: [&str; 4] = ["records", "record offsets", "keys", "key lists"];

pub(crate) fn run(people: &People, folder: &Path, rounds: usize, threads: usize) -> Result<()> {
    let (rolo_file, duckdb_file) = (folder.join("load.rolo.parquet"), folder.join("load.duckdb"));
    let (mut rolo, mut duckdb) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut turns = [(Loader::Rolo, &rolo_file, &mut rolo), (Loader::Duckdb, &duckdb_file, &mut duckdb)];
        if round % 2 == 1 {
            turns.reverse();
        }
        for (loader, output, done) in turns {
            let loaded = load(loader, &people.path, output, threads)?;
            ensure!(loaded.people == people.count, "{} people loaded of {}", loaded.people, people.count);
            done.push(loaded);
        }
    }
    let version = DuckDb::open(None, threads)?.version();
    heading(
        "Load rate",
        &format!(
            "{}; {threads} threads each; a fresh process for each load; input in memory; {rounds} rounds in turns; DuckDB {version}.",
            people.describe()
        ),
    );
    print_rates(people, &rolo, &duckdb);
    print_sizes(people, &rolo, &rolo_file, &duckdb_file, folder)
}

fn print_rates(people: &People, rolo: &[Loaded], duckdb: &[Loaded]) {
    let mut table = Table::new(&["", "people/s", "MB/s of JSON", "peak anonymous memory, MB"]);
    for (name, runs) in [("rolo", rolo), ("DuckDB `read_json`", duckdb)] {
        let rate = Spread::of(runs.iter().map(|run| people.count as f64 / run.seconds));
        let bytes = Spread::of(runs.iter().map(|run| people.json_bytes as f64 / 1e6 / run.seconds));
        let memory = runs.iter().map(|run| run.anonymous_bytes).max().unwrap_or(0);
        table.row(&[name.to_string(), rate.show(0), bytes.show(1), mb(memory)]);
    }
    table.print();
    let ratio = Spread::of(rolo.iter().zip(duckdb).map(|(rolo, duckdb)| duckdb.seconds / rolo.seconds));
    println!("rolo's rate is {} times DuckDB's. {}.\n", ratio.show(2), verdict(ratio.median >= 1.0, "Aim 1"));
}

fn print_sizes(
    people: &People,
    rolo: &[Loaded],
    rolo_file: &Path,
    duckdb_file: &Path,
    folder: &Path,
) -> Result<()> {
    let lmdb_file = folder.join("load.lmdb");
    lmdb::build(&lmdb_file, people, &KeyTable::of(people)?, &dictionary(people)?)?;
    let len = |path: &Path| -> Result<u64> { Ok(fs::metadata(path)?.len()) };
    let (whole, lmdb) = (len(rolo_file)?, len(&lmdb_file)?);
    let parts = &rolo.last().context("no round was run")?.parts;

    heading(
        "File size",
        "The same people. *Records and keys* are the sections that LMDB's file has a counterpart of.",
    );
    let mut table = Table::new(&["", "MB", "bytes a person", "of the JSON"]);
    let mut row = |name: &str, bytes: u64| {
        let (per_person, part) = (each(bytes, people.count), percent(bytes, people.json_bytes));
        table.row(&[name.to_string(), mb(bytes), per_person, part]);
    };
    row("JSON", people.json_bytes);
    row("**rolo's file**", whole);
    parts.iter().for_each(|(name, bytes)| row(name, *bytes));
    row("DuckDB's file", len(duckdb_file)?);
    row("LMDB's file, records with a dictionary of zstd's", lmdb);
    table.print();

    let same = |name: &str| RECORDS_AND_KEYS.contains(&name);
    let both: u64 = parts.iter().filter(|(name, _)| same(name)).map(|(_, bytes)| bytes).sum();
    ensure!(both > 0, "the report names no records");
    println!(
        "rolo's file has {} of the JSON's bytes. {}.\n",
        percent(whole, people.json_bytes),
        verdict(
            whole * 100 <= people.json_bytes * 33,
            "Aim at most 33 % (with the search indexes, which are still to come)"
        )
    );
    println!(
        "Records and keys have {} MB, {} of LMDB's file. {}.\n",
        mb(both),
        percent(both, lmdb),
        verdict(both * 4 <= lmdb * 3, "Aim at most 75 %")
    );
    Ok(())
}

/// The dictionary for peers that compress records: zstd's own, as large as rolo's, trained on as many of the people.
pub(crate) fn dictionary(people: &People) -> Result<Vec<u8>> {
    let sample = people.records()?.take(2_048).collect::<Result<Vec<_>>>()?;
    zstd::dict::from_samples(&sample, 112 << 10)
        .context("too few people for a dictionary: measure with 1,000 or more")
}
