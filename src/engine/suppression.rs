//! Who must not come back: salted hashes of the keys of people who were forgotten. `docs/format.md` has the bytes,
//! `docs/security.md` what they protect.

use super::Error;
use super::salted::{SALT_BYTES, SaltedHash};
use crate::record::Key;
use crate::record::normalise::NORMALISER_VERSION;
use crate::storage::{Damage, NewShared, SectionKind, Snapshot, StorageError};

/// Kind, two zeros, version of the normaliser, hash.
const ENTRY_BYTES: usize = 40;

type Entry = [u8; ENTRY_BYTES];

/// The keys under which nobody is loaded any more.
#[derive(Clone)]
pub(super) struct Suppression {
    hash: SaltedHash,
    /// Ascending, each once.
    entries: Vec<Entry>,
}

impl std::fmt::Debug for Suppression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Suppression").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Suppression {
    /// An empty list with a salt of its own.
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self { hash: SaltedHash::random()?, entries: Vec::new() })
    }

    /// The list of a file; `None` if it has none, or is not there yet.
    ///
    /// # Errors
    /// Damage, and entries of a normaliser that this build does not have: what it would compare with them says nothing.
    pub(super) fn of_snapshot(snapshot: Option<&Snapshot>) -> Result<Option<Self>, Error> {
        let Some(snapshot) = snapshot else { return Ok(None) };
        let Some(bytes) = snapshot.shared(SectionKind::SUPPRESSION, 1)? else { return Ok(None) };
        let damaged = |problem: &str| {
            let section = SectionKind::SUPPRESSION.name().to_string();
            Error::from(StorageError::from(Damage { section, offset: 0, problem: problem.to_string() }))
        };
        let (salt, rest) = bytes.split_first_chunk().ok_or_else(|| damaged("it lacks its salt"))?;
        let (entries, rest) = rest.as_chunks::<ENTRY_BYTES>();
        if !rest.is_empty() || !entries.is_sorted_by(|a, b| a < b) {
            return Err(damaged("its entries are not in order"));
        }
        let other = entries.iter().map(version_of).find(|&version| version != NORMALISER_VERSION);
        if let Some(found) = other {
            let path = snapshot.path().to_path_buf();
            return Err(Error::SuppressionRules { path, found, own: NORMALISER_VERSION });
        }
        Self::of(*salt, entries.to_vec()).map(Some)
    }

    fn of(salt: [u8; SALT_BYTES], entries: Vec<Entry>) -> Result<Self, Error> {
        Ok(Self { hash: SaltedHash::of(salt)?, entries })
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether nobody with this key is loaded. Cost: an HMAC, under a microsecond.
    pub(super) fn holds(&self, key: &Key) -> bool {
        self.entries.binary_search(&self.entry(key)).is_ok()
    }

    /// Adds keys; returns how many it did not have.
    pub(super) fn add<'k>(&mut self, keys: impl IntoIterator<Item = &'k Key>) -> u64 {
        let before = self.len();
        let mut entries = std::mem::take(&mut self.entries);
        entries.extend(keys.into_iter().map(|key| self.entry(key)));
        entries.sort_unstable();
        entries.dedup();
        self.entries = entries;
        self.len() - before
    }

    /// The list as a section.
    pub(super) fn section(&self) -> NewShared {
        let mut bytes = self.hash.salt().to_vec();
        bytes.extend(self.entries.iter().flatten());
        NewShared { kind: SectionKind::SUPPRESSION, bytes }
    }

    fn entry(&self, key: &Key) -> Entry {
        let kind = key.kind().number().to_le_bytes();
        let hash = self.hash.hash([&kind[..], key.text().as_bytes()]);
        let mut entry = [0; ENTRY_BYTES];
        let parts = kind.into_iter().chain([0; 2]).chain(NORMALISER_VERSION.to_le_bytes());
        let all = parts.chain(hash);
        entry.iter_mut().zip(all).for_each(|(byte, part)| *byte = part);
        entry
    }
}

/// With which version of the normaliser the key of an entry was written.
fn version_of(entry: &Entry) -> u32 {
    let version = entry.get(4..8).and_then(|bytes| bytes.first_chunk());
    version.map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, Mac as _};
    use sha2::Sha256;

    use super::*;

    fn key(n: u64) -> Key {
        Key::email(&format!("person{n}@example.com")).unwrap()
    }

    #[test]
    fn a_key_is_held_if_it_was_added() {
        let mut list = Suppression::new().unwrap();
        let keys: Vec<Key> = (0..50).map(key).collect();
        assert_eq!(list.add(keys.iter().step_by(2)), 25);
        assert_eq!(list.add(keys.iter().step_by(5)), 5);
        for (n, key) in keys.iter().enumerate() {
            assert_eq!(list.holds(key), n % 2 == 0 || n % 5 == 0, "{n}");
        }
        // The same text as another kind of key is another key.
        assert!(!list.holds(&Key::handle("github", "person0").unwrap()));
    }

    #[test]
    fn an_entry_is_what_the_format_says() {
        let mut list = Suppression::of([7; SALT_BYTES], Vec::new()).unwrap();
        list.add(&[Key::person_id(14)]);
        let bytes = list.section().bytes;
        assert_eq!((bytes.len(), &bytes[..32]), (72, &[7; 32][..]));
        assert_eq!(bytes[32..40], [1, 0, 0, 0, NORMALISER_VERSION as u8, 0, 0, 0]);
        let mut mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
        mac.update(b"\x01\x0014");
        assert_eq!(bytes[40..], mac.finalize().into_bytes()[..]);
    }

    #[test]
    fn two_lists_have_nothing_in_common() {
        let lists = [0; 2].map(|_| {
            let mut list = Suppression::new().unwrap();
            list.add(&[key(1)]);
            list.section().bytes
        });
        assert_ne!(lists[0][..32], lists[1][..32]);
        assert_ne!(lists[0][40..], lists[1][40..]);
    }
}
