//! One item of a job as a JSON object.

use serde_json::value::RawValue;

use super::line::Line;
use crate::jobs::{Credits, Item, Job, JobError, LineShape, Outcome, Request, lines_of};
use crate::record::write_string;

/// An item as one JSON object on one line. `line` is its result line, if it has one.
///
/// Person requests that are done are their result line. Every other item has `id`, which is its position from 1, as text;
/// `input`, the text as it was submitted, of a person request its JSON; `outcome` (`pending`, `found`, `not_found`,
/// `invalid`, `failed`, `forgotten`) and `isRetryable`; and, where there is one, the `message` that says why, the person's
/// `internal_id`, the `charge` in credits as text, and the record as `data`.
///
/// # Errors
/// [`JobError::Member`] for a line that is none of this job.
pub fn item_json(job: &Job, item: &Item, line: Option<&str>) -> Result<String, JobError> {
    if let (Request::People(_), Some(line)) = (&job.request, line) {
        return Ok(line.to_string());
    }
    let data = line.map(|line| record_of(&job.request, item, line)).transpose()?.flatten();
    let mut out = b"{\"id\":".to_vec();
    write_string(&item.position.saturating_add(1).to_string(), &mut out);
    member("input", &input(&job.request, &item.input), &mut out);
    member("outcome", &string(item.outcome.name()), &mut out);
    member("isRetryable", item.outcome.is_retryable().to_string().as_bytes(), &mut out);
    match &item.outcome {
        Outcome::Found(person) => member("internal_id", person.to_string().as_bytes(), &mut out),
        Outcome::Invalid(message) | Outcome::Failed { message, .. } => {
            member("message", &string(message), &mut out);
        }
        Outcome::Open | Outcome::NotFound | Outcome::Forgotten => {}
    }
    if item.charge != Credits::ZERO {
        member("charge", &string(&item.charge.to_string()), &mut out);
    }
    if let Some(data) = data {
        member("data", data, &mut out);
    }
    out.push(b'}');
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn member(name: &str, json: &[u8], out: &mut Vec<u8>) {
    out.push(b',');
    write_string(name, out);
    out.push(b':');
    out.extend_from_slice(json);
}

fn string(text: &str) -> Vec<u8> {
    let mut json = Vec::new();
    write_string(text, &mut json);
    json
}

/// What was submitted, as JSON.
fn input(request: &Request, input: &str) -> Vec<u8> {
    match request {
        // Line ends between the parts of the JSON become blanks; inside a string there are none.
        Request::People(_) if input.is_empty() => b"null".to_vec(),
        Request::People(_) if serde_json::from_str::<&RawValue>(input).is_ok() => {
            input.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }).collect()
        }
        _ => string(input),
    }
}

/// The record in a result line.
fn record_of<'l>(request: &Request, item: &Item, line: &'l str) -> Result<Option<&'l [u8]>, JobError> {
    let shape = LineShape { envelope: &[], record: request.shape().record };
    let named = |problem| {
        JobError::Member(format!("the line of item {}: {problem}", item.position.saturating_add(1)))
    };
    Ok(Line::split(line.as_bytes(), &shape).map_err(named)?.record)
}

/// The n-th line of a member, from 0, without its newline.
///
/// # Errors
/// [`JobError::Member`] for a damaged member, or one with fewer lines.
pub fn line_at(gzip: &[u8], n: u32) -> Result<String, JobError> {
    let mut lines = lines_of(gzip)?;
    let none = || JobError::Member(format!("a chunk has no line {}", u64::from(n) + 1));
    let start = match n.checked_sub(1) {
        None => 0,
        Some(before) => memchr::memchr_iter(b'\n', &lines).nth(before as usize).ok_or_else(none)? + 1,
    };
    let line = lines.get(start..).unwrap_or_default();
    let end = start + memchr::memchr(b'\n', line).ok_or_else(none)?;
    lines.truncate(end);
    let line = lines.split_off(start);
    String::from_utf8(line).map_err(|error| JobError::Member(error.to_string()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::jobs::{
        Counters, Enrich, Identifier, JobId, Member, Owner, People, Search, SnapshotPolicy, State,
    };

    fn job(request: Request) -> Job {
        let snapshot = format!("{}:1:2:3:4", "0a".repeat(16)).parse().unwrap();
        Job {
            id: JobId::random(),
            owner: Owner::local(),
            request,
            state: State::Running,
            message: None,
            snapshot,
            answered_from: None,
            on_snapshot_gone: SnapshotPolicy::Newest,
            chunk_size: 100,
            items: 9,
            counters: Counters::default(),
            rate: None,
            charged: Credits::ZERO,
            created_at: Timestamp::UNIX_EPOCH,
            started_at: None,
            finished_at: None,
            expires_at: None,
        }
    }

    fn enrich() -> Job {
        job(Request::Enrich(Enrich { by: Identifier::Url, fields: None }))
    }

    fn item(input: &str, outcome: Outcome) -> Item {
        Item { position: 4, input: input.to_string(), outcome, line: None, charge: Credits::ZERO }
    }

    #[test]
    fn an_item_with_a_line_has_its_record() {
        let found = Item { charge: "0.03".parse().unwrap(), ..item("a\"b", Outcome::Found(7)) };
        let line = r#"{"original_identifier":"a\"b","internal_id":7,"data":{"n": 1.0}}"#;
        assert_eq!(
            item_json(&enrich(), &found, Some(line)).unwrap(),
            r#"{"id":"5","input":"a\"b","outcome":"found","isRetryable":true,"internal_id":7,"charge":"0.03","data":{"n": 1.0}}"#
        );
        let search = Search {
            filters: serde_json::json!({}),
            max_results: 1,
            fields: None,
            quirks: false,
            sorted: false,
            unknown_field: None,
        };
        assert_eq!(
            item_json(&job(Request::Search(search)), &item("7", Outcome::Found(7)), Some(r#"{"n":1}"#))
                .unwrap(),
            r#"{"id":"5","input":"7","outcome":"found","isRetryable":true,"internal_id":7,"data":{"n":1}}"#
        );
    }

    #[test]
    fn an_item_without_a_line_says_why() {
        let of = |outcome| item_json(&enrich(), &item("x", outcome), None).unwrap();
        let failed = |retryable| Outcome::Failed { message: "the \"disk\"".to_string(), retryable };
        let begin = r#"{"id":"5","input":"x","outcome":"#;
        assert_eq!(of(Outcome::Open), format!(r#"{begin}"pending","isRetryable":false}}"#));
        assert_eq!(of(Outcome::NotFound), format!(r#"{begin}"not_found","isRetryable":false}}"#));
        let invalid = Outcome::Invalid("no URL".to_string());
        assert_eq!(of(invalid), format!(r#"{begin}"invalid","isRetryable":false,"message":"no URL"}}"#));
        let message = r#""message":"the \"disk\"""#;
        assert_eq!(of(failed(true)), format!(r#"{begin}"failed","isRetryable":true,{message}}}"#));
        assert_eq!(of(failed(false)), format!(r#"{begin}"failed","isRetryable":false,{message}}}"#));
    }

    #[test]
    fn a_person_request_is_its_line_and_before_that_what_was_asked() {
        let people = job(Request::People(People { fields: None }));
        let line = r#"{"id":"5","isSuccess":true,"isRetryable":true,"metadata":1.50,"data":{}}"#;
        assert_eq!(item_json(&people, &item("{}", Outcome::Found(7)), Some(line)).unwrap(), line);
        let input = "{\"metadata\":\r\n1e999}";
        assert_eq!(
            item_json(&people, &item(input, Outcome::Open), None).unwrap(),
            r#"{"id":"5","input":{"metadata":  1e999},"outcome":"pending","isRetryable":false}"#
        );
        let broken = item_json(&people, &item("{", Outcome::Open), None).unwrap();
        assert!(broken.contains(r#""input":"{""#), "{broken}");
    }

    #[test]
    fn a_line_that_cannot_be_taken_apart_is_damage_with_its_item() {
        let error = item_json(&enrich(), &item("x", Outcome::Found(7)), Some("{")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the stored results are damaged: the line of item 5: it is no JSON object"
        );
    }

    #[test]
    fn a_line_is_found_by_its_number() {
        let lines = ["a", "", "Jürgen", "d"];
        let gzip = Member::of(lines.into_iter()).unwrap().unwrap().gzip;
        for (n, line) in (0..).zip(lines) {
            assert_eq!(line_at(&gzip, n).unwrap(), line);
        }
        for n in [4, 5, u32::MAX] {
            let error = line_at(&gzip, n).unwrap_err().to_string();
            assert!(error.contains(&format!("no line {}", u64::from(n) + 1)), "{error}");
        }
        assert!(line_at(&Member::empty(), 0).is_err());
        assert!(matches!(line_at(&gzip[..gzip.len() - 1], 0), Err(JobError::Member(_))));
    }
}
