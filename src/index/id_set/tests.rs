//! Tests of sets, against ordered sets of the standard library.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::index::testing::config;

type Model = BTreeSet<u32>;

/// Ids of any density below `universe`, in clusters or not.
fn ids(universe: u32) -> impl Strategy<Value = Model> {
    let shares =
        prop_oneof![Just(0_u32), Just(1), Just(10), Just(200), Just(500), Just(999), Just(1000), 0..1000_u32];
    (shares, any::<u64>(), 0..6_u32).prop_map(move |(share, seed, cluster)| {
        let drawn =
            |id: u32| (u64::from(id >> cluster).wrapping_add(seed)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        (0..universe).filter(|&id| drawn(id) % 1000 < u64::from(share)).collect()
    })
}

fn universe() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0_u32), Just(1), Just(63), Just(64), Just(65), Just(4_000), Just(20_000), 0..700_u32]
}

fn pair() -> impl Strategy<Value = (u32, Model, Model)> {
    universe().prop_flat_map(|universe| (Just(universe), ids(universe), ids(universe)))
}

fn set(universe: u32, model: &Model) -> IdSet {
    IdSet::from_sorted(universe, model.iter().copied().collect())
}

fn check(set: &IdSet, universe: u32, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!((set.universe(), set.len() as usize), (universe, model.len()));
    prop_assert!(set.iter().eq(model.iter().copied()));
    prop_assert_eq!(set.first(), model.first().copied());
    prop_assert_eq!(set.is_empty(), model.is_empty());
    prop_assert_eq!(set.words().is_none(), is_few(model.len(), universe));
    prop_assert_eq!(set, &self::set(universe, model));
    for id in (0..universe + 70).step_by(7) {
        prop_assert_eq!(set.contains(id), model.contains(&id));
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn operations_are_those_of_sets((universe, a, b) in pair()) {
        let (left, right) = (set(universe, &a), set(universe, &b));
        check(&left, universe, &a)?;
        check(&left.clone().and(&right), universe, &(&a & &b))?;
        check(&left.clone().or(&right), universe, &(&a | &b))?;
        check(&left.clone().minus(&right), universe, &(&a - &b))?;
        check(&left.complement(), universe, &(0..universe).filter(|id| !a.contains(id)).collect())?;
    }

    #[test]
    fn lists_of_very_different_lengths_meet(
        few in proptest::collection::btree_set(0..20_000_u32, 0..9),
        many in proptest::collection::btree_set(0..20_000_u32, 0..600),
        shared in proptest::collection::vec(any::<proptest::sample::Index>(), 0..4),
    ) {
        let universe = 20_000;
        let shared = shared.iter().filter_map(|at| many.iter().nth(at.index(many.len().max(1))));
        let few: Model = few.iter().chain(shared).copied().collect();
        for (a, b) in [(&few, &many), (&many, &few)] {
            check(&set(universe, a).and(&set(universe, b)), universe, &(a & b))?;
            check(&set(universe, a).or(&set(universe, b)), universe, &(a | b))?;
            check(&set(universe, a).minus(&set(universe, b)), universe, &(a - b))?;
        }
    }

    #[test]
    fn another_universe_on_the_right_adds_no_id((universe, a, _) in pair(), other in universe()) {
        let (left, right) = (set(universe, &a), IdSet::full(other));
        let within = |id: &u32| *id < other;
        check(&left.clone().and(&right), universe, &a.iter().copied().filter(within).collect())?;
        check(&left.clone().minus(&right), universe, &a.iter().copied().filter(|id| !within(id)).collect())?;
        check(&left.or(&right), universe, &a.into_iter().chain(0..universe.min(other)).collect())?;
    }

    #[test]
    fn a_builder_takes_ids_in_any_order((universe, a, b) in pair(), start in 0..900_u32, len in 0..900_u32) {
        let mut builder = IdSetBuilder::new(universe);
        let mut expected: Model = &a | &b;
        a.iter().rev().for_each(|&id| builder.add(id));
        for part in b.iter().copied().collect::<Vec<_>>().chunks(128) {
            builder.add_sorted(part);
        }
        builder.add(universe);
        builder.add_range(start..start + len);
        expected.extend(start.min(universe)..(start + len).min(universe));
        check(&builder.finish(), universe, &expected)?;
    }

    #[test]
    fn a_builder_takes_sets_and_bitmaps((universe, a, b) in pair()) {
        let mut builder = IdSetBuilder::new(universe);
        builder.add_set(&set(universe, &a));
        check(&builder.clone().finish(), universe, &a)?;
        let mut bytes = vec![0_u8; universe.div_ceil(8) as usize];
        b.iter().for_each(|&id| bytes[(id / 8) as usize] |= 1 << (id % 8));
        builder.add_bitmap(&bytes);
        check(&builder.finish(), universe, &(&a | &b))?;
    }

    #[test]
    fn ids_are_read_from_anywhere_on((universe, a, _) in pair(), start in 0..=100_200_u32) {
        let set = set(universe, &a);
        prop_assert!(set.iter_from(start).eq(a.range(start..).copied()));
    }

    #[test]
    fn words_make_the_set_again((universe, a, _) in pair()) {
        let set = set(universe, &a);
        if let Some(words) = set.words() {
            check(&IdSet::from_words(universe, words.to_vec()), universe, &a)?;
        }
    }
}

#[test]
fn the_ends_of_all_ids_are_there() {
    let universe = u32::MAX;
    let set = IdSet::from_sorted(universe, vec![0, u32::MAX - 1, u32::MAX]);
    assert!(set.iter().eq([0, u32::MAX - 1]));
    assert!(BitIter::new(&[1, 1 << 63]).eq([0, 127]));
}

#[test]
fn unsorted_ids_are_sorted() {
    assert!(IdSet::from_sorted(100, vec![7, 3, 7, 100, 1]).iter().eq([1, 3, 7]));
}

#[test]
fn full_and_empty_are_each_others_complement() {
    for universe in [0, 1, 63, 64, 65, 100_000] {
        let full = IdSet::full(universe);
        assert_eq!(full.len(), universe);
        assert_eq!(full.complement(), IdSet::empty(universe));
        assert_eq!(IdSet::empty(universe).complement(), IdSet::full(universe));
    }
}

#[test]
fn words_beyond_the_universe_are_left_out() {
    assert!(IdSet::from_words(65, vec![u64::MAX; 3]).iter().eq(0..65));
    assert!(IdSet::from_words(130, vec![0b101]).iter().eq([0, 2]));
}
