//! What an item's text names: keys to try one after the other.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::jobs::{Csv, CsvMode, Enrich, Identifier, Request};
use crate::record::{Key, KeyError, KeyKind};
use crate::schema::IdSource;

/// What an item names.
pub(super) struct Named<'i> {
    /// Keys in the order in which they are tried.
    pub(super) keys: Vec<Key>,
    /// What cannot be read, if anything cannot.
    pub(super) problem: Option<String>,
    /// The JSON that the caller attached.
    pub(super) metadata: Option<&'i str>,
}

impl Named<'_> {
    fn nothing(problem: impl Into<String>) -> Self {
        Self { keys: Vec::new(), problem: Some(problem.into()), metadata: None }
    }

    fn of(key: Result<Key, KeyError>) -> Self {
        match key {
            Ok(key) => Self { keys: vec![key], problem: None, metadata: None },
            Err(error) => Self::nothing(error.to_string()),
        }
    }
}

/// What an item of a job names. Items of a search are ids, and are read elsewhere.
pub(super) fn named<'i>(request: &Request, input: &'i str) -> Named<'i> {
    match request {
        Request::Search(_) => Named::of(Key::id(input)),
        Request::Enrich(Enrich { by: Identifier::Url, .. }) => Named::of(Key::url(input)),
        Request::Enrich(Enrich { by: Identifier::Email, .. }) => Named::of(email(input)),
        Request::Enrich(Enrich { by: Identifier::Any, .. }) => Named::of(Key::guess(input)),
        Request::Csv(Csv { mode: CsvMode::Basic | CsvMode::Advanced, .. }) => Named::of(email(input)),
        Request::Csv(Csv { platform, .. }) => Named::of(handle(platform.as_deref(), input)),
        Request::People(_) => person(input),
    }
}

/// An address, or its hash.
fn email(text: &str) -> Result<Key, KeyError> {
    Key::email(text).or_else(|error| Key::email_hash(text).map_err(|_| error))
}

/// A user name on the platform, or a profile URL anywhere.
fn handle(platform: Option<&str>, text: &str) -> Result<Key, KeyError> {
    if let Some(platform) = platform {
        return Key::handle(platform, text).or_else(|error| match text.contains('/') {
            true => Key::url(text).map_err(|_| error),
            false => Err(error),
        });
    }
    // Without a platform `github:janedoe` says which; an address or a number is no handle.
    let kinds = [KeyKind::Handle, KeyKind::Url, KeyKind::ForeignId, KeyKind::MemberToken];
    match Key::guess(text) {
        Ok(key) if kinds.contains(&key.kind()) => Ok(key),
        _ => Key::url(text),
    }
}

/// `aggknowledge.md` 1.3: metadata, and at least one of the others.
#[derive(Deserialize)]
struct PersonRequest<'i> {
    #[serde(borrow)]
    metadata: Option<&'i RawValue>,
    #[serde(borrow, rename = "personId")]
    person_id: Option<&'i RawValue>,
    #[serde(borrow, rename = "pdlId")]
    pdl_id: Option<&'i RawValue>,
    #[serde(borrow, rename = "professionalSocialMediaUrl")]
    url: Option<&'i RawValue>,
}

/// A request as JSON: `aggknowledge.md` 2.2 says in which order its identifiers are tried.
fn person(input: &str) -> Named<'_> {
    if !input.trim_start().starts_with('{') {
        return Named::nothing(
            "a request is an object with a personId, a pdlId or a professionalSocialMediaUrl",
        );
    }
    let request: PersonRequest<'_> = match serde_json::from_str(input) {
        Ok(request) => request,
        Err(error) => return Named::nothing(format!("the request cannot be read: {error}")),
    };
    let mut keys = Keys::default();
    keys.read("personId", request.person_id, |id, keys| {
        // Its own id at AggKnowledge comes before ours: the same number may be both.
        keys.one_of([Key::foreign_id(IdSource::AggKnowledge.name(), id), Key::id(id)]);
    });
    keys.read("pdlId", request.pdl_id, |id, keys| keys.one_of([Key::foreign_id(IdSource::Pdl.name(), id)]));
    keys.read("professionalSocialMediaUrl", request.url, |url, keys| keys.one_of([Key::url(url)]));
    if keys.keys.is_empty() && keys.problem.is_none() {
        let problem =
            "the request names nobody: it needs a personId, a pdlId or a professionalSocialMediaUrl";
        keys.problem = Some(problem.to_string());
    }
    Named { keys: keys.keys, problem: keys.problem, metadata: request.metadata.map(RawValue::get) }
}

/// Keys of a request, and the first thing that is wrong with it.
#[derive(Default)]
struct Keys {
    keys: Vec<Key>,
    problem: Option<String>,
}

impl Keys {
    /// Takes a member that is text or a number; one that is null or empty counts as missing.
    fn read(&mut self, name: &str, value: Option<&RawValue>, take: impl FnOnce(&str, &mut Self)) {
        let Some(json) = value.map(RawValue::get) else { return };
        let text: Option<Cow<'_, str>> = match json.as_bytes() {
            [b'"', ..] => serde_json::from_str::<String>(json).ok().map(Cow::Owned),
            [b'0'..=b'9' | b'-', ..] => Some(Cow::Borrowed(json)),
            _ => None,
        };
        match text.as_deref().map(str::trim) {
            Some("") => {}
            Some(text) => take(text, self),
            None => self.wrong(format!("{name} is neither text nor a number")),
        }
    }

    /// Adds the keys that the same text may be.
    fn one_of<const N: usize>(&mut self, read: [Result<Key, KeyError>; N]) {
        let before = self.keys.len();
        let mut first = None;
        for key in read {
            match key {
                Ok(key) => self.keys.push(key),
                Err(error) => first = first.or(Some(error)),
            }
        }
        if self.keys.len() == before
            && let Some(error) = first
        {
            self.wrong(error.to_string());
        }
    }

    fn wrong(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }
}
