//! A crash costs only the uncommitted: loads that are killed, and media that drop, tear and reorder what was not synced.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rolo::engine::load_through;
use rolo::storage::{FileMedium, Medium, StorageError, Writer};
use rolo::{Database, Input, LoadOptions, NoObserver};

use super::common::{Random, SAMPLE, assert_sound, cases, everybody, folder, load, sorted};
use super::foreign;

#[test]
fn a_killed_load_leaves_the_last_commit() {
    let (folder, path) = folder();
    let (start, rest) = SAMPLE.split_at(300);
    load(&path, start);
    let mut present = sorted(start);
    // Each load brings forty people; how long one takes decides when the killing falls.
    let batches: Vec<&[String]> = rest.chunks(40).collect();
    let mut next = 0;
    let mut random = Random(0x5eed);
    let input = folder.path().join("more.jsonl");
    let mut longest = Duration::from_millis(50);
    let kills = cases(40).min(1_000);
    let mut committed = 0;
    for kill in 0..kills {
        let batch = batches[next % batches.len()];
        fs::write(&input, batch.join("\n")).expect("an input");
        let delay = longest.mul_f64(random.below(1_000) as f64 / 1_000.0);
        let before = Instant::now();
        if killed(&["load", "--quiet"], &[&path, &input], delay) {
            longest = longest.max(before.elapsed()).min(Duration::from_secs(5));
        } else {
            longest += Duration::from_millis(5);
        }
        let database = Database::open(&path).expect("the last commit opens");
        let found = everybody(&database);
        if found != present {
            present.extend(batch.iter().cloned());
            present.sort_unstable();
            assert_eq!(found, present, "kill {kill}: neither the commit before nor the next");
            committed += 1;
            next += 1;
        }
        if kill % 10 == 0 {
            assert_sound(&path);
        }
        if next == batches.len() {
            break;
        }
    }
    assert_sound(&path);
    // The next load works, whatever the last one left: lock, staging folder, torn tail. It brings everybody who is missing.
    let missing = batches[next..].concat();
    assert_eq!(load(&path, &missing).people, missing.len() as u64);
    present.extend(missing);
    present.sort_unstable();
    assert_eq!(everybody(&Database::open(&path).expect("opens")), present);
    eprintln!("{kills} loads killed, {committed} of them after their commit");
    let source = folder.path().join("present.jsonl");
    fs::write(&source, present.join("\n")).expect("a source");
    foreign::compare(&path, &foreign::person_schema(), &[&source]);
}

/// What was done to a file.
#[derive(Debug, Clone)]
enum Op {
    Write(u64, Vec<u8>),
    Cut(u64),
    Sync,
}

fn apply(op: &Op, image: &mut Vec<u8>) {
    match op {
        Op::Write(offset, bytes) => {
            let (start, end) = (*offset as usize, *offset as usize + bytes.len());
            image.resize(image.len().max(end), 0);
            image[start..end].copy_from_slice(bytes);
        }
        Op::Cut(len) => image.resize(*len as usize, 0),
        Op::Sync => {}
    }
}

/// Tells `before` what is about to be done to the file, and does it unless `before` fails.
struct Watched<F> {
    file: FileMedium,
    before: F,
}

impl<F: FnMut(Op) -> Result<(), StorageError> + Send> Medium for Watched<F> {
    fn path(&self) -> &Path {
        self.file.path()
    }

    fn len(&self) -> Result<u64, StorageError> {
        self.file.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        self.file.read_at(offset, buffer)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        (self.before)(Op::Write(offset, bytes.to_vec()))?;
        self.file.write_at(offset, bytes)
    }

    fn sync(&mut self) -> Result<(), StorageError> {
        (self.before)(Op::Sync)?;
        self.file.sync()
    }

    fn set_len(&mut self, len: u64) -> Result<(), StorageError> {
        (self.before)(Op::Cut(len))?;
        self.file.set_len(len)
    }
}

/// The file's bytes before a load, and what the load did to them.
fn recorded_load(path: &Path, records: &[String]) -> (Vec<u8>, Vec<Op>) {
    let before = fs::read(path).expect("the file");
    let ops = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&ops);
    let watched = move |file| -> Box<dyn Medium> {
        let kept = Arc::clone(&kept);
        let before = move |op| {
            kept.lock().expect("no panic holds it").push(op);
            Ok(())
        };
        Box::new(Watched { file, before })
    };
    let writer = Writer::open_with(path, "test", watched);
    let writer = writer.expect("a writer");
    let input = vec![Input::bytes("records", records.join("\n"))];
    load_through(writer, input, &LoadOptions::default(), &mut NoObserver).expect("a load");
    let ops = ops.lock().expect("no panic holds it").clone();
    (before, ops)
}

/// The images that a crash after `ops[..stop]` may leave: what was synced, and of the rest some, in parts, in any order.
fn crash_images(before: &[u8], ops: &[Op], stop: usize, random: &mut Random) -> Vec<Vec<u8>> {
    let synced = ops[..stop].iter().rposition(|op| matches!(op, Op::Sync)).map_or(0, |at| at + 1);
    let mut durable = before.to_vec();
    ops[..synced].iter().for_each(|op| apply(op, &mut durable));
    let pending = &ops[synced..stop];
    let mut images = vec![durable.clone()];
    let mut all = durable.clone();
    pending.iter().for_each(|op| apply(op, &mut all));
    images.push(all);
    for _ in 0..3 {
        // Some of the pending writes, cut at sectors, in another order.
        let mut image = durable.clone();
        let mut pieces = Vec::new();
        for op in pending {
            match op {
                Op::Write(offset, bytes) => {
                    pieces.extend(bytes.chunks(512).enumerate().map(|(at, sector)| {
                        let torn = random.below(40) == 0;
                        let keep =
                            if torn { random.below(sector.len() as u64) as usize } else { sector.len() };
                        Op::Write(offset + at as u64 * 512, sector[..keep].to_vec())
                    }));
                }
                other => pieces.push(other.clone()),
            }
        }
        let share = 1 + random.below(10);
        pieces.retain(|_| random.below(10) < share);
        for at in (1..pieces.len()).rev() {
            pieces.swap(at, random.below(at as u64 + 1) as usize);
        }
        pieces.iter().for_each(|op| apply(op, &mut image));
        images.push(image);
    }
    images
}

/// A process, killed after `delay`. Returns whether it had ended by itself.
fn killed(arguments: &[&str], paths: &[&Path], delay: Duration) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolo"))
        .args(arguments)
        .args(paths)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("rolo starts");
    std::thread::sleep(delay);
    let ended = child.try_wait().expect("a child").is_some();
    let _ = child.kill();
    child.wait().expect("a child");
    ended
}

#[test]
fn a_killed_compaction_backup_replacement_or_forgetting_leaves_everybody_else() {
    let (folder, path) = folder();
    for part in SAMPLE[..300].chunks(60) {
        load(&path, part);
    }
    let everyone = sorted(&SAMPLE[..300]);
    let changed = folder.path().join("changed.jsonl");
    fs::write(&changed, SAMPLE[100..130].join("\n")).expect("an input");
    let copy = folder.path().join("copy.parquet");
    let replace: &[&str] = &["load", "--quiet", "--on-duplicate", "replace"];
    // Somebody who may be there or gone, but never half.
    let passing = &SAMPLE[310];
    let record: serde_json::Value = serde_json::from_str(passing).expect("a record");
    let id = record["crustdata_person_id"].to_string();
    let forget: &[&str] = &["forget", "--quiet", "--wait", "0", "--id", &id];
    load(&path, std::slice::from_ref(passing));
    let commands: [(&[&str], &[&Path]); 4] = [
        (&["compact", "--quiet"], &[&path]),
        (replace, &[&path, &changed]),
        (&["backup", "--quiet"], &[&path, &copy]),
        (forget, &[&path]),
    ];
    let mut random = Random(0xdead);
    let (mut longest, mut ended, kills) = ([Duration::from_millis(50); 4], 0, cases(40).min(400));
    for kill in 0..kills {
        let (arguments, paths) = commands[kill as usize % 4];
        let longest = &mut longest[kill as usize % 4];
        if killed(arguments, paths, longest.mul_f64(random.below(1_000) as f64 / 1_000.0)) {
            ended += 1;
        } else {
            *longest += Duration::from_millis(5);
        }
        let but_passing = |mut people: Vec<String>| {
            people.retain(|record| record != passing);
            people
        };
        assert_eq!(but_passing(everybody(&Database::open(&path).expect("opens"))), everyone);
        if copy.exists() {
            assert_eq!(but_passing(everybody(&Database::open(&copy).expect("a whole copy"))), everyone);
            fs::remove_file(&copy).expect("no copy");
        }
    }
    eprintln!("{kills} processes, {ended} ended before they were killed");
    assert_sound(&path);
    // What the dead left beside the file is gone with the next who works there.
    load(&path, &SAMPLE[300..310]);
    rolo::jobs::backup(&path, &copy, &|_| std::ops::ControlFlow::Continue(())).expect("a backup");
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["changed.jsonl", "copy.parquet", "people.parquet"]);
}

#[test]
fn whatever_an_unsynced_medium_keeps_the_last_or_the_next_commit_stands() {
    let (folder, path) = folder();
    let (old, new) = (&SAMPLE[..12], &SAMPLE[12..30]);
    load(&path, old);
    let (before, ops) = recorded_load(&path, new);
    assert!(ops.iter().filter(|op| matches!(op, Op::Sync)).count() >= 2, "a commit syncs twice");
    let (first, second) = (sorted(old), sorted(&SAMPLE[..30]));
    let crashed = folder.path().join("crashed.parquet");
    let source = folder.path().join("source.jsonl");
    let mut random = Random(0xc4a5);
    let (mut images, mut stood, mut compared) = (0, 0, 0);
    for stop in 0..=ops.len() {
        for image in crash_images(&before, &ops, stop, &mut random) {
            fs::write(&crashed, &image).expect("an image");
            let database = Database::open(&crashed).expect("a commit opens");
            let found = everybody(&database);
            assert!(found == first || found == second, "stopped at {stop}: neither commit");
            stood += usize::from(found == second);
            drop(database);
            assert_sound(&crashed);
            let added = load(&crashed, &SAMPLE[30..40]);
            assert_eq!(added.people, 10);
            assert_sound(&crashed);
            images += 1;
            if images % 12 == 0 {
                let people: Vec<String> = found.iter().chain(&SAMPLE[30..40]).cloned().collect();
                fs::write(&source, people.join("\n")).expect("a source");
                foreign::compare(&crashed, &foreign::person_schema(), &[&source]);
                compared += 1;
            }
        }
    }
    eprintln!(
        "{} operations, {images} images, the new commit stood in {stood}, {compared} read by others",
        ops.len()
    );
    assert!(stood > 0 && stood < images, "both outcomes occur");
}

/// A writer whose files fail from the nth write, sync or cut on.
pub(crate) fn failing(path: &Path, left: i64) -> Result<Writer, StorageError> {
    let left = Arc::new(AtomicI64::new(left));
    let wrap = move |file: FileMedium| -> Box<dyn Medium> {
        let (path, left) = (file.path().to_owned(), Arc::clone(&left));
        let before = move |_| {
            if left.fetch_sub(1, Ordering::Relaxed) > 0 {
                return Ok(());
            }
            let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
            Err(StorageError::Io { operation: "write", path: path.clone(), source })
        };
        Box::new(Watched { file, before })
    };
    Writer::open_with(path, "test", wrap)
}

#[test]
fn a_load_whose_writes_fail_says_so_and_loses_nothing() {
    for left in 0.. {
        let (_folder, path) = folder();
        load(&path, &SAMPLE[..10]);
        let writer = failing(&path, left).expect("a writer");
        let input = vec![Input::bytes("records", SAMPLE[10..20].join("\n"))];
        let outcome = load_through(writer, input, &LoadOptions::default(), &mut NoObserver);
        let found = everybody(&Database::open(&path).expect("a commit opens"));
        let (first, second) = (sorted(&SAMPLE[..10]), sorted(&SAMPLE[..20]));
        match &outcome {
            Ok(_) => assert_eq!(found, second),
            Err(error) => {
                assert!(
                    found == first
                        || (found == second && error.to_string().contains("in doubt")
                            || error.to_string().contains("being made valid")),
                    "{error}"
                );
            }
        }
        if found == first {
            assert_eq!(load(&path, &SAMPLE[10..20]).people, 10);
        }
        assert_sound(&path);
        if outcome.is_ok() {
            assert!(left >= 4, "a commit takes at least two writes and two syncs");
            break;
        }
    }
}
