//! People who share a key: an address, a profile, a phone number, an id.
//!
//! 1. The key tables of all segments are walked side by side. A hash that several living rows have is suspected.
//! 2. The records of those rows are read, each once, and their keys made again: equal keys are evidence, equal hashes are none.
//! 3. People whom evidence joins, directly or through others, are one group.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::Error;
use super::database::Database;
use super::order::Place;
use crate::index::for_each_key;
use crate::record::{Key, KeyKind, RejectReason, parse_person};

/// Which keys are evidence.
#[derive(Debug, Clone)]
pub struct DuplicateOptions {
    /// Keys of these kinds. Default: all but the person id, which nobody shares, and the MD5 of an e-mail address, which says what its
    /// SHA-256 says.
    pub kinds: Vec<KeyKind>,
    /// A key that more people have names no one person: the switchboard of a company, say. Default: 10.
    pub most: usize,
}

impl Default for DuplicateOptions {
    fn default() -> Self {
        let says_nothing = |kind: &KeyKind| matches!(kind, KeyKind::PersonId | KeyKind::EmailMd5);
        Self { kinds: KeyKind::ALL.into_iter().filter(|kind| !says_nothing(kind)).collect(), most: 10 }
    }
}

/// People who may be the same person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// Groups of people, the largest first, then by the lowest person id.
    pub groups: Vec<DuplicateGroup>,
    /// Keys that too many people have to be evidence, those that most have first.
    pub crowded: Vec<CrowdedKey>,
}

/// People whom shared keys join, directly or through others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateGroup {
    /// Their person ids, ascending: two or more.
    pub people: Vec<u64>,
    /// What they share, by kind and text.
    pub keys: Vec<SharedKey>,
}

/// A key that several people have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKey {
    /// The key.
    pub key: Key,
    /// Who has it, ascending: two person ids or more.
    pub people: Vec<u64>,
}

/// A key that more people have than [`DuplicateOptions::most`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrowdedKey {
    /// The key.
    pub key: Key,
    /// How many people have it.
    pub people: u64,
}

/// What the key tables alone say.
#[derive(Default)]
struct Suspicion {
    /// Hashes that a few people share.
    hashes: HashSet<u64>,
    /// Who they are.
    places: HashSet<Place>,
    /// Hashes that too many share: one of these, and how many.
    crowded: HashMap<u64, (Place, u64)>,
}

impl Database {
    /// People who share a key. Reads every key table once, in order, and the records of those who share a hash. `tell` is told how many
    /// of those records are read, and of how many.
    ///
    /// Cost: some hundred ns a key, some µs a suspected person. Memory: the suspected people and what they share.
    ///
    /// # Errors
    /// Damage in what is read.
    pub fn duplicates(
        &self,
        options: &DuplicateOptions,
        tell: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Duplicates, Error> {
        let suspicion = self.suspicion(options.most)?;
        let mut places: Vec<Place> = suspicion.places.into_iter().collect();
        places.sort_unstable();
        let read = std::sync::atomic::AtomicU64::new(0);
        let wanted =
            |key: &Key| options.kinds.contains(&key.kind()) && suspicion.hashes.contains(&self.hash_of(key));
        let keys = places.par_iter().map(|place| {
            let (id, mut keys) = self.keys_at(*place)?;
            keys.retain(wanted);
            let read = 1 + read.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tell(read, places.len() as u64);
            Ok((id, keys))
        });
        let mut shared: HashMap<Key, Vec<u64>> = HashMap::new();
        for (id, keys) in keys.collect::<Result<Vec<_>, Error>>()? {
            for key in keys {
                shared.entry(key).or_default().push(id);
            }
        }
        let mut shared: Vec<SharedKey> =
            shared.into_iter().map(|(key, people)| SharedKey { key, people }).collect();
        shared.retain_mut(|shared| {
            shared.people.sort_unstable();
            shared.people.len() > 1
        });
        let crowded = self.crowded(&suspicion.crowded, &options.kinds)?;
        Ok(Duplicates { groups: groups(shared), crowded })
    }

    fn suspicion(&self, most: usize) -> Result<Suspicion, Error> {
        let tables: Vec<_> = self.segments.iter().map(|open| &open.keys).collect();
        let mut found = Suspicion::default();
        let mut living = Vec::new();
        for_each_key(&tables, |hash, rows| {
            if rows.len() < 2 {
                return Ok(());
            }
            living.clear();
            living.extend(rows.iter().filter(|(segment, row)| self.is_live(*segment, *row)));
            let place = |&(segment, row): &(usize, u32)| Place { segment: segment as u32, row };
            match living.as_slice() {
                [] | [_] => {}
                [first, ..] if living.len() > most => {
                    found.crowded.insert(hash, (place(first), living.len() as u64));
                }
                several => {
                    found.hashes.insert(hash);
                    found.places.extend(several.iter().map(place));
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The keys behind crowded hashes, out of the record of one who has them.
    fn crowded(
        &self,
        hashes: &HashMap<u64, (Place, u64)>,
        kinds: &[KeyKind],
    ) -> Result<Vec<CrowdedKey>, Error> {
        let mut crowded = Vec::new();
        for (hash, (place, people)) in hashes {
            let (_, keys) = self.keys_at(*place)?;
            let key = keys.into_iter().find(|key| self.hash_of(key) == *hash && kinds.contains(&key.kind()));
            crowded.extend(key.map(|key| CrowdedKey { key, people: *people }));
        }
        crowded.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| in_order(&a.key, &b.key)));
        Ok(crowded)
    }

    /// The id and the keys of the person at a place.
    fn keys_at(&self, place: Place) -> Result<(u64, Vec<Key>), Error> {
        let segment = place.segment as usize;
        let person = self.person(segment, place.row)?;
        let unreadable = |reason: RejectReason| Error::internal(format!("person {}: {reason}", person.id()));
        let parsed = parse_person(person.record()).map_err(unreadable)?;
        let mut keys = Vec::new();
        self.segment(segment)?.plan.keys_of(&parsed.value, &mut keys);
        Ok((person.id(), keys))
    }
}

/// Puts together whose keys overlap.
fn groups(shared: Vec<SharedKey>) -> Vec<DuplicateGroup> {
    // A forest over person ids: each points to a lower id of its group, the lowest to itself.
    let mut lower: HashMap<u64, u64> = HashMap::new();
    for SharedKey { people, .. } in &shared {
        let lowest = people.iter().map(|&id| root(&mut lower, id)).collect::<Vec<_>>();
        let Some(&least) = lowest.iter().min() else { continue };
        for root in lowest {
            lower.insert(root, least);
        }
    }
    let mut found: BTreeMap<u64, DuplicateGroup> = BTreeMap::new();
    for shared in shared {
        let Some(&first) = shared.people.first() else { continue };
        let group = found.entry(root(&mut lower, first));
        let group = group.or_insert_with(|| DuplicateGroup { people: Vec::new(), keys: Vec::new() });
        group.people.extend(&shared.people);
        group.keys.push(shared);
    }
    let mut groups: Vec<DuplicateGroup> = found.into_values().collect();
    for group in &mut groups {
        group.people.sort_unstable();
        group.people.dedup();
        group.keys.sort_by(|a, b| in_order(&a.key, &b.key));
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.people.len()));
    groups
}

/// The lowest id of a person's group so far. Whoever is met on the way points to it from then on.
fn root(lower: &mut HashMap<u64, u64>, id: u64) -> u64 {
    let mut root = id;
    while let Some(&next) = lower.get(&root).filter(|next| **next != root) {
        root = next;
    }
    let mut at = id;
    while at != root {
        at = lower.insert(at, root).unwrap_or(root);
    }
    root
}

fn in_order(a: &Key, b: &Key) -> std::cmp::Ordering {
    a.kind().cmp(&b.kind()).then_with(|| a.text().cmp(b.text()))
}
