//! Damage: bytes flipped, files cut. An error, or the right answer.

use std::os::unix::fs::FileExt;

use super::super::bytes::xxh3;
use super::super::header::DATA_START;
use super::super::locate::locate;
use super::super::repair::{Repair as Repaired, repair};
use super::super::testing::{Memory, commit_rows, database, read_all};
use super::*;
use crate::storage::Writer;

fn no_progress(_: u64, _: u64) {}

#[test]
fn a_whole_file_has_no_damage_and_progress_reaches_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let snapshot = Snapshot::open(&database(dir.path(), 2)).unwrap();
    let mut last = (0, 0);
    assert_eq!(verify_pages(&snapshot, &mut |done, total| last = (done, total)).unwrap(), []);
    assert_eq!(last.0, last.1);
    assert!(last.0 > 2 * 20_000);
}

#[test]
fn a_flipped_byte_anywhere_gives_an_error_or_the_right_answer() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 2);
    let snapshot = Snapshot::open(&path).unwrap();
    let (len, right) = (snapshot.committed_len(), read_all(&snapshot).unwrap());
    let mut structures = Vec::new();
    structures.push(0..64);
    for (segment, reference) in snapshot.segments().unwrap().iter().zip(&snapshot.manifest().segments) {
        structures.push(segment.directory().checksums_offset..reference.end);
    }
    structures.push(snapshot.standing().slot.manifest_offset..len);
    let others = (DATA_START..len).step_by(97);
    let file = std::fs::OpenOptions::new().write(true).read(true).open(&path).unwrap();
    drop(snapshot);
    let mut noticed = 0;
    for at in structures.into_iter().flatten().chain(others) {
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
        let opened = Snapshot::open(&path);
        match opened.and_then(|snapshot| read_all(&snapshot)) {
            Ok(all) => assert!(all == right, "byte {at} gave another answer"),
            Err(
                StorageError::Damaged(_) | StorageError::NotRolo { .. } | StorageError::NewerVersion { .. },
            ) => {
                noticed += 1;
            }
            Err(other) => panic!("byte {at}: {other}"),
        }
        file.write_all_at(&byte, at).unwrap();
    }
    assert!(noticed > 1000, "{noticed}");
    assert_eq!(read_all(&Snapshot::open(&path).unwrap()).unwrap(), right);
}

#[test]
fn verify_finds_each_flipped_page_and_names_its_section() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let snapshot = Snapshot::open(&path).unwrap();
    let segment = snapshot.segments().unwrap()[0].clone();
    let records =
        segment.section(crate::storage::SectionId::person(crate::storage::SectionKind::RECORDS)).unwrap();
    let places = [segment.directory().start + 5, records.entry().offset + records.entry().len - 1];
    assert_eq!(verify_pages(&snapshot, &mut no_progress).unwrap(), []);
    let file = std::fs::OpenOptions::new().write(true).read(true).open(&path).unwrap();
    for at in places {
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 1], at).unwrap();
    }
    let found = verify_pages(&snapshot, &mut no_progress).unwrap();
    assert_eq!(
        found.iter().map(|damage| damage.section.as_str()).collect::<Vec<_>>(),
        ["row groups", "person ids"]
    );
    assert_eq!(found[0].offset, segment.directory().start);
}

#[test]
fn a_page_changed_together_with_its_checksum_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let snapshot = Snapshot::open(&path).unwrap();
    let directory = snapshot.segments().unwrap()[0].directory().clone();
    drop(snapshot);
    let mut bytes = std::fs::read(&path).unwrap();
    let (start, checksums) = (directory.start as usize, directory.checksums_offset as usize);
    bytes[start] ^= 1;
    let forged = xxh3(&bytes[start..start + 16_384]);
    bytes[checksums..checksums + 8].copy_from_slice(&forged.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let snapshot = Snapshot::open(&path).unwrap();
    let error = snapshot.segments().unwrap()[0].bytes(directory.start..directory.start + 1).unwrap_err();
    assert!(error.to_string().starts_with("damaged file: checksums at byte"), "{error}");
}

#[test]
fn every_flipped_byte_of_a_slot_leaves_the_newest_commit() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 2);
    let bytes = std::fs::read(&path).unwrap();
    for slot in [4096, 8192] {
        for at in slot..slot + 88 {
            let mut medium = Memory::of(bytes.clone());
            medium.bytes[at] ^= 0x10;
            assert_eq!(locate(&medium, 0).unwrap().commit.slot.generation, 2, "byte {at}");
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_never_opened() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 2);
    let mut medium = Memory::of(std::fs::read(&path).unwrap());
    while medium.bytes.pop().is_some() {
        let error = locate(&medium, 0).unwrap_err();
        let right = match medium.bytes.len() {
            0 => matches!(error, StorageError::Unfinished { .. }),
            1..12 => matches!(error, StorageError::NotRolo { .. }),
            _ => matches!(error, StorageError::Damaged(_)),
        };
        assert!(right, "{} bytes: {error}", medium.bytes.len());
    }
}

#[test]
fn repair_goes_back_to_the_last_whole_commit_of_a_cut_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let first = std::fs::read(&path).unwrap();
    database(dir.path(), 2);
    let whole = std::fs::metadata(&path).unwrap().len();
    let cut = whole - 10;
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(cut).unwrap();
    assert!(matches!(Writer::open(&path, "test"), Err(StorageError::Damaged(_))));
    assert_eq!(std::fs::metadata(&path).unwrap().len(), cut);

    let repaired = repair(&path).unwrap();
    assert_eq!((repaired.generation, repaired.searched), (2, true));
    let snapshot = Snapshot::open(&path).unwrap();
    assert_eq!(verify_pages(&snapshot, &mut no_progress).unwrap(), []);
    assert_eq!(repaired.cut, cut - snapshot.committed_len());
    assert_eq!(std::fs::read(&path).unwrap()[DATA_START as usize..first.len()], first[DATA_START as usize..]);
    drop(snapshot);
    let mut writer = Writer::open(&path, "test").unwrap();
    assert_eq!(commit_rows(&mut writer, 3).generation(), 3);
}

#[test]
fn repair_finds_a_commit_without_any_slot_and_before_any_garbage() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 3);
    let right = read_all(&Snapshot::open(&path).unwrap()).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for slots in [0xff, 0] {
        let mut bytes = whole.clone();
        bytes[4096..4096 + 88].fill(slots);
        bytes[8192..8192 + 88].fill(slots);
        bytes.extend(b"rolo\0man".repeat(2000));
        std::fs::write(&path, &bytes).unwrap();
        assert!(Snapshot::open(&path).is_err());
        assert_eq!(
            repair(&path).unwrap(),
            Repaired {
                generation: 3,
                cut: 16_000,
                slots_restored: 2 - u32::from(slots == 0),
                searched: true
            }
        );
        assert_eq!(read_all(&Snapshot::open(&path).unwrap()).unwrap(), right);
    }
}

#[test]
fn repair_changes_nothing_where_nothing_is_wrong_or_nothing_can_be_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let whole = std::fs::read(&path).unwrap();
    let sound = Repaired { generation: 1, cut: 0, slots_restored: 0, searched: false };
    assert_eq!(repair(&path).unwrap(), sound);
    assert_eq!(std::fs::read(&path).unwrap(), whole);

    let mut lost = whole;
    let last = lost.len() - 20;
    lost[last] ^= 1;
    std::fs::write(&path, &lost).unwrap();
    assert!(matches!(repair(&path), Err(StorageError::Damaged(_))));
    assert_eq!(std::fs::read(&path).unwrap(), lost);
    assert!(!dir.path().join("people.parquet.staging").exists());
    assert!(!dir.path().join("people.parquet.lock").exists());
}

#[test]
fn repair_waits_for_no_reader_but_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let snapshot = Snapshot::open(&path).unwrap();
    assert!(matches!(repair(&path), Err(StorageError::InUse { .. })));
    drop(snapshot);
    repair(&path).unwrap();
}
