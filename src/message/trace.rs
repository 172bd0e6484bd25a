//! Which trace a message belongs to.

use crate::value::Str;

/// The span that whatever happens to a message next is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    pub id: u128,
    pub span: u64,
    /// Whether the trace is kept.
    pub sampled: bool,
}

// === impl Trace ===

impl Trace {
    /// The trace that a W3C `traceparent` text names, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, id, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version.len() != 2 || version == "ff" || id.len() != 32 || span.len() != 16 || flags.len() != 2 {
            return None;
        }
        let trace = Self {
            id: u128::from_str_radix(id, 16).ok()?,
            span: u64::from_str_radix(span, 16).ok()?,
            sampled: u8::from_str_radix(flags, 16).ok()? & 1 == 1,
        };
        (trace.id != 0 && trace.span != 0).then_some(trace)
    }

    /// The id of the trace in hexadecimal digits.
    pub fn id_text(&self) -> Str {
        format!("{:032x}", self.id).into()
    }

    /// The W3C `traceparent` text.
    pub fn text(&self) -> Str {
        format!("00-{:032x}-{:016x}-{:02x}", self.id, self.span, u8::from(self.sampled)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_told_as_text() {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace = Trace::parse(text).expect("a trace");
        assert!(trace.sampled);
        assert_eq!(trace.text(), text);
        assert_eq!(trace.id_text(), "0af7651916cd43dd8448eb211c80319c");
        for bad in ["", "00-0-1-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "x"] {
            assert_eq!(Trace::parse(bad), None, "{bad}");
        }
    }
}
