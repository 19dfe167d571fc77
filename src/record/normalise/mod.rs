//! Normalisers: the one spelling under which a key is stored and looked up. The same functions serve loading
//! and lookup.
//!
//! Each is idempotent: what it gives, it takes as it is. Any change of a result raises
//! [`NORMALISER_VERSION`], which the file
//! records, since stored keys were made by the old rules. What they accept is told to users in
//! `docs/keys.md`.
//!
//! - `email`, `phone`: addresses and numbers
//! - `name`, `name_words`: names of persons, and the titles, suffixes and particles in them
//! - `company`, `legal_forms`: companies by name, web site or page
//! - `title_case`: texts for showing
//! - `network`: the table of networks, and how a profile URL of each is built
//! - `url`: profile URLs of any spelling
//! - `linkedin`: LinkedIn's many forms of one profile

mod company;
mod email;
mod legal_forms;
mod linkedin;
mod name;
mod name_words;
mod network;
mod phone;
#[cfg(test)]
mod phone_examples;
mod title_case;
mod url;

pub use company::{Company, company};
pub use email::email;
pub use linkedin::pub_fallbacks;
pub(crate) use linkedin::{is_member_token, member_token};
pub use name::{NameParts, name, name_parts};
pub(crate) use network::{ends_with_profile_url_of, is_known as is_known_network, own_id};
pub use network::{handle, network_name};
pub use phone::{PhoneParts, country_id, phone, phone_in, phone_parts};
pub use title_case::title_case;
pub use url::{Profile, profile_url};

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Version of all rules in this folder.
pub const NORMALISER_VERSION: u32 = 1;

/// Longer texts are no key.
const MAX_KEY_BYTES: usize = 2048;

/// Lower case in Unicode's composed form (NFC).
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded: String = text.to_lowercase().nfc().collect();
    // Composing may give a letter that has a lower case of its own; a second round settles every known one.
    for _ in 0..3 {
        let again: String = folded.to_lowercase().nfc().collect();
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

/// The composed form (NFC), case kept.
fn compose(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// Takes off what people and documents put around an address: white space, quotes, brackets, a full stop at
/// the end.
fn unwrap(text: &str) -> &str {
    let open = |c: char| c.is_whitespace() || is_invisible(c) || "\"'`<([{,;“”‘’«»".contains(c);
    let close = |c: char| c.is_whitespace() || is_invisible(c) || "\"'`>)]}.,;:!?“”‘’«»".contains(c);
    text.trim_start_matches(open).trim_end_matches(close)
}

/// Zero-width characters and byte order marks, as copied out of web pages and spreadsheets.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{ad}')
}

/// Signs for an apostrophe.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | '′')
}

/// Takes off percent-encoding, also several layers of it; text whose encoded bytes are not UTF-8 is left as
/// it is.
fn percent_decode(text: &str) -> Cow<'_, str> {
    let mut decoded = Cow::Borrowed(text);
    // Each round makes the text shorter, so this ends.
    while decoded.contains('%') {
        let next = match percent_encoding::percent_decode_str(&decoded).decode_utf8() {
            Ok(next) if next != decoded => next.into_owned(),
            _ => break,
        };
        decoded = Cow::Owned(next);
    }
    decoded
}

#[cfg(test)]
mod tests;
