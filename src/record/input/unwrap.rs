//! The records inside what was read: an answer of an API holds them some levels down.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Batch, Item};

impl Batch {
    /// The records at `paths` instead of what they lie in; the first path that leads to any counts. What holds none is left as it is.
    pub fn unwrapped(self, paths: &[Vec<String>]) -> Batch {
        let mut items = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let inner = if item.rejected.is_none() { inside(self.record(item), paths) } else { Vec::new() };
            if inner.is_empty() {
                items.push(item.clone());
            }
            items.extend(inner.into_iter().map(|(start, end)| {
                let before = self.record(item).get(..start).unwrap_or_default();
                Item {
                    range: item.range.start + start..item.range.start + end,
                    line: item.line + memchr::memchr_iter(b'\n', before).count() as u64,
                    rejected: None,
                }
            }));
        }
        Batch { bytes: self.bytes, items }
    }
}

/// Where the records at the first path that leads to any begin and end.
fn inside(record: &[u8], paths: &[Vec<String>]) -> Vec<(usize, usize)> {
    let Ok(text) = std::str::from_utf8(record) else { return Vec::new() };
    for path in paths {
        let mut found = Vec::new();
        // What cannot be read is left to be rejected with its reason.
        if descend(text, path, &mut found).is_ok() && !found.is_empty() {
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

fn descend<'r>(text: &'r str, path: &[String], found: &mut Vec<&'r str>) -> serde_json::Result<()> {
    if text.starts_with('[') {
        let items: Vec<&'r RawValue> = serde_json::from_str(text)?;
        return items.into_iter().try_for_each(|item| descend(item.get(), path, found));
    }
    if !text.starts_with('{') {
        return Ok(());
    }
    let Some((first, rest)) = path.split_first() else {
        found.push(text);
        return Ok(());
    };
    let members: BTreeMap<String, &'r RawValue> = serde_json::from_str(text)?;
    members.get(first).map_or(Ok(()), |member| descend(member.get(), rest, found))
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
        for text in [r#"{"matches": []}"#, r#"{"data": 5}"#, "[1", "{\"data\": {", "5"] {
            assert_eq!(unwrapped(text, &["matches.person_data", "data"]), [(text.to_owned(), 3)]);
        }
    }
}
