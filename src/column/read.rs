//! Row groups of a segment back into batches.

use std::io::Read;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader,
    RowGroupMetaData,
};
use parquet::file::reader::{ChunkReader, Length};

use super::ColumnError;
use super::layout::{arrow_schema, descriptor};
use crate::schema::{NodeId, Schema};
use crate::storage::{Segment, StorageError};

/// Rows of a batch that is read.
const BATCH_ROWS: usize = 4_096;

/// All rows of one row group, in batches. `schema` is the catalogue of the footer that lists `group`;
/// the segment's checksums are checked on the way. Damage is an error, never other rows.
pub fn read_row_group(
    segment: &Segment,
    group: &RowGroupMetaData,
    schema: &Schema,
) -> Result<Vec<RecordBatch>, ColumnError> {
    let arrow = arrow_schema(schema);
    let metadata = metadata_of(group, &arrow)?;
    let options = ArrowReaderOptions::new().with_schema(arrow);
    let metadata = ArrowReaderMetadata::try_new(Arc::new(metadata), options)?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(SegmentBytes(segment.clone()), metadata)
        .with_batch_size(BATCH_ROWS)
        .build()?;
    Ok(reader.collect::<Result<Vec<_>, _>>()?)
}

/// Of some rows of one row group, which ascend and are numbered inside it, everything below `nodes`: a batch of the
/// schema's nesting in which the other leaves are absent. Reads the pages that hold the rows.
pub fn read_rows(
    segment: &Segment,
    group: &RowGroupMetaData,
    schema: &Schema,
    nodes: &[NodeId],
    rows: &[u32],
) -> Result<RecordBatch, ColumnError> {
    let arrow = arrow_schema(schema);
    let mut with_pages = ParquetMetaDataReader::new_with_metadata(metadata_of(group, &arrow)?)
        .with_offset_index_policy(PageIndexPolicy::Optional);
    with_pages.read_page_indexes(&SegmentBytes(segment.clone()))?;
    let options = ArrowReaderOptions::new().with_schema(arrow);
    let metadata = ArrowReaderMetadata::try_new(Arc::new(with_pages.finish()?), options)?;
    let leaves = leaves_below(schema, nodes);
    segment.note_columns(start_of(group), &leaves);
    let mask = ProjectionMask::leaves(metadata.parquet_schema(), leaves);
    let ranges = rows.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let ranges = ranges.filter_map(|run| Some(*run.first()? as usize..*run.last()? as usize + 1));
    let total = usize::try_from(group.num_rows()).unwrap_or_default();
    if rows.last().is_some_and(|&last| last as usize >= total) {
        return Err(ColumnError::Footer(format!("a row group of {total} rows lacks one that is asked for")));
    }
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(SegmentBytes(segment.clone()), metadata)
        .with_projection(mask)
        .with_row_selection(RowSelection::from_consecutive_ranges(ranges, total))
        .with_batch_size(rows.len().max(1))
        .build()?;
    let read = RecordBatchReader::schema(&reader);
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    match batches.as_slice() {
        [only] => Ok(only.clone()),
        several => Ok(concat_batches(&read, several)?),
    }
}

/// Where in the file a row group begins, near enough to tell it from others.
fn start_of(group: &RowGroupMetaData) -> u64 {
    let first = group.columns().first().map(ColumnChunkMetaData::data_page_offset);
    first.and_then(|offset| u64::try_from(offset).ok()).unwrap_or_default()
}

/// The places, among all leaves, of those at or below some nodes.
fn leaves_below(schema: &Schema, nodes: &[NodeId]) -> Vec<usize> {
    let above = |leaf: NodeId| std::iter::successors(Some(leaf), |id| schema.node(*id)?.parent);
    let leaves = schema.leaves().into_iter().enumerate();
    leaves.filter(|(_, leaf)| above(*leaf).any(|id| nodes.contains(&id))).map(|(place, _)| place).collect()
}

/// Metadata of a file that holds just this row group.
fn metadata_of(group: &RowGroupMetaData, arrow: &SchemaRef) -> Result<ParquetMetaData, ColumnError> {
    let descriptor = Arc::new(descriptor(arrow)?);
    let file = FileMetaData::new(2, group.num_rows(), None, None, descriptor, None);
    Ok(ParquetMetaData::new(file, vec![group.clone()]))
}

/// A segment's bytes as the Parquet reader wants them: by absolute offset, checked.
pub(super) struct SegmentBytes(pub(super) Segment);

impl Length for SegmentBytes {
    fn len(&self) -> u64 {
        self.0.extent().end
    }
}

impl ChunkReader for SegmentBytes {
    type T = SegmentCursor;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(SegmentCursor { segment: self.0.clone(), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes, ParquetError> {
        let end = start.checked_add(length as u64).ok_or_else(|| ParquetError::EOF("chunk".into()))?;
        let bytes = self.0.bytes(start..end).map_err(external)?;
        Ok(bytes::Bytes::copy_from_slice(bytes))
    }
}

fn external(error: StorageError) -> ParquetError {
    ParquetError::External(Box::new(error))
}

/// Reads a segment's bytes onwards from a position.
pub(super) struct SegmentCursor {
    segment: Segment,
    at: u64,
}

impl Read for SegmentCursor {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let left = self.segment.extent().end.saturating_sub(self.at);
        let now = left.min(into.len() as u64);
        let bytes = self.segment.bytes(self.at..self.at + now).map_err(std::io::Error::other)?;
        into[..bytes.len()].copy_from_slice(bytes);
        self.at += now;
        Ok(bytes.len())
    }
}
