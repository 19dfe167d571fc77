//! The manifest: what one commit consists of (`docs/format.md`, section 5).

use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::bytes::{Cursor, Encoder};
use super::header::{FORMAT_VERSION, FileId};
use super::{Damage, SectionKind, StorageError};

pub(super) const MAGIC: &[u8; 8] = b"rolo\0man";
/// A longer manifest is neither written nor read, so that no length in a file can ask for all memory.
pub(super) const LONGEST_MANIFEST: u64 = 1 << 30;

/// The contents of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Whose file it is.
    pub file: FileId,
    /// The commit's number, from 1.
    pub generation: u64,
    /// When it was committed, microseconds since 1970 UTC.
    pub committed_us: i64,
    /// The commit before; none in a file's first.
    pub predecessor: Option<ManifestRef>,
    /// With which text rules keys and words were made.
    pub versions: TextVersions,
    /// The id that the next new segment gets.
    pub next_segment_id: u64,
    /// Length of the Parquet footer, thrift bytes only.
    pub footer_len: u64,
    /// The xxh3 of those bytes.
    pub footer_checksum: u64,
    /// Sections that segments share.
    pub shared: Vec<SharedRef>,
    /// The segments, in the order of their row groups in the footer.
    pub segments: Vec<SegmentRef>,
}

/// Names a manifest in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestRef {
    /// The commit's number.
    pub generation: u64,
    /// Where it begins.
    pub offset: u64,
    /// Its bytes.
    pub len: u64,
    /// The xxh3 in its last 8 bytes.
    pub checksum: u64,
}

/// Versions of the rules that turn text into keys and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextVersions {
    /// Normalisers of keys.
    pub normalisers: u32,
    /// The tokeniser.
    pub tokeniser: u32,
    /// Case folding.
    pub folding: u32,
}

/// A section that segments share: a schema, a record dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedRef {
    /// What it holds.
    pub kind: SectionKind,
    /// Its number among those of its kind, from 1.
    pub id: u32,
    /// Where it begins.
    pub offset: u64,
    /// Its bytes.
    pub len: u64,
    /// Their xxh3.
    pub checksum: u64,
}

/// Where a segment's directory lies, and what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DirectoryRef {
    /// Where it begins.
    pub offset: u64,
    /// Its bytes.
    pub len: u64,
    /// The xxh3 in its last 8 bytes.
    pub checksum: u64,
}

/// A segment as a commit sees it. The segment itself never changes; who of it lives does.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentRef {
    /// Its directory.
    pub directory: DirectoryRef,
    /// Where it ends.
    pub end: u64,
    /// Its people, living and dead.
    pub rows: u32,
    /// The rows that live; none: all do.
    pub live: Option<Arc<RoaringBitmap>>,
    /// How many row groups of it the footer lists: those of which every row lives.
    pub row_groups: u32,
}

impl SegmentRef {
    /// How many of its people live.
    pub fn live_rows(&self) -> u32 {
        // A bitmap was checked to have only rows of the segment, which `u32` counts.
        self.live.as_ref().map_or(self.rows, |live| live.len() as u32)
    }

    /// The same segment with other living rows; a bitmap of all rows becomes none.
    /// Errors if `live` names rows the segment has not.
    pub fn with_live(mut self, live: RoaringBitmap) -> Result<Self, StorageError> {
        if live.max().is_some_and(|last| last >= self.rows) {
            return Err(StorageError::Internal(format!("living rows beyond the {} of a segment", self.rows)));
        }
        self.live = (live.len() < u64::from(self.rows)).then(|| Arc::new(live));
        Ok(self)
    }

    fn encode(&self, encoder: &mut Encoder) {
        let mut live = Vec::new();
        if let Some(bitmap) = &self.live {
            // Writing into memory cannot fail.
            let _ = bitmap.serialize_into(&mut live);
        }
        encoder.u64(self.directory.offset).u64(self.directory.len).u64(self.directory.checksum);
        encoder.u64(self.end).u32(self.rows).u32(self.live_rows());
        encoder.u32(live.len() as u32).bytes(&live).u32(self.row_groups);
    }

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Damage> {
        let directory = DirectoryRef { offset: cursor.u64()?, len: cursor.u64()?, checksum: cursor.u64()? };
        let end = cursor.u64()?;
        cursor.check(
            directory.offset.checked_add(directory.len) == Some(end),
            "a segment does not end with its directory",
        )?;
        let (rows, live_rows) = (cursor.u32()?, cursor.u32()?);
        let live = match cursor.u32()? {
            0 => None,
            len => {
                let mut bytes = cursor.take(len as usize)?;
                let live = RoaringBitmap::deserialize_from(&mut bytes)
                    .map_err(|error| cursor.damage(format!("a live bitmap is malformed: {error}")))?;
                cursor.check(bytes.is_empty(), "a live bitmap is shorter than its length")?;
                cursor.check(
                    live.max().is_none_or(|last| last < rows),
                    "a live bitmap names rows that do not exist",
                )?;
                Some(Arc::new(live))
            }
        };
        let segment = Self { directory, end, rows, live, row_groups: cursor.u32()? };
        cursor.check(
            segment.live_rows() == live_rows,
            "the number of living rows differs from the live bitmap",
        )?;
        Ok(segment)
    }
}

impl Manifest {
    /// The manifest whose bytes, at `offset`, are exactly `bytes`. Checksum first, then the fields.
    pub(super) fn decode(offset: u64, bytes: &[u8]) -> Result<Self, Damage> {
        let mut cursor = Cursor::checked("manifest", offset, bytes)?;
        let manifest = Self::fields(&mut cursor)?;
        cursor.end()?;
        Ok(manifest)
    }

    /// How long the manifest that may begin at the front of `bytes` is, checksum included. Nothing is proved by it.
    pub(super) fn measure(bytes: &[u8]) -> Option<usize> {
        let mut cursor = Cursor::new("manifest", 0, bytes);
        Self::fields(&mut cursor).ok()?;
        cursor.u64().ok()?;
        Some(cursor.at())
    }

    fn fields(cursor: &mut Cursor<'_>) -> Result<Self, Damage> {
        cursor.magic(MAGIC)?;
        let version = cursor.u32()?;
        cursor.check(version == FORMAT_VERSION, "its format version is not the file's")?;
        let (file, generation) = (FileId(cursor.array()?), cursor.u64()?);
        let committed_us = cursor.i64()?;
        let before = ManifestRef {
            generation: cursor.u64()?,
            offset: cursor.u64()?,
            len: cursor.u64()?,
            checksum: cursor.u64()?,
        };
        cursor.check(
            before.generation.checked_add(1) == Some(generation),
            "its generation does not follow its predecessor's",
        )?;
        let manifest = Self {
            file,
            generation,
            committed_us,
            predecessor: (before.generation > 0).then_some(before),
            versions: TextVersions {
                normalisers: cursor.u32()?,
                tokeniser: cursor.u32()?,
                folding: cursor.u32()?,
            },
            next_segment_id: cursor.u64()?,
            footer_len: cursor.u64()?,
            footer_checksum: cursor.u64()?,
            shared: cursor.list(32, SharedRef::decode)?,
            segments: cursor.list(48, SegmentRef::decode)?,
        };
        let mut counts = BTreeMap::new();
        let numbered = manifest.shared.iter().all(|shared| {
            let count = counts.entry(shared.kind).or_insert(0_u32);
            *count += 1;
            *count == shared.id
        });
        cursor.check(numbered, "its shared sections are not numbered from 1 in each kind")?;
        Ok(manifest)
    }

    /// The bytes. Their number does not depend on footer length and checksum.
    pub(super) fn encode(&self) -> Vec<u8> {
        let none = ManifestRef { generation: 0, offset: 0, len: 0, checksum: 0 };
        let before = self.predecessor.unwrap_or(none);
        let mut encoder = Encoder::default();
        encoder
            .bytes(MAGIC)
            .u32(FORMAT_VERSION)
            .bytes(&self.file.0)
            .u64(self.generation)
            .i64(self.committed_us);
        encoder.u64(before.generation).u64(before.offset).u64(before.len).u64(before.checksum);
        encoder.u32(self.versions.normalisers).u32(self.versions.tokeniser).u32(self.versions.folding);
        encoder.u64(self.next_segment_id).u64(self.footer_len).u64(self.footer_checksum);
        encoder.list(&self.shared, |encoder, shared| {
            encoder
                .u16(shared.kind.0)
                .u16(0)
                .u32(shared.id)
                .u64(shared.offset)
                .u64(shared.len)
                .u64(shared.checksum);
        });
        encoder.list(&self.segments, |encoder, segment| segment.encode(encoder));
        encoder.sealed()
    }

    /// Living people.
    pub fn live_rows(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.live_rows())).sum()
    }

    /// The shared section of this kind and number.
    pub fn shared(&self, kind: SectionKind, id: u32) -> Option<&SharedRef> {
        self.shared.iter().find(|shared| shared.kind == kind && shared.id == id)
    }

    /// How many shared sections of a kind there are: their numbers go from 1 to this.
    pub fn shared_count(&self, kind: SectionKind) -> u32 {
        // Numbers were checked to count from 1, so there are fewer than bytes in the manifest.
        self.shared.iter().filter(|shared| shared.kind == kind).count() as u32
    }
}

impl SharedRef {
    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Damage> {
        let (kind, _reserved) = (SectionKind(cursor.u16()?), cursor.u16()?);
        Ok(Self {
            kind,
            id: cursor.u32()?,
            offset: cursor.u64()?,
            len: cursor.u64()?,
            checksum: cursor.u64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::testing::cases;
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    fn segment() -> impl Strategy<Value = SegmentRef> {
        let live = proptest::option::of(btree_set(0_u32..100_000, 0..50));
        (0_u64..1 << 40, 0_u64..1 << 20, any::<u64>(), live, any::<u32>()).prop_map(
            |(offset, len, checksum, live, row_groups)| {
                let directory = DirectoryRef { offset, len, checksum };
                let live = live.map(|rows| Arc::new(rows.into_iter().collect()));
                SegmentRef { directory, end: offset + len, rows: 100_000, live, row_groups }
            },
        )
    }

    fn shared() -> impl Strategy<Value = Vec<SharedRef>> {
        vec((1_u16..3, any::<[u64; 3]>()), 0..6).prop_map(|all| {
            let mut counts = [0; 3];
            let number = |(kind, [offset, len, checksum]): (u16, [u64; 3])| {
                let count = &mut counts[usize::from(kind)];
                *count += 1;
                SharedRef { kind: SectionKind(kind), id: *count, offset, len, checksum }
            };
            all.into_iter().map(number).collect()
        })
    }

    fn manifest() -> impl Strategy<Value = Manifest> {
        let numbers = any::<([u8; 16], i64, [u64; 3], [u32; 3], [u64; 3])>();
        (numbers, 1_u64..9, shared(), vec(segment(), 0..4)).prop_map(
            |((file, committed_us, before, versions, rest), generation, shared, segments)| Manifest {
                file: FileId(file),
                generation,
                committed_us,
                predecessor: (generation > 1).then_some(ManifestRef {
                    generation: generation - 1,
                    offset: before[0],
                    len: before[1],
                    checksum: before[2],
                }),
                versions: TextVersions {
                    normalisers: versions[0],
                    tokeniser: versions[1],
                    folding: versions[2],
                },
                next_segment_id: rest[0],
                footer_len: rest[1],
                footer_checksum: rest[2],
                shared,
                segments,
            },
        )
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let manifest = Manifest {
            file: FileId([0x33; 16]),
            generation: 2,
            committed_us: 5,
            predecessor: Some(ManifestRef { generation: 1, offset: 6, len: 7, checksum: 8 }),
            versions: TextVersions { normalisers: 9, tokeniser: 10, folding: 11 },
            next_segment_id: 12,
            footer_len: 13,
            footer_checksum: 14,
            shared: vec![SharedRef { kind: SectionKind::SCHEMA, id: 1, offset: 16, len: 17, checksum: 18 }],
            segments: vec![SegmentRef {
                directory: DirectoryRef { offset: 19, len: 20, checksum: 21 },
                end: 39,
                rows: 22,
                live: None,
                row_groups: 23,
            }],
        };
        let mut expected = b"rolo\0man\x03\0\0\0".to_vec();
        expected.extend([0x33; 16]);
        for field in [2_u64, 5, 1, 6, 7, 8] {
            expected.extend(field.to_le_bytes());
        }
        for field in [9_u32, 10, 11] {
            expected.extend(field.to_le_bytes());
        }
        for field in [12_u64, 13, 14] {
            expected.extend(field.to_le_bytes());
        }
        expected.extend([1, 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0]);
        for field in [16_u64, 17, 18] {
            expected.extend(field.to_le_bytes());
        }
        expected.extend([1, 0, 0, 0]);
        for field in [19_u64, 20, 21, 39] {
            expected.extend(field.to_le_bytes());
        }
        for field in [22_u32, 22, 0, 23] {
            expected.extend(field.to_le_bytes());
        }
        let bytes = manifest.encode();
        assert_eq!(bytes[..bytes.len() - 8], expected);
        assert_eq!(bytes[bytes.len() - 8..], super::super::bytes::xxh3(&expected).to_le_bytes());
    }

    #[test]
    fn a_bitmap_of_all_rows_is_none_and_rows_beyond_the_end_are_refused() {
        let directory = DirectoryRef { offset: 0, len: 1, checksum: 0 };
        let segment = SegmentRef { directory, end: 1, rows: 3, live: None, row_groups: 1 };
        let all = segment.clone().with_live((0..3).collect()).unwrap();
        assert_eq!((all.live_rows(), all.live), (3, None));
        assert_eq!(segment.clone().with_live(RoaringBitmap::new()).unwrap().live_rows(), 0);
        assert!(segment.with_live((3..4).collect()).is_err());
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn manifests_come_back_and_know_their_length(manifest in manifest(), tail in vec(any::<u8>(), 0..9)) {
            let mut bytes = manifest.encode();
            prop_assert_eq!(&Manifest::decode(77, &bytes).unwrap(), &manifest);
            let len = bytes.len();
            bytes.extend(tail);
            prop_assert_eq!(Manifest::measure(&bytes), Some(len));
        }

        #[test]
        fn a_changed_byte_is_noticed(manifest in manifest(), at in any::<prop::sample::Index>(), by in 1_u8..) {
            let mut bytes = manifest.encode();
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            prop_assert!(Manifest::decode(0, &bytes).is_err());
            let _ = Manifest::measure(&bytes);
        }

        #[test]
        fn any_bytes_under_a_fitting_checksum_never_panic(manifest in manifest(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
            let mut bytes = manifest.encode();
            bytes.truncate(bytes.len() - 8);
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            let mut encoder = Encoder::default();
            let _ = Manifest::decode(0, &encoder.bytes(&bytes).sealed());
        }
    }
}
