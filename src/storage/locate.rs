//! Which commit of a file stands, and how the next writer puts the rest right.
//!
//! 1. The header says whose file it is.
//! 2. The valid slot with the highest generation names the commit, if the file is long enough for it.
//! 3. If a slot is damaged and the file goes on beyond what the other one names, the end of the file is asked: a footer
//!    there leads to a manifest, and if each proves the other, that commit stands.
//! 4. The manifest is read, checked, and must say what the slot says.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use memchr::memmem;

use super::bytes::{align, xxh3};
use super::header::{DATA_START, FileHeader, HeaderBytes, PARQUET_MAGIC};
use super::manifest::{LONGEST_MANIFEST, Manifest, ManifestRef};
use super::medium::{Medium, read_vec};
use super::slot::{FOOTER_TAIL, SLOT_LEN, SLOTS, Slot, SlotBytes, SlotState};
use super::{Damage, StorageError};

/// A commit whose manifest was checked against what names it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    pub(super) slot: Slot,
    pub(super) manifest: Manifest,
}

/// What looking at a file found.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) header: FileHeader,
    pub(super) commit: Standing,
    pub(super) slots: [SlotState; SLOTS],
    pub(super) len: u64,
}

/// How often a reader looks again at a slot that a writer may be writing this moment, and how long it waits.
const SLOT_RETRIES: u32 = 5;
const SLOT_WAIT: Duration = Duration::from_millis(2);

/// Finds the commit that stands. `retries`: how often a damaged slot is read again first; a writer, who is alone, needs none.
pub(super) fn locate(medium: &dyn Medium, retries: u32) -> Result<Located, StorageError> {
    let header = read_header(medium)?;
    let mut slots = read_slots(medium, &header)?;
    for _ in 0..retries {
        if !slots.contains(&SlotState::Damaged) {
            break;
        }
        std::thread::sleep(SLOT_WAIT);
        slots = read_slots(medium, &header)?;
    }
    // After the slots: a commit only lengthens the file before it writes its slot.
    let len = medium.len()?;
    let commit = match choose(slots, len, medium.path())? {
        Choice::Slot(slot) => by_slot(medium, &header, slot)?,
        Choice::End { after } => at_end(medium, &header, len, after)?,
    };
    Ok(Located { header, commit, slots, len })
}

/// Like [`locate`], for a reader, who may meet a writer at work.
pub(super) fn locate_while_written(medium: &dyn Medium) -> Result<Located, StorageError> {
    locate(medium, SLOT_RETRIES)
}

/// Finds the commit that stands, restores its slot if that is damaged, empties another damaged one, and cuts what lies
/// beyond. Only the writer who holds the lock may.
pub(super) fn recover(medium: &mut dyn Medium) -> Result<Located, StorageError> {
    let located = locate(medium, 0)?;
    let slot = located.commit.slot;
    if located.slots[slot.index()] == SlotState::Damaged {
        medium.write_at(Slot::offset(slot.index()), &slot.encode())?;
        medium.sync()?;
    }
    let other = 1 - slot.index();
    if located.slots[other] == SlotState::Damaged {
        // A damaged slot would make readers ask the end of the file while the next commit is being written there.
        medium.write_at(Slot::offset(other), &[0; SLOT_LEN])?;
        medium.sync()?;
    }
    if located.len > slot.committed_len {
        medium.set_len(slot.committed_len)?;
        medium.sync()?;
    }
    Ok(located)
}

/// The file's header, checked.
pub(super) fn read_header(medium: &dyn Medium) -> Result<FileHeader, StorageError> {
    let len = medium.len()?;
    if len == 0 {
        return Err(StorageError::Unfinished { path: medium.path().to_owned() });
    }
    let mut bytes = [0; HeaderBytes::LEN];
    let there = usize::try_from(len).map_or(HeaderBytes::LEN, |len| len.min(HeaderBytes::LEN));
    medium.read_at(0, &mut bytes[..there])?;
    let header = HeaderBytes(bytes).check(medium.path())?;
    if len < DATA_START {
        return Err(Damage::new("slots", len, "the file ends inside its slots").into());
    }
    Ok(header)
}

/// Both slots.
pub(super) fn read_slots(
    medium: &dyn Medium,
    header: &FileHeader,
) -> Result<[SlotState; SLOTS], StorageError> {
    let mut states = [SlotState::Empty; SLOTS];
    for (index, state) in states.iter_mut().enumerate() {
        let mut bytes = [0; SLOT_LEN];
        medium.read_at(Slot::offset(index), &mut bytes)?;
        *state = SlotBytes(bytes).check(header.file, index);
    }
    Ok(states)
}

#[derive(Debug, PartialEq)]
enum Choice {
    /// This slot's commit stands.
    Slot(Slot),
    /// The end of the file decides; what is there must follow `after`, if that is known.
    End { after: Option<Slot> },
}

fn choose(slots: [SlotState; SLOTS], len: u64, path: &Path) -> Result<Choice, StorageError> {
    let valid = slots.into_iter().filter_map(|state| match state {
        SlotState::Valid(slot) => Some(slot),
        _ => None,
    });
    let newest = valid.max_by_key(|slot| slot.generation);
    let damaged = slots.contains(&SlotState::Damaged);
    match newest {
        None if damaged => Ok(Choice::End { after: None }),
        None => Err(StorageError::Unfinished { path: path.to_owned() }),
        Some(slot) if slot.committed_len > len => {
            let problem = format!(
                "the file has {len} bytes, its newest commit {}: it was cut; `rolo verify --repair` goes back to the \
                 newest commit that is whole",
                slot.committed_len
            );
            Err(Damage::new("file", len, problem).into())
        }
        Some(slot) if damaged && len > slot.committed_len => Ok(Choice::End { after: Some(slot) }),
        Some(slot) => Ok(Choice::Slot(slot)),
    }
}

fn by_slot(medium: &dyn Medium, header: &FileHeader, slot: Slot) -> Result<Standing, StorageError> {
    let commit = commit_at(medium, header, slot.manifest_offset, slot.manifest_len, slot.committed_len)?;
    if commit.slot != slot {
        return Err(Damage::new("manifest", slot.manifest_offset, "it is not the one its slot names").into());
    }
    Ok(commit)
}

/// The commit that ends where the file ends.
fn at_end(
    medium: &dyn Medium,
    header: &FileHeader,
    len: u64,
    after: Option<Slot>,
) -> Result<Standing, StorageError> {
    let damage = |problem: &str| {
        let advice = "a slot is damaged, and the end of the file does not lead to a commit";
        Damage::new("slots", len, format!("{advice} ({problem}); `rolo verify --repair` looks for one"))
    };
    let tail_at = len.checked_sub(FOOTER_TAIL).ok_or_else(|| damage("there is no footer"))?;
    let tail = read_vec(medium, tail_at, FOOTER_TAIL)?;
    let footer_len = match tail.split_first_chunk::<4>() {
        Some((footer_len, magic)) if magic == PARQUET_MAGIC => u64::from(u32::from_le_bytes(*footer_len)),
        _ => return Err(damage("it does not end with PAR1").into()),
    };
    let footer_at = tail_at
        .checked_sub(footer_len)
        .filter(|at| *at >= DATA_START)
        .ok_or_else(|| damage("the footer is longer than the file"))?;
    let footer = read_vec(medium, footer_at, footer_len)?;
    let named = manifest_in_footer(&footer).ok_or_else(|| damage("the footer names no manifest"))?;
    let commit = commit_at(medium, header, named.offset, named.len, len).map_err(|error| match error {
        StorageError::Damaged(inner) => damage(&inner.problem).into(),
        other => other,
    })?;
    let fits = commit.slot.committed_len == len
        && commit.slot.generation == named.generation
        && commit.manifest.footer_checksum == xxh3(&footer)
        && after.is_none_or(|slot| commit.manifest.predecessor == Some(slot.manifest()));
    if fits { Ok(commit) } else { Err(damage("footer and manifest do not belong together").into()) }
}

/// The commit whose manifest lies at a place, if all it names ends at `limit` at the latest. Its footer is not read.
pub(super) fn commit_at(
    medium: &dyn Medium,
    header: &FileHeader,
    offset: u64,
    len: u64,
    limit: u64,
) -> Result<Standing, StorageError> {
    let damage = |problem: &str| Damage::new("manifest", offset, problem);
    if offset < DATA_START || offset.checked_add(len).is_none_or(|end| end > limit) || limit > medium.len()? {
        return Err(damage("it lies outside the file").into());
    }
    if len > LONGEST_MANIFEST {
        return Err(damage("it is longer than a manifest can be").into());
    }
    let bytes = read_vec(medium, offset, len)?;
    let manifest = Manifest::decode(offset, &bytes)?;
    if manifest.file != header.file {
        return Err(damage("it belongs to another file").into());
    }
    if !manifest.extents().all(|extent| extent.start >= DATA_START && extent.end <= offset) {
        return Err(damage("it names bytes that do not lie before it").into());
    }
    let manifest_checksum = bytes.last_chunk::<8>().map_or(0, |stored| u64::from_le_bytes(*stored));
    let slot = slot_of(&manifest, offset, len, manifest_checksum)
        .filter(|slot| slot.committed_len <= limit)
        .ok_or_else(|| damage("its footer lies outside the file"))?;
    Ok(Standing { slot, manifest })
}

/// The slot of the commit whose manifest was found or written at `offset`; `None` if its footer lies beyond all numbers.
pub(super) fn slot_of(manifest: &Manifest, offset: u64, len: u64, manifest_checksum: u64) -> Option<Slot> {
    let footer_offset = align(offset.checked_add(len)?, 8)?;
    let slot = Slot {
        generation: manifest.generation,
        committed_len: footer_offset.checked_add(manifest.footer_len)?.checked_add(FOOTER_TAIL)?,
        manifest_offset: offset,
        manifest_len: len,
        manifest_checksum,
        footer_offset,
        footer_len: manifest.footer_len,
        file: manifest.file,
    };
    slot.fits_together().then_some(slot)
}

/// Reads a commit's footer and what follows it, and compares both with the manifest.
pub(super) fn check_footer(medium: &dyn Medium, commit: &Standing) -> Result<(), StorageError> {
    let (offset, len) = (commit.slot.footer_offset, commit.slot.footer_len);
    let bytes = read_vec(medium, offset, len + FOOTER_TAIL)?;
    let Some((footer, tail)) = bytes.split_last_chunk::<{ FOOTER_TAIL as usize }>() else {
        return Err(Damage::new("footer", offset, "it is too short").into());
    };
    if xxh3(footer) != commit.manifest.footer_checksum {
        return Err(Damage::new("footer", offset, "its checksum does not fit").into());
    }
    if u32::try_from(len).ok().map(footer_tail).as_ref() != Some(tail) {
        return Err(Damage::new("footer", offset + len, "its length or the last PAR1 is wrong").into());
    }
    Ok(())
}

/// What follows the thrift bytes of a footer.
pub(super) fn footer_tail(footer_len: u32) -> [u8; FOOTER_TAIL as usize] {
    let [a, b, c, d] = footer_len.to_le_bytes();
    let [p, q, r, s] = *PARQUET_MAGIC;
    [a, b, c, d, p, q, r, s]
}

/// The value of the key `rolo` in a footer that nothing has proved yet. Its bytes are searched for, not decoded: decoding
/// would trust every length in it, and the manifest that is found must fit the footer's checksum anyway.
fn manifest_in_footer(footer: &[u8]) -> Option<ManifestRef> {
    // Thrift's compact protocol: field 1 is a string of 4 bytes, field 2 a string.
    let key = b"\x18\x04rolo\x18";
    let at = memmem::rfind(footer, key)? + key.len();
    // No value is longer than 127 bytes, so its length is one byte.
    let (len, rest) = footer.get(at..)?.split_first()?;
    let value = std::str::from_utf8(rest.get(..usize::from(*len))?).ok()?;
    let mut numbers = value.strip_prefix("1 ")?.split(' ').map(|number| number.parse::<u64>());
    let mut next = || numbers.next()?.ok();
    let (generation, offset, len) = (next()?, next()?, next()?);
    Some(ManifestRef { generation, offset, len, checksum: 0 })
}

impl Manifest {
    /// The ranges of the file that a commit needs beside its manifest and footer: segments as far as the manifest knows
    /// them (their directories), and shared sections. A range beyond all numbers ends at the last.
    fn extents(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        let shared = self.shared.iter().map(|shared| (shared.offset, shared.len));
        let directories =
            self.segments.iter().map(|segment| (segment.directory.offset, segment.directory.len));
        shared.chain(directories).map(|(offset, len)| offset..offset.saturating_add(len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::header::FileId;

    fn slot(generation: u64, committed_len: u64) -> SlotState {
        SlotState::Valid(Slot {
            generation,
            committed_len,
            manifest_offset: 0,
            manifest_len: 0,
            manifest_checksum: 0,
            footer_offset: 0,
            footer_len: 0,
            file: FileId([0; 16]),
        })
    }

    #[test]
    fn the_table_of_slots() {
        use SlotState::{Damaged, Empty};
        let decide = |a, b, len| match choose([a, b], len, Path::new("x")) {
            Ok(Choice::Slot(slot)) => format!("slot {}", slot.generation),
            Ok(Choice::End { after }) => format!("end after {:?}", after.map(|slot| slot.generation)),
            Err(StorageError::Damaged(_)) => "damaged".to_owned(),
            Err(StorageError::Unfinished { .. }) => "unfinished".to_owned(),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(decide(Empty, Empty, 20), "unfinished");
        assert_eq!(decide(slot(1, 20), Empty, 20), "slot 1");
        assert_eq!(decide(slot(1, 20), Empty, 30), "slot 1");
        assert_eq!(decide(slot(1, 20), Empty, 19), "damaged");
        assert_eq!(decide(slot(1, 20), slot(2, 30), 30), "slot 2");
        assert_eq!(decide(slot(3, 40), slot(2, 30), 50), "slot 3");
        assert_eq!(decide(slot(3, 40), slot(2, 30), 39), "damaged");
        assert_eq!(decide(slot(3, 40), Damaged, 40), "slot 3");
        assert_eq!(decide(slot(3, 40), Damaged, 41), "end after Some(3)");
        assert_eq!(decide(Damaged, slot(2, 30), 29), "damaged");
        assert_eq!(decide(Damaged, Empty, 29), "end after None");
        assert_eq!(decide(Damaged, Damaged, 29), "end after None");
    }

    #[test]
    fn the_key_is_found_in_a_footer_as_parquet_writes_it() {
        use arrow::array::{Int32Array, RecordBatch};
        use arrow::datatypes::{DataType, Field, Schema};
        use parquet::file::metadata::KeyValue;
        use std::sync::Arc;

        let schema = Arc::new(Schema::new(vec![Field::new("rolo", DataType::Int32, false)]));
        let batch =
            RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(Int32Array::from(vec![1]))]).unwrap();
        let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), schema, None).unwrap();
        writer.write(&batch).unwrap();
        writer.append_key_value_metadata(KeyValue::new("rolo".to_owned(), "1 7 12352 456".to_owned()));
        let file = writer.into_inner().unwrap();
        let found = manifest_in_footer(&file).unwrap();
        assert_eq!(found, ManifestRef { generation: 7, offset: 12_352, len: 456, checksum: 0 });
        assert_eq!(manifest_in_footer(b"\x18\x04rolo\x18\x05"), None);
        assert_eq!(manifest_in_footer(b"\x18\x04rolo\x18\x051 2 3"), None);
    }
}
