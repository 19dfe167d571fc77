//! Tests of record compression.

use proptest::prelude::*;

use super::*;
use crate::index::testing::config;

fn dictionary() -> Arc<Dictionary> {
    let text = br#"{"basic_profile":{"name":"","headline":"","location":{"city":"","country":""}}}"#;
    Arc::new(Dictionary::new(Dictionary::section(b"", &text.repeat(4))).unwrap())
}

/// One with a table of shapes.
fn splitting() -> Arc<Dictionary> {
    let record: &[u8] =
        br#"{"name":"Ana","skills":["bread","cakes"],"place":{"city":null,"country":"Portugal"}}"#;
    let table = crate::index::shapes::build(&[record; 4], 4, 4096).unwrap();
    Arc::new(Dictionary::new(Dictionary::section(&table, b"Ana Duarte, baker\nbread\n")).unwrap())
}

fn there_and_back(record: &[u8], dictionary: Option<Arc<Dictionary>>) -> (Method, Vec<u8>) {
    let (mut payload, mut back) = (Vec::new(), b"old".to_vec());
    let method = Compressor::new(dictionary.clone()).unwrap().compress(record, &mut payload).unwrap();
    decompress(method, &payload, dictionary.as_deref(), &mut back).unwrap();
    (method, back)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_record_comes_back_byte_for_byte(record: Vec<u8>, times in 1..50_usize) {
        let record = record.repeat(times);
        for dictionary in [None, Some(dictionary()), Some(splitting())] {
            prop_assert_eq!(&there_and_back(&record, dictionary).1, &record);
        }
    }

    #[test]
    fn any_bytes_as_payload_give_an_error_or_a_record(
        noise: Vec<u8>, at in 0..60_usize, bits: u8, method in 0..4_u8, has_shapes: bool,
    ) {
        let dictionary = if has_shapes { splitting() } else { dictionary() };
        let mut payload = Vec::new();
        let mut compressor = Compressor::new(Some(dictionary.clone())).unwrap();
        compressor.compress(&noise.repeat(9), &mut payload).unwrap();
        if let Some(byte) = payload.get_mut(at) {
            *byte ^= bits;
        }
        let mut record = Vec::new();
        for payload in [&noise, &payload] {
            let _ = decompress(Method::from_code(method).unwrap(), payload, Some(&dictionary), &mut record);
            let _ = decompress(Method::from_code(method).unwrap(), payload, None, &mut record);
        }
    }
}

#[test]
fn the_method_says_what_was_done() {
    let record =
        br#"{"basic_profile":{"name":"Ana Duarte","headline":"Baker","location":{"city":"","country":""}}}"#;
    assert_eq!(there_and_back(record, Some(dictionary())).0, Method::Dictionary);
    assert_eq!(there_and_back(&record.repeat(5), None).0, Method::Plain);
    assert_eq!(there_and_back(b"{}", None).0, Method::AsIs);
    let record = br#"{"name":"Rui","skills":["bread"],"place":{"city":"Faro","country":"Portugal"}}"#;
    assert_eq!(there_and_back(record, Some(splitting())), (Method::Split, record.to_vec()));
    let spaced = record.iter().flat_map(|&byte| [byte, b' ']).collect::<Vec<u8>>();
    assert_eq!(there_and_back(&spaced, Some(splitting())), (Method::Dictionary, spaced));
}

#[test]
fn a_frame_has_content_size_and_neither_checksum_nor_dictionary_id() {
    let mut trained = vec![0x37, 0xA4, 0x30, 0xEC];
    let samples: Vec<Vec<u8>> =
        (0..600).map(|i| format!(r#"{{"id":{i},"name":"n{}"}}"#, i % 7).repeat(9).into()).collect();
    let refs: Vec<&[u8]> = samples.iter().map(Vec::as_slice).collect();
    let dictionary = crate::index::train(&refs).unwrap();
    trained.truncate(4);
    let mut payload = Vec::new();
    let dictionary = Arc::new(Dictionary::new(dictionary).unwrap());
    assert!(dictionary.zstd_bytes().starts_with(&trained), "a dictionary with an id of its own");
    let dictionary = Arc::new(Dictionary::new(Dictionary::section(b"", dictionary.zstd_bytes())).unwrap());
    Compressor::new(Some(dictionary)).unwrap().compress(&samples[0], &mut payload).unwrap();
    // Frame header descriptor: dictionary id (bits 0, 1) and checksum (bit 2) off, single segment (bit 5) on.
    assert_eq!(payload[4] & 0b0010_0111, 0b0010_0000);
    assert_eq!(content_len(&payload), Ok(samples[0].len()));
}

#[test]
fn a_frame_that_claims_too_much_is_not_believed() {
    // Magic, descriptor with an eight-byte content size, and that size.
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0b1110_0000];
    frame.extend((1_u64 << 40).to_le_bytes());
    let error = decompress(Method::Plain, &frame, None, &mut Vec::new()).unwrap_err();
    assert!(error.contains("1099511627776"), "{error}");
}

#[test]
fn a_frame_that_says_less_than_it_holds_is_an_error() {
    let mut payload = zstd::bulk::compress(&[7; 200], 3).unwrap();
    payload[5] = 100;
    assert!(decompress(Method::Plain, &payload, None, &mut Vec::with_capacity(1000)).is_err());
}

#[test]
fn a_row_without_its_dictionary_or_shapes_is_an_error() {
    assert!(decompress(Method::Dictionary, &[], None, &mut Vec::new()).is_err());
    assert!(decompress(Method::Split, &[], None, &mut Vec::new()).is_err());
    let error = decompress(Method::Split, &[], Some(&dictionary()), &mut Vec::new()).unwrap_err();
    assert!(error.contains("shapes"), "{error}");
}

#[test]
fn a_broken_dictionary_is_refused() {
    let zstd = [0x37, 0xA4, 0x30, 0xEC, 1, 0, 0, 0, 255, 255, 255];
    let good = splitting().bytes().to_vec();
    let mut unknown_magic = good.clone();
    unknown_magic[7] += 1;
    let broken =
        [zstd.to_vec(), Dictionary::section(b"", &zstd), Dictionary::section(b"\x02", b""), unknown_magic];
    for bytes in broken.into_iter().chain((0..30).map(|len| good[..len].to_vec())) {
        let len = bytes.len();
        let error = Dictionary::new(bytes).unwrap_err();
        assert!(matches!(error, IndexError::BadDictionary { len: told, .. } if told == len), "{error}");
    }
}

#[test]
fn a_record_beyond_the_limit_is_refused() {
    assert!(check_record_len(MAX_RECORD_BYTES).is_ok());
    assert!(check_record_len(MAX_RECORD_BYTES + 1).is_err());
}
