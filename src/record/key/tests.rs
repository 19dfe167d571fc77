use proptest::prelude::*;

use super::*;
use crate::record::{RejectReason, parse};
use crate::schema::Schema;

const JANE: &str = r#"{"crustdata_person_id":14540,
    "social_handles":{"professional_network_identifier":{"profile_url":"https://www.linkedin.com/in/Jane-Doe/"},
        "twitter_identifier":{"slug":"@JaneDoe"}},
    "contact":{"business_emails":[{"email":"Jane@Example.com"}],"personal_emails":["jane@example.com","nonsense"],
        "phone_numbers":["(415) 568-8415"]},
    "social_profiles":[{"network":"linkedin","username":"jane-doe","ids":["145991517"],"aliases":["linkedin.com/pub/jane-doe/40/a85/9b9"]},
        {"network":"github","url":"http://www.github.com/janed"},{"username":"nobody"}],
    "identifiers":{"pdl_id":"qEnOZ5Oh0poWnQ1luFBfVw_0000","linkedin_id":"145991517","member_tokens":["ACwAAAJ1bWkBk0rVh2xq"]}}"#;

fn keys(record: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    KeyPlan::new(&Schema::person()).keys_of(&parse(record.as_bytes()).unwrap().value, &mut keys);
    keys
}

fn show(keys: &[Key]) -> Vec<String> {
    keys.iter().map(|key| format!("{} {}", key.kind().number(), key.text())).collect()
}

#[test]
fn a_record_gives_each_of_its_keys_once() {
    let expected = [
        "1 14540",
        "5 linkedin:jane-doe",
        "5 twitter:janedoe",
        "2 8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d",
        "3 9e26471d35a78862c17e467d87cddedf",
        "4 +14155688415",
        "7 linkedin:145991517",
        "6 linkedin.com/pub/jane-doe/40/a85/9b9",
        "5 github:janed",
        "7 pdl:qEnOZ5Oh0poWnQ1luFBfVw_0000",
        "8 ACwAAAJ1bWkBk0rVh2xq",
    ];
    let mut found = show(&keys(JANE));
    assert_eq!(found.first().map(String::as_str), Some("1 14540"));
    let mut expected = expected.map(str::to_owned).to_vec();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn what_is_asked_finds_what_is_stored() {
    let stored = keys(JANE);
    let plan = KeyPlan::new(&Schema::person());
    for asked in [
        "14540",
        "de.linkedin.com/in/jane-doe?trk=x",
        "linkedin:Jane-Doe",
        "https://x.com/janedoe",
        "twitter:@janedoe",
        "x:janedoe",
        "JANE@example.com",
        "Jane Doe <jane@example.com>",
        "8C87B489CE35CF2E2F39F80E282CB2E804932A56A213983EEEB428407D43B52D",
        "9e26471d35a78862c17e467d87cddedf",
        "+1 415 568 8415",
        "415-568-8415",
        "linkedin:145991517",
        "https://www.linkedin.com/profile/view?id=145991517",
        "http://uk.linkedin.com/pub/jane-doe/40/a85/9b9",
        "github.com/janed/project",
        "pdl:qEnOZ5Oh0poWnQ1luFBfVw_0000",
        "https://www.linkedin.com/sales/lead/ACwAAAJ1bWkBk0rVh2xq,NAME_SEARCH,x",
    ] {
        let key = Key::guess(asked).unwrap();
        assert!(stored.contains(&key), "{asked}: {key:?}");
        assert_eq!(plan.record_has_key(JANE.as_bytes(), &key), Ok(true), "{asked}");
    }
    for asked in [
        "14541",
        "145",
        "linkedin:jane-do",
        "jane@example.co",
        "+14155688416",
        "pdl:qenoz5oh0powNq1luFBfVw_0000",
        "linkedin:nobody",
    ] {
        let key = Key::guess(asked).unwrap();
        assert_eq!(plan.record_has_key(JANE.as_bytes(), &key), Ok(false), "{asked}");
    }
}

#[test]
fn the_text_proves_only_whole_names() {
    let record = br#"{"u":"https://linkedin.com/in/jane-doe-2","e":"mary.jane@example.com","n":"jane"}"#;
    assert!(!Key::handle("linkedin", "jane-doe").unwrap().proves(record));
    assert!(Key::handle("linkedin", "jane-doe-2").unwrap().proves(record));
    assert!(!Key::email("jane@example.com").unwrap().proves(record));
    assert!(!Key::handle("linkedin", "jane").unwrap().proves(record), "a word is not a profile");
    assert!(!Key::handle("x", "jane-doe-2").unwrap().proves(record), "on another network");
    assert_eq!(Key::email_hash(&"a".repeat(64)).unwrap().proof_text(), None);
    assert_eq!(Key::handle("linkedin", "jürgen").unwrap().proof_text(), None);
}

#[test]
fn guesses_are_of_the_right_kind() {
    for (text, expected) in [
        ("14540", "1 14540"),
        ("9007199254740991", "1 9007199254740991"),
        ("9007199254740992", "4 9007199254740992"),
        (" +49 30 123456 ", "4 +4930123456"),
        ("(415) 568-8415", "4 +14155688415"),
        ("medium.com/@janedoe", "5 medium:janedoe"),
        ("https://medium.com/@janedoe", "5 medium:janedoe"),
        ("linkedin:in/janedoe", "5 linkedin:janedoe"),
        ("aggknowledge:81", "7 aggknowledge:81"),
        ("ACoAAAJ1bWkBk0rVh2xq-8sT6uW4zYx1AbCdEfG", "8 ACoAAAJ1bWkBk0rVh2xq-8sT6uW4zYx1AbCdEfG"),
        ("example.com/jane", "6 example.com/jane"),
        ("http://example.com:8080/jane", "6 example.com/jane"),
        ("example.com:8080/jane", "6 example.com/jane"),
        ("d41d8cd98f00b204e9800998ecf8427e", "3 d41d8cd98f00b204e9800998ecf8427e"),
    ] {
        let key = Key::guess(text).unwrap();
        assert_eq!(show(&[key]), [expected], "{text}");
    }
    assert_eq!(Key::guess("mailto:jane@example.com"), Key::email("jane@example.com"));
    for text in ["", " ", "jane", "Jane Doe", "0", "-1", "jane@", "https://", "@janedoe", "abc:def"] {
        let error = Key::guess(text).unwrap_err();
        assert_eq!(error.given, text);
        assert!(error.to_string().contains("accepted are for example"), "{error}");
    }
}

#[test]
fn an_address_and_its_hashes_are_the_known_ones() {
    let key = Key::email("Janedoe@Example.com").unwrap();
    assert_eq!(key.text(), "c4d25e9c90ff23e9145397bc6fbd5385ca5fbe78211222ccbecd0b369ebb19a6");
    assert_eq!(Key::email_hash(key.text()), Ok(key.clone()));
    assert_eq!(key.to_string(), "e-mail janedoe@example.com");
}

#[test]
fn an_old_public_url_has_alternatives() {
    let key = Key::url("http://www.linkedin.com/pub/jane-doe/40/a85/9b9").unwrap();
    assert_eq!(show(&key.alternatives()), ["5 linkedin:jane-doe-9b9a8540", "5 linkedin:jane-doe-9b9a854"]);
    assert!(Key::url("linkedin.com/in/jane-doe").unwrap().alternatives().is_empty());
}

#[test]
fn a_stated_id_stands_and_others_are_hashed() {
    let stated = identify("person", None, &keys(JANE)).unwrap();
    assert_eq!(stated, IdClaim { id: 14540, identity_tag: None });
    // SHA-256 of "person\0" "5:linkedin:jane-doe".
    let hashed = identify(
        "person",
        None,
        &[Key::email("a@b.co").unwrap(), Key::handle("linkedin", "jane-doe").unwrap()],
    )
    .unwrap();
    let digest = Sha256::digest(b"person\x005:linkedin:jane-doe");
    let first = digest.iter().take(7).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    assert_eq!(hashed.id, first >> 4);
    assert!(hashed.identity_tag.is_some() && hashed.id < 1 << 52);
    let by_id = identify("pdl-v4", Some("qEn"), &[Key::email("a@b.co").unwrap()]).unwrap();
    assert_eq!(by_id, identify("pdl-v4", Some("qEn"), &[]).unwrap());
    assert_ne!(by_id.id, identify("other", Some("qEn"), &[]).unwrap().id);
}

#[test]
fn computed_ids_never_change() {
    let claim = identify("person", None, &[Key::handle("linkedin", "jane-doe").unwrap()]).unwrap();
    assert_eq!((claim.id, claim.identity_tag), (4111338635677063, Some(5350233541688294121)));
}

#[test]
fn without_id_and_key_there_is_no_person() {
    for record in [
        "{}",
        r#"{"crustdata_person_id":0}"#,
        r#"{"crustdata_person_id":"7","basic_profile":{"name":"Jane"}}"#,
        r#"{"crustdata_person_id":9007199254740992}"#,
    ] {
        assert_eq!(identify("person", None, &keys(record)), Err(RejectReason::NoIdentity), "{record}");
    }
    assert_eq!(identify("person", None, &keys(r#"{"crustdata_person_id":7.0}"#)).map(|c| c.id), Ok(7));
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn any_text_is_a_key_or_an_error(text in prop_oneof![".{0,40}", "[ -~]{0,40}", "[a-z]{1,8}:[a-z0-9@/:]{0,12}"]) {
        if let Ok(key) = Key::guess(&text) {
            prop_assert!(!key.text().is_empty());
            prop_assert!(KeyKind::ALL.contains(&key.kind()));
        }
    }

    #[test]
    fn a_stored_key_is_found_by_its_own_text(text in prop_oneof!["[ -~]{0,40}", "(https://)?(www\\.)?(linkedin\\.com/in|x\\.com|example\\.org)/[A-Za-zé-]{1,12}"]) {
        let record = serde_json::json!({ "social_profiles": [{ "url": text, "network": "twitter", "username": text }] }).to_string();
        let plan = KeyPlan::new(&Schema::person());
        for key in keys(&record) {
            prop_assert_eq!(plan.record_has_key(record.as_bytes(), &key), Ok(true));
        }
    }
}
