//! Bar: searches against DuckDB, Tantivy and chDB.

mod chdb;
mod condition;
mod contenders;
mod duck;
mod engine;
mod fields;
mod lists;
pub(crate) mod pages;
mod queries;
pub(crate) mod size;
mod tables;
mod tantivy;
mod terms;

use std::path::Path;

use anyhow::{Result, ensure};

use crate::people::People;
use crate::race::{Spread, TURN};
use contenders::{Contenders, Entry, Who};
use queries::{Output, Query, queries};

/// One query, measured.
pub(crate) struct Measured {
    pub(crate) query: Query,
    /// People, or rows.
    pub(crate) count: u64,
    /// Microseconds, of those who can express the query.
    pub(crate) times: Vec<(Who, Spread)>,
}

impl Measured {
    /// The median of one contender, in microseconds.
    pub(crate) fn micros(&self, who: Who) -> Option<f64> {
        self.times.iter().find(|(one, _)| *one == who).map(|(_, spread)| spread.median)
    }
}

pub(crate) fn run(
    people: &People,
    folder: &Path,
    rounds: usize,
    threads: usize,
    python: Option<&Path>,
) -> Result<()> {
    let contenders = Contenders::set(people, folder, threads, python)?;
    let queries = queries(&contenders.values()?);
    eprintln!("comparing the answers to {} queries", queries.len());
    let counts = check(&contenders, &queries)?;
    if rounds == 0 {
        println!("Equal answers to all {} queries.", counts.len());
        return Ok(());
    }
    let mut measured = Vec::new();
    for (query, count) in queries.into_iter().zip(counts) {
        eprintln!("{}: {}", query.class, query.name);
        let times = race(&mut contenders.entries(&query), rounds)?;
        measured.push(Measured { query, count, times });
    }
    tables::print(people, &contenders, rounds, threads, &measured);
    Ok(())
}

/// Answers that are lists: pages in an order, suggestions, facets.
pub(crate) fn run_lists(people: &People, folder: &Path, rounds: usize, threads: usize) -> Result<()> {
    let contenders = Contenders::set(people, folder, threads, None)?;
    let mut lists = lists::lists(&contenders)?;
    eprintln!("comparing the answers to {} questions", lists.len());
    lists.iter_mut().try_for_each(lists::List::check)?;
    if rounds == 0 {
        println!("Equal answers to all {} questions.", lists.len());
        return Ok(());
    }
    let mut measured = Vec::new();
    for mut list in lists {
        eprintln!("{}: {}", list.class, list.name);
        let times = race(&mut list.entries, rounds)?;
        measured.push(lists::Timed { class: list.class, name: list.name, times });
    }
    lists::print(people, &contenders, rounds, threads, &measured);
    Ok(())
}

/// Everybody gives the same answers; returns how many people or rows. For queries that give rows, all people who match
/// are counted as well.
fn check(contenders: &Contenders, queries: &[Query]) -> Result<Vec<u64>> {
    let mut counts = Vec::new();
    let mut different = Vec::new();
    for query in queries {
        let everybody = Query { output: Output::Count, condition: query.condition.clone(), ..*query };
        let mut asked = vec![&everybody];
        if query.output != Output::Count {
            asked.push(query);
        }
        let mut count = 0;
        for query in asked {
            let mut answers = Vec::new();
            for mut entry in contenders.entries(query) {
                answers.push((entry.who, entry.answer()?.count));
            }
            count = answers.first().map_or(0, |(_, count)| *count);
            if answers.iter().any(|(_, other)| *other != count) {
                let filter = &query.condition.filter;
                different.push(format!("{}, {}: {answers:?}\n{filter}", query.class, query.name));
            }
        }
        counts.push(count);
    }
    ensure!(different.is_empty(), "different answers:\n{}", different.join("\n"));
    Ok(counts)
}

/// The contenders take turns; in each round another begins.
fn race(entries: &mut [Entry], rounds: usize) -> Result<Vec<(Who, Spread)>> {
    let mut seconds = vec![Vec::new(); entries.len()];
    for round in 0..=rounds {
        for turn in 0..entries.len() {
            let at = (round + turn) % entries.len();
            let (Some(entry), Some(seconds)) = (entries.get_mut(at), seconds.get_mut(at)) else { continue };
            let took = one_turn(entry)?;
            // The round before the first warms up.
            if round > 0 {
                seconds.push(took);
            }
        }
    }
    let spread = |seconds: &Vec<f64>| Spread::of(seconds.iter().map(|seconds| seconds * 1e6));
    Ok(entries.iter().map(|entry| entry.who).zip(seconds.iter().map(spread)).collect())
}

/// The mean time of one answer, in seconds.
fn one_turn(entry: &mut Entry) -> Result<f64> {
    let (mut sum, mut answers) = (0.0, 0);
    while sum < TURN && answers < 1_000 {
        sum += entry.answer()?.seconds;
        answers += 1;
    }
    Ok(sum / f64::from(answers))
}
