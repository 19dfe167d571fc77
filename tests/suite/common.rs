//! What several tests need: the sample people, loads, and what a database answers.

#[cfg(feature = "sql")]
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rolo::{Database, Input, Key, LoadOptions, LoadReport, NoObserver};
use tempfile::TempDir;

/// The `PATH` of this process with `rolo` on it.
#[cfg(feature = "sql")]
pub(crate) fn path_with_rolo() -> OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_rolo")).parent().expect("a folder").to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let paths = [program].into_iter().chain(std::env::split_paths(&others));
    std::env::join_paths(paths).expect("paths")
}

/// The sample people's records, in the order of the shipped file.
pub(crate) static SAMPLE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/people.jsonl.zst");
    let text = zstd::decode_all(fs::File::open(path).expect("the sample people")).expect("zstd");
    String::from_utf8(text).expect("UTF-8").lines().map(str::to_string).collect()
});

/// How many random cases a test tries: `ROLO_CASES`, or `default`.
pub(crate) fn cases(default: u64) -> u64 {
    std::env::var("ROLO_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
}

/// A folder of its own, and a database path in it.
pub(crate) fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("people.parquet");
    (folder, path)
}

pub(crate) fn load(path: &Path, records: &[String]) -> LoadReport {
    load_with(path, records, &LoadOptions::default())
}

pub(crate) fn load_with(path: &Path, records: &[String], options: &LoadOptions) -> LoadReport {
    let input = Input::bytes("records", records.join("\n"));
    Database::load(path, vec![input], options, &mut NoObserver).expect("a load")
}

/// Fails with everything that `verify` finds wrong.
pub(crate) fn assert_sound(path: &Path) {
    let report = rolo::verify(path, &|_| {}).expect("a database that opens");
    assert!(report.is_sound(), "{} problems:\n{}", report.problem_count, report.problems.join("\n"));
}

/// The records of everybody in the database, sorted: what it holds, whatever its layout.
pub(crate) fn everybody(database: &Database) -> Vec<String> {
    let ids = database.person_ids().expect("the person ids");
    let keys: Vec<Option<Key>> = ids.into_iter().map(|id| Some(Key::person_id(id))).collect();
    let found = database.lookup(&keys, |person| Ok(String::from_utf8_lossy(person.source()).into_owned()));
    let mut records: Vec<String> =
        found.expect("a lookup").into_iter().map(|record| record.expect("a person")).collect();
    records.sort_unstable();
    records
}

pub(crate) fn sorted(records: &[String]) -> Vec<String> {
    let mut records = records.to_vec();
    records.sort_unstable();
    records
}

/// A small stream of pseudo-random numbers, the same for the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}
