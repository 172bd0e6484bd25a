//! `/streams/{id}`: one stream.

use std::sync::Arc;

use http::{Method, StatusCode};

use super::super::answer::{Answer, Failure, done, json};
use super::super::context::Api;
use super::super::request::Call;
use super::state;
use crate::config::{Node, STREAM_FIELDS, scrub};
use crate::manager::{Entry, Error};
use crate::telemetry::metrics::{flat_stream, hierarchy};
use crate::value::{Str, Value};

pub async fn stream(api: Arc<Api>, call: Call) -> Result<Answer, Failure> {
    let (manager, id) = (&api.manager, call.var("id"));
    let timeout = call.timeout().unwrap_or(manager.settings().shutdown_timeout);
    let chilled = call.chilled();
    match *call.method() {
        Method::GET | Method::HEAD => return Ok(shown(&api, &*found(&api, &id)?)),
        Method::POST => manager.create(&id, &call.body().await?, chilled).await?,
        Method::PUT => manager.update(&id, &call.body().await?, chilled, timeout).await?,
        Method::PATCH => manager.patch(&id, &call.body().await?, timeout).await?,
        Method::DELETE => manager.delete(&id, timeout).await?,
        ref other => return Err(Failure::unsupported("verb", other)),
    }
    Ok(done())
}

/// The counters of a stream: as a tree, or with `?format=flat` as `name{labels}` to number.
pub async fn stats(api: Arc<Api>, call: Call) -> Result<Answer, Failure> {
    if !matches!(*call.method(), Method::GET | Method::HEAD) {
        return Err(Failure::unsupported("verb", call.method()));
    }
    let entry = found(&api, &call.var("id"))?;
    let scope = &entry.stream.environment().metrics;
    let mut stats = match call.query("format") {
        None | Some("tree") => hierarchy(scope),
        Some("flat") => flat_stream(scope),
        Some(other) => {
            let text = format!("format '{other}' is neither tree nor flat");
            return Err(Failure::bad_request("invalid_format", text));
        }
    };
    let uptime = i64::try_from(entry.stream.uptime().as_nanos()).unwrap_or(i64::MAX);
    stats.insert("uptime_ns".into(), Value::Int(uptime));
    Ok(json(StatusCode::OK, &Value::Object(stats)))
}

fn found(api: &Api, id: &str) -> Result<Arc<Entry>, Failure> {
    api.manager.get(id).ok_or_else(|| Error::NotFound(Str::from(id)).into())
}

fn shown(api: &Api, entry: &Entry) -> Answer {
    let registry = &*api.manager.settings().registry;
    let config = scrub(STREAM_FIELDS, &Node::from(&entry.source), registry);
    let mut object = state(&entry.stream);
    object.insert("config".into(), config.to_value());
    json(StatusCode::OK, &Value::Object(object))
}
