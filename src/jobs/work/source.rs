//! Where answers come from: the snapshot that a job was submitted against, or what its policy says when that is gone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::{Database, Error};
use crate::jobs::answer::{Answerer, Answers};
use crate::jobs::{Job, JobError, SnapshotPolicy};
use crate::storage::{SnapshotName, StorageError};

/// What answers a job.
pub(in crate::jobs) struct Opened {
    pub(in crate::jobs) answers: Arc<dyn Answers>,
    /// The snapshot that answers, where it is another one than before.
    pub(in crate::jobs) moved_to: Option<SnapshotName>,
}

/// Opens what answers a job.
pub(in crate::jobs) trait Source {
    /// What answers `job`. An error is one of the whole job.
    fn open(&self, job: &Job) -> Result<Opened, JobError>;
}

/// The snapshots of a file of people.
pub(in crate::jobs) struct Snapshots {
    people: PathBuf,
}

impl Snapshots {
    pub(in crate::jobs) fn new(people: &Path) -> Self {
        Self { people: people.to_path_buf() }
    }
}

impl Source for Snapshots {
    fn open(&self, job: &Job) -> Result<Opened, JobError> {
        let name = job.answered_from.unwrap_or(job.snapshot);
        let (database, moved_to) = match Database::open_at(&self.people, &name) {
            Ok(database) => (database, None),
            Err(Error::Storage(StorageError::SnapshotGone { .. }))
                if job.on_snapshot_gone == SnapshotPolicy::Newest =>
            {
                let database = Database::open(&self.people)?;
                let name = database.snapshot_name();
                (database, Some(name))
            }
            Err(error) => return Err(error.into()),
        };
        let answers = Answerer::new(Arc::new(database), &job.request, job.rate.as_ref())?;
        Ok(Opened { answers: Arc::new(answers), moved_to })
    }
}
