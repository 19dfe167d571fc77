//! The databases that rolo is held against, each set up as its own users would for the task.

pub(crate) mod duckdb;
pub(crate) mod lmdb;
pub(crate) mod sqlite;
