//! People who are forgotten: nothing of theirs is left, in any part of any file, and they do not come back.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use arrow::json::LineDelimitedWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use rolo::engine::{OnDuplicate, RewriteOptions};
use rolo::index::DictionaryReader;
use rolo::jobs::{
    Caps, Enrich, ForgetOptions, Held, Identifier, Job, JobError, Ledger, NewJob, Owner, People, Receipt,
    Request, Search, SnapshotPolicy, State, WorkObserver, WorkOptions, WorkReport, check_forgotten, forget,
    lines_of, work,
};
use rolo::record::{KeyPlan, PERSON_FORMAT, identify, parse};
use rolo::storage::{SectionKind, Snapshot, Writer};
use rolo::{Database, Key, KeyKind, LoadOptions};
use rusqlite::types::ValueRef;
use serde_json::{Value, json};

use super::common::{Random, SAMPLE, assert_sound, everybody, folder, load, load_with};

/// Shorter strings may be anybody's.
const LEAST: usize = 8;

struct Quiet;

impl WorkObserver for Quiet {
    fn progressed(&mut self, _: &WorkReport) {}

    fn stop(&self) -> bool {
        false
    }
}

fn forget_keys(path: &Path, keys: &[Key]) -> Receipt {
    let options = ForgetOptions {
        several: true,
        rewrite: RewriteOptions { row_group_rows: Some(300) },
        ..ForgetOptions::default()
    };
    forget(path, keys, &options, &|_| ControlFlow::Continue(())).expect("a receipt").0
}

/// Every string in a JSON value, in lower case.
fn strings_of(value: &Value, strings: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(strings.insert(text.to_lowercase())),
        Value::Array(items) => items.iter().for_each(|item| strings_of(item, strings)),
        Value::Object(members) => members.values().for_each(|member| strings_of(member, strings)),
        _ => {}
    }
}

/// The strings of some people, their words and the texts of their keys, that occur in no other record and not in the file's own
/// texts; in lower case.
fn needles(gone: &[&String], others: &[&String]) -> Vec<String> {
    let mut strings = BTreeSet::new();
    let plan = KeyPlan::new(&rolo::Schema::person());
    for record in gone {
        strings_of(&serde_json::from_str(record).expect("JSON"), &mut strings);
        let mut keys = Vec::new();
        plan.keys_of(&parse(record.as_bytes()).expect("a record").value, &mut keys);
        strings.extend(keys.iter().map(|key| key.text().to_lowercase()));
    }
    let words: Vec<String> = strings
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()).map(str::to_string))
        .collect();
    strings.extend(words);
    // The record dictionary has dates that chance made of other ones, and that may be anybody's.
    let is_date = |text: &str| {
        let begins = |pattern: &str| {
            text.len() >= pattern.len()
                && pattern
                    .bytes()
                    .zip(text.bytes())
                    .all(|(p, t)| if p == b'0' { t.is_ascii_digit() } else { p == t })
        };
        begins("0000-00-00")
    };
    strings.retain(|text| text.len() >= LEAST && !is_date(text));
    let mut haystack = BTreeSet::from([rolo::Schema::person().to_json().to_lowercase()]);
    for record in others {
        strings_of(&serde_json::from_str(record).expect("JSON"), &mut haystack);
        haystack.insert(record.to_lowercase());
    }
    // As columns show them: dates have another spelling there.
    let (_folder, path) = folder();
    load(&path, &others.iter().map(|record| (*record).clone()).collect::<Vec<_>>());
    haystack.extend(rows_of(&path).iter().map(|rows| String::from_utf8_lossy(rows).to_lowercase()));
    let candidates: Vec<String> = strings.into_iter().collect();
    let search = automaton(&candidates);
    let mut common = HashSet::new();
    for text in &haystack {
        common.extend(search.find_overlapping_iter(text).map(|found| found.pattern().as_usize()));
    }
    let unique = (0..).zip(candidates).filter(|(at, _)| !common.contains(at));
    unique.map(|(_, text)| text).collect()
}

/// What other Parquet readers see, as JSON.
fn rows_of(path: &Path) -> Vec<Vec<u8>> {
    let file = fs::File::open(path).expect("a file");
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("rows");
    let json = batches.map(|batch| {
        let mut json = LineDelimitedWriter::new(Vec::new());
        json.write(&batch.expect("a batch")).expect("JSON");
        json.into_inner()
    });
    json.collect()
}

fn automaton(needles: &[String]) -> AhoCorasick {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::ContiguousNFA));
    builder.build(needles).expect("an automaton")
}

/// Where strings are found, and how many.
struct Traces<'a> {
    search: &'a AhoCorasick,
    found: BTreeMap<String, u64>,
}

impl Traces<'_> {
    fn look(&mut self, place: &str, bytes: &[u8]) {
        let lower = String::from_utf8_lossy(bytes).to_lowercase();
        let found = self.search.find_iter(bytes).count().max(self.search.find_iter(&lower).count()) as u64;
        *self.found.entry(place.to_string()).or_default() += found;
    }

    /// Every file below a folder, raw; and every part of the database and of the ledger, decoded.
    fn of(folder: &Path, database: &Path, search: &AhoCorasick) -> BTreeMap<String, u64> {
        let mut traces = Traces { search, found: BTreeMap::new() };
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = fs::read(&path).expect("a file");
                    traces.look("raw bytes", &bytes);
                    if let Some(found) = search.find(&bytes) {
                        let text = String::from_utf8_lossy(&bytes[found.range()]);
                        eprintln!("{text:?} at {} of {}", found.start(), path.display());
                    }
                }
            }
        }
        traces.sections(database);
        traces.pages(database);
        traces.ledger(&Ledger::path_beside(database));
        traces.found
    }

    fn sections(&mut self, path: &Path) {
        let snapshot = Snapshot::open(path).expect("opens");
        for shared in &snapshot.manifest().shared {
            let bytes = snapshot.shared(shared.kind, shared.id).expect("a section").expect("a section");
            if matches!(shared.kind, SectionKind::SCHEMA | SectionKind::MAPPING) {
                let text = zstd::bulk::decompress(bytes, 16 << 20).expect("a text");
                self.look(shared.kind.name(), &text);
            }
        }
        for segment in snapshot.segments().expect("segments") {
            for entry in &segment.directory().sections {
                if !matches!(entry.id.kind, SectionKind::DICTIONARY | SectionKind::WORDS) {
                    continue;
                }
                let section = segment.section(entry.id).expect("a section");
                let texts = DictionaryReader::new(section).expect("a dictionary");
                let all = 0..texts.len();
                texts
                    .for_each(all, |_, text| self.look(entry.id.kind.name(), text.as_bytes()))
                    .expect("texts");
            }
        }
        for record in everybody(&Database::open(path).expect("opens")) {
            self.look("records", record.as_bytes());
        }
    }

    /// The pages of every column chunk, and the rows that they hold.
    fn pages(&mut self, path: &Path) {
        let file = || fs::File::open(path).expect("a file");
        let reader = SerializedFileReader::new(file()).expect("Parquet");
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).expect("a row group");
            for column in 0..group.num_columns() {
                for page in group.get_column_page_reader(column).expect("pages") {
                    let page = page.expect("a page");
                    let place = if page.is_dictionary_page() { "dictionary pages" } else { "pages" };
                    self.look(place, page.buffer());
                    let statistics = format!("{:?}", page.statistics());
                    self.look("statistics", statistics.as_bytes());
                }
                self.look("statistics", format!("{:?}", group.metadata().column(column)).as_bytes());
            }
        }
        rows_of(path).iter().for_each(|rows| self.look("rows", rows));
    }

    fn ledger(&mut self, path: &Path) {
        let sqlite = rusqlite::Connection::open(path).expect("a ledger");
        let mut tables = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").expect("SQL");
        let names: Vec<String> =
            tables.query_map([], |row| row.get(0)).expect("rows").map(|name| name.expect("a name")).collect();
        for name in names {
            let mut rows = sqlite.prepare(&format!("SELECT * FROM {name}")).expect("SQL");
            let columns = rows.column_count();
            let mut rows = rows.query([]).expect("rows");
            while let Some(row) = rows.next().expect("a row") {
                for column in 0..columns {
                    match row.get_ref(column).expect("a cell") {
                        ValueRef::Text(text) => self.look("ledger", text),
                        ValueRef::Blob(gzip) if name == "members" => {
                            self.look("gzip members", &lines_of(gzip).expect("lines"));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

/// Jobs of every kind about some people: done, but for the last one, which is queued.
fn jobs_about(path: &Path, keys: &[(u64, Vec<Key>)]) -> Vec<Job> {
    let mut ledger = Ledger::open(path).expect("a ledger");
    let texts = |kinds: &[KeyKind]| -> Vec<String> {
        let of = |key: &Key| {
            if key.kind() == KeyKind::Handle { key.text().to_string() } else { key.shown().to_string() }
        };
        let wanted = keys.iter().flat_map(|(_, keys)| keys.iter().find(|key| kinds.contains(&key.kind())));
        wanted.map(of).collect()
    };
    let emails = texts(&[KeyKind::Email]);
    let any = texts(&[KeyKind::Handle, KeyKind::Email]);
    let requests = keys.iter().map(|(id, keys)| {
        json!({"personId": id.to_string(), "metadata": {"about": keys.first().map(Key::shown)}}).to_string()
    });
    // Of nobody, and about somebody.
    let about =
        emails.iter().map(|email| json!({"pdlId": "nobody", "metadata": {"mail": [email]}}).to_string());
    let requests: Vec<String> = requests.chain(about).collect();
    let ids: Vec<String> = keys.iter().map(|(id, _)| id.to_string()).collect();
    let filters = json!({"op": "or", "conditions": emails.iter().map(|email| {
        json!({"field": "emails.address", "type": "=", "value": email})
    }).chain(keys.iter().map(|(id, _)| {
        json!({"field": "crustdata_person_id", "type": "in", "value": [id]})
    })).collect::<Vec<_>>()});
    let max_results = Caps::unlimited().max_results;
    let search =
        Search { filters, max_results, fields: None, quirks: false, sorted: false, unknown_field: None };
    let enrich = |by| Request::Enrich(Enrich { by, fields: None });
    let all = [
        // No e-mail address is a URL: such items are invalid, and say why.
        (enrich(Identifier::Url), emails.clone()),
        (enrich(Identifier::Email), emails),
        (enrich(Identifier::Any), any.clone()),
        (Request::People(People { fields: None }), requests),
        (Request::Search(search), ids),
        (enrich(Identifier::Any), any),
    ];
    let snapshot = Database::open(path).expect("people").snapshot_name();
    let mut jobs = Vec::new();
    for (at, (request, items)) in (0..).zip(all) {
        let new = NewJob {
            owner: Owner::local(),
            request,
            snapshot,
            on_snapshot_gone: SnapshotPolicy::Newest,
            chunk_size: 16,
            rate: None,
            keep_for: Duration::from_secs(3_600),
            active_limit: None,
        };
        jobs.push(ledger.submit(&new, &mut items.into_iter().map(Ok)).expect("a job"));
        if at < 5 {
            work(path, &WorkOptions::default(), &mut Quiet).expect("work");
        }
    }
    jobs
}

/// The keys of each record, with its person id.
fn keys_of(records: &[String]) -> Vec<(u64, Vec<Key>)> {
    let plan = KeyPlan::new(&rolo::Schema::person());
    let of = |record: &String| {
        let value = parse(record.as_bytes()).expect("a record").value;
        let mut keys = Vec::new();
        plan.keys_of(&value, &mut keys);
        (identify(PERSON_FORMAT, None, &keys).expect("an id").id, keys)
    };
    records.iter().map(of).collect()
}

#[test]
fn of_a_hundred_forgotten_people_nothing_is_left_in_any_part_of_any_file() {
    let (folder, path) = folder();
    let people = &SAMPLE[..1_000];
    let options =
        |on_duplicate| LoadOptions { on_duplicate, row_group_rows: Some(150), ..LoadOptions::default() };
    for part in people.chunks(250) {
        load_with(&path, part, &options(OnDuplicate::Reject));
    }
    // Rows that died before: bytes that no reader sees.
    load_with(&path, &people[100..180], &options(OnDuplicate::Replace));
    let mut random = Random(0x0f0e_1234);
    let mut chosen = BTreeSet::new();
    while chosen.len() < 100 {
        chosen.insert(random.below(people.len() as u64) as usize);
    }
    let (gone, stay): (Vec<_>, Vec<_>) = (0..).zip(people).partition(|(at, _)| chosen.contains(at));
    let only = |some: &[(usize, &'static String)]| some.iter().map(|(_, record)| *record).collect::<Vec<_>>();
    let (gone, stay) = (only(&gone), only(&stay));
    let all_keys = keys_of(people);
    // One key of each, whichever: but for phone numbers, which may be somebody else's, too.
    let keys: Vec<Key> = chosen
        .iter()
        .map(|&at| {
            let own: Vec<&Key> = all_keys[at].1.iter().filter(|key| key.kind() != KeyKind::Phone).collect();
            own[random.below(own.len() as u64) as usize].clone()
        })
        .collect();
    let jobs = jobs_about(&path, &all_keys);
    // What the dead leave: a writer's staging folder, a backup that was not finished.
    let staging = path.with_file_name("people.parquet.staging");
    fs::create_dir(&staging).expect("a folder");
    fs::write(staging.join("run-0"), gone.iter().map(|record| record.as_str()).collect::<String>())
        .expect("a file");
    for (from, to) in
        [("people.parquet", "old.parquet.partial"), ("people.parquet.jobs", "old.parquet.jobs.partial")]
    {
        fs::copy(path.with_file_name(from), path.with_file_name(to)).expect("a copy");
    }
    let needles = needles(&gone, &stay);
    assert!(needles.len() > 1_000, "{} strings", needles.len());
    let search = automaton(&needles);
    let before = Traces::of(folder.path(), &path, &search);
    for place in ["raw bytes", "dictionary", "words", "records", "rows", "ledger", "gzip members"] {
        assert!(before.get(place).is_some_and(|found| *found > 100), "{place}: {before:?}");
    }

    let receipt = forget_keys(&path, &keys);
    assert!(receipt.complete, "{receipt:?}");
    assert!(receipt.people >= 100 && receipt.people < 110, "{receipt:?}");
    assert_eq!(receipt.removed_files.len(), 2, "{receipt:?}");
    let removed = receipt.ledger.as_ref().expect("a ledger");
    assert!(removed.jobs == 6 && removed.requests == 1 && removed.lines >= 300, "{removed:?}");
    let left = |what: &str| {
        let found: Vec<_> =
            Traces::of(folder.path(), &path, &search).into_iter().filter(|(_, n)| *n > 0).collect();
        assert!(found.is_empty(), "{what}: {found:?}");
    };
    left("right after");
    assert_sound(&path);
    let ledger = Ledger::open(&path).expect("a ledger");
    assert_eq!(ledger.faults().expect("a check"), Vec::<String>::new());
    let counted = |job: &Job| ledger.job(job.id).expect("the job").counters;
    assert!(
        jobs.iter().all(|job| counted(job).forgotten >= 50),
        "{:?}",
        jobs.iter().map(counted).collect::<Vec<_>>()
    );

    // The job that was queued is done without them, and nobody brings them back.
    work(&path, &WorkOptions::default(), &mut Quiet).expect("work");
    for job in &jobs {
        assert_eq!(ledger.job(job.id).expect("the job").state, State::Completed);
    }
    assert_eq!(ledger.faults().expect("a check"), Vec::<String>::new());
    for on_duplicate in [OnDuplicate::Keep, OnDuplicate::Replace] {
        let again = load_with(&path, people, &options(on_duplicate));
        assert_eq!((again.people, again.suppressed, again.rejected), (0, receipt.people, 0));
    }
    Database::compact(&path, &RewriteOptions::default(), &|_| ControlFlow::Continue(()))
        .expect("a compaction");
    assert_eq!(load_with(&path, people, &options(OnDuplicate::Keep)).suppressed, receipt.people);
    drop(ledger);
    left("after more work and loads");
    assert_eq!(Database::open(&path).expect("opens").people(), 1_000 - receipt.people);
}

#[test]
fn a_key_of_several_people_is_refused_and_phones_and_shared_keys_keep_nobody_out() {
    let (_folder, path) = folder();
    let record = |id: u64, email: &str, phone: &str| {
        json!({"crustdata_person_id": id, "basic_profile": {"name": format!("Person {id}")},
               "emails": [{"address": email}], "phones": [{"number": phone}]})
        .to_string()
    };
    let family = "family@example.com";
    let people = [
        record(11, family, "+1 415 568 8411"),
        record(12, family, "+1 415 568 8412"),
        record(13, "thirteen@example.com", "+1 415 568 8413"),
    ];
    load(&path, &people);
    let shared = Key::email(family).expect("a key");
    let refused = forget(&path, std::slice::from_ref(&shared), &ForgetOptions::default(), &|_| {
        ControlFlow::Continue(())
    });
    assert!(
        matches!(&refused, Err(JobError::SeveralPeople { people, .. }) if *people == [11, 12]),
        "{refused:?}"
    );
    assert_eq!(Database::open(&path).expect("opens").people(), 3);
    let receipt = forget_keys(&path, &[Key::person_id(11), Key::person_id(99)]);
    assert_eq!((receipt.people, receipt.unknown_keys, receipt.shared_keys), (1, 1, 2));
    // The id, and that of nobody: the address is somebody else's, too, and a number changes hands.
    assert_eq!(receipt.suppressed_keys, 2);
    let others = [record(21, family, "+1 415 568 8421"), record(22, "x@example.com", "+1 415 568 8411")];
    assert_eq!(load(&path, &others).people, 2);
    let again = load(&path, &[people[0].clone(), record(99, "y@example.com", "+1 415 568 8499")]);
    assert_eq!((again.people, again.suppressed), (0, 2));
    let receipt = forget_keys(&path, &[shared]);
    assert_eq!((receipt.people, receipt.shared_keys), (2, 0));
    assert_eq!(load(&path, &[record(31, family, "+1 415 568 8431")]).suppressed, 1);
}

#[test]
fn a_receipt_tells_who_holds_the_old_file_until_nobody_does() {
    let (folder, path) = folder();
    load(&path, &SAMPLE[..50]);
    fs::copy(&path, folder.path().join("backup.parquet")).expect("a copy");
    let mut other = Command::new("sleep")
        .arg("60")
        .stdin(Stdio::from(fs::File::open(&path).expect("a file")))
        .spawn()
        .expect("a process");
    // What the other process has open is older than the file that is replaced now.
    Database::compact(&path, &RewriteOptions::default(), &|_| ControlFlow::Continue(()))
        .expect("a compaction");
    let reader = Database::open(&path).expect("opens");
    let receipt = forget_keys(&path, &[keys_of(&SAMPLE[..1])[0].1[0].clone()]);
    assert!(!receipt.complete);
    assert_eq!((receipt.pending[0].what, &receipt.pending[0].processes), (Held::OldFile, &vec![other.id()]));
    assert_eq!(receipt.copies, [folder.path().canonicalize().expect("a path").join("backup.parquet")]);
    let check = |receipt: &Receipt| check_forgotten(receipt, Duration::ZERO).expect("a receipt");
    assert!(!check(&receipt).complete);
    assert_eq!(reader.people(), 50);
    drop(reader);
    other.kill().expect("a kill");
    other.wait().expect("a child");
    let checked = check(&receipt);
    assert!(checked.complete && checked.pending.is_empty(), "{checked:?}");
    // Whoever goes back to the backup has them again.
    fs::rename(folder.path().join("backup.parquet"), &path).expect("a new name");
    assert_eq!(check(&checked).pending[0].what, Held::Name);
    // Written down and read again it is the same.
    let text = serde_json::to_string(&checked).expect("JSON");
    assert_eq!(serde_json::from_str::<Receipt>(&text).expect("a receipt"), checked);
}

#[test]
fn a_reader_of_the_ledger_keeps_its_log_and_the_receipt_says_so() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..50]);
    let keys = keys_of(&SAMPLE[..50]);
    jobs_about(&path, &keys);
    let reader = Ledger::open(&path).expect("a ledger");
    let receipt = reader
        .read(|ledger| {
            ledger.faults()?;
            Ok::<_, JobError>(forget_keys(&path, &[keys[0].1[0].clone()]))
        })
        .expect("a receipt");
    assert_eq!(receipt.pending.iter().map(|pending| pending.what).collect::<Vec<_>>(), [Held::LedgerLog]);
    assert!(check_forgotten(&receipt, Duration::ZERO).expect("a receipt").complete);
}

#[test]
fn a_worker_that_holds_the_old_file_writes_nothing_from_it() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..200]);
    let keys = keys_of(&SAMPLE[..200]);
    jobs_about(&path, &keys);
    // Forgets somebody as soon as the first chunk is in, and goes on.
    struct Forgets<'a>(&'a Path, Option<Vec<Key>>);
    impl WorkObserver for Forgets<'_> {
        fn progressed(&mut self, report: &WorkReport) {
            if report.chunks > 0
                && let Some(keys) = self.1.take()
            {
                forget_keys(self.0, &keys);
            }
        }

        fn stop(&self) -> bool {
            false
        }
    }
    let last: Vec<Key> = keys[150..].iter().map(|(id, _)| Key::person_id(*id)).collect();
    work(&path, &WorkOptions::default(), &mut Forgets(&path, Some(last))).expect("work");
    let gone: Vec<&String> = SAMPLE[150..200].iter().collect();
    let stay: Vec<&String> = SAMPLE[..150].iter().collect();
    let search = automaton(&needles(&gone, &stay));
    let found = Traces::of(path.parent().expect("a folder"), &path, &search);
    assert!(found.values().all(|n| *n == 0), "{found:?}");
    let ledger = Ledger::open(&path).expect("a ledger");
    assert_eq!(ledger.faults().expect("a check"), Vec::<String>::new());
}

#[test]
fn a_forgetting_that_is_stopped_or_has_no_writer_leaves_everybody() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE[..50]);
    let keys = [Key::person_id(keys_of(&SAMPLE[..1])[0].0)];
    let stopped = forget(&path, &keys, &ForgetOptions::default(), &|_| ControlFlow::Break(()));
    assert!(stopped.is_err());
    let writer = Writer::open(&path, "load").expect("a writer");
    let locked = forget(&path, &keys, &ForgetOptions::default(), &|_| ControlFlow::Continue(()));
    assert!(matches!(locked, Err(JobError::Engine(_))), "{locked:?}");
    drop(writer);
    assert_eq!(Database::open(&path).expect("opens").people(), 50);
    let nowhere: PathBuf = path.with_extension("none");
    assert!(forget(&nowhere, &keys, &ForgetOptions::default(), &|_| ControlFlow::Continue(())).is_err());
    assert!(!nowhere.exists());
}
