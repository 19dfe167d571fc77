use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::*;
use crate::engine::{Input, LoadOptions, NoObserver};
use crate::sql::front::statements;

const PEOPLE: &str = r#"
{"crustdata_person_id": 1, "basic_profile": {"name": "Ada Example", "headline": "Engineer", "languages": ["German", "English"],
  "location": {"country": "Germany", "full_location": "Berlin, Germany"}},
  "experience": {"employment_details": {"current": [{"name": "Acme", "title": "CEO", "start_date": "2015-03-01"}],
    "past": [{"name": "Initech", "title": "Engineer"}]}}}
{"crustdata_person_id": 2, "basic_profile": {"name": "Bo Example", "location": {"country": "France", "raw": "Paris"}},
  "experience": {"employment_details": {"current": [{"name": "Initech", "title": "CTO"}]}}}
{"crustdata_person_id": 3, "basic_profile": {"name": "Cy Example"}}
"#;

struct Fixture {
    folder: tempfile::TempDir,
    database: Arc<Database>,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    Database::load(&path, vec![Input::bytes("people", PEOPLE)], &LoadOptions::default(), &mut NoObserver)
        .unwrap();
    let database = Arc::new(Database::open(&path).unwrap());
    Fixture { folder, database }
}

impl Fixture {
    fn session(&self, options: SessionOptions) -> Session {
        let options = SessionOptions { threads: options.threads.or(Some(2)), ..options };
        Session::new(Arc::clone(&self.database), options).unwrap()
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// The rows of the last statement: a line each, cells separated by `|`, under a line of names.
fn try_run(session: &Session, script: &str) -> Result<String, SqlError> {
    let mut text = String::new();
    for statement in statements(script)? {
        let answer = session.run(&statement)?;
        let schema = answer.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        text = names.join("|");
        for batch in answer {
            let batch = batch?;
            let options = FormatOptions::default().with_null("-");
            let columns: Vec<ArrayFormatter<'_>> = batch
                .columns()
                .iter()
                .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
                .collect();
            for row in 0..batch.num_rows() {
                let cells: Vec<String> = columns.iter().map(|column| column.value(row).to_string()).collect();
                text = format!("{text}\n{}", cells.join("|"));
            }
        }
    }
    Ok(text)
}

fn run(session: &Session, script: &str) -> String {
    try_run(session, script).unwrap_or_else(|error| panic!("{script}\n{error}"))
}

fn failure(session: &Session, script: &str) -> SqlError {
    match try_run(session, script) {
        Ok(rows) => panic!("{script}\nanswered {rows}"),
        Err(error) => error,
    }
}

#[track_caller]
fn fails_with(session: &Session, script: &str, parts: &[&str]) {
    let message = failure(session, script).to_string();
    for part in parts {
        assert!(message.contains(part), "{script}\nwants {part:?}\n{message}");
    }
}

#[test]
fn queries_answer_rows_under_the_names_written() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    let cases = [
        (
            "SELECT basic_profile.name, country FROM people ORDER BY person_id",
            "basic_profile.name|country\nAda Example|Germany\nBo Example|France\nCy Example|-",
        ),
        (
            "SELECT country, count(*) FROM people GROUP BY country ORDER BY country",
            "country|count(*)\nFrance|1\nGermany|1\n-|1",
        ),
        (
            "SELECT basic_profile.location FROM people ORDER BY person_id",
            "basic_profile.location\nBerlin, Germany\nParis\n-",
        ),
        (
            "SELECT p.basic_profile.name, r.title FROM people p JOIN roles r USING (person_id) ORDER BY 1, r.list, 2",
            "basic_profile.name|title\nAda Example|CEO\nAda Example|Engineer\nBo Example|CTO",
        ),
        ("SELECT crustdata_person_id FROM people WHERE 'German' = ANY(languages)", "crustdata_person_id\n1"),
        (
            "SELECT person_id FROM people p WHERE EXISTS (SELECT 1 FROM roles r WHERE r.person_id = p.person_id AND name = 'Initech') ORDER BY 1",
            "person_id\n1\n2",
        ),
        (
            "SELECT person_id FROM people p WHERE EXISTS (SELECT 1 FROM schools WHERE schools.person_id = p.person_id)",
            "person_id",
        ),
        (
            "WITH g AS (SELECT country, basic_profile.name FROM people) SELECT upper(name) FROM g WHERE country = 'France'",
            "upper(name)\nBO EXAMPLE",
        ),
        (
            "SELECT person_id, row_number() OVER (ORDER BY basic_profile.name DESC) AS n FROM people QUALIFY n = 1",
            "person_id|n\n3|1",
        ),
        ("SELECT l FROM UNNEST(['b', 'a']) AS u(l) ORDER BY l", "l\na\nb"),
        ("SELECT unnest(languages) AS l FROM people WHERE person_id = 1", "l\nGerman\nEnglish"),
        ("SELECT unnest(languages) FROM people WHERE person_id = 1", "unnest(languages)\nGerman\nEnglish"),
        (
            "SELECT country FROM people UNION SELECT title FROM roles ORDER BY country LIMIT 2",
            "country\nCEO\nCTO",
        ),
        ("SELECT name FROM (FROM roles) WHERE title LIKE 'C%' ORDER BY name", "name\nAcme\nInitech"),
        (
            "SELECT a.country, b.country FROM people a JOIN people b ON a.person_id + 1 = b.person_id ORDER BY 1",
            "country|b.country\nFrance|-\nGermany|France",
        ),
        (
            "SELECT experience.employment_details.current[1].title AS t FROM people ORDER BY person_id",
            "t\nCEO\nCTO\n-",
        ),
        ("SELECT person_id, person_id FROM people LIMIT 1", "person_id|person_id_1\n1|1"),
        ("SELECT count(*) FROM people HAVING count(*) > 1 ORDER BY count(*)", "count(*)\n3"),
        (
            "SELECT country AS c, count(*) FROM people GROUP BY c ORDER BY count(*), c LIMIT 1",
            "c|count(*)\nFrance|1",
        ),
        (
            "SELECT (SELECT max(r.title) FROM roles r WHERE r.person_id = p.person_id) AS t FROM people p ORDER BY person_id",
            "t\nEngineer\nCTO\n-",
        ),
        ("SELECT * EXCLUDE (parent) FROM (SELECT 1 AS a, 2 AS parent)", "a\n1"),
        ("SELECT count(*) FROM people a JOIN people b USING (country)", "count(*)\n2"),
        (
            "SELECT identifiers.* FROM people WHERE person_id = 1",
            "identifiers.pdl_id|identifiers.aggknowledge_id|identifiers.linkedin_id|identifiers.member_tokens\n-|-|-|-",
        ),
        ("-- nothing\n;; SELECT 1 /* one */;", "1\n1"),
        ("SELECT 'a;b' AS x; SELECT 2 AS y", "y\n2"),
        (
            "SELECT DISTINCT country FROM people ORDER BY basic_profile.location.country",
            "country\nFrance\nGermany\n-",
        ),
        (
            "SELECT DISTINCT basic_profile.location.country AS c FROM people ORDER BY country",
            "c\nFrance\nGermany\n-",
        ),
        (
            "SELECT country, max(r.title) FROM people JOIN roles r USING (person_id) GROUP BY ALL ORDER BY ALL",
            "country|max(r.title)\nFrance|CTO\nGermany|Engineer",
        ),
        (
            "SELECT country, count(*) AS n FROM people GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1",
            "country|n\nFrance|1",
        ),
        (
            "SELECT lower(country), count(*) FROM people GROUP BY lower(country) ORDER BY lower(country)",
            "lower(country)|count(*)\nfrance|1\ngermany|1\n-|1",
        ),
        (
            "SELECT country, grouping(country) AS g FROM people GROUP BY ROLLUP (country) ORDER BY g, country",
            "country|g\nFrance|0\nGermany|0\n-|0\n-|1",
        ),
        (
            "SELECT sum(count(*)) OVER () AS all, country FROM people GROUP BY country ORDER BY country LIMIT 1",
            "all|country\n3|France",
        ),
        (
            "SELECT p.country FROM people p LEFT JOIN people q ON q.person_id = p.person_id + 10 WHERE q.country IS NULL ORDER BY p.country LIMIT 1",
            "country\nFrance",
        ),
        (
            "SELECT person_id FROM people WHERE person_id = (SELECT max(person_id) FROM people WHERE country IS NOT NULL)",
            "person_id\n2",
        ),
        (
            "SELECT r.title FROM roles r WHERE r.person_id IN (SELECT person_id FROM people WHERE country = 'France')",
            "title\nCTO",
        ),
        (
            "SELECT name FROM people p WHERE country = (SELECT max(country) FROM people q WHERE q.person_id = p.person_id) ORDER BY name",
            "name\nAda Example\nBo Example",
        ),
        ("SELECT array_length(languages) AS n FROM people WHERE languages IS NOT NULL", "n\n2"),
        ("SELECT x FROM (VALUES (1), (2)) AS t(x) WHERE x > 1", "x\n2"),
        (
            "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT sum(i) AS s FROM n",
            "s\n6",
        ),
        (
            "SELECT count(*) AS n FROM (SELECT *, unnest(languages) AS l FROM people) WHERE l = 'German' AND country = 'Germany'",
            "n\n1",
        ),
        ("", ""),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(sql, expected)| match try_run(&session, sql) {
            Ok(got) if got == *expected => None,
            got => Some(format!("{sql}\n  expected {expected:?}\n  got      {got:?}")),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_would_change_something_is_refused_with_advice() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    for (sql, advice) in [
        ("INSERT INTO people VALUES (1)", "rolo load"),
        ("update people set x = 1", "rolo load"),
        ("DELETE FROM people", "rolo load"),
        ("DROP TABLE people", "CREATE VIEW"),
        ("CREATE TABLE x AS SELECT 1", "COPY (query) TO"),
        ("SET x = 1", "flags of the command"),
        ("BEGIN", "no transactions"),
        ("SELECT 1 INTO x FROM people", "SELECT INTO is not possible"),
        ("WITH x AS (DELETE FROM people) SELECT 1", "1, column"),
        ("COPY people FROM 'x.csv'", "rolo load"),
        ("VACUUM", "SQL only reads"),
        ("CREATE MATERIALIZED VIEW x AS SELECT 1", "CREATE VIEW name AS query"),
        ("DROP VIEW people", "there is no view people"),
        ("CREATE OR REPLACE VIEW people AS SELECT 1", "the name people is taken"),
    ] {
        fails_with(&session, sql, &[advice, "line 1, column"]);
    }
}

#[test]
fn syntax_errors_point_at_the_place() {
    for (sql, place, part) in [
        ("SELEC 1", "line 1, column 1", "syntax error"),
        ("SELECT 1;\nSELECT FROM WHERE", "line 2, column", "syntax error"),
        ("SELECT 1 FROM (SELECT 2", "line 1, column 2", "expected )"),
        ("SELECT 1 +", "line 1, column 11", "the end"),
        ("SELECT 'abc", "line 1, column 8", "Unterminated"),
        ("SELECT 1 1", "line 1, column 10", "not expected"),
        ("SHOW ALL", "line 1, column", "TABLES"),
        ("ATTACH x", "line 1, column 8", "syntax error"),
        ("COPY (SELECT 1) TO x", "line 1, column 20", "syntax error"),
    ] {
        let message = statements(sql).unwrap_err().to_string();
        assert!(message.contains(place) && message.contains(part), "{sql}\n{message}");
    }
}

#[test]
fn statements_know_their_places() {
    let script = "-- first\nSELECT 1;\n\n  SELECT 'ü',\n 2 ; FROM x";
    let places: Vec<(u64, u64, String)> = statements(script)
        .unwrap()
        .iter()
        .map(|statement| (statement.line(), statement.column(), statement.text().to_owned()))
        .collect();
    let expected = [(2, 1, "SELECT 1"), (4, 3, "SELECT 'ü',\n 2"), (5, 6, "FROM x")];
    assert_eq!(places, expected.map(|(line, column, text)| (line, column, text.to_owned())));
}

#[test]
fn errors_of_the_planner_are_ours() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    for (sql, parts) in [
        ("SELECT nosuch(1)", ["line 1, column 8", "nosuch"]),
        ("SELECT person_id + 'x' || DATE '2020-01-01' - true FROM people", ["", ""]),
        ("SELECT country, count(*) FROM people", ["must", "group"]),
        ("SELECT 1 UNION SELECT 1, 2", ["line 1", "column"]),
        ("SELECT sum(basic_profile.name) FROM people", ["sum", ""]),
        ("SELECT 1/0", ["division by zero", "nullif"]),
        ("SELECT CAST('x' AS INT)", ["try_cast", "x"]),
        ("SELECT (SELECT person_id FROM people)", ["", ""]),
    ] {
        let error = failure(&session, sql);
        let message = error.to_string();
        assert!(matches!(error, SqlError::Statement(_)), "{sql}\n{error:?}");
        for part in parts {
            assert!(message.to_lowercase().contains(part), "{sql}\n{message}");
        }
        for noise in ["Error during planning", "DataFusion", "backtrace"] {
            assert!(!message.contains(noise), "{sql}\n{message}");
        }
    }
}

#[test]
fn deep_statements_do_not_overflow_the_stack() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    let deep = 10_000;
    let nested = format!("SELECT {}1{}", "(".repeat(deep), ")".repeat(deep));
    fails_with(&session, &nested, &["nested too deeply"]);
    for op in ["OR", "AND"] {
        let terms: Vec<String> = (0..deep).map(|n| format!("person_id <> {}", n + 10)).collect();
        let sql = format!("SELECT count(*) AS n FROM people WHERE {}", terms.join(&format!(" {op} ")));
        assert_eq!(run(&session, &sql), "n\n3");
    }
    let sum = format!("SELECT {}", vec!["1"; 100_000].join(" + "));
    fails_with(&session, &sum, &["nested too deeply"]);
    let union = vec!["SELECT 1"; 20_000].join(" UNION ALL ");
    fails_with(&session, &union, &["nested too deeply"]);
    let not = format!("SELECT {} true", "NOT ".repeat(deep));
    fails_with(&session, &not, &["line 1, column"]);
    let casts = format!("SELECT 1{}", "::INT".repeat(100_000));
    fails_with(&session, &casts, &["nested too deeply"]);
    let queries = format!("SELECT {}1{}", "(SELECT ".repeat(deep), ")".repeat(deep));
    fails_with(&session, &queries, &["nested too deeply"]);
    assert_eq!(run(&session, &format!("SELECT {} AS n", vec!["1"; 500].join(" + "))), "n\n500");
}

#[test]
fn limits_stop_a_statement_within_a_second() {
    let fixture = fixture();
    let endless = "SELECT count(*) FROM generate_series(1, 3000000) a(x), generate_series(1, 3000000) b(y) WHERE x + y < 0";
    let time_limit = Some(Duration::from_millis(200));
    let session = fixture.session(SessionOptions { time_limit, ..SessionOptions::default() });
    let started = Instant::now();
    assert!(matches!(failure(&session, endless), SqlError::TimeLimit { .. }));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());

    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let interrupted: Arc<dyn Fn() -> bool + Send + Sync> = Arc::new(move || asked.load(Ordering::Relaxed));
    let mut session =
        fixture.session(SessionOptions { interrupted: Some(interrupted), ..SessionOptions::default() });
    let waiting = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        stop.store(true, Ordering::Relaxed);
    });
    let started = Instant::now();
    assert!(matches!(failure(&session, endless), SqlError::Interrupted));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    waiting.join().unwrap();
    // Its threads are free again for the next statement.
    let started = Instant::now();
    session.options.interrupted = None;
    assert_eq!(run(&session, "SELECT count(*) AS n FROM people"), "n\n3");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn joins_of_every_kind_are_stopped() {
    let fixture = fixture();
    let series = |name: &str, column: &str| format!("generate_series(1, 3000000) {name}({column})");
    let (a, b) = (series("a", "x"), series("b", "y"));
    for sql in [
        format!("SELECT count(*) FROM {a}, {b}"),
        format!("SELECT count(*) FROM {a} JOIN {b} ON x < y"),
        format!("SELECT count(*) FROM {a} JOIN {b} ON x % 2 = y % 2 AND x + y < 0"),
        format!("SELECT x, y FROM {a}, {b} ORDER BY x + y LIMIT 1"),
    ] {
        let time_limit = Some(Duration::from_millis(300));
        let mut session = fixture.session(SessionOptions { time_limit, ..SessionOptions::default() });
        assert!(matches!(failure(&session, &sql), SqlError::TimeLimit { .. }), "{sql}");
        let started = Instant::now();
        session.options.time_limit = None;
        assert_eq!(run(&session, "SELECT count(*) AS n FROM people"), "n\n3");
        assert!(started.elapsed() < Duration::from_secs(5), "{sql}: {:?}", started.elapsed());
    }
}

#[test]
fn too_little_memory_is_said_so() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions { memory: Some(1 << 20), ..SessionOptions::default() });
    let sql = "SELECT count(*) FROM generate_series(1, 2000000) a(x) JOIN generate_series(1, 2000000) b(y) ON x = y";
    let error = failure(&session, sql);
    assert!(matches!(error, SqlError::Memory(_)), "{error:?}");
    assert!(error.to_string().contains("--memory"), "{error}");
}

#[test]
fn files_are_tables() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    let csv =
        fixture.file("crm [1].csv", b"\xEF\xBB\xBFid;Full Name;since;zip\n1;\"A; B\";2020-01-02;x\n2;Bo;;\n");
    let csv = csv.display();
    assert_eq!(
        run(&session, &format!("SELECT id, \"full name\", since, zip FROM '{csv}' ORDER BY id")),
        "id|Full Name|since|zip\n1|A; B|2020-01-02|x\n2|Bo|-|-"
    );
    let sql = format!(
        "SELECT c.\"Full Name\", country FROM '{csv}' c JOIN people p ON p.person_id = c.id ORDER BY 1"
    );
    assert_eq!(run(&session, &sql), "Full Name|country\nA; B|Germany\nBo|France");
    let tsv = fixture.file("t.tsv", b"a\tb\n1\t2.5\n");
    assert_eq!(run(&session, &format!("FROM '{}'", tsv.display())), "a|b\n1|2.5");
    let lines = fixture.file("l.jsonl", b"{\"a\": 1, \"b\": {\"c\": \"x\"}}\n{\"a\": 2, \"d\": [1]}\n");
    let sql = format!("SELECT a, b.c, l.b.c AS e, d FROM '{}' l ORDER BY a", lines.display());
    assert_eq!(run(&session, &sql), "a|c|e|d\n1|x|x|-\n2|-|-|[1]");
    let array = fixture.file("a.json", b"[{\"a\": 1},\n {\"a\": 2}]");
    assert_eq!(run(&session, &format!("SELECT sum(a) AS s FROM '{}'", array.display())), "s\n3");
    // A database is a Parquet file.
    let people = fixture.folder.path().join("people.parquet");
    assert_eq!(run(&session, &format!("SELECT count(*) AS n FROM '{}'", people.display())), "n\n3");
    let sql = format!("SELECT basic_profile['name'] AS n FROM '{}' ORDER BY 1 LIMIT 1", people.display());
    assert_eq!(run(&session, &sql), "n\nAda Example");
    let sql =
        format!("SELECT basic_profile.location.country AS n FROM '{}' ORDER BY 1 LIMIT 1", people.display());
    assert_eq!(run(&session, &sql), "n\nFrance");
}

#[test]
fn files_that_are_no_tables_are_named() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    fails_with(&session, "FROM 'nothing.csv'", &["nothing.csv: there is no such file"]);
    fails_with(&session, "FROM 'nothing.docx'", &["nothing.docx: its ending does not say"]);
    let folder = fixture.folder.path().join("x.csv");
    std::fs::create_dir(&folder).unwrap();
    fails_with(&session, &format!("FROM '{}'", folder.display()), &["it is a folder"]);
    for (name, content, part) in [
        ("empty.csv", "", "it is empty"),
        ("short.csv", "a,b\n1\n", "line"),
        ("twice.csv", "a,a\n1,2\n", "two columns are called \"a\""),
        ("bad.jsonl", "{\"a\": 1}\n{\"a\": ", "it is not JSON"),
        ("list.json", "[1]", "is not an object"),
        ("bad.parquet", "no parquet at all", "cannot be read"),
    ] {
        let path = fixture.file(name, content.as_bytes());
        let error = failure(&session, &format!("FROM '{}'", path.display()));
        assert!(matches!(error, SqlError::File { .. }), "{name}: {error:?}");
        assert!(error.to_string().contains(part) && error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_safe_session_touches_no_files() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions { safe: true, ..SessionOptions::default() });
    for sql in [
        "FROM 'x.csv'",
        "ATTACH 'x.parquet' AS x",
        "COPY people TO 'x.csv'",
        "SELECT 1 WHERE 1 IN (SELECT 1 FROM 'x.csv')",
    ] {
        fails_with(&session, sql, &["--safe", "line 1, column"]);
    }
    assert_eq!(run(&session, "SELECT count(*) AS n FROM people"), "n\n3");
}

#[test]
fn other_databases_are_attached_and_detached() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    let path = fixture.folder.path().join("people.parquet");
    let path = path.display();
    run(&session, &format!("ATTACH '{path}' AS other (READ_ONLY)"));
    assert_eq!(
        run(&session, "SELECT o.basic_profile.name FROM other.people o WHERE o.country = 'France'"),
        "basic_profile.name\nBo Example"
    );
    assert_eq!(
        run(&session, "SELECT count(*) AS n FROM other.roles r JOIN people p ON r.person_id = p.person_id"),
        "n\n3"
    );
    assert!(run(&session, "SHOW TABLES").contains("other.people|3|a row a person"));
    fails_with(
        &session,
        &format!("ATTACH '{path}' AS other"),
        &["the name other is taken", "line 1, column 8"],
    );
    fails_with(&session, &format!("ATTACH '{path}' AS public"), &["is taken"]);
    run(&session, "DETACH other");
    fails_with(&session, "FROM other.people", &["there is no table other.people"]);
    fails_with(&session, "DETACH other", &["no database other is attached"]);
    run(&session, "DETACH DATABASE IF EXISTS other");
    let csv = fixture.file("x.csv", b"a\n1\n");
    fails_with(
        &session,
        &format!("ATTACH '{}' AS x", csv.display()),
        &["it is no database of rolo", "FROM '"],
    );
    assert!(matches!(failure(&session, "ATTACH 'nothing.parquet'"), SqlError::Database(_)));
}

#[test]
fn rows_are_copied_into_files() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    let path = fixture.folder.path().join("out.csv");
    let sql =
        format!("COPY (SELECT basic_profile.name, country FROM people ORDER BY 1) TO '{}'", path.display());
    assert_eq!(run(&session, &sql), "count\n3");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("basic_profile.name,country\n"), "{text}");
    let sql = format!("SELECT name FROM '{}' ORDER BY name LIMIT 1", path.display());
    assert_eq!(run(&session, &sql), "name\nAda Example");
    let other = fixture.folder.path().join("out.data");
    assert_eq!(run(&session, &format!("COPY roles TO '{}' (FORMAT jsonl)", other.display())), "count\n3");
    fails_with(&session, &format!("COPY roles TO '{}'", other.display()), &["the format is not clear"]);
    fails_with(&session, &format!("COPY roles TO '{}' (FORMAT xls)", other.display()), &["xls"]);
    let own = fixture.folder.path().join("people.parquet");
    fails_with(&session, &format!("COPY roles TO '{}'", own.display()), &["database of rolo"]);
}

#[test]
fn tables_and_columns_are_listed() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    let tables = run(&session, "SHOW TABLES");
    assert!(tables.starts_with("name|rows|what\npeople|3|a row a person\n"), "{tables}");
    assert!(tables.contains("\nroles|3|a row an element of experience.employment_details\n"), "{tables}");
    let columns = run(&session, "DESCRIBE roles");
    assert!(
        columns.starts_with("column_name|column_type|nullable|doc\nperson_id|BIGINT|false|"),
        "{columns}"
    );
    assert!(columns.contains("\nstart_date|DATE|true|"), "{columns}");
    assert_eq!(
        run(&session, "DESCRIBE SELECT country, languages FROM people"),
        "column_name|column_type|nullable|doc\ncountry|VARCHAR|true|-\nbasic_profile.languages|VARCHAR[]|true|-"
            .replace("basic_profile.languages|", "languages|")
    );
}

#[test]
fn summaries_count_what_has_an_order() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    assert_eq!(
        run(&session, "SUMMARIZE SELECT person_id, country, languages FROM people"),
        "column_name|column_type|min|max|approx_unique|avg|std|q25|q50|q75|count|null_percentage\n\
         person_id|BIGINT|1|3|3|2.0|1.0|1.25|2.0|2.75|3|0.0\n\
         country|VARCHAR|France|Germany|2|-|-|-|-|-|3|33.33\n\
         languages|VARCHAR[]|-|-|-|-|-|-|-|-|3|66.67"
    );
    let all = run(&session, "SUMMARIZE people");
    assert_eq!(all.lines().count(), 1 + run(&session, "DESCRIBE people").lines().count() - 1);
    assert!(run(&session, "SUMMARIZE roles").contains("\nstart_date|DATE|2015-03-01|2015-03-01|1|"));
}

#[test]
fn views_live_for_the_session() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    run(
        &session,
        "CREATE TEMP VIEW germans AS SELECT person_id, basic_profile.name FROM people WHERE country = 'Germany'",
    );
    assert_eq!(run(&session, "SELECT name FROM germans"), "name\nAda Example");
    assert!(run(&session, "SHOW TABLES").contains("germans|-|a view"));
    fails_with(&session, "CREATE VIEW germans AS SELECT 1 AS x", &["CREATE OR REPLACE VIEW"]);
    run(&session, "CREATE OR REPLACE VIEW germans AS SELECT 1 AS x; SELECT x FROM germans");
    run(&session, "DROP VIEW germans");
    fails_with(&session, "FROM germans", &["there is no table germans"]);
    run(&session, "DROP VIEW IF EXISTS germans");
}

#[test]
fn plans_are_explained() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    let plan = run(&session, "EXPLAIN SELECT country FROM people");
    assert!(plan.contains("logical_plan|") && plan.contains("physical_plan|"), "{plan}");
    let plan = run(&session, "EXPLAIN ANALYZE SELECT country FROM people");
    assert!(plan.contains("output_rows"), "{plan}");
}

#[test]
fn a_session_may_be_used_where_asynchronous_code_runs() {
    let fixture = fixture();
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(async {
        let session = fixture.session(SessionOptions::default());
        assert_eq!(run(&session, "SELECT count(*) AS n FROM people"), "n\n3");
    });
}

#[test]
fn table_functions_have_the_paths_of_people() {
    let fixture = fixture();
    let session = fixture.session(SessionOptions::default());
    let found = r#"search('{"field": "basic_profile.location.country", "type": "=", "value": "France"}')"#;
    assert_eq!(
        run(&session, &format!("SELECT s.basic_profile.name FROM {found} s")),
        "basic_profile.name\nBo Example"
    );
    assert_eq!(run(&session, &format!("SELECT country FROM {found}")), "country\nFrance");
    fails_with(
        &session,
        &format!("SELECT contry FROM {found}"),
        &["did you mean basic_profile.location.country"],
    );
}
