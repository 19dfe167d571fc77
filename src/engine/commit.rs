//! A commit of segments whose row groups are known, whoever made them.

use parquet::file::metadata::RowGroupMetaData;

use super::Error;
use super::words::TEXT_VERSIONS;
use crate::column::write_footer;
use crate::schema::Schema;
use crate::storage::{
    Commit, ManifestPlace, NewShared, SectionKind, SegmentRef, Snapshot, StagedSegment, Writer,
};

/// Commits: `added` is the new segment and all segments in the order of `groups`.
pub(super) fn commit(
    writer: &mut Writer,
    schema: &Schema,
    shared: Vec<NewShared>,
    added: Option<(StagedSegment, Vec<SegmentRef>)>,
    groups: Vec<RowGroupMetaData>,
) -> Result<Snapshot, Error> {
    let (new_segment, segments) = match added {
        Some((staged, segments)) => (Some(staged), segments),
        None => (None, Vec::new()),
    };
    let footer = |place: ManifestPlace| -> Result<Vec<u8>, Error> {
        Ok(write_footer(schema, groups, place.to_string())?)
    };
    writer.commit(Commit { new_segment, shared, segments, versions: TEXT_VERSIONS, footer })
}

/// A text as a section, compressed.
pub(super) fn text_section(kind: SectionKind, text: &str) -> Result<NewShared, Error> {
    let bytes = zstd::bulk::compress(text.as_bytes(), 19);
    let failed = |error| Error::internal(format!("the {} cannot be compressed: {error}", kind.name()));
    Ok(NewShared { kind, bytes: bytes.map_err(failed)? })
}
