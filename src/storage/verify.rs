//! Reads every byte that a snapshot's answers may depend on, and compares it with its checksum.

use super::locate::{check_footer, commit_at, locate_while_written, read_header};
use super::slot::{Slot, SlotState};
use super::{Damage, Snapshot, StorageError};

/// All damages in the bytes of a snapshot: header, slots, manifest, footer, shared sections, and every page of
/// every segment; empty if there are none. Pages that this process has checked before are read again.
///
/// `progress` is told, after each page of a segment, how many bytes of segments were read and how many there are.
/// Errors: only what the system refuses. Cost: reads the whole of the live file.
pub fn verify_pages(
    snapshot: &Snapshot,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Damage>, StorageError> {
    let mut found = Vec::new();
    keep(&mut found, read_header(snapshot.medium()))?;
    check_slots(snapshot, &mut found)?;
    let commit = snapshot.standing();
    let slot = &commit.slot;
    let again = commit_at(
        snapshot.medium(),
        snapshot.header(),
        slot.manifest_offset,
        slot.manifest_len,
        slot.committed_len,
    );
    keep(&mut found, again)?;
    keep(&mut found, check_footer(snapshot.medium(), commit))?;
    for shared in &snapshot.manifest().shared {
        keep(&mut found, snapshot.check_shared(shared))?;
    }
    let mut segments = Vec::new();
    for reference in &snapshot.manifest().segments {
        segments.extend(keep(&mut found, snapshot.open_fresh(reference))?);
    }
    let sizes =
        segments.iter().map(|segment| segment.directory().checksums_offset - segment.directory().start);
    let (total, mut done) = (sizes.sum(), 0);
    for segment in &segments {
        segment.check_all(&mut |damage| found.push(damage), &mut |bytes| {
            done += bytes;
            progress(done, total);
        });
    }
    Ok(found)
}

/// Notes a damaged slot. While a writer is at work a slot may look damaged for a moment, so it is read several times.
fn check_slots(snapshot: &Snapshot, found: &mut Vec<Damage>) -> Result<(), StorageError> {
    let Some(located) = keep(found, locate_while_written(snapshot.medium()))? else { return Ok(()) };
    for (index, state) in located.slots.iter().enumerate() {
        if *state == SlotState::Damaged {
            found.push(Damage::new(
                "slot",
                Slot::offset(index),
                "its checksum or its contents do not fit; the commit stands, and the next writer restores the slot",
            ));
        }
    }
    Ok(())
}

/// Puts a damage with the others; any other error stops.
fn keep<T>(found: &mut Vec<Damage>, result: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(StorageError::Damaged(damage)) => {
            if !found.contains(&damage) {
                found.push(damage);
            }
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests;
