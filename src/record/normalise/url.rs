//! Profile URLs of any spelling, to the person they name.
//!
//! 1. White space, quotes and punctuation around the text go, then percent-encoding, all layers of it.
//! 2. A URL inside a URL counts: behind a second scheme, or in a parameter if the outer URL names nobody
//!    itself.
//! 3. Scheme, user, port, plain subdomains (`www.`, `m.`, `de.`), empty parts, fragment and query go.
//! 4. Known networks give a user name, an id or a member token; any other page stays a page, lower case, with
//!    only those parameters that say whose it is.

use super::email::domain_to_ascii;
use super::network::{self, Network, Shape, named, own_id};
use super::{MAX_KEY_BYTES, fold, linkedin, percent_decode, unwrap};

/// Whom a URL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profile {
    /// A user name on a network, lower case.
    Handle {
        /// The network's name in keys.
        network: String,
        /// The user name, without `@`.
        name: String,
    },
    /// A network's own id.
    Id {
        /// The network's name in keys.
        network: String,
        /// The id, case kept.
        id: String,
    },
    /// A member token of a Sales Navigator or Recruiter URL, case kept.
    MemberToken(String),
    /// Any other page: host and path, lower case.
    Page(String),
}

/// Parameters that are kept on pages of unknown sites, since they may say whose page it is.
const IDENTITY_PARAMETERS: &[&str] =
    &["id", "member", "person", "profile", "profile_id", "uid", "user", "user_id", "userid", "username"];

/// URLs inside URLs are followed so deep.
const MAX_NESTING: usize = 4;

/// Whom a profile URL names; `None` if the text is no URL, or the front page of a network.
///
/// Cost: a microsecond or two for a plain URL.
pub fn profile_url(text: &str) -> Option<Profile> {
    with_url(text, |url| {
        if let Some(profile) = url.classify() {
            return Some(profile);
        }
        let inside = url.parameters().find_map(|(_, value)| Url::parse(unwrap(value))?.classify());
        inside.or_else(|| url.as_page())
    })
}

/// Reads the URL that a text is, or that is in the URL that it is; `None` if it is none.
pub(super) fn with_url<T>(text: &str, read: impl FnOnce(&Url<'_>) -> Option<T>) -> Option<T> {
    if text.len() > MAX_KEY_BYTES {
        return None;
    }
    let decoded = percent_decode(unwrap(text));
    let mut text = unwrap(&decoded);
    if text.contains(|c: char| c.is_control()) {
        return None;
    }
    for _ in 0..MAX_NESTING {
        match inner_url(text) {
            Some(inner) => text = inner,
            None => break,
        }
    }
    read(&Url::parse(text)?)
}

/// The URL behind a scheme in another URL's path, as web archives and careless pasting make it.
fn inner_url(text: &str) -> Option<&str> {
    let path = text.split(['?', '#']).next()?;
    let lower = path.to_ascii_lowercase();
    let at = lower.rfind("https:/").into_iter().chain(lower.rfind("http:/")).max()?;
    if at == 0 { None } else { text.get(at..) }
}

/// A URL taken apart. Parts of the path keep their case, since tokens need it.
pub(super) struct Url<'a> {
    pub(super) host: String,
    pub(super) parts: Vec<&'a str>,
    query: &'a str,
}

impl<'a> Url<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (rest, has_scheme) = without_scheme(text);
        let authority_end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(authority_end)?;
        let host = match authority.rsplit_once('@') {
            Some((_, host)) if has_scheme => host,
            // Without a scheme this is an e-mail address.
            Some(_) => return None,
            None => authority,
        };
        let host = match host.split_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            Some(_) => return None,
            None => host,
        };
        let host = domain_to_ascii(host)?;
        let path_end = rest.find(['?', '#']).unwrap_or(rest.len());
        let (path, rest) = rest.split_at_checked(path_end)?;
        let (query, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        // Twitter's old URLs have the path behind `#!`.
        let hash_path = fragment.strip_prefix('!').unwrap_or_default();
        let path = if path.trim_matches('/').is_empty() { hash_path } else { path };
        let parts = path.split(['/', '\\']).map(unwrap).filter(|part| !part.is_empty()).collect();
        Some(Self { host, parts, query: query.trim_start_matches('?') })
    }

    fn parameters(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.query.split(['&', ';', '?']).filter_map(|pair| pair.split_once('='))
    }

    /// A parameter by name.
    pub(super) fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The person, if this is a profile on a known network.
    pub(super) fn classify(&self) -> Option<Profile> {
        let (network, front) = network::of_host(&self.host)?;
        if network.name == network::LINKEDIN {
            return linkedin::classify(self);
        }
        network.shapes.iter().find_map(|shape| self.read(*shape, network, front))
    }

    fn read(&self, shape: Shape, network: &Network, front: Option<&str>) -> Option<Profile> {
        let user = |name: &str| named(network.name, name);
        let number = |id: &str| {
            let id = unwrap(id);
            id.bytes().all(|b| b.is_ascii_digit()).then(|| own_id(network.name, id))?
        };
        let first = self.parts.first().copied();
        match shape {
            Shape::First => user(first.filter(|part| front.is_none() && !network::is_site_page(part))?),
            Shape::At => user(first.filter(|part| part.starts_with('@'))?),
            Shape::After(before) => {
                let count = before.split('/').count();
                self.begins(before).then(|| user(self.parts.get(count)?))?
            }
            Shape::Subdomain => user(front?),
            Shape::Parameter(page, name) => self.begins(page).then(|| user(self.parameter(name)?))?,
            Shape::NumberUnder(before) => self.begins(before).then(|| number(self.parts.last()?))?,
            Shape::NumberParameter(page, name) => self.begins(page).then(|| number(self.parameter(name)?))?,
        }
    }

    fn begins(&self, wanted: &str) -> bool {
        let mut parts = self.parts.iter();
        wanted.split('/').all(|part| parts.next().is_some_and(|have| have.eq_ignore_ascii_case(part)))
    }

    /// The page itself. The front page of a network names nobody; that of another site may be somebody's own.
    fn as_page(&self) -> Option<Profile> {
        let known = network::of_host(&self.host);
        if known.is_some() && self.parts.is_empty() {
            return None;
        }
        let mut text = page(&plain_host(&self.host), &self.parts)?;
        let mut kept: Vec<String> = self
            .parameters()
            .map(|(key, value)| (fold(key), fold(unwrap(value))))
            .filter(|(key, value)| IDENTITY_PARAMETERS.contains(&key.as_str()) && !value.is_empty())
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        kept.sort();
        kept.dedup();
        if !kept.is_empty() {
            text.push('?');
            text.push_str(&kept.join("&"));
        }
        Some(Profile::Page(text))
    }
}

/// Host and path as one text, lower case; `None` if nothing readable is left.
pub(super) fn page(host: &str, parts: &[&str]) -> Option<String> {
    let mut text = host.to_owned();
    for part in parts {
        text.push('/');
        text.push_str(&fold(part));
    }
    (text.len() <= MAX_KEY_BYTES).then_some(text)
}

/// The host without `www.`, `m.` and the like; a network's without countries too.
pub(super) fn plain_host(host: &str) -> String {
    if let Some((_, None)) = network::of_host(host) {
        let labels: Vec<&str> = host.split('.').collect();
        let start = (0..labels.len())
            .rev()
            .find(|at| labels.get(*at..).is_some_and(|tail| network::of_host(&tail.join(".")).is_some()));
        return labels.get(start.unwrap_or(0)..).unwrap_or_default().join(".");
    }
    let mut rest = host;
    while let Some((first, tail)) = rest.split_once('.')
        && ["www", "www2", "www3", "m", "mobile", "touch"].contains(&first)
        && tail.contains('.')
    {
        rest = tail;
    }
    rest.to_owned()
}

/// What follows `http://`, also when that is written twice or with a slash missing.
pub(super) fn without_scheme(text: &str) -> (&str, bool) {
    let mut rest = text.trim_start_matches('/');
    let mut found = rest.len() < text.len();
    loop {
        let scheme = ["https:", "http:"]
            .into_iter()
            .find(|scheme| rest.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)));
        let Some(scheme) = scheme else { return (rest, found) };
        let tail = rest.get(scheme.len()..).unwrap_or_default();
        rest = tail.trim_start_matches(['/', '\\', ' ']);
        found = true;
    }
}
