//! Laws of the generator, and the frozen value of data model version 1.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::*;
use crate::demo::employers::EMPLOYERS;
use crate::demo::titles::{FUNCTIONS, LEVELS};

/// xxh3 of people 0 to 1,999 of the default seed as JSON lines. If it changes, so must [`DATA_MODEL_VERSION`].
const FROZEN: u64 = 0xf7ff19e4b510205f;

fn lines(seed: u64, range: Range<u64>) -> String {
    let mut out = vec![];
    People::new(seed).write(range, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn parsed(range: Range<u64>) -> Vec<Value> {
    lines(DEFAULT_SEED, range).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn repository_file(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The roles of a person: current ones, then past ones.
fn roles(person: &Value) -> Vec<&Value> {
    let details = &person["experience"]["employment_details"];
    ["current", "past"].into_iter().filter_map(|k| details[k].as_array()).flatten().collect()
}

#[test]
fn a_person_is_the_same_in_any_order_and_on_any_number_of_threads() {
    let people = People::new(5);
    let backwards: Vec<String> = (0..700)
        .rev()
        .map(|i| {
            let mut out = String::new();
            people.person(i, &mut out);
            out + "\n"
        })
        .collect();
    let expected: String = backwards.into_iter().rev().collect();
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| lines(5, 0..700)), expected);
    }
    assert_eq!(
        lines(5, 300..310),
        expected.lines().skip(300).take(10).map(|l| l.to_owned() + "\n").collect::<String>()
    );
    assert_ne!(lines(6, 0..700), expected);
    assert_eq!(lines(5, 10..10), "");
}

#[test]
fn the_frozen_people_are_unchanged() {
    let checksum = xxh3_64(lines(DEFAULT_SEED, 0..2000).as_bytes());
    assert_eq!(
        checksum, FROZEN,
        "people 0 to 1,999 now have checksum {checksum:#018x}: raise DATA_MODEL_VERSION"
    );
    let page = std::fs::read_to_string(repository_file("docs/data-model.md")).unwrap();
    assert!(
        page.contains(&format!("version {DATA_MODEL_VERSION}")) && page.contains(&format!("{FROZEN:016x}"))
    );
    assert!(page.contains(&DEFAULT_SEED.to_string()));
}

#[test]
fn the_sample_file_holds_what_the_generator_makes() {
    let packed = std::fs::read(repository_file("data/people.jsonl.zst")).unwrap();
    let sample = zstd::decode_all(&packed[..]).unwrap();
    assert!(
        sample == lines(DEFAULT_SEED, 0..2000).as_bytes(),
        "run: cargo run --release --example make_data"
    );
}

/// Accepts any JSON in which no object has a key twice.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Unambiguous;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unambiguous, A::Error> {
                let mut keys = BTreeSet::new();
                while let Some((key, _)) = map.next_entry::<String, Unambiguous>()? {
                    if let Some(key) = keys.replace(key) {
                        return Err(A::Error::custom(format!("key {key} stands twice")));
                    }
                }
                Ok(Unambiguous)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unambiguous, A::Error> {
                while seq.next_element::<Unambiguous>()?.is_some() {}
                Ok(Unambiguous)
            }
            fn visit_unit<E>(self) -> Result<Unambiguous, E> {
                Ok(Unambiguous)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
                Ok(Unambiguous)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
                Ok(Unambiguous)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
                Ok(Unambiguous)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
                Ok(Unambiguous)
            }
            fn visit_str<E>(self, _: &str) -> Result<Unambiguous, E> {
                Ok(Unambiguous)
            }
        }
        d.deserialize_any(Any)
    }
}

#[test]
fn every_line_is_one_json_object_without_duplicate_keys() {
    for (i, line) in lines(DEFAULT_SEED, 0..5000).lines().enumerate() {
        assert!(line.starts_with('{'), "person {i}");
        serde_json::from_str::<Unambiguous>(line).unwrap_or_else(|e| panic!("person {i}: {e}\n{line}"));
    }
}

#[test]
fn ids_and_slugs_are_unique() {
    let (mut ids, mut slugs, mut with_id) = (BTreeSet::new(), BTreeSet::new(), 0);
    let text = lines(DEFAULT_SEED, 0..50_000);
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("{\"crustdata_person_id\":") {
            let (id, _) = rest.split_once(',').unwrap();
            assert!(ids.insert(id.parse::<u64>().unwrap()), "{id}");
            with_id += 1;
        }
        let (_, rest) = line.split_once("https://www.linkedin.com/in/").unwrap();
        let (slug, _) = rest.split_once('"').unwrap();
        assert!(slugs.insert(slug.trim_end_matches('/')), "{slug}");
    }
    assert!((48_000..49_000).contains(&with_id), "{with_id}");
    assert!(*ids.last().unwrap() < 1 << 53);
}

#[test]
fn some_keys_belong_to_two_people() {
    let mut owners: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (i, person) in parsed(0..5000).iter().enumerate() {
        let contact = &person["contact"];
        for key in ["personal_emails", "phone_numbers"] {
            for value in contact[key].as_array().into_iter().flatten() {
                let value = value.as_str().or(value["email"].as_str()).unwrap();
                let plain: String = value.to_lowercase().chars().filter(|c| !" ()-".contains(*c)).collect();
                owners.entry(plain).or_default().insert(i);
            }
        }
    }
    let families = owners
        .iter()
        .filter(|(k, v)| k.ends_with("@home.example") && k.starts_with("family") && v.len() == 2);
    let switchboards =
        owners.iter().filter(|(k, v)| k.starts_with("+1") && !k.contains("555") && v.len() == 2);
    assert!((4..20).contains(&families.count()));
    assert!(switchboards.count() >= 2);
}

#[test]
fn rates_are_as_documented() {
    let text = lines(DEFAULT_SEED, 0..5000);
    let people: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let check = |what: &str, low: f64, high: f64, test: &dyn Fn(&Value) -> bool| {
        let share = people.iter().filter(|p| test(p)).count() as f64 / 50.0;
        assert!((low..=high).contains(&share), "{what}: {share} %");
    };
    let filled = |v: &Value| !v.is_null() && v != "" && v.as_array().is_none_or(|a| !a.is_empty());
    check("id", 96.0, 98.0, &|p| p["crustdata_person_id"].is_u64());
    check("roles", 88.0, 91.5, &|p| !roles(p).is_empty());
    check("names", 94.0, 96.0, &|p| filled(&p["names"]));
    check("emails", 26.0, 32.0, &|p| filled(&p["emails"]));
    check("phones", 14.0, 18.0, &|p| filled(&p["phones"]));
    check("gender", 63.0, 67.0, &|p| filled(&p["basic_profile"]["gender"]));
    check("birth year", 4.0, 6.0, &|p| filled(&p["basic_profile"]["birth_year"]));
    check("birth date", 2.8, 4.5, &|p| filled(&p["basic_profile"]["birth_date"]));
    check("street addresses", 15.5, 18.0, &|p| filled(&p["street_addresses"]));
    check("social profiles", 69.0, 73.0, &|p| filled(&p["social_profiles"]));
    check("interests", 3.2, 5.0, &|p| filled(&p["interests"]));
    check("industries", 11.5, 14.5, &|p| filled(&p["industries"]));
    check("developers", 6.8, 9.2, &|p| filled(&p["dev_platform_profiles"]));
    check("no location", 1.5, 3.5, &|p| !p["basic_profile"]["location"].is_object());
    check("coordinates", 28.0, 33.5, &|p| p["basic_profile"]["location"]["latitude"].is_f64());
    check("spelled otherwise", 0.6, 2.4, &|p| {
        p["basic_profile"]["location"]["country"] == "United States of America"
    });
    check("native script", 7.5, 11.5, &|p| {
        p["basic_profile"]["name"].as_str().is_some_and(|n| n.chars().all(|c| c == ' ' || c > '\u{36f}'))
    });
    check("unknown keys", 0.5, 1.5, &|p| {
        filled(&p["x_crm_score"])
            || filled(&p["vendor_notes"])
            || filled(&p["basic_profile"]["star_sign"])
            || roles(p).iter().any(|r| filled(&r["team_size"]))
    });
    let escaped = text.lines().filter(|l| l.contains("\\u00")).count();
    assert!((60..400).contains(&escaped), "{escaped}");
    let null_lists = text.lines().filter(|l| l.contains("[null]")).count();
    assert!((15..90).contains(&null_lists), "{null_lists}");
    let mut sizes: Vec<usize> = text.lines().map(str::len).collect();
    sizes.sort_unstable();
    assert!((4900..5300).contains(&sizes[2500]), "median {} bytes", sizes[2500]);
}

#[test]
fn names_repeat_but_not_much() {
    let people = parsed(0..5000);
    let names: BTreeSet<&str> = people.iter().map(|p| p["basic_profile"]["name"].as_str().unwrap()).collect();
    assert!((4000..4995).contains(&names.len()), "{}", names.len());
}

#[test]
fn roles_are_consistent() {
    let known = |set: &[&str], v: &Value| v == "" || set.contains(&v.as_str().unwrap());
    let functions = FUNCTIONS.map(|f| f.name);
    for (i, person) in parsed(0..3000).iter().enumerate() {
        let details = &person["experience"]["employment_details"];
        let (current, past) = (&details["current"], &details["past"]);
        let count = |v: &Value| v.as_array().map_or(0, Vec::len);
        assert!(count(current) <= 3 && count(past) <= 8, "person {i}");
        let defaults = roles(person).iter().filter(|r| r["is_default"] == true).count();
        assert_eq!(defaults, usize::from(count(current) > 0), "person {i}");
        for role in roles(person) {
            assert!(
                known(&LEVELS, &role["seniority_level"]) && known(&functions, &role["function_category"])
            );
            let (start, end) = (&role["start_date"], &role["end_date"]);
            if let (Some(start), Some(end)) = (start.as_str(), end.as_str()) {
                assert!(start[..10] < end[..10] && end < "2026-06-31", "person {i}: {start} {end}");
            }
        }
        let open = current.as_array().into_iter().flatten().all(|r| r["end_date"].is_null());
        let closed = past.as_array().into_iter().flatten().all(|r| r["end_date"].is_string());
        assert!(open && closed, "person {i}");
    }
}

#[test]
fn contact_flags_agree_with_the_lists() {
    for (i, person) in parsed(0..3000).iter().enumerate() {
        let contact = &person["contact"];
        for (flag, list) in [
            ("has_business_email", "business_emails"),
            ("has_personal_email", "personal_emails"),
            ("has_phone_number", "phone_numbers"),
        ] {
            if let Some(flag) = contact[flag].as_bool() {
                assert_eq!(
                    flag,
                    contact[list].as_array().is_some_and(|l| !l.is_empty()),
                    "person {i}: {list}"
                );
            }
        }
    }
}

/// Domains that RFC 2606 keeps back.
fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_lowercase();
    domain.ends_with(".example")
        || ["example.com", "example.org", "example.net"].iter().any(|d| domain.ends_with(d))
}

#[test]
fn no_address_or_number_can_be_anyones() {
    for (i, person) in parsed(0..5000).iter().enumerate() {
        for e in person["emails"].as_array().into_iter().flatten() {
            let address = e["address"].as_str().unwrap();
            let (local, domain) = address.split_once('@').unwrap();
            assert!(!local.is_empty() && is_reserved(domain), "person {i}: {address}");
        }
        for p in person["phones"].as_array().into_iter().flatten() {
            let (country, number) =
                (p["country_code"].as_str().unwrap(), p["national_number"].as_str().unwrap());
            assert_eq!(p["number"], format!("+{country}{number}").as_str());
            let held_back = number.len() == 10
                && &number[1..2] == "9"
                && number[3..].starts_with(['2', '3', '4', '5', '6', '7', '8', '9']);
            assert!(country != "1" || &number[3..8] == "55501" || held_back, "person {i}: {number}");
        }
        for role in roles(person) {
            assert!(is_reserved(role["company_website_domain"].as_str().unwrap()), "person {i}");
        }
    }
}

#[test]
fn employers_are_skewed() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for person in parsed(0..5000) {
        for role in roles(&person) {
            *counts.entry(role["name"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    let total: usize = counts.values().sum();
    let mut sorted: Vec<usize> = counts.values().copied().collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let top: usize = sorted.iter().take(100).sum();
    assert!((total / 6..total / 2).contains(&top), "{top} of {total}");
    assert!(sorted.len() > 3000 && sorted.len() <= EMPLOYERS);
}
