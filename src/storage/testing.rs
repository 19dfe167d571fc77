//! Helpers of this layer's tests: small segments, commits with a footer of the right shape, a medium in memory.

use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::test_runner::Config;

use super::commit::{Base, Commit, ManifestPlace, NewShared, append, publish};
use super::header::{DATA_START, FileHeader};
use super::locate::Standing;
use super::{
    DirectoryParts, Medium, SectionId, SectionKind, SegmentRef, SegmentWriter, Snapshot, StagedSegment,
    StorageError, TextVersions, Writer,
};

/// Property tests run `ROLO_CASES` cases, 64 by default.
pub(super) fn cases() -> Config {
    let cases = std::env::var("ROLO_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    Config { cases, failure_persistence: None, ..Config::default() }
}

pub(super) const VERSIONS: TextVersions = TextVersions { normalisers: 1, tokeniser: 2, folding: 3 };

/// `len` bytes that differ by `seed` and look random.
pub(super) fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(|_| next()).collect()
}

/// A segment of `rows` people: row groups of 20,000 bytes, and two sections, of 8 and 1,000 bytes a row.
pub(super) fn segment(path: &Path, start: u64, segment_id: u64, rows: u32) -> StagedSegment {
    let mut writer = SegmentWriter::create(path, start).unwrap();
    assert_eq!(writer.position(), start);
    writer.write_all(&noise(segment_id, 20_000)).unwrap();
    let ids: Vec<u8> = (0..u64::from(rows)).flat_map(|row| (row + 1000 * segment_id).to_le_bytes()).collect();
    let records = noise(segment_id + 1000, 1000 * rows as usize);
    for (kind, bytes) in [(SectionKind::PERSON_IDS, ids), (SectionKind::RECORDS, records)] {
        let write = |out: &mut dyn Write| {
            out.write_all(&bytes)?;
            Ok((u64::from(rows), 7))
        };
        writer.section(SectionId::person(kind), write).unwrap();
    }
    let parts = DirectoryParts {
        segment_id,
        rows,
        row_groups: vec![rows],
        sorted_ranges: vec![0],
        ..DirectoryParts::default()
    };
    writer.finish(parts).unwrap()
}

/// Bytes that hold the key where a Parquet footer holds it.
pub(super) fn footer(place: ManifestPlace) -> Result<Vec<u8>, StorageError> {
    let value = place.to_string();
    let mut bytes = b"\x15\x04 other fields \x18\x04rolo\x18".to_vec();
    bytes.push(value.len() as u8);
    bytes.extend(value.as_bytes());
    bytes.extend(b"\x00\x00");
    Ok(bytes)
}

type Footer = fn(ManifestPlace) -> Result<Vec<u8>, StorageError>;

/// A commit of the old segments and a new one, with a shared section.
pub(super) fn next(old: &[SegmentRef], staged: StagedSegment) -> Commit<Footer> {
    let mut segments = old.to_vec();
    segments.push(staged.reference());
    let shared = vec![NewShared { kind: SectionKind::SCHEMA, bytes: noise(staged.start(), 100) }];
    Commit { new_segment: Some(staged), shared, segments, versions: VERSIONS, footer }
}

/// Appends a segment of `rows` people to what `writer` holds.
pub(super) fn commit_rows(writer: &mut Writer, rows: u32) -> Snapshot {
    let path = writer.staging_path("segment");
    let staged = segment(&path, writer.segment_start(), writer.next_segment_id(), rows);
    let old = writer.snapshot().map(|snapshot| snapshot.manifest().segments.clone()).unwrap_or_default();
    writer.commit(next(&old, staged)).unwrap()
}

/// A database with one commit of three people for each of `commits`.
pub(super) fn database(folder: &Path, commits: u32) -> PathBuf {
    let path = folder.join("people.parquet");
    for _ in 0..commits {
        let mut writer = Writer::open(&path, "test").unwrap();
        commit_rows(&mut writer, 3);
    }
    path
}

/// Everything a reader can read of a snapshot, or the first error.
pub(super) fn read_all(snapshot: &Snapshot) -> Result<Vec<Vec<u8>>, StorageError> {
    let mut all = vec![snapshot.footer_bytes()?.to_vec()];
    for segment in snapshot.segments()? {
        let directory = segment.directory();
        let groups =
            directory.start..directory.sections.iter().map(|s| s.offset).min().unwrap_or(directory.start);
        all.push(segment.bytes(groups)?.to_vec());
        for section in segment.sections() {
            all.push(section.bytes(0..section.entry().len)?.to_vec());
        }
    }
    for shared in &snapshot.manifest().shared {
        all.push(snapshot.shared(shared.kind, shared.id)?.unwrap().to_vec());
    }
    Ok(all)
}

/// What was done to a [`Memory`].
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    Write(u64, Vec<u8>),
    Cut(u64),
    Sync,
}

impl Op {
    pub(super) fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, new) => {
                let start = *offset as usize;
                bytes.resize(bytes.len().max(start + new.len()), 0);
                bytes[start..start + new.len()].copy_from_slice(new);
            }
            Self::Cut(len) => bytes.resize(*len as usize, 0),
            Self::Sync => {}
        }
    }
}

/// A medium in memory that records what is done to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    pub(super) bytes: Vec<u8>,
    pub(super) ops: Vec<Op>,
}

impl Memory {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self { bytes, ops: Vec::new() }
    }

    fn record(&mut self, op: Op) {
        op.apply(&mut self.bytes);
        self.ops.push(op);
    }

    /// A file that is being created.
    pub(super) fn new_file() -> (Self, Base) {
        let header = FileHeader::new().unwrap();
        let mut bytes = header.encode();
        bytes.resize(DATA_START as usize, 0);
        (Self::of(bytes), Base { header, standing: None, anew: false })
    }

    /// Commits one more segment of `rows` people, built in `folder`.
    pub(super) fn commit(&mut self, base: &mut Base, folder: &Path, rows: u32) -> Standing {
        let path = folder.join("staged");
        let _ = std::fs::remove_file(&path);
        let staged = segment(&path, base.segment_start(), base.next_segment_id(), rows);
        let old = base.standing.as_ref().map(|commit| commit.manifest.segments.clone()).unwrap_or_default();
        let standing = append(self, base, next(&old, staged)).unwrap();
        publish(self, &standing.slot).unwrap();
        base.standing = Some(standing.clone());
        standing
    }
}

impl Medium for Memory {
    fn path(&self) -> &Path {
        Path::new("memory")
    }

    fn len(&self) -> Result<u64, StorageError> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        let start = usize::try_from(offset).unwrap();
        let bytes = self.bytes.get(start..start + buffer.len());
        let end = || StorageError::io("read", self.path())(std::io::ErrorKind::UnexpectedEof.into());
        buffer.copy_from_slice(bytes.ok_or_else(end)?);
        Ok(())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        self.record(Op::Write(offset, bytes.to_vec()));
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StorageError> {
        self.record(Op::Sync);
        Ok(())
    }

    fn set_len(&mut self, len: u64) -> Result<(), StorageError> {
        self.record(Op::Cut(len));
        Ok(())
    }
}
