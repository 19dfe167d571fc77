//! Items out, and the lines of chunks.

use rusqlite::Row;

use super::{Ledger, signed, unsigned};
use crate::jobs::{Credits, Item, JobError, JobId, Outcome};

pub(super) const SELECT: &str =
    "SELECT position, input, outcome, person, message, retryable, line, charge, forgotten FROM items";

/// Which items of a job.
#[derive(Debug, Clone, Default)]
pub struct ItemQuery {
    /// From this position on.
    pub from: u64,
    /// Only those with this outcome, by its word.
    pub outcome: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// A chunk with what it has so far.
#[derive(Debug, Clone)]
pub struct StoredChunk {
    /// The position of its first item.
    pub first: u64,
    /// How many items it has.
    pub items: u64,
    /// Whether every item of it has an outcome.
    pub done: bool,
    /// How many lines it has.
    pub lines: u64,
    /// Its lines as one gzip member; `None`: no line.
    pub gzip: Option<Vec<u8>>,
}

impl Ledger {
    /// Items of a job, in order.
    pub fn items(&self, job: JobId, query: &ItemQuery) -> Result<Vec<Item>, JobError> {
        let row = self.row_of(job)?;
        let select = format!(
            "{SELECT} WHERE job = ?1 AND position >= ?2 AND (?3 IS NULL OR iif(forgotten, 'forgotten', outcome) = ?3) \
             ORDER BY position LIMIT ?4"
        );
        self.sql.rows(&select, (row, signed(query.from), &query.outcome, query.limit), read_item)
    }

    /// The item at a position.
    pub fn item(&self, job: JobId, position: u64) -> Result<Option<Item>, JobError> {
        let row = self.row_of(job)?;
        let select = format!("{SELECT} WHERE job = ? AND position = ?");
        self.sql.row_or_none(&select, (row, signed(position)), read_item)
    }

    /// The chunk that an item belongs to.
    pub fn chunk_of(&self, job: JobId, position: u64) -> Result<Option<StoredChunk>, JobError> {
        self.chunk("first <= ?2 ORDER BY first DESC", job, position)
    }

    /// The first chunk that begins at a position or behind it: with `first + items` of each, a walk through all of them. In
    /// [`Ledger::read`], so that they belong together.
    pub fn next_chunk(&self, job: JobId, from: u64) -> Result<Option<StoredChunk>, JobError> {
        self.chunk("first >= ?2 ORDER BY first", job, from)
    }

    fn chunk(&self, which: &str, job: JobId, position: u64) -> Result<Option<StoredChunk>, JobError> {
        let query = format!(
            "SELECT first, items, state = 'done', c.lines, gzip FROM chunks c LEFT JOIN members USING (job, first) \
             WHERE job = ?1 AND {which} LIMIT 1"
        );
        let chunk = self.sql.row_or_none(&query, (self.row_of(job)?, signed(position)), |row| {
            Ok(StoredChunk {
                first: unsigned(row.get(0)?),
                items: unsigned(row.get(1)?).max(1),
                done: row.get(2)?,
                lines: unsigned(row.get(3)?),
                gzip: row.get(4)?,
            })
        })?;
        match chunk {
            Some(chunk) if chunk.gzip.is_none() != (chunk.lines == 0) => {
                let problem = format!("the lines of the chunk at item {} are gone", chunk.first + 1);
                Err(JobError::Member(problem))
            }
            chunk => Ok(chunk),
        }
    }
}

pub(super) fn read_item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let message = || Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(4)?.unwrap_or_default());
    let forgotten: bool = row.get(8)?;
    let outcome = match row.get_ref(2)?.as_str()? {
        _ if forgotten => Outcome::Forgotten,
        "found" => Outcome::Found(unsigned(row.get(3)?)),
        "not_found" => Outcome::NotFound,
        "invalid" => Outcome::Invalid(message()?),
        "failed" => Outcome::Failed { message: message()?, retryable: row.get(5)? },
        _ => Outcome::Open,
    };
    let line: Option<i64> = row.get(6)?;
    Ok(Item {
        position: unsigned(row.get(0)?),
        input: row.get(1)?,
        outcome,
        line: line.and_then(|line| u32::try_from(line).ok()),
        charge: Credits::from_millionths(row.get(7)?),
    })
}
