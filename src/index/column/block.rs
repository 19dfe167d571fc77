//! One block of a column: its values decoded, its line in the block directory, its packed payload.

use super::ColumnType;
use super::decimal::Decimal;

/// Values of a block.
pub const BLOCK_VALUES: u64 = 1024;
/// `u64` words of a block's bitmap.
const BITMAP_WORDS: usize = (BLOCK_VALUES / 64) as usize;
const BITMAP_BYTES: u64 = BLOCK_VALUES / 8;
/// Bytes of a block's line in the block directory.
pub(super) const ENTRY_BYTES: u64 = 32;
const HAS_NULLS: u8 = 1;
const ALL_NULL: u8 = 2;

/// Up to 1,024 values, decoded.
#[derive(Debug, Clone)]
pub struct ColumnBlock {
    pub(super) len: usize,
    /// Ordered forms; 0 where null.
    pub(super) values: Box<[u64; BLOCK_VALUES as usize]>,
    /// Set = present, least bit first.
    pub(super) present: [u64; BITMAP_WORDS],
}

impl ColumnBlock {
    /// A block without values, to be filled by [`ColumnReader::block`](super::ColumnReader::block).
    pub fn new() -> Self {
        Self { len: 0, values: Box::new([0; BLOCK_VALUES as usize]), present: [0; BITMAP_WORDS] }
    }

    /// Number of values, nulls included.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds no values.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at `i`, in ordered form; `None` if it is null or there is none.
    pub fn get(&self, i: usize) -> Option<u64> {
        let set = self.present.get(i / 64)? >> (i % 64) & 1 == 1;
        self.values.get(i).copied().filter(|_| set)
    }

    /// All values, in ordered form; 0 where null.
    pub fn values(&self) -> &[u64] {
        self.values.get(..self.len).unwrap_or_default()
    }

    /// Which values are not null: a bit each, least bit first.
    pub fn present(&self) -> &[u64; 16] {
        &self.present
    }

    /// The values in order, `None` where null.
    pub fn iter(&self) -> impl Iterator<Item = Option<u64>> {
        (0..self.len).map(|i| self.get(i))
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.values.fill(0);
        self.present.fill(0);
    }

    pub(super) fn is_full(&self) -> bool {
        self.len as u64 == BLOCK_VALUES
    }

    /// Adds a value; the block must not be full.
    pub(super) fn push(&mut self, value: Option<u64>) {
        if let Some(value) = value
            && let Some(slot) = self.values.get_mut(self.len)
            && let Some(word) = self.present.get_mut(self.len / 64)
        {
            *slot = value;
            *word |= 1 << (self.len % 64);
        }
        self.len += 1;
    }

    pub(super) fn nulls(&self) -> u64 {
        self.len as u64 - self.present.iter().map(|word| u64::from(word.count_ones())).sum::<u64>()
    }
}

impl Default for ColumnBlock {
    fn default() -> Self {
        Self::new()
    }
}

/// A block's line in the block directory, without the offset of its payload.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) min: u64,
    pub(super) max: u64,
    pub(super) width: u8,
    flags: u8,
    /// How a value is stored; `None`: as its ordered form less `min`.
    decimal: Option<Decimal>,
}

impl Entry {
    pub(super) fn of(block: &ColumnBlock, kind: ColumnType) -> Self {
        let range = block.iter().flatten().fold(None, |range: Option<(u64, u64)>, value| {
            Some(range.map_or((value, value), |(min, max)| (min.min(value), max.max(value))))
        });
        let Some((min, max)) = range else {
            return Self { min: 0, max: 0, width: 0, flags: HAS_NULLS | ALL_NULL, decimal: None };
        };
        let flags = if block.nulls() > 0 { HAS_NULLS } else { 0 };
        let plain = Self { min, max, width: bit_width(max - min), flags, decimal: None };
        (kind == ColumnType::Number)
            .then(|| Decimal::of((0..block.len).filter_map(|i| block.get(i)), min))
            .flatten()
            .and_then(|decimal| plain.narrowed(decimal))
            .unwrap_or(plain)
    }

    /// The entry with its values stored as decimals; `None` if that saves nothing, or does not do for `max`.
    fn narrowed(self, decimal: Decimal) -> Option<Self> {
        let width = bit_width(decimal.difference(self.max)?);
        (width < self.width).then_some(Self { width, decimal: Some(decimal), ..self })
    }

    pub(super) fn is_all_null(self) -> bool {
        self.flags & ALL_NULL != 0
    }

    pub(super) fn has_bitmap(self) -> bool {
        self.flags == HAS_NULLS
    }

    pub(super) fn bitmap_bytes(self) -> u64 {
        if self.has_bitmap() { BITMAP_BYTES } else { 0 }
    }

    pub(super) fn payload_bytes(self) -> u64 {
        self.bitmap_bytes() + u64::from(self.width) * (BLOCK_VALUES / 8)
    }

    pub(super) fn to_bytes(self, payload: u64) -> [u8; ENTRY_BYTES as usize] {
        let mut bytes = [0; ENTRY_BYTES as usize];
        let (numbers, rest) = bytes.split_at_mut(24);
        for (field, value) in numbers.as_chunks_mut::<8>().0.iter_mut().zip([payload, self.min, self.max]) {
            *field = value.to_le_bytes();
        }
        let decimal = self.decimal.map_or(0, Decimal::code);
        for (field, value) in rest.iter_mut().zip([self.width, self.flags, decimal]) {
            *field = value;
        }
        bytes
    }

    /// The entry and the offset of its payload; `None` if its fields contradict each other.
    pub(super) fn from_bytes(bytes: &[u8; ENTRY_BYTES as usize], kind: ColumnType) -> Option<(Self, u64)> {
        let [payload, min, max, tail] = *bytes.as_chunks::<8>().0 else { return None };
        let [width, flags, decimal, 0, 0, 0, 0, 0] = tail else { return None };
        let (min, max) = (u64::from_le_bytes(min), u64::from_le_bytes(max));
        let plain = Self { min, max, width: bit_width(max.checked_sub(min)?), flags, decimal: None };
        let entry = match decimal {
            0 => plain,
            code if kind == ColumnType::Number => plain.narrowed(Decimal::from_code(code, min)?)?,
            _ => return None,
        };
        let fits =
            flags <= (HAS_NULLS | ALL_NULL) && width == entry.width && (flags & ALL_NULL == 0 || max == 0);
        fits.then_some((entry, u64::from_le_bytes(payload)))
    }

    /// What is stored for a value of the block.
    fn difference(self, value: u64) -> u64 {
        match self.decimal {
            // `Decimal::of` saw that there is one for each value.
            Some(decimal) => decimal.difference(value).unwrap_or_default(),
            None => value - self.min,
        }
    }

    /// The value for which `difference` is stored; `None` if it is none of the block's range.
    pub(super) fn value(self, difference: u64) -> Option<u64> {
        let value = match self.decimal {
            Some(decimal) => decimal.value(difference),
            None => self.min.checked_add(difference),
        };
        value.filter(|&value| value <= self.max)
    }

    /// Turns stored differences into their values; `None` if one is none of the block's range.
    pub(super) fn restore(self, values: &mut [u64]) -> Option<()> {
        // Values grow with their differences, so the greatest speaks for all.
        self.value(values.iter().copied().max().unwrap_or_default())?;
        match self.decimal {
            Some(decimal) => values.iter_mut().for_each(|value| *value = decimal.restored(*value)),
            None => values.iter_mut().for_each(|value| *value = value.wrapping_add(self.min)),
        }
        Some(())
    }

    /// Appends the block's payload.
    pub(super) fn pack(self, block: &ColumnBlock, out: &mut Vec<u8>) {
        if self.has_bitmap() {
            out.extend(block.present.iter().flat_map(|word| word.to_le_bytes()));
        }
        let width = u32::from(self.width);
        if width == 0 {
            return;
        }
        let (mut word, mut filled) = (0_u64, 0_u32);
        for (i, value) in block.values.iter().enumerate() {
            let delta = if block.get(i).is_some() { self.difference(*value) } else { 0 };
            word |= delta << filled;
            filled += width;
            if filled >= 64 {
                out.extend_from_slice(&word.to_le_bytes());
                filled -= 64;
                // What did not fit: the upper `filled` bits of the value.
                word = if filled == 0 { 0 } else { delta >> (width - filled) };
            }
        }
    }
}

fn bit_width(range: u64) -> u8 {
    (u64::BITS - range.leading_zeros()) as u8
}

/// The `width` bits that begin at bit `at`, of little-endian words.
pub(super) fn unpack(words: &[[u8; 8]], at: u64, width: u8) -> Option<u64> {
    if width == 0 {
        return Some(0);
    }
    let (word, shift) = ((at / 64) as usize, (at % 64) as u32);
    let mut value = u64::from_le_bytes(*words.get(word)?) >> shift;
    if shift + u32::from(width) > 64 {
        value |= u64::from_le_bytes(*words.get(word + 1)?) << (64 - shift);
    }
    Some(value & (u64::MAX >> (64 - u32::from(width))))
}

/// Widest values that lie within eight bytes, wherever in the first of these they begin.
const WITHIN_EIGHT_BYTES: u8 = 57;

/// The first `out.len()` values of `width` bits, of little-endian words; `None` if there are fewer.
pub(super) fn unpack_all(words: &[[u8; 8]], width: u8, out: &mut [u64]) -> Option<()> {
    let bytes = words.as_flattened();
    let step = usize::from(width);
    // Of so many values eight bytes can be read from the one in which they begin.
    let fast = match bytes.len().checked_sub(8) {
        Some(last) if (1..=WITHIN_EIGHT_BYTES).contains(&width) => (last * 8 + 7) / step + 1,
        _ => 0,
    };
    let (fast, rest) = out.split_at_mut(fast.min(out.len()));
    let mask = u64::MAX.checked_shr(64 - u32::from(width)).unwrap_or(0);
    for (i, value) in fast.iter_mut().enumerate() {
        let bit = i * step;
        let eight = bytes.get(bit / 8..)?.first_chunk()?;
        *value = u64::from_le_bytes(*eight) >> (bit % 8) & mask;
    }
    for (i, value) in (fast.len() as u64..).zip(rest) {
        *value = unpack(words, i * u64::from(width), width)?;
    }
    Some(())
}
