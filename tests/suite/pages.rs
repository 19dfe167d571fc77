//! Order and pages: every sorted search against a sort of the records, walks through pages while people are added, exclusions.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

use rolo::engine::CursorError;
use rolo::filter::Field;
use rolo::record::{Value, parse};
use rolo::{Cursor, Database, Error, Exclusions, Filter, FilterOptions, Key, Schema, SearchOptions, Sort};
use serde_json::json;

use super::common::{Random, cases, everybody, folder, load};
use super::records::{Known, people, values_at};

fn filter(json: &str) -> Filter {
    Filter::parse(json, &Schema::person(), &FilterOptions::default()).expect(json)
}

/// The value by which somebody counts: the first leaf's that has one, of arrays the least or the greatest.
fn value(schema: &Schema, record: &Value<'_>, path: &str, descending: bool) -> Option<Known> {
    let field = Field::of(schema, path).expect(path);
    let mut all = Vec::new();
    for chain in &field.reads {
        all.extend(
            chain
                .iter()
                .map(|leaf| values_at(schema, record, *leaf))
                .find(|found| !found.is_empty())
                .unwrap_or_default(),
        );
    }
    let better = |a: &Known, b: &Known| if descending { b.order(a) } else { a.order(b) };
    all.into_iter().min_by(better)
}

/// The ids of all people in an order, by their records.
fn expected(database: &Database, ids: &[u64], keys: &[(&str, bool)]) -> Vec<u64> {
    let schema = Schema::person();
    let wanted: Vec<Option<Key>> = ids.iter().map(|&id| Some(Key::person_id(id))).collect();
    let records =
        database.lookup(&wanted, |person| Ok(String::from_utf8_lossy(person.source()).into_owned()));
    let records = records.expect("a lookup");
    let mut people: Vec<(Vec<Option<Known>>, u64)> = Vec::new();
    for (record, id) in records.iter().zip(ids) {
        let parsed = parse(record.as_deref().expect("a record").as_bytes()).expect("JSON");
        let own = |(path, descending): &(&str, bool)| match *path {
            "crustdata_person_id" => Some(Known::Whole(*id as i64)),
            path => value(&schema, &parsed.value, path, *descending),
        };
        people.push((keys.iter().map(own).collect(), *id));
    }
    people.sort_by(|(a, a_id), (b, b_id)| {
        let each = a.iter().zip(b).zip(keys).map(|((a, b), (_, descending))| match (a, b) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) if *descending => b.order(a),
            (Some(a), Some(b)) => a.order(b),
        });
        each.fold(Ordering::Equal, Ordering::then).then(a_id.cmp(b_id))
    });
    people.into_iter().map(|(_, id)| id).collect()
}

fn sortable(schema: &Schema) -> Vec<&str> {
    schema.paths().iter().filter(|row| row.sort).map(|row| row.path.as_str()).collect()
}

/// Up to three paths, each up or down.
fn random_keys<'p>(random: &mut Random, paths: &[&'p str]) -> Vec<(&'p str, bool)> {
    let count = random.below(4);
    (0..count).map(|_| (paths[random.below(paths.len() as u64) as usize], random.below(2) == 1)).collect()
}

const FILTERS: [&str; 4] = [
    r#"{"field":"crustdata_person_id","type":"is_not_null"}"#,
    r#"{"field":"basic_profile.location.country","type":"is_not_null"}"#,
    r#"{"field":"basic_profile.name","type":"!=","value":"engineer"}"#,
    r#"{"field":"crustdata_person_id","type":"<","value":40}"#,
];

#[test]
fn every_path_sorts_as_the_records_do() {
    let schema = Schema::person();
    let (_folder, path) = folder();
    for part in 0..3 {
        load(&path, &people(part, part * 100 + 1, 60));
    }
    let database = Database::open(&path).expect("opens");
    let all = filter(FILTERS[0]);
    let ids = database.search(&all, &SearchOptions::default()).expect("a search").person_ids().expect("ids");
    for path in sortable(&schema) {
        for descending in [false, true] {
            let sort = Sort::new(&schema, [(path, descending)]).expect(path);
            let options = SearchOptions { sort, ..SearchOptions::default() };
            let hits = database.search(&all, &options).expect(path);
            assert_eq!(
                hits.person_ids().expect("ids"),
                expected(&database, &ids, &[(path, descending)]),
                "{path}"
            );
            let few = SearchOptions { limit: Some(7), ..options };
            let first = database.search(&all, &few).expect(path).person_ids().expect("ids");
            assert_eq!(first, hits.person_ids().expect("ids")[..7], "{path}");
        }
    }
}

#[test]
fn pages_give_everybody_once_and_in_order_while_another_process_adds_people() {
    let schema = Schema::person();
    let paths = sortable(&schema);
    let mut random = Random(0x9a6e);
    let (folder, path) = folder();
    (1..5).for_each(|part| {
        load(&path, &people(part, part * 1_000, 30));
    });
    let other = OtherProcess::start(folder.path(), &path);
    for walk in 0..cases(64) {
        let filter = filter(FILTERS[random.below(4) as usize]);
        let keys = random_keys(&mut random, &paths);
        let sort = Sort::new(&schema, keys.iter().copied()).expect("an order");
        let options =
            |limit, cursor| SearchOptions { limit, sort: sort.clone(), cursor, ..SearchOptions::default() };
        let first = Database::open(&path).expect("opens");
        let ids =
            first.search(&filter, &SearchOptions::default()).expect("a search").person_ids().expect("ids");
        let expected = expected(&first, &ids, &keys);
        assert_eq!(
            first.search(&filter, &options(None, None)).expect("a search").person_ids().expect("ids"),
            expected
        );
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            // The cursor alone says where to go on, as a text.
            let at: Option<Cursor> = cursor.map(|text: String| text.parse().expect("a cursor"));
            let database = match &at {
                None => Database::open_at(&path, &first.snapshot_name()).expect("the commit"),
                Some(cursor) => Database::open_at(&path, cursor.snapshot()).expect("the commit"),
            };
            let limit = 1 + random.below(40);
            let hits = database.search(&filter, &options(Some(limit), at)).expect("a page");
            assert_eq!(hits.total(), ids.len() as u64);
            found.extend(hits.person_ids().expect("ids"));
            match hits.next() {
                None => break,
                Some(next) => cursor = Some(next.to_string()),
            }
            assert_eq!(hits.len() as u64, limit, "only the last page is short");
            if random.below(20) == 0 {
                other.add(1 + random.below(3));
            }
        }
        assert_eq!(found, expected, "walk {walk}, {sort}, {}", filter.to_json());
    }
    other.finish();
    assert!(Database::open(&path).expect("opens").generation() > 4, "nothing was added");
}

/// Loads people with the command, one load after the other, while the test goes on.
struct OtherProcess {
    counts: Sender<u64>,
    loads: JoinHandle<()>,
}

impl OtherProcess {
    fn start(folder: &Path, database: &Path) -> Self {
        let (counts, asked) = mpsc::channel();
        let (input, database) = (folder.join("more.jsonl"), database.to_path_buf());
        let loads = std::thread::spawn(move || {
            for (part, count) in (5..).zip(asked) {
                fs::write(&input, people(part, part * 1_000, count).join("\n")).expect("people");
                let mut command = Command::new(env!("CARGO_BIN_EXE_rolo"));
                let ran =
                    command.arg("load").arg(&database).arg(&input).arg("-q").output().expect("rolo starts");
                // 3: some of the sample's people are there already.
                let done = matches!(ran.status.code(), Some(0 | 3));
                assert!(done, "{}", String::from_utf8_lossy(&ran.stderr));
            }
        });
        Self { counts, loads }
    }

    fn add(&self, people: u64) {
        self.counts.send(people).expect("the loads go on");
    }

    /// Waits for all loads.
    fn finish(self) {
        drop(self.counts);
        self.loads.join().expect("every load");
    }
}

#[test]
fn a_cursor_fits_its_search_and_its_commit_alone() {
    let schema = Schema::person();
    let (_folder, path) = folder();
    load(&path, &people(1, 1, 40));
    let database = Database::open(&path).expect("opens");
    let all = filter(FILTERS[0]);
    let sort = |text: &str| Sort::parse(text, &schema).expect(text);
    let by_name =
        SearchOptions { limit: Some(5), sort: sort("basic_profile.name:desc"), ..SearchOptions::default() };
    let cursor = database.search(&all, &by_name).expect("a page").next().expect("another page");
    let problem = |database: &Database, filter: &Filter, options: SearchOptions| match database
        .search(filter, &options)
    {
        Err(Error::Cursor(problem)) => problem,
        other => panic!("{:?}", other.map(|hits| hits.len())),
    };
    let with = |cursor| SearchOptions { cursor: Some(cursor), ..by_name.clone() };
    assert_eq!(problem(&database, &filter(FILTERS[1]), with(cursor)), CursorError::OtherQuery);
    let other = SearchOptions { sort: sort("basic_profile.name"), ..with(cursor) };
    assert_eq!(problem(&database, &all, other), CursorError::OtherQuery);
    load(&path, &people(2, 500, 3));
    let newer = Database::open(&path).expect("opens");
    let wanted = CursorError::OtherSnapshot { wanted: 1, open: 2, same_file: true };
    assert_eq!(problem(&newer, &all, with(cursor)), wanted);
    let (_other_folder, other_path) = folder();
    load(&other_path, &people(1, 1, 40));
    let other = Database::open(&other_path).expect("opens");
    let wanted = CursorError::OtherSnapshot { wanted: 1, open: 1, same_file: false };
    assert_eq!(problem(&other, &all, with(cursor)), wanted);
    let text = cursor.to_string();
    assert_eq!(text.parse(), Ok(cursor));
    for at in 0..text.len() {
        let mut damaged = text.clone().into_bytes();
        damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
        let damaged = String::from_utf8(damaged).expect("ASCII");
        assert!(damaged.parse::<Cursor>() != Ok(cursor), "{at}");
        assert!(text[..at].parse::<Cursor>().is_err(), "{at}");
    }
}

#[test]
fn who_is_left_out_leaves_a_page_short_and_the_next_where_it_was() {
    let (_folder, path) = folder();
    let person = |id: u64, name: &str, slug: &str| {
        json!({
            "crustdata_person_id": id,
            "basic_profile": {"name": name},
            "social_handles": {"professional_network_identifier": {"profile_url": format!("https://www.linkedin.com/in/{slug}")}},
        })
        .to_string()
    };
    let names = ["Jane Doe", "JANE DOE", "Jane Doe-Smith", "Ann Lee", "Bo Li", "Cy Young"];
    let people: Vec<String> =
        (1..).zip(names).map(|(id, name)| person(id, name, &format!("p{id}zq"))).collect();
    load(&path, &people);
    let database = Database::open(&path).expect("opens");
    assert_eq!(everybody(&database).len(), 6);
    let all = filter(FILTERS[0]);
    let options = SearchOptions { limit: Some(4), ..SearchOptions::default() };
    let mut page = database.search(&all, &options).expect("a page");
    let mut exclusions = Exclusions::default();
    assert!(exclusions.is_empty());
    exclusions.add_name("jane doe ");
    exclusions.add_name("Nobody");
    exclusions.add_key(Key::guess("http://linkedin.com/in/P4ZQ/?x=1").expect("a key"));
    exclusions.add_key(Key::guess("https://www.linkedin.com/in/p6zq").expect("a key"));
    assert_eq!(page.leave_out(&exclusions).expect("left out"), 3);
    assert_eq!(page.person_ids().expect("ids"), [3]);
    assert_eq!(page.total(), 6);
    let next = SearchOptions { cursor: page.next(), ..options };
    let mut page = database.search(&all, &next).expect("a page");
    assert_eq!(page.person_ids().expect("ids"), [5, 6]);
    assert_eq!((page.leave_out(&exclusions).expect("left out"), page.next()), (1, None));
}

#[test]
fn what_cannot_be_sorted_by_is_said_with_what_can() {
    let schema = Schema::person();
    for (text, said) in [
        ("basic_profile.headline", "cannot sort by 'basic_profile.headline'"),
        ("basic_profile.nme", "did you mean basic_profile.name"),
        ("basic_profile.name:down", "cannot sort by basic_profile.name 'down'; wanted: asc or desc"),
    ] {
        let error = Sort::parse(text, &schema).expect_err(text).to_string();
        assert!(error.contains(said), "{error}");
    }
    let sort = Sort::parse(" metadata.updated_at:desc, basic_profile.name ", &schema).expect("an order");
    assert_eq!(sort.to_string(), "metadata.updated_at:desc,basic_profile.name:asc");
    assert!(Sort::parse("", &schema).expect("an order").is_by_id());
}

/// People with so many connections each, as many as possible with none said.
fn connected(connections: &[Option<u64>]) -> Vec<String> {
    let person = |(id, connections): (u64, &Option<u64>)| {
        let titles = json!({"past": [{"title": if id % 2 == 0 { "Co-Founder" } else { "Founder & CEO" }}]});
        json!({
            "crustdata_person_id": id,
            "basic_profile": {"name": if id == 3 { "Jane Doe".to_string() } else { format!("Person {id}") }},
            "professional_network": {"connections": connections},
            "social_handles": {"professional_network_identifier": {"profile_url": format!("https://www.linkedin.com/in/p{id}")}},
            "experience": {"employment_details": titles},
        })
        .to_string()
    };
    (1..).zip(connections).map(person).collect()
}

#[test]
fn example_23_a_sorted_search_goes_on_in_order_and_an_unsortable_path_is_refused() {
    let schema = Schema::person();
    let (_folder, path) = folder();
    let connections: Vec<Option<u64>> = (0..12).map(|at| (at != 7).then_some(at * 37 % 11)).collect();
    load(&path, &connected(&connections));
    let database = Database::open(&path).expect("opens");
    let all = filter(FILTERS[0]);
    let sort = Sort::new(&schema, [("professional_network.connections", true)]).expect("an order");
    let page = |cursor| {
        let options =
            SearchOptions { limit: Some(5), sort: sort.clone(), cursor, ..SearchOptions::default() };
        let hits = database.search(&all, &options).expect("a page");
        (hits.person_ids().expect("ids"), hits.next())
    };
    let (first, cursor) = page(None);
    let (second, more) = page(cursor);
    let (third, end) = page(more);
    assert_eq!((first.len(), second.len(), third.len(), end.is_none()), (5, 5, 2, true));
    let of = |id: &u64| connections[*id as usize - 1];
    let order: Vec<Option<u64>> = first.iter().chain(&second).chain(&third).map(of).collect();
    assert!(order[..11].is_sorted_by(|a, b| a >= b), "{order:?}");
    assert_eq!(order[11], None, "who has no value comes last");
    assert!(Sort::new(&schema, [("basic_profile.headline", true)]).is_err());
}

#[test]
fn example_24_exclusions_leave_a_page_short_with_a_cursor() {
    let (_folder, path) = folder();
    load(&path, &connected(&[None; 9]));
    let database = Database::open(&path).expect("opens");
    let json = r#"{"field":"experience.employment_details.title","type":"(.)","value":"Founder"}"#;
    let options = SearchOptions { limit: Some(5), ..SearchOptions::default() };
    let mut page = database.search(&filter(json), &options).expect("a page");
    let mut exclusions = Exclusions::default();
    exclusions.add_name("Jane Doe");
    exclusions.add_key(Key::guess("https://www.linkedin.com/in/p1").expect("a key"));
    assert_eq!(page.leave_out(&exclusions).expect("left out"), 2);
    assert_eq!(page.person_ids().expect("ids"), [2, 4, 5]);
    assert_eq!((page.total(), page.next().is_some()), (9, true));
}
