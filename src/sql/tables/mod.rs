//! People, and the elements of each array of objects, as tables.
//!
//! - `columns`: which columns a table has, and what each means

pub(crate) mod columns;
