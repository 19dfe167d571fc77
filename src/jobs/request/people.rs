//! People by requests with metadata: `aggknowledge.md` 1.3 and 2.2. An item is a request as JSON without white space; what it
//! names is looked at when its turn comes, so one that names nobody, or is no request, harms no other.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;
use serde_json::value::RawValue;

use super::body::{Body, kind};
use super::caps::{capped, refused, too_many};
use super::{Asked, Caps, Items, People, Request};
use crate::jobs::JobError;
use crate::record::{Batch, Item, RecordReader, parse};

/// What the items are called in messages.
const REQUESTS: &str = "requests";
/// Requests that are read together.
const AT_ONCE: usize = 1_000;
/// And bytes.
const BYTES_AT_ONCE: usize = 1 << 20;

impl People {
    /// Reads the body of a bulk enrichment: a list of requests, or `{"requests": [...]}`. Numbers keep their text.
    ///
    /// # Errors
    /// A refusal with status 400: no JSON, no such list, an empty or too long one.
    pub fn from_body(
        body: &str,
        fields: Option<Vec<String>>,
        caps: &Caps,
    ) -> Result<Asked<'static>, JobError> {
        let value: Value =
            serde_json::from_str(body).map_err(|error| refused(format!("the body is no JSON: {error}")))?;
        let (requests, ignored) = match &value {
            Value::Object(_) => {
                let mut body = Body::of(&value)?;
                (body.take(REQUESTS), body.ignored())
            }
            other => (Some(other), Vec::new()),
        };
        let Some(Value::Array(requests)) = requests else {
            let found = requests.map_or("an object without `requests`", kind);
            return Err(refused(format!(
                "the body has {found} for its requests; wanted: a list of requests, or {{\"requests\": [...]}}"
            )));
        };
        if requests.len() as u64 > caps.identifiers {
            return Err(too_many(caps.identifiers, REQUESTS));
        }
        let items = requests_of(body);
        let asked = Self::of_items(Box::new(items.into_iter().map(Ok)), fields, caps)?;
        Ok(Asked { ignored, ..asked })
    }

    /// Reads requests from a file while the job is written down: one on each line, or any other layout that records may have,
    /// or bodies as [`People::from_body`] takes them; plain or compressed. Numbers keep their text. `name` is the file's.
    ///
    /// # Errors
    /// A file of another kind, or one that cannot be read; no request. Too many, and what is no JSON, stand among the items.
    pub fn of_lines(
        reader: impl Read + Send + 'static,
        name: &str,
        fields: Option<Vec<String>>,
        caps: &Caps,
    ) -> Result<Asked<'static>, JobError> {
        let input =
            |error: crate::record::InputError| JobError::Input(format!("{error}; nothing was submitted"));
        let mut reader = RecordReader::new(reader, name).map_err(input)?;
        let name = name.to_string();
        let batches = std::iter::from_fn(move || reader.next_batch(AT_ONCE, BYTES_AT_ONCE).transpose());
        let items = batches.flat_map(move |batch| match batch {
            Ok(batch) => batch.items.iter().flat_map(|item| texts(&name, &batch, item)).collect(),
            Err(error) => vec![Err(input(error))],
        });
        Self::of_items(Box::new(items), fields, caps)
    }

    fn of_items<'a>(
        items: Items<'a>,
        fields: Option<Vec<String>>,
        caps: &Caps,
    ) -> Result<Asked<'a>, JobError> {
        let items = capped(items, caps.identifiers, REQUESTS, || refused("the list of requests is empty"))?;
        Ok(Asked::new(Request::People(People { fields }), Some(items)))
    }
}

/// The requests of a record of a file: one, or those of a body.
fn texts(name: &str, batch: &Batch, item: &Item) -> Vec<Result<String, JobError>> {
    let record = batch.record(item);
    let parsed = match &item.rejected {
        Some(reason) => Err(reason.clone()),
        None => parse(record),
    };
    match parsed {
        Err(reason) => {
            let line = item.line;
            vec![Err(JobError::Input(format!("{name}, line {line}: {reason}; nothing was submitted")))]
        }
        Ok(parsed) => match parsed.value.get(REQUESTS) {
            Some(crate::record::Value::Array(_)) => {
                requests_of(&String::from_utf8_lossy(record)).into_iter().map(Ok).collect()
            }
            _ => vec![Ok(without_space(&String::from_utf8_lossy(record)))],
        },
    }
}

/// The texts of the requests in a list, or under `requests` in an object.
fn requests_of(json: &str) -> Vec<String> {
    let list = |json: &str| serde_json::from_str::<Vec<Box<RawValue>>>(json).unwrap_or_default();
    let requests = match serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(json) {
        Ok(members) => members.get(REQUESTS).map(|requests| list(requests.get())).unwrap_or_default(),
        Err(_) => list(json),
    };
    requests.iter().map(|request| without_space(request.get())).collect()
}

/// JSON without white space between its parts; everything else stays as it is.
fn without_space(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let mut is_kept = |c: char| {
        let quote = c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        quoted ^= quote;
        quoted || quote || !matches!(c, ' ' | '\t' | '\n' | '\r')
    };
    json.chars().filter(|c| is_kept(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn items(asked: Asked<'_>) -> Vec<String> {
        assert!(matches!(asked.request, Request::People(_)));
        asked.items.unwrap().map(Result::unwrap).collect()
    }

    fn read(body: &Value) -> Vec<String> {
        items(People::from_body(&body.to_string(), None, &Caps::vendor()).unwrap())
    }

    fn refusal(body: &Value) -> String {
        match People::from_body(&body.to_string(), None, &Caps::vendor()) {
            Err(JobError::Refused(refusal)) => {
                assert_eq!(refusal.status, 400);
                refusal.message
            }
            other => panic!("{body} gives {other:?}"),
        }
    }

    fn lines(text: &str) -> Result<Vec<String>, JobError> {
        let text = std::io::Cursor::new(text.to_string());
        People::of_lines(text, "requests.jsonl", None, &Caps::vendor())?.items.unwrap().collect()
    }

    #[test]
    fn requests_come_bare_or_wrapped_and_stay_in_order_also_twice() {
        let requests = json!([
            {"metadata": {"rowId": 7}, "professionalSocialMediaUrl": "linkedin.com/in/example"},
            {"pdlId": "qEnOZ5Oh0poWnQ1luFBfVw_0000"},
            {"pdlId": "qEnOZ5Oh0poWnQ1luFBfVw_0000"}
        ]);
        let expected = [
            r#"{"metadata":{"rowId":7},"professionalSocialMediaUrl":"linkedin.com/in/example"}"#,
            r#"{"pdlId":"qEnOZ5Oh0poWnQ1luFBfVw_0000"}"#,
            r#"{"pdlId":"qEnOZ5Oh0poWnQ1luFBfVw_0000"}"#,
        ];
        assert_eq!(read(&requests), expected);
        assert_eq!(read(&json!({"requests": requests})), expected);
    }

    #[test]
    fn elements_that_are_no_requests_are_items_all_the_same() {
        let odd = json!([{}, 5, null, "x", [], {"metadata": "m"}, {"pdlId": 7}]);
        assert_eq!(read(&odd), ["{}", "5", "null", "\"x\"", "[]", r#"{"metadata":"m"}"#, r#"{"pdlId":7}"#]);
    }

    #[test]
    fn what_is_no_list_or_an_empty_one_is_refused() {
        let wanted = "for its requests; wanted: a list of requests, or {\"requests\": [...]}";
        for (body, said) in [
            (json!([]), "the list of requests is empty".to_string()),
            (json!({"requests": []}), "the list of requests is empty".to_string()),
            (json!({"pdlId": "x"}), format!("the body has an object without `requests` {wanted}")),
            (json!({"requests": {}}), format!("the body has an object {wanted}")),
            (json!("x"), format!("the body has a string {wanted}")),
            (json!(null), format!("the body has null {wanted}")),
        ] {
            assert_eq!(refusal(&body), said);
        }
    }

    #[test]
    fn as_many_as_the_cap_are_taken_and_one_more_is_refused() {
        let requests = |count: usize| Value::Array(vec![json!({"personId": "1"}); count]);
        assert_eq!(read(&requests(10_000)).len(), 10_000);
        assert_eq!(
            refusal(&requests(10_001)),
            "more than 10000 requests, the most that one job takes; submit the rest as another"
        );
        let line = "{\"personId\":\"1\"}\n";
        assert_eq!(lines(&line.repeat(10_000)).unwrap().len(), 10_000);
        assert!(
            matches!(lines(&line.repeat(10_001)), Err(JobError::Refused(refusal)) if refusal.status == 400)
        );
    }

    #[test]
    fn keys_beside_the_requests_are_told() {
        let body = json!({"requests": [{"pdlId": "a"}], "webhook": 1});
        assert_eq!(People::from_body(&body.to_string(), None, &Caps::vendor()).unwrap().ignored, ["webhook"]);
    }

    #[test]
    fn files_may_have_any_layout_and_keep_the_text_of_values() {
        let first = r#"{"metadata":{"n":12345678901234567890123,"f":1.50,"t":"a \" b"},"pdlId":"a"}"#;
        let second = r#"{"personId":"7"}"#;
        let spaced = r#" { "metadata" : {"n": 12345678901234567890123, "f": 1.50, "t": "a \" b"},
            "pdlId": "a" } "#;
        let line = spaced.replace('\n', " ");
        assert_eq!(lines(&format!("{line}\n\n{second}\n")).unwrap(), [first, second]);
        assert_eq!(lines(&format!("\u{feff}[{spaced},{second}]")).unwrap(), [first, second]);
        assert_eq!(lines(r#"{"requests": [{"personId": "7"}, 5]}"#).unwrap(), [second, "5"]);
    }

    #[test]
    fn bodies_keep_the_text_of_values_too() {
        let request = r#"{"metadata":{"n":12345678901234567890123,"f":1.50},"pdlId":"a"}"#;
        for body in [format!("[ {request} ]"), format!("{{\"requests\": [{request}]}}")] {
            assert_eq!(items(People::from_body(&body, None, &Caps::vendor()).unwrap()), [request]);
            assert_eq!(lines(&body).unwrap(), [request]);
        }
        assert!(People::from_body("[", None, &Caps::vendor()).is_err());
    }

    #[test]
    fn a_line_that_is_no_json_is_an_error_with_its_line() {
        let error = lines("{\"pdlId\":\"a\"}\n{\"pdlId\":\n{\"pdlId\":\"b\"}\n").unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, JobError::Input(_)), "{said}");
        assert!(said.starts_with("requests.jsonl, line 2: not JSON"), "{said}");
        assert!(said.ends_with("; nothing was submitted"), "{said}");
        assert!(matches!(lines(" \n"), Err(JobError::Refused(_))));
    }
}
