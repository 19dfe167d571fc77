//! Who is who: gives each record its person id and finds people who exist already.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::commit::Base;
use crate::engine::Error;
use crate::engine::segments::{keys_of, person_ids_of, records_of};
use crate::index::{KeysReader, PersonIdsReader, RecordsReader};
use crate::record::{FIRST_UNUSABLE_ID, IdClaim, Key, KeyPlan, Taken, Value};
use crate::storage::{Segment, Snapshot};

/// A person id's entry in the set of this load: the identity tag of ids that were derived from a key.
type Claimed = HashMap<u64, Option<u64>, BuildHasherDefault<IdHasher>>;

/// Where a stored person is: segment and row.
pub(super) type Place = (usize, u32);

/// The ids taken so far: those of the database, and those of this load. Costs 24 to 48 bytes a person of this load.
pub(super) struct Identities<'a> {
    existing: Vec<Existing>,
    base: &'a Base,
    plan: &'a KeyPlan,
    claimed: Claimed,
    by_key: Option<ByKey>,
    replaced: Replaced,
}

/// The ids of one segment.
struct Existing {
    segment: Segment,
    keys: KeysReader,
    ids: PersonIdsReader,
    records: RecordsReader,
}

/// Whose record has the identity of another one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// Nobody's: a new person, who gets this id.
    Nobody(u64),
    /// One person's.
    Same(Held),
    /// Those of several people, who have the same key.
    Several(Vec<u64>),
}

/// A person who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    pub(super) id: u64,
    /// `None`: the record came earlier in this load.
    place: Option<Place>,
}

/// Whose records gave way to others.
#[derive(Debug, Default)]
pub(super) struct Replaced {
    /// People of the database.
    pub(super) stored: BTreeSet<Place>,
    /// People of this load who came again: only their last record counts.
    pub(super) again: BTreeSet<u64>,
    /// People of this load of whom none counts: the record that took their place has another id.
    pub(super) gone: BTreeSet<u64>,
}

/// The path whose keys decide, and those of this load.
struct ByKey {
    plan: KeyPlan,
    id_of: HashMap<u64, u64>,
    hashes_of: HashMap<u64, Vec<u64>>,
}

impl<'a> Identities<'a> {
    /// `key`: the path whose keys say who is the same person, before the person id does.
    ///
    /// # Errors
    /// A path that leads to no key.
    pub(super) fn new(base: &'a Base, plan: &'a KeyPlan, key: Option<&str>) -> Result<Self, Error> {
        let mut existing = Vec::new();
        for segment in base.snapshot.as_ref().map(Snapshot::segments).transpose()?.unwrap_or_default() {
            let (keys, ids) = (keys_of(segment)?, person_ids_of(segment)?);
            existing.push(Existing { records: records_of(segment)?, keys, ids, segment: segment.clone() });
        }
        let by_key = key.map(|path| ByKey::new(base, path)).transpose()?;
        let (claimed, replaced) = (Claimed::default(), Replaced::default());
        Ok(Self { existing, base, plan, claimed, by_key, replaced })
    }

    /// Who has the identity of a record. An id that was derived from a key gives way to the next free one when another person has it.
    pub(super) fn holder(&self, claim: &IdClaim, value: &Value<'_>) -> Result<Holder, Error> {
        let found = self.by_key.as_ref().map(|by_key| self.holders_of_keys(by_key, value)).transpose()?;
        match found.unwrap_or_default().as_slice() {
            [] => {}
            [one] => return Ok(Holder::Same(*one)),
            several => return Ok(Holder::Several(several.iter().map(|held| held.id).collect())),
        }
        let mut id = claim.id;
        loop {
            match self.holder_of_id(id)? {
                None => return Ok(Holder::Nobody(id)),
                Some((held, tag)) if claim.identity_tag.is_none() || tag == claim.identity_tag => {
                    return Ok(Holder::Same(held));
                }
                Some(_) => id = if id + 1 >= FIRST_UNUSABLE_ID { 1 } else { id + 1 },
            }
        }
    }

    /// Notes a person of this load.
    pub(super) fn add(&mut self, id: u64, tag: Option<u64>, value: &Value<'_>) {
        self.claimed.insert(id, tag);
        // Who had this id earlier in this load and lost it has rows that do not count.
        if self.replaced.gone.remove(&id) {
            self.replaced.again.insert(id);
        }
        if let Some(by_key) = &mut self.by_key {
            by_key.add(self.base, id, value);
        }
    }

    /// Puts a record in the place of a person. It keeps the id, unless it states another; then that must be nobody else's, whose id
    /// is the error.
    pub(super) fn replace(
        &mut self,
        held: &Held,
        claim: &IdClaim,
        value: &Value<'_>,
    ) -> Result<Result<u64, u64>, Error> {
        let id = if claim.identity_tag.is_none() { claim.id } else { held.id };
        if id != held.id && self.holder_of_id(id)?.is_some() {
            return Ok(Err(id));
        }
        match held.place {
            Some(place) => {
                self.replaced.stored.insert(place);
            }
            None => {
                self.claimed.remove(&held.id);
                let whose = if id == held.id { &mut self.replaced.again } else { &mut self.replaced.gone };
                whose.insert(held.id);
                if let Some(by_key) = &mut self.by_key {
                    by_key.remove(held.id);
                }
            }
        }
        self.add(id, claim.identity_tag, value);
        Ok(Ok(id))
    }

    /// Whose records gave way.
    pub(super) fn replaced(self) -> Replaced {
        self.replaced
    }

    /// Who has an id, with the identity tag.
    fn holder_of_id(&self, id: u64) -> Result<Option<(Held, Option<u64>)>, Error> {
        if let Some(&tag) = self.claimed.get(&id) {
            return Ok(Some((Held { id, place: None }, tag)));
        }
        for place in self.candidates(&Key::person_id(id))? {
            let (existing, row) = self.existing(place)?;
            if existing.ids.get(row)? == id {
                let tag = self.read(place, |taken| self.tag_of(place, taken))?.flatten();
                return Ok(Some((Held { id, place: Some(place) }, tag)));
            }
        }
        Ok(None)
    }

    /// The living rows of the database that may have a key, but for those that were replaced.
    fn candidates(&self, key: &Key) -> Result<Vec<Place>, Error> {
        let mut places = Vec::new();
        let hash = hash_of(self.base, key);
        for (at, existing) in self.existing.iter().enumerate() {
            let live = self.base.snapshot.as_ref().and_then(|snapshot| snapshot.live(at));
            let rows = existing.keys.candidates(hash)?.filter(|&row| {
                live.is_none_or(|live| live.contains(row)) && !self.replaced.stored.contains(&(at, row))
            });
            places.extend(rows.map(|row| (at, row)));
        }
        Ok(places)
    }

    /// People who have a key of the record, both at the path that decides; each once.
    fn holders_of_keys(&self, by_key: &ByKey, value: &Value<'_>) -> Result<Vec<Held>, Error> {
        let mut found = BTreeSet::new();
        for key in by_key.keys_of(value) {
            let loaded = by_key.id_of.get(&hash_of(self.base, &key));
            found.extend(loaded.map(|&id| Held { id, place: None }));
            for place in self.candidates(&key)? {
                let has_key = self.read(place, |taken| by_key.keys_of(&taken.value).contains(&key))?;
                if has_key == Some(true) {
                    let (existing, row) = self.existing(place)?;
                    found.insert(Held { id: existing.ids.get(row)?, place: Some(place) });
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    fn existing(&self, (segment, row): Place) -> Result<(&Existing, u32), Error> {
        let existing = self.existing.get(segment);
        Ok((existing.ok_or_else(|| Error::internal(format!("no segment {segment}")))?, row))
    }

    /// What `look` sees in a stored record; `None` if it cannot be read.
    fn read<T>(&self, place: Place, look: impl FnOnce(&Taken<'_>) -> T) -> Result<Option<T>, Error> {
        let (existing, row) = self.existing(place)?;
        let mut record = Vec::new();
        self.base.dictionaries.read(&existing.segment, &existing.records, row, &mut record)?;
        let format = self.base.formats.of(&existing.segment, row)?;
        Ok(format.read(&record).ok().map(|taken| look(&taken)))
    }

    /// The identity tag of a person in the database, worked out again from the record.
    fn tag_of(&self, place: Place, taken: &Taken<'_>) -> Option<u64> {
        let (existing, row) = self.existing(place).ok()?;
        let format = self.base.formats.of(&existing.segment, row).ok()?;
        let mut keys = Vec::new();
        self.plan.keys_of(&taken.value, &mut keys);
        format.claim(taken.id.as_deref(), &keys).ok()?.identity_tag
    }
}

impl ByKey {
    fn new(base: &Base, path: &str) -> Result<Self, Error> {
        let selection = base.schema.selection(&[path])?;
        let Some(plan) = KeyPlan::within(&base.schema, &selection) else {
            let keys: Vec<&str> = KeyPlan::paths(&base.schema).collect();
            let problem = format!("{path} holds no key that names a person; these do: {}", keys.join(", "));
            return Err(Error::NoKey(problem));
        };
        Ok(Self { plan, id_of: HashMap::new(), hashes_of: HashMap::new() })
    }

    fn keys_of(&self, value: &Value<'_>) -> Vec<Key> {
        let mut keys = Vec::new();
        self.plan.keys_of(value, &mut keys);
        keys
    }

    fn add(&mut self, base: &Base, id: u64, value: &Value<'_>) {
        let hashes: Vec<u64> = self.keys_of(value).iter().map(|key| hash_of(base, key)).collect();
        self.id_of.extend(hashes.iter().map(|&hash| (hash, id)));
        self.hashes_of.insert(id, hashes);
    }

    fn remove(&mut self, id: u64) {
        for hash in self.hashes_of.remove(&id).unwrap_or_default() {
            if self.id_of.get(&hash) == Some(&id) {
                self.id_of.remove(&hash);
            }
        }
    }
}

fn hash_of(base: &Base, key: &Key) -> u64 {
    base.hash_key.hash(key.kind().number(), key.text().as_bytes())
}

/// Person ids are spread by multiplication: many are counted up, and the map needs the upper bits too.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = (self.0 ^ id).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }
}
