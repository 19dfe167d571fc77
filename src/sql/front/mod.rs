//! From a script to statements whose names are those of columns.
//!
//! - `statement`: the statements there are
//! - `parse`: a script, split and parsed; what is not SQL of ours is refused with what to do instead
//! - `dialect`: the SQL that is read
//! - `depth`: trees made shallow
//! - `place`: messages that point into the script
//! - `enrich`: a table function over a column is a join
//! - `relation`: tables and their columns as names see them
//! - `resolve`: paths and short names become columns, clause by clause
//! - `near`: what an unknown name may have meant

mod depth;
mod dialect;
pub(crate) mod enrich;
mod near;
mod parse;
mod place;
pub(crate) mod relation;
pub(crate) mod resolve;
mod statement;

pub use parse::statements;
pub(crate) use parse::{all_of, normalized};
pub(crate) use place::{Pointer, Script};
pub use statement::Statement;
pub(crate) use statement::{Kind, Subject};
