//! `json_array`: one message for each element of a JSON array.

use bytes::{Buf, Bytes, BytesMut};

use super::cutter::{Cutter, Cutting};
use super::json_text::{DocumentEnd, space};
use crate::component::{ByteSource, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Example, Kind};
use crate::message::Message;
use crate::value::json;

pub const JSON_ARRAY: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "json_array")
        .summary("Cuts a JSON array, or several one after another, into its elements.")
        .description("The array is never held in memory as a whole.")
        .examples(&[Example { title: "An export that is one long array", config: "json_array: {}\n" }]),
    build: |_, _| Ok(Box::new(JsonArray)),
};

struct JsonArray;

/// The cutter of one source.
struct Elements {
    expect: Expect,
    next: DocumentEnd,
}

/// What has to come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Array,
    /// The first element, or the end of an empty array.
    First,
    Element,
    /// A comma or the end of the array.
    More,
}

impl Scanner for JsonArray {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, Elements { expect: Expect::Array, next: DocumentEnd::default() }))
    }
}

impl Cutter for Elements {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() {
            buffer.advance(space(buffer));
            let Some(&byte) = buffer.first() else {
                let complete = !end || self.expect == Expect::Array;
                return if complete { Ok(()) } else { Err("the array has no end".to_owned()) };
            };
            self.expect = match (self.expect, byte) {
                (Expect::Array, b'[') => Expect::First,
                (Expect::First | Expect::More, b']') => Expect::Array,
                (Expect::More, b',') => Expect::Element,
                (Expect::Array, _) => return Err(format!("expected '[', found '{}'", char::from(byte))),
                (Expect::More, _) => {
                    return Err(format!("expected ',' or ']', found '{}'", char::from(byte)));
                }
                (Expect::First | Expect::Element, _) => {
                    let Some(size) = self.next.find(buffer, end) else { return Ok(()) };
                    json::parse(&buffer[..size]).map_err(|error| error.to_string())?;
                    out.message(Message::from_bytes(compact(buffer.split_to(size).freeze())));
                    self.expect = Expect::More;
                    continue;
                }
            };
            buffer.advance(1);
        }
        Ok(())
    }
}

/// A document without white space between its tokens.
fn compact(text: Bytes) -> Bytes {
    let mut in_string = false;
    let mut escaped = false;
    let mut keep = |byte: &u8| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ => {}
        }
        in_string || space(&[*byte]) == 0
    };
    let Some(first) = text.iter().position(|byte| !keep(byte)) else { return text };
    let mut packed = Vec::with_capacity(text.len());
    packed.extend_from_slice(&text[..first]);
    packed.extend(text[first + 1..].iter().copied().filter(|byte| keep(byte)));
    packed.into()
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn elements_are_cut_apart() {
        for (text, want) in [
            (
                "[1.0, {\"b\": \"x y\\\" \", \"a\" :[ ]},\n\"s\",null]",
                &["1.0", "{\"b\":\"x y\\\" \",\"a\":[]}", "\"s\"", "null"][..],
            ),
            (" [ ] [1][2 , 3]\n", &["1", "2", "3"]),
            ("", &[]),
        ] {
            assert_eq!(texts(&JsonArray, text), want);
        }
        for text in ["[1", "[1 2]", "[1,]", "[1] x", "[1,\"a"] {
            let cut = texts(&JsonArray, text);
            assert!(cut.len() == 2 && cut[1].starts_with('!'), "{cut:?}");
        }
    }
}
