//! Batch jobs as processes: workers that are killed, people that change meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use rolo::jobs::{
    Credits, Enrich, Environment, Identifier, Job, JobQuery, Ledger, NewJob, Outcome, Owner, Rate, Request,
    SnapshotPolicy, State, Transition, WorkObserver, WorkOptions, WorkReport, lines_of, work,
};
use rolo::{Database, Key};
use tempfile::TempDir;

use super::common::{Random, SAMPLE, cases, folder, load};

/// The first 300 sample people in one file, for all tests here.
static PEOPLE: LazyLock<(TempDir, std::path::PathBuf)> = LazyLock::new(|| {
    let (folder, path) = folder();
    load(&path, &SAMPLE[..300]);
    (folder, path)
});

/// A copy of the people, to have a ledger of its own.
fn people() -> (TempDir, std::path::PathBuf) {
    let (folder, path) = folder();
    fs::copy(&PEOPLE.1, &path).expect("a copy");
    (folder, path)
}

fn owner() -> Owner {
    Owner { account: "acme".to_string(), environment: Environment::Live }
}

fn new_job(path: &Path, chunk_size: u32, rate: Option<Rate>, policy: SnapshotPolicy) -> NewJob {
    NewJob {
        owner: owner(),
        request: Request::Enrich(Enrich {
            by: Identifier::Any,
            fields: Some(vec!["basic_profile.name".to_string()]),
        }),
        snapshot: Database::open(path).expect("people").snapshot_name(),
        on_snapshot_gone: policy,
        chunk_size,
        rate,
        keep_for: Duration::from_secs(3_600),
        active_limit: None,
    }
}

fn submit(ledger: &mut Ledger, job: &NewJob, identifiers: &[String]) -> Job {
    ledger.submit(job, &mut identifiers.iter().cloned().map(Ok)).expect("a job")
}

/// Person ids, with some that name nobody and some that cannot be read, and the ids that should be found.
fn identifiers(path: &Path, count: u64, random: &mut Random) -> (Vec<String>, Vec<(String, u64)>) {
    let ids = Database::open(path).expect("people").person_ids().expect("ids");
    let mut found = Vec::new();
    let identifiers = (0..count).map(|_| match random.below(6) {
        0 => "999999999".to_string(),
        1 => "???".to_string(),
        _ => {
            let id = ids[random.below(ids.len() as u64) as usize];
            found.push((id.to_string(), id));
            id.to_string()
        }
    });
    let identifiers: Vec<String> = identifiers.collect();
    (identifiers, found)
}

/// The identifier and the person of each result line, in the order of the download.
fn delivered(ledger: &Ledger, job: &Job) -> Vec<(String, u64)> {
    let (mut lines, mut from) = (Vec::new(), 0);
    while let Some(chunk) = ledger.next_chunk(job.id, from).expect("a chunk") {
        let text = chunk.gzip.map(|gzip| lines_of(&gzip).expect("lines")).unwrap_or_default();
        for line in String::from_utf8(text).expect("UTF-8").lines() {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let identifier = line["original_identifier"].as_str().expect("an identifier").to_string();
            lines.push((identifier, line["internal_id"].as_u64().expect("an id")));
        }
        from = chunk.first + chunk.items;
    }
    lines
}

fn worker(path: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_rolo"))
        .args(["jobs", "work", "--lease", "20"])
        .arg(path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("rolo starts")
}

/// Lets workers loose on the ledger, kills them at random, and lets the last ones finish. Returns how many were killed.
fn work_and_kill(path: &Path, random: &mut Random, kills: u64) -> u64 {
    let mut workers: Vec<Child> = (0..2 + random.below(3)).map(|_| worker(path)).collect();
    let mut killed = 0;
    for _ in 0..kills {
        std::thread::sleep(Duration::from_millis(random.below(40)));
        let at = random.below(workers.len() as u64) as usize;
        killed += u64::from(workers[at].try_wait().expect("a child").is_none());
        workers[at].kill().expect("a kill");
        workers[at].wait().expect("a child");
        workers[at] = worker(path);
    }
    for mut worker in workers {
        assert!(worker.wait().expect("a child").success(), "a worker failed");
    }
    killed
}

#[test]
fn killed_workers_lose_and_double_nothing() {
    let mut random = Random(0x0b5e_55ed);
    let runs = cases(200).div_ceil(10).min(2_000);
    let mut killed = 0;
    for run in 0..runs {
        let (_folder, path) = people();
        let mut ledger = Ledger::open(&path).expect("a ledger");
        let (identifiers, found) = identifiers(&path, 200 + random.below(400), &mut random);
        let metered = run % 2 == 0;
        let price: Credits = "0.05".parse().expect("an amount");
        if metered {
            ledger.add_credits("acme", "3".parse().expect("an amount"), None).expect("credits");
        }
        let rate = metered.then(|| Rate::flat(price));
        let chunk_size = 5 + random.below(20) as u32;
        let job = submit(&mut ledger, &new_job(&path, chunk_size, rate, SnapshotPolicy::Fail), &identifiers);
        let kills = 2 + random.below(6);
        killed += work_and_kill(&path, &mut random, kills);
        let mut added: Credits = if metered { "3".parse().expect("an amount") } else { Credits::ZERO };
        while ledger.job(job.id).expect("the job").state == State::Paused {
            added = added + ledger_top_up(&mut ledger, &job);
            let kills = random.below(4);
            killed += work_and_kill(&path, &mut random, kills);
        }
        let done = ledger.job(job.id).expect("the job");
        assert_eq!(done.state, State::Completed, "run {run}: {:?}", done.message);
        assert_eq!(delivered(&ledger, &job), found, "run {run}: every line once, in order");
        assert_eq!(done.counters.found, found.len() as u64);
        assert_eq!(done.counters.done(), identifiers.len() as u64);
        assert_eq!(ledger.faults().expect("a check"), Vec::<String>::new(), "run {run}");
        if metered {
            let spent = Credits::from_millionths(price.millionths() * found.len() as i64);
            assert_eq!(done.charged, spent);
            assert_eq!(ledger.balance("acme").expect("a balance"), Some(added - spent));
        }
    }
    eprintln!("{runs} runs, {killed} workers killed at work");
    assert!(killed > 0, "workers are too fast to be killed at work");
}

fn ledger_top_up(ledger: &mut Ledger, job: &Job) -> Credits {
    let amount: Credits = "7".parse().expect("an amount");
    ledger.add_credits("acme", amount, None).expect("credits");
    ledger.change(job.id, Transition::Resume).expect("a paused job");
    amount
}

struct Quiet;

impl WorkObserver for Quiet {
    fn progressed(&mut self, _report: &WorkReport) {}
    fn stop(&self) -> bool {
        false
    }
}

/// A job for a person who is there, and one who comes later.
fn before_and_after(policy: SnapshotPolicy) -> (TempDir, std::path::PathBuf, Ledger, Job) {
    let (folder, path) = people();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let there = Database::open(&path).expect("people").person_ids().expect("ids")[0];
    let later = later_person(&path);
    let job = submit(&mut ledger, &new_job(&path, 1, None, policy), &[there.to_string(), later.to_string()]);
    (folder, path, ledger, job)
}

/// The id of somebody among the next sample people.
fn later_person(path: &Path) -> u64 {
    let (_folder, other) = folder();
    load(&other, &SAMPLE[300..310]);
    let later = Database::open(&other).expect("people").person_ids().expect("ids")[0];
    assert!(Database::open(path).expect("people").get(&Key::person_id(later)).expect("a lookup").is_empty());
    later
}

fn outcomes(ledger: &Ledger, job: &Job) -> Vec<&'static str> {
    (0..job.items)
        .map(|at| ledger.item(job.id, at).expect("a query").expect("an item").outcome)
        .map(|outcome: Outcome| outcome.name())
        .collect()
}

#[test]
fn a_job_answers_from_the_snapshot_it_was_submitted_against() {
    let (_folder, path, ledger, job) = before_and_after(SnapshotPolicy::Newest);
    load(&path, &SAMPLE[300..310]);
    work(&path, &WorkOptions::default(), &mut Quiet).expect("work");
    assert_eq!(outcomes(&ledger, &job), ["found", "not_found"]);
    let done = ledger.job(job.id).expect("the job");
    assert_eq!((done.state, done.answered_from), (State::Completed, None));
}

#[test]
fn when_the_snapshot_is_gone_the_policy_decides_and_the_job_says_so() {
    for policy in [SnapshotPolicy::Newest, SnapshotPolicy::Fail] {
        let (_folder, path, mut ledger, job) = before_and_after(policy);
        fs::remove_file(&path).expect("the people go");
        load(&path, &SAMPLE[..310]);
        work(&path, &WorkOptions::default(), &mut Quiet).expect("work");
        let done = ledger.job(job.id).expect("the job");
        let newest = Database::open(&path).expect("people").snapshot_name();
        match policy {
            SnapshotPolicy::Newest => {
                assert_eq!((done.state, done.answered_from), (State::Completed, Some(newest)));
                assert_eq!(outcomes(&ledger, &job), ["found", "found"]);
            }
            SnapshotPolicy::Fail => {
                assert_eq!(done.state, State::Failed);
                let message = done.message.expect("a reason");
                assert!(message.contains("snapshot") || message.contains("commit"), "{message}");
                assert_eq!(outcomes(&ledger, &job), ["pending", "pending"]);
                assert_eq!(
                    ledger.change(job.id, Transition::Cancel).map_err(|error| error.to_string()).err(),
                    Some(
                        "a failed job cannot be cancelled; only one that is queued, running or paused can"
                            .to_string()
                    )
                );
            }
        }
        assert_eq!(ledger.faults().expect("a check"), Vec::<String>::new());
    }
}

#[test]
fn any_sqlite_tool_opens_the_ledger() {
    let (_folder, path, ledger, job) = before_and_after(SnapshotPolicy::Newest);
    work(&path, &WorkOptions::default(), &mut Quiet).expect("work");
    // Python's own SQLite is another build than ours.
    let script = "import sqlite3, sys, json\n\
        db = sqlite3.connect(sys.argv[1])\n\
        rows = dict(db.execute('SELECT outcome, count(*) FROM items GROUP BY outcome').fetchall())\n\
        print(json.dumps([db.execute('PRAGMA integrity_check').fetchone()[0], rows]))";
    let python = Command::new("python3").args(["-c", script]).arg(ledger.path()).output().expect("python");
    let text = String::from_utf8(python.stdout).expect("UTF-8");
    let answer: (String, BTreeMap<String, u64>) = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text} {}", String::from_utf8_lossy(&python.stderr)));
    let expected = BTreeMap::from([("found".to_string(), 1), ("not_found".to_string(), 1)]);
    assert_eq!(answer, ("ok".to_string(), expected), "job {}", job.id);
}

/// Runs in its thread: loads, and after each load a job that is bound to what the file is then.
fn load_and_submit(path: &Path) {
    let mut ledger = Ledger::open(path).expect("a ledger");
    for part in SAMPLE[300..700].chunks(20) {
        load(path, part);
        submit(&mut ledger, &new_job(path, 10, None, SnapshotPolicy::Fail), &["1".to_string()]);
    }
}

#[test]
fn a_backup_is_of_one_instant_while_others_load_and_work() {
    let (folder, path) = people();
    let mut random = Random(0xbac0);
    let (identifiers, found) = identifiers(&path, 400, &mut random);
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = submit(&mut ledger, &new_job(&path, 5, None, SnapshotPolicy::Fail), &identifiers);
    let backups = std::thread::scope(|scope| {
        let loads = scope.spawn(|| load_and_submit(&path));
        let mut working = worker(&path);
        let mut backups = Vec::new();
        while !loads.is_finished() || backups.len() < 3 {
            let to = folder.path().join(format!("backup-{}.parquet", backups.len()));
            let report =
                rolo::jobs::backup(&path, &to, &|_| std::ops::ControlFlow::Continue(())).expect("a backup");
            assert!(report.ledger_bytes > Some(0), "{report:?}");
            backups.push(to);
            std::thread::sleep(Duration::from_millis(100));
        }
        working.kill().expect("a kill");
        working.wait().expect("a child");
        backups
    });
    let mut unfinished = 0;
    for backup in &backups {
        super::common::assert_sound(backup);
        let copy = Ledger::open_existing(backup).expect("its ledger");
        assert_eq!(copy.faults().expect("a check"), Vec::<String>::new());
        let all =
            JobQuery { owner: None, state: None, created_after: None, after: None, offset: 0, limit: 1_000 };
        let jobs = copy.list(&all).expect("jobs").jobs;
        let newest = Database::open(backup).expect("people").generation();
        for job in &jobs {
            let of = Database::open_at(backup, &job.snapshot).expect("the people that a job is bound to");
            assert!(of.generation() <= newest);
        }
        // A load and its job lie apart by the blink of an eye, so at most one commit has no job yet.
        assert!(newest - jobs[0].snapshot.manifest.generation <= 1, "of one instant");
        unfinished += usize::from(copy.job(job.id).expect("the job").state != State::Completed);
    }
    // The first and the last go on where they were.
    for backup in [&backups[0], &backups[backups.len() - 1]] {
        worker(backup).wait().expect("a child");
        let copy = Ledger::open_existing(backup).expect("its ledger");
        assert_eq!(copy.job(job.id).expect("the job").state, State::Completed);
        assert_eq!(delivered(&copy, &job), found);
    }
    eprintln!("{} backups, {unfinished} of them with the job under way", backups.len());
    let left: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .filter(|name| name.contains(".partial") || name.contains(".staging"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
