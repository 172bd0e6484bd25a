//! Mappings run inside this process: thousands of them in seconds.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use nekton::expr::{Mapping, ParseError};
use nekton::message::{Batch, Message, batch_of};
use nekton::value::{Value as Document, json as document};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::case::Case;
use crate::kinds::text;

/// What the stack of a mapping may need at its deepest, in a build without optimisation.
const STACK: usize = 256 << 20;

/// Whether a case can be run here: those that see variables, files or named counters need a process of their own.
pub fn is_alone(case: &Case) -> bool {
    let mapping = case.text("mapping").unwrap_or_default();
    !["env(", "file(", "count("].iter().any(|call| mapping.contains(call)) && case.pairs("env").is_empty()
}

pub async fn run(case: &Case, timeout: Duration) -> Value {
    let mapping = case.text("mapping").unwrap_or_default().to_owned();
    let inputs = case.list("inputs").to_vec();
    let (sender, result) = oneshot::channel();
    // A thread, not a blocking task: one that never ends must not keep the process from ending.
    // Its name says which case it was, should it end the process.
    let thread = std::thread::Builder::new().name(case.id.clone()).stack_size(STACK);
    if let Err(error) = thread.spawn(move || sender.send(map_all(&mapping, &inputs))) {
        return json!({"harness": error.to_string()});
    }
    match tokio::time::timeout(timeout, result).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => json!({"panicked": true}),
        Err(_) => json!({"hang": true}),
    }
}

fn map_all(mapping: &str, inputs: &[Value]) -> Value {
    match Mapping::compile(mapping) {
        Ok(mapping) => {
            inputs.iter().flat_map(|input| mapping.map_batch(batch(input), fail)).map(seen).collect()
        }
        Err(errors) => json!({"parse_error": errors.first().map(position)}),
    }
}

fn fail(message: &mut Message, error: nekton::expr::ExprError) {
    message.fail(error.to_string());
}

/// The position in the mapping's own text.
fn position(error: &ParseError) -> [usize; 2] {
    [error.line, error.column]
}

/// A batch of one message.
fn batch(input: &Value) -> Batch {
    let content = match input["b64"].as_str() {
        Some(encoded) => BASE64_STANDARD.decode(encoded).unwrap_or_else(|e| panic!("{encoded}: {e}")),
        None => input.as_str().or(input["content"].as_str()).unwrap_or_default().as_bytes().to_vec(),
    };
    let mut message = Message::from_bytes(content);
    for (name, value) in input["meta"].as_object().into_iter().flatten() {
        let value = document::parse(value.to_string().as_bytes()).unwrap_or_else(|e| panic!("{value}: {e}"));
        message.set_meta(name.as_str(), value);
    }
    batch_of(message)
}

/// What is compared of a message.
fn seen(message: Message) -> Value {
    let meta = document::print(&Document::Object(message.meta().clone())).unwrap_or_default();
    let meta: Value = serde_json::from_slice(&meta).unwrap_or_else(|e| panic!("metadata is no JSON: {e}"));
    json!({"content": text(message.bytes()), "meta": meta, "error": message.is_failed()})
}
