//! Handles, network family, social profiles and foreign ids of a record.

use super::World;
use super::draft::{Draft, Wrong};
use super::draw::{Draw, mix, shuffle};
use super::json::Json;
use super::profile::write_network_location;

/// Writes the `social_handles` family: everyone has a profile URL.
pub(super) fn write_handles(draft: &Draft, draw: &mut Draw, j: &mut Json) {
    j.key("social_handles").map(|j| {
        j.key("professional_network_identifier").map(|j| {
            let slash = if draw.percent(3) { "/" } else { "" };
            j.key("profile_url").plain(format_args!("https://www.linkedin.com/in/{}{slash}", draft.slug));
        });
        j.key("dev_platform_identifier").map(|j| match draft.is_developer {
            true => j.key("profile_url").plain(format_args!("https://github.com/{}", draft.user())),
            false => j.key("profile_url").raw("null"),
        });
        j.key("twitter_identifier").map(|j| match draft.tweets() {
            true => j.key("slug").text(&draft.handle()),
            false => j.key("slug").text(""),
        });
    });
}

/// Writes the `professional_network` family.
pub(super) fn write_network(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    if !draw.percent(85) && draft.wrong != Some(Wrong::ConnectionsAsText) {
        return;
    }
    j.key("professional_network").map(|j| {
        draft.text_in_10k(j, "name", &draft.name, 3000, draw);
        let title = draft.career.main().map_or("", |r| r.title.as_str());
        draft.text_in_10k(j, "current_title", title, 2500, draw);
        if draw.percent(12) {
            let pronoun = if draft.female { "She/Her" } else { "He/Him" };
            j.key("pronoun").text(if draw.percent(94) { pronoun } else { "They/Them" });
        }
        if draft.wrong == Some(Wrong::ConnectionsAsText) {
            j.key("connections").text("500+");
        } else {
            let connections = draw.between(0, 900).min(draw.between(0, 4000));
            j.key("connections").int(i64::from(if draw.percent(20) { 500 } else { connections }));
        }
        j.key("followers").int(followers(draw));
        if draw.percent(14) {
            let n = 1 + draw.below(2) as usize;
            let first = draw.below(3) as usize;
            j.key("open_to_cards").texts((0..n).map(|k| CARDS[(first + k) % 3]));
        } else {
            draft.missing_list(j, "open_to_cards", "[]", draw);
        }
        if draw.percent(45) {
            write_network_location(draft, world, draw, j);
        }
        if draw.percent(50) {
            let source = draw.pick(&["\"web\"", "\"partner_feed\"", "null", "null"]);
            j.key("metadata").map(|j| j.key("last_scraped_source").raw(source));
        }
    });
}

const CARDS: [&str; 3] = ["CAREER_INTEREST", "HIRING_MANAGER", "VOLUNTEERING"];

/// Mostly hundreds, for a few people millions: each of up to five doublings of digits is rarer than the last.
fn followers(draw: &mut Draw) -> i64 {
    let mut top = 1500;
    while top < 100_000_000 && draw.percent(9) {
        top *= 12;
    }
    i64::from(draw.between(0, top).min(draw.between(0, top)))
}

/// Networks other than LinkedIn, with the host and how many of 10,000 people have one.
const NETWORKS: [(&str, &str, u32); 14] = [
    ("facebook", "facebook.com/", 3800),
    ("twitter", "twitter.com/", 730),
    ("github", "github.com/", 100),
    ("xing", "xing.com/profile/", 47),
    ("gravatar", "gravatar.com/", 30),
    ("meetup", "meetup.com/members/", 15),
    ("angellist", "angel.co/", 11),
    ("quora", "quora.com/profile/", 11),
    ("pinterest", "pinterest.com/", 10),
    ("flickr", "flickr.com/people/", 6),
    ("aboutme", "about.me/", 6),
    ("youtube", "youtube.com/user/", 6),
    ("instagram", "instagram.com/", 130),
    ("medium", "medium.com/@", 40),
];

/// Writes the extension array `social_profiles`, the network profile first.
pub(super) fn write_social_profiles(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    if !draw.in_10k(7112) {
        return;
    }
    j.key("social_profiles").list(|j| {
        write_linkedin(draft, world, draw, j);
        for (network, host, rate) in NETWORKS {
            let has = match network {
                "github" => draft.is_developer,
                "twitter" => draft.tweets(),
                _ => draw.in_10k(rate),
            };
            if has {
                write_social(draft, network, host, draw, j);
            }
        }
    });
}

fn write_linkedin(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    let scheme = draw.pick(&["https://www.", "https://www.", "http://www.", "", "https://"]);
    j.map(|j| {
        j.key("network").text("linkedin");
        j.key("username").text(&draft.slug);
        j.key("url").plain(format_args!("{scheme}linkedin.com/in/{}", draft.slug));
        if draw.percent(48) {
            j.key("ids").list(|j| j.plain(format_args!("{}", linkedin_id(world.seed, draft.i))));
        } else {
            j.key("ids").raw("[]");
        }
        if draw.percent(25) {
            let (a, b) = draft.code.split_at(4);
            let (given, family) = &draft.ascii;
            j.key("aliases").list(|j| j.plain(format_args!("linkedin.com/pub/{given}-{family}/zq/{a}/{b}")));
        } else {
            j.key("aliases").raw("[]");
        }
        j.key("followers").int(followers(draw));
        j.key("is_primary").bool(true);
    });
}

fn write_social(draft: &Draft, network: &str, host: &str, draw: &mut Draw, j: &mut Json) {
    let user = if network == "twitter" { draft.handle() } else { draft.user() };
    j.map(|j| {
        j.key("network").text(network);
        j.key("username").text(&user);
        let scheme = draw.pick(&["https://www.", "http://www.", "https://", ""]);
        j.key("url").plain(format_args!("{scheme}{host}{user}"));
        if network == "facebook" {
            // Two digits more than numbers of the network itself have.
            j.key("ids").list(|j| j.plain(format_args!("9000000{:010}", shuffle(0, draft.i))));
        }
        match draw.below(3) {
            0 => j.key("followers").int(followers(draw)),
            1 => j.key("followers").raw("null"),
            _ => (),
        }
    });
}

/// The person's number on the network: above all that are given out.
fn linkedin_id(seed: u64, i: u64) -> u64 {
    7_000_000_000 + shuffle(seed ^ 0x11d, i)
}

/// Writes the extension map `identifiers`, for a third of the people.
pub(super) fn write_identifiers(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    if !draw.percent(34) {
        return;
    }
    j.key("identifiers").map(|j| {
        if draw.percent(80) {
            j.key("pdl_id").plain(format_args!("zq{}_0000", opaque(world.seed ^ 1, draft.i, 20)));
        }
        if draw.percent(45) {
            j.key("aggknowledge_id").plain(format_args!("agk-zq{}", opaque(world.seed ^ 2, draft.i, 16)));
        }
        if draw.percent(70) {
            j.key("linkedin_id").plain(format_args!("{}", linkedin_id(world.seed, draft.i)));
        }
        if draw.percent(50) {
            j.key("member_tokens").list(|j| {
                j.plain(format_args!("ACwAAAzq{}", opaque(world.seed ^ 3, draft.i, 31)));
                if draw.percent(30) {
                    j.plain(format_args!("AEMAAAzq{}", opaque(world.seed ^ 4, draft.i, 31)));
                }
            });
        }
    });
}

/// Letters and digits that look random; the first eleven hold 64 bits that are distinct for each `i`.
fn opaque(seed: u64, i: u64, length: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bits = mix(i ^ mix(seed));
    let mut text = String::with_capacity(length);
    for k in 0..length {
        if k > 0 && k % 11 == 0 {
            bits = mix(bits);
        }
        text.push(char::from(ALPHABET[(bits >> (6 * (k % 11)) & 63) as usize]));
    }
    text
}

impl Draft<'_> {
    /// User name on other networks.
    pub(super) fn user(&self) -> String {
        let first: String = self.ascii.0.chars().take(10).collect();
        let last: String = self.ascii.1.chars().take(14).collect();
        format!("{first}{last}-zq{}", self.code)
    }

    /// User name on Twitter, at most 15 characters.
    fn handle(&self) -> String {
        let first: String = self.ascii.0.chars().filter(char::is_ascii_alphanumeric).take(5).collect();
        format!("{first}_zq{}", self.code)
    }

    /// Whether the person has a Twitter handle; the code decides, so that all families agree.
    fn tweets(&self) -> bool {
        mix(self.i ^ 0x7177) % 100 < 12
    }
}
