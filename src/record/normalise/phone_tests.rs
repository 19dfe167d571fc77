use proptest::prelude::*;

use super::super::phone_examples::EXAMPLES;
use super::*;

#[test]
fn examples_of_many_countries_become_what_the_table_says() {
    assert!(EXAMPLES.len() >= 200);
    for (text, country, expected, _) in EXAMPLES {
        let country = country.map(|code| country_id(code).unwrap());
        let number = phone_in(text, country);
        assert_eq!(number.as_deref(), *expected, "{text:?} {country:?}");
        if let Some(parts) = expected.and_then(phone_parts) {
            let e164 = format!("+{}{}", parts.country_code, parts.national_number);
            assert_eq!(number, Some(e164));
        }
    }
}

#[test]
fn spellings_of_one_number_are_one() {
    for (expected, country, texts) in [
        (
            "+14155688415",
            "US",
            &["4155688415", "(415) 568-8415", "1-415-568-8415", "415.568.8415 x12", "+1 415 568 8415"][..],
        ),
        (
            "+49301234567",
            "DE",
            &[
                "030 1234567",
                "(030) 123 45 67",
                "030/1234567",
                "+49 (0)30 1234567",
                "0049 30 1234567",
                "49301234567",
            ],
        ),
        (
            "+442079460018",
            "GB",
            &[
                "020 7946 0018",
                "(020) 7946-0018",
                "+44 (0)20 7946 0018",
                "0044 20 7946 0018",
                "０２０ ７９４６ ００１８",
            ],
        ),
        ("+390612345678", "IT", &["06 1234 5678", "06/12345678", "+39 06 1234 5678", "0039 06 12345678"]),
        ("+8613812345678", "CN", &["138 1234 5678", "13812345678", "+86 138-1234-5678"]),
        ("+79123456789", "RU", &["8 (912) 345-67-89", "+7 912 345 67 89", "912 345 67 89"]),
        ("+298201234", "FO", &["20 12 34", "201234", "+298 20 12 34"]),
    ] {
        for text in texts {
            assert_eq!(phone_in(text, country_id(country)).as_deref(), Some(expected), "{text:?}");
        }
    }
}

#[test]
fn a_country_does_not_change_what_has_a_country_code() {
    for text in ["+49 30 1234567", "0049 30 1234567", "+1 415 568 8415", "+39 06 1234 5678"] {
        for code in ["US", "DE", "IT", "CN"] {
            assert_eq!(phone_in(text, country_id(code)), phone(text), "{text} {code}");
        }
    }
}

#[test]
fn what_is_not_valid_in_the_country_is_as_without() {
    for (text, country, expected) in [
        ("030 1234567", "US", Some("0301234567")),
        ("(555) 555-0123", "US", Some("5555550123")),
        ("01632 960123", "GB", Some("01632960123")),
        ("+1 415 568 8415", "DE", Some("+14155688415")),
        ("1 415 568 8415", "DE", Some("+14155688415")),
        ("12345", "DE", None),
        ("0800 12345", "LT", Some("080012345")),
    ] {
        assert_eq!(phone_in(text, country_id(country)).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn countries_have_codes_of_two_letters() {
    assert_eq!(country_id("de"), Some(Id::DE));
    assert_eq!(country_id(" US "), Some(Id::US));
    for code in ["", "D", "DEU", "UK", "ZZ", "AQ", "49"] {
        assert_eq!(country_id(code), None, "{code}");
    }
    // The library panics on a country that it has no numbers of.
    for code in (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| format!("{}{}", a as char, b as char)))
    {
        let known = |id: Id| phonenumber::metadata::DATABASE.by_id(id.as_ref()).is_some();
        assert!(country_id(&code).is_none_or(known), "{code}");
    }
}

#[test]
fn e164_has_parts() {
    let parts = |text| {
        let PhoneParts { country_code, national_number, area_code } = phone_parts(text)?;
        Some([country_code, national_number, area_code.unwrap_or_default()])
    };
    let own = |texts: [&str; 3]| Some(texts.map(str::to_owned));
    assert_eq!(parts("+14155688415"), own(["1", "4155688415", "415"]));
    assert_eq!(parts("+12042345678"), own(["1", "2042345678", "204"]));
    assert_eq!(parts("+49301234567"), own(["49", "301234567", ""]));
    assert_eq!(parts("+390612345678"), own(["39", "0612345678", ""]));
    assert_eq!(parts("+80012345678"), own(["800", "12345678", ""]));
    assert_eq!(parts("+77012345678"), own(["7", "7012345678", ""]));
    for text in [
        "",
        "+",
        "4155688415",
        "0301234567",
        "+1 415 568 8415",
        "+999123123",
        "+1",
        "+49 30 1234567",
        "+1415568841x",
    ] {
        assert_eq!(parts(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn phones_in_a_country_are_normalised_once_for_all(
        text in prop_oneof!["[+0-9 ().x-]{0,24}", "\\+?[0-9]{4,17}", "0[0-9]{5,11}", ".{0,20}"],
        example in prop::sample::select(EXAMPLES),
        country in prop::sample::select(vec![
            "US", "CA", "DE", "GB", "IT", "RU", "KZ", "LT", "BY", "AR", "BR", "MX", "CN", "JP", "IN", "FO", "AD", "NO", "HU", "RW", "TA", "UZ", "SM",
        ]),
    ) {
        let country = country_id(country);
        for text in [text.as_str(), example.0] {
            prop_assert_eq!(phone_in(text, None), phone(text));
            if let Some(number) = phone_in(text, country) {
                prop_assert_eq!(phone_in(&number, country), Some(number.clone()));
                prop_assert_eq!(phone(&number), Some(number.clone()));
                prop_assert_eq!(phone_parts(&number).is_some(), number.starts_with('+'));
            }
        }
    }
}
