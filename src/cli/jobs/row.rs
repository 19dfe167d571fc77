//! A job as a row of a table or of a CSV.

use jiff::Timestamp;
use rolo::jobs::{Counters, Job};

use super::view::{json, minute};
use crate::cli::failure::Failure;
use crate::cli::output::Row;
use crate::cli::units::count;

/// A job as a row: of a table with short names, or of a CSV with all.
pub(super) struct JobRow<'a> {
    pub(super) job: &'a Job,
    /// Its short id, where rows are those of a table.
    pub(super) short: Option<String>,
}

/// Columns of a table of jobs, and whether each holds numbers.
pub(super) const TABLE: [(&str, bool); 8] = [
    ("id", false),
    ("kind", false),
    ("status", false),
    ("items", true),
    ("done", true),
    ("found", true),
    ("credits", true),
    ("submitted (UTC)", false),
];
/// Columns of a CSV of jobs.
pub(super) const CSV: [&str; 16] = [
    "batch_id",
    "kind",
    "status",
    "items",
    "done",
    "found",
    "not_found",
    "invalid",
    "failed",
    "lines",
    "forgotten",
    "charged",
    "created_at",
    "started_at",
    "finished_at",
    "message",
];

impl Row for JobRow<'_> {
    fn json(&self) -> Result<String, Failure> {
        json(self.job, false)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let Job { request, state, counters, .. } = self.job;
        let (kind, status) = (request.kind().to_string(), state.name().to_string());
        if let Some(short) = &self.short {
            let numbers = [self.job.items, counters.done(), counters.found].map(count);
            let charged = self.job.rate.as_ref().map(|_| self.job.charged.to_string()).unwrap_or_default();
            let rest = [charged, minute(self.job.created_at)];
            return Ok([short.clone(), kind, status].into_iter().chain(numbers).chain(rest).collect());
        }
        let Counters { found, not_found, invalid, failed, lines, forgotten } = *counters;
        let numbers = [self.job.items, counters.done(), found, not_found, invalid, failed, lines, forgotten];
        let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let rest = [
            self.job.charged.to_string(),
            self.job.created_at.to_string(),
            moment(self.job.started_at),
            moment(self.job.finished_at),
            self.job.message.clone().unwrap_or_default(),
        ];
        let numbers = numbers.map(|number| number.to_string());
        Ok([self.job.id.to_string(), kind, status].into_iter().chain(numbers).chain(rest).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::tests::desk;
    use super::*;

    #[test]
    fn a_row_has_as_many_cells_as_its_header() {
        let (_folder, _, job) = desk();
        let cells =
            |short: Option<&str>| JobRow { job: &job, short: short.map(str::to_string) }.cells().unwrap();
        assert_eq!(cells(Some("3f2a91")).len(), TABLE.len());
        assert_eq!(cells(None).len(), CSV.len());
        let cells = cells(None);
        assert_eq!(
            CSV.iter().position(|name| *name == "created_at").map(|at| cells[at].clone()),
            Some(job.created_at.to_string())
        );
    }
}
