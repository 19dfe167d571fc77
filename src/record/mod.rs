//! JSON records: reading, splitting an input into records, dates, normalisers and keys, projection.
//!
//! - `reject`: why a record is not taken
//! - `value`: a JSON value that borrows from its record
//! - `date`: dates and datetimes
//! - `coerce`: what a value becomes in a column
//! - `elements`: the elements of arrays, numbered as in the file
//! - `scan`: where a value ends
//! - `input`: an input cut into records
//! - `normalise`: one spelling for each profile URL, e-mail address, phone number, handle
//! - `place`: what a text that names a place means on the globe
//! - `text`: folded texts and their words
//! - `project`: the selected paths of a record, as JSON or as cells
//! - `flatten`: a person's fields as cells, and cells as lines of CSV
//! - `spelled_date`: dates as people spell them
//! - `mapping`: records of other sources as people, and back
//! - `key`: what names a person: keys and ids

mod coerce;
pub mod date;
mod elements;
pub mod flatten;
mod input;
mod key;
mod mapping;
pub mod normalise;
pub mod place;
mod project;
mod reject;
pub(crate) mod scan;
mod spelled_date;
pub mod text;
mod value;

pub use coerce::{Coerced, Mismatch, coerce, expected};
pub use elements::{Element, elements};
pub use input::{Batch, InputError, Item, RecordReader, delimited};
pub use key::{FIRST_UNUSABLE_ID, IdClaim, Key, KeyError, KeyKind, KeyPlan, identify};
pub use mapping::{Format, Mapped, PERSON_FORMAT, Style, Taken, Tally};
pub use project::Projection;
pub use reject::{MAX_DEPTH, MAX_RECORD_BYTES, RejectReason};
pub(crate) use value::write_string;
pub use value::{Parsed, Value, parse, parse_person};

/// How many cases a property test runs: `ROLO_CASES`, else 64.
#[cfg(test)]
pub(crate) fn cases() -> proptest::test_runner::Config {
    let cases = std::env::var("ROLO_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64);
    proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() }
}
