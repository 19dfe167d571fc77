//! The `rolo` command: a thin caller of the library.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
