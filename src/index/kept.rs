//! Which rows or elements of an input a merge keeps, and the id that each gets.
//!
//! People die by row groups or one by one, and the elements of neighbours are neighbours: so what is kept is a few ranges,
//! and a merge copies them one after the other. Memory follows the number of gaps, not of people.

use std::ops::Range;

use super::IndexError;

/// Stands for the new number of a value or word that a merge drops. Dictionaries never have as many.
pub(super) const GONE: u32 = u32::MAX;

/// What a merge keeps of the ids of one input. They get consecutive numbers from a base on, which is where those of the input
/// before end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Ids there are, dropped ones included.
    universe: u32,
    /// Ascending, none empty, with a gap before each next.
    ranges: Vec<Range<u32>>,
    /// The new id of the first of each range.
    firsts: Vec<u32>,
    /// The new id of the first of all, and of the one behind the last.
    new: Range<u32>,
}

impl Kept {
    /// Every id below `universe`, from `base` on.
    ///
    /// # Errors
    /// More ids than 32 bits can number.
    pub fn all(universe: u32, base: u32) -> Result<Self, IndexError> {
        Self::ranges(universe, base, std::iter::once(0..universe))
    }

    /// These ids, ascending, of those below `universe`.
    ///
    /// # Errors
    /// More ids than 32 bits can number.
    pub fn of(universe: u32, base: u32, ids: impl IntoIterator<Item = u32>) -> Result<Self, IndexError> {
        Self::ranges(universe, base, ids.into_iter().map(|id| id..id.saturating_add(1)))
    }

    /// The ids of these ranges, ascending and apart, of those below `universe`.
    ///
    /// # Errors
    /// More ids than 32 bits can number.
    pub fn ranges(
        universe: u32,
        base: u32,
        ranges: impl Iterator<Item = Range<u32>>,
    ) -> Result<Self, IndexError> {
        let mut joined: Vec<Range<u32>> = Vec::new();
        for range in ranges.filter(|range| !range.is_empty()) {
            match joined.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => joined.push(range),
            }
        }
        let mut firsts = Vec::with_capacity(joined.len());
        let mut end = base;
        for range in &joined {
            firsts.push(end);
            end = end.checked_add(range.end - range.start).ok_or_else(|| IndexError::TooMany {
                section: "segment",
                what: "rows or elements",
                count: u64::from(end) + u64::from(range.end - range.start),
                limit: u32::MAX.into(),
            })?;
        }
        Ok(Self { universe, ranges: joined, firsts, new: base..end })
    }

    /// Number of ids there are, dropped ones included.
    pub fn universe(&self) -> u32 {
        self.universe
    }

    /// The new ids.
    pub fn new_ids(&self) -> Range<u32> {
        self.new.clone()
    }

    /// Number of ids that are kept.
    pub fn len(&self) -> u32 {
        self.new.end - self.new.start
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty()
    }

    /// Whether every one is.
    pub fn is_all(&self) -> bool {
        self.len() == self.universe
    }

    /// The kept ids as ranges, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        self.ranges.iter().cloned()
    }

    /// The new id of the first kept id from `id` on; where the new ids end if there is none.
    pub fn new_from(&self, id: u32) -> u32 {
        let at = self.ranges.partition_point(|range| range.end <= id);
        let Some((range, first)) = self.ranges.get(at).zip(self.firsts.get(at)) else { return self.new.end };
        first + id.saturating_sub(range.start)
    }

    /// The new id of an id; `None` if it is dropped.
    pub fn new_id(&self, id: u32) -> Option<u32> {
        let at = match self.ranges.as_slice() {
            [_] => 0,
            ranges => ranges.partition_point(|range| range.end <= id),
        };
        let (range, first) = self.ranges.get(at).zip(self.firsts.get(at))?;
        range.contains(&id).then(|| first + (id - range.start))
    }
}

/// What one input of a merge has of something.
#[derive(Debug)]
pub struct Part<'a, R> {
    /// Its reader; `None` if the segment lacks it: then nobody has a value, or an element.
    pub reader: Option<&'a R>,
    /// The rows or elements that are kept.
    pub kept: &'a Kept,
}

impl<R> Clone for Part<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Part<'_, R> {}

impl<'a, R> Part<'a, R> {
    /// What the input has of a part of it.
    pub fn map<S>(self, part: impl FnOnce(&'a R) -> Option<&'a S>) -> Part<'a, S> {
        Part { reader: self.reader.and_then(part), kept: self.kept }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::testing::config;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn kept_ids_are_numbered_in_order(flags: Vec<bool>, base in 0..1000_u32) {
            let universe = flags.len() as u32;
            let ids: Vec<u32> = (0..).zip(&flags).filter(|(_, kept)| **kept).map(|(id, _)| id).collect();
            let kept = Kept::of(universe, base, ids.iter().copied()).unwrap();
            prop_assert!(kept.iter().flatten().eq(ids.iter().copied()));
            prop_assert_eq!((kept.len() as usize, kept.is_all()), (ids.len(), ids.len() == flags.len()));
            let new: Vec<u32> = (0..universe).filter_map(|id| kept.new_id(id)).collect();
            prop_assert!(new.into_iter().eq(kept.new_ids()));
            for (id, flag) in (0..).zip(flags) {
                prop_assert_eq!(kept.new_id(id).is_some(), flag);
            }
            prop_assert_eq!(kept.new_id(universe), None);
            for id in 0..=universe {
                let before = ids.iter().filter(|kept| **kept < id).count() as u32;
                prop_assert_eq!(kept.new_from(id), base + before);
            }
        }
    }

    #[test]
    fn ids_beyond_32_bits_are_refused() {
        assert_eq!(Kept::all(5, u32::MAX - 5).unwrap().new_ids(), u32::MAX - 5..u32::MAX);
        assert!(Kept::all(6, u32::MAX - 5).is_err());
    }
}
