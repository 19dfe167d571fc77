//! People by URL or e-mail: `crustdata.md` 6.4.

use serde_json::Value;

use super::body::Body;
use super::caps::{capped, chunk_size, refused, too_many};
use super::{Asked, Caps, Enrich, Identifier, Items, Request};
use crate::jobs::JobError;

const URLS: &str = "professional_network_profile_urls";
const EMAILS: &str = "business_emails";
/// What the items are called in messages.
const IDENTIFIERS: &str = "identifiers";

impl Enrich {
    /// Reads the body of a batch enrichment. What an identifier is, is looked at when its turn comes.
    ///
    /// # Errors
    /// A refusal with status 400.
    pub fn from_body(body: &Value, caps: &Caps) -> Result<Asked<'static>, JobError> {
        let mut body = Body::of(body)?;
        let (urls, emails) = (body.texts(URLS)?, body.texts(EMAILS)?);
        let (fields, chunk_size) = (body.fields()?, body.chunk_size()?);
        let (by, identifiers) = match (urls.is_empty(), emails.is_empty()) {
            (false, true) => (Identifier::Url, urls),
            (true, false) => (Identifier::Email, emails),
            (true, true) => return Err(none_given()),
            (false, false) => {
                return Err(refused(format!(
                    "Exactly one identifier must be provided: {URLS} or {EMAILS}, not both"
                )));
            }
        };
        if identifiers.len() as u64 > caps.identifiers {
            return Err(too_many(caps.identifiers, IDENTIFIERS));
        }
        let items = Box::new(identifiers.into_iter().map(Ok));
        let asked = Self::of_items(by, items, fields, chunk_size, caps)?;
        Ok(Asked { ignored: body.ignored(), ..asked })
    }

    /// An enrichment of items that are read while the job is written down.
    ///
    /// # Errors
    /// A refusal with status 400: no item, or a chunk size out of range. Too many items are refused by the items.
    pub fn of_items<'a>(
        by: Identifier,
        items: Items<'a>,
        fields: Option<Vec<String>>,
        chunk: Option<u32>,
        caps: &Caps,
    ) -> Result<Asked<'a>, JobError> {
        let chunk_size = chunk_size(chunk)?;
        let items = capped(items, caps.identifiers, IDENTIFIERS, none_given)?;
        let asked = Asked::new(Request::Enrich(Enrich { by, fields }), Some(items));
        Ok(Asked { chunk_size, ..asked })
    }
}

/// The vendor's words, which name one of the two keys (`crustdata.md` 1.5).
fn none_given() -> JobError {
    refused(format!("Exactly one identifier must be provided: {URLS}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &Value) -> (Enrich, Vec<String>, u32) {
        let asked = Enrich::from_body(body, &Caps::vendor()).unwrap();
        let Request::Enrich(enrich) = asked.request else { panic!("not an enrichment") };
        (enrich, asked.items.unwrap().map(Result::unwrap).collect(), asked.chunk_size)
    }

    fn refusal(body: &Value) -> String {
        match Enrich::from_body(body, &Caps::vendor()) {
            Err(JobError::Refused(refusal)) => {
                assert_eq!(refusal.status, 400);
                refusal.message
            }
            other => panic!("{body} gives {other:?}"),
        }
    }

    fn urls(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("https://www.linkedin.com/in/p{n}")).collect()
    }

    #[test]
    fn example_36_comma_strings_are_lists() {
        let (enrich, items, chunk) = read(&json!({
            "professional_network_profile_urls": "https://www.linkedin.com/in/a, https://www.linkedin.com/in/b/,,",
            "fields": "basic_profile.name,experience", "chunk_size": 10
        }));
        assert_eq!(items, ["https://www.linkedin.com/in/a", "https://www.linkedin.com/in/b/"]);
        assert_eq!(enrich.by, Identifier::Url);
        assert_eq!(enrich.fields.unwrap(), ["basic_profile.name", "experience"]);
        assert_eq!(chunk, 10);
    }

    #[test]
    fn example_37_an_address_is_taken_whether_or_not_it_names_somebody() {
        let (enrich, items, chunk) = read(&json!({"business_emails": ["nobody@no-such-domain.example"]}));
        assert_eq!((enrich.by, enrich.fields, chunk), (Identifier::Email, None, 100));
        assert_eq!(items, ["nobody@no-such-domain.example"]);
    }

    #[test]
    fn example_38_misuse_is_refused() {
        let none = "Exactly one identifier must be provided: professional_network_profile_urls";
        assert_eq!(refusal(&json!({})), none);
        let url = "linkedin.com/in/a";
        for bad in [json!(9), json!(1001), json!(-1), json!(1e30), json!(9.0)] {
            let body = json!({"professional_network_profile_urls": [url], "chunk_size": bad});
            assert_eq!(refusal(&body), "chunk_size must be between 10 and 1000");
        }
        let both = json!({"professional_network_profile_urls": [url], "business_emails": ["a@example.com"]});
        assert_eq!(
            refusal(&both),
            "Exactly one identifier must be provided: professional_network_profile_urls or business_emails, not both"
        );
        assert_eq!(
            refusal(&json!({"professional_network_profile_urls": urls(10_001)})),
            "more than 10000 identifiers, the most that one job takes; submit the rest as another"
        );
        assert_eq!(read(&json!({"professional_network_profile_urls": urls(10_000)})).1.len(), 10_000);
    }

    #[test]
    fn an_empty_list_is_no_identifier() {
        let none = "Exactly one identifier must be provided: professional_network_profile_urls";
        for empty in [json!([]), json!(""), json!(" , "), json!(null)] {
            assert_eq!(refusal(&json!({"business_emails": empty})), none);
            let body =
                json!({"professional_network_profile_urls": empty, "business_emails": "a@example.com"});
            assert_eq!(read(&body).0.by, Identifier::Email);
        }
    }

    #[test]
    fn items_of_a_list_are_kept_as_they_are_also_twice_and_unreadable() {
        let given =
            ["https://www.linkedin.com/in/a/", " a ", "", "not, a url", "https://www.linkedin.com/in/a/"];
        assert_eq!(read(&json!({"professional_network_profile_urls": given})).1, given);
    }

    #[test]
    fn wrong_types_are_refused_with_what_is_wanted() {
        for (wrong, said) in [
            (json!("a"), "the body is a string; wanted: an object"),
            (
                json!({"business_emails": {"a": 1}}),
                "`business_emails` is an object; wanted: a list of strings, or one string with commas in it",
            ),
            (
                json!({"business_emails": ["a@example.com", 5]}),
                "`business_emails[1]` is a whole number; wanted: a string",
            ),
            (
                json!({"business_emails": "a@example.com", "chunk_size": "10"}),
                "`chunk_size` is a string; wanted: a whole number",
            ),
            (
                json!({"business_emails": "a@example.com", "chunk_size": 10.5}),
                "`chunk_size` is a number with a fraction or exponent; wanted: a whole number",
            ),
        ] {
            assert_eq!(refusal(&wrong), said);
        }
    }

    #[test]
    fn what_changes_nothing_is_told() {
        let body =
            json!({"business_emails": "a@example.com", "webhook_url": "https://example.com", "limit": 5});
        assert_eq!(Enrich::from_body(&body, &Caps::vendor()).unwrap().ignored, ["webhook_url", "limit"]);
    }

    #[test]
    fn streamed_items_are_refused_where_the_cap_ends() {
        let of = |count, caps: Caps| {
            let items = Box::new(urls(count).into_iter().map(Ok));
            Enrich::of_items(Identifier::Any, items, None, None, &caps).map(|asked| asked.items.unwrap())
        };
        assert!(of(10_000, Caps::vendor()).unwrap().all(|item| item.is_ok()));
        let mut above = of(10_001, Caps::vendor()).unwrap();
        assert_eq!(above.by_ref().take(10_000).filter(Result::is_ok).count(), 10_000);
        assert!(matches!(above.next(), Some(Err(JobError::Refused(refusal))) if refusal.status == 400));
        assert!(of(10_001, Caps::unlimited()).unwrap().all(|item| item.is_ok()));
        assert!(matches!(of(0, Caps::unlimited()), Err(JobError::Refused(_))));
    }
}
