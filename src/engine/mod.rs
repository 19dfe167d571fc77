//! The database: open, load, get, enrich; the crate's public face.
//!
//! - `database`: what a reader holds
//! - `lookup`: keys to people, one by one and in bulk
//! - `person`: one person, as loaded or in the person schema
//! - `load`: records into a commit
//! - `verify`: do checksums, columns, indexes and records agree?
//! - `info`: what is in the file
//! - `words`: by which rules the words of a file were made

mod database;
mod dictionaries;
mod error;
mod info;
mod load;
mod lookup;
mod person;
mod schemas;
#[cfg(test)]
mod tests;
mod verify;
mod words;

pub use database::Database;
pub use error::{Error, ErrorKind};
pub use info::{Extent, Info, Layout, SegmentInfo};
pub use load::{
    Input, LoadOptions, LoadReport, NoObserver, Observer, OnError, Progress, Reject, Stage, load_through,
};
pub use lookup::Lookup;
pub use person::{Fields, Person};
pub use verify::{VerifyProgress, VerifyReport, verify};
