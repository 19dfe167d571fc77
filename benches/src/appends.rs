//! Bar: many small appends: bytes written, segments, manifest, footer, and what lookups pay.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rolo::storage::Snapshot;
use rolo::{Database, Input, Key, LoadOptions, NoObserver};

use crate::child::load_rolo;
use crate::pages::touched;
use crate::people::{People, Random, remove};
use crate::race::Spread;
use crate::report::{Table, heading, mb, verdict};

const APPENDS: u64 = 200;
const MAX_SEGMENTS: usize = 24;
/// After how many appends the file is looked at.
const LOOKS: [u64; 8] = [1, 5, 10, 25, 50, 100, 150, 200];
/// Lookups whose pages are counted.
const LOOKUPS: usize = 500;

pub(crate) fn run(people: &People, folder: &Path) -> Result<()> {
    let each = people.count / APPENDS;
    ensure!(each > 0, "at least {APPENDS} people are needed");
    let path = folder.join("appends.rolo.parquet");
    remove(&path)?;
    let mut records = people.records()?;
    let mut table = Table::new(&[
        "after appends",
        "file, MB",
        "live, MB",
        "appended / live",
        "segments",
        "row groups",
        "manifest, bytes",
        "footer, kB",
        "seconds since the row before",
    ]);
    let mut since = Instant::now();
    let mut most_segments = 0;
    for append in 1..=APPENDS {
        let mut lines = Vec::new();
        for record in records.by_ref().take(usize::try_from(each)?) {
            lines.extend(record?);
            lines.push(b'\n');
        }
        let report = Database::load(
            &path,
            vec![Input::bytes("append", lines)],
            &LoadOptions::default(),
            &mut NoObserver,
        )?;
        ensure!(report.people == each, "{} people of {each} were added", report.people);
        most_segments = most_segments.max(Snapshot::open(&path)?.manifest().segments.len());
        if LOOKS.contains(&append) {
            table.row(&look(&path, append, since)?);
            since = Instant::now();
        }
    }
    heading(
        "Small appends",
        &format!(
            "{APPENDS} appends of {each} people; {}. Bytes are those of the database file; staging files are not counted.",
            people.describe()
        ),
    );
    table.print();
    let snapshot = Snapshot::open(&path)?;
    let (len, live) = (fs::metadata(&path)?.len(), snapshot.bytes()?.live);
    println!(
        "Bytes appended are {:.2} times the live bytes. {}.\n",
        len as f64 / live as f64,
        verdict(len <= 6 * live, "Aim at most 6")
    );
    println!(
        "At most {most_segments} segments. {}.\n",
        verdict(most_segments <= MAX_SEGMENTS, &format!("Aim at most {MAX_SEGMENTS}"))
    );
    compare_pages(people, &path, folder, snapshot.manifest().segments.len())
}

/// A row of the table.
fn look(path: &Path, append: u64, since: Instant) -> Result<Vec<String>> {
    let seconds = since.elapsed().as_secs_f64();
    let snapshot = Snapshot::open(path)?;
    let manifest = snapshot.manifest();
    // The file never shrinks and is never written twice, so its length is what was appended.
    let (len, live) = (fs::metadata(path)?.len(), snapshot.bytes()?.live);
    let row_groups: u32 = manifest.segments.iter().map(|segment| segment.row_groups).sum();
    Ok(vec![
        append.to_string(),
        mb(len),
        mb(live),
        format!("{:.2}", len as f64 / live as f64),
        manifest.segments.len().to_string(),
        row_groups.to_string(),
        snapshot.name().manifest.len.to_string(),
        format!("{:.1}", manifest.footer_len as f64 / 1e3),
        format!("{seconds:.1}"),
    ])
}

/// Lookups after the appends against lookups after one load of the same people.
fn compare_pages(people: &People, appended: &Path, folder: &Path, segments: usize) -> Result<()> {
    let fresh = folder.join("appends-fresh.rolo.parquet");
    remove(&fresh)?;
    load_rolo(&people.path, &fresh)?;
    let urls = people.urls()?;
    let mut random = Random::new(3);
    let keys = (0..LOOKUPS).filter_map(|_| random.choose(&urls)).map(|url| Key::url(url));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let (few, many) = (touched(&fresh, &keys)?, touched(appended, &keys)?);
    let more = Spread::of(many.again.iter().zip(&few.again).map(|(many, few)| many - few));
    let most = many.again.iter().zip(&few.again).map(|(many, few)| many - few).fold(f64::MIN, f64::max);
    println!(
        "{LOOKUPS} random profile URLs, pages touched: after one load {}; after the appends {}; key by key {} more.\n",
        Spread::of(few.again).show(0),
        Spread::of(many.again).show(0),
        more.show(0)
    );
    let allowed = segments.checked_sub(1).context("no segment")? as f64;
    println!(
        "{}.\n",
        verdict(most <= allowed, &format!("Aim at most one more for each of the {allowed} further segments"))
    );
    Ok(())
}
