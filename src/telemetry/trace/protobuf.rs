//! The few parts of the Protocol Buffers wire format that spans need.

/// A message under construction.
#[derive(Default)]
pub struct Message(Vec<u8>);

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH: u32 = 2;

// === impl Message ===

impl Message {
    pub fn bytes(mut self, field: u32, bytes: &[u8]) -> Self {
        self.tag(field, LENGTH);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn message(self, field: u32, inner: Message) -> Self {
        self.bytes(field, &inner.0)
    }

    pub fn text(self, field: u32, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    /// An integer or a choice.
    pub fn integer(mut self, field: u32, value: u64) -> Self {
        self.tag(field, VARINT);
        self.varint(value);
        self
    }

    pub fn fixed(mut self, field: u32, value: u64) -> Self {
        self.tag(field, FIXED64);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    fn tag(&mut self, field: u32, wire: u32) {
        self.varint(u64::from((field << 3) | wire));
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_specified() {
        let inner = Message::default().integer(1, 150);
        let bytes = Message::default().text(2, "testing").message(3, inner).fixed(16, 1).finish();
        let mut expected = vec![0x12, 7];
        expected.extend_from_slice(b"testing");
        expected.extend_from_slice(&[0x1a, 3, 0x08, 0x96, 0x01, 0x81, 0x01, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes, expected);
    }
}
