//! Records of other sources: what is recognised, what is loaded, and both views of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rolo::engine::{Observer, Reject};
use rolo::filter::FilterOptions;
use rolo::filter::arbitrary::{Generator, Random, Weights};
use rolo::record::Style;
use rolo::{Database, Input, Key, LoadOptions, LoadReport, NoObserver, Schema, SearchOptions};
use serde_json::{Value, json};

use super::cli::Room;
use super::common::{SAMPLE, assert_sound, folder, load};
use super::foreign::{make_samples, schema_violations};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn sample(name: &str) -> Vec<String> {
    unzipped(&data(name)).lines().map(str::to_owned).collect()
}

fn unzipped(path: &Path) -> String {
    let mut text = String::new();
    let file = fs::File::open(path).expect("a sample");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    text
}

#[test]
fn the_samples_are_what_their_script_makes() {
    let (folder, _) = folder();
    if !make_samples(folder.path()) {
        return;
    }
    for name in ["people-pdl-v4.jsonl.gz", "people-pdl-v5.jsonl.gz"] {
        assert!(unzipped(&folder.path().join(name)) == unzipped(&data(name)), "{name} differs");
    }
    let read = |path: &Path| fs::read(path).expect("a file");
    assert!(read(&folder.path().join("leads.csv")) == read(&data("leads.csv")), "leads.csv differs");
    let odd = read(&folder.path().join("leads-odd.tsv"));
    assert_eq!(String::from_utf8(odd).expect("UTF-8"), include_str!("leads-odd.tsv"));
}

fn load_files(database: &Path, files: &[PathBuf], observer: &mut dyn Observer) -> LoadReport {
    let inputs = files.iter().map(|file| Input::file(file).expect("a file")).collect();
    Database::load(database, inputs, &LoadOptions::default(), observer).expect("a load")
}

/// What a view of everybody looks like, by person id.
fn views(
    database: &Database,
    view: impl Fn(&rolo::engine::Person) -> String + Sync,
) -> BTreeMap<u64, String> {
    let ids = database.person_ids().expect("ids");
    let keys: Vec<Option<Key>> = ids.iter().map(|id| Some(Key::person_id(*id))).collect();
    let found = database.lookup(&keys, |person| Ok(view(&person))).expect("a lookup");
    ids.into_iter().zip(found.into_iter().map(|view| view.expect("a person"))).collect()
}

/// The lines that were rejected.
#[derive(Default)]
struct Rejected(BTreeSet<u64>);

impl Observer for Rejected {
    fn reject(&mut self, reject: &Reject) -> std::io::Result<()> {
        self.0.insert(reject.line);
        Ok(())
    }
}

#[test]
fn the_messy_leads_load_as_their_table_says() {
    let (_folder, path) = folder();
    let mut rejected = Rejected::default();
    let report = load_files(&path, &[data("leads.csv")], &mut rejected);
    let table =
        include_str!("leads-odd.tsv").lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let mut expected = BTreeMap::new();
    for row in table {
        expected.entry(row[2]).or_insert_with(BTreeSet::new).insert(row[0].parse::<u64>().expect("a line"));
    }
    assert_eq!(rejected.0, expected["rejected"]);
    assert_eq!(report.people, 300 - expected["rejected"].len() as u64 - expected["skipped"].len() as u64);
    let told = &report.sources[0];
    assert_eq!((told.source.as_str(), told.recognised), ("table", true));
    let read: BTreeSet<&str> = told.columns.iter().map(String::as_str).collect();
    let columns = "First Name,Last Name,E-Mail,Work Email,Mobile Phone,LinkedIn URL,Company,Job Title,City,State,Country,Start Date,End Date";
    assert_eq!(read, columns.split(',').collect());
    let unknown: Vec<&str> = report.unknown.keys().map(String::as_str).collect();
    assert_eq!(unknown, ["Lead Source", "Notes"]);
    assert_sound(&path);
}

#[test]
fn the_columns_of_leads_mean_what_they_say() {
    let (_folder, path) = folder();
    let lead = "First Name;Last Name;E-Mail;Work Email;Mobile Phone;Company;Job Title;City;State;Country;Start Date;End Date;Notes\n\
        Ann;Lee;Ann <ANN@mail.example>; lee@acme.example;(415) 555-0123;Acme Inc;CEO;Portland;OR;USA;Mar 2019;Present;x\n\
        Bo;Ek;bo@mail.example;;;Beta AB;Clerk;;;Deutschland;03/2015;2017-05-01;\n";
    let inputs = vec![Input::bytes("leads.csv", lead)];
    Database::load(&path, inputs, &LoadOptions::default(), &mut NoObserver).expect("a load");
    let database = Database::open(&path).expect("a database");
    let person = |email: &str| -> Value {
        let people = database.get(&Key::email(email).expect("an e-mail")).expect("a lookup");
        serde_json::from_slice(people[0].record()).expect("JSON")
    };
    assert_eq!(
        person("ann@mail.example"),
        json!({
            "basic_profile": {"first_name": "Ann", "last_name": "Lee", "name": "Ann Lee", "current_title": "CEO",
                "location": {"city": "Portland", "state": "Oregon", "country": "United States", "continent": "North America",
                    "full_location": "Portland, Oregon, United States"}},
            "emails": [{"address": "ann@mail.example"}, {"address": "lee@acme.example", "type": "current_professional"}],
            "contact": {"business_emails": [{"email": "lee@acme.example"}]},
            "phones": [{"number": "+14155550123", "type": "mobile"}],
            "experience": {"employment_details": {"current": [
                {"name": "Acme Inc", "title": "CEO", "start_date": "2019-03", "is_default": true}]}}
        })
    );
    let past = &person("bo@mail.example")["experience"]["employment_details"];
    assert_eq!(
        *past,
        json!({"past": [{"name": "Beta AB", "title": "Clerk", "start_date": "2015-03", "end_date": "2017-05-01"}]})
    );
}

/// People of whom everybody carries a person id.
fn with_ids(records: &[String]) -> Vec<String> {
    let carrying = |(at, record): (usize, &String)| {
        let mut record: Value = serde_json::from_str(record).expect("JSON");
        if record["crustdata_person_id"].is_null() {
            record["crustdata_person_id"] = json!(9_000_000_000_u64 + at as u64);
        }
        record.to_string()
    };
    records.iter().enumerate().map(carrying).collect()
}

/// People as a table with a column for each family, its value as JSON.
fn as_csv(records: &[String]) -> String {
    let schema = Schema::person();
    let families: Vec<String> =
        schema.roots().iter().map(|id| schema.node(*id).expect("a family").name.clone()).collect();
    let mut text = format!("{}\n", families.join(","));
    for record in records {
        let record: Value = serde_json::from_str(record).expect("JSON");
        let cell = |family: &String| match &record[family] {
            Value::Null => String::new(),
            Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            value => format!("\"{}\"", value.to_string().replace('"', "\"\"")),
        };
        text.push_str(&families.iter().map(cell).collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

#[test]
fn parquet_csv_and_json_of_the_same_people_answer_alike() {
    let (folder, lines) = folder();
    let people = with_ids(&SAMPLE);
    load(&lines, &people);
    let (csv, parquet) = (folder.path().join("csv.parquet"), folder.path().join("parquet.parquet"));
    let text = as_csv(&people);
    Database::load(&csv, vec![Input::bytes("people.csv", text)], &LoadOptions::default(), &mut NoObserver)
        .expect("a load");
    let report = load_files(&parquet, std::slice::from_ref(&lines), &mut NoObserver);
    assert_eq!((report.people, report.rejected, report.sources[0].source.as_str()), (2_000, 0, "person"));
    let databases = [&lines, &csv, &parquet].map(|path| Database::open(path).expect("a database"));
    let ids = databases.each_ref().map(|database| database.person_ids().expect("ids"));
    assert_eq!(ids[0].len(), 2_000);
    assert!(ids[1..].iter().all(|others| *others == ids[0]));
    let schema = Schema::person();
    let generator = Generator::new(&schema);
    let mut random = Random::new(8);
    let (mut asked, mut found) = (0, 0);
    while asked < 200 {
        let json = generator.tree(&mut random, &Weights::default()).to_string();
        let answers = databases.each_ref().map(|database| {
            let filter = database.filter(&json, &FilterOptions::default()).ok()?;
            Some(database.search(&filter, &SearchOptions::default()).expect(&json).person_ids().expect("ids"))
        });
        let Some(first) = &answers[0] else { continue };
        asked += 1;
        found += usize::from(!first.is_empty());
        assert_eq!(answers[1].as_ref(), Some(first), "csv: {json}");
        assert_eq!(answers[2].as_ref(), Some(first), "parquet: {json}");
    }
    assert!(found > 40, "only {found} queries find somebody");
    for path in [&csv, &parquet] {
        assert_sound(path);
    }
}

/// A database of all sample people, whatever their source.
fn everybody(path: &Path) -> LoadReport {
    let files =
        ["people.jsonl.zst", "people-pdl-v4.jsonl.gz", "people-pdl-v5.jsonl.gz", "leads.csv"].map(data);
    load_files(path, &files, &mut NoObserver)
}

#[test]
fn every_sample_person_is_valid_as_pdl_v4() {
    let (folder, path) = folder();
    let report = everybody(&path);
    let told: Vec<&str> = report.sources.iter().map(|told| told.source.as_str()).collect();
    assert_eq!(told, ["person", "pdl-v4", "pdl-v5", "table"]);
    assert!(report.people > 2_950, "{}", report.people);
    let database = Database::open(&path).expect("a database");
    let sources = database.info().expect("facts").sources;
    assert_eq!(
        (sources["pdl-v4"], sources["pdl-v5"], sources.values().sum::<u64>()),
        (500, 200, report.people)
    );
    for titlecase in [false, true] {
        let rendering = database.rendering("pdl-v4", Style { titlecase }).expect("a source");
        let rendered = views(&database, |person| person.render(&rendering).expect("a person"));
        let lines = folder.path().join("rendered.jsonl");
        fs::write(&lines, rendered.into_values().collect::<Vec<_>>().join("\n")).expect("lines");
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/pdl-v4-person.schema.json");
        assert_eq!(schema_violations(&schema, &lines), "");
    }
}

#[test]
fn records_of_all_sources_come_back_byte_for_byte_and_are_sound() {
    let (_folder, path) = folder();
    everybody(&path);
    assert_sound(&path);
    let database = Database::open(&path).expect("a database");
    let sources = views(&database, |person| String::from_utf8_lossy(person.source()).into_owned());
    let sources: BTreeSet<String> = sources.into_values().collect();
    for record in sample("people-pdl-v4.jsonl.gz").into_iter().chain(sample("people-pdl-v5.jsonl.gz")) {
        assert!(sources.contains(&record), "{record}");
    }
    let again = everybody(&path);
    assert_eq!((again.people, again.total_people), (0, database.people()), "the same people again");
}

/// What of a record the person schema holds, with roles without an end first.
fn comparable(record: &str) -> Value {
    let mut record: Value = serde_json::from_str(record).expect("JSON");
    let roles = record["experience"].as_array_mut().expect("roles");
    roles.sort_by_key(|role| !role["end_date"].is_null());
    // Of a role's places one is held, by its name.
    let job = record["primary"]["job"].take();
    record["primary"]["job"] =
        json!({"title": job["title"], "company": job["company"]["name"], "start_date": job["start_date"]});
    for role in record["experience"].as_array_mut().expect("roles") {
        role["locations"] = role["locations"].get(0).map_or(Value::Null, |place| place["name"].clone());
    }
    record
}

#[test]
fn the_pdl_v4_sample_comes_back_as_pdl_v4() {
    let (_folder, path) = folder();
    load_files(&path, &[data("people-pdl-v4.jsonl.gz")], &mut NoObserver);
    let database = Database::open(&path).expect("a database");
    let rendering = database.rendering("pdl-v4", Style::default()).expect("a source");
    let pairs = views(&database, |person| {
        let source = String::from_utf8_lossy(person.source()).into_owned();
        json!([source, person.render(&rendering).expect("a person")]).to_string()
    });
    assert_eq!(pairs.len(), 500);
    let mut differing: BTreeMap<String, u32> = BTreeMap::new();
    for pair in pairs.values() {
        let [source, rendered]: [String; 2] = serde_json::from_str(pair).expect("a pair");
        let (source, rendered) = (comparable(&source), comparable(&rendered));
        for (key, value) in source.as_object().expect("an object") {
            if rendered[key] != *value {
                *differing.entry(key.clone()).or_default() += 1;
                if differing[key] == 1 {
                    eprintln!("{key}:\n{value}\n{}", rendered[key]);
                }
            }
        }
    }
    assert_eq!(differing, BTreeMap::new());
}

#[test]
fn answers_of_apis_give_the_records_in_them() {
    let (_folder, path) = folder();
    let inner: Vec<&String> = SAMPLE.iter().take(3).collect();
    let search =
        format!("{{\"profiles\": [{}, {}], \"next_cursor\": null, \"total_count\": 2}}", inner[0], inner[1]);
    let enrich = format!(
        "[{{\"matched_on\": \"x\", \"matches\": [{{\"confidence_score\": 1.0, \"person_data\": {}}}]}}]",
        inner[2]
    );
    let bulk = format!(
        "[{{\"status\": 200, \"likelihood\": 9, \"data\": {}}}, {{\"status\": 404}}]",
        sample("people-pdl-v4.jsonl.gz")[0]
    );
    let inputs =
        vec![Input::bytes("search", search), Input::bytes("enrich", enrich), Input::bytes("bulk", bulk)];
    let report = Database::load(&path, inputs, &LoadOptions::default(), &mut NoObserver).expect("a load");
    assert_eq!((report.people, report.rejected), (4, 1));
    let told: Vec<&str> = report.sources.iter().map(|told| told.source.as_str()).collect();
    assert_eq!(told, ["crustdata", "crustdata", "pdl-v4"]);
    let database = Database::open(&path).expect("a database");
    let sources: BTreeSet<String> =
        views(&database, |person| String::from_utf8_lossy(person.source()).into_owned())
            .into_values()
            .collect();
    assert!(inner.iter().all(|record| sources.contains(*record)));
    assert_sound(&path);
}

#[test]
fn a_mapping_of_ones_own_is_read_and_its_mistakes_are_told() {
    let room = Room::empty();
    room.write("crm.csv", "no,mail,firm\n1,a@x.example,Acme\n2,b@x.example,Beta\n");
    let mapping = |mail: &str| {
        let head = "{\"version\": 1, \"source\": \"crm\", \"id\": \"no\",";
        format!("{head} \"record\": {{{mail}, \"firm\": \"basic_profile.headline\"}}}}")
    };
    room.write("crm.json", mapping(r#""mail": {"$to": "emails.address"}"#));
    let failed = room.rolo("load p.parquet crm.csv --map crm.json").expect(2);
    failed.says("record.mail.$to").says("leads through emails, which is array");
    room.write("crm.json", mapping(r#""$here": [{"$each": "emails", "mail": "address"}]"#));
    room.rolo("load p.parquet crm.csv --map crm.json").expect(0).says("read as crm");
    let source = room.rolo("get p.parquet b@x.example --as source").expect(0);
    assert_eq!(source.out, "{\"no\":\"2\",\"mail\":\"b@x.example\",\"firm\":\"Beta\"}\n");
    let person = room.rolo("get p.parquet b@x.example").expect(0).lines();
    assert_eq!(person[0]["basic_profile"]["headline"], "Beta");
    let written = room.rolo("get p.parquet b@x.example --as pdl-v4 --titlecase").expect(0).lines();
    assert_eq!(written[0]["emails"][0]["local"], "b");
    room.rolo("load p.parquet crm.csv --map crm.json").expect(3).says("exists already");
    room.rolo("load p.parquet crm.csv --source acme")
        .expect(2)
        .says("known are person, pdl-v4, pdl-v5, crustdata, table");
}

#[test]
fn a_dry_run_tells_where_every_column_goes() {
    let room = Room::empty();
    room.write("crm.csv", "no,E-Mail Address,Company Name\n1,a@x.example,Acme\n2,b@x.example,Beta\n3,,\n");
    let ran = room.rolo("load p.parquet crm.csv --dry-run").expect(3);
    let expected = "\
2 people would be loaded into p.parquet, which would have 2; nothing was, because of --dry-run
crm.csv: read as table; --source or --map overrule it

     values  path            goes to
          2  Company Name    experience.employment_details.current.name, experience.employment_details.current.company_website_domain, experience.employment_details.current.company_professional_network_profile_url
          2  E-Mail Address  emails.address

3 values under keys that have no place in the person schema: kept in the record
          3  no

1 record rejected
          1  neither id nor key
for example
";
    assert!(ran.err.starts_with(expected), "{}", ran.err);
    assert!(!room.path("p.parquet").exists());
    room.write("odd.csv", "foo,bar\n1,2\n");
    room.rolo("load p.parquet odd.csv")
        .expect(1)
        .says("none of its columns is recognised: foo, bar")
        .says("--map FILE");
}

#[test]
fn nested_and_long_values_are_rejected_or_read_and_never_crash() {
    let room = Room::empty();
    let deep = format!(
        "{{\"profiles\":[{{\"crustdata_person_id\":1}}]}}\n{}{}\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    room.write("deep.jsonl", deep);
    room.rolo("load deep.parquet deep.jsonl").expect(3).says("nested deeper than 128 levels");
    let cell = |levels: usize| format!("{{\"\"zzz\"\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    room.write(
        "cell.csv",
        format!("email,basic_profile\na@x.example,\"{}\"\nb@x.example,\"{}\"\n", cell(100), cell(127)),
    );
    room.rolo("load cell.parquet cell.csv").expect(3).says("1 person loaded");
    room.rolo("verify cell.parquet").expect(0);
    let places = format!(
        "email,location\na@x.example,\"{}\"\nb@x.example,{}\n",
        "1,".repeat(100_000),
        "foo ".repeat(8_000)
    );
    room.write("places.csv", places);
    room.rolo("load places.parquet places.csv").expect(0).says("2 people loaded");
    let members = |at: u32| {
        format!("\"p{at}\": {{\"a\": {{\"$use\": \"p{0}\"}}, \"b\": {{\"$use\": \"p{0}\"}}}}", at + 1)
    };
    let parts: Vec<String> = (0..40).map(members).collect();
    let bomb = format!(
        "{{\"version\": 1, \"source\": \"x\", \"parts\": {{{}, \"p40\": {{}}}}, \"record\": {{\"a\": {{\"$use\": \"p0\"}}}}}}",
        parts.join(", ")
    );
    room.write("bomb.json", bomb);
    room.rolo("load bomb.parquet cell.csv --map bomb.json").expect(2).says("more than 20000 members");
    room.write("long.json", format!("{{\"version\": 1, \"doc\": \"{}\"}}", "x".repeat(2 << 20)));
    room.rolo("load long.parquet cell.csv --map long.json").expect(2).says("longer than 1024 KiB");
}

#[test]
fn several_values_and_odd_numbers_of_a_table_are_read_or_counted() {
    let room = Room::empty();
    let rows = "e-mail,email 1,skills,languages,connections,years_of_experience_raw,city,country,state\n\
        a@x.example,c@x.example,\"[\"\"rust\"\",\"\"sql\"\"]\",German; French,\"1,234\",\"3,5\",Springfield,USA,\n\
        ,b@x.example,go,,,,Portland,USA,OR\n";
    room.write("t.csv", rows);
    room.rolo("load p.parquet t.csv").expect(0).says("2 people loaded").says("years_of_experience_raw");
    let people = room.rolo("get p.parquet c@x.example b@x.example").expect(0).lines();
    assert_eq!(people[0]["emails"][1]["address"], "c@x.example");
    assert_eq!(people[0]["skills"]["professional_network_skills"], json!(["rust", "sql"]));
    assert_eq!(people[0]["basic_profile"]["languages"], json!(["German", "French"]));
    assert_eq!(people[0]["professional_network"]["connections"], 1234);
    assert_eq!(people[0]["years_of_experience_raw"], Value::Null);
    let place = |at: usize| &people[at]["basic_profile"]["location"];
    assert_eq!((&place(0)["state"], &place(0)["country"]), (&Value::Null, &json!("United States")));
    assert_eq!(place(1)["state"], "Oregon");
    // One record that is like nothing known does not decide for those behind it.
    room.write("odd.jsonl", format!("{{\"note\": 1}}\n{}\n", sample("people-pdl-v4.jsonl.gz")[0]));
    room.rolo("load odd.parquet odd.jsonl").expect(3).says("read as pdl-v4");
    room.write("unknown.jsonl", "{\"foo\": 1}\n");
    room.rolo("load unknown.parquet unknown.jsonl").expect(3).says("like nothing known").says("--map");
}

#[test]
fn phones_of_a_table_are_of_the_country_that_is_given() {
    let room = Room::empty();
    room.write("de.csv", "email,phone\na@x.example,030 23125 977\n");
    room.rolo("load p.parquet de.csv --country DE").expect(0);
    let found = room.rolo("get p.parquet --phone +493023125977").expect(0).lines();
    assert_eq!(found[0]["phones"][0]["number"], "+493023125977");
    room.rolo("load p.parquet de.csv --country XX").expect(2).says("two letters, such as DE");
}

/// `docs/mapping.md`, whose example and columns are those of the program.
const DOCUMENT: &str = include_str!("../../docs/mapping.md");

#[test]
fn the_mapping_in_the_documentation_reads_what_it_says() {
    let room = Room::empty();
    let (_, example) = DOCUMENT.split_once("```json\n").expect("an example");
    room.write("crm.json", example.split_once("```").expect("its end").0);
    let record = r#"{"customer_no": 7, "person": {"given": "Ann", "family": "Lee"}, "vip": true, "mails": [{"addr": "ann@x.example", "kind": "work"}],
        "jobs": [{"firm": "Acme", "since": "Mar 2019", "until": null}, {"firm": "Beta", "since": "2015", "until": "2018"}]}"#;
    room.write("crm.jsonl", record);
    let ran = room.rolo("load p.parquet crm.jsonl --map crm.json --dry-run").expect(0);
    ran.says("customer_no")
        .says("crustdata_person_id")
        .says("jobs.firm")
        .says("experience.employment_details.name")
        .says("vip");
    room.rolo("load p.parquet crm.jsonl --map crm.json").expect(0);
    let person = &room.rolo("get p.parquet ann@x.example").expect(0).lines()[0];
    assert_eq!(person["basic_profile"]["last_name"], "Lee");
    assert_eq!(person["emails"][0]["type"], "work");
    let roles = &person["experience"]["employment_details"];
    assert_eq!(
        (&roles["current"][0]["name"], &roles["current"][0]["start_date"]),
        (&json!("Acme"), &json!("2019-03"))
    );
    assert_eq!((&roles["past"][0]["name"], &roles["past"][0]["end_date"]), (&json!("Beta"), &json!("2018")));
    assert_sound(&room.path("p.parquet"));
}

#[test]
fn the_documentation_lists_the_columns_that_are_known() {
    let (_, list) = DOCUMENT.split_once("<!-- columns -->").expect("the columns");
    let listed: Vec<&str> =
        list.split_once("<!-- /columns -->").expect("their end").0.split(',').map(str::trim).collect();
    let table: Value = serde_json::from_str(include_str!("../../schemas/sources/table.json")).expect("JSON");
    let known: BTreeSet<&str> =
        table["columns"].as_object().expect("columns").keys().map(String::as_str).collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), known);
}
