//! Properties over random filters and people.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::filter::arbitrary::{Generator, Random, Weights};
use crate::filter::{DotOperator, Elements, Tree, matched, matching_elements};
use crate::record::cases;

fn tree_of(json: &Json, options: &FilterOptions) -> Tree {
    let text = json.to_string();
    let read = Filter::parse(&text, &Schema::person(), options);
    read.unwrap_or_else(|error| panic!("{text}\n{error}")).into_tree()
}

fn random_filter(seed: u64) -> Json {
    Generator::new(&Schema::person()).tree(&mut Random::new(seed), &Weights::default())
}

/// The filter with groups around its parts that change nothing.
fn wrapped(filter: &Json, random: &mut Random) -> Json {
    let mut filter = filter.clone();
    let op = filter.get("op").and_then(Json::as_str).map(str::to_owned);
    if let Some(children) = filter.get_mut("conditions").and_then(Json::as_array_mut) {
        for child in children.iter_mut() {
            *child = wrapped(child, random);
        }
        if op.as_deref() == Some("and") && random.percent(50) {
            let rest = children.split_off(random.below(children.len()));
            children.push(json!({"op": "and", "conditions": rest}));
        }
    }
    match random.below(4) {
        0 => json!({"op": "and", "conditions": [filter]}),
        1 => json!({"op": "or", "conditions": [filter]}),
        _ => filter,
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_printed_reads_as_the_same_tree(seed: u64, regex: bool) {
        let dot_operator = if regex { DotOperator::RegexPipeOr } else { DotOperator::AllWords };
        let options = FilterOptions { dot_operator, ..FilterOptions::default() };
        let tree = tree_of(&random_filter(seed), &options);
        let text = tree.to_json().unwrap();
        let again = Filter::parse(&text, &Schema::person(), &options).unwrap();
        prop_assert_eq!(again.tree(), &tree);
        prop_assert_eq!(again.to_json(), text);
        prop_assert!(!tree.to_string().contains("Ranges"));
    }

    #[test]
    fn groups_that_are_none_change_nothing(seed: u64) {
        let limits = crate::filter::Limits { depth: 60, ..Default::default() };
        let options = FilterOptions { limits, ..FilterOptions::default() };
        let filter = random_filter(seed);
        let wrapped = wrapped(&filter, &mut Random::new(seed));
        prop_assert_eq!(tree_of(&wrapped, &options), tree_of(&filter, &options));
    }

    #[test]
    fn numbers_at_the_edges_print_and_read(number in proptest::num::f64::ANY, days in -719_162..2_932_896_i32) {
        let date = format!("\"{}\"", crate::record::date::format_date(days));
        let mut filters = Vec::new();
        for operator in ["=", "!=", "<", "=<", ">", "=>"] {
            if number.is_finite() {
                filters.push(condition("years_of_experience_raw", operator, &json!(number).to_string()));
                filters.push(condition("professional_network.followers", operator, &json!(number).to_string()));
            }
            for path in ["honors.issue_date", "certifications.issue_date", "metadata.updated_at"] {
                if Schema::person().resolve(path).is_some_and(|row| row.filter) {
                    filters.push(condition(path, operator, &date));
                }
            }
        }
        for text in filters {
            let read = filter(&text);
            let again = filter(&read.to_json());
            prop_assert_eq!(again, read, "{}", text);
        }
    }

    #[test]
    fn any_record_is_judged_and_matched_elements_mean_a_match(seed: u64) {
        let schema = Schema::person();
        let tree = tree_of(&random_filter(seed), &FilterOptions::default());
        let (generator, mut random) = (Generator::new(&schema), Random::new(seed ^ 1));
        for id in 1..8 {
            let text = generator.record(&mut random, id);
            let record = parse(text.as_bytes()).unwrap().value;
            let holds = matches(&tree, &schema, &record);
            prop_assert!(holds || matched(&tree, &schema, &record).is_empty());
        }
    }

    #[test]
    fn elements_asked_for_by_name_are_those_that_the_tree_is_true_of(seed: u64) {
        let schema = Schema::person();
        let (generator, mut random) = (Generator::new(&schema), Random::new(seed));
        let scopes = generator.scopes();
        let scope = scopes[random.below(scopes.len())];
        let tree = generator.of_elements(&mut random, scope, 2);
        prop_assert_eq!(&tree.clone().normalised().normalised(), &tree.clone().normalised());
        let asked = |some, tree: &Tree| Tree::Elements(Elements { scope, some, tree: Box::new(tree.clone()) });
        for id in 1..6 {
            let text = generator.record(&mut random, id);
            let record = parse(text.as_bytes()).unwrap().value;
            let found = matching_elements(&tree, scope, &schema, &record);
            prop_assert_eq!(&matching_elements(&tree.clone().normalised(), scope, &schema, &record), &found);
            prop_assert_eq!(matches(&asked(true, &tree), &schema, &record), !found.is_empty());
            prop_assert_eq!(matches(&asked(false, &tree), &schema, &record), found.is_empty());
            let places = matched(&asked(true, &tree), &schema, &record).remove(&scope.space).unwrap_or_default();
            prop_assert_eq!(places.into_iter().collect::<Vec<_>>(), found);
            let all = matching_elements(&Tree::And(Vec::new()), scope, &schema, &record);
            prop_assert!(matching_elements(&Tree::Or(Vec::new()), scope, &schema, &record).is_empty());
            prop_assert!(all.is_sorted_by(|a, b| a < b));
        }
        prop_assert_eq!(asked(true, &tree).to_json(), None);
    }

    #[test]
    fn any_text_is_a_filter_or_an_error(text: String, field in 0..164_usize, operator in 0..20_usize, value in "[0-9a-z\\[\\]{}\",:.-]{0,12}") {
        let options = FilterOptions::default();
        let schema = Schema::person();
        prop_assert!(Filter::parse(&text, &schema, &options).is_err());
        let path = &schema.paths().iter().filter(|row| row.filter).nth(field).unwrap().path;
        let words = ["=", "!=", "<", "=<", ">", "=>", "in", "not_in", "(.)", "[.]", "(!)", "has_all", "is_null"];
        let _ = Filter::parse(&condition(path, words.get(operator).unwrap_or(&"x"), &value), &schema, &options);
    }
}

/// Every value at the edges of its type.
#[test]
fn edges_print_and_read() {
    let edges = [
        ("professional_network.followers", ["9223372036854775807", "-9223372036854775808", "1e300"]),
        ("years_of_experience_raw", ["1.7976931348623157e308", "-5e-324", "-0.0"]),
        ("certifications.issue_date", ["\"9999-12-31\"", "\"0001-01-01\"", "\"1970\""]),
        (
            "metadata.updated_at",
            ["\"9999-12-31T23:59:59.999999Z\"", "\"0001\"", "\"1970-01-01T00:00:00.000001Z\""],
        ),
        ("recently_changed_jobs", ["true", "false", "true"]),
    ];
    for (path, values) in edges {
        for operator in ["=", "!=", "<", "=<", ">", "=>"] {
            for value in values {
                let Ok(read) = read(&condition(path, operator, value)) else {
                    assert!(
                        path == "recently_changed_jobs" && operator.contains(['<', '>']),
                        "{path} {operator}"
                    );
                    continue;
                };
                assert_eq!(filter(&read.to_json()), read, "{path} {operator} {value}");
            }
        }
    }
    for list in ["[1.5]", "[1, 1.5]", "[2, 1, 1.0]"] {
        for operator in ["in", "not_in"] {
            let read = filter(&condition("professional_network.followers", operator, list));
            assert_eq!(filter(&read.to_json()), read, "{operator} {list}");
        }
        let read = filter(&condition("dev_platform_profiles.followers", "has_all", list));
        assert_eq!(filter(&read.to_json()), read, "has_all {list}");
    }
}

/// The generator is worth its name: filters of every path and operator, and neither all nor none of the people found.
#[test]
fn random_filters_cover_the_grammar_and_find_some_people() {
    let schema = Schema::person();
    let (generator, mut random) = (Generator::new(&schema), Random::new(1));
    let people: Vec<String> = (1..=10).map(|id| generator.record(&mut random, id)).collect();
    let records: Vec<_> = people.iter().map(|text| parse(text.as_bytes()).unwrap().value).collect();
    let (mut fields, mut found, mut ties) = (std::collections::HashSet::new(), 0, 0);
    let weights = Weights::default();
    const FILTERS: usize = 2000;
    for _ in 0..FILTERS {
        let json = generator.tree(&mut random, &weights);
        let text = json.to_string();
        for part in text.split(r#""field":""#).skip(1) {
            let (field, rest) = part.split_once('"').unwrap();
            let operator = rest.split('"').nth(3).unwrap();
            fields.insert(field.to_owned());
            fields.insert(operator.to_owned());
        }
        let tree = tree_of(&json, &FilterOptions::default());
        found += records.iter().filter(|record| matches(&tree, &schema, record)).count();
        // How often it matters that conditions hold on one element: each of them alone would find somebody else.
        ties += records.iter().filter(|r| apart(&tree, &schema, r) && !matches(&tree, &schema, r)).count();
    }
    let words = [
        "=",
        "!=",
        "<",
        "=<",
        ">",
        "=>",
        "in",
        "not_in",
        "(.)",
        "[.]",
        "(!)",
        "has_all",
        "geo_distance",
        "geo_exclude",
        "is_null",
        "is_not_null",
    ];
    assert!(words.iter().all(|word| fields.contains(*word)));
    assert_eq!(fields.len(), 164 + words.len());
    let all = FILTERS * records.len();
    assert!((all / 5..all / 5 * 4).contains(&found), "{found} of {all}");
    assert!(ties > all / 200, "{ties} of {all}");
}

/// What an engine says that knows nothing of elements: each condition for itself.
fn apart(tree: &Tree, schema: &Schema, record: &crate::record::Value<'_>) -> bool {
    match tree {
        Tree::Condition(_) => matches(tree, schema, record),
        Tree::And(children) | Tree::AllOf(children) => children.iter().all(|c| apart(c, schema, record)),
        Tree::Or(children) => children.iter().any(|c| apart(c, schema, record)),
        Tree::Elements(_) => matches(tree, schema, record),
    }
}
