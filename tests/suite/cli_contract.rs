//! Exit codes and streams of every command, case by case: the table of "Streams and exit codes" in `docs/cli.md` as processes.
//!
//! Each case runs in a folder of its own, a copy of one that has a database and its jobs. Whatever the case says, these hold:
//!
//! - a failure (1, 2, 4, 5) prints nothing on standard output, says why on standard error, and leaves no new file;
//! - with `--quiet` a command does the same, with the same results, and a success says nothing on standard error;
//! - nothing that is not for a terminal is coloured, and nothing panics.

use std::collections::BTreeSet;
use std::fs;

use super::cli::{Ran, Room};

/// A command line, its exit code, what standard output begins with (nothing: it is empty), and a part of standard error.
type Case = (&'static str, i32, &'static str, &'static str);

/// `JOB` is a job that is done, `QUEUED` one that is not begun; `foreign` is no Parquet file, `csv.parquet` one of somebody else, `cut` a
/// database without its end; `mixed.jsonl` has a line that is no record.
const CASES: &[Case] = &[
    ("load new people.jsonl", 0, "", "3 people loaded into new"),
    ("load new people.jsonl --format json", 0, "{", ""),
    ("load new mixed.jsonl", 3, "", "1 record rejected"),
    ("load new mixed.jsonl --on-error stop", 1, "", "mixed.jsonl, line 2"),
    ("load new people.jsonl --dry-run", 0, "", "3 people would be loaded into new"),
    ("load new nowhere.jsonl", 1, "", "nowhere.jsonl"),
    ("load nowhere/new people.jsonl", 1, "", "nowhere"),
    ("load new", 2, "", "<INPUT>"),
    ("load new people.jsonl --on-error perhaps", 2, "", "perhaps"),
    ("load db people.jsonl --on-duplicate replace", 0, "", "3 replaced"),
    ("load db people.jsonl --on-duplicate keep", 0, "", "3 records passed over"),
    ("load db people.jsonl", 3, "", "--on-duplicate replace"),
    ("load db people.jsonl --key basic_profile.name", 2, "", "emails.address"),
    ("load foreign people.jsonl", 4, "", "foreign"),
    ("load cut people.jsonl", 4, "", "cut"),
    ("get db 1", 0, r#"{"crustdata_person_id":1"#, ""),
    ("get db 99", 0, "", "99"),
    ("get db 1 99", 0, r#"{"crustdata_person_id":1"#, "99"),
    ("get db --email nobody", 2, "", "nobody"),
    ("get nowhere 1", 1, "", "nowhere"),
    ("get db 1 -o nowhere/out", 1, "", "nowhere/out"),
    ("get foreign 1", 4, "", "foreign"),
    ("get cut 1", 4, "", "cut"),
    ("search db -f @ann.json", 0, r#"{"crustdata_person_id":1"#, ""),
    ("search db -f @ann.json --count", 0, "1\n", ""),
    ("search db -f @nobody.json", 0, "", "nobody"),
    ("search db -f @nobody.json --count", 0, "0\n", ""),
    ("search db -f @ann.json --explain", 0, "", ""),
    ("search db -f @ann.json --to-sql duckdb", 0, "SELECT", ""),
    ("search db -f @wrong.json", 2, "", "basic_profile.nmae"),
    ("search db -f {", 2, "", "line 1"),
    ("search db -f @nowhere.json", 1, "", "nowhere.json"),
    ("search nowhere -f @ann.json", 1, "", "nowhere"),
    ("search foreign -f @ann.json", 4, "", "foreign"),
    ("suggest db experience.employment_details.current.title e", 0, r#"{"value":"Engineer","people":1}"#, ""),
    ("suggest db experience.employment_details.current.title x", 0, "", ""),
    ("suggest db basic_profile.nmae e", 2, "", "basic_profile.nmae"),
    ("suggest nowhere basic_profile.name e", 1, "", "nowhere"),
    ("suggest foreign basic_profile.name e", 4, "", "foreign"),
    ("enrich db ann@example.com", 0, r#"{""#, ""),
    ("enrich db nobody@example.com", 0, "", "requested 1, fulfilled 0"),
    ("enrich db -i list.csv --append", 0, "email,", "1 of 2"),
    ("enrich db -i list.csv --column phone", 2, "", "email"),
    ("enrich db ann@example.com --fields nmae", 2, "", "nmae"),
    ("enrich db -i nowhere.csv", 1, "", "nowhere.csv"),
    ("enrich foreign ann@example.com", 4, "", "foreign"),
    ("duplicates db", 0, "", "0 groups, 0 people"),
    ("duplicates db --by email", 0, "", "0 groups, 0 people"),
    ("duplicates db --by shoe", 2, "", "shoe"),
    ("duplicates db --at-most 1", 2, "", "at least 2"),
    ("duplicates nowhere", 1, "", "nowhere"),
    ("duplicates foreign", 4, "", "foreign"),
    ("backup db copy", 0, "", "3 people in copy"),
    ("backup db copy --format json", 0, "{", ""),
    ("backup db people.jsonl", 1, "", "people.jsonl exists already"),
    ("backup db nowhere/copy", 1, "", "nowhere"),
    ("backup nowhere copy", 1, "", "nowhere"),
    ("backup foreign copy", 4, "", "foreign"),
    ("backup cut copy", 4, "", "cut"),
    ("compact db", 0, "", "db compacted in"),
    ("compact db --format json", 0, "{", ""),
    ("compact nowhere", 1, "", "nowhere"),
    ("compact foreign", 4, "", "foreign"),
    ("compact cut", 4, "", "cut"),
    ("forget db ann@example.com", 0, "1 person forgotten", ""),
    ("forget db ann@example.com --format json", 0, "{", ""),
    ("forget db ann@example.com --receipt receipt.json", 0, "1 person forgotten", ""),
    ("forget db ann@example.com --receipt nowhere/receipt.json", 1, "", "nowhere"),
    ("forget db ann@example.com --receipt db", 2, "", "db is the database itself"),
    ("forget db ann@example.com --dry-run", 0, "person_id", "1 person would be forgotten"),
    ("forget db nobody@example.com --dry-run --format json", 0, "[", "names nobody"),
    ("forget db -i list.csv", 0, "1 person forgotten", ""),
    ("forget db -i nowhere.csv", 1, "", "nowhere.csv"),
    ("forget db", 2, "", "name at least one key"),
    ("forget", 2, "", "<DB>"),
    ("forget db ???", 2, "", "???"),
    ("forget nowhere ann@example.com", 1, "", "nowhere"),
    ("forget foreign ann@example.com", 4, "", "foreign"),
    ("forget cut ann@example.com", 4, "", "cut"),
    ("forget --check nowhere.json", 1, "", "nowhere.json"),
    ("forget --check flat.json", 2, "", "no receipt of rolo forget"),
    ("info db", 0, "", ""),
    ("info nowhere", 1, "", "nowhere"),
    ("info foreign", 4, "", "foreign"),
    ("info other.parquet", 4, "", "other.parquet"),
    ("inspect db", 0, "", ""),
    ("inspect nowhere", 1, "", "nowhere"),
    ("inspect cut", 4, "", "cut"),
    ("verify db", 0, "", ""),
    ("verify nowhere", 1, "", "nowhere"),
    ("verify cut", 4, "", "cut"),
    ("jobs submit enrich db ann@example.com", 0, r#"{"batch_id":""#, ""),
    ("jobs submit enrich db ann@example.com --wait -o out.jsonl", 0, r#"{"batch_id":""#, ""),
    ("jobs submit enrich db -i nowhere.txt", 1, "", "nowhere.txt"),
    ("jobs submit search db -f @flat.json", 2, "", ""),
    ("jobs submit enrich foreign ann@example.com", 4, "", "foreign"),
    ("jobs list db", 0, r#"{"batch_id":""#, ""),
    ("jobs list nowhere", 1, "", "nowhere"),
    ("jobs show db JOB", 0, r#"{"batch_id":""#, ""),
    ("jobs show db ffffffff", 2, "", "ffffffff"),
    ("jobs items db JOB", 0, "{", ""),
    ("jobs items db ffffffff", 2, "", "ffffffff"),
    ("jobs download db JOB", 0, "{", ""),
    ("jobs download db QUEUED", 1, "", "--partial"),
    ("jobs download db QUEUED --partial", 3, "", "partial"),
    ("jobs download db JOB -o nowhere/out.csv", 1, "", "nowhere"),
    ("jobs work db", 0, "", ""),
    ("jobs work db QUEUED", 0, "", "2 items, 2 found"),
    ("jobs work db ffffffff", 2, "", "ffffffff"),
    ("jobs cancel db QUEUED", 0, r#"{"batch_id":""#, ""),
    ("jobs cancel db JOB", 2, "", "completed"),
    ("jobs resume db JOB", 2, "", "completed"),
    ("jobs retry db JOB", 2, "", "nothing to retry"),
    ("jobs retry db QUEUED", 2, "", "queued"),
    ("jobs prune db", 0, "", ""),
    ("jobs prune nowhere", 1, "", "nowhere"),
    ("credits add db 5", 0, "", ""),
    ("credits add db 0.0000001", 2, "", "0.0000001"),
    ("credits show db", 0, "", ""),
    ("credits log db", 0, "", ""),
    ("credits log nowhere", 1, "", "nowhere"),
    ("credits rate db", 0, "{", ""),
    ("credits rate db nosuch 1", 2, "", "nosuch"),
    ("credits rate db enrich -1", 2, "", "-1"),
    ("credits show nowhere", 1, "", "nowhere"),
    ("keys create db", 0, "", ""),
    ("keys create nowhere", 1, "", "nowhere"),
    ("keys list db", 0, "", ""),
    ("keys revoke db nosuch", 2, "", "nosuch"),
    ("keys list nowhere", 1, "", "nowhere"),
    ("demo --people 0", 2, "", "0"),
    ("demo --dir theirs", 2, "", "theirs"),
    ("generate man", 0, ".", ""),
    ("generate bash", 0, "_rolo", ""),
    ("generate tcsh", 2, "", "tcsh"),
    ("help", 0, "", ""),
    ("--help", 0, "", ""),
    ("--version", 0, "rolo ", ""),
    ("nosuch", 2, "", "nosuch"),
    ("", 2, "", "Usage"),
];

/// Those that need SQL.
#[cfg(feature = "sql")]
const SQL_CASES: &[Case] = &[
    ("sql db -f count.sql", 0, r#"{"n":3}"#, "1 row"),
    ("db -f count.sql", 0, r#"{"n":3}"#, "1 row"),
    ("sql db -f wrong.sql", 2, "", "nmae"),
    ("sql db -f no.sql", 2, "", "line 1"),
    ("sql db -f csv.sql", 1, "", "nowhere.csv"),
    ("sql db -f nowhere.sql", 1, "", "nowhere.sql"),
    ("sql db -f csv.sql --safe", 2, "", "--safe"),
    ("sql db -f command.sql", 2, "", ".tabels"),
    ("sql db -f count.sql --format parquet -o out.parquet", 0, "", "1 row"),
    ("sql db -f count.sql -o nowhere/out.csv", 1, "", "nowhere"),
    ("sql nowhere -f count.sql", 1, "", "nowhere"),
    ("sql foreign -f count.sql", 4, "", "foreign"),
    ("sql cut -f count.sql", 4, "", "cut"),
    ("export db -o out.jsonl", 0, "", "3 "),
    ("export db -o - --format jsonl", 0, r#"{"crustdata_person_id":1"#, ""),
    ("export db -o out.jsonl --fields nmae", 2, "", "nmae"),
    ("export db -o out.xyz", 2, "", "xyz"),
    ("export nowhere -o out.jsonl", 1, "", "nowhere"),
    ("export foreign -o out.jsonl", 4, "", "foreign"),
];

#[cfg(not(feature = "sql"))]
const SQL_CASES: &[Case] = &[];

/// The folder of which each case has a copy; the ids of `JOB` and `QUEUED`.
fn template() -> (Room, String, String) {
    let room = Room::with_people();
    room.write("mixed.jsonl", "{\"crustdata_person_id\":7}\nno record\n");
    room.write("foreign", "not a Parquet file, but long enough to have been one, had it wanted to be\n");
    let whole = fs::read(room.path("db")).unwrap();
    room.write("cut", &whole[..whole.len() - 100]);
    room.write("other.parquet", foreign_parquet());
    let condition =
        |field: &str, value: &str| format!(r#"{{"field":"{field}","type":"=","value":"{value}"}}"#);
    room.write("ann.json", condition("basic_profile.name", "Ann Example"));
    room.write("nobody.json", condition("basic_profile.name", "Nobody"));
    room.write("wrong.json", condition("basic_profile.nmae", "Ann Example"));
    room.write("flat.json", r#"{"filters":[]}"#);
    room.write("list.csv", "email\nann@example.com\nnobody@example.com\n");
    room.write("count.sql", "SELECT count(*) AS n FROM people;\n");
    room.write("wrong.sql", "SELECT nmae FROM people;\n");
    room.write("no.sql", "SELCT 1;\n");
    room.write("csv.sql", "SELECT * FROM 'nowhere.csv';\n");
    room.write("command.sql", ".tabels\n");
    fs::create_dir(room.path("theirs")).unwrap();
    room.write("theirs/letter.txt", "");
    let id = |ran: Ran| ran.lines()[0]["batch_id"].as_str().unwrap().to_string();
    let job = id(room.rolo("jobs submit enrich db ann@example.com --wait -q -o done.jsonl").expect(0));
    let queued = id(room.rolo("jobs submit enrich db ann@example.com bo@example.com").expect(0));
    (room, job, queued)
}

/// A Parquet file that rolo did not write.
fn foreign_parquet() -> Vec<u8> {
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    let column: ArrayRef = std::sync::Arc::new(Int64Array::from(vec![1, 2]));
    let batch = RecordBatch::try_from_iter([("a", column)]).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// What is wrong with a case.
fn wrong(template: &Room, (line, code, out, err): Case, quiet: bool) -> Option<String> {
    let room = template.copy();
    let before: BTreeSet<String> = room.names().into_iter().collect();
    let ran = room.rolo(&format!("{line}{}", if quiet { " --quiet" } else { "" }));
    let after: BTreeSet<String> = room.names().into_iter().collect();
    let failed = !matches!(code, 0 | 3);
    let new: Vec<&String> = after.difference(&before).filter(|name| !name.starts_with("db.")).collect();
    let said = format!("{line}\n  {} {:?}\n  {:?}", ran.code, ran.out, ran.err);
    let problem = match () {
        () if ran.code != code => format!("the exit code is not {code}"),
        () if failed && !ran.out.is_empty() => "a failure has results".to_string(),
        () if failed && ran.err.is_empty() => "a failure says nothing".to_string(),
        () if failed && !new.is_empty() => format!("a failure leaves {new:?}"),
        () if !ran.out.starts_with(out) => format!("standard output does not begin with {out:?}"),
        () if (!quiet || failed) && !ran.err.contains(err) => format!("standard error has no {err:?}"),
        () if quiet && code == 0 && !ran.err.is_empty() => "--quiet is not".to_string(),
        () if format!("{}{}", ran.out, ran.err).contains(['\x1b']) => "there are colours".to_string(),
        () if ran.err.contains("panicked") => "a panic".to_string(),
        () => return None,
    };
    Some(format!("{problem}: {said}"))
}

#[test]
fn every_command_keeps_to_its_exit_codes_and_streams() {
    let (template, job, queued) = template();
    let mut problems = Vec::new();
    for &(line, code, out, err) in CASES.iter().chain(SQL_CASES) {
        let line: &'static str = line.replace("JOB", &job).replace("QUEUED", &queued).leak();
        problems.extend(wrong(&template, (line, code, out, err), false));
        if !matches!(line, "" | "help") {
            problems.extend(wrong(&template, (line, code, out, err), true));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn every_command_has_a_case() {
    let room = Room::empty();
    let commands = |help: &str| -> Vec<String> {
        let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        let names = list.lines().take_while(|line| !line.is_empty());
        let names =
            names.filter(|line| !line.starts_with("    ")).filter_map(|line| line.split_whitespace().next());
        names.filter(|name| *name != "help").map(str::to_string).collect()
    };
    let top = commands(&room.rolo("--help").expect(0).out);
    assert!(top.len() > 12, "{top:?}");
    for command in top {
        let inner = commands(&room.rolo(&format!("{command} --help")).expect(0).out);
        let lines = match inner.is_empty() {
            true => vec![command],
            false => inner.iter().map(|inner| format!("{command} {inner}")).collect(),
        };
        for line in lines {
            let of_it = |case: &&Case| case.0 == line || case.0.starts_with(&format!("{line} "));
            let codes: Vec<i32> = CASES.iter().chain(SQL_CASES).filter(of_it).map(|case| case.1).collect();
            assert!(codes.iter().any(|code| *code != 0), "{line} has no case that fails: {codes:?}");
        }
    }
}
