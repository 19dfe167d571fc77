//! Bar: pages touched by a lookup, counted at two sizes of the database.

use std::path::Path;

use anyhow::Result;
use rolo::storage::counters::count_pages;
use rolo::{Database, Key};

use crate::child::load_rolo;
use crate::people::{People, Random, remove, unknown};
use crate::race::Spread;
use crate::report::{Table, heading, verdict};

/// Lookups of each kind.
const LOOKUPS: usize = 500;

/// Pages of lookups: the first of a process, which reads checksums as well, and the same once more.
pub(crate) struct Pages {
    pub(crate) first: Vec<f64>,
    pub(crate) again: Vec<f64>,
}

pub(crate) fn run(sizes: [u64; 2], folder: &Path) -> Result<()> {
    heading(
        "Pages touched by a lookup",
        &format!(
            "Different pages of 16 KiB, counted, {LOOKUPS} random profile URLs each: median (smallest..greatest). *First*: the first lookup after the database was opened, \
             pages of checksums included. *Again*: the same lookup once more."
        ),
    );
    let mut table =
        Table::new(&["people", "known, first", "known, again", "unknown, first", "unknown, again"]);
    let mut medians = Vec::new();
    for count in sizes {
        let people = People::first(count, folder)?;
        let path = folder.join(format!("pages-{count}.rolo.parquet"));
        remove(&path)?;
        load_rolo(&people.path, &path)?;
        let urls = people.urls()?;
        let mut random = Random::new(2);
        let hits = (0..LOOKUPS).filter_map(|_| random.choose(&urls)).map(|url| Key::url(url));
        let hits = touched(&path, &hits.collect::<Result<Vec<_>, _>>()?)?;
        let misses: Vec<Key> = unknown(LOOKUPS, &mut random)?.into_iter().map(|one| one.key).collect();
        let misses = touched(&path, &misses)?;
        let spreads = [hits.first, hits.again, misses.first, misses.again].map(Spread::of);
        let mut cells = vec![count.to_string()];
        cells.extend(spreads.iter().map(|spread| spread.show(0)));
        table.row(&cells);
        medians.push(spreads.map(|spread| spread.median));
    }
    table.print();
    println!("{}.\n", verdict(medians.first() == medians.last(), "Aim equal medians"));
    Ok(())
}

/// The pages that each key touches.
pub(crate) fn touched(path: &Path, keys: &[Key]) -> Result<Pages> {
    let mut pages = Pages { first: Vec::new(), again: Vec::new() };
    for key in keys {
        let database = Database::open(path)?;
        for counts in [&mut pages.first, &mut pages.again] {
            let (found, touched) = count_pages(|| database.get(key));
            found?;
            counts.push(touched.pages as f64);
        }
    }
    Ok(pages)
}
