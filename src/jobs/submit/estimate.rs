//! What a submit would come to. Nothing is written.

use std::sync::Arc;

use super::{Submission, check_fields, items_of, rate_of};
use crate::engine::Database;
use crate::jobs::request::{Asked, Items};
use crate::jobs::{Answer, Answerer, Answers, Credits, Item, JobError, Ledger, Outcome};

/// Items that are answered together.
const ITEMS_AT_ONCE: usize = 1_000;

/// How a job would end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Estimate {
    /// All items.
    pub items: u64,
    /// Items that would return a record.
    pub found: u64,
    /// Items that name nobody.
    pub not_found: u64,
    /// Items that cannot be read.
    pub invalid: u64,
    /// What the records would cost.
    pub price: Credits,
    /// What the owner has; `None`: the account keeps no credits, or it is a test, and nothing is charged.
    pub balance: Option<Credits>,
    /// What the owner should know about the request; see [`Request::note`](crate::jobs::Request::note).
    pub note: Option<String>,
}

/// Answers the items of a submission, some at a time, and counts. `ledger`: `None` where there is none yet; it would be made
/// by a first submit.
///
/// # Errors
/// Those of [`submit`](super::submit), but for the limit of jobs under way; what stands in the way of all answers.
pub fn estimate(
    ledger: Option<&Ledger>,
    database: &Arc<Database>,
    submission: Submission<'_>,
) -> Result<Estimate, JobError> {
    let Submission { owner, asked: Asked { mut request, items, .. }, .. } = submission;
    check_fields(database, &request)?;
    let items = items_of(database, &mut request, items)?;
    let rate = match ledger {
        Some(ledger) => rate_of(ledger, &owner, &request)?,
        None => None,
    };
    let balance = match ledger {
        Some(ledger) if rate.is_some() => ledger.balance(&owner.account)?,
        _ => None,
    };
    let answerer = Answerer::new(Arc::clone(database), &request, rate.as_ref())?;
    count(&answerer, items, Estimate { balance, note: request.note(), ..Estimate::default() })
}

fn count(answers: &dyn Answers, mut items: Items<'_>, mut estimate: Estimate) -> Result<Estimate, JobError> {
    loop {
        let first = estimate.items;
        let open = |(position, input): (u64, Result<String, JobError>)| {
            Ok(Item { position, input: input?, outcome: Outcome::Open, line: None, charge: Credits::ZERO })
        };
        let some = (first..).zip(items.by_ref().take(ITEMS_AT_ONCE)).map(open);
        let some = some.collect::<Result<Vec<_>, JobError>>()?;
        if some.is_empty() {
            return Ok(estimate);
        }
        answers.answer(&some)?.iter().try_for_each(|answer| estimate.add(answer))?;
    }
}

impl Estimate {
    fn add(&mut self, answer: &Answer) -> Result<(), JobError> {
        match &answer.outcome {
            Outcome::Found(_) => self.found += 1,
            Outcome::NotFound => self.not_found += 1,
            Outcome::Invalid(_) => self.invalid += 1,
            Outcome::Open | Outcome::Forgotten | Outcome::Failed { .. } => {
                return Err(JobError::Internal("an answer that is none".to_string()));
            }
        }
        self.items += 1;
        self.price = self.price + answer.charge;
        Ok(())
    }
}
