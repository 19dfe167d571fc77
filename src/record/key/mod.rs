//! Keys: what names a person. A kind and one canonical text, the same whether read from a record or asked
//! for.
//!
//! `docs/keys.md` tells users what is accepted, and fixes numbers and canonical texts, since files hold
//! hashes of them.
//!
//! - `guess`: what kind of key a text is
//! - `plan`: the keys of a record, by the schema's key rules
//! - `identity`: the person id

mod guess;
mod identity;
mod plan;

pub use identity::{FIRST_UNUSABLE_ID, IdClaim, identify};
pub use plan::KeyPlan;

use std::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};

use super::normalise::{self, Profile};
use crate::schema::IdSource;

/// What kind of name a key is. The numbers are hashed into files: they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum KeyKind {
    /// The person id, in decimal.
    PersonId = 1,
    /// SHA-256 of an e-mail address, in hexadecimal: an address and its hash are one key.
    Email = 2,
    /// MD5 of an e-mail address, in hexadecimal.
    EmailMd5 = 3,
    /// A phone number: E.164, or digits where the country is unknown.
    Phone = 4,
    /// `network:username`.
    Handle = 5,
    /// A profile page that gives no user name: host and path.
    Url = 6,
    /// `source:id`.
    ForeignId = 7,
    /// A member token of Sales Navigator or Recruiter.
    MemberToken = 8,
}

impl KeyKind {
    /// Every kind, by number.
    pub const ALL: [KeyKind; 8] = [
        KeyKind::PersonId,
        KeyKind::Email,
        KeyKind::EmailMd5,
        KeyKind::Phone,
        KeyKind::Handle,
        KeyKind::Url,
        KeyKind::ForeignId,
        KeyKind::MemberToken,
    ];

    /// The number that stands for the kind in files.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The kind's name in messages and tables.
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::PersonId => "person id",
            KeyKind::Email => "e-mail",
            KeyKind::EmailMd5 => "e-mail MD5",
            KeyKind::Phone => "phone",
            KeyKind::Handle => "handle",
            KeyKind::Url => "profile URL",
            KeyKind::ForeignId => "source id",
            KeyKind::MemberToken => "member token",
        }
    }
}

/// A name of a person, normalised. Two keys are equal if kind and text are.
#[derive(Debug, Clone)]
pub struct Key {
    kind: KeyKind,
    text: String,
    /// What to search for in a record's text, where that is neither `text` nor the part behind its colon.
    proof: Option<String>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.text.hash(state);
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.shown())
    }
}

/// A text that cannot be read as the key it was given as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no {wanted}; accepted are for example {examples}")]
pub struct KeyError {
    /// The text, cut after 80 characters.
    pub given: String,
    /// What it was to be.
    pub wanted: &'static str,
    /// What would be accepted.
    pub examples: &'static str,
}

impl KeyError {
    fn new(given: &str, wanted: &'static str, examples: &'static str) -> Self {
        let mut short: String = given.chars().take(80).collect();
        if short.len() < given.len() {
            short.push('…');
        }
        Self { given: short, wanted, examples }
    }
}

impl Key {
    fn new(kind: KeyKind, text: String) -> Self {
        Self { kind, text, proof: None }
    }

    /// The kind of name.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The canonical text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as people know it: of an e-mail address the address where it is known, not its hash.
    pub fn shown(&self) -> &str {
        self.proof.as_deref().unwrap_or(&self.text)
    }

    /// The key of a profile URL in any spelling: a handle, a source id, a member token or a page.
    pub fn url(url: &str) -> Result<Key, KeyError> {
        let examples = "https://www.linkedin.com/in/jane-doe, linkedin.com/in/jane-doe, x.com/janedoe, github.com/janedoe";
        let profile =
            normalise::profile_url(url).ok_or_else(|| KeyError::new(url, "profile URL", examples))?;
        Ok(Key::of_profile(profile))
    }

    /// The key of an e-mail address.
    pub fn email(address: &str) -> Result<Key, KeyError> {
        let normal = normalise::email(address);
        let address = normal.ok_or_else(|| {
            KeyError::new(address, "e-mail address", "jane@example.com, Jane Doe <jane@example.com>")
        })?;
        Ok(Key::of_address(address))
    }

    /// The key of an e-mail address's hash: 64 hexadecimal digits are its SHA-256, 32 its MD5.
    pub fn email_hash(hash: &str) -> Result<Key, KeyError> {
        let digits = hash.trim().to_ascii_lowercase();
        let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
        match digits.len() {
            64 if hexadecimal => Ok(Key::new(KeyKind::Email, digits)),
            32 if hexadecimal => Ok(Key::new(KeyKind::EmailMd5, digits)),
            _ => {
                let examples = "the 64 hexadecimal digits of a SHA-256 or the 32 of an MD5, taken of the address in lower case";
                Err(KeyError::new(hash, "hash of an e-mail address", examples))
            }
        }
    }

    /// The key of a phone number.
    pub fn phone(number: &str) -> Result<Key, KeyError> {
        let examples = "+1 415 568 8415, +44 20 7946 0018, (415) 568-8415 for the United States";
        let normal =
            normalise::phone(number).ok_or_else(|| KeyError::new(number, "phone number", examples))?;
        Ok(Key::new(KeyKind::Phone, normal))
    }

    /// The key of a user name on a network: the same as its profile URL's.
    pub fn handle(network: &str, name: &str) -> Result<Key, KeyError> {
        let examples = "linkedin:jane-doe, twitter:@janedoe, github:janedoe";
        let profile = normalise::handle(network, name);
        let given = || format!("{network}:{name}");
        Ok(Key::of_profile(
            profile.ok_or_else(|| KeyError::new(&given(), "user name on a network", examples))?,
        ))
    }

    /// The key of a person id.
    pub fn id(id: &str) -> Result<Key, KeyError> {
        let number = id.trim().parse::<u64>().ok().filter(|id| (1..FIRST_UNUSABLE_ID).contains(id));
        let number =
            number.ok_or_else(|| KeyError::new(id, "person id", "14540, any integer from 1 to 2^53 - 1"))?;
        Ok(Key::person_id(number))
    }

    /// The key of a person id that is a number already.
    pub fn person_id(id: u64) -> Key {
        Key::new(KeyKind::PersonId, id.to_string())
    }

    /// The key of a person's id at another source.
    pub fn foreign_id(source: &str, id: &str) -> Result<Key, KeyError> {
        let examples = "pdl:qEnOZ5Oh0poWnQ1luFBfVw_0000, aggknowledge:81, linkedin:145991517";
        let error = || KeyError::new(&format!("{source}:{id}"), "id at a source", examples);
        let source = normalise::network_name(source).ok_or_else(error)?;
        normalise::own_id(&source, id).map(Key::of_profile).ok_or_else(error)
    }

    /// The key of a member token of Sales Navigator or Recruiter. Case counts.
    pub fn member_token(token: &str) -> Result<Key, KeyError> {
        let examples = "ACwAAAJ1bWkBk0rVh2xq, the part behind /sales/lead/ and before the comma";
        let profile = normalise::member_token(token);
        Ok(Key::of_profile(profile.ok_or_else(|| KeyError::new(token, "member token", examples))?))
    }

    /// Keys to try when this one finds nobody: the user names that an old public LinkedIn URL (`/pub/`) may
    /// have become.
    pub fn alternatives(&self) -> Vec<Key> {
        if self.kind != KeyKind::Url {
            return Vec::new();
        }
        let names = normalise::pub_fallbacks(&self.text);
        names.iter().filter_map(|name| Key::handle(IdSource::LinkedIn.name(), name).ok()).collect()
    }

    fn of_profile(profile: Profile) -> Key {
        match profile {
            Profile::Handle { network, name } => Key::new(KeyKind::Handle, format!("{network}:{name}")),
            Profile::Id { network, id } => Key::new(KeyKind::ForeignId, format!("{network}:{id}")),
            Profile::MemberToken(token) => Key::new(KeyKind::MemberToken, token),
            Profile::Page(page) => Key::new(KeyKind::Url, page),
        }
    }

    /// The SHA-256 key of a normalised address.
    fn of_address(address: String) -> Key {
        let text = hex(&Sha256::digest(address.as_bytes()));
        Key { kind: KeyKind::Email, text, proof: Some(address) }
    }

    /// The MD5 key of a normalised address.
    fn md5_of_address(address: &str) -> Key {
        let text = hex(&md5::Md5::digest(address.as_bytes()));
        Key { kind: KeyKind::EmailMd5, text, proof: Some(address.to_owned()) }
    }

    /// The name, address or number to search for in a record's text; `None` if only the record's keys can
    /// tell.
    fn proof_text(&self) -> Option<&str> {
        let text = match (self.kind, &self.proof) {
            (_, Some(address)) => address,
            // A hash asked for as such is nowhere in the record.
            (KeyKind::Email | KeyKind::EmailMd5, None) => return None,
            (KeyKind::Handle | KeyKind::ForeignId, None) => self.text.split_once(':')?.1,
            _ => &self.text,
        };
        // A quote would reach over the end of a JSON string.
        let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        plain.then_some(text)
    }

    /// Whether the record's text shows the key: as a whole word, a handle as part of its profile's URL.
    /// `false` means doubt, not no: the record may spell
    /// it differently, and only [`KeyPlan::record_has_key`] can tell. For a record that an equal 64-bit hash
    /// led to, `true` is proof; for any other it
    /// may be a mention. Cost: one search through the record, 0.1 us a kilobyte.
    pub fn proves(&self, record: &[u8]) -> bool {
        let proof = self.proof_text();
        if proof.is_some_and(|proof| self.stands_in(record, proof)) {
            return true;
        }
        // Capitals, and the percent-encoding of user names that are not ASCII, are how most other spellings differ.
        match (self.kind, proof) {
            (KeyKind::Email | KeyKind::EmailMd5 | KeyKind::Handle | KeyKind::Url, Some(proof)) => {
                self.stands_in(&record.to_ascii_lowercase(), proof)
            }
            (KeyKind::Handle, None) => self.percent_encoded().is_some_and(|proof| {
                self.stands_in(record, &proof) || self.stands_in(&record.to_ascii_lowercase(), &proof)
            }),
            _ => false,
        }
    }

    /// The user name as URLs spell it, with lower-case digits; `None` if that is no plain text either.
    fn percent_encoded(&self) -> Option<String> {
        let (_, name) = self.text.split_once(':')?;
        let mut encoded = String::with_capacity(name.len() * 3);
        for byte in name.bytes() {
            match byte {
                b'"' | b'\\' | b'/' | b'%' | b' ' => return None,
                _ if byte.is_ascii_graphic() => encoded.push(char::from(byte)),
                _ => {
                    encoded.push('%');
                    encoded.push_str(&hex(&[byte]));
                }
            }
        }
        Some(encoded)
    }

    /// Whether `proof` stands in the record where a key of this kind does.
    fn stands_in(&self, record: &[u8], proof: &str) -> bool {
        let network = match self.kind {
            KeyKind::Handle => self.text.split_once(':').map(|(network, _)| network),
            _ => None,
        };
        memchr::memmem::find_iter(record, proof).any(|at| {
            let before = record.get(..at).unwrap_or_default();
            let behind = record.get(at + proof.len()..).unwrap_or_default();
            let ends = !behind.first().is_some_and(continues_name);
            match (self.kind, network) {
                (_, Some(network)) => ends && normalise::ends_with_profile_url_of(network, before),
                (KeyKind::Url, _) => behind.starts_with(b"\"") && matches!(before.last(), Some(b'/' | b'"')),
                _ => ends && !before.last().is_some_and(continues_name),
            }
        })
    }
}

/// Whether a byte beside a name makes it part of a longer one.
fn continues_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.%+\\".contains(byte) || !byte.is_ascii()
}

/// Bytes in hexadecimal, lower case.
pub(in crate::record) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests;
