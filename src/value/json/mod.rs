//! JSON text as Go's `encoding/json` reads and writes it.
//!
//! Reading keeps the text of numbers, lets the last of equal keys win and turns invalid UTF-8 and lone
//! surrogates into U+FFFD. Writing sorts keys and escapes U+2028 and U+2029.

mod error;
mod parse;
mod part;
mod print;
mod scan;
mod scratch;
mod shapes;
#[cfg(test)]
mod tests;
mod unicode;
mod wanted;

pub use error::JsonError;
pub use parse::{Documents, parse, parse_part, parse_prefix};
pub use print::{Style, Unprintable, print, print_string, print_to, unprintable};
pub use unicode::go_lossy;
pub use wanted::Wanted;
