//! The networks whose profile URLs name a person, and where the user name stands in each.

use super::linkedin;
use super::url::Profile;
use super::{compose, fold, percent_decode, unwrap};

/// A network: its name in keys, other names, hosts, and the places of a user name in its URLs.
pub(super) struct Network {
    pub(super) name: &'static str,
    other_names: &'static [&'static str],
    hosts: &'static [&'static str],
    pub(super) shapes: &'static [Shape],
}

/// A place of a user name or id in a URL.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// The first part of the path, unless it is one of the site's own pages.
    First,
    /// The first part of the path, marked by `@`.
    At,
    /// The part behind this one.
    After(&'static str),
    /// In front of the host.
    Subdomain,
    /// A parameter of this page.
    Parameter(&'static str, &'static str),
    /// The number at the end of a path that begins so: the network's own id.
    NumberUnder(&'static str),
    /// A number in a parameter of this page: the network's own id.
    NumberParameter(&'static str, &'static str),
}

impl Network {
    /// The page of a user name or id, or of something else that stands in its place; `None` if the network has no such pages.
    pub(super) fn page_of(&self, name: &str) -> Option<String> {
        let host = self.hosts.first()?;
        let path = |shape: &Shape| match shape {
            First => Some(format!("{host}/{name}")),
            At => Some(format!("{host}/@{name}")),
            After(before) => Some(format!("{host}/{before}/{name}")),
            _ => None,
        };
        let plain = self.shapes.iter().find(|shape| matches!(shape, First)).and_then(path);
        plain.or_else(|| self.shapes.iter().find_map(path))
    }

    /// The page under a part of the path: `linkedin.com/company/acme`.
    pub(super) fn page_under(&self, part: &str, name: &str) -> Option<String> {
        Some(format!("{}/{part}/{name}", self.hosts.first()?))
    }
}

use Shape::{After, At, First, NumberParameter, NumberUnder, Parameter, Subdomain};

const fn network(
    name: &'static str,
    other_names: &'static [&'static str],
    hosts: &'static [&'static str],
    shapes: &'static [Shape],
) -> Network {
    Network { name, other_names, hosts, shapes }
}

/// LinkedIn, whose URLs have a file of their own.
pub(super) const LINKEDIN: &str = "linkedin";
const FACEBOOK: &str = "facebook";

/// Every known network. Hosts also match with any of [`PLAIN_SUBDOMAINS`], or a country, in front.
#[rustfmt::skip]
static NETWORKS: &[Network] = &[
    network("aboutme", &["about.me", "about_me"], &["about.me"], &[First]),
    network("angellist", &["angel", "angel.co", "wellfound"], &["angel.co", "wellfound.com", "angellist.com"], &[After("u"), After("p"), First]),
    network("behance", &[], &["behance.net"], &[First]),
    network("bitbucket", &[], &["bitbucket.org"], &[First]),
    network("bluesky", &["bsky"], &["bsky.app"], &[After("profile")]),
    network("crunchbase", &[], &["crunchbase.com"], &[After("person"), After("people")]),
    network("devto", &["dev.to"], &["dev.to"], &[First]),
    network("dribbble", &[], &["dribbble.com"], &[First]),
    network(FACEBOOK, &["fb"], &["facebook.com", "fb.com", "m.me"],
        &[NumberParameter("profile.php", "id"), NumberUnder("people"), After("pg"), First]),
    network("flickr", &[], &["flickr.com"], &[After("people"), After("photos")]),
    network("foursquare", &[], &["foursquare.com"], &[NumberUnder("user"), First]),
    network("github", &["gh"], &["github.com"], &[After("sponsors"), First]),
    network("gitlab", &[], &["gitlab.com"], &[First]),
    network("google", &["googleplus", "google+"], &["plus.google.com"], &[After("u/0"), First]),
    network("gravatar", &[], &["gravatar.com"], &[First]),
    network("hackernews", &["hn"], &["news.ycombinator.com"], &[Parameter("user", "id")]),
    network("huggingface", &[], &["huggingface.co"], &[First]),
    network("indeed", &[], &["indeed.com"], &[After("r"), After("me")]),
    network("instagram", &["ig"], &["instagram.com", "instagr.am"], &[After("stories"), First]),
    network("kaggle", &[], &["kaggle.com"], &[First]),
    network("keybase", &[], &["keybase.io"], &[First]),
    network("klout", &[], &["klout.com"], &[First]),
    network(LINKEDIN, &["li"], &["linkedin.com", "linkedin.cn"], &[After("in")]),
    network("linktree", &[], &["linktr.ee"], &[First]),
    network("medium", &[], &["medium.com"], &[At, Subdomain]),
    network("meetup", &[], &["meetup.com"], &[After("members")]),
    network("myspace", &[], &["myspace.com"], &[First]),
    network("orcid", &[], &["orcid.org"], &[First]),
    network("patreon", &[], &["patreon.com"], &[First]),
    network("pinterest", &[], &["pinterest.com", "pinterest.de", "pinterest.fr", "pinterest.es", "pinterest.co.uk", "pinterest.ca", "pinterest.it"], &[First]),
    network("producthunt", &[], &["producthunt.com"], &[At]),
    network("quora", &[], &["quora.com"], &[After("profile")]),
    network("reddit", &[], &["reddit.com"], &[After("user"), After("u")]),
    network("researchgate", &[], &["researchgate.net"], &[After("profile")]),
    network("slideshare", &[], &["slideshare.net"], &[First]),
    network("snapchat", &[], &["snapchat.com"], &[After("add")]),
    network("soundcloud", &[], &["soundcloud.com"], &[First]),
    network("stackoverflow", &[], &["stackoverflow.com"], &[After("users")]),
    network("substack", &[], &["substack.com"], &[At, Subdomain]),
    network("telegram", &[], &["t.me", "telegram.me"], &[First]),
    network("threads", &[], &["threads.net", "threads.com"], &[At]),
    network("tiktok", &[], &["tiktok.com"], &[At]),
    network("tumblr", &[], &["tumblr.com"], &[Subdomain, First]),
    network("twitch", &[], &["twitch.tv"], &[First]),
    network("twitter", &["x", "x.com"], &["twitter.com", "x.com"], &[Parameter("intent/user", "screen_name"), At, First]),
    network("vimeo", &[], &["vimeo.com"], &[First]),
    network("vk", &["vkontakte"], &["vk.com"], &[First]),
    network("wordpress", &[], &["profiles.wordpress.org", "wordpress.com"], &[Subdomain, First]),
    network("xing", &[], &["xing.com"], &[After("profile")]),
    network("youtube", &["yt"], &["youtube.com"], &[At, After("user"), After("c"), After("channel"), First]),
];

/// What stands in front of a host without changing whose page it is. Two letters, or two and two, are a
/// country or language.
const PLAIN_SUBDOMAINS: &[&str] = &[
    "www", "www2", "www3", "m", "mobile", "touch", "web", "mbasic", "business", "old", "new", "l", "lm",
    "gist",
];

/// First parts of a path that are a site's own pages, not a user's.
#[rustfmt::skip]
const SITE_PAGES: &[&str] = &[
    "about", "account", "accounts", "add", "ads", "api", "app", "apps", "auth", "authwall", "blog", "c",
    "careers", "category", "channel", "checkout", "collections", "comments", "companies", "company",
    "contact", "dashboard", "developers", "dialog", "directory", "discover", "docs", "download", "embed",
    "events", "explore", "features", "feed", "feeds", "gaming", "groups", "hashtag", "help", "home",
    "home.php", "i", "index.html", "index.php", "intent", "jobs", "join", "l.php", "legal", "login",
    "login.php", "logout", "map", "marketplace", "me", "media", "messages", "news", "notifications", "org",
    "organization", "organizations", "orgs", "p", "page", "pages", "people", "person", "photo", "photo.php",
    "photos", "pin", "playlist", "post", "posts", "press", "pricing", "privacy", "profile", "profile.php",
    "pub", "public", "r", "reel", "reels", "results", "search", "security", "settings", "share", "sharer",
    "sharer.php", "shorts", "signin", "signup", "site", "stories", "story.php", "support", "t", "tag", "tags",
    "terms", "topic", "topics", "tos", "trending", "tv", "u", "url", "user", "users", "video", "videos",
    "watch",
];

/// Whether a text ends with a profile URL of the network up to where the user name begins:
/// `https://www.linkedin.com/in/`. Exact case, plain slashes:
/// a quick look, so `false` says little.
pub(crate) fn ends_with_profile_url_of(network: &str, text: &[u8]) -> bool {
    let Some(network) = NETWORKS.iter().find(|known| known.name == network) else { return false };
    network.shapes.iter().any(|shape| {
        let front = match shape {
            First => text.strip_suffix(b"/"),
            At => text.strip_suffix(b"/@"),
            After(part) => text
                .strip_suffix(b"/")
                .and_then(|text| text.strip_suffix(part.as_bytes()))
                .and_then(|text| text.strip_suffix(b"/")),
            Subdomain | Parameter(..) | NumberUnder(_) | NumberParameter(..) => None,
        };
        let host = |host: &&str| front.and_then(|front| front.strip_suffix(host.as_bytes()));
        network
            .hosts
            .iter()
            .filter_map(host)
            .any(|rest| matches!(rest.last(), None | Some(b'/' | b'.' | b'"')))
    })
}

/// The network of a host, and what stands in front of its own host name, if that says something.
pub(super) fn of_host(host: &str) -> Option<(&'static Network, Option<&str>)> {
    for network in NETWORKS {
        for own in network.hosts {
            let Some(front) = host.strip_suffix(own) else { continue };
            if front.is_empty() {
                return Some((network, None));
            }
            if let Some(front) = front.strip_suffix('.') {
                return Some((network, (!is_plain_subdomain(front)).then_some(front)));
            }
        }
    }
    None
}

/// Whether what stands in front of a host does not change whose page it is.
pub(super) fn is_plain_subdomain(front: &str) -> bool {
    front.split('.').all(|label| {
        let country = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_lowercase());
        PLAIN_SUBDOMAINS.contains(&label) || label.split('-').all(country)
    })
}

/// Whether the first part of a path is a page of the site itself.
pub(super) fn is_site_page(part: &str) -> bool {
    SITE_PAGES.binary_search(&fold(part).as_str()).is_ok()
}

/// The name of a network in keys: lower case, other names resolved (`x` is `twitter`). Unknown networks keep
/// their name; `None` if it is no name.
pub fn network_name(text: &str) -> Option<String> {
    let name = fold(unwrap(text));
    let known = NETWORKS.iter().find(|n| {
        n.name == name || n.other_names.contains(&name.as_str()) || n.hosts.contains(&name.as_str())
    });
    if let Some(known) = known {
        return Some(known.name.to_owned());
    }
    let part = |c: char| c.is_alphanumeric() || "._-".contains(c);
    (!name.is_empty() && name.len() <= 64 && name.chars().all(part)).then_some(name)
}

/// Whether a network of this name is in the table.
pub(crate) fn is_known(name: &str) -> bool {
    network_name(name).is_some_and(|name| NETWORKS.iter().any(|network| network.name == name))
}

/// The profile that a user name on a network stands for: the same as its URL's. `None` if it is no user name.
///
/// Accepts a leading `@`, percent-encoding, any case, and the profile's URL in place of the name.
pub fn handle(network: &str, name: &str) -> Option<Profile> {
    let network = network_name(network)?;
    if name.contains('/') {
        let host = NETWORKS.iter().find(|n| n.name == network).and_then(|n| n.hosts.first());
        let same = |profile: &Profile| match profile {
            Profile::Handle { network: n, .. } | Profile::Id { network: n, .. } => *n == network,
            Profile::MemberToken(_) => network == LINKEDIN,
            Profile::Page(_) => false,
        };
        return match super::profile_url(name) {
            Some(Profile::Page(_)) | None => super::profile_url(&format!("{}/{name}", host?)).filter(same),
            whole => whole.filter(same),
        };
    }
    named(&network, name)
}

/// The profile of a user name on a network whose name is already the one in keys.
pub(super) fn named(network: &str, name: &str) -> Option<Profile> {
    let decoded = percent_decode(unwrap(name));
    let text = unwrap(&decoded).trim_start_matches('@');
    let text = unwrap(text);
    if network == LINKEDIN && linkedin::is_member_token(text) {
        return Some(Profile::MemberToken(text.to_owned()));
    }
    let bad = |c: char| c.is_whitespace() || c.is_control() || "/?#:@<>\"\\".contains(c);
    if text.is_empty() || text.len() > 300 || text.contains(bad) {
        return None;
    }
    let number = text.bytes().all(|b| b.is_ascii_digit());
    if network == FACEBOOK && number {
        return Some(Profile::Id { network: network.to_owned(), id: text.to_owned() });
    }
    Some(Profile::Handle { network: network.to_owned(), name: fold(text) })
}

/// A network's own id of a person, case kept; `None` if it is none.
pub(crate) fn own_id(network: &str, id: &str) -> Option<Profile> {
    let id = compose(unwrap(id));
    let bad = |c: char| c.is_whitespace() || c.is_control();
    if id.is_empty() || id.len() > 200 || id.contains(bad) {
        return None;
    }
    Some(Profile::Id { network: network.to_owned(), id: id.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(SITE_PAGES.is_sorted(), "binary search needs order");
        assert!(NETWORKS.iter().map(|n| n.name).is_sorted());
    }

    #[test]
    fn no_host_or_name_is_listed_twice() {
        let mut names: Vec<&str> =
            NETWORKS.iter().flat_map(|n| n.other_names.iter().chain([&n.name])).copied().collect();
        let mut hosts: Vec<&str> = NETWORKS.iter().flat_map(|n| n.hosts).copied().collect();
        for list in [&mut names, &mut hosts] {
            let count = list.len();
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), count);
        }
    }
}
