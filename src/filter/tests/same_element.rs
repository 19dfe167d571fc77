//! The rule of the same element beyond the contract's examples: groups, negatives, arrays inside elements.

use super::*;
use crate::filter::Tree;

fn title(word: &str) -> String {
    condition("ED.current.title", "(.)", &format!("\"{word}\""))
}

fn company(name: &str) -> String {
    condition("ED.current.name", "=", &format!("\"{name}\""))
}

/// Engineer at A, manager at B.
fn two_roles() -> String {
    worker(&[r#""title":"Engineer","name":"A""#, r#""title":"Manager","name":"B""#], &[])
}

#[test]
fn an_or_group_on_the_array_ties_too() {
    let or =
        |companies: &[&str]| group("or", &companies.iter().map(|name| company(name)).collect::<Vec<_>>());
    assert!(holds(&group("and", &[title("engineer"), or(&["A", "C"])]), &two_roles()));
    assert!(!holds(&group("and", &[title("engineer"), or(&["B", "C"])]), &two_roles()));
}

#[test]
fn a_group_that_also_looks_elsewhere_is_judged_alone() {
    let elsewhere = condition("basic_profile.name", "=", r#""Jane""#);
    let or = group("or", &[company("B"), elsewhere]);
    assert!(holds(&group("and", &[title("engineer"), or]), &two_roles()));
}

#[test]
fn a_group_over_two_arrays_is_judged_alone() {
    let person = worker(&[r#""title":"Engineer","name":"A""#], &[r#""name":"B""#]);
    let or = group("or", &[company("B"), condition("ED.past.name", "=", r#""B""#)]);
    assert!(holds(&group("and", &[title("engineer"), or.clone()]), &person));
    assert!(holds(&group("and", &[or, title("engineer")]), &person));
}

#[test]
fn a_tree_that_no_parser_made_is_normalised_first() {
    let tree = |text: &str| filter(text).into_tree();
    let not = tree(&condition("ED.current.name", "!=", r#""C""#));
    let inner = Tree::And(vec![tree(&company("B")), not]);
    let record = two_roles();
    let record = parse(record.as_bytes()).unwrap().value;
    let holds =
        |title: &str| matches(&Tree::And(vec![tree(title), inner.clone()]), &Schema::person(), &record);
    assert!(holds(&title("manager")) && !holds(&title("engineer")));
}

#[test]
fn all_roles_and_current_roles_are_different_arrays() {
    let any_company = condition("ED.company_name", "=", r#""B""#);
    assert!(holds(&group("and", &[title("engineer"), any_company.clone()]), &two_roles()));
    let any_title = condition("ED.title", "(.)", r#""engineer""#);
    assert!(!holds(&group("and", &[any_title, any_company]), &two_roles()));
}

#[test]
fn a_negative_looks_at_the_whole_array_and_unties_its_group() {
    let not = |name: &str| condition("ED.current.name", "!=", &format!("\"{name}\""));
    assert!(!holds(&group("and", &[title("engineer"), not("B")]), &two_roles()));
    assert!(holds(&group("and", &[title("engineer"), not("C")]), &two_roles()));
    // The group holds a negative, so its positive branch may find another role.
    let or = group("or", &[company("B"), not("B")]);
    assert!(holds(&group("and", &[title("engineer"), or]), &two_roles()));
}

#[test]
fn has_all_and_all_of_tie_nothing() {
    let has_all = condition("ED.current.name", "has_all", r#"["B"]"#);
    assert!(holds(&group("and", &[title("engineer"), has_all.clone()]), &two_roles()));
    let all_of = group("all_of", &[company("B")]);
    assert!(holds(&group("and", &[title("engineer"), all_of.clone()]), &two_roles()));
    for untied in [has_all, all_of] {
        let or = group("or", &[company("B"), untied]);
        assert!(holds(&group("and", &[title("engineer"), or]), &two_roles()));
    }
}

#[test]
fn branches_of_an_or_find_their_own_elements() {
    let both = group("and", &[title("engineer"), company("B")]);
    assert!(!holds(&both, &two_roles()));
    assert!(holds(&group("or", &[both, company("A")]), &two_roles()));
}

#[test]
fn an_and_inside_an_and_is_no_group() {
    let nested = group("and", &[title("engineer"), group("and", &[company("B"), company("B")])]);
    assert!(!holds(&nested, &two_roles()));
}

const DEVELOPER: &str = r#"{"dev_platform_profiles":[
    {"name":"one","followers":1,"repos":[
        {"owner":"x","stars":5,"primary_language":"Rust"},{"owner":"y","stars":90,"primary_language":"C"}]},
    {"name":"two","followers":900,"repos":[{"owner":"z","stars":1,"primary_language":"Go"}]}]}"#;

fn profile(leaf: &str, operator: &str, value: &str) -> String {
    condition(&format!("dev_platform_profiles.{leaf}"), operator, value)
}

fn language(name: &str) -> String {
    profile("repos.primary_language", "=", &format!("\"{name}\""))
}

fn stars(least: u32) -> String {
    profile("repos.stars", "=>", &least.to_string())
}

fn followers(least: u32) -> String {
    profile("followers", "=>", &least.to_string())
}

#[test]
fn conditions_on_repos_hold_on_one_repo_of_one_profile() {
    assert!(holds(&group("and", &[stars(50), language("C")]), DEVELOPER));
    assert!(!holds(&group("and", &[stars(50), language("Rust")]), DEVELOPER));
    assert!(holds(&group("and", &[followers(0), stars(50), language("C")]), DEVELOPER));
    assert!(!holds(&group("and", &[followers(500), stars(50)]), DEVELOPER), "another profile's repo");
    assert!(holds(&group("and", &[followers(500), language("Go")]), DEVELOPER));
}

#[test]
fn in_an_or_over_profile_and_repos_each_branch_finds_its_own_repo() {
    let or = group("or", &[language("Rust"), followers(500)]);
    assert!(holds(&group("and", &[stars(50), or.clone()]), DEVELOPER), "one profile, two repos");
    let wholly = group("or", &[language("Rust"), language("Go")]);
    assert!(!holds(&group("and", &[stars(50), wholly]), DEVELOPER), "wholly on repos: the same repo");
    let inner = group("and", &[language("Rust"), stars(50)]);
    let or = group("or", &[inner, followers(500)]);
    assert!(!holds(&group("and", &[stars(50), or]), DEVELOPER), "a branch ties its own repo");
}

#[test]
fn a_negative_on_repos_looks_at_all_repos_of_all_profiles() {
    let not = profile("repos.primary_language", "!=", r#""Rust""#);
    assert!(!holds(&group("and", &[followers(500), not]), DEVELOPER));
    assert!(holds(&profile("repos.primary_language", "(!)", r#""Zig""#), DEVELOPER));
    assert!(holds(&profile("repos.description", "is_null", "null"), DEVELOPER));
}

#[test]
fn all_of_mixes_profiles_and_repos() {
    let in_one = |conditions: &[String]| group("and", conditions);
    let split = [in_one(&[followers(500), language("Go")]), in_one(&[stars(50), language("C")])];
    assert!(holds(&group("all_of", &split), DEVELOPER));
    let torn = [in_one(&[followers(500), language("Rust")]), stars(50)];
    assert!(!holds(&group("all_of", &torn), DEVELOPER));
    assert!(holds(&profile("repos.stars", "has_all", "[1, 90]"), DEVELOPER));
    assert!(!holds(&profile("repos.stars", "has_all", "[1, 2]"), DEVELOPER));
    assert!(!holds(&profile("repos.stars", "has_all", "[1, 1.5]"), DEVELOPER), "no integer is 1.5");
}

#[test]
fn what_the_record_was_loaded_without_is_missing() {
    let grown = Schema::person();
    let start = r#"{"version":1,"paths":[{"path":"dev_platform_profiles","type":"array"},
        {"path":"dev_platform_profiles.name","type":"string"}]}"#;
    let older = Schema::parse(start).unwrap();
    let newer = older.grown(&grown).unwrap();
    let record = parse(DEVELOPER.as_bytes()).unwrap().value;
    let options = FilterOptions::default();
    let tree = |text: &str| Filter::parse(text, &newer, &options).unwrap().into_tree();
    assert!(matches(&tree(&profile("name", "=", r#""one""#)), &older, &record));
    assert!(!matches(&tree(&followers(0)), &older, &record));
    assert!(matches(&tree(&followers(0)), &newer, &record));
    assert!(!matches(&tree(&stars(0)), &older, &record));
    assert!(matches(&tree(&profile("repos.stars", "is_null", "null")), &older, &record));
    // The groups of the newer schema stand: the `or` is still wholly on profiles.
    let or = group("or", &[stars(0), profile("name", "=", r#""two""#)]);
    let and = group("and", &[profile("name", "=", r#""one""#), or]);
    assert!(!matches(&tree(&and), &older, &record));
    assert!(matches(&tree(&and), &newer, &record));
}

/// The example of `docs/same-element.md`, as it stands there.
#[test]
fn the_page_says_what_is_found() {
    let page = include_str!("../../../docs/same-element.md");
    let (_, example) = page.split_once("```json").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let ada = worker(
        &[r#""title":"Engineering Manager","name":"Acme""#, r#""title":"Adviser","name":"Retool""#],
        &[],
    );
    let bo = worker(&[r#""title":"Engineering Manager","name":"Retool""#], &[]);
    assert_eq!(found(example, &[ada, bo]), [1]);
}
