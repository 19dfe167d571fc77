//! Merging small segments, so that a lookup probes few tables and the footer stays small.
//!
//! Segments of 8^n to 8^(n+1) - 1 people are one size class. When a commit leaves more than eight of one class, they are
//! merged into one, which may fill the next class. So a person is written again once per class: O(log n) in all.

use std::sync::Arc;

use super::{MergeInput, copy_groups, merge_sections, merged_ranges};
use crate::column::RowGroupWriter;
use crate::engine::Error;
use crate::engine::commit::commit;
use crate::engine::schemas::schemas_in;
use crate::engine::segments::{LiveSegment, live_segments};
use crate::storage::{DirectoryParts, Snapshot, Writer};

/// Segments that one size class may hold.
const CLASS_SEGMENTS: usize = 8;

/// Merges while a class is too full. Returns the bytes that it appended.
pub(in crate::engine) fn merge_small(writer: &mut Writer, group_rows: usize) -> Result<u64, Error> {
    let mut appended = 0;
    while let Some(snapshot) = writer.snapshot().cloned() {
        let Some(chosen) = overfull_class(&snapshot)? else { break };
        let merged = merge(writer, &snapshot, &chosen, group_rows)?;
        appended += merged.committed_len() - snapshot.committed_len();
    }
    Ok(appended)
}

/// The size class of a segment.
fn size_class(rows: u32) -> u32 {
    rows.checked_ilog2().unwrap_or(0) / 3
}

/// The positions of the segments of the smallest class that holds too many. Those of an older schema are left to `compact`.
fn overfull_class(snapshot: &Snapshot) -> Result<Option<Vec<usize>>, Error> {
    let newest = schemas_in(snapshot).saturating_sub(1);
    let mut classes = vec![Vec::new(); 12];
    for (at, (reference, segment)) in
        snapshot.manifest().segments.iter().zip(snapshot.segments()?).enumerate()
    {
        if segment.directory().parts.schema != newest {
            continue;
        }
        if let Some(class) = classes.get_mut(size_class(reference.live_rows()) as usize) {
            class.push(at);
        }
    }
    Ok(classes.into_iter().find(|class| class.len() > CLASS_SEGMENTS))
}

/// Merges the segments at `chosen` into one, which takes the place of the first.
fn merge(
    writer: &mut Writer,
    snapshot: &Snapshot,
    chosen: &[usize],
    group_rows: usize,
) -> Result<Snapshot, Error> {
    let mut live: Vec<Option<LiveSegment>> = live_segments(snapshot)?.into_iter().map(Some).collect();
    let segments: Vec<LiveSegment> = chosen.iter().filter_map(|&at| live.get_mut(at)?.take()).collect();
    let schema = match segments.first() {
        Some(first) => Arc::clone(&first.schema),
        None => return Err(Error::internal("a merge of no segments")),
    };
    let start = writer.segment_start();
    let mut segment = writer.new_segment("merged")?;
    let inputs = MergeInput::living(Vec::new(), segments.iter().map(|live| (live, None)))?;
    let mut out = RowGroupWriter::new(&mut segment, start, &schema)?;
    let row_groups =
        copy_groups(&mut out, &schema, &inputs.iter().zip(&segments).collect::<Vec<_>>(), group_rows)?;
    let new_groups = out.finish()?;
    merge_sections(&schema, &inputs, None, &mut segment)?;
    let staged = segment.finish(DirectoryParts {
        segment_id: writer.next_segment_id(),
        schema: schemas_in(snapshot).saturating_sub(1),
        row_groups,
        ..merged_ranges(&inputs)
    })?;
    let (mut references, mut all_groups, mut merged) = (Vec::new(), Vec::new(), Some((&staged, new_groups)));
    for (at, segment) in live.into_iter().enumerate() {
        match segment {
            Some(kept) => {
                references.push(kept.reference);
                all_groups.extend(kept.groups.into_iter().map(|group| group.metadata));
            }
            None if chosen.first() == Some(&at) => {
                if let Some((staged, groups)) = merged.take() {
                    references.push(staged.reference());
                    all_groups.extend(groups);
                }
            }
            None => {}
        }
    }
    commit(writer, &schema, Vec::new(), Some((staged, references)), all_groups)
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn size_classes_are_powers_of_eight() {
        for (rows, class) in
            [(0, 0), (1, 0), (7, 0), (8, 1), (63, 1), (64, 2), (1000, 3), (4096, 4), (u32::MAX, 10)]
        {
            assert_eq!(size_class(rows), class, "{rows}");
        }
    }
}
