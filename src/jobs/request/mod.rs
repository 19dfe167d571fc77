//! What a job is asked to do: kept in the ledger as JSON.
//!
//! - `search`, `enrich`, `people`, `csv`: how each kind is read from its vendor's body, and what is refused
//! - `caps`: how much may be asked for
//! - `body`: the members of a body, with what is said about wrong ones
//! - `column`: a CSV of one column, cell by cell
//! - `shape`: what a result line looks like

mod body;
mod caps;
mod column;
mod csv;
mod enrich;
mod people;
mod search;
mod shape;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::JobError;

pub use caps::{CHUNK_SIZES, Caps, DEFAULT_CHUNK_SIZE};
pub use shape::{LineShape, Member};

/// The items of a job, one after the other. An error stands where the input cannot be taken; then nothing of it is.
pub type Items<'a> = Box<dyn Iterator<Item = Result<String, JobError>> + 'a>;

/// What was asked for, read and checked as far as that needs no database.
pub struct Asked<'a> {
    /// What is to be done.
    pub request: Request,
    /// With what. `None` for a search: its items are the people that it finds.
    pub items: Option<Items<'a>>,
    /// How many items are worked on and committed together.
    pub chunk_size: u32,
    /// Keys of the body that change nothing, for a note.
    pub ignored: Vec<String>,
}

impl Asked<'_> {
    fn new(request: Request, items: Option<Items<'_>>) -> Asked<'_> {
        Asked { request, items, chunk_size: DEFAULT_CHUNK_SIZE, ignored: Vec::new() }
    }
}

impl fmt::Debug for Asked<'_> {
    /// Without the items: they can be read once.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, chunk_size, ignored, .. } = self;
        f.debug_struct("Asked")
            .field("request", request)
            .field("chunk_size", chunk_size)
            .field("ignored", ignored)
            .finish_non_exhaustive()
    }
}

/// What a job does with its items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    /// The people that a filter finds; an item is a person id.
    Search(Search),
    /// People by URL or e-mail; an item is one such identifier. Identifiers that name nobody have no line.
    Enrich(Enrich),
    /// People by requests with metadata; an item is such a request as JSON. Each has a line.
    People(People),
    /// People by a column of a CSV; an item is a cell. Each has a line.
    Csv(Csv),
}

/// `crustdata.md` 6.3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// The filter; its top is a group.
    pub filters: Value,
    /// At most so many people.
    pub max_results: u64,
    /// Exactly these fields; `None`: the records as they were loaded.
    pub fields: Option<Vec<String>>,
    /// Whether the vendor's oddities hold: no results with `sorts`, none with a field that does not exist.
    pub quirks: bool,
    /// Whether `sorts` was not empty.
    pub sorted: bool,
    /// A field of the filter that does not exist; looked for at submit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_field: Option<String>,
}

/// `crustdata.md` 6.4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Enrich {
    /// What the items are.
    pub by: Identifier,
    /// These, and always `basic_profile`, `social_handles` and the person id.
    pub fields: Option<Vec<String>>,
}

/// What an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identifier {
    /// A profile URL.
    Url,
    /// An e-mail address.
    Email,
    /// Whatever it looks like; no vendor has this.
    Any,
}

/// `aggknowledge.md` 1.3 and 2.2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// Exactly these fields; `None`: the records as they were loaded.
    pub fields: Option<Vec<String>>,
}

/// `influencers-club.md` 2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Csv {
    /// How much of a record comes back, and what the column holds.
    pub mode: CsvMode,
    /// The network of bare user names.
    pub platform: Option<String>,
    /// What the caller wants to read again with the job.
    pub metadata: Option<Value>,
    /// Instead of the fields of the mode.
    pub fields: Option<Vec<String>>,
}

/// `influencers-club.md` 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CsvMode {
    /// Handles; little of the record.
    Raw,
    /// Handles; the whole record.
    Full,
    /// E-mails; little of the record.
    Basic,
    /// E-mails; the whole record.
    Advanced,
}

impl Request {
    /// The job's kind: `search`, `enrich`, `people`, `csv`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Search(_) => "search",
            Self::Enrich(_) => "enrich",
            Self::People(_) => "people",
            Self::Csv(_) => "csv",
        }
    }

    /// What its records are charged as: the kind, or the mode of a CSV.
    pub fn mode(&self) -> &'static str {
        match self {
            Self::Csv(csv) => csv.mode.name(),
            other => other.kind(),
        }
    }

    /// The fields that were named, if any were.
    pub fn fields(&self) -> Option<&[String]> {
        match self {
            Self::Search(Search { fields, .. })
            | Self::Enrich(Enrich { fields, .. })
            | Self::People(People { fields })
            | Self::Csv(Csv { fields, .. }) => fields.as_deref(),
        }
    }

    /// What the owner should know about it: why it finds nobody, whoever is in the file.
    pub fn note(&self) -> Option<String> {
        match self {
            Self::Search(search) => search.note(),
            _ => None,
        }
    }

    /// Whether items without a person have a line, too.
    pub fn has_line_for_every_item(&self) -> bool {
        matches!(self, Self::People(_) | Self::Csv(_))
    }
}
