//! How messages are told apart in a stream of bytes between this process and another one.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use memchr::memchr;

/// A way to tell messages apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A line break behind each.
    Lines,
    /// The length before each, in four bytes, big endian.
    LengthPrefixed,
    /// The length before each in decimal digits and a colon, a comma behind it.
    Netstring,
}

/// The names of all framings.
pub const FRAMINGS: &[&str] = &["lines", "length_prefixed_uint32_be", "netstring"];

// === impl Framing ===

impl Framing {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "lines" => Some(Framing::Lines),
            "length_prefixed_uint32_be" => Some(Framing::LengthPrefixed),
            "netstring" => Some(Framing::Netstring),
            _ => None,
        }
    }

    /// A message with what tells it apart from others.
    pub fn encode(self, message: &[u8]) -> Bytes {
        let mut out = BytesMut::with_capacity(message.len() + 8);
        match self {
            Framing::Lines => {}
            Framing::LengthPrefixed => out.put_u32(message.len() as u32),
            Framing::Netstring => out.put_slice(format!("{}:", message.len()).as_bytes()),
        }
        out.put_slice(message);
        match self {
            Framing::Lines => out.put_u8(b'\n'),
            Framing::LengthPrefixed => {}
            Framing::Netstring => out.put_u8(b','),
        }
        out.freeze()
    }

    /// Takes the first message out of `buffer`, if all of it is there.
    pub fn decode(self, buffer: &mut BytesMut) -> Result<Option<Bytes>, String> {
        let (start, length, end) = match self {
            Framing::Lines => match memchr(b'\n', buffer) {
                Some(at) => (0, at, 1),
                None => return Ok(None),
            },
            Framing::LengthPrefixed => match buffer.first_chunk::<4>() {
                Some(length) => (4, u32::from_be_bytes(*length) as usize, 0),
                None => return Ok(None),
            },
            Framing::Netstring => match memchr(b':', buffer) {
                Some(at) => (at + 1, length(&buffer[..at])?, 1),
                None => return Ok(None),
            },
        };
        let whole = start.saturating_add(length).saturating_add(end);
        if buffer.len() < whole {
            return Ok(None);
        }
        if self == Framing::Netstring && buffer[whole - 1] != b',' {
            return Err("invalid netstring: there is no comma behind it".to_owned());
        }
        buffer.advance(start);
        let mut message = buffer.split_to(length);
        buffer.advance(end);
        if self == Framing::Lines && message.ends_with(b"\r") {
            message.truncate(length - 1);
        }
        Ok(Some(message.freeze()))
    }
}

fn length(digits: &[u8]) -> Result<usize, String> {
    let text = String::from_utf8_lossy(digits);
    text.parse().map_err(|_| format!("invalid netstring: '{text}' is no length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_comes_back_once_it_is_whole() {
        for framing in FRAMINGS.iter().map(|name| Framing::named(name).unwrap()) {
            let bytes = [framing.encode(b"one"), framing.encode(b""), framing.encode(b"three")].concat();
            let mut buffer = BytesMut::new();
            let mut messages = Vec::new();
            for byte in bytes {
                buffer.put_u8(byte);
                messages.extend(framing.decode(&mut buffer).unwrap());
            }
            assert_eq!(messages, ["one", "", "three"], "{framing:?}");
        }
        for wrong in ["x:", ":a,", "1:ab"] {
            assert!(Framing::Netstring.decode(&mut BytesMut::from(wrong)).is_err(), "{wrong}");
        }
    }
}
