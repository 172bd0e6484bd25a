//! What messages are told about the file that they come from.

use std::fs::Metadata;

use crate::value::{Object, Str, Value};

/// `path`, `mod_time_unix` in seconds and `mod_time` as RFC 3339 in UTC.
pub fn file_metadata(path: &str, metadata: &Metadata) -> Object {
    let time =
        metadata.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok()).unwrap_or_default();
    let text = time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    [
        (Str::from("path"), Value::from(path)),
        ("mod_time_unix".into(), time.as_second().into()),
        ("mod_time".into(), text.into()),
    ]
    .into_iter()
    .collect()
}
