//! All sections of one text leaf: built together from its texts, opened together, merged together.
//!
//! - `lexicon`: texts to a dictionary and postings
//! - `text`: short text: values and their words
//! - `long`: long text: words and where they stand
//! - `sink`: where the sections go
//!
//! A leaf without any text in a segment has no sections there. Merging leaves them out where every input does, so a merge
//! gives what one build would have given.

mod lexicon;
mod long;
mod sink;
mod text;

use std::ops::Range;

use super::error::damaged;
use super::{
    DictionaryReader, IdMap, IdSet, IndexError, Part, PostingsInput, PostingsReader, merge_dictionaries,
    merge_postings,
};
use crate::storage::{Section, SectionKind, StorageError};
pub use long::{LongLeaf, LongLeafBuilder, merge_long_leaf};
pub use sink::{BuiltSection, LeafSections, SectionSink};
pub use text::{TextLeaf, TextLeafBuilder, merge_text_leaf};

/// The sections of these kinds, which must be there, since the leaf's `dictionary` is.
fn find_sections<const N: usize>(
    dictionary: &Section,
    find: impl Fn(SectionKind) -> Option<Section>,
    kinds: [SectionKind; N],
) -> Result<[Section; N], StorageError> {
    let lacking = kinds.into_iter().find(|&kind| find(kind).is_none());
    let lacks = |kind: SectionKind| damaged(dictionary, 0, format!("its leaf lacks its {}", kind.name()));
    if let Some(kind) = lacking {
        return Err(lacks(kind));
    }
    let found: Vec<Section> = kinds.into_iter().filter_map(find).collect();
    found.try_into().map_err(|_| lacks(SectionKind::DICTIONARY))
}

/// Merges dictionaries of one kind, of each the texts that are kept, or all: the number of texts, and for each input the new id of
/// each old one.
fn merge_texts(
    kind: SectionKind,
    dictionaries: &[(&DictionaryReader, Option<&IdSet>)],
    sink: &mut impl SectionSink,
) -> Result<(u32, Vec<Vec<u32>>), IndexError> {
    let (mut texts, mut maps) = (0, Vec::new());
    sink.section(kind, |out| {
        let written;
        (written, maps) = merge_dictionaries(dictionaries, out)?;
        // A dictionary holds fewer than 2^32 texts.
        texts = written.count as u32;
        Ok(written)
    })?;
    Ok((texts, maps))
}

/// Merges postings of rows or elements: of each input those that it keeps, if it has any. `maps` has the new list of each old one, for
/// each input that has postings, but for the lists behind them, which become those of `behind`; the last of those takes the rows or
/// elements of inputs without postings.
fn merge_id_postings(
    kind: SectionKind,
    inputs: &[Part<'_, PostingsReader>],
    maps: &[Vec<u32>],
    behind: Range<u32>,
    sink: &mut impl SectionSink,
) -> Result<(), IndexError> {
    let lists: Vec<Vec<u32>> =
        maps.iter().map(|map| map.iter().copied().chain(behind.clone()).collect()).collect();
    let mut lists = lists.iter().map(Vec::as_slice);
    let postings = inputs.iter().map(|part| match part.reader {
        Some(reader) => PostingsInput::Lists { reader, lists: lists.next(), ids: IdMap::Kept(part.kept) },
        None => PostingsInput::Range { list: behind.end - 1, ids: part.kept.new_ids() },
    });
    let postings: Vec<PostingsInput<'_>> = postings.collect();
    let universe = inputs.last().map_or(0, |part| part.kept.new_ids().end);
    sink.section(kind, |out| merge_postings(&postings, behind.end, universe, out))
}

#[cfg(test)]
mod tests;
