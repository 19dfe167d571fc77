//! Whole sets of elements to their parents, and back.
//!
//! A set that is held as bits is lifted without a look at each of its elements. *Span ends* has a one at the last
//! element of each parent. One addition moves what a parent has in the set to that place: here of four parents A to
//! D, with the least bit on the left, so that carries go to the right.
//!
//! ```text
//! parents              A A A  B B B B  C  D D
//! ends         E       . . 1  . . . 1  1  . 1
//! the set      S       . 1 .  . . . .  1  1 .
//! the others   M = !E  1 1 .  1 1 1 .  .  1 .
//! S & M                . 1 .  . . . .  .  1 .
//! (S & M) + M          1 . 1  1 1 1 .  .  . 1     any element of A but the last overflows into the last one's place
//! ... | S              1 1 1  1 1 1 .  1  1 1     the last one itself
//! ... & E              . . 1  . . . .  1  . 1     A, C and D, once each
//! ```
//!
//! A carry stops at the last element, where M has a zero, so parents do not disturb each other. The addition goes
//! over all words as one large number. Counting needs no more; for the parents' numbers only these bits are looked
//! up in *span parents*.

use super::bits::{bitmap_bytes, words};
use super::offsets::Walk;
use super::read::SpansReader;
use crate::index::error::damaged;
use crate::index::{IdSet, IdSetBuilder};
use crate::storage::StorageError;

impl SpansReader {
    /// How many parents have an element in the set. An error if its universe is not this space. Costs a word operation
    /// per 64 elements of the space, or, of a set that is a list, about 2 ns for each of its elements.
    pub fn count_parents(&self, elements: &IdSet) -> Result<u32, StorageError> {
        self.check_universe(elements, self.elements)?;
        if let Some(bits) = elements.words() {
            return Ok(self.last_elements(bits)?.map(u64::count_ones).sum());
        }
        let mut count = 0;
        self.each_parent(elements.iter(), |_| count += 1)?;
        Ok(count)
    }

    /// The parents that have an element in the set. An error if its universe is not this space. Costs what
    /// [`SpansReader::count_parents`] does, and about 2 ns for each of the parents.
    pub fn lift_set(&self, elements: &IdSet) -> Result<IdSet, StorageError> {
        self.check_universe(elements, self.elements)?;
        let mut parents = IdSetBuilder::new(self.parent_count);
        match elements.words() {
            Some(bits) => {
                let words = (0..).step_by(64).zip(self.last_elements(bits)?);
                let lasts = words.flat_map(|(base, word)| ones(base, word));
                self.each_parent(lasts, |parent| parents.add(parent))?;
            }
            None => self.each_parent(elements.iter(), |parent| parents.add(parent))?,
        }
        Ok(parents.finish())
    }

    /// All elements of the parents of a set. An error if its universe is not the parents of this space. Costs a few ns
    /// for each of the parents.
    pub fn lower_set(&self, parents: &IdSet) -> Result<IdSet, StorageError> {
        self.check_universe(parents, self.parent_count)?;
        let mut walk = Walk::new(self);
        let mut elements = IdSetBuilder::new(self.elements);
        for parent in parents.iter() {
            elements.add_range(walk.elements(parent)?);
        }
        Ok(elements.finish())
    }

    /// The elements of one array of a union, by its index. An array that the segment does not know has none.
    pub fn array_set(&self, array: u8) -> Result<IdSet, StorageError> {
        let Some(bitmap) = array.checked_sub(1) else {
            let mut others = (1..=self.bitmaps()).map(|other| self.array_set(other));
            return others.try_fold(IdSet::full(self.elements), |rest, other| Ok(rest.minus(&other?)));
        };
        let Some(flags) = self.flags.as_ref().filter(|_| bitmap < self.bitmaps()) else {
            return Ok(IdSet::empty(self.elements));
        };
        let at = u64::from(bitmap) * bitmap_bytes(self.elements);
        Ok(IdSet::from_words(self.elements, words(flags, at, self.elements)?.collect()))
    }

    /// For each parent with an element in `set`, the bit of its last element.
    fn last_elements(&self, set: &[u64]) -> Result<impl Iterator<Item = u64>, StorageError> {
        let mut carry = false;
        let last = move |(ends, &set): (u64, &u64)| {
            let others = !ends;
            let (sum, over) = (set & others).overflowing_add(others);
            let (sum, more) = sum.overflowing_add(carry.into());
            carry = over | more;
            (sum | set) & ends
        };
        Ok(words(&self.ends, 0, self.elements)?.zip(set).map(last))
    }

    fn check_universe(&self, set: &IdSet, expected: u32) -> Result<(), StorageError> {
        if set.universe() == expected {
            return Ok(());
        }
        let problem = format!("a set of {} was asked about, of {expected}", set.universe());
        Err(damaged(&self.parents, 0, problem))
    }
}

/// The places of the ones of a word whose least bit is `base`.
fn ones(base: u32, mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| base + word.trailing_zeros());
        word &= word.wrapping_sub(1);
        bit
    })
}
