//! Batches of the ids of some pieces.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;

use super::pieces::Piece;
use crate::engine::{Error, TableReader};
use crate::index::IdSet;

/// Reads the batches of one partition, one after the other.
pub(super) struct Batches {
    pub(super) schema: SchemaRef,
    pub(super) found: Arc<Vec<IdSet>>,
    /// The reader of each segment.
    pub(super) readers: Arc<Vec<TableReader>>,
    pub(super) pieces: std::vec::IntoIter<Piece>,
    /// What is left of the piece that is being read.
    pub(super) piece: Option<Piece>,
    pub(super) batch_rows: usize,
}

impl Batches {
    /// The next batch; `None` after the last.
    pub(super) fn next(&mut self) -> Option<Result<RecordBatch, Error>> {
        loop {
            let piece = match self.piece.take() {
                Some(piece) => piece,
                None => self.pieces.next()?,
            };
            let ids: Vec<u32> = match self.found.get(piece.segment) {
                Some(found) => {
                    let inside = found.iter_from(piece.ids.start).take_while(|id| *id < piece.ids.end);
                    inside.take(self.batch_rows).collect()
                }
                None => Vec::new(),
            };
            let Some(&last) = ids.last() else { continue };
            let read = self.read(piece.segment, &ids);
            let rest = last.saturating_add(1)..piece.ids.end;
            self.piece = (!rest.is_empty()).then_some(Piece { segment: piece.segment, ids: rest });
            return Some(read);
        }
    }

    fn read(&self, segment: usize, ids: &[u32]) -> Result<RecordBatch, Error> {
        let reader =
            self.readers.get(segment).ok_or_else(|| Error::internal("a segment without a reader"))?;
        let options = RecordBatchOptions::new().with_row_count(Some(ids.len()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), reader.read(ids)?, &options)
            .map_err(|error| Error::internal(error.to_string()))
    }
}
