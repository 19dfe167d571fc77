//! Merges the sections of several segments, or runs, into one, streaming: rows of the result are the rows of the
//! inputs, one input after the other.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::merge_leaves::MergeLeaves;
use super::run::{section, write_key_sections};
use crate::engine::Error;
use crate::index::{
    KeysReader, PersonIdsReader, RecordsReader, SpanSections, SpansInput, SpansReader, Written, merge_ends,
    merge_flags, merge_keys, merge_offsets, merge_parents, merge_person_ids, merge_record_offsets,
    merge_records,
};
use crate::schema::{Schema, SpaceId};
use crate::storage::{
    DirectoryParts, NO_NODE, Section, SectionId, SectionKind, Segment, SegmentWriter, SharedRange,
};

/// Bytes of a section that are copied at a time.
const COPIED_BYTES: usize = 1 << 20;

/// Writes every section of `inputs`, merged, to `out`. All inputs have the spaces and columns of `schema`, or are
/// taken to have none where they lack one; a single one was written with it, and is copied. Memory: pages and blocks of each
/// input, and what [`MergeLeaves::write`] says.
pub(super) fn merge_sections(
    schema: &Schema,
    inputs: &[Segment],
    out: &mut SegmentWriter,
) -> Result<(), Error> {
    if let [only] = inputs {
        return copy_sections(only, out);
    }
    let records = inputs.iter().map(records_of).collect::<Result<Vec<_>, _>>()?;
    let records: Vec<&RecordsReader> = records.iter().collect();
    section(out, SectionId::person(SectionKind::RECORDS), |out| Ok(merge_records(&records, out)?))?;
    section(out, SectionId::person(SectionKind::RECORD_OFFSETS), |out| {
        Ok(merge_record_offsets(&records, out)?)
    })?;
    let ids = inputs.iter().map(person_ids_of).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<&PersonIdsReader> = ids.iter().collect();
    section(out, SectionId::person(SectionKind::PERSON_IDS), |out| Ok(merge_person_ids(&ids, out)?))?;
    merge_key_sections(inputs, out)?;
    let rows: Vec<u32> = inputs.iter().map(Segment::rows).collect();
    MergeLeaves { schema, inputs, space: None, counts: &rows }.write(out)?;
    let mut elements: BTreeMap<SpaceId, Vec<u32>> = BTreeMap::new();
    for space in schema.spaces() {
        let parents: Vec<u32> = match space.parent.and_then(|outer| elements.get(&outer)) {
            Some(outer) => outer.clone(),
            None => rows.clone(),
        };
        let counts = merge_space(space.id, space.arrays.len(), &parents, inputs, out)?;
        MergeLeaves { schema, inputs, space: Some(space.id), counts: &counts }.write(out)?;
        elements.insert(space.id, counts);
    }
    Ok(())
}

/// Copies every section as it is: a merge of one would write the same.
fn copy_sections(segment: &Segment, out: &mut SegmentWriter) -> Result<(), Error> {
    for entry in &segment.directory().sections {
        let bytes = required(segment, entry.id)?;
        section(out, entry.id, |out| {
            for start in (0..entry.len).step_by(COPIED_BYTES) {
                let end = entry.len.min(start + COPIED_BYTES as u64);
                out.write_all(bytes.bytes(start..end)?).map_err(crate::storage::StorageError::from)?;
            }
            Ok(Written { count: entry.count, aux: entry.aux })
        })?;
    }
    Ok(())
}

/// The ranges of the merged rows: those in person-id order, and those that need a record dictionary or a mapping. Nothing else is set.
pub(super) fn merged_ranges(inputs: &[Segment]) -> DirectoryParts {
    let mut merged = DirectoryParts::default();
    for input in inputs.iter().filter(|input| input.rows() > 0) {
        let parts = &input.directory().parts;
        let base = merged.rows;
        merged.sorted_ranges.extend(parts.sorted_ranges.iter().map(|first| first + base));
        append_ranges(&mut merged.dictionaries, &parts.dictionaries, base);
        append_ranges(&mut merged.mappings, &parts.mappings, base);
        merged.rows += input.rows();
    }
    merged
}

fn append_ranges(merged: &mut Vec<SharedRange>, ranges: &[SharedRange], base: u32) {
    for range in ranges {
        if merged.last().is_none_or(|last| last.id != range.id) {
            merged.push(SharedRange { first_row: range.first_row + base, id: range.id });
        }
    }
}

pub(crate) fn required(segment: &Segment, id: SectionId) -> Result<Section, Error> {
    let directory = segment.directory();
    let lacks = || crate::storage::Damage {
        section: "directory".to_string(),
        offset: directory.checksums_offset + directory.checksums_len,
        problem: format!("segment {} lacks its section of {}", directory.parts.segment_id, id.kind.name()),
    };
    Ok(segment.section(id).ok_or_else(lacks).map_err(crate::storage::StorageError::from)?)
}

pub(crate) fn records_of(segment: &Segment) -> Result<RecordsReader, Error> {
    let records = required(segment, SectionId::person(SectionKind::RECORDS))?;
    Ok(RecordsReader::new(records, required(segment, SectionId::person(SectionKind::RECORD_OFFSETS))?)?)
}

pub(crate) fn person_ids_of(segment: &Segment) -> Result<PersonIdsReader, Error> {
    Ok(PersonIdsReader::new(required(segment, SectionId::person(SectionKind::PERSON_IDS))?)?)
}

pub(crate) fn keys_of(segment: &Segment) -> Result<KeysReader, Error> {
    let keys = required(segment, SectionId::person(SectionKind::KEYS))?;
    Ok(KeysReader::new(keys, segment.section(SectionId::person(SectionKind::KEY_LISTS)))?)
}

pub(crate) fn spans_of(segment: &Segment, space: SpaceId) -> Result<Option<SpansReader>, Error> {
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

fn merge_key_sections(inputs: &[Segment], out: &mut SegmentWriter) -> Result<(), Error> {
    let readers = inputs.iter().map(keys_of).collect::<Result<Vec<_>, _>>()?;
    let mut base = 0u32;
    let mut bases = Vec::with_capacity(inputs.len());
    for (reader, input) in readers.iter().zip(inputs) {
        bases.push((reader, base));
        base =
            base.checked_add(input.rows()).ok_or_else(|| Error::internal("a segment of over 2^32 rows"))?;
    }
    write_key_sections(out, |table, lists| Ok(merge_keys(&bases, table, lists)?))
}

/// Merges one space. Returns the elements that each input has in it.
fn merge_space(
    space: SpaceId,
    arrays: usize,
    parents: &[u32],
    inputs: &[Segment],
    out: &mut SegmentWriter,
) -> Result<Vec<u32>, Error> {
    let readers = inputs.iter().map(|input| spans_of(input, space)).collect::<Result<Vec<_>, _>>()?;
    let spans = |(reader, &parents): (_, &u32)| match reader {
        Some(reader) => SpansInput::Spans(reader),
        None => SpansInput::Absent { parents },
    };
    let spans: Vec<SpansInput<'_>> = readers.iter().map(Option::as_ref).zip(parents).map(spans).collect();
    let id = |kind| SectionId { kind, space, node: NO_NODE };
    section(out, id(SectionKind::SPAN_PARENTS), |out| Ok(merge_parents(&spans, out)?))?;
    section(out, id(SectionKind::SPAN_OFFSETS), |out| Ok(merge_offsets(&spans, out)?))?;
    if arrays > 1 {
        section(out, id(SectionKind::SPACE_FLAGS), |out| Ok(merge_flags(&spans, arrays, out)?))?;
    }
    section(out, id(SectionKind::SPAN_ENDS), |out| Ok(merge_ends(&spans, out)?))?;
    Ok(readers.iter().map(|reader| reader.as_ref().map_or(0, SpansReader::len)).collect())
}
