use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::index::testing::{Deaths, config, deaths, kept_of};
use crate::index::{IdSet, Kept};
use crate::record::text::tokens;
use crate::storage::SectionId;

/// Texts of each row or element.
type Texts = Vec<Vec<String>>;

/// Few different texts, so that they meet again; some without words.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[abAB ]{0,3}", "(ann|Ann|bob|[-.])( [a-c]{1,2}){0,4}", any::<String>()]
}

/// What several segments have of a leaf, often nothing; and who of them is dead.
fn parts(items: usize) -> impl Strategy<Value = Vec<(Texts, Deaths)>> {
    let texts = prop_oneof![3 => vec(vec(text(), 0..=items), 0..40), 1 => vec(Just(vec![]), 0..40)];
    vec((texts, deaths()), 0..4)
}

/// The texts of those who live.
fn living(parts: &[(Texts, Deaths)]) -> Texts {
    parts.iter().flat_map(|(texts, dead)| dead.living(texts)).collect()
}

fn inputs<'a, T>(leaves: &'a [Option<T>], kept: &'a [Kept]) -> Vec<Part<'a, T>> {
    leaves.iter().zip(kept).map(|(leaf, kept)| Part { reader: leaf.as_ref(), kept }).collect()
}

fn built(texts: &Texts, list: bool) -> Vec<BuiltSection> {
    let mut builder = TextLeafBuilder::new(list);
    texts.iter().for_each(|texts| builder.push(texts.iter().map(String::as_str)));
    let mut sections = Vec::new();
    builder.write(&mut sections).unwrap();
    sections
}

fn built_long(texts: &Texts) -> Vec<BuiltSection> {
    let mut builder = LongLeafBuilder::new();
    texts.iter().for_each(|texts| builder.push(texts.first().map(String::as_str)));
    let mut sections = Vec::new();
    builder.write(&mut sections).unwrap();
    sections
}

fn find(sections: &[BuiltSection]) -> impl Fn(SectionKind) -> Option<Section> {
    |kind| {
        let built = sections.iter().find(|built| built.kind == kind)?;
        let written = built.written;
        Some(Section::owned(SectionId::person(kind), built.bytes.clone(), written.count, written.aux))
    }
}

/// The values of a dictionary.
fn all(dictionary: &DictionaryReader) -> Vec<String> {
    (0..dictionary.len()).map(|id| dictionary.value(id).unwrap()).collect()
}

fn ids(set: &IdSet) -> Vec<u32> {
    set.iter().collect()
}

/// The ids whose texts pass.
fn passing(texts: &Texts, pass: impl Fn(&[String]) -> bool) -> Vec<u32> {
    (0..).zip(texts).filter(|(_, texts)| pass(texts)).map(|(id, _)| id).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_leaf_has_the_values_and_words_of_its_texts(texts in vec(vec(text(), 0..3), 0..60)) {
        let sections = built(&texts, true);
        let Some(leaf) = TextLeaf::of(find(&sections)).unwrap() else {
            prop_assert!(texts.concat().is_empty() && sections.is_empty());
            return Ok(());
        };
        let values = all(&leaf.values);
        prop_assert_eq!(values.iter().collect::<BTreeSet<_>>(), texts.iter().flatten().collect::<BTreeSet<_>>());
        for (id, value) in (0..).zip(&values) {
            let holders = passing(&texts, |texts| texts.contains(value));
            prop_assert_eq!(ids(&leaf.postings.set(id).unwrap()), holders);
        }
        prop_assert_eq!(ids(&leaf.postings.set(leaf.without()).unwrap()), passing(&texts, <[_]>::is_empty));
        let words = all(&leaf.words);
        let expected: BTreeSet<String> = values.iter().flat_map(|value| tokens(value)).map(|word| word.into_owned()).collect();
        prop_assert_eq!(words.iter().cloned().collect::<BTreeSet<_>>(), expected);
        for (id, word) in (0..).zip(&words) {
            let holders: Vec<u32> = (0..).zip(&values).filter(|(_, value)| tokens(value).any(|w| w == *word)).map(|(id, _)| id).collect();
            prop_assert_eq!(ids(&leaf.word_postings.set(id).unwrap()), holders);
        }
        prop_assert!(leaf.column.is_none());
    }

    #[test]
    fn a_value_column_names_each_value(texts in vec(vec(text(), 0..=1), 0..2000)) {
        if let Some(leaf) = TextLeaf::of(find(&built(&texts, false))).unwrap() {
            let column = leaf.column.unwrap();
            for (at, texts) in (0..).zip(&texts) {
                let value = column.get(at).unwrap().map(|id| leaf.values.value(id as u32).unwrap());
                prop_assert_eq!(value.as_ref(), texts.first());
            }
        }
    }

    #[test]
    fn a_long_leaf_has_the_words_of_its_texts(texts in vec(vec(text(), 0..=1), 0..60)) {
        let Some(leaf) = LongLeaf::of(find(&built_long(&texts))).unwrap() else {
            prop_assert!(texts.concat().is_empty());
            return Ok(());
        };
        let has = |texts: &[String], word: &str| texts.iter().flat_map(|text| tokens(text)).any(|w| w == word);
        for (id, word) in (0..).zip(all(&leaf.words)) {
            let holders = passing(&texts, |texts| has(texts, &word));
            prop_assert!(!holders.is_empty());
            prop_assert_eq!(ids(&leaf.postings.set(id).unwrap()), holders);
        }
        for text in texts.iter().flatten() {
            let words: Vec<String> = tokens(text).map(|word| word.into_owned()).collect();
            let numbers: Vec<u32> = words.iter().map(|word| leaf.words.exact(word).unwrap().unwrap()).collect();
            if !words.is_empty() {
                let phrase = leaf.positions.phrase(&leaf.postings, &numbers).unwrap();
                let holders = passing(&texts, |texts| texts.iter().any(|text| crate::record::text::find_phrase(text, &words)));
                prop_assert_eq!(ids(&phrase), holders);
            }
        }
        let wordless = passing(&texts, |texts| texts.first().is_some_and(|text| tokens(text).next().is_none()));
        prop_assert_eq!(ids(&leaf.postings.set(leaf.wordless()).unwrap()), wordless);
        prop_assert_eq!(ids(&leaf.postings.set(leaf.without()).unwrap()), passing(&texts, <[_]>::is_empty));
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(parts in parts(2)) {
        let leaves: Vec<Option<TextLeaf>> = parts.iter().map(|(texts, _)| TextLeaf::of(find(&built(texts, true))).unwrap()).collect();
        let kept = kept_of(parts.iter().map(|(texts, dead)| (texts.len(), dead)));
        let mut merged = Vec::new();
        merge_text_leaf(&inputs(&leaves, &kept), true, &mut merged).unwrap();
        prop_assert_eq!(merged, built(&living(&parts), true));
    }

    #[test]
    fn a_merge_of_scalars_gives_the_bytes_of_one_build(parts in parts(1)) {
        let leaves: Vec<Option<TextLeaf>> = parts.iter().map(|(texts, _)| TextLeaf::of(find(&built(texts, false))).unwrap()).collect();
        let kept = kept_of(parts.iter().map(|(texts, dead)| (texts.len(), dead)));
        let mut merged = Vec::new();
        merge_text_leaf(&inputs(&leaves, &kept), false, &mut merged).unwrap();
        prop_assert_eq!(merged, built(&living(&parts), false));
    }

    #[test]
    fn a_merge_of_long_texts_gives_the_bytes_of_one_build(parts in parts(1)) {
        let leaves: Vec<Option<LongLeaf>> = parts.iter().map(|(texts, _)| LongLeaf::of(find(&built_long(texts))).unwrap()).collect();
        let kept = kept_of(parts.iter().map(|(texts, dead)| (texts.len(), dead)));
        let mut merged = Vec::new();
        merge_long_leaf(&inputs(&leaves, &kept), &mut merged).unwrap();
        prop_assert_eq!(merged, built_long(&living(&parts)));
    }
}

#[test]
fn a_leaf_that_lacks_a_section_is_damaged() {
    let sections = built(&vec![vec!["a".to_string()]], false);
    for lacking in [SectionKind::POSTINGS, SectionKind::WORDS, SectionKind::WORD_POSTINGS] {
        let rest: Vec<BuiltSection> =
            sections.iter().filter(|built| built.kind != lacking).cloned().collect();
        let error = TextLeaf::of(find(&rest)).unwrap_err().to_string();
        assert!(error.contains(lacking.name()), "{error}");
    }
}

#[test]
fn sections_of_another_leaf_do_not_fit() {
    let (one, two) =
        (built(&vec![vec!["a".to_string()]], false), built(&vec![vec!["b c".to_string()]; 2], false));
    for foreign in [SectionKind::WORDS, SectionKind::VALUE_COLUMN] {
        let mixed: Vec<BuiltSection> = one
            .iter()
            .zip(&two)
            .map(|(a, b)| if a.kind == foreign { b.clone() } else { a.clone() })
            .collect();
        assert!(TextLeaf::of(find(&mixed)).is_err(), "{}", foreign.name());
    }
}
