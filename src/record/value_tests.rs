use proptest::prelude::*;

use super::*;

fn rejected(text: &str) -> RejectReason {
    parse(text.as_bytes()).expect_err(text)
}

/// Our value as serde_json's, for comparison.
fn plain(value: &Value<'_>) -> serde_json::Value {
    serde_json::from_str(&value.to_json()).unwrap()
}

#[test]
fn text_without_escapes_is_borrowed() {
    let parsed = parse(br#"{"name":"Jane","city":"K\u00f6ln"}"#).unwrap();
    assert!(matches!(parsed.value.get("name"), Some(Value::String(Cow::Borrowed("Jane")))));
    assert_eq!(parsed.value.get("city").and_then(Value::as_str), Some("Köln"));
}

#[test]
fn numbers_keep_their_kind() {
    let parsed = parse(b"[1, -1, 9223372036854775808, 9.0, -0, 1e3, 18446744073709551616]").unwrap();
    let expected = [
        Value::Int(1),
        Value::Int(-1),
        Value::UInt(1 << 63),
        Value::Float(9.0),
        Value::Float(-0.0),
        Value::Float(1000.0),
        Value::Float(18_446_744_073_709_551_616.0),
    ];
    assert_eq!(parsed.value.items(), expected);
}

#[test]
fn the_last_of_duplicate_keys_wins_and_the_others_are_counted() {
    let parsed = parse(br#"{"a":1,"b":{"c":1,"d":0,"c":[{"e":1,"e":2}]},"a":2,"a":3}"#).unwrap();
    assert_eq!(parsed.value.to_json(), r#"{"a":3,"b":{"c":[{"e":2}],"d":0}}"#);
    assert_eq!(parsed.duplicate_keys, 4);
    assert_eq!(parsed.first_duplicate.as_deref(), Some("b.c.e"));
}

#[test]
fn duplicates_are_found_in_large_objects_too() {
    let mut text: Vec<String> = (0..100).map(|i| format!(r#""k{i}":{i}"#)).collect();
    text.push(r#""k7":"last""#.to_owned());
    let text = format!("{{{}}}", text.join(","));
    let parsed = parse(text.as_bytes()).unwrap();
    assert_eq!((parsed.duplicate_keys, parsed.first_duplicate.as_deref()), (1, Some("k7")));
    assert_eq!(parsed.value.get("k7").and_then(Value::as_str), Some("last"));
    assert_eq!(parsed.value.members().len(), 100);
}

#[test]
fn a_key_spelt_with_escapes_is_the_same_key() {
    let parsed = parse(br#"{"name":1,"n\u0061me":2}"#).unwrap();
    assert_eq!((parsed.value.to_json().as_str(), parsed.duplicate_keys), (r#"{"name":2}"#, 1));
}

#[test]
fn depth_128_is_read_and_129_is_not() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(nested(128).as_bytes()).is_ok());
    assert_eq!(rejected(&nested(129)), RejectReason::TooDeep { byte: 129, limit: 128 });
    assert!(matches!(rejected(&"{\"a\":".repeat(100_000)), RejectReason::TooDeep { .. }));
}

#[test]
fn reasons_name_the_byte() {
    assert_eq!(rejected(r#"{"a":1} x"#), RejectReason::TrailingText { byte: 8 });
    assert_eq!(parse(b"{\"a\":\"\xff\"}").unwrap_err(), RejectReason::InvalidUtf8 { byte: 6 });
    assert!(matches!(rejected("{\"a\u{0}\":1}"), RejectReason::Syntax { .. }));
    assert!(matches!(rejected(r#"{"a\u0000":1}"#), RejectReason::NulInKey { .. }));
    assert!(matches!(rejected(r#"{"a":"\ud800"}"#), RejectReason::LoneSurrogate { .. }));
    assert!(matches!(rejected(r#"{"a":"\ud800x"}"#), RejectReason::LoneSurrogate { .. }));
    assert!(matches!(rejected(r#"{"a":"\udc00"}"#), RejectReason::LoneSurrogate { .. }));
    assert!(matches!(rejected(r#"{"a":"\ud800\u0041"}"#), RejectReason::LoneSurrogate { .. }));
    let RejectReason::Syntax { byte, problem } = rejected("{\"a\":1,\n\"b\":tru}") else { panic!() };
    assert_eq!((byte, problem.as_str()), (15, "expected ident"));
    assert_eq!(rejected("{\"a\":1,\n\"b\":tru}").line(b"{\"a\":1,\n\"b\":tru}", 10), 11);
    assert!(matches!(rejected(""), RejectReason::Syntax { byte: 0, .. }));
}

#[test]
fn a_nul_in_a_value_is_text() {
    assert_eq!(parse(br#"["a\u0000"]"#).unwrap().value.items(), [Value::String("a\0".into())]);
}

#[test]
fn a_person_is_an_object() {
    assert_eq!(parse_person(b"[1]"), Err(RejectReason::NotAnObject { found: "a list" }));
    assert_eq!(parse_person(b"7"), Err(RejectReason::NotAnObject { found: "an integer" }));
    assert!(parse_person(b" {} ").is_ok());
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec(("[^\0]{0,6}", inner), 0..6)
                .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn values_agree_with_serde_json_and_come_back(json in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }.unwrap();
        let parsed = parse(text.as_bytes()).unwrap();
        prop_assert_eq!(parsed.duplicate_keys, 0);
        prop_assert_eq!(&plain(&parsed.value), &json);
        prop_assert_eq!(parsed.value.to_json(), serde_json::to_string(&json).unwrap());
    }

    #[test]
    fn any_bytes_are_a_value_or_a_reason_inside_them(bytes in prop::collection::vec(
        prop_oneof![4 => prop::sample::select(br#"{}[]",:\u0123deftrnul 9.-"#.to_vec()), 1 => any::<u8>()], 0..60,
    )) {
        match parse(&bytes) {
            Ok(parsed) => {
                let theirs: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(plain(&parsed.value), theirs);
            }
            Err(reason) => {
                prop_assert!(reason.byte().unwrap_or(0) <= bytes.len());
                let nul_key = matches!(reason, RejectReason::NulInKey { .. });
                prop_assert!(nul_key || serde_json::from_slice::<serde_json::Value>(&bytes).is_err());
            }
        }
    }
}
