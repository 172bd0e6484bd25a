//! Documents whose numbers have become floats, for what reads them so.

use crate::value::Value;

/// A document with its numbers as floats.
pub fn floats(mut value: Value) -> Value {
    make_floats(&mut value);
    value
}

fn make_floats(value: &mut Value) {
    match value {
        Value::Number(text) => {
            if let Ok(number) = text.parse() {
                *value = Value::Float(number);
            }
        }
        Value::Sized(number) => *value = Value::Float(number.num().to_f64()),
        Value::Int(number) => *value = Value::Float(*number as f64),
        Value::Array(items) => items.make_mut().iter_mut().for_each(make_floats),
        Value::Object(object) => object.values_mut().for_each(make_floats),
        _ => {}
    }
}
