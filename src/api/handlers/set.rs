//! `/streams`: the set of all streams.

use std::sync::Arc;

use http::{Method, StatusCode};

use super::super::answer::{Answer, Failure, done, json};
use super::super::context::Api;
use super::super::request::Call;
use super::state;
use crate::value::{Object, Value};

pub async fn streams(api: Arc<Api>, call: Call) -> Result<Answer, Failure> {
    match *call.method() {
        Method::GET | Method::HEAD => {
            let all = api.manager.list().into_iter();
            let all: Object = all.map(|(id, entry)| (id, Value::Object(state(&entry.stream)))).collect();
            Ok(json(StatusCode::OK, &Value::Object(all)))
        }
        Method::POST => {
            let timeout = call.timeout().unwrap_or(api.manager.settings().shutdown_timeout);
            let chilled = call.chilled();
            api.manager.replace_all(&call.body().await?, chilled, timeout).await?;
            Ok(done())
        }
        ref other => Err(Failure::unsupported("method", other)),
    }
}
