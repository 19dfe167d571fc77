//! What the ledger refuses, whoever asks; and what leases, credits and keys do.

use std::time::Duration;

use super::*;
use crate::jobs::member::Member;
use crate::jobs::testing::{Place, assert_no_faults, credits, items, new_job, submit};
use crate::jobs::{Credits, Environment, LedgerError, Outcome, Owner};

fn worker(name: &str) -> Worker<'_> {
    Worker { name, is_dead: &|_| false, lease: Duration::from_secs(30) }
}

fn chunks(pick: Pick) -> Vec<Lease> {
    match pick {
        Pick::Chunks(leases) => leases,
        other => panic!("no chunks: {other:?}"),
    }
}

/// Finds everybody in a chunk, at a price.
fn commit(ledger: &mut Ledger, lease: &Lease, price: Credits) -> Committed {
    let done: Vec<DoneItem> = (0..)
        .zip(&lease.open)
        .map(|(line, item)| DoneItem {
            position: item.position,
            outcome: Outcome::Found(7),
            line: Some(line),
            charge: price,
        })
        .collect();
    let member = Member::of(lease.open.iter().map(|item| item.input.as_str())).unwrap();
    let done = Done { items: &done, moved: &[], member: member.as_ref(), pause: None };
    ledger.commit(lease, &done).unwrap()
}

fn refused(ledger: &Ledger, statement: &str, why: &str) {
    match ledger.sql.batch(statement) {
        Err(JobError::Ledger(LedgerError::Invariant { problem })) => {
            assert!(problem.contains(why), "{statement}: {problem}");
        }
        other => panic!("{statement}: {other:?}"),
    }
    ledger.sql.roll_back();
}

#[test]
fn any_sqlite_tool_is_refused_what_would_break_an_invariant() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("100"), None).unwrap();
    submit(&mut ledger, &new_job("acme", 2, Some("1")), &["a", "b", "c"]);
    for lease in chunks(ledger.claim(&worker("w"), None).unwrap()) {
        assert_eq!(commit(&mut ledger, &lease, credits("1")), Committed::Yes);
    }
    assert_eq!(ledger.balance("acme").unwrap(), Some(credits("97")));
    assert_no_faults(&ledger);
    for (statement, why) in [
        ("UPDATE jobs SET state = 'paused'; UPDATE jobs SET state = 'completed'", "transition"),
        ("UPDATE jobs SET state = 'cancelled'", "finished_at"),
        ("UPDATE jobs SET found = 4", "items"),
        ("UPDATE jobs SET environment = 'test'", "environment"),
        ("UPDATE items SET outcome = 'not_found', person = NULL, charge = 0", "second outcome"),
        ("UPDATE items SET charge = 2", "second outcome"),
        ("UPDATE items SET person = 8", "second outcome"),
        ("UPDATE chunks SET token = 0", "token"),
        ("UPDATE chunks SET state = 'leased'", "leased"),
        ("UPDATE credit_accounts SET balance = -1 WHERE account IS NOT NULL", "balance"),
        ("UPDATE journal SET amount = 5", "journal"),
        ("DELETE FROM journal", "journal"),
        (
            "INSERT INTO journal (at, source, target, amount, job_id, first, token) \
             SELECT 0, 3, 2, 1, id, 0, 9 FROM jobs",
            "not what its items cost",
        ),
        ("INSERT INTO journal (at, source, target, amount) VALUES (0, 3, 1, 98000000)", "balance"),
        ("INSERT INTO journal (at, source, target, amount) VALUES (0, 3, 2, 1)", "CHECK"),
        ("INSERT INTO items (job, position, input) VALUES (99, 0, 'x')", "FOREIGN KEY"),
    ] {
        refused(&ledger, statement, why);
    }
    assert_eq!(ledger.balance("acme").unwrap(), Some(credits("97")));
}

#[test]
fn faults_are_found_by_the_view() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("100"), None).unwrap();
    submit(&mut ledger, &new_job("acme", 2, None), &["a", "b", "c"]);
    for lease in chunks(ledger.claim(&worker("w"), None).unwrap()) {
        commit(&mut ledger, &lease, Credits::ZERO);
    }
    for (statement, what) in [
        ("UPDATE credit_accounts SET balance = balance + 1 WHERE account IS NOT NULL", "balance"),
        ("UPDATE jobs SET lines = 2", "counters"),
        ("DELETE FROM items WHERE position = 1", "items are missing"),
        ("DELETE FROM chunks WHERE first = 2", "do not cover"),
        ("UPDATE chunks SET lines = 1 WHERE first = 0", "other lines"),
        ("DELETE FROM members", "other lines than its member"),
        ("INSERT INTO items (job, position, input) VALUES (1, 3, 'x')", "items are missing"),
    ] {
        ledger.sql.batch("BEGIN").unwrap();
        ledger.sql.batch(statement).unwrap();
        let faults = ledger.faults().unwrap().join("\n");
        assert!(faults.contains(what), "{statement}: {faults}");
        ledger.sql.roll_back();
        assert_no_faults(&ledger);
    }
}

#[test]
fn only_the_last_token_commits() {
    let place = Place::new();
    let mut ledger = place.open();
    let job = submit(&mut ledger, &new_job("local", 10, None), &["a", "b"]);
    let slow = chunks(ledger.claim(&worker("slow"), None).unwrap()).remove(0);
    assert!(
        matches!(ledger.claim(&worker("fast"), None).unwrap(), Pick::Later(at) if at == ledger.now() + 30_000)
    );
    place.advance(29_999);
    assert_eq!(ledger.renew("slow", Duration::from_secs(30)).unwrap(), 1);
    place.advance(29_999);
    assert!(matches!(ledger.claim(&worker("fast"), None).unwrap(), Pick::Later(_)), "it was renewed");
    place.advance(2);
    let fast = chunks(ledger.claim(&worker("fast"), None).unwrap()).remove(0);
    assert_eq!(commit(&mut ledger, &slow, Credits::ZERO), Committed::Lost);
    ledger.give_back(&slow, None).unwrap();
    assert_eq!(commit(&mut ledger, &fast, Credits::ZERO), Committed::Yes);
    assert_eq!(commit(&mut ledger, &fast, Credits::ZERO), Committed::Lost);
    assert!(matches!(ledger.claim(&worker("fast"), None).unwrap(), Pick::Nothing));
    assert_eq!(ledger.job(job.id).unwrap().state, State::Completed);
    assert_no_faults(&ledger);
}

#[test]
fn the_chunk_of_a_dead_worker_is_taken_at_once() {
    let place = Place::new();
    let mut ledger = place.open();
    submit(&mut ledger, &new_job("local", 10, None), &["a"]);
    chunks(ledger.claim(&worker("dead"), None).unwrap());
    let knows = Worker { name: "other", is_dead: &|name| name == "dead", lease: Duration::from_secs(30) };
    assert_eq!(chunks(ledger.claim(&knows, None).unwrap()).len(), 1);
}

#[test]
fn where_credits_are_kept_chunks_are_paid_in_order() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("100"), None).unwrap();
    let mut job = new_job("acme", 1_000, Some("1"));
    job.chunk_size = 1_000;
    let many: Vec<String> = (0..5_000).map(|item| item.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    submit(&mut ledger, &job, &many);
    let first = chunks(ledger.claim(&worker("one"), None).unwrap());
    assert_eq!(first.iter().map(Lease::first).collect::<Vec<_>>(), [0, 1_000]);
    assert!(matches!(ledger.claim(&worker("two"), None).unwrap(), Pick::Later(_)));
    assert_eq!(commit(&mut ledger, &first[1], Credits::ZERO), Committed::Lost, "the one before is open");
    ledger.give_back(&first[0], None).unwrap();
    let again = chunks(ledger.claim(&worker("two"), None).unwrap());
    assert_eq!(again.iter().map(Lease::first).collect::<Vec<_>>(), [0], "the next is somebody else's");
}

#[test]
fn a_balance_that_does_not_pay_changes_nothing() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("1.5"), Some("order 7")).unwrap();
    let job = submit(&mut ledger, &new_job("acme", 10, Some("1")), &["a", "b"]);
    let lease = chunks(ledger.claim(&worker("w"), None).unwrap()).remove(0);
    let short = Committed::Short { balance: credits("1.5") };
    assert_eq!(commit(&mut ledger, &lease, credits("1")), short);
    assert!(items(&ledger, &job).iter().all(|item| item.outcome == Outcome::Open));
    ledger.add_credits("acme", credits("0.5"), None).unwrap();
    assert_eq!(commit(&mut ledger, &lease, credits("1")), Committed::Yes);
    assert_eq!(ledger.balance("acme").unwrap(), Some(Credits::ZERO));
    let journal = ledger.journal(&JournalQuery { limit: 10, ..JournalQuery::default() }).unwrap();
    let amounts: Vec<String> = journal.iter().map(|entry| entry.amount.to_string()).collect();
    assert_eq!(amounts, ["-2", "0.5", "1.5"]);
    assert_eq!(journal[0].job, Some((job.id, 0)));
    assert_eq!(journal[2].memo.as_deref(), Some("order 7"));
    assert_eq!(ledger.job(job.id).unwrap().charged, credits("2"));
    assert_no_faults(&ledger);
}

#[test]
fn jobs_are_found_by_a_unique_beginning_and_only_by_their_owner() {
    let place = Place::new();
    let mut ledger = place.open();
    let job = submit(&mut ledger, &new_job("acme", 10, None), &["a"]);
    let acme = Owner { account: "acme".to_string(), environment: Environment::Live };
    let id = job.id.to_string();
    for beginning in [&id[..8], &id, &id.to_uppercase()] {
        assert_eq!(ledger.find(&acme, beginning).unwrap().id, job.id);
    }
    let test = Owner { environment: Environment::Test, ..acme.clone() };
    for (owner, beginning) in [(&Owner::local(), &id[..8]), (&test, &id[..8]), (&acme, "zz"), (&acme, "")] {
        assert!(matches!(ledger.find(owner, beginning), Err(JobError::NoJob(_))), "{beginning}");
    }
    for _ in 0..40 {
        submit(&mut ledger, &new_job("acme", 10, None), &[]);
    }
    let crowded = "0123456789abcdef".chars().any(|digit| {
        matches!(ledger.find(&acme, &digit.to_string()), Err(JobError::AmbiguousId { candidates, .. }) if candidates.len() > 1)
    });
    assert!(crowded, "41 ids and 16 first digits");
}

#[test]
fn lists_go_from_the_newest_by_cursor_and_by_offset() {
    let place = Place::new();
    let mut ledger = place.open();
    let mut all = Vec::new();
    for _ in 0..7 {
        place.advance(1_000);
        all.insert(0, submit(&mut ledger, &new_job("local", 10, None), &["a"]).id);
    }
    submit(&mut ledger, &new_job("acme", 10, None), &["a"]);
    let mut query = JobQuery { owner: Some(Owner::local()), limit: 3, ..JobQuery::default() };
    let mut walked = Vec::new();
    loop {
        let page = ledger.list(&query).unwrap();
        walked.extend(page.jobs.iter().map(|job| job.id));
        query.after = page.jobs.last().map(|job| job.id);
        if !page.has_more {
            break;
        }
    }
    assert_eq!(walked, all);
    let ids =
        |query: &JobQuery| ledger.list(query).unwrap().jobs.iter().map(|job| job.id).collect::<Vec<_>>();
    let base = JobQuery { owner: Some(Owner::local()), limit: 100, ..JobQuery::default() };
    assert_eq!(ids(&JobQuery { offset: 5, ..base.clone() }), all[5..]);
    let since = ledger.job(all[2]).unwrap().created_at;
    assert_eq!(ids(&JobQuery { created_after: Some(since), ..base.clone() }), all[..3]);
    assert_eq!(ids(&JobQuery { state: Some(State::Completed), ..base.clone() }), []);
    assert_eq!(ids(&JobQuery { owner: None, ..base }).len(), 8);
}

#[test]
fn jobs_are_kept_until_their_time_is_over() {
    let place = Place::new();
    let mut ledger = place.open();
    let job = submit(&mut ledger, &new_job("local", 10, None), &["a"]);
    let lease = chunks(ledger.claim(&worker("w"), None).unwrap()).remove(0);
    commit(&mut ledger, &lease, Credits::ZERO);
    place.advance(10_000_000);
    assert_eq!(ledger.prune().unwrap(), Pruned::default(), "it has not ended");
    assert!(matches!(ledger.claim(&worker("w"), None).unwrap(), Pick::Nothing));
    place.advance(3_599_999);
    assert_eq!(ledger.prune().unwrap(), Pruned::default());
    place.advance(1);
    assert_eq!(ledger.prune().unwrap(), Pruned { jobs: 1, items: 1 });
    assert!(matches!(ledger.job(job.id), Err(JobError::NoJob(_))));
    assert_no_faults(&ledger);
}

#[test]
fn who_sends_items_slowly_keeps_nobody_from_writing() {
    let place = Place::new();
    let mut ledger = place.open();
    let mut other = place.open();
    let mut items = (0..3).map(|item| {
        submit(&mut other, &new_job("other", 10, None), &["a"]);
        Ok(item.to_string())
    });
    let job = ledger.submit(&new_job("local", 10, None), &mut items).unwrap();
    assert_eq!(job.items, 3);
    let mut broken = [Ok("a".to_string()), Err(JobError::Input("line 2".to_string()))].into_iter();
    assert!(ledger.submit(&new_job("local", 10, None), &mut broken).is_err());
    let all = JobQuery { limit: 10, ..JobQuery::default() };
    assert_eq!(ledger.list(&all).unwrap().jobs.len(), 4, "no job after an error");
    assert_eq!(submit(&mut ledger, &new_job("local", 10, None), &["a"]).items, 1);
    assert_no_faults(&ledger);
}

#[test]
fn a_sixth_active_job_is_refused() {
    let place = Place::new();
    let mut ledger = place.open();
    let job = NewJob { active_limit: Some(5), ..new_job("acme", 10, None) };
    for _ in 0..5 {
        submit(&mut ledger, &job, &["a"]);
    }
    let refused = ledger.submit(&job, &mut std::iter::empty());
    assert!(matches!(refused, Err(JobError::Refused(refusal)) if refusal.status == 429));
    let other = NewJob { active_limit: Some(5), ..new_job("other", 10, None) };
    submit(&mut ledger, &other, &["a"]);
}

#[test]
fn keys_open_the_door_until_they_are_revoked() {
    let place = Place::new();
    let mut ledger = place.open();
    let owner = Owner { account: "acme".to_string(), environment: Environment::Test };
    let made = ledger.create_key(&owner, Some("laptop")).unwrap();
    assert!(made.secret.starts_with("rolo_test_"));
    assert!(!format!("{made:?}").contains(&made.secret));
    assert_eq!(ledger.authenticate(&made.secret).unwrap(), Some(owner));
    let mut wrong = made.secret.clone();
    let last = wrong.pop().unwrap();
    wrong.push(if last == '0' { '1' } else { '0' });
    for secret in [wrong.as_str(), &made.key.prefix, "", "_", "rolo_live_x_y"] {
        assert_eq!(ledger.authenticate(secret).unwrap(), None, "{secret}");
    }
    let stored: Vec<u8> = std::fs::read(ledger.path()).unwrap();
    let random = made.secret.rsplit('_').next().unwrap();
    assert!(!stored.windows(random.len()).any(|window| window == random.as_bytes()), "the secret is nowhere");
    assert_eq!(ledger.keys().unwrap(), std::slice::from_ref(&made.key));
    assert!(ledger.revoke_key(&made.key.prefix).unwrap().revoked_at.is_some());
    assert_eq!(ledger.authenticate(&made.secret).unwrap(), None);
    assert!(ledger.revoke_key("nobody").is_err());
}

#[test]
fn the_ledger_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let mut ledger = place.open();
    submit(&mut ledger, &new_job("local", 10, None), &["a"]);
    for ending in ["", "-wal", "-shm"] {
        let path = format!("{}{ending}", ledger.path().display());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
    }
}

#[test]
fn many_may_open_the_first_ledger_at_once() {
    for _ in 0..20 {
        let place = Place::new();
        let open = |_| Ledger::open(&place.people).map(|ledger| ledger.faults().unwrap());
        let opened: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6).map(|at| scope.spawn(move || open(at))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for faults in opened {
            assert_eq!(faults.unwrap(), Vec::<String>::new());
        }
        assert_eq!(place.open().sql.pragma::<String>("journal_mode").unwrap(), "wal");
    }
}

#[test]
fn the_names_of_the_house_are_nobodys_account() {
    let place = Place::new();
    let mut ledger = place.open();
    for name in ["(issued)", "(earned)", "", "a\nb"] {
        assert!(matches!(ledger.add_credits(name, credits("1"), None), Err(JobError::Input(_))), "{name}");
    }
}

#[test]
fn a_clock_that_was_ahead_keeps_no_chunk_for_ever() {
    let place = Place::new();
    let mut ledger = place.open();
    submit(&mut ledger, &new_job("local", 1, None), &["a", "b"]);
    ledger.sql.batch("UPDATE chunks SET not_before = 9000000000000000 WHERE first = 0").unwrap();
    let leases = chunks(ledger.claim(&worker("w"), None).unwrap());
    ledger.sql.batch("UPDATE chunks SET leased_until = 9000000000000000").unwrap();
    let again = chunks(ledger.claim(&worker("other"), None).unwrap());
    assert_eq!((leases.len(), again.len()), (2, 2));
}

#[test]
fn a_ledger_of_the_first_version_is_brought_to_this_one() {
    let place = Place::new();
    let path = Ledger::path_beside(&place.people);
    let first = Connection::open(&path).unwrap();
    first.execute_batch(include_str!("schema.sql")).unwrap();
    first
        .execute_batch(
            "PRAGMA application_id = 1919904879; PRAGMA user_version = 1; \
             CREATE VIEW faults (what, which) AS SELECT 'of the first version', job FROM jobs; \
             INSERT INTO transitions VALUES ('queued', 'running'), ('running', 'completed'); \
             INSERT INTO accounts VALUES (1, 'acme', 0); \
             INSERT INTO jobs (job, id, account, environment, kind, request, snapshot, on_snapshot_gone, chunk_size, items, \
                 created_at, keep_for) \
             VALUES (1, '3f2a91c4-0000-4000-8000-000000000000', 1, 'live', 'people', '{\"kind\":\"people\",\"fields\":null}', \
                 '70a84a0730214e60a7ed4668a60067b0:1:4580d8:f0:89096be76edce53d', 'newest', 10, 2, 0, 60000); \
             INSERT INTO items (job, position, input) VALUES (1, 0, 'a'), (1, 1, 'b'); \
             INSERT INTO chunks (job, first, items) VALUES (1, 0, 2); \
             UPDATE items SET outcome = 'found', person = 7 WHERE position = 0; \
             UPDATE jobs SET found = 1;",
        )
        .unwrap();
    drop(first);
    let ledger = place.open();
    assert_no_faults(&ledger);
    let found: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, 2);
    let job = ledger.list(&JobQuery { limit: 9, ..JobQuery::default() }).unwrap().jobs.remove(0);
    assert_eq!((job.counters.found, job.counters.forgotten), (1, 0));
    assert_eq!(items(&ledger, &job)[0].outcome, Outcome::Found(7));
}

#[test]
fn what_is_no_ledger_is_left_alone() {
    let place = Place::new();
    let path = Ledger::path_beside(&place.people);
    assert!(matches!(Ledger::open_existing(&place.people), Err(JobError::Ledger(LedgerError::None { .. }))));
    std::fs::write(&path, "a text that is long enough to be taken for something else than a database")
        .unwrap();
    let damaged = |result: Result<Ledger, JobError>| {
        matches!(result, Err(JobError::Ledger(LedgerError::Damaged { .. })))
    };
    assert!(damaged(Ledger::open(&place.people)));
    std::fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    assert!(damaged(Ledger::open(&place.people)));
    std::fs::remove_file(&path).unwrap();
    drop(place.open());
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 999").unwrap();
    assert!(matches!(
        Ledger::open(&place.people),
        Err(JobError::Ledger(LedgerError::NewerVersion { found: 999, .. }))
    ));
}

#[test]
fn every_path_with_a_price_of_its_own_exists() {
    let place = Place::new();
    let ledger = place.open();
    let schema = crate::schema::Schema::person();
    for mode in crate::jobs::MODES {
        for (path, _) in ledger.rate(mode).unwrap().extras {
            assert!(schema.resolve(&path).is_some(), "{mode}: {path}");
        }
    }
    let dear = crate::jobs::Rate::flat(credits("9"));
    ledger.set_rate("search", &dear).unwrap();
    assert_eq!(ledger.rate("search").unwrap(), dear);
}
