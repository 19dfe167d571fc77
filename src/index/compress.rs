//! Compresses records one by one, and back: zstd level 3, with a dictionary where the file has one.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use zstd::zstd_safe::{
    CCtx, CDict, CParameter, DCtx, DDict, compress_bound, get_error_name, get_frame_content_size,
};

use super::IndexError;

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
}

impl Method {
    /// The number in the file.
    pub fn code(self) -> u8 {
        match self {
            Self::AsIs => 0,
            Self::Dictionary => 1,
            Self::Plain => 2,
        }
    }

    /// The method with this number in the file; `None` if there is none.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::AsIs, Self::Dictionary, Self::Plain].into_iter().find(|method| method.code() == code)
    }
}

/// A dictionary, made ready once for any number of threads.
pub struct Dictionary {
    bytes: Vec<u8>,
    decoder: DDict<'static>,
    /// Made when the first record is compressed: who only reads does not pay for it.
    encoder: OnceLock<Option<CDict<'static>>>,
}

impl Dictionary {
    /// A dictionary from its bytes in the file. An error if zstd refuses them.
    pub fn new(bytes: Vec<u8>) -> Result<Self, IndexError> {
        let decoder = DDict::try_create(&bytes).ok_or(IndexError::BadDictionary { len: bytes.len() })?;
        Ok(Self { bytes, decoder, encoder: OnceLock::new() })
    }

    /// Its bytes, as they stand in the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn encoder(&self) -> Result<&CDict<'static>, IndexError> {
        self.encoder
            .get_or_init(|| CDict::try_create(&self.bytes, LEVEL))
            .as_ref()
            .ok_or(IndexError::BadDictionary { len: self.bytes.len() })
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
        Ok(Self { context, dictionary })
    }

    /// Puts the payload of `record` into `payload`, whose old content is dropped, and returns how it is to
    /// be read. A record that does not get smaller stays as it is. An error if it is longer than
    /// [`MAX_RECORD_BYTES`]. Costs about 15 us for 5 kB.
    pub fn compress(&mut self, record: &[u8], payload: &mut Vec<u8>) -> Result<Method, IndexError> {
        check_record_len(record.len() as u64)?;
        payload.clear();
        payload.reserve(compress_bound(record.len()));
        self.context.compress2(payload, record).map_err(refused)?;
        if payload.len() >= record.len() {
            payload.clear();
            payload.extend_from_slice(record);
            return Ok(Method::AsIs);
        }
        Ok(if self.dictionary.is_some() { Method::Dictionary } else { Method::Plain })
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

thread_local! {
    /// Some 160 kB that zstd would otherwise ask for and clear for every record.
    static DECODER: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// Puts the record of a payload into `record`, whose old content is dropped. The error is the problem
/// with the payload. Costs 3 to 5 us for 5 kB.
pub(super) fn decompress(
    method: Method,
    payload: &[u8],
    dictionary: Option<&Dictionary>,
    record: &mut Vec<u8>,
) -> Result<(), String> {
    record.clear();
    let dictionary = match (method, dictionary) {
        (Method::AsIs, _) => {
            record.extend_from_slice(payload);
            return Ok(());
        }
        (Method::Plain, _) => None,
        (Method::Dictionary, Some(dictionary)) => Some(dictionary),
        (Method::Dictionary, None) => return Err("needs a dictionary, and its rows have none".to_owned()),
    };
    let len = content_len(payload)?;
    record.reserve(len);
    let decoded = DECODER.with_borrow_mut(|slot| {
        let context = slot.get_or_insert_with(DCtx::create);
        match dictionary {
            Some(dictionary) => context.decompress_using_ddict(record, payload, &dictionary.decoder),
            None => context.decompress(record, payload),
        }
    });
    match decoded {
        Ok(decoded) if decoded == len => Ok(()),
        Ok(decoded) => Err(format!("a record of {decoded} bytes that claims {len}")),
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
