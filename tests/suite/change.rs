//! People who change: replaced by id or by a key, kept, and a file that is compacted under its readers.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rolo::engine::{OnDuplicate, RewriteOptions, RewriteProgress, RewriteReport};
use rolo::{Database, Error, ErrorKind, Input, Key, LoadOptions, LoadReport, NoObserver};

use super::common::{SAMPLE, assert_sound, everybody, folder, load, load_with, sorted};

fn compact(path: &Path) -> RewriteReport {
    Database::compact(path, &RewriteOptions::default(), &|_| ControlFlow::Continue(())).expect("a compaction")
}

fn replacing(key: Option<&str>) -> LoadOptions {
    let key = key.map(str::to_string);
    LoadOptions { on_duplicate: OnDuplicate::Replace, key, ..LoadOptions::default() }
}

/// A person with an id, where there is one, and e-mail addresses; `v` tells records apart.
fn person(id: Option<u64>, emails: &[&str], v: u64) -> String {
    let emails: Vec<String> = emails.iter().map(|email| format!(r#"{{"address":"{email}"}}"#)).collect();
    let id = id.map(|id| format!(r#""crustdata_person_id":{id},"#)).unwrap_or_default();
    format!(r#"{{{id}"emails":[{}],"basic_profile":{{"name":"Version {v}"}}}}"#, emails.join(","))
}

/// Who has which version.
fn versions(path: &Path) -> BTreeMap<u64, String> {
    let database = Database::open(path).expect("opens");
    let ids = database.person_ids().expect("ids");
    let keys: Vec<Option<Key>> = ids.iter().map(|&id| Some(Key::person_id(id))).collect();
    let name = |person: rolo::Person| {
        let record: serde_json::Value = serde_json::from_slice(person.source()).expect("JSON");
        Ok(record["basic_profile"]["name"]
            .as_str()
            .expect("a name")
            .trim_start_matches("Version ")
            .to_string())
    };
    let names = database.lookup(&keys, name).expect("a lookup");
    ids.into_iter().zip(names.into_iter().flatten()).collect()
}

fn is(path: &Path, expected: &[(u64, u64)]) {
    assert_eq!(versions(path), expected.iter().map(|(id, v)| (*id, v.to_string())).collect());
    assert_sound(path);
}

fn counts(report: &LoadReport) -> (u64, u64, u64, u64) {
    (report.people, report.replaced, report.kept, report.rejected)
}

#[test]
fn a_record_takes_the_place_of_the_one_with_its_id() {
    let (_folder, path) = folder();
    load(&path, &[person(Some(1), &[], 1), person(Some(2), &[], 1), person(Some(3), &[], 1)]);
    let changed = [person(Some(2), &[], 2), person(Some(4), &[], 2), person(Some(2), &[], 3)];
    let dry = LoadOptions { dry_run: true, ..replacing(None) };
    assert_eq!(counts(&load_with(&path, &changed, &dry)), (1, 2, 0, 0));
    is(&path, &[(1, 1), (2, 1), (3, 1)]);
    assert_eq!(counts(&load_with(&path, &changed, &replacing(None))), (1, 2, 0, 0));
    is(&path, &[(1, 1), (2, 3), (3, 1), (4, 2)]);
    let keep = LoadOptions { on_duplicate: OnDuplicate::Keep, ..LoadOptions::default() };
    let more = [person(Some(2), &[], 9), person(Some(5), &[], 4), person(Some(5), &[], 9)];
    assert_eq!(counts(&load_with(&path, &more, &keep)), (1, 0, 2, 0));
    is(&path, &[(1, 1), (2, 3), (3, 1), (4, 2), (5, 4)]);
    let report = load(&path, &more);
    assert_eq!((counts(&report), report.generation), ((0, 0, 0, 3), 3), "nothing was committed");
}

#[test]
fn a_key_says_who_is_the_same_person() {
    let (_folder, path) = folder();
    load(&path, &[person(Some(1), &["a@x.org"], 1), person(Some(2), &["b@x.org", "c@x.org"], 1)]);
    // Without an id the person keeps the one that it has.
    let report = load_with(&path, &[person(None, &["C@X.org"], 2)], &replacing(Some("emails.address")));
    assert_eq!(counts(&report), (0, 1, 0, 0));
    is(&path, &[(1, 1), (2, 2)]);
    // A stated id is the new one; nobody has the old one any more.
    let report = load_with(&path, &[person(Some(7), &["a@x.org"], 3)], &replacing(Some("emails.address")));
    assert_eq!(counts(&report), (0, 1, 0, 0));
    is(&path, &[(2, 2), (7, 3)]);
    // It must not be somebody else's; and nobody takes the place of two people.
    let refused = [person(Some(2), &["a@x.org"], 4), person(None, &["a@x.org", "c@x.org"], 4)];
    let report = load_with(&path, &refused, &replacing(Some("emails.address")));
    assert_eq!(counts(&report), (0, 0, 0, 2));
    assert_eq!(report.reasons.keys().collect::<Vec<_>>(), ["several people with this key"]);
    // Within one load as well: the second has the first one's place, and the third the second's.
    let chain = [
        person(Some(10), &["d@x.org"], 5),
        person(Some(11), &["d@x.org", "e@x.org"], 6),
        person(None, &["e@x.org"], 7),
        person(Some(10), &["d@x.org"], 8),
    ];
    let report = load_with(&path, &chain, &replacing(Some("emails.address")));
    assert_eq!(counts(&report), (2, 2, 0, 0));
    is(&path, &[(2, 2), (7, 3), (10, 8), (11, 7)]);
    // A record without a key there goes by its id.
    load_with(&path, &[person(Some(7), &[], 9)], &replacing(Some("emails.address")));
    is(&path, &[(2, 2), (7, 9), (10, 8), (11, 7)]);
}

#[test]
fn a_path_without_keys_is_refused_with_those_that_have_some() {
    let (_folder, path) = folder();
    for (key, part) in [("basic_profile.name", "emails.address"), ("emails.adress", "emails.address")] {
        let input = vec![Input::bytes("records", person(Some(1), &[], 1))];
        let error = Database::load(&path, input, &replacing(Some(key)), &mut NoObserver).expect_err(key);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(!path.exists());
}

#[test]
fn compaction_brings_a_file_back_to_the_size_of_a_fresh_load() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..1_500]);
    for part in SAMPLE[1_500..].chunks(50) {
        load(&path, part);
    }
    for part in SAMPLE.chunks(100).step_by(5) {
        load_with(&path, part, &replacing(None));
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
    let before = Database::open(&path).expect("opens");
    let bytes = before.info().expect("info").bytes;
    let (writes, frees) = bytes.compaction();
    assert!(bytes.is_worth_compacting(), "{bytes:?}");
    let report = compact(&path);
    let freed = report.bytes_before - report.bytes;
    assert!(
        writes.abs_diff(report.bytes) * 2 <= report.bytes && frees.abs_diff(freed) * 4 <= freed,
        "{bytes:?} {report:?}"
    );
    assert!(!Database::open(&path).expect("opens").info().expect("info").bytes.is_worth_compacting());
    assert_eq!((report.people, report.segments), (2_000, 1));
    assert_eq!(report.old_file_is_read, Some(true), "this test reads it");
    assert_eq!(fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o640);
    assert_sound(&path);
    let (_fresh, fresh) = folder();
    load(&fresh, &SAMPLE);
    let size = |path: &Path| fs::metadata(path).expect("a file").len();
    let (compacted, loaded) = (size(&path), size(&fresh));
    assert!(compacted * 100 <= loaded * 105, "{compacted} bytes, {loaded} after one load");
    assert!(report.bytes_before > 2 * loaded, "{report:?}");
    // Who had the old file open reads on in it, and finds the new one.
    assert_eq!(everybody(&before), sorted(&SAMPLE));
    let mut after = before;
    assert!(after.refresh().expect("a refresh"));
    assert_eq!(everybody(&after), sorted(&SAMPLE));
    let again = compact(&path);
    assert_eq!(again.old_file_is_read, Some(true), "and reads that");
    drop(after);
    assert_eq!(compact(&path).old_file_is_read, Some(false));
    assert!(fs::read_dir(path.parent().expect("a folder")).expect("a folder").count() == 1);
}

#[test]
fn records_of_other_sources_survive_replacement_and_compaction() {
    let (_folder, path) = folder();
    let pdl = |n: u64, title: &str| {
        format!(
            r#"{{"id":"pdl{n}","full_name":"ann {n}","linkedin_url":"linkedin.com/in/ann-{n}","job_title":"{title}","emails":[]}}"#
        )
    };
    let options =
        LoadOptions { source: Some(rolo::engine::Source::Named("pdl-v5".to_string())), ..replacing(None) };
    load(&path, &[person(Some(1), &["a@x.org"], 1)]);
    let old: Vec<String> = (0..30).map(|n| pdl(n, "baker")).collect();
    load_with(&path, &old, &options);
    let report = load_with(&path, &[pdl(3, "cook"), pdl(3, "chef"), pdl(40, "cook")], &options);
    assert_eq!(counts(&report), (1, 2, 0, 0));
    let check = || {
        let database = Database::open(&path).expect("opens");
        let key = Key::url("https://www.linkedin.com/in/ann-3").expect("a key");
        let found = database.get(&key).expect("a lookup");
        assert_eq!(found.iter().map(rolo::Person::source).collect::<Vec<_>>(), [pdl(3, "chef").as_bytes()]);
        assert_eq!((found[0].format(), database.people()), ("pdl-v5", 32));
        assert_sound(&path);
    };
    check();
    compact(&path);
    check();
}

#[test]
fn a_compaction_that_is_stopped_changes_nothing() {
    let (_folder, path) = folder();
    for part in SAMPLE[..200].chunks(40) {
        load(&path, part);
    }
    let before = fs::read(&path).expect("the file");
    let stop = |_: &RewriteProgress| ControlFlow::Break(());
    match Database::compact(&path, &RewriteOptions::default(), &stop) {
        Err(Error::Interrupted) => assert_eq!(fs::read(&path).expect("the file"), before),
        // It was faster than the first look.
        outcome => assert!(outcome.is_ok(), "{outcome:?}"),
    }
    assert_sound(&path);
    let nothing = Database::compact(path.with_extension("none"), &RewriteOptions::default(), &stop);
    assert_eq!(nothing.expect_err("no such file").kind(), ErrorKind::Failed);
    assert!(!path.with_extension("none").exists());
}
