//! How outputs that write to one stream of bytes set messages apart: the `codec` field.

use bytes::Bytes;

use crate::message::Message;

/// A way to write messages one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoder {
    /// Written behind a message that does not end with it.
    suffix: Bytes,
    /// Whether every message replaces what was written before.
    pub replaces: bool,
}

/// The codecs that exist, for docs.
pub const CODECS: &[&str] = &["all-bytes", "append", "lines", "delim:x"];

impl Encoder {
    pub fn parse(codec: &str) -> Result<Self, String> {
        let plain = |suffix: &'static [u8]| Self { suffix: Bytes::from_static(suffix), replaces: false };
        match codec {
            "lines" => Ok(plain(b"\n")),
            "append" => Ok(plain(b"")),
            "all-bytes" => Ok(Self { replaces: true, ..plain(b"") }),
            other => match other.strip_prefix("delim:") {
                Some("") => Err("the codec delim: needs a delimiter behind the colon".to_owned()),
                Some(suffix) => {
                    Ok(Self { suffix: Bytes::copy_from_slice(suffix.as_bytes()), replaces: false })
                }
                None => Err(format!("there is no codec '{other}'; there are {}", CODECS.join(", "))),
            },
        }
    }

    /// Adds a message to what will be written.
    pub fn encode(&self, message: &Message, out: &mut Vec<u8>) {
        let bytes = message.bytes();
        out.extend_from_slice(bytes);
        if !self.suffix.is_empty() && !bytes.ends_with(&self.suffix) {
            out.extend_from_slice(&self.suffix);
        }
    }
}
