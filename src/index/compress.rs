//! Compresses records one by one, and back: split by the shapes of a dictionary where the file has one, then zstd.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use zstd::zstd_safe::{
    CCtx, CDict, CParameter, DCtx, DDict, compress_bound, get_error_name, get_frame_content_size,
};

use super::IndexError;
use super::shapes::{Shapes, Splitter};

/// The longest record, in bytes: 64 MiB, and a little for what a source adds around it.
pub const MAX_RECORD_BYTES: u64 = (64 << 20) + (64 << 10);

const LEVEL: i32 = 3;

/// How a record's payload is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The record itself.
    AsIs,
    /// A zstd frame that needs the row's dictionary.
    Dictionary,
    /// A zstd frame that needs none.
    Plain,
    /// A zstd frame without its magic, of a record split by the shapes of the row's dictionary, which it needs too.
    Split,
}

impl Method {
    /// The number in the file.
    pub fn code(self) -> u8 {
        match self {
            Self::AsIs => 0,
            Self::Dictionary => 1,
            Self::Plain => 2,
            Self::Split => 3,
        }
    }

    /// The method with this number in the file; `None` if there is none.
    pub fn from_code(code: u8) -> Option<Self> {
        let all = [Self::AsIs, Self::Dictionary, Self::Plain, Self::Split];
        all.into_iter().find(|method| method.code() == code)
    }
}

/// Begins a dictionary in the file; a new layout gets a new one.
const DICTIONARY_MAGIC: [u8; 8] = *b"rolo\0dct";
/// Begins every zstd frame, and says nothing.
const FRAME_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// A dictionary, made ready once for any number of threads: a table of shapes, and what zstd was trained on.
pub struct Dictionary {
    bytes: Vec<u8>,
    /// `None` if the records that it was trained on cannot be split.
    shapes: Option<Shapes>,
    /// Where zstd's part of `bytes` begins.
    zstd_start: usize,
    decoder: DDict<'static>,
    /// Made when the first record is compressed: who only reads does not pay for it.
    encoder: OnceLock<Option<CDict<'static>>>,
}

impl Dictionary {
    /// A dictionary from its bytes in the file. An error if they are not one.
    pub fn new(bytes: Vec<u8>) -> Result<Self, IndexError> {
        let bad = |problem| IndexError::BadDictionary { len: bytes.len(), problem };
        let rest = bytes.strip_prefix(&DICTIONARY_MAGIC).ok_or(bad("it does not begin like one"))?;
        let (len, rest) = rest.split_first_chunk().ok_or(bad("it is cut off"))?;
        let (table, zstd) =
            rest.split_at_checked(u32::from_le_bytes(*len) as usize).ok_or(bad("it is cut off"))?;
        let shapes = if table.is_empty() { None } else { Some(Shapes::new(table).map_err(bad)?) };
        let decoder = DDict::try_create(zstd).ok_or(bad("zstd refuses it"))?;
        let zstd_start = bytes.len() - zstd.len();
        Ok(Self { bytes, shapes, zstd_start, decoder, encoder: OnceLock::new() })
    }

    /// The bytes in the file of a dictionary with this table of shapes (empty for none) and zstd dictionary.
    pub(super) fn section(table: &[u8], zstd: &[u8]) -> Vec<u8> {
        [&DICTIONARY_MAGIC[..], &(table.len() as u32).to_le_bytes(), table, zstd].concat()
    }

    /// Its bytes, as they stand in the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The part of its bytes that is for zstd alone.
    pub fn zstd_bytes(&self) -> &[u8] {
        self.bytes.get(self.zstd_start..).unwrap_or_default()
    }

    fn encoder(&self) -> Result<&CDict<'static>, IndexError> {
        self.encoder
            .get_or_init(|| CDict::try_create(self.zstd_bytes(), LEVEL))
            .as_ref()
            .ok_or(IndexError::BadDictionary { len: self.bytes.len(), problem: "zstd refuses it" })
    }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dictionary").field("len", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// Compresses records. One for each thread.
pub struct Compressor {
    context: CCtx<'static>,
    /// The context points into it.
    dictionary: Option<Arc<Dictionary>>,
    splitter: Splitter,
    split: Vec<u8>,
}

impl Compressor {
    /// A compressor at level 3 whose frames carry the content size, and neither checksum (pages have
    /// theirs) nor dictionary id (the directory names it).
    pub fn new(dictionary: Option<Arc<Dictionary>>) -> Result<Self, IndexError> {
        let mut context = CCtx::try_create().ok_or(IndexError::Compress("out of memory"))?;
        for parameter in [
            CParameter::CompressionLevel(LEVEL),
            CParameter::ContentSizeFlag(true),
            CParameter::ChecksumFlag(false),
            CParameter::DictIdFlag(false),
        ] {
            context.set_parameter(parameter).map_err(refused)?;
        }
        if let Some(dictionary) = &dictionary {
            context.ref_cdict(dictionary.encoder()?).map_err(refused)?;
        }
        Ok(Self { context, dictionary, splitter: Splitter::default(), split: Vec::new() })
    }

    /// Puts the payload of `record` into `payload`, whose old content is dropped, and returns how it is to
    /// be read. A record that does not get smaller stays as it is. An error if it is longer than
    /// [`MAX_RECORD_BYTES`]. Costs about 20 us for 5 kB.
    pub fn compress(&mut self, record: &[u8], payload: &mut Vec<u8>) -> Result<Method, IndexError> {
        check_record_len(record.len() as u64)?;
        let shapes = self.dictionary.as_ref().and_then(|dictionary| dictionary.shapes.as_ref());
        let split = shapes.and_then(|shapes| self.splitter.split(shapes, record, &mut self.split));
        let text = if split.is_some() { &self.split } else { record };
        payload.clear();
        payload.reserve(compress_bound(text.len()));
        self.context.compress2(payload, text).map_err(refused)?;
        if split.is_some() {
            payload.drain(..FRAME_MAGIC.len().min(payload.len()));
        }
        if payload.len() >= record.len() {
            payload.clear();
            payload.extend_from_slice(record);
            return Ok(Method::AsIs);
        }
        Ok(match (split, &self.dictionary) {
            (Some(()), _) => Method::Split,
            (None, Some(_)) => Method::Dictionary,
            (None, None) => Method::Plain,
        })
    }
}

pub(super) fn check_record_len(len: u64) -> Result<(), IndexError> {
    if len <= MAX_RECORD_BYTES {
        return Ok(());
    }
    Err(IndexError::TooMany {
        section: "records",
        what: "bytes of a record",
        count: len,
        limit: MAX_RECORD_BYTES,
    })
}

fn refused(code: usize) -> IndexError {
    IndexError::Compress(get_error_name(code))
}

/// What a thread decompresses with.
#[derive(Default)]
struct Decoder {
    /// Some 160 kB that zstd would otherwise ask for and clear for every record.
    context: Option<DCtx<'static>>,
    frame: Vec<u8>,
    split: Vec<u8>,
}

thread_local! {
    static DECODER: RefCell<Decoder> = RefCell::default();
}

/// Puts the record of a payload into `record`, whose old content is dropped. The error is the problem
/// with the payload. Costs 4 to 6 us for 5 kB.
pub(super) fn decompress(
    method: Method,
    payload: &[u8],
    dictionary: Option<&Dictionary>,
    record: &mut Vec<u8>,
) -> Result<(), String> {
    record.clear();
    let needed = || dictionary.ok_or("needs a dictionary, and its rows have none");
    DECODER.with_borrow_mut(|Decoder { context, frame, split }| match method {
        Method::AsIs => {
            record.extend_from_slice(payload);
            Ok(())
        }
        Method::Plain => decode(context, payload, None, record),
        Method::Dictionary => decode(context, payload, Some(needed()?), record),
        Method::Split => {
            let dictionary = needed()?;
            let shapes = dictionary.shapes.as_ref().ok_or("needs shapes, and its dictionary has none")?;
            frame.clear();
            frame.extend_from_slice(&FRAME_MAGIC);
            frame.extend_from_slice(payload);
            decode(context, frame, Some(dictionary), split)?;
            Ok(shapes.join(split, record)?)
        }
    })
}

/// Puts the content of a zstd frame into `content`.
fn decode(
    context: &mut Option<DCtx<'static>>,
    frame: &[u8],
    dictionary: Option<&Dictionary>,
    content: &mut Vec<u8>,
) -> Result<(), String> {
    let len = content_len(frame)?;
    content.clear();
    content.reserve(len);
    let context = context.get_or_insert_with(DCtx::create);
    let decoded = match dictionary {
        Some(dictionary) => context.decompress_using_ddict(content, frame, &dictionary.decoder),
        None => context.decompress(content, frame),
    };
    match decoded {
        Ok(decoded) if decoded == len => Ok(()),
        Ok(decoded) => Err(format!("a frame of {decoded} bytes that claims {len}")),
        Err(code) => Err(format!("zstd: {}", get_error_name(code))),
    }
}

/// The length that a frame claims for its content; believed only up to [`MAX_RECORD_BYTES`].
fn content_len(frame: &[u8]) -> Result<usize, String> {
    match get_frame_content_size(frame) {
        Ok(Some(len)) if len > MAX_RECORD_BYTES => Err(format!("a record that claims {len} bytes")),
        Ok(Some(len)) => usize::try_from(len).map_err(|_| format!("a record that claims {len} bytes")),
        Ok(None) => Err("a zstd frame without content size".to_owned()),
        Err(_) => Err("not a zstd frame".to_owned()),
    }
}

#[cfg(test)]
mod tests;
