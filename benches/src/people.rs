//! The people that are measured: JSON lines, made once and kept, and the keys that name them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rolo::demo::{DATA_MODEL_VERSION, DEFAULT_SEED};
use rolo::record::{Key, KeyKind, KeyPlan, parse_person};
use rolo::schema::Schema;

/// Where in a record the profile URL is.
const PROFILE_URL: [&str; 3] = ["social_handles", "professional_network_identifier", "profile_url"];

/// A file of invented people, one a line.
pub(crate) struct People {
    pub(crate) count: u64,
    pub(crate) path: PathBuf,
    /// Of JSON, without the ends of lines.
    pub(crate) json_bytes: u64,
}

impl People {
    /// The first `count` people of the seed, out of `folder` if an earlier run left them there.
    pub(crate) fn first(count: u64, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let path =
            folder.join(format!("people-{count}-model-{DATA_MODEL_VERSION}-seed-{DEFAULT_SEED}.jsonl"));
        if !path.exists() {
            eprintln!("inventing {count} people");
            let draft = path.with_extension("draft");
            rolo::demo::People::new(DEFAULT_SEED).write(0..count, File::create(&draft)?)?;
            fs::rename(draft, &path)?;
        }
        let json_bytes = fs::metadata(&path)?.len() - count;
        Ok(Self { count, path, json_bytes })
    }

    /// Their records, in the order of the file.
    pub(crate) fn records(&self) -> Result<impl Iterator<Item = Result<Vec<u8>>>> {
        let lines = BufReader::with_capacity(1 << 20, File::open(&self.path)?).split(b'\n');
        Ok(lines.map(|line| Ok(line?)))
    }

    /// Their profile URLs as written in the records, in that order; who has none is left out.
    pub(crate) fn urls(&self) -> Result<Vec<String>> {
        let mut urls = Vec::new();
        for record in self.records()? {
            urls.extend(url_of(&record?)?);
        }
        ensure!(!urls.is_empty(), "no profile URL in {}", self.path.display());
        Ok(urls)
    }

    /// What tables say about them.
    pub(crate) fn describe(&self) -> String {
        format!(
            "{} people, data model version {DATA_MODEL_VERSION}, seed {DEFAULT_SEED}, {:.0} bytes of JSON each",
            self.count,
            self.json_bytes as f64 / self.count as f64
        )
    }
}

fn url_of(record: &[u8]) -> Result<Option<String>> {
    let parsed = parse_person(record)?;
    let mut value = &parsed.value;
    for name in PROFILE_URL {
        let Some(member) = value.get(name) else { return Ok(None) };
        value = member;
    }
    Ok(value.as_str().map(str::to_string))
}

/// The keys of all people, those that rolo indexes: kind, canonical text, row; sorted.
pub(crate) struct KeyTable {
    pub(crate) rows: Vec<(u16, String, u32)>,
}

impl KeyTable {
    pub(crate) fn of(people: &People) -> Result<Self> {
        let plan = KeyPlan::new(&Schema::person());
        let (mut rows, mut keys) = (Vec::new(), Vec::new());
        for (row, record) in people.records()?.enumerate() {
            let record = record?;
            plan.keys_of(&parse_person(&record)?.value, &mut keys);
            // Where the record states no person id, rolo computes one, and it is a key as well.
            if !keys.iter().any(|key: &Key| key.kind() == KeyKind::PersonId) {
                keys.push(Key::person_id(rolo::record::identify("person", None, &keys)?.id));
            }
            let row = u32::try_from(row)?;
            rows.extend(keys.drain(..).map(|key| (key.kind().number(), key.text().to_string(), row)));
        }
        rows.sort_unstable();
        rows.dedup();
        Ok(Self { rows })
    }

    /// How many people a key names.
    fn people_of(&self, key: &Key) -> usize {
        let (kind, text) = (key.kind().number(), key.text());
        let start = self.rows.partition_point(|row| (row.0, row.1.as_str()) < (kind, text));
        let rest = self.rows.get(start..).unwrap_or_default();
        rest.iter().take_while(|row| (row.0, row.1.as_str()) == (kind, text)).count()
    }
}

/// A profile URL that is looked up, and the key it stands for.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) url: String,
    pub(crate) key: Key,
}

impl Wanted {
    fn of(url: String) -> Result<Self> {
        Ok(Self { key: Key::url(&url)?, url })
    }
}

/// `count` different URLs that name exactly one person each, at random out of at least twice as many.
pub(crate) fn known(
    urls: &[String],
    keys: &KeyTable,
    count: usize,
    random: &mut Random,
) -> Result<Vec<Wanted>> {
    ensure!(urls.len() >= 2 * count, "{} profile URLs are too few to draw {count} of them", urls.len());
    let mut wanted = Vec::with_capacity(count);
    let mut seen = HashSet::new();
    let mut tries = 0_usize;
    while wanted.len() < count {
        tries += 1;
        ensure!(tries < 100 * count, "too few profile URLs that name one person");
        let Some(url) = random.choose(urls).filter(|url| seen.insert(*url)) else { continue };
        let one = Wanted::of(url.clone())?;
        if keys.people_of(&one.key) == 1 {
            wanted.push(one);
        }
    }
    Ok(wanted)
}

/// `count` URLs that name nobody.
pub(crate) fn unknown(count: usize, random: &mut Random) -> Result<Vec<Wanted>> {
    let url = |number: u64| format!("https://www.linkedin.com/in/nobody-{number:016x}");
    (0..count).map(|_| Wanted::of(url(random.next()))).collect()
}

/// Random numbers, the same in every run (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(crate) fn choose<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let len = from.len() as u64;
        from.get(self.next().checked_rem(len)? as usize)
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, (self.next() % (at as u64 + 1)) as usize);
        }
    }
}

/// Cargo's target folder, by where this program is: `<target>/release/rolo-bench`.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.parent().and_then(Path::parent);
    Ok(folder.context("this program is in no target folder")?.to_path_buf())
}

/// Removes a file, if it is there, and what databases keep beside it.
pub(crate) fn remove(path: &Path) -> Result<()> {
    for suffix in ["", "-lock", "-wal", "-shm", ".wal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
