//! Counts what the code in a scope reads: for `explain`, tests and benches. Costs one look at a thread's flag when off.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::SectionId;

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(false) };
    static LOG: RefCell<Log> = RefCell::default();
}

#[derive(Default)]
struct Log {
    pages: HashSet<(u64, u64)>,
    bytes: u64,
    sections: HashSet<(u64, SectionId)>,
    chunks: HashSet<Chunk>,
}

/// A column of a row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Chunk {
    segment: u64,
    /// Where in the file the row group begins.
    group: u64,
    /// Number of the leaf column.
    leaf: usize,
}

/// What a scope read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touched {
    /// Different pages of 16 KiB, pages of checksums that had to be read included.
    pub pages: u64,
    /// Bytes asked for; a byte asked for twice counts twice.
    pub bytes: u64,
    /// Different sections.
    pub sections: u64,
    /// Different row groups of Parquet.
    pub row_groups: u64,
    /// Different leaf columns of Parquet, in whichever row groups.
    pub columns: u64,
}

impl Log {
    fn add(&mut self, other: &Self) {
        self.pages.extend(&other.pages);
        self.bytes += other.bytes;
        self.sections.extend(&other.sections);
        self.chunks.extend(&other.chunks);
    }

    fn touched(&self) -> Touched {
        let groups: HashSet<_> = self.chunks.iter().map(|chunk| (chunk.segment, chunk.group)).collect();
        let columns: HashSet<_> = self.chunks.iter().map(|chunk| chunk.leaf).collect();
        Touched {
            pages: self.pages.len() as u64,
            bytes: self.bytes,
            sections: self.sections.len() as u64,
            row_groups: groups.len() as u64,
            columns: columns.len() as u64,
        }
    }
}

/// Runs `work`, and says what this thread read of mapped segments meanwhile. Other threads are not counted.
/// Scopes may nest: an outer one counts what an inner one did.
pub fn count_pages<T>(work: impl FnOnce() -> T) -> (T, Touched) {
    let scope = Scope::new();
    let answer = work();
    let touched = LOG.with_borrow(Log::touched);
    drop(scope);
    (answer, touched)
}

/// What several scopes read together, on whichever threads: what two of them read counts once, but for bytes.
#[derive(Default)]
pub struct Tally(Mutex<Log>);

impl Tally {
    /// Runs `work`, and adds what this thread read meanwhile.
    pub fn count<T>(&self, work: impl FnOnce() -> T) -> T {
        let scope = Scope::new();
        let answer = work();
        LOG.with_borrow(|log| self.0.lock().unwrap_or_else(PoisonError::into_inner).add(log));
        drop(scope);
        answer
    }

    /// What was read so far.
    pub fn touched(&self) -> Touched {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).touched()
    }
}

/// Gives the outer scope its log back, also when the work panics.
struct Scope {
    outer: Log,
    was_enabled: bool,
}

impl Scope {
    fn new() -> Self {
        Self { outer: LOG.take(), was_enabled: ENABLED.replace(true) }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let inner = LOG.take();
        ENABLED.set(self.was_enabled);
        if self.was_enabled {
            let mut outer = std::mem::take(&mut self.outer);
            outer.add(&inner);
            LOG.set(outer);
        }
    }
}

/// Whether this thread counts.
#[inline]
pub(crate) fn enabled() -> bool {
    ENABLED.get()
}

/// Notes pages of a segment, told apart by `segment`, and bytes asked for.
#[cold]
pub(super) fn note(segment: u64, pages: impl Iterator<Item = u64>, bytes: u64) {
    LOG.with_borrow_mut(|log| {
        log.pages.extend(pages.map(|page| (segment, page)));
        log.bytes += bytes;
    });
}

/// Notes a section of a segment.
#[cold]
pub(super) fn note_section(segment: u64, section: SectionId) {
    LOG.with_borrow_mut(|log| log.sections.insert((segment, section)));
}

/// Notes leaf columns of a row group of a segment.
#[cold]
pub(super) fn note_chunks(segment: u64, group: u64, leaves: impl Iterator<Item = usize>) {
    LOG.with_borrow_mut(|log| log.chunks.extend(leaves.map(|leaf| Chunk { segment, group, leaf })));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::SectionKind;

    #[test]
    fn a_page_counts_once_in_its_scope_and_in_the_outer_one() {
        let ((), outer) = count_pages(|| {
            note(1, [0, 1].into_iter(), 10);
            let ((), inner) = count_pages(|| note(1, [1, 2].into_iter(), 5));
            assert_eq!(inner, Touched { pages: 2, bytes: 5, ..Touched::default() });
            assert!(enabled());
            note(2, [1].into_iter(), 1);
        });
        assert_eq!(outer, Touched { pages: 4, bytes: 16, ..Touched::default() });
        assert!(!enabled());
        assert_eq!(count_pages(|| ()).1, Touched::default());
    }

    #[test]
    fn sections_row_groups_and_columns_count_once() {
        let id = SectionId::person(SectionKind::KEYS);
        let ((), touched) = count_pages(|| {
            note_section(1, id);
            count_pages(|| note_section(1, id));
            note_section(2, id);
            note_chunks(1, 0, [3, 4].into_iter());
            count_pages(|| note_chunks(1, 1, [4].into_iter()));
            note_chunks(2, 0, [3].into_iter());
        });
        assert_eq!((touched.sections, touched.row_groups, touched.columns), (2, 3, 2));
    }

    #[test]
    fn a_tally_adds_what_threads_read() {
        let tally = Tally::default();
        std::thread::scope(|threads| {
            for page in [1, 2] {
                let tally = &tally;
                threads.spawn(move || tally.count(|| note(1, [0, page].into_iter(), 10)));
            }
        });
        assert_eq!(tally.touched(), Touched { pages: 3, bytes: 20, ..Touched::default() });
    }
}
