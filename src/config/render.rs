//! Config trees as text: YAML for people, JSON for programs.

use libyaml_safer::{Emitter, Encoding, Event, MappingStyle, ScalarStyle, SequenceStyle};

use super::scalar::resolve;
use super::{Node, NodeKind, Scalar, Style, Tag};
use crate::value::json;

/// `node` as one line of JSON, keys sorted; null if it holds a number that JSON has no text for.
pub fn to_json(node: &Node) -> String {
    let text = json::print(&node.to_value()).unwrap_or_else(|_| b"null".to_vec());
    String::from_utf8_lossy(&text).into_owned()
}

/// `node` as a YAML document in block style, keys in their order.
pub fn to_yaml(node: &Node) -> String {
    let mut out = Vec::new();
    let mut emitter = Emitter::new();
    emitter.set_output_string(&mut out);
    emitter.set_unicode(true);
    emitter.set_width(-1);
    // Writing into memory fails only for events out of order, and then what was written before is the answer.
    let _written = emit_document(&mut emitter, node);
    drop(emitter);
    String::from_utf8_lossy(&out).into_owned()
}

fn emit_document(emitter: &mut Emitter<'_>, node: &Node) -> libyaml_safer::Result<()> {
    emitter.emit(Event::stream_start(Encoding::Utf8))?;
    emitter.emit(Event::document_start(None, &[], true))?;
    emit(emitter, node)?;
    emitter.emit(Event::document_end(true))?;
    emitter.emit(Event::stream_end())
}

fn emit(emitter: &mut Emitter<'_>, node: &Node) -> libyaml_safer::Result<()> {
    match &node.value {
        NodeKind::Scalar(scalar) => emitter.emit(scalar_event(scalar)),
        NodeKind::Seq(items) => {
            let style = if items.is_empty() { SequenceStyle::Flow } else { SequenceStyle::Block };
            emitter.emit(Event::sequence_start(None, None, true, style))?;
            items.iter().try_for_each(|item| emit(emitter, item))?;
            emitter.emit(Event::sequence_end())
        }
        NodeKind::Map(entries) => {
            let style = if entries.is_empty() { MappingStyle::Flow } else { MappingStyle::Block };
            emitter.emit(Event::mapping_start(None, None, true, style))?;
            for (key, value) in node.pairs() {
                emitter.emit(text_event(&key.text, Style::Plain))?;
                emit(emitter, value)?;
            }
            emitter.emit(Event::mapping_end())
        }
    }
}

fn scalar_event(scalar: &Scalar) -> Event {
    match scalar.tag {
        Tag::Str | Tag::Custom | Tag::Merge | Tag::Binary => text_event(&scalar.text, scalar.style),
        Tag::Null => Event::scalar(None, None, "null", true, true, ScalarStyle::Plain),
        _ => Event::scalar(None, None, &scalar.text, true, true, ScalarStyle::Plain),
    }
}

/// Text that reads back as text: quoted where a plain scalar would mean something else.
fn text_event(text: &str, style: Style) -> Event {
    let style = match style {
        _ if text.contains('\n') => ScalarStyle::Literal,
        Style::SingleQuoted => ScalarStyle::SingleQuoted,
        Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
        _ if resolve(text) == Tag::Str && !is_old_bool(text) => ScalarStyle::Any,
        _ => ScalarStyle::DoubleQuoted,
    };
    Event::scalar(None, None, text, true, true, style)
}

/// Whether older readers of YAML take a word for true or false.
fn is_old_bool(text: &str) -> bool {
    ["y", "yes", "on", "n", "no", "off"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::super::{parse, to_json, to_yaml};

    #[test]
    fn what_is_written_reads_back_the_same() {
        let texts = [
            "a: 1\nb: \"1\"\nc: 'true'\nd: \"null\"\ne: ~\nf: 0x10\ng: 1.50\nh: \"0x10\"\n",
            "a: |\n  one\n  two # three\nb: >\n  folded\n  text\nc: \"tab\\t: x\"\nd: 'it''s # it'\n",
            "a: []\nb: {}\nc: [[1, [2]], {d: [e]}]\n\"\": x\n\"1\": y\n\"a b: c\": z\n",
            "a: '2020-01-01'\nb: 'yes'\nc: \"\\u00e9\\u2028\\ud7ff\"\nd: \"~\"\ne: \" x \"\nf: \"- x\"\ng: \"@x\"\n",
        ];
        for text in texts {
            let node = parse(text.as_bytes()).unwrap();
            let yaml = to_yaml(&node);
            assert_eq!(to_json(&parse(yaml.as_bytes()).unwrap()), to_json(&node), "{yaml}");
        }
    }

    #[test]
    fn yaml_is_in_block_style_and_in_order() {
        let node = parse(br#"{"b": {"x": [1, {"q": "z"}]}, "a": "root = this\nroot.b = 1\n"}"#).unwrap();
        assert_eq!(to_yaml(&parse(b"{a: no, b: \"n\"}").unwrap()), "a: \"no\"\nb: \"n\"\n");
        let want = "b:\n  x:\n  - 1\n  - q: \"z\"\na: |\n  root = this\n  root.b = 1\n";
        assert_eq!(to_yaml(&node), want);
    }
}
