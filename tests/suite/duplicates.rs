//! People who share a key, against a model that joins sets until none overlap.

use std::collections::{BTreeMap, BTreeSet};

use rolo::Database;
use rolo::engine::{DuplicateOptions, Duplicates};
use rolo::record::KeyKind;
use serde_json::{Value, json};

use super::cli::Room;
use super::common::{Random, cases, folder, load};

/// What a person of the model has: kinds and numbers of keys.
type Has = BTreeSet<(KeyKind, u64)>;

/// A key as `Duplicates` shows it.
fn shown(kind: KeyKind, number: u64) -> String {
    match kind {
        KeyKind::Email => format!("somebody{number}@example.com"),
        KeyKind::Phone => format!("+1415555{:04}", 100 + number),
        KeyKind::Handle => format!("linkedin:somebody-{number}"),
        _ => format!("pdl:id{number}"),
    }
}

/// The same in one of the spellings that records have.
fn spelt(kind: KeyKind, number: u64, random: &mut Random) -> String {
    let plain = shown(kind, number);
    match (kind, random.below(2)) {
        (KeyKind::Email, 0) => plain.to_uppercase(),
        (KeyKind::Phone, 0) => format!("+1 (415) 555-{:04}", 100 + number),
        (KeyKind::Handle, 0) => format!("https://de.linkedin.com/in/Somebody-{number}/?trk=x"),
        (KeyKind::Handle, _) => format!("linkedin.com/in/somebody-{number}"),
        (KeyKind::ForeignId, _) => format!("id{number}"),
        _ => plain,
    }
}

fn record(id: u64, has: &Has, random: &mut Random) -> String {
    let mut of = |wanted: KeyKind| -> Vec<String> {
        let numbers = has.iter().filter(|(kind, _)| *kind == wanted);
        numbers.map(|(kind, number)| spelt(*kind, *number, random)).collect()
    };
    let emails: Vec<Value> = of(KeyKind::Email).into_iter().map(|email| json!({ "email": email })).collect();
    let record = json!({
        "crustdata_person_id": id,
        "basic_profile": {"name": format!("Person {id}")},
        "contact": {"personal_emails": emails, "phone_numbers": of(KeyKind::Phone)},
        "social_handles": {"professional_network_identifier": {"profile_url": of(KeyKind::Handle).pop()}},
        "identifiers": {"pdl_id": of(KeyKind::ForeignId).pop()},
    });
    record.to_string()
}

/// People who now and then have a key of a small pool; at most one handle and one id each.
fn some_people(random: &mut Random) -> BTreeMap<u64, Has> {
    let count = 2 + random.below(120);
    let pool = 1 + random.below(2 * count);
    let people = (1..=count).map(|id| {
        let mut has = Has::new();
        for (kind, chance) in [
            (KeyKind::Email, 2),
            (KeyKind::Email, 4),
            (KeyKind::Phone, 3),
            (KeyKind::Handle, 2),
            (KeyKind::ForeignId, 4),
        ] {
            if random.below(chance) == 0 {
                has.insert((kind, random.below(pool)));
            }
        }
        (id, has)
    });
    people.collect()
}

/// Groups as sets of people, with the keys that they share; the crowded keys with how many have them.
type Model = (BTreeMap<BTreeSet<u64>, BTreeSet<String>>, BTreeMap<String, u64>);

fn model(people: &BTreeMap<u64, Has>, kinds: &[KeyKind], most: usize) -> Model {
    let mut having: BTreeMap<(KeyKind, u64), BTreeSet<u64>> = BTreeMap::new();
    for (id, has) in people {
        for key in has.iter().filter(|(kind, _)| kinds.contains(kind)) {
            having.entry(*key).or_default().insert(*id);
        }
    }
    having.retain(|_, people| people.len() > 1);
    let crowded = having.iter().filter(|(_, people)| people.len() > most);
    let crowded =
        crowded.map(|((kind, number), people)| (shown(*kind, *number), people.len() as u64)).collect();
    having.retain(|_, people| people.len() <= most);
    let mut groups: Vec<(BTreeSet<u64>, BTreeSet<String>)> = having
        .iter()
        .map(|((kind, number), people)| (people.clone(), BTreeSet::from([shown(*kind, *number)])))
        .collect();
    let overlapping = |groups: &[(BTreeSet<u64>, BTreeSet<String>)]| {
        let pairs = (0..groups.len()).flat_map(|a| (a + 1..groups.len()).map(move |b| (a, b)));
        pairs.into_iter().find(|(a, b)| !groups[*a].0.is_disjoint(&groups[*b].0))
    };
    while let Some((a, b)) = overlapping(&groups) {
        let (more, keys) = groups.remove(b);
        groups[a].0.extend(more);
        groups[a].1.extend(keys);
    }
    (groups.into_iter().collect(), crowded)
}

fn as_model(found: &Duplicates) -> Model {
    let groups = found.groups.iter().map(|group| {
        let keys = group.keys.iter().map(|shared| shared.key.shown().to_string()).collect();
        (group.people.iter().copied().collect(), keys)
    });
    let crowded = found.crowded.iter().map(|crowded| (crowded.key.shown().to_string(), crowded.people));
    (groups.collect(), crowded.collect())
}

#[test]
fn groups_are_those_of_the_model_whatever_the_segments() {
    let mut random = Random(0xD0B1E);
    let mut found_some = 0;
    for _ in 0..cases(16).min(200) {
        let people = some_people(&mut random);
        let (_folder, path) = folder();
        let records: Vec<String> = people.iter().map(|(id, has)| record(*id, has, &mut random)).collect();
        for some in records.chunks(1 + random.below(people.len() as u64) as usize) {
            load(&path, some);
        }
        let database = Database::open(&path).expect("a database");
        let mut options =
            DuplicateOptions { most: 2 + random.below(6) as usize, ..DuplicateOptions::default() };
        if random.below(2) == 0 {
            options.kinds = vec![KeyKind::Email, KeyKind::ForeignId];
        }
        let found = database.duplicates(&options, &|_, _| {}).expect("duplicates");
        assert_eq!(as_model(&found), model(&people, &options.kinds, options.most), "{people:?} {options:?}");
        for group in &found.groups {
            assert!(group.people.is_sorted() && group.keys.iter().all(|shared| shared.people.is_sorted()));
        }
        assert!(found.groups.is_sorted_by_key(|group| std::cmp::Reverse(group.people.len())));
        found_some += found.groups.len();
    }
    assert!(found_some > 20, "{found_some}");
}

#[test]
fn the_report_has_a_row_a_person_with_what_it_shares() {
    let room = Room::empty();
    let person = |id: u64, name: &str, email: &str, phone: &str| {
        json!({"crustdata_person_id": id, "basic_profile": {"name": name}, "contact": {
            "personal_emails": [{"email": email}], "phone_numbers": [phone]}})
        .to_string()
    };
    let people = [
        person(1, "Ann", "ann@example.com", "+14155550101"),
        person(2, "Ann B.", "ANN@example.com", "+14155550102"),
        person(3, "A. Bee", "bee@example.com", "(415) 555-0102"),
        person(4, "Dee", "dee@example.com", "+14155550104"),
    ];
    room.write("people.jsonl", people.join("\n"));
    room.rolo("load db people.jsonl").expect(0);
    let ran = room.rolo("duplicates db --format csv").expect(0).says("1 group, 3 people");
    let expected = "group,person_id,name,shares\n\
        1,1,Ann,e-mail ann@example.com\n\
        1,2,Ann B.,e-mail ann@example.com; phone +14155550102\n\
        1,3,A. Bee,phone +14155550102\n";
    assert_eq!(ran.out, expected);
    let lines = room.rolo("duplicates db --by email").expect(0).says("1 group, 2 people").lines();
    let shares = json!([{"kind": "e-mail", "key": "ann@example.com", "people": [1, 2]}]);
    assert_eq!(lines[0], json!({"group": 1, "person_id": 1, "name": "Ann", "shares": shares}));
    assert_eq!(room.rolo("duplicates db --by profile,id").expect(0).says("0 groups, 0 people").out, "");
    // What more people have than N is no evidence, and is told.
    room.write("more.jsonl", person(5, "Eve", "eve@example.com", "+14155550102"));
    room.rolo("load db more.jsonl").expect(0);
    let ran = room.rolo("duplicates db --by phone --at-most 2").expect(0);
    assert_eq!(ran.out, "");
    ran.says("left out: 1 key that more than 2 people have: phone +14155550102 (3 people)");
}
