//! Texts on their way into a dictionary and postings: each distinct one once, with the places it was met at.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use crate::index::{DictionaryWriter, IndexError, Written};
use crate::record::text::fold_key;

/// Collects the texts of a leaf, or their words, place by place. `P` is a place: an id, or an id and a position. Allocates
/// nothing for a text that it can borrow.
#[derive(Debug)]
pub(super) struct Lexicon<'a, P> {
    numbers: HashMap<Cow<'a, str>, u32, TextHash>,
    /// The place each text was last met at.
    last: Vec<P>,
    /// Number of a text, and place; places ascend.
    met: Vec<(u32, P)>,
}

impl<'a, P: Copy + Default + PartialEq> Lexicon<'a, P> {
    pub(super) fn new() -> Self {
        Self { numbers: HashMap::with_hasher(TextHash::new()), last: Vec::new(), met: Vec::new() }
    }

    /// Notes that `text` stands at `place`, which is not before any place so far. A second time it changes nothing.
    pub(super) fn add(&mut self, text: Cow<'a, str>, place: P) {
        let number = match self.numbers.get(text.as_ref()) {
            Some(&number) => number,
            None => {
                // A text needs more than a byte of memory: they do not reach 2^32.
                let number = self.last.len() as u32;
                self.numbers.insert(text, number);
                self.last.push(place);
                self.met.push((number, place));
                return;
            }
        };
        if let Some(last) = self.last.get_mut(number as usize)
            && *last != place
        {
            *last = place;
            self.met.push((number, place));
        }
    }

    /// Puts the texts into the order of dictionaries, and the places to their texts.
    pub(super) fn invert(self) -> Inverted<'a, P> {
        let (texts, ranks) = in_order(self.numbers);
        let rank = |number: u32| ranks.get(number as usize).map_or(0, |&rank| rank as usize);
        let mut ends = vec![0_usize; texts.len()];
        for &(number, _) in &self.met {
            if let Some(count) = ends.get_mut(rank(number)) {
                *count += 1;
            }
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut places = vec![P::default(); self.met.len()];
        for (number, place) in self.met {
            if let Some(end) = ends.get_mut(rank(number)) {
                if let Some(slot) = places.get_mut(*end) {
                    *slot = place;
                }
                *end += 1;
            }
        }
        Inverted { texts, ends, places }
    }
}

/// The texts in the order of dictionaries, and the rank therein of each number.
fn in_order(numbers: HashMap<Cow<'_, str>, u32, TextHash>) -> (Vec<Cow<'_, str>>, Vec<u32>) {
    let mut texts: Vec<(Cow<'_, str>, u32)> = numbers.into_iter().collect();
    // By their keys, each made once: not by `dictionary_order`, which makes them at every comparison.
    let mut keyed: Vec<(Cow<'_, str>, &str, u32)> =
        texts.iter().map(|(text, number)| (fold_key(text), text.as_ref(), *number)).collect();
    keyed.sort_unstable();
    let mut ranks = vec![0; keyed.len()];
    for (rank, (.., number)) in keyed.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(*number as usize) {
            *slot = rank as u32;
        }
    }
    drop(keyed);
    texts.sort_unstable_by_key(|&(_, number)| ranks.get(number as usize).copied());
    (texts.into_iter().map(|(text, _)| text).collect(), ranks)
}

/// Distinct texts in the order of dictionaries, each with its places, ascending.
#[derive(Debug)]
pub(super) struct Inverted<'a, P> {
    texts: Vec<Cow<'a, str>>,
    /// Where the places of each text end.
    ends: Vec<usize>,
    places: Vec<P>,
}

impl<P> Inverted<'_, P> {
    /// Number of texts.
    pub(super) fn len(&self) -> u32 {
        self.texts.len() as u32
    }

    /// The texts with their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[P])> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let places = starts.zip(&self.ends).map(|(&start, &end)| self.places.get(start..end));
        self.texts.iter().zip(places).map(|(text, places)| (text.as_ref(), places.unwrap_or_default()))
    }

    /// Writes the texts as a *dictionary* or *words*.
    pub(super) fn write_texts(&self, out: &mut dyn std::io::Write) -> Result<Written, IndexError> {
        let mut writer = DictionaryWriter::new(out);
        self.texts.iter().try_for_each(|text| writer.push(text))?;
        writer.finish()
    }
}

/// Hashes one text: fast, and with a seed of its own, since texts come from outside.
#[derive(Debug, Clone)]
struct TextHash(u64);

impl TextHash {
    fn new() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl BuildHasher for TextHash {
    type Hasher = TextHasher;

    fn build_hasher(&self) -> TextHasher {
        TextHasher(self.0)
    }
}

struct TextHasher(u64);

impl Hasher for TextHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxhash_rust::xxh3::xxh3_64_with_seed(bytes, self.0);
    }

    /// The mark that ends a text: nothing follows one here.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::index::dictionary_order;
    use crate::index::testing::config;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn texts_come_out_once_in_order_with_their_places(
            met in proptest::collection::vec(proptest::collection::vec("[ abAéÉ]{0,2}", 0..4), 0..40),
        ) {
            let mut lexicon = Lexicon::new();
            let mut expected: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
            for (id, texts) in (0..).zip(&met) {
                for text in texts {
                    lexicon.add(Cow::Borrowed(text), id);
                    expected.entry(text).or_default().insert(id);
                }
            }
            let mut expected: Vec<(&str, Vec<u32>)> =
                expected.into_iter().map(|(text, ids)| (text, ids.into_iter().collect())).collect();
            expected.sort_by(|(a, _), (b, _)| dictionary_order(a, b));
            let inverted = lexicon.invert();
            let found: Vec<(&str, Vec<u32>)> = inverted.iter().map(|(text, ids)| (text, ids.to_vec())).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
