//! An input as batches of records, whatever it is written in.

use std::io::{self, Cursor, Read, Seek};

use super::Input;
use super::input::Body;
use crate::column::{ColumnError, ParquetRows};
use crate::engine::Error;
use crate::record::{Batch, RecordReader};

/// What a Parquet file begins with.
const PARQUET: &[u8] = b"PAR1";
/// What a database begins with.
const DATABASE: &[u8] = b"PAR1rolo\0hdr";

/// Reads an input.
pub(super) enum Reader {
    Text(RecordReader),
    Parquet { rows: ParquetRows, name: String, len: u64, database: bool },
}

impl Reader {
    pub(super) fn open(input: Input) -> Result<Self, Error> {
        let Input { name, body, len } = input;
        let failed = |error: io::Error| Error::input(&name, error);
        let damaged = |error: ColumnError| Error::input(&name, error);
        let mut magic = Vec::with_capacity(DATABASE.len());
        let mut stream: Box<dyn Read + Send> = match body {
            Body::File(mut file) => {
                read_magic(&mut file, &mut magic).map_err(failed)?;
                if magic.starts_with(PARQUET) && file.metadata().map_err(failed)?.is_file() {
                    file.rewind().map_err(failed)?;
                    let rows = ParquetRows::of_file(file).map_err(damaged)?;
                    let (len, database) = (len.unwrap_or(0), magic == DATABASE);
                    return Ok(Self::Parquet { rows, name, len, database });
                }
                Box::new(file)
            }
            Body::Stream(mut stream) => {
                read_magic(&mut stream, &mut magic).map_err(failed)?;
                stream
            }
        };
        if magic.starts_with(PARQUET) {
            let database = magic == DATABASE;
            stream.read_to_end(&mut magic).map_err(failed)?;
            let len = magic.len() as u64;
            return Ok(Self::Parquet {
                rows: ParquetRows::of_bytes(magic).map_err(damaged)?,
                name,
                len,
                database,
            });
        }
        Ok(Self::Text(RecordReader::new(Cursor::new(magic).chain(stream), name)?))
    }

    /// Whether its records are rows of cells.
    pub(super) fn is_table(&self) -> bool {
        matches!(self, Self::Text(reader) if reader.columns().is_some())
    }

    /// Whether it is the file of another database.
    pub(super) fn is_database(&self) -> bool {
        matches!(self, Self::Parquet { database: true, .. })
    }

    /// The columns, where every record has the same.
    pub(super) fn columns(&self) -> Option<&[String]> {
        match self {
            Self::Text(reader) => reader.columns(),
            Self::Parquet { rows, .. } => Some(rows.columns()),
        }
    }

    /// Bytes of the input read so far.
    pub(super) fn bytes_consumed(&self) -> u64 {
        match self {
            Self::Text(reader) => reader.bytes_consumed(),
            Self::Parquet { rows, len, .. } => (rows.share_read() * *len as f64) as u64,
        }
    }

    pub(super) fn next_batch(&mut self, records: usize, bytes: usize) -> Result<Option<Batch>, Error> {
        match self {
            Self::Text(reader) => Ok(reader.next_batch(records, bytes)?),
            Self::Parquet { rows, name, .. } => {
                rows.next_batch().map_err(|error| Error::input(name.as_str(), error))
            }
        }
    }
}

/// Takes the bytes that tell a database, and any Parquet file, from text.
fn read_magic(reader: &mut impl Read, magic: &mut Vec<u8>) -> io::Result<()> {
    reader.by_ref().take(DATABASE.len() as u64).read_to_end(magic).map(|_| ())
}
