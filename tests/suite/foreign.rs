//! Other people's Parquet readers, DuckDB, Polars and pyarrow, find in a database file what the source records say.
//!
//! [`compare`] runs `tests/foreign/compare.py`, which derives every value from the JSON lines on its own, in a virtual
//! environment that the first comparison makes under the target folder. A comparison that cannot run fails;
//! `ROLO_SKIP_FOREIGN=1` skips all of them and prints how many.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use xxhash_rust::xxh3::xxh3_64;

#[cfg(feature = "sql")]
use super::common::path_with_rolo;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign");

/// JSON lines that were loaded into the file.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) lines: &'a Path,
    /// The schema they were loaded with, if the file's schema has grown since: what it lacks must be null.
    pub(crate) older_schema: Option<&'a Path>,
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Equal(String),
    Different(String),
    Skipped,
}

/// The schema of files that the built-in one was loaded with.
pub(crate) fn person_schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/person.json")
}

/// Panics with the first differences unless every reader finds exactly the people of `sources` in `parquet`.
pub(crate) fn compare(parquet: &Path, schema: &Path, sources: &[&Path]) {
    let sources: Vec<_> = sources.iter().map(|lines| Source { lines, older_schema: None }).collect();
    compare_sources(parquet, schema, &sources);
}

/// As [`compare`], for a file whose schema has grown.
pub(crate) fn compare_sources(parquet: &Path, schema: &Path, sources: &[Source<'_>]) {
    if let Outcome::Different(report) = outcome(parquet, schema, sources) {
        panic!("{} differs from its sources:\n{report}", parquet.display());
    }
}

/// Panics with the first differences unless DuckDB, by its own functions, says of texts what `table` says: lines of code point, code point
/// in lower case, 1 if a word may hold it, else 0.
pub(crate) fn compare_characters(table: &Path) {
    if let Outcome::Different(report) = run_script("characters.py", |command| command.arg(table)) {
        panic!("characters differ:\n{report}");
    }
}

#[cfg(feature = "sql")]
/// Panics with the first differences unless pyarrow and Polars find in an Arrow file and in an Arrow stream the rows of the JSON lines.
pub(crate) fn compare_arrow(file: &Path, stream: &Path, lines: &Path) {
    if let Outcome::Different(report) =
        run_script("arrow.py", |command| command.arg(file).arg(stream).arg(lines))
    {
        panic!("Arrow differs:\n{report}");
    }
}

/// What DuckDB answers otherwise than rolo did, of the statements in a file: a JSON line each. `tests/foreign/sql.py` says
/// how both look.
#[cfg(feature = "sql")]
pub(crate) fn sql_differences(statements: &Path) -> String {
    // Files that statements name are beside the sources.
    differences(run_script("sql.py", |command| {
        command.current_dir(env!("CARGO_MANIFEST_DIR")).arg(statements)
    }))
}

/// What DuckDB finds otherwise than rolo did, of the queries in a file: a JSON line each. `tests/foreign/portable.py` says how both look.
pub(crate) fn portable_differences(queries: &Path) -> String {
    differences(run_script("portable.py", |command| command.arg("--engine").arg("duckdb").arg(queries)))
}

/// What the cells of a notebook show otherwise than is stored in it; or, with `write`, stores it.
#[cfg(feature = "sql")]
pub(crate) fn notebook_differences(notebook: &Path, write: bool) -> String {
    differences(run_script("notebook.py", |command| {
        command.env("PATH", path_with_rolo()).arg(notebook).args(write.then_some("--write"))
    }))
}

/// The phone numbers of a file that Google's library reads otherwise than is said there: a JSON line each.
pub(crate) fn phone_differences(numbers: &Path) -> String {
    differences(run_script("phones.py", |command| command.arg(numbers)))
}

/// What is wrong with JSON lines by a JSON schema.
pub(crate) fn schema_violations(schema: &Path, lines: &Path) -> String {
    differences(run_script("schema.py", |command| command.arg(schema).arg(lines)))
}

/// Runs `data/make-samples.py` into a folder; `false` where scripts are skipped.
pub(crate) fn make_samples(folder: &Path) -> bool {
    if env::var_os("ROLO_SKIP_FOREIGN").is_some_and(|value| value == "1") {
        count_skipped();
        return false;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/make-samples.py");
    let made = Command::new("python3").arg(script).arg(folder).env("PYTHONDONTWRITEBYTECODE", "1").status();
    assert!(made.expect("python3 starts").success());
    true
}

/// The report of a script, if there are differences.
fn differences(outcome: Outcome) -> String {
    match outcome {
        Outcome::Different(report) => report,
        Outcome::Equal(_) | Outcome::Skipped => String::new(),
    }
}

fn outcome(parquet: &Path, schema: &Path, sources: &[Source<'_>]) -> Outcome {
    run_script("compare.py", |command| {
        command.arg("--parquet").arg(parquet).arg("--schema").arg(schema);
        for source in sources {
            match source.older_schema {
                Some(older) => command.arg("--older-source").arg(older).arg(source.lines),
                None => command.arg("--source").arg(source.lines),
            };
        }
        command
    })
}

/// Runs a script of `tests/foreign`, which exits with 0 if all is equal, and with 1 and a report if not.
fn run_script(name: &str, arguments: impl FnOnce(&mut Command) -> &mut Command) -> Outcome {
    if env::var_os("ROLO_SKIP_FOREIGN").is_some_and(|value| value == "1") {
        count_skipped();
        return Outcome::Skipped;
    }
    let venv = venv().unwrap_or_else(|error| panic!("{error}\nROLO_SKIP_FOREIGN=1 skips what needs it"));
    let mut command = python(&venv);
    let output = arguments(command.arg(format!("{SCRIPTS}/{name}"))).output();
    let output = output.expect("the virtual environment's Python starts");
    let report = text_of(&output);
    match output.status.code() {
        Some(0) => Outcome::Equal(report),
        Some(1) if output.stderr.is_empty() => Outcome::Different(report),
        _ => panic!("the comparison could not run: {}\n{report}", output.status),
    }
}

/// Says on the real standard error, which the test harness does not capture, how many comparisons were left out so far.
fn count_skipped() {
    static SKIPPED: AtomicUsize = AtomicUsize::new(0);
    let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    let _ = writeln!(std::io::stderr(), "skipped {count} foreign comparisons");
}

/// The virtual environment with the readers of `requirements.txt`, made by the first caller; others wait for it.
pub(crate) fn venv() -> Result<PathBuf, String> {
    static VENV: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    VENV.get_or_init(|| {
        let requirements = Path::new(SCRIPTS).join("requirements.txt");
        let pinned = fs::read(&requirements).map_err(|e| format!("{}: {e}", requirements.display()))?;
        let name = format!("foreign-{:016x}", xxh3_64(&pinned));
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        make_venv(&venv, &requirements)?;
        Ok(venv)
    })
    .clone()
}

/// Makes a virtual environment unless it is there and complete: its marker is written last, so what a killed process
/// left half made is made anew. A lock file beside it keeps other processes out meanwhile.
fn make_venv(venv: &Path, requirements: &Path) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", venv.display());
    fs::create_dir_all(venv.parent().expect("a folder beside the target folder's others")).map_err(fail)?;
    let lock = File::create(venv.with_extension("lock")).map_err(fail)?;
    lock.lock().map_err(fail)?;
    let complete = venv.join("complete");
    if complete.exists() && venv.join("bin/python").exists() {
        return Ok(());
    }
    if venv.exists() {
        fs::remove_dir_all(venv).map_err(fail)?;
    }
    let made = run(Command::new("python3").args(["-m", "venv"]).arg(venv));
    if let Err(error) = made {
        // Debian ships `venv` apart from Python; `virtualenv` comes from PyPI.
        run(Command::new("python3").args(["-m", "virtualenv", "--quiet", "--clear"]).arg(venv))
            .map_err(|second| format!("{error}\n{second}"))?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r"];
    run(python(venv).args(pip).arg(requirements))?;
    File::create(complete).map_err(fail)?;
    Ok(())
}

fn python(venv: &Path) -> Command {
    let mut command = Command::new(venv.join("bin/python"));
    command.env_remove("PYTHONPATH").env_remove("PYTHONHOME").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let fail = || format!("{command:?}: {}\n{}", output.status, text_of(&output));
    output.status.success().then_some(()).ok_or_else(fail)
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

mod tests {
    use std::sync::Arc;

    use arrow::array::{
        Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, ListBuilder,
        RecordBatch, StringArray, StringBuilder, StructArray, TimestampMicrosecondArray,
    };
    use arrow::buffer::{NullBuffer, OffsetBuffer};
    use arrow::datatypes::{Field, Fields};
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;
    use tempfile::TempDir;

    use super::*;

    const SCHEMA: &str = r#"{"version": 1, "paths": [
{"path": "crustdata_person_id", "type": "integer"},
{"path": "basic_profile", "type": "object"},
{"path": "basic_profile.name", "type": "string"},
{"path": "basic_profile.last_updated", "type": "datetime"},
{"path": "basic_profile.location", "type": "object", "scalar": "raw", "text": ["raw"]},
{"path": "basic_profile.location.raw", "type": "string"},
{"path": "basic_profile.location.latitude", "type": "number"},
{"path": "full_name", "alias": "basic_profile.name"},
{"path": "experience", "type": "object"},
{"path": "experience.roles", "type": "array"},
{"path": "experience.roles.start_date", "type": "date"},
{"path": "experience.roles.is_default", "type": "boolean"},
{"path": "experience.roles.industries", "type": "string[]"},
{"path": "experience.roles.title", "type": "string"},
{"path": "skills", "type": "string[]"}
]}"#;

    const TITLE_ROW: &str = r#",
{"path": "experience.roles.title", "type": "string"}"#;

    /// Out of the order of ids; the third has no id, nulls of all kinds, and values that do not fit their columns.
    const PEOPLE: &str = r#"{"crustdata_person_id": 30, "basic_profile": {"name": "Ana Łuç", "last_updated": "2024-05-06T07:08:09.5+02:00", "location": {"raw": "Porto", "latitude": 41}}, "experience": {"roles": [{"title": "Welder", "start_date": "2015-03", "is_default": true, "industries": ["Steel", null]}, null, {"title": 7}]}, "skills": ["tig", 7], "unknown": 1}
{"crustdata_person_id": 10.0, "basic_profile": {"location": "Lima"}, "experience": {"roles": []}, "skills": []}
{"basic_profile": null, "experience": {"roles": "none"}, "skills": null}

{"crustdata_person_id": 20, "basic_profile": {"name": "first", "name": null}}
"#;

    #[test]
    fn readers_find_every_value_of_a_nested_file() {
        let files = Files::new(Some("Welder"));
        match outcome(&files.parquet, &files.schema, &[files.source()]) {
            Outcome::Equal(report) => {
                let line = |reader| format!("{reader}: 4 people, 13 leaf values equal\n");
                assert_eq!(report, ["duckdb", "polars", "pyarrow"].map(line).concat());
            }
            other => assert_eq!(other, Outcome::Skipped),
        }
        compare(&files.parquet, &files.schema, &[&files.people]);
    }

    #[test]
    fn a_changed_value_is_found_by_every_reader() {
        let files = Files::new(Some("Wolder"));
        match outcome(&files.parquet, &files.schema, &[files.source()]) {
            Outcome::Different(report) => {
                for reader in ["duckdb", "polars", "pyarrow"] {
                    let place = format!("{reader}: person 30 ({}:1)", files.people.display());
                    let line = format!("{place}: experience.roles[0].title is 'Wolder', must be 'Welder'\n");
                    assert!(report.contains(&line), "{report}");
                }
                assert_eq!(report.lines().count(), 3, "{report}");
            }
            other => assert_eq!(other, Outcome::Skipped),
        }
    }

    #[test]
    fn a_leaf_newer_than_the_load_must_be_null() {
        let kept = Files::new(None);
        let grown = Source { lines: &kept.people, older_schema: Some(&kept.older_schema) };
        compare_sources(&kept.parquet, &kept.schema, &[grown]);

        let filled = Files::new(Some("Welder"));
        match outcome(&filled.parquet, &filled.schema, &[Source { lines: &filled.people, ..grown }]) {
            Outcome::Different(report) => {
                assert!(report.contains("experience.roles[0].title is 'Welder', must be None"), "{report}");
            }
            other => assert_eq!(other, Outcome::Skipped),
        }
    }

    #[test]
    fn a_half_made_environment_is_made_anew() {
        let folder = TempDir::new().unwrap();
        let requirements = folder.path().join("requirements.txt");
        fs::write(&requirements, "# nothing\n").unwrap();
        let venv = folder.path().join("venv");
        fs::create_dir_all(venv.join("bin")).unwrap();
        fs::write(venv.join("bin/python"), "not a program").unwrap();
        make_venv(&venv, &requirements).unwrap();
        assert!(python(&venv).arg("--version").output().unwrap().status.success());

        fs::write(venv.join("kept"), "").unwrap();
        make_venv(&venv, &requirements).unwrap();
        assert!(venv.join("kept").exists(), "a complete environment is left as it is");
    }

    /// A Parquet file of four people in id order, the first role's title as given, and what it was made from.
    struct Files {
        _folder: TempDir,
        parquet: PathBuf,
        schema: PathBuf,
        older_schema: PathBuf,
        people: PathBuf,
    }

    impl Files {
        fn new(title: Option<&str>) -> Self {
            let folder = TempDir::new().unwrap();
            let path = |name| folder.path().join(name);
            let files = Self {
                parquet: path("people.parquet"),
                schema: path("schema.json"),
                older_schema: path("older.json"),
                people: path("people.jsonl"),
                _folder: folder,
            };
            fs::write(&files.schema, SCHEMA).unwrap();
            fs::write(&files.older_schema, SCHEMA.replace(TITLE_ROW, "")).unwrap();
            fs::write(&files.people, PEOPLE).unwrap();
            write_parquet(&files.parquet, title);
            files
        }

        fn source(&self) -> Source<'_> {
            Source { lines: &self.people, older_schema: None }
        }
    }

    fn write_parquet(path: &Path, title: Option<&str>) {
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![7, 10, 20, 30]));
        let columns = [
            ("crustdata_person_id", ids),
            ("basic_profile", basic_profile()),
            ("experience", experience(title)),
            ("skills", texts([None, Some(vec![]), None, Some(vec![Some("tig"), None])])),
        ];
        let batch = RecordBatch::from(structs(columns, [true; 4]));
        let properties = WriterProperties::builder().set_coerce_types(true).build();
        let mut writer =
            ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    fn basic_profile() -> ArrayRef {
        let instants = TimestampMicrosecondArray::from(vec![None, None, None, Some(1_714_972_089_500_000)]);
        let location: [(&str, ArrayRef); 2] = [
            ("raw", Arc::new(StringArray::from(vec![None, Some("Lima"), None, Some("Porto")]))),
            ("latitude", Arc::new(Float64Array::from(vec![None, None, None, Some(41.0)]))),
        ];
        let profile: [(&str, ArrayRef); 3] = [
            ("name", Arc::new(StringArray::from(vec![None, None, None, Some("Ana Łuç")]))),
            ("last_updated", Arc::new(instants.with_timezone("UTC"))),
            ("location", Arc::new(structs(location, [false, true, false, true]))),
        ];
        Arc::new(structs(profile, [false, true, true, true]))
    }

    fn experience(title: Option<&str>) -> ArrayRef {
        let role: [(&str, ArrayRef); 4] = [
            ("start_date", Arc::new(Date32Array::from(vec![Some(16_495), None, None]))),
            ("is_default", Arc::new(BooleanArray::from(vec![Some(true), None, None]))),
            ("industries", texts([Some(vec![Some("Steel"), None]), None, None])),
            ("title", Arc::new(StringArray::from(vec![title, None, None]))),
        ];
        let items = structs(role, [true, false, true]);
        let item = Arc::new(Field::new("element", items.data_type().clone(), true));
        let present = NullBuffer::from(vec![false, true, false, true]);
        let roles =
            ListArray::new(item, OffsetBuffer::from_lengths([0, 0, 0, 3]), Arc::new(items), Some(present));
        let experience: [(&str, ArrayRef); 1] = [("roles", Arc::new(roles))];
        Arc::new(structs(experience, [true, true, false, true]))
    }

    fn structs<const N: usize, const ROWS: usize>(
        columns: [(&str, ArrayRef); N],
        present: [bool; ROWS],
    ) -> StructArray {
        let fields: Fields =
            columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let nulls = NullBuffer::from(present.to_vec());
        StructArray::new(fields, arrays, (nulls.null_count() > 0).then_some(nulls))
    }

    fn texts<const ROWS: usize>(lists: [Option<Vec<Option<&str>>>; ROWS]) -> ArrayRef {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for list in lists {
            builder.append_option(list);
        }
        Arc::new(builder.finish())
    }
}
