//! Nulls, types, dates, numbers, tokens.

use super::*;
use crate::filter::{Condition, Test, Tree};
use crate::index::ordered::from_i64;

const NAME: &str = "basic_profile.name";
const LANGUAGES: &str = "basic_profile.languages";

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!(r#"{{"basic_profile":{{"name":{name}}}}}"#)).collect()
}

fn connected(numbers: &[&str]) -> Vec<String> {
    numbers.iter().map(|n| format!(r#"{{"professional_network":{{"connections":{n}}}}}"#)).collect()
}

fn ranges(text: &str) -> Vec<(u64, u64)> {
    match filter(text).into_tree() {
        Tree::Condition(Condition { test: Test::Ranges(ranges), .. }) => ranges,
        other => panic!("{other:?}"),
    }
}

#[test]
fn null_missing_and_wrong_types_have_no_value_and_an_empty_text_is_one() {
    let mut people = named(&["null", "7", "[]", "[\"x\"]", "{}", "\"\"", "\"x\""]);
    people.extend(["{}", r#"{"basic_profile":[]}"#, r#"{"basic_profile":"x"}"#].map(str::to_owned));
    assert_eq!(found(&condition(NAME, "is_not_null", "null"), &people), [5, 6]);
    assert_eq!(found(&condition(NAME, "is_null", "null"), &people), [0, 1, 2, 3, 4, 7, 8, 9]);
    assert_eq!(found(&condition(NAME, "!=", "\"x\""), &people), [0, 1, 2, 3, 4, 5, 7, 8, 9]);
    assert_eq!(found(&condition(NAME, "not_in", "[\"x\"]"), &people), [0, 1, 2, 3, 4, 5, 7, 8, 9]);
    assert_eq!(found(&condition(NAME, "=", "\" \""), &people), [5], "trimmed");
    assert_eq!(found(&condition(NAME, "in", "[\"\"]"), &people), [5]);
}

#[test]
fn lists_are_met_by_any_item_and_empty_ones_have_no_value() {
    let people = ["[]", "[null]", "[7]", "[null,\"a b\"]", "[\"a\",\"b\"]", "\"a\""]
        .map(|list| format!(r#"{{"basic_profile":{{"languages":{list}}}}}"#));
    assert_eq!(found(&condition(LANGUAGES, "is_null", "null"), &people), [0, 1, 2, 5]);
    assert_eq!(found(&condition(LANGUAGES, "(.)", "\"b a\""), &people), [3], "one item has both words");
    assert_eq!(found(&condition(LANGUAGES, "!=", "\"b\""), &people), [0, 1, 2, 3, 5]);
    let both = group("and", &[condition(LANGUAGES, "=", "\"a\""), condition(LANGUAGES, "=", "\"b\"")]);
    assert_eq!(found(&both, &people), [4], "lists of scalars tie nothing");
}

#[test]
fn equality_folds_and_trims_and_membership_is_exact() {
    let people = named(&["\"ÉCOLE\"", "\" école \"", "\"ecole\"", "\"E\u{301}COLE\""]);
    assert_eq!(found(&condition(NAME, "=", "\"École\""), &people), [0, 1]);
    assert_eq!(found(&condition(NAME, "in", "[\"École\",\"ÉCOLE\"]"), &people), [0]);
    assert_eq!(found(&condition(NAME, "not_in", "[\"ÉCOLE\"]"), &people), [1, 2, 3]);
}

#[test]
fn words_are_whole_tokens_in_any_order_and_phrases_stand_together() {
    let people = named(&["\"a b/c\"", "\"c b a\"", "\"ab c\"", "\"b\""]);
    assert_eq!(found(&condition(NAME, "(.)", "\"C-B b\""), &people), [0, 1]);
    assert_eq!(found(&condition(NAME, "[.]", "\"B c\""), &people), [0]);
    assert_eq!(found(&condition(NAME, "(!)", "\"B c\""), &people), [1, 2, 3]);
}

#[test]
fn the_text_of_a_branch_is_its_first_leaf_that_is_not_null() {
    let people = [
        r#"{"full_location":"Oslo, Norway","raw":"Bergen"}"#,
        r#"{"full_location":null,"raw":"Oslo"}"#,
        r#"{"full_location":7,"raw":"Oslo"}"#,
        r#"{"full_location":"","raw":"Oslo"}"#,
        r#""Oslo""#,
        "7",
        r#"["Oslo"]"#,
    ]
    .map(|place| format!(r#"{{"basic_profile":{{"location":{place}}}}}"#));
    for path in ["basic_profile.location", "basic_profile.location.full_location"] {
        assert_eq!(found(&condition(path, "(.)", "\"oslo\""), &people), [0, 1, 2, 4], "{path}");
    }
    assert_eq!(found(&condition("basic_profile.location", "is_null", "null"), &people), [5, 6]);
}

#[test]
fn elements_are_counted_as_they_stand() {
    let people = [
        worker(&[], &[]),
        r#"{"experience":{"employment_details":{"current":{"title":"CEO"}}}}"#.to_owned(),
        r#"{"experience":{"employment_details":{"current":[null,7,"x",{"title":"CEO"}]}}}"#.to_owned(),
        r#"{"experience":{"employment_details":{"past":[{"title":"CEO"}]}}}"#.to_owned(),
    ];
    assert_eq!(found(&condition("ED.current.title", "=", "\"ceo\""), &people), [2]);
    assert_eq!(found(&condition("ED.title", "=", "\"ceo\""), &people), [2, 3]);
    assert_eq!(found(&condition("ED.title", "is_null", "null"), &people), [0, 1]);
}

#[test]
fn integers_are_compared_with_any_number() {
    let people = connected(&["8", "9.0", "10", "9.5", "\"9\"", "9223372036854775807", "9223372036854775808"]);
    let is = |operator: &str, value: &str| {
        found(&condition("professional_network.connections", operator, value), &people)
    };
    assert_eq!(is("=", "9"), [1]);
    assert_eq!(is("=", "9.0"), [1]);
    assert!(is("=", "9.5").is_empty());
    assert_eq!(is("!=", "9.5").len(), people.len());
    assert_eq!((is(">", "8.5"), is("=>", "8.5"), is("<", "9.5")), (vec![1, 2, 5], vec![1, 2, 5], vec![0, 1]));
    assert_eq!((is("<", "9"), is("=<", "9.5")), (vec![0], vec![0, 1]));
    assert_eq!(is("in", "[9.5,10,8]"), [0, 2]);
    // Beyond 64 bits there is nothing, and everything lies below.
    assert!(is(">", "9223372036854775807").is_empty() && is("=>", "1e300").is_empty());
    assert_eq!((is("<", "18446744073709551615"), is("=<", "1e300")), (vec![0, 1, 2, 5], vec![0, 1, 2, 5]));
    assert_eq!(is(">", "-1e300"), [0, 1, 2, 5]);
    assert_eq!(is("=>", "9223372036854775807"), [5]);
}

#[test]
fn numbers_are_doubles() {
    let people =
        ["-0.0", "0", "0.1", "-1e308"].map(|number| format!(r#"{{"years_of_experience_raw":{number}}}"#));
    let is =
        |operator: &str, value: &str| found(&condition("years_of_experience_raw", operator, value), &people);
    assert_eq!((is("=", "0"), is("=", "-0.0")), (vec![0, 1], vec![0, 1]));
    assert_eq!((is("<", "0"), is("=<", "-0.0")), (vec![3], vec![0, 1, 3]));
    assert_eq!((is(">", "-0.0"), is("in", "[0.1, 7]")), (vec![2], vec![2]));
}

#[test]
fn dates_and_datetimes_meet_in_utc() {
    let roles = ["\"2015-03\"", "\"2015-03-02\"", "\"2015-02-28T23:30:00-02:00\"", "\"\"", "20150301"];
    let people = roles.map(|date| worker(&[&format!("\"start_date\":{date}")], &[]));
    let is = |operator: &str, value: &str| found(&condition("ED.start_date", operator, value), &people);
    assert_eq!(is("=", "\"2015-03-01\""), [0, 2]);
    assert_eq!(is("=", "\"2015-03-01T23:59:59Z\""), [0, 2], "by its UTC date");
    assert_eq!((is(">", "\"2015-03\""), is("=>", "\"2015\"")), (vec![1], vec![0, 1, 2]));
    assert_eq!(is("!=", "\"2015-03\""), [1, 3, 4]);

    let stamps = ["\"2015-03-01\"", "\"2015-03-01T00:00:00.000001Z\"", "\"2015-02-28T23:59:59Z\""]
        .map(|stamp| format!(r#"{{"metadata":{{"updated_at":{stamp}}}}}"#));
    let is = |operator: &str, value: &str| found(&condition("metadata.updated_at", operator, value), &stamps);
    assert_eq!((is("=", "\"2015-03\""), is(">", "\"2015-03-01\"")), (vec![0], vec![1]));
    assert_eq!(is("<", "\"2015-03-01T01:00:00+01:00\""), [2]);
}

#[test]
fn comparisons_are_ranges_of_ordered_forms() {
    let connections =
        |operator: &str, value: &str| ranges(&condition("professional_network.connections", operator, value));
    assert_eq!(connections("=<", "7.5"), [(0, from_i64(7))]);
    assert_eq!(connections(">", "7"), [(from_i64(8), u64::MAX)]);
    assert_eq!(connections("in", "[7,6,7.0]"), [(from_i64(6), from_i64(6)), (from_i64(7), from_i64(7))]);
    assert_eq!(connections("=", "0.5"), []);
    assert_eq!(ranges(&condition("recently_changed_jobs", "!=", "true")), [(1, 1)]);
    assert_eq!(ranges(&condition("ED.start_date", "=", "\"1970-01-02\"")), [(from_i64(1), from_i64(1))]);
}

#[test]
fn a_condition_without_value_is_enough_for_null_operators() {
    let read = filter(r#"{"field":"honors.title","type":"is_not_null"}"#);
    assert_eq!(read.to_json(), r#"{"field":"honors.title","type":"is_not_null","value":null}"#);
}

#[test]
fn people_read_one_line() {
    let list = condition("ED.title", "not_in", r#"["1","2","3","4","5","6"]"#);
    let text = group(
        "and",
        &[condition(NAME, "=", "\" Jane\""), group("or", &[list, condition(NAME, "is_null", "null")])],
    );
    assert_eq!(
        filter(&text).to_string(),
        r#"and(basic_profile.name = "jane", or(experience.employment_details.title not_in ["1", "2", "3", "4", "5", .. 6 in all], basic_profile.name is_null))"#
    );
}
