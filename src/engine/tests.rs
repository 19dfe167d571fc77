//! The engine as a library: load, get, enrich, refresh, verify.

use std::path::{Path, PathBuf};

use super::order::{Place, Query, end_of_page};
use super::{
    CursorError, Database, Error, ErrorKind, Input, LoadOptions, LoadReport, NoObserver, Observer, OnError,
    Reject, SearchOptions, Sort, verify,
};
use crate::filter::FilterOptions;
use crate::record::Key;

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    (folder, path)
}

/// People with ids from `from`, an e-mail and a profile each, and some roles.
fn people(from: u64, count: u64) -> String {
    let person = |id: u64| {
        format!(
            r#"{{"crustdata_person_id":{id},"basic_profile":{{"name":"Person {id}","location":{{"city":"Ghent"}}}},"emails":[{{"address":"p{id}@example.com"}}],"social_handles":{{"professional_network_identifier":{{"profile_url":"https://www.linkedin.com/in/person-{id}"}}}},"experience":{{"employment_details":{{"current":[{{"title":"Engineer","start_date":"2020-0{}-01","company_headcount_latest":{id}}}],"past":[{{"title":"Intern"}},null]}}}},"years_of_experience_raw":{}.5}}"#,
            1 + id % 9,
            id % 30
        )
    };
    (from..from + count).rev().map(person).collect::<Vec<_>>().join("\n")
}

fn load(path: &Path, text: impl Into<Vec<u8>>) -> LoadReport {
    let input = vec![Input::bytes("people", text.into())];
    Database::load(path, input, &LoadOptions::default(), &mut NoObserver).unwrap()
}

fn assert_sound(path: &Path) {
    let report = verify(path, &|_| {}).unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
}

#[derive(Default)]
struct Rejects(Vec<Reject>);

impl Observer for Rejects {
    fn reject(&mut self, reject: &Reject) -> std::io::Result<()> {
        self.0.push(reject.clone());
        Ok(())
    }
}

#[test]
fn a_forged_cursor_beyond_the_people_is_no_cursor() {
    let (_folder, path) = folder();
    load(&path, people(1, 5));
    let database = Database::open(&path).unwrap();
    let json = r#"{"field":"basic_profile.name","type":"is_not_null"}"#;
    let filter = database.filter(json, &FilterOptions::default()).unwrap();
    for sort in ["", "basic_profile.name"] {
        let sort = Sort::parse(sort, database.schema()).unwrap();
        for place in [Place { segment: 0, row: 5 }, Place { segment: 1, row: 0 }] {
            let forged = end_of_page(database.snapshot_name(), Query::of(&filter, &sort), place);
            let options =
                SearchOptions { sort: sort.clone(), cursor: Some(forged), ..SearchOptions::default() };
            let error = database.search(&filter, &options).map(|hits| hits.len()).unwrap_err();
            assert!(matches!(error, Error::Cursor(CursorError::NoCursor)), "{error}");
        }
    }
}

#[test]
fn people_come_back_by_every_key_in_any_spelling() {
    let (_folder, path) = folder();
    let text = people(1, 50);
    assert_eq!(load(&path, text.clone()).people, 50);
    let database = Database::open(&path).unwrap();
    for (id, line) in (1..=50).rev().zip(text.lines()) {
        for key in [
            Key::person_id(id),
            Key::email(&format!(" P{id}@Example.com")).unwrap(),
            Key::url(&format!("de.linkedin.com/in/Person-{id}/?x=1")).unwrap(),
            Key::handle("linkedin", &format!("person-{id}")).unwrap(),
        ] {
            let found = database.get(&key).unwrap();
            assert_eq!(found.len(), 1, "{key}");
            assert_eq!(found[0].id(), id);
            assert_eq!(found[0].source(), line.as_bytes());
        }
    }
    assert!(database.get(&Key::person_id(51)).unwrap().is_empty());
    assert_sound(&path);
}

#[test]
fn bulk_results_are_in_the_keys_order_one_per_occurrence() {
    let (_folder, path) = folder();
    load(&path, people(1, 30));
    load(&path, people(31, 30));
    let database = Database::open(&path).unwrap();
    let ids = [60, 1, 99, 31, 1];
    let mut keys: Vec<Option<Key>> = ids.iter().map(|&id| Some(Key::person_id(id))).collect();
    keys.push(None);
    let fields = database.fields(&["basic_profile.name"]).unwrap();
    let found = database.enrich(&keys, &fields).unwrap();
    let name = |id: u64| Some(format!(r#"{{"basic_profile":{{"name":"Person {id}"}}}}"#));
    assert_eq!(found, [name(60), name(1), None, name(31), name(1), None]);
}

#[test]
fn people_by_id_are_in_the_ids_order_and_those_who_are_not_there_are_left_out() {
    let (_folder, path) = folder();
    load(&path, people(1, 30));
    load(&path, people(31, 30));
    let database = Database::open(&path).unwrap();
    let hits = database.people_by_id(&[60, 1, 99, 31, 1, 0]).unwrap();
    assert_eq!(hits.person_ids().unwrap(), [60, 1, 31, 1]);
    assert_eq!((hits.len(), hits.total()), (4, 4));
    // The first list is read from columns, the second from records.
    for fields in [&["basic_profile.name"][..], &["basic_profile.name", "emails"]] {
        let fields = database.fields(fields).unwrap();
        let mut read = Vec::new();
        hits.for_each(Some(&fields), |hit| {
            read.push(hit.json.to_string());
            Ok::<(), Error>(())
        })
        .unwrap();
        let keys = [60, 1, 31, 1].map(|id| Some(Key::person_id(id)));
        let expected: Vec<_> = database.enrich(&keys, &fields).unwrap().into_iter().flatten().collect();
        assert_eq!(read, expected);
    }
    assert!(database.people_by_id(&[]).unwrap().is_empty());
}

#[test]
fn a_person_who_exists_is_rejected_and_the_rest_loaded() {
    let (_folder, path) = folder();
    load(&path, people(1, 3));
    let mut rejects = Rejects::default();
    let text = format!("{}\nnot json\n\n{}\n", people(3, 2), people(4, 1));
    let input = vec![Input::bytes("more", text)];
    let report = Database::load(&path, input, &LoadOptions::default(), &mut rejects).unwrap();
    assert_eq!((report.people, report.rejected, report.total_people), (1, 3, 4));
    let lines: Vec<(u64, &str)> =
        rejects.0.iter().map(|r| (r.line, r.path.as_deref().unwrap_or(""))).collect();
    assert_eq!(lines, [(2, "crustdata_person_id"), (3, ""), (5, "crustdata_person_id")]);
    assert_eq!(rejects.0[0].value.as_deref(), Some("3"));
}

#[test]
fn stopping_at_the_first_reject_loads_nothing() {
    let (_folder, path) = folder();
    load(&path, people(1, 3));
    let options = LoadOptions { on_error: OnError::Stop, ..LoadOptions::default() };
    let input = vec![Input::bytes("more", format!("{}\n[]\n", people(10, 5)))];
    let error = Database::load(&path, input, &options, &mut NoObserver).unwrap_err();
    assert!(matches!(&error, Error::Rejected { line: 6, .. }), "{error}");
    assert_eq!(Database::open(&path).unwrap().people(), 3);
}

#[test]
fn a_strict_load_rejects_values_that_do_not_fit() {
    let (_folder, path) = folder();
    let text = r#"{"crustdata_person_id":1,"professional_network":{"connections":"500+"}}"#;
    let report = load(&path, text);
    assert_eq!(report.coerced.get("professional_network.connections"), Some(&1));
    let options = LoadOptions { strict: true, ..LoadOptions::default() };
    let mut rejects = Rejects::default();
    let text = text.replace(":1,", ":2,");
    let report = Database::load(&path, vec![Input::bytes("x", text)], &options, &mut rejects).unwrap();
    assert_eq!((report.people, report.rejected), (0, 1));
    assert_eq!(rejects.0[0].path.as_deref(), Some("professional_network.connections"));
    assert_eq!(rejects.0[0].value.as_deref(), Some("\"500+\""));
}

#[test]
fn many_small_loads_are_merged_and_stay_sound() {
    let (_folder, path) = folder();
    for batch in 0..20 {
        load(&path, people(batch * 10 + 1, 10));
    }
    let database = Database::open(&path).unwrap();
    assert_eq!(database.people(), 200);
    assert!(database.info().unwrap().segments.len() <= 9);
    assert_eq!(database.person_ids().unwrap(), (1..=200).collect::<Vec<_>>());
    assert_eq!(database.get(&Key::email("p137@example.com").unwrap()).unwrap()[0].id(), 137);
    assert_sound(&path);
}

#[test]
fn a_reader_sees_its_commit_until_it_refreshes() {
    let (_folder, path) = folder();
    load(&path, people(1, 5));
    let mut database = Database::open(&path).unwrap();
    let name = database.snapshot_name();
    load(&path, people(6, 5));
    assert_eq!(database.people(), 5);
    assert!(database.get(&Key::person_id(7)).unwrap().is_empty());
    assert!(database.refresh().unwrap());
    assert!(!database.refresh().unwrap());
    assert_eq!(database.get(&Key::person_id(7)).unwrap().len(), 1);
    let earlier = Database::open_at(&path, &name).unwrap();
    assert_eq!(earlier.people(), 5);
}

#[test]
fn a_person_without_an_id_gets_one_from_a_key_and_is_known_again() {
    let (_folder, path) = folder();
    let text = r#"{"emails":[{"address":"solo@example.com"}]}"#;
    load(&path, text);
    let again = load(&path, text);
    assert_eq!((again.people, again.rejected), (0, 1));
    let database = Database::open(&path).unwrap();
    let person = database.get(&Key::email("solo@example.com").unwrap()).unwrap().remove(0);
    assert!(person.id() > 0 && person.id() < 1 << 53);
    let fields = database.fields(&["crustdata_person_id"]).unwrap();
    assert_eq!(person.project(&fields).unwrap(), format!(r#"{{"crustdata_person_id":{}}}"#, person.id()));
    assert_eq!(database.get(&Key::person_id(person.id())).unwrap().len(), 1);
}

#[test]
fn a_load_of_nothing_creates_an_empty_database() {
    let (_folder, path) = folder();
    let report = load(&path, "");
    assert_eq!((report.people, report.total_people, report.generation), (0, 0, 1));
    assert_eq!(Database::open(&path).unwrap().people(), 0);
    assert_sound(&path);
    load(&path, people(1, 1));
    assert_eq!(Database::open(&path).unwrap().people(), 1);
    assert_sound(&path);
}

#[test]
fn unknown_fields_and_missing_files_are_different_kinds_of_error() {
    let (_folder, path) = folder();
    assert_eq!(Database::open(&path).unwrap_err().kind(), ErrorKind::Failed);
    load(&path, people(1, 1));
    let error = Database::open(&path).unwrap().fields(&["basic_profile.nmae"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("basic_profile.name"), "{error}");
}

/// Asks to stop at one stage.
struct StopAt(super::Stage);

impl Observer for StopAt {
    fn progress(&mut self, progress: &super::Progress) -> std::ops::ControlFlow<()> {
        if progress.stage == self.0 {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    }
}

#[test]
fn an_interrupt_loads_nothing_before_the_commit_and_everything_after_it() {
    let (_folder, path) = folder();
    load(&path, people(1, 3));
    let interrupted = |from, stage| {
        let input = vec![Input::bytes("more", people(from, 2))];
        Database::load(&path, input, &LoadOptions::default(), &mut StopAt(stage))
    };
    for stage in [super::Stage::Merging, super::Stage::Committing] {
        let error = interrupted(10, stage).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
    }
    let report = interrupted(10, super::Stage::Compacting).unwrap();
    assert_eq!((report.people, report.total_people), (2, 5));
    assert_eq!(report.unmerged.as_deref(), Some("interrupted"));
    assert_eq!(Database::open(&path).unwrap().people(), 5);
}

#[test]
fn words_made_by_other_rules_are_not_added_to_but_people_are_found() {
    use crate::column::{read_footer, write_footer};
    use crate::storage::{Commit, ManifestPlace, Writer};

    let (_folder, path) = folder();
    load(&path, people(1, 3));
    let mut writer = Writer::open(&path, "test").unwrap();
    let snapshot = writer.snapshot().unwrap().clone();
    let groups = read_footer(snapshot.footer_bytes().unwrap()).unwrap();
    let schema = Database::open(&path).unwrap().schema().clone();
    let mut versions = snapshot.manifest().versions;
    versions.folding += 1;
    let commit = Commit {
        new_segment: None,
        shared: Vec::new(),
        segments: snapshot.manifest().segments.clone(),
        versions,
        footer: |place: ManifestPlace| -> Result<Vec<u8>, Error> {
            Ok(write_footer(&schema, groups, place.to_string())?)
        },
    };
    writer.commit(commit).unwrap();
    drop(writer);
    let input = vec![Input::bytes("more", people(4, 1))];
    let error = Database::load(&path, input, &LoadOptions::default(), &mut NoObserver).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(error.to_string().contains("load again into a new file"), "{error}");
    let database = Database::open(&path).unwrap();
    assert_eq!(database.get(&Key::person_id(2)).unwrap().len(), 1);
}

/// The bytes of every section, by kind, space and leaf, but for the checksums' and offsets' sake of where they lie.
fn sections(path: &Path) -> Vec<(crate::storage::SectionId, u64, u64, Vec<u8>)> {
    let database = Database::open(path).unwrap();
    assert_eq!(database.segments.len(), 1);
    let segment = &database.segments[0].segment;
    let all = segment.directory().sections.iter().map(|entry| {
        let bytes = segment.section(entry.id).unwrap().bytes(0..entry.len).unwrap().to_vec();
        (entry.id, entry.count, entry.aux, bytes)
    });
    all.collect()
}

#[test]
fn a_merge_of_segments_has_the_sections_of_one_load() {
    use crate::storage::SectionKind;

    let ((_one, whole), (_many, parts)) = (folder(), folder());
    // People without a text, a number or a role, so that some segments lack whole leaves.
    let mut lines: Vec<String> = people(1, 90).lines().rev().map(str::to_string).collect();
    for id in 0..10 {
        lines[id * 9] = format!(r#"{{"crustdata_person_id":{}}}"#, id * 9 + 1);
        let summary = format!(
            r#"{{"crustdata_person_id":{},"basic_profile":{{"summary":"Likes tea, and {id} teas. -","languages":["fr","FR"]}}}}"#,
            id * 9 + 2
        );
        lines[id * 9 + 1] = summary;
    }
    load(&whole, lines.join("\n"));
    // Nine segments of one size class are merged into one.
    for part in lines.chunks(10) {
        load(&parts, part.join("\n"));
    }
    let (whole, parts) = (sections(&whole), sections(&parts));
    let kinds = |sections: &[(crate::storage::SectionId, u64, u64, Vec<u8>)]| {
        sections.iter().map(|(id, ..)| *id).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&whole), kinds(&parts));
    // Hashes of keys are salted by file, and records compressed with other dictionaries.
    let own = [SectionKind::RECORDS, SectionKind::RECORD_OFFSETS, SectionKind::KEYS, SectionKind::KEY_LISTS];
    for (one, other) in whole.iter().zip(&parts).filter(|(one, _)| !own.contains(&one.0.kind)) {
        assert!(one == other, "{:?}", one.0);
    }
    for kind in [16, 17, 18, 19, 20, 22, 23] {
        assert!(whole.iter().any(|(id, ..)| id.kind == SectionKind(kind)), "{kind}");
    }
}

#[test]
fn dead_rows_are_found_by_no_lookup_and_no_search() {
    use crate::column::{read_footer, write_footer};
    use crate::storage::{Commit, ManifestPlace, Writer};

    let (_folder, path) = folder();
    load(&path, people(1, 4));
    let mut writer = Writer::open(&path, "test").unwrap();
    let snapshot = writer.snapshot().unwrap().clone();
    let groups = read_footer(snapshot.footer_bytes().unwrap()).unwrap();
    let schema = Database::open(&path).unwrap().schema().clone();
    // Rows are in person-id order: the first is person 1.
    let segment = snapshot.manifest().segments[0].clone().with_live((1..4).collect()).unwrap();
    let commit = Commit {
        new_segment: None,
        shared: Vec::new(),
        segments: vec![segment],
        versions: snapshot.manifest().versions,
        footer: |place: ManifestPlace| -> Result<Vec<u8>, Error> {
            Ok(write_footer(&schema, groups, place.to_string())?)
        },
    };
    writer.commit(commit).unwrap();
    let database = Database::open(&path).unwrap();
    assert_eq!(database.people(), 3);
    assert_eq!(database.person_ids().unwrap(), [2, 3, 4]);
    let keys = [Key::person_id(1), Key::email("p1@example.com").unwrap(), Key::person_id(2)];
    let found = |key| database.get(key).unwrap().len();
    assert_eq!(keys.iter().map(found).collect::<Vec<_>>(), [0, 0, 1]);
    let bulk = database.lookup(&keys.map(Some), |person| Ok(person.id())).unwrap();
    assert_eq!(bulk, [None, None, Some(2)]);
    assert_eq!(database.people_by_id(&[1, 2, 4]).unwrap().person_ids().unwrap(), [2, 4]);
    for (filter, found) in [
        (r#"{"field":"experience.employment_details.title","type":"=","value":"intern"}"#, &[2, 3, 4][..]),
        (r#"{"field":"basic_profile.name","type":"!=","value":"person 3"}"#, &[2, 4]),
        (r#"{"field":"basic_profile.location.city","type":"is_not_null","value":null}"#, &[2, 3, 4]),
        (r#"{"field":"years_of_experience_raw","type":"<","value":3}"#, &[2]),
    ] {
        let filter = database.filter(filter, &FilterOptions::default()).unwrap();
        let options = SearchOptions::default();
        assert_eq!(database.search(&filter, &options).unwrap().person_ids().unwrap(), found);
        assert_eq!(database.count(&filter, &options).unwrap(), found.len() as u64);
    }
    // The earlier commit still has everybody.
    assert_eq!(Database::open_at(&path, &snapshot.name()).unwrap().people(), 4);
}
