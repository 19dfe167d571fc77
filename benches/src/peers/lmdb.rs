//! LMDB: a table of keys, and one of records compressed by zstd with a dictionary.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result};
use heed::byteorder::NativeEndian;
use heed::types::{Bytes, U32};
use heed::{
    CompactionOption, Database, Env, EnvFlags, EnvOpenOptions, IntegerComparator, PutFlags, RoTxn, WithTls,
};
use rolo::record::Key;
use zstd::zstd_safe::{DCtx, DDict, get_frame_content_size};

use crate::people::{KeyTable, People, remove};

/// Address space, not memory.
const MAP_BYTES: usize = 64 << 30;
/// As in rolo.
const LEVEL: i32 = 3;
/// People between two commits: LMDB keeps the pages of a transaction in memory.
const COMMIT_PEOPLE: usize = 50_000;

type Keys = Database<Bytes, Bytes>;
type Records = Database<U32<NativeEndian>, Bytes, IntegerComparator>;

/// Writes the database anew: both tables in key order, which fills pages, then copied without free pages.
/// The smallest file that LMDB makes of this. Keys are kind and text, values rows; records are zstd frames.
pub(crate) fn build(path: &Path, people: &People, keys: &KeyTable, dictionary: &[u8]) -> Result<()> {
    let draft = path.with_extension("draft");
    remove(&draft)?;
    remove(path)?;
    let env = open(&draft, EnvFlags::NO_SUB_DIR | EnvFlags::NO_SYNC)?;
    let mut txn = env.write_txn()?;
    let records: Records = env
        .database_options()
        .types::<U32<NativeEndian>, Bytes>()
        .name("records")
        .key_comparator::<IntegerComparator>()
        .create(&mut txn)?;
    let table: Keys = env.create_database(&mut txn, Some("keys"))?;
    let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, dictionary)?;
    compressor.include_dictid(false)?;
    let mut key = Vec::new();
    for (row, record) in people.records()?.enumerate() {
        let frame = compressor.compress(&record?)?;
        records.put_with_flags(&mut txn, PutFlags::APPEND, &u32::try_from(row)?, &frame)?;
        if row % COMMIT_PEOPLE == COMMIT_PEOPLE - 1 {
            txn.commit()?;
            txn = env.write_txn()?;
        }
    }
    for same in keys.rows.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)) {
        let Some((kind, text, _)) = same.first() else { continue };
        let rows: Vec<u8> = same.iter().flat_map(|(_, _, row)| row.to_le_bytes()).collect();
        write_key(*kind, text, &mut key);
        table.put_with_flags(&mut txn, PutFlags::APPEND, &key, &rows)?;
    }
    txn.commit()?;
    env.copy_to_file(&mut File::create(path)?, CompactionOption::Enabled)?;
    drop(env);
    remove(&draft)
}

/// An open database.
pub(crate) struct Lmdb {
    env: Env,
    dictionary: DDict<'static>,
}

impl Lmdb {
    pub(crate) fn open(path: &Path, dictionary: &[u8]) -> Result<Self> {
        let env = open(path, EnvFlags::NO_SUB_DIR | EnvFlags::READ_ONLY)?;
        let dictionary = DDict::try_create(dictionary).context("zstd refuses the dictionary")?;
        Ok(Self { env, dictionary })
    }

    /// A reader with one transaction for all that it reads.
    pub(crate) fn reader(&self) -> Result<LmdbReader<'_>> {
        let txn = self.env.read_txn()?;
        let records = self
            .env
            .database_options()
            .types::<U32<NativeEndian>, Bytes>()
            .name("records")
            .key_comparator::<IntegerComparator>()
            .open(&txn)?;
        let keys = self.env.open_database(&txn, Some("keys"))?;
        let (records, keys) = (records.context("no table of records")?, keys.context("no table of keys")?);
        let (dictionary, decoder) = (&self.dictionary, DCtx::create());
        Ok(LmdbReader { txn, keys, records, dictionary, decoder, key: Vec::new() })
    }
}

pub(crate) struct LmdbReader<'e> {
    txn: RoTxn<'e, WithTls>,
    keys: Keys,
    records: Records,
    dictionary: &'e DDict<'static>,
    decoder: DCtx<'static>,
    /// The key that is looked up, so that it costs no allocation.
    key: Vec<u8>,
}

impl LmdbReader<'_> {
    /// The records of a key, each in memory of its own.
    pub(crate) fn get(&mut self, key: &Key) -> Result<Vec<Vec<u8>>> {
        write_key(key.kind().number(), key.text(), &mut self.key);
        let Some(rows) = self.keys.get(&self.txn, &self.key)? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::with_capacity(rows.len() / 4);
        for row in rows_of(rows) {
            let frame = self.records.get(&self.txn, &row)?.context("a key without its record")?;
            let len = get_frame_content_size(frame).ok().flatten().context("a frame without its length")?;
            let mut record = Vec::with_capacity(usize::try_from(len)?);
            self.decoder
                .decompress_using_ddict(&mut record, frame, self.dictionary)
                .map_err(|code| anyhow::anyhow!(zstd::zstd_safe::get_error_name(code)))?;
            found.push(record);
        }
        Ok(found)
    }

    /// The two gets of a key alone: the bytes of its compressed records, none of them read.
    pub(crate) fn find(&mut self, key: &Key) -> Result<u64> {
        write_key(key.kind().number(), key.text(), &mut self.key);
        let Some(rows) = self.keys.get(&self.txn, &self.key)? else {
            return Ok(0);
        };
        rows_of(rows).try_fold(0, |sum, row| {
            let frame = self.records.get(&self.txn, &row)?.context("a key without its record")?;
            Ok(sum + frame.len() as u64)
        })
    }
}

fn open(path: &Path, flags: EnvFlags) -> Result<Env> {
    let mut options = EnvOpenOptions::new();
    options.map_size(MAP_BYTES).max_dbs(2);
    // SAFETY: only this process uses the file, and opens it once at a time; `NO_SYNC` risks nothing that matters here.
    unsafe { Ok(options.flags(flags).open(path)?) }
}

/// Kind and text, in the order of [`KeyTable`].
fn write_key(kind: u16, text: &str, key: &mut Vec<u8>) {
    key.clear();
    key.extend_from_slice(&kind.to_be_bytes());
    key.extend_from_slice(text.as_bytes());
}

fn rows_of(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|row| u32::from_le_bytes(*row))
}
