//! The natural order of keys: letters after everything else, runs of digits by their number.

use crate::value::{Object, Str, Value};

/// The entries of an object in natural order.
pub(super) fn natural(object: &Object) -> Vec<&(Str, Value)> {
    merge_sort(object.iter().collect())
}

/// The order may contradict itself for odd keys, which the sorts of the standard library do not stand.
fn merge_sort(mut left: Vec<&(Str, Value)>) -> Vec<&(Str, Value)> {
    if left.len() < 2 {
        return left;
    }
    let right = merge_sort(left.split_off(left.len() / 2));
    let left = merge_sort(left);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut l, mut r) = (0, 0);
    while l < left.len() && r < right.len() {
        if less(&right[r].0, &left[l].0) {
            merged.push(right[r]);
            r += 1;
        } else {
            merged.push(left[l]);
            l += 1;
        }
    }
    merged.extend_from_slice(&left[l..]);
    merged.extend_from_slice(&right[r..]);
    merged
}

fn less(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(i) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len() < b.len() };
    let after_digit = i > 0 && is_digit(a[i - 1]);
    match (a[i].is_alphabetic(), b[i].is_alphabetic()) {
        (true, true) => a[i] < b[i],
        (a_letter, false) if a_letter => after_digit,
        (false, true) => !after_digit,
        _ => less_number(&a, &b, i),
    }
}

/// Compares two texts from position `i` on, where neither has a letter.
fn less_number(a: &[char], b: &[char], i: usize) -> bool {
    // A zero inside of a number does not lead it.
    let inside = a[..i].iter().rev().take_while(|c| is_digit(**c)).any(|c| *c != '0');
    let start = if inside && (a[i] == '0' || b[i] == '0') { 1 } else { 0 };
    let (a_number, a_length) = number(&a[i..], start);
    let (b_number, b_length) = number(&b[i..], start);
    if a_number != b_number {
        return a_number < b_number;
    }
    if a_length != b_length { a_length < b_length } else { a[i] < b[i] }
}

fn number(text: &[char], start: i64) -> (i64, usize) {
    let digits = text.iter().take_while(|c| is_digit(**c));
    digits.fold((start, 0), |(number, length), c| {
        let digit = i64::from(c.to_digit(10).unwrap_or(0));
        (number.wrapping_mul(10).wrapping_add(digit), length + 1)
    })
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}
