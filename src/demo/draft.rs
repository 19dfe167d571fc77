//! Who a person is, drawn before anything is written: name, place, birth, slug, style of the record.

use std::fmt::Write;

use unicode_normalization::UnicodeNormalization;

use super::World;
use super::career::{Career, career};
use super::contact::{Contact, contact};
use super::dates::AS_OF;
use super::draw::{Draw, shuffle};
use super::json::Json;
use super::names::{Culture, Spelling, culture_of};
use super::titles::FUNCTION_WEIGHTS;

/// A value of the wrong type, in about 0.3 % of the records.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wrong {
    ConnectionsAsText,
    YearsInWords,
    LanguagesAsText,
    YearAsText,
    UpdatedInWords,
    FlagAsText,
}

const WRONGS: [Wrong; 6] = [
    Wrong::ConnectionsAsText,
    Wrong::YearsInWords,
    Wrong::LanguagesAsText,
    Wrong::YearAsText,
    Wrong::UpdatedInWords,
    Wrong::FlagAsText,
];

/// What the families of a record share.
pub(super) struct Draft<'w> {
    pub(super) i: u64,
    /// Seven letters and digits that no other person has.
    pub(super) code: String,
    pub(super) culture: &'w Culture,
    /// Index among the places.
    pub(super) place: usize,
    pub(super) country: &'static str,
    pub(super) female: bool,
    /// Given, middle and family name as shown, in Latin letters or in the culture's script.
    pub(super) given: String,
    pub(super) middle: Option<String>,
    pub(super) family: String,
    pub(super) suffix: Option<&'static str>,
    /// The full name as shown.
    pub(super) name: String,
    /// Given and family name in ASCII lower case, for addresses and user names.
    pub(super) ascii: (String, String),
    /// Last part of the profile URL, percent-encoded where it is not ASCII.
    pub(super) slug: String,
    /// Year, month, day.
    pub(super) birth: (i32, i32, i32),
    pub(super) function: usize,
    pub(super) career: Career,
    pub(super) contact: Contact,
    /// Whether the default role has a verified e-mail.
    pub(super) verified: bool,
    pub(super) is_developer: bool,
    /// How the record writes the zone of a datetime: not at all, `Z` or an offset.
    pub(super) zone: &'static str,
    /// Whether years are written as floats.
    pub(super) floats: bool,
    /// Whether non-ASCII characters are written as escapes.
    pub(super) escapes: bool,
    /// Which unknown key the record has, if any.
    pub(super) extra: Option<u32>,
    pub(super) wrong: Option<Wrong>,
}

/// Draws person number `i`.
pub(super) fn draft<'w>(world: &'w World, i: u64, draw: &mut Draw) -> Draft<'w> {
    let place = world.places.draw(draw);
    let alpha2 = world.places.get(place).alpha2;
    let culture = &world.cultures[culture_of(alpha2, draw)];
    let female = draw.percent(47);
    let names = [culture.given(female, draw), culture.given(female, draw), culture.family(draw)];
    let age = 22 + draw.between(0, 46).min(draw.between(0, 46));
    let birth = (AS_OF.0 - age, draw.between(1, 12), draw.between(1, 28));
    let function = draw.weighted(&FUNCTION_WEIGHTS);
    let adult = (birth.0 + 18) * 12 + birth.1 + draw.between(0, 48);
    let career = career(world, adult, function, place, draw);
    let code = code(world.seed, i);
    // Two in five of those who have a native spelling show it.
    let native = names.iter().all(|n| n.native.is_some()) && draw.percent(40);
    let [given, middle, mut family] = names.map(|n| shown(n, native));
    if let Some((joint, second)) = culture.second_family(draw).filter(|(_, second)| second.latin != family) {
        family.extend([joint, &second.latin]);
    }
    let middle = draw.in_10k(1268).then_some(middle).filter(|m| !culture.family_first && *m != given);
    let suffix = draw.in_10k(120).then(|| draw.pick(&["Jr.", "Sr.", "II", "III", "PhD", "MD", "MBA"]));
    let ascii = (ascii_slug(&names[0].latin), ascii_slug(if native { &names[2].latin } else { &family }));
    let slug = slug(&ascii, (&given, &family), &code, draw);
    let name = full_name(culture, native, &given, middle.as_deref(), &family, suffix);
    let is_developer = draw.percent(if function == 0 { 26 } else { 2 });
    let verified = !career.current.is_empty() && draw.percent(42);
    let contact = contact(world, i, &code, &ascii, &career, alpha2, verified, draw);
    Draft {
        i,
        culture,
        place,
        country: country(world.places.get(place).country, draw),
        female,
        given,
        middle,
        family,
        suffix,
        name,
        ascii,
        slug,
        birth,
        function,
        career,
        contact,
        verified,
        is_developer,
        code,
        zone: ["", "+00:00", "Z", "+02:00", "-05:00"][draw.weighted(&[640, 340, 10, 5, 5])],
        floats: draw.percent(6),
        escapes: draw.percent(6),
        extra: draw.in_10k(100).then(|| draw.below(4)),
        wrong: draw.in_10k(34).then(|| draw.pick(&WRONGS)),
    }
}

/// Seven letters and digits that name person `i`; longer only beyond 78 billion people.
fn code(seed: u64, i: u64) -> String {
    let mut left = shuffle(seed ^ 0x5175, i);
    let mut digits = vec![];
    while left > 0 || digits.len() < 7 {
        digits.push(char::from_digit((left % 36) as u32, 36).unwrap_or('0'));
        left /= 36;
    }
    digits.iter().rev().collect()
}

fn country(name: &'static str, draw: &mut Draw) -> &'static str {
    match (name, draw.below(100)) {
        ("United States", 0..4) => "United States of America",
        ("United States", 4) => "USA",
        ("United Kingdom", 0 | 1) => "UK",
        ("Netherlands", 0..5) => "The Netherlands",
        _ => name,
    }
}

fn shown(spelling: &Spelling, native: bool) -> String {
    spelling.native.filter(|_| native).unwrap_or(&spelling.latin).to_owned()
}

fn full_name(
    culture: &Culture,
    native: bool,
    given: &str,
    middle: Option<&str>,
    family: &str,
    suffix: Option<&str>,
) -> String {
    if native && culture.family_first {
        return format!("{family}{given}");
    }
    let mut name = given.to_owned();
    for part in [middle, Some(family)].into_iter().flatten() {
        name.push(' ');
        name.push_str(part);
    }
    if let Some(suffix) = suffix {
        name.push_str(", ");
        name.push_str(suffix);
    }
    name
}

/// ASCII lower case without accents; runs of anything else become one hyphen.
pub(super) fn ascii_slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.nfd() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'A'..='Z' => slug.push(c.to_ascii_lowercase()),
            'ł' | 'Ł' => slug.push('l'),
            'ø' | 'Ø' => slug.push('o'),
            'đ' | 'Đ' | 'ð' => slug.push('d'),
            'ı' => slug.push('i'),
            'ß' => slug.push_str("ss"),
            'æ' => slug.push_str("ae"),
            'þ' | 'Þ' => slug.push_str("th"),
            '\u{300}'..='\u{36f}' | '\'' => (),
            _ if slug.ends_with('-') || slug.is_empty() => (),
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// `zq` marks every slug and user name as ours; the code after it makes it the only one.
fn slug(ascii: &(String, String), shown: (&str, &str), code: &str, draw: &mut Draw) -> String {
    let (given, family) = (&ascii.0, &ascii.1);
    let is_ascii = shown.0.is_ascii() && shown.1.is_ascii();
    if !is_ascii && draw.percent(60) {
        let lower = format!("{}-{}", shown.0, shown.1).to_lowercase().replace(' ', "-");
        return format!("{}-zq{code}", percent_encoded(&lower));
    }
    match draw.below(20) {
        0..=13 => format!("{given}-{family}-zq{code}"),
        14..=16 => format!("{given}{family}zq{code}"),
        17 | 18 => format!("{family}-{given}-zq{code}"),
        _ => format!("{}{family}zq{code}", &given[..1.min(given.len())]),
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 3), |mut out, b| {
        if b.is_ascii_alphanumeric() || b == b'-' {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02x}");
        }
        out
    })
}

/// Missing values, without a stable rule, as vendors send them.
impl Draft<'_> {
    /// A missing text: null, an empty string, or no key at all.
    pub(super) fn missing_text(&self, j: &mut Json, key: &str, draw: &mut Draw) {
        match draw.below(4) {
            0 | 1 => j.key(key).raw("null"),
            2 => j.key(key).text(""),
            _ => (),
        }
    }

    /// A missing list or map: its empty form, null, or no key at all.
    pub(super) fn missing_list(&self, j: &mut Json, key: &str, empty: &str, draw: &mut Draw) {
        match draw.below(10) {
            0..=4 => j.key(key).raw(empty),
            5 | 6 => j.key(key).raw("null"),
            _ => (),
        }
    }

    /// A text in so many of 10,000 records, else a missing one.
    pub(super) fn text_in_10k(&self, j: &mut Json, key: &str, text: &str, rate: u32, draw: &mut Draw) {
        if draw.in_10k(rate) { j.key(key).text(text) } else { self.missing_text(j, key, draw) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_lose_accents_and_spaces() {
        for (text, slug) in [
            ("José", "jose"),
            ("van_den_Berg", "van-den-berg"),
            ("O'Brien", "obrien"),
            ("Łódź", "lodz"),
            ("Sørensen", "sorensen"),
            ("Weiß", "weiss"),
            ("Nguyễn", "nguyen"),
            ("Đặng", "dang"),
            ("Yılmaz", "yilmaz"),
            ("Þór", "thor"),
        ] {
            assert_eq!(ascii_slug(text), slug);
        }
        assert_eq!(percent_encoded("анна-x"), "%d0%b0%d0%bd%d0%bd%d0%b0-x");
    }

    #[test]
    fn codes_have_seven_characters() {
        for i in [0, 1, 77, u64::from(u32::MAX)] {
            assert_eq!(code(3, i).len(), 7);
        }
    }
}
