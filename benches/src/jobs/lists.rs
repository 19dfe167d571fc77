//! Lists of identifiers, the same in every run.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use rolo::{Database, Key};

use crate::people::{People, Random, unknown};

const SEED: u64 = 1;

/// A file of so many profile URLs in random order: a tenth of them names nobody, a twentieth stands there before. The others
/// name one person each, whose record states its id; of a list that needs most of the people, that is not asked for.
pub(crate) fn identifiers(
    people: &People,
    folder: &Path,
    database: &Database,
    count: usize,
) -> Result<PathBuf> {
    let path = folder.join(format!("jobs-urls-{count}-of-{}-seed-{SEED}.txt", people.count));
    if path.exists() {
        return Ok(path);
    }
    eprintln!("drawing {count} profile URLs");
    let mut random = Random::new(SEED);
    let mut urls = people.urls()?;
    random.shuffle(&mut urls);
    let (strangers, repeated) = (count / 10, count / 20);
    let different = count - strangers - repeated;
    let is_choosy = urls.len() >= 2 * different;
    let mut seen = HashSet::new();
    let mut list: Vec<String> = Vec::with_capacity(count);
    for url in urls {
        if list.len() == different {
            break;
        }
        if seen.insert(url.clone()) && (!is_choosy || names_one(database, &url)?) {
            list.push(url);
        }
    }
    ensure!(list.len() == different, "{} profile URLs are too few", list.len());
    for _ in 0..repeated {
        list.extend(random.choose(list.get(..different).unwrap_or_default()).cloned());
    }
    list.extend(unknown(strangers, &mut random)?.into_iter().map(|wanted| wanted.url));
    random.shuffle(&mut list);
    fs::write(&path, list.join("\n") + "\n")?;
    Ok(path)
}

/// Whether a URL names exactly one person, whose record states its id.
fn names_one(database: &Database, url: &str) -> Result<bool> {
    let found = database.get(&Key::url(url)?)?;
    let mut found = found.into_iter();
    let (Some(person), None) = (found.next(), found.next()) else { return Ok(false) };
    let record: serde_json::Value = serde_json::from_slice(&person.into_source())?;
    Ok(record.get("crustdata_person_id").is_some_and(serde_json::Value::is_i64))
}
