//! What kind of key a text is, when the user did not say.

use super::{FIRST_UNUSABLE_ID, Key, KeyError};
use crate::record::normalise;
use crate::schema::IdSource;

impl Key {
    /// The key that a text most likely is. In this order: digits are a person id; 64 or 32 hexadecimal digits
    /// an e-mail's hash; `+` begins a
    /// phone number; `network:name` is a handle, or an id if a source is named (`pdl:`, `aggknowledge:`,
    /// `linkedin:` with digits); a member token
    /// has its own look; an `@` without a slash makes an e-mail address; a dot makes a URL; seven digits a
    /// phone number.
    pub fn guess(text: &str) -> Result<Key, KeyError> {
        let plain = text.trim();
        let digits = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit());
        if digits && plain.parse::<u64>().is_ok_and(|id| (1..FIRST_UNUSABLE_ID).contains(&id)) {
            return Key::id(plain);
        }
        if let Ok(key) = Key::email_hash(plain) {
            return Ok(key);
        }
        if plain.starts_with('+') {
            return Key::phone(plain);
        }
        if let Some(key) = named(plain) {
            return key;
        }
        if normalise::is_member_token(plain) {
            return Key::member_token(plain);
        }
        if is_address(plain) {
            return Key::email(plain);
        }
        if plain.contains('.')
            && plain.contains(char::is_alphabetic)
            && let Ok(key) = Key::url(plain)
        {
            return Ok(key);
        }
        if !plain.contains(char::is_alphabetic)
            && let Ok(key) = Key::phone(plain)
        {
            return Ok(key);
        }
        let examples = "linkedin.com/in/jane-doe, jane@example.com, a SHA-256 or MD5 of an address, +14155688415, github:janedoe, pdl:ID, 14540";
        Err(KeyError::new(text, "key", examples))
    }
}

/// `network:name` or `source:id`; `None` if the text is neither.
fn named(text: &str) -> Option<Result<Key, KeyError>> {
    let (network, name) = text.split_once(':')?;
    if name.starts_with("//") || network.contains(['/', '.', '@']) && !normalise::is_known_network(network) {
        return None;
    }
    let lower = network.trim().to_ascii_lowercase();
    let number = !name.trim().is_empty() && name.trim().bytes().all(|b| b.is_ascii_digit());
    let linkedin = lower == IdSource::LinkedIn.name();
    if IdSource::ALL.iter().any(|source| source.name() == lower) && (!linkedin || number) {
        return Some(Key::foreign_id(&lower, name));
    }
    // Of `jane.example.com:8080` and `mailto:` the first part is no network.
    normalise::is_known_network(network).then(|| Key::handle(network, name))
}

/// Whether a text with an `@` is an address, not a URL with one in it (`medium.com/@jane`).
fn is_address(text: &str) -> bool {
    text.contains('@') && !text.contains('/') && !text.starts_with('@')
}
