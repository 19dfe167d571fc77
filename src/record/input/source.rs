//! The bytes of an input: gzip and zstd taken off, the bytes read before that counted.

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A stream of plain bytes, and how many bytes of the source it took so far.
pub(super) struct Source {
    plain: Box<dyn Read + Send>,
    consumed: Arc<AtomicU64>,
}

/// Bytes of the source that are read at a time.
const SOURCE_BUFFER_BYTES: usize = 128 << 10;

impl Source {
    /// Looks at the first four bytes. Files of several members or frames are read to the end of the last.
    pub(super) fn new(reader: impl Read + Send + 'static) -> io::Result<Self> {
        let consumed = Arc::new(AtomicU64::new(0));
        let mut reader = Counted { reader, consumed: Arc::clone(&consumed) };
        let mut magic = Vec::with_capacity(4);
        reader.by_ref().take(4).read_to_end(&mut magic)?;
        let kind = Compression::of(&magic);
        let whole = BufReader::with_capacity(SOURCE_BUFFER_BYTES, Cursor::new(magic).chain(reader));
        let plain: Box<dyn Read + Send> = match kind {
            Compression::None => Box::new(whole),
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(whole)),
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(whole)?),
        };
        Ok(Self { plain, consumed })
    }

    pub(super) fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// Appends up to `limit` bytes; 0 means the end.
    pub(super) fn read_to(&mut self, buffer: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
        let before = buffer.len();
        buffer.resize(before + limit, 0);
        let read = loop {
            match self.plain.read(buffer.get_mut(before..).unwrap_or_default()) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        buffer.truncate(before + read.as_ref().map_or(0, |n| *n));
        read
    }
}

struct Counted<R> {
    reader: R,
    consumed: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A zstd frame, or one that zstd skips.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Self::Zstd,
            _ => Self::None,
        }
    }
}
