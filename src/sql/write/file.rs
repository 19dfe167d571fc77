//! A file that appears when it is complete.

use std::fs;
use std::io::{BufWriter, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use tempfile::NamedTempFile;

use super::{FileFormat, Medium, WriteError, Writer};
use crate::engine::{Database, Error};
use crate::sql::SqlError;
use crate::storage::StorageError;

/// Writes rows to a file, and returns how many there were. They go to a file beside it that takes its name when all of
/// them are on the disk; after an error, and at an instant when the process ends, what stood there before still does. A
/// device or a pipe gets the rows as they come.
///
/// # Errors
/// The first error of `batches`; a file that cannot be written; a database of rolo under that name.
pub fn to_file(
    path: &Path,
    format: FileFormat,
    schema: SchemaRef,
    batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
) -> Result<u64, SqlError> {
    let failed = |problem: String| SqlError::File { path: path.display().to_string(), problem };
    let refused = |error: std::io::Error| failed(WriteError::from(error).to_string());
    // A link stays a link: what it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    match fs::metadata(&target) {
        Ok(kind) if kind.is_dir() => return Err(failed("it is a folder: name a file in it".to_string())),
        Ok(kind) if !kind.is_file() => {
            let device = fs::OpenOptions::new().write(true).open(&target).map_err(refused)?;
            return write(Box::new(device), Medium::Stream, format, schema, batches, &failed);
        }
        Ok(_) if is_database(&target) => {
            return Err(failed("it is a database of rolo: choose another name for the rows".to_string()));
        }
        Ok(_) if is_ledger(&target) => {
            return Err(failed("it is a ledger of jobs: choose another name for the rows".to_string()));
        }
        _ => {}
    }
    let folder = folder_of(&target);
    let temporary = tempfile::Builder::new().prefix(".rolo-").suffix(".part").tempfile_in(&folder);
    let temporary = temporary.map_err(|error| match error.kind() {
        ErrorKind::NotFound => failed(format!("there is no folder {}", folder.display())),
        _ => refused(error),
    })?;
    let out = Box::new(BufWriter::with_capacity(64 << 10, temporary.as_file()));
    let rows = write(out, Medium::File, format, schema, batches, &failed)?;
    keep(temporary, &target, &folder).map_err(refused)?;
    Ok(rows)
}

fn write(
    out: Box<dyn Write + Send + '_>,
    medium: Medium,
    format: FileFormat,
    schema: SchemaRef,
    batches: &mut dyn Iterator<Item = Result<RecordBatch, SqlError>>,
    failed: &dyn Fn(String) -> SqlError,
) -> Result<u64, SqlError> {
    let named = |error: WriteError| failed(error.to_string());
    let mut writer = Writer::new(format, schema, out, medium).map_err(named)?;
    for batch in batches {
        writer.write(&batch?).map_err(named)?;
    }
    writer.finish().map_err(named)
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_path_buf()
}

/// Gives a complete file its name, so that it has it after a power failure too.
fn keep(temporary: NamedTempFile, target: &Path, folder: &Path) -> std::io::Result<()> {
    temporary.as_file().sync_all()?;
    temporary.persist(target).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}

/// Whether jobs would be lost with the file: a database of SQLite under the name that ledgers have.
fn is_ledger(path: &Path) -> bool {
    const SQLITE: &[u8; 16] = b"SQLite format 3\0";
    let begins = || -> std::io::Result<bool> {
        let mut start = [0; SQLITE.len()];
        fs::File::open(path)?.read_exact(&mut start)?;
        Ok(start == *SQLITE)
    };
    path.extension().is_some_and(|extension| extension == "jobs") && begins().unwrap_or(false)
}

/// Whether people would be lost with the file, whole or damaged.
fn is_database(path: &Path) -> bool {
    match Database::open(path) {
        Ok(_) => true,
        Err(Error::Storage(StorageError::NotRolo { .. } | StorageError::Unfinished { .. })) => false,
        Err(Error::Storage(StorageError::Io { .. })) => false,
        Err(_) => true,
    }
}
