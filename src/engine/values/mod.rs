//! The distinct values of a path, and how many people have each.
//!
//! - `people`: of one leaf in one segment
//! - `counts`: of all segments, the most frequent
//! - `suggest`: those that begin with, or have words of, what somebody typed
//! - `facets`: those of the people of a search

mod counts;
mod facets;
mod people;
mod suggest;

pub use counts::Suggestion;
pub use facets::{Facet, FacetError, FacetScope, Facets, MOST_FACETS};
pub use suggest::{SuggestError, SuggestOptions};
