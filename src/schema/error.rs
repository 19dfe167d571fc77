//! What can be wrong with a schema text, and with a field name a user asked for.

use super::{NodeKind, listed};

/// A schema text that cannot be used. The built-in one never is; one from a file may be damaged or from a newer build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Not JSON, or not `{"version": .., "paths": [..]}`.
    #[error("schema: not a schema text: {problem}")]
    Text {
        /// What the parser says.
        problem: String,
    },
    /// Written for another version of the schema text.
    #[error("schema: version {found}, this build reads {reads}: use a newer rolo")]
    Version {
        /// The version in the text.
        found: u64,
        /// The version this build reads.
        reads: u64,
    },
    /// A row that is not a row: an unknown or missing key, or a value of the wrong type.
    #[error("schema: {path}: {problem}")]
    Row {
        /// The row's path, or its position if it has none.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A path with two rows.
    #[error("schema: {path} has two rows")]
    Duplicate {
        /// The path.
        path: String,
    },
    /// A path below one that is not there, comes later, or holds no children.
    #[error("schema: {path} lies in {parent}, which is no object or array above it in the table")]
    MissingParent {
        /// The path.
        path: String,
        /// Where it says it lies.
        parent: String,
    },
    /// A row that names another path that is not there or does not fit.
    #[error("schema: {path}: its {role} names {target}, which does not exist or does not fit")]
    MissingTarget {
        /// The row's path.
        path: String,
        /// The row's key that names it: `alias`, `text`, `union`, `scalar`, `key`.
        role: &'static str,
        /// What it names.
        target: String,
    },
    /// Keys of a row that do not go together.
    #[error("schema: {path}: {problem}")]
    Unfit {
        /// The row's path.
        path: String,
        /// What does not fit.
        problem: String,
    },
    /// Growth would change the meaning of a path that is already stored.
    #[error("schema: {path} is {was} in the file and {now} here: only adding paths is possible")]
    Retyped {
        /// The path.
        path: String,
        /// What it is in the older schema.
        was: String,
        /// What it is in the newer schema.
        now: String,
    },
    /// More nodes or element spaces than their numbers can count.
    #[error("schema: too many {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
    },
}

impl SchemaError {
    pub(super) fn unfit(path: &str, problem: impl Into<String>) -> SchemaError {
        SchemaError::Unfit { path: path.to_owned(), problem: problem.into() }
    }

    pub(super) fn wrong_kind(path: &str, key: &str, wants: &str, kind: NodeKind) -> SchemaError {
        SchemaError::unfit(path, format!("`{key}` wants {wants}, not {kind}"))
    }
}

/// A field a user asked for that does not exist, with what may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field as it was asked for, without blanks around it.
    pub field: String,
    /// At most three paths that may have been meant, likeliest first.
    pub suggestions: Vec<String>,
    /// Everything that could have been asked for: families first, then every other path in the order of the table.
    pub available: Vec<String>,
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no field is called {:?}", self.field)?;
        match self.suggestions.is_empty() {
            true => f.write_str(".")?,
            false => write!(f, "; did you mean {}?", listed(self.suggestions.iter().cloned(), "or"))?,
        }
        let families = self.available.iter().take_while(|path| !path.contains('.')).count();
        let (families, paths) = self.available.split_at(families);
        write!(f, " There are the families {}, and {} paths inside them", families.join(", "), paths.len())
    }
}

impl std::error::Error for FieldError {}
