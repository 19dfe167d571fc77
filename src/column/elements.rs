//! A record batch seen as element spaces: how many elements each parent has, and leaf values element by element.
//!
//! The elements of a space follow their parents' order; within a parent the arrays of the space follow one another
//! (roles: first `current`, then `past`). This is the numbering of `docs/format.md`, section 4.4.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, new_null_array};
use arrow::compute::interleave;
use arrow::datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};

use super::ColumnError;
use super::layout::node_type;
use crate::schema::{Node, NodeId, NodeKind, Scalar, Schema, Space, SpaceId};

/// Parents and elements of one space, for the rows of one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpaceSpans {
    /// Number of elements of each parent: of each row, or of each element of the outer space.
    pub counts: Vec<u32>,
    /// Which of the space's arrays each element comes from.
    pub flags: Vec<u8>,
    /// Where each element lies in its array's values.
    places: Vec<usize>,
}

/// The values of a leaf that is no text, by row or by element.
#[derive(Debug, Clone, PartialEq)]
pub enum LeafValues {
    /// Integers, days since 1970 or microseconds since 1970.
    Integers(Vec<Option<i64>>),
    /// Numbers.
    Numbers(Vec<Option<f64>>),
    /// Booleans.
    Booleans(Vec<Option<bool>>),
}

/// The elements of `space` in `batch`. Cost: the elements of the space and of those around it.
pub fn space_spans(batch: &RecordBatch, schema: &Schema, space: SpaceId) -> Result<SpaceSpans, ColumnError> {
    let space = find_space(schema, space)?;
    let lists = space.arrays.iter().map(|&node| list(batch, schema, node)).collect::<Result<Vec<_>, _>>()?;
    let mut spans = SpaceSpans::default();
    match space.parent {
        None => {
            for row in 0..batch.num_rows() {
                spans.add_parent(lists.iter().copied().enumerate(), row);
            }
        }
        Some(outer) => {
            let around = find_space(schema, outer)?;
            let outer = space_spans(batch, schema, outer)?;
            for (&flag, &place) in outer.flags.iter().zip(&outer.places) {
                let inside = around.arrays.get(usize::from(flag)).copied();
                let own = |k: usize| {
                    space.arrays.get(k).and_then(|&n| schema.array_around(n)).map(|n| n.id) == inside
                };
                spans.add_parent(lists.iter().copied().enumerate().filter(|&(k, _)| own(k)), place);
            }
        }
    }
    Ok(spans)
}

impl SpaceSpans {
    /// Of each element: which of the space's arrays it comes from, and where it lies in that array's values.
    pub(super) fn places(&self) -> (&[u8], &[usize]) {
        (&self.flags, &self.places)
    }

    fn add_parent<'a>(&mut self, lists: impl Iterator<Item = (usize, &'a ListArray)>, at: usize) {
        let before = self.places.len();
        for (flag, list) in lists {
            if list.is_valid(at) {
                let offsets = list.value_offsets();
                let places = offsets[at] as usize..offsets[at + 1] as usize;
                self.flags.resize(self.flags.len() + places.len(), flag as u8);
                self.places.extend(places);
            }
        }
        self.counts.push((self.places.len() - before) as u32);
    }
}

/// The values of `leaf` (a scalar that is no text): by row where no array encloses it, else by element of its space, in
/// which case `leaf` stands for the leaves of the same name in all arrays of the space. `None` for text and lists.
pub fn leaf_values(
    batch: &RecordBatch,
    schema: &Schema,
    leaf: NodeId,
    spans: Option<&SpaceSpans>,
) -> Result<Option<LeafValues>, ColumnError> {
    let node = find(schema, leaf)?;
    let NodeKind::Leaf { scalar, list: false } = node.kind else { return Ok(None) };
    let (Some(spans), Some(space)) = (spans, node.space) else {
        let array = array_of(batch, schema, leaf)?;
        return Ok(gather(scalar, &[Some(array)], (0..batch.num_rows()).map(|row| (0, row))));
    };
    let arrays = twin_arrays(batch, schema, space, node)?;
    let order = spans.flags.iter().map(|&flag| usize::from(flag)).zip(spans.places.iter().copied());
    Ok(gather(scalar, &arrays, order))
}

/// The values of any node: by row where no array encloses it, else by element of its space, in which case `node` stands for
/// those of the same path in all arrays of the space.
pub fn node_values(
    batch: &RecordBatch,
    schema: &Schema,
    node: NodeId,
    spans: Option<&SpaceSpans>,
) -> Result<ArrayRef, ColumnError> {
    let known = find(schema, node)?;
    let (Some(spans), Some(space)) = (spans, known.space) else {
        return Ok(Arc::clone(array_of(batch, schema, node)?));
    };
    let arrays = twin_arrays(batch, schema, space, known)?;
    let nothing = new_null_array(&node_type(schema, known), 1);
    // An array of the union that lacks the node has nulls.
    let values: Vec<&dyn Array> = arrays.iter().map(|array| array.unwrap_or(&nothing).as_ref()).collect();
    let place = |(&flag, &place): (&u8, &usize)| {
        let flag = usize::from(flag);
        (flag, if arrays.get(flag).is_some_and(Option::is_some) { place } else { 0 })
    };
    let places: Vec<(usize, usize)> = spans.flags.iter().zip(&spans.places).map(place).collect();
    Ok(interleave(&values, &places)?)
}

/// The nodes that have to be read for the values of `node`: itself or, in a space, those of the same path in all its
/// arrays, and where one lacks it any leaf, which says how many elements there are.
pub fn nodes_to_read(schema: &Schema, node: NodeId) -> Vec<NodeId> {
    let Some(known) = schema.node(node) else { return Vec::new() };
    let space = known.space.and_then(|space| schema.spaces().get(usize::from(space)));
    let Some(space) = space else { return vec![node] };
    let first_leaf = |array: NodeId| {
        let mut at = schema.node(array)?;
        while let Some(child) = at.children.first() {
            at = schema.node(*child)?;
        }
        Some(at.id)
    };
    let twins = schema_twins(schema, space, known).into_iter().zip(&space.arrays);
    twins.filter_map(|(twin, &array)| twin.or_else(|| first_leaf(array))).collect()
}

/// The array of the leaf of the same relative path, in each array of the space that has one.
pub(super) fn twin_arrays<'a>(
    batch: &'a RecordBatch,
    schema: &Schema,
    space: SpaceId,
    leaf: &Node,
) -> Result<Vec<Option<&'a ArrayRef>>, ColumnError> {
    let twins = schema_twins(schema, find_space(schema, space)?, leaf).into_iter();
    twins.map(|twin| twin.map(|twin| array_of(batch, schema, twin)).transpose()).collect()
}

/// The leaf of the same relative path in each array of the space.
fn schema_twins(schema: &Schema, space: &Space, leaf: &Node) -> Vec<Option<NodeId>> {
    let own = space
        .arrays
        .iter()
        .filter_map(|&n| schema.node(n))
        .find_map(|array| leaf.path.strip_prefix(&array.path).and_then(|rest| rest.strip_prefix('.')));
    let twin = |array: &NodeId| {
        let mut at = *array;
        for part in own?.split('.') {
            let children = &schema.node(at)?.children;
            at = *children.iter().find(|&&c| schema.node(c).is_some_and(|node| node.name == part))?;
        }
        Some(at)
    };
    space.arrays.iter().map(twin).collect()
}

/// The leaf that names the column of `leaf`'s values: the one in the first array of its space that has it.
pub fn column_leaf(schema: &Schema, leaf: NodeId) -> Option<NodeId> {
    let node = schema.node(leaf)?;
    let Some(space) = node.space else { return Some(leaf) };
    let space = schema.spaces().get(usize::from(space))?;
    schema_twins(schema, space, node).into_iter().flatten().next()
}

fn gather(
    scalar: Scalar,
    arrays: &[Option<&ArrayRef>],
    order: impl Iterator<Item = (usize, usize)>,
) -> Option<LeafValues> {
    macro_rules! pick {
        ($cast:expr, $wrap:ident) => {{
            let arrays: Vec<_> = arrays.iter().map(|array| array.map($cast)).collect();
            let pick = |(which, at): (usize, usize)| {
                let array = arrays.get(which).copied().flatten()?;
                array.is_valid(at).then(|| array.value(at).into())
            };
            LeafValues::$wrap(order.map(pick).collect())
        }};
    }
    Some(match scalar {
        Scalar::String => return None,
        Scalar::Integer => pick!(|array| array.as_primitive::<Int64Type>(), Integers),
        Scalar::Number => pick!(|array| array.as_primitive::<Float64Type>(), Numbers),
        Scalar::Boolean => pick!(|array| array.as_boolean(), Booleans),
        Scalar::Date => pick!(|array| array.as_primitive::<Date32Type>(), Integers),
        Scalar::Datetime => pick!(|array| array.as_primitive::<TimestampMicrosecondType>(), Integers),
    })
}

pub(super) fn find(schema: &Schema, id: NodeId) -> Result<&Node, ColumnError> {
    schema.node(id).ok_or_else(|| ColumnError::Footer(format!("the schema has no node {id}")))
}

fn find_space(schema: &Schema, id: SpaceId) -> Result<&Space, ColumnError> {
    let found = schema.spaces().get(usize::from(id));
    found.ok_or_else(|| ColumnError::Footer(format!("the schema has no element space {id}")))
}

/// The list array of an array node, among all values of the array around it.
fn list<'a>(batch: &'a RecordBatch, schema: &Schema, id: NodeId) -> Result<&'a ListArray, ColumnError> {
    let array = array_of(batch, schema, id)?;
    array.as_list_opt().ok_or_else(|| wrong(schema, id))
}

pub(super) fn array_of<'a>(
    batch: &'a RecordBatch,
    schema: &Schema,
    id: NodeId,
) -> Result<&'a ArrayRef, ColumnError> {
    let node = find(schema, id)?;
    let found = match node.parent {
        None => batch.column_by_name(&node.name),
        Some(parent) => {
            let around = array_of(batch, schema, parent)?;
            let object = around.as_list_opt::<i32>().map_or(around, |list| list.values());
            object.as_struct_opt().and_then(|object| object.column_by_name(&node.name))
        }
    };
    found.ok_or_else(|| wrong(schema, id))
}

pub(super) fn wrong(schema: &Schema, id: NodeId) -> ColumnError {
    let path = schema.node(id).map_or("?", |node| &node.path);
    ColumnError::Footer(format!("column {path} is missing or of another type"))
}
