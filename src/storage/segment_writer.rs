//! Writes a segment, or a run, to a file in the staging folder, computing its checksums on the way.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::bytes::{align, xxh3};
use super::directory::{Directory, DirectoryParts, PAGE, SECTION_ALIGN};
use super::manifest::{DirectoryRef, SegmentRef};
use super::medium::create_private;
use super::{SectionEntry, SectionId, StorageError};

/// Bytes gathered before they are written: whole pages, so that each can be hashed in one piece.
const BUFFER: usize = 64 * PAGE as usize;

/// A segment that is being written. Row groups first, through [`Write`]; then sections; then [`SegmentWriter::finish`].
/// A writer that is dropped leaves its file for the staging folder's next emptying.
#[derive(Debug)]
pub struct SegmentWriter {
    file: File,
    path: PathBuf,
    start: u64,
    /// Where the buffer's first byte belongs.
    flushed: u64,
    buffer: Vec<u8>,
    checksums: Vec<u64>,
    sections: Vec<SectionEntry>,
    open: Option<(SectionId, u64)>,
    /// Whether the file is the database that is being made, in which the segment is where it belongs.
    in_place: bool,
    watch: Option<Arc<WriteWatch>>,
}

/// Lets others see how far a segment is, and stop it.
#[derive(Debug, Default)]
pub struct WriteWatch {
    written: AtomicU64,
    stopped: AtomicBool,
}

impl WriteWatch {
    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Makes the next write fail with [`StorageError::Stopped`].
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn note(&self, bytes: usize) -> Result<(), StorageError> {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        if self.stopped.load(Ordering::Relaxed) { Err(StorageError::Stopped) } else { Ok(()) }
    }
}

impl SegmentWriter {
    /// Creates the file `path`, for its owner alone. `start` is the absolute offset that the segment's first byte will
    /// have in the database (a multiple of 64); a run starts at 0.
    pub fn create(path: &Path, start: u64) -> Result<Self, StorageError> {
        if !start.is_multiple_of(SECTION_ALIGN) {
            return Err(StorageError::Internal(format!("a segment cannot start at {start}")));
        }
        Ok(Self::of(create_private(path)?, path, start, false))
    }

    /// A segment that begins at byte `start` of a file that is there already: a new database without a commit.
    pub(super) fn in_place(path: &Path, start: u64) -> Result<Self, StorageError> {
        let mut file = OpenOptions::new().write(true).open(path).map_err(StorageError::io("open", path))?;
        file.seek(SeekFrom::Start(start)).map_err(StorageError::io("write", path))?;
        Ok(Self::of(file, path, start, true))
    }

    fn of(file: File, path: &Path, start: u64, in_place: bool) -> Self {
        Self {
            file,
            path: path.to_owned(),
            start,
            flushed: start,
            buffer: Vec::with_capacity(BUFFER),
            checksums: Vec::new(),
            sections: Vec::new(),
            open: None,
            in_place,
            watch: None,
        }
    }

    /// Lets others watch.
    #[must_use]
    pub fn watched(mut self, watch: Arc<WriteWatch>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// The absolute offset of the next byte.
    pub fn position(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    /// Writes a section: `write` puts its bytes into the stream and returns `(count, aux)` for its directory entry.
    pub fn section(
        &mut self,
        id: SectionId,
        write: impl FnOnce(&mut dyn Write) -> Result<(u64, u64), StorageError>,
    ) -> Result<(), StorageError> {
        self.begin_section(id)?;
        let (count, aux) = write(self)?;
        self.end_section(count, aux)
    }

    /// Begins a section at the next multiple of 64; its bytes are written through [`Write`] until
    /// [`SegmentWriter::end_section`]. For writers whose errors are not [`StorageError`].
    pub fn begin_section(&mut self, id: SectionId) -> Result<(), StorageError> {
        if self.open.is_some() {
            return Err(StorageError::Internal(format!("section {id:?} begins inside another")));
        }
        self.pad()?;
        self.open = Some((id, self.position()));
        Ok(())
    }

    /// Ends the section that was begun.
    pub fn end_section(&mut self, count: u64, aux: u64) -> Result<(), StorageError> {
        let (id, offset) =
            self.open.take().ok_or_else(|| StorageError::Internal("no section was begun".to_owned()))?;
        self.sections.push(SectionEntry { id, offset, len: self.position() - offset, count, aux });
        Ok(())
    }

    /// Writes checksums and directory, and closes the file. Nothing is synced: a commit copies the bytes.
    pub fn finish(mut self, parts: DirectoryParts) -> Result<StagedSegment, StorageError> {
        self.pad()?;
        self.flush_buffer()?;
        self.sections.sort_by_key(|entry| entry.id);
        let checksums: Vec<u8> = self.checksums.iter().flat_map(|checksum| checksum.to_le_bytes()).collect();
        let directory = Directory {
            start: self.start,
            parts,
            checksums_offset: self.flushed,
            checksums_len: checksums.len() as u64,
            checksum_pages: checksums.chunks(PAGE as usize).map(xxh3).collect(),
            sections: self.sections,
        };
        let offset = self.flushed + checksums.len() as u64;
        if let Some(fault) = directory.fault(offset) {
            return Err(StorageError::Internal(format!("a segment was put together wrongly: {fault}")));
        }
        let bytes = directory.encode();
        let write =
            |bytes: &[u8]| (&self.file).write_all(bytes).map_err(StorageError::io("write", &self.path));
        write(&checksums)?;
        write(&bytes)?;
        let checksum = bytes.last_chunk::<8>().map_or(0, |stored| u64::from_le_bytes(*stored));
        let reference = DirectoryRef { offset, len: bytes.len() as u64, checksum };
        Ok(StagedSegment { path: self.path, in_place: self.in_place, directory, reference })
    }

    /// Zeros up to the next multiple of 64.
    fn pad(&mut self) -> Result<(), StorageError> {
        let position = self.position();
        let next = align(position, SECTION_ALIGN).unwrap_or(position);
        self.write_all(&[0; SECTION_ALIGN as usize][..(next - position) as usize])?;
        Ok(())
    }

    fn flush_buffer(&mut self) -> Result<(), StorageError> {
        self.checksums.extend(self.buffer.chunks(PAGE as usize).map(xxh3));
        self.file.write_all(&self.buffer).map_err(StorageError::io("write", &self.path))?;
        self.flushed += self.buffer.len() as u64;
        let noted = self.watch.as_ref().map_or(Ok(()), |watch| watch.note(self.buffer.len()));
        self.buffer.clear();
        noted
    }
}

/// Bytes go to a buffer of 1 MiB. An error is a [`StorageError`] inside, which `?` takes out again.
impl Write for SegmentWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() == BUFFER {
            self.flush_buffer().map_err(io::Error::other)?;
        }
        let taken = bytes.len().min(BUFFER - self.buffer.len());
        self.buffer.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    /// Does nothing: pages are hashed whole, so bytes leave the buffer only when it is full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A finished segment in the staging folder. The file stays when this is dropped; see [`StagedSegment::remove`].
#[derive(Debug, Clone)]
pub struct StagedSegment {
    path: PathBuf,
    in_place: bool,
    directory: Directory,
    reference: DirectoryRef,
}

impl StagedSegment {
    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its bytes are in the database already.
    pub(super) fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// Its description.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The absolute offset of its first byte.
    pub fn start(&self) -> u64 {
        self.directory.start
    }

    /// The absolute offset behind its directory.
    pub fn end(&self) -> u64 {
        self.reference.offset + self.reference.len
    }

    /// How a manifest names it, with every row living.
    pub fn reference(&self) -> SegmentRef {
        let parts = &self.directory.parts;
        SegmentRef {
            directory: self.reference,
            end: self.end(),
            rows: parts.rows,
            live: None,
            row_groups: parts.row_groups.len() as u32,
        }
    }

    /// Deletes the file, once a merge or a commit has taken what is in it. Open [`super::Segment`]s stay readable.
    pub fn remove(self) -> Result<(), StorageError> {
        if self.in_place {
            return Ok(());
        }
        std::fs::remove_file(&self.path).map_err(StorageError::io("remove", &self.path))
    }
}
