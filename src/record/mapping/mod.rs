//! Records of any source as people, and people as records of any source, by the rules of a mapping.
//!
//! - `read`: a source's record to a person
//! - `write`: a person to a source's record
//! - `convert`: what happens to a value on the way
//! - `format`: how the records of an input are read

mod convert;
mod format;
#[cfg(test)]
mod pdl_tests;
mod read;
mod tally;
#[cfg(test)]
mod tests;
mod write;

pub use format::{Format, PERSON_FORMAT, Taken};
pub use tally::{Mapped, Tally};
pub use write::Style;
