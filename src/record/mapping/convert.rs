//! What happens to a value between a source's record and a person.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use crate::record::date::parse_date;
use crate::record::key::hex;
use crate::record::normalise::{self, Company, Profile};
use crate::record::place::{Found, Gazetteer, PlaceKind};
use crate::record::spelled_date::spelled_date;
use crate::record::{Value, parse};
use crate::schema::Scalar;
use crate::schema::mapping::{Convert, Derived, Mapping, Place};

/// What separates several values in one text.
const SEPARATORS: [char; 3] = [';', '|', '\n'];
/// What joins them again.
const JOINED_BY: &str = "; ";
/// Between the names of a place in one text.
const PLACES_BY: &str = ", ";

/// The values of a member that may hold several: items of a list, also of one that is JSON in a text; parts of a text.
pub(super) fn values<'v>(value: &Value<'v>) -> Vec<Value<'v>> {
    match value {
        Value::Array(items) => items.clone(),
        Value::String(text) => match json(text) {
            Value::Array(items) => items,
            _ => text.split(SEPARATORS).map(str::trim).filter(|part| !part.is_empty()).map(owned).collect(),
        },
        one => vec![one.clone()],
    }
}

/// A value of the source as the person has it; `None` if it says nothing there.
pub(super) fn read<'v>(
    convert: &Convert,
    to: &Place,
    mapping: &Mapping,
    value: &Value<'v>,
) -> Option<Value<'v>> {
    let text = value.as_str();
    match (convert, text) {
        (Convert::Json, Some(text)) => Some(json(text)),
        (Convert::Items, _) => {
            let values: Vec<Value<'v>> = values(value).iter().map(|value| fitting(value, to)).collect();
            (!values.is_empty()).then_some(Value::Array(values))
        }
        (Convert::Date, Some(text)) => Some(spelled_date(text).map_or_else(|| value.clone(), owned)),
        (Convert::Email, Some(text)) => Some(normalise::email(text).map_or_else(|| value.clone(), owned)),
        (Convert::Profile, Some(text)) => profile(text, value),
        (Convert::Phone, Some(text)) => {
            let country = mapping.country.as_deref().and_then(normalise::country_id);
            let number = normalise::phone_in(text, country);
            Some(number.filter(|number| number.starts_with('+')).map_or_else(|| value.clone(), owned))
        }
        (Convert::Words(words), Some(text)) => {
            Some(person_word(words, text).unwrap_or_else(|| value.clone()))
        }
        (Convert::Prefix(prefix), Some(text)) => Some(match text.strip_prefix(prefix.as_str()) {
            Some(rest) => owned(rest),
            None => value.clone(),
        }),
        (Convert::Derived(derived), Some(text)) => derive(*derived, text).map(|value| fitting(&value, to)),
        (Convert::PlaceText(names), None) => place_text(names, value),
        _ => Some(fitting(value, to)),
    }
}

/// A profile URL, out of a spreadsheet's formula where it is in one; `None` for pages of LinkedIn that are nobody's.
fn profile<'v>(text: &str, value: &Value<'v>) -> Option<Value<'v>> {
    let link = text.trim().strip_prefix("=HYPERLINK(\"").and_then(|rest| rest.split('"').next());
    let nobody = |page: &str| page.starts_with("linkedin.com/") && !page.starts_with("linkedin.com/pub/");
    match normalise::profile_url(link.unwrap_or(text)) {
        Some(Profile::Page(page)) if nobody(&page) => None,
        _ => Some(link.map_or_else(|| value.clone(), owned)),
    }
}

fn owned<'v>(text: impl Into<String>) -> Value<'v> {
    Value::String(Cow::Owned(text.into()))
}

/// A text as the number or truth value that the path takes, if it is one; a number as the text that the path takes; any other value as
/// it is.
fn fitting<'v>(value: &Value<'v>, to: &Place) -> Value<'v> {
    if let (Some(Scalar::String), Value::Int(_) | Value::UInt(_)) = (to.scalar(), value) {
        return owned(value.to_json());
    }
    let Some(text) = value.as_str().map(str::trim) else { return value.clone() };
    let number = || if is_grouped(text) { text.replace(',', "") } else { text.to_owned() };
    let read = match to.scalar() {
        Some(Scalar::Integer) => number().parse().map(Value::Int).ok(),
        Some(Scalar::Number) => number().parse().ok().filter(|n: &f64| n.is_finite()).map(Value::Float),
        Some(Scalar::Boolean) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Some(Value::Bool(true)),
            "false" | "no" | "n" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    };
    read.unwrap_or_else(|| value.clone())
}

/// Whether commas in a number stand between thousands; where they stand for a point, the text is no number.
fn is_grouped(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or(text);
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

/// A text that holds an object or list as JSON; one that does not is a text.
fn json<'v>(text: &str) -> Value<'v> {
    if !text.trim_start().starts_with(['{', '[']) {
        return owned(text);
    }
    parse(text.as_bytes()).map_or_else(|_| owned(text), |parsed| parsed.value.into_owned())
}

fn person_word<'v>(words: &[(String, String)], text: &str) -> Option<Value<'v>> {
    let text = text.trim().to_lowercase();
    words.iter().find(|(source, _)| source.to_lowercase() == text).map(|(_, person)| owned(person.as_str()))
}

/// The names in an object, in the order of `names`, as one text.
fn place_text<'v>(names: &[String], value: &Value<'_>) -> Option<Value<'v>> {
    let texts: Vec<&str> = names.iter().filter_map(|name| value.get(name)?.as_str()).collect();
    (!texts.is_empty()).then(|| owned(texts.join(PLACES_BY)))
}

/// Latitude and longitude out of `37.77,-122.41`.
pub(super) fn coordinates<'v>(value: &Value<'_>) -> Option<(Value<'v>, Value<'v>)> {
    let (latitude, longitude) = value.as_str()?.split_once(',')?;
    let degrees =
        |text: &str, most: f64| text.trim().parse().ok().filter(|n: &f64| n.abs() <= most).map(Value::Float);
    Some((degrees(latitude, 90.0)?, degrees(longitude, 180.0)?))
}

/// `37.77,-122.41`
pub(super) fn written_coordinates<'p>(latitude: &Value<'_>, longitude: &Value<'_>) -> Option<Value<'p>> {
    let number = |value: &Value<'_>| match value {
        Value::Float(number) => Some(*number),
        Value::Int(number) => Some(*number as f64),
        _ => None,
    };
    // Two decimals at least, as PDL has them.
    let text = |number: f64| {
        let text = number.to_string();
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if decimals < 2 { format!("{number:.2}") } else { text }
    };
    Some(owned(format!("{},{}", text(number(latitude)?), text(number(longitude)?))))
}

/// A value of the person as the source has it; `None` if it has no such value.
pub(super) fn write<'p>(convert: &Convert, to: &Place, value: &Value<'p>) -> Option<Value<'p>> {
    let text = match (convert, value) {
        (Convert::Plain | Convert::Code | Convert::Branch, value) => return Some(value.clone()),
        (Convert::Json, value) => return Some(owned(value.to_json())),
        (Convert::Items, value) => return Some(items(value)),
        (Convert::First, value) => return Some(value.clone()),
        (Convert::Text, Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Bool(_)) => {
            return Some(owned(value.to_json()));
        }
        (_, Value::String(text)) => text,
        _ => return None,
    };
    match convert {
        Convert::Date => day(text).map(owned),
        Convert::Phone => normalise::phone(text).filter(|number| number.starts_with('+')).map(owned),
        Convert::Email => address(text).map(owned),
        Convert::Profile | Convert::Page => clean_profile(text).map(owned),
        Convert::Website => host(text).map(owned),
        Convert::PlaceText(names) => place_object(names, text),
        Convert::Words(words) => {
            let text = text.to_lowercase();
            let word = words.iter().find(|(_, person)| person.to_lowercase() == text);
            word.or_else(|| words.iter().find(|(source, _)| source.to_lowercase() == text))
                .map(|(source, _)| owned(source.as_str()))
        }
        Convert::Prefix(prefix) => Some(owned(format!("{prefix}{text}"))),
        Convert::Derived(derived) => derive(*derived, text).map(|value| fitting(&value, to)),
        _ => Some(value.clone()),
    }
}

fn items<'p>(value: &Value<'_>) -> Value<'p> {
    let text = |item: &Value<'_>| item.as_str().map_or_else(|| item.to_json(), str::to_owned);
    owned(value.items().iter().map(text).collect::<Vec<_>>().join(JOINED_BY))
}

/// The day, month or year of a date or datetime, as precise as it is.
fn day(text: &str) -> Option<String> {
    parse_date(text)?;
    let day = text.split(['T', 't', ' ']).next().unwrap_or(text);
    Some(day.to_owned())
}

/// An object of names out of one text, if it has as many parts.
fn place_object<'p>(names: &[String], text: &str) -> Option<Value<'p>> {
    let parts: Vec<&str> = text.rsplitn(names.len(), PLACES_BY).collect();
    (parts.len() == names.len()).then(|| {
        let member = |(name, part): (&String, &&str)| (Cow::Owned(name.clone()), owned(*part));
        Value::Object(names.iter().zip(parts.iter().rev()).map(member).collect())
    })
}

/// An e-mail address; one that the normaliser does not know is still what the source says.
fn address(text: &str) -> Option<String> {
    let plain = || Some(text.trim().to_lowercase()).filter(|text| text.contains('@'));
    normalise::email(text).or_else(plain)
}

/// A profile URL without scheme, `www.`, query and slash at the end, in lower case; LinkedIn's without country and language.
fn clean_profile(text: &str) -> Option<String> {
    if let Some(Profile::Handle { network, name }) = normalise::profile_url(text)
        && network == "linkedin"
    {
        return Some(format!("linkedin.com/in/{name}"));
    }
    let text = text.trim().to_lowercase();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let text = text.strip_prefix("www.").unwrap_or(text);
    let text = text.split(['?', '#']).next().unwrap_or(text).trim_end_matches('/');
    (!text.is_empty()).then(|| text.to_owned())
}

/// The host of a web site, without `www.`.
fn host(text: &str) -> Option<String> {
    let clean = clean_profile(text)?;
    clean.split('/').next().filter(|host| !host.is_empty()).map(str::to_owned)
}

/// What a text says besides; `None` if it does not.
pub(super) fn derive<'v>(derived: Derived, text: &str) -> Option<Value<'v>> {
    match derived {
        Derived::EmailSha256 => address(text).map(|address| owned(hex(&Sha256::digest(address)))),
        Derived::EmailMd5 => address(text).map(|address| owned(hex(&md5::Md5::digest(address)))),
        Derived::EmailDomain => Some(owned(address(text)?.rsplit_once('@')?.1)),
        Derived::EmailLocal => Some(owned(address(text)?.rsplit_once('@')?.0)),
        Derived::PhoneCountryCode => phone(text).map(|parts| owned(parts.country_code)),
        Derived::PhoneNationalNumber => phone(text).map(|parts| owned(parts.national_number)),
        Derived::PhoneAreaCode => phone(text)?.area_code.map(owned),
        Derived::ProfileNetwork => match normalise::profile_url(text)? {
            Profile::Handle { network, .. } | Profile::Id { network, .. } => Some(owned(network)),
            Profile::MemberToken(_) => Some(owned("linkedin")),
            Profile::Page(_) => None,
        },
        Derived::ProfileUsername => match normalise::profile_url(text)? {
            Profile::Handle { name, .. } => Some(owned(name)),
            _ => None,
        },
        Derived::ProfileId => match normalise::profile_url(text)? {
            Profile::Id { id, .. } => Some(owned(id)),
            _ => None,
        },
        Derived::ProfileUrl => clean_profile(text).map(|clean| owned(format!("http://www.{clean}"))),
        Derived::Initial => text.chars().find(|c| c.is_alphanumeric()).map(owned),
        Derived::PageLinkedin => {
            clean_profile(text).filter(|page| page.starts_with("linkedin.com/")).map(owned)
        }
        Derived::CompanyWebsite => match normalise::company(text)? {
            Company::Website(host) => Some(owned(host)),
            _ => None,
        },
        Derived::CompanyPage => match normalise::company(text)? {
            Company::Page(page) => Some(owned(page)),
            _ => None,
        },
        Derived::WebsiteHost => host(text).map(owned),
        Derived::Year => {
            parse_date(text)?;
            text.get(..4).map(owned)
        }
        _ => name(derived, text).or_else(|| place(derived, text)),
    }
}

fn phone(text: &str) -> Option<normalise::PhoneParts> {
    normalise::phone_parts(&normalise::phone(text)?)
}

fn name<'v>(derived: Derived, text: &str) -> Option<Value<'v>> {
    let wanted = matches!(
        derived,
        Derived::NameFirst
            | Derived::NameMiddle
            | Derived::NameLast
            | Derived::NameSuffix
            | Derived::NameClean
    );
    let parts = wanted.then(|| normalise::name_parts(text)).flatten()?;
    Some(owned(match derived {
        Derived::NameFirst => parts.first,
        Derived::NameMiddle => parts.middle?,
        Derived::NameLast => parts.last?,
        Derived::NameSuffix => parts.suffixes.into_iter().next()?,
        _ => std::iter::once(parts.first).chain(parts.last).collect::<Vec<_>>().join(" "),
    }))
}

fn place<'v>(derived: Derived, text: &str) -> Option<Value<'v>> {
    let Found { place, .. } = Gazetteer::get().find(text)?;
    match derived {
        Derived::PlaceCity if place.kind == PlaceKind::City => Some(owned(place.name)),
        Derived::PlaceRegion if !place.region.is_empty() => Some(owned(place.region)),
        Derived::PlaceType => Some(owned(match place.kind {
            PlaceKind::City | PlaceKind::Metro => "locality",
            PlaceKind::Region => "region",
            PlaceKind::Country => "country",
        })),
        Derived::PlaceCountry => Some(owned(place.country_name())),
        Derived::PlaceContinent => place.continent().map(owned),
        Derived::PlaceCoordinates if place.is_settlement() => {
            let (latitude, longitude) = (place.point.latitude(), place.point.longitude());
            Some(owned(format!("{latitude:.2},{longitude:.2}")))
        }
        _ => None,
    }
}
