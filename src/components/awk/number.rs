//! Numbers at the start of texts.

/// The number that `text` begins with, behind white space, and where it ends; 0 where there is none.
pub fn prefix(text: &str) -> (f64, usize) {
    let bytes = text.as_bytes();
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace() || **b == 11).count();
    let signed = start + usize::from(matches!(bytes.get(start), Some(b'+' | b'-')));
    let negative = bytes.get(start) == Some(&b'-');
    let word = bytes.get(signed..signed + 3).map(<[u8]>::to_ascii_lowercase);
    match word.as_deref() {
        Some(b"nan") => return (f64::NAN, signed + 3),
        Some(b"inf") => return (if negative { f64::NEG_INFINITY } else { f64::INFINITY }, signed + 3),
        _ => {}
    }
    let digits =
        |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    if matches!(bytes.get(signed..signed + 2), Some(b"0x" | b"0X")) {
        let hex = bytes[signed + 2..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
        if hex > 0 {
            let end = signed + 2 + hex;
            let value = text[signed + 2..end]
                .chars()
                .fold(0.0, |n, c| n * 16.0 + f64::from(c.to_digit(16).unwrap_or(0)));
            return (if negative { -value } else { value }, end);
        }
    }
    let whole = digits(signed);
    let mut end = signed + whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return (0.0, 0);
    }
    let mantissa = end;
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digits(exponent) > 0 {
            end = exponent + digits(exponent);
        }
    }
    // "1." is a number here.
    let value = text[start..end].trim_end_matches('.').parse().or_else(|_| text[start..mantissa].parse());
    (value.unwrap_or(0.0), end)
}

/// The number that the whole of `text` is, but for white space around it.
pub fn whole(text: &str) -> Option<f64> {
    let (value, end) = prefix(text);
    (end > 0 && text[end..].trim().is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_far_as_they_go() {
        for (text, want) in [
            (" 1.5x", 1.5),
            ("-.5e2", -50.0),
            ("1e", 1.0),
            ("+0x1Fz", 31.0),
            (".", 0.0),
            ("x", 0.0),
            ("3.", 3.0),
            ("-inf", f64::NEG_INFINITY),
        ] {
            assert_eq!(prefix(text).0, want, "{text}");
        }
        assert_eq!(whole(" 12 "), Some(12.0));
        assert_eq!(whole("12a"), None);
        assert_eq!(whole(""), None);
    }
}
