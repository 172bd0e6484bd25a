//! Endpoints about the process as a whole: alive, version, ready, metrics.

use std::sync::Arc;

use http::StatusCode;

use super::super::answer::{Answer, Failure, json, pieces, text};
use super::super::context::Api;
use crate::component::Status;
use crate::manager::Entry;
use crate::telemetry::metrics::{Exporter, TEXT_FORMAT, flat};
use crate::value::{Object, Value};

pub async fn ping(_: Arc<Api>) -> Result<Answer, Failure> {
    Ok(text("pong"))
}

pub async fn version(api: Arc<Api>) -> Result<Answer, Failure> {
    let (version, built) = api.version;
    let members = [("version", version), ("built", built)];
    let object: Object = members.into_iter().map(|(key, text)| (key.into(), Value::from(text))).collect();
    Ok(json(StatusCode::OK, &Value::Object(object)))
}

pub async fn endpoints(api: Arc<Api>) -> Result<Answer, Failure> {
    let all: Object = api.list().map(|(path, description)| (path, Value::String(description))).collect();
    Ok(json(StatusCode::OK, &Value::Object(all)))
}

pub async fn metrics(api: Arc<Api>) -> Result<Answer, Failure> {
    let metrics = &api.manager.settings().metrics;
    Ok(match &api.exporter {
        Exporter::Prometheus(prometheus) => pieces(TEXT_FORMAT, prometheus.render(metrics)),
        Exporter::JsonApi => pieces("application/json", flat(metrics)),
        _ => return Err(Failure::not_found("path_not_found", "no metrics are served")),
    })
}

/// 200 when all streams that run are connected.
pub async fn ready(api: Arc<Api>) -> Result<Answer, Failure> {
    if !api.manager.settings().streams_mode {
        return stream_ready(&api, "");
    }
    let waiting = api.manager.not_ready();
    if waiting.is_empty() {
        return Ok(text("OK"));
    }
    let names: Vec<&str> = waiting.iter().map(|(id, _)| id.as_str()).collect();
    let error = format!("streams {} are not connected", names.join(", "));
    let details: Object = waiting
        .iter()
        .map(|(id, entry)| {
            let statuses = entry.stream.connections().statuses();
            let down = statuses.iter().filter(|status| !status.connected).map(shown).collect::<Vec<_>>();
            (id.clone(), Value::from(down))
        })
        .collect();
    Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", error).with("streams", details))
}

/// The connections of one stream: 200 when there are some and all are up.
pub fn stream_ready(api: &Api, id: &str) -> Result<Answer, Failure> {
    let entry = api.manager.get(id).ok_or_else(|| not_running(id))?;
    let ended = !entry.stream.is_active();
    let up = !ended && entry.stream.connections().all_up();
    let status = if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut object: Object = [("statuses".into(), Value::from(statuses(&entry)))].into_iter().collect();
    if ended {
        object.insert("error".into(), "stream terminated".into());
    }
    Ok(json(status, &Value::Object(object)))
}

fn not_running(id: &str) -> Failure {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", format!("stream '{id}' is not running"))
}

fn statuses(entry: &Entry) -> Vec<Value> {
    entry.stream.connections().statuses().iter().map(shown).collect()
}

fn shown(status: &Status) -> Value {
    let mut object = Object::new();
    object.insert("label".into(), Value::String(status.origin.label.clone()));
    object.insert("path".into(), Value::String(status.origin.path.clone()));
    object.insert("connected".into(), Value::Bool(status.connected));
    if let Some(error) = &status.error {
        object.insert("error".into(), error.as_str().into());
    }
    Value::Object(object)
}
