//! Leads: a CSV such as a sales team would bring, about people some of whom are in the database.

use std::io;

use super::draw::Draw;
use super::people::People;

/// Headings of the CSV.
const COLUMNS: [&str; 5] = ["name", "company", "email", "linkedin_url", "note"];

/// A list of invented leads. Lead `k` depends on the people's seed, the number of known people and `k` alone.
///
/// Of the leads about 70 % are among the known people, the rest are people of the same seed beyond them. An e-mail is
/// blank where the person has none, and in 8 % of the other leads; 10 % of the e-mails are in capitals. The profile URL
/// is blank in half of the leads and is spelled in several ways.
pub struct Leads<'p> {
    people: &'p People,
    known: u64,
}

impl<'p> Leads<'p> {
    /// Leads about people of whom those with numbers below `known` count as known.
    pub fn new(people: &'p People, known: u64) -> Leads<'p> {
        Leads { people, known }
    }

    /// Writes a heading and `n` leads as CSV; one in 40 notes holds a line break. Costs some 10 µs a lead.
    ///
    /// # Errors
    /// What `out` reports; some of the leads are written then.
    pub fn write(&self, n: u64, out: impl io::Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(COLUMNS)?;
        for k in 0..n {
            csv.write_record(self.lead(k))?;
        }
        csv.flush()
    }

    fn lead(&self, k: u64) -> [String; 5] {
        let mut draw = Draw::new(self.people.seed(), 5, k);
        let known = u32::try_from(self.known).unwrap_or(u32::MAX);
        let i = if known > 0 && draw.percent(70) {
            u64::from(draw.below(known))
        } else {
            self.known.saturating_add(u64::from(draw.next()))
        };
        let person = self.people.draft(i);
        let company = person.career.main().map_or("", |r| self.people.employer_name(r.employer));
        let email = match (person.contact.best_email(), draw.below(100)) {
            (None, _) | (_, 0..8) => String::new(),
            (Some(email), 8..18) => email.to_uppercase(),
            (Some(email), _) => email.to_lowercase(),
        };
        let url = format!("linkedin.com/in/{}", person.slug);
        let url = match draw.below(10) {
            0..=4 => String::new(),
            5 | 6 => format!("https://www.{url}"),
            7 => format!("http://{url}/"),
            8 => format!("https://de.{url}?trk=people-guest"),
            _ => url,
        };
        let note = draw.pick(&NOTES);
        [person.name.clone(), company.to_owned(), email, url, note.to_owned()]
    }
}

/// Blank half of the time; some hold what CSV must quote.
const NOTES: [&str; 40] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "met at the fair",
    "call back in May",
    "asked for a demo",
    "budget approved",
    "wants prices, terms and a contact",
    "referred by \"the big one\"",
    "left voicemail",
    "prefers e-mail",
    "two sites, 40 seats",
    "renewal in Q3",
    "no budget this year",
    "sent brochure",
    "booth 12",
    "webinar",
    "speaks French, some German",
    "trial until Friday",
    "hot",
    "cold",
    "decision maker",
    "first call went well\nsend slides",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn rows(n: u64) -> Vec<csv::StringRecord> {
        let people = People::new(9);
        let mut out = vec![];
        Leads::new(&people, 500).write(n, &mut out).unwrap();
        let mut again = vec![];
        Leads::new(&people, 500).write(n, &mut again).unwrap();
        assert_eq!(out, again);
        let mut reader = csv::Reader::from_reader(&out[..]);
        assert_eq!(reader.headers().unwrap(), &COLUMNS[..]);
        reader.records().map(Result::unwrap).collect()
    }

    #[test]
    fn leads_mix_known_and_unknown_people_and_blank_cells() {
        let people = People::new(9);
        let known: BTreeSet<String> =
            (0..500).filter_map(|i| people.draft(i).contact.best_email().map(str::to_lowercase)).collect();
        let rows = rows(2000);
        assert_eq!(rows.len(), 2000);
        let emails: Vec<&str> = rows.iter().map(|r| &r[2]).filter(|e| !e.is_empty()).collect();
        let hits = emails.iter().filter(|e| known.contains(&e.to_lowercase())).count();
        assert!((emails.len() * 6 / 10..emails.len() * 8 / 10).contains(&hits), "{hits} of {}", emails.len());
        assert!((800..1400).contains(&emails.len()), "{}", emails.len());
        assert!(emails.iter().filter(|e| e.chars().any(char::is_uppercase)).count() > 50);
        assert!(rows.iter().filter(|r| r[3].is_empty()).count() > 800);
        assert!(rows.iter().any(|r| r[4].contains('\n')) && rows.iter().any(|r| r[4].contains(',')));
    }

    #[test]
    fn without_known_people_all_leads_are_unknown() {
        let people = People::new(9);
        let mut out = vec![];
        Leads::new(&people, 0).write(20, &mut out).unwrap();
        assert_eq!(csv::Reader::from_reader(&out[..]).records().count(), 20);
    }
}
