//! Floats under `%e`, `%f`, `%g`, `%x` and `%b`.

use super::directive::Directive;
use crate::value::number;

/// Writes `f` under one of the verbs `eEfFgGvxXb`.
pub(super) fn print(directive: &Directive, verb: char, f: f64, out: &mut String) {
    if !f.is_finite() {
        let text = number::general_text(f).to_string();
        let digits = text.trim_start_matches(['+', '-']);
        let sign = if f.is_nan() { directive.sign(false) } else { directive.sign(f < 0.0) };
        let sign = if f == f64::INFINITY && sign.is_empty() { "+" } else { sign };
        Directive { zero: false, ..*directive }.pad(&format!("{sign}{digits}"), out);
        return;
    }
    let magnitude = f.abs();
    let digits = match verb {
        'e' | 'E' => scientific(magnitude, directive.precision.unwrap_or(6)),
        'f' | 'F' => format!("{magnitude:.*}", directive.precision.unwrap_or(6)),
        'x' | 'X' => hexadecimal(magnitude, directive.precision),
        'b' => binary(magnitude),
        _ => general(magnitude, directive.precision),
    };
    let digits = if directive.sharp && !"xXb".contains(verb) {
        with_point(&digits, verb, directive.precision)
    } else {
        digits
    };
    let digits = if verb.is_ascii_uppercase() { digits.to_ascii_uppercase() } else { digits };
    directive.pad_number(directive.sign(f.is_sign_negative()), &digits, out);
}

/// The parts of a positive float: its digits and the power of two that these are multiplied by.
fn parts(f: f64) -> (u64, i32) {
    let (digits, exponent) = (f.to_bits() << 12 >> 12, (f.to_bits() >> 52) as i32);
    if exponent == 0 { (digits, -1074) } else { (digits | 1 << 52, exponent - 1075) }
}

/// `4503599627370496p-52`.
fn binary(f: f64) -> String {
    let (digits, exponent) = parts(f);
    format!("{digits}p{exponent:+}")
}

/// `0x1.8p+01`, with all digits that there are or as many behind the point as wanted.
fn hexadecimal(f: f64, precision: Option<usize>) -> String {
    let (mut digits, mut exponent) = parts(f);
    if digits == 0 {
        exponent = 0;
    } else {
        // One digit before the point, which is 1, and thirteen behind it.
        let shift = digits.leading_zeros() as i32 - 11;
        (digits, exponent) = (digits << shift, exponent - shift + 52);
    }
    if let Some(precision) = precision.filter(|precision| *precision < 13) {
        let dropped = 52 - 4 * precision as u32;
        let (half, rest) = (1 << (dropped - 1), digits & ((1 << dropped) - 1));
        let kept = digits >> dropped;
        let up = rest > half || (rest == half && kept & 1 == 1);
        digits = (kept + u64::from(up)) << dropped;
        if digits >> 53 != 0 {
            (digits, exponent) = (digits >> 1, exponent + 1);
        }
    }
    let fraction = format!("{:013x}", digits & ((1 << 52) - 1));
    let fraction = match precision {
        Some(precision) => format!("{fraction:0<precision$}")[..precision].to_owned(),
        None => fraction.trim_end_matches('0').to_owned(),
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{fraction}p{sign}{:02}", digits >> 52, exponent.abs())
}

/// `1.234560e+02`: at least two digits of exponent, always with a sign.
fn scientific(f: f64, precision: usize) -> String {
    go_exponent(&format!("{f:.precision$e}"))
}

fn go_exponent(text: &str) -> String {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// The shorter of the two other forms, without zeros at the end.
fn general(f: f64, precision: Option<usize>) -> String {
    let Some(precision) = precision else { return number::general_text(f).to_string() };
    let significant = precision.max(1);
    let text = format!("{f:.*e}", significant - 1);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent >= i32::try_from(significant).unwrap_or(i32::MAX) {
        return go_exponent(&format!("{}e{exponent}", trim_zeros(digits)));
    }
    let decimals = i32::try_from(significant).unwrap_or(i32::MAX).saturating_sub(1 + exponent);
    trim_zeros(&format!("{f:.*}", usize::try_from(decimals).unwrap_or(0))).to_owned()
}

fn trim_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// The `#` flag: always a decimal point, and under `%g` the zeros that the precision asks for.
fn with_point(text: &str, verb: char, precision: Option<usize>) -> String {
    let at = text.find('e').unwrap_or(text.len());
    let (digits, exponent) = text.split_at(at);
    let mut digits = digits.to_owned();
    if !digits.contains('.') {
        digits.push('.');
    }
    if matches!(verb, 'g' | 'G' | 'v') {
        let wanted = precision.unwrap_or(6).max(1);
        let significant = digits.trim_start_matches(['0', '.']).bytes().filter(u8::is_ascii_digit).count();
        let counted = if significant == 0 { 1 } else { significant };
        digits.extend(std::iter::repeat_n('0', wanted.saturating_sub(counted)));
    }
    digits + exponent
}
