//! Three people, answered in every way.

mod cells;
mod charges;
mod requests;

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::{Answer, Answerer, Answers, failed_line};
use crate::engine::{Database, ErrorKind, Input, LoadOptions, NoObserver};
use crate::jobs::{Credits, Csv, CsvMode, Enrich, Identifier, Item, Outcome, People, Rate, Request, Search};

const ADA: &str = r#"{"crustdata_person_id":1,"basic_profile":{"name":"Ada Example","headline":"Engineer"},"social_handles":{"professional_network_identifier":{"profile_url":"https://www.linkedin.com/in/ada-example/"},"twitter_identifier":{"slug":"ada_x"}},"contact":{"business_emails":[{"email":"ada@example.com"}],"personal_emails":["ada@home.example"]},"identifiers":{"pdl_id":"pdl-ada_0000","aggknowledge_id":"81","member_tokens":["ACwAAAAdaExample00000000000000000"]},"unknown to rolo":1.0}"#;
const BO: &str = r#"{
  "crustdata_person_id": 2,
  "basic_profile": { "name": "Bo  \"B\" Example" },
  "emails": [ { "address": "bo@example.com" } ],
  "years_of_experience_raw": 1e1
}"#;
const BO_IN_ONE_LINE: &str = r#"{"crustdata_person_id":2,"basic_profile":{"name":"Bo  \"B\" Example"},"emails":[{"address":"bo@example.com"}],"years_of_experience_raw":1e1}"#;
const CY: &str = r#"{"crustdata_person_id":81,"basic_profile":{"name":"Cy Example"},"emails":[{"address":"bo@example.com"}],"experience":{"employment_details":{"current":["a bare text"]}},"social_profiles":[{"network":"instagram","username":"cy.example"},{"url":"https://www.youtube.com/channel/UCcy"}]}"#;
/// Ada and Bo in one segment, Cy in another.
fn people() -> Arc<Database> {
    static PEOPLE: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.parquet");
        for records in [format!("[{ADA},\n{BO}]"), CY.to_string()] {
            let input = vec![Input::bytes("people", records)];
            let report = Database::load(&path, input, &LoadOptions::default(), &mut NoObserver).unwrap();
            assert_eq!(report.rejected, 0);
        }
        Arc::new(Database::open(&path).unwrap())
    });
    Arc::clone(&PEOPLE)
}

fn items(inputs: &[&str]) -> Vec<Item> {
    let item = |(position, input): (u64, &&str)| Item {
        position,
        input: input.to_string(),
        outcome: Outcome::Open,
        line: None,
        charge: Credits::ZERO,
    };
    (0..).zip(inputs).map(item).collect()
}

/// All answers at once; and one by one they are the same.
fn answers_at(request: &Request, rate: Option<&Rate>, inputs: &[&str]) -> Vec<Answer> {
    let answerer = Answerer::new(people(), request, rate).unwrap();
    let items = items(inputs);
    let answers = answerer.answer(&items).unwrap();
    let singly = items.iter().map(|item| answerer.answer(std::slice::from_ref(item)).unwrap().remove(0));
    assert_eq!(answers, singly.collect::<Vec<_>>());
    answers
}

fn answers(request: &Request, inputs: &[&str]) -> Vec<Answer> {
    let answers = answers_at(request, None, inputs);
    assert!(answers.iter().all(|answer| answer.charge == Credits::ZERO));
    answers
}

fn lines(answers: &[Answer]) -> Vec<&str> {
    answers.iter().filter_map(|answer| answer.line.as_deref()).collect()
}

fn words(answers: &[Answer]) -> Vec<&str> {
    answers.iter().map(|answer| answer.outcome.name()).collect()
}

fn strings(fields: &[&str]) -> Option<Vec<String>> {
    (!fields.is_empty()).then(|| fields.iter().map(|field| field.to_string()).collect())
}

fn search(fields: &[&str]) -> Request {
    let filters = json!({"op": "and", "conditions": []});
    Request::Search(Search {
        filters,
        max_results: 10,
        fields: strings(fields),
        quirks: false,
        sorted: false,
        unknown_field: None,
    })
}

fn enrich(by: Identifier, fields: &[&str]) -> Request {
    Request::Enrich(Enrich { by, fields: strings(fields) })
}

fn csv(mode: CsvMode, platform: Option<&str>, fields: &[&str]) -> Request {
    let platform = platform.map(str::to_string);
    Request::Csv(Csv { mode, platform, metadata: None, fields: strings(fields) })
}

#[test]
fn a_search_has_exactly_the_fields_asked_for_or_the_records_as_loaded_in_one_line() {
    let ids = ["1", "2", "81"];
    let names = answers(&search(&["basic_profile.name"]), &ids);
    assert_eq!(
        lines(&names),
        [
            r#"{"basic_profile":{"name":"Ada Example"}}"#,
            r#"{"basic_profile":{"name":"Bo  \"B\" Example"}}"#,
            r#"{"basic_profile":{"name":"Cy Example"}}"#
        ]
    );
    assert_eq!(lines(&answers(&search(&[]), &ids)), [ADA, BO_IN_ONE_LINE, CY]);
    let not_in_columns = answers(&search(&["basic_profile.name", "emails.address"]), &["2"]);
    assert_eq!(
        lines(&not_in_columns),
        [r#"{"basic_profile":{"name":"Bo  \"B\" Example"},"emails":[{"address":"bo@example.com"}]}"#]
    );
}

#[test]
fn a_person_of_a_search_who_is_gone_has_no_line() {
    for fields in [&[][..], &["crustdata_person_id"]] {
        let found = answers(&search(fields), &["81", "7", "x", "1", "0", "1", "2"]);
        let expected = ["found", "not_found", "invalid", "found", "not_found", "found", "found"];
        assert_eq!(words(&found), expected);
        let people: Vec<Value> = lines(&found)
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["crustdata_person_id"].clone())
            .collect();
        assert_eq!(people, [81, 1, 1, 2]);
        assert_eq!(found[2].outcome, Outcome::Invalid(r#""x" is no person id"#.to_string()));
        assert_eq!(found[3].outcome, Outcome::Found(1));
    }
}

#[test]
fn an_enrichment_has_a_line_for_each_time_a_person_is_named_in_the_order_of_the_names() {
    let urls = [
        "https://www.linkedin.com/in/ada-example/",
        "linkedin.com/in/nobody",
        "instagram.com/cy.example",
        "no url",
        "de.linkedin.com/in/Ada-Example?x=\"1\"",
        "https://www.linkedin.com/in/ada-example/",
    ];
    let found = answers(&enrich(Identifier::Url, &["years_of_experience_raw"]), &urls);
    assert_eq!(words(&found), ["found", "not_found", "found", "invalid", "found", "found"]);
    let Outcome::Invalid(problem) = &found[3].outcome else { panic!("{:?}", found[3]) };
    assert!(problem.contains(r#""no url" is no profile URL"#), "{problem}");
    let lines = lines(&found);
    let head = |url: &str, id: u64| {
        format!(
            r#"{{"original_identifier":{},"internal_id":{id},"data":{{"#,
            serde_json::to_string(url).unwrap()
        )
    };
    for (line, (url, id)) in lines.iter().zip([(urls[0], 1), (urls[2], 81), (urls[4], 1), (urls[5], 1)]) {
        assert!(line.starts_with(&head(url, id)), "{line}");
        assert!(line.ends_with(r#""years_of_experience_raw":null}}"#), "{line}");
        let data = &serde_json::from_str::<Value>(line).unwrap()["data"];
        let keys: Vec<&String> = data.as_object().unwrap().keys().collect();
        let expected = ["crustdata_person_id", "basic_profile", "social_handles", "years_of_experience_raw"];
        assert_eq!(keys, expected);
        assert_eq!(data["crustdata_person_id"], id);
        // The whole family, whatever was asked for.
        assert!(data["basic_profile"].get("location").is_some());
    }
    assert_eq!((lines.len(), lines[0]), (4, lines[3]));
}

#[test]
fn an_enrichment_reads_its_identifiers_as_what_they_are_said_to_be() {
    let sha256 = "0b08a6d0b4a4bf9cf8a47df0dc8a86e40f2a4ff4f2a4ff4f2a4ff4f2a4ff4f2a";
    for (by, input, outcome) in [
        (Identifier::Email, " ADA@example.com", "found"),
        (Identifier::Email, "Ada <ada@home.example>", "found"),
        (Identifier::Email, "9E26471D35A78862C17E467D87CDDEDF", "not_found"),
        (Identifier::Email, sha256, "not_found"),
        (Identifier::Email, "linkedin.com/in/ada-example", "invalid"),
        (Identifier::Url, "ada@example.com", "invalid"),
        (Identifier::Url, "linkedin.com/sales/lead/ACwAAAAdaExample00000000000000000,NAME", "found"),
        (Identifier::Any, "pdl:pdl-ada_0000", "found"),
        (Identifier::Any, "twitter:@ada_x", "found"),
        (Identifier::Any, "1", "found"),
        (Identifier::Any, "?", "invalid"),
    ] {
        let found = answers(&enrich(by, &[]), &[input]);
        assert_eq!(words(&found), [outcome], "{input}");
        if outcome == "found" {
            assert_eq!(found[0].outcome, Outcome::Found(1), "{input}");
        }
    }
    let md5 = format!("{:x}", <md5::Md5 as md5::Digest>::digest("ada@example.com"));
    assert_eq!(words(&answers(&enrich(Identifier::Email, &[]), &[&md5])), ["found"]);
    // An address of two people means the one with the lower id.
    let both = answers(&enrich(Identifier::Email, &[]), &["bo@example.com"]);
    assert_eq!(both[0].outcome, Outcome::Found(2));
}

#[test]
fn an_item_that_failed_has_a_line_where_every_item_has_one() {
    let request = r#"{"metadata":1.0,"pdlId":"a"}"#;
    let item = &items(&["first", request])[1];
    let line = |request: &Request, retryable| failed_line(request, item, "the disk says no", retryable);
    assert_eq!(line(&search(&[]), true), None);
    assert_eq!(line(&enrich(Identifier::Url, &[]), true), None);
    let people = |retryable: bool| {
        format!(
            r#"{{"id":"2","isSuccess":false,"isRetryable":{retryable},"metadata":1.0,"data":null,"error":{{"code":"failed","message":"the disk says no"}}}}"#
        )
    };
    for retryable in [true, false] {
        assert_eq!(line(&Request::People(People { fields: None }), retryable), Some(people(retryable)));
    }
    let cell =
        r#"{"input_value":"{\"metadata\":1.0,\"pdlId\":\"a\"}","status":"failed","enrichment_data":null}"#;
    assert_eq!(line(&csv(CsvMode::Raw, None, &[]), true).as_deref(), Some(cell));
}

#[test]
fn a_field_that_does_not_exist_is_said_before_any_item() {
    let error = Answerer::new(people(), &search(&["basic_profile.nmae"]), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("basic_profile.name"), "{error}");
}

#[test]
fn lines_have_the_shape_that_other_formats_are_made_from() {
    use crate::jobs::request::Member;

    let requests = [r#"{"metadata":[1],"personId":2}"#, r#"{"personId":3}"#];
    for (request, inputs) in [
        (search(&["basic_profile.name"]), ["1", "3"]),
        (enrich(Identifier::Any, &[]), ["1", "3"]),
        (Request::People(People { fields: None }), requests),
        (csv(CsvMode::Basic, None, &[]), ["ada@example.com", "?"]),
    ] {
        let shape = request.shape();
        let found = answers(&request, &inputs);
        assert_eq!(found[1].line.is_some(), request.has_line_for_every_item());
        for line in lines(&found) {
            let line: Value = serde_json::from_str(line).unwrap();
            let Some(record) = shape.record else {
                assert!(line.get("basic_profile").is_some());
                continue;
            };
            let mut rest = line.as_object().unwrap().clone();
            assert!(matches!(rest.remove(record), Some(Value::Object(_) | Value::Null)), "{line}");
            for (name, member) in shape.envelope {
                let fits = match (member, rest.remove(*name)) {
                    (Member::Text, value) => value.is_some_and(|value| value.is_string()),
                    (Member::Integer, value) => value.is_some_and(|value| value.is_u64()),
                    (Member::Boolean, value) => value.is_some_and(|value| value.is_boolean()),
                    (Member::Json, value) => value.is_some() || *name == "error",
                };
                assert!(fits, "{name} of {line}");
            }
            assert!(rest.is_empty(), "{rest:?}");
        }
    }
}
