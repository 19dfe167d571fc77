//! Counts what the code in a scope reads: for `explain`, tests and benches. Costs one look at a thread's flag when off.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(false) };
    static LOG: RefCell<Log> = RefCell::default();
}

#[derive(Default)]
struct Log {
    pages: HashSet<(u64, u64)>,
    bytes: u64,
}

/// What a scope read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touched {
    /// Different pages of 16 KiB, pages of checksums that had to be read included.
    pub pages: u64,
    /// Bytes asked for; a byte asked for twice counts twice.
    pub bytes: u64,
}

/// Runs `work`, and says what this thread read of mapped segments meanwhile. Other threads are not counted.
/// Scopes may nest: an outer one counts what an inner one did.
pub fn count_pages<T>(work: impl FnOnce() -> T) -> (T, Touched) {
    let scope = Scope { outer: LOG.take(), was_enabled: ENABLED.replace(true) };
    let answer = work();
    let touched = LOG.with_borrow(|log| Touched { pages: log.pages.len() as u64, bytes: log.bytes });
    drop(scope);
    (answer, touched)
}

/// Gives the outer scope its log back, also when the work panics.
struct Scope {
    outer: Log,
    was_enabled: bool,
}

impl Drop for Scope {
    fn drop(&mut self) {
        let inner = LOG.take();
        ENABLED.set(self.was_enabled);
        if self.was_enabled {
            let mut outer = std::mem::take(&mut self.outer);
            outer.pages.extend(inner.pages);
            outer.bytes += inner.bytes;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_counts_once_in_its_scope_and_in_the_outer_one() {
        let ((), outer) = count_pages(|| {
            note(1, [0, 1].into_iter(), 10);
            let ((), inner) = count_pages(|| note(1, [1, 2].into_iter(), 5));
            assert_eq!(inner, Touched { pages: 2, bytes: 5 });
            assert!(enabled());
            note(2, [1].into_iter(), 1);
        });
        assert_eq!(outer, Touched { pages: 4, bytes: 16 });
        assert!(!enabled());
        assert_eq!(count_pages(|| ()).1, Touched::default());
    }
}
