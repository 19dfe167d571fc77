//! What the tests of jobs share: ledgers in folders of their own, and answers that need no people.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::answer::{Answer, Answers};
use super::ledger::{ItemQuery, Ledger, NewJob};
use super::work::{Opened, Source, WorkObserver, WorkOptions, WorkReport, work_with};
use super::{
    Credits, Enrich, Identifier, Item, Job, JobError, Outcome, Owner, Rate, Request, SnapshotPolicy, lines_of,
};

/// A ledger that can be opened again, with a clock that is set.
pub(super) struct Place {
    _folder: TempDir,
    pub(super) people: PathBuf,
    pub(super) clock: Arc<AtomicI64>,
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let people = folder.path().join("people.parquet");
        Self { _folder: folder, people, clock: Arc::new(AtomicI64::new(1_000_000)) }
    }

    pub(super) fn open(&self) -> Ledger {
        Ledger::open(&self.people).unwrap().with_clock(&self.clock)
    }

    pub(super) fn advance(&self, milliseconds: i64) {
        self.clock.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Works until nothing can be done or `most` chunks are committed; time flies while the worker waits.
    pub(super) fn work(&self, source: &dyn Source, most: u64) -> Result<WorkReport, JobError> {
        self.work_on(self.open(), source, most)
    }

    pub(super) fn work_on(
        &self,
        ledger: Ledger,
        source: &dyn Source,
        most: u64,
    ) -> Result<WorkReport, JobError> {
        let mut observer = Flying { clock: Arc::clone(&self.clock), done: 0, most };
        work_with(ledger, source, &WorkOptions::default(), &mut observer)
    }
}

/// Time flies, and ends after some chunks.
struct Flying {
    clock: Arc<AtomicI64>,
    done: u64,
    most: u64,
}

impl WorkObserver for Flying {
    fn progressed(&mut self, report: &WorkReport) {
        self.clock.fetch_add(500, Ordering::Relaxed);
        self.done = report.chunks;
    }

    fn stop(&self) -> bool {
        self.done >= self.most
    }
}

pub(super) fn credits(text: &str) -> Credits {
    text.parse().unwrap()
}

/// A job of `account`, where each record costs `price`.
pub(super) fn new_job(account: &str, chunk_size: u32, price: Option<&str>) -> NewJob {
    NewJob {
        owner: Owner { account: account.to_string(), ..Owner::local() },
        request: Request::Enrich(Enrich { by: Identifier::Any, fields: None }),
        snapshot: "00000000000040008000000000000000:1:1000:100:1".parse().unwrap(),
        on_snapshot_gone: SnapshotPolicy::Newest,
        chunk_size,
        rate: price.map(|price| Rate::flat(credits(price))),
        keep_for: std::time::Duration::from_secs(3_600),
        active_limit: None,
    }
}

pub(super) fn submit(ledger: &mut Ledger, job: &NewJob, items: &[&str]) -> Job {
    let mut items = items.iter().map(|item| Ok(item.to_string()));
    ledger.submit(job, &mut items).unwrap()
}

/// All result lines of a job so far.
pub(super) fn lines(ledger: &Ledger, job: &Job) -> Vec<String> {
    let mut lines = Vec::new();
    let mut from = 0;
    while let Some(chunk) = ledger.next_chunk(job.id, from).unwrap() {
        let text = chunk.gzip.map(|gzip| lines_of(&gzip).unwrap()).unwrap_or_default();
        lines.extend(String::from_utf8(text).unwrap().lines().map(str::to_string));
        from = chunk.first + chunk.items;
    }
    lines
}

pub(super) fn items(ledger: &Ledger, job: &Job) -> Vec<Item> {
    ledger.items(job.id, &ItemQuery { limit: u32::MAX, ..ItemQuery::default() }).unwrap()
}

pub(super) fn assert_no_faults(ledger: &Ledger) {
    let faults = ledger.faults().unwrap();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Answers by what an item's text says: `none` and `bad` are not found and unreadable, `flaky N` cannot be answered the
/// first N times, `broken` only after [`Fake::mend`]; everything else is found.
#[derive(Clone, Default)]
pub(super) struct Fake {
    state: Arc<Mutex<FakeState>>,
}

#[derive(Default)]
struct FakeState {
    mended: bool,
    asked: BTreeMap<u64, u32>,
}

impl Fake {
    pub(super) fn mend(&self) {
        self.state.lock().unwrap().mended = true;
    }

    fn one(&self, item: &Item) -> Result<Answer, JobError> {
        let mut state = self.state.lock().unwrap();
        let asked = state.asked.entry(item.position).or_default();
        *asked += 1;
        let asked = *asked;
        let failed = || Err(JobError::Input(format!("{} cannot be answered", item.input)));
        let outcome = match item.input.split_once(' ').unwrap_or((&item.input, "")) {
            ("none", _) => Outcome::NotFound,
            ("bad", _) => Outcome::Invalid("bad".to_string()),
            ("flaky", times) if asked <= times.parse().unwrap() => return failed(),
            ("broken", _) if !state.mended => return failed(),
            _ => Outcome::Found(item.position + 1),
        };
        let found = matches!(outcome, Outcome::Found(_));
        let line = found.then(|| line_of(item.position, &item.input));
        // The ledger drops the charge where the job is free.
        Ok(Answer { outcome, line, charge: if found { credits("0.5") } else { Credits::ZERO } })
    }
}

/// The line of an item that is found.
pub(super) fn line_of(position: u64, input: &str) -> String {
    format!(r#"{{"position":{position},"input":"{input}"}}"#)
}

impl Answers for Fake {
    fn answer(&self, items: &[Item]) -> Result<Vec<Answer>, JobError> {
        items.iter().map(|item| self.one(item)).collect()
    }
}

impl Source for Fake {
    fn open(&self, _job: &Job) -> Result<Opened, JobError> {
        Ok(Opened { answers: Arc::new(self.clone()), moved_to: None })
    }
}
