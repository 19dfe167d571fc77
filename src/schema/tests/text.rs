//! The text form: what `parse` refuses, that it never panics, and that nothing is lost on the way out and in.

use proptest::prelude::*;

use super::*;

fn refusal(rows: &[&str]) -> SchemaError {
    Schema::parse(&table(rows)).unwrap_err()
}

#[test]
fn the_shipped_file_is_in_the_one_form_that_is_written() {
    let schema = Schema::person();
    assert_eq!(schema.to_json(), PERSON);
    assert_eq!(Schema::parse(&schema.to_json()).unwrap(), *schema);
}

#[test]
fn a_text_that_is_no_schema_is_refused() {
    for text in
        ["", "[]", "null", "{}", "{\"version\":1}", "{\"version\":\"1\",\"paths\":[]}", "{\"version\":1,"]
    {
        assert!(matches!(Schema::parse(text), Err(SchemaError::Text { .. })), "{text}");
    }
    assert!(matches!(Schema::parse(r#"{"version":1,"paths":[],"x":1}"#), Err(SchemaError::Text { .. })));
    assert_eq!(Schema::parse(r#"{"version":1,"paths":[]}"#).unwrap().nodes(), []);
}

#[test]
fn a_newer_form_is_told_apart_from_a_damaged_one() {
    let error = Schema::parse(r#"{"version":7,"paths":{},"more":1}"#).unwrap_err();
    assert_eq!(error, SchemaError::Version { found: 7, reads: 1 });
    assert_eq!(error.to_string(), "schema: version 7, this build reads 1: use a newer rolo");
}

#[test]
fn a_row_that_is_no_row_is_refused_by_path() {
    for (row, named) in [
        (r#"{"path":"a","type":"string","colour":"red"}"#, "a"),
        (r#"{"path":"a","type":"text"}"#, "a"),
        (r#"{"path":"a","type":"array[]"}"#, "a"),
        (r#"{"path":"a","type":"string","filter":"yes"}"#, "a"),
        (r#"{"path":"a","type":"string","index":["magic"]}"#, "a"),
        (r#"{"path":3}"#, "row 1"),
        ("17", "row 1"),
    ] {
        match refusal(&[row]) {
            SchemaError::Row { path, .. } => assert_eq!(path, named, "{row}"),
            other => panic!("{row}: {other:?}"),
        }
    }
}

#[test]
fn names_are_lower_case_words() {
    for path in ["", ".", "a.", ".a", "A", "a b", "a-b", "1a", "_a", "ä", "a..b", &["a"; 65].join(".")] {
        let row = format!(r#"{{"path":"{path}","type":"string"}}"#);
        assert!(matches!(refusal(&[&row]), SchemaError::Unfit { .. }), "{path}");
    }
}

#[test]
fn a_path_has_one_row() {
    let row = r#"{"path":"a","type":"string"}"#;
    assert_eq!(refusal(&[row, row]), SchemaError::Duplicate { path: "a".to_owned() });
    let alias = r#"{"path":"a","alias":"a"}"#;
    assert_eq!(refusal(&[row, alias]), SchemaError::Duplicate { path: "a".to_owned() });
}

#[test]
fn a_path_lies_in_an_object_or_array_above_it() {
    let (object, leaf, child) = (
        r#"{"path":"a","type":"object"}"#,
        r#"{"path":"a","type":"string"}"#,
        r#"{"path":"a.b","type":"string"}"#,
    );
    let missing = SchemaError::MissingParent { path: "a.b".to_owned(), parent: "a".to_owned() };
    for rows in [&[child][..], &[child, object], &[leaf, child]] {
        assert_eq!(refusal(rows), missing);
    }
    Schema::parse(&table(&[object, child])).unwrap();
}

#[test]
fn names_inside_a_row_must_exist_and_fit() {
    let object = r#"{"path":"o","type":"object"}"#;
    let number = r#"{"path":"o.n","type":"number"}"#;
    for (rows, role) in [
        (&[r#"{"path":"x","alias":"nothing"}"#][..], "alias"),
        (&[object, number, r#"{"path":"x","alias":"o.n"}"#, r#"{"path":"y","alias":"x"}"#], "alias"),
        (&[r#"{"path":"x","alias":"x"}"#], "alias"),
        (&[r#"{"path":"o","type":"object","text":["n"]}"#], "text"),
        (&[r#"{"path":"o","type":"object","text":["n"]}"#, number], "text"),
        (&[r#"{"path":"o","type":"object","scalar":"m"}"#, number], "scalar"),
        (&[r#"{"path":"o","type":"object","scalar":"p"}"#, r#"{"path":"o.p","type":"object"}"#], "scalar"),
        (&[r#"{"path":"o","type":"object","union":["n"]}"#, number], "union"),
        (&[r#"{"path":"o","type":"object","union":["a"]}"#], "union"),
        (&[r#"{"path":"o","type":"object","union":["a","a"]}"#, r#"{"path":"o.a","type":"array"}"#], "union"),
        (&[object, r#"{"path":"o.x","type":"string","of_union":true}"#], "union"),
        (&[r#"{"path":"o","type":"string","key":"handle"}"#], "key"),
        (&[r#"{"path":"network","type":"integer"}"#, r#"{"path":"o","type":"string","key":"id"}"#], "key"),
    ] {
        match refusal(rows) {
            SchemaError::MissingTarget { role: found, .. } => assert_eq!(found, role, "{rows:?}"),
            other => panic!("{rows:?}: {other:?}"),
        }
    }
}

#[test]
fn a_path_over_a_union_is_in_each_array_with_the_same_type() {
    let union = r#"{"path":"u","type":"object","union":["a","b"]}"#;
    let (a, b) = (r#"{"path":"u.a","type":"array"}"#, r#"{"path":"u.b","type":"array"}"#);
    let in_a = r#"{"path":"u.a.x","type":"string"}"#;
    let over = r#"{"path":"u.x","type":"string","of_union":true}"#;
    Schema::parse(&table(&[union, a, in_a, b, r#"{"path":"u.b.x","type":"string"}"#, over])).unwrap();
    for in_b in [r#"{"path":"u.b.x","type":"integer"}"#, r#"{"path":"u.b.y","type":"string"}"#] {
        let error = refusal(&[union, a, in_a, b, in_b, over]);
        assert!(matches!(error, SchemaError::MissingTarget { ref path, .. } if path == "u.x"), "{error:?}");
    }
}

#[test]
fn keys_of_a_row_must_go_together() {
    let leaf = r#"{"path":"l","type":"string"}"#;
    for rows in [
        &[r#"{"path":"x"}"#][..],
        &[leaf, r#"{"path":"x","alias":"l","type":"string"}"#],
        &[leaf, r#"{"path":"x","alias":"l","geo":true}"#],
        &[leaf, r#"{"path":"x","alias":"l","key":"url"}"#],
        &[r#"{"path":"x","type":"object","filter":true}"#],
        &[r#"{"path":"x","type":"array","suggest":true}"#],
        &[r#"{"path":"x","type":"object","key":"url"}"#],
        &[r#"{"path":"x","type":"object","long":true}"#],
        &[r#"{"path":"x","type":"integer","values":["1"]}"#],
        &[r#"{"path":"x","type":"integer","geo":true}"#],
        &[r#"{"path":"x","type":"integer","key":"url"}"#],
        &[r#"{"path":"x","type":"string","key":"person_id"}"#],
        &[r#"{"path":"x","type":"string","key":"shoe_size"}"#],
        &[r#"{"path":"x","type":"string","key":"id:nobody"}"#],
        &[r#"{"path":"x","type":"string","key":"handle:"}"#],
        &[r#"{"path":"x","type":"string","text":["y"]}"#],
        &[r#"{"path":"x","type":"string","scalar":"y"}"#],
        &[r#"{"path":"x","type":"array","union":["y"]}"#],
        &[r#"{"path":"x","type":"object","space":"y"}"#],
        &[r#"{"path":"x","type":"string[]","sort":true}"#],
        &[r#"{"path":"x","type":"array"}"#, r#"{"path":"x.x","type":"array"}"#],
        &[r#"{"path":"x","type":"string","of_union":true,"long":true}"#],
    ] {
        let error = refusal(rows);
        assert!(
            matches!(error, SchemaError::Unfit { ref path, .. } if path.starts_with('x')),
            "{rows:?}: {error:?}"
        );
    }
}

#[test]
fn more_element_spaces_than_numbers_are_refused() {
    let rows: Vec<String> = (0..=u16::MAX).map(|i| format!(r#"{{"path":"a{i}","type":"array"}}"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(refusal(&rows), SchemaError::TooMany { what: "element spaces" });
    let (_, fewer) = rows.split_last().unwrap();
    assert_eq!(Schema::parse(&table(fewer)).unwrap().spaces().len(), usize::from(u16::MAX));
}

/// A few words that make rows meet each other by chance.
fn row() -> impl Strategy<Value = String> {
    let path =
        proptest::sample::select(vec!["a", "b", "a.a", "a.b", "a.a.a", "a.a.b", "a.b.a", "a.b.b", "network"]);
    let kind = proptest::sample::select(vec!["object", "array", "string", "integer", "string[]", "date"]);
    let extra = proptest::sample::select(vec![
        "",
        r#","union":["a","b"]"#,
        r#","of_union":true"#,
        r#","text":["a","b"]"#,
        r#","scalar":"a""#,
        r#","space":"b""#,
        r#","key":"handle""#,
        r#","key":"id:pdl""#,
        r#","filter":true"#,
        r#","geo":true"#,
        r#","long":true"#,
    ]);
    let alias = proptest::sample::select(vec!["a", "a.a", "a.b.a", "b"]);
    (path, kind, extra, alias, 0..8).prop_map(|(path, kind, extra, alias, as_alias)| match as_alias {
        0 => format!(r#"{{"path":"{path}","alias":"{alias}"}}"#),
        _ => format!(r#"{{"path":"{path}","type":"{kind}"{extra}}}"#),
    })
}

proptest! {
    #![proptest_config(law())]

    #[test]
    fn any_text_is_a_schema_or_an_error(text in ".*") {
        let _ = Schema::parse(&text);
        let _ = Schema::person().nearest(&text);
        let _ = Schema::person().selection(&[text]);
    }

    #[test]
    fn any_bytes_put_over_the_table_are_a_schema_or_an_error(
        at in 0..PERSON.len(), bytes in proptest::collection::vec(any::<u8>(), 0..6), keep in any::<bool>(),
    ) {
        let mut text = PERSON.as_bytes().to_vec();
        let end = if keep { at } else { (at + bytes.len()).min(text.len()) };
        text.splice(at..end, bytes);
        if let Ok(schema) = Schema::parse(&String::from_utf8_lossy(&text)) {
            prop_assert_eq!(Schema::parse(&schema.to_json()), Ok(schema));
        }
    }

    #[test]
    fn any_rows_are_a_consistent_schema_or_an_error(rows in proptest::collection::vec(row(), 0..6)) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        if let Ok(schema) = Schema::parse(&table(&rows)) {
            prop_assert_eq!(schema.paths().len(), rows.len());
            for (position, node) in schema.nodes().iter().enumerate() {
                prop_assert_eq!(usize::try_from(node.id).unwrap(), position);
                prop_assert!(node.parent.is_none_or(|parent| parent < node.id));
            }
            prop_assert_eq!(&schema.grown(&schema).unwrap(), &schema);
            prop_assert_eq!(Schema::parse(&schema.to_json()), Ok(schema));
        }
    }
}
