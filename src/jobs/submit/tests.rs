//! Submits of every kind against ten people, with the examples of `crustdata.md` 7.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::engine::{Input, LoadOptions, NoObserver};
use crate::jobs::request::{Caps, Csv, CsvMode, Enrich, Identifier, People};
use crate::jobs::{Credits, ItemQuery, JobQuery, State, Transition};

struct Place {
    _folder: tempfile::TempDir,
    database: Arc<Database>,
    ledger: Ledger,
}

/// Ten people, of whom the first three live in Norway, the next two in Canada; the odd ones are engineers.
fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    let person = |id: u64| {
        let title = if id % 2 == 1 { "Software Engineer" } else { "Clerk" };
        let country = match id {
            1..=3 => "Norway",
            4..=5 => "Canada",
            _ => "Chile",
        };
        json!({
            "crustdata_person_id": id,
            "basic_profile": {"name": format!("Person {id}"), "location": {"country": country}},
            "emails": [{"address": format!("p{id}@example.com")}],
            "experience": {"employment_details": {"current": [{"title": title}]}}
        })
    };
    let people: Vec<String> = (1..=10).map(|id| person(id).to_string()).collect();
    let input = vec![Input::bytes("people", people.join("\n"))];
    Database::load(&path, input, &LoadOptions::default(), &mut NoObserver).unwrap();
    let (database, ledger) = (Arc::new(Database::open(&path).unwrap()), Ledger::open(&path).unwrap());
    Place { _folder: folder, database, ledger }
}

impl Place {
    fn submit_as(&mut self, owner: Owner, asked: Result<Asked<'_>, JobError>) -> Result<Job, JobError> {
        submit(&mut self.ledger, &self.database, submission(owner, asked?))
    }

    fn submit(&mut self, asked: Result<Asked<'_>, JobError>) -> Result<Job, JobError> {
        self.submit_as(Owner::local(), asked)
    }

    fn search(&mut self, body: Value) -> Result<Job, JobError> {
        self.submit(Search::from_body(&body, &Caps::vendor(), true))
    }

    fn search_strictly(&mut self, body: Value) -> Result<Job, JobError> {
        self.submit(Search::from_body(&body, &Caps::vendor(), false))
    }

    fn estimate(&self, owner: Owner, asked: Result<Asked<'_>, JobError>) -> Result<Estimate, JobError> {
        estimate(Some(&self.ledger), &self.database, submission(owner, asked?))
    }

    fn inputs(&self, job: &Job) -> Vec<String> {
        let items = self.ledger.items(job.id, &ItemQuery { limit: 1_000, ..ItemQuery::default() }).unwrap();
        assert_eq!(items.len() as u64, job.items);
        items.into_iter().map(|item| item.input).collect()
    }

    fn jobs(&self) -> usize {
        self.ledger.list(&JobQuery { limit: 1_000, ..JobQuery::default() }).unwrap().jobs.len()
    }
}

fn submission(owner: Owner, asked: Asked<'_>) -> Submission<'_> {
    Submission {
        owner,
        asked,
        on_snapshot_gone: SnapshotPolicy::Fail,
        keep_for: Duration::from_secs(60),
        active_limit: Some(5),
    }
}

fn owner(account: &str, environment: Environment) -> Owner {
    Owner { account: account.to_string(), environment }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, JobError>) -> Refusal {
    match result {
        Err(JobError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn group(op: &str, conditions: &[Value]) -> Value {
    json!({"op": op, "conditions": conditions})
}

fn condition(field: &str, operator: &str, value: Value) -> Value {
    json!({"field": field, "type": operator, "value": value})
}

fn engineer() -> Value {
    condition("experience.employment_details.current.title", "(.)", json!("engineer"))
}

fn engineers() -> Value {
    group("and", &[engineer()])
}

/// A filter with a misspelt field.
fn misspelt() -> Value {
    group("and", &[engineer(), condition("current_titel", "=", json!("CEO"))])
}

/// These addresses: `p0@example.com` and so on.
fn addresses(count: usize) -> Result<Asked<'static>, JobError> {
    let items = (0..count).map(|n| Ok(format!("p{n}@example.com")));
    Enrich::of_items(Identifier::Email, Box::new(items), None, None, &Caps::vendor())
}

#[test]
fn example_33_the_items_of_a_search_are_the_people_with_the_lowest_ids() {
    let mut place = place();
    let fields = ["basic_profile.name", "basic_profile.current_title"];
    let job = place.search(json!({"filters": engineers(), "max_results": 2, "fields": fields})).unwrap();
    assert_eq!(place.inputs(&job), ["1", "3"]);
    assert_eq!((job.state, job.chunk_size, job.on_snapshot_gone), (State::Queued, 100, SnapshotPolicy::Fail));
    assert_eq!(job.snapshot, place.database.snapshot_name());
    assert_eq!(job.owner, Owner::local());
    assert_eq!(job.request.fields().unwrap(), fields);
    assert_eq!(job.request.note(), None);
}

#[test]
fn example_34_a_nested_or_finds_either() {
    let mut place = place();
    let country = |name: &str| condition("basic_profile.location.country", "=", json!(name));
    let either = group("or", &[country("Norway"), country("Canada")]);
    let job = place.search(json!({"filters": group("and", &[engineer(), either])})).unwrap();
    assert_eq!(place.inputs(&job), ["1", "3", "5"]);
}

#[test]
fn example_35a_35c_a_bare_condition_and_no_results_leave_no_job() {
    let mut place = place();
    assert_eq!(refusal(place.search(json!({"filters": engineer()}))).status, 400);
    assert_eq!(refusal(place.search(json!({"filters": engineers(), "max_results": 0}))).status, 400);
    assert_eq!(place.jobs(), 0);
}

#[test]
fn example_35b_more_results_than_the_cap_still_run() {
    let mut place = place();
    let job = place.search(json!({"filters": engineers(), "max_results": 50_000})).unwrap();
    assert_eq!(place.inputs(&job), ["1", "3", "5", "7", "9"]);
}

#[test]
fn example_35d_a_search_with_sorts_finds_nobody_and_the_ledger_says_why() {
    let mut place = place();
    let body = json!({"filters": engineers(), "sorts": [{"field": "basic_profile.name", "order": "asc"}]});
    let job = place.search(body.clone()).unwrap();
    assert_eq!(job.items, 0);
    let note = place.ledger.job(job.id).unwrap().request.note().unwrap();
    assert_eq!(note, "finds nobody, as the vendor's batch search would: it was submitted with `sorts`");
    assert_eq!(refusal(place.search_strictly(body)).status, 400);
}

#[test]
fn example_35e_a_misspelt_field_finds_nobody_or_is_refused_without_quirks() {
    let mut place = place();
    let body = json!({"filters": misspelt()});
    let job = place.search(body.clone()).unwrap();
    assert_eq!(job.items, 0);
    let note = place.ledger.job(job.id).unwrap().request.note().unwrap();
    assert!(note.ends_with("the filter names \"current_titel\", a field that does not exist"), "{note}");
    let refusal = refusal(place.search_strictly(body));
    assert_eq!(refusal.status, 400);
    let said = "filter: conditions[1].field: Unsupported filter field: 'current_titel'";
    assert!(refusal.message.starts_with(said), "{refusal}");
}

#[test]
fn example_35f_a_limit_is_ignored() {
    let mut place = place();
    let job = place.search(json!({"filters": engineers(), "limit": 1})).unwrap();
    assert_eq!(job.items, 5);
}

#[test]
fn other_mistakes_in_a_filter_are_refused_with_and_without_quirks() {
    let mut place = place();
    for (wrong, said) in [
        (condition("basic_profile.name", ">=", json!("A")), "filter: conditions[0].type: must be one of"),
        (condition("basic_profile.name", "=", json!(["A"])), "filter: conditions[0].value: "),
        (group("xor", &[engineer()]), "filter: conditions[0].op: no group is called 'xor'"),
    ] {
        let body = json!({"filters": group("and", &[wrong]), "sorts": [1]});
        let message = refusal(place.search(body)).message;
        assert!(message.starts_with(said), "{message}");
    }
    let empty = json!({"filters": group("and", &[])});
    assert_eq!(refusal(place.search_strictly(empty)).status, 400);
    assert_eq!(place.jobs(), 0);
}

#[test]
fn example_36_the_items_of_an_enrichment_are_what_was_submitted() {
    let mut place = place();
    let body = json!({
        "professional_network_profile_urls": "https://www.linkedin.com/in/a,https://www.linkedin.com/in/b",
        "fields": "basic_profile.name,experience", "chunk_size": 10
    });
    let job = place.submit(Enrich::from_body(&body, &Caps::vendor())).unwrap();
    assert_eq!(place.inputs(&job), ["https://www.linkedin.com/in/a", "https://www.linkedin.com/in/b"]);
    assert_eq!(job.chunk_size, 10);
}

#[test]
fn example_37_nobody_found_is_a_job_all_the_same() {
    let mut place = place();
    let body = json!({"business_emails": ["nobody@no-such-domain.example"]});
    let asked = || Enrich::from_body(&body, &Caps::vendor());
    assert_eq!(place.submit(asked()).unwrap().items, 1);
    let estimate = place.estimate(Owner::local(), asked()).unwrap();
    assert_eq!(estimate, Estimate { items: 1, not_found: 1, ..Estimate::default() });
}

#[test]
fn example_38_an_unknown_field_is_refused_with_those_that_there_are() {
    let mut place = place();
    let body = json!({"business_emails": "a@example.com", "fields": ["basic_profile", "salary"]});
    let refusal = refusal(place.submit(Enrich::from_body(&body, &Caps::vendor())));
    assert_eq!(refusal.status, 400);
    assert!(refusal.message.starts_with("no field is called \"salary\""), "{refusal}");
    let available = refusal.available_fields.unwrap();
    for field in ["basic_profile", "basic_profile.name", "social_handles", "experience"] {
        assert!(available.iter().any(|available| available == field), "{field}");
    }
    assert_eq!(place.jobs(), 0);
}

#[test]
fn example_38_too_many_identifiers_leave_no_job() {
    let mut place = place();
    let refusal = refusal(place.submit(addresses(10_001)));
    assert_eq!((refusal.status, place.jobs()), (400, 0));
    assert_eq!(place.submit(addresses(10_000)).unwrap().items, 10_000);
}

#[test]
fn example_39_a_sixth_job_has_to_wait_until_one_has_ended() {
    let mut place = place();
    let jobs: Vec<Job> = (0..5).map(|_| place.submit(addresses(1)).unwrap()).collect();
    assert_eq!(refusal(place.submit(addresses(1))).status, 429);
    // Neither another account nor another environment shares the limit.
    place.submit_as(owner("acme", Environment::Live), addresses(1)).unwrap();
    place.submit_as(owner("local", Environment::Test), addresses(1)).unwrap();
    place.ledger.change(jobs[0].id, Transition::Cancel).unwrap();
    place.submit(addresses(1)).unwrap();
    assert_eq!(refusal(place.submit(addresses(1))).status, 429);
}

#[test]
fn an_input_that_breaks_leaves_no_job() {
    let mut place = place();
    let items = [Ok("a@example.com".to_string()), Err(JobError::Input("broken".to_string()))];
    let asked = Enrich::of_items(Identifier::Any, Box::new(items.into_iter()), None, None, &Caps::vendor());
    assert_eq!(place.submit(asked).unwrap_err().to_string(), "broken");
    let csv =
        Csv::from_reader("ann\nbo,x\n".as_bytes(), CsvMode::Raw, Some("x"), None, None, &Caps::vendor());
    assert_eq!(refusal(place.submit(csv)).status, 400);
    assert_eq!(place.jobs(), 0);
}

#[test]
fn requests_and_cells_become_items() {
    let mut place = place();
    let people = People::from_body(&json!([{"personId": "1"}, {}, 5]).to_string(), None, &Caps::vendor());
    let job = place.submit(people).unwrap();
    assert_eq!(place.inputs(&job), [r#"{"personId":"1"}"#, "{}", "5"]);
    let metadata = json!({"campaign": "Q4"});
    let csv = "email\np1@example.com\np1@example.com\n".as_bytes();
    let csv = Csv::from_reader(csv, CsvMode::Basic, None, Some(metadata.clone()), None, &Caps::vendor());
    let job = place.submit(csv).unwrap();
    assert_eq!(place.inputs(&job), ["p1@example.com", "p1@example.com"]);
    assert!(matches!(job.request, Request::Csv(Csv { metadata: Some(kept), .. }) if kept == metadata));
}

#[test]
fn only_live_jobs_of_accounts_with_credits_have_a_rate() {
    let mut place = place();
    place.ledger.add_credits("acme", "10".parse().unwrap(), None).unwrap();
    let mut rate = |account, environment| {
        let csv =
            Csv::from_reader("a@example.com\n".as_bytes(), CsvMode::Basic, None, None, None, &Caps::vendor());
        place.submit_as(owner(account, environment), csv).unwrap().rate
    };
    assert_eq!(rate("acme", Environment::Live), Some(Rate::flat("0.1".parse().unwrap())));
    assert_eq!(rate("acme", Environment::Test), None);
    assert_eq!(rate("local", Environment::Live), None);
}

#[test]
fn an_estimate_counts_and_prices_and_writes_nothing() {
    let mut place = place();
    place.ledger.add_credits("acme", "2.5".parse().unwrap(), None).unwrap();
    let requests: Vec<Value> = (0..2_500)
        .map(|n| if n % 1_000 == 0 { json!({}) } else { json!({"personId": (n % 20).to_string()}) })
        .collect();
    let body = Value::Array(requests);
    let asked = || People::from_body(&body.to_string(), None, &Caps::vendor());
    // Of twenty ids ten are people; 0, 1000 and 2000, which would be nobody, are no requests.
    let mut expected =
        Estimate { items: 2_500, found: 1_250, not_found: 1_247, invalid: 3, ..Estimate::default() };
    assert_eq!(place.estimate(Owner::local(), asked()).unwrap(), expected);
    assert_eq!(place.estimate(owner("acme", Environment::Test), asked()).unwrap(), expected);
    (expected.price, expected.balance) = ("1250".parse().unwrap(), "2.5".parse().ok());
    assert_eq!(place.estimate(owner("acme", Environment::Live), asked()).unwrap(), expected);
    assert_eq!(place.jobs(), 0);
    assert_eq!(place.ledger.balance("acme").unwrap(), "2.5".parse::<Credits>().ok());
}

#[test]
fn an_estimate_needs_no_ledger_and_refuses_what_a_submit_refuses() {
    let place = place();
    let of = |body: Value| {
        let asked = Search::from_body(&body, &Caps::vendor(), true)?;
        estimate(None, &place.database, submission(Owner::local(), asked))
    };
    let found = of(json!({"filters": engineers()})).unwrap();
    assert_eq!(found, Estimate { items: 5, found: 5, ..Estimate::default() });
    let nobody = of(json!({"filters": misspelt()})).unwrap();
    assert_eq!((nobody.items, nobody.note.is_some()), (0, true));
    assert_eq!(refusal(of(json!({"filters": engineers(), "fields": ["salary"]}))).status, 400);
    let above = estimate(None, &place.database, submission(Owner::local(), addresses(10_001).unwrap()));
    assert_eq!(refusal(above).status, 400);
}
