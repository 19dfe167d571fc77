//! The new file: one segment, from all of the old file's.

use std::collections::BTreeMap;
use std::sync::Arc;

use parquet::file::metadata::RowGroupMetaData;
use roaring::RoaringBitmap;

use crate::column::RowGroupWriter;
use crate::engine::Error;
use crate::engine::commit::{commit, text_section};
use crate::engine::dictionaries::Dictionaries;
use crate::engine::formats::Formats;
use crate::engine::load::{Indexer, StoredRows};
use crate::engine::merge::{MergeInput, Recompression, copy_groups, merge_sections, merged_ranges};
use crate::engine::schemas::{newest_schema, schemas_in};
use crate::engine::segments::{LiveSegment, live_segments};
use crate::engine::suppression::Suppression;
use crate::record::KeyPlan;
use crate::schema::Schema;
use crate::storage::{
    DirectoryParts, NewShared, SectionKind, Segment, SharedRange, Snapshot, StagedSegment, WriteWatch, Writer,
};

/// What goes into the new file besides the old one's people.
pub(super) struct Anew<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// Rows that are left out though they live, by segment.
    pub(super) without: &'a BTreeMap<usize, RoaringBitmap>,
    /// Who must not come back.
    pub(super) suppression: Option<&'a Suppression>,
    pub(super) watch: &'a Arc<WriteWatch>,
    /// People in a row group.
    pub(super) group_rows: usize,
}

impl Anew<'_> {
    /// Writes the new file through a writer that has begun it, and gives it the old one's name. Memory: as for a load.
    pub(super) fn write(&self, writer: &mut Writer) -> Result<Snapshot, Error> {
        let schema = newest_schema(self.snapshot)?.unwrap_or_else(Schema::person);
        let mut shared = vec![text_section(SectionKind::SCHEMA, &schema.to_json())?];
        shared.extend(self.mappings()?);
        shared.extend(self.suppression.map(Suppression::section));
        let made = self.segment(writer, &schema)?;
        let (added, groups) = match made {
            None => (None, Vec::new()),
            Some(Made { staged, groups, dictionary }) => {
                shared.extend(dictionary);
                let references = vec![staged.reference()];
                (Some((staged, references)), groups)
            }
        };
        commit(writer, &schema, shared, added, groups)
    }

    /// The mappings of the old file under the same numbers.
    fn mappings(&self) -> Result<Vec<NewShared>, Error> {
        let kind = SectionKind::MAPPING;
        let count = self.snapshot.manifest().shared_count(kind);
        let copied = (1..=count).map(|id| {
            let bytes = self.snapshot.shared(kind, id)?.unwrap_or_default().to_vec();
            Ok(NewShared { kind, bytes })
        });
        copied.collect()
    }

    /// The segment of everybody who is kept; `None` if nobody is.
    fn segment(&self, writer: &Writer, schema: &Arc<Schema>) -> Result<Option<Made>, Error> {
        let newest = schemas_in(self.snapshot).saturating_sub(1);
        let dictionaries = Dictionaries::of_snapshot(Some(self.snapshot));
        let (merged, indexed): (Vec<_>, Vec<_>) = live_segments(self.snapshot)?
            .into_iter()
            .enumerate()
            .partition(|(_, live)| live.segment.directory().parts.schema == newest);
        let mut segment = writer.new_segment("segment")?.watched(Arc::clone(self.watch));
        let mut groups = RowGroupWriter::new(&mut segment, writer.segment_start(), schema)?;
        let runs = self.index_again(writer, schema, &indexed, &dictionaries, &mut groups)?;
        let mut row_groups: Vec<u32> = runs.iter().map(Segment::rows).collect();
        let runs = MergeInput::whole(runs)?;
        let first = runs.len();
        let living = merged.iter().map(|(at, live)| (live, self.without.get(at)));
        let inputs = MergeInput::living(runs, living)?;
        let copied = inputs.iter().skip(first).zip(merged.iter().map(|(_, live)| live));
        row_groups.extend(copy_groups(&mut groups, schema, &copied.collect::<Vec<_>>(), self.group_rows)?);
        let groups = groups.finish()?;
        if row_groups.is_empty() {
            return Ok(None);
        }
        let recompression = Recompression::trained(&inputs, &dictionaries)?;
        merge_sections(schema, &inputs, Some(&recompression), &mut segment)?;
        let bytes = recompression.dictionary().map(|dictionary| dictionary.bytes().to_vec());
        let dictionary = bytes.map(|bytes| NewShared { kind: SectionKind::RECORD_DICTIONARY, bytes });
        let staged = segment.finish(DirectoryParts {
            segment_id: writer.next_segment_id(),
            schema: 0,
            row_groups,
            dictionaries: SharedRange::all(u32::from(dictionary.is_some())),
            ..merged_ranges(&inputs)
        })?;
        Ok(Some(Made { staged, groups, dictionary }))
    }

    /// Indexes the people of segments whose catalogue of paths has grown since.
    fn index_again(
        &self,
        writer: &Writer,
        schema: &Arc<Schema>,
        segments: &[(usize, LiveSegment)],
        dictionaries: &Dictionaries,
        groups: &mut RowGroupWriter<'_>,
    ) -> Result<Vec<Segment>, Error> {
        let plan = KeyPlan::new(schema);
        let formats = Formats::of_snapshot(Some(self.snapshot), schema);
        let mut indexer = Indexer::new(writer, schema, groups, self.group_rows);
        // Records are compressed in the end.
        indexer.compress_with(None);
        for (at, live) in segments {
            let stored = StoredRows::of_segment(&live.segment, dictionaries, &formats)?;
            for rows in live.kept(self.without.get(at), 0)?.iter() {
                indexer.add_stored(&plan, &stored, &rows.collect::<Vec<u32>>())?;
            }
        }
        indexer.finish()
    }
}

/// A segment that is ready to be committed.
struct Made {
    staged: StagedSegment,
    groups: Vec<RowGroupMetaData>,
    dictionary: Option<NewShared>,
}
