//! Which texts hold a phrase: those that hold all its words, one after the other.

use std::collections::BTreeMap;

use super::BLOCK;
use super::read::{Entries, Places, PositionsReader};
use crate::index::{IdSet, PostingsReader};
use crate::storage::StorageError;

/// A text in which the phrase may begin at a position.
#[derive(Debug, Clone, Copy)]
struct Match {
    id: u32,
    start: u32,
}

impl PositionsReader {
    /// The rows or elements where `words` (ids in the *words* of the leaf) stand one after the other. `postings` are the
    /// *word postings* of the same leaf. Of no words: every id.
    ///
    /// Words are taken rarest first, to intersect their ids and then to compare positions in the texts that are left.
    /// Costs a few ns for each id of a word, and some 0.1 µs for each text that has all words.
    pub fn phrase(&self, postings: &PostingsReader, words: &[u32]) -> Result<IdSet, StorageError> {
        let universe = postings.universe();
        match words {
            [] => return Ok(IdSet::full(universe)),
            [word] => return postings.set(*word),
            _ => {}
        }
        let mut slots = Vec::with_capacity(words.len());
        for (place, &word) in (0..).zip(words) {
            slots.push((postings.count(word)?, word, place));
        }
        slots.sort_unstable();
        let mut lists = BTreeMap::new();
        let candidates = intersect(postings, slots.iter().map(|&(_, word, _)| word), &mut lists)?;

        let mut matches: Option<Vec<Match>> = None;
        for &(_, word, place) in slots.iter().filter(|_| !candidates.is_empty()) {
            let ids: &[u32] = lists.get(&word).map_or(&[], |ids| ids);
            let mut column = Column { ranks: Ranks::new(ids), places: self.word(word)?, block: None };
            matches = Some(match matches {
                None => begin(&candidates, &mut column, place)?,
                Some(matches) => keep(&matches, &mut column, place)?,
            });
        }
        let mut ids: Vec<u32> = matches.iter().flatten().map(|found| found.id).collect();
        ids.dedup();
        Ok(IdSet::from_sorted(universe, ids))
    }
}

/// Where the phrase may begin in the texts `ids`, by the word that has this place in it.
fn begin(ids: &[u32], word: &mut Column<'_>, place: u32) -> Result<Vec<Match>, StorageError> {
    let (mut matches, mut positions) = (Vec::new(), Vec::new());
    for &id in ids {
        word.read(id, &mut positions)?;
        let starts = positions.iter().filter_map(|position| position.checked_sub(place));
        matches.extend(starts.map(|start| Match { id, start }));
    }
    Ok(matches)
}

/// Those of `matches`, which ascend, that have the word at this place of the phrase.
fn keep(matches: &[Match], word: &mut Column<'_>, place: u32) -> Result<Vec<Match>, StorageError> {
    let (mut kept, mut positions) = (Vec::new(), Vec::new());
    for of_text in matches.chunk_by(|a, b| a.id == b.id) {
        let Some(Match { id, .. }) = of_text.first() else { continue };
        word.read(*id, &mut positions)?;
        let stands = |found: &&Match| {
            let position = found.start.checked_add(place);
            position.is_some_and(|position| positions.binary_search(&position).is_ok())
        };
        kept.extend(of_text.iter().filter(stands));
    }
    Ok(kept)
}

/// The ids that all `words` have, which should come rarest first. The ids of each word go into `lists`; reads no more words
/// once no id is left.
fn intersect(
    postings: &PostingsReader,
    words: impl Iterator<Item = u32>,
    lists: &mut BTreeMap<u32, Vec<u32>>,
) -> Result<Vec<u32>, StorageError> {
    let mut common: Option<Vec<u32>> = None;
    for word in words {
        if common.as_ref().is_some_and(Vec::is_empty) {
            break;
        }
        if lists.contains_key(&word) {
            continue;
        }
        let mut list = Vec::new();
        postings.ids(word, &mut list)?;
        match &mut common {
            None => common = Some(list.clone()),
            Some(common) => {
                let mut ranks = Ranks::new(&list);
                common.retain(|&id| ranks.of(id).is_some());
            }
        }
        lists.insert(word, list);
    }
    Ok(common.unwrap_or_default())
}

/// Finds ascending ids in an ascending list.
#[derive(Debug)]
struct Ranks<'a> {
    list: &'a [u32],
    /// All before it are below the ids to come.
    passed: usize,
}

impl<'a> Ranks<'a> {
    fn new(list: &'a [u32]) -> Self {
        Self { list, passed: 0 }
    }

    /// The place of `id`, which must not be below the one asked for last; in steps that double, so that few ids pass
    /// fast through a long list.
    fn of(&mut self, id: u32) -> Option<u32> {
        let mut step = 1;
        while self.list.get(self.passed + step).is_some_and(|&other| other < id) {
            self.passed += step;
            step *= 2;
        }
        let end = self.list.len().min(self.passed + step + 1);
        self.passed += self.list.get(self.passed..end)?.partition_point(|&other| other < id);
        (self.list.get(self.passed) == Some(&id)).then_some(self.passed as u32)
    }
}

/// The positions of one word, asked for with ascending ids.
#[derive(Debug)]
struct Column<'a> {
    ranks: Ranks<'a>,
    places: Places<'a>,
    /// The block that is being read, its entries from the next one on, and the place of that in the word's list.
    block: Option<(u32, Entries<'a>, u32)>,
}

impl Column<'_> {
    /// Puts the positions of the word in the text `id` into `positions`, whose old content is dropped: none if it is not there.
    fn read(&mut self, id: u32, positions: &mut Vec<u32>) -> Result<(), StorageError> {
        positions.clear();
        let Some(rank) = self.ranks.of(id) else { return Ok(()) };
        let number = rank / BLOCK;
        let (entries, next) = match &mut self.block {
            Some((at, entries, next)) if *at == number => (entries, next),
            block => {
                let entries = self.places.block(number)?;
                let (_, entries, next) = block.insert((number, entries, number * BLOCK));
                (entries, next)
            }
        };
        while *next < rank {
            entries.next(|_| ())?;
            *next += 1;
        }
        entries.next(|position| positions.push(position))?;
        *next += 1;
        Ok(())
    }
}
