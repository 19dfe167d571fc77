//! A dictionary from several: walks them side by side in their order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::Write;

use super::read::{BlockValues, DictionaryReader};
use super::{BLOCK, DictionaryWriter, dictionary_order};
use crate::index::kept::GONE;
use crate::index::{IdSet, IndexError, Written};
use crate::record::text::fold_key;
use crate::storage::StorageError;

/// Writes the dictionary of the values of all `inputs`, of those in the set where one is given, and gives for each input the
/// new id of each of its values, ascending; of those that are dropped `GONE`. The inputs must have been folded by the same tables
/// as this build has: the order would be another. Memory: those 4 bytes a value, and a value of each input.
pub fn merge_dictionaries(
    inputs: &[(&DictionaryReader, Option<&IdSet>)],
    out: &mut dyn Write,
) -> Result<(Written, Vec<Vec<u32>>), IndexError> {
    let mut writer = DictionaryWriter::new(out);
    let mut ids: Vec<_> = inputs.iter().map(|(input, _)| Vec::with_capacity(input.len() as usize)).collect();
    let mut walks: Vec<_> =
        inputs.iter().map(|&(input, keep)| Walk { input, keep, next: 0, values: None }).collect();
    let mut heads = BinaryHeap::new();
    for (input, walk) in walks.iter_mut().enumerate() {
        let mut head = Head { key: String::new(), value: String::new(), input };
        if let Some(ids) = ids.get_mut(input)
            && walk.next(&mut head, ids)?
        {
            heads.push(Reverse(head));
        }
    }
    while let Some(mut least) = heads.peek_mut() {
        let Reverse(head) = &mut *least;
        let (Some(walk), Some(ids)) = (walks.get_mut(head.input), ids.get_mut(head.input)) else { break };
        match dictionary_order(&writer.last, &head.value) {
            Ordering::Equal if writer.count > 0 => {}
            Ordering::Greater => return Err(walk.input.out_of_order(walk.next - 1).into()),
            Ordering::Less | Ordering::Equal => writer.push(&head.value)?,
        }
        ids.push(writer.count - 1);
        if !walk.next(head, ids)? {
            PeekMut::pop(least);
        }
    }
    Ok((writer.finish()?, ids))
}

/// The next value of an input.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    key: String,
    value: String,
    input: usize,
}

/// How far an input was read.
struct Walk<'a> {
    input: &'a DictionaryReader,
    keep: Option<&'a IdSet>,
    next: u32,
    values: Option<BlockValues<'a>>,
}

impl Walk<'_> {
    /// Puts the next value that is kept into `head`, which still holds the one before, and the ids of those that are not, and are
    /// passed over, into `ids`. False if there are no more.
    fn next(&mut self, head: &mut Head, ids: &mut Vec<u32>) -> Result<bool, StorageError> {
        while self.next < self.input.len() {
            if self.next.is_multiple_of(BLOCK) {
                self.values = Some(self.input.block(self.next / BLOCK)?);
            }
            if let Some(values) = &mut self.values {
                values.next(0, &mut head.value)?;
            }
            let kept = self.keep.is_none_or(|keep| keep.contains(self.next));
            self.next += 1;
            if kept {
                head.key.clear();
                head.key.push_str(&fold_key(&head.value));
                return Ok(true);
            }
            ids.push(GONE);
        }
        Ok(false)
    }
}
