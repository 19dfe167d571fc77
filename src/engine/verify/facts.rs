//! Sets of facts as sums of hashes: two sets are compared without being held, in whatever order their facts come.

use std::hash::{BuildHasher, RandomState};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A set of facts: how many they are, and the sum of their hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Facts {
    count: u64,
    sum: u64,
}

impl Facts {
    /// Adds a fact that is not in the set.
    pub(super) fn add(&mut self, hash: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(hash);
    }

    /// Adds a set that has no fact in common with this one.
    pub(super) fn add_all(&mut self, other: Self) {
        self.count += other.count;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    pub(super) fn is_empty(self) -> bool {
        self.count == 0
    }
}

/// Hashes facts under a key drawn anew each time: sets that differ have the same sum once in 2^64, and no file can be
/// made to fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct FactHash(u64);

impl FactHash {
    pub(super) fn new() -> Self {
        Self(RandomState::new().hash_one(0))
    }

    pub(super) fn text(self, text: &str) -> u64 {
        xxh3_64_with_seed(text.as_bytes(), self.0)
    }

    /// The fact that something, given by its hash or number, is at an id.
    pub(super) fn at(self, what: u64, id: u32) -> u64 {
        let mut bytes = [0; 12];
        let (number, rest) = bytes.split_at_mut(8);
        number.copy_from_slice(&what.to_le_bytes());
        rest.copy_from_slice(&id.to_le_bytes());
        xxh3_64_with_seed(&bytes, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_equal_in_any_order_and_differ_by_any_fact() {
        let hash = FactHash::new();
        let facts = |all: &[(&str, u32)]| {
            let mut facts = Facts::default();
            all.iter().for_each(|(text, id)| facts.add(hash.at(hash.text(text), *id)));
            facts
        };
        let all = [("a", 1), ("b", 2), ("b", 1)];
        assert_eq!(facts(&all), facts(&[all[2], all[0], all[1]]));
        let mut halves = facts(&all[..1]);
        halves.add_all(facts(&all[1..]));
        assert_eq!(halves, facts(&all));
        for other in [&all[..2], &[("a", 2), ("b", 1), ("b", 2)], &[]] {
            assert_ne!(facts(other), facts(&all));
        }
        assert!(facts(&[]).is_empty());
    }
}
