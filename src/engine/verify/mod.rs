//! Do checksums, row groups, columns, indexes and records agree?
//!
//! Every page is compared with its checksum. Then every record is read, parsed, shredded and its keys hashed again, as
//! loading does, and what comes out is compared with what the row groups, columns, spans and key tables hold, and, as sums of
//! facts, with dictionaries, postings and positions. So nothing that was derived from a record can differ from it unseen.
//!
//! - `segment`: one segment: records, keys, row groups, then its indexes
//! - `batch`: spans and columns of some rows
//! - `texts`, `facts`: the sections of text leaves
//! - `numbers`: number buckets

mod batch;
mod facts;
mod numbers;
mod segment;
mod texts;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Error;
use super::database::Database;
use super::segments::live_segments;
use super::words::check_word_rules;
use crate::storage::verify_pages;
use facts::FactHash;
use segment::SegmentCheck;

/// Problems listed at most; more are only counted.
const LISTED: usize = 100;

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Bytes whose checksums were compared.
    pub bytes: u64,
    /// Bytes in all.
    pub bytes_total: u64,
    /// People whose records were compared with what was derived from them.
    pub people: u64,
    /// People in all.
    pub people_total: u64,
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Bytes compared with their checksums.
    pub bytes: u64,
    /// People compared with what was derived from their records.
    pub people: u64,
    /// Keys found in the key tables.
    pub keys: u64,
    /// Row groups compared.
    pub row_groups: u64,
    /// What is wrong, the first hundred in the file's order; empty if all is well.
    pub problems: Vec<String>,
    /// How many problems there are.
    pub problem_count: u64,
}

impl VerifyReport {
    /// Whether all is well.
    pub fn is_sound(&self) -> bool {
        self.problem_count == 0
    }

    fn add(&mut self, problem: String) {
        self.problem_count += 1;
        if self.problems.len() < LISTED {
            self.problems.push(problem);
        }
    }
}

/// Verifies the last commit of the database at `path`. `progress` is called now and then, from any thread.
///
/// # Errors
/// When the database cannot be opened at all. What is wrong inside is in the report.
pub fn verify(path: &Path, progress: &(dyn Fn(VerifyProgress) + Sync)) -> Result<VerifyReport, Error> {
    let mut report = VerifyReport::default();
    let database = Database::open(path)?;
    let totals = VerifyProgress {
        bytes: 0,
        bytes_total: database.snapshot.bytes()?.live,
        people: 0,
        people_total: database.people(),
    };
    let mut bytes = 0;
    let damages = verify_pages(&database.snapshot, &mut |done, _| {
        bytes = done;
        progress(VerifyProgress { bytes, ..totals });
    })?;
    report.bytes = bytes;
    for damage in damages {
        report.add(damage.to_string());
    }
    let people = AtomicU64::new(0);
    let done = |rows: u32| {
        let people = people.fetch_add(u64::from(rows), Ordering::Relaxed) + u64::from(rows);
        progress(VerifyProgress { bytes, people, ..totals });
    };
    let words = check_word_rules(&database.snapshot);
    if let Err(error) = &words {
        report.add(error.to_string());
    }
    let hash = FactHash::new();
    match live_segments(&database.snapshot) {
        Err(error) => report.add(error.to_string()),
        Ok(live) => {
            for (at, (open, live)) in database.segments.iter().zip(live).enumerate() {
                SegmentCheck::new(&database, at, open, hash, words.is_ok()).check(
                    &live.groups,
                    &done,
                    &mut report,
                );
            }
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
