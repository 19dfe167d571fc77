//! Long answers go through a pager: a program of the user's, else `less`.

use std::env;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::cli::console::Console;
use crate::cli::failure::Failure;
use crate::cli::interrupt;

/// What `less` does unless `LESS` says otherwise: long lines are cut at the screen's edge and reached with the arrow keys, colours are
/// shown, and what was shown stays on the screen.
const LESS: &str = "SRX";

/// Shows text, and waits until the user has seen enough. `false`: there is no pager.
pub(super) fn show(text: &str, console: &mut Console) -> Result<bool, Failure> {
    console.flush()?;
    let Some(mut command) = command() else { return Ok(false) };
    let Ok(mut pager) = command.stdin(Stdio::piped()).spawn() else { return Ok(false) };
    if let Some(mut input) = pager.stdin.take() {
        // Who has seen enough leaves before the end.
        let _ = input.write_all(text.as_bytes());
    }
    let shown = pager.wait().is_ok_and(|status| status.code() != Some(127));
    // Ctrl-C in there was for the pager.
    interrupt::forget();
    Ok(shown)
}

/// The pager of `ROLO_PAGER` or `PAGER`; an empty name is none.
fn command() -> Option<Command> {
    let named = ["ROLO_PAGER", "PAGER"].into_iter().find_map(env::var_os);
    let mut command = match named {
        Some(name) if name.is_empty() => return None,
        Some(name) => {
            let mut command = Command::new("sh");
            command.arg("-c").arg(name);
            command
        }
        None => Command::new("less"),
    };
    if env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    Some(command)
}
