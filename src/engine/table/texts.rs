//! Short texts of some ids: the column says which value, the dictionary says the text.
//!
//! Where many will be read the dictionary is read whole, once, by whoever needs it first, and the texts are gathered from it;
//! else each is looked up.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, StringViewBuilder, UInt32Array};
use arrow::compute::{concat, take};
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
    values: DictionaryReader,
    column: ColumnReader,
    one_by_one: bool,
    whole: OnceLock<Arc<StringViewArray>>,
}

impl Texts {
    /// `expected`: about how many ids will be read.
    pub(super) fn new(values: DictionaryReader, column: ColumnReader, expected: u64) -> Self {
        let one_by_one = expected.saturating_mul(LOOKUP_COST) < u64::from(values.len());
        Self { values, column, one_by_one, whole: OnceLock::new() }
    }

    /// The texts of some ids, which ascend.
    pub(super) fn read(&self, ids: &[u32]) -> Result<ArrayRef, Error> {
        let numbers::Values { values, nulls } = numbers::values(&self.column, ids)?;
        let numbers: Vec<u32> =
            values.into_iter().map(|value| u32::try_from(value).unwrap_or(u32::MAX)).collect();
        self.numbered(&UInt32Array::new(numbers.into(), nulls))
    }

    /// The texts with these numbers.
    pub(super) fn numbered(&self, numbers: &UInt32Array) -> Result<ArrayRef, Error> {
        if self.one_by_one {
            return self.look_up(numbers);
        }
        let whole = self.whole()?;
        if let Some(beyond) = numbers.iter().flatten().find(|&number| number as usize >= whole.len()) {
            // The dictionary's own error: it names the section.
            self.values.value(beyond)?;
        }
        let texts = take(whole.as_ref(), numbers, None).map_err(Error::of_arrays)?;
        if whole.get_buffer_memory_size() <= SHARED_BYTES {
            return Ok(texts);
        }
        Ok(Arc::new(texts.as_string_view().gc()))
    }

    fn look_up(&self, numbers: &UInt32Array) -> Result<ArrayRef, Error> {
        let mut texts = StringViewBuilder::with_capacity(numbers.len());
        let mut text = String::new();
        for number in numbers {
            match number {
                None => texts.append_null(),
                Some(number) => {
                    text.clear();
                    self.values.append_value(number, &mut text)?;
                    texts.append_value(&text);
                }
            }
        }
        Ok(Arc::new(texts.finish()))
    }

    /// Every text of the dictionary, by number.
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
