//! Merges the sections of leaves. Small ones are merged in memory, several at once; large ones stream, one after the other.

use rayon::prelude::*;

use super::MergeInput;
use crate::engine::Error;
use crate::index::{
    BuiltSection, ColumnReader, ColumnType, Kept, LeafKind, LeafSections, LongLeaf, Part, SectionLeaf,
    SectionSink, TextLeaf, merge_columns, merge_long_leaf, merge_number_buckets, merge_text_leaf,
    section_leaves,
};
use crate::schema::{Schema, SpaceId};
use crate::storage::{SectionKind, Segment, SegmentWriter};

/// Bytes of inputs that are merged in memory at once.
const AT_ONCE_BYTES: u64 = 64 << 20;

/// Whether one of the parts is so; those behind it are not looked at.
fn any<T, E>(parts: &[T], is: impl Fn(&T) -> Result<bool, E>) -> Result<bool, E> {
    for part in parts {
        if is(part)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The kinds of sections that a leaf may have.
const KINDS: [SectionKind; 8] = [
    SectionKind::COLUMN,
    SectionKind::DICTIONARY,
    SectionKind::POSTINGS,
    SectionKind::WORDS,
    SectionKind::POSITIONS,
    SectionKind::VALUE_COLUMN,
    SectionKind::NUMBER_BUCKETS,
    SectionKind::WORD_POSTINGS,
];

/// The leaves of one space, or of the person, in several segments.
pub(super) struct MergeLeaves<'a> {
    pub(super) schema: &'a Schema,
    pub(super) inputs: &'a [MergeInput],
    /// `None`: the person.
    pub(super) space: Option<SpaceId>,
    /// The rows or elements of each input that are kept.
    pub(super) kept: &'a [Kept],
}

impl MergeLeaves<'_> {
    /// Writes every section of every leaf. Memory: twice [`AT_ONCE_BYTES`], and 8 bytes for each distinct text and
    /// word of a leaf, or 16 for each of its numbers.
    pub(super) fn write(&self, out: &mut SegmentWriter) -> Result<(), Error> {
        let leaves = section_leaves(self.schema, self.space);
        let mut rest = leaves.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let mut bytes = 0;
            let fitting = rest.iter().take_while(|leaf| {
                bytes += self.bytes_of(leaf);
                bytes <= AT_ONCE_BYTES
            });
            let (together, after) = rest.split_at(fitting.count());
            if together.is_empty() {
                self.merge(first, &mut LeafSections::new(out, first.leaf))?;
                rest = others;
                continue;
            }
            let merged = together.par_iter().map(|leaf| {
                let mut sections = Vec::new();
                self.merge(leaf, &mut sections)?;
                Ok(sections)
            });
            let merged: Vec<Vec<BuiltSection>> = merged.collect::<Result<_, Error>>()?;
            for (leaf, sections) in together.iter().zip(merged) {
                LeafSections::new(out, leaf.leaf).copy(&sections)?;
            }
            rest = after;
        }
        Ok(())
    }

    /// Bytes of a leaf in all inputs.
    fn bytes_of(&self, leaf: &SectionLeaf) -> u64 {
        let lens = self.inputs.iter().flat_map(|input| {
            let directory = input.segment.directory();
            KINDS.into_iter().filter_map(move |kind| directory.section(leaf.leaf.section(kind)))
        });
        lens.map(|entry| entry.len).sum()
    }

    fn merge(&self, leaf: &SectionLeaf, sink: &mut impl SectionSink) -> Result<(), Error> {
        match leaf.leaf.kind {
            LeafKind::Number(kind) => self.merge_numbers(leaf, kind, sink),
            LeafKind::Text { list } => {
                let leaves = self.open(|segment| Ok(TextLeaf::open(segment, &leaf.leaf)?))?;
                Ok(merge_text_leaf(&self.parts(&leaves), list, sink)?)
            }
            LeafKind::LongText => {
                let leaves = self.open(|segment| Ok(LongLeaf::open(segment, &leaf.leaf)?))?;
                Ok(merge_long_leaf(&self.parts(&leaves), sink)?)
            }
        }
    }

    fn merge_numbers(
        &self,
        leaf: &SectionLeaf,
        kind: ColumnType,
        sink: &mut impl SectionSink,
    ) -> Result<(), Error> {
        let id = leaf.leaf.section(SectionKind::COLUMN);
        let columns = self.open(|segment| Ok(segment.section(id).map(ColumnReader::new).transpose()?))?;
        let parts = self.parts(&columns);
        sink.section(SectionKind::COLUMN, |out| merge_columns(kind, &parts, out))?;
        // A leaf without any value has no buckets.
        let has_values = |part: &Part<'_, ColumnReader>| {
            part.reader.map_or(Ok(false), |column| column.has_values(part.kept))
        };
        if leaf.is_indexed && any(&parts, has_values)? {
            sink.section(SectionKind::NUMBER_BUCKETS, |out| merge_number_buckets(&parts, out))?;
        }
        Ok(())
    }

    /// What `open` opens in each input.
    fn open<T>(&self, open: impl Fn(&Segment) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        self.inputs.iter().map(|input| open(&input.segment)).collect()
    }

    fn parts<'r, T>(&'r self, readers: &'r [Option<T>]) -> Vec<Part<'r, T>> {
        let parts = readers.iter().zip(self.kept);
        parts.map(|(reader, kept)| Part { reader: reader.as_ref(), kept }).collect()
    }
}
