//! Companies as people write them: a name, a web site, or a page on a network.

use unicode_normalization::char::is_combining_mark;

use super::email::domain_to_ascii;
use super::legal_forms::{is_legal_form, without_legal_forms};
use super::network::{self, Network};
use super::url::{Profile, Url, page, plain_host, with_url, without_scheme};
use super::{MAX_KEY_BYTES, fold, is_apostrophe, is_invisible, percent_decode, unwrap};

/// Top-level domains as delegated in April 2025, one a line, and two that are reserved for examples.
const TOP_DOMAINS: &str = include_str!("top_domains.txt");

/// Parts of a path behind which a company's name stands.
#[rustfmt::skip]
const COMPANY_PARTS: &[&str] = &[
    "companies", "company", "edu", "organization", "organizations", "org", "orgs", "school", "showcase",
];

/// What a text says about which company is meant. The text in it, normalised again, gives the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Company {
    /// A name in lower case, without punctuation and legal form: `acme`.
    Name(String),
    /// The host of a web site, without `www.`: `acme.com`.
    Website(String),
    /// A page on a network: `linkedin.com/company/acme`.
    Page(String),
}

impl Company {
    /// The normalised text.
    pub fn text(&self) -> &str {
        match self {
            Company::Name(text) | Company::Website(text) | Company::Page(text) => text,
        }
    }
}

/// Which company a text means; `None` if it has no letters or digits, has more than 2048 bytes, is a URL under an unknown top-level
/// domain, or a LinkedIn URL of something else than a company or school.
///
/// - A URL, or a domain on its own (`Booking.com`), is a web site; on a known network, a page there.
/// - Of a name, case and punctuation do not count, accents do; `&` and `+` are `and`; single letters in a row are one word
///   (`I.B.M.`); a leading `the` and the legal forms at the end go (`GmbH & Co. KG`), unless nothing is left: `The Limited`.
pub fn company(text: &str) -> Option<Company> {
    let found = if is_address(text) { with_url(text, read) } else { company_name(text).map(Company::Name) };
    found.filter(|company| company.text().len() <= MAX_KEY_BYTES)
}

/// Whether a text is a URL, or a domain that somebody may have.
fn is_address(text: &str) -> bool {
    let decoded = percent_decode(unwrap(text));
    let (rest, has_scheme) = without_scheme(unwrap(&decoded));
    let host = rest.split(['/', '?', '#', ':', '\\']).next().unwrap_or_default();
    let www = host.get(..4).is_some_and(|front| front.eq_ignore_ascii_case("www."));
    let named = domain_to_ascii(host);
    (has_scheme || www) && named.is_some() || named.is_some_and(|host| has_known_top(&host))
}

/// Whether a host lies in a known domain; those outside ASCII are not checked.
fn has_known_top(host: &str) -> bool {
    let top = host.rsplit('.').next().unwrap_or_default();
    top.starts_with("xn--") || TOP_DOMAINS.lines().any(|known| known == top)
}

fn read(url: &Url<'_>) -> Option<Company> {
    if !has_known_top(&url.host) {
        return None;
    }
    match network::of_host(&url.host) {
        Some((network, None)) if !url.parts.is_empty() => page_on(network, url).map(Company::Page),
        _ => Some(Company::Website(plain_host(&url.host))),
    }
}

/// A company's page on a network, without what follows the name.
fn page_on(network: &Network, url: &Url<'_>) -> Option<String> {
    if let [first, name, ..] = url.parts.as_slice()
        && COMPANY_PARTS.contains(&fold(first).as_str())
    {
        return network.page_under(&fold(first), &fold(name));
    }
    if network.name == network::LINKEDIN {
        return None;
    }
    match url.classify() {
        Some(Profile::Handle { name, .. }) => network.page_of(&name),
        Some(Profile::Id { id, .. }) => network.page_of(&id),
        _ => page(&plain_host(&url.host), &url.parts),
    }
}

fn company_name(text: &str) -> Option<String> {
    if text.len() > MAX_KEY_BYTES || !text.contains(char::is_alphanumeric) {
        return None;
    }
    let words = words(text);
    let mut rest = without_legal_forms(&words, spa_is_a_form(text));
    while let [first, tail @ ..] = rest
        && first == "the"
        && !is_legal_form(tail)
    {
        rest = tail;
    }
    let name = fold(&rest.join(" "));
    (!name.is_empty()).then_some(name)
}

/// The words of a name in lower case; single letters and digits in a row are one.
fn words(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(|c| !is_apostrophe(*c) && !is_invisible(*c)).collect();
    let plain = fold(&plain).replace(['&', '+', '＆', '＋'], " and ");
    let mut words: Vec<String> = Vec::new();
    let mut singles = false;
    for word in plain.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
        if !word.contains(char::is_alphanumeric) {
            continue;
        }
        let single = word.chars().nth(1).is_none();
        match words.last_mut().filter(|_| single && singles) {
            Some(before) => before.push_str(word),
            None => words.push(word.to_owned()),
        }
        singles = single;
    }
    words
}

/// Whether `spa` is the Italian form in a text, and no place to bathe.
fn spa_is_a_form(text: &str) -> bool {
    let written = ["SpA", "S.p.A", "s.p.a", "S.P.A"].iter().any(|form| text.contains(form));
    written || text.contains("SPA") && text.contains(char::is_lowercase)
}

#[cfg(test)]
#[path = "company_tests.rs"]
mod tests;
