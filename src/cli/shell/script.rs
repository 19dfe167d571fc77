//! Where statements come from: a flag, a file, standard input.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use crate::cli::args;
use crate::cli::failure::{Failure, quoted};

/// The text of the statements.
pub(super) fn read(args: &args::Sql) -> Result<String, Failure> {
    let text = match (&args.command, &args.file) {
        (Some(text), _) => text.clone(),
        (None, Some(path)) if path != Path::new("-") => {
            fs::read_to_string(path).map_err(Failure::reading(path.display()))?
        }
        (None, None) if io::stdin().is_terminal() => {
            let database = quoted(&args.database);
            let problem = format!(
                "no statement: give one with -c, or a file of them with -f\n  rolo sql {database} -c \"SHOW TABLES\""
            );
            return Err(Failure::Usage(problem));
        }
        (None, _) => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map_err(Failure::reading("standard input"))?;
            text
        }
    };
    // Some editors begin a file with a byte order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text))
}
