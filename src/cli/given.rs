//! JSON that a user gives: as it is, as @FILE, or on standard input.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use super::failure::Failure;

/// The text of an argument. `flag` is the one that it belongs to.
pub(crate) fn text(given: &str, flag: &str) -> Result<String, Failure> {
    let text = read(given, flag)?;
    // Some editors begin a file with a byte order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text))
}

fn read(given: &str, flag: &str) -> Result<String, Failure> {
    if given == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(Failure::reading("standard input"))?;
        return Ok(text);
    }
    match given.strip_prefix('@') {
        Some(path) => fs::read_to_string(path).map_err(Failure::reading(path)),
        None if Path::new(given).is_file() => {
            Err(Failure::Usage(format!("{given} is a file: write {flag} @{given} to read it")))
        }
        None => Ok(given.to_string()),
    }
}

/// The value of an argument.
pub(crate) fn json(given: &str, flag: &str) -> Result<Value, Failure> {
    let text = text(given, flag)?;
    if text.trim().is_empty() {
        return Err(Failure::Usage(format!("the JSON of {flag} is empty")));
    }
    serde_json::from_str(&text).map_err(|error| Failure::Usage(format!("{flag} is not JSON: {error}")))
}

/// The fields of a list that was given, if it was; it must name one.
pub(crate) fn fields(given: Option<&[String]>) -> Result<Option<Vec<&str>>, Failure> {
    let Some(fields) = given else { return Ok(None) };
    let fields: Vec<&str> =
        fields.iter().map(|field| field.trim()).filter(|field| !field.is_empty()).collect();
    if fields.is_empty() {
        return Err(Failure::Usage("--fields names no field; leave it out for the usual ones".to_string()));
    }
    Ok(Some(fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::failure::Exit;

    #[test]
    fn a_file_may_begin_with_a_byte_order_mark_and_needs_an_at_sign() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body.json");
        fs::write(&path, "\u{feff}{\"a\": 1}").unwrap();
        let path = path.display().to_string();
        assert_eq!(json(&format!("@{path}"), "--request").unwrap()["a"], 1);
        let Err(Failure::Usage(text)) = json(&path, "--request") else { panic!("a file without @") };
        assert!(text.ends_with(&format!("write --request @{path} to read it")), "{text}");
    }

    #[test]
    fn what_is_no_json_is_a_wrong_argument() {
        for wrong in ["", " ", "{", "{'a': 1}"] {
            assert_eq!(json(wrong, "--request").unwrap_err().exit(), Exit::Usage, "{wrong:?}");
        }
    }

    #[test]
    fn a_list_of_fields_names_one_at_least() {
        let list = [" a ".to_string(), String::new()];
        assert_eq!(fields(Some(&list)).unwrap().unwrap(), ["a"]);
        assert_eq!(fields(None).unwrap(), None);
        assert!(fields(Some(&list[1..])).is_err());
    }
}
