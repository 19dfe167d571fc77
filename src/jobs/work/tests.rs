//! What workers do with jobs, whatever fails; and a model: after any sequence of top-ups, jobs, pauses, resumes, cancels and
//! crashes the balance is the journal's, and what was charged is what was delivered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::ffi;

use crate::engine::Whom;
use crate::filter::arbitrary::Random;
use crate::jobs::ledger::{JobQuery, Ledger, NewJob, Purged};
use crate::jobs::testing::{Fake, Place, assert_no_faults, credits, items, line_of, lines, new_job, submit};
use crate::jobs::{Credits, Job, JobError, LedgerError, Outcome, Owner, People, Request, State, Transition};

const ALL: u64 = u64::MAX;

/// The lines that a job has when everything that can be found was.
fn expected(inputs: &[&str]) -> Vec<String> {
    let found = |input: &&&str| !["none", "bad", "broken"].contains(input);
    (0..).zip(inputs).filter(|(_, input)| found(input)).map(|(at, input)| line_of(at, input)).collect()
}

fn names(ledger: &Ledger, job: &Job) -> Vec<&'static str> {
    items(ledger, job).iter().map(|item| item.outcome.name()).collect()
}

#[test]
fn every_item_gets_its_outcome_and_lines_keep_their_order() {
    let place = Place::new();
    let mut ledger = place.open();
    let inputs = ["a", "none", "b", "bad", "c", "a", "d"];
    let job = submit(&mut ledger, &new_job("local", 2, None), &inputs);
    let report = place.work(&Fake::default(), ALL).unwrap();
    assert_eq!((report.chunks, report.items, report.lost), (4, 7, 0));
    let job = ledger.job(job.id).unwrap();
    assert_eq!(job.state, State::Completed);
    assert_eq!(lines(&ledger, &job), expected(&inputs));
    let counters = job.counters;
    assert_eq!(
        (counters.found, counters.not_found, counters.invalid, counters.failed, counters.lines),
        (5, 1, 1, 0, 5)
    );
    assert_eq!(job.charged, Credits::ZERO);
    assert_no_faults(&ledger);
}

#[test]
fn zero_items_are_a_result() {
    let place = Place::new();
    let mut ledger = place.open();
    let job = submit(&mut ledger, &new_job("local", 10, None), &[]);
    place.work(&Fake::default(), ALL).unwrap();
    let job = ledger.job(job.id).unwrap();
    assert_eq!(job.state, State::Completed);
    assert!(job.started_at.is_some() && job.finished_at.is_some());
    assert_eq!(lines(&ledger, &job), Vec::<String>::new());
}

#[test]
fn forgotten_items_stay_counted_and_paid_and_what_comes_before_the_end_goes_with_it() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("100"), None).unwrap();
    let inputs = ["a", "b", "none", "c"];
    let job = submit(&mut ledger, &new_job("acme", 3, Some("0.5")), &inputs);
    place.work(&Fake::default(), ALL).unwrap();
    // The fake finds person 1 for the first item, 2 for the second.
    let whom = Whom::new([2].into_iter(), [].iter(), [].into_iter()).unwrap();
    let purged = ledger.begin_forgetting(&whom).unwrap();
    assert_eq!((purged.items, purged.lines, purged.jobs.len()), (1, 1, 1));
    let after = ledger.job(job.id).unwrap();
    assert_eq!((after.counters.found, after.counters.lines, after.counters.forgotten), (3, 2, 1));
    assert_eq!(after.charged, credits("1.5"));
    let kept = expected(&inputs);
    assert_eq!(lines(&ledger, &job), [kept[0].clone(), kept[2].clone()]);
    let item = &items(&ledger, &job)[1];
    assert_eq!((item.input.as_str(), &item.outcome, item.charge), ("", &Outcome::Forgotten, credits("0.5")));
    assert_no_faults(&ledger);
    // A worker that has the old file open still brings them once more; whoever forgets the next time finds that.
    let late = submit(&mut ledger, &new_job("acme", 3, None), &["d", "e"]);
    place.work(&Fake::default(), ALL).unwrap();
    drop(ledger);
    let mut ledger = place.open();
    let purged = ledger.end_forgetting().unwrap();
    assert_eq!((purged.items, purged.lines), (1, 1));
    assert_eq!(ledger.job(late.id).unwrap().counters.forgotten, 1);
    assert_eq!(ledger.end_forgetting().unwrap(), Purged::default());
    assert!(ledger.scrub(std::time::Duration::ZERO).unwrap());
    assert_no_faults(&ledger);
}

#[test]
fn what_fails_in_passing_is_tried_again_and_costs_nothing_twice() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("100"), None).unwrap();
    let inputs = ["a", "flaky 2", "b"];
    let job = submit(&mut ledger, &new_job("acme", 10, Some("0.5")), &inputs);
    let report = place.work(&Fake::default(), ALL).unwrap();
    assert_eq!((report.chunks, report.deferred), (1, 2));
    let job = ledger.job(job.id).unwrap();
    assert_eq!(lines(&ledger, &job), expected(&inputs));
    assert_eq!(job.charged, credits("1.5"));
    assert_no_faults(&ledger);
}

#[test]
fn each_further_attempt_waits_twice_as_long() {
    let place = Place::new();
    let mut ledger = place.open();
    submit(&mut ledger, &new_job("local", 10, None), &["flaky 3"]);
    let before = ledger.now();
    place.work(&Fake::default(), ALL).unwrap();
    // 1 + 2 + 4 seconds; the clock goes in steps of half a second.
    let waited = ledger.now() - before;
    assert!((7_000..12_000).contains(&waited), "{waited}");
}

#[test]
fn a_bad_item_never_fails_its_job_and_can_be_retried() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("100"), None).unwrap();
    let inputs = ["a", "broken", "none", "b", "broken", "c"];
    let job = submit(&mut ledger, &new_job("acme", 3, Some("0.5")), &inputs);
    let source = Fake::default();
    place.work(&source, ALL).unwrap();
    let done = ledger.job(job.id).unwrap();
    assert_eq!((done.state, done.counters.failed), (State::Completed, 2));
    assert_eq!(names(&ledger, &job), ["found", "failed", "not_found", "found", "failed", "found"]);
    assert_eq!(lines(&ledger, &job), expected(&inputs));
    assert_no_faults(&ledger);
    source.mend();
    assert_eq!(ledger.change(job.id, Transition::Retry).unwrap().state, State::Queued);
    assert_no_faults(&ledger);
    place.work(&source, ALL).unwrap();
    let done = ledger.job(job.id).unwrap();
    assert_eq!((done.state, done.counters.failed, done.charged), (State::Completed, 0, credits("2.5")));
    let all = ["a", "broken", "b", "broken", "c"];
    let texts: Vec<String> = lines(&ledger, &job);
    assert!(texts.iter().zip(all).all(|(line, input)| line.contains(&format!("\"{input}\""))), "{texts:?}");
    assert_eq!(texts.len(), 5);
    assert_no_faults(&ledger);
    let again = ledger.change(job.id, Transition::Retry).unwrap_err();
    assert!(again.to_string().contains("nothing to retry"), "{again}");
}

#[test]
fn a_job_pauses_at_the_item_that_cannot_be_paid_and_goes_on_there() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("1.7"), None).unwrap();
    let inputs = ["a", "none", "b", "c", "none", "d", "e", "f"];
    let job = submit(&mut ledger, &new_job("acme", 4, Some("0.5")), &inputs);
    let source = Fake::default();
    place.work(&source, ALL).unwrap();
    let paused = ledger.job(job.id).unwrap();
    assert_eq!(paused.state, State::Paused);
    assert_eq!(paused.message.as_deref(), Some("item 6 costs 0.5 credits, and 0.2 are left"));
    assert_eq!(
        names(&ledger, &job),
        ["found", "not_found", "found", "found", "not_found", "pending", "pending", "pending"]
    );
    assert_eq!(lines(&ledger, &job), expected(&inputs)[..3]);
    assert_no_faults(&ledger);
    assert_eq!(place.work(&source, ALL).unwrap().chunks, 0, "nobody resumed it");
    ledger.change(job.id, Transition::Resume).unwrap();
    place.work(&source, ALL).unwrap();
    assert_eq!(ledger.job(job.id).unwrap().state, State::Paused, "nothing was added");
    ledger.add_credits("acme", credits("0.3"), None).unwrap();
    ledger.change(job.id, Transition::Resume).unwrap();
    place.work(&source, ALL).unwrap();
    assert_eq!(names(&ledger, &job)[5..], ["found", "pending", "pending"]);
    ledger.add_credits("acme", credits("10"), None).unwrap();
    ledger.change(job.id, Transition::Resume).unwrap();
    place.work(&source, ALL).unwrap();
    let done = ledger.job(job.id).unwrap();
    assert_eq!((done.state, done.charged), (State::Completed, credits("3")));
    assert_eq!(lines(&ledger, &job), expected(&inputs));
    assert_eq!(ledger.balance("acme").unwrap(), Some(credits("9")));
    assert_no_faults(&ledger);
}

#[test]
fn a_cancelled_job_keeps_what_it_has_and_takes_no_more() {
    let place = Place::new();
    let mut ledger = place.open();
    let job = submit(&mut ledger, &new_job("local", 1, None), &["a", "b", "c"]);
    place.work(&Fake::default(), 1).unwrap();
    assert_eq!(ledger.change(job.id, Transition::Cancel).unwrap().state, State::Cancelled);
    assert_eq!(place.work(&Fake::default(), ALL).unwrap().chunks, 0);
    assert_eq!(lines(&ledger, &job), expected(&["a"]));
    for transition in [Transition::Cancel, Transition::Resume, Transition::Retry] {
        let error = ledger.change(job.id, transition).unwrap_err();
        assert!(error.to_string().starts_with("a cancelled job cannot be"), "{error}");
    }
    assert_no_faults(&ledger);
}

#[test]
fn a_job_that_cannot_be_answered_at_all_fails_and_can_be_resumed() {
    struct Gone;
    impl super::Source for Gone {
        fn open(&self, _job: &Job) -> Result<super::Opened, JobError> {
            Err(JobError::Input("the people are gone".to_string()))
        }
    }
    let place = Place::new();
    let mut ledger = place.open();
    let job = submit(&mut ledger, &new_job("local", 1, None), &["a", "b", "c"]);
    place.work(&Fake::default(), 1).unwrap();
    place.work(&Gone, ALL).unwrap();
    let failed = ledger.job(job.id).unwrap();
    assert_eq!((failed.state, failed.message.as_deref()), (State::Failed, Some("the people are gone")));
    ledger.change(job.id, Transition::Resume).unwrap();
    place.work(&Fake::default(), ALL).unwrap();
    assert_eq!(ledger.job(job.id).unwrap().state, State::Completed);
    assert_eq!(lines(&ledger, &job), expected(&["a", "b", "c"]));
    assert_no_faults(&ledger);
}

#[test]
fn lines_of_failures_are_gone_while_they_are_tried_again() {
    let place = Place::new();
    let mut ledger = place.open();
    let request = Request::People(People { fields: None });
    let job = NewJob { request, ..new_job("local", 3, None) };
    let job = submit(&mut ledger, &job, &["a", "broken", "b", "broken"]);
    let source = Fake::default();
    place.work(&source, ALL).unwrap();
    let before = lines(&ledger, &job);
    assert_eq!(before.len(), 4);
    assert!(
        before[1].contains("\"isSuccess\":false") && before[3].contains("\"isSuccess\":false"),
        "{before:?}"
    );
    ledger.change(job.id, Transition::Retry).unwrap();
    assert_eq!(lines(&ledger, &job), [before[0].clone(), before[2].clone()]);
    assert_no_faults(&ledger);
    source.mend();
    place.work(&source, ALL).unwrap();
    let after = lines(&ledger, &job);
    assert_eq!(
        after,
        [(0, "a"), (1, "broken"), (2, "b"), (3, "broken")].map(|(at, input)| line_of(at, input))
    );
    assert_no_faults(&ledger);
}

#[test]
fn a_job_that_cannot_be_read_stands_in_nobodys_way() {
    let place = Place::new();
    let mut ledger = place.open();
    let broken = submit(&mut ledger, &new_job("local", 3, None), &["a"]);
    let whole = submit(&mut ledger, &new_job("local", 3, None), &["b"]);
    let tool = rusqlite::Connection::open(ledger.path()).unwrap();
    tool.execute("UPDATE jobs SET request = '{}' WHERE id = ?", [broken.id.to_string()]).unwrap();
    place.work(&Fake::default(), ALL).unwrap();
    assert_eq!(ledger.job(whole.id).unwrap().state, State::Completed);
    let state = "SELECT state, message FROM jobs WHERE job = 1";
    let (state, message): (String, String) =
        tool.query_row(state, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(state, "failed");
    assert!(message.contains("column request") && message.contains(&broken.id.to_string()), "{message}");
}

#[test]
fn a_chunk_whose_lines_are_damaged_fails_its_job_instead_of_going_on_for_ever() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.add_credits("acme", credits("0.5"), None).unwrap();
    let job = submit(&mut ledger, &new_job("acme", 3, Some("0.5")), &["a", "b", "c"]);
    place.work(&Fake::default(), ALL).unwrap();
    let tool = rusqlite::Connection::open(ledger.path()).unwrap();
    tool.execute("UPDATE members SET gzip = x'00'", []).unwrap();
    ledger.add_credits("acme", credits("5"), None).unwrap();
    ledger.change(job.id, Transition::Resume).unwrap();
    place.work(&Fake::default(), ALL).unwrap();
    let failed = ledger.job(job.id).unwrap();
    assert_eq!(failed.state, State::Failed, "{:?}", failed.message);
    tool.execute("DELETE FROM members", []).unwrap();
    assert!(matches!(ledger.next_chunk(job.id, 0), Err(JobError::Member(_))), "a lost line is told");
}

#[test]
fn a_worker_ends_only_when_no_job_is_left() {
    let place = Place::new();
    let mut ledger = place.open();
    for _ in 0..130 {
        submit(&mut ledger, &new_job("local", 3, None), &[]);
    }
    let last = submit(&mut ledger, &new_job("local", 3, None), &["a"]);
    place.work(&Fake::default(), ALL).unwrap();
    assert_eq!(ledger.job(last.id).unwrap().state, State::Completed);
}

fn failure(code: i32) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

/// Works on one job with the `nth` statement failing; returns whether there was one.
fn work_with_fault(place: &Place, nth: usize, code: i32) -> bool {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let ledger = place
        .open()
        .with_fault(move |_| (counted.fetch_add(1, Ordering::Relaxed) == nth).then(|| failure(code)));
    let result = place.work_on(ledger, &Fake::default(), ALL);
    let happened = count.load(Ordering::Relaxed) > nth;
    assert_eq!(result.is_err(), happened, "statement {nth}");
    if let Err(error) = result {
        let clear = match error {
            JobError::Ledger(LedgerError::Busy { .. }) => code == ffi::SQLITE_BUSY,
            JobError::Ledger(LedgerError::Full { .. }) => code == ffi::SQLITE_FULL,
            JobError::Ledger(LedgerError::System { .. }) => code == ffi::SQLITE_IOERR,
            _ => false,
        };
        assert!(clear, "statement {nth}: {error}");
    }
    happened
}

#[test]
fn whichever_statement_fails_nothing_is_lost_or_doubled() {
    let inputs = ["a", "none", "b", "c", "bad", "d"];
    for code in [ffi::SQLITE_BUSY, ffi::SQLITE_FULL, ffi::SQLITE_IOERR] {
        let mut tried = 0;
        for nth in 0.. {
            let place = Place::new();
            let mut ledger = place.open();
            ledger.add_credits("acme", credits("1.1"), None).unwrap();
            let job = submit(&mut ledger, &new_job("acme", 3, Some("0.5")), &inputs);
            let happened = work_with_fault(&place, nth, code);
            assert_no_faults(&ledger);
            // The failed worker's chunk is free once its lease is over, since its process lives.
            place.advance(31_000);
            place.work(&Fake::default(), ALL).unwrap();
            let paused = ledger.job(job.id).unwrap();
            assert_eq!((paused.state, paused.charged), (State::Paused, credits("1")), "statement {nth}");
            ledger.add_credits("acme", credits("1"), None).unwrap();
            ledger.change(job.id, Transition::Resume).unwrap();
            place.work(&Fake::default(), ALL).unwrap();
            let done = ledger.job(job.id).unwrap();
            assert_eq!((done.state, done.charged), (State::Completed, credits("2")), "statement {nth}");
            assert_eq!(lines(&ledger, &job), expected(&inputs), "statement {nth}");
            assert_eq!(ledger.balance("acme").unwrap(), Some(credits("0.1")));
            assert_no_faults(&ledger);
            if !happened {
                break;
            }
            tried += 1;
        }
        assert!(tried > 20, "{tried} statements");
    }
}

#[test]
fn a_second_writer_that_does_not_end_is_said_and_loses_nothing() {
    let place = Place::new();
    let mut ledger = place.open();
    let job = submit(&mut ledger, &new_job("local", 3, None), &["a", "b"]);
    let other = rusqlite::Connection::open(ledger.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = place.work_on(place.open().with_patience(20), &Fake::default(), ALL).unwrap_err();
    assert!(matches!(error, JobError::Ledger(LedgerError::Busy { .. })), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    place.work(&Fake::default(), ALL).unwrap();
    assert_eq!(lines(&ledger, &job), expected(&["a", "b"]));
}

#[test]
fn a_full_ledger_is_said_and_goes_on_when_there_is_room() {
    let place = Place::new();
    let mut ledger = place.open();
    let inputs: Vec<String> = (0..4_000).map(|number| format!("x{number:x}{:x}", number * 7_919)).collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let job = submit(&mut ledger, &new_job("local", 500, None), &inputs);
    let error = place.work_on(place.open().with_no_more_room(4), &Fake::default(), ALL).unwrap_err();
    assert!(matches!(error, JobError::Ledger(LedgerError::Full { .. })), "{error}");
    assert_no_faults(&ledger);
    place.advance(31_000);
    place.work(&Fake::default(), ALL).unwrap();
    assert!(lines(&ledger, &job) == expected(&inputs), "a line is missing or twice");
    assert_no_faults(&ledger);
}

const INPUTS: [&str; 7] = ["a", "b", "none", "bad", "flaky 1", "broken", "c"];

/// One random history; `price` halves of credits per record.
fn history(seed: u64) {
    let mut random = Random::new(seed);
    let place = Place::new();
    let mut ledger = place.open();
    let mut added = Credits::ZERO;
    let mut jobs: Vec<(Job, Fake)> = Vec::new();
    for _ in 0..30 {
        match random.below(9) {
            0 | 1 => {
                let amount = Credits::from_millionths(100_000 * (1 + random.below(30) as i64));
                ledger.add_credits("acme", amount, None).unwrap();
                added = added + amount;
            }
            2 | 3 => {
                let inputs: Vec<&str> = (0..random.below(12)).map(|_| INPUTS[random.below(7)]).collect();
                let price = ledger.balance("acme").unwrap().map(|_| "0.5");
                let job = new_job("acme", 1 + random.below(4) as u32, price);
                jobs.push((submit(&mut ledger, &job, &inputs), Fake::default()));
            }
            4 if !jobs.is_empty() => {
                let (job, source) = &jobs[random.below(jobs.len())];
                let transitions =
                    [Transition::Cancel, Transition::Resume, Transition::Resume, Transition::Retry];
                let transition = transitions[random.below(4)];
                let before = ledger.job(job.id).unwrap().state;
                if transition == Transition::Retry {
                    source.mend();
                }
                match ledger.change(job.id, transition) {
                    Ok(after) => assert_eq!(Ok(after.state), before.after(transition).map_err(|_| ())),
                    Err(JobError::Item(_)) => assert_eq!(transition, Transition::Retry),
                    Err(_) => assert!(before.after(transition).is_err()),
                }
            }
            5 => {
                // A crash: some statement fails, and the process is gone before it can give anything back.
                let left = AtomicUsize::new(random.below(120));
                let crashing = place.open().with_fault(move |_| {
                    let now =
                        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
                    now.is_err().then(|| failure(ffi::SQLITE_IOERR))
                });
                let _ = place.work_on(crashing, &Sources(&jobs), ALL);
                place.advance(31_000);
            }
            _ => {
                place.work(&Sources(&jobs), 1 + random.below(6) as u64).unwrap();
            }
        }
        check(&ledger, added, &jobs);
    }
    finish(&place, &mut ledger, &mut added, &jobs);
}

/// Each job has its own answers.
struct Sources<'a>(&'a [(Job, Fake)]);

impl super::Source for Sources<'_> {
    fn open(&self, job: &Job) -> Result<super::Opened, JobError> {
        let (_, fake) = self.0.iter().find(|(known, _)| known.id == job.id).unwrap();
        fake.open(job)
    }
}

fn check(ledger: &Ledger, added: Credits, jobs: &[(Job, Fake)]) {
    assert_no_faults(ledger);
    let mut charged = Credits::ZERO;
    for (job, _) in jobs {
        let job = ledger.job(job.id).unwrap();
        let found: Vec<_> = items(ledger, &job)
            .into_iter()
            .filter(|item| matches!(item.outcome, Outcome::Found(_)))
            .collect();
        let delivered: Vec<String> = found.iter().map(|item| line_of(item.position, &item.input)).collect();
        assert_eq!(lines(ledger, &job), delivered);
        let paid = if job.rate.is_some() { found.len() as i64 * 500_000 } else { 0 };
        assert_eq!(job.charged, Credits::from_millionths(paid));
        charged = charged + job.charged;
    }
    assert_eq!(ledger.balance("acme").unwrap().unwrap_or_default(), added - charged);
}

/// Pays for everything and works until every job has ended.
fn finish(place: &Place, ledger: &mut Ledger, added: &mut Credits, jobs: &[(Job, Fake)]) {
    ledger.add_credits("acme", credits("1000"), None).unwrap();
    *added = *added + credits("1000");
    for (job, _) in jobs {
        let _ = ledger.change(job.id, Transition::Resume);
    }
    place.advance(31_000);
    place.work(&Sources(jobs), ALL).unwrap();
    check(ledger, *added, jobs);
    for job in
        ledger.list(&JobQuery { limit: 1_000, owner: None::<Owner>, ..JobQuery::default() }).unwrap().jobs
    {
        assert!(job.state.is_terminal(), "{}: {}", job.id, job.state);
        if job.state == State::Completed {
            assert_eq!(job.counters.done(), job.items);
        }
    }
}

#[test]
fn balance_journal_and_deliveries_agree_after_any_history() {
    let cases: u64 = std::env::var("ROLO_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(256);
    for seed in 1..=cases.div_ceil(4) {
        history(seed);
    }
}
