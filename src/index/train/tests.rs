//! Tests of dictionary training: what it must not learn, and that it learns.

use super::*;

/// The number of a person: so far from all others that no veil comes upon it by chance.
fn number(i: usize) -> u64 {
    10_u64.pow(18) + (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) % 10_u64.pow(18)
}

/// A person with an e-mail, a profile and a phone of its own, and an employer shared by many.
fn record(i: usize) -> String {
    let n = number(i);
    format!(
        r#"{{"person_id":{n},"name":"Person Number {n}","emails":["person.{n}@mail{n}.example"],"phone":4915{n},"social_handles":{{"professional_network_identifier":{{"profile_url":"https://www.linkedin.com/in/person-number-{n}"}}}},"employer":{{"name":"Bakery Number {}","website":"https://bakery{}.example/about-us"}},"note":"shared-by-three-{}@mail.example"}}"#,
        i % 5,
        i % 5,
        number(2000 + i / 3),
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

/// How many numbers of people, or of what three people share, the dictionary holds: in e-mail, profile, phone, id, note.
fn people_in(dictionary: &[u8]) -> usize {
    (0..3000).filter(|&i| contains(dictionary, &number(i).to_string())).count()
}

#[test]
fn a_dictionary_holds_what_many_share_and_nobodys_address() {
    let records = sample();
    let dictionary = train(&bytes(&records)).unwrap();
    assert_eq!(people_in(&dictionary), 0);
    assert!(contains(&dictionary, "professional_network_identifier"));
    assert!(contains(&dictionary, "https://bakery"));
    assert!(dictionary.len() <= 2 * MAX_DICTIONARY_BYTES);
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

/// `record` as it is trained on, when it is one of `others`, or they are all there is.
fn veiled(record: &str, others: &[&str]) -> String {
    let records: Vec<&[u8]> = others.iter().map(|other| other.as_bytes()).collect();
    String::from_utf8(Veil::new(&records).apply(record.as_bytes())).unwrap()
}

/// The same text with each letter and digit of a veiled word shown as `*`.
fn shape_of_veil(record: &str, others: &[&str]) -> String {
    let veiled = veiled(record, others);
    let shown = record.bytes().zip(veiled.bytes()).map(|(was, is)| if was == is { is as char } else { '*' });
    shown.collect()
}

#[test]
fn rare_strings_numbers_and_names_are_veiled_and_the_rest_stays() {
    let record = r#"{"aaa": [15e-3, true, null, "x\"yyy zz"], "bbb":-77}"#;
    assert_eq!(veiled(record, &[record; 4]), record);
    // Each letter is drawn from those of its class in all rare texts: here from letters that the record lacks.
    let strange = r#"["qqqqqqqq","QQQQ",8888888888888888888888888888888888888888888888888888888]"#;
    let few = shape_of_veil(record, &[record, record, record, strange]);
    assert!(few.starts_with(r#"{""#) && few.contains(r#"true, null, ""#) && few.contains('*'), "{few}");
    let frequent = [r#"["aaa",-77]"#; 4];
    let some = shape_of_veil(record, &[&frequent[..], &[strange]].concat());
    assert_eq!(some, r#"{"aaa": [***-*, true, null, "*\"*** **"], "***":-77}"#);
}

#[test]
fn frequent_runs_of_words_are_left_in_rare_strings_but_never_side_by_side() {
    let texts: Vec<String> =
        (0..4).map(|i| format!(r#"["one two three four {} five six"]"#, "qxvw".repeat(i + 2))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let left = shape_of_veil(texts[0], &texts);
    assert!(left.starts_with(r#"["one two three *"#) && left.ends_with(r#" five six"]"#), "{left}");
    assert!(!left.contains("four") && !left.contains("qxvw"), "{left}");
}

#[test]
fn a_rare_text_of_frequent_words_is_not_left_whole() {
    let mut records: Vec<String> =
        (0..40).flat_map(|i| [format!(r#"["Ada {i}qq"]"#), format!(r#"["Kerr-{i}qq"]"#)]).collect();
    records.push(r#"["Ada Kerr"]"#.to_owned());
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let left = veiled(r#"["Ada Kerr"]"#, &records);
    assert!(left.contains("Ada ") && !left.contains("Kerr"), "{left}");
}

#[test]
fn a_value_repeated_in_one_record_occurs_once() {
    let others = [r#"["me","me","me","me","me"]"#, r#"["qqqqqqqqqqqqqqqqqqqqqqqqqq"]"#];
    assert_ne!(veiled(r#"["me"]"#, &others), r#"["me"]"#);
}

#[test]
fn broken_texts_are_taken_as_they_come() {
    for text in [r#"["open \""#, "--1-", "\"", "\"\\", ""] {
        assert_eq!(veiled(text, &[]).len(), text.len());
    }
}

#[test]
fn records_that_cannot_be_split_are_trained_on_as_they_are() {
    let records: Vec<String> = sample().iter().map(|record| record.replace(':', " :\n")).collect();
    let dictionary = train(&bytes(&records)).unwrap();
    assert_eq!(people_in(&dictionary), 0);
    assert!(contains(&dictionary, "professional_network_identifier"));
    let dictionary = std::sync::Arc::new(Dictionary::new(dictionary).unwrap());
    let mut compressor = crate::index::Compressor::new(Some(dictionary)).unwrap();
    let method = compressor.compress(records[0].as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!(method, crate::index::Method::Dictionary);
}
