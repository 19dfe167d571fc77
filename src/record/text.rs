//! What texts have in common when case does not count, and which words they consist of.
//!
//! Filters, dictionaries and the naive evaluator all compare by these functions. They go character by character: what they
//! do to a text is what they do to each of its characters, so a folded text has as many characters as the text, and
//! a word is found in it wherever it stands. Accents stay, and nothing is normalised: `é` as one character
//! and as two are different texts. (Key normalisers fold more, and differently: [`normalise`](super::normalise).)

use std::borrow::Cow;

/// Version of [`tokens`]: what words a text has. The manifest holds it; dictionaries of words depend on it.
pub const TOKENISER_VERSION: u32 = 1;

/// Version of [`fold`]: the major version of Unicode whose tables this build has. The manifest holds it; the
/// order of dictionaries depends on it.
pub const FOLDING_VERSION: u32 = char::UNICODE_VERSION.0 as u32;

/// `text` with each character in lower case, by Unicode's simple mapping: one character becomes one. Idempotent. Borrows
/// where nothing changes.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    let Some((at, _)) = text.char_indices().find(|&(_, c)| fold_char(c) != c) else {
        return Cow::Borrowed(text);
    };
    let (same, rest) = text.split_at(at);
    let mut folded = String::with_capacity(text.len());
    folded.push_str(same);
    folded.extend(rest.chars().map(fold_char));
    Cow::Owned(folded)
}

/// [`fold`] of one character.
pub(crate) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        // The only character whose full mapping is longer: a capital I with a dot. Its simple mapping is `i`.
        (Some(first), Some(_)) => first,
        (None, _) => c,
    }
}

/// `text` without the white space around it, folded: two texts are equal without regard to case iff their fold keys are equal.
pub fn fold_key(text: &str) -> Cow<'_, str> {
    fold(text.trim())
}

/// The words of `text`, in order: its longest runs of characters with the Unicode property Alphabetic or of the general
/// category Number ([`char::is_alphanumeric`]), folded. So the words of a folded text are those of the text, and
/// a word is its own fold and its own only word. SQL's `[\p{L}\p{N}]` lacks some marks that are Alphabetic: a test compares every
/// character with DuckDB. Allocates only for words with capitals.
pub fn tokens(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(fold)
}

/// Whether every one of `words` (each as [`tokens`] gives it) is a word of `text`, in any order. True without words.
pub fn has_words(text: &str, words: &[String]) -> bool {
    words.iter().all(|word| tokens(text).any(|token| token == *word))
}

/// Whether the words of `phrase` (each as [`tokens`] gives it) stand in `text` one after the other. True without words.
pub fn find_phrase(text: &str, phrase: &[String]) -> bool {
    if phrase.is_empty() {
        return true;
    }
    let words: Vec<_> = tokens(text).collect();
    words.windows(phrase.len()).any(|window| window == phrase)
}

/// Whether a terminal could take the character as a command, or show text in another order than it is.
pub fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;

    /// Texts of words that meet each other again, of any characters, and of those whose case is special.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[ \t.,|/&'-]{0,2}",
            "[aAbBzZ09]{1,3}",
            "[éÉßẞİıſΣςσǅÅ\u{212a}\u{301}\u{345}ⅷⅧ٣²]{1,2}",
            any::<String>(),
        ];
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    fn words(text: &str) -> Vec<String> {
        tokens(text).map(Cow::into_owned).collect()
    }

    #[test]
    fn every_character_folds_to_one_that_stays_and_is_of_a_word_iff_it_was() {
        for c in '\0'..=char::MAX {
            let folded = fold_char(c);
            assert_eq!(fold_char(folded), folded, "{c:?}");
            assert_eq!(folded.is_alphanumeric(), c.is_alphanumeric(), "{c:?}");
            assert_eq!(folded.is_whitespace(), c.is_whitespace(), "{c:?}");
            assert!(c.to_lowercase().len() == 1 || c == '\u{130}', "{c:?}");
        }
        assert_eq!(fold_char('\u{130}'), 'i');
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_fold_is_each_characters_fold_and_borrows_if_it_can(text in text()) {
            let folded = fold(&text);
            prop_assert_eq!(&folded, &text.chars().map(fold_char).collect::<String>());
            prop_assert_eq!(matches!(folded, Cow::Borrowed(_)), folded == text);
            prop_assert_eq!(fold(&folded), folded.as_ref());
            prop_assert_eq!(fold_key(&text), folded.trim());
        }

        #[test]
        fn words_are_their_own_words_and_those_of_the_folded_text(text in text()) {
            prop_assert_eq!(words(&fold(&text)), words(&text));
            prop_assert_eq!(words(&words(&text).join(" ")), words(&text));
            for word in words(&text) {
                prop_assert_eq!(words(&word), [word.clone()]);
            }
            let letters: String = text.chars().filter(|c| c.is_alphanumeric()).map(fold_char).collect();
            prop_assert_eq!(words(&text).concat(), letters);
        }

        #[test]
        fn words_and_phrases_are_found_as_by_hand(text in text(), other in text(), at: usize, len in 0..4_usize) {
            let all = words(&text);
            let start = at % (all.len() + 1);
            let phrase = &all[start..all.len().min(start + len)];
            prop_assert!(find_phrase(&text, phrase));
            prop_assert!(has_words(&text, phrase));
            let other = words(&other);
            let inside = |wanted: &[String]| (0..=all.len()).any(|at| all[at..].starts_with(wanted));
            prop_assert_eq!(find_phrase(&text, &other), inside(&other));
            prop_assert_eq!(has_words(&text, &other), other.iter().all(|word| all.contains(word)));
        }
    }

    #[test]
    fn examples() {
        assert_eq!(fold_key(" \u{a0}San FRANCISCO\n"), "san francisco");
        assert_eq!(fold("ÉCOLE İstanbul ΣΑΣ STRAẞE"), "école istanbul σασ straße");
        assert_eq!(words("C++/C#, R&D|Café 2.0"), ["c", "c", "r", "d", "café", "2", "0"]);
        assert!(words(" .,- ").is_empty());
        let phrase = |text| words(text);
        assert!(find_phrase("Head of Sales, EMEA", &phrase("of-sales")));
        assert!(!find_phrase("Head of the Sales", &phrase("of sales")));
        assert!(has_words("Sales, head of", &phrase("head sales head")));
        assert!(!has_words("Presales", &phrase("sales")));
    }
}
