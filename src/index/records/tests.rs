//! Tests of the record store, against a list of records.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::index::Compressor;
use crate::index::testing::{config, deaths, harmed, harms, section};
use crate::storage::SectionKind;

#[derive(Debug, PartialEq)]
struct Store {
    records: Vec<u8>,
    offsets: Vec<u8>,
    written: [Written; 2],
}

impl Store {
    fn reader(&self) -> RecordsReader {
        let [records, offsets] = self.written;
        let records = section(SectionKind::RECORDS, self.records.clone(), records);
        let offsets = section(SectionKind::RECORD_OFFSETS, self.offsets.clone(), offsets);
        RecordsReader::new(records, offsets).unwrap()
    }
}

fn build(payloads: impl IntoIterator<Item = (Method, Vec<u8>)>) -> Store {
    let (mut records, mut offsets) = (Vec::new(), Vec::new());
    let mut writer = RecordsWriter::new(&mut records);
    for (method, payload) in payloads {
        writer.push(method, &payload).unwrap();
    }
    let (written, begins) = writer.finish();
    let written = [written, begins.write(&mut offsets).unwrap()];
    Store { records, offsets, written }
}

fn merge(inputs: &[(&RecordsReader, &Kept)]) -> Result<Store, IndexError> {
    let (mut records, mut offsets) = (Vec::new(), Vec::new());
    let written = [merge_records(inputs, &mut records)?, merge_record_offsets(inputs, &mut offsets)?];
    Ok(Store { records, offsets, written })
}

fn payloads() -> impl Strategy<Value = Vec<(Method, Vec<u8>)>> {
    let method =
        prop_oneof![Just(Method::AsIs), Just(Method::Dictionary), Just(Method::Plain), Just(Method::Split)];
    proptest::collection::vec((method, any::<Vec<u8>>()), 0..30)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_store_gives_back_what_was_pushed(payloads in payloads()) {
        let reader = build(payloads.clone()).reader();
        prop_assert_eq!(reader.rows(), payloads.len() as u64);
        for (row, (method, payload)) in (0..).zip(&payloads) {
            prop_assert_eq!(reader.record(row).unwrap(), (*method, payload.as_slice()));
        }
        prop_assert!(reader.record(payloads.len() as u32).is_err());
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(
        parts in proptest::collection::vec((payloads(), deaths()), 0..5),
    ) {
        let readers: Vec<RecordsReader> = parts.iter().map(|(part, _)| build(part.clone()).reader()).collect();
        let kept: Vec<Kept> = parts.iter().map(|(part, dead)| dead.kept(part.len(), 0)).collect();
        let merged = merge(&readers.iter().zip(&kept).collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(merged, build(parts.iter().flat_map(|(part, dead)| dead.living(part))));
    }

    #[test]
    fn a_damaged_store_gives_an_error_or_an_answer(
        payloads in payloads(), in_records in harms(), in_offsets in harms(),
    ) {
        let store = build(payloads).reader();
        let records = harmed(&store.records, &in_records);
        if let Ok(reader) = RecordsReader::new(records, harmed(&store.offsets, &in_offsets)) {
            let mut record = Vec::new();
            for row in 0..40 {
                let _ = reader.read(row, None, &mut record);
            }
            let kept = [&store, &reader].map(|reader| Kept::all(reader.rows() as u32, 0).unwrap());
            let _ = merge(&[(&store, &kept[0]), (&reader, &kept[1])]);
            let _ = merge(&[(&reader, &Kept::of(40, 0, [0, 3, 4, 7]).unwrap())]);
        }
    }
}

#[test]
fn a_tiny_store_has_these_bytes() {
    let store = build([(Method::AsIs, b"{}".to_vec()), (Method::Plain, b"abc".to_vec())]);
    assert_eq!(store.records, b"\x02\0\0\0\0{}\x03\0\0\0\x02abc");
    assert_eq!(store.offsets, b"\0\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\0");
    assert_eq!(store.written, [Written { count: 2, aux: 0 }; 2]);
}

#[test]
fn rows_beyond_one_block_are_found_and_merged() {
    let payload = |row: u32| (Method::AsIs, row.to_le_bytes()[..row as usize % 5].to_vec());
    let all = build((0..10_000).map(payload));
    assert_eq!(all.offsets.len(), 10_000_usize.div_ceil(14) * 8 + 10_000 * 4);
    let reader = all.reader();
    for row in [0, 13, 14, 27, 28, 5000, 5001, 9999] {
        assert_eq!(reader.record(row).unwrap().1, payload(row).1);
    }
    let (head, tail) = (build((0..5001).map(payload)).reader(), build((5001..10_000).map(payload)).reader());
    let kept = [5001, 4999].map(|rows| Kept::all(rows, 0).unwrap());
    assert_eq!(merge(&[(&head, &kept[0]), (&tail, &kept[1])]).unwrap(), all);
}

#[test]
fn a_record_is_read_with_its_dictionary() {
    let text = r#"{"name":"Ana","skills":["bread","cakes"]}"#;
    let dictionary = Arc::new(Dictionary::new(Dictionary::section(b"", text.repeat(3).as_bytes())).unwrap());
    let mut payload = Vec::new();
    let method =
        Compressor::new(Some(dictionary.clone())).unwrap().compress(text.as_bytes(), &mut payload).unwrap();
    let reader = build([(method, payload)]).reader();
    let mut record = Vec::new();
    reader.read(0, Some(&dictionary), &mut record).unwrap();
    assert_eq!(record, text.as_bytes());
    let error = reader.read(0, None, &mut record).unwrap_err().to_string();
    assert!(error.contains("records at byte 0") && error.contains("dictionary"), "{error}");
}

#[test]
fn records_too_far_apart_for_one_block_are_refused() {
    let mut out = Vec::new();
    let mut writer = OffsetsWriter::new(&mut out);
    writer.push(10).unwrap();
    writer.push(10 + u64::from(u32::MAX)).unwrap();
    assert!(matches!(writer.push(11 + u64::from(u32::MAX)), Err(IndexError::TooMany { .. })));
}
