//! A database against a map: random loads, replacements, compactions, forgettings, backups, failures and restarts; after each step it holds, finds and
//! counts what the map does.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use rolo::engine::{Forgetting, Hits, OnDuplicate, RewriteOptions, compact_through, load_through};
use rolo::filter::arbitrary::{Generator, Random, Weights};
use rolo::filter::{Filter, FilterOptions, matches};
use rolo::record::{KeyPlan, parse};
use rolo::storage::{SnapshotName, StorageError, Writer};
use rolo::{
    Database, Error, Input, Key, KeyKind, LoadOptions, LoadReport, NoObserver, Schema, SearchOptions,
};
use tempfile::TempDir;

use super::common::{assert_sound, cases, folder};
use super::crash::failing;
use super::foreign;

static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(Schema::person);

/// Person ids that records have.
const PEOPLE: usize = 40;
/// Steps of a sequence.
const STEPS: usize = 10;

/// Who there is: record by person id.
type Model = BTreeMap<u64, String>;

/// A database, what it should hold, and what remembers earlier states.
struct World {
    _folder: TempDir,
    path: PathBuf,
    model: Model,
    /// Who was forgotten, and what keeps others out: keys that were theirs alone, but for phone numbers.
    suppressed: HashSet<Key>,
    /// Databases that stay open, each as it was.
    open: Vec<(Database, Model)>,
    /// Commits that can be opened again.
    named: Vec<(SnapshotName, Model)>,
    generator: Generator<'static>,
    random: Random,
}

impl World {
    fn new(seed: u64) -> Self {
        let (folder, path) = folder();
        let (generator, random) = (Generator::new(&SCHEMA), Random::new(seed * 77 + 1));
        let (open, named) = (Vec::new(), Vec::new());
        let (model, suppressed) = (Model::new(), HashSet::new());
        Self { _folder: folder, path, model, suppressed, open, named, generator, random }
    }

    /// Up to 20 records, some of one person.
    fn records(&mut self) -> Vec<(u64, String)> {
        let count = 1 + self.random.below(20);
        let ids: Vec<u64> = (0..count).map(|_| 1 + self.random.below(PEOPLE) as u64).collect();
        ids.into_iter().map(|id| (id, self.generator.record(&mut self.random, id))).collect()
    }

    fn group_rows(&mut self) -> Option<u32> {
        Some(4 + self.random.below(20) as u32)
    }

    /// What the model becomes when these records are loaded.
    fn loaded(&self, records: &[(u64, String)], on_duplicate: OnDuplicate) -> Model {
        let mut model = self.model.clone();
        for (id, record) in records.iter().filter(|(_, record)| !self.is_suppressed(record)) {
            if on_duplicate == OnDuplicate::Replace || !model.contains_key(id) {
                model.insert(*id, record.clone());
            }
        }
        model
    }

    fn load(&mut self, on_duplicate: OnDuplicate, fails_after: Option<usize>) {
        let records = self.records();
        let after = self.loaded(&records, on_duplicate);
        let options =
            LoadOptions { on_duplicate, row_group_rows: self.group_rows(), ..LoadOptions::default() };
        let lines: Vec<String> = records.iter().map(|(_, record)| record.clone()).collect();
        let input = vec![Input::bytes("records", lines.join("\n"))];
        let Some(writer) = self.writer(fails_after) else { return };
        let outcome = load_through(writer, input, &options, &mut NoObserver);
        if let Ok(report) = &outcome {
            self.assert_counted(report, &records, &after);
        }
        self.outcome(outcome.err(), after);
    }

    fn assert_counted(&self, report: &LoadReport, records: &[(u64, String)], after: &Model) {
        assert_eq!(report.people + self.model.len() as u64, after.len() as u64);
        let suppressed = records.iter().filter(|(_, record)| self.is_suppressed(record)).count();
        assert_eq!(report.suppressed, suppressed as u64);
        let all = report.people + report.replaced + report.kept + report.rejected + report.suppressed;
        assert_eq!((report.total_people, all), (after.len() as u64, records.len() as u64));
    }

    fn is_suppressed(&self, record: &str) -> bool {
        !self.suppressed.is_empty() && keys_of(record).iter().any(|key| self.suppressed.contains(key))
    }

    /// Forgets up to three people, whoever they are.
    fn forget(&mut self, fails_after: Option<usize>) {
        if !self.path.exists() {
            return;
        }
        let ids: Vec<u64> =
            (0..1 + self.random.below(3)).map(|_| 1 + self.random.below(PEOPLE) as u64).collect();
        let mut after = self.model.clone();
        after.retain(|id, _| !ids.contains(id));
        let stay: HashSet<Key> = after.values().flat_map(|record| keys_of(record)).collect();
        let theirs = ids.iter().filter_map(|id| self.model.get(id)).flat_map(|record| keys_of(record));
        let theirs = theirs.chain(ids.iter().map(|&id| Key::person_id(id)));
        let alone = theirs.filter(|key| key.kind() != KeyKind::Phone && !stay.contains(key));
        let suppressed: HashSet<Key> = alone.chain(self.suppressed.iter().cloned()).collect();
        let Some(writer) = self.writer(fails_after) else { return };
        let options = RewriteOptions { row_group_rows: self.group_rows() };
        let keys: Vec<Key> = ids.iter().map(|&id| Key::person_id(id)).collect();
        let outcome = Forgetting::through(writer, &keys)
            .and_then(|forgetting| forgetting.finish(&options, &|_| ControlFlow::Continue(())));
        if outcome.is_ok() {
            self.named.clear();
        }
        if self.outcome(outcome.err(), after) {
            self.suppressed = suppressed;
        }
    }

    fn compact(&mut self, fails_after: Option<usize>) {
        if !self.path.exists() {
            return;
        }
        let Some(writer) = self.writer(fails_after) else { return };
        let options = RewriteOptions { row_group_rows: self.group_rows() };
        let outcome = compact_through(writer, &options, &|_| ControlFlow::Continue(()));
        if outcome.is_ok() {
            for (name, _) in std::mem::take(&mut self.named) {
                let gone = Database::open_at(&self.path, &name).expect_err("an older file's commit");
                assert!(matches!(gone, Error::Storage(StorageError::SnapshotGone { .. })), "{gone}");
            }
        }
        let model = self.model.clone();
        self.outcome(outcome.err(), model);
    }

    /// A writer; `None` if what a failure before left cannot be put right, since writes fail again.
    fn writer(&self, fails_after: Option<usize>) -> Option<Writer> {
        match fails_after {
            Some(left) => failing(&self.path, left as i64).ok(),
            None => Some(Writer::open(&self.path, "test").expect("a writer")),
        }
    }

    /// After an error the state is the one before, or the new one if the last step's end was unknown.
    fn outcome(&mut self, error: Option<Error>, after: Model) -> bool {
        let in_doubt = error
            .as_ref()
            .is_some_and(|error| matches!(error, Error::Storage(StorageError::CommitInDoubt { .. })));
        let stands = || held(&Database::open(&self.path).expect("opens")) == after;
        let stands = error.is_none() || (in_doubt && stands());
        if stands {
            self.model = after;
        }
        stands
    }

    fn step(&mut self) {
        let fails_after = (self.random.below(4) == 0).then(|| self.random.below(9));
        match self.random.below(12) {
            0..=2 => self.load(OnDuplicate::Reject, fails_after),
            3..=5 => self.load(OnDuplicate::Replace, fails_after),
            6 => self.load(OnDuplicate::Keep, fails_after),
            7..=8 => self.compact(fails_after),
            9 => self.back_up(),
            10 => self.forget(fails_after),
            _ => self.remember(),
        }
        if self.path.exists() {
            let database = Database::open(&self.path).expect("opens");
            self.check(&database);
        } else {
            assert!(self.model.is_empty());
        }
        self.check_older();
    }

    /// Copies the database, and sometimes goes on with the copy.
    fn back_up(&mut self) {
        if !self.path.exists() {
            return;
        }
        let to = self.path.with_extension("backup");
        rolo::jobs::backup(&self.path, &to, &|_| ControlFlow::Continue(())).expect("a backup");
        let copy = Database::open(&to).expect("the backup");
        assert_eq!(held(&copy), self.model);
        for (name, model) in &self.named {
            assert_eq!(&held(&Database::open_at(&to, name).expect("an older commit")), model);
        }
        if self.random.below(2) == 0 {
            fs::rename(&to, &self.path).expect("the backup in its place");
        } else {
            fs::remove_file(&to).expect("no backup");
        }
    }

    fn remember(&mut self) {
        if !self.path.exists() || self.open.len() > 1 || self.named.len() > 1 {
            return;
        }
        let database = Database::open(&self.path).expect("opens");
        self.named.push((database.snapshot_name(), self.model.clone()));
        self.open.push((database, self.model.clone()));
    }

    /// Who is there, whom keys and filters find.
    fn check(&mut self, database: &Database) {
        assert_eq!(held(database), self.model);
        assert_eq!(database.people(), self.model.len() as u64);
        if self.random.below(3) == 0 {
            check_columns(database, &self.model);
        }
        let schema = database.schema();
        let values: BTreeMap<u64, _> = self
            .model
            .iter()
            .map(|(id, record)| (*id, parse(record.as_bytes()).expect("a record").value))
            .collect();
        for _ in 0..3 {
            let tree = self.generator.tree(&mut self.random, &Weights::default());
            let filter =
                Filter::parse(&tree.to_string(), schema, &FilterOptions::default()).expect("a filter");
            let found = database
                .search(&filter, &SearchOptions::default())
                .expect("a search")
                .person_ids()
                .expect("ids");
            let expected = values.iter().filter(|(_, value)| matches(filter.tree(), schema, value));
            assert_eq!(found, expected.map(|(id, _)| *id).collect::<Vec<_>>(), "{}", filter.to_json());
        }
        let plan = KeyPlan::new(schema);
        let keys: BTreeMap<u64, Vec<Key>> = values
            .iter()
            .map(|(id, value)| {
                let mut keys = Vec::new();
                plan.keys_of(value, &mut keys);
                (*id, keys)
            })
            .collect();
        let all: Vec<&Key> = keys.values().flatten().collect();
        for key in all.iter().skip(self.random.below(5)).step_by(5) {
            let found: Vec<u64> =
                database.get(key).expect("a lookup").iter().map(|person| person.id()).collect();
            let expected = keys.iter().filter(|(_, keys)| keys.contains(key));
            assert_eq!(found, expected.map(|(id, _)| *id).collect::<Vec<_>>(), "{key:?}");
        }
    }

    /// Older states stay as they were; one that refreshes is the newest.
    fn check_older(&mut self) {
        for (database, model) in &self.open {
            assert_eq!(&held(database), model);
        }
        for (name, model) in &self.named {
            assert_eq!(&held(&Database::open_at(&self.path, name).expect("an older commit")), model);
        }
        if self.random.below(3) == 0
            && let Some((mut database, _)) = self.open.pop()
        {
            database.refresh().expect("a refresh");
            assert_eq!(held(&database), self.model);
        }
    }

    /// Every index against the records, and other people's readers against the map.
    fn check_whole(&self, with_others: bool) {
        if !self.path.exists() {
            return;
        }
        assert_sound(&self.path);
        if with_others {
            // A failure that nothing more could be written after leaves a tail, which the next writer cuts off.
            drop(Writer::open(&self.path, "test").expect("a writer"));
            let lines: Vec<&str> = self.model.values().map(String::as_str).collect();
            let source = self.path.with_extension("jsonl");
            fs::write(&source, lines.join("\n")).expect("a source");
            foreign::compare(&self.path, &foreign::person_schema(), &[&source]);
            #[cfg(feature = "sql")]
            check_sql(&self.path, &self.model);
        }
    }
}

/// All keys of a record.
fn keys_of(record: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let value = parse(record.as_bytes()).expect("a record").value;
    KeyPlan::new(&SCHEMA).keys_of(&value, &mut keys);
    keys
}

fn held(database: &Database) -> Model {
    let ids = database.person_ids().expect("ids");
    let keys: Vec<Option<Key>> = ids.iter().map(|&id| Some(Key::person_id(id))).collect();
    let found = database.lookup(&keys, |person| Ok(String::from_utf8_lossy(person.source()).into_owned()));
    let records = found.expect("a lookup").into_iter().map(|record| record.expect("a person"));
    ids.into_iter().zip(records).collect()
}

/// The row groups hold everybody once, and the people of a search are found in them.
fn check_columns(database: &Database, model: &Model) {
    let fields = database.fields(&["crustdata_person_id"]).expect("a field");
    let read = |hits: Option<&Hits<'_>>| {
        let batches = database.batches(hits, &fields).expect("row groups");
        let ids = batches.flat_map(|batch| {
            batch.expect("a batch").column(0).as_primitive::<Int64Type>().values().to_vec()
        });
        ids.map(|id| id as u64).collect::<BTreeSet<u64>>()
    };
    assert!(read(None).into_iter().eq(model.keys().copied()));
    let some: Vec<u64> = model.keys().copied().step_by(3).collect();
    let hits = database.people_by_id(&some).expect("people");
    assert!(read(Some(&hits)).into_iter().eq(some));
}

#[cfg(feature = "sql")]
fn check_sql(path: &std::path::Path, model: &Model) {
    let session = super::sql::session(path, false);
    let found =
        super::sql::run(&session, "SELECT crustdata_person_id FROM people ORDER BY 1").expect("rows").rows;
    let ids = found.iter().filter_map(|row| row.first()?.as_u64());
    assert!(ids.eq(model.keys().copied()));
}

/// Sequences side by side. They are threads of their own: what they do waits for the workers of the pool.
const SIDE_BY_SIDE: u64 = 2;

#[test]
fn whatever_happens_a_database_is_the_map() {
    // 307 sequences where 512 cases are tried.
    let sequences = cases(40) * 3 / 5;
    std::thread::scope(|scope| {
        for first in 0..SIDE_BY_SIDE {
            scope.spawn(move || {
                for seed in (first..sequences).step_by(SIDE_BY_SIDE as usize) {
                    let mut world = World::new(seed);
                    for _ in 0..STEPS {
                        world.step();
                    }
                    world.check_whole(seed % 10 == 9);
                }
            });
        }
    });
}
