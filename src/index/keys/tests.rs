//! Tests of key tables, against a map.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::index::testing::{config, deaths, harmed, harms, kept_of, section};
use crate::index::{IndexError, Kept, Written};
use crate::storage::{SectionKind, StorageError};

type Entries = Vec<(u64, u32)>;

#[derive(Debug, PartialEq)]
struct Table {
    keys: Vec<u8>,
    lists: Vec<u8>,
    written: KeysWritten,
}

impl Table {
    fn reader(&self) -> KeysReader {
        let keys = section(SectionKind::KEYS, self.keys.clone(), self.written.keys);
        let lists = section(SectionKind::KEY_LISTS, self.lists.clone(), self.written.lists);
        KeysReader::new(keys, Some(lists)).unwrap()
    }
}

fn try_build(entries: &[(u64, u32)]) -> Result<Table, IndexError> {
    let (mut keys, mut lists) = (Vec::new(), Vec::new());
    let mut builder = KeysBuilder::new();
    builder.extend(entries.iter().copied());
    let written = builder.write(&mut keys, &mut lists)?;
    Ok(Table { keys, lists, written })
}

fn build(entries: &[(u64, u32)]) -> Table {
    try_build(entries).unwrap()
}

/// A merge of tables of 100,000 rows or less, all of which are kept, each from a row of the merged segment on.
fn merge(inputs: &[(&KeysReader, u32)]) -> Result<Table, IndexError> {
    let kept = inputs.iter().map(|&(_, base)| Kept::all(100_000.min(u32::MAX - base), base));
    let kept = kept.collect::<Result<Vec<Kept>, _>>()?;
    merge_kept(&inputs.iter().zip(&kept).map(|((table, _), kept)| (*table, kept)).collect::<Vec<_>>())
}

fn merge_kept(inputs: &[(&KeysReader, &Kept)]) -> Result<Table, IndexError> {
    let (mut keys, mut lists) = (Vec::new(), Vec::new());
    let written = merge_keys(inputs, &mut keys, &mut lists)?;
    Ok(Table { keys, lists, written })
}

fn find(reader: &KeysReader, hash: u64) -> Vec<u32> {
    reader.candidates(hash).unwrap().collect()
}

/// Hashes that meet often: few different ones, near each other, at the ends; and hashes as they are.
fn entries(max: usize) -> impl Strategy<Value = Entries> {
    let hash = prop_oneof![4 => any::<u64>(), 1 => 0..40_u64, 1 => Just(u64::MAX), 1 => Just(1 << 63)];
    prop_oneof![
        proptest::collection::vec((hash, 0..100_u32), 0..40),
        proptest::collection::vec((any::<u64>(), 0..100_u32), 0..max),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_table_answers_like_a_map(entries in entries(4000), others: Vec<u64>) {
        let mut model: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
        for &(hash, row) in &entries {
            model.entry(hash).or_default().insert(row);
        }
        let reader = build(&entries).reader();
        prop_assert_eq!(reader.len(), model.len() as u64);
        for hash in model.keys().chain(&others) {
            let expected: Vec<u32> = model.get(hash).into_iter().flatten().copied().collect();
            prop_assert_eq!(reader.candidates(*hash).unwrap().len(), expected.len());
            prop_assert_eq!(find(&reader, *hash), expected);
        }
        let mut walked = Vec::new();
        reader.for_each_sorted(|hash, rows| {
            walked.push((hash, rows.collect()));
            Ok::<_, StorageError>(())
        }).unwrap();
        prop_assert_eq!(walked, model.into_iter().collect::<Vec<_>>());
        reader.check(100).unwrap();
    }

    #[test]
    fn the_order_of_entries_does_not_change_a_byte(
        (entries, shuffled) in entries(3000).prop_flat_map(|e| (Just(e.clone()), Just(e).prop_shuffle())),
    ) {
        prop_assert_eq!(build(&entries), build(&shuffled));
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(
        parts in proptest::collection::vec((entries(1500), deaths()), 0..5),
    ) {
        let readers: Vec<KeysReader> = parts.iter().map(|(part, _)| build(part).reader()).collect();
        let kept = kept_of(parts.iter().map(|(_, dead)| (100, dead)));
        let inputs: Vec<(&KeysReader, &Kept)> = readers.iter().zip(&kept).collect();
        let living = |((part, _), kept): (&(Entries, _), &Kept)| {
            part.iter().filter_map(|&(hash, row)| Some((hash, kept.new_id(row)?))).collect::<Entries>()
        };
        let all: Entries = parts.iter().zip(&kept).flat_map(living).collect();
        prop_assert_eq!(merge_kept(&inputs).unwrap(), build(&all));
    }

    #[test]
    fn a_damaged_table_gives_an_error_or_an_answer(
        entries in entries(2500), in_keys in harms(), in_lists in harms(),
    ) {
        let table = build(&entries).reader();
        let keys = harmed(&table.keys, &in_keys);
        let lists = table.lists.as_ref().map(|lists| harmed(lists, &in_lists));
        if let Ok(reader) = KeysReader::new(keys, lists) {
            for (hash, _) in entries {
                let _ = reader.candidates(hash).map(Iterator::count);
            }
            let _ = reader.check(100);
            let _ = merge(&[(&table, 0), (&reader, u32::MAX - 50)]);
        }
    }
}

#[test]
fn a_tiny_table_has_these_bytes() {
    let table = build(&[(5, 8), (0x0102_0304_0506_0708, 3), (5, 7), (5, 8)]);
    let mut keys = Vec::new();
    for hash in [5_u64, 0x0102_0304_0506_0708, 0, 0, 0] {
        keys.extend(hash.to_le_bytes());
    }
    for row in [0x8000_0000_u32, 3, u32::MAX, u32::MAX, u32::MAX, 0] {
        keys.extend(row.to_le_bytes());
    }
    assert_eq!(table.keys, keys);
    assert_eq!(table.lists, [2, 0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0]);
    let (keys, lists) = (Written { count: 2, aux: 1 }, Written { count: 1, aux: 0 });
    assert_eq!(table.written, KeysWritten { keys, lists });
}

#[test]
fn an_empty_table_has_no_bytes_and_no_answers() {
    let table = build(&[]);
    assert_eq!(table, Table { keys: vec![], lists: vec![], written: KeysWritten::default() });
    let reader = table.reader();
    assert!(reader.is_empty());
    assert!(find(&reader, 0).is_empty());
    assert_eq!(reader.line_of(7), None);
    assert_eq!(merge(&[(&reader, 0), (&reader, 9)]).unwrap(), table);
}

#[test]
fn one_key_is_found_and_others_are_not() {
    let reader = build(&[(0, 0)]).reader();
    assert_eq!(find(&reader, 0), [0]);
    assert!(find(&reader, 1).is_empty());
    assert_eq!(reader.line_of(u64::MAX), Some(0));
    reader.prefetch(u64::MAX);
}

#[test]
fn a_key_may_name_a_hundred_thousand_people() {
    let half =
        |start: u32| (start..start + 50_000).map(|row| (42, row)).chain([(7, start)]).collect::<Entries>();
    let (low, high) = (half(0), half(50_000));
    let all = build(&low.iter().chain(&high).copied().collect::<Entries>());
    assert!(find(&all.reader(), 42).into_iter().eq(0..100_000));
    let (low, high) = (build(&low).reader(), build(&half(0)).reader());
    assert_eq!(merge(&[(&low, 0), (&high, 50_000)]).unwrap(), all);
}

/// `count` hashes that share the upper bits of `first`.
fn crowd(first: u64, step: u64, count: u64) -> impl Iterator<Item = (u64, u32)> {
    (0..count).map(move |i| (first + i * step, i as u32))
}

#[test]
fn a_full_page_is_searched_once_and_no_more() {
    // Two pages, split at 2^63: the first has an entry in each of its 1,280 slots, the other 768.
    let entries: Entries = crowd(0, 3, 1280).chain(crowd(1 << 63, 3, 768)).collect();
    let table = build(&entries);
    assert_eq!(table.keys.len(), 2 * 256 * 64);
    let reader = table.reader();
    assert!(find(&reader, 1).is_empty());
    assert_eq!(find(&reader, 3 * 1279), [1279]);
    reader.check(1280).unwrap();
}

#[test]
fn pages_that_would_overflow_become_more() {
    // Of three pages the first would get 1,400 entries; four pages hold them.
    let entries: Entries = crowd(0, u64::MAX / 3 / 1401, 1400)
        .chain(crowd(u64::MAX / 3 + 1, u64::MAX / 3 * 2 / 1601, 1600))
        .collect();
    let table = build(&entries);
    assert_eq!(table.keys.len(), 4 * 256 * 64);
    table.reader().check(1600).unwrap();
    assert_eq!(merge(&[(&table.reader(), 0)]).unwrap(), table);
}

#[test]
fn hashes_that_no_number_of_pages_separates_are_refused() {
    let entries: Entries = crowd(0, 1, 3000).collect();
    assert!(matches!(try_build(&entries), Err(IndexError::TooMany { section: "keys", .. })));
}

#[test]
fn rows_that_a_slot_cannot_hold_are_refused() {
    assert_eq!(find(&build(&[(1, MAX_ROW)]).reader(), 1), [MAX_ROW]);
    assert!(try_build(&[(1, MAX_ROW + 1)]).is_err());
    assert!(try_build(&[(1, 0), (1, MAX_ROW + 1)]).is_err());
    let reader = build(&[(1, 1)]).reader();
    assert!(merge(&[(&reader, MAX_ROW)]).is_err());
    assert!(merge(&[(&reader, u32::MAX)]).is_err());
}

#[test]
fn a_page_without_an_empty_slot_ends_every_search() {
    let bytes = vec![0x11; 256 * 64];
    let keys = section(SectionKind::KEYS, bytes, Written { count: 1280, aux: 256 });
    let reader = KeysReader::new(keys, None).unwrap();
    assert!(find(&reader, 5).is_empty());
    assert!(reader.check(10).is_err());
}

#[test]
fn an_entry_out_of_its_page_is_damage() {
    let mut table = build(&crowd(0, u64::MAX / 2000, 2000).collect::<Entries>());
    table.keys.rotate_left(256 * 64);
    let error = table.reader().check(2000).unwrap_err().to_string();
    assert!(error.contains("keys") && error.contains("wrong page"), "{error}");
}

#[test]
fn a_list_that_is_not_there_is_damage() {
    let table = build(&[(1, 1), (1, 2)]);
    let keys = section(SectionKind::KEYS, table.keys, table.written.keys);
    assert!(KeysReader::new(keys, None).unwrap().candidates(1).is_err());
}
