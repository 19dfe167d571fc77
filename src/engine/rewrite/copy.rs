//! A copy of a database as one commit left it.

use super::{RewriteObserver, watched};
use crate::engine::{Database, Error};
use crate::storage::{PartialFile, Snapshot, verify_pages};

impl Database {
    /// Copies the database, as this one sees it, into a file that is being made, and compares every byte of the copy with its
    /// checksum. Others read and write meanwhile. Cost: the file's length, read twice.
    ///
    /// # Errors
    /// A full disk, an interruption by `observer`, damage.
    pub fn copy_to(&self, to: &PartialFile, observer: &RewriteObserver<'_>) -> Result<(), Error> {
        watched(observer, self.snapshot.committed_len(), |watch| {
            self.snapshot.copy_to(to, watch)?;
            let copy = Snapshot::open(to.path())?;
            match verify_pages(&copy, &mut |_, _| {})?.into_iter().next() {
                None => Ok(()),
                Some(damage) => Err(crate::storage::StorageError::from(damage).into()),
            }
        })
    }
}
