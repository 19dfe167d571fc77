//! Bar: what change costs in a large file: an append, replacements, forgetting and compaction, in bytes and against a load of everybody.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rolo::engine::{Forgetting, OnDuplicate, RewriteOptions};
use rolo::{Database, Input, Key, LoadOptions, LoadReport, NoObserver};

use crate::people::{People, Random, remove};
use crate::report::{Table, heading, mb, verdict};

/// People who are appended.
const APPENDED: u64 = 1_000;
/// How many are replaced at once, and how many forgotten.
const REPLACED: [usize; 3] = [1, 100, 10_000];
const FORGOTTEN: [usize; 2] = [1, 1_000];
/// What is not the people's own in an append.
const REST: &str = "manifest, footer and padding";

pub(crate) fn run(people: &People, folder: &Path) -> Result<()> {
    let path = folder.join("upkeep.rolo.parquet");
    let started = Instant::now();
    load(&path, vec![Input::file(&people.path)?], OnDuplicate::Reject, true)?;
    let whole = started.elapsed().as_secs_f64();
    let more = appended(people)?;
    let append = timed(|| load(&path, vec![Input::bytes("more", more.clone())], OnDuplicate::Reject, false))?;
    heading(
        "Change",
        &format!("{}. Loading all of them took {whole:.1} s; `times` are parts of that.", people.describe()),
    );
    tell_append(&append.0, &more, folder)?;
    let mut table = Table::new(&["change", "bytes added, MB", "seconds", "times", "dead after, about, MB"]);
    let mut row = |what: String, added: u64, seconds: f64| -> Result<()> {
        let dead = Database::open(&path)?.info()?.bytes.compaction().1;
        table.row(&[what, mb(added), format!("{seconds:.2}"), format!("{:.3}", seconds / whole), mb(dead)]);
        Ok(())
    };
    row(format!("append {APPENDED}"), append.0.bytes_total(), append.1)?;
    let mut random = Random::new(9);
    for count in REPLACED {
        let records = some(people, count, &mut random)?;
        let (report, seconds) =
            timed(|| load(&path, vec![Input::bytes("again", records)], OnDuplicate::Replace, false))?;
        ensure!(report.replaced == count as u64, "{} of {count} were replaced", report.replaced);
        row(format!("replace {count}"), report.bytes_total(), seconds)?;
    }
    let fresh = folder.join("upkeep-fresh.rolo.parquet");
    load(&fresh, vec![Input::file(&people.path)?, Input::bytes("more", more)], OnDuplicate::Reject, true)?;
    let before = size(&path)?;
    let compact =
        || Ok(Database::compact(&path, &RewriteOptions::default(), &|_| ControlFlow::Continue(()))?);
    let (report, seconds) = timed(compact)?;
    row("compact".to_string(), report.bytes, seconds)?;
    let (compacted, loaded) = (size(&path)?, size(&fresh)?);
    for count in FORGOTTEN {
        let ids = Database::open(&path)?.person_ids()?;
        let keys: Vec<Key> =
            (0..count).map(|_| Key::person_id(ids[random.next() as usize % ids.len()])).collect();
        let (report, seconds) = timed(|| {
            let forgetting = Forgetting::begin(&path, &keys)?;
            Ok(forgetting.finish(&RewriteOptions::default(), &|_| ControlFlow::Continue(()))?.0)
        })?;
        row(format!("forget {}", report.forgotten), report.file.bytes, seconds)?;
    }
    table.print();
    let (compacted_mb, loaded_mb) = (mb(compacted), mb(loaded));
    println!(
        "Compaction: {} MB became {compacted_mb}; one load of the same people gives {loaded_mb}, {:+.2} %. {}.\n",
        mb(before),
        100.0 * (compacted as f64 / loaded as f64 - 1.0),
        verdict(compacted * 100 <= loaded * 105, "Bar within 5 %")
    );
    [path, fresh].iter().try_for_each(|path| remove(path))
}

/// What the people of an append took, against a file of their own.
fn tell_append(report: &LoadReport, more: &[u8], folder: &Path) -> Result<()> {
    let path = folder.join("upkeep-own.rolo.parquet");
    let own = load(&path, vec![Input::bytes("more", more.to_vec())], OnDuplicate::Reject, true)?;
    remove(&path)?;
    let people = |report: &LoadReport| {
        let others = [REST, "schema", "record dictionary", "merged segments"];
        let bytes = report.bytes.iter().filter(|(name, _)| !others.contains(&name.as_str()));
        bytes.map(|(_, bytes)| bytes).sum::<u64>()
    };
    let (appended, alone) = (people(report), people(&own));
    let rest = report.bytes.get(REST).copied().unwrap_or(0);
    println!(
        "An append of {APPENDED} people: {} bytes, of which {appended} are theirs (in a file of their own {alone}) and {rest} manifest, \
         footer and padding. {}.\n",
        report.bytes_total(),
        verdict(
            report.bytes_total() == appended + rest && appended as f64 <= alone as f64 * 1.02,
            "Bar at most what they need, manifest and footer"
        )
    );
    Ok(())
}

fn load(path: &PathBuf, inputs: Vec<Input>, on_duplicate: OnDuplicate, anew: bool) -> Result<LoadReport> {
    if anew {
        remove(path)?;
    }
    let options = LoadOptions { on_duplicate, ..LoadOptions::default() };
    Ok(Database::load(path, inputs, &options, &mut NoObserver)?)
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let started = Instant::now();
    let done = work()?;
    Ok((done, started.elapsed().as_secs_f64()))
}

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).with_context(|| path.display().to_string())?.len())
}

/// People behind the last one.
fn appended(people: &People) -> Result<Vec<u8>> {
    let mut lines = Vec::new();
    rolo::demo::People::new(rolo::demo::DEFAULT_SEED)
        .write(people.count..people.count + APPENDED, &mut lines)?;
    Ok(lines)
}

/// The records of so many different people from all over the file.
fn some(people: &People, count: usize, random: &mut Random) -> Result<Vec<u8>> {
    let mut chosen = std::collections::BTreeSet::new();
    while chosen.len() < count {
        chosen.insert(random.next() % people.count);
    }
    let mut lines = Vec::new();
    for (at, record) in (0_u64..).zip(people.records()?) {
        if chosen.contains(&at) {
            lines.extend(record?);
            lines.push(b'\n');
        }
    }
    Ok(lines)
}
