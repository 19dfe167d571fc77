//! Bar: pages touched by counts, at three sizes of the database.

use std::path::Path;

use anyhow::{Result, ensure};
use rolo::storage::counters::count_pages;
use serde_json::Value;

use super::engine::Rolo;
use super::queries::{Output, Query, Values, queries};
use crate::child::load_rolo;
use crate::people::{People, remove};
use crate::report::{Table, heading, verdict};

/// Long lists hold values of so many people, who are the first in a database of any size.
const LISTED: usize = 1_000;
/// Pages that a query may touch more in a larger database without matching more: another level of a directory, a list that
/// now crosses the end of a page.
const SLACK: u64 = 8;
/// Classes whose queries are one condition each, so that what is read is what matches.
const SIMPLE: [&str; 4] = ["exact", "words", "phrase", "flat list"];

/// One query at one size.
struct Counted {
    people: u64,
    pages: u64,
}

pub(crate) fn run(sizes: [u64; 3], folder: &Path) -> Result<()> {
    // Pages that other threads read are not counted.
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let queries: Vec<Query> = queries(&values(&People::first(sizes[0], folder)?)?)
        .into_iter()
        .filter(|query| query.output == Output::Count)
        .collect();
    let mut counted: Vec<Vec<Counted>> = queries.iter().map(|_| Vec::new()).collect();
    for count in sizes {
        let people = People::first(count, folder)?;
        let path = folder.join(format!("search-pages-{count}.rolo.parquet"));
        remove(&path)?;
        load_rolo(&people.path, &path)?;
        for (query, counted) in queries.iter().zip(&mut counted) {
            let rolo = Rolo::open(&path)?;
            let filter = query.condition.filter.to_string();
            let people = rolo.count(&filter)?;
            // The second count, which reads no checksums.
            let (again, touched) = one_thread.install(|| count_pages(|| rolo.count(&filter)));
            ensure!(again? == people, "{} is counted differently the second time", query.name);
            counted.push(Counted { people, pages: touched.pages });
        }
    }
    print(sizes, &queries, &counted);
    Ok(())
}

fn print(sizes: [u64; 3], queries: &[Query], counted: &[Vec<Counted>]) {
    heading(
        "Pages touched by a count",
        "Different pages of 16 KiB, without those of checksums, on one thread; in brackets the people who match.",
    );
    let sizes = sizes.map(|size| format!("{size} people"));
    let mut head = vec!["class", "query"];
    head.extend(sizes.iter().map(String::as_str));
    let mut table = Table::new(&head);
    let mut misses = Vec::new();
    for (query, counted) in queries.iter().zip(counted) {
        let mut cells = vec![query.class.to_string(), query.name.to_string()];
        cells.extend(counted.iter().map(|one| format!("{} ({})", one.pages, one.people)));
        table.row(&cells);
        if let (Some(few), Some(many)) = (counted.first(), counted.last())
            && SIMPLE.contains(&query.class)
            && many.pages > few.pages + many.people.saturating_sub(few.people) + SLACK
        {
            misses.push(format!("{}: {}", query.class, query.name));
        }
    }
    table.print();
    let which = if misses.is_empty() { String::new() } else { format!(" ({})", misses.join("; ")) };
    let aim =
        format!("Aim, for queries of one condition, no more than a page for each further match, and {SLACK}");
    println!("{}{which}.\n", verdict(misses.is_empty(), &aim));
}

/// Values of the first people.
fn values(people: &People) -> Result<Values> {
    let mut values = Values { domains: Vec::new(), names: Vec::new(), ids: Vec::new() };
    for record in people.records()?.take(LISTED) {
        let record: Value = serde_json::from_slice(&record?)?;
        let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(str::to_string);
        values.names.extend(text("/basic_profile/name"));
        values.domains.extend(text("/experience/employment_details/current/0/company_website_domain"));
        values.ids.extend(record.get("crustdata_person_id").and_then(Value::as_i64));
    }
    values.domains.sort_unstable();
    values.domains.dedup();
    values.names.sort_unstable();
    values.names.dedup();
    Ok(values)
}
