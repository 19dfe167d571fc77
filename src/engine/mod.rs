//! The database: open, load, get, enrich, search; the crate's public face.
//!
//! - `database`: what a reader holds
//! - `lookup`: keys to people, one by one and in bulk
//! - `search`: filters to people; `order`: in which order they come, and page by page; `hits`: those people, read when asked for; `flat`: their fields out of columns
//! - `exclusions`: who is left out of a page
//! - `scans`: typed trees to rows and elements, for tables
//! - `table`: people and elements as Arrow columns, for SQL; `batches`: people as record batches, nested as in the file
//! - `duplicates`: people who share a key
//! - `values`: the distinct values of a path: suggestions, facets
//! - `portable`: a search as a query for other engines
//! - `person`: one person, as loaded or in the person schema
//! - `formats`: how the records of other sources are read
//! - `load`: records into a commit; `merge`: several segments as one; `segments`: those of a snapshot; `commit`: what both end with
//! - `rewrite`: a file written anew, in the old one's place; `suppression`: who must not come back to it; `salted`: hashes that do not say whose they are
//! - `verify`: do checksums, columns, indexes and records agree?
//! - `info`: what is in the file
//! - `words`: by which rules the words of a file were made

mod batches;
mod commit;
mod database;
mod dictionaries;
mod duplicates;
mod error;
mod exclusions;
mod flat;
mod formats;
mod hits;
mod info;
mod load;
mod lookup;
mod merge;
mod order;
mod person;
mod portable;
mod rewrite;
mod salted;
mod scans;
mod schemas;
mod search;
mod segments;
mod suppression;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod verify;
mod words;

pub use batches::Batches;
pub use database::Database;
pub use duplicates::{CrowdedKey, DuplicateGroup, DuplicateOptions, Duplicates, SharedKey};
pub use error::{Error, ErrorKind};
pub use exclusions::Exclusions;
pub use hits::{Hit, Hits, MatchedElement};
pub use info::{Bytes, Extent, Info, Layout, SegmentInfo};
pub use load::{
    EXISTS_ALREADY, Input, InputSource, LoadOptions, LoadReport, NoObserver, Observer, OnDuplicate, OnError,
    Progress, Reject, Source, Stage, load_through,
};
pub use lookup::Lookup;
pub use order::{Cursor, CursorError, Sort, SortError};
pub use person::{Fields, Person, Rendering};
pub use portable::SqlColumns;
pub use rewrite::{
    ForgetReport, Forgetting, Forgotten, RewriteObserver, RewriteOptions, RewriteProgress, RewriteReport,
    Whom, compact_through,
};
pub use search::SearchOptions;
pub use table::{Bound, Bounds, TableColumn, TableReader, ValueCounts, ValueTexts};
pub use values::{
    Facet, FacetError, FacetScope, Facets, MOST_FACETS, SuggestError, SuggestOptions, Suggestion,
};
pub use verify::{VerifyProgress, VerifyReport, verify};
