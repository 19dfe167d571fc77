//! Compares spans and columns with the records of some rows, and adds up what their texts say.

use std::ops::Range;

use arrow::array::RecordBatch;

use super::segment::{Checked, SegmentCheck};
use super::texts::TextFacts;
use crate::column::{SpaceSpans, leaf_values, space_spans, text_values};
use crate::engine::Error;
use crate::engine::load::ordered_values;
use crate::engine::segments::spans_of;
use crate::index::{ColumnReader, SpansReader, column_leaves};
use crate::schema::SpaceId;
use crate::storage::{NO_SPACE, SectionId, SectionKind};

/// A batch of records, shredded again.
pub(super) struct BatchCheck<'a> {
    pub(super) segment: &'a SegmentCheck<'a>,
    pub(super) rows: &'a Range<u32>,
    pub(super) batch: &'a RecordBatch,
}

impl BatchCheck<'_> {
    /// Compares the batch with every space and leaf.
    pub(super) fn check(&self, checked: &mut Checked) -> Result<(), Error> {
        let schema = &self.segment.open.schema;
        self.check_leaves(None, self.rows.start, None, checked)?;
        let mut first_elements: Vec<u32> = Vec::new();
        for space in schema.spaces() {
            let outer = space.parent.and_then(|outer| first_elements.get(usize::from(outer)).copied());
            let first_parent = outer.unwrap_or(self.rows.start);
            let Some(reader) = spans_of(&self.segment.open.segment, space.id)? else {
                checked.problems.push(format!("the spans of {} are missing", space.name));
                first_elements.push(0);
                continue;
            };
            let spans = space_spans(self.batch, schema, space.id)?;
            let first = if first_parent < reader.parents() {
                reader.elements(first_parent)?.start
            } else {
                reader.len()
            };
            if !same_spans(&reader, &spans, first_parent, first)? {
                let problem =
                    format!("rows {:?}: the spans of {} differ from the records", self.rows, space.name);
                checked.problems.push(problem);
            }
            self.check_leaves(Some(space.id), first, Some(&spans), checked)?;
            first_elements.push(first);
        }
        Ok(())
    }

    fn check_leaves(
        &self,
        space: Option<SpaceId>,
        first: u32,
        spans: Option<&SpaceSpans>,
        checked: &mut Checked,
    ) -> Result<(), Error> {
        let (open, schema) = (self.segment.open, &self.segment.open.schema);
        for (node, _) in column_leaves(schema, space) {
            let id = SectionId { kind: SectionKind::COLUMN, space: space.unwrap_or(NO_SPACE), node };
            let Some(column) = open.segment.section(id).map(ColumnReader::new).transpose()? else {
                checked.problems.push(format!("the column of {} is missing", self.segment.path(node)));
                continue;
            };
            let Some(values) = leaf_values(self.batch, schema, node, spans)? else { continue };
            for (at, expected) in (u64::from(first)..).zip(ordered_values(&values)) {
                if at >= column.len() || column.get(at)? != expected {
                    let path = self.segment.path(node);
                    checked
                        .problems
                        .push(format!("value {at} of the column of {path} differs from the record"));
                    break;
                }
            }
        }
        let leaves =
            self.segment.texts.iter().zip(&mut checked.texts).filter(|(leaf, _)| leaf.space == space);
        for (leaf, facts) in leaves {
            if let Some(texts) = text_values(self.batch, schema, leaf.node, spans)? {
                facts.add_all(&TextFacts::of_batch(self.segment.hash, leaf.kind, first, &texts));
            }
        }
        Ok(())
    }
}

/// Whether a space has these elements, from `first` on, for the parents from `first_parent` on.
fn same_spans(
    reader: &SpansReader,
    spans: &SpaceSpans,
    first_parent: u32,
    first: u32,
) -> Result<bool, Error> {
    let (mut next, mut same) = (first, true);
    for (parent, &count) in (first_parent..).zip(&spans.counts) {
        let elements = reader.elements(parent)?;
        same &= elements == (next..next.saturating_add(count));
        for element in elements.clone() {
            same &= reader.parent(element)? == parent;
            same &= reader.is_last(element)? == (element + 1 == elements.end);
        }
        next = next.saturating_add(count);
    }
    for (element, &array) in (first..).zip(&spans.flags) {
        same &= element < reader.len() && reader.array(element)? == array;
    }
    Ok(same)
}
