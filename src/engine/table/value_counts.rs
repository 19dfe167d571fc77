//! How many rows have each text of a leaf: counted by value id, so that no text is compared, or taken from the postings.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, UInt32Array};

use super::numbers;
use super::texts::Dictionary;
use crate::engine::Error;
use crate::index::{IndexedLeaf, LeafKind, TextLeaf};
use crate::schema::{NodeId, SpaceId};
use crate::storage::Segment;

/// Counts the rows of one segment that have each text of a leaf. A text that no row has is not there.
pub struct ValueCounts {
    /// `None`: nobody in the segment has a value.
    leaf: Option<TextLeaf>,
    counts: Vec<i64>,
    nulls: i64,
}

impl ValueCounts {
    pub(super) fn new(
        segment: &Segment,
        space: Option<SpaceId>,
        node: Option<NodeId>,
    ) -> Result<Self, Error> {
        let open = |node| {
            // Sections go by space and node alone.
            TextLeaf::open(segment, &IndexedLeaf { space, node, kind: LeafKind::Text { list: false } })
        };
        let leaf = node.map(open).transpose()?.flatten().filter(|leaf| leaf.column.is_some());
        Ok(Self { leaf, counts: Vec::new(), nulls: 0 })
    }

    /// Counts some more rows or elements, which ascend. Reads the column.
    pub fn add(&mut self, ids: &[u32]) -> Result<(), Error> {
        let Some((leaf, column)) = self.leaf.as_ref().and_then(|leaf| Some((leaf, leaf.column.as_ref()?)))
        else {
            self.nulls += ids.len() as i64;
            return Ok(());
        };
        self.counts.resize(leaf.values.len() as usize, 0);
        let numbers::Values { values, nulls } = numbers::values(column, ids, |value| value)?;
        let absent = nulls.as_ref().map_or(0, |nulls| nulls.null_count());
        for (at, value) in values.into_iter().enumerate() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) {
                continue;
            }
            match usize::try_from(value).ok().and_then(|value| self.counts.get_mut(value)) {
                Some(count) => *count += 1,
                // The dictionary's own error: it names the section.
                None => drop(leaf.values.value(u32::try_from(value).unwrap_or(u32::MAX))?),
            }
        }
        self.nulls += absent as i64;
        Ok(())
    }

    /// Counts every row or element, of which there are `universe`, from the lengths of the postings: nothing else is read.
    pub fn add_all(&mut self, universe: u32) -> Result<(), Error> {
        let Some(leaf) = &self.leaf else {
            self.nulls += i64::from(universe);
            return Ok(());
        };
        let len = leaf.values.len();
        self.counts.resize(len as usize, 0);
        for (value, count) in (0..len).zip(&mut self.counts) {
            *count += i64::from(leaf.postings.count(value)?);
        }
        self.nulls += i64::from(leaf.postings.count(leaf.without())?);
        Ok(())
    }

    /// The texts that rows have, as views, null among them where rows have none, and how many rows have each.
    pub fn finish(self) -> Result<(ArrayRef, ArrayRef), Error> {
        let present = (0_u32..).zip(&self.counts).filter(|(_, count)| **count > 0);
        let (mut values, mut counts): (Vec<Option<u32>>, Vec<i64>) =
            present.map(|(value, count)| (Some(value), *count)).unzip();
        if self.nulls > 0 {
            values.push(None);
            counts.push(self.nulls);
        }
        let texts = match self.leaf {
            Some(leaf) => Dictionary::new(leaf.values, 0).texts(&UInt32Array::from(values))?,
            None => arrow::array::new_null_array(&arrow::datatypes::DataType::Utf8View, values.len()),
        };
        Ok((texts, Arc::new(Int64Array::from(counts))))
    }
}
