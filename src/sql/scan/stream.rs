//! The ids of some pieces, and batches of them.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;

use super::pieces::Piece;
use crate::engine::{Error, TableReader};
use crate::index::IdSet;

/// The members of some pieces, some thousand at a time, those of a segment together.
pub(super) struct Ids {
    found: Arc<Vec<IdSet>>,
    pieces: std::vec::IntoIter<Piece>,
    /// What is left of the piece that is being read.
    piece: Option<Piece>,
    at_once: usize,
}

impl Ids {
    pub(super) fn new(found: Arc<Vec<IdSet>>, pieces: Vec<Piece>, at_once: usize) -> Self {
        Self { found, pieces: pieces.into_iter(), piece: None, at_once }
    }

    /// Every member, piece by piece.
    pub(super) fn all(found: Vec<IdSet>, at_once: usize) -> Self {
        let pieces = found.iter().enumerate().map(|(segment, ids)| Piece { segment, ids: 0..ids.universe() });
        let pieces = pieces.collect();
        Self::new(Arc::new(found), pieces, at_once)
    }
}

impl Iterator for Ids {
    /// A segment, and ids in it, ascending.
    type Item = (usize, Vec<u32>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Piece { segment, ids } = match self.piece.take() {
                Some(piece) => piece,
                None => self.pieces.next()?,
            };
            let Some(found) = self.found.get(segment) else { continue };
            let inside = found.iter_from(ids.start).take_while(|id| *id < ids.end);
            let some: Vec<u32> = inside.take(self.at_once).collect();
            let Some(&last) = some.last() else { continue };
            let rest = last.saturating_add(1)..ids.end;
            self.piece = (!rest.is_empty()).then_some(Piece { segment, ids: rest });
            return Some((segment, some));
        }
    }
}

/// The columns of some ids.
pub(super) fn batch(
    schema: &SchemaRef,
    readers: &[TableReader],
    segment: usize,
    ids: &[u32],
) -> Result<RecordBatch, Error> {
    let reader = readers.get(segment).ok_or_else(|| Error::internal("a segment without a reader"))?;
    let options = RecordBatchOptions::new().with_row_count(Some(ids.len()));
    RecordBatch::try_new_with_options(Arc::clone(schema), reader.read(ids)?, &options)
        .map_err(Error::of_arrays)
}
