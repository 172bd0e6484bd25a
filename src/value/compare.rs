//! Equality and order of values, as `==` and `<` of Bloblang see them.

use std::cmp::Ordering;

use super::number::Pair;
use super::{Object, Value, text};

/// Two values that have no order, such as a string and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incomparable;

/// Whether two values are equal. Numbers compare by value, strings and bytes by content, containers deeply, a
/// timestamp with a string as its RFC 3339 text, a boolean on the left with a number as "is not zero".
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(l), r) => truth(r) == Some(*l),
        (Value::Array(l), Value::Array(r)) => l.len() == r.len() && l.iter().zip(r).all(|(l, r)| equal(l, r)),
        (Value::Object(l), Value::Object(r)) => equal_objects(l, r),
        (Value::Int(l), Value::Int(r)) => l == r,
        (Value::Number(l), Value::Number(r)) if l == r => true,
        _ => order(left, right) == Ok(Some(Ordering::Equal)),
    }
}

/// The order of two numbers, two texts (by bytes) or two timestamps; none where a number is not a number.
pub fn order(left: &Value, right: &Value) -> Result<Option<Ordering>, Incomparable> {
    if let Some(pair) = Pair::of(left, right) {
        return Ok(match pair {
            Pair::Signed(l, r) => Some(l.cmp(&r)),
            Pair::Unsigned(l, r) => Some(l.cmp(&r)),
            Pair::Floats(l, r) => l.partial_cmp(&r),
        });
    }
    if let (Value::Timestamp(l), Value::Timestamp(r)) = (left, right) {
        return Ok(Some(l.as_nanosecond().cmp(&r.as_nanosecond())));
    }
    match (text::content(left), text::content(right)) {
        (Some(l), Some(r)) => Ok(Some(l.cmp(&r))),
        _ => Err(Incomparable),
    }
}

/// What a boolean or a number counts as in a condition; none for other types. A number of a document goes by its
/// text: only `0` is false.
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::Int(i) => Some(*i != 0),
        Value::Float(f) => Some(*f != 0.0),
        Value::Number(text) => Some(text != "0"),
        Value::Sized(sized) => Some(!sized.is_zero()),
        _ => None,
    }
}

fn equal_objects(left: &Object, right: &Object) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|((lk, lv), (rk, rv))| lk == rk && equal(lv, rv))
}

/// Tests compare documents; NaN equals nothing.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        equal(self, other)
    }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    fn parsed(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn kinds_compare_as_documented() {
        let bytes = Value::from(bytes::Bytes::from_static(b"a"));
        for (left, right, expected) in [
            (Value::Int(1), Value::Float(1.0), true),
            (parsed("1.0"), Value::Int(1), true),
            (Value::Bool(true), Value::Int(1), true),
            (Value::Int(1), Value::Bool(true), false),
            (Value::Null, Value::Bool(false), false),
            (Value::from("a"), bytes.clone(), true),
            (bytes, Value::from("a"), true),
            (Value::from("1"), Value::Int(1), false),
            (Value::Float(f64::NAN), Value::Float(f64::NAN), false),
            (parsed(r#"{"b":[1,{"c":null}],"a":2}"#), parsed(r#"{"a":2.0,"b":[1,{"c":null}]}"#), true),
            (parsed(r#"{"a":1}"#), parsed(r#"{"b":1}"#), false),
            (parsed("[1]"), parsed("[1,2]"), false),
        ] {
            assert_eq!(equal(&left, &right), expected, "{left:?} == {right:?}");
        }
    }

    #[test]
    fn order_exists_within_a_kind() {
        assert_eq!(order(&Value::Int(2), &parsed("1.5")), Ok(Some(Ordering::Greater)));
        assert_eq!(order(&"a".into(), &"b".into()), Ok(Some(Ordering::Less)));
        assert_eq!(order(&"a".into(), &Value::Int(1)), Err(Incomparable));
        assert_eq!(order(&Value::Null, &Value::Null), Err(Incomparable));
        assert_eq!(order(&Value::Float(f64::NAN), &Value::Int(1)), Ok(None));
    }

    #[test]
    fn timestamps_compare_with_their_text() {
        let time: jiff::Zoned = "2020-01-02T03:04:05.5[UTC]".parse().unwrap();
        assert!(equal(&time.clone().into(), &"2020-01-02T03:04:05.5Z".into()));
        assert!(equal(&"2020-01-02T03:04:05.5Z".into(), &time.into()));
    }
}
