//! rolo's search, as the benches use it: filter JSON in, a count or rows out.

use std::path::Path;

use anyhow::Result;
use rolo::engine::{FacetScope, SuggestOptions};
use rolo::filter::Grammar;
use rolo::{Cursor, Database, FilterOptions, SearchOptions, Sort};
use serde_json::Value;

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

    /// The page of 100 people behind a cursor, or the first, in an order: what `path` is of each, and the next page's cursor.
    pub(crate) fn page(
        &self,
        filter: &str,
        order: &str,
        path: &str,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<String>, Option<Cursor>)> {
        let filter = self.database.filter(filter, &FilterOptions::default())?;
        let fields = self.database.fields(&[path, "basic_profile.name"])?;
        let sort = Sort::parse(order, self.database.schema())?;
        let options = SearchOptions { limit: Some(100), sort, cursor, ..SearchOptions::default() };
        let hits = self.database.search(&filter, &options)?;
        let (mut values, pointer) = (Vec::new(), format!("/{}", path.replace('.', "/")));
        hits.for_each(Some(&fields), |hit| {
            let person: Value = serde_json::from_str(hit.json).unwrap_or_default();
            // Nulls are left out, as in DuckDB's list.
            values.extend(match person.pointer(&pointer) {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Null) | None => None,
                Some(value) => Some(value.to_string()),
            });
            Ok::<(), rolo::Error>(())
        })?;
        Ok((values, hits.next()))
    }

    /// How many people have each of the 20 most frequent values of a path that fit what was typed.
    pub(crate) fn suggest(&self, path: &str, typed: &str, filter: Option<&str>) -> Result<Vec<u64>> {
        let grammar = FilterOptions { grammar: Grammar::Suggest, ..FilterOptions::default() };
        let filter = filter.map(|filter| self.database.filter(filter, &grammar)).transpose()?;
        let values = self.database.suggest(path, typed, filter.as_ref(), &SuggestOptions::default())?;
        Ok(values.iter().map(|value| value.people).collect())
    }

    /// How many people have each of the ten most frequent values of each path, among those whom a filter finds.
    pub(crate) fn facets(&self, filter: &str, paths: &[&str]) -> Result<Vec<u64>> {
        let filter = self.database.filter(filter, &FilterOptions::default())?;
        let (scope, options) = (FacetScope::People, SearchOptions::default());
        let found = self.database.facets(&filter, paths, scope, 10, &options)?;
        Ok(found.facets.iter().flat_map(|facet| &facet.values).map(|value| value.people).collect())
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
