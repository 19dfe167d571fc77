//! Measures people 0 to 99,999 of the default seed and checks the generated part of `docs/data-model.md` against it.
//!
//! `cargo run --release --example data_model`; with `ROLO_BLESS=1` in the environment it rewrites that part instead.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write;

use rayon::prelude::*;
use rolo::demo::{DEFAULT_SEED, People};
use serde_json::Value;

const PEOPLE: u64 = 100_000;
const BLOCK: u64 = 2_000;
const PAGE: &str = "docs/data-model.md";
const BEGIN: &str = "<!-- measured: begin -->\n";
const END: &str = "<!-- measured: end -->";

/// Paths whose values are counted one by one.
const VALUED: [&str; 22] = [
    "basic_profile.name",
    "basic_profile.first_name",
    "basic_profile.last_name",
    "basic_profile.headline",
    "basic_profile.current_title",
    "basic_profile.location.city",
    "basic_profile.location.state",
    "basic_profile.location.country",
    "basic_profile.languages",
    "roles.name",
    "roles.title",
    "roles.seniority_level",
    "roles.function_category",
    "roles.company_professional_network_industry",
    "roles.company_headcount_range",
    "education.schools.school",
    "education.schools.degree",
    "education.schools.field_of_study",
    "skills.professional_network_skills",
    "certifications.name",
    "dev_platform_profiles.all_languages",
    "social_profiles.network",
];

/// Arrays whose elements are counted by person.
const COUNTED: [&str; 12] = [
    "roles",
    "experience.employment_details.current",
    "experience.employment_details.past",
    "education.schools",
    "skills.professional_network_skills",
    "certifications",
    "honors",
    "dev_platform_profiles.repos",
    "emails",
    "phones",
    "social_profiles",
    "street_addresses",
];

/// Texts whose words are counted.
const WORDED: [&str; 4] =
    ["basic_profile.headline", "basic_profile.summary", "roles.title", "roles.description"];

#[derive(Default)]
struct Tally {
    bytes: Vec<u32>,
    /// People with a value under each path.
    filled: BTreeMap<String, u64>,
    values: BTreeMap<&'static str, BTreeMap<String, u64>>,
    elements: BTreeMap<&'static str, Vec<u32>>,
    /// Words of each text, and distinct words.
    words: BTreeMap<&'static str, (Vec<u32>, BTreeSet<String>)>,
    oddities: BTreeMap<&'static str, u64>,
    /// People by e-mail and by phone.
    owners: BTreeMap<String, BTreeSet<u64>>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let people = People::new(DEFAULT_SEED);
    let tally = (0..PEOPLE / BLOCK)
        .into_par_iter()
        .map(|block| {
            let mut tally = Tally::default();
            let mut line = String::new();
            for i in block * BLOCK..(block + 1) * BLOCK {
                line.clear();
                people.person(i, &mut line);
                tally.add(i, &line)?;
            }
            Ok(tally)
        })
        .try_reduce(Tally::default, |a, b| Ok::<_, serde_json::Error>(a.merge(b)))?;
    let measured = tally.page();
    let page = std::fs::read_to_string(PAGE)?;
    let (before, rest) = page.split_once(BEGIN).ok_or("the page has no measured part")?;
    let (old, after) = rest.split_once(END).ok_or("the measured part has no end")?;
    if std::env::var_os("ROLO_BLESS").is_some() {
        std::fs::write(PAGE, [before, BEGIN, &measured, END, after].concat())?;
    } else if old != measured {
        return Err(format!("{PAGE} differs from what was measured; set ROLO_BLESS=1 to rewrite it").into());
    }
    Ok(())
}

impl Tally {
    fn add(&mut self, i: u64, line: &str) -> Result<(), serde_json::Error> {
        let person: Value = serde_json::from_str(line)?;
        self.bytes.push(line.len() as u32);
        let mut filled = BTreeSet::new();
        walk(&person, &mut String::new(), &mut filled);
        for path in filled {
            *self.filled.entry(path).or_default() += 1;
        }
        for path in COUNTED {
            self.elements.entry(path).or_default().push(at(&person, path).len() as u32);
        }
        for path in VALUED {
            let values = self.values.entry(path).or_default();
            for value in at(&person, path).into_iter().filter_map(Value::as_str).filter(|v| !v.is_empty()) {
                *values.entry(value.to_owned()).or_default() += 1;
            }
        }
        for path in WORDED {
            let (lengths, distinct) = self.words.entry(path).or_default();
            for text in at(&person, path).into_iter().filter_map(Value::as_str).filter(|v| !v.is_empty()) {
                let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
                lengths.push(words().count() as u32);
                distinct.extend(words().map(str::to_lowercase));
            }
        }
        self.odd(i, line, &person);
        Ok(())
    }

    /// Counts what is unusual about a person.
    fn odd(&mut self, i: u64, line: &str, person: &Value) {
        let basic = &person["basic_profile"];
        let name = basic["name"].as_str().unwrap_or_default();
        let native = name
            .chars()
            .any(|c| c > '\u{36f}' && c.is_alphabetic() && !('\u{1e00}'..'\u{2000}').contains(&c));
        let titles = || at(person, "roles.title").into_iter().filter_map(Value::as_str);
        let mails = || {
            ["contact.business_emails", "contact.personal_emails"]
                .into_iter()
                .flat_map(|p| at(person, p))
                .filter_map(|e| e.as_str().or(e["email"].as_str()))
        };
        let phones = || at(person, "contact.phone_numbers").into_iter().filter_map(Value::as_str);
        let url = person["social_handles"]["professional_network_identifier"]["profile_url"]
            .as_str()
            .unwrap_or_default();
        let wrong = person["professional_network"]["connections"].is_string()
            || at(person, "roles.years_at_company_raw").iter().any(|v| v.is_string())
            || basic["languages"].is_string()
            || at(person, "education.schools.start_year").iter().any(|v| v.is_string())
            || basic["last_updated"] == "last week"
            || person["contact"]["has_business_email"].is_string();
        let unknown = person.get("x_crm_score").is_some()
            || person.get("vendor_notes").is_some()
            || basic.get("star_sign").is_some()
            || !at(person, "roles.team_size").is_empty();
        let facts = [
            ("no `crustdata_person_id`", person.get("crustdata_person_id").is_none()),
            ("name in a script other than Latin", native),
            ("name with accented Latin letters", !native && !name.is_ascii()),
            ("percent-encoded profile URL", url.contains('%')),
            ("profile URL with a slash at the end", url.ends_with('/')),
            (
                "non-ASCII characters escaped as `\\u....`",
                line.contains("\\u0") || line.contains("\\u4") || line.contains("\\u5"),
            ),
            ("a datetime with an offset", line.contains("T00:00:00+") || line.contains("T00:00:00-")),
            (
                "years written as floats (`9.0`)",
                line.contains("\"years_of_experience_raw\":") && person["years_of_experience_raw"].is_f64(),
            ),
            ("a list `[null]`", line.contains("[null]")),
            ("an empty string", line.contains(":\"\"")),
            ("a null", line.contains(":null")),
            ("an empty list", line.contains(":[]")),
            ("a value of the wrong type", wrong),
            ("an unknown key", unknown),
            ("\"United States of America\"", basic["location"]["country"] == "United States of America"),
            ("\"USA\" as the country", basic["location"]["country"] == "USA"),
            ("an e-mail with capitals", mails().any(|m| m.chars().any(|c| c.is_ascii_uppercase()))),
            (
                "personal e-mails as plain strings",
                at(person, "contact.personal_emails").iter().any(|m| m.is_string()),
            ),
            (
                "a title in lower case or in capitals",
                titles().any(|t| t == t.to_lowercase() || (t.len() > 3 && t == t.to_uppercase())),
            ),
            (
                "more than 100,000 followers",
                person["professional_network"]["followers"].as_i64() > Some(100_000),
            ),
        ];
        for (what, is_so) in facts {
            *self.oddities.entry(what).or_default() += u64::from(is_so);
        }
        for key in mails().map(str::to_lowercase) {
            self.owners.entry(key).or_default().insert(i);
        }
        for phone in phones() {
            self.owners.entry(phone.chars().filter(char::is_ascii_digit).collect()).or_default().insert(i);
        }
    }

    fn merge(mut self, other: Tally) -> Tally {
        self.bytes.extend(other.bytes);
        other.filled.into_iter().for_each(|(k, v)| *self.filled.entry(k).or_default() += v);
        for (path, values) in other.values {
            let mine = self.values.entry(path).or_default();
            values.into_iter().for_each(|(k, v)| *mine.entry(k).or_default() += v);
        }
        other.elements.into_iter().for_each(|(k, v)| self.elements.entry(k).or_default().extend(v));
        for (path, (lengths, distinct)) in other.words {
            let mine = self.words.entry(path).or_default();
            mine.0.extend(lengths);
            mine.1.extend(distinct);
        }
        other.oddities.into_iter().for_each(|(k, v)| *self.oddities.entry(k).or_default() += v);
        other.owners.into_iter().for_each(|(k, v)| self.owners.entry(k).or_default().extend(v));
        self
    }
}

/// Collects the paths under which a person has a value: no null, empty string or empty list.
fn walk(value: &Value, path: &mut String, filled: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                walk(value, path, filled);
                path.truncate(length);
            }
        }
        Value::Array(list) => list.iter().for_each(|v| walk(v, path, filled)),
        Value::Null => (),
        Value::String(text) if text.is_empty() => (),
        _ => {
            let mut end = path.len();
            while filled.insert(path[..end].to_owned()) {
                match path[..end].rfind('.') {
                    Some(dot) => end = dot,
                    None => break,
                }
            }
        }
    }
}

/// All values under a path, lists opened; `roles` stands for current and past roles together.
fn at<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    if let Some(rest) = path.strip_prefix("roles") {
        let inside = |part: &str| at(value, &format!("experience.employment_details.{part}{rest}"));
        return [inside("current"), inside("past")].concat();
    }
    let mut found = vec![value];
    for part in path.split('.') {
        let opened = found.into_iter().filter_map(|v| v.get(part));
        found = opened.flat_map(|v| v.as_array().map_or(vec![v], |a| a.iter().collect())).collect();
    }
    found
}

/// The value at so many per mille of a sorted list.
fn quantile(sorted: &[u32], per_mille: usize) -> u32 {
    sorted.get((sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1))).copied().unwrap_or(0)
}

/// A share in per cent with two decimals, in integers.
fn percent(part: u64, whole: u64) -> String {
    let basis = (part * 20_000 / whole.max(1)).div_ceil(2);
    format!("{}.{:02}", basis / 100, basis % 100)
}

/// A mean with two decimals, in integers.
fn mean(list: &[u32]) -> String {
    let hundredths = list.iter().map(|&n| u64::from(n)).sum::<u64>() * 100 / (list.len() as u64).max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

impl Tally {
    fn page(mut self) -> String {
        let mut out = String::new();
        self.bytes.sort_unstable();
        let q = |p| quantile(&self.bytes, p);
        let _ = write!(
            out,
            "\n### Bytes of JSON a person\n\n| 10 % | median | 90 % | 99 % | largest | mean |\n|---|---|---|---|---|---|\n\
             | {} | {} | {} | {} | {} | {} |\n",
            q(100),
            q(500),
            q(900),
            q(990),
            q(1000),
            mean(&self.bytes)
        );
        self.skew(&mut out);
        self.counts(&mut out);
        self.odds(&mut out);
        self.fill(&mut out);
        out
    }

    fn skew(&self, out: &mut String) {
        out.push_str(
            "\n### Distinct values and skew\n\nShare of all values, in per cent, that the most frequent 1, 10 and 100 hold.\n\n\
             | path | values | distinct | top 1 | top 10 | top 100 |\n|---|---|---|---|---|---|\n",
        );
        for path in VALUED {
            let mut counts: Vec<u64> = self.values[path].values().copied().collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            let total: u64 = counts.iter().sum();
            let top = |n: usize| percent(counts.iter().take(n).sum(), total);
            let _ = writeln!(
                out,
                "| `{path}` | {total} | {} | {} | {} | {} |",
                counts.len(),
                top(1),
                top(10),
                top(100)
            );
        }
    }

    fn counts(&mut self, out: &mut String) {
        out.push_str(
            "\n### Elements a person\n\n| array | mean | median | 90 % | most |\n|---|---|---|---|---|\n",
        );
        for path in COUNTED {
            let list = self.elements.entry(path).or_default();
            list.sort_unstable();
            let (median, p90, most) = (quantile(list, 500), quantile(list, 900), quantile(list, 1000));
            let _ = writeln!(out, "| `{path}` | {} | {median} | {p90} | {most} |", mean(list));
        }
        out.push_str(
            "\n### Words a text\n\nA word is a run of letters and digits.\n\n\
             | path | texts | mean | median | 90 % | most | distinct words |\n|---|---|---|---|---|---|---|\n",
        );
        for path in WORDED {
            let (list, distinct) = self.words.entry(path).or_default();
            list.sort_unstable();
            let (median, p90, most) = (quantile(list, 500), quantile(list, 900), quantile(list, 1000));
            let _ = writeln!(
                out,
                "| `{path}` | {} | {} | {median} | {p90} | {most} | {} |",
                list.len(),
                mean(list),
                distinct.len()
            );
        }
    }

    fn odds(&self, out: &mut String) {
        out.push_str("\n### Oddities\n\n| a person has | per cent |\n|---|---|\n");
        for (what, count) in &self.oddities {
            let _ = writeln!(out, "| {what} | {} |", percent(*count, PEOPLE));
        }
        let shared = |test: &dyn Fn(&str) -> bool| -> u64 {
            let several = self.owners.iter().filter(|(k, v)| test(k) && v.len() > 1);
            several.flat_map(|(_, v)| v).collect::<BTreeSet<_>>().len() as u64
        };
        let mail = |k: &str| k.contains('@');
        // Digits of a number of area N9X, with or without the country code.
        let wide = |k: &str| {
            matches!(
                (k.len(), k.get(..1), k.get(1..2), k.get(2..3)),
                (11, Some("1"), _, Some("9")) | (10, _, Some("9"), _)
            )
        };
        let fictional = |k: &str| !mail(k) && !wide(k);
        for (what, count) in [
            ("an e-mail that another person has too", shared(&mail)),
            ("a wide-range phone that another person has too", shared(&wide)),
            ("a fictional-range phone that another person has too", shared(&fictional)),
            ("a full name that another person has too", {
                let names = self.values["basic_profile.name"].values();
                names.filter(|&&n| n > 1).sum()
            }),
        ] {
            let _ = writeln!(out, "| {what} | {} |", percent(count, PEOPLE));
        }
    }

    fn fill(&self, out: &mut String) {
        out.push_str(
            "\n### Fill rates\n\nShare of the people, in per cent, who have at least one value under the path that is not null, not an\n\
             empty string and not in an empty list.\n\n| path | per cent |\n|---|---|\n",
        );
        for (path, count) in &self.filled {
            let _ = writeln!(out, "| `{path}` | {} |", percent(*count, PEOPLE));
        }
    }
}
