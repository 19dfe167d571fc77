//! Readers never wait: lookups through loads and merges, two writers at once, locks of the dead.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rolo::engine::{Forgetting, OnDuplicate, RewriteOptions};
use rolo::filter::FilterOptions;
use rolo::storage::Writer;
use rolo::{Database, ErrorKind, Input, Key, LoadOptions, NoObserver, SearchOptions};

use super::common::{SAMPLE, assert_sound, folder, load, load_with};

fn rolo(arguments: &[&str], path: &Path, more: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_rolo"))
        .args(arguments)
        .arg(path)
        .args(more)
        .stdin(Stdio::null())
        .output();
    command.expect("rolo runs")
}

#[test]
fn ten_processes_read_all_through_loads_and_merges() {
    let (folder, path) = folder();
    load(&path, &SAMPLE[..100]);
    let ids = Database::open(&path).expect("opens").person_ids().expect("ids");
    let done = AtomicBool::new(false);
    let input = folder.path().join("more.jsonl");
    let (reads, wrong) = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..10)
            .map(|reader| {
                let (done, path, ids) = (&done, &path, &ids);
                scope.spawn(move || {
                    let (mut reads, mut wrong) = (0, Vec::new());
                    while !done.load(Ordering::Relaxed) || reads == 0 {
                        let id = ids[(reader * 7 + reads * 13) % ids.len()].to_string();
                        let output = rolo(&["get", "--as", "source"], path, &["--id", &id]);
                        if !output.status.success() || output.stdout.is_empty() {
                            wrong.push(format!("{id}: {output:?}"));
                        }
                        reads += 1;
                    }
                    (reads, wrong)
                })
            })
            .collect();
        // Twelve loads of different size: more than eight of a class, so merges happen under the readers.
        for part in SAMPLE[100..1_300].chunks(100) {
            fs::write(&input, part.join("\n")).expect("an input");
            let output = rolo(&["load", "--quiet"], &path, &[input.to_str().expect("UTF-8")]);
            assert!(output.status.success(), "{output:?}");
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().expect("a reader")).fold(
            (0, Vec::new()),
            |(reads, mut all), (more, wrong)| {
                all.extend(wrong);
                (reads + more, all)
            },
        )
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(reads >= 10);
    assert!(
        Database::open(&path).expect("opens").info().expect("info").segments.len() < 13,
        "merges happened"
    );
    assert_sound(&path);
}

#[test]
fn ten_readers_answer_rightly_through_fifty_compactions_and_forgettings() {
    let (_folder, path) = folder();
    let people = &SAMPLE[..200];
    for part in people.chunks(40) {
        load(&path, part);
    }
    let ids = Database::open(&path).expect("opens").person_ids().expect("ids");
    // Those who are forgotten meanwhile come besides: people by the round in which they go.
    let passing = &SAMPLE[200..250];
    let stay: BTreeSet<u64> = ids.iter().copied().collect();
    load(&path, passing);
    let all = Database::open(&path).expect("opens").person_ids().expect("ids");
    let gone: Vec<Key> = all.into_iter().filter(|id| !stay.contains(id)).map(Key::person_id).collect();
    assert_eq!(gone.len(), 50);
    let filter = r#"{"field":"basic_profile.name","type":"is_not_null","value":null}"#;
    let named = |database: &Database| {
        let filter = database.filter(filter, &FilterOptions::default()).expect("a filter");
        database.count(&filter, &SearchOptions::default()).expect("a count")
    };
    assert_eq!(named(&Database::open(&path).expect("opens")), 250, "everybody has a name");
    let done = AtomicBool::new(false);
    let reads: u64 = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..10_usize)
            .map(|reader| {
                let (done, path, ids, named, gone) = (&done, &path, &ids, &named, &gone);
                scope.spawn(move || {
                    let mut database = Database::open(path).expect("opens");
                    let (mut reads, mut generation) = (0_u64, database.generation());
                    while !done.load(Ordering::Relaxed) || reads == 0 {
                        let id = ids[(reader * 7 + reads as usize * 13) % ids.len()];
                        let found = database.get(&Key::person_id(id)).expect("a lookup");
                        assert_eq!(found.iter().map(|person| person.id()).collect::<Vec<_>>(), [id]);
                        assert_eq!(named(&database), database.people());
                        // Those who are gone went one after the other: whoever is gone, everybody before is.
                        let here = |key: &Key| !database.get(key).expect("a lookup").is_empty();
                        let first = gone.partition_point(|key| !here(key));
                        assert_eq!(database.people(), 250 - first as u64);
                        // Some go on with what they have, some with what is newest, some open it anew.
                        match (reader + reads as usize) % 5 {
                            0 => database = Database::open(path).expect("opens"),
                            1 => drop(database.refresh().expect("a refresh")),
                            _ => {}
                        }
                        assert!(database.generation() >= generation, "no way back");
                        generation = database.generation();
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        let replace = LoadOptions { on_duplicate: OnDuplicate::Replace, ..LoadOptions::default() };
        for round in 0..50 {
            let options = RewriteOptions { row_group_rows: Some(30 + round) };
            Database::compact(&path, &options, &|_| ControlFlow::Continue(())).expect("a compaction");
            let forgetting = Forgetting::begin(&path, &gone[round as usize..][..1]).expect("a writer");
            forgetting.finish(&options, &|_| ControlFlow::Continue(())).expect("a new file");
            load_with(&path, &people[(round as usize * 3) % 150..][..20], &replace);
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().expect("a reader")).sum()
    });
    eprintln!("{reads} reads");
    assert!(reads >= 10);
    assert_sound(&path);
}

#[test]
fn of_two_writers_one_wins_and_the_other_is_told_who_and_since_when() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..10]);
    let writer = Writer::open(&path, "load the big file").expect("the lock");
    let input = vec![Input::bytes("more", SAMPLE[10..20].join("\n"))];
    let error = Database::load(&path, input, &LoadOptions::default(), &mut NoObserver).expect_err("locked");
    assert_eq!(error.kind(), ErrorKind::Locked);
    let message = error.to_string();
    assert!(message.contains(&format!("process {}", std::process::id())), "{message}");
    assert!(message.contains("load the big file") && message.contains("since 20"), "{message}");
    let output = rolo(&["load"], &path, &["-"]);
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    drop(writer);
    assert_eq!(load(&path, &SAMPLE[10..20]).people, 10);
}

#[test]
fn the_lock_of_a_killed_loader_blocks_nobody() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..10]);
    // It waits for its input for ever, with the lock in hand.
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolo"))
        .args(["load", "--quiet"])
        .arg(&path)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("rolo starts");
    let lock = path.with_file_name("people.parquet.lock");
    for _ in 0..500 {
        if fs::read_to_string(&lock).is_ok_and(|text| text.contains(&child.id().to_string())) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = rolo(&["load"], &path, &["-"]);
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    child.kill().expect("a child");
    child.wait().expect("a child");
    assert!(lock.exists(), "the dead cannot tidy up");
    assert_eq!(load(&path, &SAMPLE[10..20]).people, 10);
    assert!(!lock.exists());
}

#[test]
fn a_reader_keeps_its_commit_while_another_process_adds_ten() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..20]);
    let mut database = Database::open(&path).expect("opens");
    let known = database.person_ids().expect("ids");
    for part in SAMPLE[20..220].chunks(20) {
        load(&path, part);
    }
    assert_eq!(database.person_ids().expect("ids"), known);
    for &id in &known {
        assert_eq!(database.get(&Key::person_id(id)).expect("a lookup").len(), 1);
    }
    assert!(database.refresh().expect("a refresh"));
    assert_eq!(database.people(), 220);
}
