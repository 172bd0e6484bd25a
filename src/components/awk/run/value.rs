//! Values of AWK: numbers, texts, and texts from outside that may be numbers.

use std::borrow::Cow;

use super::super::number;
use super::printf;
use crate::value::Str;

#[derive(Clone, Debug, Default)]
pub enum Val {
    /// Never assigned: both 0 and empty.
    #[default]
    Unset,
    Num(f64),
    Text(Str),
    /// From outside: compared as a number if it looks like one.
    Input(Str),
}

impl Val {
    pub fn text(text: impl Into<Str>) -> Self {
        Val::Text(text.into())
    }

    pub fn flag(b: bool) -> Self {
        Val::Num(if b { 1.0 } else { 0.0 })
    }

    pub fn num(&self) -> f64 {
        match self {
            Val::Unset => 0.0,
            Val::Num(n) => *n,
            Val::Text(text) | Val::Input(text) => number::prefix(text).0,
        }
    }

    /// The number that this is, unless it is a text.
    pub fn as_num(&self) -> Option<f64> {
        match self {
            Val::Unset => Some(0.0),
            Val::Num(n) => Some(*n),
            Val::Text(_) => None,
            Val::Input(text) => number::whole(text),
        }
    }

    pub fn truth(&self) -> bool {
        match self {
            Val::Text(text) => !text.is_empty(),
            Val::Input(text) => number::whole(text).map_or(!text.is_empty(), |n| n != 0.0),
            other => other.num() != 0.0,
        }
    }

    /// The text of this; numbers with a fraction are written by `format`.
    pub fn show(&self, format: &str) -> Cow<'_, str> {
        match self {
            Val::Unset => Cow::Borrowed(""),
            Val::Text(text) | Val::Input(text) => Cow::Borrowed(text),
            Val::Num(n) => Cow::Owned(shown(*n, format)),
        }
    }

    pub fn into_text(self, format: &str) -> Str {
        match self {
            Val::Text(text) | Val::Input(text) => text,
            other => other.show(format).as_ref().into(),
        }
    }
}

fn shown(n: f64, format: &str) -> String {
    if n.is_nan() {
        "nan".to_owned()
    } else if n.is_infinite() {
        if n < 0.0 { "-inf" } else { "inf" }.to_owned()
    } else if n.fract() == 0.0 && n.abs() < 9.3e18 {
        (n as i64).to_string()
    } else {
        printf::format(format, &[Val::Num(n)], "%.6g").unwrap_or_else(|_| n.to_string())
    }
}
