//! The records inside what was read: an answer of an API holds them some levels down.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Batch, Item};
use crate::record::reject::MAX_DEPTH;

impl Batch {
    /// The records at `paths` instead of what they lie in; the first path that leads to any counts. What lies beside them and is no
    /// record is handed on, too; what holds none is left as it is.
    pub fn unwrapped(self, paths: &[Vec<String>]) -> Batch {
        let mut items = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let record = self.record(item);
            let inner = if item.rejected.is_none() { inside(record, paths) } else { Vec::new() };
            if inner.is_empty() {
                items.push(item.clone());
            }
            let (mut counted, mut line) = (0, item.line);
            for (start, end) in inner {
                let between = record.get(counted..start).unwrap_or_default();
                line += memchr::memchr_iter(b'\n', between).count() as u64;
                counted = start;
                let range = item.range.start + start..item.range.start + end;
                items.push(Item { range, line, rejected: None });
            }
        }
        Batch { bytes: self.bytes, items }
    }
}

/// Where what lies at the first path that leads to any record begins and ends.
fn inside(record: &[u8], paths: &[Vec<String>]) -> Vec<(usize, usize)> {
    let Ok(text) = std::str::from_utf8(record) else { return Vec::new() };
    for path in paths {
        let mut found = Vec::new();
        // What cannot be read is left to be rejected with its reason.
        if descend(text, path, 0, &mut found).is_some() && found.iter().any(|inner| inner.starts_with('{')) {
            let base = text.as_ptr() as usize;
            let place = |inner: &str| {
                let start = inner.as_ptr() as usize - base;
                (start, start + inner.len())
            };
            return found.into_iter().map(place).collect();
        }
    }
    Vec::new()
}

/// Gathers what lies at a path, in every item of the lists on the way; `None` for what is no JSON, or nested too deeply.
fn descend<'r>(text: &'r str, path: &[String], depth: usize, found: &mut Vec<&'r str>) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    if text.starts_with('[') {
        let items: Vec<&'r RawValue> = serde_json::from_str(text).ok()?;
        return items.into_iter().try_for_each(|item| descend(item.get(), path, depth + 1, found));
    }
    let Some((first, rest)) = path.split_first() else {
        if text != "null" {
            found.push(text);
        }
        return Some(());
    };
    if !text.starts_with('{') {
        return Some(());
    }
    let members: BTreeMap<String, &'r RawValue> = serde_json::from_str(text).ok()?;
    members.get(first).map_or(Some(()), |member| descend(member.get(), rest, depth + 1, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwrapped(text: &str, paths: &[&str]) -> Vec<(String, u64)> {
        let item = Item { range: 0..text.len(), line: 3, rejected: None };
        let batch = Batch { bytes: text.as_bytes().to_vec(), items: vec![item] };
        let paths: Vec<Vec<String>> =
            paths.iter().map(|path| path.split('.').map(str::to_owned).collect()).collect();
        let batch = batch.unwrapped(&paths);
        batch
            .items
            .iter()
            .map(|item| (String::from_utf8_lossy(batch.record(item)).into_owned(), item.line))
            .collect()
    }

    #[test]
    fn records_come_out_byte_for_byte_with_their_lines() {
        let text = "{\"total\": 2,\n\"profiles\": [ {\"a\": 1},\n {\"b\" : [2]} ]}";
        assert_eq!(
            unwrapped(text, &["profiles"]),
            [("{\"a\": 1}".to_owned(), 4), ("{\"b\" : [2]}".to_owned(), 5)]
        );
        let text = r#"{"matched_on": "x", "matches": [{"person_data": {"a":1}}, {"other": 2}, {"person_data": {"a":2}}]}"#;
        let found = unwrapped(text, &["profiles", "matches.person_data"]);
        assert_eq!(
            found.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(),
            [r#"{"a":1}"#, r#"{"a":2}"#]
        );
    }

    #[test]
    fn what_holds_no_record_stays() {
        let deep = "[".repeat(100_000);
        for text in [deep.as_str(), r#"{"matches": []}"#, r#"{"data": 5}"#, "[1", "{\"data\": {", "5"] {
            assert_eq!(unwrapped(text, &["matches.person_data", "data"]), [(text.to_owned(), 3)]);
        }
    }
}
