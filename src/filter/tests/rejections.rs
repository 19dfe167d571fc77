//! What is not taken: place, fact, and what to do, in words.

use super::*;
use crate::filter::{DotOperator, FilterOptions, Limits};

fn refused(text: &str) -> String {
    match read(text) {
        Ok(filter) => panic!("{text} was taken as {filter}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn shapes() {
    for (text, expected) in [
        ("", "not JSON at line 1, column 1: EOF while parsing a value"),
        ("{\"op\":\n  \"and\" x}", "not JSON at line 2, column 9: expected `,` or `}`"),
        ("{} {}", "not JSON at line 1, column 4: text follows the filter"),
        ("[]", "a list without anything in it; wanted: a condition"),
        ("3", "an integer: 3; wanted: a condition"),
        ("{}", "the key `field` is missing; wanted: the path of a field"),
        (r#"{"field":"honors.title"}"#, "the key `type` is missing; wanted: an operator"),
        (r#"{"field":"honors.title","type":"="}"#, "the key `value` is missing"),
        (r#"{"field":3,"type":"=","value":1}"#, "field: an integer: 3; wanted: the path of a field"),
        (r#"{"field":"honors.title","type":null,"value":1}"#, "type: null; wanted: an operator"),
        (
            r#"{"column":"honors.title","type":"=","value":"x"}"#,
            "unknown key `column`; wanted: `field`, `type`, `value` (the path stands under `field`)",
        ),
        (
            r#"{"field":"honors.title","type":"=","value":"x","boost":2}"#,
            "unknown key `boost`; wanted: `field`, `type`, `value`",
        ),
        (r#"{"op":"and","conditions":[{}],"value":1}"#, "unknown key `value`; wanted: `op`, `conditions`"),
        (r#"{"op":"and"}"#, "the key `conditions` is missing"),
        (r#"{"conditions":[{}]}"#, "the key `op` is missing; wanted: and, or, all_of"),
        (r#"{"op":"AND","conditions":[{}]}"#, "op: no group is called 'AND'; wanted: and"),
        (r#"{"op":"not","conditions":[{}]}"#, "op: no group is called 'not'; wanted: and, or, all_of"),
        (r#"{"op":"and","conditions":[]}"#, "conditions: a list without anything in it; wanted: a list with"),
        (r#"{"op":"and","conditions":{"a":1}}"#, "conditions: an object; wanted: a list with at least one"),
        (r#"{"op":"and","op":"or","conditions":[]}"#, "the key `op` is given twice; wanted: each key once"),
        (
            r#"{"op":"or","conditions":[{"op":"and","conditions":[7]}]}"#,
            "conditions[0].conditions[0]: an integer: 7",
        ),
    ] {
        let message = refused(text);
        assert!(message.starts_with(&format!("filter: {expected}")), "{text}\n{message}");
    }
}

#[test]
fn operators() {
    for (field, operator, expected) in [
        ("honors.title", ">=", "type: must be one of the supported operators. Got '>='; write '=>'"),
        ("honors.title", "<=", "type: must be one of the supported operators. Got '<='; write '=<'"),
        ("honors.title", "IN", "type: must be one of the supported operators. Got 'IN'; write 'in'"),
        (
            "honors.title",
            "contains",
            "type: must be one of the supported operators. Got 'contains'; it exists in",
        ),
        ("honors.title", "like", "type: must be one of the supported operators. Got 'like'; there are = !="),
        (
            "basic_profile.location.city",
            "geo_distance",
            "type: 'geo_distance' does not fit basic_profile.location.city, a string that names no place; wanted: = != in",
        ),
        (
            "honors.title",
            "geo_exclude",
            "type: 'geo_exclude' does not fit honors.title, a string that names no",
        ),
        (
            "honors.title",
            "<",
            "type: '<' does not fit honors.title, a string; wanted: = != in not_in (.) [.] (!) has_all is_null is_not_null",
        ),
        (
            "recently_changed_jobs",
            "in",
            "type: 'in' does not fit recently_changed_jobs, a boolean; wanted: = != is_null",
        ),
        (
            "ED.is_default",
            "has_all",
            "type: 'has_all' does not fit experience.employment_details.is_default, a boolean; wanted",
        ),
        (
            "ED.start_date",
            "in",
            "type: 'in' does not fit experience.employment_details.start_date, a date; wanted: = != < =< > =>",
        ),
        ("metadata.updated_at", "not_in", "type: 'not_in' does not fit metadata.updated_at, a datetime"),
        (
            "professional_network.connections",
            "(.)",
            "type: '(.)' does not fit professional_network.connections, an integer",
        ),
        (
            "basic_profile.languages",
            "has_all",
            "type: 'has_all' does not fit basic_profile.languages, a string[] outside of arrays",
        ),
    ] {
        let message = refused(&condition(field, operator, "1"));
        assert!(message.starts_with(&format!("filter: {expected}")), "{field} {operator}\n{message}");
    }
}

#[test]
fn values() {
    let text = "honors.title";
    let number = "professional_network.connections";
    for (field, operator, value, expected) in [
        (text, "=", "null", "value: null; wanted: a string"),
        (text, "!=", "7", "value: an integer: 7; wanted: a string"),
        (
            text,
            "(.)",
            r#"" - / ""#,
            "value: a string: \" - / \"; wanted: at least one letter or digit to look for",
        ),
        (text, "[.]", r#""""#, "value: a string: \"\"; wanted: at least one letter"),
        (text, "(!)", r#""&""#, "value: a string: \"&\"; wanted: at least one letter"),
        (text, "in", r#""a,b""#, "value: a string: \"a,b\"; wanted: a list, such as [\"Python\", \"Go\"]"),
        (text, "not_in", "[]", "value: a list without anything in it; wanted: a list with at least one item"),
        (text, "in", r#"["a",null]"#, "value[1]: null; wanted: a string"),
        (text, "has_all", "[\"a\",[]]", "value[1]: a list without anything in it; wanted: a string"),
        (text, "is_null", "true", "value: a boolean: true; wanted: null, the value of 'is_null'"),
        (number, "=", "\"7\"", "value: a string: \"7\"; wanted: an integer"),
        (number, ">", "null", "value: null; wanted: an integer"),
        (number, "in", "[1,true]", "value[1]: a boolean: true; wanted: an integer"),
        ("years_of_experience_raw", "=", "{}", "value: an object without anything in it; wanted: a number"),
        ("recently_changed_jobs", "=", "\"true\"", "value: a string: \"true\"; wanted: true or false"),
        ("ED.start_date", "=>", "2015", "value: an integer: 2015; wanted: a date such as 2015, 2015-03"),
        (
            "ED.start_date",
            "=>",
            "\"soon\"",
            "value: a string: \"soon\"; wanted: a date such as 2015, 2015-03",
        ),
        (
            "metadata.updated_at",
            "<",
            "\"2015-13\"",
            "value: a string: \"2015-13\"; wanted: a datetime such as",
        ),
    ] {
        let message = refused(&condition(field, operator, value));
        assert!(message.starts_with(&format!("filter: {expected}")), "{field} {operator} {value}\n{message}");
    }
    let long = format!("\"{}\"", "é".repeat(500));
    assert!(refused(&condition(number, "=", &long)).len() < 200, "a long value is cut");
    let bell = refused(&condition("\\u0007\\u001b[2J", "=", "1"));
    assert!(!bell.contains(char::is_control), "{bell:?}");
}

#[test]
fn fields_that_are_no_filters_say_what_to_use_instead() {
    for (field, expected) in [
        ("basic_profile.current_title", "use experience.employment_details.current.title instead"),
        ("contact.has_business_email", "use experience.employment_details.business_email_verified instead"),
        ("ED.current.end_date", "use experience.employment_details.end_date instead"),
        ("ED.past.location", "use experience.employment_details.location instead"),
        ("ED.current.company_website", "use experience.employment_details.company_website instead"),
        ("ED.crustdata_company_id", "use experience.employment_details.company_id instead"),
        ("ED.name", "use experience.employment_details.company_name instead"),
        ("ED.years_at_company", "did you mean experience.employment_details.years_at_company_raw"),
        (
            "ED.company_hq_location_address_components",
            "did you mean experience.employment_details.company_hq_location",
        ),
        ("basic_profile.location.raw", "use basic_profile.location instead"),
        ("social_handles.twitter_identifier.slug", "use social_handles.twitter_handle instead"),
        (
            "social_handles.professional_network_identifier.profile_url",
            "people are found by it with a lookup",
        ),
        ("emails.address", "people are found by it with a lookup"),
        ("ED.current", "it has no value of its own: name a path below it"),
        ("basic_profile.headlin", "did you mean basic_profile.headline, "),
    ] {
        let message = refused(&condition(field, "=", "\"x\""));
        assert!(message.contains(expected), "{field}\n{message}");
    }
    assert!(refused(&condition("zzz", "=", "\"x\"")).contains("field: 'zzz' (164 fields can be filtered)"));
}

#[test]
fn what_all_of_does_not_take() {
    let title = condition("ED.title", "(.)", "\"engineer\"");
    let school = condition("education.schools.school", "=", "\"X\"");
    let wrapped = |bad: String| group("all_of", &[title.clone(), bad]);
    let with = |bad: String| wrapped(group("and", &[title.clone(), bad]));
    for (text, expected) in [
        (
            wrapped(condition("basic_profile.name", "=", "\"x\"")),
            "conditions[1]: basic_profile.name, which lies in no array; all_of takes fields of one array of objects",
        ),
        (with(school.clone()), "conditions[1]: education.schools.school, which lies in another array"),
        (wrapped(school), "conditions[1]: education.schools.school, which lies in another array"),
        (
            wrapped(condition("ED.current.title", "=", "\"x\"")),
            "conditions[1]: experience.employment_details.current.title, which lies in another array",
        ),
        (
            wrapped(condition("ED.title", "!=", "\"x\"")),
            "conditions[1]: a negative on experience.employment_details.title; all_of takes positive conditions",
        ),
        (with(condition("ED.title", "is_null", "null")), "conditions[1]: a negative on"),
        (with(condition("ED.title", "has_all", "[\"x\"]")), "conditions[1]: has_all on"),
        (wrapped(group("all_of", std::slice::from_ref(&title))), "conditions[1]: an all_of inside an all_of"),
        (with(group("all_of", std::slice::from_ref(&title))), "conditions[1]: an all_of inside an all_of"),
        (with(group("or", &[title.clone(), title.clone()])), "conditions[1]: a group inside a group"),
    ] {
        let message = refused(&text);
        assert!(message.starts_with(&format!("filter: {expected}")), "{text}\n{message}");
        let message = refused(&group("or", &[title.clone(), text]));
        assert!(message.starts_with(&format!("filter: conditions[1].{expected}")), "{message}");
    }
    // After the groups that are none have dissolved.
    filter(&wrapped(group("and", &[group("or", std::slice::from_ref(&title))])));
    filter(&with(group("and", &[title.clone(), title.clone()])));
    let (repo, profile) = ("dev_platform_profiles.repos.stars", "dev_platform_profiles.followers");
    filter(&group("all_of", &[condition(repo, "=", "1"), condition(profile, "=", "1")]));
}

#[test]
fn limits_name_themselves() {
    let options = |limits: Limits| FilterOptions { limits, ..FilterOptions::default() };
    let small = options(Limits { depth: 2, nodes: 5, list_items: 2, patterns: 1, regex_bytes: 1000 });
    let regex = FilterOptions { dot_operator: DotOperator::RegexPipeOr, ..small };
    let one = condition("honors.title", "=", "\"x\"");
    let twice = group("or", &[group("and", std::slice::from_ref(&one))]);
    let read =
        |text: &str, options| Filter::parse(text, &Schema::person(), options).map_err(|e| e.to_string());
    assert!(read(&twice, &small).is_ok());
    assert_eq!(
        read(&group("or", &[twice]), &small).unwrap_err(),
        "filter: conditions[0].conditions[0]: more than 2 groups inside one another, the most allowed here (limit `depth`)"
    );
    assert!(read(&group("or", &vec![one.clone(); 4]), &small).is_ok());
    assert_eq!(
        read(&group("or", &vec![one; 5]), &small).unwrap_err(),
        "filter: conditions[4]: more than 5 groups and conditions, the most allowed here (limit `nodes`)"
    );
    assert_eq!(
        read(&condition("honors.title", "in", r#"["a","b","c"]"#), &small).unwrap_err(),
        "filter: value: more than 2 items in a list, the most allowed here (limit `list_items`)"
    );
    assert_eq!(
        read(&condition("honors.title", "(.)", r#""\\w{500}""#), &regex).unwrap_err(),
        "filter: value: more than 1000 bytes of compiled regular expression, the most allowed here (limit `regex_bytes`)"
    );
    let pattern = condition("honors.title", "(.)", "\"a\"");
    assert_eq!(
        read(&group("or", &[pattern.clone(), pattern]), &regex).unwrap_err(),
        "filter: conditions[1].value: more than 1 regular expressions, the most allowed here (limit `patterns`)"
    );
    let syntax = read(&condition("honors.title", "(.)", "\"a(b\""), &regex).unwrap_err();
    assert!(syntax.contains("unclosed group"), "{syntax}");
    assert!(read(&condition("honors.title", "(.)", "\"\""), &regex).is_err());
}

#[test]
fn a_very_deep_text_is_an_error() {
    for open in ["[", r#"{"op":"or","conditions":["#] {
        let error = Filter::parse(&open.repeat(100_000), &Schema::person(), &FilterOptions::default());
        assert!(matches!(error, Err(FilterError::Syntax { .. })), "{error:?}");
    }
}

#[test]
fn null_operators_can_be_switched_off() {
    let options = FilterOptions { null_operators: false, ..FilterOptions::default() };
    let read = |operator, value| {
        let text = condition("honors.title", operator, value);
        Filter::parse(&text, &Schema::person(), &options).map_err(|e| e.to_string())
    };
    assert!(read("is_null", "null").unwrap_err().contains("switched off (option `null_operators`)"));
    assert!(read("=", "\"x\"").is_ok());
    assert!(!read("like", "1").unwrap_err().contains("is_null"));
    assert!(!read("<", "1").unwrap_err().contains("is_null"));
}
