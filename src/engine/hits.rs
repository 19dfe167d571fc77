//! The people that a search found, read when they are asked for.

use rayon::prelude::*;

use super::database::Database;
use super::flat::FlatFields;
use super::order::Place;
use super::{Cursor, Error, Exclusions, Fields, Person};
use crate::plan::Elements;
use crate::record::{Value, elements};

/// People that one task reads.
const PEOPLE_AT_ONCE: usize = 64;
/// People whose answers wait at most.
const PEOPLE_WAITING: usize = 4_096;

/// People in the order that was asked for.
#[derive(Debug)]
pub struct Hits<'a> {
    database: &'a Database,
    places: Vec<Place>,
    total: u64,
    next: Option<Cursor>,
    /// By segment; empty if nobody asked.
    matched: Vec<Elements>,
}

/// An element that made a person match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedElement {
    /// The name of its element space, such as `roles`.
    pub space: String,
    /// Its place among all elements of that space that the person has, from 0: first the current roles, then the past ones.
    pub place: u32,
    /// The array it is in, with the place of each element on the way: `dev_platform_profiles[1].repos`.
    pub path: String,
    /// Its place in that array, from 0.
    pub index: u32,
    /// What the record has there, as JSON without white space.
    pub json: String,
}

/// One person of the answer.
#[derive(Debug)]
pub struct Hit<'a> {
    /// The person as a JSON object: the fields asked for.
    pub json: &'a str,
    /// The elements that made the person match, where they were asked for: by space, in the order of the record.
    pub matched: &'a [MatchedElement],
}

/// The answers of some people, one after the other.
#[derive(Default)]
struct Answers {
    json: Vec<u8>,
    ends: Vec<usize>,
    /// One for each person, or none.
    matched: Vec<Vec<MatchedElement>>,
}

impl<'a> Hits<'a> {
    pub(super) fn new(database: &'a Database, places: Vec<Place>, total: u64) -> Self {
        Self { database, places, total, next: None, matched: Vec::new() }
    }

    pub(super) fn with_next(self, next: Option<Cursor>) -> Self {
        Self { next, ..self }
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

    /// Where the next page begins; `None` if nobody comes after these.
    pub fn next(&self) -> Option<Cursor> {
        self.next
    }

    /// Leaves people out; total and next page stay what they are. Answers how many it left out.
    pub fn leave_out(&mut self, exclusions: &Exclusions) -> Result<usize, Error> {
        let out = exclusions.of(self.database, &self.places)?;
        let before = self.places.len();
        self.places.retain(|place| !out.contains(place));
        Ok(before - self.places.len())
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The person ids, in order.
    pub fn person_ids(&self) -> Result<Vec<u64>, Error> {
        let id = |place: &Place| Ok(self.database.segment(place.segment as usize)?.ids.get(place.row)?);
        self.places.iter().map(id).collect()
    }

    /// Calls `each` for every person in order. `fields`: as [`Person::project`] has them; `None`: the whole record in the person schema.
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
                    let matched = answers.matched.get(at).map(Vec::as_slice).unwrap_or_default();
                    each(Hit { json, matched })?;
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
                _ if !self.matched.is_empty() => self.answer_with_elements(place, fields, &mut answers)?,
                (Some(_), Some(flat)) => flat.write(place, &mut answers.json)?,
                (Some(fields), None) => {
                    let json = self.person(place)?.project(fields)?;
                    answers.json.extend_from_slice(json.as_bytes());
                }
                (None, _) => answers.json.extend_from_slice(self.person(place)?.record()),
            }
            answers.ends.push(answers.json.len());
        }
        Ok(answers)
    }

    /// Elements are as the record has them, so it is parsed whole, once.
    fn answer_with_elements(
        &self,
        place: Place,
        fields: Option<&Fields>,
        answers: &mut Answers,
    ) -> Result<(), Error> {
        let person = self.person(place)?;
        let value = person.value()?;
        match fields {
            Some(fields) => answers.json.extend_from_slice(person.project_value(fields, &value).as_bytes()),
            None => answers.json.extend_from_slice(person.record()),
        }
        answers.matched.push(self.matched_of(place, &value)?);
        Ok(())
    }

    fn person(&self, place: Place) -> Result<Person, Error> {
        self.database.person(place.segment as usize, place.row)
    }

    fn matched_of(&self, place: Place, record: &Value<'_>) -> Result<Vec<MatchedElement>, Error> {
        let open = self.database.segment(place.segment as usize)?;
        let mut matched = Vec::new();
        for (&space, set) in self.matched.get(place.segment as usize).into_iter().flatten() {
            let Some(name) = open.schema.spaces().get(usize::from(space)).map(|space| &space.name) else {
                continue;
            };
            let own = open.elements(space, place.row)?;
            let all = elements(&open.schema, record, space);
            for id in set.iter_from(own.start).take_while(|id| *id < own.end) {
                let place = id - own.start;
                let element = all.get(place as usize);
                let element = element.ok_or_else(|| Error::internal("an element that the record lacks"))?;
                matched.push(MatchedElement {
                    space: name.clone(),
                    place,
                    path: element.path.clone(),
                    index: element.index,
                    json: element.value.to_json(),
                });
            }
        }
        Ok(matched)
    }
}
