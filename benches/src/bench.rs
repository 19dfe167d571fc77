//! Measures rolo against DuckDB, SQLite and LMDB: ratios, in one run on one machine. `docs/benchmarks.md` says how to
//! run it and what came out.

mod appends;
mod child;
mod load;
mod lookup;
mod memory;
mod pages;
mod peers;
mod people;
mod race;
mod report;
mod rowgroups;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use people::People;

/// Prints its tables to standard output, in Markdown.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    what: What,
    /// People to measure with; for `pages` and `memory` the greater number.
    #[arg(long, global = true)]
    people: Option<u64>,
    /// Rounds in which the contenders take turns.
    #[arg(long, global = true)]
    rounds: Option<usize>,
    /// Threads of a load.
    #[arg(long, global = true, default_value_t = 2)]
    threads: usize,
    /// Where people and databases go; the folder `bench-data` in cargo's target folder if not given.
    #[arg(long, global = true)]
    dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Load rate and file size against DuckDB, file size against LMDB.
    Load,
    /// Lookups against SQLite and LMDB.
    Lookup,
    /// Pages touched by a lookup at 10,000 people and at many.
    Pages,
    /// Anonymous memory of loading a quarter of the people, and all.
    Memory,
    /// 200 appends.
    Appends,
    /// Row groups of several sizes.
    Rowgroups,
    /// One load, in a process of its own.
    #[command(hide = true)]
    Child(child::LoadJob),
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let folder = match cli.dir {
        Some(folder) => folder,
        None => people::target_folder()?.join("bench-data"),
    };
    let some = |default| People::first(cli.people.unwrap_or(default), &folder);
    match cli.what {
        What::Load => load::run(&some(200_000)?, &folder, cli.rounds.unwrap_or(3), cli.threads),
        What::Lookup => lookup::run(&some(200_000)?, &folder, cli.rounds.unwrap_or(15)),
        What::Pages => pages::run([10_000, cli.people.unwrap_or(1_000_000)], &folder),
        What::Memory => {
            let many = cli.people.unwrap_or(800_000);
            memory::run([many / 4, many], &folder, cli.threads)
        }
        What::Appends => appends::run(&some(200_000)?, &folder),
        What::Rowgroups => rowgroups::run(&some(200_000)?, &folder, cli.rounds.unwrap_or(7), cli.threads),
        What::Child(job) => job.run(),
    }
}
