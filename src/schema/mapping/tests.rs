//! Mappings as text: what is wrong is told with its place.

use proptest::prelude::*;

use super::*;

fn problem(text: &str) -> String {
    match Mapping::parse(text, &Schema::person()) {
        Ok(_) => "no problem".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// What is wrong with a template.
fn wrong(record: &str) -> String {
    problem(&format!(r#"{{"version": 1, "source": "x", "record": {record}}}"#))
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        ("[", "at the file: it is not JSON"),
        ("[]", "at the file: it is no JSON object"),
        (r#"{"source": "x"}"#, "it lacks \"version\": 1"),
        (r#"{"version": 2}"#, "version 2; this build reads 1: use a newer rolo"),
        (r#"{"version": 1, "recrod": {}}"#, "\"recrod\" is no key here; known are version, source"),
        (r#"{"version": 1, "source": "x"}"#, "it lacks \"record\""),
        (r#"{"version": 1, "source": "A b", "record": {}}"#, "at the file.source: it must be a name of a-z"),
        (r#"{"version": 1, "source": "person", "record": {}}"#, "choose another name"),
        (
            r#"{"version": 1, "source": "x", "country": "Germany", "record": {}}"#,
            "no country code of two letters",
        ),
        (r#"{"version": 1, "source": "x", "derive": [{}], "record": {}}"#, "it lacks \"to\" or \"place\""),
    ] {
        assert!(problem(text).contains(expected), "{text}: {}", problem(text));
    }
    for (record, expected) in [
        (
            r#"{"a": "basic_profile.nam"}"#,
            "at record.a: the person schema has no \"basic_profile.nam\"; did you mean basic_profile.name",
        ),
        (
            r#"{"a": "emails.address"}"#,
            "at record.a: \"emails.address\" leads through emails, which is array: name it with \"$each\"",
        ),
        (
            r#"{"a": {"b": ["emails", "x"]}}"#,
            "at record.a.b: a list holds objects with \"$each\", or one path or value",
        ),
        (r#"{"a": 5}"#, "it must be a path, an object or a list"),
        (r#"{"a": [{"$each": "basic_profile.name"}]}"#, "`$each` wants an array, an object or a list"),
        (
            r#"{"a": [{"$each": "emails", "b": "adress"}]}"#,
            "no \"adress\" in emails; did you mean emails.address",
        ),
        (r#"{"a": [{"$each": "skills.professional_network_skills", "b": "name"}]}"#, "\".\" is the item"),
        (
            r#"{"a": {"$to": "basic_profile.name", "$as": "shout"}}"#,
            "at record.a.$as: \"shout\" is not known; known are plain, code",
        ),
        (r#"{"a": {"$to": "basic_profile.name", "$as": "name.first"}}"#, "goes one way"),
        (r#"{"a": {"$to": "basic_profile.name", "$only": "out"}}"#, "it can be \"read\" or \"write\""),
        (r#"{"a": {"$to": "basic_profile", "$as": "date"}}"#, "its path is a branch"),
        (
            r#"{"a": {"$to": "basic_profile.name", "$in": "list"}}"#,
            "\"list\" is not in the mapping's \"lists\"",
        ),
        (r#"{"a": {"$use": "part"}}"#, "\"part\" is not in the mapping's \"parts\""),
        (r#"{"a": {"$to": ["basic_profile.name", "basic_profile.headline"]}}"#, "latitude and longitude"),
        (r#"{"$a": "basic_profile.name"}"#, "a member whose name begins with $ is written with $$"),
        (r#"{"a": {"$as": "code", "b": "basic_profile.name"}}"#, "\"$as\" is no key here"),
        (r#"{"a": {"$any": "basic_profile.name"}}"#, "`$any` must be a list"),
    ] {
        assert!(wrong(record).contains(expected), "{record}: {}", wrong(record));
    }
    assert_eq!(wrong(r#"{"$$a": "basic_profile.name"}"#), "no problem");
    let endless = r#"{"version": 1, "source": "x", "parts": {"p": {"q": {"$use": "p"}}}, "record": {"a": {"$use": "p"}}}"#;
    assert!(problem(endless).contains("more than 128 levels deep"));
}

#[test]
fn columns_are_known_in_any_case_and_with_any_separators() {
    let schema = Schema::person();
    let of =
        |columns: &[&str]| Mapping::of_table(columns, &schema).unwrap().map(|mapping| mapping.record.names());
    let names = |columns: &[&str]| Some(columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(of(&["E-Mail Address", "foo", "LINKEDIN_url"]), names(&["LINKEDIN_url", "E-Mail Address"]));
    assert_eq!(of(&["email", "e-mail"]), names(&["email", "e-mail"]), "several addresses all count");
    assert_eq!(of(&["city", "town"]), names(&["city"]), "of two that mean one value the first counts");
    assert_eq!(of(&["basic_profile.headline", "$skills"]), names(&["$skills", "basic_profile.headline"]));
    assert_eq!(of(&["emails.address", "bar"]), None);
    let roles = Mapping::of_table(&["company"], &schema).unwrap().unwrap().record.here;
    assert_eq!(roles.len(), 1, "without a column of ends no role is a past one");
}

#[test]
fn a_country_can_be_given_to_any_mapping() {
    let schema = Schema::person();
    let mapping = Mapping::shipped("pdl-v5", &schema).unwrap().unwrap();
    let with = mapping.with_country("de", &schema).unwrap();
    assert_eq!((with.country.as_deref(), &with.record), (Some("DE"), &mapping.record));
    assert!(mapping.with_country("Germany", &schema).is_err());
}

proptest! {
    #![proptest_config(crate::schema::tests::law())]

    #[test]
    fn any_text_is_a_mapping_or_an_error(at in any::<prop::sample::Index>(), with in "[{}\\[\\]\",:$a-z0-9 ]{0,3}", which in 0..4usize) {
        let (_, text) = SHIPPED[which];
        let mut bytes = text.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes.splice(at..(at + with.len()).min(text.len()), with.bytes());
        let _ = Mapping::parse(&String::from_utf8_lossy(&bytes), &Schema::person());
    }
}
