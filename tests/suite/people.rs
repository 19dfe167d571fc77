//! The sample people: every record byte for byte, by every key, from every form of input; and lists enriched.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use rolo::record::{KeyPlan, parse_person};
use rolo::{Database, Input, Key, LoadOptions, NoObserver, Schema};

use super::common::{SAMPLE, assert_sound, everybody, folder, load, sorted};

#[test]
fn every_sample_record_comes_back_byte_for_byte() {
    let (_folder, path) = folder();
    let report = load(&path, &SAMPLE);
    assert_eq!((report.people, report.rejected), (SAMPLE.len() as u64, 0), "{:?}", report.reasons);
    let database = Database::open(&path).expect("opens");
    assert_eq!(everybody(&database), sorted(&SAMPLE));
    assert_sound(&path);
    for file in fs::read_dir(path.parent().expect("a folder")).expect("a folder") {
        let file = file.expect("an entry");
        assert_eq!(file.file_name(), "people.parquet", "nothing is left beside the database");
        assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn every_key_of_every_sample_record_finds_that_record() {
    let (_folder, path) = folder();
    let (first, second) = SAMPLE.split_at(1_500);
    load(&path, first);
    load(&path, second);
    let database = Database::open(&path).expect("opens");
    let plan = KeyPlan::new(&Schema::person());
    let (mut kinds, mut shared) = (BTreeMap::new(), 0);
    for record in SAMPLE.iter() {
        let parsed = parse_person(record.as_bytes()).expect("a person");
        let mut keys = Vec::new();
        plan.keys_of(&parsed.value, &mut keys);
        for key in keys {
            let found = database.get(&key).expect("a lookup");
            assert!(found.iter().any(|person| person.source() == record.as_bytes()), "{key}");
            assert!(found.is_sorted_by_key(rolo::Person::id));
            shared += u64::from(found.len() > 1);
            *kinds.entry(key.kind().name()).or_insert(0u64) += 1;
        }
    }
    assert_eq!(kinds.len(), 8, "the sample has keys of every kind: {kinds:?}");
    assert!(shared > 0, "some keys are shared");
}

#[test]
fn bulk_lookups_agree_with_single_ones() {
    let (_folder, path) = folder();
    for part in SAMPLE[..1_000].chunks(130) {
        load(&path, part);
    }
    let database = Database::open(&path).expect("opens");
    let plan = KeyPlan::new(&Schema::person());
    let mut keys: Vec<Option<Key>> = Vec::new();
    for (at, record) in SAMPLE[..1_200].iter().enumerate() {
        let parsed = parse_person(record.as_bytes()).expect("a person");
        let mut own = Vec::new();
        plan.keys_of(&parsed.value, &mut own);
        let count = own.len().max(1);
        keys.push(own.into_iter().nth(at % count));
    }
    keys.extend(keys.clone());
    let bulk = database.lookup(&keys, |person| Ok(person.id())).expect("a bulk lookup");
    for (key, found) in keys.iter().zip(bulk) {
        let single = key.as_ref().map(|key| database.get(key).expect("a lookup"));
        let lowest = single.and_then(|people| people.first().map(rolo::Person::id));
        assert_eq!(found, lowest, "{key:?}");
    }
}

#[test]
fn the_same_people_come_from_every_form_of_input() {
    let people = &SAMPLE[..60];
    let lines = people.join("\n");
    let array = format!("[{}]", people.join(",\n"));
    let wrapped = format!("{{\"total\": 60, \"data\": [\n{}\n]}}", people.join(","));
    let crlf = format!("\u{feff}{}\r\n\r\n", people.join("\r\n"));
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).expect("memory");
        encoder.finish().expect("memory")
    };
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("lines", lines.clone().into_bytes()),
        ("array", array.clone().into_bytes()),
        ("wrapped", wrapped.into_bytes()),
        ("crlf", crlf.into_bytes()),
        ("gzip lines", gzip(&lines)),
        ("gzip array", gzip(&array)),
        ("zstd lines", zstd::encode_all(lines.as_bytes(), 1).expect("memory")),
    ];
    for (name, bytes) in forms {
        let (_folder, path) = folder();
        let input = vec![Input::bytes(name, bytes)];
        let report = Database::load(&path, input, &LoadOptions::default(), &mut NoObserver).expect(name);
        assert_eq!((report.people, report.rejected), (60, 0), "{name}");
        assert_eq!(everybody(&Database::open(&path).expect("opens")), sorted(people), "{name}");
    }
}

#[test]
fn a_record_larger_than_any_batch_is_loaded_and_found() {
    let (_folder, path) = folder();
    let summary = "x".repeat(40 << 20);
    let large = format!(r#"{{"crustdata_person_id":9,"basic_profile":{{"summary":"{summary}"}}}}"#);
    let records = vec![SAMPLE[0].clone(), large.clone(), SAMPLE[1].clone()];
    assert_eq!(load(&path, &records).people, 3);
    let database = Database::open(&path).expect("opens");
    let found = database.get(&Key::person_id(9)).expect("a lookup");
    assert!(found[0].source() == large.as_bytes());
    assert_sound(&path);
}

#[test]
fn projections_hold_what_was_asked_for_and_nothing_else() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..50]);
    let database = Database::open(&path).expect("opens");
    let asked = ["basic_profile.name", "experience.employment_details.current.title", "identifiers"];
    let fields = database.fields(&asked).expect("fields");
    for id in database.person_ids().expect("ids") {
        let person = database.get(&Key::person_id(id)).expect("a lookup").remove(0);
        let text = person.project(&fields).expect("a projection");
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let object = value.as_object().expect("an object");
        assert_eq!(object.keys().collect::<Vec<_>>(), ["basic_profile", "experience", "identifiers"]);
        assert_eq!(object["basic_profile"].as_object().expect("an object").len(), 1);
        let current = object["experience"]["employment_details"]["current"].as_array().expect("a list");
        assert!(current.iter().all(|role| role.as_object().expect("a role").keys().eq(["title"])));
        assert!(object["identifiers"].as_object().expect("an object").contains_key("pdl_id"));
    }
}
