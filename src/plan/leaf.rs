//! The sections of one segment that a plan reads, leaf by leaf.

use roaring::RoaringBitmap;

use super::PlanError;
use crate::column::column_leaf;
use crate::index::{
    ColumnReader, DictionaryReader, IdSet, IndexedLeaf, LeafKind, LongLeaf, NumberBucketsReader,
    SpanSections, SpansReader, TextLeaf,
};
use crate::record::text::fold_key;
use crate::schema::{NodeId, Schema, SpaceId};
use crate::storage::{NO_NODE, NO_SPACE, Section, SectionId, SectionKind, Segment};

/// Near spellings that one look at a dictionary gives.
const NEAR: usize = 3;

/// What plans ask of a segment beside its indexes of leaves.
pub trait Records: Sync {
    /// The record of a row in the person schema, for tests that no index answers.
    fn record(&self, row: u32) -> Result<Vec<u8>, PlanError>;

    /// The rows, living or dead, of the people with these ids, ascending.
    fn rows_of(&self, ids: &[u64]) -> Result<Vec<u32>, PlanError>;
}

/// One segment of a snapshot, as plans see it.
#[derive(Clone, Copy)]
pub struct SegmentView<'a> {
    /// The segment.
    pub segment: &'a Segment,
    /// The schema it was written with.
    pub schema: &'a Schema,
    /// Its living rows; `None`: all.
    pub live: Option<&'a RoaringBitmap>,
    /// Its records and person ids.
    pub records: &'a dyn Records,
}

impl SegmentView<'_> {
    /// Number of its rows, living and dead.
    pub(super) fn rows(&self) -> u32 {
        self.segment.rows()
    }

    /// Its living rows.
    pub fn live_rows(&self) -> IdSet {
        match self.live {
            None => IdSet::full(self.rows()),
            Some(live) => {
                IdSet::from_sorted(self.rows(), live.iter().take_while(|&row| row < self.rows()).collect())
            }
        }
    }

    /// Its dead rows; `None`: there are none.
    pub(super) fn dead_rows(&self) -> Option<IdSet> {
        self.live.map(|_| self.live_rows().complement())
    }

    fn section(&self, kind: SectionKind, space: Option<SpaceId>, node: NodeId) -> Option<Section> {
        self.segment.section(SectionId { kind, space: space.unwrap_or(NO_SPACE), node })
    }

    /// The spans of a space; `None` if the segment was written before the space existed.
    pub(super) fn spans(&self, space: SpaceId) -> Result<Option<SpansReader>, PlanError> {
        let section = |kind| self.section(kind, Some(space), NO_NODE);
        let Some(parents) = section(SectionKind::SPAN_PARENTS) else { return Ok(None) };
        let required = |kind| {
            let name = self.schema.spaces().get(usize::from(space)).map_or("?", |space| &space.name);
            section(kind).ok_or_else(|| PlanError::missing(self.segment, kind, name))
        };
        let sections = SpanSections {
            parents,
            offsets: required(SectionKind::SPAN_OFFSETS)?,
            ends: required(SectionKind::SPAN_ENDS)?,
            flags: section(SectionKind::SPACE_FLAGS),
        };
        Ok(Some(SpansReader::new(sections)?))
    }

    /// The space around a space; `None`: the person.
    pub(super) fn parent_space(&self, space: SpaceId) -> Option<SpaceId> {
        self.schema.spaces().get(usize::from(space))?.parent
    }

    /// Number of elements of a space, or of rows.
    pub(super) fn universe(&self, space: Option<SpaceId>) -> Result<u32, PlanError> {
        match space {
            None => Ok(self.rows()),
            Some(space) => Ok(self.spans(space)?.map_or(0, |spans| spans.len())),
        }
    }

    /// The leaf by whose number the sections of `node` go; `None` if the segment's schema lacks it.
    pub(super) fn leaf(&self, node: NodeId) -> Option<Leaf> {
        let space = self.schema.node(node)?.space;
        Some(Leaf { space, node: column_leaf(self.schema, node)? })
    }
}

/// A leaf that has sections of its own: the leaves of one name in all arrays of a union are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Leaf {
    pub(super) space: Option<SpaceId>,
    pub(super) node: NodeId,
}

/// Numbers, dates, datetimes or booleans in the order of their values, and by row or element.
#[derive(Debug, Clone)]
pub(super) struct NumberSections {
    pub(super) buckets: NumberBucketsReader,
    pub(super) column: ColumnReader,
}

impl Leaf {
    fn section(self, view: &SegmentView<'_>, kind: SectionKind) -> Option<Section> {
        view.section(kind, self.space, self.node)
    }

    fn required(self, view: &SegmentView<'_>, kind: SectionKind) -> Result<Section, PlanError> {
        self.section(view, kind).ok_or_else(|| {
            let path = view.schema.node(self.node).map_or("?", |node| &node.path);
            PlanError::missing(view.segment, kind, path)
        })
    }

    fn indexed(self) -> IndexedLeaf {
        // Sections go by space and node alone.
        IndexedLeaf { space: self.space, node: self.node, kind: LeafKind::LongText }
    }

    /// The sections of a short text; `None` if nobody in the segment has a value.
    pub(super) fn text(self, view: &SegmentView<'_>) -> Result<Option<TextLeaf>, PlanError> {
        Ok(TextLeaf::open(view.segment, &self.indexed())?)
    }

    /// The sections of a long text; `None` if nobody in the segment has a value.
    pub(super) fn long_text(self, view: &SegmentView<'_>) -> Result<Option<LongLeaf>, PlanError> {
        Ok(LongLeaf::open(view.segment, &self.indexed())?)
    }

    /// Whether somebody has a value, in any case.
    pub(super) fn has_value(self, view: &SegmentView<'_>, value: &str) -> Result<bool, PlanError> {
        let Some(text) = self.text(view)? else { return Ok(false) };
        Ok(!text.values.folded(&fold_key(value))?.is_empty())
    }

    /// Values spelt nearly like one of `texts`.
    pub(super) fn near_values(
        self,
        view: &SegmentView<'_>,
        texts: &[String],
    ) -> Result<Vec<String>, PlanError> {
        let Some(text) = self.text(view)? else { return Ok(Vec::new()) };
        let near = texts.iter().map(|asked| text.values.near(asked, NEAR));
        Ok(near.collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// Words spelt nearly like those of `words` that do not occur.
    pub(super) fn near_words(
        self,
        view: &SegmentView<'_>,
        words: &[String],
    ) -> Result<Vec<String>, PlanError> {
        let Some(section) = self.section(view, SectionKind::WORDS) else { return Ok(Vec::new()) };
        let dictionary = DictionaryReader::new(section)?;
        let mut near = Vec::new();
        for word in words {
            if dictionary.exact(word)?.is_none() {
                near.extend(dictionary.near(word, NEAR)?);
            }
        }
        Ok(near)
    }

    /// The column of a number, date, datetime or boolean, indexed or not; `None` if nobody in the segment has a value.
    pub(super) fn column(self, view: &SegmentView<'_>) -> Result<Option<ColumnReader>, PlanError> {
        Ok(self.section(view, SectionKind::COLUMN).map(ColumnReader::new).transpose()?)
    }

    /// The sections of a number, date, datetime or boolean; `None` if nobody in the segment has a value.
    pub(super) fn numbers(self, view: &SegmentView<'_>) -> Result<Option<NumberSections>, PlanError> {
        let Some(buckets) = self.section(view, SectionKind::NUMBER_BUCKETS) else { return Ok(None) };
        Ok(Some(NumberSections {
            buckets: NumberBucketsReader::new(buckets)?,
            column: ColumnReader::new(self.required(view, SectionKind::COLUMN)?)?,
        }))
    }
}
