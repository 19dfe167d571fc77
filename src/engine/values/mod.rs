//! The distinct values of a path, and how many people have each.
//!
//! - `people`: of one leaf in one segment
//! - `suggest`: those that begin with, or have words of, what somebody typed

mod people;
mod suggest;

pub use suggest::{SuggestError, SuggestOptions, Suggestion};
