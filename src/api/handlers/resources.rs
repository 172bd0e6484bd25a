//! `/resources/{type}/{id}`: resources that streams share.

use std::sync::Arc;

use http::Method;

use super::super::answer::{Answer, Failure, done};
use super::super::context::Api;
use super::super::request::Call;
use crate::config::Kind;

/// The kinds of resources.
const KINDS: [Kind; 5] = [Kind::Cache, Kind::Input, Kind::Output, Kind::Processor, Kind::RateLimit];

pub async fn resource(api: Arc<Api>, call: Call) -> Result<Answer, Failure> {
    if *call.method() != Method::POST {
        return Err(Failure::unsupported("verb", call.method()));
    }
    let (kind, id, chilled) = (call.var("type"), call.var("id"), call.chilled());
    let Some(kind) = KINDS.into_iter().find(|known| known.name() == kind) else {
        let text = format!("resource type '{kind}' is none of cache, input, output, processor, rate_limit");
        return Err(Failure::bad_request("unknown_resource_type", text));
    };
    api.manager.set_resource(kind, &id, &call.body().await?, chilled).await?;
    Ok(done())
}
