//! What the endpoints of the service do.

pub mod debug;
pub mod process;
pub mod resources;
pub mod set;
pub mod stream;

use http::StatusCode;

use super::answer::Failure;
use crate::manager::{Error, Lint};
use crate::stream::Stream;
use crate::value::{Object, Value};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (status, code) = match &error {
            Error::NotFound(_) => (StatusCode::NOT_FOUND, "stream_not_found"),
            Error::Exists(_) => (StatusCode::BAD_REQUEST, "stream_exists"),
            Error::BadId(..) => (StatusCode::BAD_REQUEST, "invalid_id"),
            Error::BadConfig(_) => (StatusCode::BAD_REQUEST, "invalid_config"),
            Error::Lints(_) => (StatusCode::BAD_REQUEST, "lint_failed"),
            Error::Build(_, error) if error.mistyped => (StatusCode::BAD_REQUEST, "invalid_config"),
            Error::Build(None, _) => (StatusCode::BAD_GATEWAY, "build_failed"),
            Error::Build(Some(_), _) => (StatusCode::BAD_REQUEST, "build_failed"),
            Error::WrongLabel { .. } => (StatusCode::BAD_GATEWAY, "wrong_label"),
            Error::Panicked => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        };
        let failure = Failure::new(status, code, error.to_string());
        let Error::Lints(findings) = &error else { return failure };
        let texts: Vec<Value> = findings.iter().map(|finding| Lint(finding).to_string().into()).collect();
        // The documentation names one key, the program that it documents sends the other.
        failure.with("linting_errors", texts.clone()).with("lint_errors", texts)
    }
}

/// Whether a stream runs and how long it has.
fn state(stream: &Stream) -> Object {
    let uptime = stream.uptime();
    let nanoseconds = i64::try_from(uptime.as_nanos()).unwrap_or(i64::MAX);
    let text = crate::config::Duration::from_nanos(nanoseconds).to_string();
    let members = [
        ("active", Value::Bool(stream.is_active())),
        ("uptime", Value::Float(uptime.as_secs_f64())),
        ("uptime_str", Value::from(text)),
    ];
    members.into_iter().map(|(key, value)| (key.into(), value)).collect()
}
