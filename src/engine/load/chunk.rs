//! Some hundred accepted people, shredded, compressed, and their keys hashed: the work that runs in parallel.

use std::sync::Arc;

use super::run::Chunk;
use crate::column::{ShredReport, Shredder};
use crate::engine::Error;
use crate::engine::person::with_person_id;
use crate::index::{Compressor, Dictionary, HashKey};
use crate::record::{Key, Value};
use crate::schema::Schema;

/// People of a chunk: enough that building the columns' arrays costs little a person, few enough to share out.
pub(super) const CHUNK_ROWS: usize = 512;

/// A record that has its person id.
pub(super) struct Accepted<'a> {
    pub(super) id: u64,
    pub(super) source: &'a [u8],
    pub(super) value: Value<'a>,
    pub(super) keys: Vec<Key>,
}

impl<'a> Accepted<'a> {
    /// The person with this id, which is one of the keys.
    pub(super) fn new(
        schema: &Schema,
        id: u64,
        source: &'a [u8],
        value: Value<'a>,
        mut keys: Vec<Key>,
    ) -> Self {
        let own = Key::person_id(id);
        if !keys.contains(&own) {
            keys.push(own);
        }
        Self { id, source, value: with_person_id(schema, value, id), keys }
    }
}

/// What every chunk of a load needs.
pub(super) struct ChunkMaker {
    pub(super) schema: Arc<Schema>,
    pub(super) hash_key: HashKey,
    pub(super) dictionary: Option<Arc<Dictionary>>,
}

impl ChunkMaker {
    pub(super) fn make(&self, people: &[Accepted<'_>]) -> Result<(Chunk, ShredReport), Error> {
        let mut shredder = Shredder::new(&self.schema);
        let mut compressor = Compressor::new(self.dictionary.clone())?;
        let (mut payloads, mut records, mut payload) = (Vec::new(), Vec::new(), Vec::new());
        let mut keys = Vec::new();
        for (row, person) in people.iter().enumerate() {
            shredder.push(&person.value);
            let method = compressor.compress(person.source, &mut payload)?;
            payloads.extend_from_slice(&payload);
            records.push((method, payloads.len()));
            let hash = |key: &Key| self.hash_key.hash(key.kind().number(), key.text().as_bytes());
            keys.extend(person.keys.iter().map(|key| (hash(key), row as u32)));
        }
        let (batch, report) = shredder.finish()?;
        let ids = people.iter().map(|person| person.id).collect();
        Ok((Chunk { batch: Some(batch), ids, payloads, records, keys }, report))
    }
}
