//! Merges the sections of leaves. Small ones are merged in memory, several at once; large ones stream, one after the other.

use rayon::prelude::*;

use super::leaves::{Leaf, leaves_of};
use crate::engine::Error;
use crate::index::{
    BuiltSection, ColumnInput, ColumnReader, ColumnType, LeafKind, LeafSections, LongLeaf, SectionSink,
    TextLeaf, merge_columns, merge_long_leaf, merge_number_buckets, merge_text_leaf,
};
use crate::schema::{Schema, SpaceId};
use crate::storage::{SectionKind, Segment, SegmentWriter};

/// Bytes of inputs that are merged in memory at once.
const AT_ONCE_BYTES: u64 = 64 << 20;

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
    pub(super) inputs: &'a [Segment],
    /// `None`: the person.
    pub(super) space: Option<SpaceId>,
    /// Rows or elements of each input.
    pub(super) counts: &'a [u32],
}

impl MergeLeaves<'_> {
    /// Writes every section of every leaf. Memory: twice [`AT_ONCE_BYTES`], and 8 bytes for each distinct text and
    /// word of a leaf, or 16 for each of its numbers.
    pub(super) fn write(&self, out: &mut SegmentWriter) -> Result<(), Error> {
        let leaves = leaves_of(self.schema, self.space);
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
    fn bytes_of(&self, leaf: &Leaf) -> u64 {
        let lens = self.inputs.iter().flat_map(|input| {
            KINDS.into_iter().filter_map(|kind| input.directory().section(leaf.leaf.section(kind)))
        });
        lens.map(|entry| entry.len).sum()
    }

    fn merge(&self, leaf: &Leaf, sink: &mut impl SectionSink) -> Result<(), Error> {
        match leaf.leaf.kind {
            LeafKind::Number(kind) => self.merge_numbers(leaf, kind, sink),
            LeafKind::Text { list } => {
                let leaves = self.open(|segment| Ok(TextLeaf::open(segment, &leaf.leaf)?))?;
                Ok(merge_text_leaf(&self.with_counts(&leaves), list, sink)?)
            }
            LeafKind::LongText => {
                let leaves = self.open(|segment| Ok(LongLeaf::open(segment, &leaf.leaf)?))?;
                Ok(merge_long_leaf(&self.with_counts(&leaves), sink)?)
            }
        }
    }

    fn merge_numbers(&self, leaf: &Leaf, kind: ColumnType, sink: &mut impl SectionSink) -> Result<(), Error> {
        let id = leaf.leaf.section(SectionKind::COLUMN);
        let columns = self.open(|segment| Ok(segment.section(id).map(ColumnReader::new).transpose()?))?;
        let inputs = self.with_counts(&columns).into_iter().map(|(column, count)| match column {
            Some(column) => ColumnInput::Column(column),
            None => ColumnInput::Absent { values: u64::from(count) },
        });
        let inputs: Vec<ColumnInput<'_>> = inputs.collect();
        sink.section(SectionKind::COLUMN, |out| merge_columns(kind, &inputs, out))?;
        // A leaf without any value has no buckets.
        if leaf.is_indexed && columns.iter().flatten().any(|column| column.nulls() < column.len()) {
            sink.section(SectionKind::NUMBER_BUCKETS, |out| merge_number_buckets(&inputs, out))?;
        }
        Ok(())
    }

    /// What `open` opens in each input.
    fn open<T>(&self, open: impl Fn(&Segment) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        self.inputs.iter().map(open).collect()
    }

    fn with_counts<'r, T>(&self, readers: &'r [Option<T>]) -> Vec<(Option<&'r T>, u32)> {
        readers.iter().map(Option::as_ref).zip(self.counts.iter().copied()).collect()
    }
}
