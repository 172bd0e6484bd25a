//! The functions that programs reach the message and the world with.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::run::{Host, Val};
use crate::bloblang::go::{layout, layout_parse};
use crate::bloblang::path;
use crate::message::Message;
use crate::telemetry::log::{Level, Logger};
use crate::value::{Object, Str, Value, text};

type Body = fn(&mut Surroundings, &Args<'_>) -> Result<Val, String>;

/// Name, the most arguments, body.
const FUNCTIONS: &[(&str, usize, Body)] = &[
    ("base64_decode", 1, |_, args| {
        let bytes = BASE64_STANDARD.decode(args.text(0).as_str()).map_err(|error| error.to_string())?;
        Ok(Val::text(String::from_utf8_lossy(&bytes).as_ref()))
    }),
    ("base64_encode", 1, |_, args| Ok(Val::text(BASE64_STANDARD.encode(args.text(0).as_str())))),
    ("create_json_array", usize::MAX, |_, args| {
        Ok(json(&Value::Array((0..args.0.len()).map(|at| args.value(at)).collect())))
    }),
    ("create_json_object", usize::MAX, |_, args| {
        let pairs = (0..args.0.len() / 2).map(|pair| (args.text(2 * pair), args.value(2 * pair + 1)));
        Ok(json(&Value::Object(pairs.collect::<Object>())))
    }),
    ("json_append", 2, |host, args| host.append(args, args.value(1))),
    ("json_append_bool", 2, |host, args| host.append(args, args.bool(1).into())),
    ("json_append_float", 2, |host, args| host.append(args, args.num(1).into())),
    ("json_append_int", 2, |host, args| host.append(args, args.int(1).into())),
    ("json_delete", 1, |host, args| {
        path::remove(host.document()?, &args.path());
        host.changed = true;
        Ok(Val::Num(0.0))
    }),
    ("json_get", 1, |host, args| Ok(json(&path::get(host.document()?, &args.path())))),
    ("json_length", 1, |host, args| {
        Ok(Val::Num(match &*path::get(host.document()?, &args.path()) {
            Value::String(text) => text.len() as f64,
            Value::Array(items) => items.len() as f64,
            _ => 0.0,
        }))
    }),
    ("json_set", 2, |host, args| host.set(args, args.value(1))),
    ("json_set_bool", 2, |host, args| host.set(args, args.bool(1).into())),
    ("json_set_float", 2, |host, args| host.set(args, args.num(1).into())),
    ("json_set_int", 2, |host, args| host.set(args, args.int(1).into())),
    ("json_type", 1, |host, args| {
        let found = path::find(host.document()?, &args.path());
        Ok(Val::text(match found.as_deref() {
            None => "undefined",
            Some(Value::Int(_)) => "int",
            Some(Value::Float(_) | Value::Sized(_) | Value::Number(_)) => "float",
            Some(other) => other.type_name(),
        }))
    }),
    ("metadata_get", 1, |host, args| {
        let found = host.message.meta().get(&args.text(0)).map(|value| text::string(value).into_owned());
        Ok(Val::text(found.unwrap_or_default()))
    }),
    ("metadata_set", 2, |host, args| {
        host.message.set_meta(args.text(0), args.value(1));
        Ok(Val::Unset)
    }),
    ("print_log", 2, |host, args| {
        let level = Level::parse(&args.text(1)).ok().flatten().unwrap_or(Level::Info);
        // A program cannot end the service.
        host.log.log(if level == Level::Fatal { Level::Error } else { level }, args.text(0));
        Ok(Val::Unset)
    }),
    ("timestamp_format", 2, |_, args| formatted(Timestamp::from_second(args.int(0)), args)),
    ("timestamp_format_nano", 2, |_, args| formatted(Timestamp::from_nanosecond(args.int(0).into()), args)),
    ("timestamp_unix", 2, |_, args| Ok(Val::Num(time(args)?.timestamp().as_second() as f64))),
    ("timestamp_unix_nano", 2, |_, args| Ok(Val::Num(time(args)?.timestamp().as_nanosecond() as f64))),
];

/// Layouts that times are tried in when none is given.
const LAYOUTS: &[&str] = &[
    "Mon Jan 02 15:04:05 -0700 2006",
    "Mon, 02 Jan 2006 15:04:05 -0700",
    "Mon, 02 Jan 2006 15:04:05 MST",
    "2006-01-02T15:04:05Z07:00",
    "02 Jan 06 15:04 MST",
    "02 Jan 06 15:04 -0700",
    "Mon, 2 Jan 2006 15:04:05 -0700",
    "2006-01-02T15:04:05MST",
    "2006-01-02T15:04:05",
    "2006-01-02 15:04:05",
    "2006-01-02T15:04:05Z0700",
    "2006-01-02",
];

const RFC3339: &str = "2006-01-02T15:04:05Z07:00";

/// The message of a program, and the log.
pub struct Surroundings {
    message: Message,
    log: Logger,
    /// Read when it is first asked for.
    document: Option<Value>,
    changed: bool,
}

/// The arguments of a call; missing ones are empty or 0.
struct Args<'a>(&'a [Val]);

/// Names with the most arguments, in the order of their numbers.
pub fn signatures() -> Vec<(&'static str, usize)> {
    FUNCTIONS.iter().map(|(name, most, _)| (*name, *most)).collect()
}

// === impl Surroundings ===

impl Surroundings {
    pub fn new(message: Message, log: Logger) -> Self {
        Self { message, log, document: None, changed: false }
    }

    /// The message with everything that was set.
    pub fn into_message(self) -> Message {
        match self.document {
            Some(document) if self.changed => self.message.with_document(document),
            _ => self.message,
        }
    }

    fn document(&mut self) -> Result<&mut Value, String> {
        if self.document.is_none() {
            let document = self.message.structured();
            self.document =
                Some(document.map_err(|error| format!("the content is no document: {error}"))?.clone());
        }
        Ok(self.document.get_or_insert_default())
    }

    /// What cannot be set is left alone.
    fn set(&mut self, args: &Args<'_>, value: Value) -> Result<Val, String> {
        let _ = path::set(self.document()?, &args.path(), value);
        self.changed = true;
        Ok(Val::Num(0.0))
    }

    fn append(&mut self, args: &Args<'_>, value: Value) -> Result<Val, String> {
        let mut items = match path::get(self.document()?, &args.path()).into_owned() {
            Value::Array(items) => items,
            Value::Null => Default::default(),
            other => [other].into_iter().collect(),
        };
        items.push(value);
        self.set(args, Value::Array(items))
    }
}

impl Host for Surroundings {
    fn call(&mut self, index: usize, args: &[Val]) -> Result<Val, String> {
        let (_, _, body) = FUNCTIONS.get(index).ok_or("there is no such function")?;
        body(self, &Args(args))
    }
}

// === impl Args ===

impl Args<'_> {
    fn text(&self, at: usize) -> Str {
        self.0.get(at).cloned().unwrap_or_default().into_text("%.6g")
    }

    fn value(&self, at: usize) -> Value {
        Value::String(self.text(at))
    }

    fn num(&self, at: usize) -> f64 {
        self.0.get(at).map_or(0.0, Val::num)
    }

    fn int(&self, at: usize) -> i64 {
        self.num(at) as i64
    }

    fn bool(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(Val::truth)
    }

    fn path(&self) -> Vec<Str> {
        path::split(&self.text(0))
    }
}

/// A value as text: strings as they are, everything else as JSON.
fn json(value: &Value) -> Val {
    Val::text(text::string(value).as_ref())
}

fn time(args: &Args<'_>) -> Result<Zoned, String> {
    let (text, layout) = (args.text(0), args.text(1));
    if text.is_empty() {
        return Ok(Zoned::now());
    }
    if !layout.is_empty() {
        return layout_parse::parse(&layout, &text).map(|time| time.to_zoned());
    }
    let found = LAYOUTS.iter().find_map(|layout| layout_parse::parse(layout, &text).ok());
    let found = found.map(|time| time.to_zoned());
    found.ok_or_else(|| format!("the time '{text}' is in no known layout"))
}

fn formatted(time: Result<Timestamp, jiff::Error>, args: &Args<'_>) -> Result<Val, String> {
    let time = time.map_err(|error| error.to_string())?.to_zoned(TimeZone::UTC);
    let layout = args.text(1);
    Ok(Val::text(layout::format(&time.into(), if layout.is_empty() { RFC3339 } else { &layout })))
}
