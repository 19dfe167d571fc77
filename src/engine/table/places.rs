//! Whose an element is, and which of theirs: rows, person ids, positions.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringViewArray, UInt32Array};
use arrow::compute::take;

use crate::engine::Error;
use crate::engine::database::OpenSegment;
use crate::engine::segments::spans_of;
use crate::index::{PersonIdsReader, SpansReader};
use crate::schema::{Schema, SpaceId};

/// The way from ids of a table to people.
pub(super) struct Places {
    ids: PersonIdsReader,
    /// The table's own elements first, then those around them; none for people.
    spans: Vec<SpansReader>,
}

/// Where some ids lie.
#[derive(Default)]
pub(super) struct Found {
    /// The row of each.
    pub(super) rows: Vec<u32>,
    /// The place of each in its parent, from 1.
    positions: Vec<i64>,
    /// The place of its parent in the person, from 1.
    parent_positions: Vec<i64>,
}

impl Found {
    pub(super) fn positions(&self) -> ArrayRef {
        Arc::new(Int64Array::from(self.positions.clone()))
    }

    pub(super) fn parent_positions(&self) -> ArrayRef {
        Arc::new(Int64Array::from(self.parent_positions.clone()))
    }
}

impl Places {
    pub(super) fn new(open: &OpenSegment, space: Option<SpaceId>) -> Result<Self, Error> {
        let mut spans = Vec::new();
        let mut next = space;
        while let Some(space) = next {
            spans.extend(spans_of(&open.segment, space)?);
            next = open.schema.spaces().get(usize::from(space)).and_then(|space| space.parent);
        }
        Ok(Self { ids: open.ids.clone(), spans })
    }

    /// Where some ids, which ascend, lie.
    pub(super) fn of(&self, ids: &[u32]) -> Result<Found, Error> {
        let mut found = Found { rows: ids.to_vec(), ..Found::default() };
        for (depth, spans) in self.spans.iter().enumerate() {
            let (parents, positions) = parents(spans, &found.rows)?;
            found.rows = parents;
            match depth {
                0 => found.positions = positions,
                _ => found.parent_positions = positions,
            }
        }
        Ok(found)
    }

    /// The table's elements that belong to a row.
    pub(super) fn elements(&self, row: u32) -> Result<Range<u32>, Error> {
        let mut own = row..row.saturating_add(1);
        for spans in self.spans.iter().rev() {
            own = match own.end.checked_sub(1).filter(|last| *last >= own.start) {
                Some(last) => spans.elements(own.start)?.start..spans.elements(last)?.end,
                None => 0..0,
            };
        }
        Ok(own)
    }

    /// The person id of each.
    pub(super) fn person_ids(&self, found: &Found) -> Result<ArrayRef, Error> {
        let rows = &found.rows;
        let id = |id: u64| i64::try_from(id).map_err(|_| Error::internal("a person id beyond 2^53"));
        let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else {
            return Ok(Arc::new(Int64Array::from(Vec::<i64>::new())));
        };
        let span = last.saturating_sub(first).saturating_add(1);
        // Rows that lie close are read in one piece.
        let ids: Vec<i64> = if span as usize / 4 <= rows.len() {
            let near: Vec<u64> = self.ids.slice(first..last.saturating_add(1))?.collect();
            let at = |row: &u32| near.get(row.saturating_sub(first) as usize).copied();
            let found = |row| at(row).ok_or_else(|| Error::internal("rows that do not ascend"));
            rows.iter().map(|row| id(found(row)?)).collect::<Result<_, _>>()?
        } else {
            rows.iter().map(|&row| id(self.ids.get(row)?)).collect::<Result<_, _>>()?
        };
        Ok(Arc::new(Int64Array::from(ids)))
    }

    /// The name of the array that each element is in. `names`: of all arrays of the space.
    pub(super) fn lists(&self, ids: &[u32], names: &ArrayRef) -> Result<ArrayRef, Error> {
        let Some(spans) = self.spans.first() else { return Err(Error::internal("people are in no array")) };
        let arrays =
            ids.iter().map(|&id| Ok(u32::from(spans.array(id)?))).collect::<Result<Vec<_>, Error>>()?;
        if arrays.iter().any(|&array| array as usize >= names.len()) {
            return Err(Error::internal("an element of an array that the schema lacks"));
        }
        take(names, &UInt32Array::from(arrays), None).map_err(Error::of_arrays)
    }
}

/// The parent of each element, and its place there, from 1. Elements ascend, but may repeat.
fn parents(spans: &SpansReader, elements: &[u32]) -> Result<(Vec<u32>, Vec<i64>), Error> {
    let (mut parents, mut positions) =
        (Vec::with_capacity(elements.len()), Vec::with_capacity(elements.len()));
    let mut own = 0..0;
    let mut parent = 0;
    for &element in elements {
        if !own.contains(&element) {
            parent = spans.parent(element)?;
            own = spans.elements(parent)?;
        }
        parents.push(parent);
        positions.push(i64::from(element.saturating_sub(own.start)) + 1);
    }
    Ok((parents, positions))
}

/// The names of the arrays of a space, in their order.
pub(super) fn list_names(schema: &Schema, space: Option<SpaceId>) -> Result<ArrayRef, Error> {
    let space = space.and_then(|space| schema.spaces().get(usize::from(space)));
    let Some(space) = space else { return Err(Error::internal("people are in no array")) };
    let names = space.arrays.iter().filter_map(|&array| schema.node(array)).map(|array| array.name.as_str());
    Ok(Arc::new(StringViewArray::from_iter_values(names)))
}
