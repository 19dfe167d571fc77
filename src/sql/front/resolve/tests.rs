use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};

use super::super::relation::{FILES, Table};
use super::super::{Kind, statements};
use super::resolve;
use crate::schema::Schema;
use crate::sql::tables::MAIN;
use crate::sql::tables::columns::TableColumns;

fn tables() -> Vec<Arc<Table>> {
    let schema = Schema::person();
    let mut tables: Vec<Table> =
        TableColumns::all(&schema).iter().map(|table| Table::of_people(MAIN, table, &schema)).collect();
    let text = |name: &str| Field::new(name, DataType::Utf8View, true);
    let address = DataType::Struct(vec![text("city"), text("street")].into());
    let leads = vec![text("email"), text("Company Name"), text("ref"), Field::new("address", address, true)];
    let leads = Arc::new(ArrowSchema::new(leads));
    tables.push(Table::plain(MAIN, "leads", &leads));
    tables.push(Table::plain(FILES, "x/crm.csv", &leads));
    let other = TableColumns::all(&schema);
    tables.extend(other.iter().map(|table| Table::of_people("other", table, &schema)));
    tables.into_iter().map(Arc::new).collect()
}

/// The statement with its names resolved, or the error.
fn resolved(sql: &str) -> Result<String, String> {
    let statement = statements(sql).map_err(|error| error.to_string())?.pop().expect("a statement");
    let script = statement.script.clone();
    let Kind::Query(query) = &*statement.kind else { panic!("no query: {sql}") };
    let mut query = query.clone();
    match resolve(&mut query, &tables()) {
        Ok(()) => Ok(query.to_string()),
        Err(error) => Err(script.error(error.span, &error.message).to_string()),
    }
}

/// Pairs of what is written and what the planner gets.
const NAMES: &[(&str, &str)] = &[
    // Whole paths.
    ("SELECT basic_profile.name FROM people", r#"SELECT "basic_profile.name" FROM people"#),
    ("SELECT Basic_Profile.NAME FROM People", r#"SELECT "basic_profile.name" FROM People"#),
    ("SELECT people.basic_profile.name FROM people", r#"SELECT people."basic_profile.name" FROM people"#),
    (
        "SELECT public.people.basic_profile.name FROM people",
        r#"SELECT public.people."basic_profile.name" FROM people"#,
    ),
    (
        "SELECT p.basic_profile.location.country FROM people p",
        r#"SELECT p."basic_profile.location.country" FROM people p"#,
    ),
    (r#"SELECT "basic_profile.name" FROM people"#, r#"SELECT "basic_profile.name" FROM people"#),
    (
        r#"SELECT p."basic_profile.name" FROM people AS p"#,
        r#"SELECT p."basic_profile.name" FROM people AS p"#,
    ),
    ("SELECT person_id FROM people", r#"SELECT "person_id" FROM people"#),
    // Every clause.
    (
        "SELECT 1 FROM people WHERE basic_profile.name = 'Ada' AND NOT basic_profile.headline LIKE 'x%'",
        r#"SELECT 1 AS "1" FROM people WHERE "basic_profile.name" = 'Ada' AND NOT "basic_profile.headline" LIKE 'x%'"#,
    ),
    (
        "SELECT basic_profile.name, count(*) FROM people GROUP BY basic_profile.name HAVING max(basic_profile.name) > 'a'",
        r#"SELECT "basic_profile.name", count(*) AS "count(*)" FROM people GROUP BY "basic_profile.name" HAVING max("basic_profile.name") > 'a'"#,
    ),
    (
        "SELECT basic_profile.name FROM people ORDER BY basic_profile.last_name DESC NULLS LAST LIMIT 3",
        r#"SELECT "basic_profile.name" FROM people ORDER BY "basic_profile.last_name" DESC NULLS LAST LIMIT 3"#,
    ),
    (
        "SELECT count(*) FILTER (WHERE basic_profile.birth_year > 1990) AS n FROM people",
        r#"SELECT count(*) FILTER (WHERE "basic_profile.birth_year" > 1990) AS n FROM people"#,
    ),
    (
        "SELECT DISTINCT ON (country) country FROM people",
        r#"SELECT DISTINCT ON ("basic_profile.location.country") "basic_profile.location.country" AS "country" FROM people"#,
    ),
    (
        "SELECT CASE WHEN basic_profile.gender = 'f' THEN basic_profile.first_name END AS x FROM people",
        r#"SELECT CASE WHEN "basic_profile.gender" = 'f' THEN "basic_profile.first_name" END AS x FROM people"#,
    ),
    (
        "SELECT row_number() OVER (PARTITION BY basic_profile.location.country ORDER BY professional_network.followers) AS n FROM people QUALIFY n < 3",
        r#"SELECT row_number() OVER (PARTITION BY "basic_profile.location.country" ORDER BY "professional_network.followers") AS n FROM people QUALIFY n < 3"#,
    ),
    (
        "SELECT sum(1) OVER w AS s FROM people WINDOW w AS (PARTITION BY basic_profile.gender)",
        r#"SELECT sum(1) OVER w AS s FROM people WINDOW w AS (PARTITION BY "basic_profile.gender")"#,
    ),
    (
        "SELECT CAST(basic_profile.birth_year AS VARCHAR) AS y FROM people WHERE basic_profile.birth_year BETWEEN 1 AND 2",
        r#"SELECT CAST("basic_profile.birth_year" AS VARCHAR) AS y FROM people WHERE "basic_profile.birth_year" BETWEEN 1 AND 2"#,
    ),
    (
        "SELECT EXTRACT(year FROM basic_profile.birth_date) AS y FROM people WHERE basic_profile.name IN ('a', 'b')",
        r#"SELECT EXTRACT(YEAR FROM "basic_profile.birth_date") AS y FROM people WHERE "basic_profile.name" IN ('a', 'b')"#,
    ),
    (
        "SELECT basic_profile.name, location.city FROM people ORDER BY basic_profile.name, location.city",
        r#"SELECT "basic_profile.name", "basic_profile.location.city" AS "location.city" FROM people ORDER BY "basic_profile.name", "location.city""#,
    ),
    // Joins.
    (
        "SELECT p.basic_profile.name, r.title FROM people p JOIN roles r ON r.person_id = p.person_id",
        r#"SELECT p."basic_profile.name", r."title" FROM people p JOIN roles r ON r."person_id" = p."person_id""#,
    ),
    (
        "SELECT a.basic_profile.name, b.basic_profile.name FROM people a, people b WHERE a.crustdata_person_id < b.crustdata_person_id",
        r#"SELECT a."basic_profile.name", b."basic_profile.name" AS "b.basic_profile.name" FROM people a, people b WHERE a."person_id" < b."person_id""#,
    ),
    (
        "SELECT basic_profile.name, title FROM people JOIN roles USING (person_id)",
        r#"SELECT "basic_profile.name", "title" FROM people JOIN roles USING("person_id")"#,
    ),
    (
        "SELECT person_id FROM people JOIN roles USING (person_id)",
        r#"SELECT "person_id" FROM people JOIN roles USING("person_id")"#,
    ),
    (
        "SELECT a.country FROM people a JOIN people b USING (basic_profile.name)",
        r#"SELECT a."basic_profile.location.country" AS "country" FROM people a JOIN people b USING("basic_profile.name")"#,
    ),
    (
        "SELECT a.person_id FROM people a JOIN people b USING (country)",
        r#"SELECT a."person_id" FROM people a JOIN people b USING("basic_profile.location.country")"#,
    ),
    (
        "SELECT 1 FROM people LEFT JOIN leads ON leads.email = basic_profile.name",
        r#"SELECT 1 AS "1" FROM people LEFT JOIN leads ON leads."email" = "basic_profile.name""#,
    ),
    (
        "SELECT e.name FROM people p, (SELECT basic_profile.name AS name FROM people) e",
        r#"SELECT e."name" FROM people p, (SELECT "basic_profile.name" AS name FROM people) e"#,
    ),
    // Short names.
    ("SELECT country FROM people", r#"SELECT "basic_profile.location.country" AS "country" FROM people"#),
    (
        "SELECT p.country FROM people p",
        r#"SELECT p."basic_profile.location.country" AS "country" FROM people p"#,
    ),
    ("SELECT COUNTRY FROM people", r#"SELECT "basic_profile.location.country" AS "country" FROM people"#),
    (
        "SELECT location.country FROM people",
        r#"SELECT "basic_profile.location.country" AS "location.country" FROM people"#,
    ),
    (
        "SELECT p.location.city FROM people p",
        r#"SELECT p."basic_profile.location.city" AS "location.city" FROM people p"#,
    ),
    (
        "SELECT current_title FROM people",
        r#"SELECT "basic_profile.current_title" AS "current_title" FROM people"#,
    ),
    (
        "SELECT connections FROM people",
        r#"SELECT "professional_network.connections" AS "connections" FROM people"#,
    ),
    (
        "SELECT matched_title FROM people",
        r#"SELECT "basic_profile.normalized_title.matched_title" AS "matched_title" FROM people"#,
    ),
    (
        "SELECT 1 FROM people WHERE country = 'x'",
        r#"SELECT 1 AS "1" FROM people WHERE "basic_profile.location.country" = 'x'"#,
    ),
    (
        "SELECT country, count(*) AS n FROM people GROUP BY country ORDER BY n DESC, country",
        r#"SELECT "basic_profile.location.country" AS "country", count(*) AS n FROM people GROUP BY "basic_profile.location.country" ORDER BY n DESC, country"#,
    ),
    (
        "SELECT count(*) FROM people GROUP BY country ORDER BY country",
        r#"SELECT count(*) AS "count(*)" FROM people GROUP BY "basic_profile.location.country" ORDER BY "basic_profile.location.country""#,
    ),
    (
        "SELECT country AS c FROM people ORDER BY c",
        r#"SELECT "basic_profile.location.country" AS c FROM people ORDER BY c"#,
    ),
    ("SELECT name FROM roles", r#"SELECT "name" FROM roles"#),
    (
        "SELECT r.title, country FROM people JOIN roles r USING (person_id)",
        r#"SELECT r."title", "basic_profile.location.country" AS "country" FROM people JOIN roles r USING("person_id")"#,
    ),
    (
        "SELECT a.country, b.country FROM people a, people b",
        r#"SELECT a."basic_profile.location.country" AS "country", b."basic_profile.location.country" AS "b.country" FROM people a, people b"#,
    ),
    // Expressions are called as they are written.
    (
        "SELECT upper(country) FROM people",
        r#"SELECT upper("basic_profile.location.country") AS "upper(country)" FROM people"#,
    ),
    ("SELECT 1 + 1, 1 + 1", r#"SELECT 1 + 1 AS "1 + 1", 1 + 1 AS "1 + 1_1""#),
    // Aliases of the catalogue, branches with a text.
    ("SELECT crustdata_person_id FROM people", r#"SELECT "person_id" AS "crustdata_person_id" FROM people"#),
    (
        "SELECT social_handles.twitter_handle FROM people",
        r#"SELECT "social_handles.twitter_identifier.slug" AS "social_handles.twitter_handle" FROM people"#,
    ),
    (
        "SELECT twitter_handle FROM people",
        r#"SELECT "social_handles.twitter_identifier.slug" AS "twitter_handle" FROM people"#,
    ),
    (
        "SELECT basic_profile.location FROM people",
        r#"SELECT coalesce("basic_profile.location.full_location", "basic_profile.location.raw") AS "basic_profile.location" FROM people"#,
    ),
    (
        "SELECT 1 FROM people p WHERE p.location = 'Berlin'",
        r#"SELECT 1 AS "1" FROM people p WHERE coalesce(p."basic_profile.location.full_location", p."basic_profile.location.raw") = 'Berlin'"#,
    ),
    ("SELECT company_name FROM roles", r#"SELECT "name" AS "company_name" FROM roles"#),
    (
        "SELECT location FROM roles",
        r#"SELECT coalesce("location.full_location", "location.raw") AS "location" FROM roles"#,
    ),
    (
        "SELECT experience.employment_details.title FROM roles",
        r#"SELECT "title" AS "experience.employment_details.title" FROM roles"#,
    ),
    (
        "SELECT education.schools.degree FROM schools",
        r#"SELECT "degree" AS "education.schools.degree" FROM schools"#,
    ),
    // Subqueries.
    (
        "SELECT 1 FROM people p WHERE EXISTS (SELECT 1 FROM roles r WHERE r.person_id = p.person_id AND r.name = country)",
        r#"SELECT 1 AS "1" FROM people p WHERE EXISTS (SELECT 1 AS "1" FROM roles r WHERE r."person_id" = p."person_id" AND r."name" = "basic_profile.location.country")"#,
    ),
    (
        "SELECT (SELECT max(r.end_date) FROM roles r WHERE r.person_id = p.person_id) AS last FROM people p",
        r#"SELECT (SELECT max(r."end_date") AS "max(r.end_date)" FROM roles r WHERE r."person_id" = p."person_id") AS last FROM people p"#,
    ),
    (
        "SELECT country FROM people WHERE person_id IN (SELECT person_id FROM roles WHERE title = 'CEO')",
        r#"SELECT "basic_profile.location.country" AS "country" FROM people WHERE "person_id" IN (SELECT "person_id" FROM roles WHERE "title" = 'CEO')"#,
    ),
    (
        "SELECT s.basic_profile.name, s.country FROM (SELECT basic_profile.name, country FROM people) s",
        r#"SELECT s."basic_profile.name", s."country" FROM (SELECT "basic_profile.name", "basic_profile.location.country" AS "country" FROM people) s"#,
    ),
    (
        "SELECT name FROM (SELECT * FROM people) s",
        r#"SELECT "basic_profile.name" AS "name" FROM (SELECT * FROM people) s"#,
    ),
    (
        "SELECT s.a FROM (SELECT country FROM people) s(a)",
        r#"SELECT s."a" FROM (SELECT "basic_profile.location.country" AS "country" FROM people) s (a)"#,
    ),
    (
        "SELECT l.x FROM people p, LATERAL (SELECT p.country AS x) l",
        r#"SELECT l."x" FROM people p, LATERAL (SELECT p."basic_profile.location.country" AS x) l"#,
    ),
    // CTEs.
    (
        "WITH g AS (SELECT country, basic_profile.name FROM people) SELECT name, country FROM g",
        r#"WITH g AS (SELECT "basic_profile.location.country" AS "country", "basic_profile.name" FROM people) SELECT "basic_profile.name" AS "name", "country" FROM g"#,
    ),
    (
        "WITH g (c) AS (SELECT country FROM people) SELECT c FROM g",
        r#"WITH g (c) AS (SELECT "basic_profile.location.country" AS "country" FROM people) SELECT "c" FROM g"#,
    ),
    (
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
        r#"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT "i" + 1 AS "i + 1" FROM n WHERE "i" < 3) SELECT "i" FROM n"#,
    ),
    // Set operations.
    (
        "SELECT country FROM people UNION SELECT email FROM leads ORDER BY country",
        r#"SELECT "basic_profile.location.country" AS "country" FROM people UNION SELECT "email" FROM leads ORDER BY "country""#,
    ),
    (
        "SELECT basic_profile.name FROM people EXCEPT SELECT email FROM leads ORDER BY basic_profile.name",
        r#"SELECT "basic_profile.name" FROM people EXCEPT SELECT "email" FROM leads ORDER BY "basic_profile.name""#,
    ),
    ("SELECT column1 FROM (VALUES (1), (2)) v", r#"SELECT "column1" FROM (VALUES (1), (2)) v"#),
    // Wildcards.
    ("SELECT * FROM people", "SELECT * FROM people"),
    ("SELECT p.* FROM people p", "SELECT p.* FROM people p"),
    ("FROM people", "SELECT * FROM people"),
    (
        "SELECT identifiers.* FROM people",
        r#"SELECT "identifiers.pdl_id", "identifiers.aggknowledge_id", "identifiers.linkedin_id", "identifiers.member_tokens" FROM people"#,
    ),
    (
        "SELECT p.assessment.authenticity.* FROM people p",
        r#"SELECT p."assessment.authenticity.tier", p."assessment.authenticity.verdict" FROM people p"#,
    ),
    (
        "SELECT * EXCLUDE (basic_profile.name) FROM people",
        r#"SELECT * EXCLUDE ("basic_profile.name") FROM people"#,
    ),
    ("SELECT * EXCLUDE (title) FROM roles", r#"SELECT * EXCLUDE ("title") FROM roles"#),
    (
        "SELECT count(*), count(p.country) FROM people p",
        r#"SELECT count(*) AS "count(*)", count(p."basic_profile.location.country") AS "count(p.country)" FROM people p"#,
    ),
    // Lists.
    (
        "SELECT 1 FROM people WHERE 'German' = ANY(basic_profile.languages)",
        r#"SELECT 1 AS "1" FROM people WHERE 'German' = ANY("basic_profile.languages")"#,
    ),
    (
        "SELECT unnest(basic_profile.languages) AS l FROM people",
        r#"SELECT unnest("basic_profile.languages") AS l FROM people"#,
    ),
    ("SELECT l FROM UNNEST([1, 2]) AS u(l)", r#"SELECT "l" FROM UNNEST([1, 2]) AS u (l)"#),
    (
        "SELECT unnest(languages) FROM people",
        r#"SELECT unnest("basic_profile.languages") AS "unnest(languages)" FROM people"#,
    ),
    (
        "SELECT basic_profile.languages[1] AS first FROM people",
        r#"SELECT "basic_profile.languages"[1] AS first FROM people"#,
    ),
    (
        "SELECT experience.employment_details.current[1].title AS t FROM people",
        r#"SELECT "experience.employment_details.current"[1]['title'] AS t FROM people"#,
    ),
    (
        "SELECT array_transform(languages, country -> upper(country)) AS l FROM people",
        r#"SELECT array_transform("basic_profile.languages", country -> upper(country)) AS l FROM people"#,
    ),
    // Other people's tables.
    (r#"SELECT "Company Name" FROM leads"#, r#"SELECT "Company Name" FROM leads"#),
    (r#"SELECT "company name" FROM leads"#, r#"SELECT "Company Name" FROM leads"#),
    ("SELECT address.city FROM leads", r#"SELECT "address".city AS "city" FROM leads"#),
    ("SELECT l.address.city FROM leads l", r#"SELECT l."address".city AS "city" FROM leads l"#),
    ("SELECT email FROM 'x/crm.csv'", r#"SELECT "email" FROM "files"."x/crm.csv" AS "crm""#),
    ("SELECT crm.email FROM 'x/crm.csv'", r#"SELECT crm."email" FROM "files"."x/crm.csv" AS "crm""#),
    (
        "SELECT o.basic_profile.name FROM other.people o",
        r#"SELECT o."basic_profile.name" FROM other.people o"#,
    ),
    (
        "SELECT other.people.country FROM other.people",
        r#"SELECT other.people."basic_profile.location.country" AS "country" FROM other.people"#,
    ),
    ("SELECT s.x FROM search('{}') s", "SELECT s.x FROM search('{}') s"),
];

#[test]
fn names_become_columns() {
    let mut wrong = Vec::new();
    for (sql, expected) in NAMES {
        match resolved(sql) {
            Ok(got) if got == *expected => {}
            got => wrong.push(format!("{sql}\n  expected {expected}\n  got      {got:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), NAMES.len(), wrong.join("\n"));
    assert!(NAMES.len() >= 60);
}

#[test]
fn resolving_again_changes_nothing() {
    for (sql, _) in NAMES {
        let once = resolved(sql).unwrap();
        if !sql.contains("'x/crm.csv'") {
            assert_eq!(resolved(&once).unwrap(), once, "{sql}");
        }
    }
}

/// What is written, where the error is, and a part of what it says.
const ERRORS: &[(&str, (u64, u64), &str)] = &[
    ("SELECT titel FROM roles", (1, 8), "did you mean title?"),
    ("SELECT\n  r.titel\nFROM roles r", (2, 3), "there is no column titel in r; did you mean title?"),
    ("SELECT basic_profile.nam FROM people", (1, 8), "did you mean basic_profile.name"),
    (
        "SELECT basic_profile.locaton.country FROM people",
        (1, 8),
        "did you mean basic_profile.location.country",
    ),
    ("SELECT contry FROM people", (1, 8), "did you mean basic_profile.location.country"),
    ("SELECT p.contry FROM people p", (1, 8), "there is no column contry in p"),
    ("SELECT title FROM people", (1, 8), "other tables have it: roles.title and honors.title"),
    (
        "SELECT experience.employment_details.current.title FROM people",
        (1, 8),
        "use roles.title, with JOIN roles ON roles.person_id = people.person_id and roles.list = 'current'",
    ),
    (
        "SELECT 1 FROM people WHERE experience.employment_details.title = 'CEO'",
        (1, 28),
        "use roles.title, with JOIN roles ON roles.person_id = people.person_id",
    ),
    ("SELECT 1 FROM people p WHERE p.education.schools.degree = 'x'", (1, 30), "use schools.degree"),
    ("SELECT 1 FROM people WHERE dev_platform_profiles.repos.stars > 1", (1, 28), "use repos.stars"),
    ("SELECT experience.employment_details.past.titel FROM people", (1, 8), "there is no column"),
    (
        "SELECT experience.employment_details.current.title FROM roles",
        (1, 8),
        "in this table it is roles.title, where roles.list = 'current'",
    ),
    ("SELECT current.title FROM roles", (1, 8), "there is no column current.title"),
    ("SELECT a.b.c.d.e.f.g FROM people", (1, 8), "there is no column a.b.c.d.e.f.g in people"),
    ("SELECT 1 FROM people WHERE nme = 'x'", (1, 28), "there is no column nme"),
    ("SELECT 1 FROM people GROUP BY contry", (1, 31), "did you mean"),
    ("SELECT count(*) FROM people HAVING max(contry) > 'a'", (1, 40), "did you mean"),
    ("SELECT person_id FROM people ORDER BY contry", (1, 39), "did you mean"),
    ("SELECT sum(1) OVER (PARTITION BY contry) FROM people", (1, 34), "did you mean"),
    ("SELECT sum(1) OVER w FROM people WINDOW w AS (ORDER BY contry)", (1, 56), "did you mean"),
    ("SELECT person_id FROM people QUALIFY contry = 1", (1, 38), "did you mean"),
    (
        "SELECT 1 FROM people p JOIN roles r ON r.person = p.person_id",
        (1, 40),
        "there is no column person in r",
    ),
    ("SELECT 1 FROM people JOIN roles USING (persn_id)", (1, 40), "did you mean person_id?"),
    ("SELECT 1 FROM people JOIN schools USING (country)", (1, 42), "USING needs one name, write ON instead"),
    (
        "SELECT 1 FROM people WHERE EXISTS (SELECT 1 FROM roles r WHERE r.nme = 1)",
        (1, 64),
        "did you mean name",
    ),
    ("SELECT 1 FROM people WHERE person_id IN (SELECT persn_id FROM roles)", (1, 49), "did you mean"),
    ("WITH g AS (SELECT contry FROM people) SELECT 1 FROM g", (1, 19), "did you mean"),
    ("WITH g AS (SELECT country AS c FROM people) SELECT d FROM g", (1, 52), "it has c"),
    ("WITH g AS (SELECT country FROM people) SELECT city FROM g", (1, 47), "there is no column city in g"),
    ("SELECT s.x FROM (SELECT country FROM people) s", (1, 8), "there is no column x in s"),
    ("SELECT person_id FROM people UNION SELECT persn_id FROM roles", (1, 43), "did you mean"),
    (
        "SELECT country FROM people UNION SELECT title FROM roles ORDER BY title",
        (1, 67),
        "there is no column title",
    ),
    ("SELECT x", (1, 8), "this SELECT has no FROM"),
    // Ambiguity.
    (
        "SELECT country FROM people a, people b",
        (1, 8),
        "ambiguous: it could be a.basic_profile.location.country or b.",
    ),
    (
        "SELECT person_id FROM people, roles",
        (1, 8),
        "ambiguous: it could be people.person_id or roles.person_id",
    ),
    (
        "SELECT profile_url FROM people",
        (1, 8),
        "ambiguous: it could be social_handles.professional_network_identifier",
    ),
    ("SELECT 1 FROM people, roles WHERE person_id = 1", (1, 35), "ambiguous"),
    (
        "SELECT basic_profile.* FROM people a, people b",
        (1, 8),
        "write a.basic_profile.* or b.basic_profile.*",
    ),
    // Wildcards.
    ("SELECT basic_profil.* FROM people", (1, 8), "neither a table of this FROM nor the beginning of paths"),
    ("SELECT * EXCLUDE (nme) FROM roles", (1, 19), "there is no column nme"),
    // Tables.
    ("SELECT 1 FROM poeple", (1, 15), "there is no table poeple; did you mean people"),
    ("SELECT 1 FROM people JOIN\n role USING (person_id)", (2, 2), "did you mean roles"),
    ("SELECT 1 FROM (SELECT 1 FROM nothing_like_it)", (1, 30), "SHOW TABLES"),
    (r#"SELECT 1 FROM "crm.csv""#, (1, 15), "in single quotes: 'crm.csv'"),
    ("SELECT 1 FROM other.peple", (1, 15), "did you mean other.people"),
    // Lists.
    (
        "SELECT 1 FROM people WHERE basic_profile.languages = 'x'",
        (1, 28),
        "write 'x' = ANY(basic_profile.languages)",
    ),
    ("SELECT 1 FROM people p WHERE 'x' <> p.languages", (1, 37), "write NOT ('x' = ANY(p.languages))"),
    ("SELECT 1 FROM people WHERE languages LIKE 'x%'", (1, 28), "UNNEST(languages)"),
    ("SELECT 1 FROM people WHERE languages IN ('x', 'y')", (1, 28), "array_has_any(languages, ['x', ...])"),
    (
        "SELECT 1 FROM people WHERE experience.employment_details.current = 'x'",
        (1, 28),
        "its elements are the rows of roles",
    ),
    ("SELECT l FROM people, UNNEST(languages) AS u(l)", (1, 30), "put SELECT *, unnest(path) AS item FROM"),
    // Names of the select list where they are not known.
    ("SELECT country AS c FROM people WHERE c = 'x'", (1, 39), "c is a name that this SELECT gives"),
    ("SELECT person_id + 1 AS n, n * 2 FROM people", (1, 28), "n is a name that this SELECT gives"),
];

#[test]
fn errors_say_where_and_what_instead() {
    let mut wrong = Vec::new();
    for (sql, (line, column), part) in ERRORS {
        let place = format!("\nline {line}, column {column}:\n");
        match resolved(sql) {
            Err(got) if got.contains(&place) && got.contains(part) => {}
            got => wrong.push(format!("{sql}\n  expected {part:?} at {line}:{column}\n  got {got:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), ERRORS.len(), wrong.join("\n"));
    assert!(ERRORS.len() >= 40);
}
