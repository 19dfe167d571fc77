//! How a list of ascending ids is stored.
//!
//! Number of ids and universe are known from elsewhere, and tell the form: few ids are *packed*, which costs about two
//! bits an id more than their information; of nearly all, those that lack are packed (*complement*); between the two
//! a *bitmap* is about as small and far faster to read.

use std::ops::Range;

use bitpacking::{BitPacker, BitPacker4x};

use super::id_set::{BitIter, words_of_bytes};
use super::{IdSetBuilder, varint};

/// Ids that are packed together, with one width.
const BLOCK: usize = BitPacker4x::BLOCK_LEN;
/// Bytes that are enough for [`encoded_len`].
pub(super) const HEAD_BYTES: u64 = 10;

/// Where ids go that are read.
pub(super) trait IdSink {
    /// Takes strictly ascending ids.
    fn add_sorted(&mut self, ids: &[u32]);
    /// Takes each id of a range.
    fn add_range(&mut self, ids: Range<u32>);
    /// Takes the ids whose bits are set, the least first.
    fn add_bitmap(&mut self, bytes: &[u8]);
}

impl IdSink for IdSetBuilder {
    fn add_sorted(&mut self, ids: &[u32]) {
        self.add_sorted(ids);
    }

    fn add_range(&mut self, ids: Range<u32>) {
        self.add_range(ids);
    }

    fn add_bitmap(&mut self, bytes: &[u8]) {
        self.add_bitmap(bytes);
    }
}

impl IdSink for Vec<u32> {
    fn add_sorted(&mut self, ids: &[u32]) {
        self.extend_from_slice(ids);
    }

    fn add_range(&mut self, ids: Range<u32>) {
        self.extend(ids);
    }

    fn add_bitmap(&mut self, bytes: &[u8]) {
        let words: Vec<u64> = words_of_bytes(bytes).collect();
        self.extend(BitIter::new(&words));
    }
}

/// What of a list is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// So many ids, packed.
    Packed(u32),
    /// A bit for each id of the universe.
    Bitmap,
    /// So many ids, packed: those that are not in the list.
    Complement(u32),
}

/// The form of `count` ids of `universe`; `None` if there cannot be so many.
fn form(count: u32, universe: u32) -> Option<Form> {
    let others = universe.checked_sub(count)?;
    let few = |ids| ids == 0 || ids < universe / 8;
    Some(if few(count) {
        Form::Packed(count)
    } else if few(others) {
        Form::Complement(others)
    } else {
        Form::Bitmap
    })
}

/// Appends a list. The ids ascend and lie below the universe.
pub(super) fn encode(ids: &[u32], universe: u32, out: &mut Vec<u8>) {
    match form(ids.len() as u32, universe) {
        Some(Form::Bitmap) => {
            let start = out.len();
            out.resize(start + universe.div_ceil(8) as usize, 0);
            let bytes = out.get_mut(start..).unwrap_or_default();
            for &id in ids {
                if let Some(byte) = bytes.get_mut((id / 8) as usize) {
                    *byte |= 1 << (id % 8);
                }
            }
        }
        Some(Form::Complement(count)) => {
            let mut others = Vec::with_capacity(count as usize);
            let mut next = 0;
            for &id in ids {
                others.extend(next..id);
                next = id + 1;
            }
            others.extend(next..universe);
            pack(&others, universe, out);
        }
        Some(Form::Packed(_)) | None => pack(ids, universe, out),
    }
}

/// Length of a stored list, which begins with the bytes `head`; `None` if there is no such list.
pub(super) fn encoded_len(head: &[u8], count: u32, universe: u32) -> Option<u64> {
    match form(count, universe)? {
        Form::Bitmap => Some(universe.div_ceil(8).into()),
        Form::Packed(count) | Form::Complement(count) => packed_len(head, count as usize, universe),
    }
}

/// Length of `count` packed ids, which begin with the bytes `head`.
fn packed_len(mut head: &[u8], count: usize, universe: u32) -> Option<u64> {
    match count {
        0 => Some(0),
        1 => Some(id_bytes(universe) as u64),
        2..BLOCK => Some(1 + bytes_of(count, *head.first()?) as u64),
        _ => {
            let before = head.len();
            let len = varint::take(&mut head)?;
            len.checked_add((before - head.len()) as u64)
        }
    }
}

/// Hands the ids of the list stored in `bytes`, and nothing else in them, to `sink`. An error says what does not fit;
/// then the sink may have got some ids. What it gets ascends and lies below the universe, whatever the bytes.
pub(super) fn decode(
    bytes: &[u8],
    count: u32,
    universe: u32,
    sink: &mut impl IdSink,
) -> Result<(), &'static str> {
    match form(count, universe).ok_or("more ids than there are")? {
        Form::Packed(packed) => unpack(bytes, packed, universe, |ids| sink.add_sorted(ids)),
        Form::Complement(packed) => {
            let mut next = 0;
            unpack(bytes, packed, universe, |others| {
                for &id in others {
                    sink.add_range(next..id);
                    next = id + 1;
                }
            })?;
            sink.add_range(next..universe);
            Ok(())
        }
        Form::Bitmap => {
            let beyond = bytes.last().map_or(0, |last| u32::from(*last) >> 1 >> ((universe + 7) % 8));
            let fits = bytes.len() == universe.div_ceil(8) as usize && beyond == 0;
            // Callers count on as many ids as they were promised.
            if !fits || words_of_bytes(bytes).map(u64::count_ones).sum::<u32>() != count {
                return Err("a bitmap that does not fit the number of ids");
            }
            sink.add_bitmap(bytes);
            Ok(())
        }
    }
}

/// Appends ids: one alone as it is, others as their distances.
fn pack(ids: &[u32], universe: u32, out: &mut Vec<u8>) {
    if let [id] = ids {
        out.extend(id.to_le_bytes().iter().take(id_bytes(universe)));
        return;
    }
    let (blocks, rest) = ids.as_chunks::<BLOCK>();
    if blocks.is_empty() {
        return pack_rest(None, rest, out);
    }
    let mut packed = Vec::with_capacity(ids.len());
    let mut last = None;
    for block in blocks {
        pack_block(last, block, &mut packed);
        last = block.last().copied();
    }
    pack_rest(last, rest, &mut packed);
    varint::put(packed.len() as u64, out);
    out.append(&mut packed);
}

/// Appends a width and a full block of ids that follow on `last`.
fn pack_block(last: Option<u32>, block: &[u32; BLOCK], out: &mut Vec<u8>) {
    let packer = BitPacker4x::new();
    let width = packer.num_bits_strictly_sorted(last, block);
    let mut packed = [0; 4 * BLOCK];
    let len = packer.compress_strictly_sorted(last, block, &mut packed, width);
    out.push(width);
    out.extend(packed.iter().take(len));
}

/// Appends a width and fewer ids than a block, which follow on `last`; nothing if there are none.
fn pack_rest(last: Option<u32>, ids: &[u32], out: &mut Vec<u8>) {
    let least = last.map_or(0, |last| last + 1);
    let gaps = ids.iter().scan(least, |least, &id| {
        let gap = id - *least;
        *least = id + 1;
        Some(gap)
    });
    if ids.is_empty() {
        return;
    }
    let width = u32::BITS - gaps.clone().fold(0, |all, gap| all | gap).leading_zeros();
    out.push(width as u8);
    let (mut bits, mut filled) = (0_u64, 0);
    for gap in gaps {
        bits |= u64::from(gap) << filled;
        filled += width;
        while filled >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.push(bits as u8);
    }
}

/// Hands `count` packed ids to `each`, a block at a time, checked.
fn unpack(
    mut bytes: &[u8],
    count: u32,
    universe: u32,
    mut each: impl FnMut(&[u32]),
) -> Result<(), &'static str> {
    let count = count as usize;
    if packed_len(bytes, count, universe) != Some(bytes.len() as u64) {
        return Err("a list that does not fill its bytes");
    }
    let mut ids = [0; BLOCK];
    if count == 1 {
        let id = bytes.iter().rev().fold(0, |id, &byte| id << 8 | u32::from(byte));
        check(None, &[id], universe)?;
        each(&[id]);
        return Ok(());
    }
    if count >= BLOCK {
        varint::take(&mut bytes);
    }
    let mut last = None;
    for done in (0..count).step_by(BLOCK) {
        let len = BLOCK.min(count - done);
        let block = ids.get_mut(..len).unwrap_or_default();
        let packed = take_block(&mut bytes, len).ok_or("a list that ends too early")?;
        unpack_block(last, packed, block);
        check(last, block, universe)?;
        each(block);
        last = block.last().copied();
    }
    if bytes.is_empty() { Ok(()) } else { Err("a list that goes on after its last id") }
}

/// Takes the width and the packed bytes of `len` ids.
fn take_block<'a>(bytes: &mut &'a [u8], len: usize) -> Option<(u8, &'a [u8])> {
    let (&width, rest) = bytes.split_first()?;
    let (packed, rest) = rest.split_at_checked(bytes_of(len, width)).filter(|_| width <= 32)?;
    *bytes = rest;
    Some((width, packed))
}

/// Unpacks as many ids as `ids` has room for, which follow on `last`. Sums wrap: the result is to be checked.
fn unpack_block(last: Option<u32>, (width, packed): (u8, &[u8]), ids: &mut [u32]) {
    if ids.len() == BLOCK {
        // It panics on too few bytes and on widths above 32, which the caller has refused.
        BitPacker4x::new().decompress_strictly_sorted(last, packed, ids, width);
        return;
    }
    let mut least = last.map_or(0, |last| last.wrapping_add(1));
    let mask = (1_u64 << width) - 1;
    let (mut bytes, mut bits, mut filled) = (packed.iter(), 0_u64, 0);
    for id in ids {
        while filled < u32::from(width) {
            bits |= u64::from(bytes.next().copied().unwrap_or(0)) << filled;
            filled += 8;
        }
        *id = least.wrapping_add((bits & mask) as u32);
        least = id.wrapping_add(1);
        bits >>= width;
        filled -= u32::from(width);
    }
}

/// Refuses ids that do not ascend from `last` on, or reach the universe.
fn check(last: Option<u32>, ids: &[u32], universe: u32) -> Result<(), &'static str> {
    let pairs = ids.iter().zip(ids.get(1..).unwrap_or_default());
    // Without a jump in it, so that it is done several at a time.
    let ascend = pairs.fold(true, |ascend, (a, b)| ascend & (a < b));
    let (first, end) = (ids.first().copied(), ids.last().copied());
    if ascend && last < first && end < Some(universe) { Ok(()) } else { Err("ids that do not ascend") }
}

/// Bytes of an id that stands alone.
fn id_bytes(universe: u32) -> usize {
    (u32::BITS - universe.saturating_sub(1).leading_zeros()).div_ceil(8).max(1) as usize
}

/// Bytes of `count` numbers of `width` bits.
fn bytes_of(count: usize, width: u8) -> usize {
    (count * usize::from(width)).div_ceil(8)
}

#[cfg(test)]
mod tests;
