//! Searching: every plan against the naive evaluator, over one segment and over many; what indexes answer and what
//! that costs; cost in proportion to what matches.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use rolo::demo::{DEFAULT_SEED, People};
use rolo::filter::arbitrary::{Generator, Random, Weights};
use rolo::filter::{
    ArrayScope, DotOperator, Filter, FilterOptions, Tree, matched, matches, matching_elements,
};
use rolo::plan::PlanNode;
use rolo::record::Value;
use rolo::{Database, Key, Person, Schema, SearchOptions};
use tempfile::TempDir;

use super::common::{SAMPLE, cases, folder, load};

/// Adversarial people, numbered, and a handful of the sample's.
fn records(seed: u64, schema: &Schema) -> Vec<String> {
    let (generator, mut random) = (Generator::new(schema), Random::new(seed));
    let mut records: Vec<String> = (1..=120).map(|id| generator.record(&mut random, id * 7)).collect();
    records.extend(SAMPLE.iter().skip(seed as usize % 1_900).take(40).cloned());
    records
}

/// The same people in one segment, and in several.
struct Bases {
    _folders: Vec<TempDir>,
    databases: Vec<Database>,
}

fn bases(records: &[String]) -> Bases {
    let (one, one_path) = folder();
    load(&one_path, records);
    let (many, many_path) = folder();
    for some in records.chunks(records.len() / 6 + 1) {
        load(&many_path, some);
    }
    let (merged, merged_path) = folder();
    for some in records.chunks(records.len() / 11 + 1) {
        load(&merged_path, some);
    }
    let databases: Vec<Database> =
        [one_path, many_path, merged_path].iter().map(|path| Database::open(path).expect("opens")).collect();
    let segments: Vec<u64> =
        databases.iter().map(|base| base.info().expect("info").segments.len() as u64).collect();
    assert_eq!(segments[0], 1);
    assert!(segments[1] > 3 && segments[2] < 11, "{segments:?}");
    Bases { _folders: vec![one, many, merged], databases }
}

/// All people, by ascending id, in the person schema's view.
fn everybody(database: &Database) -> Vec<Person> {
    let ids = database.person_ids().expect("ids");
    let keys: Vec<Option<Key>> = ids.into_iter().map(|id| Some(Key::person_id(id))).collect();
    let people = database.lookup(&keys, Ok).expect("a lookup");
    people.into_iter().map(|person| person.expect("a person")).collect()
}

fn ids(database: &Database, filter: &Filter) -> Vec<u64> {
    let hits = database.search(filter, &SearchOptions::default()).expect("a search");
    let ids = hits.person_ids().expect("ids");
    assert!(ids.is_sorted(), "people come by ascending person id");
    assert_eq!(hits.total(), ids.len() as u64);
    ids
}

/// By person id: the places of the elements that matched, by the name of their space.
type Matched = BTreeMap<u64, BTreeMap<String, Vec<u32>>>;

fn matched_elements(database: &Database, filter: &Filter) -> Matched {
    let hits = database.search_matched(filter, &SearchOptions::default()).expect("a search");
    let ids = hits.person_ids().expect("ids");
    let mut all = Matched::new();
    let mut next = ids.iter();
    hits.for_each(None, |hit| {
        let record: serde_json::Value = serde_json::from_str(hit.json).expect("JSON");
        let mut places: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for element in hit.matched {
            let path = element.path.replace(['.', '['], "/").replace(']', "");
            let there = record.pointer(&format!("/{path}/{}", element.index));
            assert_eq!(there, serde_json::from_str(&element.json).ok().as_ref(), "{element:?}");
            places.entry(element.space.clone()).or_default().push(element.place);
        }
        all.insert(*next.next().expect("an id"), places);
        Ok::<(), rolo::Error>(())
    })
    .expect("people");
    all
}

#[test]
fn every_plan_finds_whom_the_naive_evaluator_finds() {
    let trees = cases(512) * 10;
    // New people now and then: what one set of people cannot show, another may.
    let rounds = trees.div_ceil(1_000).max(2);
    let found: u64 = (0..rounds).into_par_iter().map(|round| compare(round, trees / rounds)).sum();
    // Trees that find nobody prove little.
    assert!(found * 4 > trees, "{found} of {trees} trees found somebody");
}

#[test]
fn every_scan_of_elements_finds_those_that_the_tree_is_true_of() {
    let trees = cases(512) * 2;
    let rounds = trees.div_ceil(500).max(1);
    let found: u64 = (0..rounds).map(|round| compare_elements(round, trees / rounds)).sum();
    assert!(found * 5 > trees, "{found} of {trees} trees found an element");
}

/// Compares scans of elements with the naive evaluator for so many trees; tells how many found an element.
fn compare_elements(round: u64, trees: u64) -> u64 {
    let schema = Schema::person();
    let bases = bases(&records(round ^ 0xe1e, &schema));
    let people = everybody(&bases.databases[0]);
    let values: Vec<Value<'_>> = people.iter().map(|person| person.value().expect("JSON")).collect();
    let (generator, mut random) = (Generator::new(&schema), Random::new(round));
    let scopes = generator.scopes();
    let mut found = 0;
    for at in 0..trees {
        let scope = scopes[random.below(scopes.len())];
        let tree = generator.of_elements(&mut random, scope, 2);
        let people = random.percent(50).then(|| generator.elements(&mut random));
        let asked = |value: &&Value<'_>| people.as_ref().is_none_or(|people| matches(people, &schema, value));
        let expected: u64 = values
            .iter()
            .filter(asked)
            .map(|value| matching_elements(&tree, scope, &schema, value).len() as u64)
            .sum();
        let database = &bases.databases[(at % 3) as usize];
        let message = format!("{scope:?} {tree} of {people:?}");
        let sets = database.scan_elements(people.as_ref(), scope, &tree, None).expect("a scan");
        assert_eq!(sets.iter().map(|set| u64::from(set.len())).sum::<u64>(), expected, "{message}");
        let count = database.count_elements(people.as_ref(), scope, &tree, None).expect("a count");
        assert_eq!(count, expected, "{message}");
        if people.is_none() {
            let told = database.explain_elements(scope, &tree, true, None).expect("an explanation");
            assert_eq!((told.found, told.elements), (Some(expected), Some(scope.path(&schema))), "{message}");
            assert_eq!(one_segment(&bases, scope, &tree), elements_of(&values, scope, &tree), "{message}");
        }
        found += u64::from(expected > 0);
    }
    found
}

/// The ids that a scan of the database with one segment finds.
fn one_segment(bases: &Bases, scope: ArrayScope, tree: &Tree) -> Vec<u32> {
    let sets = bases.databases[0].scan_elements(None, scope, tree, None).expect("a scan");
    sets[0].iter().collect()
}

/// The same by the naive evaluator: people stand in the order of their ids, their elements one after the other.
fn elements_of(values: &[Value<'_>], scope: ArrayScope, tree: &Tree) -> Vec<u32> {
    let schema = Schema::person();
    let whole = ArrayScope { array: None, ..scope };
    let (mut first, mut found) = (0, Vec::new());
    for value in values {
        let own = matching_elements(tree, scope, &schema, value);
        found.extend(own.into_iter().map(|place| first + place));
        first += matching_elements(&Tree::And(Vec::new()), whole, &schema, value).len() as u32;
    }
    found
}

/// Compares plans with the naive evaluator for so many trees; tells how many found somebody.
fn compare(round: u64, trees: u64) -> u64 {
    let schema = Schema::person();
    let bases = bases(&records(round, &schema));
    let people = everybody(&bases.databases[0]);
    let values: Vec<(u64, Value<'_>)> =
        people.iter().map(|person| (person.id(), person.value().expect("JSON"))).collect();
    let (generator, mut random) = (Generator::new(&schema), Random::new(round ^ 0x5eed));
    let patterns = FilterOptions { dot_operator: DotOperator::RegexPipeOr, ..FilterOptions::default() };
    let mut found = 0;
    for at in 0..trees {
        let json = generator.tree(&mut random, &Weights::default()).to_string();
        let read = |options: &FilterOptions| bases.databases[0].filter(&json, options);
        // Not every text is a pattern.
        let mut filter = match (at % 8 == 0).then(|| read(&patterns)) {
            Some(Ok(with_patterns)) => with_patterns,
            _ => read(&FilterOptions::default()).expect("a valid tree"),
        };
        if at % 4 == 1 {
            filter = generator.widened(&mut random, filter.into_tree()).into();
        }
        let json = format!("{json}: {filter}");
        let expected: Vec<u64> = values
            .iter()
            .filter(|(_, value)| matches(filter.tree(), &schema, value))
            .map(|(id, _)| *id)
            .collect();
        found += u64::from(!expected.is_empty());
        // Each layout in turn is searched, another is counted: over all trees every layout has done both often.
        let base = |turn: u64| &bases.databases[((at + turn) % 3) as usize];
        assert_eq!(ids(base(0), &filter), expected, "{json}");
        let count = base(1).count(&filter, &SearchOptions::default()).expect("a count");
        assert_eq!(count, expected.len() as u64, "{json}");
        if at % 16 < 3 && !expected.is_empty() {
            assert_eq!(
                matched_elements(base(0), &filter),
                expected_elements(&filter, &schema, &values),
                "{json}"
            );
        }
    }
    found
}

/// By which elements the naive evaluator finds whom.
fn expected_elements(filter: &Filter, schema: &Schema, people: &[(u64, Value<'_>)]) -> Matched {
    let name = |space: u16| schema.spaces()[usize::from(space)].name.clone();
    let found = people.iter().filter(|(_, value)| matches(filter.tree(), schema, value));
    let with_elements = found.map(|(id, value)| {
        let elements = matched(filter.tree(), schema, value).into_iter();
        let elements = elements.filter(|(_, places)| !places.is_empty());
        (*id, elements.map(|(space, places)| (name(space), places.into_iter().collect())).collect())
    });
    with_elements.collect()
}

/// A field of each type and depth, with a value of it that several of the sample people have, and one more.
const FIELDS: [(&str, &str, &str); 14] = [
    ("basic_profile.headline", r#""Open to work""#, "text"),
    ("basic_profile.location", r#""San Francisco Bay Area""#, "text"),
    ("skills.professional_network_skills", r#""Python""#, "text"),
    ("basic_profile.summary", r#""such as""#, "text"),
    ("experience.employment_details.current.title", r#""Engineering Intern""#, "text of elements"),
    ("experience.employment_details.title", r#""Engineering Intern""#, "text of elements"),
    ("experience.employment_details.past.company_industries", r#""Retail""#, "text of elements"),
    ("experience.employment_details.description", r#""the project""#, "text of elements"),
    ("dev_platform_profiles.repos.primary_language", r#""Python""#, "text of elements"),
    ("professional_network.connections", "500", "number"),
    ("years_of_experience_raw", "7", "number"),
    ("experience.employment_details.start_date", r#""2020-01-01""#, "date"),
    ("metadata.updated_at", r#""2026-01-01""#, "date"),
    ("recently_changed_jobs", "true", "boolean"),
];

fn operators(kind: &str) -> &'static [&'static str] {
    match kind {
        "text" => &["=", "!=", "in", "not_in", "(.)", "[.]", "(!)", "is_null", "is_not_null"],
        "text of elements" => {
            &["=", "!=", "in", "not_in", "(.)", "[.]", "(!)", "has_all", "is_null", "is_not_null"]
        }
        "number" => &["=", "!=", "<", "=<", ">", "=>", "in", "not_in", "is_null", "is_not_null"],
        "date" => &["=", "!=", "<", "=<", ">", "=>", "is_null", "is_not_null"],
        _ => &["=", "!=", "is_null", "is_not_null"],
    }
}

/// Every test of a plan, innermost first.
fn tests_of<'a>(node: &'a PlanNode, into: &mut Vec<&'a PlanNode>) {
    node.inputs.iter().for_each(|input| tests_of(input, into));
    if node.operator == "test" {
        into.push(node);
    }
}

#[test]
fn every_operator_is_answered_by_the_index_that_it_was_answered_by() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE);
    let database = Database::open(&path).expect("opens");
    let mut lines = vec!["field | operator | found | pages | records | index".to_string()];
    for (field, value, kind) in FIELDS {
        for &operator in operators(kind) {
            let value = match operator {
                "in" | "not_in" | "has_all" => format!("[{value}]"),
                "is_null" | "is_not_null" => "null".to_string(),
                _ => value.to_string(),
            };
            let json = format!(r#"{{"field":"{field}","type":"{operator}","value":{value}}}"#);
            let filter = database.filter(&json, &FilterOptions::default()).expect("a filter");
            // The first time, checksums of pages are read too.
            let explained = [(); 2].map(|()| database.explain(&filter, true, &SearchOptions::default()));
            let plan = explained.into_iter().last().expect("two plans").expect("a plan");
            let mut tests = Vec::new();
            tests_of(&plan.plan, &mut tests);
            let index: Vec<&str> = tests.iter().flat_map(|test| &test.index).map(String::as_str).collect();
            let (found, pages, records) = (plan.found.unwrap(), plan.pages.unwrap(), plan.records_read);
            lines
                .push(format!("{field} | {operator} | {found} | {pages} | {records} | {}", index.join("; ")));
        }
    }
    let text = lines.join("\n") + "\n";
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/plans.txt");
    if std::env::var_os("ROLO_BLESS").is_some() {
        std::fs::create_dir_all(snapshot.parent().unwrap()).unwrap();
        std::fs::write(&snapshot, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&snapshot).expect("the snapshot");
    for (line, expected) in text.lines().zip(expected.lines()) {
        assert_eq!(line, expected, "ROLO_BLESS=1 writes the snapshot again, if the change is meant");
    }
    assert_eq!(text, expected);
}

#[test]
fn a_plan_says_that_patterns_in_long_text_read_records() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..200]);
    let database = Database::open(&path).expect("opens");
    let options = FilterOptions { dot_operator: DotOperator::RegexPipeOr, ..FilterOptions::default() };
    let json = r#"{"field":"basic_profile.summary","type":"(.)","value":"team|lead"}"#;
    let filter = database.filter(json, &options).expect("a filter");
    let plan = database.explain(&filter, true, &SearchOptions::default()).expect("a plan");
    let with_summary = r#"{"field":"basic_profile.summary","type":"is_not_null","value":null}"#;
    let with_summary = database.filter(with_summary, &options).expect("a filter");
    let people = database.count(&with_summary, &SearchOptions::default()).expect("a count");
    assert_eq!(plan.records_read, people);
    assert!(plan.to_string().contains("every record that has one is read"), "{plan}");
}

/// What a page costs grows with what matches: the same needle in haystacks of several sizes.
#[test]
fn pages_of_a_count_grow_with_what_matches_not_with_the_file() {
    let pages = |people: u64| {
        let (_folder, path) = folder();
        let mut out = Vec::new();
        People::new(DEFAULT_SEED).write(0..people, &mut out).expect("invented people");
        let text = String::from_utf8(out).expect("UTF-8");
        load(&path, &text.lines().map(str::to_string).collect::<Vec<_>>());
        let database = Database::open(&path).expect("opens");
        let name = r#"{"field":"basic_profile.name","type":"=","value":"Nobody Whosoever"}"#;
        let range = r#"{"field":"professional_network.connections","type":"<","value":2}"#;
        let counts = [name, range].map(|json| {
            let filter = database.filter(json, &FilterOptions::default()).expect("a filter");
            database.explain(&filter, true, &SearchOptions::default()).expect("a plan").pages.unwrap()
        });
        counts.into_iter().sum::<u64>()
    };
    let (few, many) = (pages(500), pages(8_000));
    assert!(many <= few + 12, "{few} pages at 500 people, {many} at 8,000");
}
