//! A copy of a file as one commit left it, made while others read and write.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::header::DATA_START;
use super::lock::beside;
use super::medium::{FileMedium, Medium, create_private, exists, give_new_name, sync_folder_of};
use super::slot::Slot;
use super::{Snapshot, StorageError, WriteWatch};

/// Bytes copied at once.
const AT_ONCE: u64 = 4 << 20;

/// A file that is being made beside the one that it will be. It is removed when this is dropped before it has its name.
#[derive(Debug)]
pub struct PartialFile {
    path: PathBuf,
    file: File,
    target: PathBuf,
    named: bool,
}

impl PartialFile {
    /// Begins `target.partial`, for its owner alone. One that a process left that died is removed; of a living one it is an error.
    ///
    /// # Errors
    /// `target` exists.
    pub fn begin(target: &Path) -> Result<Self, StorageError> {
        if exists(target)? {
            return Err(StorageError::Exists { path: target.to_owned() });
        }
        let path = beside(target, ".partial");
        Self::remove_abandoned(&path)?;
        let file = create_private(&path)?;
        // Says to others who find it that somebody is at work on it. A system without locks cannot tell.
        let _ = file.try_lock();
        Ok(Self { path, file, target: target.to_owned(), named: false })
    }

    /// Its path as long as it is partial.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it durable and gives it its name, unless somebody else has taken that.
    pub fn publish(mut self) -> Result<(), StorageError> {
        self.file.sync_all().map_err(StorageError::io("sync", &self.path))?;
        give_new_name(&self.path, &self.target)?;
        self.named = true;
        sync_folder_of(&self.target)
    }

    /// Removes what a process that died left of a partial file at `path`. Returns whether there was something: nothing, or the file
    /// of a living process, stays as it is.
    pub fn remove_abandoned(path: &Path) -> Result<bool, StorageError> {
        let Ok(left) = File::open(path) else { return Ok(false) };
        if left.try_lock().is_err() {
            return Ok(false);
        }
        std::fs::remove_file(path).map_err(StorageError::io("remove", path))?;
        Ok(true)
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if !self.named {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Snapshot {
    /// Writes the file as of this commit to `to`, dead bytes included, so that every earlier commit that it has can be opened there,
    /// too. Nothing is checked: the copy is to be verified.
    pub fn copy_to(&self, to: &PartialFile, watch: &WriteWatch) -> Result<(), StorageError> {
        let write = |bytes: &[u8], at: u64| {
            to.file.write_all_at(bytes, at).map_err(StorageError::io("write", &to.path))?;
            watch.note(bytes.len())
        };
        let medium: &FileMedium = self.medium();
        // The slots may have moved on. This commit's goes into its own, the other stays empty.
        let mut blocks = vec![0; DATA_START as usize];
        medium.read_at(0, &mut blocks[..Slot::offset(0) as usize])?;
        write(&blocks, 0)?;
        let slot = self.standing().slot;
        write(&slot.encode(), Slot::offset(slot.index()))?;
        let mut at = DATA_START;
        let mut buffer = vec![0; AT_ONCE as usize];
        while at < self.committed_len() {
            let len = AT_ONCE.min(self.committed_len() - at) as usize;
            medium.read_at(at, &mut buffer[..len])?;
            write(&buffer[..len], at)?;
            at += len as u64;
        }
        Ok(())
    }
}
