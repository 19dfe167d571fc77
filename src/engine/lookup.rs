//! Keys to people, one by one and in bulk.
//!
//! A hash names candidates; the record proves or disproves them. In bulk:
//!
//! 1. All keys are hashed, and the key table's lines fetched ahead, some probes in advance, segment by segment.
//! 2. Candidates are sorted by segment and row, which is the file's order.
//! 3. Records are read in that order, in parallel; each is decompressed once, proves its keys, and is worked on.
//! 4. Results go back to the keys' order.

use std::collections::HashSet;

use rayon::prelude::*;

use super::database::{Database, OpenSegment};
use super::order::Place;
use super::{Error, Person};
use crate::record::{Key, KeyKind};

/// Probes between the hint that a line is needed and its use: enough to hide a trip to memory.
const PROBES_AHEAD: usize = 16;
/// Candidates that one task reads.
const CANDIDATES_AT_ONCE: usize = 64;

/// Looks keys up in a database.
#[derive(Debug, Clone, Copy)]
pub struct Lookup<'a> {
    database: &'a Database,
}

/// A row that a key may name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    segment: usize,
    row: u32,
    key: usize,
}

impl<'a> Lookup<'a> {
    /// A lookup in `database`.
    pub fn new(database: &'a Database) -> Self {
        Self { database }
    }

    /// The people that a key, or else one of its other spellings, names; by ascending person id. Each record is read once.
    pub(super) fn get(&self, key: &Key) -> Result<Vec<Person>, Error> {
        let mut people = self.get_exactly(key)?;
        if people.is_empty() {
            for other in key.alternatives() {
                people = self.get_exactly(&other)?;
                if !people.is_empty() {
                    break;
                }
            }
        }
        people.sort_unstable_by_key(Person::id);
        Ok(people)
    }

    fn get_exactly(&self, key: &Key) -> Result<Vec<Person>, Error> {
        let mut people = Vec::new();
        for (segment, row) in self.candidates(key)? {
            let person = self.database.person(segment, row)?;
            if self.has_key(self.database.segment(segment)?, key, &person)? {
                people.push(person);
            }
        }
        Ok(people)
    }

    /// Living rows that may have a key, as (segment, row), before any record is read: what the key tables alone say.
    pub fn candidates(&self, key: &Key) -> Result<Vec<(usize, u32)>, Error> {
        let hash = self.database.hash_of(key);
        let mut found = Vec::new();
        for (at, open) in self.database.segments.iter().enumerate() {
            found.extend(
                open.keys
                    .candidates(hash)?
                    .filter(|&row| self.database.is_live(at, row))
                    .map(|row| (at, row)),
            );
        }
        Ok(found)
    }

    /// Those of some places whose people one of the keys names. Reads the records of whom the key tables say that they may be.
    pub(super) fn named(&self, keys: &[Key], among: &HashSet<Place>) -> Result<HashSet<Place>, Error> {
        let mut named = HashSet::new();
        for Candidate { segment, row, key } in self.probe(&keys.iter().enumerate().collect::<Vec<_>>())? {
            let place = Place { segment: segment as u32, row };
            let Some(key) = keys.get(key).filter(|_| among.contains(&place) && !named.contains(&place))
            else {
                continue;
            };
            let person = self.database.person(segment, row)?;
            if self.has_key(self.database.segment(segment)?, key, &person)? {
                named.insert(place);
            }
        }
        Ok(named)
    }

    /// Where the people with these ids are, in the order of the ids; an id that nobody has is left out. Reads no record.
    pub(super) fn places(&self, ids: &[u64]) -> Result<Vec<Place>, Error> {
        let keys: Vec<Key> = ids.iter().map(|&id| Key::person_id(id)).collect();
        let mut candidates = self.probe(&keys.iter().enumerate().collect::<Vec<_>>())?;
        candidates.sort_unstable_by_key(|candidate| candidate.key);
        let mut places = Vec::with_capacity(ids.len());
        for candidate in candidates {
            let open = self.database.segment(candidate.segment)?;
            if ids.get(candidate.key) == Some(&open.ids.get(candidate.row)?) {
                places.push(Place { segment: candidate.segment as u32, row: candidate.row });
            }
        }
        Ok(places)
    }

    /// The ids of all living people that some keys may name, before any record is read: what the key tables alone say.
    pub fn candidate_ids(&self, keys: &[Key]) -> Result<Vec<u64>, Error> {
        let candidates = self.probe(&keys.iter().enumerate().collect::<Vec<_>>())?;
        let id =
            |candidate: Candidate| Ok(self.database.segment(candidate.segment)?.ids.get(candidate.row)?);
        candidates.into_iter().map(id).collect()
    }

    /// The rows of a segment, living or dead, whose people have these ids; ascending. Reads no record.
    pub(super) fn rows_of(&self, segment: usize, ids: &[u64]) -> Result<Vec<u32>, Error> {
        let open = self.database.segment(segment)?;
        let hashes: Vec<u64> = ids.iter().map(|&id| self.database.hash_of(&Key::person_id(id))).collect();
        let mut rows = Vec::with_capacity(ids.len());
        probe(open, &hashes, |at, row| {
            if ids.get(at) == Some(&open.ids.get(row)?) {
                rows.push(row);
            }
            Ok(())
        })?;
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    pub(super) fn bulk<T: Send>(
        &self,
        keys: &[Option<Key>],
        work: &(impl Fn(Person) -> Result<T, Error> + Sync),
    ) -> Result<Vec<Option<T>>, Error> {
        let all: Vec<(usize, &Key)> =
            keys.iter().enumerate().filter_map(|(at, key)| Some((at, key.as_ref()?))).collect();
        let mut results: Vec<Option<(u64, T)>> = Vec::new();
        results.resize_with(keys.len(), || None);
        self.run(&all, work, &mut results)?;
        // Other spellings are tried for keys that named nobody, so they cost nothing where the first one answers.
        let others: Vec<(usize, Key)> = all
            .iter()
            .filter(|(at, _)| results.get(*at).is_some_and(Option::is_none))
            .flat_map(|&(at, key)| key.alternatives().into_iter().map(move |other| (at, other)))
            .collect();
        if !others.is_empty() {
            let others: Vec<(usize, &Key)> = others.iter().map(|(at, key)| (*at, key)).collect();
            self.run(&others, work, &mut results)?;
        }
        Ok(results.into_iter().map(|found| found.map(|(_, result)| result)).collect())
    }

    fn run<T: Send>(
        &self,
        keys: &[(usize, &Key)],
        work: &(impl Fn(Person) -> Result<T, Error> + Sync),
        results: &mut [Option<(u64, T)>],
    ) -> Result<(), Error> {
        let mut candidates = self.probe(keys)?;
        candidates.par_sort_unstable();
        let found = candidates
            .par_chunks(CANDIDATES_AT_ONCE)
            .map(|some| self.read_some(keys, some, work))
            .collect::<Result<Vec<_>, _>>()?;
        for (at, person_id, result) in found.into_iter().flatten() {
            if let Some(place) = results.get_mut(at)
                && place.as_ref().is_none_or(|&(other, _)| person_id < other)
            {
                *place = Some((person_id, result));
            }
        }
        Ok(())
    }

    /// The candidates of all keys.
    fn probe(&self, keys: &[(usize, &Key)]) -> Result<Vec<Candidate>, Error> {
        let hashes: Vec<u64> =
            keys.par_iter().with_min_len(256).map(|(_, key)| self.database.hash_of(key)).collect();
        let mut candidates = Vec::with_capacity(keys.len());
        for (segment, open) in self.database.segments.iter().enumerate() {
            probe(open, &hashes, |key, row| {
                if self.database.is_live(segment, row) {
                    candidates.push(Candidate { segment, row, key });
                }
                Ok(())
            })?;
        }
        Ok(candidates)
    }

    /// Reads the records of some candidates, each once, and works on those that prove their key.
    fn read_some<T>(
        &self,
        keys: &[(usize, &Key)],
        candidates: &[Candidate],
        work: &impl Fn(Person) -> Result<T, Error>,
    ) -> Result<Vec<(usize, u64, T)>, Error> {
        let mut done = Vec::with_capacity(candidates.len());
        let same_row = |a: &Candidate, b: &Candidate| (a.segment, a.row) == (b.segment, b.row);
        for group in candidates.chunk_by(same_row) {
            let Some(first) = group.first() else { continue };
            let open = self.database.segment(first.segment)?;
            let person = self.database.person(first.segment, first.row)?;
            let mut named = Vec::with_capacity(group.len());
            for candidate in group {
                let Some(&(at, key)) = keys.get(candidate.key) else { continue };
                if self.has_key(open, key, &person)? {
                    named.push(at);
                }
            }
            // The last key gets the person itself, so that a record is copied only where several keys name it.
            let id = person.id();
            if let Some((&last, others)) = named.split_last() {
                for &at in others {
                    done.push((at, id, work(person.clone())?));
                }
                done.push((last, id, work(person)?));
            }
        }
        Ok(done)
    }

    fn has_key(&self, open: &OpenSegment, key: &Key, person: &Person) -> Result<bool, Error> {
        if key.kind() == KeyKind::PersonId {
            return Ok(key.text().parse() == Ok(person.id()));
        }
        let proven = open.plan.record_has_key(person.record(), key);
        proven.map_err(|reason| Error::internal(format!("person {}: {reason}", person.id())))
    }
}

/// Gives `each` the number of every hash with each row that the key table of a segment has for it. Lines are fetched some probes
/// ahead.
fn probe(
    open: &OpenSegment,
    hashes: &[u64],
    mut each: impl FnMut(usize, u32) -> Result<(), Error>,
) -> Result<(), Error> {
    for (at, &hash) in hashes.iter().enumerate() {
        if let Some(&ahead) = hashes.get(at + PROBES_AHEAD) {
            open.keys.prefetch(ahead);
        }
        open.keys.candidates(hash)?.try_for_each(|row| each(at, row))?;
    }
    Ok(())
}
