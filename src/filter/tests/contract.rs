//! The numbered examples of the API's contract that a filter alone decides.

use super::*;
use crate::filter::{DotOperator, FilterOptions};

#[test]
fn example_01_exact_name() {
    let people = ["Jane Doe", "jane doe ", "Jane Doeling", "Jane"]
        .map(|name| format!(r#"{{"basic_profile":{{"name":"{name}"}}}}"#));
    assert_eq!(found(&condition("basic_profile.name", "=", r#""Jane Doe""#), &people), [0, 1]);
}

#[test]
fn example_02_any_current_role_with_exactly_this_title() {
    let people = [
        worker(&[r#""title":"Adviser""#, r#""title":"CEO""#], &[]),
        worker(&[r#""title":"CEO & Founder""#], &[]),
        worker(&[], &[r#""title":"CEO""#]),
    ];
    assert_eq!(found(&condition("ED.current.title", "=", r#""CEO""#), &people), [0]);
}

#[test]
fn example_03_title_of_any_role_and_location() {
    let person = |title: &str, place: &str| {
        format!(
            r#"{{"experience":{{"employment_details":{{"past":[{{"title":"{title}"}}]}}}},"basic_profile":{{"location":{{"full_location":"{place}"}}}}}}"#
        )
    };
    let people = [
        person("Founder and Co-Owner", "San Francisco, California, United States"),
        person("Founder", "San Francisco"),
        person("Co-Founder", "Francisco"),
    ];
    let both = group(
        "and",
        &[
            condition("ED.title", "(.)", r#""Co-Founder""#),
            condition("basic_profile.location.full_location", "(.)", r#""San Francisco""#),
        ],
    );
    assert_eq!(found(&both, &people), [0]);
}

#[test]
fn examples_04_and_05_employer_at_any_time_and_now() {
    let people = [
        worker(&[r#""name":"Retool""#], &[]),
        worker(&[r#""name":"Other""#], &[r#""name":"Retool""#]),
        worker(&[r#""name":"retool""#], &[]),
    ];
    assert_eq!(found(&condition("ED.company_name", "in", r#"["Retool"]"#), &people), [0, 1]);
    assert_eq!(found(&condition("ED.current.company_name", "in", r#"["Retool"]"#), &people), [0]);
}

#[test]
fn example_06_title_at_company_same_role() {
    let people = [
        worker(&[r#""title":"Senior Engineering Manager","name":"Retool""#], &[]),
        worker(
            &[r#""title":"Engineering Manager","name":"Other""#, r#""title":"Adviser","name":"Retool""#],
            &[],
        ),
    ];
    let both = [
        condition("ED.current.company_name", "in", r#"["Retool"]"#),
        condition("ED.current.title", "(.)", r#""engineering manager""#),
    ];
    assert_eq!(found(&group("and", &both), &people), [0]);
    assert_eq!(found(&group("and", &both.map(|one| group("and", &[one]))), &people), [0], "re-wrapped");
}

#[test]
fn example_07_alternatives_are_a_group_and_a_pipe_is_a_separator() {
    let people = ["VP of Sales", "Director", "Director and VP", "Clerk"]
        .map(|title| worker(&[&format!(r#""title":"{title}""#)], &[]));
    let title = |text: &str| condition("ED.current.title", "(.)", text);
    let either = group("or", &[title(r#""VP""#), title(r#""Director""#)]);
    assert_eq!(found(&either, &people), [0, 1, 2]);
    assert_eq!(found(&title(r#""VP|Director""#), &people), [2]);

    let options = FilterOptions { dot_operator: DotOperator::RegexPipeOr, ..FilterOptions::default() };
    let early = Filter::parse(&spelt(&title(r#""vp|Director""#)), &Schema::person(), &options).unwrap();
    let holds =
        |person: &String| matches(early.tree(), &Schema::person(), &parse(person.as_bytes()).unwrap().value);
    assert_eq!(people.each_ref().map(holds), [true, true, true, false]);
}

#[test]
fn example_08_word_order() {
    let people = [worker(&[r#""title":"Senior Software Engineer""#], &[])];
    assert_eq!(found(&condition("ED.current.title", "(.)", r#""Engineer Software""#), &people), [0]);
    assert!(found(&condition("ED.current.title", "[.]", r#""Engineer Software""#), &people).is_empty());
    assert_eq!(found(&condition("ED.current.title", "[.]", r#""software engineer""#), &people), [0]);
}

#[test]
fn example_09_phrase_for_acronyms() {
    let people = [worker(&[r#""title":"SDR Team Lead""#], &[]), worker(&[r#""title":"USDR analyst""#], &[])];
    assert_eq!(found(&condition("ED.current.title", "[.]", r#""SDR""#), &people), [0]);
}

#[test]
fn example_10_exclude_listed_titles() {
    let people = [
        worker(&[r#""name":"OpenAI","title":"Engineer""#], &[r#""title":"Student Ambassador""#]),
        worker(&[r#""name":"OpenAI","title":"Engineer""#], &[r#""title":"Student""#]),
        worker(&[r#""name":"Other""#], &[]),
    ];
    let both = group(
        "and",
        &[
            condition("ED.company_name", "in", r#"["OpenAI","Retool"]"#),
            condition("ED.title", "not_in", r#"["Intern","Student"]"#),
        ],
    );
    assert_eq!(found(&both, &people), [0]);
}

#[test]
fn example_11_fuzzy_negation() {
    let people = [worker(&[r#""title":"Software Engineer Intern""#], &[]), worker(&[], &[]), "{}".into()];
    assert_eq!(found(&condition("ED.current.title", "(!)", r#""Intern""#), &people), [1, 2]);
    let places = ["New York City", "New Yorker"]
        .map(|place| format!(r#"{{"basic_profile":{{"location":"{place}"}}}}"#));
    assert_eq!(found(&condition("basic_profile.location", "(!)", r#""New York""#), &places), [1]);
}

#[test]
fn example_14_country_as_it_is_stored() {
    let people = ["United States", "United States of America"]
        .map(|country| format!(r#"{{"basic_profile":{{"location":{{"country":"{country}"}}}}}}"#));
    let is = |country: &str| condition("basic_profile.location.country", "=", &format!("\"{country}\""));
    assert_eq!(found(&is("United States"), &people), [0]);
    let either = group("or", &[is("United States"), is("United States of America")]);
    assert_eq!(found(&either, &people), [0, 1]);
}

#[test]
fn example_15_country_code_in_any_case() {
    let people = [worker(&[r#""company_headquarters_country":"USA""#], &[])];
    let is = |code: &str| condition("ED.current.company_headquarters_country", "=", code);
    assert_eq!(found(&is(r#""usa""#), &people), [0]);
    assert!(found(&is(r#""United States""#), &people).is_empty());
}

#[test]
fn example_16_range_with_reversed_operators() {
    let people = ["4.9", "5", "7.5", "10", "10.1", "null", "\"7\""]
        .map(|years| format!(r#"{{"years_of_experience_raw":{years}}}"#));
    let years = |operator: &str, value: &str| condition("years_of_experience_raw", operator, value);
    assert_eq!(found(&group("and", &[years("=>", "5"), years("=<", "10")]), &people), [1, 2, 3]);
    assert_eq!(found(&group("and", &[years(">", "5"), years("<", "10.0")]), &people), [2]);
    assert!(read(&years(">=", "5")).is_err());
}

#[test]
fn example_17_former_staff_who_moved_recently() {
    let person = |past: &str| {
        format!(
            r#"{{"recently_changed_jobs":true,"professional_network":{{"connections":100}},"experience":{{"employment_details":{{"past":[{past}]}}}}}}"#
        )
    };
    let people = [
        person(r#"{"company_website_domain":"example.com","title":"Engineer"}"#),
        person(r#"{"company_website_domain":"example.com"},{"title":"Board Member"}"#),
        person(r#"{"company_website_domain":"other.example"}"#),
    ];
    let not = |word: &str| condition("ED.past.title", "(!)", word);
    let all = group(
        "and",
        &[
            condition("recently_changed_jobs", "=", "true"),
            condition("professional_network.connections", "=>", "100"),
            condition("ED.past.company_website_domain", "in", r#"["example.com"]"#),
            not(r#""advisor""#),
            not(r#""investor""#),
            not(r#""board""#),
        ],
    );
    assert_eq!(found(&all, &people), [0], "a negation looks at the whole past");
}

#[test]
fn examples_18_to_20_different_roles() {
    let people = [
        worker(&[r#""name":"A","title":"Engineer""#], &[r#""name":"B","title":"Manager""#]),
        worker(&[r#""name":"A","title":"Manager""#], &[r#""name":"B","title":"Engineer""#]),
        worker(&[r#""name":"A","title":"Engineer""#], &[]),
    ];
    let company = |name: &str| condition("ED.company_name", "=", &format!("\"{name}\""));
    let title = |words: &str| condition("ED.title", "(.)", &format!("\"{words}\""));
    assert!(found(&group("and", &[company("A"), company("B")]), &people).is_empty());
    let children =
        [group("and", &[title("engineer"), company("A")]), group("and", &[title("manager"), company("B")])];
    assert_eq!(found(&group("all_of", &children), &people), [0]);
    assert_eq!(found(&condition("ED.company_name", "has_all", r#"["A","B"]"#), &people), [0, 1]);
}

#[test]
fn example_21_current_here_formerly_there() {
    let people =
        [worker(&[r#""name":"B""#], &[r#""name":"A""#]), worker(&[r#""name":"A""#, r#""name":"B""#], &[])];
    let both = group(
        "and",
        &[
            condition("ED.current.company_name", "=", r#""B""#),
            condition("ED.past.company_name", "=", r#""A""#),
        ],
    );
    assert_eq!(found(&both, &people), [0]);
}

#[test]
fn example_22_any_skill() {
    let people = [r#"["Go","Rust"]"#, r#"["go"]"#, "[]", "[null]", "\"Go\""]
        .map(|skills| format!(r#"{{"skills":{{"professional_network_skills":{skills}}}}}"#));
    let any = condition("skills.professional_network_skills", "in", r#"["Python","Go"]"#);
    assert_eq!(found(&any, &people), [0]);
}

#[test]
fn example_27_unknown_filter() {
    let error = read(&condition("current_title", "=", r#""CEO""#)).unwrap_err();
    let FilterError::UnknownField { at, field, hint, supported, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((at.as_str(), field.as_str()), ("field", "current_title"));
    assert_eq!(hint.as_deref(), Some("use experience.employment_details.current.title instead"));
    assert_eq!(supported.len(), 164);
    assert!(supported.iter().any(|path| path == "basic_profile.headline"));
    assert_eq!(
        error.to_string(),
        "filter: field: Unsupported filter field: 'current_title'; \
         use experience.employment_details.current.title instead (164 fields can be filtered)"
    );
}
