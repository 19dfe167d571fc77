//! The command as a process: exit codes, what goes to which stream, and files in and out.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Three people: Ann with everything, Bo with an e-mail only, Cy without an e-mail.
const PEOPLE: &str = concat!(
    r#"{"crustdata_person_id":1,"basic_profile":{"name":"Ann Example","headline":"Says \"hi\", twice","location":{"city":"Oslo","country":"Norway"},"languages":["no","en"]},"social_handles":{"professional_network_identifier":{"profile_url":"https://www.linkedin.com/in/ann-example"}},"contact":{"business_emails":[{"email":"ann@example.com"}],"phone_numbers":["+14155550123"]},"experience":{"employment_details":{"current":[{"name":"Acme","title":"Engineer"},{"name":"Initech","title":"Advisor"}]}},"certifications":[{"name":"A","issuing_organization":"X"},{"name":"B"}]}"#,
    "\n",
    r#"{"crustdata_person_id":2,"basic_profile":{"name":"Bo Example"},"contact":{"business_emails":[{"email":"bo@example.com"}]}}"#,
    "\n",
    r#"{"crustdata_person_id":3,"basic_profile":{"name":"Cy\u001b[31m Example\u009b2J"},"social_handles":{"professional_network_identifier":{"profile_url":"https://www.linkedin.com/in/cy-example"}}}"#,
    "\n",
);

/// A folder of its own, in which commands run.
pub(crate) struct Room {
    folder: TempDir,
}

/// What a command did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Room {
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With the three people in `db`.
    pub(crate) fn with_people() -> Self {
        let room = Self::empty();
        room.write("people.jsonl", PEOPLE);
        room.rolo("load db people.jsonl").expect(0);
        room
    }

    /// Another with the same files.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::empty();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(self.folder.path().join(&folder)).unwrap() {
                let name = folder.join(entry.unwrap().file_name());
                if self.folder.path().join(&name).is_dir() {
                    fs::create_dir(copy.folder.path().join(&name)).unwrap();
                    folders.push(name);
                } else {
                    fs::copy(self.folder.path().join(&name), copy.folder.path().join(&name)).unwrap();
                }
            }
        }
        copy
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolo"));
        command.current_dir(self.folder.path()).args(arguments.split_whitespace()).env_remove("NO_COLOR");
        command
    }

    /// Runs a command line; arguments are separated by blanks.
    pub(crate) fn rolo(&self, arguments: &str) -> Ran {
        Ran::of(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    pub(crate) fn rolo_with_stdin(&self, arguments: &str, input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    /// What `--append` makes of a CSV, with these further flags.
    fn append(&self, csv: impl AsRef<[u8]>, flags: &str) -> (String, Ran) {
        self.write("leads.csv", csv);
        let ran = self.rolo(&format!("enrich db -i leads.csv --append -o out.csv {flags}")).expect(0);
        (String::from_utf8(fs::read(self.path("out.csv")).unwrap()).unwrap(), ran)
    }

    /// A load of one person into `db` that holds the lock and waits for more.
    fn loader(&self) -> (Child, ChildStdin) {
        let before = self.names();
        let mut child = self.command("load db -");
        let mut child =
            child.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"{\"crustdata_person_id\":50}\n").unwrap();
        // It stages beside the file once it has the lock.
        let started = Instant::now();
        while self.names() == before {
            assert!(started.elapsed() < Duration::from_secs(20), "the loader does not begin");
            std::thread::sleep(Duration::from_millis(10));
        }
        (child, input)
    }

    /// Names of everything in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code, not a signal"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "no {text:?} in:\n{}", self.err);
        self
    }

    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn every_help_has_examples_and_goes_to_standard_output() {
    let room = Room::empty();
    for command in
        ["load", "get", "search", "enrich", "jobs", "credits", "keys", "demo", "info", "inspect", "verify"]
    {
        let ran = room.rolo(&format!("{command} --help")).expect(0);
        assert!(
            ran.out.contains("Examples:") && ran.out.contains(&format!("  rolo {command}")),
            "{}",
            ran.out
        );
        assert_eq!(ran.err, "");
        let top = room.rolo("--help").expect(0);
        assert!(top.out.contains(&format!("\n  {command} ")), "{}", top.out);
    }
    assert!(room.rolo("-V").expect(0).out.starts_with("rolo "));
}

#[test]
fn a_wrong_command_line_is_2_and_says_so_on_standard_error() {
    let room = Room::with_people();
    for line in [
        "",
        "nonsense",
        "load",
        "load db",
        "load --nonsense db x",
        "get db",
        "get db 1 --format parquet",
        "get db 1 --threads 0",
        "enrich db",
        "enrich db 1 -i list",
        "enrich db --append 1",
        "enrich db 1 --column email",
        "enrich db -i people.jsonl --append --format csv",
        "get db --email nobody",
        "get db --handle janedoe",
        "get db --phone x",
        "get db ???",
        "get db --as source 1 --format table",
        "enrich db 1 --fields ,",
        "demo --people 0",
        "load db - -",
        "load db db",
        "load db people.jsonl --rejects db",
        "load db people.jsonl --rejects people.jsonl",
        "get db 1 -o db",
        "get db 1 -o .",
        "enrich db -i db",
        "search db",
        "search db -f {} --count --fields x",
        "search db -f {} --explain --matched",
        "search db -f {} --limit x",
        "search db -f {} --time-limit 0",
        "search db -f people.jsonl",
    ] {
        let ran = room.rolo(line).expect(2);
        assert_eq!(ran.out, "", "{line}");
        assert!(!ran.err.is_empty() && !ran.err.contains("panicked"), "{line}: {}", ran.err);
    }
    room.rolo("verify db").expect(0);
}

#[test]
fn loading_says_what_it_did_on_standard_error_only() {
    let room = Room::empty();
    room.write("people.jsonl", PEOPLE.replace(r#""name":"Bo Example""#, r#""name":7,"shoe_size":40"#));
    let ran = room.rolo("load db people.jsonl").expect(0);
    assert_eq!(ran.out, "");
    let ran = ran.says("3 people loaded into db").says("basic_profile.name").says("basic_profile.shoe_size");
    ran.says("a person").says("of the JSON");
    assert_eq!(mode(&room.path("db")), 0o600);
    assert_eq!(room.names(), ["db", "people.jsonl"]);
}

#[test]
fn quiet_leaves_only_results_and_errors() {
    let room = Room::empty();
    room.write("people.jsonl", PEOPLE);
    for line in ["load -q db people.jsonl", "get db nobody@example.com -q"] {
        let ran = room.rolo(line).expect(0);
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""), "{line}");
    }
    let ran = room.rolo("-q get db ann@example.com").expect(0);
    assert_eq!((ran.lines().len(), ran.err.as_str()), (1, ""));
    assert!(!room.rolo("-q get nothing 1").expect(1).err.is_empty());
}

#[test]
fn a_load_report_as_json_goes_to_standard_output() {
    let room = Room::empty();
    let ran =
        room.rolo_with_stdin("load db - --format json", format!("{PEOPLE}nonsense\n").as_bytes()).expect(3);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&report["people"], &report["rejected"], &report["total_people"]),
        (&json!(3), &json!(1), &json!(3))
    );
}

#[test]
fn rejected_records_are_written_with_line_value_and_reason() {
    let room = Room::empty();
    let bad_date = r#"{"crustdata_person_id":9,"certifications":[{"issue_date":"soon"}]}"#;
    room.write(
        "people.jsonl",
        format!("{PEOPLE}\nnonsense\n{bad_date}\n{{\"x\":1}}\n{}", PEOPLE.lines().next().unwrap()),
    );
    let ran = room.rolo("load db people.jsonl --strict --rejects rejects.jsonl").expect(3);
    ran.says("4 records rejected").says("people.jsonl, line 5").says("rejects.jsonl");
    assert_eq!(mode(&room.path("rejects.jsonl")), 0o600);
    let rejects: Vec<Value> =
        room.read("rejects.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<u64> = rejects.iter().map(|reject| reject["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [5, 6, 7, 8]);
    for reject in &rejects {
        let keys: Vec<&String> = reject.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["input", "line", "path", "value", "reason", "record"]);
        assert_eq!(reject["input"], "people.jsonl");
        assert!(!reject["reason"].as_str().unwrap().is_empty());
    }
    assert_eq!((rejects[0]["record"].as_str(), rejects[0]["path"].as_str()), (Some("nonsense"), None));
    assert_eq!(rejects[1]["path"], "certifications.issue_date");
    assert!(rejects[1]["value"].as_str().unwrap().contains("soon"));
    assert_eq!(rejects[1]["record"], bad_date);
    assert!(rejects[3]["reason"].as_str().unwrap().contains("person 1"));
    assert_eq!(room.rolo("info db --format json").expect(0).lines_joined()["people"], 3);
}

impl Ran {
    fn lines_joined(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

#[test]
fn a_file_of_rejects_is_made_only_when_needed_and_an_older_one_is_told_of() {
    let room = Room::empty();
    room.write("people.jsonl", PEOPLE);
    room.rolo("load db people.jsonl --rejects rejects.jsonl").expect(0);
    assert!(!room.path("rejects.jsonl").exists());
    room.write("rejects.jsonl", "old\n");
    room.rolo("load other people.jsonl --rejects rejects.jsonl").expect(0).says("is from before");
    assert_eq!(room.read("rejects.jsonl"), "old\n");
    room.rolo("load db people.jsonl --rejects rejects.jsonl").expect(3);
    assert_eq!(room.read("rejects.jsonl").lines().count(), 3);
}

#[test]
fn a_dry_run_reports_what_a_load_would_do_and_changes_nothing() {
    let room = Room::with_people();
    let before = (room.names(), fs::read(room.path("db")).unwrap());
    // One is new, one is there already, one has a value of a wrong type, and one is no record.
    room.write(
        "more.jsonl",
        concat!(
            r#"{"crustdata_person_id":4,"basic_profile":{"name":"Di"}}"#,
            "\n",
            r#"{"crustdata_person_id":1}"#,
            "\n",
            r#"{"crustdata_person_id":5,"basic_profile":{"name":7}}"#,
            "\nnonsense\n",
        ),
    );
    let ran = room.rolo("load db more.jsonl --dry-run --rejects rejects.jsonl").expect(3);
    assert_eq!(ran.out, "");
    let ran = ran.says("2 people would be loaded into db, which would have 5").says("2 records rejected");
    ran.says("basic_profile.name");
    assert_eq!(room.read("rejects.jsonl").lines().count(), 2);
    fs::remove_file(room.path("rejects.jsonl")).unwrap();
    fs::remove_file(room.path("more.jsonl")).unwrap();
    assert_eq!((room.names(), fs::read(room.path("db")).unwrap()), before);
    let report = room.rolo("load new people.jsonl --dry-run --format json").expect(0);
    assert_eq!(serde_json::from_str::<Value>(&report.out).unwrap()["people"], 3);
    assert_eq!(room.names(), before.0, "a database that is not there is not made");
}

#[test]
fn stopping_at_the_first_reject_loads_nothing() {
    let room = Room::empty();
    room.write("people.jsonl", format!("{PEOPLE}nonsense\n"));
    room.rolo("load db people.jsonl --on-error stop").expect(1).says("line 4").says("nothing was loaded");
    room.write("good.jsonl", PEOPLE);
    room.rolo("load db good.jsonl").expect(0).says("3 people loaded");
}

#[test]
fn what_cannot_be_done_is_1() {
    let room = Room::with_people();
    room.rolo("get nothing 1").expect(1).says("nothing").says("rolo load");
    room.rolo("load db missing.jsonl").expect(1).says("missing.jsonl");
    room.rolo("load db .").expect(1).says("folder");
    room.rolo("enrich db -i missing.csv").expect(1).says("missing.csv");
    room.rolo("get db 1 -o no/such/folder/x.json").expect(1).says("no/such/folder");
}

#[test]
fn a_damaged_or_foreign_file_is_4() {
    let room = Room::with_people();
    room.write("foreign", "PAR1 and then something else, long enough to be looked at ............ PAR1");
    for line in
        ["get foreign 1", "info foreign", "load foreign people.jsonl", "verify foreign", "inspect foreign"]
    {
        let ran = room.rolo(line).expect(4);
        assert!(ran.err.starts_with("rolo: "), "{line}: {}", ran.err);
    }
    let mut bytes = fs::read(room.path("db")).unwrap();
    let length = bytes.len();
    bytes.truncate(length - 100);
    room.write("cut", &bytes);
    room.rolo("verify cut").expect(4).says("rolo: ");
    // A flipped byte in the first row group is no longer what was written.
    let mut bytes = fs::read(room.path("db")).unwrap();
    bytes[12_400] ^= 0xff;
    room.write("flipped", &bytes);
    let ran = room.rolo("verify flipped").expect(4);
    assert!(ran.out.contains("problem") && ran.out.contains("row groups"), "{}", ran.out);
    let report = room.rolo("verify flipped --format json").expect(4).lines_joined();
    assert!(report["problem_count"].as_u64().unwrap() >= 1);
    assert!(room.rolo("verify db").expect(0).out.contains("all is well"));
    room.rolo("verify db --repair").expect(0).says("nothing to repair");
}

#[test]
fn a_second_writer_is_5_while_the_first_holds_the_file() {
    let room = Room::with_people();
    let (first, input) = room.loader();
    let second = room.rolo("load db people.jsonl").expect(5);
    second.says("another writer holds").says(&first.id().to_string());
    room.rolo("get db 1").expect(0);
    drop(input);
    Ran::of(first.wait_with_output().unwrap()).expect(0);
    assert_eq!(room.rolo("get db 50").expect(0).lines().len(), 1);
}

#[test]
fn an_interrupted_load_is_130_and_loads_nothing() {
    let room = Room::with_people();
    let (child, input) = room.loader();
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    // Standard input stays open and silent: the load cannot notice by itself.
    Ran::of(child.wait_with_output().unwrap()).expect(130);
    drop(input);
    room.rolo("get db 50").expect(0).says("names nobody");
    room.rolo("load db people.jsonl").expect(3);
}

#[test]
fn a_closed_pipe_is_a_normal_end() {
    let room = Room::with_people();
    let list: String = "ann@example.com\n".repeat(20_000);
    room.write("list.txt", list);
    for line in ["enrich db -i list.txt", "get db 1 2 3", "--help", "inspect db"] {
        let mut child = room.command(line);
        let mut child =
            child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap()).expect(0);
        assert!(!ran.err.contains("panicked") && !ran.err.contains("roken pipe"), "{line}: {}", ran.err);
    }
}

#[test]
fn people_come_out_once_for_each_key_in_the_order_of_the_keys() {
    let room = Room::with_people();
    let line = "get db bo@example.com --url de.linkedin.com/in/Ann-Example/ --phone +1-415-555-0123 --email nobody@example.com \
                --id 3 linkedin:ann-example";
    let ran = room.rolo(line).expect(0);
    let ids: Vec<u64> =
        ran.lines().iter().map(|person| person["crustdata_person_id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [2, 1, 1, 3, 1]);
    ran.says("nobody@example.com").says("5 of 6 keys found");
}

#[test]
fn a_source_record_comes_back_byte_for_byte() {
    let room = Room::with_people();
    let ran = room.rolo("get db 1 3 --as source").expect(0);
    let lines: Vec<&str> = PEOPLE.lines().collect();
    assert_eq!(ran.out, format!("{}\n{}\n", lines[0], lines[2]));
    room.rolo("get db 2 --as source -o bo.json").expect(0);
    assert_eq!(serde_json::from_str::<Value>(&room.read("bo.json")).unwrap()[0]["crustdata_person_id"], 2);
}

#[test]
fn every_format_tells_the_same() {
    let room = Room::with_people();
    let lines = room.rolo("get db 1 2 --format jsonl").expect(0).lines();
    assert_eq!(room.rolo("get db 1 2 --format json").expect(0).lines_joined(), Value::Array(lines));
    assert_eq!(room.rolo("get db nobody@example.com --format json").expect(0).out, "[]\n");
    let csv = room.rolo("get db 1 2 --format csv").expect(0).out;
    let mut rows = csv.lines();
    let header: Vec<&str> = rows.next().unwrap().split(',').collect();
    assert!(
        header.contains(&"basic_profile.location.city") && header.contains(&"certifications"),
        "{header:?}"
    );
    assert!(rows.next().unwrap().contains(r#""Says ""hi"", twice""#));
    let page = room.rolo("get db 1 --format table").expect(0).out;
    assert!(page.starts_with("Ann Example  id 1\nbasic_profile\n"), "{page}");
    assert!(page.contains("experience.employment_details.current\n   1 name   Acme\n"), "{page}");
}

#[test]
fn nothing_in_a_record_commands_the_terminal() {
    let room = Room::with_people();
    let table = room.rolo("enrich db 3 --format table --color never").expect(0).out;
    let page = room.rolo("get db 3 --format table --color never").expect(0).out;
    for text in [table, page] {
        assert!(text.contains("Cy"), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }
    let err = room.rolo_args(&["get", "db", "x\u{1b}[31my@@"]).err;
    assert!(!err.contains('\u{1b}'), "{err:?}");
}

impl Room {
    pub(crate) fn rolo_args(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command("").args(arguments).stdin(Stdio::null()).output().unwrap())
    }
}

#[test]
fn colours_are_used_where_asked_for() {
    let room = Room::with_people();
    assert!(!room.rolo("info db").expect(0).out.contains('\u{1b}'));
    assert!(room.rolo("info db --color always").expect(0).out.contains('\u{1b}'));
    let never = room.command("info db --color auto").env("NO_COLOR", "1").output().unwrap();
    assert!(!Ran::of(never).out.contains('\u{1b}'));
}

#[test]
fn enriching_keys_gives_asked_fields_and_the_two_families() {
    let room = Room::with_people();
    let line = "enrich db bo@example.com nobody@example.com linkedin.com/in/ann-example bo@example.com \
                --fields contact.business_emails";
    let ran = room.rolo(line).expect(0).says("requested 4, fulfilled 3");
    let lines = ran.lines();
    let given: Vec<&str> = lines.iter().map(|line| line["original_identifier"].as_str().unwrap()).collect();
    assert_eq!(given, ["bo@example.com", "linkedin.com/in/ann-example", "bo@example.com"]);
    for line in &lines {
        assert_eq!(line["internal_id"], line["data"]["crustdata_person_id"]);
        let families: Vec<&String> = line["data"].as_object().unwrap().keys().collect();
        assert_eq!(families, ["crustdata_person_id", "basic_profile", "social_handles", "contact"]);
        assert_eq!(line["data"]["contact"].as_object().unwrap().len(), 1);
    }
    assert_eq!(lines[1]["data"]["basic_profile"]["location"]["city"], "Oslo");
}

#[test]
fn an_unknown_field_is_2_with_what_exists() {
    let room = Room::with_people();
    let ran = room.rolo("enrich db 1 --fields basic_profile.hedline").expect(2);
    ran.says("basic_profile.hedline")
        .says("did you mean basic_profile.headline")
        .says("\n  basic_profile.summary");
}

#[test]
fn a_plain_list_is_read_from_a_file_or_standard_input() {
    let room = Room::with_people();
    let list = "bo@example.com\r\n\n???\nhttps://no.linkedin.com/in/ann-example?trk=x\nnobody@example.com\n";
    let expected = "requested 4, fulfilled 2; 1 cannot be read as keys, the first in line 3";
    let ran = room.rolo_with_stdin("enrich db -i -", list.as_bytes()).expect(0).says(expected);
    assert_eq!(
        ran.lines().iter().map(|line| line["internal_id"].as_u64().unwrap()).collect::<Vec<_>>(),
        [2, 1]
    );
    room.write("list.txt", list);
    assert_eq!(room.rolo("enrich db -i list.txt").expect(0).out, ran.out);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(list.as_bytes()).unwrap();
    room.write("list.gz", packed.finish().unwrap());
    assert_eq!(room.rolo("enrich db -i list.gz").expect(0).out, ran.out);
    room.write("list.zst", zstd::encode_all(list.as_bytes(), 1).unwrap());
    assert_eq!(room.rolo("enrich db -i list.zst").expect(0).out, ran.out);
}

#[test]
fn a_csv_without_append_gives_lines() {
    let room = Room::with_people();
    room.write("leads.csv", "name,email\nBo,BO@example.com\nX,x@example.com\n");
    let ran = room.rolo("enrich db -i leads.csv").expect(0).says("looking people up by column \"email\"");
    assert_eq!(ran.lines()[0]["original_identifier"], "BO@example.com");
    let csv = room.rolo("enrich db -i leads.csv --format csv").expect(0).out;
    assert!(
        csv.starts_with("original_identifier,internal_id,crustdata_person_id,basic_profile.name,"),
        "{csv}"
    );
}

#[test]
fn append_adds_columns_and_touches_nothing_else() {
    let room = Room::with_people();
    let fields = "--fields basic_profile.headline,basic_profile.languages,certifications,experience.employment_details.current.title";
    let (out, ran) =
        room.append("name,email\nAnn,ann@example.com\n\"Doe, X\",x@example.com\nno key,\n", fields);
    let certifications = r#""[{""name"":""A"",""issuing_organization"":""X"""#;
    let mut lines = out.lines();
    assert_eq!(
        lines.next().unwrap(),
        "name,email,basic_profile.headline,basic_profile.languages,experience.employment_details.current.title,certifications"
    );
    let ann = lines.next().unwrap();
    let start = r#"Ann,ann@example.com,"Says ""hi"", twice",no; en,Engineer; Advisor,"#;
    assert!(ann.starts_with(&format!("{start}{certifications}")), "{ann}");
    assert_eq!(lines.collect::<Vec<_>>(), ["\"Doe, X\",x@example.com,,,,", "no key,,,,,"]);
    ran.says("1 of 3 rows enriched (33 %)").says("1 row had no usable key");
}

#[test]
fn append_without_fields_adds_what_people_are_known_by() {
    let room = Room::with_people();
    let (out, _) = room.append("email\nann@example.com\n", "");
    let header = out.lines().next().unwrap();
    for path in ["basic_profile.name", "basic_profile.headline", "basic_profile.location.country"] {
        assert!(header.split(',').any(|name| name == path), "{header}");
    }
    assert!(
        out.contains(",Acme; Initech") && out.contains("https://www.linkedin.com/in/ann-example"),
        "{out}"
    );
}

#[test]
fn append_keeps_delimiter_quotes_line_ends_and_byte_order_mark() {
    let room = Room::with_people();
    let field = "--fields basic_profile.location.city";
    for (csv, expected) in [
        (
            "email;n\r\nann@example.com;1,5\r\n",
            "email;n;basic_profile.location.city\r\nann@example.com;1,5;Oslo\r\n",
        ),
        (
            "\"email\"\t\"n\"\n\"ann@example.com\"\t\"1\"\n",
            "\"email\"\t\"n\"\t\"basic_profile.location.city\"\n\"ann@example.com\"\t\"1\"\t\"Oslo\"\n",
        ),
        (
            "\u{feff}email,n\nann@example.com,1\n",
            "\u{feff}email,n,basic_profile.location.city\nann@example.com,1,Oslo\n",
        ),
        ("email,n\nann@example.com,1", "email,n,basic_profile.location.city\nann@example.com,1,Oslo"),
        (
            "email,n\n\"ann@example.com\",\"two\nlines, \"\"x\"\"\"\n",
            "email,n,basic_profile.location.city\n\"ann@example.com\",\"two\nlines, \"\"x\"\"\",Oslo\n",
        ),
        (
            "email,n\nann@example.com\nann@example.com,1,2\n\n",
            "email,n,basic_profile.location.city\nann@example.com,,Oslo\nann@example.com,1,Oslo,2\n\n",
        ),
        (
            "email,email\nann@example.com,\nann@example.com,\n",
            "email,email,basic_profile.location.city\nann@example.com,,Oslo\nann@example.com,,Oslo\n",
        ),
        (
            "basic_profile.location.city,email\nBerlin,ann@example.com\n",
            "basic_profile.location.city,email,basic_profile.location.city_2\nBerlin,ann@example.com,Oslo\n",
        ),
    ] {
        let (out, ran) = room.append(csv, field);
        assert_eq!(out, expected, "{}", ran.err);
    }
    let latin = b"email,n\nann@example.com,caf\xe9\n";
    room.write("leads.csv", latin);
    room.rolo(&format!("enrich db -i leads.csv --append -o out.csv {field}")).expect(0);
    let out = fs::read(room.path("out.csv")).unwrap();
    assert!(out.ends_with(b"ann@example.com,caf\xe9,Oslo\n"));
}

#[test]
fn append_tries_the_surer_key_first_and_the_next_where_it_finds_nobody() {
    let room = Room::with_people();
    let csv = "e-mail,LinkedIn\nbo@example.com,linkedin.com/in/ann-example\nbo@example.com,linkedin.com/in/nobody\nbo@example.com,\n";
    let (out, ran) = room.append(csv, "--fields basic_profile.name");
    let names: Vec<&str> = out.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()).collect();
    assert_eq!(names, ["Ann Example", "Bo Example", "Bo Example"]);
    ran.says("by \"LinkedIn\", then \"e-mail\"");
    let (out, _) = room.append(csv, "--fields basic_profile.name --column e-mail");
    assert!(out.lines().skip(1).all(|line| line.ends_with("Bo Example")), "{out}");
}

#[test]
fn a_wrong_column_is_2_and_lists_the_columns() {
    let room = Room::with_people();
    room.write("leads.csv", "name,email\nAnn,ann@example.com\n");
    let ran = room.rolo("enrich db -i leads.csv --append --column emial -o out.csv").expect(2);
    ran.says("did you mean email?").says("name, email");
    assert!(!room.path("out.csv").exists());
    room.write("leads.csv", "name,city\nAnn,Oslo\n");
    room.rolo("enrich db -i leads.csv --append").expect(2).says("--column NAME").says("name, city");
}

#[test]
fn the_output_may_replace_the_list_and_nothing_half_written_stays() {
    let room = Room::with_people();
    room.write("leads.csv", "email\nann@example.com\n");
    room.rolo("enrich db -i leads.csv --append --fields basic_profile.name -o leads.csv").expect(0);
    assert_eq!(room.read("leads.csv"), "email,basic_profile.name\nann@example.com,Ann Example\n");
    room.write("broken.csv", "email\nann@example.com\n\"never closed\n");
    room.rolo("enrich db -i broken.csv --append -o out.csv").expect(1).says("line 3");
    assert_eq!(room.names(), ["broken.csv", "db", "leads.csv", "people.jsonl"]);
    assert_eq!(mode(&room.path("leads.csv")), 0o600);
}

#[test]
fn a_long_list_goes_through_in_parts_and_in_order() {
    let room = Room::with_people();
    let mut list = String::from("n,email\n");
    for n in 0..25_000 {
        list.push_str(&format!("{n},{}@example.com\n", ["ann", "nobody", "bo"][n % 3]));
    }
    let (out, ran) = room.append(&list, "--fields crustdata_person_id");
    ran.says("16,667 of 25,000 rows enriched (67 %)");
    let ids = ["1", "", "2"];
    for (n, line) in out.lines().skip(1).enumerate() {
        assert!(
            line.starts_with(&format!("{n},")) && line.ends_with(&format!("@example.com,{}", ids[n % 3])),
            "{line}"
        );
    }
}

#[test]
fn info_and_inspect_count_the_same_bytes() {
    let room = Room::with_people();
    let info = room.rolo("info db --format json").expect(0).lines_joined();
    let length = fs::metadata(room.path("db")).unwrap().len();
    assert_eq!((&info["people"], &info["generation"]), (&json!(3), &json!(1)));
    assert_eq!(info["bytes"]["total"], length);
    assert_eq!(info["bytes"]["live"].as_u64().unwrap() + info["bytes"]["dead"].as_u64().unwrap(), length);
    assert!(room.rolo("info db").expect(0).out.contains("people"));
    let parts = room.rolo("inspect db").expect(0).lines();
    assert_eq!(parts[0]["name"], "file header");
    let end = parts.iter().map(|part| part["offset"].as_u64().unwrap() + part["len"].as_u64().unwrap()).max();
    assert_eq!(end, Some(length));
    let csv = room.rolo("inspect db --format csv").expect(0).out;
    assert_eq!(csv.lines().count(), parts.len() + 1);
}

#[test]
fn the_demo_shows_what_its_commands_print_and_writes_only_into_its_folder() {
    let room = Room::empty();
    let ran = room.rolo("demo").expect(0);
    for part in [
        "2,000 people loaded",
        "id ",
        "current[0]: ",
        "one experience.employment_details:",
        "of 500 rows enriched",
        "6  Ask in SQL",
        "employer",
        "What to try next",
        "duckdb",
        "polars",
    ] {
        assert!(ran.out.contains(part), "no {part:?} in\n{}", ran.out);
    }
    assert!(ran.out.lines().all(|line| unicode_width(line) <= 80), "{}", ran.out);
    assert_eq!(room.names(), ["rolo-demo"]);
    let info = room.rolo("info rolo-demo/people.parquet --format json").expect(0).lines_joined();
    assert_eq!(info["people"], 2000);
    // The steps are what the commands print.
    let command = ran.out.split("$ ").nth(2).unwrap().split("\n\n").next().unwrap().replace("\\\n", " ");
    let arguments: Vec<&str> =
        command.split_whitespace().skip(1).map(|word| word.trim_matches('\'')).collect();
    let again = room.rolo_args(&[&arguments, ["--format", "table"].as_slice()].concat()).expect(0);
    let name = again.out.lines().next().unwrap();
    assert!(ran.out.contains(&format!("  {name}\n")), "{name}\n{}", ran.out);
    assert!(
        ran.out.contains("Killed (SIGKILL), with ") || ran.out.contains("It ended before"),
        "{}",
        ran.out
    );
    let gzip = fs::File::open(room.path("rolo-demo/found.jsonl.gz")).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(gzip), &mut text).unwrap();
    assert!(text.lines().count() > 2_000);
    let counted = format!(
        "Counted in the file: {},{:03} lines",
        text.lines().count() / 1000,
        text.lines().count() % 1000
    );
    assert!(ran.out.contains(&counted), "no {counted:?} in\n{}", ran.out);
    room.rolo("demo").expect(0);
}

fn unicode_width(line: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(line)
}

#[test]
fn the_demo_refuses_a_folder_that_is_somebody_elses() {
    let room = Room::empty();
    fs::create_dir(room.path("mine")).unwrap();
    room.write("mine/people.parquet", "precious");
    room.rolo("demo --dir mine").expect(2).says("not empty");
    assert_eq!(room.read("mine/people.parquet"), "precious");
    let ran = room.rolo("demo --people 150 --dir small").expect(0);
    assert!(ran.out.contains("150 people loaded") && ran.out.contains("of 150 rows enriched"), "{}", ran.out);
}

#[test]
fn man_pages_and_completions_name_every_command() {
    let room = Room::empty();
    let help = room.rolo("--help").expect(0).out;
    let list = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"search") && commands.contains(&"generate"), "{commands:?}");
    for kind in ["man", "bash", "zsh", "fish"] {
        let text = room.rolo(&format!("generate {kind}")).expect(0).out;
        for command in commands.iter().filter(|command| **command != "help") {
            assert!(text.contains(command), "{kind}: {command}");
        }
    }
    room.rolo("generate man -o man").expect(0);
    let page = room.read("man/rolo-search.1");
    assert!(page.contains(r"\-\-to\-sql") && page.contains(".TH"), "{page}");
    for (kind, file) in [("bash", "rolo.bash"), ("zsh", "_rolo"), ("fish", "rolo.fish")] {
        room.rolo(&format!("generate {kind} -o completions")).expect(0);
        assert_eq!(
            room.read(&format!("completions/{file}")),
            room.rolo(&format!("generate {kind}")).expect(0).out
        );
    }
    if let Ok(checked) = Command::new("bash").arg("-n").arg(room.path("completions/rolo.bash")).output() {
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
    room.rolo("generate nothing").expect(2);
}
