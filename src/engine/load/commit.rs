//! What a load adds to the file, and the commit that makes it count.

use std::collections::BTreeMap;
use std::sync::Arc;

use parquet::file::metadata::RowGroupMetaData;
use roaring::RoaringBitmap;

use super::LoadReport;
use crate::column::{WrittenGroup, complete_row_groups};
use crate::engine::Error;
use crate::engine::commit::{commit, text_section};
use crate::engine::dictionaries::Dictionaries;
use crate::engine::formats::Formats;
use crate::engine::merge::{MergeInput, merge_sections, merged_ranges};
use crate::engine::schemas::{newest_schema, schemas_in};
use crate::engine::segments::{LiveGroup, LiveSegment, live_segments};
use crate::engine::suppression::Suppression;
use crate::engine::words::check_word_rules;
use crate::index::{Dictionary, HashKey};
use crate::schema::Schema;
use crate::schema::mapping::Mapping;
use crate::storage::{
    DirectoryParts, NewShared, SectionKind, Segment, SegmentRef, SegmentWriter, Snapshot, StagedSegment,
    Writer,
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
    /// Who must not be loaded.
    pub(super) suppression: Option<Suppression>,
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
            suppression: Suppression::of_snapshot(snapshot.as_ref())?,
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
    /// Rows of older segments that die with this commit: whole row groups.
    pub(super) dead: BTreeMap<usize, RoaringBitmap>,
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
    let NewSegment { mut segment, groups, runs, parts, dictionary, mappings, dead } = new;
    let mut all = Vec::new();
    let mut segments = Vec::new();
    let old = base.snapshot.as_ref().map(live_segments).transpose()?.unwrap_or_default();
    for (at, old) in old.into_iter().enumerate() {
        let Some(old) = surviving(old, dead.get(&at))? else { continue };
        segments.push(old.reference);
        let with_place = |group: LiveGroup| WrittenGroup {
            group: group.metadata,
            segment: old.segment.clone(),
            schema: Arc::clone(&old.schema),
        };
        all.extend(old.groups.into_iter().map(with_place));
    }
    let position = segment.position();
    let mut all = complete_row_groups(&mut segment, position, &base.schema, all)?;
    all.extend(groups);
    let runs = MergeInput::whole(runs)?;
    merge_sections(&base.schema, &runs, None, &mut segment)?;
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

/// A segment without the row groups of `dead`; `None` if nobody lives in it.
fn surviving(mut old: LiveSegment, dead: Option<&RoaringBitmap>) -> Result<Option<LiveSegment>, Error> {
    let Some(dead) = dead else { return Ok(Some(old)) };
    old.groups.retain(|group| dead.range_cardinality(group.rows.clone()) == 0);
    let mut live = old.reference.live.as_deref().cloned().unwrap_or_else(|| {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..old.segment.rows());
        all
    });
    live -= dead;
    if live.is_empty() {
        return Ok(None);
    }
    old.reference = old.reference.with_live(live)?;
    old.reference.row_groups = old.groups.len() as u32;
    Ok(Some(old))
}

/// The schema as a section, if the file does not have it yet.
fn schema_section(base: &Base) -> Result<Vec<NewShared>, Error> {
    if !base.grew {
        return Ok(Vec::new());
    }
    Ok(vec![text_section(SectionKind::SCHEMA, &base.schema.to_json())?])
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

/// Adds what merging small segments did.
pub(super) fn count_merged(writer: &Writer, appended: Result<u64, Error>, report: &mut LoadReport) {
    match appended {
        Ok(0) => {}
        Ok(bytes) => *report.bytes.entry("merged segments".to_string()).or_default() += bytes,
        Err(Error::Interrupted) => report.unmerged = Some("interrupted".to_string()),
        Err(error) => report.unmerged = Some(error.to_string()),
    }
    if let Some(manifest) = writer.snapshot().map(Snapshot::manifest) {
        report.generation = manifest.generation;
        report.segments = manifest.segments.len() as u64;
    }
}
