//! The people that a search found, read when they are asked for.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::database::Database;
use super::flat::FlatFields;
use super::search::Place;
use super::{Error, Fields, Person};
use crate::plan::Elements;

/// People that one task reads.
const PEOPLE_AT_ONCE: usize = 64;
/// People whose answers wait at most.
const PEOPLE_WAITING: usize = 4_096;

/// People by ascending person id.
#[derive(Debug)]
pub struct Hits<'a> {
    database: &'a Database,
    places: Vec<Place>,
    total: u64,
    /// By segment; empty if nobody asked.
    matched: Vec<Elements>,
}

/// The elements that made a person match: for each element space, by name, their places among the person's.
pub type MatchedElements = BTreeMap<String, Vec<u32>>;

/// One person of the answer.
#[derive(Debug)]
pub struct Hit<'a> {
    /// The person as a JSON object: the fields asked for.
    pub json: &'a str,
    /// The elements that made the person match, where they were asked for.
    pub matched: Option<&'a MatchedElements>,
}

/// The answers of some people, one after the other.
#[derive(Default)]
struct Answers {
    json: Vec<u8>,
    ends: Vec<usize>,
    matched: Vec<MatchedElements>,
}

impl<'a> Hits<'a> {
    pub(super) fn new(database: &'a Database, places: Vec<Place>, total: u64) -> Self {
        Self { database, places, total, matched: Vec::new() }
    }

    pub(super) fn set_matched(&mut self, matched: Vec<Elements>) {
        self.matched = matched;
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// How many people the filter found, whatever the limit.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many people there are here: not more than the limit.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The person ids, ascending.
    pub fn person_ids(&self) -> Result<Vec<u64>, Error> {
        let id = |place: &Place| Ok(self.database.segment(place.segment as usize)?.ids.get(place.row)?);
        self.places.iter().map(id).collect()
    }

    /// Calls `each` for every person in order. `fields`: as [`Person::project`] has them; `None`: the source record.
    /// People are read in parallel, some thousand at a time; fields that columns hold are read without the record.
    pub fn for_each<E: From<Error>>(
        &self,
        fields: Option<&Fields>,
        mut each: impl FnMut(Hit<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let flat = match fields {
            Some(fields) => FlatFields::of(self.database, fields)?,
            None => None,
        };
        for some in self.places.chunks(PEOPLE_WAITING) {
            let answers =
                some.par_chunks(PEOPLE_AT_ONCE).map(|some| self.answers(some, fields, flat.as_ref()));
            for answers in answers.collect::<Result<Vec<_>, Error>>()? {
                let mut start = 0;
                for (at, &end) in answers.ends.iter().enumerate() {
                    let json = answers.json.get(start..end).unwrap_or_default();
                    let json = std::str::from_utf8(json);
                    let json = json.map_err(|_| Error::internal("a record that is not UTF-8"))?;
                    each(Hit { json, matched: answers.matched.get(at) })?;
                    start = end;
                }
            }
        }
        Ok(())
    }

    fn answers(
        &self,
        places: &[Place],
        fields: Option<&Fields>,
        flat: Option<&FlatFields<'_>>,
    ) -> Result<Answers, Error> {
        let mut answers = Answers::default();
        for &place in places {
            match (fields, flat) {
                (Some(_), Some(flat)) => flat.write(place, &mut answers.json)?,
                (Some(fields), None) => {
                    let json = self.person(place)?.project(fields)?;
                    answers.json.extend_from_slice(json.as_bytes());
                }
                (None, _) => answers.json.extend_from_slice(self.person(place)?.source()),
            }
            answers.ends.push(answers.json.len());
            if !self.matched.is_empty() {
                answers.matched.push(self.matched_of(place)?);
            }
        }
        Ok(answers)
    }

    fn person(&self, place: Place) -> Result<Person, Error> {
        self.database.person(place.segment as usize, place.row)
    }

    fn matched_of(&self, place: Place) -> Result<MatchedElements, Error> {
        let open = self.database.segment(place.segment as usize)?;
        let mut matched = MatchedElements::new();
        let Some(elements) = self.matched.get(place.segment as usize) else { return Ok(matched) };
        for (&space, set) in elements {
            let own = open.elements(space, place.row)?;
            let places: Vec<u32> = set
                .iter_from(own.start)
                .take_while(|element| *element < own.end)
                .map(|element| element - own.start)
                .collect();
            let name = open.schema.spaces().get(usize::from(space)).map(|space| space.name.clone());
            if let (Some(name), false) = (name, places.is_empty()) {
                matched.insert(name, places);
            }
        }
        Ok(matched)
    }
}
