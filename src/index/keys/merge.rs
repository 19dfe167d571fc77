//! A key table from several: walks them side by side in the order of hashes.
//!
//! 1. Walk, and count different hashes: that gives the number of pages.
//! 2. Walk, and look for a page that would overflow; if there is one, again with more pages.
//! 3. Walk, and write.
//!
//! The output is a stream, so nothing can be taken back: hence two walks before the first byte. Memory
//! is one page for each input and one for the output.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::Write;

use crate::index::error::damaged;
use crate::index::{IndexError, Kept};
use crate::storage::StorageError;

use super::layout::Layout;
use super::read::{KeysReader, Sorted};
use super::write::{KeysWritten, TableWriter};

/// Writes the table of the kept rows of all `inputs`, whose new ids ascend from input to input. The bytes are those of one
/// [`KeysBuilder`](super::KeysBuilder) over all entries that are kept.
pub fn merge_keys(
    inputs: &[(&KeysReader, &Kept)],
    keys: &mut dyn Write,
    lists: &mut dyn Write,
) -> Result<KeysWritten, IndexError> {
    let mut distinct = 0;
    for_each_kept(inputs, |_, _| {
        distinct += 1;
        Ok(())
    })?;
    let layout = Layout::plan(distinct, |layout| overflows(inputs, layout))?;
    let mut table = TableWriter::new(layout, keys, lists);
    for_each_kept(inputs, |hash, rows| table.push(hash, rows))?;
    table.finish()
}

/// Calls `each` for every hash of some tables, ascending, with the rows that it has: table and row. Memory: one page for each table,
/// and the rows of one hash.
pub fn for_each_key(
    tables: &[&KeysReader],
    mut each: impl FnMut(u64, &[(usize, u32)]) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let mut rows = Vec::new();
    for_each_hash(tables, |hash, slots| {
        rows.clear();
        for &(input, word) in slots {
            let Some(table) = tables.get(input) else { continue };
            rows.extend(table.resolve(word)?.map(|row| (input, row)));
        }
        each(hash, &rows)
    })
}

/// Calls `each` for every hash that names a kept row, ascending, with the new ids of those rows.
fn for_each_kept(
    inputs: &[(&KeysReader, &Kept)],
    mut each: impl FnMut(u64, &[u32]) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let tables: Vec<&KeysReader> = inputs.iter().map(|(table, _)| *table).collect();
    let mut rows = Vec::new();
    for_each_hash(&tables, |hash, slots| {
        rows.clear();
        for &(input, word) in slots {
            let Some((reader, kept)) = inputs.get(input) else { continue };
            keep_rows(reader, word, kept, &mut rows)?;
        }
        if rows.is_empty() { Ok(()) } else { each(hash, &rows) }
    })
}

/// Appends the new ids of the kept rows of a slot.
fn keep_rows(reader: &KeysReader, word: u32, kept: &Kept, rows: &mut Vec<u32>) -> Result<(), IndexError> {
    for row in reader.resolve(word)? {
        if row >= kept.universe() {
            let problem = format!("row {row} of {} has a key", kept.universe());
            return Err(damaged(&reader.keys, 0, problem).into());
        }
        let Some(row) = kept.new_id(row) else { continue };
        if rows.last().is_some_and(|&last| row <= last) {
            return Err(damaged(&reader.keys, 0, format!("row {row} of a list is out of order")).into());
        }
        rows.push(row);
    }
    Ok(())
}

fn overflows(inputs: &[(&KeysReader, &Kept)], layout: Layout) -> Result<bool, IndexError> {
    let (mut page, mut entries, mut fullest) = (0, 0_u64, 0);
    for_each_kept(inputs, |hash, _| {
        let page_of_hash = layout.page_of(hash);
        if page != page_of_hash {
            (page, entries) = (page_of_hash, 0);
        }
        entries += 1;
        fullest = entries.max(fullest);
        Ok(())
    })?;
    Ok(fullest > layout.page_slots())
}

/// Calls `each` for every hash, ascending, with the tables that have it and their slots' rows.
fn for_each_hash(
    tables: &[&KeysReader],
    mut each: impl FnMut(u64, &[(usize, u32)]) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let mut walks: Vec<Sorted<'_>> = tables.iter().map(|table| Sorted::new(table)).collect();
    let mut heads = BinaryHeap::with_capacity(walks.len());
    for (input, walk) in walks.iter_mut().enumerate() {
        heads.extend(walk.next()?.map(|(hash, word)| Reverse((hash, input, word))));
    }
    let mut slots = Vec::with_capacity(walks.len());
    while let Some(&Reverse((hash, ..))) = heads.peek() {
        slots.clear();
        while let Some((input, word)) = take_head(&mut heads, &mut walks, hash)? {
            slots.push((input, word));
        }
        each(hash, &slots)?;
    }
    Ok(())
}

type Heads = BinaryHeap<Reverse<(u64, usize, u32)>>;

/// Takes the least head if it has this hash, and puts its input's next entry in its place.
fn take_head(
    heads: &mut Heads,
    walks: &mut [Sorted<'_>],
    hash: u64,
) -> Result<Option<(usize, u32)>, StorageError> {
    let Some(mut head) = heads.peek_mut() else { return Ok(None) };
    let Reverse((head_hash, input, word)) = *head;
    if head_hash != hash {
        return Ok(None);
    }
    match walks.get_mut(input).map_or(Ok(None), Sorted::next)? {
        Some((next_hash, next_word)) => *head = Reverse((next_hash, input, next_word)),
        None => {
            PeekMut::pop(head);
        }
    }
    Ok(Some((input, word)))
}
