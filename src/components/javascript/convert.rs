//! Documents as JavaScript values, and back.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rquickjs::{Array, Coerced, Ctx, Exception, Function, Object, Result, Value as Js};

use crate::value::{Object as Document, Value, text};

/// How deep a value may be; what refers to itself has no end.
const MAX_DEPTH: usize = 1000;

/// The largest integer to which all smaller ones are exact floats.
const MAX_SAFE: f64 = 9_007_199_254_740_992.0;

/// A document for the program; numbers are floats.
pub fn to_js<'js>(cx: &Ctx<'js>, value: &Value) -> Result<Js<'js>> {
    Ok(match value {
        Value::Null | Value::Delete | Value::Nothing => Js::new_null(cx.clone()),
        Value::Bool(b) => Js::new_bool(cx.clone(), *b),
        Value::Int(i) => Js::new_number(cx.clone(), *i as f64),
        Value::Float(f) => Js::new_number(cx.clone(), *f),
        Value::Sized(sized) => Js::new_number(cx.clone(), sized.num().to_f64()),
        Value::Number(digits) => Js::new_number(cx.clone(), digits.parse().unwrap_or(f64::NAN)),
        Value::Array(items) => {
            let array = Array::new(cx.clone())?;
            for (i, item) in items.iter().enumerate() {
                array.set(i, to_js(cx, item)?)?;
            }
            array.into_value()
        }
        Value::Object(entries) => {
            let object = Object::new(cx.clone())?;
            for (key, entry) in entries {
                object.set(key.as_str(), to_js(cx, entry)?)?;
            }
            object.into_value()
        }
        other => rquickjs::String::from_str(cx.clone(), &text::string(other))?.into_value(),
    })
}

/// What a program hands over; whole numbers become integers, dates timestamps, and what has no counterpart null.
pub fn from_js<'js>(cx: &Ctx<'js>, value: &Js<'js>) -> Result<Value> {
    read(cx, value, 0)
}

fn read<'js>(cx: &Ctx<'js>, value: &Js<'js>, depth: usize) -> Result<Value> {
    if depth > MAX_DEPTH {
        return Err(Exception::throw_range(cx, "the value is too deep, or refers to itself"));
    }
    if let Some(b) = value.as_bool() {
        return Ok(Value::Bool(b));
    }
    if let Some(number) = value.as_number() {
        let whole = number.fract() == 0.0
            && number.abs() <= MAX_SAFE
            && !(number == 0.0 && number.is_sign_negative());
        return Ok(if whole { Value::Int(number as i64) } else { Value::Float(number) });
    }
    if let Some(string) = value.as_string() {
        return Ok(string.to_string()?.into());
    }
    if value.is_big_int() {
        return Ok(Value::Number(value.get::<Coerced<String>>()?.0.into()));
    }
    if let Some(array) = value.as_array() {
        let items = array.iter::<Js>().map(|item| read(cx, &item?, depth + 1));
        return Ok(items.collect::<Result<Vec<_>>>()?.into());
    }
    let Some(object) = value.as_object().filter(|_| !value.is_function()) else { return Ok(Value::Null) };
    if let Some(time) = date(cx, object)? {
        return Ok(time);
    }
    let entries = object.props::<String, Js>().map(|entry| {
        let (key, value) = entry?;
        Ok((key.into(), read(cx, &value, depth + 1)?))
    });
    Ok(Value::Object(entries.collect::<Result<Document>>()?))
}

fn date<'js>(cx: &Ctx<'js>, object: &Object<'js>) -> Result<Option<Value>> {
    let class: Js = cx.globals().get("Date")?;
    if !object.is_instance_of(&class) {
        return Ok(None);
    }
    let millis: f64 =
        object.get::<_, Function>("getTime")?.call((rquickjs::function::This(object.clone()),))?;
    let time = Timestamp::from_millisecond(millis as i64).ok().filter(|_| !millis.is_nan());
    Ok(time.map(|time| Value::from(time.to_zoned(TimeZone::UTC))))
}
