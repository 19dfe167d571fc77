//! Tests of stored lists, against the lists.

use proptest::prelude::*;

use super::*;
use crate::index::testing::config;

fn encoded(ids: &[u32], universe: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(ids, universe, &mut bytes);
    bytes
}

/// What a list and a set get of `bytes`.
fn decoded(bytes: &[u8], count: u32, universe: u32) -> Result<Vec<u32>, &'static str> {
    let (mut ids, mut set) = (Vec::new(), IdSetBuilder::new(universe));
    let (into_list, into_set) =
        (decode(bytes, count, universe, &mut ids), decode(bytes, count, universe, &mut set));
    assert_eq!(into_list, into_set);
    assert!(ids.is_sorted_by(|a, b| a < b) && ids.iter().all(|&id| id < universe));
    assert!(set.finish().iter().eq(ids.iter().copied()));
    into_list.map(|()| ids)
}

/// Universes and lists of every form, in clusters or not.
fn lists() -> impl Strategy<Value = (u32, Vec<u32>)> {
    let universe = prop_oneof![0..70_u32, Just(4_000_u32), Just(100_000)];
    let share = prop_oneof![Just(0_u32), 0..30_u32, 110..140_u32, 860..890_u32, 970..=1000_u32, 0..1000_u32];
    (universe, share, any::<u64>(), 0..10_u32).prop_map(|(universe, share, seed, cluster)| {
        let drawn =
            |id: u32| (u64::from(id >> cluster).wrapping_add(seed)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        (universe, (0..universe).filter(|&id| drawn(id) % 1000 < u64::from(share)).collect())
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_list_comes_back((universe, ids) in lists()) {
        let bytes = encoded(&ids, universe);
        let count = ids.len() as u32;
        let head = &bytes[..bytes.len().min(HEAD_BYTES as usize)];
        prop_assert_eq!(encoded_len(head, count, universe), Some(bytes.len() as u64));
        prop_assert_eq!(decoded(&bytes, count, universe), Ok(ids));
    }

    #[test]
    fn lists_of_any_length_below_any_universe_come_back(
        gaps in proptest::collection::vec((any::<u32>(), 8..32_u32), 0..400),
    ) {
        let ids: Vec<u32> = gaps.iter().scan(0_u32, |next, (gap, shift)| {
            let id = next.checked_add(gap >> shift).filter(|&id| id < u32::MAX)?;
            *next = id + 1;
            Some(id)
        }).collect();
        prop_assert_eq!(decoded(&encoded(&ids, u32::MAX), ids.len() as u32, u32::MAX), Ok(ids));
    }

    #[test]
    fn any_bytes_are_an_error_or_a_list(
        (universe, ids) in lists(), count in prop_oneof![3 => Just(None), 1 => (0..5_000_u32).prop_map(Some)],
        harms in proptest::collection::vec((any::<u16>(), 1..=u8::MAX), 0..4), cut in 0..3_usize,
    ) {
        let mut bytes = encoded(&ids, universe);
        for (share, flip) in harms {
            let at = bytes.len() * usize::from(share) / 65_536;
            bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= flip);
        }
        bytes.truncate(bytes.len() - cut.min(bytes.len()));
        let _ = decoded(&bytes, count.unwrap_or(ids.len() as u32), universe);
    }
}

#[test]
fn the_form_follows_from_the_number_of_ids() {
    assert_eq!(form(0, 0), Some(Form::Packed(0)));
    assert_eq!(form(1, 1), Some(Form::Complement(0)));
    assert_eq!(form(1, 2), Some(Form::Bitmap));
    assert_eq!(form(99, 800), Some(Form::Packed(99)));
    assert_eq!(form(100, 800), Some(Form::Bitmap));
    assert_eq!(form(701, 800), Some(Form::Complement(99)));
    assert_eq!(form(801, 800), None);
}

#[test]
fn lists_have_these_bytes() {
    assert!(encoded(&[], 1000).is_empty());
    assert_eq!(encoded(&[258], 1000), [2, 1]);
    // Distances 5, 0, 2 with three bits each.
    assert_eq!(encoded(&[5, 6, 9], 1000), [3, 0b1000_0101, 0]);
    assert_eq!(encoded(&[0, 2, 9], 16), [0b101, 0b10]);
    assert_eq!(encoded(&(1..1000).collect::<Vec<_>>(), 1000), [0, 0]);
    assert!(encoded(&(0..1000).collect::<Vec<_>>(), 1000).is_empty());
    // 200 ids in a row: length, and two blocks whose distances have no bits.
    assert_eq!(encoded(&(0..200).collect::<Vec<_>>(), 10_000), [2, 0, 0]);
}

#[test]
fn what_does_not_fit_is_refused() {
    assert!(decoded(&[0xFF, 0xFF], 1, 1000).is_err());
    assert!(decoded(&[2, 1, 0], 1, 1000).is_err());
    assert!(decoded(&[33, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2, 1000).is_err());
    assert!(decoded(&[0b101, 0b10, 0], 3, 16).is_err());
    assert!(decoded(&[0xFF, 0b1000], 9, 11).is_err());
    assert!(decoded(&[], 1001, 1000).is_err());
    // The second id wraps round.
    assert!(decoded(&[32, 9, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], 2, 1000).is_err());
}
