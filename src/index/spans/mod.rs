//! Element spaces: which elements a parent has, and which parent an element.
//!
//! The parents of a space are rows or, for a space inside a space, the elements of the outer one. So a merged
//! segment numbers both parents and elements on from input to input, and an input whose schema lacks the
//! space counts as parents without elements.
//!
//! | file | what it does |
//! |---|---|
//! | `bits.rs` | bitmaps over elements, written bit by bit, read word by word |
//! | `offsets.rs` | the lines of counts that *span offsets* are made of |
//! | `build.rs` | the spans of a space from its parents, one by one |
//! | `read.rs` | elements of a parent, parent of an element, array of an element |
//! | `sets.rs` | whole sets of elements to their parents, and back |
//! | `merge.rs` | the spans of several segments as one |

mod bits;
mod build;
mod merge;
mod offsets;
mod read;
mod sets;
#[cfg(test)]
mod tests;

pub use build::SpansBuilder;
pub use merge::{SpansPart, merge_ends, merge_flags, merge_offsets, merge_parents};
pub use read::{SpanSections, SpansReader};

use super::IndexError;

/// A number of parents or elements, which must leave the highest `u32` free.
fn number(value: u64, what: &'static str) -> Result<u32, IndexError> {
    u32::try_from(value).ok().filter(|&value| value < u32::MAX).ok_or(IndexError::TooMany {
        section: "spans",
        what,
        count: value,
        limit: u64::from(u32::MAX - 1),
    })
}
