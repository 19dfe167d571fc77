//! SQL over the people of a database: DataFusion is the relational engine, what meets it is here.
//!
//! - `session`: a statement in, batches of rows out; memory, time and interruption bounded
//! - `front`: statements, paths and short names; what is wrong with them, and where
//! - `files`: other people's files as tables
//! - `tables`: people, and the elements of each array, as tables
//! - `pushdown`: predicates as filter trees, which the indexes answer
//! - `functions`: `has_words`, `search`, `enrich` and the like
//! - `write`: rows into files

mod answer;
mod error;
mod files;
pub mod front;
mod functions;
mod pushdown;
mod rules;
mod scan;
mod session;
mod tables;
#[cfg(test)]
mod testing;
pub mod write;

pub use answer::Answer;
pub use error::SqlError;
pub use session::{Names, Session, SessionOptions, TableNames, machine_memory};
