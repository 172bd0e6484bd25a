//! Numbers and their text as Go reads and writes them.

use std::fmt;
use std::io::Write;

use super::{SizedNumber, Value};

/// A number as arithmetic sees it: an integer as long as it fits, otherwise a float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Num {
    Int(i64),
    Float(f64),
}

/// Two numbers brought to one kind: floats if one is a float, else signed if one is signed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pair {
    Signed(i64, i64),
    Unsigned(u64, u64),
    Floats(f64, f64),
}

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    Syntax,
    Range,
}

/// The text of a float, without an allocation.
#[derive(Clone, Copy, Default)]
pub struct FloatText {
    bytes: [u8; 32],
    len: usize,
}

// === impl Num ===

impl Num {
    /// The number in `value`; none for other types and for numbers of a document that no float can hold.
    #[inline]
    pub fn of(value: &Value) -> Option<Num> {
        match value {
            Value::Int(i) => Some(Num::Int(*i)),
            Value::Float(f) => Some(Num::Float(*f)),
            Value::Number(text) => Num::from_text(text),
            Value::Sized(sized) => Some(sized.num()),
            _ => None,
        }
    }

    /// The number that a JSON number text stands for.
    pub fn from_text(text: &str) -> Option<Num> {
        match text.parse() {
            Ok(i) => Some(Num::Int(i)),
            Err(_) => text.parse().ok().filter(|f: &f64| f.is_finite()).map(Num::Float),
        }
    }

    #[inline]
    pub fn to_f64(self) -> f64 {
        match self {
            Num::Int(i) => i as f64,
            Num::Float(f) => f,
        }
    }

    /// The number as an integer: fractions are cut off, what does not fit becomes the least one, as processors have it.
    #[inline]
    pub fn to_i64(self) -> i64 {
        const BOUND: f64 = 9_223_372_036_854_775_808.0;
        match self {
            Num::Int(i) => i,
            Num::Float(f) if (-BOUND..BOUND).contains(&f) => f as i64,
            Num::Float(_) => i64::MIN,
        }
    }
}

impl Pair {
    /// None where one of the two is no number, or one of a document that no float can hold.
    #[inline]
    pub fn of(left: &Value, right: &Value) -> Option<Pair> {
        match (Num::of(left)?, Num::of(right)?) {
            (Num::Int(l), Num::Int(r)) if !matches!(left, Value::Sized(_)) => Some(Pair::Signed(l, r)),
            (l, r) => {
                Some(Pair::of_sizes(left, right).unwrap_or_else(|| Pair::Floats(l.to_f64(), r.to_f64())))
            }
        }
    }

    /// Of integers of which at least one is unsigned; beside a signed one it wraps.
    fn of_sizes(left: &Value, right: &Value) -> Option<Pair> {
        match (unsigned(left), unsigned(right)) {
            (Some(l), Some(r)) => Some(Pair::Unsigned(l, r)),
            (Some(l), None) => whole(right).map(|r| Pair::Signed(l as i64, r)),
            (None, Some(r)) => whole(left).map(|l| Pair::Signed(l, r as i64)),
            (None, None) => None,
        }
    }
}

fn unsigned(value: &Value) -> Option<u64> {
    match value {
        Value::Sized(SizedNumber::Unsigned(n)) => Some(*n),
        _ => None,
    }
}

/// A number cut to an integer; unsigned ones beyond the signed range wrap, and other numbers become the least one.
pub fn integer(value: &Value) -> Option<i64> {
    match unsigned(value) {
        Some(n) => Some(n as i64),
        None => Num::of(value).map(Num::to_i64),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match Num::of(value)? {
        Num::Int(i) => Some(i),
        Num::Float(_) => None,
    }
}

impl From<Num> for Value {
    fn from(num: Num) -> Self {
        match num {
            Num::Int(i) => Value::Int(i),
            Num::Float(f) => Value::Float(f),
        }
    }
}

/// A float of single precision as the one of double precision that prints with the same digits.
pub fn widened(f: f32) -> f64 {
    match f.is_finite() {
        true => f.to_string().parse().unwrap_or_else(|_| f64::from(f)),
        false => f64::from(f),
    }
}

// === Reading ===

/// Reads a float in Go's syntax: digits may be separated by `_`, `inf`, `infinity` and `nan` count, and there are
/// hexadecimal floats such as `0x1.8p1`.
pub fn parse_float(text: &str) -> Result<f64, NumberError> {
    let digits = text.trim_start_matches(['+', '-']);
    if digits.starts_with("0x") || digits.starts_with("0X") {
        return parse_hex_float(text, &digits[2..]);
    }
    let float: f64 =
        if text.contains('_') { without_underscores(text, false)?.parse() } else { text.parse() }
            .map_err(|_| NumberError::Syntax)?;
    let is_named = |text: &str| text.trim_start_matches(['+', '-']).starts_with(['i', 'I']);
    if float.is_infinite() && !is_named(text) { Err(NumberError::Range) } else { Ok(float) }
}

/// Reads a float of which `digits` follow the `0x`: a mantissa and a power of two behind `p`.
fn parse_hex_float(text: &str, digits: &str) -> Result<f64, NumberError> {
    let cleaned = without_underscores(digits, true)?;
    let (mantissa, exponent) = cleaned.split_once(['p', 'P']).ok_or(NumberError::Syntax)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().map_err(|_| NumberError::Syntax)?;
    if text.len() > digits.len() + 3 || whole.len() + fraction.len() == 0 {
        return Err(NumberError::Syntax);
    }
    let mut float = 0.0;
    for c in whole.chars().chain(fraction.chars()) {
        float = float * 16.0 + f64::from(c.to_digit(16).ok_or(NumberError::Syntax)?);
    }
    let shift = exponent.saturating_sub(4 * i32::try_from(fraction.len()).unwrap_or(i32::MAX));
    let float = float * 2f64.powi(shift);
    if float.is_infinite() {
        return Err(NumberError::Range);
    }
    Ok(if text.starts_with('-') { -float } else { float })
}

/// Reads an integer with Go's prefixes `0x`, `0o`, `0b` and `0`, and `_` between digits.
pub fn parse_int(text: &str) -> Result<i64, NumberError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = i128::from(parse_uint(digits)?);
    i64::try_from(if negative { -magnitude } else { magnitude }).map_err(|_| NumberError::Range)
}

/// The same without a sign.
pub fn parse_uint(text: &str) -> Result<u64, NumberError> {
    let (radix, digits) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &text[2..]),
        [b'0', b'o' | b'O', ..] => (8, &text[2..]),
        [b'0', b'b' | b'B', ..] => (2, &text[2..]),
        [b'0', _, ..] => (8, &text[1..]),
        _ => (10, text),
    };
    let cleaned = without_underscores(digits, radix != 10)?;
    if cleaned.starts_with(['+', '-']) {
        return Err(NumberError::Syntax);
    }
    u64::from_str_radix(&cleaned, radix).map_err(|e| match e.kind() {
        std::num::IntErrorKind::PosOverflow => NumberError::Range,
        _ => NumberError::Syntax,
    })
}

/// Removes the underscores between digits; `lead` allows one before the first digit, after a prefix.
fn without_underscores(text: &str, lead: bool) -> Result<String, NumberError> {
    let bytes = text.as_bytes();
    let is_digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_alphanumeric);
    for i in memchr::memchr_iter(b'_', bytes) {
        let before = is_digit(i.checked_sub(1)) || (lead && i == 0);
        if !before || !is_digit(Some(i + 1)) {
            return Err(NumberError::Syntax);
        }
    }
    Ok(text.replace('_', ""))
}

// === Writing ===

/// `f` as Go's `%v` and `.string()` show it: the shortest digits, with an exponent below 1e-4 and from 1e6.
pub fn general_text(f: f64) -> FloatText {
    let named = if f.is_nan() {
        "NaN"
    } else if f == f64::INFINITY {
        "+Inf"
    } else if f == f64::NEG_INFINITY {
        "-Inf"
    } else if f == 0.0 || (1e-4..1e6).contains(&f.abs()) {
        return FloatText::of(format_args!("{f}")).to_even(f);
    } else {
        return FloatText::of(format_args!("{f:e}")).to_even(f).with_go_exponent(2);
    };
    FloatText::of(format_args!("{named}"))
}

/// Finite `f` as JSON: the shortest digits, with an exponent below 1e-6 and from 1e21.
pub fn json_text(f: f64) -> FloatText {
    let magnitude = f.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        return FloatText::of(format_args!("{f:e}")).to_even(f).with_go_exponent(1);
    }
    if magnitude < 1e15 && f.trunc() == f && f.is_sign_positive() {
        let mut text = FloatText::default();
        text.push(itoa::Buffer::new().format(f as i64).as_bytes());
        return text;
    }
    FloatText::of(format_args!("{f}")).to_even(f)
}

/// Whether `f` ends in the middle between two numbers of so many decimals.
fn is_half(f: f64, decimals: i64) -> bool {
    let bits = f.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1075;
    let fraction_bits = -(exponent + i64::from((bits | 1 << 52).trailing_zeros()));
    decimals > 0 && fraction_bits == decimals + 1
}

// === impl FloatText ===

impl FloatText {
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Longest is `-0.000001234567890123456`, which fits.
    fn of(text: fmt::Arguments<'_>) -> Self {
        let mut out = FloatText::default();
        let room = out.bytes.len();
        let mut rest = &mut out.bytes[..];
        let _ = rest.write_fmt(text);
        out.len = room - rest.len();
        out
    }

    /// The shortest digits of a float that are read as it again, as formatting with `{}` or `{:e}` has made them. Where
    /// the float is just between two of those, formatting takes the greater one and Go the even one.
    fn to_even(self, f: f64) -> Self {
        let text = self.as_str();
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let Some((_, fraction)) = digits.split_once('.') else { return self };
        let decimals = fraction.len() as i64 - exponent.parse().unwrap_or(0);
        if !is_half(f, decimals) {
            return self;
        }
        let mut even = self;
        even.bytes[digits.len() - 1] &= !1;
        if even.as_str().parse() == Ok(f) { even } else { self }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Turns Rust's `1e6` into Go's `1e+06`, with at least `width` digits of exponent.
    fn with_go_exponent(&self, width: usize) -> Self {
        let text = self.as_str();
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        FloatText::of(format_args!("{digits}e{sign}{exponent:0>width$}"))
    }
}

impl fmt::Display for FloatText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl NumberError ===

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumberError::Syntax => "invalid syntax",
            NumberError::Range => "value out of range",
        })
    }
}

impl std::error::Error for NumberError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_like_go() {
        for (float, general, json) in [
            (0.0, "0", "0"),
            (-0.0, "-0", "-0"),
            (1.5, "1.5", "1.5"),
            (1e6, "1e+06", "1000000"),
            (999999.0, "999999", "999999"),
            (1234567.0, "1.234567e+06", "1234567"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001234, "1.234e-05", "0.00001234"),
            (1e-7, "1e-07", "1e-7"),
            (1e21, "1e+21", "1e+21"),
            (3602879701896397.0 / 4.0, "9.007199254740992e+14", "900719925474099.2"),
            (4000000004938275.0 / 4.0, "1.0000000012345688e+15", "1000000001234568.8"),
            (1e20, "1e+20", "100000000000000000000"),
            (-1.2345678901234568e-300, "-1.2345678901234568e-300", "-1.2345678901234568e-300"),
            (-0.0000012345678901234567, "-1.2345678901234567e-06", "-0.0000012345678901234567"),
        ] {
            assert_eq!(general_text(float).as_str(), general);
            assert_eq!(json_text(float).as_str(), json);
        }
        assert_eq!(general_text(f64::NEG_INFINITY).as_str(), "-Inf");
    }

    #[test]
    fn floats_read_like_go() {
        for (text, float) in [
            ("1_000", 1000.0),
            ("+.5", 0.5),
            ("1.", 1.0),
            ("1e3", 1000.0),
            ("-0x1.8p1", -3.0),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(parse_float(text), Ok(float), "{text}");
        }
        for text in ["", " 1", "1 ", "0x10", "1__0", "_1", "1_", "1_.5", "e5", "."] {
            assert_eq!(parse_float(text), Err(NumberError::Syntax), "{text}");
        }
        assert_eq!(parse_float("1e400"), Err(NumberError::Range));
    }

    #[test]
    fn integers_read_like_go() {
        for (text, int) in [
            ("42", 42),
            ("-0x1F", -31),
            ("0o17", 15),
            ("017", 15),
            ("0b1_01", 5),
            ("0x_ff", 255),
            ("0_7", 7),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(parse_int(text), Ok(int), "{text}");
        }
        for text in ["", "1.0", "08", "0x", "_1", "+-1", "--1", "1_", " 1"] {
            assert_eq!(parse_int(text), Err(NumberError::Syntax), "{text}");
        }
        assert_eq!(parse_int("9223372036854775808"), Err(NumberError::Range));
        assert_eq!(parse_uint("18446744073709551615"), Ok(u64::MAX));
    }

    #[test]
    fn document_numbers_beyond_an_integer_become_floats() {
        assert_eq!(Num::from_text("12"), Some(Num::Int(12)));
        assert_eq!(Num::from_text("9223372036854775808"), Some(Num::Float(9223372036854775808.0)));
        assert_eq!(Num::from_text("1.0"), Some(Num::Float(1.0)));
        assert_eq!(Num::from_text("1E400"), None);
    }
}
