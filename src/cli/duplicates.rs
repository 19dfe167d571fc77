//! `rolo duplicates`: people who share a key.

use std::sync::{Mutex, PoisonError};

use rolo::engine::{CrowdedKey, Database, DuplicateOptions, SharedKey};
use rolo::record::{Key, KeyKind, Value};
use serde::Serialize;

use super::args::{self, SharedBy};
use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::output::{Output, Row, RowWriter, format_of, json_line};
use super::progress::ProgressLine;
use super::units::{count, counted};

/// Keys that too many people have which the summary names.
const NAMED: usize = 3;

pub(crate) fn run(args: &args::Duplicates, console: &mut Console) -> Result<Exit, Failure> {
    let database = Database::open(&args.database)?;
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let mut options = DuplicateOptions { most: args.at_most, ..DuplicateOptions::default() };
    if !args.by.is_empty() {
        options.kinds.retain(|kind| args.by.iter().any(|by| kinds_of(*by).contains(kind)));
    }
    let line = Mutex::new(ProgressLine::new(console));
    let tell = |done, total| {
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        line.tell(done, Some(total), |so_far| format!("{} people compared{}", count(done), so_far.left()));
    };
    let found = database.duplicates(&options, &tell)?;
    line.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let format = format_of(&args.rows, &output, console);
    let header = ["group", "person_id", "name", "shares"].map(str::to_string).to_vec();
    let mut rows = RowWriter::new(output, format, header, vec![true, true, false, false], console);
    let people = || found.groups.iter().flat_map(|group| group.people.iter().copied());
    let mut names = names(&database, people())?.into_iter();
    for (number, group) in (1..).zip(&found.groups) {
        for (person_id, name) in group.people.iter().copied().zip(&mut names) {
            let shares = group.keys.iter().filter(|shared| shared.people.contains(&person_id)).collect();
            rows.push(&Duplicate { group: number, person_id, name, shares }, console)?;
        }
    }
    rows.finish(console)?;
    let groups = counted(found.groups.len() as u64, "group", "groups");
    console.note(&format!("{groups}, {}", counted(people().count() as u64, "person", "people")));
    if !found.crowded.is_empty() {
        console.note(&left_out(&found.crowded, args.at_most));
    }
    Ok(Exit::Done)
}

/// How many keys are no evidence, and which of them most people have.
fn left_out(crowded: &[CrowdedKey], at_most: usize) -> String {
    let most = crowded.iter().take(NAMED).map(|one| {
        format!("{} ({})", printable(&one.key.to_string()), counted(one.people, "person", "people"))
    });
    let (keys, most) = (counted(crowded.len() as u64, "key", "keys"), most.collect::<Vec<_>>().join(", "));
    let more = if crowded.len() > NAMED { ", ..." } else { "" };
    format!("left out: {keys} that more than {} people have: {most}{more}", count(at_most as u64))
}

fn kinds_of(by: SharedBy) -> &'static [KeyKind] {
    match by {
        SharedBy::Email => &[KeyKind::Email],
        SharedBy::Phone => &[KeyKind::Phone],
        SharedBy::Profile => &[KeyKind::Handle, KeyKind::Url],
        SharedBy::Id => &[KeyKind::ForeignId, KeyKind::MemberToken],
    }
}

/// The names of people, in their order.
pub(crate) fn names(
    database: &Database,
    people: impl Iterator<Item = u64>,
) -> Result<Vec<Option<String>>, Failure> {
    let keys: Vec<Option<Key>> = people.map(|id| Some(Key::person_id(id))).collect();
    let names = database.lookup(&keys, |person| {
        let value = person.value()?;
        let name = value.get("basic_profile").and_then(|profile| profile.get("name"));
        Ok(name.and_then(Value::as_str).map(str::to_owned))
    })?;
    Ok(names.into_iter().map(Option::flatten).collect())
}

/// A person of a group as a row.
struct Duplicate<'a> {
    group: u64,
    person_id: u64,
    name: Option<String>,
    shares: Vec<&'a SharedKey>,
}

#[derive(Debug, Serialize)]
struct Json<'a> {
    group: u64,
    person_id: u64,
    name: Option<&'a str>,
    shares: Vec<Shares<'a>>,
}

#[derive(Debug, Serialize)]
struct Shares<'a> {
    kind: &'static str,
    key: &'a str,
    people: &'a [u64],
}

impl Row for Duplicate<'_> {
    fn json(&self) -> Result<String, Failure> {
        let shares = self.shares.iter().map(|shared| Shares {
            kind: shared.key.kind().name(),
            key: shared.key.shown(),
            people: &shared.people,
        });
        let json = Json {
            group: self.group,
            person_id: self.person_id,
            name: self.name.as_deref(),
            shares: shares.collect(),
        };
        json_line(&json)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let shares: Vec<String> = self.shares.iter().map(|shared| shared.key.to_string()).collect();
        Ok(vec![
            self.group.to_string(),
            self.person_id.to_string(),
            self.name.clone().unwrap_or_default(),
            shares.join("; "),
        ])
    }
}
