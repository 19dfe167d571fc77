//! The file header: whose file this is, and the key of its hashes. Written once (`docs/format.md`, section 1).

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::bytes::{Cursor, Encoder, xxh3};
use super::slot::{SLOT_BLOCK, SLOTS};
use super::{Damage, StorageError};

/// The format version this build reads and writes.
pub const FORMAT_VERSION: u32 = 3;

/// What every Parquet file begins and ends with.
pub(super) const PARQUET_MAGIC: &[u8; 4] = b"PAR1";
/// Where the slots end and segments may begin.
pub(super) const DATA_START: u64 = (1 + SLOTS as u64) * SLOT_BLOCK;

const MAGIC: &[u8; 8] = b"rolo\0hdr";

/// The random (version 4) uuid of a file. It stays through merge, compact and forget.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileId(pub [u8; 16]);

impl FileId {
    /// A new random one. Errors if the system has no randomness to give.
    pub(super) fn random() -> Result<Self, StorageError> {
        let mut bytes = random()?;
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Ok(Self(bytes))
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileId({self})")
    }
}

/// Reads 32 hexadecimal digits.
impl FromStr for FileId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let plain = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).map_err(|_| ())?;
        let mut bytes = number.to_le_bytes();
        bytes.reverse();
        if plain { Ok(Self(bytes)) } else { Err(()) }
    }
}

/// A file header that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileHeader {
    /// Whose file it is.
    pub file: FileId,
    /// The SipHash-2-4 key of this file's key index.
    pub hash_key: [u8; 16],
    /// When it was created, microseconds since 1970 UTC.
    pub created_us: i64,
}

/// The first 64 bytes of a file, believed in nothing yet.
pub(super) struct HeaderBytes(pub(super) [u8; Self::LEN]);

impl HeaderBytes {
    /// How many bytes of a file say whose it is.
    pub(super) const LEN: usize = 64;

    /// The header, or what is wrong: not a Parquet file, not ours, newer, damaged, older - in this order.
    pub(super) fn check(&self, path: &Path) -> Result<FileHeader, StorageError> {
        let foreign = |what, advice| StorageError::NotRolo { path: path.to_owned(), what, advice };
        let damage = |offset, problem: &str| Damage::new("file header", offset, problem);
        let (parquet, ours) = (&self.0[..4] == PARQUET_MAGIC, &self.0[4..12] == MAGIC);
        match (parquet, ours) {
            (true, true) => {}
            (false, true) => return Err(damage(0, "it does not begin with PAR1").into()),
            (true, false) => {
                return Err(foreign("a Parquet file of another program", "; load it into a new database"));
            }
            (false, false) => return Err(foreign("some other file", "")),
        }
        let mut cursor = Cursor::new("file header", 12, &self.0[12..56]);
        let version = cursor.u32()?;
        if version > FORMAT_VERSION {
            let path = path.to_owned();
            return Err(StorageError::NewerVersion { path, found: version, supported: FORMAT_VERSION });
        }
        let header = FileHeader {
            file: FileId(cursor.array()?),
            hash_key: cursor.array()?,
            created_us: cursor.i64()?,
        };
        let stored = Cursor::new("file header", 56, &self.0[56..]).u64()?;
        if xxh3(&self.0[4..56]) != stored {
            return Err(damage(4, "its checksum does not fit").into());
        }
        match version {
            0 => Err(damage(12, "there is no format of this version").into()),
            FORMAT_VERSION => Ok(header),
            found => {
                let path = path.to_owned();
                Err(StorageError::OlderVersion { path, found, supported: FORMAT_VERSION })
            }
        }
    }
}

impl FileHeader {
    /// A header for a file that is being created: new uuid, new hash key.
    pub(super) fn new() -> Result<Self, StorageError> {
        let created_us = jiff::Timestamp::now().as_microsecond();
        Ok(Self { file: FileId::random()?, hash_key: random()?, created_us })
    }

    /// The first block of the file.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::default();
        encoder
            .bytes(MAGIC)
            .u32(FORMAT_VERSION)
            .bytes(&self.file.0)
            .bytes(&self.hash_key)
            .i64(self.created_us);
        let mut block = PARQUET_MAGIC.to_vec();
        block.extend(encoder.sealed());
        block.resize(SLOT_BLOCK as usize, 0);
        block
    }
}

fn random() -> Result<[u8; 16], StorageError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| StorageError::Write(std::io::Error::other(error.to_string())))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> FileHeader {
        FileHeader { file: FileId([0x11; 16]), hash_key: [0x22; 16], created_us: 0x0102_0304 }
    }

    fn check(bytes: &[u8]) -> Result<FileHeader, StorageError> {
        HeaderBytes(bytes[..64].try_into().unwrap()).check(Path::new("x"))
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let bytes = example().encode();
        let mut expected = b"PAR1rolo\0hdr\x03\0\0\0".to_vec();
        expected.extend([0x11; 16]);
        expected.extend([0x22; 16]);
        expected.extend([4, 3, 2, 1, 0, 0, 0, 0]);
        expected.extend(0x4a42_5d99_a28c_f2bb_u64.to_le_bytes());
        assert_eq!(bytes[..64], expected);
        assert_eq!(bytes.len(), 4096);
        assert!(bytes[64..].iter().all(|b| *b == 0));
    }

    #[test]
    fn a_newer_version_is_told_before_the_checksum_is_compared() {
        let mut bytes = example().encode();
        bytes[12] = 7;
        let text = check(&bytes).unwrap_err().to_string();
        assert!(text.contains("newer rolo (format 7, this build reads 3)"), "{text}");
        bytes[12] = 0;
        assert!(matches!(check(&bytes), Err(StorageError::Damaged(_))));
    }

    #[test]
    fn an_older_version_is_told_to_load_again() {
        let mut bytes = example().encode();
        bytes[12] = 1;
        assert!(
            matches!(check(&bytes), Err(StorageError::Damaged(_))),
            "its checksum is the other version's"
        );
        let checksum = xxh3(&bytes[4..56]);
        bytes[56..64].copy_from_slice(&checksum.to_le_bytes());
        let text = check(&bytes).unwrap_err().to_string();
        assert!(text.contains("older rolo (format 1, this build reads 3): load again"), "{text}");
    }

    #[test]
    fn a_foreign_parquet_file_is_told_from_any_other_file() {
        let mut bytes = [0; 64];
        assert!(matches!(check(&bytes), Err(StorageError::NotRolo { what: "some other file", .. })));
        bytes[..4].copy_from_slice(b"PAR1");
        let text = check(&bytes).unwrap_err().to_string();
        assert!(text.contains("load it into a new database"), "{text}");
    }

    #[test]
    fn every_flipped_byte_is_noticed() {
        let bytes = example().encode();
        for at in 0..64 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x40;
            assert!(check(&flipped).is_err(), "byte {at}");
        }
    }

    proptest! {
        #![proptest_config(crate::storage::testing::cases())]

        #[test]
        fn headers_come_back(file: [u8; 16], hash_key: [u8; 16], created_us: i64) {
            let header = FileHeader { file: FileId(file), hash_key, created_us };
            prop_assert_eq!(check(&header.encode()).unwrap(), header);
            prop_assert_eq!(header.file.to_string().parse(), Ok(header.file));
        }

        #[test]
        fn any_bytes_give_an_error(bytes: [u8; 32], more: [u8; 32]) {
            let mut all = [bytes, more].concat();
            prop_assert!(check(&all).is_err());
            all[..12].copy_from_slice(b"PAR1rolo\0hdr");
            prop_assert!(check(&all).is_err());
        }
    }
}
