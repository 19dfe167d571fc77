//! Who is who: gives each record its person id and finds people who exist already.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::commit::Base;
use super::merge::{keys_of, person_ids_of, records_of};
use crate::engine::Error;
use crate::index::{KeysReader, PersonIdsReader, RecordsReader};
use crate::record::{FIRST_UNUSABLE_ID, IdClaim, Key, KeyPlan};
use crate::storage::{Segment, Snapshot};

/// A person id's entry in the set of this load: the identity tag of ids that were derived from a key.
type Claimed = HashMap<u64, Option<u64>, BuildHasherDefault<IdHasher>>;

/// The ids taken so far: those of the database, and those of this load. Costs 24 to 48 bytes a person of this load.
pub(super) struct Identities<'a> {
    existing: Vec<Existing>,
    base: &'a Base,
    plan: &'a KeyPlan,
    claimed: Claimed,
}

/// The ids of one segment.
struct Existing {
    segment: Segment,
    keys: KeysReader,
    ids: PersonIdsReader,
    records: RecordsReader,
}

impl<'a> Identities<'a> {
    pub(super) fn new(base: &'a Base, plan: &'a KeyPlan) -> Result<Self, Error> {
        let mut existing = Vec::new();
        for segment in base.snapshot.as_ref().map(Snapshot::segments).transpose()?.unwrap_or_default() {
            let (keys, ids) = (keys_of(segment)?, person_ids_of(segment)?);
            existing.push(Existing { records: records_of(segment)?, keys, ids, segment: segment.clone() });
        }
        Ok(Self { existing, base, plan, claimed: Claimed::default() })
    }

    /// The id of the next record, or `None` if that person exists already. An id that was derived from a key
    /// gives way to the next free one when another person has it.
    pub(super) fn claim(&mut self, claim: &IdClaim) -> Result<Option<u64>, Error> {
        let mut id = claim.id;
        loop {
            match self.holder(id)? {
                None => break,
                Some(holder) if claim.identity_tag.is_none() || holder == claim.identity_tag => {
                    return Ok(None);
                }
                Some(_) => id = if id + 1 >= FIRST_UNUSABLE_ID { 1 } else { id + 1 },
            }
        }
        self.claimed.insert(id, claim.identity_tag);
        Ok(Some(id))
    }

    /// Who has an id: nobody, or a person with that identity tag.
    fn holder(&self, id: u64) -> Result<Option<Option<u64>>, Error> {
        if let Some(&tag) = self.claimed.get(&id) {
            return Ok(Some(tag));
        }
        let key = Key::person_id(id);
        let hash = self.base.hash_key.hash(key.kind().number(), key.text().as_bytes());
        for existing in &self.existing {
            for row in existing.keys.candidates(hash)? {
                if existing.ids.get(row)? == id {
                    return self.tag_of(existing, row).map(Some);
                }
            }
        }
        Ok(None)
    }

    /// The identity tag of a person in the database, worked out again from the record.
    fn tag_of(&self, existing: &Existing, row: u32) -> Result<Option<u64>, Error> {
        let dictionary = self.base.dictionaries.of(&existing.segment, row)?;
        let mut record = Vec::new();
        existing.records.read(row, dictionary, &mut record)?;
        let format = self.base.formats.of(&existing.segment, row)?;
        let Ok(taken) = format.read(&record) else { return Ok(None) };
        let mut keys = Vec::new();
        self.plan.keys_of(&taken.value, &mut keys);
        let claim = format.claim(taken.id.as_deref(), &keys);
        Ok(claim.ok().and_then(|claim| claim.identity_tag))
    }
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
