//! The only unsafe code: a file's committed bytes as memory, and a hint to fetch some of them early.
//!
//! **The promise the map rests on.** Memory behind a `&[u8]` must not change while the reference lives. rolo maps
//! bytes of a database only from the end of its slots up to a committed length, and of a staged run only once it is
//! finished; no rolo process ever changes or cuts those (`docs/format.md`, section 7): what removes writes a new file.
//!
//! **What cannot be promised.** The system lets any program of the same user write to the file or cut it. Bytes
//! that another program changes give a checksum error, or a wrong answer if it happens after their check. If it cuts
//! the file, touching a page beyond the new end kills the process with `SIGBUS`. No lock could prevent it.

#![expect(unsafe_code, reason = "a memory map is unsafe to create; the promise above is its reason")]

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use memmap2::{Mmap, MmapOptions};

use super::StorageError;

/// Part of a file as memory, addressed by absolute offsets. Unmapped when the last owner is gone.
#[derive(Debug)]
pub(super) struct FileMap {
    map: Mmap,
    base: u64,
}

impl FileMap {
    /// Maps `len` bytes from `file_offset` on. The first one has the absolute offset `base`, which for a
    /// database is `file_offset`, and for a staged segment its start in the file it will be part of.
    ///
    /// Errors: the file is shorter, or the system refuses. The caller must name only bytes covered by the promise.
    pub(super) fn new(
        file: &File,
        path: &Path,
        file_offset: u64,
        len: u64,
        base: u64,
    ) -> Result<Self, StorageError> {
        let failed = |source| StorageError::Io { operation: "map", path: path.to_owned(), source };
        let has = file.metadata().map_err(failed)?.len();
        let size = usize::try_from(len)
            .ok()
            .filter(|_| file_offset.checked_add(len).is_some_and(|end| end <= has))
            .ok_or_else(|| failed(std::io::ErrorKind::UnexpectedEof.into()))?;
        // SAFETY: the bytes are committed or finished ones, which no rolo process changes or cuts; see the module's
        // promise. The length was just compared with the file's.
        let map = unsafe { MmapOptions::new().offset(file_offset).len(size).map(file) }.map_err(failed)?;
        Ok(Self { map, base })
    }

    /// The bytes of an absolute range; `None` if it is not wholly mapped.
    pub(super) fn slice(&self, range: Range<u64>) -> Option<&[u8]> {
        let start = usize::try_from(range.start.checked_sub(self.base)?).ok()?;
        let end = usize::try_from(range.end.checked_sub(self.base)?).ok()?;
        self.map.get(start..end)
    }
}

/// Asks the processor to fetch the cache line at the front of `bytes`. Only a hint: no effect elsewhere than on x86-64.
#[inline]
pub(super) fn prefetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(first) = bytes.first() {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the pointer comes from a live reference, and a prefetch neither reads nor faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(first).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_mapped_is_visible() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bytes");
        std::fs::write(&path, b"0123456789").unwrap();
        let file = File::open(&path).unwrap();
        let map = FileMap::new(&file, &path, 2, 6, 1000).unwrap();
        assert_eq!(map.slice(1000..1006), Some(&b"234567"[..]));
        assert_eq!(map.slice(1003..1003), Some(&b""[..]));
        for outside in [999..1001, 1000..1007, 1006..1008, 0..u64::MAX] {
            assert_eq!(map.slice(outside), None);
        }
        prefetch(map.slice(1001..1002).unwrap());
        prefetch(&[]);
        assert!(FileMap::new(&file, &path, 2, 9, 0).is_err());
        assert!(FileMap::new(&file, &path, u64::MAX, 9, 0).is_err());
    }
}
