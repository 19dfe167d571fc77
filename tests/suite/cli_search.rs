//! `rolo search` as a process: filters in, people, counts and plans out, and what it says of filters that find nobody or
//! cannot be read.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::cli::{Ran, Room};

/// Ada manages at Acme and advises Retool; Bo manages at Retool; Cy has code and is no manager any more; Di has a name only.
const PEOPLE: &str = concat!(
    r#"{"crustdata_person_id":30,"basic_profile":{"name":"Ada","location":{"country":"Germany"}},"experience":{"employment_details":{"current":[{"name":"Acme","title":"Engineering Manager","x":1},{"name":"Retool","title":"Adviser"}],"past":[]}}}"#,
    "\n",
    r#"{"crustdata_person_id":4,"basic_profile":{"name":"Bo","summary":"Builds, sells"},"experience":{"employment_details":{"current":[{"title":"Engineering Manager","name":"Retool"}],"past":[{"name":"Acme","title":"Intern"}]}}}"#,
    "\n",
    r#"{"crustdata_person_id":100,"basic_profile":{"name":"Cy\u001b[31m","location":{"country":"Norway"}},"experience":{"employment_details":{"current":[],"past":[{"name":"Initech","title":"Area Manager"}]}},"dev_platform_profiles":[{"name":"a"},{"name":"b","repos":[{"full_name":"b/x","primary_language":"Go"},{"full_name":"b/y","primary_language":"Rust"}]}]}"#,
    "\n",
    r#"{"crustdata_person_id":7,"basic_profile":{"name":"Di"}}"#,
    "\n",
);

const TITLE: &str = "experience.employment_details.current.title";
const COMPANY: &str = "experience.employment_details.current.name";

fn room() -> Room {
    let room = Room::empty();
    room.write("people.jsonl", PEOPLE);
    room.rolo("load db people.jsonl -q").expect(0);
    room
}

fn condition(field: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"field": field, "type": operator, "value": value.into()})
}

/// A manager, and somebody at Retool.
fn manager_and_retool(op: &str) -> Value {
    let conditions = [condition(TITLE, "(.)", "manager"), condition(COMPANY, "=", "retool")];
    json!({"op": op, "conditions": conditions})
}

fn managers() -> Value {
    condition("experience.employment_details.title", "(.)", "manager")
}

impl Room {
    /// Runs `rolo search db` with a filter and flags, which are separated by blanks.
    fn search(&self, filter: &Value, flags: &str) -> Ran {
        let filter = filter.to_string();
        let mut arguments = vec!["search", "db", "--filters", &filter];
        arguments.extend(flags.split_whitespace());
        self.rolo_args(&arguments)
    }
}

fn ids(people: &[Value]) -> Vec<u64> {
    people.iter().map(|person| person["crustdata_person_id"].as_u64().unwrap()).collect()
}

#[test]
fn people_come_by_ascending_id_as_they_were_loaded() {
    let room = room();
    let ran = room.search(&managers(), "").expect(0).says("3 people");
    let [ada, bo, cy, _] = PEOPLE.lines().collect::<Vec<_>>()[..] else { panic!("four people") };
    assert_eq!(ran.out, format!("{bo}\n{ada}\n{cy}\n"));
    let ran = room.search(&managers(), "--limit 2").expect(0).says("2 of 3 people");
    assert_eq!(ids(&ran.lines()), [4, 30]);
    let ran = room.search(&managers(), "--limit 0").expect(0).says("0 of 3 people");
    assert_eq!(ran.out, "");
}

#[test]
fn an_order_pages_and_exclusions() {
    let room = room();
    let name = "--fields basic_profile.name --format jsonl";
    let names = |ran: &Ran| -> Vec<String> {
        ran.lines()
            .iter()
            .map(|line| line["basic_profile"]["name"].as_str().unwrap_or("-").to_string())
            .collect()
    };
    let all = condition("crustdata_person_id", "is_not_null", json!(null));
    let whole = room.search(&all, &format!("{name} --sort basic_profile.name:desc")).expect(0);
    let mut expected = names(&whole);
    assert_eq!(expected.len(), 4);
    assert!(expected.is_sorted_by(|a, b| a >= b), "{expected:?}");
    let page = room.search(&all, &format!("{name} --sort basic_profile.name:desc --limit 3")).expect(0);
    let cursor = page.err.split("--cursor ").nth(1).expect("a cursor").trim().to_string();
    page.says("3 of 4 people\nthe next page: --cursor ");
    room.search(&all, &format!("{name} --sort basic_profile.name:desc --cursor {cursor}"))
        .expect(0)
        .says("1 of 4 people\n");
    let ran = room.search(&all, &format!("{name} --cursor {cursor}")).expect(2);
    ran.says("the cursor belongs to a search with another filter or order");
    room.search(&all, &format!("{name} --cursor xyz")).expect(2).says("not one that a search gave");
    room.search(&all, "--sort basic_profile.headline")
        .expect(2)
        .says("cannot sort by 'basic_profile.headline'");
    let last = expected.pop().expect("somebody");
    room.write("known.txt", format!("{}\n\nNobody At All\n", last.to_uppercase()));
    let ran =
        room.search(&all, &format!("{name} --sort basic_profile.name:desc --exclude known.txt")).expect(0);
    assert_eq!(names(&ran), expected);
    ran.says("3 of 4 people, 1 left out");
    room.search(&all, "--exclude nothing.txt").expect(1).says("nothing.txt: cannot be read");
    room.write("known.txt", "x\n".repeat(50_001));
    room.search(&all, "--exclude known.txt").expect(2).says("known.txt lists more than 50,000 people");
}

#[test]
fn facets_and_suggestions_count_people() {
    let room = room();
    let flags = format!("--facets {TITLE},basic_profile.name --limit 2 --format jsonl");
    let lines = room.search(&managers(), &flags).expect(0).lines();
    assert!(
        lines.iter().any(|line| line["field"] == TITLE && line["people"].as_u64() >= Some(1)),
        "{lines:?}"
    );
    assert_eq!(lines.iter().filter(|line| line["field"] == "basic_profile.name").count(), 2);
    let flags = format!("--facets {TITLE} --facets-of matched --format jsonl");
    let matched = room.search(&managers(), &flags).expect(0).lines();
    let is_manager =
        |line: &Value| line["value"].as_str().is_some_and(|title| title.to_lowercase().contains("manager"));
    assert!(!matched.is_empty() && matched.iter().all(is_manager), "{matched:?}");
    room.search(&managers(), "--facets basic_profile.summary").expect(2).says("no facet of");
    room.search(&managers(), "--facets-of matched").expect(2);
    let ran = room.rolo(&format!("suggest db {TITLE} eng --format jsonl")).expect(0);
    assert!(ran.lines().iter().all(is_manager) && !ran.lines().is_empty(), "{}", ran.out);
    room.rolo("suggest db current_title x").expect(2).says("Field 'current_title' is not valid");
    room.rolo("suggest db basic_profile.name qqq").expect(0).says("0 values");
}

#[test]
fn a_filter_is_given_as_text_as_a_file_or_on_standard_input() {
    let room = room();
    let filter = manager_and_retool("and");
    let expected = room.search(&filter, "").expect(0).out;
    assert_eq!(expected.lines().count(), 1);
    room.write("filter.json", filter.to_string());
    assert_eq!(room.rolo("search db --filters @filter.json").expect(0).out, expected);
    assert_eq!(room.rolo("search db -f @filter.json").expect(0).out, expected);
    assert_eq!(room.rolo_with_stdin("search db -f -", filter.to_string().as_bytes()).expect(0).out, expected);
    room.rolo("search db -f filter.json").expect(2).says("--filters @filter.json");
    room.rolo("search db -f @nothing.json").expect(1).says("nothing.json: cannot be read");
    room.rolo_with_stdin("search db -f -", b" \n").expect(2).says("the filter is empty");
}

#[test]
fn a_count_is_a_number_and_nothing_else() {
    let room = room();
    let ran = room.search(&managers(), "--count").expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("3\n", ""));
    // The same two conditions: on one role, and each on some role.
    assert_eq!(room.search(&manager_and_retool("and"), "--count").expect(0).out, "1\n");
    assert_eq!(room.search(&manager_and_retool("all_of"), "--count").expect(0).out, "2\n");
    room.search(&managers(), "--count -o count.txt").expect(0);
    assert_eq!(room.read("count.txt"), "3\n");
}

#[test]
fn fields_are_returned_exactly() {
    let room = room();
    let fields = format!("--fields basic_profile.name,{TITLE}");
    let ran = room.search(&condition("basic_profile.name", "in", json!(["Ada", "Di"])), &fields).expect(0);
    let expected = [
        json!({"basic_profile": {"name": "Di"}, "experience": {"employment_details": {"current": []}}}),
        json!({"basic_profile": {"name": "Ada"}, "experience": {"employment_details": {"current": [{"title": "Engineering Manager"}, {"title": "Adviser"}]}}}),
    ];
    assert_eq!(ran.lines(), expected);
    let ran = room.search(&managers(), "--fields basic_profile.nmae").expect(2);
    assert_eq!(ran.out, "");
    ran.says("did you mean basic_profile.name");
}

#[test]
fn every_format_tells_the_same() {
    let room = room();
    let fields = "--fields crustdata_person_id,basic_profile.name";
    let lines = room.search(&managers(), fields).expect(0).lines();
    let array = room.search(&managers(), &format!("{fields} --format json")).expect(0).out;
    assert_eq!(serde_json::from_str::<Value>(&array).unwrap(), Value::Array(lines));
    let csv = room.search(&managers(), &format!("{fields} --format csv --limit 2")).expect(0).out;
    assert_eq!(csv, "crustdata_person_id,basic_profile.name\n4,Bo\n30,Ada\n");
    let table = room.search(&managers(), "--format table --color never").expect(0).out;
    let header = table.lines().next().unwrap();
    assert!(header.contains("name") && header.contains("country"), "{table}");
    assert!(!table.chars().any(|c| c.is_control() && c != '\n'), "{table:?}");
    // Nobody is an empty list, and a header without rows.
    let nobody = condition("basic_profile.name", "=", "nobody");
    assert_eq!(room.search(&nobody, "-q --format json").expect(0).out, "[]\n");
    assert_eq!(room.search(&nobody, &format!("-q {fields} --format csv")).expect(0).out.lines().count(), 1);
}

#[test]
fn a_file_appears_only_when_it_is_complete() {
    let room = room();
    room.search(&managers(), "-o found.csv").expect(0).says("3 people");
    assert!(room.read("found.csv").starts_with("crustdata_person_id,basic_profile.name,"));
    room.search(&managers(), "-o found.json --limit 1").expect(0);
    let found: Value = serde_json::from_str(&room.read("found.json")).unwrap();
    assert_eq!(ids(found.as_array().unwrap()), [4]);
    room.search(&managers(), "-o db").expect(2).says("is the database itself");
    room.search(&condition("basic_profile.nmae", "=", "x"), "-o none.csv").expect(2);
    assert_eq!(room.names(), ["db", "found.csv", "found.json", "people.jsonl"]);
}

#[test]
fn matched_names_the_elements_that_satisfied_the_conditions() {
    let room = room();
    let flags = "--matched --fields basic_profile.name";
    let ran = room.search(&manager_and_retool("all_of"), flags).expect(0);
    let current = "experience.employment_details.current";
    let expected = [
        json!({"person": {"basic_profile": {"name": "Bo"}}, "matched": [
            {"path": current, "index": 0, "element": {"title": "Engineering Manager", "name": "Retool"}}]}),
        json!({"person": {"basic_profile": {"name": "Ada"}}, "matched": [
            {"path": current, "index": 0, "element": {"name": "Acme", "title": "Engineering Manager", "x": 1}},
            {"path": current, "index": 1, "element": {"name": "Retool", "title": "Adviser"}}]}),
    ];
    assert_eq!(ran.lines(), expected);
    // A past role, and the record as it was loaded.
    let ran = room.search(&managers(), "--matched").expect(0);
    assert_eq!(ids(&ran.lines().iter().map(|line| line["person"].clone()).collect::<Vec<_>>()), [4, 30, 100]);
    assert_eq!(ran.lines()[2]["matched"][0]["path"], "experience.employment_details.past");
    assert_eq!(ran.lines()[2]["matched"][0]["index"], 0);
    // An element inside an element.
    let rust = condition("dev_platform_profiles.repos.primary_language", "=", "rust");
    let matched = room.search(&rust, flags).expect(0).lines()[0]["matched"].clone();
    assert_eq!((&matched[0]["path"], &matched[0]["index"]), (&json!("dev_platform_profiles"), &json!(1)));
    assert_eq!(
        (&matched[1]["path"], &matched[1]["index"]),
        (&json!("dev_platform_profiles[1].repos"), &json!(1))
    );
    assert_eq!(matched[1]["element"]["full_name"], "b/y");
    // Conditions on the person match no element.
    let ran = room.search(&condition("basic_profile.name", "=", "Di"), flags).expect(0);
    assert_eq!(ran.lines()[0]["matched"], json!([]));
}

#[test]
fn matched_elements_are_short_cells_in_tables() {
    let room = room();
    let flags = "--matched --fields basic_profile.name --format csv";
    let csv = room.search(&manager_and_retool("all_of"), flags).expect(0).out;
    let expected = "basic_profile.name,matched\n\
                    Bo,\"current[0]: Retool, Engineering Manager\"\n\
                    Ada,\"current[0]: Acme, Engineering Manager; current[1]: Retool, Adviser\"\n";
    assert_eq!(csv, expected);
    let table = room.search(&manager_and_retool("and"), "--matched --format table").expect(0).out;
    assert!(table.contains("current[0]: Retool, Engineering Manager"), "{table}");
}

#[test]
fn a_plan_is_printed_for_people_or_as_json() {
    let room = room();
    let filter = manager_and_retool("and");
    let ran = room.search(&filter, "--explain").expect(0);
    assert!(ran.out.contains("4 people in 1 segment: nothing was run"), "{}", ran.out);
    assert!(ran.out.contains("one experience.employment_details.current:"), "{}", ran.out);
    assert!(ran.out.contains("├─ name = \"retool\""), "{}", ran.out);
    assert!(ran.out.contains("dictionary: 1 of"), "{}", ran.out);
    let ran = room.search(&filter, "--explain=analyze").expect(0);
    assert!(ran.out.contains("4 people in 1 segment: 1 found in "), "{}", ran.out);
    assert_eq!(ran.err, "");
    let plan: Value =
        serde_json::from_str(&room.search(&filter, "--explain --format json").expect(0).out).unwrap();
    assert_eq!((&plan["analyzed"], &plan["plan"]["operator"]), (&json!(false), &json!("some")));
    assert_eq!((plan.get("found"), plan["plan"].get("found")), (None, None));
    room.search(&filter, "--explain=analyze -o plan.json --format json").expect(0);
    let plan: Value = serde_json::from_str(&room.read("plan.json")).unwrap();
    assert_eq!((&plan["found"], &plan["records_read"], &plan["people"]), (&json!(1), &json!(0), &json!(4)));
    assert_eq!(plan["plan"]["inputs"][0]["inputs"][0]["detail"], format!("{COMPANY} = \"retool\""));
    room.search(&filter, "--explain --format csv").expect(2).says("a plan is a tree");
    // Only text that no index holds word for word is compared with records.
    let long = condition("basic_profile.summary", "=", "builds, sells");
    let ran = room.search(&long, "--explain=analyze").expect(0);
    assert!(ran.out.contains("and 1 record read") && ran.out.contains("then the records"), "{}", ran.out);
}

#[test]
fn what_is_wrong_with_a_filter_is_2_with_its_place_and_a_way_out() {
    let room = room();
    for (filter, said) in [
        (condition("basic_profile.nmae", "=", "x"), "did you mean basic_profile.name"),
        (condition("current_title", "=", "CEO"), "Unsupported filter field: 'current_title'"),
        (condition("skills", "=", "Go"), "such as skills.professional_network_skills"),
        (condition("years_of_experience_raw", ">=", 3), "write '=>'"),
        (condition("years_of_experience_raw", "=>", "3"), "value: "),
        (condition("basic_profile.name", "in", "Ann"), "value: "),
        (condition("basic_profile.name", "<", "Ann"), "does not fit basic_profile.name"),
        (condition("basic_profile.name", "(.)", " - "), "at least one letter or digit"),
        (json!({"op": "and", "conditions": []}), "conditions: "),
        (json!({"op": "and", "conditions": [{"field": "basic_profile.name"}]}), "conditions[0]: "),
        (json!({"op": "AND", "conditions": [managers()]}), "wanted: and"),
        (condition("basic_profile.location", "geo_distance", "Oslo"), "wanted: an object with `location`"),
        (condition("basic_profile.name", "in", vec!["x"; 50_001]), "list_items"),
        (json!({"op": "or", "conditions": vec![managers(); 10_000]}), "nodes"),
        ((0..33).fold(managers(), |inner, _| json!({"op": "or", "conditions": [inner]})), "depth"),
    ] {
        room.write("filter.json", filter.to_string());
        let ran = room.rolo("search db -f @filter.json").expect(2).says(said).says("rolo: filter: ");
        assert_eq!(ran.out, "");
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    }
    room.write("filter.json", "{\"op\": \"and\",\n \"conditions\": [}");
    room.rolo("search db -f @filter.json").expect(2).says("line 2, column 17");
    for filter in ["name = Ann", "[]", "\"x\""] {
        let ran = room.rolo_args(&["search", "db", "-f", filter]).expect(2);
        ran.says("the filter is no JSON object; wanted: a condition, such as {\"field\"");
    }
}

#[test]
fn nobody_found_is_no_failure_and_is_explained() {
    let room = room();
    let ran = room.search(&condition(COMPANY, "=", "Retol"), "").expect(0);
    assert_eq!(ran.out, "");
    let ran = ran.says(&format!("nobody has {COMPANY} = \"retol\"")).says("near spellings: \"Retool\"");
    let again = room.search(&condition(COMPANY, "=", "Retol"), "--count").expect(0).says("near spellings");
    assert_eq!((again.out.as_str(), ran.err.starts_with("0 people\n")), ("0\n", true));
    // Each is met by some role, none meets both.
    let conditions = [condition(TITLE, "(.)", "adviser"), condition(COMPANY, "=", "acme")];
    let ran = room.search(&json!({"op": "and", "conditions": conditions}), "").expect(0);
    ran.says("some element of experience.employment_details.current, but by no one element")
        .says("title (.) \"adviser\"")
        .says("name = \"acme\"");
    // Each finds somebody, nobody meets both.
    let conditions = [condition("basic_profile.name", "=", "bo"), condition(TITLE, "(.)", "adviser")];
    room.search(&json!({"op": "and", "conditions": conditions}), "")
        .expect(0)
        .says("nobody meets all of them");
    // An intern there was, but none is now.
    room.search(&condition(TITLE, "=", "intern"), "").expect(0).says(&format!("nobody has {TITLE}"));
    let conditions =
        [condition("basic_profile.name", "=", "bo"), condition(TITLE, "!=", "Engineering Manager")];
    room.search(&json!({"op": "and", "conditions": conditions}), "").expect(0).says("is excluded by");
    let ran = room.search(&condition(COMPANY, "=", "Retol"), "-q").expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn who_finds_nobody_is_told_what_there_is_instead() {
    let room = Room::empty();
    let person = |id: u64, name: &str, city: &str, country: &str| {
        let role = json!({"title": "CEO", "seniority_level": "CXO", "company_headquarters_country": "USA"});
        json!({
            "crustdata_person_id": id,
            "basic_profile": {"name": name, "location": {"city": city, "country": country}},
            "experience": {"employment_details": {"current": [role]}},
        })
    };
    let people = [person(1, "Ada", "Boston", "United States"), person(2, "Bo", "Lyon", "France")];
    room.write("people.jsonl", people.map(|person| person.to_string()).join("\n"));
    room.rolo("load db people.jsonl -q").expect(0);
    let role = |leaf: &str| format!("experience.employment_details.current.{leaf}");
    // A closed set.
    let boss = condition(&role("seniority_level"), "=", "Boss");
    room.search(&boss, "").expect(0).says("its values are \"Entry Level\", \"Entry Level Manager\"");
    // Codes where names were asked for, and the other way round.
    let headquarters = condition(&role("company_headquarters_country"), "=", "United States");
    room.search(&headquarters, "").expect(0).says("here it is written \"USA\"");
    let country = condition("basic_profile.location.country", "in", json!(["USA"]));
    room.search(&country, "").expect(0).says("here it is written \"United States\"");
    let nowhere = room.search(&condition("basic_profile.location.country", "=", "Japan"), "").expect(0);
    assert!(!nowhere.err.contains("here it is written"), "{}", nowhere.err);
    // Of three conditions the two that have nobody in common.
    let conditions = [
        condition(&role("title"), "=", "CEO"),
        condition("basic_profile.name", "=", "Ada"),
        condition("basic_profile.location.city", "=", "Lyon"),
    ];
    let ran = room.search(&json!({"op": "and", "conditions": conditions}), "").expect(0);
    let ran = ran.says("nobody meets all of them").says("basic_profile.name").says("city = \"lyon\"");
    assert!(!ran.err.contains("title"), "{}", ran.err);
    // What people are sorted by is among the columns.
    let all = condition("crustdata_person_id", "is_not_null", json!(null));
    let ran = room.search(&all, "--format table --sort professional_network.connections:desc").expect(0);
    assert!(ran.out.lines().next().is_some_and(|header| header.contains("connections")), "{}", ran.out);
}

#[test]
fn the_modes_of_early_clients_can_be_switched_on() {
    let room = room();
    let either = condition(TITLE, "(.)", "advis|intern");
    assert_eq!(room.search(&either, "-q --count").expect(0).out, "0\n");
    let pattern = "--dot-operator-mode regex_pipe_or";
    assert_eq!(room.search(&either, &format!("{pattern} --count")).expect(0).out, "1\n");
    room.search(&condition(TITLE, "(.)", "("), pattern).expect(2).says("a regular expression");
    let nameless = json!({"field": TITLE, "type": "is_null"});
    assert_eq!(room.search(&nameless, "--count").expect(0).out, "2\n");
    room.search(&nameless, "--null-operators off").expect(2).says("is_null").says("switched off");
}

#[test]
fn a_search_gives_up_at_its_time_limit() {
    let room = room();
    let ran = room.search(&managers(), "--time-limit 0.000000001").expect(1);
    assert_eq!(ran.out, "");
    ran.says("took longer than its limit of 0.000000001 s");
    assert_eq!(room.search(&managers(), "--time-limit 60 --count").expect(0).out, "3\n");
}

#[test]
fn a_closed_pipe_is_a_normal_end() {
    let room = Room::empty();
    let person = |id: u64| {
        format!("{{\"crustdata_person_id\":{id},\"basic_profile\":{{\"name\":\"{}\"}}}}\n", "x".repeat(500))
    };
    room.write("people.jsonl", (1..=2_000).map(person).collect::<String>());
    room.rolo("load db people.jsonl -q").expect(0);
    let filter = condition("crustdata_person_id", "=>", 1).to_string();
    let mut command = room.command("search db -q --filters");
    let mut child = command.arg(filter).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 100]).unwrap();
    drop(out);
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(ran.err, "");
    assert!(fs::metadata(room.path("db")).is_ok());
}
