//! `rolo jobs` as a process: what becomes of jobs that were submitted; streams and exit codes.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::RowAccessor as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cli::{Ran, Room};
use super::common::{SAMPLE, folder, load};

/// How many of the sample people are in the file.
const PEOPLE: usize = 200;

static DATABASE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let (folder, path) = folder();
    load(&path, &SAMPLE[..PEOPLE]);
    (folder, path)
});

/// With 200 of the sample people in `db`.
pub(crate) fn room() -> Room {
    let room = Room::empty();
    fs::copy(&DATABASE.1, room.path("db")).unwrap();
    room
}

/// The value at a path of a sample person, if it has one.
fn text_at(record: &str, path: &[&str]) -> Option<String> {
    let record: Value = serde_json::from_str(record).unwrap();
    let value = path
        .iter()
        .fold(&record, |value, part| if value.is_array() { &value[0][part] } else { &value[part] });
    value.as_str().filter(|text| !text.is_empty()).map(str::to_string)
}

/// Profile URLs of the first sample people.
pub(crate) fn urls(count: usize) -> Vec<String> {
    let url = |record: &String| {
        text_at(record, &["social_handles", "professional_network_identifier", "profile_url"])
    };
    let urls: Vec<String> = SAMPLE[..PEOPLE].iter().filter_map(url).take(count).collect();
    assert_eq!(urls.len(), count);
    urls
}

/// E-mail addresses of the first sample people that have one.
pub(crate) fn emails(count: usize) -> Vec<String> {
    let email = |record: &String| text_at(record, &["contact", "business_emails", "email"]);
    let emails: Vec<String> = SAMPLE[..PEOPLE].iter().filter_map(email).take(count).collect();
    assert_eq!(emails.len(), count);
    emails
}

/// `count` URLs, of which every fifth names nobody.
pub(crate) fn some_unknown(count: usize) -> String {
    let known = urls(PEOPLE / 2);
    let line = |n: usize| match n % 5 {
        4 => format!("https://www.linkedin.com/in/nobody-{n}\n"),
        _ => format!("{}\n", known[n % known.len()]),
    };
    (0..count).map(line).collect()
}

impl Ran {
    /// The one JSON object that was printed.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// The id of the job that was printed.
    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.json()["batch_id"].as_str().unwrap().to_string()
    }
}

#[test]
fn a_job_is_named_by_any_unique_beginning_and_by_its_owner_only() {
    let room = room();
    // With 17 jobs two ids begin with the same digit.
    let ids: Vec<String> = (0..17).map(|_| room.rolo("jobs submit enrich db 1").expect(0).id()).collect();
    let of = |beginning: &str| ids.iter().filter(|id| id.starts_with(beginning)).count();
    let twice = ids.iter().map(|id| &id[..1]).find(|first| of(first) > 1).unwrap();
    let ran = room.rolo(&format!("jobs show db {twice}")).expect(2).says(&format!("{twice} could be "));
    assert!(ids.iter().filter(|id| id.starts_with(twice)).take(2).all(|id| ran.err.contains(id.as_str())));
    let id = &ids[0];
    let unique = (1..=36).map(|length| &id[..length]).find(|beginning| of(beginning) == 1).unwrap();
    assert_eq!(room.rolo(&format!("jobs show db {unique}")).expect(0).id(), *id);
    assert_eq!(room.rolo(&format!("jobs show db {}", id.to_uppercase())).expect(0).id(), *id);
    room.rolo("jobs show db xyz").expect(2).says("there is no job xyz");
    for other in ["--account acme", "--env test"] {
        for command in ["show", "items", "download", "cancel", "resume", "retry", "work"] {
            let ran = room.rolo(&format!("jobs {command} db {id} {other}")).expect(2);
            assert_eq!(
                (ran.out.as_str(), ran.err.contains("there is no job")),
                ("", true),
                "{command}: {}",
                ran.err
            );
        }
        assert_eq!(room.rolo(&format!("jobs list db {other}")).expect(0).out, "");
    }
}

#[test]
fn every_format_of_a_download_holds_the_same_lines() {
    let room = room();
    room.write("urls.txt", some_unknown(60));
    let submit = "jobs submit enrich db -i urls.txt --fields skills,contact --chunk-size 10 --wait";
    let id = room.rolo(submit).expect(0).id();
    let lines = room.rolo(&format!("jobs download db {id}")).expect(0).out;
    assert_eq!(lines.lines().count(), 48);
    let write = |name: &str| room.rolo(&format!("jobs download db {id} -o {name}")).expect(0);
    write("a.jsonl.gz").says("48 lines to a.jsonl.gz");
    let gzip = fs::read(room.path("a.jsonl.gz")).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(gzip.as_slice()), &mut text)
        .unwrap();
    assert_eq!(text, lines);
    let piped = room.command(&format!("jobs download db {id} --format jsonl.gz")).output().unwrap();
    assert_eq!(piped.stdout, gzip);
    write("a.json");
    let array: Value = serde_json::from_str(&room.read("a.json")).unwrap();
    let parsed: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(array.as_array(), Some(&parsed));
    write("a.csv");
    let mut csv = csv::Reader::from_path(room.path("a.csv")).unwrap();
    let name = csv.headers().unwrap().iter().position(|name| name == "data.basic_profile.name").unwrap();
    let rows: Vec<_> = csv.records().map(Result::unwrap).collect();
    let names = parsed.iter().map(|line| line["data"]["basic_profile"]["name"].as_str().unwrap());
    assert!(rows.iter().map(|row| &row[name]).eq(names));
    write("a.parquet");
    let file = SerializedFileReader::new(fs::File::open(room.path("a.parquet")).unwrap()).unwrap();
    let ids: Vec<i64> =
        file.get_row_iter(None).unwrap().map(|row| row.unwrap().get_long(1).unwrap()).collect();
    assert!(ids.iter().map(|id| json!(id)).eq(parsed.iter().map(|line| line["internal_id"].clone())));
    room.rolo(&format!("jobs download db {id} -o db")).expect(2).says("is the database itself");
    room.rolo(&format!("jobs download db {id} -o db.jobs")).expect(2).says("has the jobs");
}

#[test]
fn an_unfinished_job_is_downloaded_in_part_if_that_is_asked_for() {
    let room = room();
    room.write("urls.txt", some_unknown(60));
    room.rolo("credits add db 8").expect(0);
    let ran = room.rolo("jobs submit enrich db -i urls.txt --chunk-size 10 --wait -o whole.jsonl").expect(1);
    let id = ran.id();
    ran.says("is paused: item 11 costs 1 credits, and 0 are left")
        .says("rolo credits add db AMOUNT")
        .says(&format!("rolo jobs resume db {} --wait", &id[..6]));
    room.rolo(&format!("jobs download db {id} -o part.jsonl"))
        .expect(1)
        .says("the job is paused: 10 of 60 items are done")
        .says(&format!("rolo jobs download db {} --partial", &id[..6]));
    assert_eq!(room.names(), ["db", "db.jobs", "urls.txt"]);
    let ran =
        room.rolo(&format!("jobs download db {id} --partial")).expect(3).says("partial: 10 of 60 items");
    let list = some_unknown(10);
    let known: Vec<&str> = list.lines().filter(|url| !url.contains("nobody")).collect();
    let lines = ran.lines();
    assert!(lines.iter().map(|line| line["original_identifier"].as_str().unwrap()).eq(known));
}

#[test]
fn items_are_listed_page_by_page() {
    let room = room();
    room.write("urls.txt", some_unknown(45));
    let id = room.rolo("jobs submit enrich db -i urls.txt --chunk-size 10 --wait").expect(0).id();
    let items = |flags: &str| room.rolo(&format!("jobs items db {id} {flags}"));
    let (mut seen, mut flags, mut cursors) = (Vec::new(), String::new(), Vec::new());
    loop {
        let page = items(&flags).expect(0);
        seen.extend(page.lines());
        let Some((_, cursor)) = page.err.trim().split_once("--cursor ") else { break };
        cursors.push(cursor.to_string());
        flags = format!("--cursor {cursor}");
    }
    assert_eq!(cursors.len(), 2);
    let list = some_unknown(45);
    assert!(seen.iter().map(|item| item["input"].as_str().unwrap()).eq(list.lines()));
    assert!(seen.iter().zip(1..).all(|(item, number)| item["id"].as_str() == Some(&*format!("{number}"))));
    let found = seen.iter().filter(|item| item["outcome"] == "found");
    assert!(found.map(|item| &item["data"]["crustdata_person_id"]).all(Value::is_u64));
    assert_eq!(items("--outcome not_found --limit 50").expect(0).lines().len(), 9);
    assert_eq!(items("--outcome failed").expect(0).says("no such item").out, "");
    assert_eq!(items("17").expect(0).lines(), [seen[16].clone()]);
    items("46").expect(2).says("has no item 46: it has 45");
    items("0").expect(2);
    let other = room.rolo("jobs submit enrich db 1 2").expect(0).id();
    let ran = room.rolo(&format!("jobs items db {other} --cursor {}", cursors[0])).expect(2);
    ran.says("is no cursor of this list");
    let csv = items("--format csv --limit 1").expect(0).out;
    assert!(csv.starts_with("item,input,outcome,person,credits,message\n1,https://"), "{csv}");
}

#[test]
fn jobs_are_listed_by_state_day_and_page() {
    let room = room();
    room.rolo("jobs list db").expect(0).says("no job was ever submitted");
    let ids: Vec<String> = (0..5).map(|_| room.rolo("jobs submit enrich db 1").expect(0).id()).collect();
    room.rolo(&format!("jobs cancel db {}", ids[1])).expect(0);
    room.rolo(&format!("jobs work db {}", ids[3])).expect(0);
    let list = |flags: &str| {
        let ran = room.rolo(&format!("jobs list db {flags}")).expect(0);
        let lines = ran.lines();
        let ids: Vec<String> =
            lines.iter().map(|job| job["batch_id"].as_str().unwrap().to_string()).collect();
        (ids, ran.err)
    };
    let newest_first: Vec<String> = ids.iter().rev().cloned().collect();
    assert_eq!(list("").0, newest_first);
    assert_eq!(list("--status cancelled").0, ids[1..2]);
    assert_eq!(list("--status completed").0, ids[3..4]);
    assert_eq!(list("--status queued").0.len(), 3);
    assert_eq!(list("--created-after 2020-01-01").0.len(), 5);
    assert_eq!(list("--created-after 2999-01-01").0.len(), 0);
    assert_eq!(list("--limit 2 --offset 1").0, newest_first[1..3]);
    let (page, told) = list("--limit 2");
    assert_eq!(page, newest_first[..2]);
    let cursor = told.trim().split_once("--cursor ").unwrap().1;
    assert_eq!(list(&format!("--limit 2 --cursor {cursor}")).0, newest_first[2..4]);
    for wrong in ["--limit 0", "--limit 1001", "--status done", "--created-after yesterday"] {
        room.rolo(&format!("jobs list db {wrong}")).expect(2);
    }
    let table = room.rolo("jobs list db --format table").expect(0).out;
    assert!(table.starts_with("id ") && table.contains("cancelled"), "{table}");
    let csv = room.rolo("jobs list db --format csv -o jobs.csv").expect(0).out;
    assert_eq!((csv.as_str(), room.read("jobs.csv").lines().count()), ("", 6));
}

#[test]
fn what_a_jobs_state_forbids_is_refused_with_the_state() {
    let room = room();
    let id = room.rolo("jobs submit enrich db 1").expect(0).id();
    let change = |verb: &str| room.rolo(&format!("jobs {verb} db {id}"));
    change("resume").expect(2).says("a queued job cannot be resumed; only one that is paused or failed can");
    change("retry").expect(2).says("a queued job cannot be retried; only one that is completed can");
    assert_eq!(change("cancel").expect(0).json()["status"], "cancelled");
    change("cancel").expect(2).says("a cancelled job cannot be cancelled");
    change("work").expect(1).says("was cancelled");
    let id = room.rolo("jobs submit enrich db 1 --wait").expect(0).id();
    room.rolo(&format!("jobs retry db {id}")).expect(2).says("there is nothing to retry");
}

#[test]
fn jobs_are_pruned_when_they_were_kept_as_long_as_was_asked() {
    let room = room();
    let url = &urls(1)[0];
    let kept = room.rolo(&format!("jobs submit enrich db {url} --wait")).expect(0).id();
    let over = room.rolo(&format!("jobs submit enrich db {url} --wait --keep 0")).expect(0).id();
    // Its time is over, and until it is pruned it is there.
    assert_eq!(room.rolo(&format!("jobs download db {over}")).expect(0).lines().len(), 1);
    room.rolo("jobs prune db").expect(0).says("removed 1 job with 1 item");
    room.rolo(&format!("jobs show db {over}")).expect(2).says("there is no job");
    assert_eq!(room.rolo(&format!("jobs download db {kept}")).expect(0).lines().len(), 1);
    room.rolo("jobs prune db").expect(0).says("removed 0 jobs");
}

#[test]
fn an_interrupted_wait_says_how_to_go_on_and_every_line_is_there_once() {
    let room = room();
    let list = some_unknown(40_000);
    room.write("urls.txt", &list);
    let mut child =
        room.command("jobs submit enrich db -i urls.txt --no-caps --chunk-size 10 --wait --threads 1");
    let child = child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let job = || room.rolo("jobs list db").expect(0).lines().pop();
    while job().is_none_or(|job| job["counters"]["done"].as_u64() == Some(0)) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(130);
    let job = job().unwrap();
    let (id, done) = (job["batch_id"].as_str().unwrap(), job["counters"]["done"].as_u64().unwrap());
    assert!((1..40_000).contains(&done), "{done} items were done");
    ran.says(&format!("go on with: rolo jobs work db {}", &id[..6])).says("rolo: interrupted");
    room.rolo(&format!("jobs work db {id}")).expect(0);
    let download = room.rolo(&format!("jobs download db {id}")).expect(0);
    let known = list.lines().filter(|url| !url.contains("nobody"));
    let lines = download.lines();
    assert!(lines.iter().map(|line| line["original_identifier"].as_str().unwrap()).eq(known));
}

#[test]
fn a_watched_job_is_printed_when_it_has_ended() {
    let room = room();
    room.write("urls.txt", some_unknown(500));
    let id = room.rolo("jobs submit enrich db -i urls.txt").expect(0).id();
    let mut watcher = room.command(&format!("jobs show db {id} --follow"));
    let watcher = watcher.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    room.rolo("jobs work db").expect(0).says("500 items done");
    let ran = Ran::of(watcher.wait_with_output().unwrap()).expect(0);
    assert_eq!((&ran.json()["status"], &ran.json()["counters"]["done"]), (&json!("completed"), &json!(500)));
}

#[test]
fn without_people_or_jobs_commands_say_so() {
    let room = Room::empty();
    for command in ["list db", "show db 1", "work db", "submit enrich db 1"] {
        room.rolo(&format!("jobs {command}")).expect(1).says("db");
    }
    assert!(room.names().is_empty());
    let room = self::room();
    room.rolo("jobs show db 1").expect(2).says("db has no jobs yet");
    room.rolo("jobs work db").expect(0).says("no job was ever submitted");
    room.write("db.jobs", "this is no ledger, but it is long enough to be taken for something".repeat(100));
    room.rolo("jobs list db").expect(4).says("db.jobs");
    room.rolo("jobs submit enrich db 1").expect(4);
    assert_eq!(room.names(), ["db", "db.jobs"]);
}

#[test]
fn every_help_of_a_subcommand_has_examples() {
    let room = Room::empty();
    let jobs = ["submit", "list", "show", "items", "download", "cancel", "resume", "retry", "work", "prune"];
    let submits = ["search", "enrich", "people", "csv"].map(|kind| format!("jobs submit {kind}"));
    let credits = ["add", "show", "log", "rate"].map(|verb| format!("credits {verb}"));
    let keys = ["create", "list", "revoke"].map(|verb| format!("keys {verb}"));
    let all = jobs.map(|verb| format!("jobs {verb}")).into_iter().chain(submits).chain(credits).chain(keys);
    for command in all {
        let ran = room.rolo(&format!("{command} --help")).expect(0);
        assert!(
            ran.out.contains("Examples:") && ran.out.contains(&format!("  rolo {command} people.parquet"))
                || command == "jobs submit",
            "{}",
            ran.out
        );
    }
}

#[test]
fn a_job_with_items_that_failed_is_3() {
    let room = room();
    let list = some_unknown(100);
    room.write("urls.txt", &list);
    let parts = room.rolo("inspect db").expect(0).lines();
    let records = parts.iter().find(|part| part["name"] == "records").unwrap();
    let at = (records["offset"].as_u64().unwrap() + records["len"].as_u64().unwrap() / 2) as usize;
    let mut bytes = fs::read(room.path("db")).unwrap();
    bytes[at] ^= 1;
    room.write("db", bytes);
    let ran = room.rolo("jobs submit enrich db -i urls.txt --chunk-size 10 --wait").expect(3);
    let (id, counters) = (ran.id(), ran.json()["counters"].clone());
    let failed = counters["failed"].as_u64().unwrap();
    assert!(failed > 0 && counters["found"].as_u64().unwrap() + failed == 80, "{counters}");
    // Damage does not pass.
    ran.says(&format!("failed; see what failed: rolo jobs items db {} --outcome failed", &id[..6]));
    let items = room.rolo(&format!("jobs items db {id} --outcome failed --limit 50")).expect(0).lines();
    assert_eq!((items.len() as u64, &items[0]["isRetryable"]), (failed, &json!(false)));
    assert!(items[0]["message"].as_str().unwrap().contains("records"), "{}", items[0]);
    room.rolo(&format!("jobs retry db {id}")).expect(2).says("there is nothing to retry");
    // The others are there.
    let lines = room.rolo(&format!("jobs download db {id}")).expect(0).lines();
    let bad: Vec<&str> = items.iter().map(|item| item["input"].as_str().unwrap()).collect();
    let good = list.lines().filter(|url| !url.contains("nobody") && !bad.contains(url));
    assert!(lines.iter().map(|line| line["original_identifier"].as_str().unwrap()).eq(good));
}
