//! `xml_documents`: one message for each of the XML documents that stand one after another.

use bytes::{Buf, BytesMut};

use super::cutter::{Cutter, Cutting};
use super::xml_text::ElementEnd;
use crate::component::{ByteSource, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Example, Field, Kind, field, without_effect};
use crate::message::Message;
use crate::value::{Str, Value, xml};

const OPERATOR: Field<Str> = field("operator")
    .default("")
    .options(&["to_json"])
    .doc("What becomes of a document; it has to be given.");
const CAST: Field<bool> = field("cast").default(false).rule(without_effect).doc(
    "Has no effect: values are strings, as in other engines; the processor `xml` makes numbers of them.",
);

pub const XML_DOCUMENTS: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "xml_documents")
        .summary("Cuts a stream of XML documents into messages, each the object that the document is.")
        .description("Keys are the names of elements; attributes are keys with a `-` in front, and text beside them is `#text`. Elements that come again are a list. What stands between documents is left out.")
        .fields(&[&OPERATOR, &CAST])
        .examples(&[Example { title: "Documents as objects", config: "xml_documents:\n  operator: to_json\n" }]),
    build: |conf, _| match conf.get(&OPERATOR)?.as_str() {
        "to_json" => Ok(Box::new(XmlDocuments)),
        other => Err(conf.error(&OPERATOR, format!("there is no operator '{other}'")).into()),
    },
};

struct XmlDocuments;

/// The cutter of one source.
#[derive(Default)]
struct Documents {
    next: ElementEnd,
}

impl Scanner for XmlDocuments {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, Documents::default()))
    }
}

impl Cutter for Documents {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() {
            let Some(size) = self.next.find(buffer)? else { break };
            let document = xml::read(&buffer[..size], false).map_err(|error| error.to_string())?;
            buffer.advance(size);
            out.message(Message::from_value(Value::Object(document)));
        }
        if end && !out.is_full() && self.next.is_inside() {
            return Err("the last document has no end".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn documents_are_cut_apart() {
        for (text, want) in [
            (
                "<r>1</r>\n<r k=\"v>\">2</r><s/>",
                &["{\"r\":\"1\"}", "{\"r\":{\"#text\":\"2\",\"-k\":\"v>\"}}", "{\"s\":\"\"}"][..],
            ),
            (
                "<?xml version=\"1.0\"?>\n<!-- <x> --><r><i><![CDATA[</r>]]></i></r>\n<!-- end -->",
                &["{\"r\":{\"i\":\"</r>\"}}"],
            ),
            ("<!DOCTYPE r [<!ELEMENT r ANY>]><r><r></r></r>", &["{\"r\":{\"r\":\"\"}}"]),
            (" \n", &[]),
        ] {
            assert_eq!(texts(&XmlDocuments, text), want);
        }
        for text in ["<a/><b>", "<a/><b", "<a/><!-- x", "<a/></b>"] {
            let cut = texts(&XmlDocuments, text);
            assert!(cut.len() == 2 && cut[1].starts_with('!'), "{text}: {cut:?}");
        }
    }
}
