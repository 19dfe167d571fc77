//! The command line: arguments in, calls of the library, results on standard output, all else on standard error.
//!
//! - `args`: every flag, once; `failure`: what ends a command early, and its exit code
//! - `load`, `get`, `search`, `suggest`, `enrich`, `duplicates`, `compact`, `forget`, `backup`, `info`, `inspect`, `verify`, `demo`: one file per command
//! - `shell`: statements and commands, typed or from a script; `sql`, `export`: their rows, people into files
//! - `jobs`, `credits`, `api_keys`: batches, what they cost, and whose they are
//! - `keys`, `key_columns`, `list`, `delimited`, `append`: what a user gives to look people up, and CSV in and out
//! - `given`: JSON and fields in arguments
//! - `generate`: man pages, completions
//! - `output`, `table`, `cells`, `tree`: results as lines, tables and pages
//! - `console`, `progress`, `interrupt`, `units`: the terminal

mod api_keys;
mod append;
mod args;
mod backup;
#[cfg(feature = "sql")]
mod cells;
mod compact;
mod console;
mod credits;
mod demo;
mod duplicates;
mod enrich;
#[cfg(feature = "sql")]
mod export;
mod failure;
mod forget;
mod generate;
mod get;
mod given;
mod info;
mod inspect;
mod interrupt;
mod jobs;
mod key_columns;
mod keys;
mod list;
mod load;
mod output;
mod progress;
mod search;
#[cfg(feature = "sql")]
mod shell;
#[cfg(feature = "sql")]
mod sql;
mod suggest;
mod table;
mod tree;
mod units;
mod verify;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use args::{Cli, Command};
use console::Console;
use failure::{Exit, Failure};

/// Runs the command that the process was started with.
pub(crate) fn run() -> ExitCode {
    interrupt::install();
    let (cli, matches) = match parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(&error),
    };
    let mut console = Console::of_process(&cli.common);
    if let Some(threads) = cli.common.threads {
        // It can only fail where a pool exists already, and none does.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let result = dispatch(&cli.command, &matches, &mut console);
    let exit = result.and_then(|exit| console.flush().map(|()| exit)).unwrap_or_else(|failure| {
        failure.tell(&mut console);
        failure.exit()
    });
    ExitCode::from(exit as u8)
}

/// Runs one command. `matches` are those of the whole command line.
fn dispatch(command: &Command, matches: &ArgMatches, console: &mut Console) -> Result<Exit, Failure> {
    let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
    match command {
        Command::Load(args) => load::run(args, console),
        Command::Get(args) => get::run(args, matches, console),
        Command::Search(args) => search::run(args, console),
        Command::Suggest(args) => suggest::run(args, console),
        #[cfg(feature = "sql")]
        Command::Sql(args) => shell::run(args, console),
        #[cfg(feature = "sql")]
        Command::Export(args) => export::run(args, console),
        Command::Enrich(args) => enrich::run(args, matches, console),
        Command::Jobs(args) => jobs::run(args, console),
        Command::Credits(args) => credits::run(args, console),
        Command::Keys(args) => api_keys::run(args, console),
        Command::Demo(args) => demo::run(args, console),
        Command::Duplicates(args) => duplicates::run(args, console),
        Command::Info(args) => info::run(args, console),
        Command::Backup(args) => backup::run(args, console),
        Command::Compact(args) => compact::run(args, console),
        Command::Forget(args) => forget::run(args, matches, console),
        Command::Inspect(args) => inspect::run(args, console),
        Command::Verify(args) => verify::run(args, console),
        Command::Generate(args) => generate::run(args, console),
    }
}

/// Reads a command line. The matches are kept beside the flags because they alone know the order of keys.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(Cli, ArgMatches), clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let matches = Cli::command().try_get_matches_from(&arguments);
    let matches = match matches {
        Err(error) => match with_shell(&arguments, &error) {
            Some(arguments) => Cli::command().try_get_matches_from(arguments)?,
            None => return Err(error),
        },
        Ok(matches) => matches,
    };
    let cli = Cli::from_arg_matches(&matches)?;
    Ok((cli, matches))
}

/// `rolo people.parquet` is `rolo sql people.parquet`: what stands in the place of a command and is none names a database, if there
/// is such a file or it looks like the name of one.
fn with_shell(arguments: &[OsString], error: &clap::Error) -> Option<Vec<OsString>> {
    if !cfg!(feature = "sql") || error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let ContextValue::String(found) = error.get(ContextKind::InvalidSubcommand)? else { return None };
    if !found.contains(['.', '/']) && !Path::new(found).is_file() {
        return None;
    }
    let at = arguments.iter().position(|argument| argument == found.as_str())?;
    let mut arguments = arguments.to_vec();
    arguments.insert(at, "sql".into());
    Some(arguments)
}

/// Prints help, version, or what is wrong with the command line.
fn refuse(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed pipe is a normal end.
        let _ = error.print();
        return ExitCode::from(Exit::Done as u8);
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").map_or(text.clone(), |rest| format!("rolo: {rest}"));
    let mut console = Console::plain();
    console.message(text.trim_end());
    ExitCode::from(Exit::Usage as u8)
}
