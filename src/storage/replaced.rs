//! A file whose name another one took. It lives on, nameless, as long as somebody reads it.

use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::snapshot::open_file;
use super::{Snapshot, StorageError};

/// The file before a rewrite.
#[derive(Debug)]
pub struct ReplacedFile {
    file: File,
    path: PathBuf,
    /// Its device and inode, by which a process that holds it is known.
    pub id: (u64, u64),
    /// The generation of its last commit.
    pub generation: u64,
    /// Its length.
    pub len: u64,
}

impl ReplacedFile {
    /// The file at `path` while it still has its name.
    pub(super) fn open(path: &Path, snapshot: &Snapshot) -> Result<Self, StorageError> {
        let (path, file) = open_file(path)?;
        let metadata = file.metadata().map_err(StorageError::io("read", &path))?;
        let (generation, len) = (snapshot.generation(), metadata.len());
        Ok(Self { file, path, id: (metadata.dev(), metadata.ino()), generation, len })
    }

    /// Whether somebody holds a reader's mark on it: this process, too, while a snapshot of it lives.
    ///
    /// # Errors
    /// The file system has no such locks.
    pub fn is_read(&self) -> Result<bool, StorageError> {
        match self.file.try_lock() {
            Ok(()) => {
                self.file.unlock().map_err(StorageError::io("unlock", &self.path))?;
                Ok(false)
            }
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(StorageError::io("lock", &self.path)(source)),
        }
    }

    /// Gives the file at `other` this one's mode and owner.
    pub(super) fn lend_rights(&self, other: &Path) -> Result<(), StorageError> {
        let of = |path: &Path| std::fs::metadata(path).map_err(StorageError::io("read", path));
        let (own, new) = (of(&self.path)?, of(other)?);
        if (own.uid(), own.gid()) != (new.uid(), new.gid()) {
            std::os::unix::fs::chown(other, Some(own.uid()), Some(own.gid()))
                .map_err(StorageError::io("give its owner to", other))?;
        }
        std::fs::set_permissions(other, own.permissions()).map_err(StorageError::io("set the mode of", other))
    }
}
