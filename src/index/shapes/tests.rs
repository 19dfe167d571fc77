//! Tests of splitting and joining: what comes back, and what damage does.

use proptest::prelude::*;

use super::*;
use crate::index::testing::config;
use crate::index::varint;

/// Any JSON value, of keys and texts that also stand in the tables, and of others.
fn json(spaced: bool) -> impl Strategy<Value = String> {
    let space = if spaced { " " } else { "" };
    let text = prop_oneof![
        r#"[a-c]{0,3}"#,
        r#"(é|日|😀|\\n|\\"|\\\\|\\u00e9|/|,|\]|\}|:| ){0,6}"#,
        r#"[a-z ]{250,300}"#,
    ];
    let word = prop_oneof![Just("null"), Just("true"), Just("false"), Just("-0"), Just("1.0e+5"), Just("12")];
    let leaf = prop_oneof![
        2 => text.clone().prop_map(|text| format!("\"{text}\"")),
        2 => word.prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let member =
            (text.clone(), inner.clone()).prop_map(move |(key, value)| format!("\"{key}\":{space}{value}"));
        prop_oneof![
            proptest::collection::vec(inner, 0..6)
                .prop_map(move |items| format!("[{}]", items.join(&format!(",{space}")))),
            proptest::collection::vec(member, 0..6)
                .prop_map(move |members| format!("{{{}}}", members.join(&format!(",{space}")))),
        ]
    })
}

/// The table of these records, where each may be the only one.
fn table(records: &[String]) -> Vec<u8> {
    let records: Vec<&[u8]> = records.iter().map(String::as_bytes).collect();
    build(&records, 1, 4096).unwrap()
}

fn split(shapes: &Shapes, record: &str) -> Option<Vec<u8>> {
    let mut split = Vec::new();
    Splitter::default().split(shapes, record.as_bytes(), &mut split).map(|()| split)
}

fn joined(shapes: &Shapes, split: &[u8]) -> Result<String, &'static str> {
    let mut record = b"old".to_vec();
    shapes.join(split, &mut record).map(|()| String::from_utf8(record).unwrap())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn json_without_other_space_is_split_and_comes_back(
        (spaced, records) in any::<bool>()
            .prop_flat_map(|spaced| (Just(spaced), proptest::collection::vec(json(spaced), 1..6))),
        trained_on in 0..6_usize,
    ) {
        // Enough to tell the style by.
        let plain = if spaced { r#"{"a": 1, "b": 2}"# } else { r#"{"a":1,"b":2}"# };
        let sample = records.iter().take(trained_on).cloned().chain(vec![plain.to_owned(); 6]);
        let shapes = Shapes::new(&table(&sample.collect::<Vec<_>>())).unwrap();
        for record in &records {
            let split = split(&shapes, record).unwrap();
            prop_assert_eq!(&joined(&shapes, &split).unwrap(), record);
        }
    }

    #[test]
    fn any_text_comes_back_or_is_not_split(record in r#"([\[\]{}",:\\ \n]|null|1|a|"a":){0,30}"#) {
        let shapes = Shapes::new(&table(&[r#"{"a":[1,null,"a"]}"#.to_owned()])).unwrap();
        if let Some(split) = split(&shapes, &record) {
            prop_assert_eq!(joined(&shapes, &split).unwrap(), record);
        }
    }

    #[test]
    fn any_bytes_join_to_an_error_or_a_text(record in json(false), noise: Vec<u8>, at: prop::sample::Index, bits: u8) {
        let shapes = Shapes::new(&table(std::slice::from_ref(&record))).unwrap();
        let mut split = split(&shapes, &record).unwrap();
        *at.get_mut(&mut split) ^= bits;
        for split in [split, noise] {
            let _ = shapes.join(&split, &mut Vec::new());
        }
    }

    #[test]
    fn any_bytes_are_a_table_or_refused(
        record in json(false), noise: Vec<u8>, at: prop::sample::Index, bits: u8, split: Vec<u8>,
    ) {
        let mut table = table(std::slice::from_ref(&record));
        *at.get_mut(&mut table) ^= bits;
        for table in [table, noise] {
            if let Ok(shapes) = Shapes::new(&table) {
                let _ = shapes.join(&split, &mut Vec::new());
                let _ = Splitter::default().split(&shapes, record.as_bytes(), &mut Vec::new());
            }
        }
    }
}

#[test]
fn a_tiny_table_and_record_have_these_bytes() {
    let record = r#"{"a":{"b":1},"b":"x"}"#;
    let other = r#"{"a":{"b":1}}"#;
    let records: Vec<&[u8]> = [record, record, record, record, other].map(str::as_bytes).to_vec();
    let table = build(&records, 4, 4096).unwrap();
    let mut expected = b"\0".to_vec();
    // Keys: b is key 1, a is key 2.
    expected.extend(b"\x02\0\x01b\x01a");
    // Place 0: the shape of a and b. Place 1: the texts 1 and "x". Place 2: the shape of b.
    expected.extend(b"\x01\0\0\x02\x02\0\x01\0");
    expected.extend(b"\x02\0\x011\x03\"x\"");
    expected.extend(b"\x01\0\0\x01\x01\0");
    assert_eq!(table, expected);
    let shapes = Shapes::new(&table).unwrap();
    assert_eq!(split(&shapes, record).unwrap(), b"\x04\x04\x04\x04\x05");
    assert_eq!(
        split(&shapes, r#"{"c":"y","b":[null,1]}"#).unwrap(),
        b"\x09\x03\x02\0\x01\0\x02\x02\x01\x04c\ny\nnull\n"
    );
}

#[test]
fn odd_but_valid_records_are_split() {
    let shapes = Shapes::new(&table(&[r#"{"a":1}"#.to_owned()])).unwrap();
    let deep = format!("{}1{}", "[".repeat(128), "]".repeat(128));
    for record in [r#"{"a":1,"a":2}"#, "{}", "[]", "1.0e+5", r#""\u0000""#, r#"{"":{"":[[]]}}"#, &deep] {
        let split = split(&shapes, record).unwrap();
        assert_eq!(joined(&shapes, &split).unwrap(), record);
    }
}

#[test]
fn what_would_not_come_back_is_not_split() {
    let shapes = Shapes::new(&table(&[r#"{"a":1}"#.to_owned()])).unwrap();
    let deep = format!("{}1{}", "[".repeat(129), "]".repeat(129));
    for record in [r#"{"a": 1}"#, r#"{"a":1} "#, "[1,]", "{", "", "\"a\nb\"", r#"{"a":1}{"#, "1 2", &deep] {
        assert_eq!(split(&shapes, record), None, "{record}");
    }
}

#[test]
fn many_forms_of_a_place_have_numbers_of_two_bytes() {
    let records: Vec<String> = (0..700).map(|i| format!("[{i}]")).collect();
    let all: Vec<&[u8]> = records.iter().map(String::as_bytes).collect();
    let shapes = Shapes::new(&build(&all, 1, 1 << 20).unwrap()).unwrap();
    let lens: Vec<usize> = records.iter().map(|record| split(&shapes, record).unwrap().len()).collect();
    assert_eq!(lens.iter().filter(|&&len| len == 4).count(), FORMS_1);
    assert_eq!(lens.iter().filter(|&&len| len == 5).count(), 700 - FORMS_1);
}

#[test]
fn what_few_records_have_is_in_no_table() {
    let records: Vec<String> =
        (0..100).map(|i| format!(r#"{{"name":"p{i}","k{i}":1,"t":"u{}"}}"#, i / 3)).collect();
    let records: Vec<&[u8]> = records.iter().map(String::as_bytes).collect();
    let table = build(&records, 4, 1 << 20).unwrap();
    let words: Vec<&[u8]> =
        table.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    assert_eq!(words, [&b"name"[..], b"t", b"1"], "{table:?}");
}

#[test]
fn a_table_stays_below_its_limit_and_keeps_what_saves_most() {
    let records: Vec<String> =
        (0..64).map(|i| format!(r#"{{"often":"{:090}","{i}":"{:090}"}}"#, 1, i % 9)).collect();
    let records: Vec<&[u8]> = records.iter().map(String::as_bytes).collect();
    let table = build(&records, 4, 400).unwrap();
    assert!(table.len() <= 400, "{}", table.len());
    assert!(memchr::memmem::find(&table, format!("{:090}", 1).as_bytes()).is_some());
}

#[test]
fn the_style_is_that_of_most_records() {
    let compact = [&br#"{"a":1}"#[..], br#"{"a":2}"#, br#"{"a": 3}"#];
    assert_eq!(build(&compact, 1, 4096).unwrap()[0], 0);
    let spaced = [&br#"{"a":1}"#[..], br#"{"a": 2}"#, br#"{"a": 3}"#];
    assert_eq!(build(&spaced, 1, 4096).unwrap()[0], 1);
    assert_eq!(build(&[b"{\n}", b"[1 ]"], 1, 4096), None);
}

#[test]
fn a_split_that_grows_without_end_is_cut_off() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(240));
    let shapes = Shapes::new(&table(std::slice::from_ref(&long))).unwrap();
    // A list of objects, and one of texts at the place of key a.
    for (start, item) in
        [(&[tag::LIST][..], &[tag::FORM, tag::FORM][..]), (&[tag::OBJECT, 1, 1, tag::LIST], &[tag::FORM])]
    {
        let items = 3 << 17;
        let mut tags = start.to_vec();
        varint::put(items, &mut tags);
        tags.extend((0..items).flat_map(|_| item));
        let mut split = Vec::new();
        varint::put(tags.len() as u64, &mut split);
        split.extend(tags);
        let mut record = Vec::new();
        assert_eq!(shapes.join(&split, &mut record), Err("too long a record"));
        assert!(record.len() as u64 <= crate::index::MAX_RECORD_BYTES + (1 << 17), "{}", record.len());
    }
}
