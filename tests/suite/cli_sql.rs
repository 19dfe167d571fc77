//! `rolo sql` and `rolo export` as processes: statements in, rows out in every format, files that are complete or absent,
//! and what becomes of statements that are wrong, too long, or interrupted.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cli::{Ran, Room};
use super::common::SAMPLE;
use super::foreign::{compare, compare_arrow, person_schema};

const PEOPLE: &str = concat!(
    r#"{"crustdata_person_id":30,"basic_profile":{"name":"Ada","headline":"Builds, \"sells\"","location":{"country":"Germany"}},"skills":{"professional_network_skills":["rust","sql"]},"experience":{"employment_details":{"current":[{"name":"Acme","title":"Manager","start_date":"2020-03"}],"past":[]}}}"#,
    "\n",
    r#"{"crustdata_person_id":4,"basic_profile":{"name":"Bo"},"experience":{"employment_details":{"current":[{"title":"Manager","name":"Retool"}],"past":[{"name":"Acme","title":"Intern"}]}}}"#,
    "\n",
    r#"{"crustdata_person_id":100,"basic_profile":{"name":"Cy\u001b[31m","location":{"country":"Norway"}}}"#,
    "\n",
);

/// More rows than anybody waits for.
const ENDLESS: &str =
    "SELECT a.person_id FROM roles a, roles b, roles c, roles d, roles e, roles f, roles g, roles h, roles i";

fn room() -> Room {
    let room = Room::empty();
    room.write("people.jsonl", PEOPLE);
    room.rolo("load db people.jsonl -q").expect(0);
    room
}

/// The people who come with rolo.
fn sample() -> Room {
    let room = Room::empty();
    room.write("people.jsonl", SAMPLE.join("\n"));
    room.rolo("load db people.jsonl -q").expect(0);
    room
}

impl Room {
    /// Runs `rolo sql db -c` with statements and flags, which are separated by blanks.
    fn sql(&self, statements: &str, flags: &str) -> Ran {
        let mut arguments = vec!["sql", "db", "-c", statements];
        arguments.extend(flags.split_whitespace());
        self.rolo_args(&arguments)
    }
}

#[test]
fn every_format_tells_the_same() {
    let room = room();
    let query = "SELECT person_id, basic_profile.name, country FROM people ORDER BY person_id";
    let ran = room.sql(query, "").expect(0).says("3 rows");
    let lines = ran.lines();
    assert_eq!(lines[0], json!({"person_id": 4, "basic_profile.name": "Bo", "country": null}));
    let array = room.sql(query, "--format json").expect(0).out;
    assert_eq!(serde_json::from_str::<Value>(&array).unwrap(), Value::Array(lines));
    let csv = room.sql(query, "--format csv").expect(0).out;
    assert_eq!(csv, "person_id,basic_profile.name,country\n4,Bo,\n30,Ada,Germany\n100,Cy\u{1b}[31m,Norway\n");
    let table = room.sql(query, "--format table --color never").expect(0).out;
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 5, "{table}");
    assert_eq!(rows[2], "        4  Bo                  NULL");
    assert!(!table.chars().any(|c| c.is_control() && c != '\n'), "{table:?}");
    room.sql(query, "-o rows.csv").expect(0).says("3 rows");
    assert_eq!(room.read("rows.csv"), csv);
    // Nothing is an empty list, and a header without rows.
    let nobody = "SELECT person_id FROM people WHERE country = 'Nowhere'";
    assert_eq!(room.sql(nobody, "-q --format json").expect(0).out, "[]\n");
    assert_eq!(room.sql(nobody, "-q --format csv").expect(0).out, "person_id\n");
    assert_eq!(room.sql(nobody, "-q --format table").expect(0).out, "");
}

#[test]
fn a_table_in_a_pipe_is_not_cut() {
    let room = room();
    let long = "x".repeat(300);
    let ran = room.sql(&format!("SELECT '{long}' AS a, '{long}' AS b"), "--format table").expect(0);
    assert!(ran.out.lines().last().unwrap().ends_with(&format!("{long}  {long}")), "{}", ran.out);
}

#[test]
fn statements_are_given_as_text_as_a_file_or_on_standard_input() {
    let room = room();
    let script = "\u{feff}SELECT 1 AS a;\n-- and\nSELECT 2 AS b;\n";
    let expected = "{\"a\":1}\n{\"b\":2}\n";
    room.write("script.sql", script);
    assert_eq!(room.rolo("sql db -f script.sql").expect(0).out, expected);
    assert_eq!(room.rolo_with_stdin("sql db -f -", script.as_bytes()).expect(0).out, expected);
    assert_eq!(room.rolo_with_stdin("sql db", script.as_bytes()).expect(0).out, expected);
    assert_eq!(room.sql("SELECT 1 AS a; SELECT 2 AS b", "").expect(0).out, expected);
    assert_eq!(room.sql("-- a comment\nSELECT 1 AS a", "").expect(0).out, "{\"a\":1}\n");
    let tables = room.sql("SELECT 1 AS a; SELECT 2 AS b", "--format table --color never").expect(0).out;
    assert_eq!(tables, "a\n─\n1\n\nb\n─\n2\n");
    room.rolo("sql db -f nothing.sql").expect(1).says("nothing.sql: cannot be read");
    room.rolo("sql db -c x -f y").expect(2).says("cannot be used with");
    assert_eq!(room.rolo("sql db").expect(0).out, "");
}

#[test]
fn the_first_error_stops_with_its_line_and_with_keep_going_does_not() {
    let room = room();
    let script = "SELECT 1 AS a;\n\nSELECT nmae FROM people;\nSELECT 1/0 AS c;\nSELECT 2 AS b;\n";
    room.write("script.sql", script);
    let ran = room.rolo("sql db -f script.sql").expect(2).says("line 3, column 8").says("basic_profile.name");
    assert_eq!(ran.out, "{\"a\":1}\n");
    let ran = room.rolo("sql db -f script.sql --keep-going").expect(2).says("line 3, column 8");
    assert_eq!(ran.out, "{\"a\":1}\n{\"b\":2}\n");
    // What is no SQL at all is said before anything runs.
    let ran = room.sql("SELECT 1 AS a; SELEC 2", "").expect(2).says("line 1, column 16");
    assert_eq!(ran.out, "");
    room.sql("DELETE FROM people", "").expect(2);
    room.rolo("sql nobody -c x").expect(1).says("rolo load nobody people.jsonl");
    room.write("other.db", "something else, and long enough for a header".repeat(10));
    room.rolo("sql other.db -c x").expect(4);
}

#[test]
fn commands_stand_between_the_statements_of_a_script() {
    let room = room();
    room.write("more.sql", ".print 'from more'\nSELECT 5 AS e;\n");
    room.write(
        "script.sql",
        concat!(
            ".mode csv\nSELECT 1 AS a;\n  .mode markdown\nSELECT 'x|y' AS b, 1 AS n;\n",
            ".nullvalue ~\n.once one.tsv\nSELECT 'c\td' AS c, NULL AS d;\n",
            ".output all.jsonl\nSELECT 3 AS d;\nSELECT 4 AS d;\n.output\n",
            ".mode line\n.read more.sql\n.nullvalue -\nSELECT NULL AS f;\n.quit\nSELECT 6 AS g;\n",
        ),
    );
    let ran = room.rolo("sql db -f script.sql").expect(0);
    let expected = "a\n1\n\n| b    |   n |\n| ---- | --: |\n| x\\|y |   1 |\nfrom more\ne = 5\n\nf = -\n\n";
    assert_eq!(ran.out, expected);
    assert_eq!(room.read("one.tsv"), "c\td\nc\\td\t~\n");
    assert_eq!(room.read("all.jsonl"), "{\"d\":3}\n{\"d\":4}\n");
    // A line that begins with a dot inside a statement is none.
    assert_eq!(room.rolo_with_stdin("sql db", b"SELECT 1 +\n.5 AS a;").expect(0).out, "{\"a\":1.5}\n");
}

#[test]
fn a_command_that_is_wrong_stops_a_script_with_its_line() {
    let room = room();
    room.write("script.sql", "SELECT 1 AS a;\n.tabels\nSELECT 2 AS b;\n");
    let ran = room
        .rolo("sql db -f script.sql")
        .expect(2)
        .says("line 2: there is no command .tabels; did you mean .tables?");
    assert_eq!(ran.out, "{\"a\":1}\n");
    let ran = room.rolo("sql db -f script.sql --keep-going").expect(2);
    assert_eq!(ran.out, "{\"a\":1}\n{\"b\":2}\n");
    for (command, problem) in [
        (".mode nope", "there are table, box"),
        (".limit many", "is no number; usage: .limit [N]"),
        (".timer maybe", "is neither on nor off"),
        (".read", "which file?"),
        (".read nothing.sql", "nothing.sql: cannot be read"),
        (".open 'half", "the quote ' is not closed"),
        (".import x.csv people", "rolo load"),
        (".search {\"field\":1}", "field"),
        (".once people.jsonl extra", "what is \"extra\"?"),
    ] {
        let ran = room.rolo_with_stdin("sql db", command.as_bytes());
        assert!(ran.code == 2 || ran.code == 1, "{command}: {}", ran.code);
        assert!(ran.err.contains(problem), "{command}: {}", ran.err);
    }
    room.write("self.sql", ".read self.sql\n");
    room.rolo("sql db -f self.sql").expect(2).says("16 times deep");
    for command in [
        ".read script.sql",
        ".output x.csv",
        ".once x.csv",
        ".open other",
        ".search @filter.json",
        ".enrich -i x",
    ] {
        let ran = room.rolo_with_stdin("sql db --safe", command.as_bytes()).expect(2);
        assert!(ran.err.contains("--safe reads and writes no other files"), "{command}: {}", ran.err);
    }
}

#[test]
fn commands_of_the_program_work_on_the_database_that_is_open() {
    let room = room();
    let filter = r#"{"field": "basic_profile.location.country", "type": "=", "value": "norway"}"#;
    let ran = |script: &str| room.rolo_with_stdin("sql db", script.as_bytes()).expect(0).out;
    assert_eq!(ran(&format!(".search {filter} --count\n")), "1\n");
    assert_eq!(
        ran(&format!(".search {filter} --fields crustdata_person_id")),
        "{\"crustdata_person_id\":100}\n"
    );
    room.write("filter.json", filter);
    assert_eq!(ran(".search @filter.json --count"), "1\n");
    assert!(ran(".get --id 4").contains("\"Bo\""));
    assert!(ran(".jobs").is_empty());
    assert!(ran(".info").contains("people"));
    assert!(ran(".explain SELECT name FROM people").contains("plan"));
    room.write("more.jsonl", "{\"crustdata_person_id\": 7}");
    room.rolo("load other more.jsonl -q").expect(0);
    assert_eq!(
        ran(
            ".attach other o\nSELECT count(*) AS n FROM o.people;\n.detach o\n.open other\nSELECT count(*) AS n FROM people;"
        ),
        "{\"n\":1}\n{\"n\":1}\n"
    );
    assert!(ran(".tables").contains("\"roles\""));
    assert!(ran(".schema roles").contains("title"));
    assert!(ran(".help").contains(".mode [MODE]"));
    assert!(ran(".help mode").contains("markdown"));
    assert!(ran(".help keys").contains("Ctrl-R"));
    assert!(ran(".mode csv\n.show").contains("mode: csv"));
}

#[test]
fn a_database_alone_is_asked_in_sql() {
    let room = room();
    let ran = room.rolo_args(&["db", "-c", "SELECT 1 AS a", "--format", "csv"]).expect(0);
    assert_eq!(ran.out, "a\n1\n");
    let ran = room.rolo_args(&["--threads", "1", "-q", "./db", "-c", "SELECT 1 AS a"]).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("{\"a\":1}\n", ""));
    room.rolo("nobody.parquet -c x").expect(1).says("rolo load nobody.parquet people.jsonl");
    room.rolo("serach db -f x").expect(2).says("search");
}

#[test]
fn rows_come_in_boxes_lines_html_and_tabs() {
    let room = room();
    let query = "SELECT 'a' AS letter, 12 AS number UNION ALL SELECT NULL, NULL ORDER BY 2";
    let shown = |format: &str| room.sql(query, &format!("--format {format}")).expect(0).out;
    assert_eq!(
        shown("box"),
        "┌────────┬────────┐\n│ letter │ number │\n├────────┼────────┤\n│ a      │     12 │\n│ NULL   │   NULL │\n└────────┴────────┘\n"
    );
    assert_eq!(shown("line"), "letter = a\nnumber = 12\n\nletter = NULL\nnumber = NULL\n\n");
    assert_eq!(shown("tsv"), "letter\tnumber\na\t12\n\t\n");
    assert_eq!(
        shown("markdown"),
        "| letter | number |\n| ------ | -----: |\n| a      |     12 |\n| NULL   |   NULL |\n"
    );
    let html = shown("html");
    assert!(html.starts_with("<table>\n<thead>\n<tr><th>letter</th><th>number</th></tr>"), "{html}");
    assert!(html.contains("<tr><td>a</td><td style=\"text-align: right\">12</td></tr>"), "{html}");
    room.sql(query, "-o rows.md").expect(0);
    assert_eq!(room.read("rows.md"), shown("markdown"));
}

#[test]
fn a_file_appears_only_when_it_is_complete() {
    let room = sample();
    let before = room.names();
    room.sql("SELECT 1 AS a; SELECT nothing FROM people", "-o rows.jsonl").expect(2);
    room.sql("COPY (SELECT nothing FROM people) TO 'rows.csv'", "").expect(2);
    room.sql(&format!("COPY ({ENDLESS}) TO 'rows.csv'"), "--time-limit 0.3").expect(1).says("time limit");
    room.sql(ENDLESS, "--time-limit 0.3 -o rows.parquet").expect(1).says("time limit");
    assert_eq!(room.names(), before);
    room.sql("COPY (SELECT 1 AS a UNION ALL SELECT 2) TO 'rows.csv'", "").expect(0).says("2 rows");
    assert_eq!(room.read("rows.csv").lines().count(), 3);
    room.sql(&format!("COPY ({ENDLESS}) TO 'rows.csv'"), "--time-limit 0.3").expect(1);
    assert_eq!(room.read("rows.csv").lines().count(), 3);
}

#[test]
fn people_are_not_written_over() {
    let room = room();
    let before = fs::read(room.path("db")).unwrap();
    fs::copy(room.path("db"), room.path("other.parquet")).unwrap();
    room.sql("COPY (SELECT 1 AS a) TO 'db' (FORMAT csv)", "").expect(1).says("a database of rolo");
    room.sql("COPY (SELECT 1 AS a) TO 'other.parquet'", "").expect(1).says("a database of rolo");
    room.sql("SELECT 1 AS a", "-o db --format csv").expect(2).says("the database itself");
    room.rolo("export db -o db --format csv").expect(2).says("the database itself");
    assert_eq!(fs::read(room.path("db")).unwrap(), before);
    assert_eq!(fs::read(room.path("other.parquet")).unwrap(), before);
}

#[test]
fn safe_statements_see_no_other_file() {
    let room = room();
    room.write("leads.csv", "email\na@example.com\n");
    assert_eq!(room.sql("SELECT * FROM 'leads.csv'", "").expect(0).out, "{\"email\":\"a@example.com\"}\n");
    let before = room.names();
    for statement in ["SELECT * FROM 'leads.csv'", "COPY (SELECT 1) TO 'x.csv'", "ATTACH 'db' AS other"] {
        room.sql(statement, "--safe").expect(2).says("safe");
    }
    assert_eq!(room.names(), before);
    // The flag speaks of statements; the shell asked for this file.
    room.sql("SELECT 1 AS a", "--safe -o rows.csv").expect(0);
}

#[test]
fn a_parquet_file_has_the_rows_of_one_statement() {
    let room = room();
    for format in ["parquet", "arrow"] {
        let output = format!("-o rows.{format}");
        room.sql("SELECT 1 AS a; SELECT 2 AS b", &output).expect(2).says("the rows of one statement");
        assert!(!room.path(&format!("rows.{format}")).exists());
        let view = "CREATE VIEW v AS SELECT 1 AS a; SELECT a FROM v";
        room.sql(view, &output).expect(0);
        assert!(room.path(&format!("rows.{format}")).exists());
    }
    assert_eq!(room.sql("SELECT * FROM 'rows.parquet'", "").expect(0).out, "{\"a\":1}\n");
}

#[test]
fn limits_are_sizes_and_seconds() {
    let room = sample();
    for size in ["512MB", "2GiB", "64000000", "50%"] {
        room.sql("SELECT 1", &format!("--memory {size}")).expect(0);
    }
    room.sql("SELECT 1", "--memory many").expect(2).says("512MB, 2GiB, 4000000 (bytes) or 50%");
    room.sql("SELECT 1", "--time-limit 0").expect(2).says("number of seconds above zero");
    let ran = room.sql(&format!("SELECT count(*) FROM ({ENDLESS})"), "--time-limit 0.3").expect(1);
    ran.says("0.3 s, the time limit");
}

#[test]
fn jobs_are_tables() {
    let room = room();
    assert_eq!(room.sql("SELECT count(*) AS n FROM jobs", "").expect(0).out, "{\"n\":0}\n");
    room.write("ids.txt", "30\n5\n");
    room.rolo("jobs submit enrich db -i ids.txt --wait -o found.jsonl").expect(0);
    let query = "SELECT status, item, outcome, p.name FROM jobs JOIN job_items USING (batch_id) \
                 LEFT JOIN people p ON person = person_id ORDER BY item";
    let rows = room.sql(query, "--format csv").expect(0).out;
    assert_eq!(rows, "status,item,outcome,name\ncompleted,1,found,Ada\ncompleted,2,not_found,\n");
}

#[test]
fn rows_come_before_the_query_ends_and_a_closed_pipe_is_a_normal_end() {
    let room = sample();
    let mut child =
        room.command("sql db -c").arg(ENDLESS).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    rows.read_line(&mut first).unwrap();
    assert!(first.starts_with("{\"person_id\":"), "{first}");
    drop(rows);
    Ran::of(child.wait_with_output().unwrap()).expect(0);
}

#[test]
fn an_interrupt_ends_a_statement_within_a_second_and_leaves_no_file() {
    let room = sample();
    let before = room.names();
    let counted = format!("SELECT count(*) FROM ({ENDLESS})");
    let copied = format!("COPY ({ENDLESS}) TO 'rows.parquet'");
    for statement in [&counted, &copied] {
        let mut command = room.command("sql db --keep-going -c");
        command.arg(format!("{statement}; SELECT 1"));
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(1_500));
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let since = Instant::now();
        let ran = Ran::of(child.wait_with_output().unwrap()).expect(130);
        assert!(kill.success() && since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
        assert_eq!(ran.out, "", "nothing runs after an interrupt");
        assert_eq!(room.names(), before);
    }
}

#[test]
fn a_killed_copy_leaves_no_file_of_that_name() {
    let room = sample();
    let mut child = room.command("sql db -c").arg(format!("COPY ({ENDLESS}) TO 'rows.csv'")).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1_500));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!room.path("rows.csv").exists());
}

#[test]
fn arrow_is_read_from_files_and_from_pipes() {
    let room = sample();
    let query = "SELECT person_id, basic_profile.name, years_of_experience_raw, basic_profile.last_updated, \
                 education.schools, skills.professional_network_skills FROM people ORDER BY person_id LIMIT 200";
    room.sql(query, "-o rows.arrow").expect(0);
    room.sql(query, "-o rows.jsonl").expect(0);
    let stream = room.command("sql db --format arrow -c").arg(query).output().unwrap();
    assert!(stream.status.success());
    room.write("stream", &stream.stdout);
    compare_arrow(&room.path("rows.arrow"), &room.path("stream"), &room.path("rows.jsonl"));
}

#[test]
fn exported_people_are_those_of_the_file_in_every_format() {
    let room = sample();
    room.rolo("export db -o all.parquet").expect(0).says("2,000 people to all.parquet");
    compare(&room.path("all.parquet"), &person_schema(), &[&room.path("people.jsonl")]);
    room.rolo("export db -o all.arrow").expect(0);
    room.rolo("export db -o all.jsonl").expect(0);
    let stream = room.command("export db -o - --format arrow -q").output().unwrap();
    room.write("stream", &stream.stdout);
    compare_arrow(&room.path("all.arrow"), &room.path("stream"), &room.path("all.jsonl"));
    room.rolo("export db -o all.json").expect(0);
    let array: Value = serde_json::from_str(&room.read("all.json")).unwrap();
    let lines = room.read("all.jsonl");
    assert_eq!(array.as_array().unwrap().len(), 2_000);
    assert_eq!(array[1_999], serde_json::from_str::<Value>(lines.lines().last().unwrap()).unwrap());
}

#[test]
fn exported_people_are_those_that_a_search_finds() {
    let room = sample();
    let filter = r#"{"field":"experience.employment_details.title","type":"(.)","value":"engineer"}"#;
    let fields = "crustdata_person_id,basic_profile.name,basic_profile.location.country,skills.professional_network_skills";
    room.write("filter.json", filter);
    let found = room.rolo(&format!("search db -f @filter.json --fields {fields}")).expect(0);
    room.rolo(&format!("export db --filters @filter.json --fields {fields} -o found.jsonl")).expect(0);
    // What is missing is an object without values in a search, and null in the file.
    let values = |person: &Value| {
        let paths = ["/crustdata_person_id", "/basic_profile/name", "/basic_profile/location/country"];
        let values = paths.map(|path| person.pointer(path).cloned().unwrap_or_default());
        let skills = person.pointer("/skills/professional_network_skills").and_then(Value::as_array);
        (values, skills.cloned().unwrap_or_default())
    };
    let exported = room.read("found.jsonl");
    let exported = exported.lines().map(|line| values(&serde_json::from_str(line).unwrap()));
    let mut exported: Vec<_> = exported.collect();
    exported.sort_by_key(|([id, ..], _)| id.as_u64());
    let expected: Vec<_> = found.lines().iter().map(values).collect();
    assert!(expected.len() > 50, "{}", expected.len());
    assert_eq!(exported, expected);
    room.rolo(&format!("export db --filters @filter.json --fields {fields} -o found.csv")).expect(0);
    let csv = room.read("found.csv");
    assert_eq!(
        csv.lines().next().unwrap(),
        "crustdata_person_id,basic_profile.name,basic_profile.location.country,skills.professional_network_skills"
    );
    assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().count(), exported.len());
}

#[test]
fn nested_people_are_columns_and_json_in_csv() {
    let room = room();
    let fields =
        "basic_profile.name,basic_profile.headline,experience.employment_details.current.title,skills";
    room.rolo(&format!("export db --fields {fields} -o people.csv")).expect(0);
    let text = room.read("people.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let at = |name: &str| {
        header.iter().position(|own| own == name).unwrap_or_else(|| panic!("{name}: {header:?}"))
    };
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let ada = rows.iter().find(|row| &row[at("basic_profile.name")] == "Ada").unwrap();
    assert_eq!(&ada[at("basic_profile.headline")], "Builds, \"sells\"");
    assert_eq!(&ada[at("experience.employment_details.current")], r#"[{"title":"Manager"}]"#);
    assert_eq!(&ada[at("skills.professional_network_skills")], r#"["rust","sql"]"#);
}

#[test]
fn the_rows_of_a_query_are_exported() {
    let room = room();
    let export = |query: &str, flags: &str| {
        let mut arguments = vec!["export", "db", "-c", query];
        arguments.extend(flags.split_whitespace());
        room.rolo_args(&arguments)
    };
    let query = "SELECT name, count(*) AS people FROM roles GROUP BY name ORDER BY name";
    export(query, "-o employers.csv").expect(0).says("2 rows to employers.csv");
    assert_eq!(room.read("employers.csv"), "name,people\nAcme,2\nRetool,1\n");
    export(query, "-o employers").expect(2).says("--format with one of parquet, arrow, csv, jsonl, json");
    export(query, "-o employers --format xlsx").expect(2).says("there are parquet, arrow, csv, jsonl, json");
    export("SELECT 1; SELECT 2", "-o x.csv").expect(2).says("2 statements");
    export("CREATE VIEW v AS SELECT 1 AS a", "-o x.csv").expect(2).says("no rows");
    export(query, "-o x.csv --fields skills").expect(2).says("cannot be used with");
    export("SELECT nothing FROM people", "-o x.csv").expect(2);
    room.rolo("export db -o x.csv --fields nothing").expect(2).says("nothing");
    assert!(!room.path("x.csv").exists());
}
