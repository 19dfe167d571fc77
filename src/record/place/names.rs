//! The spellings of a place's name that count as one: without regard to case, accents and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that are written in several ways, with the one that stands for all.
const WORDS: [(&str, &str); 3] = [("st", "saint"), ("ft", "fort"), ("mt", "mount")];

/// Letters that no accent can be taken off, as they are written where they are missing.
const LETTERS: [(char, &str); 9] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ı', "i"),
];

/// The words of a name, by which it is found: lower case, without accents; single letters in a row are one word, so
/// `U.S.A.` and `USA` have the same. Empty for a text without letters and digits.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut plain = if text.is_ascii() { text.to_ascii_lowercase() } else { without_accents(text) };
    plain.retain(|c| c != '\'' && c != '’');
    let mut words: Vec<String> = Vec::new();
    let mut letters = false;
    for word in plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let letter = word.chars().nth(1).is_none();
        match words.last_mut().filter(|_| letter && letters) {
            Some(before) => before.push_str(word),
            None => words.push(word.to_owned()),
        }
        letters = letter;
    }
    for word in &mut words {
        if let Some((_, meant)) = WORDS.iter().find(|(short, _)| short == word) {
            (*meant).clone_into(word);
        }
    }
    words
}

/// The words with a space between them.
pub(super) fn key(text: &str) -> String {
    words(text).join(" ")
}

fn without_accents(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkd().filter(|&c| !is_combining_mark(c)) {
        for c in c.to_lowercase().filter(|&c| !is_combining_mark(c)) {
            match LETTERS.iter().find(|(letter, _)| *letter == c) {
                Some((_, written)) => plain.push_str(written),
                None => plain.push(c),
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        for spellings in [
            &["São Paulo", "sao paulo", "SAO-PAULO", " São  Paulo. ", "Sa\u{303}o Paulo"][..],
            &["St. Louis", "Saint Louis", "st louis", "SAINT-LOUIS"],
            &["Washington, D.C.", "washington DC", "Washington D. C."],
            &["U.S.A.", "USA", "u.s.a", "U S A"],
            &["Łódź", "Lodz", "łodz"],
            &["İzmir", "Izmir", "IZMIR", "ızmir"],
            &["København", "Kobenhavn"],
            &["Großraum Berlin", "Grossraum Berlin"],
            &["東京", "東京 "],
            &["Xi'an", "Xian", "Xi’an"],
        ] {
            let keys: Vec<String> = spellings.iter().map(|text| key(text)).collect();
            assert!(keys.iter().all(|other| *other == keys[0]), "{keys:?}");
        }
        assert_ne!(key("Paris"), key("Perris"));
        assert_eq!(key("A Coruña"), "a coruna");
        assert_eq!(key(" .,- "), "");
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_key_is_its_own_key(text in any::<String>(), word in "[A-Za-zÉßØİı.' ,-]{0,12}") {
            for text in [text, word] {
                let once = key(&text);
                prop_assert_eq!(key(&once), once.clone(), "{:?}", text);
            }
        }
    }
}
