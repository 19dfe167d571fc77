//! Filters: the typed tree, what it means, and how it is written.
//!
//! - `tree`: groups, conditions, quantifiers and tests: meanings, no operators
//! - `evaluate`: what is true of one record; the definition that every plan must agree with
//! - `matched`: which elements made a record match

mod evaluate;
mod matched;
mod tree;

pub use evaluate::{matches, passes_at};
pub use matched::matched;
pub use tree::{ArrayScope, Condition, Field, Pattern, Quantifier, Test, Tree};
