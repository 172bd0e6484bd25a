//! Messages of one type, as they pass through.

use prost_reflect::MessageDescriptor;

use crate::component::{Processor, Step};
use crate::message::{Batch, Message};
use crate::value::protobuf::{self, Style};

pub struct Codec {
    pub operator: Operator,
    pub of: MessageDescriptor,
    pub style: Style,
    pub discard_unknown: bool,
}

#[derive(Clone, Copy)]
pub enum Operator {
    ToJson,
    FromJson,
    Decode,
}

// === impl Codec ===

impl Codec {
    fn convert(&self, message: &Message) -> Result<Message, String> {
        let read = || protobuf::read(&self.of, message.bytes().clone());
        match self.operator {
            Operator::ToJson => Ok(message.with_bytes(protobuf::to_json(&read()?, self.style)?)),
            Operator::Decode => Ok(message.with_document(protobuf::document(&read()?, self.style)?)),
            Operator::FromJson => {
                let bytes = protobuf::from_json(&self.of, message.bytes(), self.discard_unknown)?;
                Ok(message.with_bytes(bytes))
            }
        }
    }
}

impl Processor for Codec {
    fn process(&self, batch: Batch) -> Step<'_> {
        Step::each(batch, |message| self.convert(message))
    }
}
