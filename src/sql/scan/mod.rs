//! The scan of a table: rows that the indexes found, read from forward columns, in batches, by several threads.
//!
//! - `exec`: the node of the plan
//! - `reading`: what it reads, and the readers that its partitions share
//! - `learned`: what joins rule out while they run
//! - `pieces`: which ids each thread reads
//! - `stream`: those ids, and batches of them
//! - `top`: of them the first in some order

mod exec;
mod learned;
mod pieces;
mod reading;
mod stream;
mod top;

pub(crate) use exec::ScanExec;
