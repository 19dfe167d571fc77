//! What a load tells: progress and rejects while it runs, a report at the end.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;

use serde::Serialize;

use super::source::InputSource;
use crate::column::ShredReport;
use crate::engine::info::Bytes;
use crate::record::{Mapped, RejectReason, Tally};

/// What a load is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading and indexing records.
    Reading,
    /// Merging runs into a segment.
    Merging,
    /// Appending the segment to the database.
    Committing,
    /// Merging small segments.
    Compacting,
}

/// How far a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is busy with.
    pub stage: Stage,
    /// Bytes of the inputs read so far, compressed as they are.
    pub bytes: u64,
    /// Bytes of all inputs; `None` if one of them does not say.
    pub bytes_total: Option<u64>,
    /// Records accepted so far.
    pub people: u64,
    /// Records rejected so far.
    pub rejected: u64,
}

/// A record that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The input it is from.
    pub input: String,
    /// The line it begins on, from 1; of a decompressed input.
    pub line: u64,
    /// The path that is at fault, where one is.
    pub path: Option<String>,
    /// The value that is at fault, where one is.
    pub value: Option<String>,
    /// Why.
    pub reason: String,
    /// The record's text, cut off at 64 KiB; bytes that are not UTF-8 are replaced.
    pub record: String,
}

/// Watches a load.
pub trait Observer {
    /// Called about ten times a second. `Break` interrupts the load, and nothing is loaded.
    fn progress(&mut self, _progress: &Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Called for each rejected record, in the order of the inputs. An error stops the load, and nothing is loaded.
    fn reject(&mut self, _reject: &Reject) -> io::Result<()> {
        Ok(())
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {}

/// What a load did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LoadReport {
    /// People added who were not there before.
    pub people: u64,
    /// Records that took the place of one that was there: in the database, or earlier in this load.
    pub replaced: u64,
    /// Records that were passed over, since their person is there and is to stay as it is.
    pub kept: u64,
    /// Records of people who were forgotten, and are not loaded any more. One that cannot be read at all is rejected
    /// like any other.
    pub suppressed: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Rejected records by reason, in words without the particulars.
    pub reasons: BTreeMap<String, u64>,
    /// Values of a wrong type, by path: null in their column, kept in the record.
    pub coerced: BTreeMap<String, u64>,
    /// What the records of each input were taken for, in the order of the inputs.
    pub sources: Vec<InputSource>,
    /// After a dry run: values of records that are read through a mapping, by their path in the source.
    pub mapped: BTreeMap<String, Mapped>,
    /// Keys that the catalogue, or the mapping, does not know, by path in the source: kept in the record.
    pub unknown: BTreeMap<String, u64>,
    /// Object members dropped because a later one of the same object has the same key.
    pub duplicate_keys: u64,
    /// Bytes of JSON of the records loaded.
    pub json_bytes: u64,
    /// Bytes appended to the file, by what they are; the sum is the file's growth by this load.
    pub bytes: BTreeMap<String, u64>,
    /// Bytes of the file after the load.
    pub file: Bytes,
    /// People in the database after the load.
    pub total_people: u64,
    /// The database's generation after the load; that of before if nothing was added.
    pub generation: u64,
    /// Segments of the database after the load.
    pub segments: u64,
    /// Why small segments that were due to be merged were not; the next load merges them. The people are loaded all the same.
    pub unmerged: Option<String>,
    /// Seconds it took.
    pub seconds: f64,
}

impl LoadReport {
    /// Bytes appended to the file.
    pub fn bytes_total(&self) -> u64 {
        self.bytes.values().sum()
    }

    /// Adds what the records of another source hold.
    pub(super) fn absorb_tally(&mut self, tally: Tally) {
        for (path, count) in tally.unknown {
            *self.unknown.entry(path).or_default() += count;
        }
        self.mapped = tally.mapped;
    }

    pub(super) fn absorb(&mut self, shred: ShredReport) {
        for (path, count) in shred.coerced {
            *self.coerced.entry(path).or_default() += count;
        }
        for (path, count) in shred.unknown {
            *self.unknown.entry(path).or_default() += count;
        }
    }
}

/// What [`LoadReport::reasons`] calls a record of a person who is there already.
pub const EXISTS_ALREADY: &str = "person exists already";

/// The reason without its particulars, for counting.
pub(super) fn summary(reason: &RejectReason) -> &'static str {
    match reason {
        RejectReason::TooLarge { .. } => "too large",
        RejectReason::InvalidUtf8 { .. } => "not UTF-8",
        RejectReason::Syntax { .. } => "not JSON",
        RejectReason::TooManyCells { .. } => "more cells than columns",
        RejectReason::LoneSurrogate { .. } => "half a surrogate pair",
        RejectReason::TrailingText { .. } => "text after the JSON value",
        RejectReason::TooDeep { .. } => "nested too deeply",
        RejectReason::NulInKey { .. } => "NUL in a key",
        RejectReason::NotAnObject { .. } => "not an object",
        RejectReason::NoIdentity => "neither id nor key",
        RejectReason::WrongType { .. } => "a value of a wrong type",
        RejectReason::DuplicatePerson { .. } => EXISTS_ALREADY,
        RejectReason::SeveralPeople { .. } => "several people with this key",
    }
}

/// The path that a reason is about, where it is about one.
pub(super) fn path_at_fault(reason: &RejectReason) -> Option<String> {
    match reason {
        RejectReason::WrongType { path, .. } => Some(path.clone()),
        RejectReason::DuplicatePerson { .. } => Some("crustdata_person_id".to_string()),
        RejectReason::SeveralPeople { path, .. } => Some(path.clone()),
        _ => None,
    }
}
