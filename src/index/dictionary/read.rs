//! Lookups in a dictionary: by id, by text, by fold key, by prefix, and by what is nearly right.

use std::ops::Range;

use super::{BLOCK, MAX_VALUES, dictionary_order};
use crate::index::blocks::Blocks;
use crate::index::error::damaged;
use crate::index::varint;
use crate::record::text::fold_key;
use crate::storage::{Section, StorageError};

/// Values that [`DictionaryReader::near`] compares at most.
const NEAR_VALUES: u32 = 50_000;
/// Longest text, in characters, that [`DictionaryReader::near`] finds something near to.
const NEAR_LEN: usize = 64;

/// The values of one text leaf of a segment, or its words.
#[derive(Debug, Clone)]
pub struct DictionaryReader {
    blocks: Blocks,
    len: u32,
}

impl DictionaryReader {
    /// A reader of a *dictionary* or of *words*. Checks shape only; reads nothing.
    pub fn new(section: Section) -> Result<Self, StorageError> {
        let entry = *section.entry();
        // No value takes less than a byte, so the number of values is bounded by what is there.
        let len =
            u32::try_from(entry.count).ok().filter(|&len| len <= MAX_VALUES && entry.count <= entry.aux);
        let Some(len) = len else {
            let problem = format!("{} values in {} bytes", entry.count, entry.aux);
            return Err(damaged(&section, 0, problem));
        };
        Ok(Self { blocks: Blocks::new(section, len.div_ceil(BLOCK).into())?, len })
    }

    /// Number of values.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value with this id. An error if there is none. Reads one line of the directory and up to 16 values: about
    /// 0.1 µs.
    pub fn value(&self, id: u32) -> Result<String, StorageError> {
        let mut value = String::new();
        self.append_value(id, &mut value)?;
        Ok(value)
    }

    /// Appends the value with this id to `text`. An error if there is none; `text` may then have more or less at its
    /// end, but has what it had.
    pub fn append_value(&self, id: u32, text: &mut String) -> Result<(), StorageError> {
        self.check_id(id)?;
        let mut values = self.block(id / BLOCK)?;
        let start = text.len();
        for _ in 0..=id % BLOCK {
            values.next(start, text)?;
        }
        Ok(())
    }

    /// The id of the value that is `text`, byte for byte. Some µs, as the following.
    pub fn exact(&self, text: &str) -> Result<Option<u32>, StorageError> {
        let id = self.place_of(text)?;
        if id == self.len || self.value(id)? != text {
            return Ok(None);
        }
        Ok(Some(id))
    }

    /// How many values come before `text`, in the order of dictionaries.
    pub fn place_of(&self, text: &str) -> Result<u32, StorageError> {
        self.partition_point(|value| dictionary_order(value, text).is_lt())
    }

    /// The ids of the values whose fold key is `key`: those equal to a text without regard to case, if `key` is the
    /// text's fold key.
    pub fn folded(&self, key: &str) -> Result<Range<u32>, StorageError> {
        let start = self.partition_point(|value| fold_key(value).as_ref() < key)?;
        let end = self.partition_point(|value| fold_key(value).as_ref() <= key)?;
        Ok(start..end.max(start))
    }

    /// The ids of the values whose fold key begins with `key`. The key should be folded and begin without white space.
    pub fn prefix(&self, key: &str) -> Result<Range<u32>, StorageError> {
        let start = self.partition_point(|value| fold_key(value).as_ref() < key)?;
        let end = self.partition_point(|value| {
            let value = fold_key(value);
            value.as_ref() < key || value.starts_with(key)
        })?;
        Ok(start..end.max(start))
    }

    /// Calls `each` with every id of `ids` and its value, in order. An error if a value does not exist. Costs some
    /// ten ns a value, far less than asking for each.
    pub fn for_each(&self, ids: Range<u32>, mut each: impl FnMut(u32, &str)) -> Result<(), StorageError> {
        let Some(last) = ids.end.checked_sub(1).filter(|&last| ids.start <= last) else { return Ok(()) };
        self.check_id(last)?;
        let mut text = String::new();
        for block in ids.start / BLOCK..=last / BLOCK {
            let mut values = self.block(block)?;
            let first = block * BLOCK;
            for id in first..=last.min(first + (BLOCK - 1)) {
                values.next(0, &mut text)?;
                if id >= ids.start {
                    each(id, &text);
                }
            }
        }
        Ok(())
    }

    /// Up to `limit` values that `text` may have been meant to be: those whose fold key takes at most two edits (one for
    /// up to four characters; exchanging two neighbours is one), the fewest edits first. Not `text` itself.
    ///
    /// Compares only the 50,000 values that stand nearest to `text` in the order of the dictionary, which begin like
    /// it: in a larger dictionary an edit near the beginning of the text is not seen. A text of more than 64
    /// characters is near nothing. Costs 10 ms or so.
    pub fn near(&self, text: &str, limit: usize) -> Result<Vec<String>, StorageError> {
        let key = fold_key(text);
        let len = key.chars().count();
        if len > NEAR_LEN {
            return Ok(Vec::new());
        }
        let most = if len <= 4 { 1 } else { 2 };
        let counts = count_characters(&key);
        let place = self.partition_point(|value| fold_key(value).as_ref() < key.as_ref())?;
        let start = place.saturating_sub(NEAR_VALUES / 2).min(self.len.saturating_sub(NEAR_VALUES));
        let end = self.len.min(start.saturating_add(NEAR_VALUES));
        let mut found = Vec::new();
        self.for_each(start..end, |id, value| {
            let value_key = fold_key(value);
            // An edit changes no more than two counts, by one: whatever differs more need not be compared.
            let others = count_characters(&value_key);
            let differ: usize = counts.iter().zip(others).map(|(count, other)| count.abs_diff(other)).sum();
            if value != text && differ <= 2 * most {
                let edits = strsim::osa_distance(&key, &value_key);
                if edits <= most {
                    found.push((edits, id));
                }
            }
        })?;
        found.sort_unstable();
        found.into_iter().take(limit).map(|(_, id)| self.value(id)).collect()
    }

    /// The number of values at the beginning for which `before` holds: it must hold for none after one for which it
    /// does not.
    fn partition_point(&self, mut before: impl FnMut(&str) -> bool) -> Result<u32, StorageError> {
        let mut text = String::new();
        let (mut low, mut high) = (0, self.len.div_ceil(BLOCK));
        while low < high {
            let middle = low + (high - low) / 2;
            self.block(middle)?.next(0, &mut text)?;
            if before(&text) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        // The block before the first whose head is not before is where it stops holding.
        let Some(block) = low.checked_sub(1) else { return Ok(0) };
        let mut values = self.block(block)?;
        let first = block * BLOCK;
        let count = BLOCK.min(self.len - first);
        for id in first..first + count {
            values.next(0, &mut text)?;
            if !before(&text) {
                return Ok(id);
            }
        }
        Ok(first + count)
    }

    fn check_id(&self, id: u32) -> Result<(), StorageError> {
        if id < self.len {
            return Ok(());
        }
        Err(damaged(self.blocks.section(), 0, format!("value {id} was asked for, of {}", self.len)))
    }

    /// The damage of a value that does not stand in the order of dictionaries.
    #[cold]
    pub(super) fn out_of_order(&self, id: u32) -> StorageError {
        self.blocks.damaged((id / BLOCK).into(), &format!("value {id} is out of order"))
    }

    /// The values of a block.
    pub(super) fn block(&self, block: u32) -> Result<BlockValues<'_>, StorageError> {
        let block = block.into();
        Ok(BlockValues { blocks: &self.blocks, block, rest: self.blocks.bytes(block)?, first: true })
    }
}

/// How often each character is in a text; some are counted together.
fn count_characters(text: &str) -> [usize; 32] {
    let mut counts = [0; 32];
    for c in text.chars() {
        if let Some(count) = counts.get_mut(c as usize % 32) {
            *count += 1;
        }
    }
    counts
}

/// Goes through the values of a block.
#[derive(Debug)]
pub(super) struct BlockValues<'a> {
    blocks: &'a Blocks,
    block: u64,
    rest: &'a [u8],
    first: bool,
}

impl BlockValues<'_> {
    /// Puts the next value behind the first `start` bytes of `text`, where the one before still stands.
    pub(super) fn next(&mut self, start: usize, text: &mut String) -> Result<(), StorageError> {
        let read = self.read(start, text);
        read.ok_or_else(|| self.blocks.damaged(self.block, "its values do not fit"))
    }

    fn read(&mut self, start: usize, text: &mut String) -> Option<()> {
        let shared = if std::mem::take(&mut self.first) { 0 } else { varint::take_u32(&mut self.rest)? };
        let keep = start.checked_add(shared as usize)?;
        let len = varint::take_u32(&mut self.rest)? as usize;
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        if !text.is_char_boundary(keep) {
            return None;
        }
        text.truncate(keep);
        text.push_str(str::from_utf8(bytes).ok()?);
        Some(())
    }
}
