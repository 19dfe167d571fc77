//! Which elements made a person match, and what passes at one of them.

use std::collections::BTreeSet;

use super::*;
use crate::filter::{Tree, matched, passes_at};

/// The matched elements by the name of their space.
fn elements(text: &str, record: &str) -> Vec<(String, Vec<u32>)> {
    let schema = Schema::person();
    let found = matched(filter(text).tree(), &schema, &parse(record.as_bytes()).unwrap().value);
    let name = |space: u16| schema.spaces()[usize::from(space)].name.clone();
    let list = |set: BTreeSet<u32>| set.into_iter().collect();
    found.into_iter().map(|(space, set)| (name(space), list(set))).collect()
}

fn roles(numbers: &[u32]) -> Vec<(String, Vec<u32>)> {
    vec![("roles".to_owned(), numbers.to_vec())]
}

fn career() -> String {
    worker(
        &[r#""title":"Engineer","name":"A""#, r#""title":"Manager","name":"B""#],
        &[r#""title":"Engineer","name":"B""#, r#""title":"Clerk","name":"A""#],
    )
}

#[test]
fn a_tied_group_contributes_the_elements_that_satisfy_it_together() {
    let title = condition("ED.title", "=", "\"engineer\"");
    let company = condition("ED.company_name", "=", "\"B\"");
    assert_eq!(elements(&title, &career()), roles(&[0, 2]));
    assert_eq!(elements(&group("and", &[title.clone(), company.clone()]), &career()), roles(&[2]));
    assert_eq!(elements(&group("or", &[title, company]), &career()), roles(&[0, 1, 2]));
}

#[test]
fn positions_run_over_current_and_past_roles() {
    let past = condition("ED.past.name", "=", "\"B\"");
    let current = condition("ED.current.name", "=", "\"B\"");
    assert_eq!(elements(&past, &career()), roles(&[2]));
    assert_eq!(elements(&group("and", &[past, current]), &career()), roles(&[1, 2]));
}

#[test]
fn only_branches_that_hold_contribute_and_negatives_nothing() {
    let fails = group(
        "and",
        &[condition("ED.title", "=", "\"clerk\""), condition("basic_profile.name", "=", "\"x\"")],
    );
    let holds = condition("ED.title", "=", "\"manager\"");
    assert_eq!(elements(&group("or", &[fails.clone(), holds]), &career()), roles(&[1]));
    assert_eq!(elements(&condition("ED.title", "!=", "\"x\""), &career()), []);
    assert_eq!(elements(&fails, &career()), [], "no match, no elements");
    assert_eq!(elements(&condition("basic_profile.name", "is_null", "null"), &career()), []);
}

#[test]
fn each_child_of_all_of_and_each_value_of_has_all_contributes() {
    let children = [condition("ED.title", "=", "\"clerk\""), condition("ED.company_name", "=", "\"B\"")];
    assert_eq!(elements(&group("all_of", &children), &career()), roles(&[1, 2, 3]));
    assert_eq!(
        elements(&condition("ED.title", "has_all", r#"["Clerk","Engineer"]"#), &career()),
        roles(&[0, 2, 3])
    );
    assert_eq!(elements(&condition("ED.title", "has_all", r#"["Clerk","clerk"]"#), &career()), []);
}

#[test]
fn repos_bring_their_profiles_along() {
    let record = r#"{"dev_platform_profiles":[{"followers":1,"repos":[{"stars":1}]},null,
        {"followers":9,"repos":[{"stars":7},{"stars":1},null,{"stars":8}]},{"followers":9}]}"#;
    let stars = condition("dev_platform_profiles.repos.stars", "=>", "7");
    let followers = condition("dev_platform_profiles.followers", "=", "9");
    let both = |profiles: &[u32], repos: &[u32]| {
        vec![("dev_platform_profiles".to_owned(), profiles.to_vec()), ("repos".to_owned(), repos.to_vec())]
    };
    assert_eq!(elements(&stars, record), both(&[2], &[1, 4]));
    assert_eq!(elements(&group("and", &[stars.clone(), followers.clone()]), record), both(&[2], &[1, 4]));
    assert_eq!(elements(&group("or", &[stars.clone(), followers.clone()]), record), both(&[2, 3], &[1, 4]));
    let little = condition("dev_platform_profiles.repos.stars", "=", "1");
    let or = group("or", &[little, condition("dev_platform_profiles.followers", "=", "0")]);
    assert_eq!(
        elements(&group("and", &[stars, or]), record),
        both(&[2], &[1, 2, 4]),
        "each branch its own repo"
    );
}

#[test]
fn a_test_passes_at_single_elements() {
    let passing = |text: &str, places: &[Option<u32>]| {
        let filter = filter(text);
        let Tree::Condition(condition) = filter.tree() else { panic!("{filter}") };
        let career = career();
        let record = parse(career.as_bytes()).unwrap().value;
        let pass = |at: &Option<u32>| passes_at(condition, &Schema::person(), &record, *at);
        places.iter().map(pass).collect::<Vec<_>>()
    };
    let places = [None, Some(0), Some(1), Some(2), Some(3), Some(4)];
    let title = condition("ED.title", "=", "\"engineer\"");
    assert_eq!(passing(&title, &places), [false, true, false, true, false, false]);
    let negative = condition("ED.title", "!=", "\"engineer\"");
    assert_eq!(passing(&negative, &places), [false, true, false, true, false, false], "the positive test");
    let past = condition("ED.past.title", "=", "\"engineer\"");
    assert_eq!(passing(&past, &places), [false, false, false, true, false, false]);
    let name = condition("basic_profile.name", "is_not_null", "null");
    assert_eq!(passing(&name, &[None, Some(0)]), [false, false]);
}
