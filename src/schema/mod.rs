//! The catalogue of paths.
