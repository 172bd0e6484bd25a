//! Numbers of a size that mappings can ask for besides integers and floats of 64 bits.

use super::Value;
use super::number::{self, Num};

/// A number of another size. It has the arithmetic of its kind and becomes a common number in any other company.
#[derive(Clone, Copy, Debug)]
pub enum SizedNumber {
    /// An unsigned integer.
    Unsigned(u64),
    /// A float of single precision.
    Single(f32),
}

impl SizedNumber {
    /// As a number that can be computed with: an integer if it is one that fits, else a float.
    pub fn num(self) -> Num {
        match self {
            SizedNumber::Unsigned(n) => i64::try_from(n).map_or(Num::Float(n as f64), Num::Int),
            SizedNumber::Single(f) => Num::Float(f64::from(f)),
        }
    }

    /// As one of the common values with the same digits, for what knows only those.
    pub fn common(self) -> Value {
        match self {
            SizedNumber::Unsigned(n) => i64::try_from(n)
                .map_or_else(|_| Value::Number(itoa::Buffer::new().format(n).into()), Value::Int),
            SizedNumber::Single(f) => Value::Float(number::widened(f)),
        }
    }

    pub fn is_zero(self) -> bool {
        match self {
            SizedNumber::Unsigned(n) => n == 0,
            SizedNumber::Single(f) => f == 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::number::Pair;
    use super::*;

    const MOST: Value = Value::Sized(SizedNumber::Unsigned(u64::MAX));

    #[test]
    fn digits_are_those_of_the_size() {
        for (number, expected) in
            [(SizedNumber::Unsigned(u64::MAX), "18446744073709551615"), (SizedNumber::Single(0.1), "0.1")]
        {
            assert_eq!(super::super::json::print(&Value::Sized(number)).unwrap(), expected.as_bytes());
            assert_eq!(super::super::text::string(&Value::Sized(number)), expected);
        }
    }

    #[test]
    fn unsigned_numbers_keep_to_themselves() {
        assert_eq!(Pair::of(&MOST, &MOST), Some(Pair::Unsigned(u64::MAX, u64::MAX)));
        assert_eq!(Pair::of(&MOST, &Value::Int(1)), Some(Pair::Signed(-1, 1)));
        assert_eq!(Pair::of(&Value::Float(0.5), &MOST), Some(Pair::Floats(0.5, u64::MAX as f64)));
        assert!(MOST == MOST && MOST != Value::Int(1));
    }
}
