//! The `rolo` command: a thin caller of the library.

fn main() {}
