//! Forgetting: a new file without some people, in which their keys keep them from coming back.
//!
//! 1. Keys name people. All keys of these that nobody else has are theirs alone.
//! 2. The file is written anew without them: dictionaries, statistics and the record dictionary are made from those who stay.
//! 3. Salted hashes of the keys that are theirs alone go to the suppression list. Phone numbers do not: they change hands.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use roaring::RoaringBitmap;
use serde::Serialize;

use super::{Change, RewriteObserver, RewriteOptions, RewriteReport, Whom, committed, rewrite, writer_of};
use crate::engine::suppression::Suppression;
use crate::engine::{Database, Error, Lookup, Person};
use crate::record::{Key, KeyKind, KeyPlan, Value, parse_person};
use crate::storage::{ReplacedFile, Writer};

/// The path of a person's name.
const NAME: [&str; 2] = ["basic_profile", "name"];

/// Whom keys name, and what names nobody else.
#[derive(Debug, Clone, Default)]
pub struct Forgotten {
    /// For each key that was given, whom it names.
    named: Vec<Vec<u64>>,
    people: BTreeSet<u64>,
    rows: BTreeMap<usize, RoaringBitmap>,
    /// Their keys, without those that somebody else has; and given ones that name nobody.
    keys: HashSet<Key>,
    /// Keys of theirs that somebody else has, too.
    shared: u64,
    names: HashSet<String>,
}

impl Forgotten {
    /// Finds the people whom `keys` name, and all keys of theirs. Reads their records, and those of whoever may share a key with
    /// them.
    ///
    /// # Errors
    /// Damage.
    pub fn find(database: &Database, keys: &[Key]) -> Result<Self, Error> {
        let mut found = Self::default();
        let mut records = BTreeMap::new();
        for key in keys {
            let people = database.get(key)?;
            found.named.push(people.iter().map(Person::id).collect());
            if people.is_empty() {
                found.keys.insert(key.clone());
            }
            records.extend(people.into_iter().map(|person| (person.id(), person)));
        }
        let ids: Vec<u64> = records.keys().copied().collect();
        found.people.extend(&ids);
        for place in Lookup::new(database).places(&ids)? {
            found.rows.entry(place.segment as usize).or_default().insert(place.row);
        }
        let plan = KeyPlan::new(database.schema());
        let mut theirs = HashSet::new();
        for person in records.values() {
            let unreadable = |reason| Error::internal(format!("person {}: {reason}", person.id()));
            let value = parse_person(person.record()).map_err(unreadable)?.value;
            let mut keys = vec![Key::person_id(person.id())];
            plan.keys_of(&value, &mut keys);
            theirs.extend(keys);
            found.names.extend(name_of(&value).map(str::to_owned));
        }
        for key in theirs {
            if found.is_shared(database, &key)? {
                found.shared += 1;
            } else {
                found.keys.insert(key);
            }
        }
        Ok(found)
    }

    /// Whom each of the given keys names, in their order; nobody, or several people.
    pub fn named(&self) -> &[Vec<u64>] {
        &self.named
    }

    /// The ids of all of them, ascending.
    pub fn people(&self) -> impl ExactSizeIterator<Item = u64> {
        self.people.iter().copied()
    }

    /// Whether a person is one of them.
    pub fn has(&self, person: u64) -> bool {
        self.people.contains(&person)
    }

    /// What tells them, their keys and their names from those of others, without saying which they are.
    ///
    /// # Errors
    /// A system without random bytes.
    pub fn whom(&self) -> Result<Whom, Error> {
        Whom::new(self.people(), self.keys.iter(), self.names.iter().map(String::as_str))
    }

    /// Keys under which nobody is loaded any more.
    fn suppressed(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(|key| key.kind() != KeyKind::Phone)
    }

    /// Whether somebody who stays has a key, too.
    fn is_shared(&self, database: &Database, key: &Key) -> Result<bool, Error> {
        let candidates = Lookup::new(database).candidates(key)?;
        let stays =
            |segment: &usize, row: u32| !self.rows.get(segment).is_some_and(|rows| rows.contains(row));
        if !candidates.iter().any(|(segment, row)| stays(segment, *row)) {
            return Ok(false);
        }
        Ok(Lookup::new(database).get(key)?.iter().any(|person| !self.has(person.id())))
    }
}

fn name_of<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    NAME.iter().try_fold(value, |value, name| value.get(name))?.as_str()
}

/// What forgetting did to the file of people.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ForgetReport {
    /// People who are gone.
    pub forgotten: u64,
    /// Given keys that named nobody.
    pub unknown: u64,
    /// Keys that went to the suppression list, without those that were on it.
    pub suppressed: u64,
    /// Keys of theirs that somebody else has, and that keep nobody from being loaded.
    pub shared: u64,
    /// What became of the file.
    #[serde(flatten)]
    pub file: RewriteReport,
}

/// People about to be forgotten. Nobody else writes to the file meanwhile.
#[derive(Debug)]
pub struct Forgetting {
    writer: Writer,
    whom: Forgotten,
}

impl Forgetting {
    /// Becomes the writer of the database at `path`, and finds whom `keys` name. Nothing is changed yet.
    ///
    /// # Errors
    /// No such file, another writer, damage.
    pub fn begin(path: &Path, keys: &[Key]) -> Result<Self, Error> {
        Self::through(writer_of(path, "forget")?, keys)
    }

    /// Begins through a writer that the caller has opened.
    pub fn through(writer: Writer, keys: &[Key]) -> Result<Self, Error> {
        let whom = Forgotten::find(&Database::of(committed(&writer)?)?, keys)?;
        Ok(Self { writer, whom })
    }

    /// Who will be gone.
    pub fn people(&self) -> &Forgotten {
        &self.whom
    }

    /// Writes the file anew without them. Returns the old file, too, which somebody may still read. Cost: that of
    /// [`Database::compact`].
    ///
    /// # Errors
    /// Those of [`Database::compact`]. After an error everybody is there.
    pub fn finish(
        self,
        options: &RewriteOptions,
        observer: &RewriteObserver<'_>,
    ) -> Result<(ForgetReport, ReplacedFile), Error> {
        let Self { writer, whom } = self;
        let known = Suppression::of_snapshot(writer.snapshot())?;
        let mut suppression = known.map_or_else(Suppression::new, Ok)?;
        let suppressed = suppression.add(whom.suppressed());
        let change = Change { without: whom.rows, suppression: Some(suppression) };
        let (file, replaced) = rewrite(writer, &change, options, observer)?;
        let report = ForgetReport {
            forgotten: whom.people.len() as u64,
            unknown: whom.named.iter().filter(|people| people.is_empty()).count() as u64,
            suppressed,
            shared: whom.shared,
            file,
        };
        Ok((report, replaced))
    }
}
