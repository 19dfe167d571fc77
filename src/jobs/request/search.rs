//! A search for all that a filter finds: `crustdata.md` 6.3.

use serde_json::Value;

use super::body::{Body, kind, whole, wrong};
use super::caps::refused;
use super::{Asked, Caps, Request, Search};
use crate::jobs::JobError;

/// Longest filter that is shown again, in characters.
const SHOWN: usize = 200;

impl Search {
    /// Reads the body of a batch search. With `quirks` some wishes end in a job that finds nobody, as with the vendor; without
    /// they are honoured, or refused.
    ///
    /// # Errors
    /// A refusal with status 400. What is inside the filter is not looked at.
    pub fn from_body(body: &Value, caps: &Caps, quirks: bool) -> Result<Asked<'static>, JobError> {
        let mut body = Body::of(body)?;
        if body.take("professional_network_search_url").is_some() {
            return Err(refused("`professional_network_search_url` is only valid for live search"));
        }
        let filters = body.take("filters").ok_or_else(|| refused("`filters` must be provided for search"))?;
        check_group(filters)?;
        let max_results = max_results(body.take("max_results"), caps)?;
        let fields = body.fields()?;
        let sorted = is_sorted(body.take("sorts"))?;
        if sorted && !quirks {
            return Err(refused(
                "`sorts` cannot be honoured: the people of a batch search come in the order of their ids; leave it out",
            ));
        }
        let search =
            Search { filters: filters.clone(), max_results, fields, quirks, sorted, unknown_field: None };
        Ok(Asked { ignored: body.ignored(), ..Asked::new(Request::Search(search), None) })
    }

    /// Which oddity of the vendor's makes it find nobody, if one does.
    pub(super) fn note(&self) -> Option<String> {
        let why = match (&self.unknown_field, self.sorted) {
            (Some(field), _) => format!("the filter names {field:?}, a field that does not exist"),
            (None, true) => "it was submitted with `sorts`".to_string(),
            (None, false) => return None,
        };
        Some(format!("finds nobody, as the vendor's batch search would: {why}"))
    }
}

fn max_results(given: Option<&Value>, caps: &Caps) -> Result<u64, JobError> {
    let Some(given) = given else { return Ok(caps.max_results) };
    let number = whole(given).ok_or_else(|| wrong("max_results", given, "a whole number, 1 or more"))?;
    match u64::try_from(number) {
        Ok(number @ 1..) => Ok(number.min(caps.max_results)),
        _ => Err(refused(format!("`max_results` is {given}; wanted: 1 or more"))),
    }
}

fn is_sorted(sorts: Option<&Value>) -> Result<bool, JobError> {
    match sorts {
        None => Ok(false),
        Some(Value::Array(sorts)) => Ok(!sorts.is_empty()),
        Some(other) => Err(wrong("sorts", other, "a list")),
    }
}

/// The top of the filter must be a group (`crustdata.md` 1.5, 2.1).
fn check_group(filters: &Value) -> Result<(), JobError> {
    let Value::Object(members) = filters else {
        let found = kind(filters);
        return Err(refused(format!(
            "Invalid filter shape: `filters` is {found}; wanted: a group {{\"op\", \"conditions\"}}"
        )));
    };
    if members.contains_key("op") {
        return Ok(());
    }
    let missing = ["op", "conditions"].into_iter().filter(|key| !members.contains_key(*key));
    let input = python(filters);
    let input = if input.chars().nth(SHOWN).is_some() { "{...}" } else { &input };
    let missing = missing.map(|key| {
        format!("{{'type': 'missing', 'loc': ('{key}',), 'msg': 'Field required', 'input': {input}}}")
    });
    Err(refused(format!("Invalid filter shape: [{}]", missing.collect::<Vec<_>>().join(", "))))
}

/// A value as Python prints it: that is what the vendor's validator says.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_string(),
        Value::Bool(true) => "True".to_string(),
        Value::Bool(false) => "False".to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => python_text(text),
        Value::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| format!("{}: {}", python_text(key), python(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

fn python_text(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c == quote || c == '\\' => shown.extend(['\\', c]),
            c if c.is_control() => shown.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown.push(quote);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group() -> Value {
        json!({"op": "and", "conditions": [
            {"field": "experience.employment_details.current.title", "type": "(.)", "value": "engineer"}
        ]})
    }

    /// The body with a filter and these members.
    fn body(members: Value) -> Value {
        let mut body = json!({"filters": group()});
        if let (Value::Object(body), Value::Object(members)) = (&mut body, members) {
            body.extend(members);
        }
        body
    }

    fn read(body: &Value) -> (Search, Vec<String>) {
        let asked = Search::from_body(body, &Caps::vendor(), true).unwrap();
        assert!(asked.items.is_none());
        let Request::Search(search) = asked.request else { panic!("not a search") };
        (search, asked.ignored)
    }

    fn refusal(body: &Value, quirks: bool) -> String {
        match Search::from_body(body, &Caps::vendor(), quirks) {
            Err(JobError::Refused(refusal)) => {
                assert_eq!(refusal.status, 400);
                refusal.message
            }
            other => panic!("{body} gives {other:?}"),
        }
    }

    #[test]
    fn example_33_a_search_has_a_filter_a_limit_and_an_exact_projection() {
        let fields = ["basic_profile.name", "basic_profile.current_title"];
        let (search, ignored) = read(&body(json!({"max_results": 2, "fields": fields})));
        assert_eq!(search.filters, group());
        assert_eq!((search.max_results, search.sorted), (2, false));
        assert_eq!(search.fields.unwrap(), fields);
        assert!(ignored.is_empty());
    }

    #[test]
    fn example_34_groups_may_be_nested() {
        let country =
            |name: &str| json!({"field": "basic_profile.location.country", "type": "=", "value": name});
        let either = json!({"op": "or", "conditions": [country("Canada"), country("Norway")]});
        let filters = json!({"op": "and", "conditions": [group(), either]});
        assert_eq!(read(&json!({"filters": filters})).0.filters, filters);
    }

    #[test]
    fn example_35a_a_bare_condition_is_refused() {
        let condition = json!({"field": "basic_profile.name", "type": "=", "value": "O'Hara"});
        let input = r#"{'field': 'basic_profile.name', 'type': '=', 'value': "O'Hara"}"#;
        assert_eq!(
            refusal(&json!({"filters": condition}), true),
            format!(
                "Invalid filter shape: [{{'type': 'missing', 'loc': ('op',), 'msg': 'Field required', 'input': {input}}}, \
                 {{'type': 'missing', 'loc': ('conditions',), 'msg': 'Field required', 'input': {input}}}]"
            )
        );
        let many = json!({"field": "basic_profile.name", "type": "in", "value": vec!["Ann"; 1000]});
        assert!(refusal(&json!({"filters": many}), false).ends_with("'input': {...}}]"));
    }

    #[test]
    fn example_35b_more_results_than_the_cap_are_cut_to_it() {
        assert_eq!(read(&body(json!({"max_results": 50_000}))).0.max_results, 10_000);
        assert_eq!(read(&body(json!({"max_results": 1e30}))).0.max_results, 10_000);
        assert_eq!(read(&body(json!({}))).0.max_results, 10_000);
        let all = Search::from_body(&body(json!({"max_results": 50_000})), &Caps::unlimited(), true).unwrap();
        assert!(matches!(all.request, Request::Search(Search { max_results: 50_000, .. })));
    }

    #[test]
    fn example_35c_no_results_or_fewer_are_refused() {
        assert_eq!(refusal(&body(json!({"max_results": 0})), true), "`max_results` is 0; wanted: 1 or more");
        assert_eq!(
            refusal(&body(json!({"max_results": -3})), true),
            "`max_results` is -3; wanted: 1 or more"
        );
    }

    #[test]
    fn example_35d_sorts_are_taken_as_a_quirk_and_refused_without() {
        let sorts = body(json!({"sorts": [{"field": "basic_profile.name", "order": "asc"}]}));
        let (search, _) = read(&sorts);
        assert!(search.sorted);
        assert_eq!(
            search.note().unwrap(),
            "finds nobody, as the vendor's batch search would: it was submitted with `sorts`"
        );
        assert_eq!(read(&body(json!({}))).0.note(), None);
        assert!(refusal(&sorts, false).starts_with("`sorts` cannot be honoured"));
        for none in [json!([]), json!(null)] {
            let body = body(json!({"sorts": none}));
            assert!(!read(&body).0.sorted);
            assert!(Search::from_body(&body, &Caps::vendor(), false).is_ok());
        }
    }

    #[test]
    fn example_35f_paging_changes_nothing_and_is_told() {
        let members = json!({
            "limit": 1, "page": 2, "preview": true, "limit_per_page": 5, "webhook_url": "https://example.com", "cursor": null
        });
        let (search, ignored) = read(&body(members));
        assert_eq!(search, read(&body(json!({}))).0);
        assert_eq!(ignored, ["limit", "page", "preview", "limit_per_page", "webhook_url"]);
    }

    #[test]
    fn a_filter_must_be_there_and_a_live_search_is_another_thing() {
        for none in [json!({}), json!({"filters": null}), json!({"max_results": 5})] {
            assert_eq!(refusal(&none, true), "`filters` must be provided for search");
        }
        let live = "`professional_network_search_url` is only valid for live search";
        let url = json!({"professional_network_search_url": "https://example.com"});
        assert_eq!(refusal(&url, true), live);
        assert_eq!(refusal(&body(url), false), live);
    }

    #[test]
    fn wrong_types_are_refused_with_what_is_wanted() {
        for (wrong, said) in [
            (json!([group()]), "the body is a list; wanted: an object"),
            (
                json!({"filters": [group()]}),
                "Invalid filter shape: `filters` is a list; wanted: a group {\"op\", \"conditions\"}",
            ),
            (
                body(json!({"max_results": "5"})),
                "`max_results` is a string; wanted: a whole number, 1 or more",
            ),
            (
                body(json!({"max_results": 2.5})),
                "`max_results` is a number with a fraction or exponent; wanted: a whole number, 1 or more",
            ),
            (
                body(json!({"fields": 5})),
                "`fields` is a whole number; wanted: a list of strings, or one string with commas in it",
            ),
            (body(json!({"fields": ["a", null]})), "`fields[1]` is null; wanted: a string"),
            (body(json!({"sorts": {"field": "a"}})), "`sorts` is an object; wanted: a list"),
        ] {
            assert_eq!(refusal(&wrong, true), said);
        }
    }

    #[test]
    fn a_group_that_lacks_one_key_is_told_so() {
        let lacking = refusal(&json!({"filters": {"conditions": []}}), true);
        assert!(lacking.contains("('op',)") && !lacking.contains("('conditions',)"), "{lacking}");
    }
}
