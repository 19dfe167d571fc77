//! Where statements come from: a flag, a file, standard input, or somebody who types them.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use crate::cli::args;
use crate::cli::failure::Failure;

/// The text of the statements; `None`: somebody types them.
pub(super) fn read(args: &args::Sql) -> Result<Option<String>, Failure> {
    let text = match (&args.command, &args.file) {
        (Some(text), _) => text.clone(),
        (None, Some(path)) if path != Path::new("-") => file(path)?,
        (None, None) if io::stdin().is_terminal() && io::stderr().is_terminal() => return Ok(None),
        (None, _) => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map_err(Failure::reading("standard input"))?;
            text
        }
    };
    Ok(Some(without_mark(text)))
}

/// The text of a file of statements.
pub(super) fn file(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map(without_mark).map_err(Failure::reading(path.display()))
}

/// Some editors begin a file with a byte order mark.
fn without_mark(text: String) -> String {
    text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text)
}
