//! The positions of several inputs as one, copied entry by entry: they do not depend on the numbers of texts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;

use super::{PositionsReader, PositionsWriter};
use crate::index::error::damaged;
use crate::index::kept::GONE;
use crate::index::{IndexError, Kept, PostingsReader, Written};

/// One input of a merge of positions.
#[derive(Debug, Clone, Copy)]
pub struct PositionsPart<'a> {
    /// Its positions.
    pub reader: &'a PositionsReader,
    /// For each of its words the number of the merged one, ascending, or `GONE`.
    pub words: &'a [u32],
    /// Its word postings, which say whose each entry is.
    pub postings: &'a PostingsReader,
    /// The rows or elements that are kept.
    pub kept: &'a Kept,
}

/// Writes the positions of what is kept of all `inputs`: of `words` words. An input that lacks the leaf is left out. Streams: memory
/// is that of 16 words, and 4 bytes for each text of a word where an input drops some.
pub fn merge_positions(
    inputs: &[PositionsPart<'_>],
    words: u32,
    out: &mut dyn Write,
) -> Result<Written, IndexError> {
    let mut writer = PositionsWriter::new(out);
    // The next word of each input: its merged number, the input, its own number.
    let mut heads = BinaryHeap::new();
    for (i, part) in inputs.iter().enumerate() {
        let (words, named) = (part.reader.words(), part.words.len());
        if named != words as usize {
            let problem = format!("{words} words, and a map of {named}");
            return Err(damaged(part.reader.section(), 0, problem).into());
        }
        heads.extend(part.next_word(0).map(|(word, own)| Reverse((word, i, own))));
    }
    for word in 0..words {
        while let Some(&Reverse((next, i, own))) = heads.peek()
            && next == word
            && let Some(part) = inputs.get(i)
        {
            heads.pop();
            part.copy_word(own, &mut writer)?;
            heads.extend(part.next_word(own + 1).map(|(word, own)| Reverse((word, i, own))));
        }
        writer.end_word()?;
    }
    if heads.is_empty() {
        return writer.finish();
    }
    Err(IndexError::OutOfOrder { section: "positions", what: "words", limit: words.into() })
}

impl PositionsPart<'_> {
    /// The first word from `own` on that is not dropped: its merged number and its own.
    fn next_word(&self, own: u32) -> Option<(u32, u32)> {
        let words = (own..).zip(self.words.get(own as usize..)?);
        words.map(|(own, &word)| (word, own)).find(|(word, _)| *word != GONE)
    }

    /// Adds the entries of a word that are kept to the one that is being written.
    fn copy_word(&self, word: u32, out: &mut PositionsWriter<'_>) -> Result<(), IndexError> {
        let mut ids = Vec::new();
        if !self.kept.is_all() {
            self.postings.ids(word, &mut ids)?;
        }
        let mut ids = ids.into_iter();
        let mut places = self.reader.word(word)?;
        while let Some(mut entries) = places.next_block()? {
            while !entries.is_empty() {
                let entry = entries.next(|_| ())?;
                if self.kept.is_all() || ids.next().is_some_and(|id| self.kept.new_id(id).is_some()) {
                    out.word.push(entry);
                }
            }
        }
        Ok(())
    }
}
