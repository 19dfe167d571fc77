//! What a commit writes to: a file, or in tests something that fails when it is told to.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::StorageError;

/// A database's bytes, read and written at offsets. Assumed is only what `docs/format.md`, section 9, says.
pub trait Medium: Send {
    /// What messages call it.
    fn path(&self) -> &Path;
    /// Its length in bytes.
    fn len(&self) -> Result<u64, StorageError>;
    /// Fills `buffer` from `offset` on. An error if there are not so many bytes.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError>;
    /// Writes all of `bytes` at `offset`, beyond the end too.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), StorageError>;
    /// Returns when everything written, and the length, will outlive a power cut.
    fn sync(&mut self) -> Result<(), StorageError>;
    /// Cuts it, or lengthens it with zeros.
    fn set_len(&mut self, len: u64) -> Result<(), StorageError>;

    /// Whether it has no byte.
    fn is_empty(&self) -> Result<bool, StorageError> {
        Ok(self.len()? == 0)
    }
}

/// A file as a medium.
#[derive(Debug)]
pub struct FileMedium {
    file: File,
    path: PathBuf,
}

impl FileMedium {
    /// Reads and writes `file`, which messages call `path`.
    pub(super) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path }
    }

    /// The file itself.
    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

impl Medium for FileMedium {
    fn path(&self) -> &Path {
        &self.path
    }

    fn len(&self) -> Result<u64, StorageError> {
        Ok(self.file.metadata().map_err(StorageError::io("read", &self.path))?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        self.file.read_exact_at(buffer, offset).map_err(StorageError::io("read", &self.path))
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        self.file.write_all_at(bytes, offset).map_err(StorageError::io("write", &self.path))
    }

    fn sync(&mut self) -> Result<(), StorageError> {
        self.file.sync_all().map_err(StorageError::io("sync", &self.path))
    }

    fn set_len(&mut self, len: u64) -> Result<(), StorageError> {
        self.file.set_len(len).map_err(StorageError::io("cut", &self.path))
    }
}

/// `len` bytes from `offset` on. The caller has compared both with the medium's length.
pub(super) fn read_vec(medium: &dyn Medium, offset: u64, len: u64) -> Result<Vec<u8>, StorageError> {
    let len = usize::try_from(len).map_err(|_| StorageError::Internal(format!("{len} bytes at once")))?;
    let mut bytes = vec![0; len];
    medium.read_at(offset, &mut bytes)?;
    Ok(bytes)
}

/// Creates a file that was not there, readable and writable by its owner alone.
pub(super) fn create_private(path: &Path) -> Result<File, StorageError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(StorageError::io("create", path))
}

/// Gives the file `from` the name `to`, which nobody must have; the old name may stay behind.
pub(super) fn give_new_name(from: &Path, to: &Path) -> Result<(), StorageError> {
    match std::fs::hard_link(from, to) {
        Ok(()) => {
            let _ = std::fs::remove_file(from);
            Ok(())
        }
        // A file system without hard links. Between the look and the rename somebody may take the name; rolo's writers have a lock.
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists && !exists(to)? => {
            std::fs::rename(from, to).map_err(StorageError::io("create", to))
        }
        Err(error) => Err(StorageError::io("create", to)(error)),
    }
}

/// Whether anything has this name, a dangling link included.
pub(super) fn exists(path: &Path) -> Result<bool, StorageError> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StorageError::io("open", path)(error)),
    }
}

/// Makes the names in the folder of `path` durable.
pub(super) fn sync_folder_of(path: &Path) -> Result<(), StorageError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StorageError::io("sync", folder))
}

/// Bytes that an ordinary user may still write where `path` lies.
pub(super) fn free_space(path: &Path) -> Result<u64, StorageError> {
    let found = rustix::fs::statvfs(path).map_err(|error| StorageError::io("measure", path)(error.into()))?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}
