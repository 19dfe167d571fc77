//! The sections of a long text leaf: its words, who holds them, and where they stand.
//!
//! A leaf without any text in a segment has no sections there: [`LongLeaf::open`] gives `None`, and nobody has a text.

use super::lexicon::{Inverted, Lexicon};
use super::{SectionSink, find_sections, merge_id_postings, merge_texts};
use crate::index::error::damaged;
use crate::index::{
    DictionaryReader, IdMap, IdSet, IndexError, IndexedLeaf, Kept, Part, PositionsPart, PositionsReader,
    PositionsWriter, PostingsReader, PostingsWriter, lists_kept, merge_positions,
};
use crate::record::text::tokens;
use crate::storage::{Section, SectionKind, Segment, StorageError};

/// A word of a text: the row or element, and which word it is.
type Place = (u32, u32);

/// Collects the texts of a leaf, row by row or element by element. Memory: 20 bytes a word, and 4 a row.
#[derive(Debug)]
pub struct LongLeafBuilder<'a> {
    words: Lexicon<'a, Place>,
    wordless: Vec<u32>,
    without: Vec<u32>,
    len: u32,
}

impl<'a> LongLeafBuilder<'a> {
    /// A builder for a leaf.
    pub fn new() -> Self {
        Self { words: Lexicon::new(), wordless: Vec::new(), without: Vec::new(), len: 0 }
    }

    /// Adds the text of the next row or element.
    pub fn push(&mut self, text: Option<&'a str>) {
        let id = self.len;
        self.len += 1;
        let Some(text) = text else { return self.without.push(id) };
        let mut words = 0;
        for word in tokens(text) {
            self.words.add(word, (id, words));
            words += 1;
        }
        if words == 0 {
            self.wordless.push(id);
        }
    }

    /// Writes the leaf's sections; none if there is no text.
    pub fn write(self, sink: &mut impl SectionSink) -> Result<(), IndexError> {
        if self.without.len() as u64 == u64::from(self.len) {
            return Ok(());
        }
        let words = self.words.invert();
        sink.section(SectionKind::WORDS, |out| words.write_texts(out))?;
        sink.section(SectionKind::WORD_POSTINGS, |out| {
            let mut postings = PostingsWriter::new(out, self.len);
            let mut ids = Vec::new();
            for (_, places) in words.iter() {
                ids.clear();
                ids.extend(texts_of(places).filter_map(|places| places.first()).map(|&(id, _)| id));
                postings.push(&ids)?;
            }
            postings.push(&self.wordless)?;
            postings.push(&self.without)?;
            postings.finish()
        })?;
        write_positions(&words, sink)
    }
}

impl Default for LongLeafBuilder<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// The places of a word, text by text.
fn texts_of(places: &[Place]) -> impl Iterator<Item = &[Place]> {
    places.chunk_by(|(a, _), (b, _)| a == b)
}

fn write_positions(words: &Inverted<'_, Place>, sink: &mut impl SectionSink) -> Result<(), IndexError> {
    sink.section(SectionKind::POSITIONS, |out| {
        let mut writer = PositionsWriter::new(out);
        let mut positions = Vec::new();
        for (_, places) in words.iter() {
            positions.clear();
            positions.extend(places.iter().map(|&(_, position)| position));
            let mut rest = positions.as_slice();
            let lists = texts_of(places).map_while(|places| {
                let (own, others) = rest.split_at_checked(places.len())?;
                rest = others;
                Some(own)
            });
            writer.push_word(lists)?;
        }
        writer.finish()
    })
}

/// Readers of the sections of a long text leaf in a segment.
#[derive(Debug, Clone)]
pub struct LongLeaf {
    /// The distinct words of the texts.
    pub words: DictionaryReader,
    /// Per word, the rows or elements whose text holds it; then two lists more: those whose text has no word, those without a
    /// text.
    pub postings: PostingsReader,
    /// Per word, where it stands in each of them.
    pub positions: PositionsReader,
}

impl LongLeaf {
    /// The readers of `leaf` in `segment`; `None` if no row or element there has a text. Reads nothing but the directory.
    ///
    /// # Errors
    /// Only some of the sections are there, or they do not fit each other.
    pub fn open(segment: &Segment, leaf: &IndexedLeaf) -> Result<Option<Self>, StorageError> {
        Self::of(|kind| segment.section(leaf.section(kind)))
    }

    /// The readers of the sections that `find` finds.
    pub(super) fn of(find: impl Fn(SectionKind) -> Option<Section>) -> Result<Option<Self>, StorageError> {
        let Some(dictionary) = find(SectionKind::WORDS) else { return Ok(None) };
        let kinds = [SectionKind::WORD_POSTINGS, SectionKind::POSITIONS];
        let [postings, positions] = find_sections(&dictionary, &find, kinds)?;
        let open = Self {
            words: DictionaryReader::new(dictionary.clone())?,
            postings: PostingsReader::new(postings)?,
            positions: PositionsReader::new(positions)?,
        };
        if open.words.len().checked_add(2) != Some(open.postings.lists())
            || open.words.len() != open.positions.words()
        {
            return Err(damaged(&dictionary, 0, "its postings or positions do not fit its words"));
        }
        Ok(Some(open))
    }

    /// Number of rows or elements.
    pub fn universe(&self) -> u32 {
        self.postings.universe()
    }

    /// The list of the postings that holds the rows or elements whose text has no word.
    pub fn wordless(&self) -> u32 {
        self.words.len()
    }

    /// The list of the postings that holds the rows or elements without a text.
    pub fn without(&self) -> u32 {
        self.words.len() + 1
    }
}

/// Writes the sections of a leaf for what is kept of all `inputs`, in order. Memory: 8 bytes for each word of each input.
pub fn merge_long_leaf(inputs: &[Part<'_, LongLeaf>], sink: &mut impl SectionSink) -> Result<(), IndexError> {
    let inputs = inputs.iter().map(keeping_texts).collect::<Result<Vec<_>, _>>()?;
    let leaves = inputs.iter().filter_map(|part| Some((part.reader?, part.kept)));
    let leaves: Vec<(&LongLeaf, &Kept)> = leaves.collect();
    if leaves.is_empty() {
        return Ok(());
    }
    let kept = leaves.iter().map(|(leaf, kept)| {
        let words = || lists_kept(&leaf.postings, leaf.words.len(), IdMap::Kept(kept));
        if kept.is_all() { Ok(None) } else { words().map(Some) }
    });
    let kept = kept.collect::<Result<Vec<Option<IdSet>>, _>>()?;
    let dictionaries = leaves.iter().map(|(leaf, _)| &leaf.words).zip(kept.iter().map(Option::as_ref));
    let (words, maps) = merge_texts(SectionKind::WORDS, &dictionaries.collect::<Vec<_>>(), sink)?;
    let postings = inputs.iter().map(|part| part.map(|leaf| Some(&leaf.postings)));
    let postings: Vec<Part<'_, PostingsReader>> = postings.collect();
    merge_id_postings(SectionKind::WORD_POSTINGS, &postings, &maps, words..words + 2, sink)?;
    let positions = leaves.iter().zip(&maps).map(|(&(leaf, kept), words)| PositionsPart {
        reader: &leaf.positions,
        words,
        postings: &leaf.postings,
        kept,
    });
    let positions: Vec<PositionsPart<'_>> = positions.collect();
    sink.section(SectionKind::POSITIONS, |out| merge_positions(&positions, words, out))
}

/// The input; one that keeps no text counts as one that lacks the leaf.
fn keeping_texts<'a>(part: &Part<'a, LongLeaf>) -> Result<Part<'a, LongLeaf>, IndexError> {
    let Some(leaf) = part.reader.filter(|_| !part.kept.is_all()) else { return Ok(*part) };
    let mut without = Vec::new();
    leaf.postings.ids(leaf.without(), &mut without)?;
    let without = without.into_iter().filter(|id| part.kept.new_id(*id).is_some()).count();
    Ok(Part { reader: part.reader.filter(|_| without < part.kept.len() as usize), ..*part })
}
