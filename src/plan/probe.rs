//! One condition answered by the indexes of one segment.
//!
//! A path reads one leaf, or the first of several that has a value, in each array of a union. Choosing looks the test up in
//! the leaf's dictionary, so that it is known which lists hold the answer and how long they are; running reads the lists.

use std::sync::Arc;

use super::leaf::{Leaf, NumberSections, SegmentView};
use super::points::Points;
use super::{Deadline, PlanError, values};
use crate::filter::{Condition, Test};
use crate::index::{IdSet, IdSetBuilder, LongLeaf, TextLeaf, ordered};
use crate::record::text::tokens;
use crate::schema::{KeyRule, NodeId};

/// Ids of lists that can be read in the time of one lookup in a column.
const LOOKUP_COST: u64 = 16;

/// What an index says of a condition.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// These ids and no others.
    Exact(IdSet),
    /// No others than these; each has to be compared with its record.
    AtMost(IdSet),
}

/// A condition with the lists that answer it.
pub(super) struct Probe {
    pub(super) condition: Arc<Condition>,
    universe: u32,
    /// Per array of a union: leaves of which the first that has a value counts.
    chains: Vec<Vec<Access>>,
}

/// How one leaf answers a test.
enum Access {
    /// Nobody in the segment has a value.
    Absent,
    /// Those who hold one of these values.
    Values(TextLeaf, IdSet),
    /// Those who have a value of short text.
    TextPresent(TextLeaf),
    /// Those in whose long text all of these words occur.
    Words(LongLeaf, Vec<u32>),
    /// Those in whose long text these words follow one another.
    Phrase(LongLeaf, Vec<u32>),
    /// Those in whose long text the words of one of these texts follow one another; no words: texts without a word.
    Texts(LongLeaf, Vec<Vec<u32>>),
    /// Those who have a value of long text.
    LongPresent(LongLeaf),
    /// All who have a long text: no index knows patterns or other predicates.
    LongPattern(LongLeaf),
    /// The rows of people who have one of some person ids.
    People(IdSet),
    /// Those whose coordinates lie in the area.
    Points(Points),
    /// Those whose number is in one of the ranges.
    Ranges(NumberSections, Vec<(u64, u64)>),
    /// Those who have a number.
    NumberPresent(NumberSections),
}

impl Probe {
    /// Looks `condition` up; `universe` is the number of rows or elements it is about.
    pub(super) fn choose(
        view: &SegmentView<'_>,
        condition: &Arc<Condition>,
        universe: u32,
        deadline: &Deadline,
    ) -> Result<Self, PlanError> {
        let mut leaves: Vec<Vec<Leaf>> = Vec::new();
        for chain in arrays_read(condition) {
            let chain: Vec<Leaf> = chain.iter().filter_map(|&node| view.leaf(node)).collect();
            if !leaves.contains(&chain) {
                leaves.push(chain);
            }
        }
        let access = |leaf: &Leaf| Access::choose(view, *leaf, condition, deadline);
        let chains = leaves.iter().map(|chain| chain.iter().map(access).collect::<Result<_, _>>());
        let mut chains: Vec<Vec<Access>> = chains.collect::<Result<_, _>>()?;
        if let Test::Geo(area) = &condition.test
            && let Some(points) = Points::of(view, &condition.field, area, universe, deadline)?
        {
            // Whoever has coordinates is there, whatever the text says.
            chains.iter_mut().for_each(|chain| chain.insert(0, Access::Points(points.clone())));
        }
        Ok(Self { condition: Arc::clone(condition), universe, chains })
    }

    /// About how many ids will pass. Reads the lengths of at most a few hundred lists.
    pub(super) fn estimate(&self) -> Result<u64, PlanError> {
        let mut sum = 0;
        for access in self.chains.iter().flatten() {
            sum += access.estimate()?;
        }
        Ok(sum.min(self.universe.into()))
    }

    /// Whether the index alone cannot tell.
    pub(super) fn needs_records(&self) -> bool {
        self.chains.iter().flatten().any(Access::needs_records)
    }

    /// The ids that pass.
    pub(super) fn answer(&self) -> Result<Answer, PlanError> {
        let mut all = IdSet::empty(self.universe);
        for chain in &self.chains {
            let mut unset: Option<IdSet> = None;
            for (at, access) in chain.iter().enumerate() {
                let mut found = access.ids(self.universe)?;
                if let Some(unset) = &unset {
                    found = found.and(unset);
                }
                all = if all.is_empty() { found } else { all.or(&found) };
                if at + 1 < chain.len() {
                    let nulls = access.nulls(self.universe)?;
                    unset = Some(match unset {
                        Some(before) => nulls.and(&before),
                        None => nulls,
                    });
                }
            }
        }
        Ok(if self.needs_records() { Answer::AtMost(all) } else { Answer::Exact(all) })
    }

    /// Those of `few` that pass, each looked up in its column; `None` where there is no column, or where reading the lists
    /// costs less.
    pub(super) fn among(&self, few: &IdSet, estimate: u64) -> Result<Option<IdSet>, PlanError> {
        if u64::from(few.len()).saturating_mul(LOOKUP_COST) >= estimate {
            return Ok(None);
        }
        match self.chains.as_slice() {
            [chain] => match chain.as_slice() {
                [access] => access.among(few),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// How many ids pass, if directories alone tell.
    pub(super) fn count(&self) -> Result<Option<u64>, PlanError> {
        match self.chains.as_slice() {
            [] => Ok(Some(0)),
            [chain] => match chain.as_slice() {
                [] => Ok(Some(0)),
                [access] => access.count(self.universe),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// The indexes that answer, leaf by leaf.
    pub(super) fn indexes(&self) -> impl Iterator<Item = Used> {
        self.chains.iter().flatten().map(Access::used)
    }
}

/// An index that a plan uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Used {
    /// None: nobody has such a value.
    Nothing,
    /// The dictionary, in which so many of so many values pass, and their postings.
    Values(u64, u64),
    /// Another one, in words.
    Other(&'static str),
}

/// The leaves that a condition reads: all arrays of a union, or the one that its path names.
fn arrays_read(condition: &Condition) -> &[Vec<NodeId>] {
    &condition.field.reads
}

impl Access {
    fn choose(
        view: &SegmentView<'_>,
        leaf: Leaf,
        condition: &Condition,
        deadline: &Deadline,
    ) -> Result<Self, PlanError> {
        if let Test::Ranges(ranges) = &condition.test {
            if let Some(ids) = person_ids(view, leaf, ranges) {
                let rows = view.records.rows_of(&ids)?;
                return Ok(Self::People(IdSet::from_sorted(view.rows(), rows)));
            }
            let sections = leaf.numbers(view)?;
            return Ok(sections.map_or(Self::Absent, |numbers| Self::Ranges(numbers, ranges.clone())));
        }
        if condition.test == Test::Present && condition.field.value.scalar != crate::schema::Scalar::String {
            return Ok(leaf.numbers(view)?.map_or(Self::Absent, Self::NumberPresent));
        }
        if condition.field.long {
            let sections = leaf.long_text(view)?;
            return sections.map_or(Ok(Self::Absent), |text| Self::of_long_text(text, &condition.test));
        }
        let Some(text) = leaf.text(view)? else { return Ok(Self::Absent) };
        if condition.test == Test::Present {
            return Ok(Self::TextPresent(text));
        }
        let values = values::passing(&text, &condition.test, deadline)?;
        Ok(Self::Values(text, values))
    }

    fn of_long_text(text: LongLeaf, test: &Test) -> Result<Self, PlanError> {
        let known = |words: &[String]| values::word_ids(&text.words, words);
        let phrases = |texts: &[&str]| -> Result<Vec<Vec<u32>>, PlanError> {
            let words =
                texts.iter().map(|text| tokens(text).map(|word| word.into_owned()).collect::<Vec<_>>());
            let mut phrases = Vec::new();
            for words in words {
                phrases.extend(known(&words)?);
            }
            Ok(phrases)
        };
        Ok(match test {
            Test::Words(words) => match known(words)? {
                Some(words) => Self::Words(text, words),
                None => Self::Absent,
            },
            Test::Phrase(words) => match known(words)? {
                Some(words) => Self::Phrase(text, words),
                None => Self::Absent,
            },
            Test::Folded(key) => {
                let phrases = phrases(&[key])?;
                Self::Texts(text, phrases)
            }
            Test::OneOf(texts) => {
                let phrases = phrases(&texts.iter().map(String::as_str).collect::<Vec<_>>())?;
                Self::Texts(text, phrases)
            }
            Test::Pattern(_) | Test::Text(_) => Self::LongPattern(text),
            Test::Present => Self::LongPresent(text),
            Test::Ranges(_) | Test::Geo(_) => Self::Absent,
        })
    }

    /// Those of `few` whose value in the column passes; `None` without a column.
    fn among(&self, few: &IdSet) -> Result<Option<IdSet>, PlanError> {
        let mut found = Vec::new();
        match self {
            Self::Values(TextLeaf { column: Some(column), .. }, values) => {
                for id in few.iter() {
                    let value = column.get(id.into())?.and_then(|value| u32::try_from(value).ok());
                    if value.is_some_and(|value| values.contains(value)) {
                        found.push(id);
                    }
                }
            }
            Self::Ranges(numbers, ranges) => {
                for id in few.iter() {
                    if numbers.column.get(id.into())?.is_some_and(|value| is_in(ranges, value)) {
                        found.push(id);
                    }
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(IdSet::from_sorted(few.universe(), found)))
    }

    fn needs_records(&self) -> bool {
        match self {
            Self::Texts(_, phrases) => !phrases.is_empty(),
            Self::LongPattern(_) => true,
            _ => false,
        }
    }

    fn estimate(&self) -> Result<u64, PlanError> {
        Ok(match self {
            Self::Absent => 0,
            Self::People(rows) => u64::from(rows.len()),
            Self::Points(points) => u64::from(points.within.len()),
            Self::Values(text, values) => values::estimate(text, values)?,
            Self::TextPresent(text) => values::present(&text.postings, text.without())?,
            Self::Words(text, words) | Self::Phrase(text, words) => rarest(text, words)?,
            Self::Texts(text, phrases) => {
                let each = phrases.iter().map(|words| rarest(text, words));
                each.sum::<Result<u64, _>>()?
            }
            Self::LongPresent(text) | Self::LongPattern(text) => {
                values::present(&text.postings, text.without())?
            }
            Self::Ranges(numbers, ranges) => numbers.buckets.estimate(ranges)?,
            Self::NumberPresent(numbers) => u64::from(numbers.buckets.non_null()),
        })
    }

    /// The number of ids where a directory has it.
    fn count(&self, universe: u32) -> Result<Option<u64>, PlanError> {
        Ok(match self {
            Self::Absent => Some(0),
            Self::People(rows) => Some(rows.len().into()),
            Self::Values(_, values) if values.is_empty() => Some(0),
            // A list leaf may hold several of the values, so only one list counts by itself.
            Self::Values(text, values) if values.len() == 1 => match values.first() {
                Some(value) => Some(text.postings.count(value)?.into()),
                None => Some(0),
            },
            Self::TextPresent(_) | Self::LongPresent(_) | Self::NumberPresent(_) => {
                Some(self.estimate()?.min(universe.into()))
            }
            Self::Words(text, words) => match words.as_slice() {
                [word] => Some(text.postings.count(*word)?.into()),
                _ => None,
            },
            Self::Ranges(numbers, ranges) => Some(numbers.buckets.count(ranges, &numbers.column)?),
            _ => None,
        })
    }

    fn ids(&self, universe: u32) -> Result<IdSet, PlanError> {
        let mut found = IdSetBuilder::new(universe);
        match self {
            Self::Absent => {}
            Self::People(rows) => return Ok(rows.clone()),
            Self::Points(points) => return Ok(points.within.clone()),
            Self::Values(text, values) => text.postings.add_all_to(values, &mut found)?,
            Self::TextPresent(text) => return Ok(text.postings.set(text.without())?.complement()),
            Self::Words(text, words) => return values::in_all(&text.postings, words),
            Self::Phrase(text, words) => return phrase(text, words),
            Self::Texts(text, phrases) => {
                for words in phrases {
                    match words.as_slice() {
                        [] => text.postings.add_to(text.wordless(), &mut found)?,
                        words => found.add_set(&phrase(text, words)?),
                    }
                }
            }
            Self::LongPresent(text) | Self::LongPattern(text) => {
                return Ok(text.postings.set(text.without())?.complement());
            }
            Self::Ranges(numbers, ranges) => numbers.buckets.add_to(ranges, &numbers.column, &mut found)?,
            Self::NumberPresent(numbers) => return Ok(numbers.buckets.nulls()?.complement()),
        }
        Ok(found.finish())
    }

    /// The ids that have no value.
    fn nulls(&self, universe: u32) -> Result<IdSet, PlanError> {
        Ok(match self {
            Self::Absent => IdSet::full(universe),
            Self::People(_) => IdSet::empty(universe),
            Self::Points(points) => points.nowhere.clone(),
            Self::Values(text, _) | Self::TextPresent(text) => text.postings.set(text.without())?,
            Self::Words(text, _)
            | Self::Phrase(text, _)
            | Self::Texts(text, _)
            | Self::LongPresent(text)
            | Self::LongPattern(text) => text.postings.set(text.without())?,
            Self::Ranges(numbers, _) | Self::NumberPresent(numbers) => numbers.buckets.nulls()?,
        })
    }

    fn used(&self) -> Used {
        Used::Other(match self {
            Self::Absent => return Used::Nothing,
            Self::Values(text, values) => {
                return Used::Values(values.len().into(), text.values.len().into());
            }
            Self::People(_) => "key table",
            Self::Points(_) => "columns of coordinates",
            Self::TextPresent(_) => "postings of those without a value",
            Self::Words(..) => "word postings",
            Self::Phrase(..) => "word postings and positions",
            Self::Texts(..) => "word postings and positions, then the records",
            Self::LongPresent(_) => "word postings of those without a value",
            Self::LongPattern(_) => "no index knows patterns in long text: every record that has one is read",
            Self::Ranges(..) => "number buckets",
            Self::NumberPresent(_) => "number buckets of those without a value",
        })
    }
}

/// The person ids that single points of the leaf of person ids are; `None` of another leaf, or of wider ranges.
fn person_ids(view: &SegmentView<'_>, leaf: Leaf, ranges: &[(u64, u64)]) -> Option<Vec<u64>> {
    let is_id = view.schema.node(leaf.node)?.key == Some(KeyRule::PersonId);
    if !is_id || ranges.iter().any(|(least, greatest)| least != greatest) {
        return None;
    }
    // Nobody has a negative one.
    Some(ranges.iter().filter_map(|&(id, _)| u64::try_from(ordered::to_i64(id)).ok()).collect())
}

/// Whether one of the ascending ranges holds the value.
fn is_in(ranges: &[(u64, u64)], value: u64) -> bool {
    let at = ranges.partition_point(|&(_, greatest)| greatest < value);
    ranges.get(at).is_some_and(|&(least, _)| least <= value)
}

/// The length of the shortest list of `words`; without words, how many texts have none.
fn rarest(text: &LongLeaf, words: &[u32]) -> Result<u64, PlanError> {
    let counts = words.iter().map(|&word| text.postings.count(word)).collect::<Result<Vec<_>, _>>()?;
    match counts.into_iter().min() {
        Some(least) => Ok(least.into()),
        None => Ok(text.postings.count(text.wordless())?.into()),
    }
}

/// The ids in whose text `words`, at least one, follow one another.
fn phrase(text: &LongLeaf, words: &[u32]) -> Result<IdSet, PlanError> {
    match words {
        [word] => Ok(text.postings.set(*word)?),
        words => Ok(text.positions.phrase(&text.postings, words)?),
    }
}
