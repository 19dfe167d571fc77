//! A segment that is being read: its directory, and its bytes, each page checked at its first touch.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::bytes::{Cursor, xxh3};
use super::directory::{Directory, PAGE};
use super::manifest::{DirectoryRef, SegmentRef};
use super::map::{FileMap, prefetch};
use super::segment_writer::StagedSegment;
use super::{Damage, Section, SectionId, StorageError, counters};

/// A segment of a snapshot, or a staged one. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Segment {
    map: Arc<FileMap>,
    state: Arc<SegmentState>,
}

/// What is known about a segment, whichever map it is read through.
#[derive(Debug)]
pub(super) struct SegmentState {
    directory: Directory,
    /// Tells the segments of a process apart in page counts.
    number: u64,
    pages: PageSet,
    checksum_pages: PageSet,
}

/// Page numbers of checksums are counted from here, so that they differ from those of data.
const CHECKSUM_PAGES: u64 = 1 << 63;

impl Segment {
    /// Opens the segment that `reference` names, in a map of the file that holds it: reads and checks the directory.
    pub(super) fn open(map: Arc<FileMap>, reference: &SegmentRef) -> Result<Self, StorageError> {
        let directory = read_directory(&map, reference.directory)?;
        let parts = &directory.parts;
        if parts.rows != reference.rows || u64::from(reference.row_groups) > parts.row_groups.len() as u64 {
            let problem = "its rows or row groups are not those of the manifest";
            return Err(Damage::new("directory", reference.directory.offset, problem).into());
        }
        Ok(Self::of(map, directory))
    }

    /// Opens a finished segment that is still in the staging folder, by mapping its file.
    pub fn open_staged(staged: &StagedSegment) -> Result<Self, StorageError> {
        let path = staged.path();
        let file = File::open(path).map_err(StorageError::io("open", path))?;
        let len = staged.end() - staged.start();
        let map = Arc::new(FileMap::new(&file, path, 0, len, staged.start())?);
        Self::open(map, &staged.reference())
    }

    fn of(map: Arc<FileMap>, directory: Directory) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let pages = PageSet::new(directory.checksums_len / 8);
        let checksum_pages = PageSet::new(directory.checksum_pages.len() as u64);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Self { map, state: Arc::new(SegmentState { directory, number, pages, checksum_pages }) }
    }

    /// A segment whose state is known, through another map of the same file.
    pub(super) fn known(map: Arc<FileMap>, state: Arc<SegmentState>) -> Self {
        Self { map, state }
    }

    /// What is known about it.
    pub(super) fn state(&self) -> &Arc<SegmentState> {
        &self.state
    }

    /// Its description.
    pub fn directory(&self) -> &Directory {
        &self.state.directory
    }

    /// How many people it has, living and dead.
    pub fn rows(&self) -> u32 {
        self.state.directory.parts.rows
    }

    /// The range of the file it takes, from its first row group to the end of its checksums; its directory follows.
    pub fn extent(&self) -> Range<u64> {
        let directory = self.directory();
        directory.start..directory.checksums_offset + directory.checksums_len
    }

    /// A section, if the segment has it.
    pub fn section(&self, id: SectionId) -> Option<Section> {
        self.directory().section(id).map(|entry| Section::mapped(*entry, self.clone()))
    }

    /// All its sections, sorted by id.
    pub fn sections(&self) -> impl Iterator<Item = Section> + '_ {
        self.directory().sections.iter().map(|entry| Section::mapped(*entry, self.clone()))
    }

    /// Bytes of row groups, by absolute range. Checked like sections; a range outside the segment is a [`Damage`].
    pub fn bytes(&self, range: Range<u64>) -> Result<&[u8], StorageError> {
        self.read(range, "row groups")
    }

    /// The bytes of an absolute range, every page of it checked; `name` is what messages call it.
    #[inline]
    pub(super) fn read(&self, range: Range<u64>, name: &'static str) -> Result<&[u8], StorageError> {
        let directory = &self.state.directory;
        if range.start < directory.start || range.start > range.end || range.end > directory.checksums_offset
        {
            return Err(Self::outside(&range, name));
        }
        if range.is_empty() {
            return Ok(&[]);
        }
        let pages = (range.start - directory.start) / PAGE..(range.end - 1 - directory.start) / PAGE + 1;
        for page in pages.clone() {
            if !self.state.pages.has(page) {
                self.check_page(page, name)?;
            }
        }
        if counters::enabled() {
            counters::note(self.state.number, pages, range.end - range.start);
        }
        self.map.slice(range.clone()).ok_or_else(|| Self::outside(&range, name))
    }

    /// Notes, where reads are counted, that a section is read.
    pub(super) fn note_section(&self, id: SectionId) {
        counters::note_section(self.state.number, id);
    }

    /// Notes, where reads are counted, that leaf columns of the row group which begins at `group` are read.
    pub(crate) fn note_columns(&self, group: u64, leaves: &[usize]) {
        if counters::enabled() {
            counters::note_chunks(self.state.number, group, leaves.iter().copied());
        }
    }

    /// Hints that the byte at an absolute offset is needed soon.
    #[inline]
    pub(super) fn prefetch(&self, offset: u64) {
        if let Some(byte) = offset.checked_add(1).and_then(|end| self.map.slice(offset..end)) {
            prefetch(byte);
        }
    }

    #[cold]
    fn outside(range: &Range<u64>, name: &'static str) -> StorageError {
        Damage::new(name, range.start, format!("bytes up to {} lie outside the segment", range.end)).into()
    }

    /// Compares a page with its checksum, and remembers that it fits.
    #[cold]
    fn check_page(&self, page: u64, name: &'static str) -> Result<(), StorageError> {
        let expected = self.page_checksum(page)?;
        let directory = &self.state.directory;
        let start = directory.start + page * PAGE;
        let range = start..(start + PAGE).min(directory.checksums_offset);
        let bytes = self.map.slice(range.clone()).ok_or_else(|| Self::outside(&range, name))?;
        if xxh3(bytes) != expected {
            return Err(Damage::new(name, start, "the checksum of this page of 16 KiB does not fit").into());
        }
        self.state.pages.add(page);
        Ok(())
    }

    /// The checksum of a page, out of a page of checksums that is checked like any other.
    fn page_checksum(&self, page: u64) -> Result<u64, StorageError> {
        let directory = &self.state.directory;
        let offset = directory.checksums_offset + page * 8;
        let own_page = page * 8 / PAGE;
        if counters::enabled() {
            counters::note(self.state.number, std::iter::once(CHECKSUM_PAGES + own_page), 8);
        }
        if !self.state.checksum_pages.has(own_page) {
            self.check_checksums(own_page)?;
        }
        let bytes = self.map.slice(offset..offset + 8).unwrap_or_default();
        Ok(Cursor::new("checksums", offset, bytes).u64()?)
    }

    fn check_checksums(&self, page: u64) -> Result<(), StorageError> {
        let directory = &self.state.directory;
        let start = directory.checksums_offset + page * PAGE;
        let end = (start + PAGE).min(directory.checksums_offset + directory.checksums_len);
        let bytes = self.map.slice(start..end).unwrap_or_default();
        let expected = usize::try_from(page).ok().and_then(|page| directory.checksum_pages.get(page));
        if expected != Some(&xxh3(bytes)) {
            return Err(
                Damage::new("checksums", start, "the checksum of this page of 16 KiB does not fit").into()
            );
        }
        self.state.checksum_pages.add(page);
        Ok(())
    }

    /// Reads every page again, whether it was checked before or not, and gives each damage to `found`; tells
    /// `progress` the bytes of each page.
    pub(super) fn check_all(&self, found: &mut dyn FnMut(Damage), progress: &mut dyn FnMut(u64)) {
        let fresh = Self::of(Arc::clone(&self.map), self.directory().clone());
        let directory = fresh.directory();
        for page in 0..directory.checksums_len / 8 {
            let start = directory.start + page * PAGE;
            let end = (start + PAGE).min(directory.checksums_offset);
            match fresh.check_page(page, self.name_at(start..end)) {
                Ok(()) => {}
                Err(StorageError::Damaged(damage)) => found(damage),
                Err(other) => found(Damage::new("segment", start, other.to_string())),
            }
            progress(end - start);
        }
    }

    /// What a page holds: the first section that reaches into it, else row groups.
    fn name_at(&self, page: Range<u64>) -> &'static str {
        let reaches =
            |entry: &&super::SectionEntry| entry.offset < page.end && entry.offset + entry.len > page.start;
        let first = self.directory().sections.iter().filter(reaches).min_by_key(|entry| entry.offset);
        first.map_or("row groups", |entry| entry.id.kind.name())
    }
}

/// The directory at a place of a map, checked.
fn read_directory(map: &FileMap, at: DirectoryRef) -> Result<Directory, StorageError> {
    let damage = |problem| Damage::new("directory", at.offset, problem);
    let bytes = at
        .offset
        .checked_add(at.len)
        .and_then(|end| map.slice(at.offset..end))
        .ok_or_else(|| damage("it lies outside the file"))?;
    let directory = Directory::decode(at.offset, bytes)?;
    if bytes.last_chunk::<8>().map(|stored| u64::from_le_bytes(*stored)) != Some(at.checksum) {
        return Err(damage("it is not the one the manifest names").into());
    }
    if map.slice(directory.start..at.offset).is_none() {
        return Err(damage("its segment begins outside the file").into());
    }
    Ok(directory)
}

/// A set of page numbers that many threads fill.
#[derive(Debug)]
struct PageSet(Box<[AtomicU64]>);

impl PageSet {
    /// An empty set for the numbers below `pages`.
    fn new(pages: u64) -> Self {
        Self((0..pages.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    /// Whether `page` is in it. No order with other memory is needed: the bytes checked never change.
    #[inline]
    fn has(&self, page: u64) -> bool {
        self.word(page).is_some_and(|word| word.load(Ordering::Relaxed) & 1 << (page % 64) != 0)
    }

    fn add(&self, page: u64) {
        if let Some(word) = self.word(page) {
            word.fetch_or(1 << (page % 64), Ordering::Relaxed);
        }
    }

    #[inline]
    fn word(&self, page: u64) -> Option<&AtomicU64> {
        self.0.get(usize::try_from(page / 64).ok()?)
    }
}
