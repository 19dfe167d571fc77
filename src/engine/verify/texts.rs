//! Compares the sections of text leaves with the records. What the records say is added up batch by batch while they are
//! read anyway; what the sections say is added up once at the end. Nothing is held but sums and 4,096 texts.

use std::ops::Range;

use super::facts::{FactHash, Facts};
use crate::column::TextValues;
use crate::engine::Error;
use crate::index::{
    ColumnBlock, ColumnReader, DictionaryReader, IndexedLeaf, LeafKind, LongLeaf, PostingsReader, TextLeaf,
    dictionary_order,
};
use crate::record::text::tokens;
use crate::storage::{Segment, StorageError};

/// Texts of a dictionary read at a time.
const TEXTS: u32 = 4_096;

/// What the texts of a leaf say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TextFacts {
    /// Rows or elements.
    universe: u64,
    /// Which value, or word of long text, is held by whom.
    held: Facts,
    /// Where each word of long text stands.
    places: Facts,
    /// Who has long text without words.
    wordless: Facts,
    /// Who has no text.
    without: Facts,
}

impl TextFacts {
    pub(super) fn add_all(&mut self, other: &Self) {
        self.universe += other.universe;
        self.held.add_all(other.held);
        self.places.add_all(other.places);
        self.wordless.add_all(other.wordless);
        self.without.add_all(other.without);
    }

    /// What the texts of a batch say, whose rows or elements are numbered from `first` on.
    pub(super) fn of_batch(hash: FactHash, kind: LeafKind, first: u32, texts: &TextValues<'_>) -> Self {
        let mut facts = Self { universe: texts.len() as u64, ..Self::default() };
        for at in 0..texts.len() {
            let id = first.wrapping_add(at as u32);
            if texts.get(at).next().is_none() {
                facts.without.add(hash.at(0, id));
            } else if kind == LeafKind::LongText {
                texts.get(at).for_each(|text| facts.add_words(hash, text, id));
            } else {
                let values = distinct(texts.get(at).map(|text| hash.text(text)));
                values.into_iter().for_each(|value| facts.held.add(hash.at(value, id)));
            }
        }
        facts
    }

    fn add_words(&mut self, hash: FactHash, text: &str, id: u32) {
        let words: Vec<u64> = tokens(text).map(|word| hash.text(&word)).collect();
        for (position, &word) in (0..).zip(&words) {
            self.places.add(hash.at(hash.at(word, id), position));
        }
        if words.is_empty() {
            self.wordless.add(hash.at(0, id));
        }
        distinct(words.into_iter()).into_iter().for_each(|word| self.held.add(hash.at(word, id)));
    }

    fn has_text(&self) -> bool {
        !self.held.is_empty() || !self.wordless.is_empty()
    }
}

fn distinct(hashes: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut hashes: Vec<u64> = hashes.collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Compares the sections of a leaf with what the records say: the first thing that differs.
pub(super) fn check_texts(
    hash: FactHash,
    segment: &Segment,
    leaf: &IndexedLeaf,
    expected: &TextFacts,
) -> Result<Option<&'static str>, Error> {
    match leaf.kind {
        LeafKind::Text { list } => match TextLeaf::open(segment, leaf)? {
            Some(sections) => check_text_leaf(hash, &sections, list, expected),
            None => Ok(expected.has_text().then_some("the dictionary is missing")),
        },
        LeafKind::LongText => match LongLeaf::open(segment, leaf)? {
            Some(sections) => check_long_leaf(hash, &sections, expected),
            None => Ok(expected.has_text().then_some("the words are missing")),
        },
        LeafKind::Number(_) => Ok(None),
    }
}

fn check_text_leaf(
    hash: FactHash,
    leaf: &TextLeaf,
    list: bool,
    expected: &TextFacts,
) -> Result<Option<&'static str>, Error> {
    if u64::from(leaf.universe()) != expected.universe {
        return Ok(Some("the postings are of another number of rows or elements"));
    }
    // By value and row for the records, by value id and row for the column; by word and value id for words.
    let (mut held, mut by_id, mut words) = (Facts::default(), Facts::default(), Facts::default());
    let sound = for_each_text(&leaf.values, |value, text| {
        distinct(tokens(text).map(|word| hash.text(&word)))
            .into_iter()
            .for_each(|word| words.add(hash.at(word, value)));
    })? && for_each_id(hash, &leaf.values, &leaf.postings, |text, value, id| {
        held.add(hash.at(text, id));
        by_id.add(hash.at(value.into(), id));
    })?;
    if !sound {
        return Ok(Some("the dictionary is not in order, or has a value that nobody holds"));
    }
    if held != expected.held || facts_of_list(hash, &leaf.postings, leaf.without())? != expected.without {
        return Ok(Some("the postings differ from the records"));
    }
    let mut found = Facts::default();
    let sound = for_each_text(&leaf.words, |_, _| ())?
        && for_each_id(hash, &leaf.words, &leaf.word_postings, |word, _, value| {
            found.add(hash.at(word, value));
        })?;
    if !sound || found != words {
        return Ok(Some("the words differ from those of the values"));
    }
    match &leaf.column {
        Some(column) if !list => {
            Ok((column_facts(hash, column)? != by_id).then_some("the value column differs from the postings"))
        }
        None if list => Ok(None),
        _ => Ok(Some("a leaf has a value column if and only if it is no list")),
    }
}

fn check_long_leaf(
    hash: FactHash,
    leaf: &LongLeaf,
    expected: &TextFacts,
) -> Result<Option<&'static str>, Error> {
    if u64::from(leaf.universe()) != expected.universe {
        return Ok(Some("the word postings are of another number of rows or elements"));
    }
    let mut held = Facts::default();
    let sound = for_each_text(&leaf.words, |_, _| ())?
        && for_each_id(hash, &leaf.words, &leaf.postings, |word, _, id| held.add(hash.at(word, id)))?;
    if !sound {
        return Ok(Some("the words are not in order, or one is in no text"));
    }
    if held != expected.held
        || facts_of_list(hash, &leaf.postings, leaf.wordless())? != expected.wordless
        || facts_of_list(hash, &leaf.postings, leaf.without())? != expected.without
    {
        return Ok(Some("the word postings differ from the records"));
    }
    let mut places = Facts::default();
    let mut ids = Vec::new();
    for_each_hash(hash, &leaf.words, |hashed, word| {
        ids.clear();
        leaf.postings.ids(word, &mut ids)?;
        let mut missing = false;
        leaf.positions.for_each(word, |text, position| match ids.get(text as usize) {
            Some(&id) => places.add(hash.at(hash.at(hashed, id), position)),
            None => missing = true,
        })?;
        // A fact that no record states.
        if missing {
            places.add(hash.at(0, word));
        }
        Ok(())
    })?;
    Ok((places != expected.places).then_some("the positions differ from the records"))
}

/// Hands out every text; tells whether they are in the order of dictionaries, each once.
fn for_each_text(
    dictionary: &DictionaryReader,
    mut each: impl FnMut(u32, &str),
) -> Result<bool, StorageError> {
    let (mut last, mut sound) = (None::<String>, true);
    dictionary.for_each(0..dictionary.len(), |id, text| {
        sound &= last.as_ref().is_none_or(|last| dictionary_order(last, text).is_lt());
        each(id, text);
        let last = last.get_or_insert_default();
        last.clear();
        last.push_str(text);
    })?;
    Ok(sound)
}

/// Hands out the hash and number of every text.
fn for_each_hash(
    hash: FactHash,
    dictionary: &DictionaryReader,
    mut each: impl FnMut(u64, u32) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let mut hashes = Vec::new();
    for texts in ranges(dictionary.len()) {
        hashes.clear();
        dictionary.for_each(texts.clone(), |_, text| hashes.push(hash.text(text)))?;
        hashes.iter().zip(texts).try_for_each(|(&hashed, text)| each(hashed, text))?;
    }
    Ok(())
}

fn ranges(len: u32) -> impl Iterator<Item = Range<u32>> {
    (0..len).step_by(TEXTS as usize).map(move |start| start..len.min(start.saturating_add(TEXTS)))
}

/// Hands out hash and number of every text with every id of its list; tells whether every list has one.
fn for_each_id(
    hash: FactHash,
    dictionary: &DictionaryReader,
    postings: &PostingsReader,
    mut each: impl FnMut(u64, u32, u32),
) -> Result<bool, StorageError> {
    let (mut ids, mut sound) = (Vec::new(), true);
    for_each_hash(hash, dictionary, |hashed, text| {
        ids.clear();
        postings.ids(text, &mut ids)?;
        sound &= !ids.is_empty();
        ids.iter().for_each(|&id| each(hashed, text, id));
        Ok(())
    })?;
    Ok(sound)
}

/// That each id of a list is in it.
fn facts_of_list(hash: FactHash, postings: &PostingsReader, list: u32) -> Result<Facts, StorageError> {
    let (mut ids, mut facts) = (Vec::new(), Facts::default());
    postings.ids(list, &mut ids)?;
    ids.iter().for_each(|&id| facts.add(hash.at(0, id)));
    Ok(facts)
}

fn column_facts(hash: FactHash, column: &ColumnReader) -> Result<Facts, StorageError> {
    let (mut block, mut facts, mut id) = (ColumnBlock::new(), Facts::default(), 0);
    for i in 0..column.blocks() {
        column.block(i, &mut block)?;
        for value in block.iter() {
            if let Some(value) = value {
                facts.add(hash.at(value, id));
            }
            id += 1;
        }
    }
    Ok(facts)
}
