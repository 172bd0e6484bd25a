//! `to_the_end`: the whole source as one message.

use bytes::BytesMut;

use super::cutter::{Cutter, Cutting};
use crate::component::{ByteSource, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Example, Kind};
use crate::message::Message;

pub const TO_THE_END: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "to_the_end")
        .summary("Makes one message of everything that a source holds.")
        .description("The source is held in memory as a whole, so it has to end and should not be large.")
        .examples(&[Example { title: "Each file is a message", config: "to_the_end: {}\n" }]),
    build: |_, _| Ok(Box::new(ToTheEnd)),
};

pub struct ToTheEnd;

/// The cutter of one source.
struct Whole {
    done: bool,
}

impl Scanner for ToTheEnd {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, Whole { done: false }))
    }
}

impl Cutter for Whole {
    /// An empty source is an empty message.
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        if end && !std::mem::replace(&mut self.done, true) {
            out.message(Message::from_bytes(buffer.split().freeze()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn a_source_is_one_message() {
        for text in ["", "a\nb\n"] {
            assert_eq!(texts(&ToTheEnd, text), [text]);
        }
    }
}
