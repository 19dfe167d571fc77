//! Searches as SQL for other engines: what rolo prints finds the same people in the same file, in the same order.

use std::fs;
use std::path::{Path, PathBuf};

use rolo::engine::SqlColumns;
use rolo::filter::arbitrary::{Generator, Random, Weights};
use rolo::filter::{DotOperator, Filter, FilterOptions};
use rolo::plan::SqlEngine;
use rolo::{Database, Schema, SearchOptions, Sort};
use serde_json::json;

use super::cli::Room;
use super::common::{SAMPLE, cases, folder, load};
use super::foreign::portable_differences;

const FIELDS: [&str; 1] = ["crustdata_person_id"];
/// Texts whose white space, capitals or words the functions of some engine see in another way.
const ODD_TEXTS: [&str; 12] = [
    "\u{3000}Berlin\u{a0}",
    "\tBerlin\n",
    "BERLİN",
    "ΒΕΡΟΛΙΝΟΣ",
    "हिन्दी बर्लिन",
    "ह",
    "ⓑerlin berlin",
    "berlin\u{345}x",
    "O'Brien \\ \"Berlin\"",
    "Berlin, Germany",
    "K\u{212a}ſ",
    "",
];

const DUCKDB: &str = r#"SELECT
  p.basic_profile.name AS "basic_profile.name",
  list_transform(p.experience.employment_details.current, lambda e: e.title) AS "experience.employment_details.current.title",
  list_transform(p.experience.employment_details.past, lambda e: e.title) AS "experience.employment_details.past.title"
FROM read_parquet('db') AS p
WHERE
  (
    len(list_filter(p.education.schools, lambda e:
      lower(trim(e.school)) = 'stanford university'
    )) > 0
  ) IS NOT TRUE
  AND (
    p.basic_profile.location.country IN ('France', 'Germany')
    OR p.professional_network.connections >= 500
    OR p.metadata.updated_at < TIMESTAMPTZ '2025-06-01T00:00:00Z'
  )
  AND len(list_filter(p.experience.employment_details.current, lambda e:
    regexp_matches(lower(e.title), '(^|[^\p{L}\p{N}])engineer([^\p{L}\p{N}]|$)')
    AND e.years_at_company_raw >= 2
  )) > 0
ORDER BY
  list_max(list_concat(list_transform(p.experience.employment_details.current, lambda e: e.start_date), list_transform(p.experience.employment_details.past, lambda e: e.start_date))) DESC NULLS LAST,
  lower(trim(p.basic_profile.name)) ASC NULLS LAST,
  p.basic_profile.name ASC,
  p.crustdata_person_id
LIMIT 5
"#;
const SPARK: &str = r#"SELECT count(*)
FROM parquet.`db` AS p
WHERE
  (exists(p.education.schools, e -> lower(trim(e.school)) = 'stanford university')) IS NOT TRUE
  AND (
    p.basic_profile.location.country IN ('France', 'Germany')
    OR p.professional_network.connections >= 500
    OR p.metadata.updated_at < TIMESTAMP '2025-06-01T00:00:00Z'
  )
  AND exists(p.experience.employment_details.current, e ->
    regexp_like(lower(translate(e.title, 'İΣ', 'iσ')), '(^|[^\\p{L}\\p{N}])engineer([^\\p{L}\\p{N}]|$)')
    AND e.years_at_company_raw >= 2
  )
"#;

/// A line of the queries' file.
fn query(database: &Database, path: &Path, json: &str, filter: &Filter, options: &SearchOptions) -> String {
    let sql = |engine: SqlEngine| {
        let table = engine.table(&path.to_string_lossy());
        let columns = SqlColumns::Paths(&FIELDS);
        database.portable_sql(engine, &table, filter, columns, options).expect(json)
    };
    let ids = database.search(filter, options).expect(json).person_ids().expect("ids");
    let ordered = !options.sort.is_by_id() || options.limit.is_some();
    let sql = json!({"duckdb": sql(SqlEngine::DuckDb), "spark": sql(SqlEngine::Spark)});
    json!({"filter": json, "sql": sql, "ids": ids, "ordered": ordered}).to_string()
}

/// Compares the queries with DuckDB; where `ROLO_KEEP_QUERIES` names a folder, they and the database stay there, for Spark.
fn compare(name: &str, folder: &Path, queries: &[String]) {
    let path = folder.join("queries.jsonl");
    fs::write(&path, queries.join("\n")).expect("queries");
    if let Some(kept) = std::env::var_os("ROLO_KEEP_QUERIES") {
        fs::copy(&path, PathBuf::from(kept).join(format!("{name}.jsonl"))).expect("kept queries");
    }
    let differences = portable_differences(&path);
    assert!(
        differences.is_empty(),
        "{} queries, of which DuckDB answers otherwise:\n{differences}",
        queries.len()
    );
}

/// A folder for a database: one that stays if `ROLO_KEEP_QUERIES` names it.
fn database_path(name: &str, folder: &Path) -> PathBuf {
    let kept = std::env::var_os("ROLO_KEEP_QUERIES").map(PathBuf::from);
    let path = kept.as_deref().unwrap_or(folder).join(format!("{name}.parquet"));
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn what_is_printed_for_random_filters_finds_the_same_people() {
    let schema = Schema::person();
    let (generator, mut random) = (Generator::new(&schema), Random::new(0x0d_b5));
    let (folder, _) = folder();
    let path = database_path("random", folder.path());
    let mut records: Vec<String> = (1..=120).map(|id| generator.record(&mut random, id * 7)).collect();
    records.extend(SAMPLE.iter().take(80).cloned());
    records.chunks(70).for_each(|some| {
        load(&path, some);
    });
    let database = Database::open(&path).expect("opens");
    let patterns = FilterOptions { dot_operator: DotOperator::RegexPipeOr, ..FilterOptions::default() };
    let sortable: Vec<&str> =
        schema.paths().iter().filter(|row| row.sort).map(|row| row.path.as_str()).collect();
    let (mut queries, mut found) = (Vec::new(), 0);
    let wanted = cases(512);
    while (queries.len() as u64) < wanted {
        let json = generator.tree(&mut random, &Weights::default()).to_string();
        let mut filter = database.filter(&json, &FilterOptions::default()).expect(&json);
        // Not every text is a pattern, and not every pattern can be said.
        if random.percent(10)
            && let Ok(pattern) = database.filter(&json, &patterns)
            && database
                .portable_sql(SqlEngine::Spark, "x", &pattern, SqlColumns::All, &SearchOptions::default())
                .is_ok()
        {
            filter = pattern;
        }
        let mut options = SearchOptions::default();
        if random.percent(30) {
            let keys = (0..1 + random.below(2))
                .map(|_| (sortable[random.below(sortable.len())], random.percent(50)));
            options.sort = Sort::new(&schema, keys.collect::<Vec<_>>()).expect("an order");
        }
        options.limit = random.percent(20).then(|| random.below(20) as u64);
        let query = query(&database, &path, &json, &filter, &options);
        found += usize::from(!query.contains(r#""ids":[]"#));
        queries.push(query);
    }
    assert!(found * 4 > queries.len(), "{found} of {} filters found somebody", queries.len());
    compare("random", folder.path(), &queries);
}

#[test]
fn odd_texts_mean_the_same_to_other_engines() {
    let (folder, _) = folder();
    let path = database_path("odd", folder.path());
    let records: Vec<String> = (1..)
        .zip(ODD_TEXTS)
        .map(|(id, text)| {
            json!({
                "crustdata_person_id": id,
                "basic_profile": {"name": text, "summary": text, "languages": [text, "x"], "location": text},
                "experience": {"employment_details": {"past": [{"title": text}]}},
            })
            .to_string()
        })
        .collect();
    load(&path, &records);
    let database = Database::open(&path).expect("opens");
    let fields = [
        "basic_profile.name",
        "basic_profile.summary",
        "basic_profile.languages",
        "basic_profile.location",
        "experience.employment_details.title",
    ];
    let mut queries = Vec::new();
    let more = ["berlin", "बर्लिन", "ह", "i", "ς", "σ", "kks", "berlin germany"];
    for field in fields {
        for text in ODD_TEXTS.iter().chain(&more) {
            for operator in ["=", "!=", "(.)", "[.]", "(!)", "in"] {
                let value = if operator == "in" { json!([text]) } else { json!(text) };
                let json = json!({"field": field, "type": operator, "value": value}).to_string();
                // A text without words has nothing to look for.
                let Ok(filter) = database.filter(&json, &FilterOptions::default()) else { continue };
                let sort = Sort::parse("basic_profile.name", database.schema()).expect("an order");
                let options = SearchOptions { sort, ..SearchOptions::default() };
                queries.push(query(&database, &path, &json, &filter, &options));
            }
        }
    }
    compare("odd", folder.path(), &queries);
}

/// What a reader sees, whole.
#[test]
fn printed_queries_are_laid_out_for_readers() {
    let room = Room::with_people();
    room.write(
        "filter.json",
        r#"{"op": "and", "conditions": [
            {"field": "experience.employment_details.current.title", "type": "(.)", "value": "engineer"},
            {"field": "experience.employment_details.current.years_at_company_raw", "type": "=>", "value": 2},
            {"field": "education.schools.school", "type": "!=", "value": "Stanford University"},
            {"op": "or", "conditions": [
                {"field": "basic_profile.location.country", "type": "in", "value": ["Germany", "France"]},
                {"field": "professional_network.connections", "type": ">", "value": 499.5},
                {"field": "metadata.updated_at", "type": "<", "value": "2025-06-01"}]}]}"#,
    );
    let printed = |flags: &str| {
        let ran = room.rolo(&format!("search db -f @filter.json {flags}")).expect(0);
        assert_eq!(ran.err, "");
        ran.out
    };
    let duckdb = printed(concat!(
        "--to-sql duckdb --fields basic_profile.name,experience.employment_details.title ",
        "--sort experience.employment_details.start_date:desc,basic_profile.name --limit 5",
    ));
    assert_eq!(duckdb, DUCKDB);
    assert_eq!(printed("--to-sql spark --count"), SPARK);
}
