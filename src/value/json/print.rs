//! Writing JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::value::Value;

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style<'a> {
    /// One level of indentation; compact if there is none.
    pub indent: Option<&'a str>,
    /// Whether `<`, `>` and `&` are written as escapes.
    pub escape_html: bool,
}

/// A value that has no JSON text: NaN or an infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unprintable;

impl std::fmt::Display for Unprintable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NaN and infinities have no JSON text")
    }
}

impl std::error::Error for Unprintable {}

/// The compact text of a value, as messages carry it.
pub fn print(value: &Value) -> Result<Vec<u8>, Unprintable> {
    let mut out = Vec::with_capacity(128);
    print_to(&mut out, value, Style::default())?;
    Ok(out)
}

/// Adds the text of a value to `out`.
pub fn print_to(out: &mut Vec<u8>, value: &Value, style: Style<'_>) -> Result<(), Unprintable> {
    Printer { out, style }.value(value, 0)
}

struct Printer<'a> {
    out: &'a mut Vec<u8>,
    style: Style<'a>,
}

impl Printer<'_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Unprintable> {
        match value {
            Value::Null | Value::Delete | Value::Nothing => self.out.extend_from_slice(b"null"),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Int(i) => self.out.extend_from_slice(itoa::Buffer::new().format(*i).as_bytes()),
            Value::Float(f) => self.float(*f)?,
            Value::Number(text) => self.out.extend_from_slice(text.as_bytes()),
            Value::String(s) => self.string(s),
            Value::Bytes(b) => self.string(&STANDARD.encode(&**b)),
            Value::Timestamp(t) => self.string(&t.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()),
            Value::Array(items) => {
                self.list(b"[]", items.iter(), depth, |printer, item| printer.value(item, depth + 1))?;
            }
            Value::Object(object) => {
                self.list(b"{}", object.iter(), depth, |printer, (key, value)| {
                    printer.string(key);
                    printer.out.push(b':');
                    if printer.style.indent.is_some() {
                        printer.out.push(b' ');
                    }
                    printer.value(value, depth + 1)
                })?;
            }
        }
        Ok(())
    }

    fn list<T>(
        &mut self,
        brackets: &[u8; 2],
        items: impl ExactSizeIterator<Item = T>,
        depth: usize,
        mut item: impl FnMut(&mut Self, T) -> Result<(), Unprintable>,
    ) -> Result<(), Unprintable> {
        self.out.push(brackets[0]);
        let empty = items.len() == 0;
        for (i, value) in items.enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            self.break_line(depth + 1);
            item(self, value)?;
        }
        if !empty {
            self.break_line(depth);
        }
        self.out.push(brackets[1]);
        Ok(())
    }

    fn break_line(&mut self, depth: usize) {
        if let Some(indent) = self.style.indent {
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    /// Shortest digits, in exponent form below 1e-6 and from 1e21 on.
    fn float(&mut self, f: f64) -> Result<(), Unprintable> {
        if !f.is_finite() {
            return Err(Unprintable);
        }
        let size = f.abs();
        let text = if size != 0.0 && !(1e-6..1e21).contains(&size) {
            let text = format!("{f:e}");
            if text.contains("e-") { text } else { text.replace('e', "e+") }
        } else {
            format!("{f}")
        };
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn string(&mut self, text: &str) {
        self.out.push(b'"');
        let bytes = text.as_bytes();
        let mut from = 0;
        for (i, byte) in bytes.iter().enumerate() {
            let escape = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                8 => "\\b",
                12 => "\\f",
                0..0x20 => "",
                b'<' | b'>' | b'&' if self.style.escape_html => "",
                // U+2028 and U+2029
                0xe2 if bytes[i + 1] == 0x80 && matches!(bytes[i + 2], 0xa8 | 0xa9) => {
                    self.out.extend_from_slice(&bytes[from..i]);
                    self.out.extend_from_slice(if bytes[i + 2] == 0xa8 { b"\\u2028" } else { b"\\u2029" });
                    from = i + 3;
                    continue;
                }
                _ => continue,
            };
            self.out.extend_from_slice(&bytes[from..i]);
            from = i + 1;
            if escape.is_empty() {
                self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            } else {
                self.out.extend_from_slice(escape.as_bytes());
            }
        }
        self.out.extend_from_slice(&bytes[from..]);
        self.out.push(b'"');
    }
}
