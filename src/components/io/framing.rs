//! How messages follow each other in a stream of bytes: the codecs of outputs.

use crate::bloblang::did_you_mean;
use crate::component::Built;
use crate::config::{Conf, Field, field};
use crate::message::Message;
use crate::value::Str;

/// The usual field of a [`Framing`].
pub const CODEC: Field<Str> = field("codec")
    .default("lines")
    .suggestions(&["all-bytes", "append", "lines", "delim:x"])
    .usable(|name| Framing::named(name).map(|_| ()))
    .doc("What follows each message: a line break (`lines`), nothing (`append`), or any text (`delim:x`). With `all-bytes` a message is a whole file.");

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each message is a whole file, connection or datagram.
    Whole,
    /// This follows each message that does not end with it already.
    Suffix(Box<[u8]>),
}

// === impl Framing ===

impl Framing {
    /// The framing that `field` names.
    pub fn read(conf: &Conf, field: &Field<Str>) -> Built<Self> {
        Ok(Self::named(&conf.get(field)?).map_err(|error| conf.error(field, error))?)
    }

    fn named(name: &str) -> Result<Self, String> {
        let suffix = match name {
            "all-bytes" => return Ok(Framing::Whole),
            "append" => "",
            "lines" => "\n",
            _ => name.strip_prefix("delim:").filter(|suffix| !suffix.is_empty()).ok_or_else(|| {
                let known = ["all-bytes", "append", "lines", "delim:x"];
                format!("the codec '{name}' is not known{}", did_you_mean(name, known.into_iter()))
            })?,
        };
        Ok(Framing::Suffix(suffix.as_bytes().into()))
    }

    /// Adds a message and what follows it.
    pub fn append(&self, message: &Message, out: &mut Vec<u8>) {
        let start = out.len();
        message.append_to(out);
        if let Framing::Suffix(suffix) = self
            && !out[start..].ends_with(suffix)
        {
            out.extend_from_slice(suffix);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_followed_by_what_the_codec_says() {
        for (codec, want) in [
            ("lines", "a\nb\n\n"),
            ("append", "ab\n"),
            ("delim:\n\n", "a\n\nb\n\n\n\n\n"),
            ("all-bytes", "ab\n"),
        ] {
            let framing = Framing::named(codec).expect("known");
            let mut out = Vec::new();
            for text in ["a", "b\n", ""] {
                framing.append(&Message::from_bytes(text), &mut out);
            }
            assert_eq!(String::from_utf8_lossy(&out), want, "{codec}");
        }
        for codec in ["", "delim:", "line", "gzip"] {
            assert!(Framing::named(codec).is_err(), "{codec}");
        }
    }
}
