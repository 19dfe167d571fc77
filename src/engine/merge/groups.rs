//! The row groups of a merge's inputs.

use std::ops::Range;

use super::MergeInput;
use crate::column::{GroupToCopy, RowGroupWriter, copy_row_groups};
use crate::engine::Error;
use crate::engine::segments::{LiveGroup, LiveSegment};
use crate::index::Kept;
use crate::schema::Schema;

/// Appends to `out` what is kept of the row groups of each input, in order: those that are kept whole and are large as they are, others
/// encoded again together. Returns the rows of each row group written.
pub(in crate::engine) fn copy_groups(
    out: &mut RowGroupWriter<'_>,
    schema: &Schema,
    inputs: &[(&MergeInput, &LiveSegment)],
    group_rows: usize,
) -> Result<Vec<u32>, Error> {
    let mut groups = Vec::new();
    for (input, live) in inputs {
        let mut covered = 0;
        for group in &live.groups {
            covered += kept_rows(&input.kept, &group.rows);
            groups.extend(group_to_copy(&input.kept, live, group));
        }
        if covered != input.kept.len() {
            let (kept, id) = (input.kept.len(), live.segment.directory().parts.segment_id);
            let problem = format!("{covered} of {kept} rows of segment {id} are in row groups of the footer");
            return Err(Error::internal(problem));
        }
    }
    let encoder = out.encoder();
    Ok(copy_row_groups(out, &encoder, schema, groups, group_rows)?)
}

fn kept_rows(kept: &Kept, rows: &Range<u32>) -> u32 {
    kept.new_from(rows.end) - kept.new_from(rows.start)
}

fn group_to_copy(kept: &Kept, live: &LiveSegment, group: &LiveGroup) -> Option<GroupToCopy> {
    let rows = group.rows.clone();
    let keep = match kept_rows(kept, &rows) {
        0 => return None,
        all if all == rows.end - rows.start => None,
        _ => Some(rows.map(|row| kept.new_id(row).is_some()).collect()),
    };
    Some(GroupToCopy { segment: live.segment.clone(), group: group.metadata.clone(), keep })
}
