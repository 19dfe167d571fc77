//! What the tests of this folder share.

use proptest::prelude::*;

use crate::storage::{Section, SectionId, SectionKind};

use super::Written;

/// Number of cases: `ROLO_CASES`, else 64.
pub(super) fn config() -> ProptestConfig {
    let cases = std::env::var("ROLO_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// A section as a reader would get it.
pub(super) fn section(kind: SectionKind, bytes: Vec<u8>, written: Written) -> Section {
    Section::owned(SectionId::person(kind), bytes, written.count, written.aux)
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
