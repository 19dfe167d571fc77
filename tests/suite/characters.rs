//! What lower case is and what words are made of must be the same here and in SQL: every character, compared with DuckDB.

use std::fmt::Write;
use std::fs;

use rolo::record::text::{fold, tokens};

use super::foreign::compare_characters;

#[test]
fn duckdb_has_the_same_lower_case_and_the_same_letters_and_numbers() {
    let mut table = String::new();
    // DuckDB's texts hold no NUL.
    for c in '\u{1}'..=char::MAX {
        let text = c.to_string();
        let folded: Vec<char> = fold(&text).chars().collect();
        assert_eq!(folded.len(), 1, "{c:?}");
        let word = tokens(&text).count();
        writeln!(table, "{},{},{word}", u32::from(c), u32::from(folded[0])).expect("a line");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("characters.csv");
    fs::write(&path, table).expect("a table");
    compare_characters(&path);
}
