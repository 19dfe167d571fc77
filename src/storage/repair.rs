//! Goes back to the newest commit that is whole, when the normal way leads to none.
//!
//! 1. The lock is taken, and nobody may be reading: what lies beyond the commit is going to be cut.
//! 2. If the normal way leads to a commit whose manifest, directories, shared sections and footer check out, only what
//!    every writer puts right is put right.
//! 3. Else manifests are looked for from the end of the file backwards: the magic at a multiple of 8, this file's uuid,
//!    a fitting checksum. The first whose commit checks out stands: its slot is written, the other one emptied, the rest cut.

use std::fs::File;
use std::path::Path;

use memchr::memmem;

use super::bytes::xxh3;
use super::directory::Directory;
use super::header::{DATA_START, FileHeader};
use super::locate::{Located, Standing, check_footer, commit_at, locate, read_header, recover};
use super::lock::WriterLock;
use super::manifest::{LONGEST_MANIFEST, MAGIC, Manifest};
use super::medium::{FileMedium, Medium, read_vec};
use super::slot::{SLOT_LEN, Slot, SlotState};
use super::writer::{Staging, canonical, check_ours, open_for_writing};
use super::{Damage, StorageError};

/// What a repair found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// The commit that stands now.
    pub generation: u64,
    /// Bytes beyond it that were cut.
    pub cut: u64,
    /// Slots that were damaged and are not any more.
    pub slots_restored: u32,
    /// Whether the normal way led to no commit, so that an older one may have been gone back to.
    pub searched: bool,
}

/// Makes the file at `path` open again at the newest commit whose structure checks out, if there is one; pages of segments are
/// not read (`verify` does). Errors: [`StorageError::Locked`], [`StorageError::InUse`] if a reader has the file open;
/// the damage found first if no commit checks out, and then nothing is changed.
pub fn repair(path: &Path) -> Result<Repair, StorageError> {
    let path = canonical(path)?;
    let _lock = WriterLock::acquire(&path, "repair")?;
    check_ours(&path)?;
    let staging = Staging::prepare(&path)?;
    let file = open_for_writing(&path)?;
    mark_alone(&file, &path)?;
    let mut medium = FileMedium::new(file, path);
    let repaired = repair_medium(&mut medium);
    drop(staging);
    repaired
}

/// Errors if a reader has marked the file. The mark of one's own lasts as long as `file`.
fn mark_alone(file: &File, path: &Path) -> Result<(), StorageError> {
    match file.try_lock() {
        // A system without marks cannot tell.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(StorageError::InUse { path: path.to_owned() }),
    }
}

/// [`repair`] on a medium that nobody else uses.
pub(super) fn repair_medium(medium: &mut dyn Medium) -> Result<Repair, StorageError> {
    let header = read_header(medium)?;
    let normal = locate(medium, 0).and_then(|located| {
        check_commit(medium, &located.commit)?;
        Ok(located)
    });
    match normal {
        Ok(Located { commit, slots, len, .. }) => {
            recover(medium)?;
            Ok(report(&commit, len, slots.iter().filter(|slot| **slot == SlotState::Damaged).count(), false))
        }
        // Slots that are both empty name no commit, but the file may hold one.
        Err(error @ (StorageError::Damaged(_) | StorageError::Unfinished { .. })) => {
            let len = medium.len()?;
            let commit = search(medium, &header, len)?.ok_or(error)?;
            let restored = restore(medium, &commit)?;
            Ok(report(&commit, len, restored, true))
        }
        Err(other) => Err(other),
    }
}

fn report(commit: &Standing, len: u64, slots_restored: usize, searched: bool) -> Repair {
    let cut = len.saturating_sub(commit.slot.committed_len);
    Repair { generation: commit.slot.generation, cut, slots_restored: slots_restored as u32, searched }
}

/// Makes `commit` the newest. The slots are put right before anything is cut, so that a crash in between leaves a file that
/// opens, or one that can be repaired again.
fn restore(medium: &mut dyn Medium, commit: &Standing) -> Result<usize, StorageError> {
    let slot = commit.slot;
    let mut changed = 0;
    let wanted = [(slot.index(), slot.encode()), (1 - slot.index(), vec![0; SLOT_LEN])];
    for (index, bytes) in wanted {
        if read_vec(medium, Slot::offset(index), SLOT_LEN as u64)? != bytes {
            medium.write_at(Slot::offset(index), &bytes)?;
            medium.sync()?;
            changed += 1;
        }
    }
    medium.set_len(slot.committed_len)?;
    medium.sync()?;
    Ok(changed)
}

/// Checks what a commit consists of, but for the pages of its segments.
fn check_commit(medium: &dyn Medium, commit: &Standing) -> Result<(), StorageError> {
    check_footer(medium, commit)?;
    for shared in &commit.manifest.shared {
        if xxh3(&read_vec(medium, shared.offset, shared.len)?) != shared.checksum {
            return Err(Damage::new(shared.kind.name(), shared.offset, "its checksum does not fit").into());
        }
    }
    for segment in &commit.manifest.segments {
        let at = segment.directory;
        let bytes = read_vec(medium, at.offset, at.len)?;
        let directory = Directory::decode(at.offset, &bytes)?;
        let checksum = bytes.last_chunk::<8>().map(|stored| u64::from_le_bytes(*stored));
        if checksum != Some(at.checksum)
            || directory.parts.rows != segment.rows
            || directory.start < DATA_START
        {
            return Err(Damage::new("directory", at.offset, "it is not the one the manifest names").into());
        }
    }
    Ok(())
}

/// The bytes looked at in one piece.
const WINDOW: u64 = 4 << 20;
/// Bytes of a manifest up to the end of the uuid.
const MANIFEST_FRONT: u64 = 28;

/// The newest commit that checks out, looking backwards from `len`.
fn search(medium: &dyn Medium, header: &FileHeader, len: u64) -> Result<Option<Standing>, StorageError> {
    let mut end = len;
    while end > DATA_START {
        let start = end.saturating_sub(WINDOW).max(DATA_START);
        // A magic may reach across the window's end.
        let reach = (end + MAGIC.len() as u64 - 1).min(len);
        let window = read_vec(medium, start, reach - start)?;
        for at in memmem::rfind_iter(&window, MAGIC) {
            let offset = start + at as u64;
            if offset < end
                && offset.is_multiple_of(8)
                && let Some(commit) = candidate(medium, header, offset, len)?
            {
                return Ok(Some(commit));
            }
        }
        end = start;
    }
    Ok(None)
}

/// The commit whose manifest begins at `offset`, if it checks out.
fn candidate(
    medium: &dyn Medium,
    header: &FileHeader,
    offset: u64,
    len: u64,
) -> Result<Option<Standing>, StorageError> {
    // The uuid first: it is cheap, and no bytes of another origin have it.
    let front = read_vec(medium, offset, (len - offset).min(MANIFEST_FRONT))?;
    if !front.ends_with(&header.file.0) {
        return Ok(None);
    }
    let bytes = read_vec(medium, offset, (len - offset).min(LONGEST_MANIFEST))?;
    let Some(manifest_len) = Manifest::measure(&bytes) else { return Ok(None) };
    let checked = commit_at(medium, header, offset, manifest_len as u64, len).and_then(|commit| {
        check_commit(medium, &commit)?;
        Ok(commit)
    });
    match checked {
        Ok(commit) => Ok(Some(commit)),
        Err(StorageError::Damaged(_)) => Ok(None),
        Err(other) => Err(other),
    }
}
