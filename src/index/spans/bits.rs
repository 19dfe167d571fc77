//! Bitmaps over elements: words of 64 bits, least bit first; bits beyond the last element are 0.

use std::io::Write;
use std::ops::Range;

use crate::index::IndexError;
use crate::index::error::damaged;
use crate::storage::{Section, StorageError};

/// Bytes of a bitmap over this many elements.
pub(super) fn bitmap_bytes(elements: u32) -> u64 {
    u64::from(elements).div_ceil(64) * 8
}

/// The words of the bitmap over `elements` that begins `at` bytes into `section`. What lies beyond the last element
/// is not believed.
pub(super) fn words(
    section: &Section,
    at: u64,
    elements: u32,
) -> Result<impl Iterator<Item = u64> + Clone, StorageError> {
    let bytes = section.bytes(at..at.saturating_add(bitmap_bytes(elements)))?;
    let words = bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word));
    Ok((0..).zip(words).map(move |(i, word)| word & below(elements.saturating_sub(i * 64))))
}

/// The bits of `range` as words, the first bit lowest, of the bitmap over `elements` that begins `at` bytes into `section`.
pub(super) fn bits(
    section: &Section,
    at: u64,
    elements: u32,
    range: Range<u32>,
) -> Result<impl Iterator<Item = u64>, StorageError> {
    let (first, shift) = (range.start / 64, range.start % 64);
    let at = at.saturating_add(u64::from(first) * 8);
    let mut words = words(section, at, elements.saturating_sub(first * 64))?.peekable();
    let lens = (range.start..range.end).step_by(64).map(move |start| range.end - start);
    Ok(lens.map(move |len| {
        let low = words.next().unwrap_or(0) >> shift;
        let high = words.peek().copied().unwrap_or(0).checked_shl(64 - shift).unwrap_or(0);
        (low | high) & below(len)
    }))
}

/// A word with its lowest `bits` set, all of them from 64 on.
pub(super) fn below(bits: u32) -> u64 {
    1_u64.checked_shl(bits).map_or(u64::MAX, |bit| bit - 1)
}

/// Whether bit `element` is set in the bitmap that begins `at` bytes into `section`.
pub(super) fn bit(section: &Section, at: u64, element: u32) -> Result<bool, StorageError> {
    let at = at.saturating_add(u64::from(element / 8));
    let byte = section.bytes(at..at.saturating_add(1))?.first();
    Ok(byte.ok_or_else(|| damaged(section, at, "no such byte"))? >> (element % 8) & 1 == 1)
}

/// The first set bit from `element` on, in a bitmap over `elements` at the start of `section`.
pub(super) fn next_bit(section: &Section, element: u32, elements: u32) -> Result<Option<u32>, StorageError> {
    let first = element / 64;
    let start = u64::from(first) * 8;
    let words = section.bytes(start.min(bitmap_bytes(elements))..bitmap_bytes(elements))?.as_chunks().0;
    let mut from = !below(element % 64);
    for (i, word) in (first..).zip(words) {
        let word = u64::from_le_bytes(*word) & from;
        if word != 0 {
            return Ok(Some(i * 64 + word.trailing_zeros()).filter(|&bit| bit < elements));
        }
        from = u64::MAX;
    }
    Ok(None)
}

/// Writes bitmaps, a word's bits at a time and 64 KiB to the medium.
pub(super) struct BitWriter<'a> {
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
    word: u64,
    used: u32,
}

impl<'a> BitWriter<'a> {
    const BUFFER: usize = 1 << 16;

    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, buffer: Vec::with_capacity(Self::BUFFER), word: 0, used: 0 }
    }

    /// Appends the lowest `bits` (up to 64) of `word`, whose others are 0.
    pub(super) fn push(&mut self, word: u64, bits: u32) -> Result<(), IndexError> {
        self.word |= word << self.used;
        if self.used + bits < 64 {
            self.used += bits;
            return Ok(());
        }
        let rest = word.checked_shr(64 - self.used).unwrap_or(0);
        self.end_word()?;
        (self.word, self.used) = (rest, self.used + bits - 64);
        Ok(())
    }

    /// Appends the first `bits` of `words`, or zeros where there are no words left.
    pub(super) fn extend(&mut self, words: impl Iterator<Item = u64>, bits: u32) -> Result<(), IndexError> {
        let mut words = words.chain(std::iter::repeat(0));
        for start in (0..bits).step_by(64) {
            self.push(words.next().unwrap_or(0), (bits - start).min(64))?;
        }
        Ok(())
    }

    /// Pads to a whole word: a bitmap ends, another may begin.
    pub(super) fn end_bitmap(&mut self) -> Result<(), IndexError> {
        if self.used > 0 {
            self.end_word()?;
            (self.word, self.used) = (0, 0);
        }
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> Result<(), IndexError> {
        self.end_bitmap()?;
        Ok(self.out.write_all(&self.buffer)?)
    }

    fn end_word(&mut self) -> Result<(), IndexError> {
        self.buffer.extend_from_slice(&self.word.to_le_bytes());
        if self.buffer.len() >= Self::BUFFER {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}
