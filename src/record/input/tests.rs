use std::io::{self, Write as _};

use proptest::prelude::*;

use super::*;

/// Hands out at most `sizes` bytes at a time, in turn.
struct Drip {
    bytes: Vec<u8>,
    at: usize,
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.turn % self.sizes.len()].max(1);
        self.turn += 1;
        let rest = &self.bytes[self.at..];
        let n = size.min(rest.len()).min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

fn reader(bytes: &[u8], sizes: &[usize]) -> Result<RecordReader, InputError> {
    RecordReader::new(Drip { bytes: bytes.to_vec(), at: 0, sizes: sizes.to_vec(), turn: 0 }, "people.json")
}

/// Every record with its line, and the error at the end if there is one.
fn all(bytes: &[u8], sizes: &[usize], max_records: usize) -> (Vec<(String, u64)>, Option<InputError>) {
    let mut reader = match reader(bytes, sizes) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut records = Vec::new();
    loop {
        match reader.next_batch(max_records, 1 << 20) {
            Ok(Some(batch)) => {
                assert!((1..=max_records).contains(&batch.items.len()));
                let text = |item| String::from_utf8_lossy(batch.record(item)).into_owned();
                records.extend(batch.items.iter().map(|item| (text(item), item.line)));
            }
            Ok(None) => return (records, None),
            Err(error) => {
                assert!(matches!(reader.next_batch(1, 1), Ok(None)), "an error is reported once");
                return (records, Some(error));
            }
        }
    }
}

fn read(text: &str) -> Vec<(String, u64)> {
    let (records, error) = all(text.as_bytes(), &[1 << 20], 1000);
    assert!(error.is_none(), "{error:?}");
    records
}

fn fails(text: &str) -> (Vec<(String, u64)>, String) {
    let (records, error) = all(text.as_bytes(), &[1 << 20], 1000);
    (records, error.expect(text).to_string())
}

fn owned(records: &[(&str, u64)]) -> Vec<(String, u64)> {
    records.iter().map(|(text, line)| ((*text).to_owned(), *line)).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd_frame(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

#[test]
fn a_broken_line_harms_no_other_and_lines_are_true() {
    let text = "\u{feff}{\"a\":1}\r\n\n  {\"b\":[1,\n\nnonsense\n{\"c\":\"]\"}  \n{\"d\":4}";
    let expected =
        [("{\"a\":1}", 1), ("{\"b\":[1,", 3), ("nonsense", 5), ("{\"c\":\"]\"}", 6), ("{\"d\":4}", 7)];
    assert_eq!(read(text), owned(&expected));
}

#[test]
fn a_list_gives_its_items() {
    let text = " [ {\"a\":\"],\"} ,\n [1, {}], 7\n,\"x\",null ]\n";
    let expected = [("{\"a\":\"],\"}", 1), ("[1, {}]", 2), ("7", 2), ("\"x\"", 3), ("null", 3)];
    assert_eq!(read(text), owned(&expected));
    assert_eq!(read("[]"), []);
    assert_eq!(read("[{}][{}]\n[]"), owned(&[("{}", 1), ("{}", 1)]));
}

#[test]
fn an_object_around_data_gives_the_items_of_data() {
    let text = "{\"status\":200, \"m\":{\"data\":[9]},\n \"data\":\n[{\"a\":1},\n{\"a\":2}], \"total\":[2, {\"data\":[]}]}\n";
    assert_eq!(read(text), owned(&[("{\"a\":1}", 3), ("{\"a\":2}", 4)]));
    assert_eq!(read("{\"data\":[]}"), []);
    assert_eq!(read("{\"data\":[1]}\n{\"next\":0,\"data\":[2]}"), owned(&[("1", 1), ("2", 2)]));
}

#[test]
fn values_may_span_lines_or_share_one() {
    let text = "{\n  \"a\": 1\n}\n\n{\n  \"a\": {\n  }\n}";
    assert_eq!(read(text), owned(&[("{\n  \"a\": 1\n}", 1), ("{\n  \"a\": {\n  }\n}", 5)]));
    assert_eq!(
        read("{\"a\":1}{\"a\":2} {\"a\":3}\n"),
        owned(&[("{\"a\":1}", 1), ("{\"a\":2}", 1), ("{\"a\":3}", 1)])
    );
    assert_eq!(read("{}{} x, y\n{}"), owned(&[("{}", 1), ("{}", 1), ("x, y", 1), ("{}", 2)]));
}

#[test]
fn what_does_not_match_ends_the_input_with_line_and_cause() {
    for (text, records, message) in [
        (
            "[{\"a\":1},\n{\"a\":2}\n",
            2,
            "people.json, line 3: the input ends inside the list that began on line 1",
        ),
        (
            "[{\"a\":1},\n{\"a\":[2\n",
            1,
            "people.json, line 3: the input ends inside the value that began on line 2",
        ),
        (
            "[{\"a\":1}\n{\"a\":2}]",
            1,
            "people.json, line 2: '{' where a comma or ] behind a record was expected",
        ),
        ("[{},\n]", 1, "people.json, line 2: ']' where a value was expected"),
        ("[,{}]", 0, "people.json, line 1: ',' where a value was expected"),
        ("[{}]\nx", 1, "people.json, line 2: 'x' where a list was expected"),
        (
            "[{},{\"a\":[\n}]",
            1,
            "people.json, line 2: '}' while a list is open, in the value that began on line 1",
        ),
        ("{\"data\":[{}]", 1, "people.json, line 1: the input ends inside the list that began on line 1"),
        ("{\"data\":[{}],\"data\":[]}", 1, "people.json, line 1: a second list named data in one object"),
        (
            "{\"data\":[{}]}{\"a\":1}",
            1,
            "people.json, line 1: '}' where a comma and the list data was expected",
        ),
        (
            "{\"data\":[{}]]",
            1,
            "people.json, line 1: ']' where a comma or } behind the list data was expected",
        ),
        (
            "{\n\"a\":1}\n{\n\"b\":\"",
            1,
            "people.json, line 4: the input ends inside the value that began on line 3",
        ),
    ] {
        let (before, error) = fails(text);
        assert_eq!((before.len(), error.as_str()), (records, message), "{text:?}");
    }
}

#[test]
fn other_files_are_named() {
    for (bytes, found) in [
        (&b"PAR1\x15\x04"[..], "a Parquet file"),
        (b"PK\x03\x04abc", "a zip archive"),
        (b"\xff\xfe{\x00", "UTF-16 text"),
        (b"SQLite format 3\0xxxx", "a SQLite database"),
    ] {
        let (_, error) = all(bytes, &[3], 10);
        assert!(
            matches!(error, Some(InputError::Foreign { found: f, .. }) if f == found),
            "{found}: {error:?}"
        );
    }
}

#[test]
fn several_members_and_frames_are_one_input() {
    let expected = owned(&[("{\"a\":1}", 1), ("{\"a\":2}", 2)]);
    for compress in [gzip, zstd_frame] {
        let mut bytes = compress(b"{\"a\":1}\n{\"a\"");
        bytes.extend(compress(b":2}\n"));
        let (records, error) = all(&bytes, &[7], 100);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(records, expected);
        let (_, error) = all(&bytes[..bytes.len() - 5], &[7], 100);
        assert!(matches!(error, Some(InputError::Io { .. })), "{error:?}");
    }
}

#[test]
fn progress_counts_the_bytes_of_the_source() {
    let bytes = gzip(&b"{\"a\":1}\n".repeat(10_000));
    let mut reader = reader(&bytes, &[1 << 20]).unwrap();
    while reader.next_batch(1000, 1 << 20).unwrap().is_some() {}
    assert_eq!(reader.bytes_consumed(), bytes.len() as u64);
}

#[test]
fn a_record_above_the_limit_is_rejected_and_the_next_is_whole() {
    let large = "x".repeat(MAX_RECORD_BYTES);
    for (text, line) in [
        (format!("{{\"a\":\"{large}\"}}\n{{\"b\":1}}"), 2),
        (format!("[{{\"a\":\"{large}\"}},\n{{\"b\":1}}]"), 2),
    ] {
        let mut reader = RecordReader::new(io::Cursor::new(text.into_bytes()), "large").unwrap();
        let batch = reader.next_batch(10, 1 << 20).unwrap().unwrap();
        assert_eq!(batch.items.len(), 2);
        assert_eq!(batch.items[0].rejected, Some(RejectReason::TooLarge { limit: MAX_RECORD_BYTES }));
        assert_eq!(batch.record(&batch.items[0]).len(), KEPT_OF_TOO_LARGE);
        assert!(batch.bytes.capacity() < 2 * MAX_RECORD_BYTES + (1 << 20));
        assert_eq!((batch.record(&batch.items[1]), batch.items[1].line), (&b"{\"b\":1}"[..], line));
    }
}

#[test]
fn a_batch_stops_at_its_limits() {
    let text = b"{\"a\":1}\n".repeat(10);
    let mut reader = reader(&text, &[1000]).unwrap();
    assert_eq!(reader.next_batch(3, 1000).unwrap().unwrap().items.len(), 3);
    assert_eq!(reader.next_batch(100, 8).unwrap().unwrap().items.len(), 2);
    assert_eq!(reader.next_batch(0, 0).unwrap().unwrap().items.len(), 1);
    assert_eq!(reader.next_batch(100, 1000).unwrap().unwrap().items.len(), 4);
    assert!(reader.next_batch(100, 1000).unwrap().is_none());
}

fn object() -> impl Strategy<Value = String> {
    let text = r#"([a-z\[\]{},:é ]|\\\\|\\"|\\n){0,12}"#;
    (text, text, any::<i32>()).prop_map(|(a, b, n)| format!(r#"{{"a":"{a}","b":[{n},{{"c":"{b}"}}]}}"#))
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn every_layout_and_compression_gives_the_same_records(
        records in prop::collection::vec(object(), 1..12),
        sizes in prop::collection::vec(1usize..40, 1..5),
        max_records in 1usize..8,
        compression in 0..3,
    ) {
        let layouts = [
            records.join("\n"),
            records.join("\r\n\n") + "\n",
            format!("[{}]", records.join(",\n")),
            format!("{{\"n\":[1],\"data\":[{}],\"z\":{{}}}}", records.join(", ")),
            records.concat(),
        ];
        for text in &layouts {
            let bytes = match compression {
                0 => text.as_bytes().to_vec(),
                1 => gzip(text.as_bytes()),
                _ => zstd_frame(text.as_bytes()),
            };
            let (found, error) = all(&bytes, &sizes, max_records);
            prop_assert!(error.is_none(), "{error:?}");
            prop_assert_eq!(found.iter().map(|(r, _)| r).collect::<Vec<_>>(), records.iter().collect::<Vec<_>>());
            let mut from = 0;
            for (record, line) in &found {
                let at = from + text[from..].find(record.as_str()).unwrap();
                prop_assert_eq!(*line, 1 + text[..at].matches('\n').count() as u64);
                from = at + record.len();
            }
        }
    }

    #[test]
    fn lines_are_true_beside_broken_ones(
        lines in prop::collection::vec(prop_oneof![object(), r#"[\[\]{}",:a1 ]{0,20}"#], 1..20),
        sizes in prop::collection::vec(1usize..40, 1..5),
    ) {
        let text = format!("{{\"first\":1}}\n{}\n", lines.join("\n"));
        let (found, error) = all(text.as_bytes(), &sizes, 7);
        prop_assert!(error.is_none());
        let mut expected = vec![("{\"first\":1}".to_owned(), 1)];
        expected.extend((2..).zip(&lines).filter(|(_, l)| !l.trim().is_empty()).map(|(n, l)| (l.trim().to_owned(), n)));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_bytes_end_without_a_panic_and_alike_in_any_pieces(
        bytes in prop::collection::vec(
            prop_oneof![6 => prop::sample::select(b"{}[]\",:\\ \n1adt".to_vec()), 1 => any::<u8>()], 0..80),
        magic in prop::sample::select(vec![&b""[..], b"[", b"{\"data\":[", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"]),
        sizes in prop::collection::vec(1usize..9, 1..4),
    ) {
        let bytes = [magic, &bytes].concat();
        let (found, error) = all(&bytes, &sizes, 5);
        let (at_once, error_at_once) = all(&bytes, &[1 << 20], 5);
        prop_assert_eq!(found, at_once);
        prop_assert_eq!(error.is_some(), error_at_once.is_some());
    }
}
