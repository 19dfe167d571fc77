//! Tests of dictionary training: what it must not learn, and that it learns.

use super::*;

/// A person with an e-mail, a profile and a phone of its own, and an employer shared by many.
fn record(i: usize) -> String {
    format!(
        r#"{{"person_id":{},"name":"Person Number {i}","emails":["person.{i}@mail{i}.example"],"phone":{},"social_handles":{{"professional_network_identifier":{{"profile_url":"https://www.linkedin.com/in/person-number-{i}"}}}},"employer":{{"name":"Bakery Number {}","website":"https://bakery{}.example/about-us"}},"note":"shared-by-three-{}@mail.example"}}"#,
        900_000_000 + i,
        4_915_100_000_000_usize + i,
        i % 5,
        i % 5,
        i / 3,
    )
}

fn sample() -> Vec<String> {
    (0..2000).map(record).collect()
}

fn bytes(records: &[String]) -> Vec<&[u8]> {
    records.iter().map(String::as_bytes).collect()
}

fn contains(dictionary: &[u8], text: &str) -> bool {
    memchr::memmem::find(dictionary, text.as_bytes()).is_some()
}

/// How many people's e-mail, profile, phone, id or rare note the dictionary holds.
fn people_in(dictionary: &[u8]) -> usize {
    let of = |i: usize| {
        [
            format!("person.{i}@mail{i}.example"),
            format!("person-number-{i}\""),
            format!("{}", 4_915_100_000_000_usize + i),
            format!("{}", 900_000_000 + i),
            format!("shared-by-three-{}@", i / 3),
        ]
    };
    (0..2000).filter(|&i| of(i).iter().any(|text| contains(dictionary, text))).count()
}

#[test]
fn a_dictionary_holds_what_many_share_and_nobodys_address() {
    let records = sample();
    let dictionary = train(&bytes(&records)).unwrap();
    assert_eq!(people_in(&dictionary), 0);
    assert!(contains(&dictionary, "professional_network_identifier"));
    assert!(contains(&dictionary, "https://bakery"));
    assert!(dictionary.len() <= MAX_DICTIONARY_BYTES);
    // The same records as they are do teach people: so the test above can fail.
    let plain = zstd::dict::from_continuous(
        records.concat().as_bytes(),
        &records.iter().map(String::len).collect::<Vec<_>>(),
        dictionary.len(),
    );
    assert!(people_in(&plain.unwrap()) > 0);
}

#[test]
fn the_same_records_give_the_same_dictionary() {
    let records = sample();
    assert_eq!(train(&bytes(&records)), train(&bytes(&records)));
}

#[test]
fn few_or_tiny_records_give_no_dictionary() {
    let records = sample();
    assert_eq!(train(&bytes(&records[..MIN_RECORDS - 1])), None);
    assert_eq!(train(&vec![b"{}".as_slice(); MIN_RECORDS]), None);
    assert_eq!(train(&[]), None);
}

fn blanked(record: &str, others: &[&str]) -> String {
    let records: Vec<&[u8]> = others.iter().map(|other| other.as_bytes()).collect();
    let mut out = Vec::new();
    blank(record.as_bytes(), &count_occurrences(&records), &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn rare_strings_numbers_and_names_are_blanked_and_the_rest_stays() {
    let record = r#"{"a": [1.5e-3, true, null, "x\"y"], "b":-7}"#;
    assert_eq!(blanked(record, &[record; 4]), record);
    assert_eq!(blanked(record, &[record; 3]), r#"{"": [0, true, null, ""], "":0}"#);
    assert_eq!(blanked(record, &[r#"["a",-7]"#; 4]), r#"{"a": [0, true, null, ""], "":-7}"#);
}

#[test]
fn a_value_repeated_in_one_record_occurs_once() {
    assert_eq!(blanked(r#"["me"]"#, &[r#"["me","me","me","me","me"]"#]), r#"[""]"#);
}

#[test]
fn broken_texts_are_taken_as_they_come() {
    assert_eq!(blanked(r#"["open \""#, &[]), r#"[""#.to_owned() + "\"");
    assert_eq!(blanked("--1-", &[]), "0");
    assert_eq!(blanked("\"", &[]), "\"\"");
}
