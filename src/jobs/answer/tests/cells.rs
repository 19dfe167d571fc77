//! Cells of a CSV.

use super::*;

/// What Ada is in short.
const ADA_IN_SHORT: &str = r#"{"crustdata_person_id":1,"social_handles":{"professional_network_identifier":{"profile_url":"https://www.linkedin.com/in/ada-example/"}}}"#;

#[test]
fn a_cell_has_a_line_whatever_came_of_it() {
    let fields = &["crustdata_person_id", "social_handles.professional_network_identifier"];
    let found = answers(
        &csv(CsvMode::Raw, Some("twitter"), fields),
        &["@Ada_X", "nobody", "not a\n\"handle\"", "https://linkedin.com/in/ada-example", "@Ada_X"],
    );
    assert_eq!(words(&found), ["found", "not_found", "invalid", "found", "found"]);
    let ok = |input: &str| {
        format!(r#"{{"input_value":"{input}","status":"ok","enrichment_data":{ADA_IN_SHORT}}}"#)
    };
    let expected = [
        ok("@Ada_X"),
        r#"{"input_value":"nobody","status":"not_found","enrichment_data":null}"#.to_string(),
        r#"{"input_value":"not a\n\"handle\"","status":"failed","enrichment_data":null}"#.to_string(),
        ok("https://linkedin.com/in/ada-example"),
        ok("@Ada_X"),
    ];
    assert_eq!(lines(&found), expected);
}

#[test]
fn cells_are_handles_or_addresses_by_the_mode() {
    for (mode, platform, cell, outcome) in [
        (CsvMode::Raw, Some("instagram"), "Cy.Example", Outcome::Found(81)),
        (CsvMode::Full, Some("instagram"), "@cy.example ", Outcome::Found(81)),
        (CsvMode::Full, Some("youtube"), "UCcy", Outcome::Found(81)),
        (CsvMode::Full, Some("youtube"), "https://youtube.com/channel/UCcy", Outcome::Found(81)),
        (CsvMode::Full, Some("tiktok"), "cy.example", Outcome::NotFound),
        (CsvMode::Full, Some("onlyfans"), "cy.example", Outcome::NotFound),
        (CsvMode::Full, None, "instagram:cy.example", Outcome::Found(81)),
        (CsvMode::Full, None, "instagram.com/cy.example", Outcome::Found(81)),
        (CsvMode::Basic, None, "ada@example.com", Outcome::Found(1)),
        (CsvMode::Advanced, None, "mailto:ada@home.example", Outcome::Found(1)),
        (CsvMode::Advanced, None, "nobody@example.com", Outcome::NotFound),
    ] {
        assert_eq!(answers(&csv(mode, platform, &[]), &[cell])[0].outcome, outcome, "{cell}");
    }
    for (mode, platform, cell, problem) in [
        (CsvMode::Full, Some("instagram"), "ada@example.com", "is no user name on a network"),
        (CsvMode::Full, None, "ada@example.com", "is no profile URL"),
        (CsvMode::Full, None, "1", "is no profile URL"),
        (CsvMode::Full, None, "", "is no profile URL"),
        (CsvMode::Basic, None, "ada", "is no e-mail address"),
    ] {
        let found = answers(&csv(mode, platform, &[]), &[cell]);
        let Outcome::Invalid(why) = &found[0].outcome else { panic!("{cell}: {found:?}") };
        assert!(why.contains(problem), "{why}");
    }
}

#[test]
fn modes_return_little_or_the_whole_record_unless_fields_say_otherwise() {
    let data = |mode, fields: &[&str]| {
        let cell =
            if matches!(mode, CsvMode::Raw | CsvMode::Full) { "twitter:ada_x" } else { "ada@example.com" };
        let found = answers(&csv(mode, None, fields), &[cell]);
        let line = lines(&found)[0];
        let (_, data) = line.split_once(r#""enrichment_data":"#).unwrap();
        data.strip_suffix('}').unwrap().to_string()
    };
    for mode in [CsvMode::Raw, CsvMode::Basic] {
        let value: Value = serde_json::from_str(&data(mode, &[])).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["crustdata_person_id", "basic_profile", "social_handles"]);
    }
    for mode in [CsvMode::Full, CsvMode::Advanced] {
        assert_eq!(data(mode, &[]), ADA);
    }
    for mode in [CsvMode::Raw, CsvMode::Full, CsvMode::Basic, CsvMode::Advanced] {
        let headline = data(mode, &["basic_profile.headline"]);
        assert_eq!(headline, r#"{"basic_profile":{"headline":"Engineer"}}"#);
    }
}
