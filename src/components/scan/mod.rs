//! Scanners: ways to cut a stream of bytes into messages. Inputs take theirs from the fields in [`codec`].

mod blocking;
mod chunker;
mod codec;
mod csv;
mod cutter;
mod decompress;
mod json_array;
mod json_documents;
mod json_text;
mod lines;
mod multipart;
mod re_match;
mod record;
mod skip_bom;
mod switch;
mod tar;
#[cfg(test)]
mod testing;
mod to_the_end;
mod xml_documents;
mod xml_text;

use crate::component::ScannerSpec;

pub use codec::{CODEC, MAX_BUFFER, SCANNER, scanner};
pub use csv::row;
pub use cutter::{Cutter, Cutting};
pub use lines::{Lines, MAX_SIZE as MAX_LINE};
pub use record::Records;

pub const SCANNERS: &[&ScannerSpec] = &[
    &chunker::CHUNKER,
    &csv::CSV,
    &decompress::DECOMPRESS,
    &json_array::JSON_ARRAY,
    &json_documents::JSON_DOCUMENTS,
    &lines::LINES,
    &re_match::RE_MATCH,
    &skip_bom::SKIP_BOM,
    &switch::SWITCH,
    &tar::TAR,
    &to_the_end::TO_THE_END,
    &xml_documents::XML_DOCUMENTS,
];
