//! The spans of one segment: the elements of a parent, the parent of an element, the array of an element.

use std::ops::Range;

use super::bits::{bit, bitmap_bytes};
use super::offsets::{Walk, offsets_bytes};
use crate::index::error::{check_len, damaged, u32_at};
use crate::storage::{Section, StorageError};

/// Elements of a block that [`SpansReader::lift`] reads at once: 16 KiB of parents.
pub(super) const LIFT_BLOCK: u32 = 4096;

/// The sections of one element space.
#[derive(Debug, Clone)]
pub struct SpanSections {
    /// *Span parents*.
    pub parents: Section,
    /// *Span offsets*.
    pub offsets: Section,
    /// *Span ends*.
    pub ends: Section,
    /// *Space flags*, of a space over several arrays.
    pub flags: Option<Section>,
}

/// The spans of one element space of a segment.
#[derive(Debug, Clone)]
pub struct SpansReader {
    pub(super) parents: Section,
    pub(super) offsets: Section,
    pub(super) ends: Section,
    pub(super) flags: Option<Section>,
    pub(super) elements: u32,
    pub(super) parent_count: u32,
}

impl SpansReader {
    /// A reader of a space's sections. Checks shape only; reads nothing.
    pub fn new(sections: SpanSections) -> Result<Self, StorageError> {
        let SpanSections { parents, offsets, ends, flags } = sections;
        check_len(&parents, 4)?;
        let count = parents.entry().count;
        for section in [&offsets, &ends].into_iter().chain(&flags) {
            let same = section.entry().count;
            if same != count {
                return Err(damaged(section, 0, format!("{same} elements, and {count} with parents")));
            }
        }
        let parent_count = offsets.entry().aux;
        let (Ok(elements), Ok(parent_count)) = (u32::try_from(count), u32::try_from(parent_count)) else {
            let problem = format!("{count} elements of {parent_count} parents are beyond 32 bits");
            return Err(damaged(&offsets, 0, problem));
        };
        has_len(&offsets, Some(offsets_bytes(parent_count, elements)))?;
        has_len(&ends, Some(bitmap_bytes(elements)))?;
        if let Some(flags) = &flags {
            has_len(flags, flags.entry().aux.checked_mul(bitmap_bytes(elements)))?;
        }
        Ok(Self { parents, offsets, ends, flags, elements, parent_count })
    }

    /// Number of elements.
    pub fn len(&self) -> u32 {
        self.elements
    }

    /// Whether no parent has an element.
    pub fn is_empty(&self) -> bool {
        self.elements == 0
    }

    /// Number of parents.
    pub fn parents(&self) -> u32 {
        self.parent_count
    }

    /// The elements of `parent`. An error if there is no such parent. Reads one line of 64 bytes, and further on only
    /// if a parent in it has 255 elements or more.
    pub fn elements(&self, parent: u32) -> Result<Range<u32>, StorageError> {
        Walk::new(self).elements(parent)
    }

    /// The parent of `element`. An error if there is no such element.
    pub fn parent(&self, element: u32) -> Result<u32, StorageError> {
        let at = u64::from(element) * 4;
        self.check_parent(u32_at(&self.parents, at)?, at)
    }

    /// Whether `element` is the last one of its parent. An error if there is no such element.
    pub fn is_last(&self, element: u32) -> Result<bool, StorageError> {
        self.check_element(element)?;
        bit(&self.ends, 0, element)
    }

    /// The index of the array that `element` is from; 0 in a space over one array. An error if there is no such element.
    pub fn array(&self, element: u32) -> Result<u8, StorageError> {
        self.check_element(element)?;
        let mut found = 0;
        for array in 1..=self.bitmaps() {
            let bitmap = u64::from(array - 1) * bitmap_bytes(self.elements);
            if let Some(flags) = &self.flags
                && bit(flags, bitmap, element)?
            {
                if found > 0 {
                    return Err(damaged(flags, bitmap, format!("element {element} is of two arrays")));
                }
                found = array;
            }
        }
        Ok(found)
    }

    /// Arrays that have a bitmap: all but the first. More than 255 are not counted, since no index names them.
    pub(super) fn bitmaps(&self) -> u8 {
        let flags = self.flags.as_ref();
        flags.map_or(0, |flags| u8::try_from(flags.entry().aux).unwrap_or(u8::MAX))
    }

    /// Appends the parents of `elements`, which ascend, to `parents`: each once, ascending. An error if an
    /// element does not exist. Costs about 2 ns an element.
    pub fn lift(
        &self,
        elements: impl IntoIterator<Item = u32>,
        parents: &mut Vec<u32>,
    ) -> Result<(), StorageError> {
        self.each_parent(elements, |parent| parents.push(parent))
    }

    /// Calls `each` with the parents of `elements`, which ascend: each once, ascending.
    pub(super) fn each_parent(
        &self,
        elements: impl IntoIterator<Item = u32>,
        mut each: impl FnMut(u32),
    ) -> Result<(), StorageError> {
        let (mut block, mut block_start, mut last) = ([].as_slice(), 0, None);
        for element in elements {
            let in_block = element.checked_sub(block_start).and_then(|i| block.get(i as usize));
            let bytes: &[u8; 4] = match in_block {
                Some(bytes) => bytes,
                None => {
                    block_start = element / LIFT_BLOCK * LIFT_BLOCK;
                    block = self.block(block_start)?;
                    block.get((element - block_start) as usize).ok_or_else(|| self.no_element(element))?
                }
            };
            let parent = self.check_parent(u32::from_le_bytes(*bytes), u64::from(element) * 4)?;
            if last != Some(parent) {
                each(parent);
                last = Some(parent);
            }
        }
        Ok(())
    }

    /// The parents of the elements from `start` on, up to a block.
    pub(super) fn block(&self, start: u32) -> Result<&[[u8; 4]], StorageError> {
        let end = start.saturating_add(LIFT_BLOCK).min(self.elements);
        if start >= end {
            return Err(self.no_element(start));
        }
        Ok(self.parents.bytes(u64::from(start) * 4..u64::from(end) * 4)?.as_chunks().0)
    }

    fn check_element(&self, element: u32) -> Result<(), StorageError> {
        if element < self.elements { Ok(()) } else { Err(self.no_element(element)) }
    }

    fn no_element(&self, element: u32) -> StorageError {
        let problem = format!("element {element} was asked for, of {}", self.elements);
        damaged(&self.parents, 0, problem)
    }

    pub(super) fn check_parent(&self, parent: u32, at: u64) -> Result<u32, StorageError> {
        if parent < self.parent_count {
            return Ok(parent);
        }
        Err(damaged(&self.parents, at, format!("parent {parent} of {}", self.parent_count)))
    }
}

fn has_len(section: &Section, expected: Option<u64>) -> Result<(), StorageError> {
    let entry = section.entry();
    if expected == Some(entry.len) {
        return Ok(());
    }
    let (count, len) = (entry.count, entry.len);
    Err(damaged(section, 0, format!("{count} elements do not make {len} bytes")))
}
