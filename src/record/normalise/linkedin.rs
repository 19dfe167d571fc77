//! LinkedIn's forms of one profile: public, old public (`/pub/`), numbered, Sales Navigator, Recruiter.

use super::network::{LINKEDIN, named, own_id};
use super::url::{Profile, Url, page};
use super::{fold, unwrap};

/// The person a LinkedIn URL names; `None` for company pages, searches and the like.
pub(super) fn classify(url: &Url<'_>) -> Option<Profile> {
    let mut parts = url.parts.as_slice();
    // Links from mail and from the mobile site have a part in front.
    while let [first, rest @ ..] = parts
        && ["comm", "mwlite", "m"].contains(&fold(first).as_str())
    {
        parts = rest;
    }
    let [first, rest @ ..] = parts else { return None };
    match (fold(first).as_str(), rest) {
        ("in", [slug, ..]) => named(LINKEDIN, slug),
        ("pub", [name, ..]) if fold(name) != "dir" => pub_page(rest),
        ("profile", [view, ..]) if fold(view) == "view" => member(url.parameter("id")?),
        ("sales", [kind, id, ..]) if ["lead", "people", "profile"].contains(&fold(kind).as_str()) => {
            member(id)
        }
        ("recruiter" | "talent" | "cap", _) => {
            let at = rest.iter().position(|part| ["profile", "show"].contains(&fold(part).as_str()))?;
            member(rest.get(at + 1)?)
        }
        _ => None,
    }
}

/// A member's number or token, up to the first comma: what follows says where the link was shown.
fn member(text: &str) -> Option<Profile> {
    let id = unwrap(text.split(',').next()?);
    let number = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    if number {
        return own_id(LINKEDIN, id.trim_start_matches('0'));
    }
    member_token(id)
}

/// A member token as it is, case kept; `None` if it is none.
pub(crate) fn member_token(text: &str) -> Option<Profile> {
    let token = unwrap(text);
    let part = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (token.len() >= 8 && token.len() <= 200 && token.bytes().all(part))
        .then(|| Profile::MemberToken(token.to_owned()))
}

/// Whether a public URL's last part is a member token in place of a user name.
pub(crate) fn is_member_token(slug: &str) -> bool {
    let kinds = ["ACoAA", "ACwAA", "AEMAA", "ADEAA"];
    slug.len() >= 30 && kinds.iter().any(|kind| slug.starts_with(kind)) && member_token(slug).is_some()
}

/// `linkedin.com/pub/name/a/b/c`, without a language behind it.
fn pub_page(rest: &[&str]) -> Option<Profile> {
    let (name, codes) = rest.split_first()?;
    let codes = codes.iter().take(3).take_while(|part| is_pub_code(part));
    let parts: Vec<&str> = ["pub", *name].into_iter().chain(codes.copied()).collect();
    Some(Profile::Page(page("linkedin.com", &parts)?))
}

fn is_pub_code(part: &str) -> bool {
    (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit())
}

/// User names that an old public URL (`linkedin.com/pub/name/a/b/c`, normalised) may have today:
/// `name-{c}{b}{a}`, the codes as they are or filled up
/// to three digits, with or without zeros at the end. Empty for any other URL. They are guesses: try what is
/// stored first.
pub fn pub_fallbacks(page: &str) -> Vec<String> {
    let Some(rest) = page.strip_prefix("linkedin.com/pub/") else { return Vec::new() };
    let parts: Vec<&str> = rest.split('/').collect();
    let [name, a, b, c] = parts.as_slice() else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for codes in [format!("{c}{b}{a}"), format!("{c:0>3}{b:0>3}{a}")] {
        for codes in [codes.as_str(), codes.trim_end_matches('0')] {
            let candidate = format!("{name}-{codes}");
            if !codes.is_empty() && !names.contains(&candidate) {
                names.push(candidate);
            }
        }
    }
    names
}
