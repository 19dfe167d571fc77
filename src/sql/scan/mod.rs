//! The scan of a table: rows that the indexes found, read from forward columns, in batches, by several threads.
//!
//! - `exec`: the node of the plan, with columns or counts
//! - `counts`: rows counted by the text of a column, in place of being read
//! - `explain`: how the indexes found its rows, in words
//! - `reading`: what it reads, and the readers that its partitions share
//! - `learned`: what joins rule out while they run
//! - `pieces`: which ids each thread reads
//! - `stream`: those ids, and batches of them
//! - `top`: of them the first in some order

mod counts;
mod exec;
mod explain;
mod learned;
mod pieces;
mod reading;
mod stream;
mod top;

pub(crate) use exec::{ScanExec, ScanOptions};
pub(crate) use explain::Analyze;
pub(crate) use reading::Texts;
