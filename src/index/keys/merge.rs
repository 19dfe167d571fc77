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

use crate::index::IndexError;
use crate::index::error::damaged;
use crate::storage::StorageError;

use super::layout::Layout;
use super::read::{KeysReader, Sorted};
use super::write::{KeysWritten, TableWriter};

/// Writes the table of all `inputs`: tables, each with the row of the merged segment at which its rows
/// begin, in ascending order. The bytes are those of one [`KeysBuilder`](super::KeysBuilder) over all entries.
pub fn merge_keys(
    inputs: &[(&KeysReader, u32)],
    keys: &mut dyn Write,
    lists: &mut dyn Write,
) -> Result<KeysWritten, IndexError> {
    let mut distinct = 0;
    for_each_hash(inputs, |_, _| {
        distinct += 1;
        Ok(())
    })?;
    let layout = Layout::plan(distinct, |layout| overflows(inputs, layout))?;
    let mut table = TableWriter::new(layout, keys, lists);
    let mut rows = Vec::new();
    for_each_hash(inputs, |hash, slots| {
        rows.clear();
        for &(input, word) in slots {
            let Some((reader, base)) = inputs.get(input) else { continue };
            shift_rows(reader, word, *base, &mut rows)?;
        }
        table.push(hash, &rows)
    })?;
    table.finish()
}

/// Calls `each` for every hash of some tables, ascending, with the rows that it has: table and row. Memory: one page for each table,
/// and the rows of one hash.
pub fn for_each_key(
    tables: &[&KeysReader],
    mut each: impl FnMut(u64, &[(usize, u32)]) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let inputs: Vec<(&KeysReader, u32)> = tables.iter().map(|table| (*table, 0)).collect();
    let mut rows = Vec::new();
    for_each_hash(&inputs, |hash, slots| {
        rows.clear();
        for &(input, word) in slots {
            let Some(table) = tables.get(input) else { continue };
            rows.extend(table.resolve(word)?.map(|row| (input, row)));
        }
        each(hash, &rows)
    })
}

/// Appends the rows of a slot, as rows of the merged segment.
fn shift_rows(reader: &KeysReader, word: u32, base: u32, rows: &mut Vec<u32>) -> Result<(), IndexError> {
    for row in reader.resolve(word)? {
        let row = row.checked_add(base).ok_or(IndexError::TooMany {
            section: "keys",
            what: "highest row",
            count: u64::from(row) + u64::from(base),
            limit: super::MAX_ROW.into(),
        })?;
        if rows.last().is_some_and(|&last| row <= last) {
            return Err(damaged(&reader.keys, 0, format!("row {row} of a list is out of order")).into());
        }
        rows.push(row);
    }
    Ok(())
}

fn overflows(inputs: &[(&KeysReader, u32)], layout: Layout) -> Result<bool, IndexError> {
    let (mut page, mut entries, mut fullest) = (0, 0_u64, 0);
    for_each_hash(inputs, |hash, _| {
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

/// Calls `each` for every hash, ascending, with the inputs that have it and their slots' rows.
fn for_each_hash(
    inputs: &[(&KeysReader, u32)],
    mut each: impl FnMut(u64, &[(usize, u32)]) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let mut walks: Vec<Sorted<'_>> = inputs.iter().map(|(reader, _)| Sorted::new(reader)).collect();
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
