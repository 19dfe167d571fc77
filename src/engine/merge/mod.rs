//! Several segments as one: the runs of a load, small segments that became too many, all segments of a file that is compacted.
//!
//! - `sections`, `leaves`: every section of the inputs, merged, streaming
//! - `groups`: their row groups, copied or encoded again
//! - `recompress`: their records, compressed with another dictionary
//! - `small`: which segments are merged after a load
//!
//! A merge keeps all rows of an input, or some of them: what is dropped leaves no trace in any section.

mod groups;
mod leaves;
mod recompress;
mod sections;
mod small;

pub(super) use groups::copy_groups;
pub(super) use recompress::Recompression;
pub(super) use sections::{merge_sections, section, write_key_sections, write_record_sections};
pub(super) use small::merge_small;

use roaring::RoaringBitmap;

use super::Error;
use super::segments::LiveSegment;
use crate::index::Kept;
use crate::storage::{DirectoryParts, Segment, SharedRange};

/// A segment, or a run, and its rows that are kept.
pub(super) struct MergeInput {
    pub(super) segment: Segment,
    pub(super) kept: Kept,
}

impl MergeInput {
    /// These segments, all rows of each.
    pub(super) fn whole(segments: impl IntoIterator<Item = Segment>) -> Result<Vec<Self>, Error> {
        let mut base = 0;
        let inputs = segments.into_iter().map(|segment| {
            let kept = Kept::all(segment.rows(), base)?;
            base = kept.new_ids().end;
            Ok(Self { segment, kept })
        });
        inputs.collect()
    }

    /// `inputs` and behind them these segments, of each the rows that live and are not among those beside it.
    pub(super) fn living<'s>(
        mut inputs: Vec<Self>,
        segments: impl IntoIterator<Item = (&'s LiveSegment, Option<&'s RoaringBitmap>)>,
    ) -> Result<Vec<Self>, Error> {
        for (live, without) in segments {
            let base = inputs.last().map_or(0, |before| before.kept.new_ids().end);
            inputs.push(Self { segment: live.segment.clone(), kept: live.kept(without, base)? });
        }
        Ok(inputs)
    }
}

/// The ranges of the merged rows: those in person-id order, and those that need a record dictionary or a mapping. Nothing else is set.
pub(super) fn merged_ranges(inputs: &[MergeInput]) -> DirectoryParts {
    let mut merged = DirectoryParts::default();
    for MergeInput { segment, kept } in inputs.iter().filter(|input| !input.kept.is_empty()) {
        let parts = &segment.directory().parts;
        // What is kept of a range begins where the first kept row of it comes to stand; nothing may be.
        let firsts = parts.sorted_ranges.iter().map(|&first| kept.new_from(first));
        for first in firsts.filter(|first| kept.new_ids().contains(first)) {
            if merged.sorted_ranges.last() != Some(&first) {
                merged.sorted_ranges.push(first);
            }
        }
        append_ranges(&mut merged.dictionaries, &parts.dictionaries, kept);
        append_ranges(&mut merged.mappings, &parts.mappings, kept);
        merged.rows += kept.len();
    }
    merged
}

fn append_ranges(merged: &mut Vec<SharedRange>, ranges: &[SharedRange], kept: &Kept) {
    for range in ranges {
        let first_row = kept.new_from(range.first_row);
        // The range before begins there too: nothing of it is kept.
        merged.pop_if(|last| last.first_row == first_row);
        if kept.new_ids().contains(&first_row) && merged.last().is_none_or(|last| last.id != range.id) {
            merged.push(SharedRange { first_row, id: range.id });
        }
    }
}
