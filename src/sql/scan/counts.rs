//! `GROUP BY` one short text with nothing but counts: each partition counts its rows by value id; of a whole table the
//! postings know.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::compute::is_not_null;
use arrow::compute::kernels::zip::zip;
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;

use super::reading::{Reading, Shared};
use crate::engine::ValueCounts;
use crate::schema::NodeId;
use crate::sql::error::external;

/// By what rows are counted.
pub(super) struct Counts {
    /// The text.
    pub(super) node: NodeId,
    /// For each count, whether rows without a text count.
    pub(super) with_nulls: Vec<bool>,
    /// The text, and a number for each count.
    pub(super) schema: SchemaRef,
}

impl Counts {
    /// The counts of one partition, a batch for each segment.
    pub(super) fn of(
        &self,
        reading: &Reading,
        shared: &Shared,
        partition: usize,
        batch_rows: usize,
    ) -> Result<Vec<RecordBatch>> {
        let found = match reading.is_whole() {
            // One partition asks the postings; the others have nothing to do.
            true if partition == 0 => self.of_postings(reading)?,
            true => Vec::new(),
            false => self.of_rows(reading, shared, partition, batch_rows)?,
        };
        let counted = found.into_iter().map(|counts| counts.finish().map_err(external));
        counted.map(|counted| counted.and_then(|(texts, counts)| self.batch(texts, &counts))).collect()
    }

    fn of_postings(&self, reading: &Reading) -> Result<Vec<ValueCounts>> {
        let (database, space) = (reading.table.database(), reading.table.columns().rows.space());
        let of_segment = |segment| {
            let mut counts = database.value_counts(segment, space, self.node)?;
            counts.add_all(database.universe(segment, space)?)?;
            Ok(counts)
        };
        (0..database.segments()).map(|segment| of_segment(segment).map_err(external)).collect()
    }

    fn of_rows(
        &self,
        reading: &Reading,
        shared: &Shared,
        partition: usize,
        batch_rows: usize,
    ) -> Result<Vec<ValueCounts>> {
        let (database, space) = (reading.table.database(), reading.table.columns().rows.space());
        let mut found: Vec<(usize, ValueCounts)> = Vec::new();
        for (segment, ids) in reading.ids(shared, partition, batch_rows)? {
            if found.last().is_none_or(|last| last.0 != segment) {
                found.push((segment, database.value_counts(segment, space, self.node).map_err(external)?));
            }
            if let Some((_, counts)) = found.last_mut() {
                counts.add(&ids).map_err(external)?;
            }
        }
        Ok(found.into_iter().map(|(_, counts)| counts).collect())
    }

    /// The text, and a count for each that is asked for.
    fn batch(&self, texts: ArrayRef, counts: &ArrayRef) -> Result<RecordBatch> {
        let without_nulls = || -> Result<ArrayRef> {
            let zeros = Int64Array::from(vec![0; texts.len()]);
            Ok(zip(&is_not_null(&texts)?, counts, &zeros)?)
        };
        let mut columns = vec![Arc::clone(&texts)];
        for &with_nulls in &self.with_nulls {
            columns.push(if with_nulls { Arc::clone(counts) } else { without_nulls()? });
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}
