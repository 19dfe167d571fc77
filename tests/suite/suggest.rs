//! Suggestions and facets: every path, query and filter against a count over the records.

use std::collections::{BTreeSet, HashMap};

use rolo::engine::{FacetScope, SuggestOptions, Suggestion};
use rolo::filter::{Field, Grammar, matched, matches};
use rolo::index::dictionary_order;
use rolo::record::text::{fold_key, tokens};
use rolo::record::{Value, elements, parse};
use rolo::{Database, Filter, FilterOptions, Schema, SearchOptions};
use serde_json::json;

use super::common::{Random, cases, everybody, folder, load};
use super::records::{Known, people, values_at};

const FILTERS: [&str; 3] = [
    r#"{"field":"basic_profile.location.country","type":"not_in","value":["Engineer","India"]}"#,
    r#"{"field":"experience.employment_details.title","type":"contains","value":"ENG"}"#,
    r#"{"op":"or","conditions":[{"field":"years_of_experience_raw","type":"=>","value":2},{"field":"basic_profile.name","type":"=","value":"engineer"}]}"#,
];
const QUERIES: [&str; 11] = [
    "",
    "e",
    "Eng",
    "SOFTWARE e",
    "engineer soft",
    "new yor",
    "École",
    "é",
    " vp, s",
    "!",
    "nobody has this",
];

fn filter(json: &str) -> Filter {
    let options = FilterOptions { grammar: Grammar::Suggest, ..FilterOptions::default() };
    Filter::parse(json, &Schema::person(), &options).expect(json)
}

/// Whether a value fits what was typed.
fn fits(value: &str, query: &str) -> bool {
    let words: Vec<String> = tokens(query).map(|word| word.into_owned()).collect();
    let own: Vec<String> = tokens(value).map(|word| word.into_owned()).collect();
    let by_words = words.split_last().is_some_and(|(last, others)| {
        others.iter().all(|word| own.contains(word)) && own.iter().any(|word| word.starts_with(last))
    });
    fold_key(value).starts_with(&*fold_key(query)) || by_words
}

/// The suggestions, from the records.
fn expected(
    schema: &Schema,
    records: &[String],
    path: &str,
    query: &str,
    filter: Option<&Filter>,
) -> Vec<Suggestion> {
    let field = Field::of(schema, path).expect(path);
    let mut people: HashMap<String, u64> = HashMap::new();
    for record in records {
        let record = parse(record.as_bytes()).expect("JSON").value;
        if filter.is_some_and(|filter| !matches(filter.tree(), schema, &record)) {
            continue;
        }
        let mut own: BTreeSet<String> = BTreeSet::new();
        for chain in &field.reads {
            let found =
                chain.iter().map(|leaf| values_at(schema, &record, *leaf)).find(|found| !found.is_empty());
            own.extend(found.unwrap_or_default().into_iter().filter_map(|value| match value {
                Known::Text(text) => Some(text),
                _ => None,
            }));
        }
        let own = own.into_iter().filter(|value| fits(value, query));
        own.for_each(|value| *people.entry(value).or_default() += 1);
    }
    in_order(people)
}

#[test]
fn suggestions_are_the_values_that_most_records_have() {
    let schema = Schema::person();
    let (_one, one) = folder();
    let (_many, many) = folder();
    let all: Vec<String> = (0..4).flat_map(|part| people(part, part * 100 + 1, 50)).collect();
    load(&one, &all);
    all.chunks(70).for_each(|some| {
        load(&many, some);
    });
    let databases = [one, many].map(|path| Database::open(path).expect("opens"));
    let records = databases.each_ref().map(everybody);
    let paths: Vec<&str> =
        schema.paths().iter().filter(|row| row.suggest).map(|row| row.path.as_str()).collect();
    assert!(paths.len() >= 46, "{}", paths.len());
    let mut random = Random(0x5069);
    let mut found = 0;
    for case in 0..cases(64).max(paths.len() as u64) {
        let path = paths[case as usize % paths.len()];
        let query = QUERIES[random.below(QUERIES.len() as u64) as usize];
        let filter = match random.below(2) {
            0 => None,
            _ => Some(filter(FILTERS[random.below(3) as usize])),
        };
        let which = random.below(2) as usize;
        let mut expected = expected(&schema, &records[which], path, query, filter.as_ref());
        let limit = [1, 5, 1_000][random.below(3) as usize];
        if filter.is_none() {
            let found = databases[which].complete(path, query, limit).expect(path);
            let expected = completions(&expected, query, limit);
            assert!(
                expected.is_empty() || found == expected,
                "{path} {query:?}: {found:?}, not {expected:?}"
            );
        }
        expected.truncate(limit);
        let options = SuggestOptions { limit, ..SuggestOptions::default() };
        let suggested = databases[which].suggest(path, query, filter.as_ref(), &options).expect(path);
        assert_eq!(suggested, expected, "{path} {query:?} {:?}", filter.map(|filter| filter.to_string()));
        found += suggested.len();
    }
    assert!(found > 50, "{found}");
}

/// Of the suggestions, those that begin as was typed; if none does, all.
fn completions(suggested: &[Suggestion], typed: &str, limit: usize) -> Vec<String> {
    let begins = |one: &&Suggestion| fold_key(&one.value).starts_with(fold_key(typed).as_ref());
    let values = |all: &mut dyn Iterator<Item = &Suggestion>| -> Vec<String> {
        all.map(|one| one.value.clone()).take(limit).collect()
    };
    let begun = values(&mut suggested.iter().filter(begins));
    if begun.is_empty() { values(&mut suggested.iter()) } else { begun }
}

#[test]
fn what_nothing_begins_with_is_completed_by_its_words_and_then_by_its_spelling() {
    let people = [
        titled(1, "France", &["VP of Sales"]),
        titled(2, "Germany", &["Sales Engineer", "Engineer"]),
        titled(3, "Germany", &["Sales VP"]),
    ];
    let (_folder, database) = database_of(&people);
    let title = "experience.employment_details.title";
    let complete = |path: &str, typed: &str| database.complete(path, typed, 5).expect("completions");
    assert_eq!(complete(title, "sal"), ["Sales Engineer", "Sales VP"]);
    assert_eq!(complete(title, "engineer sal"), ["Sales Engineer"]);
    assert_eq!(complete("basic_profile.location.country", "germny"), ["Germany"]);
    assert_eq!(complete("basic_profile.location.country", "xyzzy"), [""; 0]);
    assert_eq!(complete("nosuch", "x"), [""; 0]);
}

/// What most people have first.
fn in_order(people: HashMap<String, u64>) -> Vec<Suggestion> {
    let mut all: Vec<Suggestion> =
        people.into_iter().map(|(value, people)| Suggestion { value, people }).collect();
    all.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| dictionary_order(&a.value, &b.value)));
    all
}

/// The texts that a person has at a leaf of the roles: of all, or of those that matched.
fn texts_of_roles(
    schema: &Schema,
    record: &Value<'_>,
    leaf: &str,
    matched: Option<&BTreeSet<u32>>,
) -> BTreeSet<String> {
    let roles = schema.spaces().iter().find(|space| space.name == "roles").expect("roles").id;
    let all = (0..).zip(elements(schema, record, roles));
    let counted = all.filter(|(at, _)| matched.is_none_or(|matched| matched.contains(at)));
    counted.filter_map(|(_, role)| role.value.get(leaf)?.as_str().map(str::to_string)).collect()
}

const ROLES: &str = "experience.employment_details";
const COUNTRY: &str = r#"{"field":"basic_profile.location.country","type":"is_not_null"}"#;

#[test]
fn facets_count_people_by_all_their_elements_or_by_those_that_matched() {
    let schema = Schema::person();
    let roles = schema.spaces().iter().find(|space| space.name == "roles").expect("roles").id;
    let (_folder, path) = folder();
    let all: Vec<String> = (0..4).flat_map(|part| people(part, part * 100 + 1, 50)).collect();
    all.chunks(70).for_each(|some| {
        load(&path, some);
    });
    let database = Database::open(&path).expect("opens");
    let records = everybody(&database);
    let role = |leaf: &str, operator: &str, value: &str| {
        format!(r#"{{"field":"{ROLES}.{leaf}","type":"{operator}","value":"{value}"}}"#)
    };
    let title = role("title", "(.)", "engineer");
    let senior = role("current.seniority_level", "=", "Software Engineer");
    let no_title = role("title", "!=", "engineer");
    // What a filter says, and whether it asks for roles.
    let filters = [
        (title.clone(), true),
        (format!(r#"{{"op":"and","conditions":[{title},{senior}]}}"#), true),
        (format!(r#"{{"op":"or","conditions":[{COUNTRY},{senior}]}}"#), true),
        (format!(r#"{{"op":"and","conditions":[{COUNTRY},{no_title}]}}"#), false),
        (COUNTRY.to_string(), false),
    ];
    for (json, asks) in filters {
        let filter = Filter::parse(&json, &schema, &FilterOptions::default()).expect(&json);
        for scope in [FacetScope::People, FacetScope::Matched] {
            let leaves = ["title", "name", "seniority_level"];
            let paths = leaves.map(|leaf| format!("{ROLES}.{leaf}"));
            let facets = database.facets(&filter, &paths, scope, 1_000, &SearchOptions::default());
            for (facet, leaf) in facets.expect(&json).facets.iter().zip(leaves) {
                let mut counts: HashMap<String, u64> = HashMap::new();
                for record in &records {
                    let record = parse(record.as_bytes()).expect("JSON").value;
                    if !matches(filter.tree(), &schema, &record) {
                        continue;
                    }
                    let found = matched(filter.tree(), &schema, &record).remove(&roles).unwrap_or_default();
                    let found = (asks && scope == FacetScope::Matched).then_some(&found);
                    for text in texts_of_roles(&schema, &record, leaf, found) {
                        *counts.entry(text).or_default() += 1;
                    }
                }
                assert!(!counts.is_empty(), "{json} {leaf} {scope:?}");
                assert_eq!(facet.values, in_order(counts), "{json} {leaf} {scope:?}");
            }
        }
    }
}

#[test]
fn facets_are_of_short_texts_and_ten_at_most() {
    let (_folder, database) = database_of(&[titled(1, "France", &["CEO"])]);
    let filter = Filter::parse(COUNTRY, &Schema::person(), &FilterOptions::default()).expect(COUNTRY);
    let refused = |paths: &[&str]| {
        let facets = database.facets(&filter, paths, FacetScope::People, 5, &SearchOptions::default());
        facets.expect_err("no facets").to_string()
    };
    assert!(refused(&["basic_profile.summary"]).contains("only short texts"));
    let said = refused(&["basic_profile.location.countri"]);
    assert!(said.contains("did you mean basic_profile.location.country"), "{said}");
    assert!(refused(&["basic_profile.name"; 11]).contains("11 facets; at most 10"));
}

fn titled(id: u64, country: &str, titles: &[&str]) -> String {
    let roles: Vec<_> =
        titles.iter().map(|title| json!({"title": title, "seniority_level": "Senior"})).collect();
    json!({
        "crustdata_person_id": id,
        "basic_profile": {"location": {"country": country}},
        "experience": {"employment_details": {"current": roles}},
    })
    .to_string()
}

fn database_of(people: &[String]) -> (tempfile::TempDir, Database) {
    let (folder, path) = folder();
    load(&path, people);
    (folder, Database::open(&path).expect("opens"))
}

#[test]
fn example_31_type_ahead() {
    let people = [
        titled(1, "France", &["VP of Sales", "VP of Sales"]),
        titled(2, "France", &["vp of sales", "SVP"]),
        titled(3, "India", &["VP of Sales", "Sales VP"]),
        titled(4, "India", &["VP, Marketing"]),
    ];
    let (_folder, database) = database_of(&people);
    let path = "experience.employment_details.current.title";
    let options = SuggestOptions { limit: 5, ..SuggestOptions::default() };
    let lower = database.suggest(path, "vp", None, &options).expect("suggestions");
    assert_eq!(lower, database.suggest(path, "VP", None, &options).expect("suggestions"));
    let shown: Vec<(&str, u64)> = lower.iter().map(|one| (one.value.as_str(), one.people)).collect();
    // Spellings stay apart; who has a title twice counts once.
    assert_eq!(shown, [("VP of Sales", 2), ("Sales VP", 1), ("vp of sales", 1), ("VP, Marketing", 1)]);
    let one = SuggestOptions { limit: 1, ..SuggestOptions::default() };
    assert_eq!(database.suggest(path, "sales vp", None, &one).expect("suggestions")[0].value, "VP of Sales");
}

#[test]
fn example_32_scoped_by_a_filter() {
    let people = [
        titled(1, "France", &["CEO"]),
        titled(2, "United States", &["CTO", "CEO"]),
        titled(3, "United Kingdom", &["CTO"]),
    ];
    let (_folder, database) = database_of(&people);
    let outside = filter(
        r#"{"field":"basic_profile.location.country","type":"not_in","value":["United States","United Kingdom"]}"#,
    );
    let path = "experience.employment_details.current.title";
    let found = database.suggest(path, "", Some(&outside), &SuggestOptions::default()).expect("suggestions");
    assert_eq!(found, [Suggestion { value: "CEO".to_string(), people: 1 }]);
    let options = FilterOptions { grammar: Grammar::Suggest, ..FilterOptions::default() };
    let refused = |json: &str| Filter::parse(json, &Schema::person(), &options).expect_err(json).to_string();
    let said =
        refused(r#"{"field":"basic_profile.location.country","type":"not_in","value":"United States"}"#);
    assert!(said.contains("a string: \"United States\"; wanted: a list"), "{said}");
    let said = refused(r#"{"field":"basic_profile.name","type":"(.)","value":"x"}"#);
    assert!(said.contains("there are = != < =< > => in not_in contains"), "{said}");
    let error =
        database.suggest("current_title", "", None, &SuggestOptions::default()).expect_err("no such field");
    let said = error.to_string();
    assert!(said.starts_with("Field 'current_title' is not valid for autocomplete."), "{said}");
    assert!(said.contains("Available fields are: basic_profile.name, basic_profile.first_name"), "{said}");
}
