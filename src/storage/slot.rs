//! Slots: the two places that say which commit is the newest (`docs/format.md`, section 2).

use super::Damage;
use super::bytes::{Cursor, Encoder, align};
use super::header::{DATA_START, FileId};
use super::manifest::ManifestRef;

/// Bytes of the block a slot lies in.
pub(super) const SLOT_BLOCK: u64 = 4096;
/// How many slots there are.
pub(super) const SLOTS: usize = 2;
/// Bytes of a slot.
pub(super) const SLOT_LEN: usize = 88;
/// What follows the footer's thrift bytes: their length, and `PAR1`.
pub(super) const FOOTER_TAIL: u64 = 8;

const MAGIC: &[u8; 8] = b"rolo\0slt";

/// A slot that was checked: the commit of one generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// The commit's number, from 1.
    pub generation: u64,
    /// The file's length as of this commit.
    pub committed_len: u64,
    /// Where the manifest begins.
    pub manifest_offset: u64,
    /// The manifest's bytes.
    pub manifest_len: u64,
    /// The xxh3 stored in the manifest's last 8 bytes.
    pub manifest_checksum: u64,
    /// Where the Parquet footer begins.
    pub footer_offset: u64,
    /// The footer's thrift bytes, without the 8 that follow.
    pub footer_len: u64,
    /// The file it belongs to.
    pub file: FileId,
}

/// What a slot's bytes turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SlotState {
    /// Never written: zeros.
    Empty,
    /// A commit.
    Valid(Slot),
    /// Anything else.
    Damaged,
}

/// The bytes of a slot, believed in nothing yet.
pub(super) struct SlotBytes(pub(super) [u8; SLOT_LEN]);

impl SlotBytes {
    /// The state of slot `index` of the file `file`.
    pub(super) fn check(&self, file: FileId, index: usize) -> SlotState {
        if self.0.iter().all(|byte| *byte == 0) {
            return SlotState::Empty;
        }
        match self.decode() {
            Ok(slot) if slot.file == file && slot.index() == index && slot.fits_together() => {
                SlotState::Valid(slot)
            }
            _ => SlotState::Damaged,
        }
    }

    fn decode(&self) -> Result<Slot, Damage> {
        let mut cursor = Cursor::checked("slot", 0, &self.0)?;
        cursor.magic(MAGIC)?;
        Ok(Slot {
            generation: cursor.u64()?,
            committed_len: cursor.u64()?,
            manifest_offset: cursor.u64()?,
            manifest_len: cursor.u64()?,
            manifest_checksum: cursor.u64()?,
            footer_offset: cursor.u64()?,
            footer_len: cursor.u64()?,
            file: FileId(cursor.array()?),
        })
    }
}

impl Slot {
    /// Which slot a commit of this generation is written to: 0 is A, 1 is B.
    pub(super) fn index(&self) -> usize {
        usize::from(self.generation.is_multiple_of(2))
    }

    /// Where slot `index` lies in the file.
    pub(super) fn offset(index: usize) -> u64 {
        SLOT_BLOCK * (1 + index as u64)
    }

    /// Whether manifest, footer and end of file follow each other as the format says.
    pub(super) fn fits_together(&self) -> bool {
        let end_of_manifest = self.manifest_offset.checked_add(self.manifest_len);
        let end =
            self.footer_offset.checked_add(self.footer_len).and_then(|end| end.checked_add(FOOTER_TAIL));
        self.generation > 0
            && self.manifest_offset >= DATA_START
            && end_of_manifest.and_then(|end| align(end, 8)) == Some(self.footer_offset)
            && end == Some(self.committed_len)
    }

    /// The 88 bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::default();
        encoder.bytes(MAGIC).u64(self.generation).u64(self.committed_len);
        encoder.u64(self.manifest_offset).u64(self.manifest_len).u64(self.manifest_checksum);
        encoder.u64(self.footer_offset).u64(self.footer_len).bytes(&self.file.0);
        encoder.sealed()
    }

    /// How the next commit names this one's manifest.
    pub(super) fn manifest(&self) -> ManifestRef {
        ManifestRef {
            generation: self.generation,
            offset: self.manifest_offset,
            len: self.manifest_len,
            checksum: self.manifest_checksum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: FileId = FileId([0x33; 16]);

    fn example() -> Slot {
        Slot {
            generation: 3,
            committed_len: 12_640,
            manifest_offset: 12_288,
            manifest_len: 197,
            manifest_checksum: 0x1122_3344_5566_7788,
            footer_offset: 12_488,
            footer_len: 144,
            file: FILE,
        }
    }

    fn check(bytes: &[u8], index: usize) -> SlotState {
        SlotBytes(bytes.try_into().unwrap()).check(FILE, index)
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let mut expected = b"rolo\0slt".to_vec();
        for field in [3_u64, 12_640, 12_288, 197, 0x1122_3344_5566_7788, 12_488, 144] {
            expected.extend(field.to_le_bytes());
        }
        expected.extend([0x33; 16]);
        expected.extend(0xb6d1_e0ee_ef70_df6f_u64.to_le_bytes());
        assert_eq!(example().encode(), expected);
    }

    #[test]
    fn a_slot_is_valid_only_in_its_place_and_its_file() {
        let bytes = example().encode();
        assert_eq!(check(&bytes, 0), SlotState::Valid(example()));
        assert_eq!(check(&bytes, 1), SlotState::Damaged);
        assert_eq!(SlotBytes(bytes.try_into().unwrap()).check(FileId([0; 16]), 0), SlotState::Damaged);
        assert_eq!(check(&[0; SLOT_LEN], 0), SlotState::Empty);
    }

    #[test]
    fn a_slot_with_a_fitting_checksum_and_nonsense_in_it_is_damaged() {
        let nonsense = [
            Slot { committed_len: 12_641, ..example() },
            Slot { footer_offset: 12_496, ..example() },
            Slot { footer_len: u64::MAX, ..example() },
            Slot { manifest_len: u64::MAX, ..example() },
            Slot { manifest_offset: 0, ..example() },
        ];
        for slot in nonsense {
            assert_eq!(check(&slot.encode(), 0), SlotState::Damaged, "{slot:?}");
        }
    }

    #[test]
    fn every_flipped_byte_makes_it_damaged() {
        for at in 0..SLOT_LEN {
            let mut bytes = example().encode();
            bytes[at] ^= 1;
            assert_eq!(check(&bytes, 0), SlotState::Damaged, "byte {at}");
        }
    }

    proptest! {
        #![proptest_config(crate::storage::testing::cases())]

        #[test]
        fn slots_come_back(generation in 1..u64::MAX, manifest_len in 0..1_u64 << 40, footer_len in 0..1_u64 << 40) {
            let manifest_offset = DATA_START + 64;
            let footer_offset = align(manifest_offset + manifest_len, 8).unwrap();
            let committed_len = footer_offset + footer_len + 8;
            let slot = Slot { generation, manifest_offset, manifest_len, footer_offset, footer_len, committed_len, ..example() };
            prop_assert_eq!(check(&slot.encode(), slot.index()), SlotState::Valid(slot));
        }

        #[test]
        fn any_bytes_are_damaged(bytes in proptest::collection::vec(1_u8.., SLOT_LEN)) {
            prop_assert_eq!(check(&bytes, 0), SlotState::Damaged);
        }
    }
}
