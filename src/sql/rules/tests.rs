//! With our rules a statement gives the same rows as without, and reads less.

use crate::sql::testing::{context, context_of, people, plan, rows as rows_of, sorted_rows};

/// Statements whose joins on the person id our rules see.
const JOINS: [&str; 22] = [
    "SELECT r.person_id, p.\"basic_profile.summary\", r.description, p.\"basic_profile.languages\", p.\"certifications\" FROM roles r JOIN people p ON r.person_id = p.person_id WHERE r.position = 1",
    "SELECT x.n, r.title FROM (SELECT person_id, \"basic_profile.name\" AS n FROM people) x JOIN roles r ON r.person_id = x.person_id AND length(r.title) > length(x.n)",
    "SELECT p.\"basic_profile.location.country\", count(*), min(r.start_date) FROM people p JOIN repos q USING (person_id) JOIN roles r USING (person_id) GROUP BY 1",
    "SELECT a.person_id, b.person_id FROM people a JOIN people b ON a.person_id = b.person_id JOIN schools s ON s.person_id = b.person_id",
    "SELECT person_id FROM people WHERE person_id IN (SELECT person_id FROM roles WHERE \"list\" = 'current')",
    "SELECT person_id FROM people p WHERE EXISTS (SELECT 1 FROM roles r WHERE r.person_id = p.person_id AND r.title IS NOT NULL)",
    "SELECT person_id FROM people p WHERE NOT EXISTS (SELECT 1 FROM schools s WHERE s.person_id = p.person_id)",
    "SELECT person_id FROM people WHERE person_id NOT IN (SELECT person_id FROM roles)",
    "SELECT person_id, position FROM roles WHERE person_id IN (SELECT person_id FROM people WHERE \"basic_profile.location.country\" IS NOT NULL)",
    "SELECT person_id, position FROM roles r WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.person_id = r.person_id AND p.\"basic_profile.name\" IS NULL)",
    "SELECT p.person_id, r.title FROM people p JOIN roles r ON p.person_id = r.person_id",
    "SELECT p.person_id, r.title, s.position FROM people p JOIN roles r ON p.person_id = r.person_id JOIN schools s ON s.person_id = r.person_id WHERE r.title IS NOT NULL",
    "SELECT p.person_id, r.title FROM people p LEFT JOIN roles r ON p.person_id = r.person_id WHERE p.\"basic_profile.name\" IS NOT NULL",
    "SELECT p.person_id, r.title FROM roles r RIGHT JOIN people p ON p.person_id = r.person_id",
    "SELECT p.person_id, r.title FROM people p FULL JOIN roles r ON p.person_id = r.person_id",
    "SELECT p.person_id, r.title FROM people p JOIN roles r ON p.person_id = r.person_id AND r.position > 1",
    "SELECT a.person_id, b.position FROM roles a JOIN roles b USING (person_id) WHERE a.position = 1",
    "SELECT person_id FROM people WHERE person_id IN (SELECT person_id FROM roles GROUP BY person_id HAVING count(*) > 1)",
    "SELECT person_id FROM people WHERE person_id IN (SELECT person_id FROM roles ORDER BY person_id LIMIT 3)",
    "SELECT p.person_id, count(*) FROM people p JOIN repos r ON p.person_id = r.person_id GROUP BY p.person_id",
    "SELECT person_id FROM people WHERE person_id IN (SELECT person_id FROM repos WHERE position >= 1)",
    "SELECT person_id FROM people WHERE person_id NOT IN (SELECT person_id FROM repos)",
];

#[test]
fn joins_give_the_same_rows() {
    for seed in 0..4 {
        let (_folder, database) = people(seed, 120);
        let (with, without) = (context(&database, true), context(&database, false));
        for sql in JOINS {
            assert_eq!(sorted_rows(&with, sql), sorted_rows(&without, sql), "{sql}\n{}", plan(&with, sql));
        }
    }
}

#[test]
fn semi_joins_become_conditions() {
    let (_folder, database) = people(7, 60);
    let context = context(&database, true);
    for at in [4, 5, 6, 7, 21] {
        let plan = plan(&context, JOINS[at]);
        assert!(!plan.contains("Join"), "{}\n{plan}", JOINS[at]);
    }
}

#[test]
fn the_first_rows_are_the_same() {
    let (_folder, database) = people(11, 150);
    let (with, without) = (context(&database, true), context(&database, false));
    for order in [
        "title, position, person_id",
        "start_date DESC NULLS LAST, person_id, position",
        "person_id DESC, position",
    ] {
        for rows in [0, 1, 7, 100, 10_000] {
            let sql = format!(
                "SELECT person_id, position AS place, upper(title), name FROM roles ORDER BY {order} LIMIT {rows}"
            );
            assert_eq!(rows_of(&with, &sql), rows_of(&without, &sql), "{sql}\n{}", plan(&with, &sql));
        }
    }
    let found = plan(&with, "SELECT person_id, title FROM roles ORDER BY start_date DESC LIMIT 5");
    assert!(found.contains("first 5 by [start_date]"), "{found}");
}

#[test]
fn people_are_found_by_filter_and_by_key() {
    let (_folder, database) = people(5, 80);
    let context = context(&database, true);
    let filter = r#"{"field": "basic_profile.name", "type": "is_not_null", "value": null}"#;
    let found = sorted_rows(&context, &format!("SELECT person_id FROM search('{filter}')"));
    let wanted =
        sorted_rows(&context, "SELECT person_id FROM people WHERE \"basic_profile.name\" IS NOT NULL");
    assert_eq!(found, wanted);
    let enriched = rows_of(&context, "SELECT key, person_id FROM enrich('7', 'nobody@example.com', '9')");
    assert_eq!(enriched.len(), 3);
    assert!(enriched.contains(&"7|7".to_owned()) && enriched.contains(&"nobody@example.com|NULL".to_owned()));
    assert_eq!(
        rows_of(&context, "SELECT find_person('9'), find_person('no key'), find_person(NULL)"),
        ["9|NULL|NULL"]
    );
}

#[test]
fn elements_with_their_people_are_one_scan() {
    let (_folder, database) = people(2, 60);
    let context = context(&database, true);
    for at in [0, 1, 10] {
        let plan = plan(&context, JOINS[at]);
        assert!(!plan.contains("Join"), "{}\n{plan}", JOINS[at]);
    }
}

/// Groupings that scans answer half of, and what the plan of some says.
const GROUPS: [(&str, &str); 17] = [
    ("SELECT title, count(*), count(title), count(1) FROM roles GROUP BY title", "Counts: from the postings"),
    ("SELECT title, count(*) FROM roles WHERE \"list\" = 'past' GROUP BY title", "Counts: by value id"),
    (
        "SELECT \"basic_profile.location.country\", count(*) FROM people GROUP BY 1 HAVING count(*) > 2",
        "Counts: ",
    ),
    ("SELECT DISTINCT title FROM roles", "Counts: "),
    ("SELECT count(DISTINCT title) FROM roles", "Counts: "),
    (
        "SELECT title, avg(years_at_company_raw), min(start_date) FROM roles GROUP BY 1",
        "value ids of [title]",
    ),
    ("SELECT title, name, count(*) FROM roles GROUP BY 1, 2", "value ids of ["),
    ("SELECT title, start_date, count(*) FROM roles GROUP BY 1, 2", "value ids of [title]"),
    ("SELECT title, count(DISTINCT name) FROM roles GROUP BY 1", "value ids of ["),
    ("SELECT title, max(title), count(name) FROM roles GROUP BY title", ""),
    ("SELECT title, name, max(name) FROM roles GROUP BY 1, 2", "value ids of [title]"),
    ("SELECT title, count(*) FILTER (WHERE name > 'M') FROM roles GROUP BY 1", "value ids of [title]"),
    ("SELECT upper(title), count(*) FROM roles GROUP BY 1", ""),
    ("SELECT upper(title), name, count(DISTINCT title) FROM roles GROUP BY 1, 2", "value ids of [name]"),
    ("SELECT title, name, count(*) FROM roles GROUP BY ROLLUP (title, name)", ""),
    (
        "SELECT p.\"basic_profile.location.country\", r.title, sum(r.position) FROM roles r JOIN people p USING (person_id) GROUP BY 1, 2",
        "value ids of [",
    ),
    ("SELECT description, title, count(*) FROM roles GROUP BY 1, 2", "value ids of [title]"),
];

#[test]
fn groups_are_the_same() {
    let (_folder, database) = people(9, 150);
    let without = context(&database, false);
    for threads in [1, 2] {
        let with = context_of(&database, true, threads);
        for (sql, said) in GROUPS {
            let plan = plan(&with, sql);
            assert_eq!(sorted_rows(&with, sql), sorted_rows(&without, sql), "{sql}\n{plan}");
            assert!(plan.contains(said), "{sql}\n{plan}");
        }
    }
}

#[test]
fn a_part_of_the_rows_is_grouped() {
    let (_folder, database) = people(9, 150);
    let (with, without) = (context(&database, true), context(&database, false));
    let sql = "SELECT sum(n) FROM (SELECT name, count(*) AS n FROM (SELECT name FROM roles LIMIT 20) GROUP BY name)";
    assert_eq!(rows_of(&with, sql), rows_of(&without, sql));
}

#[test]
fn a_join_with_few_keys_reads_few_people() {
    let (_folder, database) = people(3, 150);
    let (with, without) = (context(&database, true), context(&database, false));
    for sql in [
        "SELECT v.column1, p.\"basic_profile.name\" FROM (VALUES (1), (5), (999)) v JOIN people p ON p.person_id = v.column1",
        "SELECT v.column1, r.title FROM (VALUES (1), (5), (999)) v LEFT JOIN roles r ON r.person_id = v.column1",
    ] {
        assert_eq!(sorted_rows(&with, sql), sorted_rows(&without, sql));
        let analyzed = rows_of(&with, &format!("EXPLAIN ANALYZE {sql}")).join("\n");
        let read = |line: &&str| line.contains("Scan: ") && line.contains("output_rows=");
        let scan = analyzed.lines().find(read).unwrap_or_else(|| panic!("{analyzed}"));
        let rows = scan.split("output_rows=").nth(1).and_then(|rest| rest.split([',', ']']).next()).unwrap();
        assert!(rows.trim().parse::<u64>().is_ok_and(|rows| rows < 40), "{analyzed}");
    }
}
