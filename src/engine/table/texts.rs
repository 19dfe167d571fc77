//! Short texts of some ids: the column says which value, the dictionary says the text.
//!
//! Where many will be read the dictionary is read whole, once, by whoever needs it first, and the texts are gathered from it;
//! else each is looked up.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, StringViewBuilder, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::UInt32Type;
use rayon::prelude::*;

use super::numbers;
use crate::engine::Error;
use crate::index::{ColumnReader, DictionaryReader};
use crate::storage::counters;

/// A value looked up by itself costs as much as so many read in a row.
const LOOKUP_COST: u64 = 8;
/// Values that one task reads.
const VALUES_AT_ONCE: u32 = 1 << 16;
/// Texts of a larger dictionary are copied out of it: every batch that shares them would be counted with all of it where
/// memory is bounded.
const SHARED_BYTES: usize = 256 << 10;

/// The texts of one leaf of a segment.
pub(super) struct Texts {
    dictionary: Dictionary,
    column: ColumnReader,
}

impl Texts {
    /// `expected`: about how many ids will be read.
    pub(super) fn new(values: DictionaryReader, column: ColumnReader, expected: u64) -> Self {
        Self { dictionary: Dictionary::new(values, expected), column }
    }

    /// The texts of some ids, which ascend.
    pub(super) fn read(&self, ids: &[u32]) -> Result<ArrayRef, Error> {
        self.dictionary.texts(&numbers::value_ids(&self.column, ids)?)
    }

    /// Their value ids, where `first` is the first of the dictionary.
    pub(super) fn value_ids(&self, ids: &[u32], first: u32) -> Result<ArrayRef, Error> {
        let own = numbers::value_ids(&self.column, ids)?;
        self.dictionary.check(&own)?;
        Ok(Arc::new(own.unary::<_, UInt32Type>(|id| first.wrapping_add(id))))
    }
}

/// The texts of a dictionary.
pub(super) struct Dictionary {
    values: DictionaryReader,
    /// Texts that will be read or were.
    wanted: AtomicU64,
    whole: OnceLock<Arc<StringViewArray>>,
}

impl Dictionary {
    /// `expected`: about how many texts will be read, as far as is known.
    pub(super) fn new(values: DictionaryReader, expected: u64) -> Self {
        Self { values, wanted: AtomicU64::new(expected), whole: OnceLock::new() }
    }

    /// Number of values.
    pub(super) fn len(&self) -> u32 {
        self.values.len()
    }

    /// The texts with these value ids.
    pub(super) fn texts(&self, ids: &UInt32Array) -> Result<ArrayRef, Error> {
        let wanted = self.wanted.fetch_add(ids.len() as u64, Ordering::Relaxed);
        if wanted.saturating_add(ids.len() as u64).saturating_mul(LOOKUP_COST) < u64::from(self.len()) {
            return self.look_up(ids);
        }
        self.check(ids)?;
        let whole = self.whole()?;
        let texts = take(whole.as_ref(), ids, None).map_err(Error::of_arrays)?;
        if whole.get_buffer_memory_size() <= SHARED_BYTES {
            return Ok(texts);
        }
        Ok(Arc::new(texts.as_string_view().gc()))
    }

    /// An error if there is no such value.
    fn check(&self, ids: &UInt32Array) -> Result<(), Error> {
        // Where there is none the number is 0, which costs no second look: a column of nulls has no dictionary.
        let greatest = ids.values().iter().max().filter(|&&id| id >= self.len());
        if let Some(&beyond) = greatest {
            // The dictionary's own error: it names the section.
            self.values.value(beyond)?;
        }
        Ok(())
    }

    /// Each text is looked up once.
    fn look_up(&self, ids: &UInt32Array) -> Result<ArrayRef, Error> {
        let mut distinct: Vec<u32> = ids.iter().flatten().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut texts = StringViewBuilder::with_capacity(distinct.len());
        let mut text = String::new();
        for &id in &distinct {
            text.clear();
            self.values.append_value(id, &mut text)?;
            texts.append_value(&text);
        }
        let place = |id| distinct.binary_search(&id).ok().and_then(|at| u32::try_from(at).ok());
        let places: UInt32Array = ids.iter().map(|id| id.and_then(place)).collect();
        take(&texts.finish(), &places, None).map_err(Error::of_arrays)
    }

    /// Every text, by value id.
    fn whole(&self) -> Result<&Arc<StringViewArray>, Error> {
        if let Some(whole) = self.whole.get() {
            return Ok(whole);
        }
        let read = self.read_whole()?;
        Ok(self.whole.get_or_init(|| read))
    }

    fn read_whole(&self) -> Result<Arc<StringViewArray>, Error> {
        let len = self.values.len();
        let starts: Vec<u32> = (0..len).step_by(VALUES_AT_ONCE as usize).collect();
        let some = |start: u32| self.range(start..len.min(start.saturating_add(VALUES_AT_ONCE)));
        // Only what this thread reads is counted.
        let parts: Result<Vec<_>, Error> = match counters::enabled() {
            true => starts.into_iter().map(some).collect(),
            false => starts.into_par_iter().map(some).collect(),
        };
        let parts = parts?;
        if let [only] = parts.as_slice() {
            return Ok(Arc::clone(only));
        }
        let parts: Vec<&dyn Array> = parts.iter().map(|part| part.as_ref() as &dyn Array).collect();
        if parts.is_empty() {
            return Ok(Arc::new(StringViewArray::new_null(0)));
        }
        Ok(Arc::new(concat(&parts).map_err(Error::of_arrays)?.as_string_view().clone()))
    }

    fn range(&self, range: Range<u32>) -> Result<Arc<StringViewArray>, Error> {
        let mut texts = StringViewBuilder::with_capacity(range.len()).with_fixed_block_size(1 << 20);
        self.values.for_each(range, |_, text| texts.append_value(text))?;
        Ok(Arc::new(texts.finish()))
    }
}
