//! A download holds a few members, or a row group, however many there are.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand_pcg::rand_core::{RngCore as _, SeedableRng as _};

use super::*;
use crate::column::ROW_GROUP_ROWS;

/// A schema of one leaf: rows of it cost little.
fn small_schema() -> Schema {
    let text = r#"{"version":1,"paths":[{"path":"name","type":"string","select":true,"doc":"a name"}]}"#;
    Schema::parse(text).unwrap()
}

/// Remembers how many members were taken when the first results came.
struct Watched<'a> {
    taken: &'a AtomicUsize,
    at_first: Option<usize>,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.len() > 1_000 {
            self.at_first.get_or_insert(self.taken.load(Ordering::Relaxed));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn members_are_taken_a_few_at_a_time() {
    // Random digits take half of their size: a member is almost as large as what one thread takes.
    let mut random = rand_pcg::Pcg32::seed_from_u64(1);
    let digits: String = (0..12 << 10).map(|_| format!("{:016x}", random.next_u64())).collect();
    let large = member(&[format!(r#"{{"name":"{digits}"}}"#)]);
    let schema = small_schema();
    let selection = schema.everything();
    for format in [DownloadFormat::Jsonl, DownloadFormat::Gzip, DownloadFormat::Json, DownloadFormat::Csv] {
        let taken = AtomicUsize::new(0);
        let members = (0..50).map(|_| {
            taken.fetch_add(1, Ordering::Relaxed);
            Ok(large.clone())
        });
        let mut out = Watched { taken: &taken, at_first: None };
        assert_eq!(write(members, &SEARCH, &schema, Some(&selection), format, &mut out).unwrap(), 50);
        let at_first = out.at_first.unwrap();
        assert!(at_first > 0 && at_first <= 2 * parts::MOST_PARTS, "{format}: {at_first} of 50");
    }
}

#[test]
fn row_groups_are_of_bounded_size() {
    let lines: Vec<String> = (0..1_000).map(|n| format!(r#"{{"name":"{n}"}}"#)).collect();
    let (thousand, schema) = (member(&lines), small_schema());
    let (mut out, count) = (Vec::new(), ROW_GROUP_ROWS / 1_000 + 1);
    let members = (0..count).map(|_| Ok(thousand.clone()));
    let written = write(members, &SEARCH, &schema, None, DownloadFormat::Parquet, &mut out).unwrap();
    assert_eq!(written, count as u64 * 1_000);
    let (metadata, batches) = read_parquet(out);
    let groups: Vec<i64> = metadata.row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(groups, [ROW_GROUP_ROWS as i64, (count * 1_000 - ROW_GROUP_ROWS) as i64]);
    let names = rows(&batches).into_iter().map(|row| row["name"].as_str().unwrap().to_string());
    assert!(names.eq((0..count).flat_map(|_| (0..1_000).map(|n| n.to_string()))));
}
