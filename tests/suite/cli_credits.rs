//! `rolo credits` and `rolo keys` as processes, and how credits hold jobs up.

use std::fs;

use serde_json::{Value, json};

use super::cli::Room;
use super::cli_jobs::{room, some_unknown, urls};

#[test]
fn a_job_pauses_before_what_cannot_be_paid_and_goes_on_when_it_can() {
    let room = room();
    room.write("urls.txt", some_unknown(50));
    assert_eq!(
        room.rolo("credits add db 12.5 --memo June").expect(0).json(),
        json!({"account": "local", "balance": "12.5"})
    );
    let ran = room.rolo("jobs submit enrich db -i urls.txt --chunk-size 10 --wait").expect(1);
    let (id, job) = (ran.id(), ran.json());
    assert_eq!((&job["status"], &job["charged"]), (&json!("paused"), &json!("12")));
    assert_eq!(job["counters"]["found"], 12);
    // Without more credits it comes no further.
    room.rolo(&format!("jobs resume db {id} --wait")).expect(1).says("and 0.5 are left");
    let told =
        room.rolo("credits add db 100").expect(0).says("1 job is paused; go on with: rolo jobs resume db ");
    assert_eq!(told.json()["balance"], "100.5");
    let ended = room.rolo(&format!("jobs resume db {id} --wait")).expect(0).json();
    assert_eq!((&ended["status"], &ended["charged"]), (&json!("completed"), &json!("40")));
    assert_eq!(room.rolo("credits show db").expect(0).json(), json!({"account": "local", "balance": "72.5"}));
    let log = room.rolo("credits log db --limit 1000").expect(0).lines();
    let amount = |row: &Value| row["amount"].as_str().unwrap().parse::<f64>().unwrap();
    assert_eq!(log.iter().map(amount).sum::<f64>(), 72.5);
    let charged = log.iter().filter(|row| row["batch_id"] == id.as_str());
    assert_eq!(charged.map(amount).sum::<f64>(), -40.0);
    assert_eq!((&log.last().unwrap()["memo"], amount(log.last().unwrap())), (&json!("June"), 12.5));
    assert_eq!(room.rolo("credits log db --account nobody").expect(0).says("nothing was added").out, "");
    assert_eq!(room.rolo("jobs download db").expect(2).out, "");
}

#[test]
fn jobs_of_an_account_without_credits_and_of_tests_cost_nothing() {
    let room = room();
    room.rolo("credits show db").expect(0).says("no account keeps credits");
    let url = &urls(1)[0];
    let free = room.rolo(&format!("jobs submit enrich db {url} --wait")).expect(0).json();
    assert_eq!((&free["counters"]["found"], &free["charged"]), (&json!(1), &json!("0")));
    room.rolo("credits add db 1 --account acme").expect(0);
    let test =
        room.rolo(&format!("jobs submit enrich db {url} --account acme --env test --wait")).expect(0).json();
    assert_eq!((&test["counters"]["found"], &test["charged"]), (&json!(1), &json!("0")));
    let paid = room.rolo(&format!("jobs submit enrich db {url} --account acme --wait")).expect(0).json();
    assert_eq!(paid["charged"], "1");
    assert_eq!(room.rolo("credits show db").expect(0).json(), json!({"account": "acme", "balance": "0"}));
}

#[test]
fn rates_are_the_vendors_until_they_are_set() {
    let room = room();
    let rates = room.rolo("credits rate db").expect(0).lines();
    let of = |mode: &str| rates.iter().find(|rate| rate["mode"] == mode).unwrap().clone();
    assert_eq!((&of("search")["base"], &of("advanced")["base"]), (&json!("0.03"), &json!("2")));
    assert_eq!(
        (&of("enrich")["at_most"], &of("enrich")["extras"]["contact.phone_numbers"]),
        (&json!("7"), &json!("2"))
    );
    assert_eq!(room.names(), ["db"]);
    let set = room.rolo("credits rate db enrich 0.5").expect(0).json();
    assert_eq!(set, json!({"mode": "enrich", "base": "0.5", "extras": {}, "at_most": null}));
    assert_eq!(room.rolo("credits rate db enrich").expect(0).json(), set);
    room.rolo("credits add db 10").expect(0);
    let job = room.rolo(&format!("jobs submit enrich db {} --wait", urls(3).join(" "))).expect(0).json();
    assert_eq!(job["charged"], "1.5");
    for wrong in ["rate db nothing", "rate db enrich -1", "add db 0", "add db -5", "add db 1,5", "add db"] {
        room.rolo(&format!("credits {wrong}")).expect(2);
    }
}

#[test]
fn a_secret_is_printed_once_and_alone() {
    let room = room();
    room.rolo("keys list db").expect(0).says("there is no key");
    let created = room.rolo("keys create db --account acme --env test --label laptop").expect(0);
    let secret = created.out.strip_suffix('\n').unwrap();
    let (prefix, random) = secret.rsplit_once('_').unwrap();
    assert!(prefix.starts_with("rolo_test_") && random.len() == 64, "{secret}");
    assert!(!created.err.contains(random) && created.err.contains(prefix), "{}", created.err);
    assert_eq!(room.rolo("keys create db -q").expect(0).err, "");
    let listed = room.rolo("keys list db").expect(0);
    let keys = listed.lines();
    assert_eq!(keys.len(), 2);
    let expected = [prefix, "acme", "test", "laptop"].map(|text| json!(text));
    assert_eq!(["prefix", "account", "environment", "label"].map(|name| keys[0][name].clone()), expected);
    assert_eq!(keys[0]["revoked_at"], Value::Null);
    room.rolo(&format!("keys revoke db {prefix}")).expect(0).says(prefix);
    let table = room.rolo("keys list db --format table").expect(0).out;
    assert!(room.rolo("keys list db").expect(0).lines()[0]["revoked_at"].is_string());
    assert!(!listed.out.contains(random) && !table.contains(random));
    room.rolo("keys revoke db rolo_live_0").expect(2).says("there is no key");
    // The ledger, and what SQLite keeps beside it, have not seen it either.
    for name in room.names() {
        let bytes = fs::read(room.path(&name)).unwrap();
        assert!(!bytes.windows(random.len()).any(|part| part == random.as_bytes()), "{name}");
    }
    Room::empty().rolo("keys create db").expect(1);
}
