use proptest::prelude::*;

use super::*;

#[rustfmt::skip]
const CLASSES: &[(&str, &[&str])] = &[
    ("jane@example.com", &[
        "jane@example.com", "Jane@Example.com", "JANE@EXAMPLE.COM", " jane@example.com ", "\tjane@example.com\r\n", "jane@example.com.", "jane@example.com,",
        "jane@example.com;", "<jane@example.com>", "(jane@example.com)", "[jane@example.com]", "'jane@example.com'", "\"jane@example.com\"", "“jane@example.com”",
        "mailto:jane@example.com", "MAILTO:Jane@Example.Com", "mailto:jane@example.com?subject=Hi", "<mailto:jane@example.com>", "Jane <jane@example.com>",
        "Jane Doe <jane@example.com>", "\"Doe, Jane\" <jane@example.com>,", "Doe <x> <jane@example.com>", "\u{feff}jane@example.com", "jane@example.com\u{200e}",
        "jane@example。com", "jane@ＥＸＡＭＰＬＥ.com", "jane@example.com\u{a0}",
    ]),
    ("jane+news@example.com", &["jane+news@example.com", "JANE+NEWS@example.com", "mailto:Jane+News@example.com"]),
    ("j.a.n.e@gmail.com", &["j.a.n.e@gmail.com", "J.A.N.E@Gmail.com"]),
    ("jürgen@example.com", &["jürgen@example.com", "JÜRGEN@example.com", "ju\u{308}rgen@example.com", "Ju\u{308}rgen@EXAMPLE.com"]),
    ("jane@xn--mller-kva.de", &["jane@müller.de", "jane@MÜLLER.de", "jane@mu\u{308}ller.de", "jane@xn--mller-kva.de", "Jane@XN--MLLER-KVA.DE"]),
    ("jane@xn--fa-hia.de", &["jane@faß.de", "jane@xn--fa-hia.de"]),
    ("jane@xn--r8jz45g.xn--zckzah", &["jane@例え.テスト", "jane@xn--r8jz45g.xn--zckzah"]),
    ("用户@xn--fsqu00a.xn--4rr70v", &["用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"]),
    ("jane@sub.example.museum", &["Jane@sub.Example.museum"]),
];

#[rustfmt::skip]
const NONE: &[&str] = &[
    "jane@ example.com", "jane @example.com", "ja ne@example.com", "Jane jane@example.com", "jane@@example.com", "jane@example", "jane@example.c",
    "jane@1.2.3.4", "jane@[1.2.3.4]", "a@x.com, b@y.com", "jane@example.com (work)", "mailto:", "mailto:jane%40example.com", "jane at example.com",
];

#[test]
fn spellings_of_one_address_are_one() {
    assert!(CLASSES.iter().map(|(_, texts)| texts.len()).sum::<usize>() + NONE.len() >= 50);
    for (expected, texts) in CLASSES {
        for text in *texts {
            assert_eq!(email(text).as_deref(), Some(*expected), "{text:?}");
        }
    }
    for text in NONE {
        assert_eq!(email(text), None, "{text:?}");
    }
}

#[test]
fn what_is_too_long_is_no_address() {
    let address = |local: usize| format!("{}@example.com", "x".repeat(local));
    assert!(email(&address(242)).is_some());
    assert_eq!(email(&address(243)), None);
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn any_dress_of_an_address_is_the_same(
        local in "[a-z0-9äé][a-z0-9äé._+-]{0,12}",
        domain in "[a-z0-9][a-z0-9üñ]{0,8}[a-z]\\.(com|de|co\\.uk)",
        dress in prop::sample::select(vec![("", ""), ("<", ">"), ("mailto:", "?a=b"), ("Jane <", ">"), (" \"", "\", "), ("MAILTO:", ".")]),
        upper in any::<bool>(),
    ) {
        let address = format!("{local}@{domain}");
        let written = if upper { address.to_uppercase() } else { address.clone() };
        let normal = email(&address);
        prop_assert!(normal.is_some());
        prop_assert_eq!(&email(&format!("{}{written}{}", dress.0, dress.1)), &normal);
        prop_assert_eq!(email(normal.as_deref().unwrap_or_default()), normal);
    }
}
