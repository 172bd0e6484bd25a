//! What takes texts apart and puts them together.

mod markdown;
mod processor_msgpack;
mod processor_string_split;
mod processor_text_chunker;
mod processor_xml;
mod recursive;
mod template;

use crate::component::ProcessorSpec;

pub const PROCESSORS: &[&ProcessorSpec] = &[
    &processor_msgpack::MSGPACK,
    &processor_string_split::STRING_SPLIT,
    &processor_text_chunker::TEXT_CHUNKER,
    &processor_xml::XML,
    &template::TEMPLATE,
];
