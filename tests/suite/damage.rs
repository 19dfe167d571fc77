//! A damaged file gives an error or the right answer: never a wrong answer, a panic or a hang.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use rolo::record::{KeyPlan, parse_person};
use rolo::{Database, ErrorKind, Key, Schema};

use super::common::{Random, SAMPLE, cases, folder, load};

/// Questions, and their right answers.
struct Questions(Vec<(Key, Vec<Vec<u8>>)>);

impl Questions {
    fn of(path: &Path, records: &[String]) -> Self {
        let database = Database::open(path).expect("opens");
        let plan = KeyPlan::new(&Schema::person());
        let mut questions = vec![(Key::person_id(1), Vec::new())];
        for record in records {
            let parsed = parse_person(record.as_bytes()).expect("a person");
            let mut keys = Vec::new();
            plan.keys_of(&parsed.value, &mut keys);
            // The first and the last of the record's keys: an id or URL, and some other kind.
            for key in [keys.first(), keys.last()].into_iter().flatten() {
                let people = database.get(key).expect("a lookup");
                questions.push((key.clone(), people.into_iter().map(rolo::Person::into_source).collect()));
            }
        }
        Self(questions)
    }

    /// Asks everything. `Err` is fine; another answer than the right one is not.
    fn ask(&self, path: &Path, what: &str) -> Result<(), rolo::Error> {
        let database = Database::open(path)?;
        let info = database.info()?;
        assert_eq!(info.people, 10, "{what}");
        for (key, right) in &self.0 {
            let found: Vec<Vec<u8>> = database.get(key)?.into_iter().map(rolo::Person::into_source).collect();
            assert_eq!(&found, right, "{what}: wrong answer for {key}");
        }
        let keys: Vec<Option<Key>> = self.0.iter().map(|(key, _)| Some(key.clone())).collect();
        let bulk = database.lookup(&keys, |person| Ok(person.into_source()))?;
        for (found, (key, right)) in bulk.iter().zip(&self.0) {
            assert_eq!(found.as_ref(), right.first(), "{what}: wrong bulk answer for {key}");
        }
        Ok(())
    }

    fn ask_damaged(&self, path: &Path, what: &str, told: &mut u64) {
        if let Err(error) = self.ask(path, what) {
            assert_eq!(error.kind(), ErrorKind::Damaged, "{what}: {error}");
            *told += 1;
        }
    }
}

/// The ranges of a file whose every byte is tried: slots, manifest, checksums, directory, footer; with their names.
fn tried_wholly(path: &Path) -> Vec<(String, Range<u64>)> {
    let layout = Database::open(path).expect("opens").layout().expect("a layout");
    let named = ["slot A", "slot B", "manifest", "checksums", "directory", "Parquet footer"];
    let chosen = layout.extents.iter().filter(|extent| extent.live && named.contains(&extent.name.as_str()));
    // A slot is the first 88 bytes of its block; the rest is not read.
    let tried = |len: u64, name: &str| if name.starts_with("slot") { 96 } else { len };
    chosen.map(|e| (e.name.clone(), e.offset..e.offset + tried(e.len, &e.name))).collect()
}

#[test]
fn every_flipped_byte_gives_an_error_or_the_right_answer() {
    let (folder, path) = folder();
    load(&path, &SAMPLE[..5]);
    load(&path, &SAMPLE[5..10]);
    let questions = Questions::of(&path, &SAMPLE[..10]);
    let sound = fs::read(&path).expect("the file");
    let damaged = folder.path().join("damaged.parquet");
    let ranges = tried_wholly(&path);
    assert!(ranges.len() >= 8, "two segments, two slots, manifest, footer: {ranges:?}");
    let mut random = Random(0xda3a6e);
    // The footer is most of it; with few cases every nth byte of each is tried.
    let all = cases(2_000) >= 20_000;
    let mut places: Vec<(String, u64)> = Vec::new();
    for (name, range) in ranges {
        let step = if all || name != "Parquet footer" { 1 } else { 40 };
        places.extend(range.step_by(step).map(|place| (name.clone(), place)));
    }
    let structures = places.len();
    let others = cases(2_000).min(20_000);
    places.extend((0..others).map(|_| ("any".to_string(), random.below(sound.len() as u64))));
    let mut told: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    fs::write(&damaged, &sound).expect("a copy");
    for (name, place) in places {
        let bit = 1 << random.below(8);
        flip(&damaged, place, bit);
        let (tried, noticed) = told.entry(name).or_default();
        *tried += 1;
        questions.ask_damaged(&damaged, &format!("byte {place}, bit {bit:#04x}"), noticed);
        flip(&damaged, place, bit);
    }
    questions.ask(&damaged, "restored").expect("the sound file answers");
    eprintln!(
        "{structures} bytes of structures and {others} others flipped; of each, tried and told: {told:?}"
    );
    // Lookups read these wholly; of the footer they read nothing, and a damaged slot has a neighbour.
    for name in ["manifest", "directory"] {
        let (tried, noticed) = told[name];
        assert_eq!(tried, noticed, "every flipped byte of a {name} is told");
    }
}

/// Flips bits of one byte in place, as a bad medium would.
fn flip(path: &Path, place: u64, bits: u8) {
    use std::os::unix::fs::FileExt;
    let file = fs::OpenOptions::new().read(true).write(true).open(path).expect("the copy");
    let mut byte = [0];
    file.read_exact_at(&mut byte, place).expect("a byte");
    file.write_all_at(&[byte[0] ^ bits], place).expect("a byte");
}

#[test]
fn a_file_cut_anywhere_gives_an_error_or_the_right_answer() {
    let (folder, path) = folder();
    load(&path, &SAMPLE[..5]);
    load(&path, &SAMPLE[5..10]);
    let questions = Questions::of(&path, &SAMPLE[..10]);
    let sound = fs::read(&path).expect("the file");
    let cut = folder.path().join("cut.parquet");
    let mut random = Random(0xc07);
    let mut told = 0;
    let cuts = cases(400).min(2_000);
    let edges = [0, 1, 3, 4, 5, 63, 64, 4095, 4096, 4184, 8191, 8192, 8280, 12_287, 12_288, 12_289];
    let ends = (1..=16).map(|back| sound.len() as u64 - back);
    let lengths = edges.into_iter().chain(ends).chain((0..cuts).map(|_| random.below(sound.len() as u64)));
    for len in lengths.collect::<Vec<_>>() {
        fs::write(&cut, &sound[..len as usize]).expect("a cut copy");
        questions.ask_damaged(&cut, &format!("cut to {len} bytes"), &mut told);
    }
    assert!(told >= cuts, "a cut file is told: {told}");
}
