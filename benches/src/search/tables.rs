//! What is printed of the searches.

use super::Measured;
use super::contenders::{Contenders, Who};
use super::queries::{Columns, Output};
use crate::people::People;
use crate::report::{Table, heading, verdict};

/// Tantivy's queries that take less, in microseconds, are not held against rolo.
const SHORT: f64 = 100.0;

pub(crate) fn print(
    people: &People,
    contenders: &Contenders,
    rounds: usize,
    threads: usize,
    measured: &[Measured],
) {
    heading(
        "Searches",
        &format!(
            "{}. {threads} threads each; warm; medians of {rounds} rounds in turns, microseconds from the filter or statement to the count. DuckDB {}: *nested* as `read_json` makes people, *flat* in tables. \
             The ratio is of the faster one's time to rolo's. Equal counts were checked first.",
            people.describe(),
            contenders.duckdb.version(),
        ),
    );
    let counts: Vec<&Measured> = measured.iter().filter(|one| one.query.output == Output::Count).collect();
    let rows: Vec<&Measured> = measured.iter().filter(|one| one.query.output != Output::Count).collect();
    print_counts(&counts);
    print_rows(&rows);
    let slower: Vec<&str> = measured
        .iter()
        .filter(|one| ratio(one).is_some_and(|ratio| ratio < 1.0))
        .map(|one| one.query.name)
        .collect();
    let which = if slower.is_empty() { String::new() } else { format!(" ({})", slower.join("; ")) };
    println!("{}{which}.\n", verdict(slower.is_empty(), "Aim no query slower than DuckDB"));
    print_peer(
        "Tantivy",
        &format!(
            "The counts that it can express: terms of whole people, {} segments, no query about one element.",
            contenders.tantivy.segments()
        ),
        Who::Tantivy,
        &counts,
        (3.0, SHORT),
    );
    if let Some(chdb) = &contenders.chdb {
        let about = format!(
            "Version {}, words alone, with text indexes on MergeTree tables of people and roles; timed inside the process.",
            chdb.borrow().version
        );
        print_peer("chDB", &about, Who::ChDb, &counts, (2.0, 0.0));
    }
}

fn print_counts(counts: &[&Measured]) {
    let mut table =
        Table::new(&["class", "query", "people", "rolo", "DuckDB, nested", "DuckDB, flat", "ratio"]);
    for one in counts {
        table.row(&[
            one.query.class.to_string(),
            one.query.name.to_string(),
            one.count.to_string(),
            micros(one, Who::Rolo),
            micros(one, Who::Nested),
            micros(one, Who::Flat),
            shown_ratio(ratio(one)),
        ]);
    }
    table.print();
    print_aim("Counts", &counts.iter().filter_map(|one| ratio(one)).collect::<Vec<_>>(), 100.0);
}

fn print_rows(rows: &[&Measured]) {
    heading(
        "Searches that give rows",
        "Rows in memory: rolo's are JSON text, DuckDB's its own vectors; *as text* is DuckDB's time with `to_json`, which the ratio does not look at.",
    );
    let head =
        ["class", "query", "people", "rolo", "DuckDB, nested", "DuckDB, flat", "DuckDB, as text", "ratio"];
    let mut table = Table::new(&head);
    for one in rows {
        table.row(&[
            one.query.class.to_string(),
            one.query.name.to_string(),
            one.count.to_string(),
            micros(one, Who::Rolo),
            micros(one, Who::Nested),
            micros(one, Who::Flat),
            micros(one, Who::AsJson),
            shown_ratio(ratio(one)),
        ]);
    }
    table.print();
    let aims = [
        (Columns::Whole, "Whole records", 8.0),
        (Columns::Branches, "Branches", 2.0),
        (Columns::Leaves, "Leaves", 1.0),
    ];
    for (columns, name, aim) in aims {
        let of = |one: &&&Measured| one.query.output == Output::Rows(10_000, columns);
        let ratios: Vec<f64> = rows.iter().filter(of).filter_map(|one| ratio(one)).collect();
        print_aim(&format!("{name}, 10,000 of them"), &ratios, aim);
    }
}

fn print_peer(name: &str, about: &str, who: Who, counts: &[&Measured], (aim, shortest): (f64, f64)) {
    heading(name, about);
    let mut table = Table::new(&["class", "query", "people", "rolo", name, "ratio"]);
    let mut ratios = Vec::new();
    for one in counts.iter().filter(|one| one.micros(who).is_some()) {
        let ratio = one.micros(Who::Rolo).zip(one.micros(who)).map(|(rolo, peer)| peer / rolo);
        if one.micros(who).is_some_and(|micros| micros > shortest) {
            ratios.extend(ratio);
        }
        table.row(&[
            one.query.class.to_string(),
            one.query.name.to_string(),
            one.count.to_string(),
            micros(one, Who::Rolo),
            micros(one, who),
            shown_ratio(ratio),
        ]);
    }
    table.print();
    let what =
        if shortest > 0.0 { format!("Queries of more than {shortest:.0} us") } else { "All".to_string() };
    print_aim(&what, &ratios, aim);
}

/// How many times rolo's time the faster of DuckDB's two forms takes.
fn ratio(one: &Measured) -> Option<f64> {
    let duckdb = one.micros(Who::Nested)?.min(one.micros(Who::Flat)?);
    Some(duckdb / one.micros(Who::Rolo)?)
}

fn micros(one: &Measured, who: Who) -> String {
    shown_micros(one.micros(who))
}

pub(super) fn shown_micros(micros: Option<f64>) -> String {
    micros.map_or("-".to_string(), |micros| match micros < 100.0 {
        true => format!("{micros:.1}"),
        false => format!("{micros:.0}"),
    })
}

pub(super) fn shown_ratio(ratio: Option<f64>) -> String {
    match ratio {
        None => "-".to_string(),
        Some(ratio) if ratio < 1.0 => format!("**{ratio:.2}**"),
        Some(ratio) if ratio < 10.0 => format!("{ratio:.1}"),
        Some(ratio) => format!("{ratio:.0}"),
    }
}

/// The geometric mean of ratios against an aim; nothing without ratios.
pub(super) fn print_aim(what: &str, ratios: &[f64], aim: f64) {
    if ratios.is_empty() {
        return;
    }
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    println!(
        "{what}: {mean:.1} times in geometric mean. {}.\n",
        verdict(mean >= aim, &format!("Aim {aim:.0}"))
    );
}
