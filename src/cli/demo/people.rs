//! The invented people of the demo, and the leads.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter};
use std::path::Path;

use rolo::demo::{DEFAULT_SEED, Leads, People};
use rolo::record::parse;

use super::{Demo, SAMPLE};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::table::cut;

/// A person to look up.
pub(super) struct Example {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) email: String,
}

impl Demo<'_> {
    /// Writes the people and the leads; returns a person to look up, and the bytes of all people as JSON.
    pub(super) fn write_inputs(
        &mut self,
        people: Option<u64>,
        known: u64,
        leads: u64,
    ) -> Result<(Example, u64), Failure> {
        let path = self.dir.join("people.jsonl");
        let failed = || Failure::writing(path.display().to_string());
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&path).map_err(failed())?);
        let generator = People::new(DEFAULT_SEED);
        match people {
            None => zstd::stream::copy_decode(SAMPLE, &mut out).map_err(failed())?,
            Some(_) => {
                const AT_ONCE: u64 = 20_000;
                for first in (0..known).step_by(AT_ONCE as usize) {
                    interrupt::check()?;
                    generator.write(first..known.min(first + AT_ONCE), &mut out).map_err(failed())?;
                }
            }
        }
        out.into_inner().map_err(|error| failed()(error.into_error()))?;
        let path = self.dir.join("leads.csv");
        let file = File::create(&path).map_err(Failure::writing(path.display()))?;
        let leads = Leads::new(&generator, known).write(leads, BufWriter::new(file));
        leads.map_err(Failure::writing(path.display()))?;
        let path = self.dir.join("people.jsonl");
        let length = fs::metadata(&path).map_err(Failure::reading(path.display()))?.len();
        Ok((example(&path)?, length))
    }
}

/// The first person who has a name, a profile URL and an e-mail.
fn example(people: &Path) -> Result<Example, Failure> {
    let file = File::open(people).map_err(Failure::reading(people.display()))?;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(Failure::reading(people.display()))?;
        let name = text_at(&line, &["basic_profile", "name"]);
        let email = email_of(&line).filter(|email| email.is_ascii());
        if let (Some(name), Some(url), Some(email)) = (name, url_of(&line), email)
            && url.contains("/in/")
            && name.is_ascii()
        {
            return Ok(Example { name: cut(&name, 60), url, email });
        }
    }
    Err(Failure::Failed(
        "internal error: none of the invented people has a profile URL and an e-mail".to_string(),
    ))
}

/// A person's profile URL.
pub(super) fn url_of(record: &str) -> Option<String> {
    text_at(record, &["social_handles", "professional_network_identifier", "profile_url"])
}

/// A person's first business e-mail.
pub(super) fn email_of(record: &str) -> Option<String> {
    text_at(record, &["contact", "business_emails", "email"])
}

/// A text of a record, of the first element where there are several; `None` if it is empty.
fn text_at(record: &str, path: &[&str]) -> Option<String> {
    let parsed = parse(record.as_bytes()).ok()?;
    let mut value = &parsed.value;
    for part in path {
        value = value.items().first().unwrap_or(value).get(part)?;
    }
    value.as_str().filter(|text| !text.is_empty()).map(str::to_string)
}
