//! `rolo jobs submit` as a process: each kind of job against the command that answers at once, and what is refused.

use serde_json::{Value, json};

use super::cli_jobs::{emails, room, some_unknown, urls};

/// A filter that finds some of the people.
fn engineers() -> Value {
    let title = json!({"field": "experience.employment_details.title", "type": "(.)", "value": "engineer"});
    json!({"op": "and", "conditions": [title]})
}

#[test]
fn an_enrichment_has_the_lines_of_the_command_that_answers_at_once() {
    let room = room();
    room.write("urls.txt", some_unknown(120) + &emails(5).join("\n") + "\nno key at all\n");
    let submitted = room.rolo("jobs submit enrich db -i urls.txt --fields skills --chunk-size 10").expect(0);
    let job = submitted.json();
    assert_eq!(
        (&job["status"], &job["kind"], &job["items"]),
        (&json!("queued"), &json!("enrich"), &json!(126))
    );
    let id = submitted.id();
    room.rolo(&format!("jobs work db {id}"))
        .expect(0)
        .says("completed: 126 items, 101 found, 24 not found, 1 invalid");
    let shown = room.rolo(&format!("jobs show db {id}")).expect(0).json();
    let counters = json!({"done": 126, "found": 101, "not_found": 24, "invalid": 1, "failed": 0, "lines": 101, "forgotten": 0});
    assert_eq!((&shown["status"], &shown["counters"]), (&json!("completed"), &counters));
    assert_eq!((&shown["charged"], &shown["message"]), (&json!("0"), &Value::Null));
    assert_eq!(shown["request"]["fields"], json!(["skills"]));
    for moment in ["created_at", "started_at", "finished_at", "expires_at"] {
        assert!(shown[moment].as_str().unwrap().ends_with('Z'), "{moment}: {shown}");
    }
    let lines = room.rolo(&format!("jobs download db {id}")).expect(0).says("101 lines").out;
    assert_eq!(lines, room.rolo("enrich db -i urls.txt --fields skills").expect(0).out);
}

#[test]
fn a_search_has_the_lines_of_the_command_that_answers_at_once() {
    let room = room();
    room.write("filter.json", engineers().to_string());
    for flags in ["", " --fields basic_profile.name,skills"] {
        let ran = room
            .rolo(&format!("jobs submit search db -f @filter.json{flags} --wait -o found.jsonl"))
            .expect(0);
        assert_eq!(ran.json()["status"], "completed");
        let found = room.rolo(&format!("search db -f @filter.json{flags}")).expect(0).out;
        assert!(found.lines().count() > 10);
        assert_eq!(room.read("found.jsonl"), found);
    }
    let body = json!({"filters": engineers(), "max_results": 3, "limit": 1, "preview": true});
    room.write("body.json", body.to_string());
    let ran = room
        .rolo("jobs submit search db --request @body.json --wait")
        .expect(0)
        .says("ignored: limit, preview");
    assert_eq!(ran.json()["items"], 3);
}

#[test]
fn requests_bring_their_metadata_back_and_every_one_has_a_line() {
    let room = room();
    let (known, metadata) = (&urls(1)[0], r#"{"row":1.50,"big":12345678901234567890123}"#);
    let lines = format!(
        "{{\"metadata\":{metadata},\"professionalSocialMediaUrl\":\"{known}\"}}\n\
         {{\"pdlId\":\"nobody\"}}\n{{\"metadata\":7}}\n"
    );
    room.write("requests.jsonl", &lines);
    let submit = "jobs submit people db -i requests.jsonl --fields basic_profile.name --wait -o -";
    let ran = room.rolo(submit).expect(0);
    assert!(ran.out.contains(&format!("\"metadata\":{metadata}")), "{}", ran.out);
    let lines = ran.lines();
    let of = |key: &str| lines.iter().map(|line| line[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("id"), [json!("1"), json!("2"), json!("3")]);
    assert_eq!(of("isSuccess"), [json!(true), json!(false), json!(false)]);
    assert_eq!(lines[0]["data"]["basic_profile"].as_object().unwrap().len(), 1);
    assert_eq!(
        (&lines[1]["error"]["code"], &lines[2]["error"]["code"]),
        (&json!("not_found"), &json!("invalid"))
    );
    let listed = "jobs submit people db --wait -o - --request";
    let mut arguments: Vec<&str> = listed.split(' ').collect();
    let body = format!("{{\"requests\":[{{\"professionalSocialMediaUrl\":\"{known}\"}}]}}");
    arguments.push(&body);
    assert_eq!(room.rolo_args(&arguments).expect(0).lines()[0]["isSuccess"], true);
}

#[test]
fn a_csv_has_a_line_for_each_row_also_for_one_that_is_there_twice() {
    let room = room();
    let email = &emails(1)[0];
    room.write("emails.csv", format!("email\n{email}\nnobody@example.com\n{email}\n"));
    let submit = "jobs submit csv db -i emails.csv --mode basic --metadata {\"a\":1} --wait -o out.csv";
    let job = room.rolo(submit).expect(0).json();
    assert_eq!(
        (&job["kind"], &job["mode"], &job["counters"]["lines"]),
        (&json!("csv"), &json!("basic"), &json!(3))
    );
    let mut csv = csv::Reader::from_path(room.path("out.csv")).unwrap();
    assert!(csv.headers().unwrap().iter().take(2).eq(["input_value", "status"]));
    let rows: Vec<(String, String)> =
        csv.records().map(Result::unwrap).map(|row| (row[0].to_string(), row[1].to_string())).collect();
    let row = |value: &str, status: &str| (value.to_string(), status.to_string());
    assert_eq!(rows, [row(email, "ok"), row("nobody@example.com", "not_found"), row(email, "ok")]);
    let shown = room.rolo(&format!("jobs show db {}", job["batch_id"].as_str().unwrap())).expect(0).json();
    assert_eq!(shown["request"]["metadata"], json!({"a": 1}));
}

#[test]
fn a_refused_submit_says_the_vendors_words_and_leaves_nothing_behind() {
    let room = room();
    let bare = json!({"field": "basic_profile.name", "type": "=", "value": "X"});
    let many = vec!["a@example.com"; 10_001];
    room.write("many.json", json!({"business_emails": many}).to_string());
    let refusals = [
        ("enrich", json!({}), "Exactly one identifier must be provided: professional_network_profile_urls".to_string()),
        (
            "enrich",
            json!({"business_emails": "a@example.com", "chunk_size": 9}),
            "chunk_size must be between 10 and 1000".to_string(),
        ),
        (
            "search",
            json!({"filters": bare}),
            "Invalid filter shape: [{'type': 'missing', 'loc': ('op',), 'msg': 'Field required', 'input': \
             {'field': 'basic_profile.name', 'type': '=', 'value': 'X'}}, {'type': 'missing', 'loc': ('conditions',), \
             'msg': 'Field required', 'input': {'field': 'basic_profile.name', 'type': '=', 'value': 'X'}}]".to_string(),
        ),
        ("search", json!({"filters": engineers(), "max_results": 0}), "`max_results` is 0; wanted: 1 or more".to_string()),
        ("people", json!([]), "the list of requests is empty".to_string()),
    ];
    for (kind, body, said) in refusals {
        let ran = room.rolo_args(&["jobs", "submit", kind, "db", "--request", &body.to_string()]).expect(2);
        assert_eq!((ran.out.as_str(), ran.err), ("", format!("rolo: {said}\n")));
    }
    let ran = room.rolo("jobs submit enrich db --request @many.json").expect(2);
    assert_eq!(
        ran.err,
        "rolo: more than 10000 identifiers, the most that one job takes; submit the rest as another\n"
    );
    room.rolo("jobs submit enrich db a@example.com --fields basic_profile.hedline")
        .expect(2)
        .says("no field is called \"basic_profile.hedline\"; did you mean basic_profile.headline, ")
        .says("\n  basic_profile.location.city\n");
    room.write("mixed.csv", "handle\nann\n");
    room.rolo("jobs submit csv db -i mixed.csv --mode basic")
        .expect(2)
        .says("the column is called \"handle\", and the mode basic takes e-mail addresses");
    room.rolo("jobs submit csv db -i mixed.csv --mode raw").expect(2).says("`platform` is missing");
    let list = room.rolo("jobs list db").expect(0);
    assert_eq!(list.out, "");
}

#[test]
fn the_vendors_oddities_can_be_switched_off() {
    let room = room();
    let typo =
        json!({"op": "and", "conditions": [{"field": "basic_profile.nmae", "type": "=", "value": "X"}]});
    let submit = |flags: &[&str]| {
        let filter = typo.to_string();
        let mut arguments = vec!["jobs", "submit", "search", "db", "--wait", "-f", &filter];
        arguments.extend(flags);
        room.rolo_args(&arguments)
    };
    let ran = submit(&[]).expect(0).says("basic_profile.nmae");
    assert_eq!((&ran.json()["status"], &ran.json()["items"]), (&json!("completed"), &json!(0)));
    submit(&["--strict-batch-quirks", "off"]).expect(2).says("basic_profile.nmae");
}

#[test]
fn caps_hold_unless_they_are_lifted() {
    let room = room();
    room.write("list.txt", "nobody@example.com\n".repeat(10_001));
    room.rolo("jobs submit enrich db -i list.txt").expect(2).says("more than 10000 identifiers");
    let job = room.rolo("jobs submit enrich db -i list.txt --no-caps --chunk-size 1000").expect(0).json();
    assert_eq!((&job["items"], &job["chunk_size"]), (&json!(10_001), &json!(1_000)));
}

#[test]
fn a_dry_run_counts_and_prices_and_writes_nothing() {
    let room = room();
    room.write("urls.txt", some_unknown(50));
    let dry = "jobs submit enrich db -i urls.txt --dry-run";
    let expected =
        json!({"items": 50, "found": 40, "not_found": 10, "invalid": 0, "price": "0", "balance": null});
    assert_eq!(room.rolo(dry).expect(0).json(), expected);
    assert_eq!(room.names(), ["db", "urls.txt"]);
    room.rolo("credits add db 7.5").expect(0);
    let priced = room.rolo(dry).expect(0).json();
    assert_eq!((&priced["price"], &priced["balance"]), (&json!("40"), &json!("7.5")));
    let free = room.rolo(&format!("{dry} --env test")).expect(0).json();
    assert_eq!((&free["price"], &free["balance"]), (&json!("0"), &Value::Null));
    assert_eq!(room.rolo("jobs list db").expect(0).out, "");
}

#[test]
fn what_is_wrong_with_the_output_is_said_before_any_work() {
    let room = room();
    for (output, said) in [
        ("db", "is the database itself"),
        (".", "is a folder"),
        ("found.csv.gz", "only JSON lines are compressed"),
    ] {
        room.rolo(&format!("jobs submit enrich db 1 --wait -o {output}")).expect(2).says(said);
    }
    room.rolo("jobs submit enrich db 1 --wait -o none/found.csv").expect(1).says("none/found.csv");
    assert_eq!(room.names(), ["db"]);
}
