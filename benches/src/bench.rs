//! Measures rolo against DuckDB, SQLite, LMDB, Tantivy and chDB: ratios, in one run on one machine. `docs/benchmarks.md` says how to
//! run it and what came out.

mod appends;
mod child;
mod jobs;
mod load;
mod lookup;
mod memory;
mod pages;
mod peers;
mod people;
mod race;
mod report;
mod rowgroups;
mod search;
mod sql;
mod upkeep;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use people::People;

/// Prints its tables to standard output, in Markdown.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    what: What,
    /// People to measure with; for `pages`, `memory` and `search-pages` the greatest number.
    #[arg(long, global = true)]
    people: Option<u64>,
    /// Rounds in which the contenders take turns; with 0, `search` and `sql` only compare answers.
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
    /// An append, replacements, forgetting and compaction.
    Upkeep,
    /// Row groups of several sizes.
    Rowgroups,
    /// Searches against DuckDB, Tantivy and chDB.
    Search {
        /// A Python that has chDB; without it chDB is left out.
        #[arg(long)]
        python: Option<PathBuf>,
    },
    /// Pages in an order, circles, suggestions and facets against DuckDB and Tantivy.
    SearchLists,
    /// Pages touched by counts at 10,000 people, at ten times as many, and at many.
    SearchPages,
    /// Bytes a person by section and path.
    SearchSize,
    /// Batch jobs against DuckDB, and their memory.
    Jobs {
        /// The `rolo` program; the one beside this program if not given.
        #[arg(long)]
        rolo: Option<PathBuf>,
    },
    /// Analytical queries in SQL against DuckDB.
    Sql,
    /// One selective query in a process of its own, against DuckDB's command line.
    SqlCold {
        /// The `rolo` program; the one beside this program if not given.
        #[arg(long)]
        rolo: Option<PathBuf>,
        /// DuckDB's command line.
        #[arg(long, default_value = "duckdb")]
        duckdb: PathBuf,
    },
    /// One statement of DuckDB's, in a process of its own.
    #[command(hide = true)]
    Statement(jobs::Statement),
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
        What::Upkeep => upkeep::run(&some(1_000_000)?, &folder),
        What::Rowgroups => rowgroups::run(&some(200_000)?, &folder, cli.rounds.unwrap_or(7), cli.threads),
        What::Search { python } => {
            rayon::ThreadPoolBuilder::new().num_threads(cli.threads).build_global()?;
            let people = some(1_000_000)?;
            search::run(&people, &folder, cli.rounds.unwrap_or(5), cli.threads, python.as_deref())
        }
        What::SearchLists => {
            rayon::ThreadPoolBuilder::new().num_threads(cli.threads).build_global()?;
            search::run_lists(&some(1_000_000)?, &folder, cli.rounds.unwrap_or(5), cli.threads)
        }
        What::SearchPages => search::pages::run([10_000, 100_000, cli.people.unwrap_or(1_000_000)], &folder),
        What::SearchSize => search::size::run(&some(200_000)?, &folder, cli.threads),
        What::Jobs { rolo } => {
            let (people, rounds) = (some(1_000_000)?, cli.rounds.unwrap_or(7));
            let setup =
                jobs::Setup { people: &people, folder: &folder, rounds, threads: cli.threads, program: rolo };
            jobs::run(&setup)
        }
        What::Sql => {
            rayon::ThreadPoolBuilder::new().num_threads(cli.threads).build_global()?;
            sql::run(&some(1_000_000)?, &folder, cli.rounds.unwrap_or(5), cli.threads)
        }
        What::SqlCold { rolo, duckdb } => {
            let (people, rounds) = (some(1_000_000)?, cli.rounds.unwrap_or(21));
            sql::cold::run(&sql::cold::Setup {
                people: &people,
                folder: &folder,
                rounds,
                threads: cli.threads,
                rolo,
                duckdb,
            })
        }
        What::Statement(statement) => statement.run(),
        What::Child(job) => job.run(),
    }
}
