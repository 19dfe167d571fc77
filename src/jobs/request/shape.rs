//! What a result line looks like, so that other formats can be made of it.

use super::Request;

/// The members of a result line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineShape {
    /// What stands around the record, in the order of columns.
    pub envelope: &'static [(&'static str, Member)],
    /// The member that holds the record; `None`: the line is the record.
    pub record: Option<&'static str>,
}

/// What a member around the record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// Anything.
    Json,
}

impl Request {
    /// What its result lines look like.
    pub fn shape(&self) -> LineShape {
        use Member::{Boolean, Integer, Json, Text};
        let (envelope, record): (&[_], _) = match self {
            Self::Search(_) => (&[], None),
            Self::Enrich(_) => (&[("original_identifier", Text), ("internal_id", Integer)], Some("data")),
            Self::People(_) => (
                &[
                    ("id", Text),
                    ("isSuccess", Boolean),
                    ("isRetryable", Boolean),
                    ("metadata", Json),
                    ("error", Json),
                ],
                Some("data"),
            ),
            Self::Csv(_) => (&[("input_value", Text), ("status", Text)], Some("enrichment_data")),
        };
        LineShape { envelope, record }
    }
}
