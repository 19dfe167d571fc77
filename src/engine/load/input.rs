//! What is loaded: named streams of records.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use crate::engine::Error;

/// Records: a file, standard input, or bytes. Parquet, CSV, JSON lines, one JSON array, or an object with the array under `data`; text
/// may be compressed with gzip or zstd. The form is found out by reading.
pub struct Input {
    pub(super) name: String,
    pub(super) body: Body,
    pub(super) len: Option<u64>,
}

/// Where the bytes come from.
pub(super) enum Body {
    File(File),
    Stream(Box<dyn Read + Send>),
}

impl Input {
    /// The file at `path`.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let failed = |error: io::Error| Error::input(&name, error);
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(Error::input(name, "is a folder; name the files in it"));
        }
        let len = metadata.is_file().then_some(metadata.len());
        Ok(Self { name, body: Body::File(file), len })
    }

    /// Standard input.
    pub fn stdin() -> Self {
        Self { name: "standard input".to_string(), body: Body::Stream(Box::new(io::stdin())), len: None }
    }

    /// Bytes that the caller has.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let len = Some(bytes.len() as u64);
        Self { name: name.into(), body: Body::Stream(Box::new(Cursor::new(bytes))), len }
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }
}
