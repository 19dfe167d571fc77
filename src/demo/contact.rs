//! E-mails and phones: under reserved domains and in ranges that nobody can be given.

use super::World;
use super::career::Career;
use super::dates::{AS_OF, NOW, month_of, year_of};
use super::draft::{Draft, Wrong};
use super::draw::{Draw, shuffle};
use super::json::Json;

/// An address with its kind and when it was seen.
struct Email {
    address: String,
    kind: Option<&'static str>,
    first_seen: i32,
    last_seen: i32,
}

/// A number; the national part has no separators.
struct Phone {
    country_code: &'static str,
    national: String,
    kind: Option<&'static str>,
}

impl Phone {
    /// The area code of a North American number.
    fn area(&self) -> Option<&str> {
        if self.country_code == "1" { self.national.get(..3) } else { None }
    }
}

/// All e-mails and phones of a person.
#[derive(Default)]
pub(super) struct Contact {
    business: Vec<Email>,
    personal: Vec<Email>,
    phones: Vec<Phone>,
}

/// Reserved by RFC 2606, all of them.
const PROVIDERS: [&str; 8] = [
    "mail.example",
    "post.example",
    "inbox.example",
    "webmail.example",
    "letters.example.com",
    "mail.example.org",
    "home.example.net",
    "box.example",
];

/// Draws what person `i` can be reached by. Persons 2k and 2k + 1 at times share a family e-mail or a switchboard.
#[expect(clippy::too_many_arguments, reason = "called once, before the draft exists that could carry them")]
pub(super) fn contact(
    world: &World,
    i: u64,
    code: &str,
    ascii: &(String, String),
    career: &Career,
    alpha2: &str,
    verified: bool,
    draw: &mut Draw,
) -> Contact {
    let mut contact = Contact::default();
    if let Some(role) = career.current.first().filter(|_| verified || draw.percent(10)) {
        let employer = world.employers.get(role.employer);
        let address = business_address(ascii, &employer.domain, role.employer, draw);
        contact.business.push(email(address, Some("current_professional"), draw));
    }
    if let Some(role) = career.past.first().filter(|_| draw.percent(10)) {
        let employer = world.employers.get(role.employer);
        let address = business_address(ascii, &employer.domain, role.employer, draw);
        contact.business.push(email(address, draw.pick(&[Some("professional"), None]), draw));
    }
    if draw.percent(33) {
        for _ in 0..1 + draw.below(3).min(draw.below(3)) {
            contact.personal.push(email(personal_address(ascii, code, draw), Some("personal"), draw));
        }
    }
    if draw.in_10k(1600) {
        for _ in 0..1 + draw.below(3).min(draw.below(3)) {
            contact.phones.push(phone(world.seed, i, alpha2, draw));
        }
    }
    share(world.seed, i, &mut contact);
    contact
}

/// Adds the key that the two people of a pair share, in 0.5 % of the pairs.
fn share(seed: u64, i: u64, contact: &mut Contact) {
    let mut draw = Draw::new(seed, 4, i / 2);
    if !draw.in_10k(50) {
        return;
    }
    if draw.percent(60) {
        let address = format!("family{}@home.example", i / 2);
        contact.personal.push(email(address, Some("personal"), &mut draw));
    } else {
        contact.phones.push(wide_phone(seed, (1 << 31) + i / 2, Some("work")));
    }
}

fn email(address: String, kind: Option<&'static str>, draw: &mut Draw) -> Email {
    let last_seen = NOW - draw.between(0, 60);
    let address = if draw.percent(5) { mixed_case(&address) } else { address };
    Email { address, kind, first_seen: last_seen - draw.between(0, 90), last_seen }
}

/// `Jane.Doe@Domain.example`: the first letter of each part is a capital.
fn mixed_case(address: &str) -> String {
    let mut start = true;
    let capital = |c: char| {
        let out = if start { c.to_ascii_uppercase() } else { c };
        start = !c.is_ascii_alphanumeric();
        out
    };
    address.chars().map(capital).collect()
}

/// At an employer of many, a number keeps namesakes apart.
fn business_address(ascii: &(String, String), domain: &str, employer: usize, draw: &mut Draw) -> String {
    let (given, family) = (&ascii.0, &ascii.1);
    let number =
        if employer < 2000 || draw.percent(10) { draw.between(2, 9999).to_string() } else { String::new() };
    match draw.below(10) {
        0..=6 => format!("{given}.{family}{number}@{domain}"),
        7 | 8 => format!("{}{family}{number}@{domain}", given.get(..1).unwrap_or_default()),
        _ => format!("{given}_{family}{number}@{domain}"),
    }
}

fn personal_address(ascii: &(String, String), code: &str, draw: &mut Draw) -> String {
    let provider = draw.pick_front(&PROVIDERS);
    let tag = code.get(3..).unwrap_or_default();
    match draw.below(3) {
        0 => format!("{}{}{tag}@{provider}", ascii.0, ascii.1),
        1 => format!("{}.{}.{tag}@{provider}", ascii.0, ascii.1),
        _ => format!("{}{tag}{}@{provider}", ascii.1, draw.between(10, 99)),
    }
}

const US_AREAS: [&str; 40] = [
    "212", "213", "312", "415", "617", "206", "713", "214", "404", "303", "602", "702", "305", "512", "503",
    "612", "314", "216", "412", "215", "202", "704", "615", "317", "414", "816", "504", "813", "916", "619",
    "408", "718", "201", "301", "919", "801", "505", "405", "502", "907",
];

const CANADIAN_AREAS: [&str; 8] = ["416", "514", "604", "403", "613", "780", "204", "902"];

/// A number for someone in a country. Where regulators keep numbers for films, half are of those; they repeat, since
/// there are few. All others are of North American areas N9X, which the numbering plan holds back and never assigns.
fn phone(seed: u64, i: u64, alpha2: &str, draw: &mut Draw) -> Phone {
    let kind = draw.pick(&[Some("mobile"), Some("mobile"), Some("work"), Some("home"), None]);
    let digits = |draw: &mut Draw, n: usize| format!("{:0n$}", draw.below(10_u32.pow(n as u32)));
    if draw.percent(50) {
        let fictional = match alpha2 {
            "US" => Some(("1", format!("{}55501{}", draw.pick(&US_AREAS), digits(draw, 2)))),
            "CA" => Some(("1", format!("{}55501{}", draw.pick(&CANADIAN_AREAS), digits(draw, 2)))),
            "GB" => {
                let area =
                    draw.pick(&["2079460", "7700900", "1632960", "1214960", "1614960", "1314960", "1144960"]);
                Some(("44", format!("{area}{}", digits(draw, 3))))
            }
            "FR" => {
                let area = draw.pick(&["19900", "26191", "35301", "46571", "53649", "63998"]);
                Some(("33", format!("{area}{}", digits(draw, 4))))
            }
            "AU" => {
                let area = draw.pick(&["25550", "27010", "35550", "37010", "75550", "85550"]);
                Some(("61", format!("{area}{}", digits(draw, 4))))
            }
            "DE" => {
                let area = draw.pick(&["3023125", "6990009", "4066969", "2214710", "8999998"]);
                Some(("49", format!("{area}{}", digits(draw, 3))))
            }
            _ => None,
        };
        if let Some((country_code, national)) = fictional {
            return Phone { country_code, national, kind };
        }
    }
    wide_phone(seed, i ^ (u64::from(draw.below(8)) << 28), kind)
}

/// One of 640 million numbers of areas N9X.
fn wide_phone(seed: u64, n: u64, kind: Option<&'static str>) -> Phone {
    let n = shuffle(seed ^ 0x70_686f_6e65, n) % 640_000_000;
    let (area, line) = (n / 8_000_000, n % 8_000_000);
    let national = format!("{}9{}{}", 2 + area / 10, area % 10, 2_000_000 + line);
    Phone { country_code: "1", national, kind }
}

/// Writes the `contact` family: flags that agree with the lists.
pub(super) fn write_contact(draft: &Draft, draw: &mut Draw, j: &mut Json) {
    let Contact { business, personal, phones } = &draft.contact;
    if business.is_empty() && personal.is_empty() && phones.is_empty() && draw.percent(10) {
        return;
    }
    let plain = draw.percent(30);
    j.key("contact").map(|j| {
        if draft.wrong == Some(Wrong::FlagAsText) {
            j.key("has_business_email").text(if business.is_empty() { "no" } else { "yes" });
        } else {
            j.key("has_business_email").bool(!business.is_empty());
        }
        j.key("has_personal_email").bool(!personal.is_empty());
        j.key("has_phone_number").bool(!phones.is_empty());
        write_addresses(business, false, j.key("business_emails"));
        if personal.is_empty() {
            draft.missing_list(j, "personal_emails", "[]", draw);
        } else {
            write_addresses(personal, plain, j.key("personal_emails"));
        }
        if phones.is_empty() {
            draft.missing_list(j, "phone_numbers", "[]", draw);
        } else {
            j.key("phone_numbers").list(|j| phones.iter().for_each(|p| j.text(&displayed(p, draw))));
        }
        if draw.percent(7) {
            let (given, family) = &draft.ascii;
            j.key("websites")
                .list(|j| j.plain(format_args!("https://{given}-{family}-{}.example", draft.code)));
        } else {
            draft.missing_list(j, "websites", "[]", draw);
        }
    });
}

fn write_addresses(emails: &[Email], plain: bool, j: &mut Json) {
    j.list(|j| {
        for e in emails {
            if plain { j.text(&e.address) } else { j.map(|j| j.key("email").text(&e.address)) }
        }
    });
}

/// Most numbers are written as E.164, the rest as people write them.
fn displayed(phone: &Phone, draw: &mut Draw) -> String {
    let Phone { country_code, national, .. } = phone;
    match (draw.below(10), national.get(..3), national.get(3..6), national.get(6..)) {
        (0, Some(a), Some(b), Some(c)) if country_code == &"1" => format!("({a}) {b}-{c}"),
        (1, Some(a), Some(b), Some(c)) if country_code == &"1" => format!("+1 {a} {b} {c}"),
        (2, Some(a), Some(b), Some(c)) => format!("+{country_code} {a} {b} {c}"),
        _ => format!("+{country_code}{national}"),
    }
}

/// Writes the extension arrays `emails` and `phones`; e-mails are given for 29 % of all people.
pub(super) fn write_typed(draft: &Draft, draw: &mut Draw, j: &mut Json) {
    let Contact { business, personal, phones } = &draft.contact;
    if !(business.is_empty() && personal.is_empty()) && draw.percent(46) {
        j.key("emails").list(|j| {
            for e in business.iter().chain(personal) {
                j.map(|j| {
                    j.key("address").text(&e.address);
                    match e.kind {
                        Some(kind) => j.key("type").text(kind),
                        None => j.key("type").raw("null"),
                    }
                    write_day(j.key("first_seen"), e.first_seen, draw);
                    write_day(j.key("last_seen"), e.last_seen, draw);
                });
            }
        });
    }
    if !phones.is_empty() {
        j.key("phones").list(|j| phones.iter().for_each(|p| write_phone(p, j)));
    }
}

/// A day or, at times, only a month.
pub(super) fn write_day(j: &mut Json, month: i32, draw: &mut Draw) {
    let (year, number) = (year_of(month), month_of(month));
    if draw.percent(10) {
        j.plain(format_args!("{year}-{number:02}"));
    } else {
        let last = if month == NOW { AS_OF.2 } else { 28 };
        j.plain(format_args!("{year}-{number:02}-{:02}", draw.between(1, last)));
    }
}

fn write_phone(phone: &Phone, j: &mut Json) {
    j.map(|j| {
        j.key("number").plain(format_args!("+{}{}", phone.country_code, phone.national));
        j.key("country_code").text(phone.country_code);
        j.key("national_number").text(&phone.national);
        match phone.area() {
            Some(area) => j.key("area_code").text(area),
            None => j.key("area_code").raw("null"),
        }
        match phone.kind {
            Some(kind) => j.key("type").text(kind),
            None => j.key("type").raw("null"),
        }
    });
}

impl Contact {
    /// The address that a lead list would hold: the first business one, else the first personal one.
    pub(super) fn best_email(&self) -> Option<&str> {
        self.business.first().or(self.personal.first()).map(|e| e.address.as_str())
    }
}
