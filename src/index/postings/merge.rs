//! The postings of several inputs as one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;
use std::ops::Range;

use super::{Cursor, PostingsReader, PostingsWriter, StoredList};
use crate::index::error::damaged;
use crate::index::kept::GONE;
use crate::index::{IdSet, IndexError, Kept, Written};
use crate::storage::StorageError;

/// One input of a merge of postings.
#[derive(Debug, Clone)]
pub enum PostingsInput<'a> {
    /// A segment that has the leaf.
    Lists {
        /// Its postings.
        reader: &'a PostingsReader,
        /// For each of its lists the number of the merged one, ascending, or `GONE`; `None`: the same.
        lists: Option<&'a [u32]>,
        /// What becomes of its ids.
        ids: IdMap<'a>,
    },
    /// A segment that lacks the leaf: all its ids are in one list.
    Range {
        /// The number of that list: the one of ids without a value.
        list: u32,
        /// Its ids, as they are in the merged segment.
        ids: Range<u32>,
    },
}

/// What becomes of the ids of an input.
#[derive(Debug, Clone, Copy)]
pub enum IdMap<'a> {
    /// Rows or elements: what is kept of them.
    Kept(&'a Kept),
    /// Values: the merged id of each, ascending, or `GONE`. Several inputs may name the same.
    Map(&'a [u32]),
}

/// Writes the postings of all `inputs`: `lists` lists of ids below `universe`. Streams: memory is that of the longest list.
pub fn merge_postings(
    inputs: &[PostingsInput<'_>],
    lists: u32,
    universe: u32,
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let mut sources = inputs.iter().map(Source::new).collect::<Result<Vec<_>, _>>()?;
    // Which source has the next list; of several with the same list the first, as their ids ascend then.
    let heads = sources.iter().enumerate().filter_map(|(i, source)| Some(Reverse((source.list()?, i))));
    let mut heads: BinaryHeap<_> = heads.collect();
    let mut writer = PostingsWriter::new(out, universe);
    let mut ids = Vec::new();
    for list in 0..lists {
        ids.clear();
        while let Some(&Reverse((next, i))) = heads.peek()
            && next == list
            && let Some(source) = sources.get_mut(i)
        {
            heads.pop();
            source.take(&mut ids)?;
            heads.extend(source.list().map(|list| Reverse((list, i))));
        }
        if !ids.is_sorted_by(|a, b| a < b) {
            // The standard sort finds the inputs' runs and merges them.
            ids.sort();
            ids.dedup();
        }
        writer.push(&ids)?;
    }
    if heads.is_empty() {
        return writer.finish();
    }
    Err(IndexError::OutOfOrder { section: super::SECTION, what: "lists", limit: lists.into() })
}

/// Which of the first `lists` lists keep an id.
pub fn lists_kept(reader: &PostingsReader, lists: u32, ids: IdMap<'_>) -> Result<IdSet, IndexError> {
    let (mut kept, mut found) = (Vec::new(), Vec::new());
    let mut at = 0..lists;
    reader.for_each(0..lists, |stored| {
        found.clear();
        reader.decode(stored, &mut found)?;
        let list = at.next();
        for &id in &found {
            if ids.of(id).ok_or_else(|| reader.no_new_id(stored, id))? != GONE {
                kept.extend(list);
                break;
            }
        }
        Ok(())
    })?;
    Ok(IdSet::from_sorted(lists, kept))
}

/// An input, read list by list.
enum Source<'a> {
    Lists { cursor: Option<Cursor<'a>>, lists: Option<&'a [u32]>, ids: IdMap<'a> },
    Range { list: Option<u32>, ids: Range<u32> },
}

impl<'a> Source<'a> {
    fn new(input: &PostingsInput<'a>) -> Result<Self, IndexError> {
        match *input {
            PostingsInput::Range { list, ref ids } => Ok(Self::Range { list: Some(list), ids: ids.clone() }),
            PostingsInput::Lists { reader, lists, ids } => {
                let named = lists.map_or(reader.lists as usize, <[u32]>::len);
                if named != reader.lists as usize {
                    let problem = format!("{} lists, and a map of {named}", reader.lists);
                    return Err(damaged(&reader.section, 0, problem).into());
                }
                let cursor = if reader.lists == 0 { None } else { Some(reader.cursor(0)?) };
                let mut source = Self::Lists { cursor, lists, ids };
                source.pass_gone()?;
                Ok(source)
            }
        }
    }

    /// The number of the next list in the merged section.
    fn list(&self) -> Option<u32> {
        match self {
            Self::Range { list, .. } => *list,
            Self::Lists { cursor, lists, .. } => {
                let cursor = cursor.as_ref().filter(|cursor| cursor.next < cursor.reader.lists)?;
                lists.map_or(Some(cursor.next), |lists| lists.get(cursor.next as usize).copied())
            }
        }
    }

    /// Passes over lists that are dropped.
    fn pass_gone(&mut self) -> Result<(), IndexError> {
        while self.list() == Some(GONE) {
            if let Self::Lists { cursor: Some(cursor), .. } = self {
                cursor.next()?;
            }
        }
        Ok(())
    }

    /// Appends the merged ids of the next list.
    fn take(&mut self, out: &mut Vec<u32>) -> Result<(), IndexError> {
        match self {
            Self::Range { list, ids } => {
                *list = None;
                out.extend(ids);
            }
            Self::Lists { cursor: None, .. } => {}
            Self::Lists { cursor: Some(cursor), ids: map, .. } => {
                let (start, stored) = (out.len(), cursor.next()?);
                cursor.reader.decode(&stored, out)?;
                let mut end = start;
                for at in start..out.len() {
                    let Some(&id) = out.get(at) else { break };
                    let new = map.of(id).ok_or_else(|| cursor.reader.no_new_id(&stored, id))?;
                    if new != GONE
                        && let Some(slot) = out.get_mut(end)
                    {
                        *slot = new;
                        end += 1;
                    }
                }
                out.truncate(end);
                self.pass_gone()?;
            }
        }
        Ok(())
    }
}

impl IdMap<'_> {
    /// The new id, or [`GONE`]; `None` if there is no such id.
    fn of(&self, id: u32) -> Option<u32> {
        match self {
            Self::Kept(kept) => kept.new_id(id).or_else(|| (id < kept.universe()).then_some(GONE)),
            Self::Map(map) => map.get(id as usize).copied(),
        }
    }
}

impl PostingsReader {
    #[cold]
    fn no_new_id(&self, list: &StoredList, id: u32) -> StorageError {
        damaged(&self.section, list.bytes.start, format!("id {id} has no new id"))
    }
}
