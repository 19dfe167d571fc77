//! Row groups of committed segments into a new one: large ones as they are, small ones encoded again together.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader,
    RowGroupMetaData,
};
use parquet::schema::types::SchemaDescriptor;

use super::layout::{arrow_schema, descriptor};
use super::read::SegmentBytes;
use super::{ColumnError, RowGroupEncoder, RowGroupWriter, read_row_group};
use crate::schema::Schema;
use crate::storage::Segment;

/// A row group on its way into another segment.
#[derive(Debug)]
pub struct GroupToCopy {
    /// The segment that holds it.
    pub segment: Segment,
    /// Its metadata as the last footer had it.
    pub group: RowGroupMetaData,
    /// Which of its rows are taken; `None`: all.
    pub keep: Option<BooleanArray>,
}

/// Appends row groups, in order, to `writer`: those of at least half of `group_rows` rows undecoded, smaller ones encoded again
/// together, up to that many rows. Returns the rows of each row group written. All were written with `schema`, which is also the
/// writer's. Memory: one row group decoded.
pub fn copy_row_groups(
    writer: &mut RowGroupWriter<'_>,
    encoder: &RowGroupEncoder,
    schema: &Schema,
    groups: impl IntoIterator<Item = GroupToCopy>,
    group_rows: usize,
) -> Result<Vec<u32>, ColumnError> {
    let mut pending = Pending { encoder, batches: Vec::new(), rows: 0, group_rows };
    let mut written = Vec::new();
    for GroupToCopy { segment, group, keep } in groups {
        let group = own_leaves(&group, schema)?;
        if keep.is_none() && group.num_rows() as usize >= group_rows / 2 {
            written.extend(pending.flush(writer)?);
            copy_one(writer, &segment, &group, schema)?;
            written.push(group.num_rows() as u32);
            continue;
        }
        let mut first = 0;
        for batch in read_row_group(&segment, &group, schema)? {
            let rows = batch.num_rows();
            check_rows(&group, first + rows <= group.num_rows() as usize)?;
            let batch = match &keep {
                Some(keep) => filter_record_batch(&batch, &keep.slice(first, rows))?,
                None => batch,
            };
            first += rows;
            written.extend(pending.push(batch, writer)?);
        }
        check_rows(&group, first == group.num_rows() as usize)?;
    }
    written.extend(pending.flush(writer)?);
    Ok(written)
}

/// Errors unless a row group has as many rows as the footer says.
fn check_rows(group: &RowGroupMetaData, has: bool) -> Result<(), ColumnError> {
    let wrong =
        || ColumnError::Footer(format!("a row group has not the {} rows that it lists", group.num_rows()));
    has.then_some(()).ok_or_else(wrong)
}

/// Batches that wait for a full row group.
struct Pending<'a> {
    encoder: &'a RowGroupEncoder,
    batches: Vec<RecordBatch>,
    rows: usize,
    group_rows: usize,
}

impl Pending<'_> {
    /// Takes a batch, and writes the row groups that become full.
    fn push(
        &mut self,
        mut batch: RecordBatch,
        writer: &mut RowGroupWriter<'_>,
    ) -> Result<Vec<u32>, ColumnError> {
        let mut written = Vec::new();
        while self.rows + batch.num_rows() >= self.group_rows {
            let room = self.group_rows - self.rows;
            self.rows += room;
            self.batches.push(batch.slice(0, room));
            batch = batch.slice(room, batch.num_rows() - room);
            written.extend(self.flush(writer)?);
        }
        if batch.num_rows() > 0 {
            self.rows += batch.num_rows();
            self.batches.push(batch);
        }
        Ok(written)
    }

    fn flush(&mut self, writer: &mut RowGroupWriter<'_>) -> Result<Option<u32>, ColumnError> {
        let rows = std::mem::take(&mut self.rows);
        let batches = std::mem::take(&mut self.batches);
        if rows == 0 {
            return Ok(None);
        }
        writer.append(self.encoder.encode(&batches)?)?;
        Ok(Some(rows as u32))
    }
}

/// The row group with the leaves of `schema` only: not those that a later commit added to it elsewhere in the file.
pub fn own_leaves(group: &RowGroupMetaData, schema: &Schema) -> Result<RowGroupMetaData, ColumnError> {
    let descriptor = Arc::new(descriptor(&arrow_schema(schema))?);
    let columns = descriptor.columns().iter().map(|leaf| {
        let chunk = group.columns().iter().find(|chunk| chunk.column_path() == leaf.path());
        let missing = || ColumnError::Footer(format!("a row group lacks column {}", leaf.path()));
        chunk.cloned().ok_or_else(missing)
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    with_columns(group, descriptor, columns)
}

/// The row group with other columns: those of `descriptor`.
pub(super) fn with_columns(
    group: &RowGroupMetaData,
    descriptor: Arc<SchemaDescriptor>,
    columns: Vec<ColumnChunkMetaData>,
) -> Result<RowGroupMetaData, ColumnError> {
    let bytes = columns.iter().map(|chunk| chunk.uncompressed_size()).sum();
    let mut builder = RowGroupMetaData::builder(descriptor)
        .set_num_rows(group.num_rows())
        .set_total_byte_size(bytes)
        .set_column_metadata(columns);
    if let Some(offset) = group.file_offset() {
        builder = builder.set_file_offset(offset);
    }
    Ok(builder.build()?)
}

/// Splices a row group's pages, and its page indexes, into the writer.
fn copy_one(
    writer: &mut RowGroupWriter<'_>,
    segment: &Segment,
    group: &RowGroupMetaData,
    schema: &Schema,
) -> Result<(), ColumnError> {
    let source = SegmentBytes(segment.clone());
    let descriptor = Arc::new(descriptor(&arrow_schema(schema))?);
    let file = FileMetaData::new(2, group.num_rows(), None, None, descriptor, None);
    let metadata = ParquetMetaData::new(file, vec![group.clone()]);
    let mut reader =
        ParquetMetaDataReader::new_with_metadata(metadata).with_page_index_policy(PageIndexPolicy::Optional);
    reader.read_page_indexes(&source)?;
    let metadata = reader.finish()?;
    let columns = metadata.column_index().and_then(|index| index.first());
    let offsets = metadata.offset_index().and_then(|index| index.first());
    writer.append_with(|out| {
        for (at, chunk) in group.columns().iter().enumerate() {
            let close = ColumnCloseResult {
                bytes_written: chunk.compressed_size() as u64,
                rows_written: group.num_rows() as u64,
                metadata: chunk.clone(),
                bloom_filter: None,
                column_index: columns.and_then(|index| index.get(at)).cloned(),
                offset_index: offsets.and_then(|index| index.get(at)).cloned(),
            };
            out.append_column(&source, close)?;
        }
        Ok(())
    })
}
