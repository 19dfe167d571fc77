//! Who is being forgotten, as salted hashes: what is written down until they are gone must not say who they are.

use std::collections::HashSet;

use crate::engine::Error;
use crate::engine::salted::{HASH_BYTES, SaltedHash};
use crate::record::Key;

/// Tells whether a person id, a key or a name is that of somebody who is being forgotten.
#[derive(Clone)]
pub struct Whom {
    hash: SaltedHash,
    hashes: HashSet<[u8; HASH_BYTES]>,
}

impl std::fmt::Debug for Whom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whom").field("hashes", &self.hashes.len()).finish_non_exhaustive()
    }
}

/// What is hashed, so that a name is no key.
enum Said<'a> {
    Person(u64),
    Key(&'a Key),
    Name(&'a str),
}

impl Whom {
    pub(crate) fn new<'a>(
        people: impl Iterator<Item = u64>,
        keys: impl Iterator<Item = &'a Key>,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Self, Error> {
        let mut whom = Self { hash: SaltedHash::random()?, hashes: HashSet::new() };
        let said = people.map(Said::Person).chain(keys.map(Said::Key)).chain(names.map(Said::Name));
        for said in said {
            whom.hashes.extend(whom.hash_of(&said));
        }
        Ok(whom)
    }

    /// What [`Whom::to_bytes`] gave; `None` if these bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (salt, rest) = bytes.split_first_chunk()?;
        let (hashes, rest) = rest.as_chunks();
        let hashes = rest.is_empty().then(|| hashes.iter().copied().collect())?;
        Some(Self { hash: SaltedHash::of(*salt).ok()?, hashes })
    }

    /// The salt and the hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hash.salt().iter().chain(self.hashes.iter().flatten()).copied().collect()
    }

    /// Whether a person is one of them.
    pub fn has(&self, person: u64) -> bool {
        self.holds(&Said::Person(person))
    }

    /// Whether a key names one of them and nobody else; also one that was given and names nobody.
    pub fn has_key(&self, key: &Key) -> bool {
        self.holds(&Said::Key(key))
    }

    /// Whether a text is the name of one of them.
    pub fn has_name(&self, text: &str) -> bool {
        self.holds(&Said::Name(text))
    }

    fn holds(&self, said: &Said<'_>) -> bool {
        self.hash_of(said).is_some_and(|hash| self.hashes.contains(&hash))
    }

    /// `None`: an empty name, which is nobody's.
    fn hash_of(&self, said: &Said<'_>) -> Option<[u8; HASH_BYTES]> {
        Some(match said {
            Said::Person(person) => self.hash.hash([&b"person"[..], &person.to_le_bytes()]),
            Said::Key(key) => {
                let kind = key.kind().number().to_le_bytes();
                self.hash.hash([&b"key"[..], &kind, key.text().as_bytes()])
            }
            Said::Name(name) if name.trim().is_empty() => return None,
            Said::Name(name) => self.hash.hash([&b"name"[..], name.trim().to_lowercase().as_bytes()]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::salted::SALT_BYTES;

    #[test]
    fn what_is_written_down_tells_the_same_and_no_name() {
        let keys = [Key::email("jane@example.com").unwrap(), Key::person_id(7)];
        let whom = Whom::new([7].into_iter(), keys.iter(), [" Jane Doe ", ""].into_iter()).unwrap();
        let bytes = whom.to_bytes();
        assert_eq!(bytes.len(), SALT_BYTES + 4 * HASH_BYTES);
        let again = Whom::from_bytes(&bytes).unwrap();
        for whom in [whom, again] {
            assert!(
                whom.has(7) && whom.has_key(&keys[0]) && whom.has_key(&keys[1]) && whom.has_name("JANE DOE")
            );
            assert!(!whom.has(8) && !whom.has_name("") && !whom.has_name("Jane"));
            assert!(!whom.has_key(&Key::person_id(8)));
        }
        assert!(Whom::from_bytes(&bytes[1..]).is_none() && Whom::from_bytes(&[]).is_none());
    }
}
