//! The scan of a table: rows that the indexes found, read from forward columns, in batches, by several threads.
//!
//! - `exec`: the node of the plan
//! - `pieces`: which ids each thread reads
//! - `stream`: batches of some ids

mod exec;
mod pieces;
mod stream;

pub(crate) use exec::ScanExec;
