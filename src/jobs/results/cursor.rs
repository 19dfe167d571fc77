//! Where the next page of a job's items begins, as a text that only this job takes.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::jobs::{JobError, JobId};

/// Digits of a number in a cursor.
const DIGITS: usize = 16;

/// A place in the items of one job. Its text is the position and a check over it and the job's id, in hexadecimal digits:
/// neither another job's cursor nor a mistyped one is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor;

impl Cursor {
    /// The text of a position among the items of `job`.
    pub fn encode(job: JobId, position: u64) -> String {
        format!("{position:016x}{:016x}", check(job, position))
    }

    /// The position that a text of [`Cursor::encode`] for the same job stands for.
    ///
    /// # Errors
    /// [`JobError::Cursor`] for every other text.
    pub fn decode(job: JobId, text: &str) -> Result<u64, JobError> {
        let position = text.get(..DIGITS).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        // There is one spelling only.
        let position = position.filter(|position| Self::encode(job, *position) == text);
        position.ok_or_else(|| JobError::Cursor(text.to_string()))
    }
}

fn check(job: JobId, position: u64) -> u64 {
    xxh3_64_with_seed(job.to_string().as_bytes(), position)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_cursor_is_its_own_jobs_only(position: u64) {
            let (own, other) = (JobId::random(), JobId::random());
            let text = Cursor::encode(own, position);
            prop_assert_eq!(Cursor::decode(own, &text).unwrap(), position);
            prop_assert!(matches!(Cursor::decode(other, &text), Err(JobError::Cursor(given)) if given == text));
        }

        #[test]
        fn a_text_that_nobody_gave_out_is_refused(text in "\\PC{0,40}|[0-9a-f]{32}|[0-9a-fA-F+]{30,34}") {
            prop_assert!(Cursor::decode(JobId::random(), &text).is_err());
        }

        #[test]
        fn every_single_change_is_refused(position in prop_oneof![0..1_000_000_u64, any::<u64>()], any: char) {
            let job = JobId::random();
            let cursor = Cursor::encode(job, position);
            let signs = "0123456789abcdefABCDEF+- \u{e9}".chars().chain([any]);
            for (at, sign) in (0..cursor.len()).flat_map(|at| signs.clone().map(move |sign| (at, sign))) {
                let (head, tail) = (&cursor[..at], &cursor[at + 1..]);
                let (changed, shorter) = (format!("{head}{sign}{tail}"), format!("{head}{tail}"));
                let longer = format!("{head}{sign}{}", &cursor[at..]);
                prop_assert!(changed == cursor || Cursor::decode(job, &changed).is_err(), "{}", changed);
                prop_assert!(Cursor::decode(job, &shorter).is_err() && Cursor::decode(job, &longer).is_err());
            }
        }
    }
}
