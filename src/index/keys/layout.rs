//! The shape of a key table: lines, pages, and how many of them.

use crate::index::IndexError;

/// Bytes of a line.
pub(super) const LINE_BYTES: u64 = 64;
/// Slots of a line: five hashes, then five rows, then four zero bytes.
pub(super) const LINE_SLOTS: usize = 5;
/// Lines of a page, save in a table of one page, which may have fewer.
pub(super) const PAGE_LINES: u64 = 256;
/// Entries that a page is meant to have: four fifths of its slots.
const PAGE_ENTRIES: u64 = PAGE_LINES * 4;
/// The row of an empty slot.
pub(super) const EMPTY: u32 = u32::MAX;
/// Set in a slot's row if the other bits are an index into the lists.
pub(super) const LIST: u32 = 1 << 31;
/// The highest row that a table can name.
pub const MAX_ROW: u32 = LIST - 2;

/// How many pages a table has, and how many lines each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) pages: u64,
    pub(super) lines: u64,
}

impl Layout {
    /// The layout for `distinct` hashes. `overflows` says whether one of the pages of a layout would
    /// have more entries than slots; then there must be more pages.
    pub(super) fn plan<E: From<IndexError>>(
        distinct: u64,
        mut overflows: impl FnMut(Layout) -> Result<bool, E>,
    ) -> Result<Layout, E> {
        if distinct <= PAGE_ENTRIES {
            return Ok(Layout { pages: distinct.min(1), lines: distinct.div_ceil(4) });
        }
        let mut layout = Layout { pages: distinct.div_ceil(PAGE_ENTRIES), lines: PAGE_LINES };
        // Hashes are spread evenly, so the first round nearly always does. Twenty rounds triple the
        // pages; hashes that still crowd one page were not made by a hash function.
        for _ in 0..20 {
            if !overflows(layout)? {
                return Ok(layout);
            }
            layout.pages += layout.pages / 16 + 1;
        }
        let limit = layout.page_slots();
        Err(IndexError::TooMany { section: "keys", what: "hashes in one page", count: distinct, limit }
            .into())
    }

    /// The page of a hash. Grows with the hash. The table must have pages.
    pub(super) fn page_of(self, hash: u64) -> u64 {
        ((u128::from(hash) * u128::from(self.pages)) >> 64) as u64
    }

    /// The line, within its page, where the search for a hash begins; `None` in a table without lines.
    pub(super) fn home_of(self, hash: u64) -> Option<u64> {
        let low = (hash & 0xFFFF) as u32;
        low.checked_rem(self.lines as u32).map(u64::from)
    }

    /// Slots of a page.
    pub(super) fn page_slots(self) -> u64 {
        self.lines * LINE_SLOTS as u64
    }

    /// Bytes of a page.
    pub(super) fn page_bytes(self) -> u64 {
        self.lines * LINE_BYTES
    }
}
