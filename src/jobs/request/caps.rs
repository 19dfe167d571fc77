//! How much may be asked for: the vendors' caps, which a call on one's own machine may raise.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::Items;
use crate::jobs::{JobError, Refusal};

/// What `chunk_size` may be (`crustdata.md` 6.4), for everybody.
pub const CHUNK_SIZES: RangeInclusive<u32> = 10..=1000;
/// What it is where nobody says.
pub const DEFAULT_CHUNK_SIZE: u32 = 100;

/// The most that one job takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Identifiers or requests; more are refused.
    pub identifiers: u64,
    /// People that a search returns; a larger wish is cut to it.
    pub max_results: u64,
    /// Bytes of a CSV; more are refused.
    pub csv_bytes: u64,
}

impl Caps {
    /// What the vendors take.
    pub const fn vendor() -> Self {
        Self { identifiers: 10_000, max_results: 10_000, csv_bytes: 10_000_000 }
    }

    /// No caps: for calls on one's own machine.
    pub const fn unlimited() -> Self {
        Self { identifiers: u64::MAX, max_results: u64::MAX, csv_bytes: u64::MAX }
    }
}

/// A chunk size as given, or the usual one.
pub(super) fn chunk_size(given: Option<u32>) -> Result<u32, JobError> {
    let size = given.unwrap_or(DEFAULT_CHUNK_SIZE);
    if CHUNK_SIZES.contains(&size) { Ok(size) } else { Err(wrong_chunk_size()) }
}

/// The vendor's words (`crustdata.md` 1.5).
pub(super) fn wrong_chunk_size() -> JobError {
    refused(format!("chunk_size must be between {} and {}", CHUNK_SIZES.start(), CHUNK_SIZES.end()))
}

/// The items; in the place of the first above the cap stands a refusal. `what`: what they are, in the plural.
///
/// # Errors
/// `empty`, if there is no item; or the error that stands in the place of the first one.
pub(super) fn capped<'a>(
    items: impl Iterator<Item = Result<String, JobError>> + 'a,
    cap: u64,
    what: &'static str,
    empty: impl FnOnce() -> JobError,
) -> Result<Items<'a>, JobError> {
    let mut items = items.peekable();
    if items.peek().is_none_or(Result::is_err) {
        return Err(items.next().and_then(Result::err).unwrap_or_else(empty));
    }
    let numbered = (1u64..).zip(items);
    Ok(Box::new(
        numbered.map(move |(number, item)| if number > cap { Err(too_many(cap, what)) } else { item }),
    ))
}

/// A refusal of more items than the cap.
pub(super) fn too_many(cap: u64, what: impl Display) -> JobError {
    refused(format!("more than {cap} {what}, the most that one job takes; submit the rest as another"))
}

/// A refusal with status 400.
pub(super) fn refused(message: impl Into<String>) -> JobError {
    Refusal::bad_request(message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: u64) -> impl Iterator<Item = Result<String, JobError>> {
        (0..count).map(|n| Ok(n.to_string()))
    }

    #[test]
    fn the_cap_itself_is_taken_and_one_more_is_refused_in_its_place() {
        let empty = || refused("empty");
        let taken = capped(items(10_000), 10_000, "identifiers", empty).unwrap();
        assert_eq!(taken.filter(Result::is_ok).count(), 10_000);
        let all: Vec<_> = capped(items(10_001), 10_000, "identifiers", empty).unwrap().collect();
        assert!(all[..10_000].iter().all(Result::is_ok));
        assert_eq!(
            all[10_000].as_ref().unwrap_err().to_string(),
            "more than 10000 identifiers, the most that one job takes; submit the rest as another"
        );
    }

    #[test]
    fn no_item_and_a_broken_first_item_are_errors_at_once() {
        let empty = || refused("empty");
        assert_eq!(capped(items(0), 1, "items", empty).err().unwrap().to_string(), "empty");
        let broken = std::iter::once(Err(JobError::Input("broken".to_string())));
        assert_eq!(capped(broken, 1, "items", empty).err().unwrap().to_string(), "broken");
    }

    #[test]
    fn chunk_sizes_are_10_to_1000() {
        assert_eq!(chunk_size(None).unwrap(), 100);
        for good in [10, 1000] {
            assert_eq!(chunk_size(Some(good)).unwrap(), good);
        }
        for bad in [0, 9, 1001, u32::MAX] {
            let message = chunk_size(Some(bad)).unwrap_err().to_string();
            assert_eq!(message, "chunk_size must be between 10 and 1000");
        }
    }
}
