//! What scans of SQL read, per kind of pushdown: the plan, and what EXPLAIN ANALYZE says of it, as `tests/snapshots/sql_plans.txt`
//! has it.

use std::fmt::Write as _;
use std::path::Path;

use rolo::sql::Session;

use super::common::{SAMPLE, folder, load};
use super::sql::{run, session};

/// What a predicate of people is, and the predicate.
const PREDICATES: [(&str, &str); 44] = [
    ("=", "country = 'Germany'"),
    ("= the other way round", "'Germany' = country"),
    ("<>", "country <> 'Germany'"),
    ("NOT =", "NOT country = 'Germany'"),
    ("<", "country < 'C'"),
    ("<=", "country <= 'Brazil'"),
    (">", "country > 'U'"),
    (">=", "country >= 'United States'"),
    ("= number", "connections = 500"),
    ("< number", "connections < 100"),
    (">= number, decimal", "years_of_experience_raw >= 2.5"),
    ("<> number", "connections <> 500"),
    ("two bounds", "connections > 100 AND connections < 200"),
    ("= datetime", "metadata.updated_at = TIMESTAMP '2026-04-05 03:00:00'"),
    (">= datetime as text", "metadata.updated_at >= '2026-06-01'"),
    ("= date", "basic_profile.birth_date = DATE '1988-05-04'"),
    ("boolean", "recently_changed_jobs"),
    ("NOT boolean", "NOT recently_changed_jobs"),
    ("IS NOT TRUE", "recently_changed_jobs IS NOT TRUE"),
    ("LIKE prefix", "basic_profile.headline LIKE 'Senior %'"),
    ("LIKE inside", "basic_profile.headline LIKE '%Engineer%'"),
    ("NOT LIKE", "basic_profile.headline NOT LIKE '%Engineer%'"),
    ("ILIKE", "basic_profile.headline ILIKE '%engineer%'"),
    ("lower(x) =", "lower(basic_profile.first_name) = 'peter'"),
    ("function of one text", "length(basic_profile.first_name) = 3"),
    ("has_words", "has_words(basic_profile.headline, 'senior engineer')"),
    ("has_words, long text", "has_words(basic_profile.summary, 'reporting')"),
    ("LIKE, long text", "basic_profile.summary LIKE '%reporting%'"),
    ("IN", "country IN ('Germany', 'France')"),
    ("NOT IN", "country NOT IN ('Germany', 'France')"),
    ("IN numbers", "connections IN (1, 2, 500)"),
    ("BETWEEN", "connections BETWEEN 100 AND 199"),
    ("NOT BETWEEN", "connections NOT BETWEEN 100 AND 900"),
    ("IS NULL", "country IS NULL"),
    ("IS NOT NULL", "country IS NOT NULL"),
    ("IS DISTINCT FROM", "country IS DISTINCT FROM 'Germany'"),
    ("= ANY(list)", "'German' = ANY(basic_profile.languages)"),
    ("array_has_all", "array_has_all(basic_profile.languages, ['German', 'English'])"),
    ("person id", "person_id IN (1228368732, 2187682407, 1)"),
    (
        "profile URL",
        "social_handles.professional_network_identifier.profile_url = 'https://www.linkedin.com/in/rockworth-peter-zq0zs1x9s'",
    ),
    ("phone numbers", "'+491701234567' = ANY(contact.phone_numbers)"),
    ("OR", "country = 'Germany' OR connections = 900"),
    ("one with an index, one without", "country = 'Germany' AND person_id % 2 = 0"),
    ("none with an index", "basic_profile.first_name = basic_profile.last_name"),
];

/// What else is answered from the indexes, or reads little.
const STATEMENTS: [(&str, &str); 38] = [
    ("elements: =", "SELECT title FROM roles WHERE seniority_level = 'CXO'"),
    ("elements: of one list", "SELECT title FROM roles WHERE list = 'current' AND seniority_level = 'CXO'"),
    ("elements: dates", "SELECT title FROM roles WHERE start_date BETWEEN '2020-01-01' AND '2020-01-31'"),
    ("elements: of one person", "SELECT title FROM roles WHERE person_id = 1228368732"),
    (
        "elements: a column that only Parquet has",
        "SELECT company_website FROM roles WHERE title = 'Sales Intern'",
    ),
    ("elements of elements", "SELECT full_name FROM repos WHERE stars > 500"),
    (
        "elements with people",
        "SELECT p.basic_profile.name, r.title FROM people p JOIN roles r USING (person_id) WHERE r.title = 'Sales Intern' AND p.country = 'India'",
    ),
    (
        "elements with people, grouped",
        "SELECT p.country, count(*) FROM people p JOIN roles r USING (person_id) WHERE r.list = 'current' GROUP BY p.country",
    ),
    (
        "semi-join: IN",
        "SELECT basic_profile.name FROM people WHERE person_id IN (SELECT person_id FROM roles WHERE seniority_level = 'CXO')",
    ),
    (
        "semi-join: EXISTS",
        "SELECT basic_profile.name FROM people p WHERE EXISTS (SELECT 1 FROM roles r WHERE r.person_id = p.person_id AND r.seniority_level = 'CXO' AND r.list = 'current')",
    ),
    (
        "semi-join: counted",
        "SELECT count(*) FROM people WHERE person_id IN (SELECT person_id FROM roles WHERE seniority_level = 'CXO')",
    ),
    (
        "anti-join: NOT IN",
        "SELECT basic_profile.name FROM people WHERE person_id NOT IN (SELECT person_id FROM roles)",
    ),
    (
        "anti-join: NOT EXISTS",
        "SELECT basic_profile.name FROM people p WHERE NOT EXISTS (SELECT 1 FROM honors h WHERE h.person_id = p.person_id) AND country = 'Germany'",
    ),
    (
        "semi-join of elements",
        "SELECT title FROM roles WHERE person_id IN (SELECT person_id FROM people WHERE country = 'Norway')",
    ),
    (
        "join of two tables of elements",
        "SELECT r.title, s.school FROM roles r JOIN schools s USING (person_id) WHERE r.seniority_level = 'CXO'",
    ),
    (
        "join with a file on the person id",
        "SELECT p.basic_profile.name, t.grade FROM people p JOIN 'tests/sql/data/people.tsv' t USING (person_id)",
    ),
    (
        "join with a file on a key",
        "SELECT l.score, p.basic_profile.name FROM 'tests/sql/data/leads.csv' l JOIN people p ON p.person_id = find_person(l.email)",
    ),
    (
        "join with a file on a column of keys",
        "SELECT l.score, e.person_id FROM 'tests/sql/data/leads.csv' l JOIN business_emails e ON e.email = l.email",
    ),
    (
        "elements: a column of keys",
        "SELECT person_id FROM business_emails WHERE email = 'peter.rockworth4845@thalenovix.example'",
    ),
    ("enrich", "SELECT key, basic_profile.name FROM enrich('peter.rockworth4845@thalenovix.example', '1')"),
    (
        "search",
        r#"SELECT basic_profile.name FROM search('{"field": "basic_profile.location.country", "type": "=", "value": "Norway"}')"#,
    ),
    ("LIMIT", "SELECT basic_profile.name FROM people LIMIT 5"),
    ("LIMIT behind a filter", "SELECT basic_profile.name FROM people WHERE country = 'India' LIMIT 5"),
    ("top-k", "SELECT basic_profile.name FROM people ORDER BY professional_network.followers DESC LIMIT 5"),
    (
        "top-k of elements behind a filter",
        "SELECT title, description FROM roles WHERE list = 'current' ORDER BY start_date DESC, person_id LIMIT 5",
    ),
    ("count(*)", "SELECT count(*) FROM people"),
    (
        "count(*) behind a filter",
        "SELECT count(*) FROM people WHERE country = 'Germany' AND connections > 100",
    ),
    ("count(*) of elements", "SELECT count(*) FROM roles WHERE list = 'current'"),
    ("count(x)", "SELECT count(country) FROM people"),
    ("count(DISTINCT x)", "SELECT count(DISTINCT country) FROM people"),
    ("min and max", "SELECT min(connections), max(metadata.updated_at), min(person_id) FROM people"),
    ("min and max of elements", "SELECT min(start_date), max(end_date) FROM roles"),
    ("group count", "SELECT country, count(*) FROM people GROUP BY country"),
    (
        "group count behind a filter",
        "SELECT country, count(*) FROM people WHERE connections > 100 GROUP BY country",
    ),
    ("group count of elements", "SELECT seniority_level, count(*) FROM roles GROUP BY seniority_level"),
    (
        "group by two texts",
        "SELECT country, basic_profile.location.city, count(*), max(connections) FROM people GROUP BY 1, 2",
    ),
    ("count distinct by group", "SELECT seniority_level, count(DISTINCT name) FROM roles GROUP BY 1"),
    (
        "average by group",
        "SELECT seniority_level, avg(years_at_company_raw) FROM roles WHERE list = 'current' GROUP BY seniority_level",
    ),
];

/// Steps that only hand rows on, or that every such plan has.
const QUIET: [&str; 6] = [
    "CooperativeExec",
    "CoalescePartitionsExec",
    "CoalesceBatchesExec",
    "ProjectionExec",
    "RepartitionExec",
    "PlaceholderRowExec",
];

/// What is told of each scan; of one that asks the key table neither pages nor bytes.
const READ: [&str; 6] = ["output_rows", "sections", "row_groups", "parquet_columns", "pages", "bytes_read"];

/// The text of a physical plan, line by line.
fn plan(session: &Session, sql: &str) -> Vec<String> {
    let rows = run(session, sql).unwrap_or_else(|error| panic!("{error}\n{sql}")).rows;
    let text = rows.last().and_then(|row| row.last()?.as_str()).expect("a plan");
    text.lines().map(str::to_string).collect()
}

/// The steps of a plan: scans and filters whole, others by their name.
fn steps(lines: &[String]) -> Vec<String> {
    let step = |line: &String| {
        let name = line.trim().split([':', ',']).next().unwrap_or_default();
        let shown = match name {
            name if QUIET.contains(&name) => return None,
            "FilterExec" => line.trim(),
            name if name.ends_with("Exec") => name,
            _ => line.trim(),
        };
        Some(format!("  {shown}"))
    };
    lines.iter().filter_map(step).collect()
}

/// What a line of EXPLAIN ANALYZE says was read, if it reads anything.
fn read(line: &str) -> Option<String> {
    let (step, metrics) = line.split_once("metrics=[")?;
    let metric = |name: &str| {
        let all = metrics.trim_end_matches(']').split(", ");
        all.filter_map(|metric| metric.split_once('=')).find(|metric| metric.0 == name).map(|metric| metric.1)
    };
    let told = if by_hash(step) { &READ[..4] } else { &READ[..] };
    let read: Option<Vec<String>> =
        told.iter().map(|name| Some(format!("{name}={}", metric(name)?))).collect();
    // What the indexes of the step read stands at the end of its plans.
    let of_indexes = step.rsplit_once(" [sections=").and_then(|(_, rest)| rest.split_once(']'));
    let of_indexes = match of_indexes {
        Some((read, _)) if by_hash(step) => {
            format!("; of indexes sections={}", read.split(',').next().unwrap_or_default())
        }
        Some((read, _)) => format!("; of indexes sections={read}"),
        None => String::new(),
    };
    Some(format!("  read: {}{of_indexes}", read?.join(", ")))
}

/// Whether a step asks the key table: where a key stands there depends on the secret of the file.
fn by_hash(step: &str) -> bool {
    step.contains("by key table") || step.contains("narrowed by joins")
}

#[test]
fn statements_read_what_they_did() {
    let (_folder, path) = folder();
    load(&path, &SAMPLE);
    let session = session(&path, false);
    let predicates = PREDICATES
        .iter()
        .map(|(kind, predicate)| (*kind, format!("SELECT basic_profile.name FROM people WHERE {predicate}")));
    let statements = STATEMENTS.iter().map(|(kind, sql)| (*kind, (*sql).to_string()));
    let mut text = String::new();
    for (kind, sql) in predicates.chain(statements) {
        let planned = steps(&plan(&session, &format!("EXPLAIN {sql}")));
        // The first time, checksums of pages are read too.
        let analyzed = [(); 2].map(|()| plan(&session, &format!("EXPLAIN ANALYZE {sql}")));
        let read: Vec<String> = analyzed[1].iter().filter_map(|line| read(line)).collect();
        let steps = if planned.is_empty() { vec!["  answered when planned".to_string()] } else { planned };
        let _ = writeln!(text, "== {kind}\n{sql}\n{}\n", [steps, read].concat().join("\n"));
    }
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/sql_plans.txt");
    if std::env::var_os("ROLO_BLESS").is_some() {
        std::fs::write(&snapshot, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&snapshot).expect("the snapshot");
    for (statement, expected) in text.split("\n\n").zip(expected.split("\n\n")) {
        assert_eq!(statement, expected, "ROLO_BLESS=1 writes the snapshot again, if the change is meant");
    }
    assert_eq!(text, expected);
}
