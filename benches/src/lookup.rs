//! Bar: lookups by profile URL, one by one and in bulk, against SQLite and LMDB.

use std::path::Path;

use anyhow::{Result, ensure};
use rolo::engine::Lookup;
use rolo::{Database, Key};

use crate::child::load_rolo;
use crate::load::dictionary;
use crate::peers::lmdb::{self, Lmdb, LmdbReader};
use crate::peers::sqlite::{self, Mode, Sqlite, SqliteReader};
use crate::people::{KeyTable, People, Random, Wanted, known, remove, unknown};
use crate::race::{Contender, Race};
use crate::report::{Table, heading, verdict};

/// Keys of a round of single lookups.
const SINGLE_KEYS: usize = 20_000;
/// Keys of a bulk lookup; half of them name nobody.
const BULK_KEYS: usize = 10_000;
/// Keys whose answers are compared before anything is timed.
const CHECKED_KEYS: usize = 2_000;

const SQLITE: &str = "SQLite, write-ahead log";
const IMMUTABLE: &str = "SQLite, immutable";
const TWO_GETS: &str = "LMDB, its two gets";
const LMDB: &str = "LMDB, with decompression";

/// The three databases with the same people, and what is asked of them.
struct Stage {
    rolo: Database,
    sqlite: Sqlite,
    immutable: Sqlite,
    lmdb: Lmdb,
    urls: Vec<String>,
    keys: KeyTable,
}

pub(crate) fn run(people: &People, folder: &Path, rounds: usize) -> Result<()> {
    let stage = Stage::set(people, folder)?;
    let mut random = Random::new(1);
    stage.check(&mut random)?;
    heading(
        "Single lookups",
        &format!(
            "{}. {SINGLE_KEYS} random profile URLs a round, each of one person, {rounds} rounds in turns, warm, one thread. SQLite with a transaction for each statement (others may write meanwhile) and as an immutable file (nobody may); LMDB with one transaction for all. Microseconds a lookup: median \
             (smallest..greatest) of the rounds; so the ratios, round by round. Peers get the canonical key; so does rolo, but for the lines that say *from the URL as written*. \
             Every answer is a record in memory of its own.",
            people.describe()
        ),
    );
    print_records(&stage.race_records(rounds, &mut random)?);
    print_candidates(&stage.race_candidates(rounds, &mut random)?);
    heading(
        "Bulk lookups",
        &format!(
            "{BULK_KEYS} keys a call, half of them unknown, {rounds} rounds in turns. Peers answer in a prepared loop on one thread; rolo's operator uses all threads, or one where it says so. \
             Microseconds a key."
        ),
    );
    print_bulk(&stage.race_bulk(rounds, &mut random)?);
    Ok(())
}

/// The keys of one bulk lookup, in the form that rolo takes them as well.
struct Bulk {
    wanted: Vec<Wanted>,
    keys: Vec<Option<Key>>,
}

impl Stage {
    fn set(people: &People, folder: &Path) -> Result<Self> {
        let path = |name: &str| folder.join(format!("lookup-{}.{name}", people.count));
        let (rolo, sqlite, lmdb) = (path("rolo.parquet"), path("sqlite"), path("lmdb"));
        eprintln!("building the databases");
        remove(&rolo)?;
        load_rolo(&people.path, &rolo)?;
        let keys = KeyTable::of(people)?;
        sqlite::build(&sqlite, people, &keys)?;
        let dictionary = dictionary(people)?;
        lmdb::build(&lmdb, people, &keys, &dictionary)?;
        Ok(Self {
            rolo: Database::open(&rolo)?,
            sqlite: Sqlite::open(&sqlite, Mode::Shared)?,
            immutable: Sqlite::open(&sqlite, Mode::Immutable)?,
            lmdb: Lmdb::open(&lmdb, &dictionary)?,
            urls: people.urls()?,
            keys,
        })
    }

    fn peers(&self) -> Result<(SqliteReader<'_>, SqliteReader<'_>, LmdbReader<'_>)> {
        Ok((self.sqlite.reader()?, self.immutable.reader()?, self.lmdb.reader()?))
    }

    /// Half of them, if `mixed`, name nobody.
    fn wanted(&self, count: usize, mixed: bool, random: &mut Random) -> Result<Vec<Wanted>> {
        let unknown_keys = if mixed { count / 2 } else { 0 };
        let mut wanted = known(&self.urls, &self.keys, count - unknown_keys, random)?;
        wanted.extend(unknown(unknown_keys, random)?);
        if mixed {
            random.shuffle(&mut wanted);
        }
        // Copies lie in memory in the order in which they are used: fetching keys is no part of what is measured.
        Ok(wanted.clone())
    }

    /// All three give the same records.
    fn check(&self, random: &mut Random) -> Result<()> {
        let (mut sqlite, mut lmdb) = (self.sqlite.reader()?, self.lmdb.reader()?);
        let wanted = self.wanted(CHECKED_KEYS, true, random)?;
        let bulk = self.rolo.lookup(&keys_of(&wanted), |person| Ok(person.into_source()))?;
        ensure!(bulk.len() == wanted.len(), "{} answers to {} keys", bulk.len(), wanted.len());
        for (one, bulk) in wanted.iter().zip(bulk) {
            let rolo: Vec<Vec<u8>> =
                self.rolo.get(&one.key)?.into_iter().map(|person| person.into_source()).collect();
            ensure!(rolo == sqlite.get(&one.key)?, "rolo and SQLite differ on {}", one.url);
            ensure!(rolo == lmdb.get(&one.key)?, "rolo and LMDB differ on {}", one.url);
            ensure!(rolo.first() == bulk.as_ref(), "rolo in bulk and one by one differ on {}", one.url);
        }
        Ok(())
    }

    fn race_records(&self, rounds: usize, random: &mut Random) -> Result<Race> {
        let (mut sqlite, mut immutable, mut lmdb) = self.peers()?;
        let contenders = vec![
            Contender::new("rolo", |wanted: &Vec<Wanted>| {
                sum(wanted, |one| Ok(rolo_bytes(&self.rolo, &one.key)?))
            }),
            Contender::new("rolo, from the URL as written", |wanted: &Vec<Wanted>| {
                sum(wanted, |one| Ok(rolo_bytes(&self.rolo, &Key::url(&one.url)?)?))
            }),
            Contender::new(SQLITE, |wanted: &Vec<Wanted>| {
                sum(wanted, |one| Ok(bytes_of(&sqlite.get(&one.key)?)))
            }),
            Contender::new(IMMUTABLE, |wanted: &Vec<Wanted>| {
                sum(wanted, |one| Ok(bytes_of(&immutable.get(&one.key)?)))
            }),
            Contender::new(LMDB, |wanted: &Vec<Wanted>| {
                sum(wanted, |one| Ok(bytes_of(&lmdb.get(&one.key)?)))
            }),
        ];
        let race = Race::run(contenders, rounds, SINGLE_KEYS, || self.wanted(SINGLE_KEYS, false, random))?;
        checked(race)
    }

    fn race_candidates(&self, rounds: usize, random: &mut Random) -> Result<Race> {
        let mut lmdb = self.lmdb.reader()?;
        let lookup = Lookup::new(&self.rolo);
        let contenders = vec![
            Contender::new("rolo, key to candidate row", |wanted: &Vec<Wanted>| {
                sum(wanted, |one| Ok(lookup.candidates(&one.key)?.len() as u64))
            }),
            Contender::new(TWO_GETS, |wanted: &Vec<Wanted>| sum(wanted, |one| lmdb.find(&one.key))),
        ];
        let race = Race::run(contenders, rounds, SINGLE_KEYS, || self.wanted(SINGLE_KEYS, false, random))?;
        ensure!(race.sums.iter().all(|sum| *sum > 0), "a contender found nothing");
        Ok(race)
    }

    fn race_bulk(&self, rounds: usize, random: &mut Random) -> Result<Race> {
        let (mut sqlite, mut immutable, mut lmdb) = self.peers()?;
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
        let rolo = &self.rolo;
        let bulk = |keys: &[Option<Key>]| -> Result<u64> {
            let found = rolo.lookup(keys, |person| Ok(person.into_source()))?;
            Ok(found.iter().flatten().map(|record| record.len() as u64).sum())
        };
        let contenders = vec![
            Contender::new("rolo", |work: &Bulk| bulk(&work.keys)),
            Contender::new("rolo, from the URLs as written", |work: &Bulk| {
                bulk(&work.wanted.iter().map(|one| Key::url(&one.url).ok()).collect::<Vec<_>>())
            }),
            Contender::new("rolo, one thread", |work: &Bulk| one_thread.install(|| bulk(&work.keys))),
            Contender::new(SQLITE, |work: &Bulk| all(&work.wanted, |one| sqlite.get(&one.key))),
            Contender::new(IMMUTABLE, |work: &Bulk| all(&work.wanted, |one| immutable.get(&one.key))),
            Contender::new(LMDB, |work: &Bulk| all(&work.wanted, |one| lmdb.get(&one.key))),
        ];
        let race = Race::run(contenders, rounds, BULK_KEYS, || {
            let wanted = self.wanted(BULK_KEYS, true, random)?;
            Ok(Bulk { keys: keys_of(&wanted), wanted })
        })?;
        checked(race)
    }
}

fn print_records(race: &Race) {
    print_times(race);
    print_aim(race, SQLITE, 2.5);
    print_aim(race, IMMUTABLE, 2.5);
    print_aim(race, LMDB, 1.3);
}

fn print_candidates(race: &Race) {
    print_times(race);
    print_aim(race, TWO_GETS, 5.0);
}

fn print_bulk(race: &Race) {
    print_times(race);
    print_aim(race, SQLITE, 3.0);
    print_aim(race, IMMUTABLE, 3.0);
}

/// A line for each contender; the first is what the others are compared with.
fn print_times(race: &Race) {
    let mut table = Table::new(&["", "us", "times rolo's"]);
    for (at, name) in race.names.iter().enumerate() {
        table.row(&[name.to_string(), race.micros(at).show(2), race.ratio(at, 0).show(2)]);
    }
    table.print();
}

fn print_aim(race: &Race, name: &str, aim: f64) {
    let Some(at) = race.names.iter().position(|known| *known == name) else { return };
    let ratio = race.ratio(at, 0);
    println!(
        "{name}: {} times rolo's time. {}.\n",
        ratio.show(2),
        verdict(ratio.median >= aim, &format!("Aim {aim}"))
    );
}

fn keys_of(wanted: &[Wanted]) -> Vec<Option<Key>> {
    wanted.iter().map(|one| Some(one.key.clone())).collect()
}

fn rolo_bytes(database: &Database, key: &Key) -> Result<u64, rolo::Error> {
    let people = database.get(key)?;
    Ok(people.into_iter().map(|person| person.into_source().len() as u64).sum())
}

fn bytes_of(records: &[Vec<u8>]) -> u64 {
    records.iter().map(|record| record.len() as u64).sum()
}

fn sum(wanted: &[Wanted], mut each: impl FnMut(&Wanted) -> Result<u64>) -> Result<u64> {
    wanted.iter().try_fold(0, |sum, one| Ok(sum + each(one)?))
}

/// Answers all keys before it looks at an answer, as a bulk lookup does.
fn all(wanted: &[Wanted], get: impl FnMut(&Wanted) -> Result<Vec<Vec<u8>>>) -> Result<u64> {
    let found = wanted.iter().map(get).collect::<Result<Vec<_>>>()?;
    Ok(found.iter().map(|records| bytes_of(records)).sum())
}

/// The race, if everybody got the same number of bytes.
fn checked(race: Race) -> Result<Race> {
    ensure!(
        race.sums.windows(2).all(|sums| sums.first() == sums.last()),
        "different answers: {:?}",
        race.sums
    );
    Ok(race)
}
