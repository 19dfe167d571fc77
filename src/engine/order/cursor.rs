//! Where a page of a search ended: a text that the next page is asked for with.
//!
//! It names the snapshot, the filter and the order that it belongs to, and the place of the last person in that snapshot: so it holds
//! nothing about people, and the next page goes on at the same place whatever was loaded since.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use xxhash_rust::xxh3::xxh3_64;

use super::{Place, Sort};
use crate::filter::Filter;
use crate::index::varint;
use crate::storage::{FileId, ManifestRef, SnapshotName};

/// The first byte of every cursor of this form.
const FORM: u8 = 1;

/// What a cursor belongs to, beside the snapshot: filter and order, in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Query(u64);

impl Query {
    pub(in crate::engine) fn of(filter: &Filter, sort: &Sort) -> Self {
        let said = filter.tree().to_json().unwrap_or_else(|| format!("{:?}", filter.tree()));
        Self(xxh3_64(format!("{said}\n{sort}").as_bytes()))
    }
}

/// The end of a page. Its text survives restarts; it fits the filter, the order and the commit that it came from, while fields and
/// limit may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    snapshot: SnapshotName,
    query: Query,
    last: Place,
}

/// A cursor that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CursorError {
    /// The text is no cursor.
    #[error("the cursor is not one that a search gave, or a part of it is missing")]
    NoCursor,
    /// It belongs to another filter or order.
    #[error(
        "the cursor belongs to a search with another filter or order: search with those, or begin without a cursor"
    )]
    OtherQuery,
    /// It belongs to another commit, or another file.
    #[error(
        "the cursor belongs to generation {wanted} of {file}, this is generation {open}: open that one (Database::open_at), \
         or begin without a cursor",
        file = if *.same_file { "the file" } else { "another file" }
    )]
    OtherSnapshot {
        /// The generation that it belongs to.
        wanted: u64,
        /// The generation that is open.
        open: u64,
        /// Whether both are of one file.
        same_file: bool,
    },
}

/// The cursor of a page that ended at a place.
pub(in crate::engine) fn end_of_page(snapshot: SnapshotName, query: Query, last: Place) -> Cursor {
    Cursor { snapshot, query, last }
}

impl Cursor {
    /// The commit that it belongs to: [`Database::open_at`](crate::Database::open_at) opens it.
    pub fn snapshot(&self) -> &SnapshotName {
        &self.snapshot
    }

    /// The place of the last person, if it belongs to this commit and query.
    pub(in crate::engine) fn place(
        &self,
        snapshot: &SnapshotName,
        query: Query,
    ) -> Result<Place, CursorError> {
        if self.snapshot != *snapshot {
            let same_file = self.snapshot.file == snapshot.file;
            let (wanted, open) = (self.snapshot.manifest.generation, snapshot.manifest.generation);
            return Err(CursorError::OtherSnapshot { wanted, open, same_file });
        }
        if self.query == query { Ok(self.last) } else { Err(CursorError::OtherQuery) }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SnapshotName { file, manifest } = self.snapshot;
        let mut bytes = vec![FORM];
        bytes.extend(file.0);
        [manifest.generation, manifest.offset, manifest.len]
            .into_iter()
            .for_each(|n| varint::put(n, &mut bytes));
        bytes.extend(manifest.checksum.to_le_bytes());
        bytes.extend(self.query.0.to_le_bytes());
        [self.last.segment, self.last.row].into_iter().for_each(|n| varint::put(n.into(), &mut bytes));
        bytes.extend(sum(&bytes));
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok();
        bytes.and_then(|bytes| read(&bytes)).ok_or(CursorError::NoCursor)
    }
}

fn read(bytes: &[u8]) -> Option<Cursor> {
    let (said, found) = bytes.split_last_chunk::<4>()?;
    let (&FORM, mut rest) = said.split_first().filter(|_| sum(said) == *found)? else { return None };
    let file = FileId(take(&mut rest)?);
    let (generation, offset, len) =
        (varint::take(&mut rest)?, varint::take(&mut rest)?, varint::take(&mut rest)?);
    let checksum = u64::from_le_bytes(take(&mut rest)?);
    let query = Query(u64::from_le_bytes(take(&mut rest)?));
    let last = Place { segment: varint::take_u32(&mut rest)?, row: varint::take_u32(&mut rest)? };
    let manifest = ManifestRef { generation, offset, len, checksum };
    rest.is_empty().then_some(Cursor { snapshot: SnapshotName { file, manifest }, query, last })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

/// Tells a cursor from a part of one, and from another text.
fn sum(bytes: &[u8]) -> [u8; 4] {
    (xxh3_64(bytes) as u32).to_le_bytes()
}
