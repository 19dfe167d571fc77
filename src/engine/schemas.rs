//! The catalogues of paths that a file's segments were written with.

use std::sync::{Arc, Mutex, PoisonError};

use super::Error;
use crate::schema::Schema;
use crate::storage::{Damage, SectionKind, Snapshot, StorageError};

/// The longest schema text: the built-in one has some 60 KB.
const MAX_SCHEMA_BYTES: usize = 16 << 20;

/// How many schemas the file has; the last is its newest.
pub(crate) fn schemas_in(snapshot: &Snapshot) -> u32 {
    snapshot.manifest().shared_count(SectionKind::SCHEMA)
}

/// The file's newest schema; `None` if it has none, being empty.
pub(crate) fn newest_schema(snapshot: &Snapshot) -> Result<Option<Arc<Schema>>, Error> {
    schemas_in(snapshot).checked_sub(1).map(|newest| schema_of(snapshot, newest)).transpose()
}

/// The schema at `index` of the manifest's list. A file that has the built-in schema costs no parsing, and others are
/// parsed once in a process.
pub(crate) fn schema_of(snapshot: &Snapshot, index: u32) -> Result<Arc<Schema>, Error> {
    static PARSED: Mutex<Vec<(u64, Arc<Schema>)>> = Mutex::new(Vec::new());
    let id = index + 1;
    let damaged =
        |problem: String| StorageError::from(Damage { section: format!("schema {id}"), offset: 0, problem });
    let section = snapshot.manifest().shared(SectionKind::SCHEMA, id);
    let checksum =
        section.ok_or_else(|| damaged("a segment names it, but it is not there".to_string()))?.checksum;
    let mut parsed = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, schema)) = parsed.iter().find(|(known, _)| *known == checksum) {
        return Ok(Arc::clone(schema));
    }
    let text = shared_text(snapshot, SectionKind::SCHEMA, id, MAX_SCHEMA_BYTES)?;
    let schema = Arc::new(Schema::parse(&text).map_err(|error| damaged(error.to_string()))?);
    parsed.push((checksum, Arc::clone(&schema)));
    Ok(schema)
}

/// The text of a shared section that holds one, compressed, of at most `longest` bytes.
pub(crate) fn shared_text(
    snapshot: &Snapshot,
    kind: SectionKind,
    id: u32,
    longest: usize,
) -> Result<String, Error> {
    let damaged = |problem: String| {
        StorageError::from(Damage { section: format!("{} {id}", kind.name()), offset: 0, problem })
    };
    let bytes = snapshot.shared(kind, id)?.unwrap_or_default();
    let text = zstd::bulk::decompress(bytes, longest).map_err(|error| damaged(error.to_string()))?;
    Ok(String::from_utf8(text).map_err(|error| damaged(error.to_string()))?)
}
