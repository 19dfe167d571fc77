//! What a load adds to the file, and the commit that makes it count.

use std::sync::Arc;

use parquet::file::metadata::RowGroupMetaData;

use super::LoadReport;
use super::merge::{merge_sections, merged_ranges};
use crate::column::{WrittenGroup, complete_row_groups, read_footer, write_footer};
use crate::engine::Error;
use crate::engine::dictionaries::Dictionaries;
use crate::engine::formats::Formats;
use crate::engine::schemas::{newest_schema, schema_of, schemas_in};
use crate::engine::words::{TEXT_VERSIONS, check_word_rules};
use crate::index::{Dictionary, HashKey};
use crate::schema::Schema;
use crate::schema::mapping::Mapping;
use crate::storage::{
    Commit, DirectoryParts, NewShared, SectionKind, Segment, SegmentRef, SegmentWriter, Snapshot,
    StagedSegment, Writer,
};

/// What a load builds on.
pub(super) struct Base {
    pub(super) snapshot: Option<Snapshot>,
    /// The file's schema, grown by what the load's has more.
    pub(super) schema: Arc<Schema>,
    /// Its position in the manifest's list, the last.
    pub(super) schema_index: u32,
    /// Whether it has to be written.
    grew: bool,
    pub(super) dictionaries: Dictionaries,
    pub(super) formats: Formats,
    pub(super) hash_key: HashKey,
    pub(super) next_segment_id: u64,
}

impl Base {
    pub(super) fn of(writer: &Writer, wanted: Arc<Schema>) -> Result<Self, Error> {
        let snapshot = writer.snapshot().cloned();
        snapshot.as_ref().map(check_word_rules).transpose()?;
        let known = snapshot.as_ref().map_or(0, schemas_in);
        let current = snapshot.as_ref().map(newest_schema).transpose()?.flatten();
        let schema = match &current {
            Some(current) => Arc::new(current.grown(&wanted)?),
            None => wanted,
        };
        let grew = current.as_deref() != Some(&*schema);
        Ok(Self {
            schema_index: if grew { known } else { known.saturating_sub(1) },
            dictionaries: Dictionaries::of_snapshot(snapshot.as_ref()),
            formats: Formats::of_snapshot(snapshot.as_ref(), &schema),
            hash_key: HashKey(writer.header().hash_key),
            next_segment_id: writer.next_segment_id(),
            snapshot,
            schema,
            grew,
        })
    }
}

/// A segment whose row groups are written and whose sections lie in runs.
pub(super) struct NewSegment {
    pub(super) segment: SegmentWriter,
    pub(super) groups: Vec<RowGroupMetaData>,
    pub(super) runs: Vec<Segment>,
    pub(super) parts: DirectoryParts,
    pub(super) dictionary: Option<Arc<Dictionary>>,
    /// Mappings that the file does not have yet.
    pub(super) mappings: Vec<Arc<Mapping>>,
}

/// Commits what a load read. Without people only a database that does not exist yet is committed, empty.
pub(super) fn commit_load(
    writer: &mut Writer,
    base: &Base,
    new: Option<Finished>,
    report: &mut LoadReport,
) -> Result<(), Error> {
    let before = base.snapshot.as_ref().map_or(0, |snapshot| snapshot.committed_len());
    let snapshot = match (new, &base.snapshot) {
        (None, Some(snapshot)) => snapshot.clone(),
        (None, None) => commit(writer, &base.schema, schema_section(base)?, None, Vec::new())?,
        (Some(new), _) => {
            let Finished { staged, groups, mut segments, shared } = new;
            count_bytes(&staged, report);
            for shared in &shared {
                *report.bytes.entry(shared.kind.name().to_string()).or_default() += shared.bytes.len() as u64;
            }
            segments.push(staged.reference());
            commit(writer, &base.schema, shared, Some((staged, segments)), groups)?
        }
    };
    count_rest(&snapshot, before, report);
    Ok(())
}

/// A segment that is ready to be committed.
pub(super) struct Finished {
    staged: StagedSegment,
    /// The row groups of the whole file, those of the new segment last.
    groups: Vec<RowGroupMetaData>,
    /// The older segments.
    segments: Vec<SegmentRef>,
    shared: Vec<NewShared>,
}

/// Merges the runs' sections behind the row groups, and completes older row groups if the schema grew.
pub(super) fn finish_segment(base: &Base, new: NewSegment) -> Result<Finished, Error> {
    let NewSegment { mut segment, groups, runs, parts, dictionary, mappings } = new;
    let mut all = Vec::new();
    let mut segments = Vec::new();
    for old in base.snapshot.iter().map(live_segments).collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        segments.push(old.reference);
        let with_place =
            |group| WrittenGroup { group, segment: old.segment.clone(), schema: Arc::clone(&old.schema) };
        all.extend(old.groups.into_iter().map(with_place));
    }
    let position = segment.position();
    let mut all = complete_row_groups(&mut segment, position, &base.schema, all)?;
    all.extend(groups);
    merge_sections(&base.schema, &runs, &mut segment)?;
    // Runs do not know the dictionary that their records were compressed with.
    let DirectoryParts { sorted_ranges, mappings: ranges, .. } = merged_ranges(&runs);
    let staged = segment.finish(DirectoryParts { sorted_ranges, mappings: ranges, ..parts })?;
    let mut shared = schema_section(base)?;
    shared.extend(dictionary.map(|dictionary| NewShared {
        kind: SectionKind::RECORD_DICTIONARY,
        bytes: dictionary.bytes().to_vec(),
    }));
    for mapping in mappings {
        shared.push(text_section(SectionKind::MAPPING, mapping.text())?);
    }
    Ok(Finished { staged, groups: all, segments, shared })
}

/// The schema as a section, if the file does not have it yet.
fn schema_section(base: &Base) -> Result<Vec<NewShared>, Error> {
    if !base.grew {
        return Ok(Vec::new());
    }
    Ok(vec![text_section(SectionKind::SCHEMA, &base.schema.to_json())?])
}

/// A text as a section, compressed.
fn text_section(kind: SectionKind, text: &str) -> Result<NewShared, Error> {
    let bytes = zstd::bulk::compress(text.as_bytes(), 19);
    let failed = |error| Error::internal(format!("the {} cannot be compressed: {error}", kind.name()));
    Ok(NewShared { kind, bytes: bytes.map_err(failed)? })
}

/// A segment of a snapshot with what the footer says about it.
pub(in crate::engine) struct LiveSegment {
    pub(in crate::engine) reference: SegmentRef,
    pub(super) segment: Segment,
    pub(super) schema: Arc<Schema>,
    pub(in crate::engine) groups: Vec<RowGroupMetaData>,
}

/// The segments of a snapshot, each with its row groups.
pub(in crate::engine) fn live_segments(snapshot: &Snapshot) -> Result<Vec<LiveSegment>, Error> {
    let mut groups = read_footer(snapshot.footer_bytes()?)?.into_iter();
    let mut segments = Vec::new();
    for (reference, segment) in snapshot.manifest().segments.iter().zip(snapshot.segments()?) {
        let own: Vec<RowGroupMetaData> = groups.by_ref().take(reference.row_groups as usize).collect();
        let schema = schema_of(snapshot, segment.directory().parts.schema)?;
        segments.push(LiveSegment {
            reference: reference.clone(),
            segment: segment.clone(),
            schema,
            groups: own,
        });
    }
    let listed: usize = segments.iter().map(|segment| segment.groups.len()).sum();
    let wanted: usize = segments.iter().map(|segment| segment.reference.row_groups as usize).sum();
    if listed != wanted || groups.next().is_some() {
        let problem = format!("the manifest counts {wanted} row groups, the footer lists others");
        return Err(crate::column::ColumnError::Footer(problem).into());
    }
    Ok(segments)
}

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
    let footer = |place: crate::storage::ManifestPlace| -> Result<Vec<u8>, Error> {
        Ok(write_footer(schema, groups, place.to_string())?)
    };
    writer.commit(Commit { new_segment, shared, segments, versions: TEXT_VERSIONS, footer })
}

/// Adds the bytes of a new segment to the report, by what they are.
fn count_bytes(staged: &StagedSegment, report: &mut LoadReport) {
    let directory = staged.directory();
    let first =
        directory.sections.iter().map(|entry| entry.offset).min().unwrap_or(directory.checksums_offset);
    let mut add = |name: &str, bytes: u64| *report.bytes.entry(name.to_string()).or_default() += bytes;
    add("row groups", first - directory.start);
    for entry in &directory.sections {
        add(entry.id.kind.name(), entry.len);
    }
    add("checksums and directories", staged.end() - directory.checksums_offset);
}

/// What the sections and row groups do not explain: manifest, footer, padding; and the state after.
pub(super) fn count_rest(snapshot: &Snapshot, before: u64, report: &mut LoadReport) {
    let grown = snapshot.committed_len() - before;
    let rest = grown.saturating_sub(report.bytes_total());
    if rest > 0 {
        *report.bytes.entry("manifest, footer and padding".to_string()).or_default() += rest;
    }
    report.total_people = snapshot.manifest().live_rows();
    report.generation = snapshot.manifest().generation;
    report.segments = snapshot.manifest().segments.len() as u64;
}
