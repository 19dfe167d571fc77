//! What a result line looks like, so that other formats can be made of it.

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
