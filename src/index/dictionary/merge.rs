//! A dictionary from several: walks them side by side in their order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::Write;

use super::read::{BlockValues, DictionaryReader};
use super::{BLOCK, DictionaryWriter, dictionary_order};
use crate::index::{IndexError, Written};
use crate::record::text::fold_key;
use crate::storage::StorageError;

/// Writes the dictionary of all values of all `inputs`, and gives for each input the new id of each of its values,
/// ascending. The inputs must have been folded by the same tables as this build has: the order would be another.
/// Memory: those 4 bytes a value, and a value of each input.
pub fn merge_dictionaries(
    inputs: &[&DictionaryReader],
    out: &mut dyn Write,
) -> Result<(Written, Vec<Vec<u32>>), IndexError> {
    let mut writer = DictionaryWriter::new(out);
    let mut ids: Vec<_> = inputs.iter().map(|input| Vec::with_capacity(input.len() as usize)).collect();
    let mut walks: Vec<_> = inputs.iter().map(|input| Walk { input, next: 0, values: None }).collect();
    let mut heads = BinaryHeap::new();
    for (input, walk) in walks.iter_mut().enumerate() {
        let mut head = Head { key: String::new(), value: String::new(), input };
        if walk.next(&mut head)? {
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
        if !walk.next(head)? {
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
    next: u32,
    values: Option<BlockValues<'a>>,
}

impl Walk<'_> {
    /// Puts the next value into `head`, which still holds the one before. False if there are no more.
    fn next(&mut self, head: &mut Head) -> Result<bool, StorageError> {
        if self.next == self.input.len() {
            return Ok(false);
        }
        if self.next.is_multiple_of(BLOCK) {
            self.values = Some(self.input.block(self.next / BLOCK)?);
        }
        if let Some(values) = &mut self.values {
            values.next(0, &mut head.value)?;
        }
        head.key.clear();
        head.key.push_str(&fold_key(&head.value));
        self.next += 1;
        Ok(true)
    }
}
