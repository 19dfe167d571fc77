//! How many people have each value of a short text, in one segment: from the postings, led out of arrays to their people.

use crate::engine::Error;
use crate::engine::database::OpenSegment;
use crate::engine::load::spans_of;
use crate::filter::Field;
use crate::index::{IdSet, IndexedLeaf, LeafKind, SpansReader, TextLeaf};
use crate::schema::NodeId;

/// A list shorter than one in so many of its universe is read id by id, a longer one as a set.
const SPARSE: u32 = 64;

/// A leaf whose values are counted.
pub(super) struct ValuePeople {
    pub(super) leaf: TextLeaf,
    /// From the elements of the person to those that have the values.
    spans: Vec<SpansReader>,
    /// Of a union, the elements of the one array that is meant.
    array: Option<IdSet>,
}

impl ValuePeople {
    /// The leaves that a field reads in a segment, the first that has a value counting; those without any value are left out.
    pub(super) fn of(open: &OpenSegment, field: &Field) -> Result<Vec<Self>, Error> {
        let space = field.array.map(|array| array.space);
        let around = field.around.iter().chain(&field.array);
        let spans = around
            .map(|scope| spans_of(&open.segment, scope.space))
            .collect::<Result<Option<Vec<_>>, _>>()?;
        // A segment that was written before the array existed.
        let Some(spans) = spans else { return Ok(Vec::new()) };
        let array = match (field.array.and_then(|scope| scope.array), spans.last()) {
            (Some(array), Some(spans)) => Some(spans.array_set(array)?),
            _ => None,
        };
        let mut nodes: Vec<NodeId> = Vec::new();
        for leaf in field.reads.iter().flatten() {
            // Twins in the arrays of a union share their sections.
            let node = crate::column::column_leaf(&open.schema, *leaf);
            nodes.extend(node.filter(|node| !nodes.contains(node)));
        }
        let mut leaves = Vec::new();
        for node in nodes {
            // Sections go by space and node alone.
            let indexed = IndexedLeaf { space, node, kind: LeafKind::Text { list: false } };
            if let Some(leaf) = TextLeaf::open(&open.segment, &indexed)? {
                leaves.push(Self { leaf, spans: spans.clone(), array: array.clone() });
            }
        }
        Ok(leaves)
    }

    /// The rows that have no value; of a leaf of the person.
    pub(super) fn without(&self) -> Result<IdSet, Error> {
        Ok(self.leaf.postings.set(self.leaf.without())?)
    }

    /// The values that some people have, ascending, each with how many of `among` (all: `None`) have it.
    pub(super) fn count(
        &self,
        values: impl Iterator<Item = u32>,
        among: Option<&IdSet>,
    ) -> Result<Vec<(u32, u64)>, Error> {
        let mut counted = Vec::new();
        let (mut ids, mut parents) = (Vec::new(), Vec::new());
        for value in values {
            let people = self.people(value, among, &mut ids, &mut parents)?;
            if people > 0 {
                counted.push((value, people));
            }
        }
        Ok(counted)
    }

    /// How many people have a value. `ids` and `parents` are space to work in.
    fn people(
        &self,
        value: u32,
        among: Option<&IdSet>,
        ids: &mut Vec<u32>,
        parents: &mut Vec<u32>,
    ) -> Result<u64, Error> {
        let postings = &self.leaf.postings;
        let count = postings.count(value)?;
        if self.spans.is_empty() && among.is_none() {
            return Ok(count.into());
        }
        if count >= postings.universe() / SPARSE {
            let mut found = postings.set(value)?;
            if let Some(array) = &self.array {
                found = found.and(array);
            }
            for spans in self.spans.iter().rev() {
                found = spans.lift_set(&found)?;
            }
            return Ok(among.map_or(found.len(), |among| found.and(among).len()).into());
        }
        ids.clear();
        postings.ids(value, ids)?;
        if let Some(array) = &self.array {
            ids.retain(|id| array.contains(*id));
        }
        for spans in self.spans.iter().rev() {
            parents.clear();
            spans.lift(ids.iter().copied(), parents)?;
            std::mem::swap(ids, parents);
        }
        let counts = |id: &&u32| among.is_none_or(|among| among.contains(**id));
        Ok(ids.iter().filter(counts).count() as u64)
    }
}
