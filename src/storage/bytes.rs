//! Little-endian numbers out of bytes that nobody has checked, and into bytes.

use super::Damage;

/// XXH3-64 with seed 0, the checksum of every structure in the file.
pub(super) fn xxh3(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// The next multiple of `step` (a power of two) from `offset` on; `None` where `u64` ends.
pub(super) fn align(offset: u64, step: u64) -> Option<u64> {
    Some(offset.checked_add(step - 1)? & !(step - 1))
}

/// Reads fields one after the other. Too few bytes are a [`Damage`] that names the structure and the place.
pub(super) struct Cursor<'a> {
    section: &'static str,
    base: u64,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Reads `bytes`, which lie at `base` in the file and belong to the structure `section`.
    pub(super) fn new(section: &'static str, base: u64, bytes: &'a [u8]) -> Self {
        Self { section, base, bytes, at: 0 }
    }

    /// Like [`Cursor::new`], after comparing the xxh3 in the last 8 bytes, which the cursor then leaves out.
    pub(super) fn checked(section: &'static str, base: u64, bytes: &'a [u8]) -> Result<Self, Damage> {
        let whole = Self::new(section, base, bytes);
        let (body, stored) = bytes.split_last_chunk::<8>().ok_or_else(|| whole.damage("it is too short"))?;
        if xxh3(body) != u64::from_le_bytes(*stored) {
            return Err(whole.damage("its checksum does not fit"));
        }
        Ok(Self::new(section, base, body))
    }

    /// How many bytes were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// A damage at the place reached.
    pub(super) fn damage(&self, problem: impl Into<String>) -> Damage {
        Damage {
            section: self.section.to_owned(),
            offset: self.base.saturating_add(self.at as u64),
            problem: problem.into(),
        }
    }

    /// An error with `problem` unless `holds`.
    pub(super) fn check(&self, holds: bool, problem: &str) -> Result<(), Damage> {
        if holds { Ok(()) } else { Err(self.damage(problem)) }
    }

    /// The next `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Damage> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..len).ok_or_else(|| self.damage("it ends too early"))?;
        self.at += len;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.damage("it ends too early"))
    }

    /// The next two bytes as a number.
    pub(super) fn u16(&mut self) -> Result<u16, Damage> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next four bytes as a number.
    pub(super) fn u32(&mut self) -> Result<u32, Damage> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next eight bytes as a number.
    pub(super) fn u64(&mut self) -> Result<u64, Damage> {
        self.array().map(u64::from_le_bytes)
    }

    /// The next eight bytes as a signed number.
    pub(super) fn i64(&mut self) -> Result<i64, Damage> {
        self.array().map(i64::from_le_bytes)
    }

    /// A `u32` count and that many items of at least `bytes_each` bytes. A count that the bytes left cannot
    /// hold is an error before anything is allocated.
    pub(super) fn list<T>(
        &mut self,
        bytes_each: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, Damage>,
    ) -> Result<Vec<T>, Damage> {
        let count = self.u32()? as usize;
        let left = self.bytes.len() - self.at;
        self.check(
            count.checked_mul(bytes_each).is_some_and(|needed| needed <= left),
            "it counts more items than it has bytes for",
        )?;
        (0..count).map(|_| item(self)).collect()
    }

    /// The magic that opens a structure.
    pub(super) fn magic(&mut self, magic: &[u8; 8]) -> Result<(), Damage> {
        let found: [u8; 8] = self.array()?;
        if &found == magic {
            return Ok(());
        }
        self.at -= 8;
        Err(self.damage("its first bytes are not those of this structure"))
    }

    /// An error unless every byte was read.
    pub(super) fn end(&self) -> Result<(), Damage> {
        self.check(self.at == self.bytes.len(), "bytes follow its last field")
    }
}

/// Writes fields one after the other.
#[derive(Default)]
pub(super) struct Encoder(Vec<u8>);

impl Encoder {
    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Two bytes.
    pub(super) fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    /// Four bytes.
    pub(super) fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    /// Eight bytes.
    pub(super) fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    /// Eight bytes, signed.
    pub(super) fn i64(&mut self, value: i64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    /// A `u32` count and the items. Lists in memory are far below 2^32 items: rows themselves are `u32`.
    pub(super) fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) -> &mut Self {
        debug_assert!(u32::try_from(items.len()).is_ok());
        self.u32(items.len() as u32);
        for one in items {
            item(self, one);
        }
        self
    }

    /// The xxh3 of everything before, and the whole.
    pub(super) fn sealed(&mut self) -> Vec<u8> {
        let checksum = xxh3(&self.0);
        self.u64(checksum);
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_believed_only_if_the_bytes_are_there() {
        let mut encoder = Encoder::default();
        encoder.u32(u32::MAX).u32(7);
        let bytes = std::mem::take(&mut encoder.0);
        let error = Cursor::new("test", 100, &bytes).list(4, Cursor::u32).unwrap_err();
        assert_eq!(error.offset, 104);
    }

    #[test]
    fn fields_come_back_and_the_end_is_noticed() {
        let mut encoder = Encoder::default();
        encoder.u16(1).u32(2).u64(3).i64(-4).list(&[5_u32, 6], |e, v| {
            e.u32(*v);
        });
        let bytes = encoder.sealed();
        let mut cursor = Cursor::checked("test", 0, &bytes).unwrap();
        assert_eq!(cursor.u16().unwrap(), 1);
        assert_eq!(cursor.u32().unwrap(), 2);
        assert_eq!(cursor.u64().unwrap(), 3);
        assert!(cursor.end().is_err());
        assert_eq!(cursor.i64().unwrap(), -4);
        assert_eq!(cursor.list(4, Cursor::u32).unwrap(), [5, 6]);
        cursor.end().unwrap();
        assert!(cursor.u16().is_err());
    }

    #[test]
    fn alignment_stops_at_the_end_of_numbers() {
        assert_eq!(align(0, 64), Some(0));
        assert_eq!(align(1, 64), Some(64));
        assert_eq!(align(64, 64), Some(64));
        assert_eq!(align(u64::MAX, 8), None);
    }
}
