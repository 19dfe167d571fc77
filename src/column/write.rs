//! Batches into row groups of a segment.
//!
//! The Parquet writer counts positions from the first byte it wrote. Fed as many zeros as the file already
//! has, which are thrown away, it writes absolute offsets (`docs/format.md`, section 3); and its own footer is
//! cut off, since the file has one footer over all segments.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowLeafColumn, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::TypePtr;
use rayon::prelude::*;

use super::ColumnError;
use super::layout::{arrow_schema, descriptor, properties};
use crate::schema::Schema;

/// Leaf arrays encoded between two hand-overs: levels of a whole row group would be larger than its batches.
const BATCHES_AT_ONCE: usize = 4;

/// Writes row groups, in order, to a sink that stands at an absolute position of the file.
pub struct RowGroupWriter<'a> {
    inner: SerializedFileWriter<Shifted<'a>>,
    arrow: SchemaRef,
}

impl<'a> RowGroupWriter<'a> {
    /// A writer whose first byte goes to `position` of the database file.
    pub fn new(
        sink: &'a mut (dyn Write + Send),
        position: u64,
        schema: &Schema,
    ) -> Result<Self, ColumnError> {
        let root = descriptor(&arrow_schema(schema))?.root_schema_ptr();
        Self::of_type(sink, position, root, schema)
    }

    /// A writer of some of the schema's leaves, those of the Parquet type `root`.
    pub(super) fn of_type(
        sink: &'a mut (dyn Write + Send),
        position: u64,
        root: TypePtr,
        schema: &Schema,
    ) -> Result<Self, ColumnError> {
        let arrow = arrow_schema(schema);
        let properties: WriterPropertiesPtr = Arc::new(properties(&arrow)?);
        let shifted = Shifted { sink, skip: position, held: None };
        let mut inner = SerializedFileWriter::new(shifted, root, properties)?;
        // The four bytes of its own magic are already counted.
        skip_to(&mut inner, position)?;
        Ok(Self { inner, arrow })
    }

    /// An encoder for this writer's row groups, to be used on any thread.
    pub fn encoder(&self) -> RowGroupEncoder {
        let factory = ArrowRowGroupWriterFactory::new(&self.inner, Arc::clone(&self.arrow));
        RowGroupEncoder { factory: Arc::new(factory), arrow: Arc::clone(&self.arrow) }
    }

    /// Appends an encoded row group.
    pub fn append(&mut self, group: EncodedRowGroup) -> Result<(), ColumnError> {
        let mut writer = self.inner.next_row_group()?;
        for chunk in group.chunks {
            chunk.append_to_row_group(&mut writer)?;
        }
        writer.close()?;
        Ok(())
    }

    /// Appends a row group whose columns the caller writes.
    pub(super) fn append_with(
        &mut self,
        write: impl FnOnce(&mut SerializedRowGroupWriter<'_, Shifted<'a>>) -> Result<(), ColumnError>,
    ) -> Result<(), ColumnError> {
        let mut writer = self.inner.next_row_group()?;
        write(&mut writer)?;
        writer.close()?;
        Ok(())
    }

    /// Writes the page indexes. Returns the row groups' metadata, with absolute offsets.
    pub fn finish(mut self) -> Result<Vec<RowGroupMetaData>, ColumnError> {
        self.inner.inner_mut().held = Some(Vec::new());
        let metadata = self.inner.finish()?;
        self.inner.inner_mut().release().map_err(parquet::errors::ParquetError::from)?;
        Ok(metadata.row_groups().to_vec())
    }
}

fn skip_to(inner: &mut SerializedFileWriter<Shifted<'_>>, position: u64) -> Result<(), ColumnError> {
    let zeros = vec![0u8; 1 << 20];
    let written = inner.bytes_written() as u64;
    let mut left = position.saturating_sub(written);
    while left > 0 {
        let now = left.min(zeros.len() as u64) as usize;
        inner.write_all(&zeros[..now]).map_err(parquet::errors::ParquetError::from)?;
        left -= now as u64;
    }
    Ok(())
}

/// Swallows the first bytes; from `held` on keeps what is written, so that the footer can be cut off it.
pub(super) struct Shifted<'a> {
    sink: &'a mut (dyn Write + Send),
    skip: u64,
    held: Option<Vec<u8>>,
}

impl Shifted<'_> {
    /// Passes on what was held, without the footer at its end.
    fn release(&mut self) -> io::Result<()> {
        let held = self.held.take().unwrap_or_default();
        let footer = held.last_chunk::<8>().map(|tail| {
            let [a, b, c, d, ..] = *tail;
            u32::from_le_bytes([a, b, c, d]) as usize + tail.len()
        });
        let keep = footer.and_then(|footer| held.len().checked_sub(footer));
        let keep = keep.ok_or_else(|| io::Error::other("the Parquet writer left no footer to cut off"))?;
        self.sink.write_all(&held[..keep])
    }
}

impl Write for Shifted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len() as u64;
        if self.skip >= len {
            self.skip -= len;
            return Ok(bytes.len());
        }
        let rest = &bytes[std::mem::take(&mut self.skip) as usize..];
        match &mut self.held {
            Some(held) => held.extend_from_slice(rest),
            None => self.sink.write_all(rest)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Encodes batches into row groups, leaves in parallel.
#[derive(Clone)]
pub struct RowGroupEncoder {
    factory: Arc<ArrowRowGroupWriterFactory>,
    arrow: SchemaRef,
}

/// A compressed row group, ready to be appended.
pub struct EncodedRowGroup {
    chunks: Vec<ArrowColumnChunk>,
    rows: usize,
}

impl EncodedRowGroup {
    /// Rows in it.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

impl RowGroupEncoder {
    /// One row group of all the batches' rows. Memory: the compressed pages, and the levels of a few batches.
    pub fn encode(&self, batches: &[RecordBatch]) -> Result<EncodedRowGroup, ColumnError> {
        let mut writers = self.factory.create_column_writers(0)?;
        for some in batches.chunks(BATCHES_AT_ONCE) {
            let leaves = some.par_iter().map(|batch| self.leaves(batch)).collect::<Result<Vec<_>, _>>()?;
            let mut columns: Vec<Vec<ArrowLeafColumn>> = Vec::new();
            columns.resize_with(writers.len(), Vec::new);
            for batch in leaves {
                for (column, leaf) in columns.iter_mut().zip(batch) {
                    column.push(leaf);
                }
            }
            writers
                .par_iter_mut()
                .zip(columns)
                .try_for_each(|(writer, leaves)| leaves.iter().try_for_each(|leaf| writer.write(leaf)))?;
        }
        let chunks = writers.into_par_iter().map(ArrowColumnWriter::close).collect::<Result<Vec<_>, _>>()?;
        Ok(EncodedRowGroup { chunks, rows: batches.iter().map(RecordBatch::num_rows).sum() })
    }

    fn leaves(&self, batch: &RecordBatch) -> Result<Vec<ArrowLeafColumn>, ColumnError> {
        let mut leaves = Vec::new();
        for (field, array) in self.arrow.fields().iter().zip(batch.columns()) {
            leaves.extend(compute_leaves(field, array)?);
        }
        Ok(leaves)
    }
}
