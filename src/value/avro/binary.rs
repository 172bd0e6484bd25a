//! The binary encoding.

use bytes::Bytes;

use super::schema::{Id, Kind, Logical, Schema};
use super::textual;
use super::union::{self, Tags};
use super::{coerce, meaning};
use crate::value::{Object, Str, Value};

/// How deep a value may be.
const MAX_DEPTH: usize = 1000;

/// How many elements that take no bytes a value may have.
const MAX_EMPTY: usize = 1 << 20;

// Writing

/// Adds a document to `out`; values of its unions may have tags, and `tags` says whether they are expected to.
pub fn encode(schema: &Schema, value: &Value, tags: Tags, out: &mut Vec<u8>) -> Result<(), String> {
    Writer { schema, tags }.write(schema.root(), value, out, 0)
}

struct Writer<'s> {
    schema: &'s Schema,
    tags: Tags,
}

impl Writer<'_> {
    fn write(&self, id: Id, value: &Value, out: &mut Vec<u8>, depth: usize) -> Result<(), String> {
        if depth == MAX_DEPTH {
            return Err(format!("the value is deeper than {MAX_DEPTH}"));
        }
        let node = self.schema.node(id);
        let unfit = || format!("a value of type {} is not of type {}", value.type_name(), node.name());
        match (&node.kind, value) {
            (Kind::Null, Value::Null) => {}
            (Kind::Boolean, Value::Bool(b)) => out.push(u8::from(*b)),
            (Kind::Int, _) => long(coerce::small(value, node.logical)?.into(), out),
            (Kind::Long, _) => long(coerce::integer(value, node.logical)?, out),
            (Kind::Float, _) => out.extend((coerce::float(value, 1 << 24)? as f32).to_le_bytes()),
            (Kind::Double, _) => out.extend(coerce::float(value, 1 << 53)?.to_le_bytes()),
            (Kind::Bytes | Kind::String, _) => {
                let bytes = content(&node.kind, node.logical, value).ok_or_else(unfit)?;
                long(bytes.len() as i64, out);
                out.extend(bytes);
            }
            (Kind::Fixed { name, size }, _) => {
                let bytes = fixed(*size, node.logical, value).ok_or_else(unfit)?;
                if bytes.len() != *size {
                    return Err(format!("{} bytes for '{name}', which has {size}", bytes.len()));
                }
                out.extend(bytes);
            }
            (Kind::Enum { name, symbols }, _) => {
                let at = match value {
                    Value::String(symbol) => symbols.iter().position(|known| known == symbol),
                    Value::Int(at) => usize::try_from(*at).ok().filter(|at| *at < symbols.len()),
                    _ => return Err(unfit()),
                };
                long(at.ok_or_else(|| format!("not a symbol of '{name}'"))? as i64, out);
            }
            _ => return self.write_whole(id, value, out, depth),
        }
        Ok(())
    }

    /// Adds a value that is made of others.
    fn write_whole(&self, id: Id, value: &Value, out: &mut Vec<u8>, depth: usize) -> Result<(), String> {
        let node = self.schema.node(id);
        match (&node.kind, value) {
            (Kind::Array(items), Value::Array(values)) => {
                if !values.is_empty() {
                    long(values.len() as i64, out);
                    values.iter().try_for_each(|value| self.write(*items, value, out, depth + 1))?;
                }
                out.push(0);
            }
            (Kind::Map(values), Value::Object(entries)) => {
                if !entries.is_empty() {
                    long(entries.len() as i64, out);
                    for (key, value) in entries {
                        long(key.len() as i64, out);
                        out.extend(key.as_bytes());
                        self.write(*values, value, out, depth + 1)?;
                    }
                }
                out.push(0);
            }
            (Kind::Record { name, fields }, Value::Object(object)) => {
                for field in fields {
                    let written = match (object.get(&field.name), &field.default) {
                        (Some(value), _) => self.write(field.of, value, out, depth + 1),
                        (None, Some(default)) => {
                            let default = textual::default(self.schema, field.of, default);
                            default.and_then(|default| self.write(field.of, &default, out, depth + 1))
                        }
                        (None, None) => Err("it is missing".to_owned()),
                    };
                    written.map_err(|error| format!("'{}' of '{name}': {error}", field.name))?;
                }
            }
            (Kind::Union(branches), _) => {
                let (at, bytes) =
                    union::choose(self.schema, branches, value, self.tags, |at, branch, value| {
                        let mut bytes = Vec::new();
                        self.write(branch, value, &mut bytes, depth + 1)?;
                        Ok((at, bytes))
                    })?;
                long(at as i64, out);
                out.extend(bytes);
            }
            _ => return Err(format!("a value of type {} is not of type {}", value.type_name(), node.name())),
        }
        Ok(())
    }
}

fn long(n: i64, out: &mut Vec<u8>) {
    let mut rest = ((n << 1) ^ (n >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// The bytes of a string or of bytes.
pub fn content(kind: &Kind, logical: Logical, value: &Value) -> Option<Vec<u8>> {
    if let Logical::Decimal { scale, .. } = logical
        && let Some(bytes) = coerce::decimal_bytes(value, scale)
    {
        return Some(bytes);
    }
    match value {
        Value::String(text) => Some(text.as_bytes().to_vec()),
        Value::Bytes(bytes) | Value::RawString(bytes) => Some(bytes.to_vec()),
        Value::Timestamp(_) if matches!(kind, Kind::String) => {
            Some(crate::value::text::string(value).as_bytes().to_vec())
        }
        _ => None,
    }
}

/// The bytes of a fixed value.
pub fn fixed(size: usize, logical: Logical, value: &Value) -> Option<Vec<u8>> {
    match (logical, value) {
        (Logical::Decimal { .. }, _) => {
            let bytes = content(&Kind::Bytes, logical, value)?;
            let fill = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
            let missing = size.saturating_sub(bytes.len());
            Some([vec![fill; missing], bytes].concat())
        }
        (Logical::Uuid, Value::String(text)) if text.len() == 36 => {
            Some(uuid::Uuid::parse_str(text).ok()?.into_bytes().to_vec())
        }
        _ => content(&Kind::Bytes, Logical::None, value),
    }
}

// Reading

/// Takes a document off the start of `bytes`.
pub fn decode(schema: &Schema, bytes: &mut &[u8], tags: Tags) -> Result<Value, String> {
    Reader { schema, tags, meant: false, empty: MAX_EMPTY }.read(schema.root(), bytes, 0)
}

/// As [`decode`], with times of day, decimals and durations as what they mean.
pub fn decode_meant(schema: &Schema, bytes: &mut &[u8], tags: Tags) -> Result<Value, String> {
    Reader { schema, tags, meant: true, empty: MAX_EMPTY }.read(schema.root(), bytes, 0)
}

struct Reader<'s> {
    schema: &'s Schema,
    tags: Tags,
    /// Whether values are more than documents can have.
    meant: bool,
    empty: usize,
}

impl Reader<'_> {
    fn read(&mut self, id: Id, bytes: &mut &[u8], depth: usize) -> Result<Value, String> {
        if depth == MAX_DEPTH {
            return Err(format!("the value is deeper than {MAX_DEPTH}"));
        }
        let schema = self.schema;
        let node = schema.node(id);
        Ok(match &node.kind {
            Kind::Null => Value::Null,
            Kind::Boolean => Value::Bool(read_boolean(bytes)?),
            Kind::Int => {
                let n = i32::try_from(read_long(bytes)?).map_err(|_| "an int of more than 32 bits")?;
                self.integer(n.into(), node.logical)
            }
            Kind::Long => self.integer(read_long(bytes)?, node.logical),
            Kind::Float => {
                let float = f32::from_le_bytes(array(bytes)?);
                // As many digits as it takes to tell it from others of 32 bits.
                Value::Float(float.to_string().parse().unwrap_or(float.into()))
            }
            Kind::Double => Value::Float(f64::from_le_bytes(array(bytes)?)),
            Kind::Bytes => self.bytes(take_sized(bytes)?, node.logical),
            Kind::String if self.meant && node.logical == Logical::ZonedTimestamp => {
                meaning::zoned(take_sized(bytes)?)?
            }
            Kind::String => Value::text(take_sized(bytes)?.to_vec()),
            Kind::Fixed { size, .. } => self.bytes(take(bytes, *size)?, node.logical),
            Kind::Enum { name, symbols } => {
                let at = usize::try_from(read_long(bytes)?).ok().and_then(|at| symbols.get(at));
                Value::String(at.ok_or_else(|| format!("no such symbol of '{name}'"))?.clone())
            }
            Kind::Array(items) => {
                let mut values = Vec::new();
                while let Some(count) = self.block(bytes)? {
                    for _ in 0..count {
                        values.push(
                            self.element(bytes, |reader, bytes| reader.read(*items, bytes, depth + 1))?,
                        );
                    }
                }
                values.into()
            }
            Kind::Map(values) => {
                let mut entries = Vec::new();
                while let Some(count) = self.block(bytes)? {
                    for _ in 0..count {
                        let key = String::from_utf8_lossy(take_sized(bytes)?).as_ref().into();
                        entries.push((key, self.read(*values, bytes, depth + 1)?));
                    }
                }
                Value::Object(entries.into_iter().collect())
            }
            Kind::Record { name, fields } => {
                let mut object = Object::with_capacity(fields.len());
                for field in fields {
                    let value = self.read(field.of, bytes, depth + 1);
                    let value = value.map_err(|error| format!("'{}' of '{name}': {error}", field.name))?;
                    object.insert(Str::clone(&field.name), value);
                }
                Value::Object(object)
            }
            Kind::Union(branches) => {
                let branch = usize::try_from(read_long(bytes)?).ok().and_then(|at| branches.get(at));
                let branch = *branch.ok_or("no such type of a union")?;
                union::tag(schema, branch, self.read(branch, bytes, depth + 1)?, self.tags)
            }
        })
    }

    fn integer(&self, n: i64, logical: Logical) -> Value {
        if self.meant { meaning::integer(n, logical) } else { coerce::meaning(n, logical) }
    }

    fn bytes(&self, bytes: &[u8], logical: Logical) -> Value {
        let own = self.meant.then(|| meaning::bytes(bytes, logical)).flatten();
        own.unwrap_or_else(|| meant(bytes, logical))
    }

    /// How many elements the next block has; none at the end.
    fn block(&mut self, bytes: &mut &[u8]) -> Result<Option<u64>, String> {
        let count = read_long(bytes)?;
        if count < 0 {
            read_long(bytes)?;
        }
        Ok((count != 0).then_some(count.unsigned_abs()))
    }

    /// Reads an element; only so many may take no bytes.
    fn element<T>(
        &mut self,
        bytes: &mut &[u8],
        read: impl FnOnce(&mut Self, &mut &[u8]) -> Result<T, String>,
    ) -> Result<T, String> {
        let before = bytes.len();
        let value = read(self, bytes)?;
        if bytes.len() == before {
            self.empty = self.empty.checked_sub(1).ok_or("too many elements without content")?;
        }
        Ok(value)
    }
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Result<&'b [u8], String> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or("the data ends too early")?;
    *bytes = rest;
    Ok(taken)
}

fn array<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], String> {
    take(bytes, N)?.try_into().map_err(|_| "the data ends too early".to_owned())
}

fn take_sized<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8], String> {
    let size = usize::try_from(read_long(bytes)?).map_err(|_| "a length that is negative")?;
    take(bytes, size)
}

fn read_boolean(bytes: &mut &[u8]) -> Result<bool, String> {
    match take(bytes, 1)? {
        [0] => Ok(false),
        [1] => Ok(true),
        other => Err(format!("{other:?} is no boolean")),
    }
}

/// Takes a number of variable length off the start of `bytes`.
pub fn read_long(bytes: &mut &[u8]) -> Result<i64, String> {
    let mut n = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        n |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok((n >> 1) as i64 ^ -((n & 1) as i64));
        }
    }
    Err("a number of more than 64 bits".to_owned())
}

/// Bytes as what they mean.
pub fn meant(bytes: &[u8], logical: Logical) -> Value {
    let meaning = match logical {
        Logical::Decimal { scale, .. } => coerce::decimal(bytes, scale),
        Logical::Uuid => uuid::Uuid::from_slice(bytes).ok().map(|uuid| Value::from(uuid.to_string())),
        _ => None,
    };
    meaning.unwrap_or_else(|| Value::from(Bytes::copy_from_slice(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    #[test]
    fn documents_go_both_ways() {
        let list = r#"{"type":"record","name":"L","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","L"],"default":null}]}"#;
        for (schema, document, bytes, back) in [
            ("int", "-3", &[5][..], "-3"),
            (
                "long",
                "9007199254740993",
                &[0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20],
                "9007199254740993",
            ),
            (r#"{"type":"array","items":"null"}"#, "[null,null]", &[4, 0], "[null,null]"),
            (r#"{"type":"map","values":"boolean"}"#, r#"{"k":true}"#, &[2, 2, b'k', 1, 0], r#"{"k":true}"#),
            (list, r#"{"v":1,"next":{"v":2}}"#, &[2, 2, 4, 0], r#"{"next":{"L":{"next":null,"v":2}},"v":1}"#),
            (r#"{"type":"int","logicalType":"date"}"#, r#""1970-01-02""#, &[2], r#""1970-01-02T00:00:00Z""#),
            (
                r#"["null",{"type":"long","logicalType":"timestamp-millis"}]"#,
                r#"{"long.timestamp-millis":5}"#,
                &[2, 10],
                r#"{"long.timestamp-millis":"1970-01-01T00:00:00.005Z"}"#,
            ),
            (
                r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#,
                "0.33",
                &[2, 33],
                r#""33/100""#,
            ),
            ("float", "1.1", &[0xcd, 0xcc, 0x8c, 0x3f], "1.1"),
            (r#"["string","int"]"#, "5", &[2, 10], r#"{"int":5}"#),
        ] {
            let schema = Schema::parse(schema).expect("a schema");
            let mut out = Vec::new();
            encode(&schema, &json::parse(document.as_bytes()).expect("JSON"), Tags::Qualified, &mut out)
                .expect(document);
            assert_eq!(out, bytes, "{document}");
            let value = decode(&schema, &mut out.as_slice(), Tags::Qualified).expect(document);
            assert_eq!(String::from_utf8(json::print(&value).expect("JSON")).expect("text"), back);
        }
    }

    #[test]
    fn what_is_not_of_a_type_is_refused() {
        for (schema, document) in [
            ("int", "2147483648"),
            ("int", "1.5"),
            ("string", "5"),
            ("boolean", "1"),
            ("null", "1"),
            (r#"["null","string"]"#, r#"{"int":5}"#),
        ] {
            let schema = Schema::parse(schema).expect("a schema");
            assert!(
                encode(
                    &schema,
                    &json::parse(document.as_bytes()).expect("JSON"),
                    Tags::Qualified,
                    &mut Vec::new()
                )
                .is_err(),
                "{document}"
            );
        }
        let nulls = Schema::parse(r#"{"type":"array","items":"null"}"#).expect("a schema");
        assert!(decode(&nulls, &mut &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0][..], Tags::None).is_err());
        assert!(decode(&nulls, &mut &[4][..], Tags::None).is_err());
        assert!(Schema::parse(r#"{"type":"nonsense"}"#).is_err());
    }
}
