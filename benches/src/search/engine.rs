//! rolo's search, as the benches use it: filter JSON in, a count or rows out.

use std::path::Path;

use anyhow::Result;
use rolo::{Database, FilterOptions, SearchOptions};

/// A database that is searched.
pub(crate) struct Rolo {
    database: Database,
}

impl Rolo {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self { database: Database::open(path)? })
    }

    /// How many people a filter finds.
    pub(crate) fn count(&self, filter: &str) -> Result<u64> {
        let filter = self.database.filter(filter, &FilterOptions::default())?;
        Ok(self.database.count(&filter, &SearchOptions::default())?)
    }

    /// How many rows come out: records, or what `paths` select of them, all in memory as JSON text.
    pub(crate) fn rows(&self, filter: &str, paths: Option<&[&str]>, limit: u64) -> Result<u64> {
        let filter = self.database.filter(filter, &FilterOptions::default())?;
        let fields = paths.map(|paths| self.database.fields(paths)).transpose()?;
        let options = SearchOptions { limit: Some(limit), ..SearchOptions::default() };
        let mut rows: Vec<String> = Vec::new();
        self.database.search(&filter, &options)?.for_each(fields.as_ref(), |hit| {
            rows.push(hit.json.to_string());
            Ok::<(), rolo::Error>(())
        })?;
        Ok(rows.len() as u64)
    }
}
