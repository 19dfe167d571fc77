//! SQLite: a table of people with the JSON as a blob, and a table of their keys.

use std::path::Path;

use anyhow::Result;
use rolo::record::Key;
use rusqlite::{Connection, OpenFlags, Statement, params};

use crate::people::{KeyTable, People};

const ONE_KEY: &str =
    "select person.record from key join person on person.row = key.row where key.kind = ?1 and key.text = ?2";

/// Writes the database anew, in the order that makes it densest.
pub(crate) fn build(path: &Path, people: &People, keys: &KeyTable) -> Result<()> {
    crate::people::remove(path)?;
    let mut connection = Connection::open(path)?;
    connection.execute_batch(
        "pragma journal_mode = off; pragma synchronous = off;
         create table person (row integer primary key, record blob not null) strict;
         create table key (kind integer not null, text text not null, row integer not null,
                           primary key (kind, text, row)) strict, without rowid;",
    )?;
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare("insert into person values (?1, ?2)")?;
        for (row, record) in people.records()?.enumerate() {
            insert.execute(params![row as i64, record?])?;
        }
        let mut insert = transaction.prepare("insert into key values (?1, ?2, ?3)")?;
        for (kind, text, row) in &keys.rows {
            insert.execute(params![kind, text, row])?;
        }
    }
    transaction.commit()?;
    connection.execute_batch("analyze; pragma journal_mode = wal;")?;
    Ok(())
}

/// How a database is opened.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    /// Others may write meanwhile: SQLite's write-ahead log, a transaction for each statement.
    Shared,
    /// Nobody may write: without locks, which is SQLite at its fastest.
    Immutable,
}

/// An open database, read through a map.
pub(crate) struct Sqlite(Connection);

impl Sqlite {
    pub(crate) fn open(path: &Path, mode: Mode) -> Result<Self> {
        let immutable = match mode {
            Mode::Shared => "",
            Mode::Immutable => "?immutable=1",
        };
        let uri = format!("file:{}{immutable}", path.display());
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(uri, flags)?;
        connection.pragma_update(None, "mmap_size", i64::from(i32::MAX))?;
        Ok(Self(connection))
    }

    /// The prepared lookup.
    pub(crate) fn reader(&self) -> Result<SqliteReader<'_>> {
        Ok(SqliteReader(self.0.prepare(ONE_KEY)?))
    }
}

/// One prepared statement, used for every key.
pub(crate) struct SqliteReader<'a>(Statement<'a>);

impl SqliteReader<'_> {
    /// The records of a key, each in memory of its own.
    pub(crate) fn get(&mut self, key: &Key) -> Result<Vec<Vec<u8>>> {
        let mut rows = self.0.query(params![key.kind().number(), key.text()])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(row.get_ref(0)?.as_blob()?.to_vec());
        }
        Ok(records)
    }
}
