//! The functions that programs reach the message with. One that fails throws its reason as a string.

use rquickjs::function::Rest;
use rquickjs::{Coerced, Ctx, Function, IntoJs, Object, Result, Value as Js};

use super::convert::{from_js, to_js};
use super::fetch;
use super::vm::Current;
use crate::value::text;

/// What a function does with its arguments; it throws `Err`.
type Body = for<'js> fn(&Ctx<'js>, &Current, &[Js<'js>]) -> Result<std::result::Result<Js<'js>, String>>;

/// Name, the most arguments, body.
const FUNCTIONS: &[(&str, usize, Body)] = &[
    ("v0_fetch", 4, |cx, current, args| {
        let headers = match args.get(1).and_then(|arg| arg.as_object()) {
            Some(headers) => headers
                .props::<String, Coerced<String>>()
                .map(|header| header.map(|(k, v)| (k, v.0)))
                .collect::<Result<_>>()?,
            None => Vec::new(),
        };
        let request = fetch::Request {
            url: string(args, 0, "")?,
            headers,
            method: string(args, 2, "GET")?,
            body: string(args, 3, "")?,
        };
        let answer = match current.outside(|| fetch::send(request)) {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        let result = Object::new(cx.clone())?;
        result.set("status", answer.status)?;
        result.set("body", answer.body)?;
        Ok(Ok(result.into_value()))
    }),
    ("v0_msg_as_string", 0, |cx, message, _| {
        let text = String::from_utf8_lossy(message.lock().bytes()).into_owned();
        Ok(Ok(text.into_js(cx)?))
    }),
    ("v0_msg_as_structured", 0, |cx, message, _| match message.lock().structured() {
        Ok(document) => Ok(Ok(to_js(cx, document)?)),
        Err(error) => Ok(Err(error.to_string())),
    }),
    ("v0_msg_exists_meta", 1, |cx, message, args| {
        let there = message.lock().meta().contains_key(&string(args, 0, "")?);
        Ok(Ok(Js::new_bool(cx.clone(), there)))
    }),
    ("v0_msg_get_meta", 1, |cx, message, args| {
        let name = string(args, 0, "")?;
        match message.lock().meta().get(&name) {
            Some(value) => Ok(Ok(text::string(value).into_owned().into_js(cx)?)),
            None => Ok(Err("key not found".to_owned())),
        }
    }),
    ("v0_msg_set_meta", 2, |cx, message, args| {
        let value = args.get(1).map_or_else(|| Ok(crate::value::Value::Null), |value| from_js(cx, value))?;
        message.lock().set_meta(string(args, 0, "")?, value);
        Ok(Ok(Js::new_null(cx.clone())))
    }),
    ("v0_msg_set_string", 1, |cx, message, args| {
        message.lock().set_bytes(string(args, 0, "")?);
        Ok(Ok(Js::new_null(cx.clone())))
    }),
    ("v0_msg_set_structured", 1, |cx, message, args| {
        let value = args.first().map_or_else(|| Ok(crate::value::Value::Null), |value| from_js(cx, value))?;
        let mut message = message.lock();
        *message = message.with_document(value);
        Ok(Ok(Js::new_null(cx.clone())))
    }),
];

/// An object with all functions, for `message`.
pub fn all<'js>(cx: &Ctx<'js>, message: &Current) -> Result<Object<'js>> {
    let object = Object::new(cx.clone())?;
    for &(name, most, body) in FUNCTIONS {
        let message = message.clone();
        let function = move |cx: Ctx<'js>, args: Rest<Js<'js>>| {
            let result = match checked(&args, most) {
                Ok(()) => body(&cx, &message, &args)?,
                Err(error) => Err(error),
            };
            result.or_else(|error| Err(cx.throw(error.into_js(&cx)?)))
        };
        object.set(name, Function::new(cx.clone(), function)?)?;
    }
    Ok(object)
}

fn checked(args: &[Js<'_>], most: usize) -> std::result::Result<(), String> {
    if args.len() > most {
        return Err(format!("there are {} arguments, at most {most} are taken", args.len()));
    }
    let undefined = args.iter().position(Js::is_undefined);
    undefined.map_or(Ok(()), |at| Err(format!("argument at position {at} is undefined")))
}

fn string(args: &[Js<'_>], at: usize, default: &str) -> Result<String> {
    args.get(at).map_or_else(|| Ok(default.to_owned()), |arg| Ok(arg.get::<Coerced<String>>()?.0))
}
