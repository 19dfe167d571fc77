//! The hash index over keys: a table of 64-byte lines in pages that follow the order of hashes.
//!
//! A probe reads one line, seldom two: four fifths of the slots are full, and a line has five. Several
//! tables merge in one pass, because an entry's page depends on nothing but its hash and the number of
//! pages, and entries of a page, sorted, follow those of the page before.
//!
//! | file | what it does |
//! |---|---|
//! | `layout.rs` | lines, pages, and how many of them |
//! | `read.rs` | finds candidates, walks a table in hash order |
//! | `write.rs` | puts ascending hashes into pages |
//! | `build.rs` | a table from entries in memory |
//! | `merge.rs` | a table from tables, page by page |

mod build;
mod layout;
mod merge;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use build::KeysBuilder;
pub use layout::MAX_ROW;
pub use merge::{for_each_key, merge_keys};
pub use read::{Candidates, KeysReader};
pub use write::KeysWritten;
