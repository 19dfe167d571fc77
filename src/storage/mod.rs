//! The file: header, slots, manifest, segments, sections, checksums, commit, snapshot. The bytes are in `docs/format.md`.
//!
//! - `bytes`, `map`: numbers out of bytes; a file's bytes as memory (the only unsafe code)
//! - `header`, `slot`, `manifest`, `directory`: the fixed structures, encoded and checked
//! - `segment_writer`, `segment`, `section`: a segment's bytes, written and read
//! - `medium`, `locate`, `commit`: which commit stands, and how the next one comes to stand
//! - `lock`, `writer`: the one writer; `snapshot`, `name`, `mark`: any number of readers; `replaced`: a file that they may still read, `holders`: who does
//! - `copy`: a file as one commit left it, elsewhere
//! - `verify`, `repair`: is every byte what was written, and what to do if not
//! - `counters`: what a piece of code has read

mod bytes;
mod commit;
mod copy;
pub mod counters;
mod directory;
mod error;
mod header;
mod holders;
mod locate;
mod lock;
mod manifest;
mod map;
mod mark;
mod medium;
mod name;
mod repair;
mod replaced;
mod section;
mod segment;
mod segment_writer;
mod slot;
mod snapshot;
#[cfg(test)]
mod testing;
mod verify;
mod writer;

pub use commit::{Commit, ManifestPlace, NewShared};
pub use copy::PartialFile;
pub use directory::{Directory, DirectoryParts, SharedRange};
pub use error::{Damage, StorageError};
pub use header::{FORMAT_VERSION, FileHeader, FileId};
pub use holders::Holders;
pub use manifest::{DirectoryRef, Manifest, ManifestRef, SegmentRef, SharedRef, TextVersions};
pub use medium::{FileMedium, Medium};
pub use name::{BadSnapshotName, SnapshotName};
pub use repair::{Repair, repair};
pub use replaced::ReplacedFile;
pub use section::{NO_NODE, NO_SPACE, Section, SectionEntry, SectionId, SectionKind};
pub use segment::Segment;
pub use segment_writer::{SegmentWriter, StagedSegment, WriteWatch};
pub use snapshot::{Snapshot, Totals, file_id};
pub use verify::verify_pages;
pub use writer::Writer;
