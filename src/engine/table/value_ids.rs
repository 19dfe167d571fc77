//! Value ids of a whole database: a number for each text of a leaf in each segment. What is grouped by them compares numbers,
//! and looks up the texts of its groups alone.

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::{is_null, kernels::zip::zip};
use arrow::datatypes::DataType;

use super::texts::Dictionary;
use crate::engine::Error;
use crate::engine::database::Database;
use crate::index::DictionaryReader;
use crate::schema::{NodeId, SpaceId};
use crate::storage::SectionKind;

/// The texts of a leaf, by value id: those of each segment follow those of the segments before.
pub struct ValueTexts {
    segments: Vec<(u32, Dictionary)>,
}

impl Database {
    /// The texts of a leaf with a forward column, of people or of the elements of a space. `None` if there are more than 2^32.
    ///
    /// # Errors
    /// Damage.
    pub fn value_texts(&self, space: Option<SpaceId>, node: NodeId) -> Result<Option<ValueTexts>, Error> {
        let (mut segments, mut first) = (Vec::new(), 0_u32);
        for segment in 0..self.segments() {
            let Some(values) = self.values_of(segment, space, node)? else { continue };
            let Some(next) = first.checked_add(values.len()) else { return Ok(None) };
            segments.push((first, Dictionary::new(values, 0)));
            first = next;
        }
        Ok(Some(ValueTexts { segments }))
    }

    /// The id of the first value of a segment, where all have one. Reads directories alone.
    pub(super) fn first_value_id(
        &self,
        segment: usize,
        space: Option<SpaceId>,
        node: NodeId,
    ) -> Result<u32, Error> {
        let mut first = 0_u32;
        for before in 0..segment {
            let values = self.values_of(before, space, node)?.map_or(0, |values| values.len());
            first = first.checked_add(values).ok_or_else(|| Error::internal("more texts than value ids"))?;
        }
        Ok(first)
    }

    fn values_of(
        &self,
        segment: usize,
        space: Option<SpaceId>,
        node: NodeId,
    ) -> Result<Option<DictionaryReader>, Error> {
        let section = self.segment(segment)?.leaf_section(SectionKind::DICTIONARY, space, node);
        Ok(section.map(DictionaryReader::new).transpose()?)
    }
}

impl ValueTexts {
    /// The texts with these ids. Where many are asked for, over all calls, dictionaries are read whole, once.
    ///
    /// # Errors
    /// Damage.
    pub fn texts(&self, ids: &UInt32Array) -> Result<ArrayRef, Error> {
        let mut all: Option<ArrayRef> = None;
        for (first, dictionary) in &self.segments {
            let own = |id: Option<u32>| id?.checked_sub(*first).filter(|id| *id < dictionary.len());
            let own: UInt32Array = ids.iter().map(own).collect();
            if own.null_count() == own.len() && !own.is_empty() {
                continue;
            }
            let texts = dictionary.texts(&own)?;
            all = Some(match all {
                None => texts,
                Some(before) => zip(&is_null(&texts).map_err(Error::of_arrays)?, &before, &texts)
                    .map_err(Error::of_arrays)?,
            });
        }
        Ok(all.unwrap_or_else(|| arrow::array::new_null_array(&DataType::Utf8View, ids.len())))
    }
}
