//! From what was asked for to a job: what needs the database is checked here, and a search is run, since its job is about the
//! people that it finds now.
//!
//! - `estimate`: the same without a job: how many would be found, and what they would cost

mod estimate;
#[cfg(test)]
mod tests;

pub use estimate::{Estimate, estimate};

use std::time::Duration;

use super::request::{Asked, Items, Request, Search};
use super::{Environment, Job, JobError, Ledger, NewJob, Owner, Rate, Refusal, SnapshotPolicy};
use crate::engine::{Database, Error, SearchOptions};
use crate::filter::{FilterError, FilterOptions};

/// What is submitted, by whom, and how it is kept.
#[derive(Debug)]
pub struct Submission<'a> {
    /// Whose job it will be.
    pub owner: Owner,
    /// What was asked for.
    pub asked: Asked<'a>,
    /// What happens when the snapshot is gone.
    pub on_snapshot_gone: SnapshotPolicy,
    /// How long the job is kept after its end.
    pub keep_for: Duration,
    /// At most so many jobs of the owner may be under way, this one included (`crustdata.md` 6.8); `None`: any number.
    pub active_limit: Option<u32>,
}

/// Makes a job of what was asked for, answered from the snapshot that `database` has. The items are read meanwhile.
///
/// # Errors
/// A [`Refusal`]: a field or filter that does not exist, too many items, too many jobs under way. Whatever reading the items
/// says. After an error there is no job.
pub fn submit(ledger: &mut Ledger, database: &Database, submission: Submission<'_>) -> Result<Job, JobError> {
    let Submission { owner, asked, on_snapshot_gone, keep_for, active_limit } = submission;
    let Asked { mut request, items, chunk_size, ignored: _ } = asked;
    check_fields(database, &request)?;
    let mut items = items_of(database, &mut request, items)?;
    let rate = rate_of(ledger, &owner, &request)?;
    let snapshot = database.snapshot_name();
    let job = NewJob { owner, request, snapshot, on_snapshot_gone, chunk_size, rate, keep_for, active_limit };
    ledger.submit(&job, &mut items)
}

/// Checks the fields that a request names.
///
/// # Errors
/// A [`Refusal`] with the first that does not exist and all that do (`crustdata.md` 6.4).
pub fn check_fields(database: &Database, request: &Request) -> Result<(), JobError> {
    match request.fields().map(|fields| database.fields(fields)) {
        Some(Err(Error::Field(error))) => {
            let message = error.to_string();
            Err(Refusal { status: 400, message, available_fields: Some(error.available) }.into())
        }
        Some(Err(error)) => Err(error.into()),
        None | Some(Ok(_)) => Ok(()),
    }
}

/// The items of a job: those that were given, or the people that the search finds.
fn items_of<'a>(
    database: &Database,
    request: &mut Request,
    given: Option<Items<'a>>,
) -> Result<Items<'a>, JobError> {
    match (request, given) {
        (_, Some(items)) => Ok(items),
        (Request::Search(search), None) => {
            let people = people_of(database, search)?;
            Ok(Box::new(people.into_iter().map(|id| Ok(id.to_string()))))
        }
        (other, None) => Err(JobError::Internal(format!("a job of kind {} without items", other.kind()))),
    }
}

/// The people that a search finds, ascending. With the vendor's oddities a field that does not exist is none of the filter's
/// errors: nobody is found.
fn people_of(database: &Database, search: &mut Search) -> Result<Vec<u64>, JobError> {
    let filter = match database.filter(&search.filters.to_string(), &FilterOptions::default()) {
        Ok(filter) => filter,
        Err(Error::Filter(FilterError::UnknownField { field, .. })) if search.quirks => {
            search.unknown_field = Some(field);
            return Ok(Vec::new());
        }
        Err(Error::Filter(error)) => return Err(Refusal::bad_request(error.to_string()).into()),
        Err(error) => return Err(error.into()),
    };
    if search.sorted {
        return Ok(Vec::new());
    }
    let options = SearchOptions { limit: Some(search.max_results), ..SearchOptions::default() };
    Ok(database.search(&filter, &options)?.person_ids()?)
}

/// What a record costs its owner; `None`: nothing, since the account keeps no credits, or it is a test.
fn rate_of(ledger: &Ledger, owner: &Owner, request: &Request) -> Result<Option<Rate>, JobError> {
    if owner.environment == Environment::Test || ledger.balance(&owner.account)?.is_none() {
        return Ok(None);
    }
    ledger.rate(request.mode()).map(Some)
}
