//! The database file is a Parquet file: other readers see every value of every person, after each way it can change.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rolo::engine::RewriteOptions;
use rolo::{Database, LoadOptions, Schema};

use super::common::{SAMPLE, assert_sound, folder, load, load_with};
use super::foreign::{Source, compare, compare_sources, person_schema};

fn lines(folder: &Path, name: &str, records: &[String]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, records.join("\n") + "\n").expect("a source");
    path
}

#[test]
fn other_readers_see_all_people_after_one_load() {
    let (folder, path) = folder();
    load(&path, &SAMPLE);
    let source = lines(folder.path(), "source.jsonl", &SAMPLE);
    compare(&path, &person_schema(), &[&source]);
}

#[test]
fn other_readers_see_all_people_after_five_appends_and_after_a_merge() {
    let (folder, path) = folder();
    for part in SAMPLE[..1_000].chunks(200) {
        load(&path, part);
    }
    let first = lines(folder.path(), "first.jsonl", &SAMPLE[..1_000]);
    compare(&path, &person_schema(), &[&first]);
    // Four more of one size class, and the ninth makes a merge.
    for part in SAMPLE[1_000..].chunks(200) {
        load(&path, part);
    }
    let info = Database::open(&path).expect("opens").info().expect("info");
    assert!(info.segments.len() < 10, "a merge happened");
    let second = lines(folder.path(), "second.jsonl", &SAMPLE[1_000..]);
    compare(&path, &person_schema(), &[&first, &second]);
    assert_sound(&path);
}

/// The built-in schema with a top-level leaf, a leaf inside roles, a leaf inside an object of an array, and a new nested array.
fn grown_schema() -> Schema {
    let text = Schema::person().to_json();
    let mut table: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let rows = table["paths"].as_array_mut().expect("rows");
    let details = "experience.employment_details";
    let mut add = |path: &str, of: &str| {
        rows.push(serde_json::json!({"path": path, "type": of, "select": true, "doc": "added by a test"}));
    };
    add("nickname", "string");
    for array in ["current", "past"] {
        add(&format!("{details}.{array}.team_size"), "integer");
        add(&format!("{details}.{array}.location.floor"), "string");
        add(&format!("{details}.{array}.tags"), "string[]");
    }
    add("vehicles", "array");
    add("vehicles.plate", "string");
    add("vehicles.bought", "date");
    Schema::parse(&table.to_string()).expect("the grown schema")
}

/// A record with values for the new paths.
fn with_new_values(record: &str, at: usize) -> String {
    let mut value: serde_json::Value = serde_json::from_str(record).expect("JSON");
    value["nickname"] = format!("nick {at}").into();
    value["vehicles"] = serde_json::json!([{"plate": format!("AB-{at}"), "bought": "2019-04"}, null, {}]);
    for array in ["current", "past"] {
        if let Some(roles) = value["experience"]["employment_details"][array].as_array_mut() {
            for role in roles.iter_mut().filter(|role| role.is_object()) {
                role["team_size"] = at.into();
                role["tags"] = serde_json::json!(["a", null, format!("t{at}")]);
            }
        }
    }
    value.to_string()
}

#[test]
fn other_readers_see_all_people_after_a_commit_that_added_paths() {
    let (folder, path) = folder();
    // Old people have values under the new names too: they count as missing until compacted.
    let old: Vec<String> = SAMPLE[..1_000].iter().enumerate().map(|(at, r)| with_new_values(r, at)).collect();
    let new: Vec<String> = SAMPLE[1_000..].iter().enumerate().map(|(at, r)| with_new_values(r, at)).collect();
    for part in old.chunks(250) {
        load(&path, part);
    }
    let grown = Schema::person().grown(&grown_schema()).expect("a schema that grows");
    let options = LoadOptions { schema: Some(Arc::new(grown_schema())), ..LoadOptions::default() };
    load_with(&path, &new[..500], &options);
    let table = folder.path().join("grown.json");
    fs::write(&table, grown.to_json()).expect("a schema");
    let older = person_schema();
    let (old_lines, new_lines) =
        (lines(folder.path(), "old.jsonl", &old), lines(folder.path(), "new.jsonl", &new[..500]));
    let sources = [
        Source { lines: &old_lines, older_schema: Some(&older) },
        Source { lines: &new_lines, older_schema: None },
    ];
    compare_sources(&path, &table, &sources);
    assert_sound(&path);
    // A load that knows less than the file keeps what the file knows.
    load(&path, &new[500..]);
    let new_lines = lines(folder.path(), "all_new.jsonl", &new);
    let sources = [
        Source { lines: &old_lines, older_schema: Some(&older) },
        Source { lines: &new_lines, older_schema: None },
    ];
    compare_sources(&path, &table, &sources);
    assert_sound(&path);
    let database = Database::open(&path).expect("opens");
    let fields = database.fields(&["nickname"]).expect("a new field");
    let names = |people: &[String]| {
        let id_of = |record: &String| -> Option<u64> {
            let value: serde_json::Value = serde_json::from_str(record).expect("JSON");
            value["crustdata_person_id"].as_u64()
        };
        let keys: Vec<_> = people.iter().filter_map(id_of).map(|id| Some(rolo::Key::person_id(id))).collect();
        database.enrich(&keys, &fields).expect("names").into_iter().flatten().collect::<Vec<_>>()
    };
    assert!(names(&old).iter().all(|name| name == r#"{"nickname":null}"#), "missing until compacted");
    assert!(names(&new).iter().all(|name| name.contains("nick ")), "{:?}", names(&new).first());
    // Compaction shreds the old people again, by what the file knows now.
    rolo::Database::compact(&path, &RewriteOptions::default(), &|_| std::ops::ControlFlow::Continue(()))
        .expect("a compaction");
    compare(&path, &table, &[&old_lines, &new_lines]);
    assert_sound(&path);
}
