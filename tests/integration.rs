//! Everything that is tested from outside, in one binary: it links once.
//!
//! | a new test about | belongs in |
//! |---|---|
//! | the order of the source folders | `suite/layers.rs` |
//! | the command line | `suite/cli.rs`; exit codes and streams: `suite/cli_contract.rs`; `rolo search`: `suite/cli_search.rs`; `rolo sql` and `rolo export`: `suite/cli_sql.rs`; `rolo jobs submit`: `suite/cli_submit.rs`, its others: `suite/cli_jobs.rs`; `rolo credits` and `rolo keys`: `suite/cli_credits.rs` |
//! | people going in and coming out | `suite/people.rs` |
//! | what other Parquet readers see in the file | `suite/foreign_file.rs` (and how they are run, `suite/foreign.rs`) |
//! | people who change, and compaction | `suite/change.rs` |
//! | people who are forgotten | `suite/forget.rs` |
//! | which characters are letters, and their lower case | `suite/characters.rs` |
//! | crashes, failing and forgetful media | `suite/crash.rs` |
//! | flipped and cut bytes | `suite/damage.rs` |
//! | full disks, missing rights, files that others replace | `suite/obstacles.rs` |
//! | people who share keys | `suite/duplicates.rs` |
//! | SQL | `sql/*.slt` by subject (and how they are run, `suite/sql_slt.rs`); random statements: `suite/sql_random.rs`; what scans read: `suite/sql_plans.rs` |
//! | filters and their plans | `suite/search.rs` |
//! | suggestions of values | `suite/suggest.rs` |
//! | order, pages and exclusions of searches | `suite/pages.rs` |
//! | circles around places | `suite/geo.rs` |
//! | the tour and the notebook in `docs` | `suite/tour.rs` |
//! | batch jobs: killed workers, snapshots, the ledger as a file | `suite/jobs.rs` |
//! | any sequence of loads, replacements, compactions, forgettings and failures | `suite/model.rs` |
//! | several processes at once | `suite/readers.rs` |
//!
//! `suite/common.rs` has what several of them need, `suite/records.rs` how tests read records. `ROLO_CASES` sets how many random cases they try.

// `cfg(test)` holds here anyway; it tells clippy that helpers outside `#[test]` functions may unwrap, too.
#[cfg(test)]
mod suite {
    mod change;
    mod characters;
    mod cli;
    mod cli_contract;
    mod cli_credits;
    mod cli_jobs;
    mod cli_search;
    #[cfg(feature = "sql")]
    mod cli_sql;
    mod cli_submit;
    mod common;
    mod crash;
    mod damage;
    mod duplicates;
    mod foreign;
    mod foreign_file;
    mod forget;
    mod geo;
    mod jobs;
    mod layers;
    mod mappings;
    mod model;
    mod obstacles;
    mod pages;
    mod people;
    mod phones;
    mod portable;
    mod readers;
    mod records;
    mod search;
    #[cfg(feature = "sql")]
    mod shell;
    #[cfg(feature = "sql")]
    mod sql;
    #[cfg(feature = "sql")]
    mod sql_plans;
    #[cfg(feature = "sql")]
    mod sql_random;
    #[cfg(feature = "sql")]
    mod sql_slt;
    mod suggest;
    #[cfg(feature = "sql")]
    mod tour;
}
