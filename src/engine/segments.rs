//! The segments of a snapshot: their row groups, and readers of their sections.

use std::ops::Range;
use std::sync::Arc;

use parquet::file::metadata::RowGroupMetaData;

use roaring::RoaringBitmap;

use super::Error;
use super::schemas::schema_of;
use crate::column::{ColumnError, read_footer};
use crate::index::{IndexError, Kept, KeysReader, PersonIdsReader, RecordsReader, SpanSections, SpansReader};
use crate::schema::{Schema, SpaceId};
use crate::storage::{
    Damage, NO_NODE, Section, SectionId, SectionKind, Segment, SegmentRef, Snapshot, StorageError,
};

/// A segment of a snapshot with what the footer says about it.
pub(super) struct LiveSegment {
    pub(super) reference: SegmentRef,
    pub(super) segment: Segment,
    pub(super) schema: Arc<Schema>,
    /// Its row groups in the footer: those in which every row lives.
    pub(super) groups: Vec<LiveGroup>,
}

impl LiveSegment {
    /// The rows that live and are not among `without`; as new rows they count from `base`.
    pub(super) fn kept(&self, without: Option<&RoaringBitmap>, base: u32) -> Result<Kept, IndexError> {
        let rows = self.segment.rows();
        let stays = |row: &u32| without.is_none_or(|without| !without.contains(*row));
        match &self.reference.live {
            None if without.is_none_or(RoaringBitmap::is_empty) => Kept::all(rows, base),
            None => Kept::of(rows, base, (0..rows).filter(stays)),
            Some(living) => Kept::of(rows, base, living.iter().filter(stays)),
        }
    }
}

/// A row group of the footer.
#[derive(Debug, Clone)]
pub(super) struct LiveGroup {
    /// Its rows in the segment.
    pub(super) rows: Range<u32>,
    pub(super) metadata: RowGroupMetaData,
}

/// The segments of a snapshot, each with its row groups.
///
/// # Errors
/// A footer that lists other row groups than those of which every row lives.
pub(super) fn live_segments(snapshot: &Snapshot) -> Result<Vec<LiveSegment>, Error> {
    let mut groups = read_footer(snapshot.footer_bytes()?)?.into_iter();
    let mut segments = Vec::new();
    for (reference, segment) in snapshot.manifest().segments.iter().zip(snapshot.segments()?) {
        let id = segment.directory().parts.segment_id;
        let mut own = Vec::new();
        for rows in written_groups(segment).filter(|rows| is_alive(reference, rows)) {
            let metadata = groups.next().filter(|group| group.num_rows() == rows.len() as i64);
            let wrong = || ColumnError::Footer(format!("it does not list rows {rows:?} of segment {id}"));
            own.push(LiveGroup { metadata: metadata.ok_or_else(wrong)?, rows });
        }
        if own.len() != reference.row_groups as usize {
            let (listed, counted) = (own.len(), reference.row_groups);
            let problem =
                format!("{listed} row groups of segment {id} live, and the manifest counts {counted}");
            return Err(ColumnError::Footer(problem).into());
        }
        let schema = schema_of(snapshot, segment.directory().parts.schema)?;
        let (reference, segment) = (reference.clone(), segment.clone());
        segments.push(LiveSegment { reference, segment, schema, groups: own });
    }
    if groups.next().is_some() {
        let problem = "it lists more row groups than the segments of the manifest have".to_string();
        return Err(ColumnError::Footer(problem).into());
    }
    Ok(segments)
}

/// The rows of each row group that a segment was written with, those that have left the footer included.
pub(super) fn written_groups(segment: &Segment) -> impl Iterator<Item = Range<u32>> + '_ {
    let mut first = 0_u32;
    segment.directory().parts.row_groups.iter().map(move |rows| {
        let start = first;
        first = first.saturating_add(*rows);
        start..first
    })
}

/// Whether every row of a range lives.
fn is_alive(reference: &SegmentRef, rows: &Range<u32>) -> bool {
    let living = |live: &Arc<RoaringBitmap>| live.range_cardinality(rows.clone());
    reference.live.as_ref().is_none_or(|live| living(live) == rows.len() as u64)
}

/// A section that every segment has.
pub(super) fn required(segment: &Segment, id: SectionId) -> Result<Section, Error> {
    let directory = segment.directory();
    let lacks = || Damage {
        section: "directory".to_string(),
        offset: directory.checksums_offset + directory.checksums_len,
        problem: format!("segment {} lacks its section of {}", directory.parts.segment_id, id.kind.name()),
    };
    Ok(segment.section(id).ok_or_else(lacks).map_err(StorageError::from)?)
}

pub(super) fn records_of(segment: &Segment) -> Result<RecordsReader, Error> {
    let records = required(segment, SectionId::person(SectionKind::RECORDS))?;
    Ok(RecordsReader::new(records, required(segment, SectionId::person(SectionKind::RECORD_OFFSETS))?)?)
}

pub(super) fn person_ids_of(segment: &Segment) -> Result<PersonIdsReader, Error> {
    Ok(PersonIdsReader::new(required(segment, SectionId::person(SectionKind::PERSON_IDS))?)?)
}

pub(super) fn keys_of(segment: &Segment) -> Result<KeysReader, Error> {
    let keys = required(segment, SectionId::person(SectionKind::KEYS))?;
    Ok(KeysReader::new(keys, segment.section(SectionId::person(SectionKind::KEY_LISTS)))?)
}

pub(super) fn spans_of(segment: &Segment, space: SpaceId) -> Result<Option<SpansReader>, Error> {
    let id = |kind| SectionId { kind, space, node: NO_NODE };
    let parents = segment.section(id(SectionKind::SPAN_PARENTS));
    let Some(parents) = parents else { return Ok(None) };
    let sections = SpanSections {
        parents,
        offsets: required(segment, id(SectionKind::SPAN_OFFSETS))?,
        ends: required(segment, id(SectionKind::SPAN_ENDS))?,
        flags: segment.section(id(SectionKind::SPACE_FLAGS)),
    };
    Ok(Some(SpansReader::new(sections)?))
}
