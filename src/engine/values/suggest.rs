//! Values of a path for what somebody typed so far, those that most people have first.

use std::fmt;
use std::time::Duration;

use rayon::prelude::*;

use super::counts::{Suggestion, counted, most_frequent};
use super::people::ValuePeople;
use crate::engine::Error;
use crate::engine::database::Database;
use crate::filter::{Field, Filter};
use crate::index::{IdSet, IdSetBuilder, TextLeaf};
use crate::plan::{Deadline, Scan};
use crate::record::text::{fold_key, tokens};
use crate::schema::{PathRow, Schema, listed};

/// Which values are suggested.
#[derive(Debug, Clone)]
pub struct SuggestOptions {
    /// At most so many. Default: 20.
    pub limit: usize,
    /// An error if finding the people takes longer; `None`: no end.
    pub time_limit: Option<Duration>,
}

impl Default for SuggestOptions {
    fn default() -> Self {
        Self { limit: 20, time_limit: None }
    }
}

/// A path whose values are not suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestError {
    /// The path as it was written.
    pub path: String,
    /// At most three paths that may have been meant, likeliest first.
    pub suggestions: Vec<String>,
    /// All paths whose values are suggested, in the order of the schema.
    pub available: Vec<String>,
}

impl fmt::Display for SuggestError {
    /// In the words of the Crustdata API.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field '{}' is not valid for autocomplete.", self.path)?;
        if !self.suggestions.is_empty() {
            write!(f, " Did you mean {}?", listed(self.suggestions.iter().cloned(), "or"))?;
        }
        write!(f, " Available fields are: {}", self.available.join(", "))
    }
}

impl std::error::Error for SuggestError {}

/// Picks values out of a dictionary.
type Wanted<'w> = dyn Fn(&TextLeaf) -> Result<IdSet, Error> + Sync + 'w;

impl Database {
    /// The values of a path that begin with `query`, or have its words in any order, the last of which may be the beginning of one;
    /// in any case. Those that most people have come first, then in the order of dictionaries. `filter`: only values of people
    /// whom it finds, counted among them. An empty query is about all values.
    ///
    /// Cost: the lists of the values that fit; without a filter, of paths outside of arrays, their lengths alone.
    ///
    /// # Errors
    /// A path whose values are not suggested, with those that are.
    pub fn suggest(
        &self,
        path: &str,
        query: &str,
        filter: Option<&Filter>,
        options: &SuggestOptions,
    ) -> Result<Vec<Suggestion>, Error> {
        let field = field(self.schema(), path)?;
        let deadline = Deadline::of(options.time_limit);
        let people = self.people_asked(filter, &deadline)?;
        let asked = Asked::new(query);
        self.frequent(&field, &people, options.limit, &deadline, &|leaf| asked.values(leaf))
    }

    /// At most `limit` values of any short text of the schema that may be meant by one who typed `begun`: those that begin with it, in
    /// any case, the most frequent first; where nothing does, those that have its words, as [`Database::suggest`] finds them; where
    /// nothing has, those spelt nearly so. None of a path without a dictionary.
    ///
    /// Cost: the counts of the values that fit; on a million people up to some ten ms.
    ///
    /// # Errors
    /// Damage alone.
    pub fn complete(&self, path: &str, begun: &str, limit: usize) -> Result<Vec<String>, Error> {
        let schema = self.schema();
        let Some(field) = schema.resolve(path).and_then(|row| Field::of(schema, &row.path)) else {
            return Ok(Vec::new());
        };
        let deadline = Deadline::of(None);
        let people = self.people_asked(None, &deadline)?;
        let frequent = |wanted: &Wanted<'_>| self.frequent(&field, &people, limit, &deadline, wanted);
        let asked = Asked::new(begun);
        let mut found = frequent(&|leaf| asked.beginning(leaf))?;
        if found.is_empty() {
            found = frequent(&|leaf| asked.values(leaf))?;
        }
        if !found.is_empty() {
            return Ok(found.into_iter().map(|suggestion| suggestion.value).collect());
        }
        let mut near = Vec::new();
        for open in &self.segments {
            for leaf in ValuePeople::of(open, &field, None)? {
                near.extend(leaf.leaf.values.near(begun, limit)?);
            }
        }
        near.dedup();
        near.truncate(limit);
        Ok(near)
    }

    /// At most `limit` of the values that are wanted, those that most of the people of each segment have first.
    fn frequent(
        &self,
        field: &Field,
        people: &[Option<IdSet>],
        limit: usize,
        deadline: &Deadline,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<Suggestion>, Error> {
        let most = (self.segments.len() == 1).then_some(limit);
        let counted = self.segments.par_iter().zip(people).map(|(open, people)| {
            deadline.check()?;
            counted(ValuePeople::of(open, field, None)?, people.clone(), most, wanted)
        });
        most_frequent(counted.collect::<Result<Vec<_>, Error>>()?.concat(), limit)
    }

    /// By segment, the people whose values count; `None`: all.
    fn people_asked(
        &self,
        filter: Option<&Filter>,
        deadline: &Deadline,
    ) -> Result<Vec<Option<IdSet>>, Error> {
        self.with_views(deadline, |views, deadline| match filter {
            Some(filter) => {
                let scan = Scan::new(filter.tree(), self.schema());
                views.par_iter().map(|view| scan.rows(view, deadline).map(Some)).collect()
            }
            None => Ok(views.iter().map(|view| view.live.map(|_| view.live_rows())).collect()),
        })
    }
}

/// The field of a path whose values are suggested.
fn field(schema: &Schema, path: &str) -> Result<Field, SuggestError> {
    let suggested = |row: &&PathRow| row.suggest;
    let row = schema.resolve(path).filter(suggested);
    row.and_then(|row| Field::of(schema, &row.path)).ok_or_else(|| SuggestError {
        path: path.to_owned(),
        suggestions: schema.nearest_where(path, |row| row.suggest).into_iter().map(str::to_owned).collect(),
        available: schema.paths().iter().filter(suggested).map(|row| row.path.clone()).collect(),
    })
}

/// What somebody typed.
struct Asked {
    key: String,
    words: Vec<String>,
}

impl Asked {
    fn new(query: &str) -> Self {
        let words = tokens(query).map(|word| word.into_owned()).collect();
        Self { key: fold_key(query).into_owned(), words }
    }

    /// The values of a dictionary that fit.
    fn values(&self, leaf: &TextLeaf) -> Result<IdSet, Error> {
        let len = leaf.values.len();
        if self.key.is_empty() {
            return Ok(IdSet::full(len));
        }
        let begun = self.beginning(leaf)?;
        Ok(match self.with_words(leaf)? {
            Some(found) => begun.or(&found),
            None => begun,
        })
    }

    /// The values of a dictionary that begin so.
    fn beginning(&self, leaf: &TextLeaf) -> Result<IdSet, Error> {
        let mut values = IdSetBuilder::new(leaf.values.len());
        values.add_range(leaf.values.prefix(&self.key)?);
        Ok(values.finish())
    }

    /// The values that have all words, the last one as a beginning; `None` if there is no word.
    fn with_words(&self, leaf: &TextLeaf) -> Result<Option<IdSet>, Error> {
        let Some((last, others)) = self.words.split_last() else { return Ok(None) };
        let mut found = IdSetBuilder::new(leaf.values.len());
        leaf.word_postings.add_range_to(leaf.words.prefix(last)?, &mut found)?;
        let mut found = found.finish();
        for word in others {
            found = match leaf.words.exact(word)? {
                Some(word) => found.and(&leaf.word_postings.set(word)?),
                None => IdSet::empty(leaf.values.len()),
            };
        }
        Ok(Some(found))
    }
}
