//! The `nekton` program.

fn main() {}
