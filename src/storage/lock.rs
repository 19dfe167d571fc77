//! The writer's lock: `flock` on a file beside the database, which also says who holds it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::StorageError;

/// Held while it lives. The kernel drops the lock of a process that dies, so a lock file without a holder means nothing.
#[derive(Debug)]
pub(super) struct WriterLock {
    /// The lock is on this open file.
    file: File,
    path: PathBuf,
}

/// How often the holder's lines are read again while it may still be writing them.
const HOLDER_RETRIES: u32 = 5;
const HOLDER_WAIT: Duration = Duration::from_millis(5);

impl WriterLock {
    /// Takes the lock of `database`, whose path must be canonical, and notes this process and its `purpose`.
    /// Another holder is [`StorageError::Locked`]; nothing waits.
    pub(super) fn acquire(database: &Path, purpose: &str) -> Result<Self, StorageError> {
        let path = beside(database, ".lock");
        if std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
            let reason = std::io::Error::other("it is a symbolic link; remove it");
            return Err(StorageError::io("lock", &path)(reason));
        }
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(&path)
                .map_err(StorageError::io("open", &path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(locked(database, &mut file)),
                Err(TryLockError::Error(source)) => return Err(StorageError::io("lock", &path)(source)),
            }
            // The last holder may have removed the name between our open and our lock.
            if !names(&path, &file)? {
                continue;
            }
            let purpose: String = purpose.chars().filter(|c| !c.is_control()).collect();
            let lines = format!("{}\n{}\n{purpose}\n", std::process::id(), jiff::Timestamp::now());
            file.set_len(0)
                .and_then(|()| file.write_all(lines.as_bytes()))
                .map_err(StorageError::io("write", &path))?;
            return Ok(Self { file, path });
        }
    }
}

/// Removes the lock file while the lock is still held, so that nobody removes another holder's.
impl Drop for WriterLock {
    fn drop(&mut self) {
        // If somebody took ours away, the name may be another holder's. A file that stays behind without a lock is none.
        if names(&self.path, &self.file).unwrap_or(false) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// `NAME` with `suffix` behind it, in the same folder.
pub(super) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    database.with_file_name(name)
}

/// Whether `path` names the open `file`.
pub(super) fn names(path: &Path, file: &File) -> Result<bool, StorageError> {
    let ours = file.metadata().map_err(StorageError::io("read", path))?;
    match std::fs::symlink_metadata(path) {
        Ok(theirs) => Ok((ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StorageError::io("read", path)(error)),
    }
}

fn locked(database: &Path, file: &mut File) -> StorageError {
    let mut found = None;
    for _ in 0..HOLDER_RETRIES {
        found = holder(file);
        if found.is_some() {
            break;
        }
        std::thread::sleep(HOLDER_WAIT);
    }
    let (pid, since, purpose) =
        found.unwrap_or_else(|| (0, "an unknown time".to_owned(), "an unknown purpose".to_owned()));
    StorageError::Locked { path: database.to_owned(), pid, since, purpose }
}

/// Process id, time and purpose out of a lock file; `None` while it is incomplete.
fn holder(file: &mut File) -> Option<(u32, String, String)> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    let mut lines = text.strip_suffix('\n')?.lines();
    let (pid, since, purpose) = (lines.next()?.parse().ok()?, lines.next()?, lines.next()?);
    Some((pid, since.to_owned(), purpose.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_second_writer_is_told_who_holds_it_and_since_when() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("people.parquet");
        let lock = WriterLock::acquire(&database, "load\nx").unwrap();
        let Err(StorageError::Locked { path, pid, since, purpose }) = WriterLock::acquire(&database, "other")
        else {
            panic!("a second lock")
        };
        assert_eq!((path, pid, purpose), (database.clone(), std::process::id(), "loadx".to_owned()));
        assert!(since.parse::<jiff::Timestamp>().is_ok(), "{since}");
        drop(lock);
        assert!(!dir.path().join("people.parquet.lock").exists());
        WriterLock::acquire(&database, "other").unwrap();
    }

    #[test]
    fn a_dead_writers_lock_file_is_taken_over() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("people.parquet");
        std::fs::write(
            dir.path().join("people.parquet.lock"),
            "4000000\n2020-01-01T00:00:00Z\nload something\n",
        )
        .unwrap();
        let _lock = WriterLock::acquire(&database, "next").unwrap();
        let text = std::fs::read_to_string(dir.path().join("people.parquet.lock")).unwrap();
        assert!(
            text.starts_with(&format!("{}\n", std::process::id())) && text.ends_with("\nnext\n"),
            "{text}"
        );
    }

    #[test]
    fn of_many_who_try_at_once_one_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("people.parquet");
        let (holders, taken) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    while taken.load(Ordering::Relaxed) < 60 {
                        let Ok(lock) = WriterLock::acquire(&database, "race") else { continue };
                        assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                        taken.fetch_add(1, Ordering::Relaxed);
                        std::thread::yield_now();
                        holders.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(taken.into_inner() >= 60);
    }

    #[test]
    fn a_link_in_the_lock_files_place_is_not_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let other = dir.path().join("other");
        std::fs::write(&other, b"mine").unwrap();
        std::os::unix::fs::symlink(&other, dir.path().join("people.parquet.lock")).unwrap();
        WriterLock::acquire(&dir.path().join("people.parquet"), "x").unwrap_err();
        assert_eq!(std::fs::read(&other).unwrap(), b"mine");
    }

    #[test]
    fn a_holder_who_wrote_nothing_yet_is_unknown() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("people.parquet");
        let file = File::create(dir.path().join("people.parquet.lock")).unwrap();
        file.try_lock().unwrap();
        let error = WriterLock::acquire(&database, "x").unwrap_err();
        assert!(matches!(error, StorageError::Locked { pid: 0, .. }), "{error}");
    }
}
