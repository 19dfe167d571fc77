//! Why a record is not taken: one reason per record, with the facts a user needs to find and mend it.

/// The largest record that is read, in bytes.
pub const MAX_RECORD_BYTES: usize = 64 << 20;
/// How many arrays and objects may lie inside one another in a record.
pub const MAX_DEPTH: usize = 128;

/// Why a record was rejected. Byte positions count from 0 at the record's first byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// The record is longer than [`MAX_RECORD_BYTES`].
    #[error("the record is larger than {} MiB, the most one record may have", limit >> 20)]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The bytes are not UTF-8.
    #[error("byte {byte} is not valid UTF-8: convert the input to UTF-8")]
    InvalidUtf8 {
        /// Where the first bad byte is.
        byte: usize,
    },
    /// The text is not JSON.
    #[error("not JSON at byte {byte}: {problem}")]
    Syntax {
        /// Where reading stopped.
        byte: usize,
        /// What was wrong there.
        problem: String,
    },
    /// A row of a table has more cells than the table has columns.
    #[error("the row has {found} cells, and the header names {columns}: quote cells that hold the delimiter")]
    TooManyCells {
        /// How many cells it has.
        found: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// A `\u` escape is half of a surrogate pair.
    #[error(
        "half a surrogate pair in a \\u escape before byte {byte}: write both halves, or the character itself"
    )]
    LoneSurrogate {
        /// Where reading stopped.
        byte: usize,
    },
    /// The JSON value ended, and more text follows.
    #[error("text follows the JSON value at byte {byte}: put one value on a line")]
    TrailingText {
        /// Where the further text begins.
        byte: usize,
    },
    /// Arrays and objects are nested too deeply.
    #[error("nested deeper than {limit} levels before byte {byte}")]
    TooDeep {
        /// Just behind the bracket that opens one level too many.
        byte: usize,
        /// The deepest that is read.
        limit: usize,
    },
    /// A key holds the character U+0000, which no column name may.
    #[error("a key before byte {byte} contains a NUL character")]
    NulInKey {
        /// Where the key ends.
        byte: usize,
    },
    /// The value is not an object.
    #[error("the record is {found}, and a person is a JSON object")]
    NotAnObject {
        /// What it is: `a list`, `a string` ...
        found: &'static str,
    },
    /// The record has neither a person id nor a key.
    #[error(
        "nothing names this person: neither crustdata_person_id (an integer from 1 to 2^53 - 1) nor a profile \
         URL, handle, e-mail, phone or source id that can be read"
    )]
    NoIdentity,
    /// A value does not fit its column, and the load is strict.
    #[error("{path} is {found}, and {expected} is wanted")]
    WrongType {
        /// The value's path.
        path: String,
        /// What the column takes.
        expected: &'static str,
        /// What the record has.
        found: &'static str,
    },
    /// The person exists already.
    #[error("person {id} exists already")]
    DuplicatePerson {
        /// The person id.
        id: u64,
    },
    /// The record would have to take the place of several people.
    #[error("several people are the one that {path} names: {}", listed(ids))]
    SeveralPeople {
        /// The path whose keys decide.
        path: String,
        /// Their person ids.
        ids: Vec<u64>,
    },
}

fn listed(ids: &[u64]) -> String {
    ids.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

impl RejectReason {
    /// The place in the record the reason is about, in bytes from its start; `None` if it is about the whole.
    pub fn byte(&self) -> Option<usize> {
        match self {
            Self::InvalidUtf8 { byte }
            | Self::Syntax { byte, .. }
            | Self::LoneSurrogate { byte }
            | Self::TrailingText { byte }
            | Self::TooDeep { byte, .. }
            | Self::NulInKey { byte } => Some(*byte),
            _ => None,
        }
    }

    /// The line of the input the reason is about, for a record that begins on `first_line`.
    pub fn line(&self, record: &[u8], first_line: u64) -> u64 {
        let until = self.byte().unwrap_or(0).min(record.len());
        let before = record.get(..until).unwrap_or_default();
        first_line + memchr::memchr_iter(b'\n', before).count() as u64
    }
}
