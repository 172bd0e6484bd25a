//! HTTP, from both sides, and websockets.

#[cfg(test)]
mod client_tests;
mod input_http_client;
mod input_http_server;
mod input_websocket;
mod output_http_client;
mod output_http_server;
mod output_sync_response;
mod output_websocket;
mod processor_http;
mod processor_sync_response;
mod server;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use crate::client::http::{Gate, HttpClient, Surroundings};
use crate::component::{Built, Context, InputSpec, OutputSpec, ProcessorSpec};
use crate::config::Conf;
use crate::message::{Batch, Message};

pub const INPUTS: &[&InputSpec] =
    &[&input_http_client::HTTP_CLIENT, &input_http_server::HTTP_SERVER, &input_websocket::WEBSOCKET];

pub const PROCESSORS: &[&ProcessorSpec] = &[&processor_http::HTTP, &processor_sync_response::SYNC_RESPONSE];

pub const OUTPUTS: &[&OutputSpec] = &[
    &output_http_client::HTTP_CLIENT,
    &output_http_server::HTTP_SERVER,
    &output_sync_response::SYNC_RESPONSE,
    &output_websocket::WEBSOCKET,
];

/// What the HTTP client needs of the component that it works for.
fn surroundings(conf: &Conf, cx: &Context) -> Built<Surroundings> {
    let rate_limit = HttpClient::rate_limit(conf)?.map(|label| cx.rate_limit_resource(&label)).transpose()?;
    let rate_limit = rate_limit.map(|limit| -> Gate {
        Arc::new(move || {
            let limit = limit.current();
            Box::pin(async move { limit.access().await })
        })
    });
    let tracer = cx.tracer().cloned().unwrap_or_default();
    Ok(Surroundings { log: cx.log().clone(), metrics: cx.metrics(), rate_limit, tracer })
}

/// What a request was answered with, on the messages it was made of: their metadata stays beside that of the answer.
/// A longer answer goes on with copies of the first message.
fn answered(asked: &[Message], answer: Batch) -> Batch {
    let on_message = |(i, answer): (usize, Message)| {
        let base = asked.get(i).or(asked.first());
        let mut message = base.map_or_else(Message::default, |base| base.with_bytes(answer.bytes().clone()));
        for (key, value) in answer.meta() {
            message.set_meta(key.clone(), value.clone());
        }
        message
    };
    answer.into_iter().enumerate().map(on_message).collect()
}
