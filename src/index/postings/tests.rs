//! Tests of postings, against lists of ids.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::index::Kept;
use crate::index::testing::{config, deaths, harmed, harms, kept_of, section};
use crate::storage::SectionKind;

/// Universe and lists.
type Model = (u32, Vec<Vec<u32>>);

fn build((universe, lists): &Model) -> Section {
    let mut bytes = Vec::new();
    let mut writer = PostingsWriter::new(&mut bytes, *universe);
    for list in lists {
        writer.push(list).unwrap();
    }
    let written = writer.finish().unwrap();
    section(SectionKind::POSTINGS, bytes, written)
}

fn read(section: &Section) -> PostingsReader {
    PostingsReader::new(section.clone()).unwrap()
}

fn all(section: &Section) -> (Vec<u8>, u64, u64) {
    let entry = section.entry();
    (section.bytes(0..entry.len).unwrap().to_vec(), entry.count, entry.aux)
}

fn merge(inputs: &[PostingsInput<'_>], lists: u32, universe: u32) -> Result<Section, IndexError> {
    let mut bytes = Vec::new();
    let written = merge_postings(inputs, lists, universe, &mut bytes)?;
    Ok(section(SectionKind::POSTINGS, bytes, written))
}

/// A list of any density, drawn by `seed`.
fn list(universe: u32, seed: u64) -> Vec<u32> {
    let share = [0, 1, 3, 20, 120, 200, 870, 990, 1000, 2, 1, 0][(seed % 12) as usize];
    let drawn = |id: u32| u64::from(id).wrapping_add(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    (0..universe).filter(|&id| drawn(id) % 1000 < share).collect()
}

fn universe() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0_u32), Just(1), Just(64), Just(65), Just(3_000), 0..300_u32]
}

fn model() -> impl Strategy<Value = Model> {
    (universe(), proptest::collection::vec(any::<u64>(), 0..50)).prop_map(|(universe, seeds)| {
        (universe, seeds.into_iter().map(|seed| list(universe, seed)).collect())
    })
}

/// A part of a merge: its lists, the numbers that they and its ids get.
#[derive(Debug, Clone)]
struct Part {
    model: Model,
    lists: Vec<u32>,
    ids: Vec<u32>,
}

/// Parts whose lists and ids meet, as values and words do, and what they make.
fn parts() -> impl Strategy<Value = (Vec<Part>, Model)> {
    let part = (model(), any::<u64>(), any::<u64>()).prop_map(|(model, lists, ids)| {
        // Each id skips nothing or one.
        let ascending = |len: usize, seed: u64| {
            let step = |next: &mut u32, i: usize| {
                *next += 1 + (seed >> (i % 64) & 1) as u32;
                Some(*next - 1)
            };
            (0..len).scan(0, step).collect::<Vec<_>>()
        };
        Part { lists: ascending(model.1.len(), lists), ids: ascending(model.0 as usize, ids), model }
    });
    proptest::collection::vec(part, 0..5).prop_map(|parts| {
        let end = |ids: fn(&Part) -> &Vec<u32>| {
            parts.iter().filter_map(|part| ids(part).last()).max().map_or(0, |last| last + 1)
        };
        let (lists, universe) = (end(|part| &part.lists), end(|part| &part.ids));
        let mut merged = vec![BTreeSet::new(); lists as usize];
        for part in &parts {
            for (list, &new) in part.model.1.iter().zip(&part.lists) {
                merged[new as usize].extend(list.iter().map(|&id| part.ids[id as usize]));
            }
        }
        (parts, (universe, merged.into_iter().map(|ids| ids.into_iter().collect()).collect()))
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn each_list_comes_back(model in model(), from in 0..50_u32, to in 0..50_u32) {
        let (universe, lists) = &model;
        let reader = read(&build(&model));
        prop_assert_eq!((reader.universe(), reader.lists() as usize), (*universe, lists.len()));
        let mut ids = Vec::new();
        for (i, list) in (0..).zip(lists) {
            prop_assert_eq!(reader.count(i).unwrap() as usize, list.len());
            prop_assert_eq!(reader.set(i).unwrap(), IdSet::from_sorted(*universe, list.clone()));
            reader.ids(i, &mut ids).unwrap();
        }
        prop_assert_eq!(ids, lists.concat());
        let range = from.min(reader.lists())..to.min(reader.lists());
        let expected = lists.get(range.start as usize..range.end as usize).unwrap_or_default();
        prop_assert_eq!(reader.total(range.clone()).unwrap(), expected.concat().len() as u64);
        let mut set = IdSetBuilder::new(*universe);
        reader.add_range_to(range, &mut set).unwrap();
        let expected: BTreeSet<u32> = expected.concat().into_iter().collect();
        prop_assert!(set.finish().iter().eq(expected));
    }

    #[test]
    fn some_lists_together_are_their_union(model in model(), step in 1..40_u32, first in 0..40_u32) {
        let (universe, lists) = &model;
        let reader = read(&build(&model));
        let wanted: Vec<u32> = (first..reader.lists()).step_by(step as usize).collect();
        let mut set = IdSetBuilder::new(*universe);
        reader.add_all_to(&IdSet::from_sorted(reader.lists(), wanted.clone()), &mut set).unwrap();
        let expected: BTreeSet<u32> = wanted.iter().flat_map(|&list| lists[list as usize].clone()).collect();
        prop_assert!(set.finish().iter().eq(expected));
    }

    #[test]
    fn a_merge_of_rows_gives_the_bytes_of_one_build(
        parts in proptest::collection::vec((model(), any::<bool>(), deaths()), 0..5), lists in 1..60_u32,
    ) {
        let lists = parts.iter().fold(lists, |lists, (part, ..)| lists.max(part.1.len() as u32));
        let readers: Vec<_> = parts.iter().map(|(part, ..)| read(&build(part))).collect();
        let kept = kept_of(parts.iter().map(|(part, _, dead)| (part.0 as usize, dead)));
        let mut inputs = Vec::new();
        let mut merged = vec![Vec::new(); lists as usize];
        for (((part, lacks, _), reader), kept) in parts.iter().zip(&readers).zip(&kept) {
            if *lacks {
                merged[lists as usize - 1].extend(kept.new_ids());
                inputs.push(PostingsInput::Range { list: lists - 1, ids: kept.new_ids() });
            } else {
                let mut with_ids = Vec::new();
                for (at, (list, ids)) in (0..).zip(merged.iter_mut().zip(&part.1)) {
                    list.extend(ids.iter().filter_map(|&id| kept.new_id(id)));
                    with_ids.extend(ids.iter().any(|&id| kept.new_id(id).is_some()).then_some(at));
                }
                let found = lists_kept(reader, part.1.len() as u32, IdMap::Kept(kept)).unwrap();
                prop_assert!(found.iter().eq(with_ids));
                inputs.push(PostingsInput::Lists { reader, lists: None, ids: IdMap::Kept(kept) });
            }
        }
        let universe = kept.last().map_or(0, |kept| kept.new_ids().end);
        prop_assert_eq!(all(&merge(&inputs, lists, universe).unwrap()), all(&build(&(universe, merged))));
    }

    #[test]
    fn a_merge_of_values_gives_the_bytes_of_one_build((parts, merged) in parts()) {
        let readers: Vec<_> = parts.iter().map(|part| read(&build(&part.model))).collect();
        let inputs: Vec<_> = parts.iter().zip(&readers).map(|(part, reader)| PostingsInput::Lists {
            reader, lists: Some(&part.lists), ids: IdMap::Map(&part.ids),
        }).collect();
        let lists = merged.1.len() as u32;
        prop_assert_eq!(all(&merge(&inputs, lists, merged.0).unwrap()), all(&build(&merged)));
    }

    #[test]
    fn damaged_postings_give_an_error_or_an_answer(model in model(), harms in harms()) {
        let postings = build(&model);
        if let Ok(reader) = PostingsReader::new(harmed(&postings, &harms)) {
            for list in 0..60 {
                let _ = (reader.count(list), reader.set(list), reader.ids(list, &mut Vec::new()));
            }
            let mut set = IdSetBuilder::new(model.0);
            let _ = (reader.total(3..30), reader.add_range_to(0..40, &mut set), set.finish().len());
            let whole = read(&postings);
            let (every, some) = (Kept::all(model.0, 0).unwrap(), Kept::of(model.0, 0, (0..model.0).step_by(3)).unwrap());
            for kept in [&every, &some] {
                let inputs = [&whole, &reader]
                    .map(|reader| PostingsInput::Lists { reader, lists: None, ids: IdMap::Kept(kept) });
                let _ = merge(&inputs, model.1.len() as u32, model.0);
                let _ = lists_kept(&reader, reader.lists().min(60), IdMap::Kept(kept));
            }
        }
    }
}

#[test]
fn tiny_postings_have_these_bytes() {
    let postings = build(&(1000, vec![vec![5], vec![], vec![5, 6, 9]]));
    assert_eq!(all(&postings), (vec![1, 5, 0, 0, 3, 3, 0b1000_0101, 0, 0], 3, 1 << 32 | 1000));
}

#[test]
fn no_lists_and_no_ids_are_fine() {
    let none = build(&(0, vec![]));
    assert_eq!(all(&none), (vec![], 0, 1 << 32));
    assert!(read(&none).count(0).is_err());
    assert_eq!(read(&none).total(0..0).unwrap(), 0);
    assert_eq!(read(&build(&(0, vec![vec![]; 20]))).total(0..20).unwrap(), 0);
    assert_eq!(all(&merge(&[], 0, 0).unwrap()), all(&none));
    let nobody = Kept::all(0, 0).unwrap();
    let input = PostingsInput::Lists { reader: &read(&none), lists: None, ids: IdMap::Kept(&nobody) };
    assert_eq!(all(&merge(&[input], 0, 0).unwrap()), all(&none));
}

#[test]
fn ids_that_do_not_ascend_below_the_universe_are_refused() {
    let mut bytes = Vec::new();
    let mut writer = PostingsWriter::new(&mut bytes, 10);
    for ids in [[3, 3].as_slice(), &[4, 3], &[10]] {
        assert!(writer.push(ids).is_err());
    }
    assert_eq!(writer.finish().unwrap().count, 0);
}

#[test]
fn maps_that_do_not_fit_are_refused() {
    let reader = read(&build(&(10, vec![vec![1], vec![2, 9]])));
    let with = |lists, ids| merge(&[PostingsInput::Lists { reader: &reader, lists, ids }], 2, 10);
    let (kept, higher, fewer) =
        (Kept::all(10, 0).unwrap(), Kept::all(10, 1).unwrap(), Kept::all(9, 0).unwrap());
    let all = IdMap::Kept(&kept);
    assert!(with(None, all).is_ok());
    for (lists, ids) in [
        (None, IdMap::Kept(&higher)),
        (None, IdMap::Kept(&fewer)),
        (None, IdMap::Map(&[0, 1, 2])),
        (Some([0].as_slice()), all),
        (Some(&[0, 2]), all),
        (Some(&[1, 0]), all),
    ] {
        assert!(with(lists, ids).is_err(), "{lists:?} {ids:?}");
    }
}

#[test]
fn long_lists_are_found_over_many_blocks() {
    let lists: Vec<_> = (0..1000).map(|i| list(20_000, i)).collect();
    let reader = read(&build(&(20_000, lists.clone())));
    for i in [0, 15, 16, 17, 511, 998, 999] {
        let mut ids = Vec::new();
        reader.ids(i, &mut ids).unwrap();
        assert_eq!(ids, lists[i as usize]);
    }
    assert!(reader.count(1000).is_err());
}
