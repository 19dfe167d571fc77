//! Tells from an input's first bytes how its records are laid out.

use super::delimited::Dialect;
use crate::record::scan::{Members, Walk, is_space};

/// How records lie in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One record a line.
    Lines,
    /// The items of a list.
    Array,
    /// The items of the list `data` in an object.
    Wrapped,
    /// Objects one after the other, over as many lines as they like.
    Values,
    /// Rows of cells below a header.
    Table(Dialect),
}

/// How far into an input its layout must show: the keys before `data` in an object around a list end before
/// it.
pub(super) const SNIFF_BYTES: usize = 1 << 20;

/// How much of a table is looked at.
const TABLE_BYTES: usize = 64 << 10;

/// The layout, or `None` if `head` is not enough to tell. `whole`: nothing follows `head`. `name`: of the input.
pub(super) fn layout(head: &[u8], whole: bool, name: &str) -> Option<Layout> {
    let last_look = whole || head.len() >= SNIFF_BYTES;
    let Some(first) = head.iter().position(|byte| !is_space(*byte)) else {
        return last_look.then_some(Layout::Lines);
    };
    let text = head.get(first..).unwrap_or_default();
    match text.first() {
        Some(b'[') => return Some(Layout::Array),
        Some(b'{') => {}
        _ if !whole && head.len() < TABLE_BYTES => return None,
        _ => return Some(table(head, name).map_or(Layout::Lines, Layout::Table)),
    }
    let mut members = Members::new(text);
    while let Some((key, value)) = members.peek_member() {
        if key == b"data" && value == b'[' {
            return Some(Layout::Wrapped);
        }
        members.finish_member();
    }
    match members.state() {
        Walk::Closed => after_object(text, members.position(), last_look),
        Walk::CutOff if !last_look => None,
        Walk::CutOff | Walk::Inside | Walk::Malformed => open_at_line_end(text, last_look),
    }
}

/// How a table is written: a file that is called one, or a text that falls into several columns and holds no lines of JSON.
fn table(head: &[u8], name: &str) -> Option<Dialect> {
    let name = name.to_ascii_lowercase();
    let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let tabs = [".tsv", ".tab"].iter().any(|end| name.ends_with(end));
    let sample = head.get(..head.len().min(TABLE_BYTES)).unwrap_or_default();
    let dialect = Dialect::detect(sample, tabs.then_some(b'\t'));
    let json = |line: &[u8]| matches!(line.iter().find(|byte| !is_space(**byte)), Some(b'{' | b'['));
    let called = tabs || name.ends_with(".csv");
    let several = || dialect.columns(sample) > 1 && !sample.split(|byte| *byte == b'\n').any(json);
    (called || several()).then_some(dialect)
}

/// The first object ends at `end`: what its line holds besides tells lines from other layouts.
fn after_object(text: &[u8], end: usize, last_look: bool) -> Option<Layout> {
    let spread = text.get(..end).unwrap_or_default().contains(&b'\n');
    let follows = text.get(end..).unwrap_or_default();
    match follows.iter().find(|byte| !is_space(**byte) || **byte == b'\n') {
        _ if spread => Some(Layout::Values),
        Some(b'{') => Some(Layout::Values),
        None if !last_look => None,
        _ => Some(Layout::Lines),
    }
}

/// The first object is broken, or longer than what may be looked at. A list of lines whose first is cut off
/// shows by the second
/// line, which begins an object.
fn open_at_line_end(text: &[u8], last_look: bool) -> Option<Layout> {
    let Some(line_end) = memchr::memchr(b'\n', text) else {
        return last_look.then_some(Layout::Lines);
    };
    match text.get(line_end + 1) {
        None if !last_look => None,
        None | Some(b'{') => Some(Layout::Lines),
        Some(_) if broken_line(text.get(..line_end).unwrap_or_default()) => Some(Layout::Lines),
        Some(_) => Some(Layout::Values),
    }
}

/// Whether a line cannot be the beginning of an object that goes on in the next line.
fn broken_line(line: &[u8]) -> bool {
    let mut scan = crate::record::scan::ValueScan::default();
    scan.feed(line) != crate::record::scan::Scanned::More || scan.in_string()
}

/// What a file is that is no JSON, by its first bytes; `None` if it may be JSON.
pub(super) fn foreign(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'P', b'A', b'R', b'1', ..] => Some("a Parquet file"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
        [b'B', b'Z', b'h', ..] => Some("a bzip2 file"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("an xz file"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16 text"),
        [b'{', 0, ..] | [0, b'{', ..] | [b'[', 0, ..] | [0, b'[', ..] => Some("UTF-16 text"),
        _ if head.starts_with(b"SQLite format 3\0") => Some("a SQLite database"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_shows_in_the_first_bytes() {
        use Layout::{Array, Lines, Values, Wrapped};
        for (text, expected) in [
            ("", Lines),
            ("\n\n", Lines),
            ("{\"a\":1}", Lines),
            ("{\"a\":1}\n{\"a\":2}\n", Lines),
            ("\n {\"a\":1} \r\n\n{\"a\":2}\n", Lines),
            ("{\"a\":1} junk\n{\"a\":2}\n", Lines),
            ("{\"a\":1,\"b\":\n{\"a\":2}\n", Lines),
            ("{\"a\":1,\"b\n{\"a\":2}\n", Lines),
            ("{\"a\":\"1\n   {\"a\":2}\n", Lines),
            ("{]\n \n", Lines),
            ("nonsense\n{\"a\":2}\n", Lines),
            ("{\"a\":[{\"data\":[]}]}", Lines),
            ("{\"data\":{}}", Lines),
            (" [\n{\"a\":1}]", Array),
            ("{\"data\":[{\"a\":1}]}", Wrapped),
            ("{\n \"status\": 200, \"meta\": {\"data\": [1]}, \"data\" :\n [", Wrapped),
            ("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n", Values),
            ("{\n}", Values),
            ("{\"a\":1}{\"a\":2}", Values),
            ("{\"a\":1} {\"a\":2}\n", Values),
            ("{\r\n  \"a\": 1", Values),
        ] {
            assert_eq!(layout(text.as_bytes(), true, "x"), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn it_waits_for_enough_to_tell() {
        for text in ["", " ", "{", "{\"a\":1", "{\"a\":1}", "{\"a\":1,\n", "{\"da"] {
            assert_eq!(layout(text.as_bytes(), false, "x"), None, "{text:?}");
        }
    }
}
