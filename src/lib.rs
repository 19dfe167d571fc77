//! rolo: an embedded, single-file analytical engine for person records.

pub mod column;
pub mod demo;
pub mod engine;
pub mod index;
pub mod record;
pub mod schema;
pub mod storage;
