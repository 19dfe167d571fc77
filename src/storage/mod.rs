//! The file: header, slots, manifest, segments, sections, checksums, commit, snapshot. The bytes are in `docs/format.md`.

mod error;
mod section;

pub use error::{Damage, StorageError};
pub use section::{NO_NODE, NO_SPACE, Section, SectionEntry, SectionId, SectionKind};
