//! Finding the few bytes of a string that need attention, eight at a time.

/// The bytes that end a run of plain string content.
#[derive(Clone, Copy)]
pub(super) struct Stops {
    /// Stop bytes below 0x80, each repeated over a word; control characters always stop.
    words: &'static [u64],
    table: &'static [bool; 256],
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// What interrupts a string being read.
pub(super) const READ: Stops = Stops { words: &[word(b'"'), word(b'\\')], table: &table(b"\"\\") };

/// What may need an escape in a string being written; 0xE2 begins U+2028 and U+2029.
pub(super) const WRITE: Stops =
    Stops { words: &[word(b'"'), word(b'\\'), word(0xE2)], table: &table(b"\"\\\xE2") };

/// The same where `<`, `>` and `&` are escaped too.
pub(super) const WRITE_HTML: Stops = Stops {
    words: &[word(b'"'), word(b'\\'), word(0xE2), word(b'<'), word(b'>'), word(b'&')],
    table: &table(b"\"\\\xE2<>&"),
};

impl Stops {
    /// The position of the first stop byte or control character from `at` on, or the length of `bytes`.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], mut at: usize) -> usize {
        while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let hits = self.hits(u64::from_le_bytes(*chunk));
            if hits != 0 {
                return at + (hits.trailing_zeros() / 8) as usize;
            }
            at += 8;
        }
        // The last word overlaps the one before; its lowest hit is a stop, unless it is one that was passed already.
        if let Some(last) = bytes.last_chunk::<8>() {
            match self.hits(u64::from_le_bytes(*last)) {
                0 => return bytes.len(),
                hits if bytes.len() - 8 + (hits.trailing_zeros() / 8) as usize >= at => {
                    return bytes.len() - 8 + (hits.trailing_zeros() / 8) as usize;
                }
                _ => {}
            }
        }
        while at < bytes.len() && !self.table[bytes[at] as usize] {
            at += 1;
        }
        at
    }

    /// A high bit in every byte that stops; bits above the lowest may be false, the lowest never is.
    #[inline]
    fn hits(&self, chunk: u64) -> u64 {
        let mut hits = chunk.wrapping_sub(ONES * 0x20) & !chunk; // below 0x20
        for word in self.words {
            let zeroed = chunk ^ word;
            hits |= zeroed.wrapping_sub(ONES) & !zeroed;
        }
        hits & HIGHS
    }
}

const fn word(byte: u8) -> u64 {
    ONES * byte as u64
}

const fn table(stops: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = true;
        control += 1;
    }
    let mut i = 0;
    while i < stops.len() {
        table[stops[i] as usize] = true;
        i += 1;
    }
    table
}
