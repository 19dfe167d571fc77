//! A snapshot: the database as one commit left it, read through one map of exactly the committed bytes.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;

use super::bytes::xxh3;
use super::header::{DATA_START, FileHeader, FileId};
use super::locate::{Standing, commit_at, locate_while_written, read_header};
use super::manifest::{DirectoryRef, Manifest, SegmentRef, SharedRef};
use super::map::FileMap;
use super::mark::open_marked;
use super::medium::{FileMedium, Medium};
use super::name::SnapshotName;
use super::segment::{Segment, SegmentState};
use super::{Damage, SectionKind, StorageError};

/// A database as one commit left it. Cloning is cheap; the file stays open and mapped as long as a clone, or
/// a segment or section out of it, lives.
#[derive(Debug, Clone)]
pub struct Snapshot(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Which file this is, so that a refresh can tell the same one from its successor.
    inode: (u64, u64),
    /// Keeps the mark of a reader: a shared `flock`, where the system gave it.
    medium: FileMedium,
    header: FileHeader,
    commit: Standing,
    map: Arc<FileMap>,
    /// Segments of an older snapshot of the same file, whose checked pages need no second check.
    known: Known,
    segments: OnceLock<Vec<Segment>>,
    footer_checked: AtomicBool,
    shared_checked: Vec<AtomicBool>,
}

/// Segments that an earlier snapshot opened. Without their maps, which would stay alive for nothing.
type Known = Vec<(DirectoryRef, Arc<SegmentState>)>;

/// The bytes of a snapshot's file, by use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// What this snapshot needs: header, slots, its segments, shared sections, manifest and footer.
    pub live: u64,
    /// The rest: what earlier commits left, and padding.
    pub dead: u64,
    /// The share of `live` that dead rows of its segments take, about.
    pub dead_rows: u64,
}

impl Snapshot {
    /// Opens the newest commit of a file. Takes no lock and waits for nobody. Errors: what is wrong with the file.
    /// Cost: a few reads, whatever the file's size.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let medium = open_marked(path)?;
        let located = locate_while_written(&medium)?;
        Self::of(medium, located.header, located.commit, None)
    }

    /// Opens the commit that `name` names, if the file still holds it; else [`StorageError::SnapshotGone`].
    pub fn open_at(path: &Path, name: &SnapshotName) -> Result<Self, StorageError> {
        let medium = open_marked(path)?;
        let path = medium.path().to_owned();
        let gone = || StorageError::SnapshotGone { path: path.clone(), name: name.to_string() };
        let located = locate_while_written(&medium)?;
        let (header, limit) = (located.header, located.commit.slot.committed_len);
        if header.file != name.file {
            return Err(gone());
        }
        let wanted = name.manifest;
        let commit = match commit_at(&medium, &header, wanted.offset, wanted.len, limit) {
            Ok(commit) if commit.slot.manifest() == wanted => commit,
            Ok(_) | Err(StorageError::Damaged(_)) => return Err(gone()),
            Err(other) => return Err(other),
        };
        Self::of(medium, header, commit, None)
    }

    /// A snapshot of a commit that was located in `medium`; what `before` checked of the same file stays checked.
    pub(super) fn of(
        medium: FileMedium,
        header: FileHeader,
        commit: Standing,
        before: Option<&Self>,
    ) -> Result<Self, StorageError> {
        let (file, path) = (medium.file(), medium.path().to_owned());
        let metadata = file.metadata().map_err(StorageError::io("read", &path))?;
        let inode = (metadata.dev(), metadata.ino());
        // From the end of the slots on: slots do change, and so must not be mapped.
        let len = commit.slot.committed_len - DATA_START;
        let map = Arc::new(FileMap::new(file, &path, DATA_START, len, DATA_START)?);
        let known =
            before.filter(|before| before.0.inode == inode).map(Self::known_segments).unwrap_or_default();
        let shared_checked = commit.manifest.shared.iter().map(|_| AtomicBool::new(false)).collect();
        Ok(Self(Arc::new(Inner {
            path,
            inode,
            medium,
            header,
            commit,
            map,
            known,
            segments: OnceLock::new(),
            footer_checked: AtomicBool::new(false),
            shared_checked,
        })))
    }

    fn known_segments(&self) -> Known {
        let Some(opened) = self.0.segments.get() else { return self.0.known.clone() };
        let references = self.manifest().segments.iter().map(|segment| segment.directory);
        references.zip(opened.iter().map(|segment| Arc::clone(segment.state()))).collect()
    }

    /// The newest commit, if it is another than this one. This snapshot stays as it is.
    pub fn refresh(&self) -> Result<Option<Self>, StorageError> {
        let medium = open_marked(&self.0.path)?;
        let located = locate_while_written(&medium)?;
        if located.header.file == self.0.header.file && located.commit.slot == self.0.commit.slot {
            return Ok(None);
        }
        Self::of(medium, located.header, located.commit, Some(self)).map(Some)
    }

    /// The name under which [`Snapshot::open_at`] finds this commit again.
    pub fn name(&self) -> SnapshotName {
        SnapshotName { file: self.0.header.file, manifest: self.0.commit.slot.manifest() }
    }

    /// The file, by its canonical path.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The file's header.
    pub fn header(&self) -> &FileHeader {
        &self.0.header
    }

    /// What the commit consists of.
    pub fn manifest(&self) -> &Manifest {
        &self.0.commit.manifest
    }

    /// The commit's number, from 1.
    pub fn generation(&self) -> u64 {
        self.0.commit.slot.generation
    }

    /// The file's length as of this commit.
    pub fn committed_len(&self) -> u64 {
        self.0.commit.slot.committed_len
    }

    /// Its segments, in the order of the manifest. The first call reads their directories.
    pub fn segments(&self) -> Result<&[Segment], StorageError> {
        if let Some(opened) = self.0.segments.get() {
            return Ok(opened);
        }
        let open = |reference: &SegmentRef| match self
            .0
            .known
            .iter()
            .find(|(directory, _)| *directory == reference.directory)
        {
            Some((_, state)) => Ok(Segment::known(Arc::clone(&self.0.map), Arc::clone(state))),
            None => Segment::open(Arc::clone(&self.0.map), reference),
        };
        let opened = self.manifest().segments.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        Ok(self.0.segments.get_or_init(|| opened))
    }

    /// The living rows of segment `index`; `None`: all of them (or there is no such segment).
    pub fn live(&self, index: usize) -> Option<&RoaringBitmap> {
        self.manifest().segments.get(index)?.live.as_deref()
    }

    /// The bytes of the shared section of this kind and number, checked at the first call; `None` if there is none.
    pub fn shared(&self, kind: SectionKind, id: u32) -> Result<Option<&[u8]>, StorageError> {
        let found = self.manifest().shared.iter().zip(&self.0.shared_checked);
        let Some((shared, checked)) =
            found.into_iter().find(|(shared, _)| shared.kind == kind && shared.id == id)
        else {
            return Ok(None);
        };
        let bytes = self.shared_bytes(shared)?;
        if !checked.load(Ordering::Relaxed) {
            check_shared(shared, bytes)?;
            checked.store(true, Ordering::Relaxed);
        }
        Ok(Some(bytes))
    }

    fn shared_bytes(&self, shared: &SharedRef) -> Result<&[u8], StorageError> {
        let range = shared.offset..shared.offset.saturating_add(shared.len);
        let outside = || Damage::new(shared.kind.name(), shared.offset, "it lies outside the file");
        Ok(self.0.map.slice(range).ok_or_else(outside)?)
    }

    /// The thrift bytes of the Parquet footer, checked against the manifest at the first call.
    pub fn footer_bytes(&self) -> Result<&[u8], StorageError> {
        let slot = &self.0.commit.slot;
        let damage = |problem| Damage::new("footer", slot.footer_offset, problem);
        let bytes =
            self.0.map.slice(self.footer_range()).ok_or_else(|| damage("it lies outside the file"))?;
        if !self.0.footer_checked.load(Ordering::Relaxed) {
            if xxh3(bytes) != self.manifest().footer_checksum {
                return Err(damage("its checksum does not fit").into());
            }
            self.0.footer_checked.store(true, Ordering::Relaxed);
        }
        Ok(bytes)
    }

    /// Where the footer's thrift bytes lie in the file.
    pub fn footer_range(&self) -> Range<u64> {
        let slot = &self.0.commit.slot;
        slot.footer_offset..slot.footer_offset + slot.footer_len
    }

    /// The bytes of the file that this snapshot needs, and those it does not.
    pub fn bytes(&self) -> Result<Totals, StorageError> {
        let slot = &self.0.commit.slot;
        let mut live = DATA_START + (slot.committed_len - slot.manifest_offset);
        let mut dead_rows = 0;
        for (segment, reference) in self.segments()?.iter().zip(&self.manifest().segments) {
            let bytes = reference.end - segment.directory().start;
            live += bytes;
            let dead = u128::from(bytes) * u128::from(reference.rows - reference.live_rows());
            dead_rows += dead.checked_div(u128::from(reference.rows)).unwrap_or(0) as u64;
        }
        live = self.manifest().shared.iter().fold(live, |live, shared| live.saturating_add(shared.len));
        Ok(Totals { live, dead: slot.committed_len.saturating_sub(live), dead_rows })
    }

    /// The open file, for reads of what is not mapped.
    pub(super) fn medium(&self) -> &FileMedium {
        &self.0.medium
    }

    /// The commit it shows.
    pub(super) fn standing(&self) -> &Standing {
        &self.0.commit
    }

    /// Compares a shared section with its checksum, whether that was done before or not.
    pub(super) fn check_shared(&self, shared: &SharedRef) -> Result<(), StorageError> {
        check_shared(shared, self.shared_bytes(shared)?)
    }

    /// Opens a segment anew, with nothing checked.
    pub(super) fn open_fresh(&self, reference: &SegmentRef) -> Result<Segment, StorageError> {
        Segment::open(Arc::clone(&self.0.map), reference)
    }
}

fn check_shared(shared: &SharedRef, bytes: &[u8]) -> Result<(), StorageError> {
    if xxh3(bytes) == shared.checksum {
        return Ok(());
    }
    Err(Damage::new(shared.kind.name(), shared.offset, "its checksum does not fit").into())
}

/// Opens a regular file for reading, and returns its canonical path. Anything else is refused before it is opened:
/// opening a pipe would wait.
pub(super) fn open_file(path: &Path) -> Result<(PathBuf, File), StorageError> {
    let path = path.canonicalize().map_err(StorageError::io("open", path))?;
    check_kind(&path)?;
    let file = File::open(&path).map_err(StorageError::io("open", &path))?;
    Ok((path, file))
}

/// The uuid of the database file at `path`; `None` if there is no such file, or it is none.
pub fn file_id(path: &Path) -> Option<FileId> {
    let (path, file) = open_file(path).ok()?;
    Some(read_header(&FileMedium::new(file, path)).ok()?.file)
}

/// Errors unless `path` is a regular file.
pub(super) fn check_kind(path: &Path) -> Result<(), StorageError> {
    let kind = std::fs::metadata(path).map_err(StorageError::io("open", path))?.file_type();
    if kind.is_file() {
        return Ok(());
    }
    let what = if kind.is_dir() { "a folder" } else { "a device or pipe" };
    Err(StorageError::NotRolo { path: path.to_owned(), what, advice: "" })
}
