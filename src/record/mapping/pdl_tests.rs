//! Random PDL v4 records through the person schema and back. What comes back may differ only in what `docs/mapping.md` lists.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::tests::{person, shipped, written};
use super::*;
use crate::record::cases;

/// Draws that follow from a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ mixed >> 27) % n as u64) as usize
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn word(&mut self) -> String {
        let parts = ["zu", "ka", "lé", "mo", "ri", "ß", "tan", "øl", "北", "ne"];
        (0..2 + self.below(3)).map(|_| self.one(&parts)).collect()
    }

    fn maybe(&mut self, make: impl FnOnce(&mut Self) -> Json) -> Json {
        if self.below(3) == 0 { Json::Null } else { make(self) }
    }

    fn some_word(&mut self) -> Json {
        self.maybe(|draw| draw.word().into())
    }

    fn words(&mut self, most: usize) -> Vec<String> {
        (0..self.below(most + 1)).map(|_| self.word()).collect()
    }

    fn date(&mut self) -> Json {
        let (year, month, day) = (1980 + self.below(40), 1 + self.below(12), 1 + self.below(28));
        match self.below(3) {
            0 => format!("{year}"),
            1 => format!("{year}-{month:02}"),
            _ => format!("{year}-{month:02}-{day:02}"),
        }
        .into()
    }

    fn list(&mut self, most: usize, mut make: impl FnMut(&mut Self, usize) -> Json) -> Vec<Json> {
        (0..self.below(most + 1)).map(|at| make(self, at)).collect()
    }
}

fn name(draw: &mut Draw, at: usize) -> Json {
    let (first, last) = (format!("{}{at}", draw.word()), draw.word());
    let middle = draw.some_word();
    let initial = middle.as_str().and_then(|middle| middle.chars().next()).map(String::from);
    let all: Vec<&str> = [Some(first.as_str()), middle.as_str(), Some(&last)].into_iter().flatten().collect();
    json!({"first_name": first, "last_name": last, "suffix": draw.maybe(|_| "jr".into()), "middle_name": middle,
        "middle_initial": initial, "name": all.join(" "), "clean": format!("{first} {last}"), "is_primary": at == 0})
}

fn email(draw: &mut Draw, at: usize) -> Json {
    let local = format!("u{at}.{}", draw.below(9999));
    let address = format!("{local}@mail.example");
    let sha256 = convert::derive(crate::schema::mapping::Derived::EmailSha256, &address).unwrap();
    json!({"address": address, "type": draw.one(&[Some("personal"), Some("current_professional"), Some("professional"), None]),
        "sha256": sha256.as_str(), "domain": "mail.example", "local": local})
}

fn phone(draw: &mut Draw, at: usize) -> Json {
    let national = format!("41555{at}{:04}", draw.below(9999));
    let number = format!("+1{national}");
    json!({"E164": number, "number": number, "type": null, "country_code": "1", "national_number": national, "area_code": "415"})
}

fn profiles(draw: &mut Draw) -> Vec<Json> {
    let mut linkedin = 0;
    draw.list(5, |draw, at| {
        let (network, host) =
            draw.one(&[("linkedin", "linkedin.com/in/"), ("facebook", "facebook.com/"), ("github", "github.com/"), ("twitter", "twitter.com/")]);
        let user = format!("zq{at}{}", draw.below(9999));
        let clean = format!("{host}{user}");
        let mut profile = json!({"network": network, "ids": [], "clean": clean, "aliases": [], "username": user,
            "url": format!("http://www.{clean}")});
        if network == "linkedin" {
            linkedin += 1;
            profile["is_primary"] = (linkedin == 1).into();
            profile["ids"] = json!(draw.list(1, |draw, _| format!("70000{:05}", draw.below(99999)).into()));
            profile["aliases"] = json!(draw.list(1, |draw, _| format!("linkedin.com/pub/{user}/1/2/{}", draw.below(9)).into()));
        }
        profile
    })
}

fn location(draw: &mut Draw, at: usize) -> Json {
    let (country, continent) =
        draw.one(&[("united states", "north america"), ("germany", "europe"), ("japan", "asia")]);
    let region = draw.some_word();
    let locality =
        if region.is_null() { Json::Null } else { draw.maybe(|draw| format!("{}{at}", draw.word()).into()) };
    let names: Vec<&str> =
        [locality.as_str(), region.as_str(), Some(country)].into_iter().flatten().collect();
    let subregion = draw.some_word();
    let kind = match (&locality, &subregion, &region) {
        (Json::String(_), _, _) => "locality",
        (_, Json::String(_), _) => "subregion",
        (_, _, Json::String(_)) => "region",
        _ => "country",
    };
    json!({"name": names.join(", "), "locality": locality, "region": region, "subregion": subregion, "country": country,
        "continent": continent, "type": kind, "geo": draw.maybe(|draw| format!("{}.{}0,-{}.25", draw.below(80), draw.below(9), draw.below(170)).into()),
        "postal_code": draw.some_word(), "zip_plus_4": null, "street_address": draw.some_word(), "address_line_2": draw.some_word(),
        "most_recent": draw.below(2) == 0, "is_primary": at == 0, "last_updated": draw.maybe(Draw::date)})
}

fn company(draw: &mut Draw) -> Json {
    draw.maybe(|draw| {
        json!({"name": draw.word(), "size": draw.one(&[Some("1-10"), Some("51-200"), Some("10001+"), None]),
            "founded": draw.maybe(|draw| (1900 + draw.below(120)).to_string().into()),
            "industry": draw.one(&[Some("internet"), Some("nonprofit organization management"), None]),
            "location": draw.maybe(|draw| json!({"locality": draw.word(), "region": draw.word(), "country": "japan"})),
            "profiles": draw.list(2, |draw, at| format!("linkedin.com/company/zq{at}{}", draw.below(99)).into()),
            "website": draw.maybe(|draw| format!("zq{}.example", draw.below(99)).into())})
    })
}

fn role(draw: &mut Draw, at: usize) -> Json {
    let ended = at > 0 && draw.below(2) == 0;
    let title = draw.maybe(|draw| {
        json!({"name": draw.word(), "levels": draw.list(2, |draw, _| draw.one(&["c", "vp", "pres", "mgr"]).into()), "functions": draw.words(2)})
    });
    json!({"company": company(draw), "locations": [], "start_date": draw.date(),
        "end_date": if ended { draw.date() } else { Json::Null }, "title": title, "type": null, "is_primary": at == 0,
        "most_recent": at == 0, "last_updated": draw.maybe(Draw::date)})
}

fn education(draw: &mut Draw, _: usize) -> Json {
    let school = draw.maybe(|draw| {
        json!({"name": draw.word(), "type": draw.some_word(), "location": draw.some_word(),
            "profiles": draw.list(1, |draw, _| format!("linkedin.com/edu/zq{}", draw.below(99)).into()),
            "website": draw.maybe(|draw| format!("zq{}.example", draw.below(99)).into())})
    });
    json!({"school": school, "degrees": draw.words(2), "start_date": draw.date(), "end_date": draw.maybe(Draw::date),
        "majors": draw.words(2), "minors": draw.words(2), "locations": [], "gpa": draw.maybe(|draw| (draw.below(40) as f64 / 10.0).into())})
}

fn addresses(emails: &[Json], kinds: &[Option<&str>]) -> Vec<Json> {
    let of = |kind: &Option<&str>| {
        emails
            .iter()
            .filter(|email| email["type"].as_str() == *kind)
            .map(|email| email["address"].clone())
            .collect::<Vec<_>>()
    };
    kinds.iter().flat_map(of).collect()
}

fn primary(record: &Json) -> Json {
    let first = |list: &str| record[list].get(0).cloned().unwrap_or(Json::Null);
    let only = |value: Json, keys: &[&str]| match value {
        Json::Null => Json::Null,
        value => keys
            .iter()
            .map(|key| ((*key).to_owned(), value[*key].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    };
    let emails = record["emails"].as_array().unwrap();
    let linkedin =
        record["profiles"].as_array().unwrap().iter().find(|profile| profile["is_primary"] == true);
    let location =
        only(first("locations"), &["name", "locality", "region", "country", "continent", "last_updated"]);
    json!({"job": only(first("experience"), &["company", "title", "start_date", "end_date", "locations", "last_updated"]),
        "location": location,
        "name": only(first("names"), &["first_name", "middle_name", "last_name", "clean"]),
        "industry": first("industries")["name"], "linkedin": linkedin.map(|profile| profile["clean"].clone()),
        "personal_emails": addresses(emails, &[Some("personal")]),
        "work_emails": addresses(emails, &[Some("current_professional")]),
        "other_emails": addresses(emails, &[Some("professional"), None])})
}

fn record(draw: &mut Draw) -> Json {
    let birth = draw.maybe(Draw::date);
    let fuzzy = birth.as_str().map(|date| date[..4].to_owned());
    let names = 1 + draw.below(2);
    let mut industries = vec!["internet", "banking", "accounting"];
    industries.truncate(draw.below(4));
    let mut record = json!({
        "id": format!("zq{:010}AbC", draw.below(1 << 30)), "birth_date": birth, "birth_date_fuzzy": fuzzy, "gender": draw.some_word(),
        "names": (0..names).map(|at| name(draw, at)).collect::<Vec<_>>(),
        "emails": draw.list(4, email), "phone_numbers": draw.list(3, phone), "profiles": profiles(draw),
        "locations": draw.list(3, location), "experience": draw.list(4, role), "education": draw.list(3, education),
        "skills": draw.list(3, |draw, _| json!({"name": draw.word()})), "interests": draw.list(3, |draw, _| json!({"name": draw.word()})),
        "industries": industries.iter().enumerate().map(|(at, name)| json!({"name": name, "is_primary": at == 0})).collect::<Vec<_>>(),
    });
    record["primary"] = primary(&record);
    record
}

/// Roles without an end come first; the person schema holds them so.
fn in_order(mut record: Json) -> Json {
    let roles = record["experience"].as_array_mut().unwrap();
    roles.sort_by_key(|role| !role["end_date"].is_null());
    record
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_record_comes_back_with_every_value(seed: u64) {
        let mapping = shipped("pdl-v4");
        let record = record(&mut Draw(seed));
        let back = written(&mapping, &person(&mapping, &record.to_string()), Style::default());
        let back: Json = serde_json::from_str(&back).unwrap();
        let record = in_order(record);
        for (key, value) in record.as_object().unwrap() {
            prop_assert_eq!(&back[key], value, "{} of seed {}", key, seed);
        }
        prop_assert_eq!(back.as_object().unwrap().len(), record.as_object().unwrap().len());
    }
}
