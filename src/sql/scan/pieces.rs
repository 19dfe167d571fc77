//! Which ids each partition of a scan reads: ranges of ids with about as many members each.

use std::ops::Range;

use crate::index::IdSet;

/// Fewer rows are read by one partition.
const ROWS_OF_ONE: u64 = 16_384;
/// Ids of the unit in which members are counted.
const UNIT: u32 = 4_096;

/// Members of the set of a segment between two ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) segment: usize,
    pub(super) ids: Range<u32>,
}

/// The pieces of at most `threads` partitions: each member is in one, and the partitions follow one another.
pub(super) fn partitions(found: &[IdSet], threads: usize) -> Vec<Vec<Piece>> {
    let total: u64 = found.iter().map(|ids| u64::from(ids.len())).sum();
    let wanted = usize::try_from(total.div_ceil(ROWS_OF_ONE)).unwrap_or(usize::MAX).clamp(1, threads.max(1));
    let share = total.div_ceil(wanted as u64).max(1);
    let mut partitions = vec![Vec::new()];
    let mut members = 0;
    for (segment, ids) in found.iter().enumerate().filter(|(_, ids)| !ids.is_empty()) {
        let mut start = 0;
        for (end, inside) in units(ids) {
            members += inside;
            if members >= share && partitions.len() < wanted {
                add(&mut partitions, Piece { segment, ids: start..end });
                partitions.push(Vec::new());
                (start, members) = (end, 0);
            }
        }
        if start < ids.universe() {
            add(&mut partitions, Piece { segment, ids: start..ids.universe() });
        }
    }
    partitions
}

fn add(partitions: &mut [Vec<Piece>], piece: Piece) {
    if let Some(last) = partitions.last_mut() {
        last.push(piece);
    }
}

/// The ends of units of ids, with the members in each.
fn units(ids: &IdSet) -> impl Iterator<Item = (u32, u64)> {
    let starts = (0..ids.universe()).step_by(UNIT as usize);
    starts.map(|start| {
        let end = start.saturating_add(UNIT).min(ids.universe());
        let members = match ids.words() {
            Some(words) => {
                let words = words.get((start / 64) as usize..end.div_ceil(64) as usize).unwrap_or_default();
                words.iter().map(|word| u64::from(word.count_ones())).sum()
            }
            None => ids.iter_from(start).take_while(|id| *id < end).count() as u64,
        };
        (end, members)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_member_is_in_one_piece(
            sets in proptest::collection::vec(proptest::collection::btree_set(0u32..200_000, 0..3_000), 0..4),
            full in 0u32..100_000,
            threads in 1usize..5,
        ) {
            let mut found: Vec<IdSet> =
                sets.iter().map(|set| IdSet::from_sorted(200_000, set.iter().copied().collect())).collect();
            found.push(IdSet::full(full));
            let partitions = partitions(&found, threads);
            prop_assert!(partitions.len() <= threads);
            let mut read: Vec<(usize, u32)> = Vec::new();
            for piece in partitions.iter().flatten() {
                let inside = found[piece.segment].iter_from(piece.ids.start).take_while(|id| *id < piece.ids.end);
                read.extend(inside.map(|id| (piece.segment, id)));
            }
            let wanted = found.iter().enumerate().flat_map(|(at, ids)| ids.iter().map(move |id| (at, id)));
            prop_assert_eq!(read, wanted.collect::<Vec<_>>());
        }
    }
}
