//! The generator of invented people.
