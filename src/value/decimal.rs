//! Decimals of any length as text.

/// A big-endian two's complement number divided by a power of ten, as Go shows big floats: the digits that count, with
/// an exponent below 1e-4 and from 1e6.
pub fn text(bytes: &[u8], scale: i32) -> String {
    let (sign, digits) = digits(bytes);
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return "0".to_owned();
    }
    // The point stands behind so many of the digits.
    let point = digits.len() as i64 - i64::from(scale);
    let exponent = point - 1;
    if !(-4..6).contains(&exponent) {
        let (first, rest) = significant.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{dot}{rest}e{exponent_sign}{:02}", exponent.abs());
    }
    match usize::try_from(point) {
        Ok(point) if point >= significant.len() => format!("{sign}{significant:0<point$}"),
        Ok(point) if point > 0 => format!("{sign}{}.{}", &significant[..point], &significant[point..]),
        _ => format!("{sign}0.{}{significant}", "0".repeat(point.unsigned_abs() as usize)),
    }
}

/// The sign, `-` or empty, and the digits of a big-endian two's complement number, without leading zeros: none of zero.
pub fn digits(bytes: &[u8]) -> (&'static str, String) {
    match bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        true => ("-", magnitude(negated(bytes))),
        false => ("", magnitude(bytes.to_vec())),
    }
}

fn negated(bytes: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
    for byte in out.iter_mut().rev() {
        let carry;
        (*byte, carry) = byte.overflowing_add(1);
        if !carry {
            break;
        }
    }
    out
}

/// The digits of a big-endian number without a sign.
fn magnitude(mut number: Vec<u8>) -> String {
    let mut digits = Vec::new();
    let mut begin = 0;
    while let Some(first) = number[begin..].iter().position(|byte| *byte != 0) {
        begin += first;
        let mut rest = 0_u16;
        for byte in &mut number[begin..] {
            let value = rest << 8 | u16::from(*byte);
            *byte = (value / 10) as u8;
            rest = value % 10;
        }
        digits.push(b'0' + rest as u8);
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for (number, scale, expected) in [
            (12_345_i128, 2, "123.45"),
            (-12_345, 2, "-123.45"),
            (5, 2, "0.05"),
            (500, 2, "5"),
            (-1, 0, "-1"),
            (0, 3, "0"),
            (120, 0, "120"),
            (12_345_678, 1, "1.2345678e+06"),
            (5, 9, "5e-09"),
            (99_999_999_999_999_999_999_999_999_999, 2, "9.9999999999999999999999999999e+26"),
        ] {
            assert_eq!(text(&number.to_be_bytes(), scale), expected);
        }
        assert_eq!(text(&[0xff, 0x00], 0), "-256");
    }
}
