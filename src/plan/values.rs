//! Which values of a dictionary pass a test of text, and how many rows or elements hold them.
//!
//! Values are looked up by their order, or by their words; what only the text itself can tell is asked of the values that are
//! left, in parallel.

use std::ops::Range;

use rayon::prelude::*;

use super::{Deadline, PlanError};
use crate::filter::{Test, TextTest};
use crate::index::{DictionaryReader, IdSet, IdSetBuilder, PostingsReader, TextLeaf};
use crate::record::text::find_phrase;

/// Values that one task looks through.
const VALUES_AT_ONCE: u32 = 4_096;
/// Texts that one task looks up.
const TEXTS_AT_ONCE: usize = 64;
/// Lists whose lengths are added up for an estimate; of more, the mean length is taken.
const COUNTED_LISTS: u32 = 256;

/// The values that pass a test of text.
pub(super) fn passing(leaf: &TextLeaf, test: &Test, deadline: &Deadline) -> Result<IdSet, PlanError> {
    let len = leaf.values.len();
    match test {
        Test::Folded(key) => Ok(IdSet::from_sorted(len, leaf.values.folded(key)?.collect())),
        Test::OneOf(texts) => one_of(&leaf.values, texts),
        Test::Words(words) => with_words(leaf, words),
        Test::Phrase(words) => {
            let candidates = with_words(leaf, words)?;
            if words.len() < 2 {
                return Ok(candidates);
            }
            checked(&leaf.values, &candidates, deadline, |value| find_phrase(value, words))
        }
        Test::Pattern(pattern) => {
            checked(&leaf.values, &IdSet::full(len), deadline, |value| pattern.occurs_in(value))
        }
        Test::Geo(area) => {
            checked(&leaf.values, &IdSet::full(len), deadline, |value| area.contains_place(value))
        }
        Test::Text(predicate) => with_predicate(&leaf.values, predicate, deadline),
        Test::Present | Test::Ranges(_) => Ok(IdSet::empty(len)),
    }
}

/// The values of which a predicate is true: those that begin as all of these do are asked, some thousands at a time.
fn with_predicate(
    values: &DictionaryReader,
    predicate: &TextTest,
    deadline: &Deadline,
) -> Result<IdSet, PlanError> {
    let all = 0..values.len();
    let asked = match predicate.prefixes() {
        Some(prefixes) => prefixes.iter().map(|prefix| values.prefix(prefix)).collect::<Result<_, _>>()?,
        None => vec![all],
    };
    let batches = |range: Range<u32>| {
        let end = range.end;
        range
            .step_by(VALUES_AT_ONCE as usize)
            .map(move |start| start..start.saturating_add(VALUES_AT_ONCE).min(end))
    };
    let batches: Vec<Range<u32>> = asked.into_iter().flat_map(batches).collect();
    let found = batches.into_par_iter().map(|batch| {
        deadline.check()?;
        let start = batch.start;
        let (mut texts, mut ends) = (String::new(), Vec::new());
        values.for_each(batch, |_, value| {
            texts.push_str(value);
            ends.push(texts.len());
        })?;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let batch: Vec<&str> =
            starts.zip(&ends).map(|(start, &end)| texts.get(start..end).unwrap_or_default()).collect();
        let flags = predicate.passing(&batch).map_err(|problem| {
            let name = predicate.name().to_owned();
            PlanError::Predicate { name, problem }
        })?;
        Ok((start..).zip(flags).filter(|(_, passes)| *passes).map(|(id, _)| id).collect())
    });
    let found = found.collect::<Result<Vec<Vec<u32>>, PlanError>>()?;
    Ok(IdSet::from_sorted(values.len(), found.concat()))
}

/// The values that are one of `texts`.
fn one_of(values: &DictionaryReader, texts: &[String]) -> Result<IdSet, PlanError> {
    let found = texts.par_iter().with_min_len(TEXTS_AT_ONCE).map(|text| values.exact(text));
    let mut ids = IdSetBuilder::new(values.len());
    found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().for_each(|id| ids.add(id));
    Ok(ids.finish())
}

/// The values that have all of `words`.
fn with_words(leaf: &TextLeaf, words: &[String]) -> Result<IdSet, PlanError> {
    match word_ids(&leaf.words, words)? {
        Some(ids) => in_all(&leaf.word_postings, &ids),
        None => Ok(IdSet::empty(leaf.values.len())),
    }
}

/// Those of `candidates` whose text passes.
fn checked(
    values: &DictionaryReader,
    candidates: &IdSet,
    deadline: &Deadline,
    passes: impl Fn(&str) -> bool + Sync,
) -> Result<IdSet, PlanError> {
    let len = values.len();
    let starts: Vec<u32> = (0..len).step_by(VALUES_AT_ONCE as usize).collect();
    let found = starts.into_par_iter().map(|start| {
        deadline.check()?;
        let end = start.saturating_add(VALUES_AT_ONCE).min(len);
        let wanted: Vec<u32> = candidates.iter_from(start).take_while(|&id| id < end).collect();
        checked_among(values, start..end, &wanted, &passes)
    });
    let found = found.collect::<Result<Vec<Vec<u32>>, PlanError>>()?;
    Ok(IdSet::from_sorted(len, found.concat()))
}

/// Those of the values `wanted`, all in `range`, whose text passes.
fn checked_among(
    values: &DictionaryReader,
    range: Range<u32>,
    wanted: &[u32],
    passes: impl Fn(&str) -> bool,
) -> Result<Vec<u32>, PlanError> {
    let mut found = Vec::new();
    // A value by itself costs as much as some eight of its neighbours read in a row.
    if wanted.len() < range.len() / 8 {
        let mut value = String::new();
        for &id in wanted {
            value.clear();
            values.append_value(id, &mut value)?;
            if passes(&value) {
                found.push(id);
            }
        }
        return Ok(found);
    }
    let mut wanted = wanted.iter().copied().peekable();
    values.for_each(range, |id, value| {
        if wanted.next_if_eq(&id).is_some() && passes(value) {
            found.push(id);
        }
    })?;
    Ok(found)
}

/// About how many rows or elements hold one of the values.
pub(super) fn estimate(leaf: &TextLeaf, values: &IdSet) -> Result<u64, PlanError> {
    if values.len() <= COUNTED_LISTS {
        let counts = values.iter().map(|value| leaf.postings.count(value).map(u64::from));
        return Ok(counts.sum::<Result<u64, _>>()?);
    }
    let mean = present(&leaf.postings, leaf.without())? / u64::from(leaf.values.len().max(1));
    Ok(u64::from(values.len()) * mean.max(1))
}

/// How many rows or elements have a value: all but those of one list.
pub(super) fn present(postings: &PostingsReader, without: u32) -> Result<u64, PlanError> {
    Ok(u64::from(postings.universe()).saturating_sub(postings.count(without)?.into()))
}

/// The numbers of all `words`; `None` if one occurs nowhere.
pub(super) fn word_ids(words: &DictionaryReader, asked: &[String]) -> Result<Option<Vec<u32>>, PlanError> {
    Ok(asked.iter().map(|word| words.exact(word)).collect::<Result<Option<Vec<_>>, _>>()?)
}

/// The ids in all of `lists`, the shortest read first.
pub(super) fn in_all(postings: &PostingsReader, lists: &[u32]) -> Result<IdSet, PlanError> {
    let counted = lists.iter().map(|&list| postings.count(list).map(|count| (count, list)));
    let mut counted = counted.collect::<Result<Vec<_>, _>>()?;
    counted.sort_unstable();
    let mut all: Option<IdSet> = None;
    for (_, list) in counted {
        let next = postings.set(list)?;
        let both = match all {
            Some(before) => before.and(&next),
            None => next,
        };
        if both.is_empty() {
            return Ok(both);
        }
        all = Some(both);
    }
    Ok(all.unwrap_or_else(|| IdSet::empty(postings.universe())))
}
