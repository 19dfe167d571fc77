//! What the tests of this folder share.

use proptest::prelude::*;

use crate::storage::{Section, SectionId, SectionKind};

use super::{Kept, Written};

/// Number of cases: `ROLO_CASES`, else 64.
pub(super) fn config() -> ProptestConfig {
    let cases = std::env::var("ROLO_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// A section as a reader would get it.
pub(super) fn section(kind: SectionKind, bytes: Vec<u8>, written: Written) -> Section {
    Section::owned(SectionId::person(kind), bytes, written.count, written.aux)
}

/// Who of an input of a merge is dead: everybody between two of these places, every other time.
#[derive(Debug, Clone)]
pub(super) struct Deaths(Vec<usize>);

impl Deaths {
    fn is_dead(&self, id: usize) -> bool {
        self.0.iter().filter(|place| **place <= id).count() % 2 == 1
    }

    /// What is kept of this many ids.
    pub(super) fn kept(&self, universe: usize, base: u32) -> Kept {
        let living = (0..universe).filter(|&id| !self.is_dead(id)).map(|id| id as u32);
        Kept::of(universe as u32, base, living).unwrap()
    }

    /// Those who live.
    pub(super) fn living<T: Clone>(&self, all: &[T]) -> Vec<T> {
        let living = all.iter().enumerate().filter(|(id, _)| !self.is_dead(*id));
        living.map(|(_, one)| one.clone()).collect()
    }
}

/// Nobody, some ranges, or all.
pub(super) fn deaths() -> impl Strategy<Value = Deaths> {
    let place = prop_oneof![4 => 0..90_usize, 1 => 0..2600_usize];
    let places = proptest::collection::btree_set(place, 0..6);
    prop_oneof![
        2 => Just(Deaths(vec![])),
        1 => Just(Deaths(vec![0])),
        5 => places.prop_map(|places| Deaths(places.into_iter().collect())),
    ]
}

/// What is kept of each part, numbered one after the other.
pub(super) fn kept_of<'a>(parts: impl IntoIterator<Item = (usize, &'a Deaths)>) -> Vec<Kept> {
    let mut base = 0;
    let kept = parts.into_iter().map(|(len, deaths)| {
        let kept = deaths.kept(len, base);
        base = kept.new_ids().end;
        kept
    });
    kept.collect()
}

/// What a corrupting hand may do to a section.
#[derive(Debug, Clone)]
pub(super) enum Harm {
    /// Flips bits of the byte at this share of the section, in 1/65,536.
    Flip(u16, u8),
    /// Cuts the section to this share.
    Cut(u16),
    /// Puts other numbers into the directory.
    Entry(u64, u64),
}

/// Any few harms.
pub(super) fn harms() -> impl Strategy<Value = Vec<Harm>> {
    let harm = prop_oneof![
        6 => (any::<u16>(), 1..=u8::MAX).prop_map(|(at, bits)| Harm::Flip(at, bits)),
        1 => any::<u16>().prop_map(Harm::Cut),
        1 => (number(), number()).prop_map(|(count, aux)| Harm::Entry(count, aux)),
    ];
    proptest::collection::vec(harm, 0..6)
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..5_000_u64, any::<u64>()]
}

/// `section` after the harms.
pub(super) fn harmed(section: &Section, harms: &[Harm]) -> Section {
    let entry = *section.entry();
    let (mut count, mut aux) = (entry.count, entry.aux);
    let mut bytes = section.bytes(0..entry.len).unwrap().to_vec();
    for harm in harms {
        let place = |share: u16| bytes.len() * usize::from(share) / 65_536;
        match *harm {
            Harm::Flip(share, bits) => {
                let at = place(share);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Harm::Cut(share) => bytes.truncate(place(share)),
            Harm::Entry(new_count, new_aux) => (count, aux) = (new_count, new_aux),
        }
    }
    Section::owned(entry.id, bytes, count, aux)
}
