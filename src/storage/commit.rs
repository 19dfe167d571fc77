//! A commit, as writes and syncs of a medium (`docs/format.md`, section 8):
//! (1) everything from the committed length on, (2) sync, (3) the other slot, (4) sync.

use std::fmt;
use std::fs::File;
use std::io::Read;

use super::bytes::{align, xxh3};
use super::directory::SECTION_ALIGN;
use super::header::{DATA_START, FileHeader};
use super::locate::{Standing, footer_tail, slot_of};
use super::manifest::{LONGEST_MANIFEST, Manifest, SegmentRef, SharedRef, TextVersions};
use super::medium::Medium;
use super::segment_writer::StagedSegment;
use super::slot::Slot;
use super::{SectionKind, StorageError};

/// Bytes copied at once out of a staged segment.
const COPY_BUFFER: usize = 4 << 20;

/// What the next commit shall hold. `F` makes the Parquet footer once the manifest's place is known.
#[derive(Debug)]
pub struct Commit<F> {
    /// The segment to append; it must start at [`super::Writer::segment_start`] and be among `segments`.
    pub new_segment: Option<StagedSegment>,
    /// Shared sections to append; each gets the next number of its kind. Those of earlier commits stay.
    pub shared: Vec<NewShared>,
    /// All segments of the commit in the order of their row groups. An old one that is left out is dropped.
    pub segments: Vec<SegmentRef>,
    /// Versions of the text rules used.
    pub versions: TextVersions,
    /// Returns the footer's thrift bytes. Its key-value metadata must hold [`ManifestPlace::KEY`] with the
    /// place, displayed, as value.
    pub footer: F,
}

/// A shared section that is not in the file yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewShared {
    /// What it holds.
    pub kind: SectionKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Where a commit's manifest will be. Displayed, it is the value of the footer's key `rolo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestPlace {
    /// The commit's number.
    pub generation: u64,
    /// Where the manifest begins.
    pub offset: u64,
    /// Its bytes.
    pub len: u64,
}

impl ManifestPlace {
    /// The key in the footer's key-value metadata.
    pub const KEY: &'static str = "rolo";
}

impl fmt::Display for ManifestPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1 {} {} {}", self.generation, self.offset, self.len)
    }
}

/// What a commit builds on.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) header: FileHeader,
    /// The commit before; none in a database that is being created.
    pub(super) standing: Option<Standing>,
    /// Whether the next commit begins a file of its own, which has nothing of the one before but its header.
    pub(super) anew: bool,
}

impl Base {
    /// The commit whose bytes are in the file.
    fn in_file(&self) -> Option<&Standing> {
        self.standing.as_ref().filter(|_| !self.anew)
    }

    /// Where the file ends, and the next commit begins.
    pub(super) fn committed_len(&self) -> u64 {
        self.in_file().map_or(DATA_START, |commit| commit.slot.committed_len)
    }

    /// Where a new segment begins.
    pub(super) fn segment_start(&self) -> u64 {
        // A file cannot be so long that there is no next multiple.
        align(self.committed_len(), SECTION_ALIGN).unwrap_or(u64::MAX)
    }

    /// The id a new segment gets.
    pub(super) fn next_segment_id(&self) -> u64 {
        self.standing.as_ref().map_or(1, |commit| commit.manifest.next_segment_id)
    }

    /// Errors unless the commit's segments are old ones or the new one, each once.
    fn check<F>(&self, commit: &Commit<F>) -> Result<(), StorageError> {
        let wrong = |problem: &str| {
            Err(StorageError::Internal(format!("a commit was put together wrongly: {problem}")))
        };
        let new = commit.new_segment.as_ref().map(StagedSegment::reference);
        if let Some(staged) = &commit.new_segment {
            let id = staged.directory().parts.segment_id;
            if staged.start() != self.segment_start() || id != self.next_segment_id() {
                return wrong("the new segment was made for another place");
            }
        }
        let old = self.in_file().map_or(&[][..], |standing| &standing.manifest.segments);
        for segment in &commit.segments {
            let known = old.iter().chain(&new).find(|known| known.directory == segment.directory);
            if !known.is_some_and(|known| known.rows == segment.rows && known.end == segment.end) {
                return wrong("it names a segment that does not exist");
            }
            if commit.segments.iter().filter(|other| other.directory == segment.directory).count() > 1 {
                return wrong("it names a segment twice");
            }
        }
        if new.is_some_and(|new| !commit.segments.iter().any(|segment| segment.directory == new.directory)) {
            return wrong("it leaves out the segment it appends");
        }
        Ok(())
    }

    /// The next manifest, but for its shared sections and its footer.
    fn next_manifest<F>(&self, commit: &Commit<F>) -> Result<Manifest, StorageError> {
        let before = self.standing.as_ref();
        let used_up =
            || StorageError::Internal("the file's generations or segment ids are used up".to_owned());
        let generation = before.map_or(0, |commit| commit.slot.generation).checked_add(1);
        let next_segment_id = self.next_segment_id().checked_add(u64::from(commit.new_segment.is_some()));
        Ok(Manifest {
            file: self.header.file,
            generation: generation.ok_or_else(used_up)?,
            committed_us: jiff::Timestamp::now().as_microsecond(),
            predecessor: before.map(|commit| commit.slot.manifest()),
            versions: commit.versions,
            next_segment_id: next_segment_id.ok_or_else(used_up)?,
            footer_len: 0,
            footer_checksum: 0,
            shared: self.in_file().map(|commit| commit.manifest.shared.clone()).unwrap_or_default(),
            segments: commit.segments.clone(),
        })
    }
}

/// Steps 1 and 2: writes everything but the slot, and syncs. After an error the medium may have a tail that no slot names.
pub(super) fn append<F, E>(medium: &mut dyn Medium, base: &Base, commit: Commit<F>) -> Result<Standing, E>
where
    F: FnOnce(ManifestPlace) -> Result<Vec<u8>, E>,
    E: From<StorageError>,
{
    base.check(&commit)?;
    let mut manifest = base.next_manifest(&commit)?;
    let mut at = base.committed_len();
    match &commit.new_segment {
        Some(staged) if staged.is_in_place() => at = staged.end(),
        Some(staged) => at = copy_segment(medium, at, staged)?,
        None => {}
    }
    let mut tail = Tail { offset: at, bytes: Vec::new() };
    for shared in &commit.shared {
        let id = manifest.shared_count(shared.kind) + 1;
        let offset = tail.put(SECTION_ALIGN, &shared.bytes);
        let (len, checksum) = (shared.bytes.len() as u64, xxh3(&shared.bytes));
        manifest.shared.push(SharedRef { kind: shared.kind, id, offset, len, checksum });
    }
    let offset = tail.pad(8);
    let len = manifest.encode().len() as u64;
    if len > LONGEST_MANIFEST {
        return Err(StorageError::Internal(format!("a manifest of {len} bytes")).into());
    }
    let footer = (commit.footer)(ManifestPlace { generation: manifest.generation, offset, len })?;
    let too_long = || StorageError::Internal("the Parquet footer has more than 4 GiB".to_owned());
    let footer_len = u32::try_from(footer.len()).map_err(|_| too_long())?;
    (manifest.footer_len, manifest.footer_checksum) = (u64::from(footer_len), xxh3(&footer));
    let encoded = manifest.encode();
    let checksum = encoded.last_chunk::<8>().map_or(0, |stored| u64::from_le_bytes(*stored));
    tail.put(8, &encoded);
    tail.put(8, &footer);
    tail.bytes.extend(footer_tail(footer_len));
    let slot = slot_of(&manifest, offset, len, checksum)
        .filter(|slot| slot.committed_len == tail.end())
        .ok_or_else(|| StorageError::Internal("the parts of a commit do not follow each other".to_owned()))?;
    medium.write_at(at, &tail.bytes)?;
    medium.sync()?;
    Ok(Standing { slot, manifest })
}

/// Steps 3 and 4: makes the commit valid. After an error only the next opening tells whether it is.
pub(super) fn publish(medium: &mut dyn Medium, slot: &Slot) -> Result<(), StorageError> {
    medium.write_at(Slot::offset(slot.index()), &slot.encode())?;
    medium.sync()
}

/// Copies a staged segment behind `at`, and returns where it ends.
fn copy_segment(medium: &mut dyn Medium, at: u64, staged: &StagedSegment) -> Result<u64, StorageError> {
    let start = staged.start();
    if start > at {
        medium.write_at(at, &[0; SECTION_ALIGN as usize][..(start - at) as usize])?;
    }
    let path = staged.path();
    let mut file = File::open(path).map_err(StorageError::io("open", path))?;
    let mut position = start;
    let mut buffer = vec![0; usize::try_from(staged.end() - start).unwrap_or(COPY_BUFFER).min(COPY_BUFFER)];
    while position < staged.end() {
        let want = usize::try_from(staged.end() - position).unwrap_or(COPY_BUFFER).min(buffer.len());
        let chunk = &mut buffer[..want];
        file.read_exact(chunk).map_err(StorageError::io("read", path))?;
        medium.write_at(position, chunk)?;
        position += want as u64;
    }
    Ok(position)
}

/// The end of a commit, put together in memory: shared sections, manifest and footer are small.
struct Tail {
    offset: u64,
    bytes: Vec<u8>,
}

impl Tail {
    fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }

    /// Zeros up to a multiple of `step`; returns where the next byte belongs.
    fn pad(&mut self, step: u64) -> u64 {
        let zeros = align(self.end(), step).map_or(0, |next| next - self.end());
        self.bytes.resize(self.bytes.len() + zeros as usize, 0);
        self.end()
    }

    /// Appends `bytes` at a multiple of `step`, and returns where they begin.
    fn put(&mut self, step: u64, bytes: &[u8]) -> u64 {
        let offset = self.pad(step);
        self.bytes.extend_from_slice(bytes);
        offset
    }
}

#[cfg(test)]
mod tests;
