//! Trains a record dictionary that holds what many records share, and nothing about one person.
//!
//! 1. In how many of the sampled records does each string and each number occur? Names of members count as strings.
//! 2. In those that occur in fewer than four, words are veiled: other letters and digits, drawn by chance from all that are veiled. Left
//!    are runs of up to three words that stand in four such strings, but never two runs side by side.
//! 3. Choose the shapes and frequent values of what is left (`index::shapes`), split it, and train zstd on that.
//!
//! Trained on records as they are, a dictionary holds e-mails and profile names of some fifty people, in a
//! section that outlives them. Veiled texts, unlike empty ones, teach zstd how often which letter comes: a tenth fewer bytes.

use std::collections::HashMap;
use std::ops::Range;

use super::compress::Dictionary;
use super::shapes::{self, Shapes, Splitter};

/// More records gain nothing measurable.
pub const SAMPLE_RECORDS: usize = 2_048;
/// A dictionary is trained on no fewer records.
pub const MIN_RECORDS: usize = 512;
/// A value must occur in so many records to be left in.
const MIN_OCCURRENCES: u32 = 4;
/// Greater ones gain nothing measurable.
const MAX_DICTIONARY_BYTES: usize = 112 << 10;
/// Smaller ones are not worth their section.
const MIN_DICTIONARY_BYTES: usize = 1 << 10;
/// A dictionary takes at most this part of its sample.
const SAMPLE_SHARE: usize = 40;
/// Words of a run that may be left in a rare string.
const MAX_RUN_WORDS: usize = 3;
/// Letters of a class that veiled words are drawn from.
const MAX_LETTERS: usize = 1 << 16;

/// A dictionary trained on `records` (JSON texts), as it stands in the file, the same for the same records; `None` if they are fewer than
/// [`MIN_RECORDS`] or too small or too alike for one. Costs about 0.1 s for each MB.
pub fn train(records: &[&[u8]]) -> Option<Vec<u8>> {
    if records.len() < MIN_RECORDS {
        return None;
    }
    let size =
        MAX_DICTIONARY_BYTES.min(records.iter().map(|record| record.len()).sum::<usize>() / SAMPLE_SHARE);
    if size < MIN_DICTIONARY_BYTES {
        return None;
    }
    let mut veil = Veil::new(records);
    let veiled: Vec<Vec<u8>> = records.iter().map(|record| veil.apply(record)).collect();
    let veiled: Vec<&[u8]> = veiled.iter().map(Vec::as_slice).collect();
    let table = shapes::build(&veiled, MIN_OCCURRENCES, size / 2).unwrap_or_default();
    let (sample, sizes) = training_sample(&veiled, &table);
    // zstd refuses samples that have nothing in common, or nothing but what the table holds.
    let trained = zstd::dict::from_continuous(&sample, &sizes, size).ok();
    if trained.is_none() && table.is_empty() {
        None
    } else {
        Some(Dictionary::section(&table, &trained.unwrap_or_default()))
    }
}

/// The records, split if there is a table, one after the other, and their lengths.
fn training_sample(records: &[&[u8]], table: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let shapes = Shapes::new(table).ok();
    let (mut splitter, mut split) = (Splitter::default(), Vec::new());
    let (mut sample, mut sizes) = (Vec::new(), Vec::with_capacity(records.len()));
    for record in records {
        let is_split =
            shapes.as_ref().is_some_and(|shapes| splitter.split(shapes, record, &mut split).is_some());
        let text = if is_split { split.as_slice() } else { record };
        sample.extend_from_slice(text);
        sizes.push(text.len());
    }
    (sample, sizes)
}

/// For each text: in how many records it occurs, and in which it was seen last.
#[derive(Default)]
struct Occurrences<'a>(HashMap<&'a [u8], (u32, usize)>);

impl<'a> Occurrences<'a> {
    fn add(&mut self, text: &'a [u8], record: usize) {
        let (count, last) = self.0.entry(text).or_insert((0, usize::MAX));
        if *last != record {
            (*count, *last) = (*count + 1, record);
        }
    }

    fn is_frequent(&self, text: &[u8]) -> bool {
        self.0.get(text).is_some_and(|&(count, _)| count >= MIN_OCCURRENCES)
    }
}

/// Replaces what is rare.
struct Veil<'a> {
    /// Strings and numbers.
    values: Occurrences<'a>,
    /// Runs of words of the rare ones.
    runs: Occurrences<'a>,
    /// What veiled words are made of, by class.
    letters: [Vec<u8>; 4],
    chance: u64,
}

impl<'a> Veil<'a> {
    fn new(records: &[&'a [u8]]) -> Self {
        let mut veil = Self {
            values: Occurrences::default(),
            runs: Occurrences::default(),
            letters: Default::default(),
            chance: 1,
        };
        for (number, record) in records.iter().enumerate() {
            for token in tokens(record).filter_map(|range| record.get(range)) {
                veil.values.add(token, number);
            }
        }
        for (number, record) in records.iter().enumerate() {
            for token in tokens(record).filter_map(|range| record.get(range)) {
                if !veil.values.is_frequent(token) {
                    veil.learn(token, number);
                }
            }
        }
        veil
    }

    fn learn(&mut self, token: &'a [u8], record: usize) {
        let words: Vec<Range<usize>> = words(token).collect();
        for (at, first) in words.iter().enumerate() {
            for last in words.iter().skip(at).take(MAX_RUN_WORDS) {
                self.runs.add(token.get(first.start..last.end).unwrap_or_default(), record);
            }
        }
        for &byte in token {
            let letters = class(byte).and_then(|class| self.letters.get_mut(class));
            if let Some(letters) = letters.filter(|letters| letters.len() < MAX_LETTERS) {
                letters.push(byte);
            }
        }
    }

    /// `record` with its rare strings and numbers veiled.
    fn apply(&mut self, record: &[u8]) -> Vec<u8> {
        let mut out = record.to_vec();
        for range in tokens(record) {
            let (Some(token), Some(out)) = (record.get(range.clone()), out.get_mut(range)) else { continue };
            if !self.values.is_frequent(token) {
                self.apply_to(token, out);
            }
        }
        out
    }

    fn apply_to(&mut self, token: &[u8], out: &mut [u8]) {
        let words: Vec<Range<usize>> = words(token).collect();
        let mut words = words.as_slice();
        while let [first, ..] = words {
            let is_frequent = |last: &&Range<usize>| {
                token.get(first.start..last.end).is_some_and(|run| self.runs.is_frequent(run))
            };
            let left = words.iter().take(MAX_RUN_WORDS).take_while(is_frequent).count();
            words = words.get(left..).unwrap_or_default();
            // The word behind a run is veiled, even if it is frequent.
            let Some((veiled, rest)) = words.split_first() else { return };
            for byte in out.get_mut(veiled.clone()).unwrap_or_default() {
                *byte = self.draw(*byte);
            }
            words = rest;
        }
    }

    /// Any byte of the class of `byte`.
    fn draw(&mut self, byte: u8) -> u8 {
        // xorshift64: the same for the same records.
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        let letters =
            class(byte).and_then(|class| self.letters.get(class)).map(Vec::as_slice).unwrap_or_default();
        let at = (self.chance >> 16) % letters.len().max(1) as u64;
        letters.get(at as usize).copied().unwrap_or(b'0')
    }
}

/// Which bytes may stand for each other; `None` for punctuation.
fn class(byte: u8) -> Option<usize> {
    match byte {
        b'0'..=b'9' => Some(0),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        0x80.. => Some(3),
        _ => None,
    }
}

/// Where the words of a text lie: letters and digits up to the next punctuation.
fn words(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.iter().position(|&byte| class(byte).is_some())?;
        let word = text.get(start..)?;
        at = start + word.iter().position(|&byte| class(byte).is_none()).unwrap_or(word.len());
        Some(start..at)
    })
}

/// Where the strings (with their quotes) and numbers of a JSON text lie. Any bytes will do: an open string
/// reaches to the end.
fn tokens(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.iter().position(|byte| matches!(byte, b'"' | b'-' | b'0'..=b'9'))?;
        let token = text.get(start..)?;
        let len = if token.first() == Some(&b'"') { string_len(token) } else { number_len(token) };
        at = start + len;
        Some(start..at)
    })
}

fn string_len(text: &[u8]) -> usize {
    let mut escaped = false;
    let end = text.iter().skip(1).position(|&byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

fn number_len(text: &[u8]) -> usize {
    let is_number = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
    text.iter().position(|byte| !is_number(byte)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
