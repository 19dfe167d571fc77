//! Names of persons: taken apart, and in the one spelling that is compared.
//!
//! 1. What stands in quotes or brackets is a nick name, or a suffix.
//! 2. Behind a comma stand suffixes, titles, or the first name: `Doe, Jane, PhD`.
//! 3. Titles in front and suffixes behind come off, but never the only word.
//! 4. The first word is the first name; the last word, or all from the first particle on, the last name.

use unicode_normalization::char::is_combining_mark;

use super::name_words::{is_certificate, is_particle, is_suffix, is_suffix_behind_comma, is_title};
use super::{MAX_KEY_BYTES, compose, fold, is_apostrophe, is_invisible};

/// A name taken apart. Case is kept as written; Unicode is composed (NFC), white space single.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameParts {
    /// Titles in front: `Prof.`, `Dr.`.
    pub titles: Vec<String>,
    /// The first name, or the only one.
    pub first: String,
    /// All between first and last name; initials too.
    pub middle: Option<String>,
    /// The last name with its particles: `van der Berg`. `None` for a name of one word.
    pub last: Option<String>,
    /// Generations, degrees and professions behind: `Jr.`, `PhD`.
    pub suffixes: Vec<String>,
    /// What stands in quotes or brackets: `Bob`.
    pub nickname: Option<String>,
}

/// The parts of a person's name; `None` for a text without letters or digits, or one of more than 2048 bytes.
///
/// Accepts `First Middle Last` and `Last, First Middle`, both with titles, suffixes, and nick names in quotes or brackets. Of two
/// last names without a particle or comma, the first is taken for a middle name. Of the parts behind commas one is the first name;
/// further ones are left out.
pub fn name_parts(text: &str) -> Option<NameParts> {
    if text.len() > MAX_KEY_BYTES {
        return None;
    }
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let text = compose(&visible);
    let (bare, asides) = without_asides(&text);
    let found = read(&bare, &asides);
    // A name that is all in quotes is a name.
    found.or_else(|| {
        read(&text.replace(|c| PAIRS.iter().any(|(open, close)| c == *open || c == *close), " "), &[])
    })
}

/// The one spelling of a name for comparison: first, middle and last name in lower case and Unicode's composed form (NFC),
/// without titles, suffixes, nick names and punctuation, with single spaces. Accents stay. `None` where [`name_parts`] is.
///
/// `Dr. O'Neil-Smith, Mary "Molly", PhD` is `mary oneil smith`. Idempotent.
pub fn name(text: &str) -> Option<String> {
    let mut name = spelling(text)?;
    loop {
        // Without its punctuation a name may show another title or suffix. Each round takes some off.
        match spelling(&name) {
            Some(next) if next.len() < name.len() => name = next,
            _ => return Some(name),
        }
    }
}

fn spelling(text: &str) -> Option<String> {
    let parts = name_parts(text)?;
    let words = [Some(parts.first), parts.middle, parts.last].into_iter().flatten();
    let mut plain = String::new();
    for c in fold(&words.collect::<Vec<_>>().join(" ")).chars().filter(|c| !is_apostrophe(*c)) {
        plain.push(if is_part(c) { c } else { ' ' });
    }
    let name = fold(&plain.split_whitespace().collect::<Vec<_>>().join(" "));
    (!name.is_empty() && name.len() <= MAX_KEY_BYTES).then_some(name)
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Quotes and brackets around nick names.
const PAIRS: [(char, char); 10] = [
    ('"', '"'),
    ('“', '”'),
    ('„', '“'),
    ('”', '”'),
    ('«', '»'),
    ('(', ')'),
    ('[', ']'),
    ('（', '）'),
    ('‘', '’'),
    ('\'', '\''),
];

/// The text without what stands in quotes or brackets, and that.
fn without_asides(text: &str) -> (String, Vec<&str>) {
    let (mut bare, mut asides) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, inner, after)) = rest.char_indices().find_map(|(at, _)| aside(rest, at)) {
        bare.push_str(before);
        bare.push(' ');
        asides.push(inner);
        rest = after;
    }
    bare.push_str(rest);
    (bare, asides)
}

/// What is before, in and behind quotes or brackets that open at a place.
fn aside(text: &str, at: usize) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_at_checked(at)?;
    let first = rest.chars().next()?;
    let rest = rest.get(first.len_utf8()..)?;
    let ends = |(end, close): (usize, char)| {
        let inner = rest.get(..end)?;
        let after = rest.get(end + close.len_utf8()..)?;
        // An apostrophe closes where a word ends, and opens where one begins.
        let open = before.is_empty() || before.ends_with(char::is_whitespace);
        let closed = !after.starts_with(is_part);
        (!is_apostrophe(close) || open && closed).then_some((before, inner, after))
    };
    let mut pairs = PAIRS.iter().filter(|(open, _)| *open == first);
    pairs.find_map(|(_, close)| rest.match_indices(*close).find_map(|(end, _)| ends((end, *close))))
}

/// The parts of a name without nick names; `None` if there is no word in it.
fn read(text: &str, asides: &[&str]) -> Option<NameParts> {
    let mixed = text.chars().any(char::is_lowercase) && text.chars().any(char::is_uppercase);
    let mut commas = text.split([',', '，', ';']).map(words).filter(|words| !words.is_empty());
    let mut main = Side::new(commas.next()?, mixed);
    let mut given: Option<Side<'_>> = None;
    let mut parts = NameParts::default();
    let mut behind = Vec::new();
    for part in commas {
        if part.iter().all(|word| is_suffix_behind_comma(word, mixed)) || main.is_certified_by(&part) {
            behind.extend(owned(&part));
        } else if part.iter().all(|word| is_title(word, true)) {
            parts.titles.extend(owned(&part));
        } else if given.is_none() {
            given = Some(Side::new(part, mixed));
        }
    }
    let (titles, suffixes) = (owned(&main.titles), owned(&main.suffixes));
    parts.titles.splice(..0, titles);
    parts.suffixes = suffixes.collect();
    if let Some(given) = given {
        parts.titles.extend(owned(&given.titles));
        parts.suffixes.extend(owned(&given.suffixes));
        parts.family_first(&mut main.words, &given.words)?;
    } else {
        parts.family_last(&main.words)?;
    }
    parts.suffixes.extend(behind);
    parts.add_asides(asides, mixed);
    Some(parts)
}

impl NameParts {
    /// Reads `Jane Maria van der Berg`.
    fn family_last(&mut self, words: &[&str]) -> Option<()> {
        let (first, rest) = words.split_first()?;
        let (last, between) = rest.split_last().unzip();
        let between = between.unwrap_or_default();
        let particle = between.iter().position(|word| is_particle(word));
        // Of `José Ortega y Gasset` the last name begins before the `y`.
        let joined = between.iter().position(|word| *word == "y").and_then(|at| at.checked_sub(1));
        let at = particle.into_iter().chain(joined).min().unwrap_or(between.len());
        let (middle, particles) = between.split_at_checked(at)?;
        self.first = (*first).to_owned();
        self.middle = joined_words(middle);
        self.last = last.map(|last| [particles, &[*last]].concat().join(" "));
        Some(())
    }

    /// Reads `Berg, Jane Maria van der`.
    fn family_first<'a>(&mut self, family: &mut Vec<&'a str>, given: &[&'a str]) -> Option<()> {
        let (first, rest) = given.split_first()?;
        let small = |word: &&&str| is_particle(word) && !word.contains(char::is_uppercase);
        let particles = rest.iter().rev().take_while(small).count();
        let (middle, particles) = rest.split_at_checked(rest.len() - particles)?;
        family.splice(..0, particles.iter().copied());
        self.first = (*first).to_owned();
        self.middle = joined_words(middle);
        self.last = joined_words(family);
        Some(())
    }

    /// Sorts what stood in quotes or brackets.
    fn add_asides(&mut self, asides: &[&str], mixed: bool) {
        for aside in asides {
            let words = words(aside);
            let born =
                |word: &&str| ["née", "nee", "né", "geb", "geb.", "born"].contains(&fold(word).as_str());
            // Pronouns and names at birth are no nick names.
            if words.is_empty() || aside.contains('/') || words.first().is_some_and(born) {
                continue;
            }
            if words.iter().all(|word| is_suffix_behind_comma(word, mixed)) {
                self.suffixes.extend(owned(&words));
            } else if self.nickname.is_none() {
                self.nickname = joined_words(&words);
            }
        }
    }
}

/// What stands on one side of a comma.
struct Side<'a> {
    titles: Vec<&'a str>,
    words: Vec<&'a str>,
    suffixes: Vec<&'a str>,
}

impl<'a> Side<'a> {
    fn new(words: Vec<&'a str>, mixed: bool) -> Self {
        let mut rest = words.as_slice();
        let mut titles = Vec::new();
        while let [first, tail @ ..] = rest
            && !tail.is_empty()
            && is_title(first, !titles.is_empty())
        {
            titles.push(*first);
            rest = tail;
        }
        let mut suffixes = Vec::new();
        while let [head @ .., last] = rest
            && is_suffix(last, head.len(), mixed)
        {
            suffixes.insert(0, *last);
            rest = head;
        }
        Self { titles, words: rest.to_vec(), suffixes }
    }

    /// Whether a part behind the comma are certificates and no first name: this is a whole name that is not all in capitals.
    fn is_certified_by(&self, part: &[&str]) -> bool {
        let whole = self.words.len() > 1 && self.words.first().is_some_and(|first| !is_particle(first));
        let small = |word: &&str| word.chars().any(char::is_lowercase);
        whole && self.words.iter().any(small) && part.iter().all(|word| is_certificate(word))
    }
}

/// The words of a text without the punctuation around each; full stops and apostrophes stay.
fn words(text: &str) -> Vec<&str> {
    let around = |c: char| !is_part(c) && !is_apostrophe(c);
    let words = text
        .split_whitespace()
        .map(|word| word.trim_start_matches(around).trim_end_matches(|c| c != '.' && around(c)));
    words.filter(|word| word.contains(char::is_alphanumeric)).collect()
}

fn joined_words(words: &[&str]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(" "))
}

fn owned(words: &[&str]) -> impl Iterator<Item = String> {
    words.iter().map(|word| (*word).to_owned())
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
