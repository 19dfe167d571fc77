//! Phone numbers: E.164 where the country is known, else bare digits; and the parts of E.164.

use std::fmt::Write as _;
use std::str::FromStr as _;

use phonenumber::PhoneNumber;
use phonenumber::country::Id;
use unicode_normalization::UnicodeNormalization;

/// Fewer digits than this, a country's code counted, are no number that names a person.
const MIN_DIGITS: usize = 7;
/// Fewer digits than this are no number in any country.
const MIN_NATIONAL_DIGITS: usize = 4;
/// More digits than this are no number.
const MAX_DIGITS: usize = 17;

/// `+14155688415`, or the digits alone if no country fits; `None` for fewer than 7 digits.
///
/// Accepts any punctuation, `tel:`, `00` for `+`, `(0)`; an extension is dropped. A number without `+` is
/// taken as one of the United States if it is a valid one.
pub fn phone(text: &str) -> Option<String> {
    phone_in(text, None)
}

/// [`phone`] of somebody in a country: a number without `+` or `00` that is valid there becomes E.164 with that
/// country's code, also a short one. Any other number, and any number if there is no country, is what [`phone`]
/// makes of it.
pub fn phone_in(text: &str, country: Option<Id>) -> Option<String> {
    let (digits, international) = digits_of(text)?;
    let abroad = || {
        let number = || e164(None, &format!("+{digits}")).and_then(settled);
        if international { north_american(&digits).or_else(number) } else { None }
    };
    // What would read as another number abroad is left as it is.
    let own = |country| e164(Some(country), &digits).filter(|own| settled(own.clone()).as_ref() == Some(own));
    let number = abroad().or_else(|| own(country?));
    if number.is_some() || digits.len() < MIN_DIGITS {
        return number;
    }
    let american = || north_american(&digits).or_else(|| e164(Some(Id::US), &digits).and_then(settled));
    Some(american().unwrap_or(digits))
}

/// The country of a code of two letters (ISO 3166-1), in any case; `None` for another text, and for countries
/// without numbers of their own, such as `AQ`.
pub fn country_id(code: &str) -> Option<Id> {
    Id::from_str(&code.trim().to_ascii_uppercase()).ok()
}

/// A number in E.164, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneParts {
    /// The digits behind `+` that say which country it is, or several: `1`, `49`.
    pub country_code: String,
    /// The digits behind them.
    pub national_number: String,
    /// The first three of those of a number in North America; no other country has a fixed length.
    pub area_code: Option<String>,
}

/// The parts of a number in E.164 as [`phone`] writes it; `None` for any other text, digits without a country
/// among them.
pub fn phone_parts(e164: &str) -> Option<PhoneParts> {
    let digits = e164.strip_prefix('+')?;
    if phone(e164).as_deref() != Some(e164) {
        return None;
    }
    let country_code = match north_american(digits) {
        Some(_) => "1".to_owned(),
        None => PhoneNumber::from_str(e164).ok()?.code().value().to_string(),
    };
    let national = digits.strip_prefix(&country_code)?;
    let area = national.get(..3).filter(|_| country_code == "1" && national.len() == 10);
    Some(PhoneParts {
        national_number: national.to_owned(),
        area_code: area.map(str::to_owned),
        country_code,
    })
}

/// The number that reads as itself: trunk prefixes come off one a round. `None` if too little is left.
fn settled(mut number: String) -> Option<String> {
    loop {
        if north_american(number.trim_start_matches('+')).is_some() {
            return Some(number);
        }
        let next = e164(None, &number)?;
        // Each round that changes the number shortens it.
        if next.len() >= number.len() {
            return (next == number).then_some(number);
        }
        number = next;
    }
}

/// The digits of the number without extension, and whether a country code leads.
fn digits_of(text: &str) -> Option<(String, bool)> {
    if text.len() > 200 {
        return None;
    }
    let plain: String = text.nfkc().collect();
    let start = plain.find(|c: char| c == '+' || c.is_ascii_digit())?;
    let number = plain.get(start..)?;
    let plus = number.starts_with('+');
    // Letters and these signs begin an extension.
    let end = number.find(|c: char| c.is_alphabetic() || "#;,".contains(c)).unwrap_or(number.len());
    let number = number.get(..end)?.replace("(0)", if plus { "" } else { "0" });
    let mut digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let international = plus || (digits.len() > 9 && digits.starts_with("00") && !digits.starts_with("000"));
    if international {
        // No country code begins with 0.
        digits.drain(..digits.len() - digits.trim_start_matches('0').len());
    }
    let fewest = if international { MIN_DIGITS } else { MIN_NATIONAL_DIGITS };
    (fewest..=MAX_DIGITS).contains(&digits.len()).then_some((digits, international))
}

/// The usual case without the library: 1 and ten digits, area and exchange not beginning with 0 or 1. Without
/// `+` too: no other reading is likelier.
fn north_american(digits: &str) -> Option<String> {
    let national = digits.strip_prefix('1').filter(|national| national.len() == 10)?;
    let bytes = national.as_bytes();
    let leads = |at: usize| bytes.get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    (leads(0) && leads(3)).then(|| format!("+1{national}"))
}

/// The number in E.164. Without a country code it must be valid in `country`.
fn e164(country: Option<Id>, digits: &str) -> Option<String> {
    let number = match country {
        Some(country) => phonenumber::parse(Some(country), digits).ok().filter(phonenumber::is_valid)?,
        None => PhoneNumber::from_str(digits).ok()?,
    };
    let mut text = String::new();
    // The library's way to say that it does not know the country; `to_string` would panic.
    write!(text, "{}", number.format().mode(phonenumber::Mode::E164)).ok()?;
    (text.len() > MIN_DIGITS && text.len() <= MAX_DIGITS + 1).then_some(text)
}

#[cfg(test)]
#[path = "phone_tests.rs"]
mod tests;
