use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use super::super::testing::{VERSIONS, commit_rows, database, footer, next, noise, read_all, segment};
use super::*;
use crate::storage::{SectionId, SectionKind, SnapshotName, counters::count_pages};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_database_appears_with_its_first_commit_and_is_its_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("people.parquet");
    let mut writer = Writer::open(&path, "test").unwrap();
    assert!(writer.snapshot().is_none());
    assert_eq!(writer.segment_start(), 12_288);
    assert_eq!(names(dir.path()), ["people.parquet.lock", "people.parquet.staging"]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir.path().join("people.parquet.staging")), 0o700);
    assert_eq!(mode(&dir.path().join("people.parquet.lock")), 0o600);
    let snapshot = commit_rows(&mut writer, 3);
    assert_eq!((snapshot.generation(), snapshot.manifest().live_rows()), (1, 3));
    assert_eq!(mode(&path), 0o600);
    drop(writer);
    assert_eq!(names(dir.path()), ["people.parquet"]);
}

#[test]
fn a_writer_that_commits_nothing_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(Writer::open(&dir.path().join("people.parquet"), "test").unwrap());
    assert_eq!(names(dir.path()), [""; 0]);
    let path = database(dir.path(), 1);
    let before = std::fs::read(&path).unwrap();
    drop(Writer::open(&path, "test").unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn two_writers_meet_through_any_name_of_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let _writer = Writer::open(&path, "load people").unwrap();
    let error = Writer::open(&link, "other").unwrap_err();
    assert!(matches!(&error, StorageError::Locked { purpose, .. } if purpose == "load people"), "{error}");
}

#[test]
fn a_dead_writers_leavings_are_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let before = std::fs::read(&path).unwrap();
    // As left by a kill between giving the file its name and taking the staged one away, and in a second load.
    std::fs::create_dir(dir.path().join("people.parquet.staging")).unwrap();
    std::fs::hard_link(&path, dir.path().join("people.parquet.staging/database")).unwrap();
    std::fs::write(dir.path().join("people.parquet.lock"), "1\nx\ny\n").unwrap();
    std::fs::write(&path, [&before[..], b"half a segment"].concat()).unwrap();
    let writer = Writer::open(&path, "test").unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), before.len() as u64);
    drop(writer);
    assert_eq!(names(dir.path()), ["people.parquet"]);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_with_two_names_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    std::fs::hard_link(&path, dir.path().join("other")).unwrap();
    assert!(matches!(Writer::open(&path, "test"), Err(StorageError::HardLinked { links: 2, .. })));
    Snapshot::open(&path).unwrap();
}

#[test]
fn a_file_that_appeared_meanwhile_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("people.parquet");
    let mut writer = Writer::open(&path, "test").unwrap();
    let staged = segment(&writer.staging_path("s"), writer.segment_start(), 1, 1);
    std::fs::write(&path, b"mine").unwrap();
    assert!(writer.commit(next(&[], staged)).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

#[test]
fn what_is_no_database_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    let open = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let errors = [Snapshot::open(&path).unwrap_err(), Writer::open(&path, "test").unwrap_err()];
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        errors.map(|error| error.to_string())
    };
    let about = |errors: [String; 2], part: &str| errors.iter().all(|error| error.contains(part));
    assert!(about(open(b""), "creation did not finish"));
    // Somebody else's folder, beside somebody else's file.
    let theirs = dir.path().join("x.staging/letter");
    std::fs::create_dir(theirs.parent().unwrap()).unwrap();
    std::fs::write(&theirs, b"").unwrap();
    assert!(about(open(b"{}\n"), "is some other file, not a rolo database"));
    assert!(about(open(b"PAR1 and so on PAR1"), "is a Parquet file of another program"));
    assert!(theirs.exists());
    let errors = [Snapshot::open(dir.path()).unwrap_err(), Writer::open(dir.path(), "test").unwrap_err()];
    assert!(about(errors.map(|error| error.to_string()), "is a folder"));
    let missing = Snapshot::open(&dir.path().join("missing")).unwrap_err();
    assert!(matches!(missing, StorageError::Io { operation: "open", .. }), "{missing}");
}

#[test]
fn a_snapshot_stays_as_it_was_until_it_refreshes() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let old = Snapshot::open(&path).unwrap();
    let before = read_all(&old).unwrap();
    assert!(old.refresh().unwrap().is_none());
    let mut writer = Writer::open(&path, "test").unwrap();
    let committed = commit_rows(&mut writer, 5);
    assert_eq!(read_all(&old).unwrap(), before);
    let new = old.refresh().unwrap().unwrap();
    assert_eq!((new.generation(), new.name()), (2, committed.name()));
    assert_eq!(new.segments().unwrap().iter().map(|segment| segment.rows()).collect::<Vec<_>>(), [3, 5]);
    assert_eq!(new.manifest().predecessor, Some(old.name().manifest));
    assert_eq!(new.shared(SectionKind::SCHEMA, 2).unwrap().map(<[u8]>::len), Some(100));
    assert_eq!(new.shared(SectionKind::SCHEMA, 3).unwrap(), None);
}

#[test]
fn readers_open_whole_commits_all_through_a_writers_work() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let snapshot = Snapshot::open(&path).unwrap();
                    assert!(snapshot.generation() >= last);
                    last = snapshot.generation();
                    let all = read_all(&snapshot).unwrap();
                    // The footer; three parts of each segment; a schema for each commit.
                    assert_eq!(all.len() as u64, 1 + 3 * last + last);
                }
            });
        }
        let mut writer = Writer::open(&path, "test").unwrap();
        (0..30).for_each(|_| drop(commit_rows(&mut writer, 3)));
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn what_one_snapshot_checked_the_next_one_need_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let old = Snapshot::open(&path).unwrap();
    let ids = SectionId::person(SectionKind::PERSON_IDS);
    let read = |snapshot: &Snapshot| {
        let section = snapshot.segments().unwrap()[0].section(ids).unwrap();
        count_pages(|| section.bytes(0..8).map(<[u8]>::to_vec).unwrap()).1
    };
    // The page, and once the page of its checksum.
    assert_eq!((read(&old).pages, read(&old).pages), (2, 1));
    commit_rows(&mut Writer::open(&path, "test").unwrap(), 3);
    assert_eq!(read(&old.refresh().unwrap().unwrap()).pages, 1);
    assert_eq!(read(&Snapshot::open(&path).unwrap()).pages, 2);
}

#[test]
fn an_older_commit_is_found_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let first = Snapshot::open(&path).unwrap();
    let (name, before) = (first.name(), read_all(&first).unwrap());
    drop(first);
    database(dir.path(), 3);
    let again = Snapshot::open_at(&path, &name.to_string().parse().unwrap()).unwrap();
    assert_eq!((again.name(), read_all(&again).unwrap()), (name, before));
    let mut other = name;
    other.manifest.checksum ^= 1;
    let mut elsewhere = name;
    elsewhere.manifest.offset = u64::MAX;
    let mut stranger = name;
    stranger.file.0[0] ^= 1;
    for wrong in [other, elsewhere, stranger] {
        let error = Snapshot::open_at(&path, &wrong).unwrap_err();
        assert!(matches!(error, StorageError::SnapshotGone { .. }), "{error}");
    }
}

#[test]
fn bytes_are_live_until_their_segment_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 2);
    let mut writer = Writer::open(&path, "test").unwrap();
    let before = writer.snapshot().unwrap().clone();
    let totals = before.bytes().unwrap();
    assert_eq!(totals.live + totals.dead, before.committed_len());
    let keep = before.manifest().segments[1].clone().with_live([0, 2].into_iter().collect()).unwrap();
    let commit =
        Commit { new_segment: None, shared: vec![], segments: vec![keep], versions: VERSIONS, footer };
    let after = writer.commit(commit).unwrap();
    assert_eq!(after.manifest().live_rows(), 2);
    assert_eq!(after.live(0).map(|live| live.iter().collect()), Some(vec![0, 2]));
    assert!(after.bytes().unwrap().dead > totals.dead + 20_000);
    assert_eq!(after.segments().unwrap().len(), 1);
}

#[test]
fn a_commit_that_fails_leaves_the_file_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let before = std::fs::read(&path).unwrap();
    let mut writer = Writer::open(&path, "test").unwrap();
    let staged = segment(&writer.staging_path("s"), writer.segment_start(), writer.next_segment_id(), 1);
    let commit = Commit {
        new_segment: Some(staged.clone()),
        shared: vec![],
        segments: vec![staged.reference()],
        versions: VERSIONS,
        footer: |_: ManifestPlace| -> Result<Vec<u8>, StorageError> {
            Err(StorageError::Internal("no footer".to_owned()))
        },
    };
    assert!(writer.commit(commit).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    staged.remove().unwrap();
    assert_eq!(commit_rows(&mut writer, 1).generation(), 2);
}

/// A file that refuses its `fail`th write or sync.
struct Failing {
    file: FileMedium,
    left: Arc<Mutex<u32>>,
}

impl Failing {
    fn step(&self, operation: &'static str) -> Result<(), StorageError> {
        let mut left = self.left.lock().unwrap();
        *left = left.saturating_sub(1);
        if *left == 0 {
            return Err(StorageError::io(operation, self.path())(std::io::ErrorKind::StorageFull.into()));
        }
        Ok(())
    }
}

impl Medium for Failing {
    fn path(&self) -> &Path {
        self.file.path()
    }
    fn len(&self) -> Result<u64, StorageError> {
        self.file.len()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        self.file.read_at(offset, buffer)
    }
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        self.step("write").and_then(|()| self.file.write_at(offset, bytes))
    }
    fn sync(&mut self) -> Result<(), StorageError> {
        self.step("sync").and_then(|()| self.file.sync())
    }
    fn set_len(&mut self, len: u64) -> Result<(), StorageError> {
        self.file.set_len(len)
    }
}

#[test]
fn a_new_file_goes_on_where_the_old_one_was_and_readers_keep_theirs() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 2);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let old = Snapshot::open(&path).unwrap();
    let (before, name) = (read_all(&old).unwrap(), old.name());
    let mut writer = Writer::open(&path, "test").unwrap();
    writer.begin_anew().unwrap();
    assert_eq!((writer.segment_start(), writer.next_segment_id()), (12_288, 3));
    assert!(writer.replaced().is_none(), "not yet");
    let staged = segment(&writer.staging_path("s"), writer.segment_start(), writer.next_segment_id(), 5);
    let new = writer.commit(next(&[], staged)).unwrap();
    assert_eq!((new.generation(), new.manifest().live_rows(), new.header().file), (3, 5, old.header().file));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    let replaced = writer.replaced().unwrap();
    assert_eq!((replaced.generation, replaced.is_read().unwrap()), (2, true));
    assert_eq!(read_all(&old).unwrap(), before);
    assert!(matches!(Snapshot::open_at(&path, &name), Err(StorageError::SnapshotGone { .. })));
    assert_eq!(old.refresh().unwrap().unwrap().generation(), 3);
    drop(old);
    assert!(!writer.replaced().unwrap().is_read().unwrap());
    assert_eq!(commit_rows(&mut writer, 2).generation(), 4);
    drop(writer);
    assert_eq!(names(dir.path()), ["people.parquet"]);
}

#[test]
fn a_new_file_that_is_given_up_leaves_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), 1);
    let before = std::fs::read(&path).unwrap();
    let mut writer = Writer::open(&path, "test").unwrap();
    writer.begin_anew().unwrap();
    let watch = Arc::new(super::super::WriteWatch::default());
    watch.stop();
    let mut segment = writer.new_segment("s").unwrap().watched(Arc::clone(&watch));
    let written = std::io::Write::write_all(&mut segment, &noise(1, 3 << 20)).map_err(StorageError::from);
    assert!(matches!(written, Err(StorageError::Stopped)), "{written:?}");
    drop(writer);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(names(dir.path()), ["people.parquet"]);
    assert!(matches!(
        Writer::open(&path, "test").unwrap().check_space(u64::MAX),
        Err(StorageError::NoSpace { needed: u64::MAX, .. })
    ));
}

#[test]
fn a_full_disk_at_any_step_costs_only_the_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut failed = 0;
    for fail in 1.. {
        let path = dir.path().join(format!("{fail}.parquet"));
        commit_rows(&mut Writer::open(&path, "test").unwrap(), 3);
        let before = std::fs::read(&path).unwrap();
        let left = Arc::new(Mutex::new(u32::MAX));
        let of_file = Arc::clone(&left);
        let wrap = move |file| -> Box<dyn Medium> { Box::new(Failing { file, left: Arc::clone(&of_file) }) };
        let mut writer = Writer::open_with(&path, "test", wrap).unwrap();
        let old = writer.snapshot().unwrap().manifest().segments.clone();
        let staged = segment(&writer.staging_path("s"), writer.segment_start(), writer.next_segment_id(), 2);
        *left.lock().unwrap() = fail;
        let committed = writer.commit(next(&old, staged));
        *left.lock().unwrap() = u32::MAX;
        match committed {
            Ok(snapshot) => {
                assert_eq!(snapshot.generation(), 2);
                break;
            }
            Err(StorageError::CommitInDoubt { generation: 2, .. }) => {
                let staged =
                    segment(&writer.staging_path("t"), writer.segment_start(), writer.next_segment_id(), 2);
                assert!(matches!(writer.commit(next(&old, staged)), Err(StorageError::Internal(_))));
            }
            Err(StorageError::Io { .. }) => assert_eq!(std::fs::read(&path).unwrap(), before),
            Err(other) => panic!("{other}"),
        }
        failed += 1;
        drop(writer);
        let mut writer = Writer::open(&path, "test").unwrap();
        let generation = writer.snapshot().unwrap().generation();
        assert_eq!(commit_rows(&mut writer, 1).generation(), generation + 1);
    }
    assert!(failed >= 6, "{failed}");
}

#[test]
fn a_run_starts_at_nothing_and_a_long_section_crosses_all_buffers() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = crate::storage::SegmentWriter::create(&dir.path().join("run"), 0).unwrap();
    let bytes = noise(5, 3_000_001);
    let id = SectionId::person(SectionKind::RECORDS);
    writer
        .section(id, |out| {
            bytes.chunks(70_001).try_for_each(|chunk| out.write_all(chunk))?;
            Ok((1, 2))
        })
        .unwrap();
    assert!(writer.end_section(0, 0).is_err());
    let staged =
        writer.finish(crate::storage::DirectoryParts { segment_id: 9, ..Default::default() }).unwrap();
    let segment = crate::storage::Segment::open_staged(&staged).unwrap();
    staged.remove().unwrap();
    let section = segment.section(id).unwrap();
    assert_eq!((section.entry().len, section.entry().count, section.entry().aux), (3_000_001, 1, 2));
    let (read, touched) = count_pages(|| section.bytes(0..3_000_001).unwrap().to_vec());
    assert!(read == bytes);
    assert_eq!((touched.pages, touched.bytes), (184 + 1, 3_000_001 + 184 * 8));
    assert!(section.bytes(0..3_000_002).is_err());
    assert!(segment.bytes(0..u64::MAX).is_err());
    assert!(segment.section(SectionId::person(SectionKind::KEYS)).is_none());
}

#[test]
fn snapshots_and_sections_pass_between_threads() {
    fn passes<T: Send + Sync + Clone>() {}
    passes::<Snapshot>();
    passes::<crate::storage::Segment>();
    passes::<crate::storage::Section>();
    fn moves<T: Send>() {}
    moves::<Writer>();
    assert!("x".parse::<SnapshotName>().is_err());
}
