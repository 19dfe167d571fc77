//! Items to answers: who is meant, what is returned, what it costs. From one snapshot of the people, so that the same
//! items have the same answers.
//!
//! - `identify`: what an item's text names
//! - `data`: what of a record is returned
//! - `line`: the result lines of each kind
//! - `price`: what a record costs

mod data;
mod identify;
mod line;
mod price;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rayon::prelude::*;

use self::data::{Data, one_line};
use self::identify::{Named, named};
use self::line::Answered;
use self::price::Price;
use super::credit::{Credits, Rate};
use super::job::{Item, Outcome};
use super::{JobError, Request};
use crate::engine::{Database, Error, Person};
use crate::record::Key;

/// Items that one task puts together.
const ITEMS_AT_ONCE: usize = 64;

/// What came of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How it ended; never open, never failed.
    pub outcome: Outcome,
    /// Its result line, without a newline inside or behind; `None` where it has none.
    pub line: Option<String>,
    /// What it costs: nothing unless a record with data is returned.
    pub charge: Credits,
}

/// Whatever answers items.
pub trait Answers: Send + Sync {
    /// One answer for each item, in order.
    ///
    /// # Errors
    /// What stands in the way of all of them: a file that cannot be read, damage.
    fn answer(&self, items: &[Item]) -> Result<Vec<Answer>, JobError>;
}

/// Answers the items of one job from a database.
#[derive(Debug)]
pub struct Answerer {
    database: Arc<Database>,
    request: Request,
    data: Data,
    price: Option<Price>,
}

/// A person's record, ready for its line.
struct Record {
    person: u64,
    data: String,
    charge: Credits,
}

/// The keys that an item of a job names somebody by.
pub(super) fn keys_of_item(request: &Request, input: &str) -> Vec<Key> {
    named(request, input).keys
}

/// The result line of an item that failed, where every item of the kind has one.
pub fn failed_line(request: &Request, item: &Item, message: &str, retryable: bool) -> Option<String> {
    let outcome = Outcome::Failed { message: message.to_string(), retryable };
    let metadata = named(request, &item.input).metadata;
    line::of(request, &Answered { item, outcome: &outcome, metadata, data: None })
}

impl Answerer {
    /// Makes everything ready once for all items of a job. `rate`: what its records cost, if they cost anything.
    ///
    /// # Errors
    /// A field that this database does not have.
    pub fn new(database: Arc<Database>, request: &Request, rate: Option<&Rate>) -> Result<Self, JobError> {
        let data = Data::of_request(&database, request)?;
        let price = match rate {
            Some(rate) => {
                Some(Price::new(rate, database.schema(), data::asked(&database, request)?.as_ref()))
            }
            None => None,
        };
        Ok(Self { database, request: request.clone(), data, price })
    }

    fn charge(&self, data: &str) -> Credits {
        self.price.as_ref().map_or(Credits::ZERO, |price| price.of(data))
    }

    /// People by their ids: a person who is not there any more was found by a search, and is not in this snapshot.
    fn answer_ids(&self, items: &[Item]) -> Result<Vec<Answer>, JobError> {
        let ids: Vec<Option<u64>> = items.iter().map(|item| item.input.parse().ok()).collect();
        let hits = self.database.people_by_id(&ids.iter().flatten().copied().collect::<Vec<_>>())?;
        let mut lines = Vec::with_capacity(hits.len());
        hits.for_each(self.data.fields(), |hit| {
            lines.push(one_line(hit.json.to_string()));
            Ok::<(), Error>(())
        })?;
        let charges: Vec<Credits> = lines.par_iter().map(|line| self.charge(line)).collect();
        // Those found are in the order of the items, so one walk brings both together.
        let mut found = hits.person_ids()?.into_iter().zip(lines).zip(charges).peekable();
        let answers = items.iter().zip(ids).map(|(item, id)| {
            let Some(id) = id else {
                return Answer::without_record(Outcome::Invalid(format!("{:?} is no person id", item.input)));
            };
            match found.next_if(|((person, _), _)| *person == id) {
                Some(((_, line), charge)) => Answer { outcome: Outcome::Found(id), line: Some(line), charge },
                None => Answer::without_record(Outcome::NotFound),
            }
        });
        Ok(answers.collect())
    }

    /// People by what the items name, in bulk.
    fn answer_names(&self, items: &[Item]) -> Result<Vec<Answer>, JobError> {
        let read = items.par_iter().with_min_len(ITEMS_AT_ONCE).map(|item| named(&self.request, &item.input));
        let named: Vec<Named<'_>> = read.collect();
        let found = self.look_up(&named)?;
        let answers = items.par_iter().with_min_len(ITEMS_AT_ONCE).zip(named).zip(found);
        Ok(answers.map(|((item, named), record)| self.finish(item, named, record)).collect())
    }

    /// The record that each name leads to: by its first key, or where that names nobody by its next.
    fn look_up(&self, named: &[Named<'_>]) -> Result<Vec<Option<Record>>, Error> {
        let mut found: Vec<Option<Record>> = named.iter().map(|_| None).collect();
        let rounds = named.iter().map(|named| named.keys.len()).max().unwrap_or(0);
        for round in 0..rounds {
            let open = found.iter().zip(named).map(|(found, named)| match found {
                None => named.keys.get(round).cloned(),
                Some(_) => None,
            });
            let keys: Vec<Option<Key>> = open.collect();
            let records = self.database.lookup(&keys, |person| self.record(person))?;
            for (place, record) in found.iter_mut().zip(records) {
                if record.is_some() {
                    *place = record;
                }
            }
        }
        Ok(found)
    }

    fn record(&self, person: Person) -> Result<Record, Error> {
        let id = person.id();
        let data = self.data.of(person)?;
        Ok(Record { person: id, charge: self.charge(&data), data })
    }

    fn finish(&self, item: &Item, named: Named<'_>, record: Option<Record>) -> Answer {
        let outcome = match (&record, named.problem) {
            (Some(record), _) => Outcome::Found(record.person),
            // Where one of several keys could be read, nobody has it.
            (None, Some(problem)) if named.keys.is_empty() => Outcome::Invalid(problem),
            (None, _) => Outcome::NotFound,
        };
        let data = record.as_ref().map(|record| record.data.as_str());
        let answered = Answered { item, outcome: &outcome, metadata: named.metadata, data };
        let line = line::of(&self.request, &answered);
        Answer { line, charge: record.map_or(Credits::ZERO, |record| record.charge), outcome }
    }
}

impl Answers for Answerer {
    fn answer(&self, items: &[Item]) -> Result<Vec<Answer>, JobError> {
        match self.request {
            Request::Search(_) => self.answer_ids(items),
            _ => self.answer_names(items),
        }
    }
}

impl Answer {
    fn without_record(outcome: Outcome) -> Self {
        Self { outcome, line: None, charge: Credits::ZERO }
    }
}
