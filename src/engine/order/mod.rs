//! In which order people come, and where a page ends.
//!
//! - `by_id`: by person id, the default
//! - `ranks`: the value of a path by row, as a number that sorts like it
//! - `first`: the first people by the values of paths
//! - `cursor`: where a page ended

mod by_id;
mod cursor;
mod first;
mod ranks;

use std::fmt;
use std::sync::Arc;

use crate::filter::Field;
use crate::schema::{Schema, listed};
pub(super) use by_id::by_id;
pub use cursor::{Cursor, CursorError};
pub(super) use cursor::{Query, end_of_page};
pub(super) use first::first;

/// A person's place in the file: segment, then row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) segment: u32,
    pub(super) row: u32,
}

/// An order of people: by the values of some paths, the first of them first; who has no value comes last, either way. Who is equal in
/// all of them comes by ascending person id, and so does everybody if there is no path.
///
/// Texts are in the order of their lower case, then of their bytes; numbers, dates and truth values in their own. Of a path into an
/// array, the least value counts where they ascend, the greatest where they descend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sort {
    keys: Vec<SortKey>,
}

/// One path of an order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SortKey {
    pub(super) field: Arc<Field>,
    pub(super) descending: bool,
}

/// An order that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SortError {
    /// A path by which people cannot be sorted.
    Path {
        /// The path as it was written.
        path: String,
        /// At most three paths that may have been meant, likeliest first.
        suggestions: Vec<String>,
        /// All paths that people can be sorted by, in the order of the schema.
        sortable: Vec<String>,
    },
    /// A direction that is neither `asc` nor `desc`.
    Direction {
        /// The path.
        path: String,
        /// The direction as it was written.
        found: String,
    },
}

impl fmt::Display for SortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path { path, suggestions, sortable } => {
                write!(f, "cannot sort by '{path}'")?;
                if !suggestions.is_empty() {
                    write!(f, "; did you mean {}?", listed(suggestions.iter().cloned(), "or"))?;
                }
                write!(f, " Sortable are: {}", sortable.join(", "))
            }
            Self::Direction { path, found } => {
                write!(f, "cannot sort by {path} '{found}'; wanted: asc or desc")
            }
        }
    }
}

impl std::error::Error for SortError {}

impl Sort {
    /// An order by paths of a schema, each descending or not.
    ///
    /// # Errors
    /// A path that is no sortable one, with those that are.
    pub fn new<'p>(
        schema: &Schema,
        keys: impl IntoIterator<Item = (&'p str, bool)>,
    ) -> Result<Sort, SortError> {
        let key = |(path, descending): (&str, bool)| {
            let row = schema.resolve(path).filter(|row| row.sort);
            let field = row.and_then(|row| Field::of(schema, &row.path));
            let unknown = || SortError::Path {
                path: path.to_owned(),
                suggestions: schema
                    .nearest_where(path, |row| row.sort)
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                sortable: schema.paths().iter().filter(|row| row.sort).map(|row| row.path.clone()).collect(),
            };
            Ok(SortKey { field: Arc::new(field.ok_or_else(unknown)?), descending })
        };
        Ok(Sort { keys: keys.into_iter().map(key).collect::<Result<_, SortError>>()? })
    }

    /// An order as it is written on a command line: `basic_profile.name,professional_network.connections:desc`. Empty: by person id.
    ///
    /// # Errors
    /// A path that is no sortable one, a direction that is neither `asc` nor `desc`.
    pub fn parse(text: &str, schema: &Schema) -> Result<Sort, SortError> {
        let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty()).map(|key| {
            let (path, direction) = key.split_once(':').unwrap_or((key, "asc"));
            match direction {
                "asc" => Ok((path, false)),
                "desc" => Ok((path, true)),
                other => Err(SortError::Direction { path: path.to_owned(), found: other.to_owned() }),
            }
        });
        Sort::new(schema, keys.collect::<Result<Vec<_>, SortError>>()?)
    }

    /// Whether it is the order by person id alone.
    pub fn is_by_id(&self) -> bool {
        self.keys.is_empty()
    }

    /// Its paths as they were written, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.field.path.as_str())
    }

    pub(super) fn keys(&self) -> &[SortKey] {
        &self.keys
    }
}

impl fmt::Display for Sort {
    /// As [`Sort::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.keys.iter().enumerate() {
            let (comma, direction) =
                (if at > 0 { "," } else { "" }, if key.descending { "desc" } else { "asc" });
            write!(f, "{comma}{}:{direction}", key.field.path)?;
        }
        Ok(())
    }
}
