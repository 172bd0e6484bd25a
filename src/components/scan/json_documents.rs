//! `json_documents`: one message for each of the JSON documents that stand one after another.

use bytes::{Buf, BytesMut};

use super::cutter::{Cutter, Cutting};
use super::json_text::{DocumentEnd, space};
use crate::component::{ByteSource, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Example, Kind};
use crate::message::Message;
use crate::value::{Value, json, number};

pub const JSON_DOCUMENTS: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "json_documents")
        .version("4.27.0")
        .summary("Cuts a stream of JSON documents, with white space between them or without, into messages.")
        .description("Numbers are read as 64-bit floats.")
        .examples(&[Example { title: "Documents that span lines", config: "json_documents: {}\n" }]),
    build: |_, _| Ok(Box::new(JsonDocuments)),
};

struct JsonDocuments;

/// The cutter of one source.
#[derive(Default)]
struct Documents {
    next: DocumentEnd,
}

impl Scanner for JsonDocuments {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, Documents::default()))
    }
}

impl Cutter for Documents {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() {
            buffer.advance(space(buffer));
            let Some(size) = self.next.find(buffer, end) else { break };
            let (mut value, used) = json::parse_prefix(&buffer[..size]).map_err(|error| error.to_string())?;
            use_floats(&mut value)?;
            buffer.advance(used);
            out.message(Message::default().with_document(value));
        }
        Ok(())
    }
}

/// Turns every number in a document into a float.
fn use_floats(value: &mut Value) -> Result<(), String> {
    match value {
        Value::Number(text) => {
            let float = number::parse_float(text).map_err(|_| format!("the number {text} is too large"))?;
            *value = Value::Float(float);
            Ok(())
        }
        Value::Array(items) => items.make_mut().iter_mut().try_for_each(use_floats),
        Value::Object(object) => object.values_mut().try_for_each(use_floats),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn documents_are_cut_apart() {
        for (text, want) in [
            ("{\"a\":1.0} [2,\n3]\"x\"1 true", &["{\"a\":1}", "[2,3]", "\"x\"", "1", "true"][..]),
            ("12345678901234567890\n", &["12345678901234567000"]),
            ("  \n", &[]),
        ] {
            assert_eq!(texts(&JsonDocuments, text), want);
        }
        for text in ["1 }", "1 {\"a\":", "1 [1,]", "1 nul"] {
            let cut = texts(&JsonDocuments, text);
            assert!(cut.len() == 2 && cut[1].starts_with('!'), "{cut:?}");
        }
    }
}
