//! The sections of a run's leaves: columns and buckets of numbers, dictionaries and postings of texts. Several leaves are
//! built at once, in memory, and written one after the other.

use arrow::array::RecordBatch;
use rayon::prelude::*;

use crate::column::{ColumnError, LeafValues, SpaceSpans, TextValues, leaf_values, text_values};
use crate::engine::Error;
use crate::index::{
    BuiltSection, ColumnBuilder, ColumnType, LeafKind, LeafSections, LongLeafBuilder, NumberBucketsBuilder,
    SectionLeaf, SectionSink, TextLeafBuilder, ordered, section_leaves,
};
use crate::schema::{NodeId, Schema, SpaceId};
use crate::storage::{SectionKind, SegmentWriter};

/// Leaves that are built before any of them is written.
const AT_ONCE: usize = 16;

/// The leaves of one space, or of the person, in the batches of a run.
pub(super) struct RunLeaves<'a> {
    pub(super) schema: &'a Schema,
    pub(super) batches: &'a [RecordBatch],
    /// The space, and its elements in each batch; `None`: the person.
    pub(super) space: Option<(SpaceId, &'a [SpaceSpans])>,
}

impl RunLeaves<'_> {
    /// Writes every section of every leaf.
    pub(super) fn write(&self, out: &mut SegmentWriter) -> Result<(), Error> {
        for leaves in section_leaves(self.schema, self.space()).chunks(AT_ONCE) {
            let built = leaves.par_iter().map(|leaf| self.build(leaf)).collect::<Result<Vec<_>, _>>()?;
            for (leaf, built) in leaves.iter().zip(built) {
                LeafSections::new(out, leaf.leaf).copy(&built)?;
            }
        }
        Ok(())
    }

    fn space(&self) -> Option<SpaceId> {
        self.space.map(|(space, _)| space)
    }

    fn build(&self, leaf: &SectionLeaf) -> Result<Vec<BuiltSection>, Error> {
        let (mut built, node) = (Vec::new(), leaf.leaf.node);
        match leaf.leaf.kind {
            LeafKind::Number(kind) => self.build_numbers(node, kind, leaf.is_indexed, &mut built)?,
            LeafKind::Text { list } => {
                let mut builder = TextLeafBuilder::new(list);
                for texts in &self.texts(node)? {
                    (0..texts.len()).for_each(|at| builder.push(texts.get(at)));
                }
                builder.write(&mut built)?;
            }
            LeafKind::LongText => {
                let mut builder = LongLeafBuilder::new();
                for texts in &self.texts(node)? {
                    (0..texts.len()).for_each(|at| builder.push(texts.get(at).next()));
                }
                builder.write(&mut built)?;
            }
        }
        Ok(built)
    }

    fn build_numbers(
        &self,
        node: NodeId,
        kind: ColumnType,
        is_indexed: bool,
        built: &mut Vec<BuiltSection>,
    ) -> Result<(), Error> {
        let values = self.per_batch(|batch, spans| leaf_values(batch, self.schema, node, spans))?;
        let values: Vec<Option<u64>> = values.iter().flat_map(ordered_values).collect();
        let mut column = ColumnBuilder::new(kind);
        values.iter().for_each(|&value| column.push(value));
        // A leaf without any value has no buckets.
        let has_buckets = is_indexed && !column.is_all_null();
        built.section(SectionKind::COLUMN, |out| column.write(out))?;
        if has_buckets {
            let mut buckets = NumberBucketsBuilder::new(values.len() as u32);
            values.iter().for_each(|&value| buckets.push(value));
            built.section(SectionKind::NUMBER_BUCKETS, |out| buckets.write(out))?;
        }
        Ok(())
    }

    fn texts(&self, node: NodeId) -> Result<Vec<TextValues<'_>>, Error> {
        self.per_batch(|batch, spans| text_values(batch, self.schema, node, spans))
    }

    /// What `read` reads in each batch.
    fn per_batch<'b, T>(
        &'b self,
        read: impl Fn(&'b RecordBatch, Option<&'b SpaceSpans>) -> Result<Option<T>, ColumnError>,
    ) -> Result<Vec<T>, Error> {
        let batches = self.batches.iter().enumerate().map(|(at, batch)| {
            let spans = self.space.and_then(|(_, spans)| spans.get(at));
            read(batch, spans)
        });
        Ok(batches.filter_map(Result::transpose).collect::<Result<_, _>>()?)
    }
}

/// Values in the ordered form that columns hold.
pub(crate) fn ordered_values(values: &LeafValues) -> Vec<Option<u64>> {
    match values {
        LeafValues::Integers(values) => values.iter().map(|v| v.map(ordered::from_i64)).collect(),
        LeafValues::Numbers(values) => values.iter().map(|v| v.and_then(ordered::from_f64)).collect(),
        LeafValues::Booleans(values) => values.iter().map(|v| v.map(ordered::from_bool)).collect(),
    }
}
