//! A reader's mark: a shared `flock` on the database file, taken without waiting. It keeps nobody from anything; it tells who
//! replaced a file whether somebody reads the old one still.

use std::fs::TryLockError;
use std::path::Path;

use super::StorageError;
use super::lock::names;
use super::medium::FileMedium;
use super::snapshot::open_file;

/// How often a file is opened again that lost its name meanwhile.
const RETRIES: u32 = 8;

/// Opens the file at `path` for reading, with a mark. Whoever replaces the file looks for marks after the rename, and whoever
/// reads looks at the name after the mark: so nobody reads an old file unseen. A system without such locks loses only that.
pub(super) fn open_marked(path: &Path) -> Result<FileMedium, StorageError> {
    for _ in 0..RETRIES {
        let (path, file) = open_file(path)?;
        let marked = match file.try_lock_shared() {
            // Whoever replaced this file is looking for marks at this moment.
            Err(TryLockError::WouldBlock) => false,
            Ok(()) | Err(TryLockError::Error(_)) => true,
        };
        if marked && names(&path, &file).unwrap_or(true) {
            return Ok(FileMedium::new(file, path));
        }
    }
    let (path, file) = open_file(path)?;
    Ok(FileMedium::new(file, path))
}
