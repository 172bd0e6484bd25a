//! `chunker`: messages of the same size.

use bytes::BytesMut;

use super::cutter::{Cutter, Cutting};
use crate::component::{Built, ByteSource, Context, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::Message;

const SIZE: Field<usize> = field("size").doc("How many bytes each message has; the last one may have fewer.");

pub const CHUNKER: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "chunker")
        .summary("Cuts a stream of bytes into messages of the same size.")
        .fields(&[&SIZE])
        .examples(&[Example {
            title: "Upload a large file in pieces",
            config: "chunker: { size: 1048576 }\n",
        }]),
    build: |conf: &Conf, _: &Context| -> Built<Box<dyn Scanner>> {
        let chunker = Chunker::new(conf.get(&SIZE)?);
        Ok(Box::new(chunker.ok_or_else(|| conf.error(&SIZE, "a chunk must have at least one byte"))?))
    },
};

/// The scanner, and the cutter of each source.
#[derive(Clone)]
pub struct Chunker {
    size: usize,
}

impl Chunker {
    /// None for a size of 0.
    pub fn new(size: usize) -> Option<Self> {
        (size > 0).then_some(Self { size })
    }
}

impl Scanner for Chunker {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, self.clone()))
    }
}

impl Cutter for Chunker {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() && (buffer.len() >= self.size || end && !buffer.is_empty()) {
            let chunk = buffer.split_to(self.size.min(buffer.len()));
            out.message(Message::from_bytes(chunk.freeze()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn chunks_have_the_same_size() {
        for (text, want) in [("abcdefgh", &["abc", "def", "gh"][..]), ("abc", &["abc"]), ("", &[])] {
            assert_eq!(texts(&Chunker { size: 3 }, text), want);
        }
    }
}
