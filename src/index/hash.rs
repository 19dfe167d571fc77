//! The hash under which a key is found.

use std::hash::Hasher;

use siphasher::sip::SipHasher24;

/// The secret of one file's key index: who does not know it cannot choose keys that crowd one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashKey(pub [u8; 16]);

impl HashKey {
    /// The hash of a key: SipHash-2-4 of `kind` as a little-endian `u16`, then of the canonical text.
    /// Equal on every machine; all 64 bits are stored. Costs about 1 ns a byte.
    pub fn hash(&self, kind: u16, text: &[u8]) -> u64 {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        hasher.write(&kind.to_le_bytes());
        hasher.write(text);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the reference vectors: 00 01 .. 0f.
    fn reference_key() -> HashKey {
        HashKey(std::array::from_fn(|i| i as u8))
    }

    #[test]
    fn the_hash_is_that_of_the_reference_vectors() {
        // From the SipHash paper: input 00 01 .. 0e, output a129ca6149be45e5.
        let text: Vec<u8> = (2..15).collect();
        assert_eq!(reference_key().hash(0x0100, &text), 0xa129_ca61_49be_45e5);
    }

    #[test]
    fn kind_and_key_change_the_hash() {
        let key = reference_key();
        assert_ne!(key.hash(1, b"ana@example.org"), key.hash(2, b"ana@example.org"));
        assert_ne!(key.hash(1, b"ana@example.org"), HashKey([0; 16]).hash(1, b"ana@example.org"));
    }
}
