//! Phone numbers against Google's library, in its Python form.

use std::fs;

use rolo::record::normalise::{country_id, phone_in};
use serde_json::json;

use super::common::folder;
use super::foreign::phone_differences;

#[path = "../../src/record/normalise/phone_examples.rs"]
mod examples;

#[test]
fn numbers_are_read_as_google_reads_them_but_for_the_listed_ones() {
    let (folder, _) = folder();
    let path = folder.path().join("numbers.jsonl");
    let line = |(text, country, _, reason): &examples::Example| {
        let number = phone_in(text, country.and_then(country_id));
        json!({"text": text, "country": country, "rolo": number, "reason": reason}).to_string()
    };
    let lines: Vec<String> = examples::EXAMPLES.iter().map(line).collect();
    fs::write(&path, lines.join("\n")).expect("numbers");
    assert_eq!(phone_differences(&path), "");
}
