//! JSON text as Go reads and writes it: numbers keep their text, keys are sorted, the last duplicate key wins.

mod parse;
mod print;

pub use parse::{JsonError, parse, parse_prefix};
pub use print::{Style, Unprintable, print, print_to};
