//! `rolo generate`: man pages and completions for shells, from the definitions of the flags.

use std::fs;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::args::{Cli, Generate, Generated};
use super::console::Console;
use super::failure::{Exit, Failure};

pub(crate) fn run(args: &Generate, console: &mut Console) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    let shell = match args.kind {
        Generated::Man => return man(args, command, console),
        Generated::Bash => Shell::Bash,
        Generated::Zsh => Shell::Zsh,
        Generated::Fish => Shell::Fish,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, "rolo", &mut text);
    match &args.output {
        Some(folder) => {
            let name = match args.kind {
                Generated::Zsh => "_rolo",
                Generated::Fish => "rolo.fish",
                Generated::Bash | Generated::Man => "rolo.bash",
            };
            fs::create_dir_all(folder).map_err(Failure::writing(folder.display()))?;
            let path = folder.join(name);
            fs::write(&path, text).map_err(Failure::writing(path.display()))?;
        }
        None => console.out().write_all(&text).map_err(Failure::writing("standard output"))?,
    }
    Ok(Exit::Done)
}

/// The page of the program, or in a folder a page for each command.
fn man(args: &Generate, command: clap::Command, console: &mut Console) -> Result<Exit, Failure> {
    let Some(folder) = &args.output else {
        let page = clap_mangen::Man::new(command);
        page.render(&mut console.out()).map_err(Failure::writing("standard output"))?;
        return Ok(Exit::Done);
    };
    fs::create_dir_all(folder).map_err(Failure::writing(folder.display()))?;
    clap_mangen::generate_to(command, folder).map_err(Failure::writing(folder.display()))?;
    Ok(Exit::Done)
}
