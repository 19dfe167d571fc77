//! Nothing that was derived from records differs from them unseen: sections of one file are put into another.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::facts::FactHash;
use super::segment::SegmentCheck;
use crate::engine::database::OpenSegment;
use crate::engine::segments::{keys_of, live_segments, person_ids_of, records_of};
use crate::engine::{Database, Input, LoadOptions, NoObserver};
use crate::storage::{SectionEntry, SectionId, SectionKind, Segment, SegmentWriter};

/// Three people with a name, languages, a summary, followers, and a role each with title and headcount.
fn database(folder: &Path, name: &str, people: [[&str; 6]; 3]) -> Database {
    let lines = (1..).zip(people).map(|(id, [name, languages, summary, followers, title, headcount])| {
        format!(
            r#"{{"crustdata_person_id":{id},"basic_profile":{{"name":"{name}","languages":[{languages}],"summary":{summary}}},"professional_network":{{"followers":{followers}}},"experience":{{"employment_details":{{"past":[{{"title":"{title}","company_headcount_latest":{headcount}}}]}}}}}}"#
        )
    });
    let path = folder.join(name);
    let input = vec![Input::bytes(name, lines.collect::<Vec<_>>().join("\n"))];
    Database::load(&path, input, &LoadOptions::default(), &mut NoObserver).unwrap();
    Database::open(&path).unwrap()
}

/// Files that differ in something, but hardly in how much of it there is.
fn databases(folder: &Path) -> Vec<Database> {
    let ann = ["Ann Bo", r#""fr","en""#, r#""tea and tea""#, "1", "Cook", "null"];
    let bob = ["Bo Cy", "", "null", "2", "Chef", "7"];
    let cyd = ["Di", r#""fr""#, r#""and tea then""#, "null", "Cook", "9"];
    let with = |person: [&'static str; 6], at: usize, text: &'static str| {
        let mut person = person;
        person[at] = text;
        person
    };
    let all = [
        [ann, bob, cyd],
        [with(ann, 0, "Bo Cy"), with(bob, 0, "Ann Bo"), cyd],
        [with(ann, 0, "Ann"), with(bob, 0, "Bo Bo Cy"), cyd],
        [with(ann, 1, r#""en""#), with(bob, 1, r#""fr""#), cyd],
        [with(ann, 2, r#""and tea tea""#), bob, cyd],
        [with(ann, 2, r#""tea""#), bob, with(cyd, 2, r#""- -""#)],
        [with(ann, 3, "2"), with(bob, 3, "1"), cyd],
        [with(ann, 4, "Chef"), with(bob, 4, "Cook"), with(cyd, 5, "7")],
    ];
    all.into_iter()
        .enumerate()
        .map(|(at, people)| database(folder, &format!("{at}.parquet"), people))
        .collect()
}

/// Sections about leaves, but for columns, which are compared value by value with the rows.
fn is_index(kind: SectionKind) -> bool {
    (16..32).contains(&kind.0)
}

fn bytes_of(segment: &Segment, entry: &SectionEntry) -> Vec<u8> {
    segment.section(entry.id).unwrap().bytes(0..entry.len).unwrap().to_vec()
}

/// The segment with the section `id` from `donor`, or without it.
fn mixed(segment: &Segment, id: SectionId, donor: Option<&Segment>, path: &Path) -> Segment {
    let mut out = SegmentWriter::create(path, 0).unwrap();
    out.write_all(&[0; 64]).unwrap();
    for entry in &segment.directory().sections {
        let from = if entry.id == id { donor } else { Some(segment) };
        let Some(from) = from else { continue };
        let entry = from.directory().section(entry.id).unwrap();
        let bytes = bytes_of(from, entry);
        out.section(entry.id, |out| {
            out.write_all(&bytes)?;
            Ok((entry.count, entry.aux))
        })
        .unwrap();
    }
    let staged = out.finish(segment.directory().parts.clone()).unwrap();
    let segment = Segment::open_staged(&staged).unwrap();
    staged.remove().unwrap();
    segment
}

fn opened(like: &OpenSegment, segment: Segment) -> OpenSegment {
    OpenSegment {
        schema: Arc::clone(&like.schema),
        plan: Arc::clone(&like.plan),
        keys: keys_of(&segment).unwrap(),
        records: records_of(&segment).unwrap(),
        ids: person_ids_of(&segment).unwrap(),
        segment,
    }
}

#[test]
fn every_foreign_or_missing_section_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let all = databases(folder.path());
    let scratch = folder.path().join("mixed");
    let mut kinds = std::collections::BTreeSet::new();
    for database in &all {
        let open = &database.segments[0];
        let groups = live_segments(&database.snapshot).unwrap().remove(0).groups;
        let hash = FactHash::new();
        let own = SegmentCheck::new(database, 0, open, hash, true);
        let facts = own.check_row_group(0..3, Some(&groups[0].metadata), &|_| {}).unwrap().texts;
        assert_eq!(own.check_indexes(&facts), Vec::<String>::new());
        let problems = |segment| {
            let open = opened(open, segment);
            SegmentCheck::new(database, 0, &open, hash, true).check_indexes(&facts)
        };
        for entry in open.segment.directory().sections.iter().filter(|entry| is_index(entry.id.kind)) {
            kinds.insert(entry.id.kind.0);
            let lacking = mixed(&open.segment, entry.id, None, &scratch);
            assert!(!problems(lacking).is_empty(), "{:?} is missing", entry.id);
            for other in all.iter().map(|other| &other.segments[0].segment) {
                let Some(foreign) = other.directory().section(entry.id) else { continue };
                let same = bytes_of(&open.segment, entry) == bytes_of(other, foreign)
                    && (entry.count, entry.aux) == (foreign.count, foreign.aux);
                if !same {
                    let foreign = mixed(&open.segment, entry.id, Some(other), &scratch);
                    assert!(!problems(foreign).is_empty(), "{:?} is another's", entry.id);
                }
            }
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [16, 17, 18, 19, 20, 22, 23]);
}
