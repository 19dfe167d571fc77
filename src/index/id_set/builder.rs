//! Collecting a set from ids in any order.

use std::ops::Range;

use super::{IdSet, Ids, is_few, words_of, words_of_bytes};

/// Collects ids in any order, each as often as it comes. Ids beyond the universe are left out.
///
/// Memory: a list until there are as many ids as a 32nd of the universe, then a bit for each id of the universe. Adding
/// costs about 1 ns an id.
#[derive(Debug, Clone)]
pub struct IdSetBuilder {
    universe: u32,
    ids: Ids,
}

impl IdSetBuilder {
    /// No id so far.
    pub fn new(universe: u32) -> Self {
        Self { universe, ids: Ids::List(Vec::new()) }
    }

    /// The number that all ids are below.
    pub fn universe(&self) -> u32 {
        self.universe
    }

    /// Adds one id.
    #[inline]
    pub fn add(&mut self, id: u32) {
        self.add_sorted(&[id]);
    }

    /// Adds ids; fastest if they ascend.
    #[inline]
    pub fn add_sorted(&mut self, ids: &[u32]) {
        match self.room_for(ids.len()) {
            Ids::List(list) => list.extend_from_slice(ids),
            Ids::Bits(words) => {
                for &id in ids {
                    if let Some(word) = words.get_mut((id / 64) as usize) {
                        *word |= 1 << (id % 64);
                    }
                }
            }
        }
    }

    /// Adds each id of a range.
    pub fn add_range(&mut self, ids: Range<u32>) {
        let ids = ids.start..ids.end.min(self.universe);
        match self.room_for(ids.len()) {
            Ids::List(list) => list.extend(ids),
            Ids::Bits(words) => fill(words, ids),
        }
    }

    /// Adds the ids of a set.
    pub fn add_set(&mut self, set: &IdSet) {
        match &set.ids {
            Ids::List(list) => self.add_sorted(list),
            Ids::Bits(others) => {
                let words = self.words();
                words.iter_mut().zip(others).for_each(|(word, other)| *word |= other);
            }
        }
    }

    /// Adds the ids whose bits are set in little-endian `bytes`.
    pub(in crate::index) fn add_bitmap(&mut self, bytes: &[u8]) {
        let words = self.words().iter_mut();
        words.zip(words_of_bytes(bytes)).for_each(|(word, other)| *word |= other);
    }

    /// The set of all that was added.
    pub fn finish(mut self) -> IdSet {
        // To sort more than a few ids takes longer than to pass over all bits.
        if let Ids::List(list) = &self.ids
            && list.len() > self.universe as usize / 512
            && !list.is_sorted()
        {
            self.words();
        }
        match self.ids {
            Ids::List(list) => IdSet::from_sorted(self.universe, list),
            Ids::Bits(words) => IdSet::from_words(self.universe, words),
        }
    }

    /// Where `more` ids go: beyond the few, to bits.
    #[inline]
    fn room_for(&mut self, more: usize) -> &mut Ids {
        if let Ids::List(list) = &self.ids
            && !is_few(list.len().saturating_add(more), self.universe)
        {
            self.words();
        }
        &mut self.ids
    }

    /// The bits, into which a list is turned.
    fn words(&mut self) -> &mut [u64] {
        if let Ids::List(list) = &mut self.ids {
            let list = std::mem::take(list);
            self.ids = Ids::Bits(vec![0; words_of(self.universe)]);
            self.add_sorted(&list);
        }
        match &mut self.ids {
            Ids::Bits(words) => words,
            Ids::List(_) => &mut [],
        }
    }
}

/// Sets the bits of `ids`.
fn fill(words: &mut [u64], ids: Range<u32>) {
    let (first, last) = ((ids.start / 64) as usize, (ids.end / 64) as usize);
    let (from, below) = (u64::MAX << (ids.start % 64), (1 << (ids.end % 64)) - 1);
    if ids.is_empty() {
        return;
    }
    if first == last {
        if let Some(word) = words.get_mut(first) {
            *word |= from & below;
        }
        return;
    }
    if let Some(word) = words.get_mut(first) {
        *word |= from;
    }
    if let Some(word) = words.get_mut(last) {
        *word |= below;
    }
    if let Some(between) = words.get_mut(first + 1..last) {
        between.fill(u64::MAX);
    }
}
