//! Where the sections of a leaf go: straight into a segment, or into memory, so that several leaves are built at once.

use std::io::Write;

use crate::index::{IndexError, IndexedLeaf, Written};
use crate::storage::{SectionKind, SegmentWriter};

/// Takes the sections of one leaf.
pub trait SectionSink {
    /// Takes one section, whose bytes `write` writes.
    fn section(
        &mut self,
        kind: SectionKind,
        write: impl FnOnce(&mut dyn Write) -> Result<Written, IndexError>,
    ) -> Result<(), IndexError>;
}

/// A section in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltSection {
    /// What it holds.
    pub kind: SectionKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The numbers of its line in the directory.
    pub written: Written,
}

impl SectionSink for Vec<BuiltSection> {
    fn section(
        &mut self,
        kind: SectionKind,
        write: impl FnOnce(&mut dyn Write) -> Result<Written, IndexError>,
    ) -> Result<(), IndexError> {
        let mut bytes = Vec::new();
        let written = write(&mut bytes)?;
        self.push(BuiltSection { kind, bytes, written });
        Ok(())
    }
}

/// The sections of one leaf of a segment that is being written.
#[derive(Debug)]
pub struct LeafSections<'a> {
    out: &'a mut SegmentWriter,
    leaf: IndexedLeaf,
}

impl<'a> LeafSections<'a> {
    /// Sections of `leaf`, written to `out` as they come.
    pub fn new(out: &'a mut SegmentWriter, leaf: IndexedLeaf) -> Self {
        Self { out, leaf }
    }

    /// Writes sections that were built in memory.
    pub fn copy(&mut self, sections: &[BuiltSection]) -> Result<(), IndexError> {
        sections.iter().try_for_each(|built| {
            self.section(built.kind, |out| {
                out.write_all(&built.bytes)?;
                Ok(built.written)
            })
        })
    }
}

impl SectionSink for LeafSections<'_> {
    fn section(
        &mut self,
        kind: SectionKind,
        write: impl FnOnce(&mut dyn Write) -> Result<Written, IndexError>,
    ) -> Result<(), IndexError> {
        self.out.begin_section(self.leaf.section(kind))?;
        let written = write(self.out)?;
        Ok(self.out.end_section(written.count, written.aux)?)
    }
}
