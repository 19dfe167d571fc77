//! Trains a record dictionary that holds what many records share, and nothing about one person.
//!
//! 1. In how many of the sampled records does each string and each number occur?
//! 2. Blank those that occur in fewer than four: `""`, `0`. Names of members count as strings.
//! 3. Train on what is left.
//!
//! Trained on records as they are, a dictionary holds e-mails and profile names of some fifty people, in a
//! section that outlives them. Blanking costs about 2 % in compression.

use std::collections::HashMap;
use std::ops::Range;

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

/// A dictionary trained on `records` (JSON texts), the same for the same records; `None` if they are fewer than
/// [`MIN_RECORDS`] or too small or too alike for one. Costs about 0.1 s for each MB.
pub fn train(records: &[&[u8]]) -> Option<Vec<u8>> {
    if records.len() < MIN_RECORDS {
        return None;
    }
    let occurrences = count_occurrences(records);
    let mut sample = Vec::with_capacity(records.iter().map(|record| record.len()).sum());
    let mut sizes = Vec::with_capacity(records.len());
    for record in records {
        let start = sample.len();
        blank(record, &occurrences, &mut sample);
        sizes.push(sample.len() - start);
    }
    let size = MAX_DICTIONARY_BYTES.min(sample.len() / SAMPLE_SHARE);
    if size < MIN_DICTIONARY_BYTES {
        return None;
    }
    // zstd refuses samples that have nothing in common.
    zstd::dict::from_continuous(&sample, &sizes, size).ok()
}

/// For each string and number: in how many records it occurs, and in which it was seen last.
type Occurrences<'a> = HashMap<&'a [u8], (u32, usize)>;

fn count_occurrences<'a>(records: &[&'a [u8]]) -> Occurrences<'a> {
    let mut occurrences = Occurrences::new();
    for (number, record) in records.iter().enumerate() {
        for token in tokens(record).filter_map(|range| record.get(range)) {
            let (count, last) = occurrences.entry(token).or_insert((0, usize::MAX));
            if *last != number {
                (*count, *last) = (*count + 1, number);
            }
        }
    }
    occurrences
}

/// Appends `record` with its rare strings and numbers blanked.
fn blank(record: &[u8], occurrences: &Occurrences<'_>, out: &mut Vec<u8>) {
    let mut copied = 0;
    for range in tokens(record) {
        let Some(token) = record.get(range.clone()) else { continue };
        if occurrences.get(token).is_some_and(|&(count, _)| count >= MIN_OCCURRENCES) {
            continue;
        }
        out.extend_from_slice(record.get(copied..range.start).unwrap_or_default());
        out.extend_from_slice(if token.first() == Some(&b'"') { b"\"\"" } else { b"0" });
        copied = range.end;
    }
    out.extend_from_slice(record.get(copied..).unwrap_or_default());
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
