//! A commit is stopped at each of its writes and syncs, and what was not synced is dropped, torn and reordered: every image
//! of the medium that can come of it opens at the last commit or at the new one, and takes the next commit.

use super::super::locate::{check_footer, locate, recover};
use super::super::slot::SlotState;
use super::super::testing::{Memory, Op};
use super::*;
use crate::storage::{Snapshot, verify_pages};

/// Every image that may be found after a crash: `before` is durable, `ops` were done, and nobody knows which of
/// those since the last sync came through.
fn images(before: &[u8], ops: &[Op]) -> Vec<Vec<u8>> {
    let synced = ops.iter().rposition(|op| *op == Op::Sync).map_or(0, |at| at + 1);
    let mut durable = before.to_vec();
    ops[..synced].iter().for_each(|op| op.apply(&mut durable));
    let unsynced = &ops[synced..];
    let mut images = Vec::new();
    for chosen in 0..1_u32 << unsynced.len() {
        let some: Vec<&Op> =
            unsynced.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, op)| op).collect();
        images.push(applied(&durable, some.iter().copied()));
        images.push(applied(&durable, some.iter().rev().copied()));
        if let Some((last, rest)) = some.split_last() {
            let whole = applied(&durable, rest.iter().copied());
            images.extend(torn(last).iter().map(|op| applied(&whole, [op])));
        }
    }
    images.sort_unstable();
    images.dedup();
    images
}

fn applied<'a>(bytes: &[u8], ops: impl IntoIterator<Item = &'a Op>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    ops.into_iter().for_each(|op| op.apply(&mut bytes));
    bytes
}

/// Ways in which a write may come through in part: a front, a back, or every other sector.
fn torn(op: &Op) -> Vec<Op> {
    let Op::Write(offset, bytes) = op else { return Vec::new() };
    let len = bytes.len();
    let mut cuts: Vec<usize> = if len <= 88 {
        (1..len).collect()
    } else {
        vec![1, 7, 512, len / 2, len.saturating_sub(513), len - 8, len - 1]
    };
    cuts.retain(|cut| (1..len).contains(cut));
    let fronts = cuts.iter().map(|cut| Op::Write(*offset, bytes[..*cut].to_vec()));
    let backs = cuts
        .iter()
        .filter(|cut| **cut < len)
        .map(|cut| Op::Write(*offset + *cut as u64, bytes[*cut..].to_vec()));
    let mut holes = bytes.clone();
    holes.chunks_mut(512).step_by(2).for_each(|sector| sector.fill(0));
    fronts.chain(backs).chain([Op::Write(*offset, holes), Op::Write(*offset, vec![0; len])]).collect()
}

/// Where a commit's slot write stands in its operations.
fn slot_write(ops: &[Op], slot: &Slot) -> usize {
    ops.iter()
        .position(|op| matches!(op, Op::Write(offset, _) if *offset == Slot::offset(slot.index())))
        .unwrap()
}

/// Recovers `image`, which must give `one_of`. Unless `nested`, stops the recovery at each step too, and then commits
/// once more.
fn comes_back(image: Vec<u8>, one_of: &[&Standing], folder: &std::path::Path, nested: bool) {
    let read = locate(&Memory::of(image.clone()), 0).unwrap().commit;
    assert!(one_of.contains(&&read), "generation {}", read.slot.generation);
    let mut medium = Memory::of(image.clone());
    let located = recover(&mut medium).unwrap();
    assert_eq!(located.commit, read);
    assert_eq!(medium.bytes.len() as u64, read.slot.committed_len);
    check_footer(&medium, &read).unwrap();
    if nested {
        return;
    }
    for stop in 1..=medium.ops.len() {
        // Until its slot is synced, a commit that was found at the end may still be lost to a slot torn into zeros.
        let one_of = if stop < medium.ops.len() { one_of } else { &[&read][..] };
        for image in images(&image, &medium.ops[..stop]) {
            comes_back(image, one_of, folder, true);
        }
    }
    let mut base = Base { header: located.header, standing: Some(read), anew: false };
    let after = medium.commit(&mut base, folder, 2);
    let again = locate(&medium, 0).unwrap();
    assert_eq!(again.commit, after);
    assert!(!again.slots.contains(&SlotState::Damaged));
    let path = folder.join("image");
    std::fs::write(&path, &medium.bytes).unwrap();
    assert_eq!(verify_pages(&Snapshot::open(&path).unwrap(), &mut |_, _| ()).unwrap(), []);
}

/// Stops the commit after `commits` ones, the last of which is prepared by `spoil`, wherever it can be stopped.
fn survives(commits: u32, spoil: impl FnOnce(&mut Memory)) {
    let dir = tempfile::tempdir().unwrap();
    let (mut medium, mut base) = Memory::new_file();
    for _ in 0..commits {
        medium.commit(&mut base, dir.path(), 3);
    }
    spoil(&mut medium);
    recover(&mut medium).unwrap();
    let last = base.standing.clone().unwrap();
    let before = medium.bytes.clone();
    medium.ops.clear();
    let new = medium.commit(&mut base, dir.path(), 4);
    let ops = medium.ops.clone();
    let decided = slot_write(&ops, &new.slot);
    assert_eq!(ops[decided - 1], Op::Sync);
    assert_eq!(ops.last(), Some(&Op::Sync));
    let mut seen = 0;
    for stop in 0..=ops.len() {
        let one_of: &[&Standing] = match stop {
            stop if stop <= decided => &[&last],
            stop if stop < ops.len() => &[&last, &new],
            _ => &[&new],
        };
        for image in images(&before, &ops[..stop]) {
            seen += 1;
            comes_back(image, one_of, dir.path(), false);
        }
    }
    assert!(seen > 100, "{seen} images");
}

#[test]
fn a_second_commit_survives_a_crash_anywhere() {
    survives(1, |_| ());
}

#[test]
fn a_third_commit_survives_a_crash_anywhere() {
    survives(2, |_| ());
}

#[test]
fn a_commit_after_a_damaged_old_slot_survives_a_crash_anywhere() {
    survives(3, |medium| medium.bytes[8192 + 40] ^= 1);
}

#[test]
fn a_commit_after_a_damaged_new_slot_survives_a_crash_anywhere() {
    survives(3, |medium| medium.bytes[4096 + 40] ^= 1);
}

#[test]
fn a_tail_that_no_slot_names_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    let (mut medium, mut base) = Memory::new_file();
    medium.commit(&mut base, dir.path(), 3);
    let whole = medium.bytes.clone();
    medium.bytes.extend(b"half a segment");
    recover(&mut medium).unwrap();
    assert_eq!(medium.bytes, whole);
}

#[test]
fn a_damaged_slot_before_a_tail_without_end_is_reported_and_nothing_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    let (mut medium, mut base) = Memory::new_file();
    medium.commit(&mut base, dir.path(), 3);
    medium.commit(&mut base, dir.path(), 3);
    medium.bytes[8192] ^= 1;
    medium.bytes.extend(b"half a segment");
    let before = medium.bytes.clone();
    let error = recover(&mut medium).unwrap_err();
    assert!(matches!(error, StorageError::Damaged(_)), "{error}");
    assert_eq!(medium.bytes, before);
}

#[test]
fn a_commit_at_the_end_that_does_not_follow_the_other_slots_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let (mut medium, mut base) = Memory::new_file();
    medium.commit(&mut base, dir.path(), 3);
    let (mut other, mut other_base) = (medium.clone(), base.clone());
    for _ in 0..2 {
        medium.commit(&mut base, dir.path(), 3);
        other.commit(&mut other_base, dir.path(), 3);
    }
    medium.bytes[4096] ^= 1;
    assert_eq!(locate(&medium, 0).unwrap().commit.slot.generation, 3);
    medium.bytes[8192..8192 + 88].copy_from_slice(&other.bytes[8192..8192 + 88]);
    assert!(matches!(locate(&medium, 0), Err(StorageError::Damaged(_))));
}

#[test]
fn a_commit_of_the_wrong_segments_is_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (mut medium, mut base) = Memory::new_file();
    let old = medium.commit(&mut base, dir.path(), 3).manifest.segments;
    medium.ops.clear();
    let stage = |name: &str, start, id| super::super::testing::segment(&dir.path().join(name), start, id, 1);
    let right = stage("right", base.segment_start(), 2);
    let commits = [
        super::super::testing::next(&old, stage("elsewhere", 0, 2)),
        super::super::testing::next(&old, stage("id", base.segment_start(), 1)),
        super::super::testing::next(&[old.clone(), old.clone()].concat(), right.clone()),
        Commit { segments: old, ..super::super::testing::next(&[], right.clone()) },
        Commit { new_segment: None, ..super::super::testing::next(&[], right) },
    ];
    for commit in commits {
        let error = append(&mut medium, &base, commit).unwrap_err();
        assert!(matches!(error, StorageError::Internal(_)), "{error}");
    }
    assert_eq!(medium.ops, []);
}
