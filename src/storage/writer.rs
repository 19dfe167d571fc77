//! The one writer of a database: lock, staging folder, recovery, commits.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::commit::{Base, Commit, ManifestPlace, append, publish};
use super::header::{DATA_START, FileHeader};
use super::locate::{read_header, recover};
use super::lock::{WriterLock, beside};
use super::mark::open_marked;
use super::medium::{FileMedium, Medium, create_private, exists, free_space, give_new_name, sync_folder_of};
use super::replaced::ReplacedFile;
use super::snapshot::{check_kind, open_file};
use super::{SegmentWriter, Snapshot, StorageError};

/// Holds the writer's lock while it lives. Dropping it without a commit leaves the database as it was, and
/// removes the staging folder.
pub struct Writer {
    path: PathBuf,
    staging: Staging,
    wrap: Wrap,
    medium: Box<dyn Medium>,
    base: Base,
    snapshot: Option<Snapshot>,
    /// A new file's name in the staging folder, until its first commit.
    unpublished: Option<PathBuf>,
    /// The file whose place a new one has taken.
    replaced: Option<ReplacedFile>,
    /// A commit whose end is unknown; nothing may be written after it.
    in_doubt: Option<u64>,
    /// Last, so that it is released after the staging folder is gone.
    _lock: WriterLock,
}

/// What a writer writes through.
type Wrap = Box<dyn Fn(FileMedium) -> Box<dyn Medium> + Send>;

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("path", &self.path).field("base", &self.base).finish_non_exhaustive()
    }
}

impl Writer {
    /// Becomes the writer of the database at `path`, or of one that the first commit will create there. `purpose` is
    /// what a second writer is told, after "to": `load people.jsonl`.
    ///
    /// What a crash left is put right: a tail that no commit names is cut, a damaged slot restored. Errors:
    /// [`StorageError::Locked`], [`StorageError::HardLinked`], and what is wrong with the file.
    pub fn open(path: &Path, purpose: &str) -> Result<Self, StorageError> {
        Self::open_with(path, purpose, |file| Box::new(file))
    }

    /// Like [`Writer::open`], writing through what `wrap` makes of the file; for tests that record or fail writes.
    pub fn open_with(
        path: &Path,
        purpose: &str,
        wrap: impl Fn(FileMedium) -> Box<dyn Medium> + Send + 'static,
    ) -> Result<Self, StorageError> {
        let path = canonical(path)?;
        let lock = WriterLock::acquire(&path, purpose)?;
        let new = !exists(&path)?;
        if !new {
            check_ours(&path)?;
        }
        let staging = Staging::prepare(&path)?;
        let wrap: Wrap = Box::new(wrap);
        let (medium, base, snapshot, unpublished) = if new {
            let header = FileHeader::new()?;
            let (medium, unpublished) = new_file(&staging, &path, &header, &wrap)?;
            (medium, Base { header, standing: None, anew: false }, None, Some(unpublished))
        } else {
            let mut medium = wrap(FileMedium::new(open_for_writing(&path)?, path.clone()));
            let located = recover(medium.as_mut())?;
            let reader = open_marked(&path)?;
            let snapshot = Snapshot::of(reader, located.header, located.commit.clone(), None)?;
            let base = Base { header: located.header, standing: Some(located.commit), anew: false };
            (medium, base, Some(snapshot), None)
        };
        let (replaced, in_doubt) = (None, None);
        Ok(Self { path, staging, wrap, medium, base, snapshot, unpublished, replaced, in_doubt, _lock: lock })
    }

    /// Begins a new file: the next commit holds only what it brings, and takes the place of the old file with a rename. Uuid and
    /// hash key, generations and segment ids go on; mode and owner are those of the old file, which readers keep until they close.
    pub fn begin_anew(&mut self) -> Result<(), StorageError> {
        let Some(snapshot) = self.snapshot.as_ref().filter(|_| self.unpublished.is_none()) else {
            return Err(StorageError::Internal("a new file for a database without a commit".to_owned()));
        };
        self.check_certain()?;
        let old = ReplacedFile::open(&self.path, snapshot)?;
        let (medium, unpublished) = new_file(&self.staging, &self.path, &self.base.header, &self.wrap)?;
        old.lend_rights(&unpublished)?;
        self.medium = medium;
        self.unpublished = Some(unpublished);
        self.replaced = Some(old);
        self.base.anew = true;
        Ok(())
    }

    /// The file whose place the last commit after [`Writer::begin_anew`] took, and from then on.
    pub fn replaced(&self) -> Option<&ReplacedFile> {
        self.replaced.as_ref().filter(|_| !self.base.anew)
    }

    /// Ends the writer, and gives the file whose place its last commit took.
    pub fn into_replaced(mut self) -> Option<ReplacedFile> {
        self.replaced.take().filter(|_| !self.base.anew)
    }

    /// The newest commit; none before the first.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    /// The database's canonical path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The header, of a new file too.
    pub fn header(&self) -> &FileHeader {
        &self.base.header
    }

    /// Where the next commit's segment starts.
    pub fn segment_start(&self) -> u64 {
        self.base.segment_start()
    }

    /// The id the next commit's segment must have; for [`super::DirectoryParts`].
    pub fn next_segment_id(&self) -> u64 {
        self.base.next_segment_id()
    }

    /// Begins the segment of the next commit, in a file of this name in the staging folder; of a new file, where it belongs in that.
    pub fn new_segment(&self, name: &str) -> Result<SegmentWriter, StorageError> {
        match &self.unpublished {
            Some(unpublished) if self.base.anew => SegmentWriter::in_place(unpublished, self.segment_start()),
            _ => SegmentWriter::create(&self.staging_path(name), self.segment_start()),
        }
    }

    /// Errors unless the disk of the database has this much room.
    pub fn check_space(&self, needed: u64) -> Result<(), StorageError> {
        let free = free_space(self.path.parent().unwrap_or(Path::new("/")))?;
        if free >= needed {
            return Ok(());
        }
        Err(StorageError::NoSpace { path: self.path.clone(), free, needed })
    }

    /// A path in the staging folder, which is the owner's alone and emptied when a writer opens and closes.
    pub fn staging_path(&self, name: &str) -> PathBuf {
        self.staging.path(name)
    }

    /// Commits, and returns the new state. The staged segment's file is removed. After an error the last commit
    /// stands as before, unless it is [`StorageError::CommitInDoubt`], after which this writer refuses to go on.
    pub fn commit<F, E>(&mut self, commit: Commit<F>) -> Result<Snapshot, E>
    where
        F: FnOnce(ManifestPlace) -> Result<Vec<u8>, E>,
        E: From<StorageError>,
    {
        self.check_certain()?;
        let staged = commit.new_segment.clone();
        let committed_len = self.base.committed_len();
        let standing = append(self.medium.as_mut(), &self.base, commit).inspect_err(|_: &E| {
            // Foreign readers start from the end, so it should be the last commit's. The next writer cuts it otherwise.
            let _ = self.medium.set_len(committed_len);
        })?;
        let published = publish(self.medium.as_mut(), &standing.slot).and_then(|()| self.publish_name());
        if let Err(source) = published {
            let generation = standing.slot.generation;
            self.in_doubt = Some(generation);
            // A file that has no name yet is nobody's: the old state stands for certain.
            if self.unpublished.is_some() {
                return Err(source.into());
            }
            let (path, source) = (self.path.clone(), Box::new(source));
            return Err(StorageError::CommitInDoubt { path, generation, source }.into());
        }
        self.base.standing = Some(standing.clone());
        self.base.anew = false;
        let reader = open_marked(&self.path)?;
        let snapshot = Snapshot::of(reader, self.base.header, standing, self.snapshot.as_ref())?;
        self.snapshot = Some(snapshot.clone());
        if let Some(staged) = staged {
            // What stays is removed with the folder.
            let _ = staged.remove();
        }
        Ok(snapshot)
    }

    /// Errors after a commit whose end is unknown.
    fn check_certain(&self) -> Result<(), StorageError> {
        let Some(generation) = self.in_doubt else { return Ok(()) };
        let problem = format!("nothing can follow commit {generation}, whose end is unknown");
        Err(StorageError::Internal(problem))
    }

    /// Gives a new file, whose first commit is complete, its name: an old file's, or one that nobody has.
    fn publish_name(&mut self) -> Result<(), StorageError> {
        let Some(unpublished) = &self.unpublished else { return Ok(()) };
        if self.base.anew {
            std::fs::rename(unpublished, &self.path).map_err(StorageError::io("replace", &self.path))?;
        } else {
            // What stays of the old name is removed with the folder.
            give_new_name(unpublished, &self.path)?;
        }
        self.unpublished = None;
        sync_folder_of(&self.path)
    }
}

/// A file in the staging folder that will get the name `path`: a header, and no commit.
fn new_file(
    staging: &Staging,
    path: &Path,
    header: &FileHeader,
    wrap: &Wrap,
) -> Result<(Box<dyn Medium>, PathBuf), StorageError> {
    let unpublished = staging.path("database");
    let mut medium = wrap(FileMedium::new(create_private(&unpublished)?, path.to_owned()));
    let mut blocks = header.encode();
    blocks.resize(DATA_START as usize, 0);
    medium.write_at(0, &blocks)?;
    Ok((medium, unpublished))
}

/// The canonical path of a file that may not exist yet.
pub(super) fn canonical(path: &Path) -> Result<PathBuf, StorageError> {
    if exists(path)? {
        return path.canonicalize().map_err(StorageError::io("open", path));
    }
    let no_name = || StorageError::NotRolo { path: path.to_owned(), what: "a folder", advice: "" };
    let name = path.file_name().ok_or_else(no_name)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(folder.canonicalize().map_err(StorageError::io("open", folder))?.join(name))
}

/// The folder beside a database in which its writer works. It goes when this is dropped; what cannot be removed is the next writer's
/// to remove.
pub(super) struct Staging(PathBuf);

impl Staging {
    /// Removes what the last writer left, and makes the folder new, for its owner alone.
    pub(super) fn prepare(database: &Path) -> Result<Self, StorageError> {
        let staging = beside(database, ".staging");
        if exists(&staging)? {
            let kind = std::fs::symlink_metadata(&staging).map_err(StorageError::io("open", &staging))?;
            let removed = if kind.is_dir() {
                std::fs::remove_dir_all(&staging)
            } else {
                std::fs::remove_file(&staging)
            };
            removed.map_err(StorageError::io("empty", &staging))?;
        }
        DirBuilder::new().mode(0o700).create(&staging).map_err(StorageError::io("create", &staging))?;
        Ok(Self(staging))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Errors if the file is somebody else's: then what stands beside it is theirs, too, and no writer empties it.
pub(super) fn check_ours(path: &Path) -> Result<(), StorageError> {
    let (_, file) = open_file(path)?;
    match read_header(&FileMedium::new(file, path.to_owned())) {
        Err(error @ StorageError::NotRolo { .. }) => Err(error),
        _ => Ok(()),
    }
}

/// Opens the database itself, once the staging folder is empty: a crash right after a first commit leaves its second
/// name there.
pub(super) fn open_for_writing(path: &Path) -> Result<File, StorageError> {
    check_kind(path)?;
    let file =
        OpenOptions::new().read(true).write(true).open(path).map_err(StorageError::io("open", path))?;
    let links = file.metadata().map_err(StorageError::io("read", path))?.nlink();
    if links > 1 {
        return Err(StorageError::HardLinked { path: path.to_owned(), links });
    }
    Ok(file)
}

#[cfg(test)]
mod tests;
