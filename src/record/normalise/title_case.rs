//! Title case, for showing texts that are stored in lower case.

use unicode_normalization::char::is_combining_mark;

/// The first letter of each word in upper case, the others in lower case: `jean-luc o'neil` becomes `Jean-Luc O'Neil`.
///
/// A word begins at the start, and behind anything that is no letter, digit or apostrophe; behind an apostrophe only if a single
/// letter comes before it, so that `d'angelo` becomes `D'Angelo` and `women's` becomes `Women's`. Small words and names like
/// McDonald are not known: they become `Of` and `Mcdonald`. A letter whose capital is two letters (`ß`) stays. Idempotent; an
/// empty text stays empty. Not for e-mail addresses and URLs.
pub fn title_case(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut titled = String::with_capacity(lower.len());
    // Characters of the word before this one.
    let mut before = 0;
    for c in lower.chars() {
        if is_combining_mark(c) {
            titled.push(c);
        } else if c.is_alphanumeric() {
            titled.push(if before == 0 { capital(c) } else { c });
            before += 1;
        } else {
            titled.push(c);
            before = if super::is_apostrophe(c) && before > 1 { before } else { 0 };
        }
    }
    titled
}

fn capital(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(capital), None) => capital,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_begin_with_capitals() {
        for (text, expected) in [
            ("jane doe", "Jane Doe"),
            ("JANE DOE", "Jane Doe"),
            ("jean-luc picard", "Jean-Luc Picard"),
            ("o'neil", "O'Neil"),
            ("d’angelo", "D’Angelo"),
            ("women's health", "Women's Health"),
            ("ludwig van beethoven", "Ludwig Van Beethoven"),
            ("mcdonald", "Mcdonald"),
            ("san francisco, california, united states", "San Francisco, California, United States"),
            ("u.s.a.", "U.S.A."),
            ("at&t", "At&T"),
            ("3rd street", "3rd Street"),
            ("(bob)", "(Bob)"),
            ("élodie ÉMILE", "Élodie Émile"),
            ("e\u{301}lodie", "E\u{301}lodie"),
            ("ßen straße", "ßen Straße"),
            ("  two  spaces ", "  Two  Spaces "),
            ("李小龙", "李小龙"),
            ("", ""),
        ] {
            assert_eq!(title_case(text), expected);
        }
    }

    proptest! {
        #![proptest_config(crate::record::cases())]

        #[test]
        fn a_title_is_its_own_title(text in prop_oneof![".{0,20}", "[a-zA-ZéßİΣςŉǆᾳ\u{301}\u{345}'’ -]{0,20}"]) {
            let once = title_case(&text);
            prop_assert_eq!(title_case(&once), once);
        }
    }
}
