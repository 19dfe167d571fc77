//! The most frequent values, out of what each leaf of each segment counted.

use std::collections::HashMap;

use super::people::ValuePeople;
use crate::engine::Error;
use crate::index::{DictionaryReader, IdSet, TextLeaf, dictionary_order};

/// A value with how many people have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The text as it is stored, byte for byte: `=` and `in` find it.
    pub value: String,
    /// How many of the people have it.
    pub people: u64,
}

/// The values of one leaf in one segment, ascending, with how many people have each.
#[derive(Clone)]
pub(super) struct Counted {
    texts: DictionaryReader,
    values: Vec<(u32, u64)>,
}

/// Counts the values of the leaves of a segment, the first that has a value counting, among some people (all: `None`). `most`: only so
/// many values are wanted, those that most people have, and no other segment has any.
pub(super) fn counted(
    leaves: Vec<ValuePeople>,
    mut among: Option<IdSet>,
    most: Option<usize>,
    wanted: impl Fn(&TextLeaf) -> Result<IdSet, Error>,
) -> Result<Vec<Counted>, Error> {
    let several = leaves.len() > 1;
    let mut all = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let (values, most) = (wanted(&leaf.leaf)?, most.filter(|_| !several));
        let values = leaf.count(&values, among.as_ref(), most)?;
        if several {
            let rest = leaf.without()?;
            among = Some(match among {
                Some(among) => among.and(&rest),
                None => rest,
            });
        }
        all.push(Counted { texts: leaf.leaf.values, values });
    }
    Ok(all)
}

/// The first `limit` values of all leaves: those that most people have, then in the order of dictionaries.
pub(super) fn most_frequent(mut counted: Vec<Counted>, limit: usize) -> Result<Vec<Suggestion>, Error> {
    // Values of one dictionary are in order by their ids: no text but those of the answer is read.
    if let [only] = counted.as_mut_slice() {
        let first = |a: &(u32, u64), b: &(u32, u64)| b.1.cmp(&a.1).then(a.0.cmp(&b.0));
        if let Some(last) = limit.checked_sub(1).filter(|last| *last < only.values.len()) {
            only.values.select_nth_unstable_by(last, first);
        }
        only.values.truncate(limit);
        only.values.sort_unstable_by(first);
        let text = |&(value, people): &(u32, u64)| Ok(Suggestion { value: only.texts.value(value)?, people });
        return only.values.iter().map(text).collect();
    }
    let mut all: HashMap<String, u64> = HashMap::new();
    for Counted { texts, values } in counted {
        for (value, people) in values {
            *all.entry(texts.value(value)?).or_default() += people;
        }
    }
    let mut all: Vec<Suggestion> =
        all.into_iter().map(|(value, people)| Suggestion { value, people }).collect();
    all.sort_unstable_by(|a, b| b.people.cmp(&a.people).then_with(|| dictionary_order(&a.value, &b.value)));
    all.truncate(limit);
    Ok(all)
}
