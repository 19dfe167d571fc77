//! How many people have each value of a short text, in one segment: from the postings, led out of arrays to their people; or, of few
//! people, from the column.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::engine::Error;
use crate::engine::database::{OpenSegment, elements_inside};
use crate::filter::Field;
use crate::index::{ColumnReader, IdSet, IndexedLeaf, LeafKind, SpansReader, TextLeaf};
use crate::schema::NodeId;

/// A list shorter than one in so many of its universe is read id by id, a longer one as a set.
const SPARSE: u32 = 64;
/// Ids of postings that are read in the time of one look into a column.
const LOOK_COST: u64 = 12;
/// The same of one list, however short.
const LIST_COST: u64 = 16;

/// A leaf whose values are counted.
pub(super) struct ValuePeople {
    pub(super) leaf: TextLeaf,
    /// From the elements of the person to those that have the values.
    spans: Vec<SpansReader>,
    /// The elements that count; `None`: all.
    elements: Option<IdSet>,
}

impl ValuePeople {
    /// The leaves that a field reads in a segment, the first that has a value counting; those without any value are left out.
    /// `matched`: only these elements of its array count.
    pub(super) fn of(open: &OpenSegment, field: &Field, matched: Option<&IdSet>) -> Result<Vec<Self>, Error> {
        let space = field.array.map(|array| array.space);
        let Some(spans) = open.spans(field.arrays().map(|array| array.space))? else { return Ok(Vec::new()) };
        let own = match (field.array.and_then(|scope| scope.array), spans.last()) {
            (Some(array), Some(spans)) => Some(spans.array_set(array)?),
            _ => None,
        };
        let elements = match (own, matched) {
            (Some(own), Some(matched)) => Some(own.and(matched)),
            (own, matched) => own.or_else(|| matched.cloned()),
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
                leaves.push(Self { leaf, spans: spans.clone(), elements: elements.clone() });
            }
        }
        Ok(leaves)
    }

    /// The rows that have no value; of a leaf of the person.
    pub(super) fn without(&self) -> Result<IdSet, Error> {
        Ok(self.leaf.postings.set(self.leaf.without())?)
    }

    /// Those of `values` that some people have, ascending, each with how many of `among` (all: `None`) have it. `most`: only so many of
    /// them, those that most people have, of equal ones the first.
    pub(super) fn count(
        &self,
        values: &IdSet,
        among: Option<&IdSet>,
        most: Option<usize>,
    ) -> Result<Vec<(u32, u64)>, Error> {
        if let (Some(among), Some(column)) = (among, &self.leaf.column)
            && self.is_quicker_by_column(values, among)?
        {
            return self.count_by_column(column, values, among);
        }
        if let Some(most) = most {
            return self.count_most(values, among, most);
        }
        let mut counted = Vec::new();
        let (mut ids, mut parents) = (Vec::new(), Vec::new());
        for value in values.iter() {
            let people = self.people(value, among, &mut ids, &mut parents)?;
            if people > 0 {
                counted.push((value, people));
            }
        }
        Ok(counted)
    }

    /// A value has at most as many people as its list has ids: the longest lists come first, and once the next is too short to
    /// matter, no other is read (the threshold algorithm of Fagin, Lotem and Naor, with one list).
    fn count_most(
        &self,
        values: &IdSet,
        among: Option<&IdSet>,
        most: usize,
    ) -> Result<Vec<(u32, u64)>, Error> {
        let bound = |value| self.leaf.postings.count(value).map(|count| (count, Reverse(value)));
        let bounds = values.iter().map(bound).collect::<Result<Vec<_>, _>>()?;
        let mut bounds = BinaryHeap::from(bounds);
        let mut best: BinaryHeap<Reverse<(u64, Reverse<u32>)>> = BinaryHeap::with_capacity(most);
        let (mut ids, mut parents) = (Vec::new(), Vec::new());
        while let Some((count, Reverse(value))) = bounds.pop() {
            let worst = best.peek().filter(|_| best.len() >= most).map(|Reverse((people, _))| *people);
            if most == 0 || worst.is_some_and(|worst| u64::from(count) < worst) {
                break;
            }
            let people = self.people(value, among, &mut ids, &mut parents)?;
            if people > 0 {
                best.push(Reverse((people, Reverse(value))));
            }
            if best.len() > most {
                best.pop();
            }
        }
        let mut counted: Vec<(u32, u64)> =
            best.into_iter().map(|Reverse((people, Reverse(value)))| (value, people)).collect();
        counted.sort_unstable();
        Ok(counted)
    }

    /// Whether looking at each of the people costs less than reading the lists of the values.
    fn is_quicker_by_column(&self, values: &IdSet, among: &IdSet) -> Result<bool, Error> {
        let postings = &self.leaf.postings;
        let universe = u64::from(postings.universe());
        let held = universe.saturating_sub(postings.count(self.leaf.without())?.into());
        let (all, some) = (u64::from(self.leaf.values.len().max(1)), u64::from(values.len()));
        let lists = held * some / all + LIST_COST * some;
        let people = u64::from(among.len());
        let elements = universe * people / u64::from(among.universe().max(1));
        Ok(LOOK_COST * (elements + people) < lists)
    }

    fn count_by_column(
        &self,
        column: &ColumnReader,
        values: &IdSet,
        among: &IdSet,
    ) -> Result<Vec<(u32, u64)>, Error> {
        let mut counts: HashMap<u32, u64> = HashMap::new();
        let mut own: Vec<u32> = Vec::new();
        for row in among.iter() {
            own.clear();
            for element in elements_inside(&self.spans, row)? {
                if self.elements.as_ref().is_none_or(|elements| elements.contains(element))
                    && let Some(value) = column.get(element.into())?
                    && let Ok(value) = u32::try_from(value)
                    && values.contains(value)
                    && !own.contains(&value)
                {
                    own.push(value);
                }
            }
            own.iter().for_each(|value| *counts.entry(*value).or_default() += 1);
        }
        let mut counted: Vec<(u32, u64)> = counts.into_iter().collect();
        counted.sort_unstable();
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
        if self.spans.is_empty() && among.is_none() && self.elements.is_none() {
            return Ok(count.into());
        }
        if count >= postings.universe() / SPARSE {
            let mut found = postings.set(value)?;
            if let Some(elements) = &self.elements {
                found = found.and(elements);
            }
            for spans in self.spans.iter().rev() {
                found = spans.lift_set(&found)?;
            }
            return Ok(among.map_or(found.len(), |among| found.and(among).len()).into());
        }
        ids.clear();
        postings.ids(value, ids)?;
        if let Some(elements) = &self.elements {
            ids.retain(|id| elements.contains(*id));
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
