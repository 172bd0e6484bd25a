//! `string_split`: cuts each content at a delimiter.

use bytes::Bytes;

use crate::component::{Processor, ProcessorSpec, Step};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::message::Batch;
use crate::value::Value;

const DELIMITER: Field<String> =
    field("delimiter").default("\n").doc("What stands between the parts; empty: every character is a part.");
const EMIT_BYTES: Field<bool> =
    field("emit_bytes").default(false).advanced().doc("Whether parts are bytes rather than strings.");
const EMPTY_AS_NULL: Field<bool> =
    field("empty_as_null").default(false).doc("Whether parts without text become null.");

pub const STRING_SPLIT: ProcessorSpec = ProcessorSpec {
    spec: ComponentSpec::new(Kind::Processor, "string_split")
        .categories(&["Parsing"])
        .summary("Cuts each content at a delimiter and makes a list of the parts the new document.")
        .description("A mapping does the same with `split`; this saves it the copying of the text.")
        .fields(&[&DELIMITER, &EMIT_BYTES, &EMPTY_AS_NULL])
        .examples(&[Example {
            title: "Columns",
            config: "string_split:\n  delimiter: '|'\n  empty_as_null: true\n",
        }]),
    build: |conf, _| {
        Ok(Box::new(StringSplit {
            delimiter: conf.get(&DELIMITER)?,
            emit_bytes: conf.get(&EMIT_BYTES)?,
            empty_as_null: conf.get(&EMPTY_AS_NULL)?,
        }))
    },
    silent: false,
};

struct StringSplit {
    delimiter: String,
    emit_bytes: bool,
    empty_as_null: bool,
}

// === impl StringSplit ===

impl StringSplit {
    fn split(&self, content: &Bytes) -> Value {
        let mut parts = Vec::new();
        if self.delimiter.is_empty() {
            for chunk in content.utf8_chunks() {
                let whole = chunk
                    .valid()
                    .char_indices()
                    .map(|(at, c)| &chunk.valid().as_bytes()[at..at + c.len_utf8()]);
                parts.extend(whole.chain(chunk.invalid().chunks(1)).map(|part| self.part(content, part)));
            }
        } else {
            let mut from = 0;
            for at in memchr::memmem::find_iter(content, &self.delimiter) {
                parts.push(self.part(content, &content[from..at]));
                from = at + self.delimiter.len();
            }
            parts.push(self.part(content, &content[from..]));
        }
        parts.into()
    }

    fn part(&self, content: &Bytes, part: &[u8]) -> Value {
        if self.empty_as_null && part.is_empty() {
            return Value::Null;
        }
        let part = content.slice_ref(part);
        if self.emit_bytes { Value::from(part) } else { Value::text(part) }
    }
}

impl Processor for StringSplit {
    fn process(&self, mut batch: Batch) -> Step<'_> {
        for message in &mut batch {
            *message = message.with_document(self.split(message.bytes()));
        }
        Step::one(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::{alone, run_alone};

    #[tokio::test]
    async fn contents_are_cut() {
        for (config, text, want) in [
            ("{}", "a\n\nb", r#"["a","","b"]"#),
            ("{delimiter: '--', empty_as_null: true}", "a----b--", r#"["a",null,"b",null]"#),
            ("{delimiter: ''}", "aø", r#"["a","ø"]"#),
            ("{delimiter: ''}", "", "[]"),
            ("{delimiter: ','}", "", r#"[""]"#),
        ] {
            let split = alone(&STRING_SPLIT, config).expect("built");
            assert_eq!(run_alone(&*split, &[text]).await, [want], "{config}");
        }
    }
}
