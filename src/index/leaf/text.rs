//! The sections of a short text leaf: its values and who holds them, their words and which values hold those.
//!
//! A leaf without any value in a segment has no sections there: [`TextLeaf::open`] gives `None`, and nobody has a value.

use std::borrow::Cow;

use super::lexicon::{Inverted, Lexicon};
use super::{SectionSink, find_sections, merge_id_postings, merge_texts};
use crate::index::error::damaged;
use crate::index::{
    ColumnBuilder, ColumnReader, ColumnType, DictionaryReader, IdMap, IdSet, IndexError, IndexedLeaf, Part,
    PostingsInput, PostingsReader, PostingsWriter, lists_kept, merge_postings, merge_value_columns,
};
use crate::record::text::tokens;
use crate::storage::{Section, SectionKind, Segment, StorageError};

/// Collects the texts of a leaf, row by row or element by element. Memory: 4 bytes a row, 8 a text, and some 50 for each distinct text.
#[derive(Debug)]
pub struct TextLeafBuilder<'a> {
    list: bool,
    values: Lexicon<'a, u32>,
    without: Vec<u32>,
    len: u32,
}

impl<'a> TextLeafBuilder<'a> {
    /// A builder for a leaf; `list`: whether a row or element may have several texts.
    pub fn new(list: bool) -> Self {
        Self { list, values: Lexicon::new(), without: Vec::new(), len: 0 }
    }

    /// Adds the texts of the next row or element.
    pub fn push(&mut self, texts: impl Iterator<Item = &'a str>) {
        let mut any = false;
        for text in texts {
            any = true;
            self.values.add(Cow::Borrowed(text), self.len);
        }
        if !any {
            self.without.push(self.len);
        }
        self.len += 1;
    }

    /// Writes the leaf's sections; none if there is no text.
    pub fn write(self, sink: &mut impl SectionSink) -> Result<(), IndexError> {
        let values = self.values.invert();
        if values.len() == 0 {
            return Ok(());
        }
        sink.section(SectionKind::DICTIONARY, |out| values.write_texts(out))?;
        sink.section(SectionKind::POSTINGS, |out| {
            let mut postings = PostingsWriter::new(out, self.len);
            values.iter().try_for_each(|(_, ids)| postings.push(ids))?;
            postings.push(&self.without)?;
            postings.finish()
        })?;
        write_words(&values, sink)?;
        if !self.list {
            let column = value_column(&values, self.len);
            sink.section(SectionKind::VALUE_COLUMN, |out| column.write(out))?;
        }
        Ok(())
    }
}

fn write_words(values: &Inverted<'_, u32>, sink: &mut impl SectionSink) -> Result<(), IndexError> {
    let mut words = Lexicon::new();
    for (value, (text, _)) in (0..).zip(values.iter()) {
        tokens(text).for_each(|word| words.add(word, value));
    }
    let words = words.invert();
    sink.section(SectionKind::WORDS, |out| words.write_texts(out))?;
    sink.section(SectionKind::WORD_POSTINGS, |out| {
        let mut postings = PostingsWriter::new(out, values.len());
        words.iter().try_for_each(|(_, values)| postings.push(values))?;
        postings.finish()
    })
}

fn value_column(values: &Inverted<'_, u32>, len: u32) -> ColumnBuilder {
    let mut by_id = vec![None; len as usize];
    for (value, (_, ids)) in (0..).zip(values.iter()) {
        for &id in ids {
            if let Some(slot) = by_id.get_mut(id as usize) {
                *slot = Some(value);
            }
        }
    }
    let mut column = ColumnBuilder::new(ColumnType::Value);
    by_id.into_iter().for_each(|value| column.push(value));
    column
}

/// Readers of the sections of a short text leaf in a segment.
#[derive(Debug, Clone)]
pub struct TextLeaf {
    /// The distinct values.
    pub values: DictionaryReader,
    /// Per value, the rows or elements that hold it; then one list more: those without a value.
    pub postings: PostingsReader,
    /// The distinct words of the values.
    pub words: DictionaryReader,
    /// Per word, the values that hold it.
    pub word_postings: PostingsReader,
    /// Per row or element its value; `None` for lists.
    pub column: Option<ColumnReader>,
}

impl TextLeaf {
    /// The readers of `leaf` in `segment`; `None` if no row or element there has a value. Reads nothing but the directory.
    ///
    /// # Errors
    /// Only some of the sections are there, or they do not fit each other.
    pub fn open(segment: &Segment, leaf: &IndexedLeaf) -> Result<Option<Self>, StorageError> {
        Self::of(|kind| segment.section(leaf.section(kind)))
    }

    /// The readers of the sections that `find` finds.
    pub(super) fn of(find: impl Fn(SectionKind) -> Option<Section>) -> Result<Option<Self>, StorageError> {
        let Some(dictionary) = find(SectionKind::DICTIONARY) else { return Ok(None) };
        let kinds = [SectionKind::POSTINGS, SectionKind::WORDS, SectionKind::WORD_POSTINGS];
        let [postings, words, word_postings] = find_sections(&dictionary, &find, kinds)?;
        let open = Self {
            values: DictionaryReader::new(dictionary.clone())?,
            postings: PostingsReader::new(postings)?,
            words: DictionaryReader::new(words)?,
            word_postings: PostingsReader::new(word_postings)?,
            column: find(SectionKind::VALUE_COLUMN).map(ColumnReader::new).transpose()?,
        };
        match open.fault() {
            None => Ok(Some(open)),
            Some(problem) => Err(damaged(&dictionary, 0, problem)),
        }
    }

    /// Number of rows or elements.
    pub fn universe(&self) -> u32 {
        self.postings.universe()
    }

    /// The list of the postings that holds the rows or elements without a value.
    pub fn without(&self) -> u32 {
        self.values.len()
    }

    /// Whether the sections contradict each other in their numbers.
    fn fault(&self) -> Option<&'static str> {
        if self.values.len().checked_add(1) != Some(self.postings.lists()) {
            return Some("its postings do not have one list for each value and one more");
        }
        if self.words.len() != self.word_postings.lists()
            || self.values.len() != self.word_postings.universe()
        {
            return Some("its word postings do not fit its words and values");
        }
        let fits = |column: &ColumnReader| {
            column.kind() == ColumnType::Value && column.len() == u64::from(self.universe())
        };
        if !self.column.as_ref().is_none_or(fits) {
            return Some("its value column is no column of values, one for each row or element");
        }
        None
    }
}

/// Writes the sections of a leaf for what is kept of all `inputs`, in order. Memory: 8 bytes for each value and word of each input.
pub fn merge_text_leaf(
    inputs: &[Part<'_, TextLeaf>],
    list: bool,
    sink: &mut impl SectionSink,
) -> Result<(), IndexError> {
    let (inputs, kept) = keeping_values(inputs)?;
    let leaves: Vec<&TextLeaf> = inputs.iter().filter_map(|part| part.reader).collect();
    if leaves.is_empty() {
        return Ok(());
    }
    let dictionaries = leaves.iter().map(|leaf| &leaf.values).zip(kept.iter().map(Option::as_ref));
    let (values, value_maps) = merge_texts(SectionKind::DICTIONARY, &dictionaries.collect::<Vec<_>>(), sink)?;
    let postings = inputs.iter().map(|part| part.map(|leaf| Some(&leaf.postings)));
    let postings: Vec<Part<'_, PostingsReader>> = postings.collect();
    merge_id_postings(SectionKind::POSTINGS, &postings, &value_maps, values..values + 1, sink)?;
    merge_words(&leaves, &kept, values, &value_maps, sink)?;
    if !list {
        merge_value_column(&inputs, &value_maps, sink)?;
    }
    Ok(())
}

/// The inputs, where one that keeps no value counts as one that lacks the leaf; and, for each that has it, which of its values are
/// kept; `None`: all.
type KeptValues<'a> = (Vec<Part<'a, TextLeaf>>, Vec<Option<IdSet>>);

fn keeping_values<'a>(inputs: &[Part<'a, TextLeaf>]) -> Result<KeptValues<'a>, IndexError> {
    let (mut parts, mut sets) = (Vec::new(), Vec::new());
    for &part in inputs {
        let Some(leaf) = part.reader.filter(|_| !part.kept.is_all()) else {
            sets.extend(part.reader.map(|_| None));
            parts.push(part);
            continue;
        };
        let values = lists_kept(&leaf.postings, leaf.values.len(), IdMap::Kept(part.kept))?;
        let reader = part.reader.filter(|_| !values.is_empty());
        sets.extend(reader.map(|_| Some(values)));
        parts.push(Part { reader, ..part });
    }
    Ok((parts, sets))
}

/// Merges words and word postings: words of values that are all dropped are, too. `maps` has the new id of each value, of which there
/// are `values`.
fn merge_words(
    leaves: &[&TextLeaf],
    kept: &[Option<IdSet>],
    values: u32,
    maps: &[Vec<u32>],
    sink: &mut impl SectionSink,
) -> Result<(), IndexError> {
    let kept = leaves.iter().zip(kept).zip(maps).map(|((leaf, kept), map)| {
        let words = || lists_kept(&leaf.word_postings, leaf.words.len(), IdMap::Map(map));
        kept.as_ref().map(|_| words()).transpose()
    });
    let kept = kept.collect::<Result<Vec<Option<IdSet>>, _>>()?;
    let dictionaries = leaves.iter().map(|leaf| &leaf.words).zip(kept.iter().map(Option::as_ref));
    let (words, word_maps) = merge_texts(SectionKind::WORDS, &dictionaries.collect::<Vec<_>>(), sink)?;
    let postings = leaves.iter().zip(&word_maps).zip(maps).map(|((leaf, words), values)| {
        PostingsInput::Lists { reader: &leaf.word_postings, lists: Some(words), ids: IdMap::Map(values) }
    });
    let postings: Vec<PostingsInput<'_>> = postings.collect();
    sink.section(SectionKind::WORD_POSTINGS, |out| merge_postings(&postings, words, values, out))
}

fn merge_value_column(
    inputs: &[Part<'_, TextLeaf>],
    maps: &[Vec<u32>],
    sink: &mut impl SectionSink,
) -> Result<(), IndexError> {
    let mut maps = maps.iter();
    let columns = inputs.iter().map(|part| {
        let map = part.reader.and_then(|_| maps.next()).map_or(&[][..], Vec::as_slice);
        (part.map(|leaf| leaf.column.as_ref()), map)
    });
    let columns: Vec<(Part<'_, ColumnReader>, &[u32])> = columns.collect();
    sink.section(SectionKind::VALUE_COLUMN, |out| merge_value_columns(&columns, out))
}
