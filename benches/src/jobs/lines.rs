//! What the contenders wrote, read back and compared.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};

/// Of a hundred lines.
const MOST_LONGER: usize = 3;

/// How alike lines have to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alike {
    /// The same JSON values.
    Values,
    /// The same but for what columns do not tell apart: a member that is null, empty or not there; 5 and 5.0; how a time is
    /// written. In a few lines the others' may have members more: rolo's fields leave out what they cannot hold, such as
    /// "last week" for a date, and what its catalogue does not know.
    Columns,
    /// As many.
    Number,
}

/// The lines of a gzip file.
pub(crate) fn read(path: &Path) -> Result<Vec<Value>> {
    let lines = BufReader::with_capacity(1 << 20, MultiGzDecoder::new(BufReader::new(File::open(path)?)));
    lines.lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

/// Fails where `theirs` are not like `ours`.
pub(crate) fn compare(ours: &[Value], theirs: &[Value], alike: Alike) -> Result<()> {
    ensure!(ours.len() == theirs.len(), "{} lines instead of {}", theirs.len(), ours.len());
    let mut longer = 0;
    for (at, (own, their)) in ours.iter().zip(theirs).enumerate() {
        let same = match alike {
            Alike::Values => own == their,
            Alike::Columns => {
                let (own, their) = (plain(own), plain(their));
                longer += usize::from(own != their);
                covers(their.as_ref(), own.as_ref())
            }
            Alike::Number => true,
        };
        ensure!(same, "line {} is\n{their}\ninstead of\n{own}", at + 1);
    }
    ensure!(longer * 100 <= ours.len() * MOST_LONGER, "{longer} lines have more than rolo's");
    Ok(())
}

/// Whether all of `part` is in `whole`.
fn covers(whole: Option<&Value>, part: Option<&Value>) -> bool {
    match (whole, part) {
        (_, None) => true,
        (Some(Value::Object(whole)), Some(Value::Object(part))) => {
            part.iter().all(|(name, part)| covers(whole.get(name), Some(part)))
        }
        (Some(Value::Array(whole)), Some(Value::Array(part))) => {
            whole.len() == part.len()
                && whole.iter().zip(part).all(|(whole, part)| covers(Some(whole), Some(part)))
        }
        (whole, part) => whole == part,
    }
}

/// A value without what columns do not tell apart; `None` if nothing is left.
fn plain(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some(value.clone()),
        Value::Number(number) => number.as_f64().map(Value::from),
        Value::String(text) => Some(Value::String(plain_time(text))),
        Value::Array(elements) => {
            let elements: Vec<Value> =
                elements.iter().map(|element| plain(element).unwrap_or_default()).collect();
            (!elements.is_empty()).then_some(Value::Array(elements))
        }
        Value::Object(members) => {
            let left: Map<String, Value> =
                members.iter().filter_map(|(name, value)| Some((name.clone(), plain(value)?))).collect();
            (!left.is_empty()).then_some(Value::Object(left))
        }
    }
}

/// `2026-05-04 04:00:00` out of `2026-05-04T04:00:00+00:00`; every other text as it is.
fn plain_time(text: &str) -> String {
    let is_time = |text: &str| {
        let shape = text.bytes().take(19).map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
        shape.eq(b"0000-00-00T00:00:00".iter().copied())
    };
    if !is_time(text) {
        return text.to_string();
    }
    let text = text.strip_suffix("+00:00").or(text.strip_suffix('Z')).unwrap_or(text);
    text.replacen('T', " ", 1)
}

/// Bytes of the lines of a gzip file, newlines included.
pub(crate) fn bytes(path: &Path) -> Result<u64> {
    let mut lines = MultiGzDecoder::new(BufReader::new(File::open(path)?));
    std::io::copy(&mut lines, &mut std::io::sink()).context("a gzip file")
}
