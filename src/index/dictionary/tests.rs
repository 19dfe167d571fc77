//! Tests of dictionaries, against a sorted list of texts.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::index::IdSet;
use crate::index::kept::GONE;
use crate::index::testing::{config, deaths, harmed, harms, section};
use crate::record::text::{fold, fold_key};
use crate::storage::{Section, SectionKind};

/// The values, in order.
type Model = Vec<String>;

fn model_of(texts: impl IntoIterator<Item = String>) -> Model {
    let set: BTreeSet<(String, String)> =
        texts.into_iter().map(|text| (fold_key(&text).into_owned(), text)).collect();
    set.into_iter().map(|(_, text)| text).collect()
}

/// Texts that often are equal but for case and white space, or begin alike; some empty, some of any characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[ \t\u{a0}]{0,1}[aA]{0,3}[bBéÉßẞİ]{0,2}[ ]{0,1}[cC\u{10ffff}]{0,1}[ ]{0,1}",
        2 => "Head of (Sales|sales|Data|Operations|ops|Ops )",
        1 => any::<String>(),
    ]
}

fn model() -> impl Strategy<Value = Model> {
    proptest::collection::vec(text(), 0..120).prop_map(model_of)
}

fn bytes(model: &Model) -> (Vec<u8>, Written) {
    let mut bytes = Vec::new();
    let mut writer = DictionaryWriter::new(&mut bytes);
    model.iter().for_each(|value| writer.push(value).unwrap());
    let written = writer.finish().unwrap();
    (bytes, written)
}

fn build(model: &Model) -> Section {
    let (bytes, written) = bytes(model);
    section(SectionKind::DICTIONARY, bytes, written)
}

fn reader(model: &Model) -> DictionaryReader {
    DictionaryReader::new(build(model)).unwrap()
}

/// The ids of the values that `is` holds for, which must be a range.
fn ids(model: &Model, is: impl Fn(&str) -> bool) -> Vec<u32> {
    (0..).zip(model).filter(|(_, value)| is(value)).map(|(id, _)| id).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_is_that_of_fold_keys_then_bytes(a in text(), b in text()) {
        prop_assert_eq!(dictionary_order(&a, &b), (fold_key(&a), &a).cmp(&(fold_key(&b), &b)));
    }

    #[test]
    fn ids_and_values_find_each_other(model in model(), others in proptest::collection::vec(text(), 9)) {
        let reader = reader(&model);
        prop_assert_eq!(reader.len() as usize, model.len());
        for (id, value) in (0..).zip(&model) {
            prop_assert_eq!(&reader.value(id).unwrap(), value);
            prop_assert_eq!(reader.exact(value).unwrap(), Some(id));
            let mut text = "é".to_owned();
            reader.append_value(id, &mut text).unwrap();
            prop_assert_eq!(text, format!("é{value}"));
        }
        prop_assert!(reader.value(reader.len()).is_err());
        for other in others {
            let id = model.iter().position(|value| *value == other).map(|id| id as u32);
            prop_assert_eq!(reader.exact(&other).unwrap(), id);
        }
    }

    #[test]
    fn folded_texts_and_prefixes_are_ranges(model in model(), others in proptest::collection::vec(text(), 9)) {
        let reader = reader(&model);
        for text in model.iter().chain(&others) {
            let key = fold_key(text);
            let expected = ids(&model, |value| fold_key(value) == key);
            prop_assert_eq!(reader.folded(&key).unwrap().collect::<Vec<_>>(), expected);
            let key = fold(text.trim_start()).chars().take(3).collect::<String>();
            let expected = ids(&model, |value| fold_key(value).starts_with(&key));
            prop_assert_eq!(reader.prefix(&key).unwrap().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_range_of_values_is_walked(model in model(), start in 0..130_u32, len in 0..130_u32) {
        let reader = reader(&model);
        let range = start.min(reader.len())..(start + len).min(reader.len());
        let mut found = Vec::new();
        reader.for_each(range.clone(), |id, value| found.push((id, value.to_owned()))).unwrap();
        let expected: Vec<_> = range.map(|id| (id, model[id as usize].clone())).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(reader.for_each(0..reader.len() + 1, |_, _| ()).is_err());
    }

    #[test]
    fn near_values_are_those_of_few_edits(model in model(), text in text(), limit in 0..9_usize) {
        let key = fold_key(&text);
        let most = if key.chars().count() <= 4 { 1 } else { 2 };
        let mut expected: Vec<_> = (0..).zip(&model)
            .map(|(id, value)| (strsim::osa_distance(&fold_key(value), &key), id, value))
            .filter(|(edits, _, value)| *edits <= most && **value != text && key.chars().count() <= 64)
            .collect();
        expected.sort_by_key(|&(edits, id, _): &(usize, u32, _)| (edits, id));
        let expected: Vec<_> = expected.into_iter().take(limit).map(|(_, _, value)| value.clone()).collect();
        prop_assert_eq!(reader(&model).near(&text, limit).unwrap(), expected);
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(parts in proptest::collection::vec((model(), deaths()), 0..6)) {
        let readers: Vec<_> = parts.iter().map(|(part, _)| reader(part)).collect();
        let kept: Vec<_> = parts.iter().map(|(part, dead)| {
            let kept = dead.kept(part.len(), 0);
            // All, said in both ways.
            (!kept.is_all() || part.len() % 2 == 0).then(|| IdSet::from_sorted(part.len() as u32, kept.iter().flatten().collect()))
        }).collect();
        let mut merged = Vec::new();
        let inputs: Vec<_> = readers.iter().zip(kept.iter().map(Option::as_ref)).collect();
        let (written, ids) = merge_dictionaries(&inputs, &mut merged).unwrap();
        let whole = model_of(parts.iter().flat_map(|(part, dead)| dead.living(part)));
        prop_assert_eq!((merged, written), bytes(&whole));
        prop_assert_eq!(ids.len(), parts.len());
        for (ids, (part, dead)) in ids.iter().zip(&parts) {
            prop_assert_eq!(ids.len(), part.len());
            let values = ids.iter().filter(|id| **id != GONE).map(|&id| whole[id as usize].clone());
            prop_assert!(values.eq(dead.living(part)));
        }
    }

    #[test]
    fn a_damaged_dictionary_gives_an_error_or_an_answer(model in model(), harms in harms(), text in text()) {
        let Ok(harmed) = DictionaryReader::new(harmed(&build(&model), &harms)) else { return Ok(()) };
        for id in [0, 1, 15, 16, 100, u32::MAX] {
            let _ = harmed.value(id);
        }
        let _ = (harmed.exact(&text), harmed.folded(&text), harmed.prefix(&text), harmed.near(&text, 3));
        let _ = harmed.for_each(0..harmed.len(), |_, _| ());
        let _ = merge_dictionaries(&[(&reader(&model), None), (&harmed, None)], &mut Vec::new());
    }
}

#[test]
fn a_tiny_dictionary_has_these_bytes() {
    let (bytes, written) = bytes(&model_of(["Éa", "éA", "éb", ""].map(str::to_owned)));
    assert_eq!(bytes, b"\x00\x00\x03\xc3\x89a\x00\x03\xc3\xa9A\x02\x01b\x00");
    assert_eq!(written, Written { count: 4, aux: 14 });
}

#[test]
fn nothing_is_a_dictionary_too() {
    let reader = reader(&Vec::new());
    assert!(reader.is_empty());
    assert_eq!((reader.exact("").unwrap(), reader.folded("").unwrap()), (None, 0..0));
    assert!(reader.near("a", 9).unwrap().is_empty());
    assert!(reader.value(0).is_err());
}

#[test]
fn values_may_be_long() {
    let long = |c: char| c.to_string().repeat(1 << 20);
    let model = model_of(('a'..='z').flat_map(|c| [long(c), long(c) + "!", c.to_string()]));
    let reader = reader(&model);
    assert_eq!(reader.exact(&long('q')).unwrap(), Some(16 * 3 + 1));
    assert_eq!(reader.value(16 * 3 + 2).unwrap(), long('q') + "!");
}

#[test]
fn values_out_of_order_do_not_merge() {
    let (mut bytes, written) = bytes(&vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(bytes[1], b'a');
    bytes[1] = b'c';
    let reader = DictionaryReader::new(section(SectionKind::DICTIONARY, bytes, written)).unwrap();
    let error = merge_dictionaries(&[(&reader, None)], &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("value 1 is out of order"), "{error}");
}

#[test]
fn of_many_values_only_those_that_begin_alike_are_near() {
    let model: Model = (100_000..200_000).map(|i| i.to_string()).collect();
    let reader = reader(&model);
    assert_eq!(reader.near("150000x", 3).unwrap(), ["150000", "130000", "140000"]);
    assert_eq!(reader.near("x99999", 1).unwrap(), ["199999"]);
    // One edit away, but 50,000 values stand between.
    let near = reader.near("050000", 1_000).unwrap();
    assert!(near.contains(&"100000".to_owned()) && !near.contains(&"150000".to_owned()));
}
