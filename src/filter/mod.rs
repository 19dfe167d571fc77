//! Filters: the typed tree, what it means, and how it is written.
//!
//! - `tree`: groups, conditions, quantifiers and tests: meanings, no operators; `text_test`: a test that only its maker knows
//! - `parse`, `operator`, `value`: JSON in, strictly
//! - `all_of`: what an `all_of` takes
//! - `geo`: circles around places
//! - `instead`: what to use instead of a path that is no filter
//! - `error`: what can be wrong with a filter
//! - `print`: the tree as JSON, or as a line for people
//! - `evaluate`: what is true of one record; the definition that every plan must agree with
//! - `matched`: which elements made a record match
//! - `arbitrary`: random filters and people, for tests
//!
//! `docs/same-element.md` teaches the one rule that is not obvious.

mod all_of;
#[doc(hidden)]
pub mod arbitrary;
mod error;
mod evaluate;
mod geo;
mod instead;
mod matched;
mod operator;
mod parse;
mod print;
#[cfg(test)]
mod tests;
mod text_test;
mod tree;
mod value;

pub use error::FilterError;
pub use evaluate::{matches, matching_elements, passes_at};
pub use geo::{Area, Centre, Unit};
pub use matched::matched;
pub use parse::{DotOperator, FilterOptions, Grammar, Limits};
pub use text_test::TextTest;
pub use tree::{ArrayScope, Condition, Elements, Field, Pattern, Quantifier, Test, Tree};

use crate::record::Value;
use crate::schema::Schema;

/// A filter that was read from JSON.
///
/// ```
/// use rolo::Schema;
/// use rolo::filter::{Filter, FilterOptions, matches};
///
/// let schema = Schema::person();
/// let text = r#"{"field": "experience.employment_details.current.title", "type": "(.)", "value": "Engineer Software"}"#;
/// let filter = Filter::parse(text, &schema, &FilterOptions::default())?;
///
/// let record = br#"{"experience": {"employment_details": {"current": [{"title": "Senior Software Engineer"}]}}}"#;
/// assert!(matches(filter.tree(), &schema, &rolo::record::parse(record).unwrap().value));
/// # Ok::<(), rolo::filter::FilterError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    tree: Tree,
}

impl Filter {
    /// Reads a filter: a condition `{"field", "type", "value"}` or a group `{"op", "conditions"}`. Linear in the text.
    ///
    /// # Errors
    /// The first thing that is not understood, with its place; or the limit that the filter exceeds.
    pub fn parse(text: &str, schema: &Schema, options: &FilterOptions) -> Result<Filter, FilterError> {
        parse::tree_of_text(text, schema, options).map(|tree| Filter { tree })
    }

    /// Reads a filter that is part of a larger JSON document.
    ///
    /// # Errors
    /// As [`Filter::parse`], but for the syntax of JSON.
    pub fn from_value(
        value: &Value<'_>,
        schema: &Schema,
        options: &FilterOptions,
    ) -> Result<Filter, FilterError> {
        parse::tree_of_value(value, schema, options).map(|tree| Filter { tree })
    }

    /// What it means, normalised.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What it means, normalised.
    pub fn into_tree(self) -> Tree {
        self.tree
    }

    /// The filter as JSON without white space, which reads as an equal filter under the same options. Empty for a filter that was
    /// made of a tree for which JSON has no words ([`Tree::to_json`]).
    pub fn to_json(&self) -> String {
        // Whatever was read can be written.
        self.tree.to_json().unwrap_or_default()
    }
}

impl From<Tree> for Filter {
    /// The filter that a tree says.
    fn from(tree: Tree) -> Filter {
        Filter { tree: tree.normalised() }
    }
}

impl std::fmt::Display for Filter {
    /// One line for people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.tree.fmt(f)
    }
}
