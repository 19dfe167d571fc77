//! Merges the sections of several segments, or runs, into one, streaming: rows of the result are the rows of the
//! inputs that are kept, one input after the other.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::MergeInput;
use super::leaves::MergeLeaves;
use super::recompress::Recompression;
use crate::engine::Error;
use crate::engine::segments::{keys_of, person_ids_of, records_of, required, spans_of};
use crate::index::{
    Kept, KeysWritten, RecordsWriter, SpansPart, Written, merge_ends, merge_flags, merge_keys, merge_offsets,
    merge_parents, merge_person_ids, merge_record_offsets, merge_records,
};
use crate::schema::{Schema, SpaceId};
use crate::storage::{NO_NODE, SectionId, SectionKind, Segment, SegmentWriter, StorageError};

/// Bytes of a section that are copied at a time.
const COPIED_BYTES: usize = 1 << 20;

/// Writes every section of `inputs`, merged, to `out`. All inputs have the spaces and columns of `schema`, or are
/// taken to have none where they lack one; one that is kept whole and alone was written with it, and is copied. Records are copied as
/// they are compressed, or compressed anew. Memory: pages and blocks of each input, and what [`MergeLeaves::write`] says.
pub(in crate::engine) fn merge_sections(
    schema: &Schema,
    inputs: &[MergeInput],
    recompression: Option<&Recompression<'_>>,
    out: &mut SegmentWriter,
) -> Result<(), Error> {
    if let ([only], None) = (inputs, recompression)
        && only.kept.is_all()
    {
        return copy_sections(&only.segment, out);
    }
    match recompression {
        Some(recompression) => recompression.write(inputs, out)?,
        None => copy_records(inputs, out)?,
    }
    let ids = inputs.iter().map(|input| person_ids_of(&input.segment)).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<_> = ids.iter().zip(kept_of(inputs)).collect();
    section(out, SectionId::person(SectionKind::PERSON_IDS), |out| Ok(merge_person_ids(&ids, out)?))?;
    let keys = inputs.iter().map(|input| keys_of(&input.segment)).collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<_> = keys.iter().zip(kept_of(inputs)).collect();
    write_key_sections(out, |table, lists| Ok(merge_keys(&keys, table, lists)?))?;
    let rows: Vec<Kept> = kept_of(inputs).cloned().collect();
    MergeLeaves { schema, inputs, space: None, kept: &rows }.write(out)?;
    let mut elements: BTreeMap<SpaceId, Vec<Kept>> = BTreeMap::new();
    for space in schema.spaces() {
        let parents = space.parent.and_then(|outer| elements.get(&outer)).unwrap_or(&rows);
        let kept = merge_space(space.id, space.arrays.len(), parents, inputs, out)?;
        MergeLeaves { schema, inputs, space: Some(space.id), kept: &kept }.write(out)?;
        elements.insert(space.id, kept);
    }
    Ok(())
}

fn kept_of(inputs: &[MergeInput]) -> impl Iterator<Item = &Kept> {
    inputs.iter().map(|input| &input.kept)
}

/// Copies every section as it is: a merge of one would write the same.
fn copy_sections(segment: &Segment, out: &mut SegmentWriter) -> Result<(), Error> {
    for entry in &segment.directory().sections {
        let bytes = required(segment, entry.id)?;
        section(out, entry.id, |out| {
            for start in (0..entry.len).step_by(COPIED_BYTES) {
                let end = entry.len.min(start + COPIED_BYTES as u64);
                out.write_all(bytes.bytes(start..end)?).map_err(StorageError::from)?;
            }
            Ok(Written { count: entry.count, aux: entry.aux })
        })?;
    }
    Ok(())
}

fn copy_records(inputs: &[MergeInput], out: &mut SegmentWriter) -> Result<(), Error> {
    let records = inputs.iter().map(|input| records_of(&input.segment)).collect::<Result<Vec<_>, _>>()?;
    let records: Vec<_> = records.iter().zip(kept_of(inputs)).collect();
    section(out, SectionId::person(SectionKind::RECORDS), |out| Ok(merge_records(&records, out)?))?;
    section(out, SectionId::person(SectionKind::RECORD_OFFSETS), |out| {
        Ok(merge_record_offsets(&records, out)?)
    })
}

/// Merges one space. Returns the elements that are kept of each input.
fn merge_space(
    space: SpaceId,
    arrays: usize,
    parents: &[Kept],
    inputs: &[MergeInput],
    out: &mut SegmentWriter,
) -> Result<Vec<Kept>, Error> {
    let readers = inputs.iter().map(|input| spans_of(&input.segment, space));
    let readers = readers.collect::<Result<Vec<_>, _>>()?;
    let mut elements: Vec<Kept> = Vec::new();
    for (reader, parents) in readers.iter().zip(parents) {
        let base = elements.last().map_or(0, |before| before.new_ids().end);
        elements.push(match reader {
            Some(reader) => reader.kept(parents, base)?,
            None => Kept::all(0, base)?,
        });
    }
    let spans = readers.iter().zip(parents).zip(&elements);
    let spans =
        spans.map(|((reader, parents), elements)| SpansPart { reader: reader.as_ref(), parents, elements });
    let spans: Vec<SpansPart<'_>> = spans.collect();
    let id = |kind| SectionId { kind, space, node: NO_NODE };
    section(out, id(SectionKind::SPAN_PARENTS), |out| Ok(merge_parents(&spans, out)?))?;
    section(out, id(SectionKind::SPAN_OFFSETS), |out| Ok(merge_offsets(&spans, out)?))?;
    if arrays > 1 {
        section(out, id(SectionKind::SPACE_FLAGS), |out| Ok(merge_flags(&spans, arrays, out)?))?;
    }
    section(out, id(SectionKind::SPAN_ENDS), |out| Ok(merge_ends(&spans, out)?))?;
    Ok(elements)
}

/// Writes a section whose writer returns its two numbers.
pub(in crate::engine) fn section(
    out: &mut SegmentWriter,
    id: SectionId,
    write: impl FnOnce(&mut SegmentWriter) -> Result<Written, Error>,
) -> Result<(), Error> {
    out.begin_section(id)?;
    let written = write(out)?;
    Ok(out.end_section(written.count, written.aux)?)
}

/// Writes *keys* and, if any key names several people, *key lists*; the latter wait in memory, 8 bytes a row.
pub(in crate::engine) fn write_key_sections(
    out: &mut SegmentWriter,
    write: impl FnOnce(&mut SegmentWriter, &mut Vec<u8>) -> Result<KeysWritten, Error>,
) -> Result<(), Error> {
    let mut lists = Vec::new();
    out.begin_section(SectionId::person(SectionKind::KEYS))?;
    let written = write(out, &mut lists)?;
    out.end_section(written.keys.count, written.keys.aux)?;
    if written.lists.count > 0 {
        section(out, SectionId::person(SectionKind::KEY_LISTS), |out| {
            out.write_all(&lists).map_err(StorageError::from)?;
            Ok(written.lists)
        })?;
    }
    Ok(())
}

/// Writes *records* and *record offsets*; where each begins waits in memory, 8 bytes a row.
pub(in crate::engine) fn write_record_sections(
    out: &mut SegmentWriter,
    write: impl FnOnce(&mut RecordsWriter<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    out.begin_section(SectionId::person(SectionKind::RECORDS))?;
    let mut writer = RecordsWriter::new(out);
    write(&mut writer)?;
    let (written, offsets) = writer.finish();
    out.end_section(written.count, written.aux)?;
    section(out, SectionId::person(SectionKind::RECORD_OFFSETS), |out| Ok(offsets.write(out)?))
}
