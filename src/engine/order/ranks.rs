//! The value of a path by row, as a number that sorts like it within the segment.
//!
//! Those of texts are odd, so that a text that the segment lacks has a rank between those of its neighbours.

use std::cmp::Ordering;
use std::sync::Arc;

use super::SortKey;
use crate::engine::Error;
use crate::engine::database::{OpenSegment, elements_inside};
use crate::index::{
    BLOCK_VALUES, ColumnBlock, ColumnReader, DictionaryReader, PersonIdsReader, SpansReader, dictionary_order,
};
use crate::schema::{KeyRule, NodeId, Scalar};
use crate::storage::SectionKind;

/// Rows that are read one by one if fewer than one in so many is wanted; else whole blocks are decoded.
const SPARSE: u32 = 16;

/// A value, apart from its segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// An integer, date, datetime, number or truth value, in ordered form.
    Number(u64),
    Text(String),
}

impl Value {
    /// How two values of one path compare.
    pub(super) fn order(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => dictionary_order(a, b),
            // One path has values of one type.
            (Value::Number(_), Value::Text(_)) => Ordering::Less,
            (Value::Text(_), Value::Number(_)) => Ordering::Greater,
        }
    }
}

/// The values of one path in one segment.
#[derive(Clone)]
pub(super) struct Ranks {
    source: Source,
}

#[derive(Clone)]
enum Source {
    /// Nobody has a value.
    Absent,
    PersonIds(PersonIdsReader),
    Numbers(Reading),
    /// Value ids of one dictionary.
    Texts(Reading, DictionaryReader),
    /// The first of several texts that is there, each with the number of each of its values among those of all, and all
    /// texts in order.
    FirstText(Vec<(Reading, Arc<[u32]>)>, Arc<[String]>),
    /// The elements of the person, within those around them; the greatest counts, or the least.
    Elements {
        spans: Vec<SpansReader>,
        array: Option<u8>,
        column: Reading,
        greatest: bool,
    },
}

impl Ranks {
    /// `rows`: how many of the segment's rows will be read.
    pub(super) fn open(open: &OpenSegment, key: &SortKey, rows: u32) -> Result<Self, Error> {
        Ok(Self { source: Source::open(open, key, rows)? })
    }

    /// The rank of a row's value; `None` if it has none.
    pub(super) fn get(&mut self, row: u32) -> Result<Option<u64>, Error> {
        match &mut self.source {
            Source::Absent => Ok(None),
            Source::PersonIds(ids) => Ok(Some(ids.get(row)?)),
            Source::Numbers(column) => column.get(row),
            Source::Texts(column, _) => Ok(column.get(row)?.map(rank_of)),
            Source::FirstText(texts, _) => {
                for (column, numbers) in texts {
                    if let Some(value) = column.get(row)? {
                        let number = usize::try_from(value).ok().and_then(|value| numbers.get(value));
                        let number =
                            number.ok_or_else(|| Error::internal("a value id beyond its dictionary"))?;
                        return Ok(Some(rank_of((*number).into())));
                    }
                }
                Ok(None)
            }
            Source::Elements { spans, array, column, greatest } => {
                let mut best: Option<u64> = None;
                for element in elements_inside(spans, row)? {
                    if let (Some(wanted), Some(spans)) = (*array, spans.last())
                        && spans.array(element)? != wanted
                    {
                        continue;
                    }
                    if let Some(value) = column.get(element)? {
                        best =
                            Some(best.map_or(value, |best| {
                                if *greatest { best.max(value) } else { best.min(value) }
                            }));
                    }
                }
                Ok(best)
            }
        }
    }

    /// Whether ranks of different segments can be compared.
    pub(super) fn are_values(&self) -> bool {
        !matches!(self.source, Source::Texts(..) | Source::FirstText(..))
    }

    /// The value that has a rank.
    pub(super) fn value(&self, rank: u64) -> Result<Value, Error> {
        let number = u32::try_from(rank / 2).unwrap_or(u32::MAX);
        Ok(match &self.source {
            Source::Texts(_, values) => Value::Text(values.value(number)?),
            Source::FirstText(_, texts) => {
                let text = texts.get(number as usize).cloned();
                Value::Text(text.ok_or_else(|| Error::internal("a rank without a text"))?)
            }
            _ => Value::Number(rank),
        })
    }

    /// The rank that a value has, or would have between its neighbours.
    pub(super) fn rank(&self, value: &Value) -> Result<u64, Error> {
        Ok(match (value, &self.source) {
            (Value::Number(number), _) => *number,
            (Value::Text(text), Source::Texts(_, values)) => match values.exact(text)? {
                Some(id) => rank_of(id.into()),
                None => u64::from(values.place_of(text)?) * 2,
            },
            (Value::Text(text), Source::FirstText(_, texts)) => {
                match texts.binary_search_by(|known| dictionary_order(known, text)) {
                    Ok(at) => rank_of(at as u64),
                    Err(at) => at as u64 * 2,
                }
            }
            // Nobody here has a value to compare it with.
            (Value::Text(_), _) => 0,
        })
    }
}

/// The rank of the value with this number.
fn rank_of(number: u64) -> u64 {
    number.saturating_mul(2).saturating_add(1)
}

impl Source {
    fn open(open: &OpenSegment, key: &SortKey, rows: u32) -> Result<Source, Error> {
        let field = &key.field;
        let leaves = field.reads.concat();
        let is_id =
            |leaf: NodeId| open.schema.node(leaf).is_some_and(|node| node.key == Some(KeyRule::PersonId));
        if leaves.first().is_some_and(|leaf| is_id(*leaf)) {
            return Ok(Source::PersonIds(open.ids.clone()));
        }
        let dense = rows >= open.segment.rows() / SPARSE;
        if let Some(scope) = field.array {
            let column = match leaves.first() {
                Some(leaf) => open.leaf_section(SectionKind::COLUMN, Some(scope.space), *leaf),
                None => None,
            };
            let spans = open.spans(field.arrays().map(|array| array.space))?;
            let (Some(column), Some(spans)) = (column, spans) else { return Ok(Source::Absent) };
            let column = Reading::new(ColumnReader::new(column)?, dense);
            return Ok(Source::Elements { spans, array: scope.array, column, greatest: key.descending });
        }
        let column = |kind, leaf| {
            let section = open.leaf_section(kind, None, leaf);
            section
                .map(|section| Ok::<_, Error>(Reading::new(ColumnReader::new(section)?, dense)))
                .transpose()
        };
        if field.value.scalar != Scalar::String {
            let found = leaves.first().map(|leaf| column(SectionKind::COLUMN, *leaf)).transpose()?.flatten();
            return Ok(found.map_or(Source::Absent, Source::Numbers));
        }
        let mut texts = Vec::new();
        for leaf in leaves {
            let values = open.leaf_section(SectionKind::DICTIONARY, None, leaf);
            if let (Some(column), Some(values)) = (column(SectionKind::VALUE_COLUMN, leaf)?, values) {
                texts.push((column, DictionaryReader::new(values)?));
            }
        }
        match texts.len() {
            0 => Ok(Source::Absent),
            1 => Ok(texts.pop().map_or(Source::Absent, |(column, values)| Source::Texts(column, values))),
            _ => first_text(texts),
        }
    }
}

/// Numbers the values of several dictionaries in one order.
fn first_text(texts: Vec<(Reading, DictionaryReader)>) -> Result<Source, Error> {
    let mut all: Vec<String> = Vec::new();
    for (_, values) in &texts {
        values.for_each(0..values.len(), |_, text| all.push(text.to_owned()))?;
    }
    all.sort_by(|a, b| dictionary_order(a, b));
    all.dedup();
    let mut numbered = Vec::with_capacity(texts.len());
    for (column, values) in texts {
        let (mut numbers, mut at) = (Vec::with_capacity(values.len() as usize), 0_usize);
        values.for_each(0..values.len(), |_, text| {
            // Both are in the same order.
            while all.get(at).is_some_and(|known| known != text) {
                at += 1;
            }
            numbers.push(at as u32);
        })?;
        numbered.push((column, numbers.into()));
    }
    Ok(Source::FirstText(numbered, all.into()))
}

/// A column that is read in ascending order: block by block where much of it is wanted.
#[derive(Clone)]
struct Reading {
    column: ColumnReader,
    /// The block that is decoded, and which it is; `None` if values are read one by one.
    block: Option<(ColumnBlock, u64)>,
}

impl Reading {
    fn new(column: ColumnReader, dense: bool) -> Self {
        Self { column, block: dense.then(|| (ColumnBlock::new(), u64::MAX)) }
    }

    fn get(&mut self, id: u32) -> Result<Option<u64>, Error> {
        let id = u64::from(id);
        let Some((block, number)) = &mut self.block else { return Ok(self.column.get(id)?) };
        if *number != id / BLOCK_VALUES {
            self.column.block(id / BLOCK_VALUES, block)?;
            *number = id / BLOCK_VALUES;
        }
        Ok(block.get((id % BLOCK_VALUES) as usize))
    }
}
