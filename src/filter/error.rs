//! What can be wrong with a filter: where, what was found, and what would be right.

use std::fmt;

use crate::schema::listed;

/// A filter that is not taken. `at` is the place inside it, such as `conditions[1].value`; empty for the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterError {
    /// The text is not JSON.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Character of the line, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// Not a condition or group: a key that is missing, unknown or given twice, a group without conditions ...
    Shape {
        /// Where.
        at: String,
        /// What is there.
        found: String,
        /// What may be there.
        accepted: String,
    },
    /// A field that filters cannot name.
    UnknownField {
        /// Where.
        at: String,
        /// The field as it was written.
        field: String,
        /// What to do instead, where that is known.
        hint: Option<String>,
        /// At most three fields that may have been meant, likeliest first.
        suggestions: Vec<String>,
        /// All fields that filters can name, in the order of the schema.
        supported: Vec<String>,
    },
    /// An operator that does not exist.
    UnknownOperator {
        /// Where.
        at: String,
        /// The operator as it was written.
        found: String,
        /// What to do instead, where that is known.
        hint: Option<String>,
        /// All operators.
        accepted: Vec<&'static str>,
    },
    /// An operator that does not fit the field.
    WrongOperator {
        /// Where.
        at: String,
        /// The operator.
        operator: &'static str,
        /// The field.
        field: String,
        /// What the field holds, in words.
        holds: String,
        /// The operators that fit.
        accepted: Vec<&'static str>,
    },
    /// A value that does not fit field and operator.
    WrongValue {
        /// Where.
        at: String,
        /// What it is.
        found: String,
        /// What fits.
        accepted: String,
    },
    /// A place that the gazetteer does not know.
    UnknownPlace {
        /// Where.
        at: String,
        /// The place as it was written.
        place: String,
        /// At most three names of places that may have been meant, likeliest first.
        suggestions: Vec<String>,
    },
    /// Something that `all_of` does not take.
    AllOf {
        /// Where: the `all_of`, or the child of it at fault.
        at: String,
        /// What is there.
        found: String,
        /// What may be there.
        accepted: &'static str,
    },
    /// An operator that this build knows and cannot answer, or that an option has switched off.
    Unsupported {
        /// Where.
        at: String,
        /// The operator.
        operator: String,
        /// Why not.
        why: &'static str,
    },
    /// More than a limit allows.
    Limit {
        /// Where.
        at: String,
        /// The limit: its name in [`Limits`](super::Limits).
        limit: &'static str,
        /// What it counts, in words.
        of: &'static str,
        /// The most that is allowed.
        most: usize,
    },
}

impl FilterError {
    /// The place inside the filter, such as `conditions[1].value`; empty for the whole, and for what is no JSON.
    pub fn at(&self) -> &str {
        match self {
            Self::Syntax { .. } => "",
            Self::Shape { at, .. }
            | Self::UnknownField { at, .. }
            | Self::UnknownOperator { at, .. }
            | Self::WrongOperator { at, .. }
            | Self::WrongValue { at, .. }
            | Self::UnknownPlace { at, .. }
            | Self::AllOf { at, .. }
            | Self::Unsupported { at, .. }
            | Self::Limit { at, .. } => at,
        }
    }
}

impl fmt::Display for FilterError {
    /// Place, fact, and what to do. Where the Crustdata API has words for it, its words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.at()) {
            (Self::Syntax { line, column, problem }, _) => {
                return write!(f, "filter: not JSON at line {line}, column {column}: {problem}");
            }
            (_, "") => f.write_str("filter: ")?,
            (_, at) => write!(f, "filter: {at}: ")?,
        }
        match self {
            Self::Syntax { .. } => Ok(()),
            Self::Shape { found, accepted, .. } | Self::WrongValue { found, accepted, .. } => {
                write!(f, "{found}; wanted: {accepted}")
            }
            Self::UnknownField { field, hint, suggestions, supported, .. } => {
                write!(f, "Unsupported filter field: '{}'", brief(field))?;
                match hint {
                    Some(hint) => write!(f, "; {hint}")?,
                    None => did_you_mean(f, suggestions)?,
                }
                write!(f, " ({} fields can be filtered)", supported.len())
            }
            Self::UnknownOperator { found, hint, accepted, .. } => {
                write!(f, "must be one of the supported operators. Got '{}'", brief(found))?;
                match hint {
                    Some(hint) => write!(f, "; {hint}"),
                    None => write!(f, "; there are {}", accepted.join(" ")),
                }
            }
            Self::WrongOperator { operator, field, holds, accepted, .. } => {
                write!(f, "'{operator}' does not fit {field}, {holds}; wanted: {}", accepted.join(" "))
            }
            Self::UnknownPlace { place, suggestions, .. } => {
                write!(f, "no place is called '{}'", brief(place))?;
                did_you_mean(f, suggestions)?;
                f.write_str("; wanted: a city, region or country as in \"Portland, OR\", or `lat_lng`")
            }
            Self::AllOf { found, accepted, .. } => write!(f, "{found}; all_of takes {accepted}"),
            Self::Unsupported { operator, why, .. } => write!(f, "'{operator}': {why}"),
            Self::Limit { limit, of, most, .. } => {
                write!(f, "more than {most} {of}, the most allowed here (limit `{limit}`)")
            }
        }
    }
}

impl std::error::Error for FilterError {}

fn did_you_mean(f: &mut fmt::Formatter<'_>, suggestions: &[String]) -> fmt::Result {
    match suggestions.is_empty() {
        true => Ok(()),
        false => write!(f, "; did you mean {}?", listed(suggestions.iter().cloned(), "or")),
    }
}

/// Longest text of a filter's author in a message, in characters.
const BRIEF: usize = 60;

/// A text of a filter's author as messages show it: cut, and without characters that a terminal would act on.
pub(super) fn brief(text: &str) -> String {
    let clean = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let cut = text.chars().nth(BRIEF).is_some();
    text.chars().take(BRIEF).map(clean).chain(if cut { "..." } else { "" }.chars()).collect()
}
