//! The result lines of each kind: concatenated text, since the record in them is JSON already.

use super::data::one_line;
use crate::jobs::{Item, Outcome, Request};
use crate::record::write_string;

/// An item with its outcome.
pub(super) struct Answered<'a> {
    pub(super) item: &'a Item,
    pub(super) outcome: &'a Outcome,
    /// The JSON that the caller attached.
    pub(super) metadata: Option<&'a str>,
    /// What is returned of the record that was found, as JSON in one line.
    pub(super) data: Option<&'a str>,
}

/// The line of an item; `None` where it has none. Lines of searches are the records themselves.
pub(super) fn of(request: &Request, answered: &Answered<'_>) -> Option<String> {
    match request {
        Request::Search(_) => None,
        Request::Enrich(_) => of_identifier(answered),
        Request::People(_) => Some(of_person(answered)),
        Request::Csv(_) => Some(of_cell(answered)),
    }
}

/// `crustdata.md` 6.4.
fn of_identifier(answered: &Answered<'_>) -> Option<String> {
    let (Outcome::Found(person), Some(data)) = (answered.outcome, answered.data) else { return None };
    let identifier = quoted(&answered.item.input);
    Some(format!(r#"{{"original_identifier":{identifier},"internal_id":{person},"data":{data}}}"#))
}

/// `aggknowledge.md` 2.4.
fn of_person(answered: &Answered<'_>) -> String {
    let id = answered.item.position.saturating_add(1);
    let metadata = one_line(answered.metadata.unwrap_or("null").to_string());
    let retryable = answered.outcome.is_retryable();
    let (success, data, error) = match (answered.data, why_not(answered.outcome)) {
        (Some(data), None) => (true, data, String::new()),
        (_, why) => {
            let message = quoted(why.unwrap_or_default());
            let code = quoted(answered.outcome.name());
            (false, "null", format!(r#","error":{{"code":{code},"message":{message}}}"#))
        }
    };
    format!(
        r#"{{"id":"{id}","isSuccess":{success},"isRetryable":{retryable},"metadata":{metadata},"data":{data}{error}}}"#
    )
}

/// `influencers-club.md` 4.
fn of_cell(answered: &Answered<'_>) -> String {
    let input = quoted(&answered.item.input);
    let status = match answered.outcome {
        Outcome::Found(_) => "ok",
        Outcome::NotFound => "not_found",
        Outcome::Open | Outcome::Forgotten | Outcome::Invalid(_) | Outcome::Failed { .. } => "failed",
    };
    let data = answered.data.unwrap_or("null");
    format!(r#"{{"input_value":{input},"status":"{status}","enrichment_data":{data}}}"#)
}

/// Why there is no record; `None` if there is one.
fn why_not(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Found(_) => None,
        Outcome::NotFound => Some("no person matches this input"),
        Outcome::Invalid(problem) => Some(problem),
        Outcome::Failed { message, .. } => Some(message),
        Outcome::Open => Some("it was not tried yet"),
        Outcome::Forgotten => Some("this person was forgotten"),
    }
}

fn quoted(text: &str) -> String {
    let mut json = Vec::with_capacity(text.len() + 2);
    write_string(text, &mut json);
    String::from_utf8_lossy(&json).into_owned()
}
