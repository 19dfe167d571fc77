//! The database: open, load, get, enrich.
