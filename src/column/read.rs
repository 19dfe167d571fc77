//! Row groups of a segment back into batches.

use std::io::Read;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{FileMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::ColumnError;
use super::layout::{arrow_schema, descriptor};
use crate::schema::Schema;
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
