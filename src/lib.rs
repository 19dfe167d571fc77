//! rolo: an embedded, single-file analytical engine for person records.
//!
//! One file holds the people; it is a valid Parquet file, and it holds the indexes that make lookups by profile URL, e-mail,
//! phone, handle or id take microseconds. Any number of processes read while one loads.
//!
//! ```
//! use rolo::{Database, FilterOptions, Input, Key, LoadOptions, NoObserver, SearchOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("people.parquet");
//! // Records are JSON: lines, an array, or {"data": [...]}; from files, standard input or memory.
//! let records = r#"
//! {"crustdata_person_id": 1, "basic_profile": {"name": "Ada Example", "headline": "Engineer"},
//!  "emails": [{"address": "Ada@Example.com"}],
//!  "social_handles": {"professional_network_identifier": {"profile_url": "https://www.linkedin.com/in/ada-example"}}}
//! {"crustdata_person_id": 2, "basic_profile": {"name": "Bo Example"}, "emails": [{"address": "bo@example.com"}]}
//! "#;
//! let input = vec![Input::bytes("two people", records)];
//! let report = Database::load(&path, input, &LoadOptions::default(), &mut NoObserver)?;
//! assert_eq!(report.people, 2);
//!
//! let people = Database::open(&path)?;
//!
//! // One person, by a key in any spelling.
//! let ada = people.get(&Key::url("de.linkedin.com/in/Ada-Example/")?)?;
//! assert_eq!(ada[0].id(), 1);
//!
//! // A list, enriched: one result per key, in order, `None` where nobody is found.
//! let fields = people.fields(&["basic_profile.name"])?;
//! let keys = [Key::email("bo@example.com").ok(), Key::email("nobody@example.com").ok()];
//! let found = people.enrich(&keys, &fields)?;
//! assert_eq!(found, [Some(r#"{"basic_profile":{"name":"Bo Example"}}"#.to_string()), None]);
//!
//! // Everybody whom a filter finds.
//! let engineers = r#"{"field": "basic_profile.headline", "type": "(.)", "value": "engineer"}"#;
//! let filter = people.filter(engineers, &FilterOptions::default())?;
//! assert_eq!(people.search(&filter, &SearchOptions::default())?.person_ids()?, [1]);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! - [`engine`] is what users of the crate need; its names are re-exported here.
//! - [`schema`] knows every path, [`record`] reads JSON and keys, [`storage`] is the file, [`mod@column`] its Parquet side and
//!   [`index`] its sections; [`filter`] says what a search means, [`plan`] how it is answered; [`jobs`] are batches of all this; [`demo`] invents
//!   people.
//!
//! A folder uses only those before it: `schema`, `record`, `storage`, `column`, `index`, `filter`, `plan`, `engine`, `jobs`,
//! `demo`.

pub mod column;
pub mod demo;
pub mod engine;
pub mod filter;
pub mod index;
pub mod jobs;
pub mod plan;
pub mod record;
pub mod schema;
#[cfg(feature = "sql")]
pub mod sql;
pub mod storage;

pub use engine::{
    Cursor, Database, Error, ErrorKind, Exclusions, Fields, Hit, Hits, Info, Input, LoadOptions, LoadReport,
    MatchedElement, NoObserver, Observer, OnError, Person, Progress, Reject, SearchOptions, Sort, Stage,
    VerifyReport, verify,
};
pub use filter::{Filter, FilterOptions};
pub use record::{Key, KeyError, KeyKind};
pub use schema::{Schema, Selection};
