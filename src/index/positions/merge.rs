//! The positions of several inputs as one, copied entry by entry: they do not depend on the numbers of texts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;

use super::{PositionsReader, PositionsWriter};
use crate::index::error::damaged;
use crate::index::{IndexError, Written};

/// Writes the positions of all `inputs`: of `words` words. With each input comes, for each of its words, the number of the merged
/// one, ascending. The ids of an input follow on those of the inputs before ([`IdMap::Base`](crate::index::IdMap::Base)); an
/// input that lacks the leaf is left out. Streams: memory is that of 16 words.
pub fn merge_positions(
    inputs: &[(&PositionsReader, &[u32])],
    words: u32,
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let mut writer = PositionsWriter::new(out);
    // The next word of each input: its merged number, the input, its own number.
    let mut heads = BinaryHeap::new();
    for (i, (reader, map)) in inputs.iter().enumerate() {
        if map.len() != reader.words() as usize {
            let problem = format!("{} words, and a map of {}", reader.words(), map.len());
            return Err(damaged(reader.section(), 0, problem).into());
        }
        heads.extend(map.first().map(|&word| Reverse((word, i, 0))));
    }
    for word in 0..words {
        while let Some(&Reverse((next, i, own))) = heads.peek()
            && next == word
            && let Some((reader, map)) = inputs.get(i)
        {
            heads.pop();
            copy_word(reader, own, &mut writer)?;
            heads.extend(map.get(own as usize + 1).map(|&word| Reverse((word, i, own + 1))));
        }
        writer.end_word()?;
    }
    if heads.is_empty() {
        return writer.finish();
    }
    Err(IndexError::OutOfOrder { section: "positions", what: "words", limit: words.into() })
}

/// Adds the entries of a word to the one that is being written.
fn copy_word(reader: &PositionsReader, word: u32, out: &mut PositionsWriter<'_>) -> Result<(), IndexError> {
    let mut places = reader.word(word)?;
    while let Some(mut entries) = places.next_block()? {
        while !entries.is_empty() {
            out.word.push(entries.next(|_| ())?);
        }
    }
    Ok(())
}
