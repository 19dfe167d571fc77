//! The person id: the source's own where there is one, else a hash of the strongest key, the same on every
//! machine.

use sha2::{Digest as _, Sha256};

use super::{Key, KeyKind};
use crate::record::reject::RejectReason;

/// Person ids are below 2^53, so that every JSON reader keeps them exact.
pub const FIRST_UNUSABLE_ID: u64 = 1 << 53;

/// The id under which a record asks to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdClaim {
    /// The person id, 1 to 2^53 - 1.
    pub id: u64,
    /// For a computed id, further 64 bits of the hash: two claims to one id with equal tags are one person
    /// twice, with different tags two persons, of
    /// whom the later takes the next free id. `None`: the record states its id.
    pub identity_tag: Option<u64>,
}

/// Kinds of keys in the order in which they name a person, the surest first.
const STRENGTH: [&[KeyKind]; 5] = [
    &[KeyKind::Handle, KeyKind::Url],
    &[KeyKind::Email],
    &[KeyKind::Phone],
    &[KeyKind::ForeignId],
    &[KeyKind::MemberToken],
];

/// The id of a person with these keys.
///
/// A person id among the keys stands. Else the id is made of the first 52 bits of SHA-256 over `format`, NUL,
/// and `source_id` or, without one,
/// the first key by strength: profile URL or handle, e-mail, phone, source id, member token. The format of
/// records in the person schema is `person`.
///
/// # Errors
/// [`RejectReason::NoIdentity`] if there is neither.
pub fn identify(format: &str, source_id: Option<&str>, keys: &[Key]) -> Result<IdClaim, RejectReason> {
    if let Some(id) = stated(keys) {
        return Ok(IdClaim { id, identity_tag: None });
    }
    let name = match source_id.filter(|id| !id.is_empty()) {
        Some(id) => id.to_owned(),
        None => strongest(keys).ok_or(RejectReason::NoIdentity)?,
    };
    let mut hash = Sha256::new();
    hash.update(format.as_bytes());
    hash.update([0]);
    hash.update(name.as_bytes());
    let digest = hash.finalize();
    let mut bytes = digest.iter();
    let mut next = || bytes.by_ref().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    let (first, second) = (next(), next());
    Ok(IdClaim { id: (first >> 12).max(1), identity_tag: Some(second) })
}

fn stated(keys: &[Key]) -> Option<u64> {
    keys.iter().find(|key| key.kind() == KeyKind::PersonId).and_then(|key| key.text().parse().ok())
}

/// The surest key as `kind number:text`.
fn strongest(keys: &[Key]) -> Option<String> {
    let key = STRENGTH.iter().find_map(|kinds| keys.iter().find(|key| kinds.contains(&key.kind())))?;
    Some(format!("{}:{}", key.kind().number(), key.text()))
}
