//! Bar: bytes a person, by section and by path.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use rolo::Schema;
use rolo::storage::Snapshot;

use crate::child::{Loader, load};
use crate::people::People;
use crate::report::{Table, heading, mb, percent, verdict};

/// Paths that are listed.
const PATHS: usize = 40;

pub(crate) fn run(people: &People, folder: &Path, threads: usize) -> Result<()> {
    let path = folder.join("size.rolo.parquet");
    let loaded = load(Loader::Rolo, &people.path, &path, threads)?;
    let whole = fs::metadata(&path)?.len();
    heading("Bytes a person", &format!("{}.", people.describe()));
    let mut table = Table::new(&["", "MB", "bytes a person", "of the JSON"]);
    let mut row = |name: &str, bytes: u64| {
        table.row(&[name.to_string(), mb(bytes), a_person(bytes, people), percent(bytes, people.json_bytes)]);
    };
    row("**rolo's file**", whole);
    loaded.parts.iter().for_each(|(name, bytes)| row(name, *bytes));
    table.print();
    println!("{}.\n", verdict(whole * 100 <= people.json_bytes * 33, "Aim at most 33 %"));
    print_paths(people, &path)
}

/// The sections that belong to one path, the largest first.
fn print_paths(people: &People, path: &Path) -> Result<()> {
    let schema = Schema::person();
    let snapshot = Snapshot::open(path)?;
    let mut bytes: BTreeMap<(String, &str), u64> = BTreeMap::new();
    for section in snapshot.segments()?.iter().flat_map(|segment| segment.sections()) {
        let entry = section.entry();
        if let Some(node) = schema.node(entry.id.node) {
            *bytes.entry((node.path.clone(), entry.id.kind.name())).or_default() += entry.len;
        }
    }
    let mut sorted: Vec<_> = bytes.into_iter().collect();
    sorted.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let rest: u64 = sorted.iter().skip(PATHS).map(|(_, bytes)| bytes).sum();
    println!("The largest sections that belong to one path:\n");
    let mut table = Table::new(&["path", "section", "bytes a person"]);
    for ((path, kind), bytes) in sorted.into_iter().take(PATHS) {
        table.row(&[format!("`{path}`"), kind.to_string(), a_person(bytes, people)]);
    }
    table.row(&["all others".to_string(), String::new(), a_person(rest, people)]);
    table.print();
    Ok(())
}

fn a_person(bytes: u64, people: &People) -> String {
    format!("{:.1}", bytes as f64 / people.count as f64)
}
