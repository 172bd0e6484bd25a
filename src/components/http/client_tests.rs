//! The components that ask, against the input that answers.

use std::sync::{Arc, Mutex, PoisonError};

use super::testing::{Bench, contents, free_address};
use crate::component::{Input, Pull};
use crate::message::{Ack, Batch, Message, Outcome, Reply, Transaction, batch_of, sink};

/// A service whose answers are made by `answer` of what it is asked; refusals are their reasons.
async fn service(
    bench: &Bench,
    fields: &str,
    answer: impl Fn(&str) -> Result<String, String> + Send + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let address = free_address().await;
    let input = bench.input(&format!(
        "http_server: {{ address: '{address}', path: /, allowed_verbs: [GET, POST], {fields} }}"
    ));
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let all = asked.clone();
    bench.run(input, move |transaction| {
        let content = contents(&transaction.batch).join("+");
        all.lock().unwrap_or_else(PoisonError::into_inner).push(content.clone());
        match answer(&content) {
            Ok(text) => {
                let reply = transaction.batch[0].reply().expect("somebody waits");
                text.split('+').for_each(|part| reply.add(batch_of(Message::from_bytes(part.to_owned()))));
                transaction.ack.ok();
            }
            Err(reason) => transaction.ack.fail(reason),
        }
    });
    (format!("http://{address}/"), asked)
}

fn batch(contents: &[&str]) -> Batch {
    let mut batch: Batch = contents.iter().map(|c| Message::from_bytes((*c).to_owned())).collect();
    crate::message::number(&mut batch);
    batch.iter_mut().for_each(|m| m.set_meta("kept", "yes"));
    batch
}

fn asked(all: &Arc<Mutex<Vec<String>>>) -> Vec<String> {
    all.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[tokio::test]
async fn the_processor_puts_answers_in_the_place_of_messages() {
    let bench = Bench::new();
    let fields = "sync_response: { status: '${! if content() == \"no\" { 418 } else { 200 } }' }";
    let (url, all) = service(&bench, fields, |content| Ok(content.replace('x', "y"))).await;
    for mode in ["", "parallel: true"] {
        let yaml = format!("http: {{ url: '{url}', retries: 0, {mode} }}");
        let batches = bench.process(&yaml, batch(&["x1", "no", "x2"])).await;
        let batch = &batches[0];
        assert_eq!(contents(batch), ["y1", "no", "y2"], "{mode}");
        assert_eq!(batch.iter().map(Message::is_failed).collect::<Vec<_>>(), [false, true, false]);
        for (message, status) in batch.iter().zip([200, 418, 200]) {
            let code =
                message.meta().get("http_status_code").map(|v| crate::value::text::string(v).into_owned());
            assert_eq!(code, Some(status.to_string()));
            assert!(message.meta().contains_key("kept"));
        }
    }
    let yaml = format!("http: {{ url: '{url}', batch_as_multipart: true }}");
    let batches = bench.process(&yaml, batch(&["x1", "x2"])).await;
    assert_eq!(contents(&batches[0]), ["y1", "y2"]);
    assert_eq!(asked(&all).last().map(String::as_str), Some("x1+x2"));
    // One message may be answered with several.
    let batches = bench.process(&format!("http: {{ url: '{url}' }}"), batch(&["a+b"])).await;
    assert_eq!(contents(&batches[0]), ["a", "b"]);
    bench.end().await;
}

/// Sends a batch through an output and waits for its outcome.
async fn sent(bench: &Bench, yaml: &str, batch: Batch) -> Outcome {
    let output = bench.output(yaml);
    let (told, outcome) = tokio::sync::oneshot::channel();
    let ack: Ack = sink(move |outcome| {
        // The test waits for the outcome, so it is there.
        let _ = told.send(outcome);
    });
    output.send(vec![Transaction::new(batch, ack)]).await;
    let outcome = outcome.await.expect("an outcome");
    output.close().await;
    outcome
}

#[tokio::test]
async fn the_output_tells_which_messages_failed() {
    let bench = Bench::new();
    let refuse = |content: &str| match content {
        "bad" => Err("it is bad".to_owned()),
        _ => Ok("fine".to_owned()),
    };
    let (url, all) = service(&bench, "", refuse).await;
    let yaml = format!("http_client: {{ url: '{url}', retries: 0 }}");
    assert_eq!(sent(&bench, &yaml, batch(&["1", "2"])).await, Ok(()));
    let nack = sent(&bench, &yaml, batch(&["3", "bad", "5"])).await.expect_err("a failure");
    let failed: Vec<_> = (0..3).map(|source| nack.failed(source)).collect();
    assert_eq!(failed, [false, true, true], "{nack:?}");
    assert!(nack.reason.contains("(502)") && nack.reason.contains("it is bad"), "{nack:?}");
    assert_eq!(asked(&all), ["1", "2", "3", "bad"]);
    let yaml = format!("http_client: {{ url: '{url}', retries: 0, batch_as_multipart: true }}");
    assert_eq!(sent(&bench, &yaml, batch(&["bad", "6"])).await, Ok(()));
    let yaml = format!(
        "http_client: {{ url: '{url}', multipart: [{{ body: '<${{! content() }}>' }}, {{ body: b }}] }}"
    );
    assert_eq!(sent(&bench, &yaml, batch(&["7"])).await, Ok(()));
    assert_eq!(asked(&all)[4..], ["bad+6", "<7>+b"]);
    bench.end().await;
}

#[tokio::test]
async fn the_output_passes_answers_on() {
    let bench = Bench::new();
    let (url, _) = service(&bench, "", |content| Ok(format!("got {content}"))).await;
    let reply = Reply::default();
    let mut message = Message::from_bytes("x");
    message.set_reply(Some(reply.clone()));
    let yaml = format!("http_client: {{ url: '{url}', propagate_response: true }}");
    assert_eq!(sent(&bench, &yaml, batch_of(message)).await, Ok(()));
    let replies = reply.take();
    assert_eq!(contents(&replies[0]), ["got x"]);
    assert!(replies[0][0].meta().contains_key("http_status_code"));
    bench.end().await;
}

#[tokio::test]
async fn sync_responses_need_somebody_who_waits() {
    let bench = Bench::new();
    assert!(sent(&bench, "sync_response: {}", batch(&["x"])).await.is_err());
    let reply = Reply::default();
    let mut message = Message::from_bytes("x");
    message.set_reply(Some(reply.clone()));
    let batches = bench.process("sync_response: {}", batch_of(message.clone())).await;
    assert_eq!(contents(&batches[0]), ["x"]);
    assert_eq!(sent(&bench, "sync_response: {}", batch_of(message)).await, Ok(()));
    assert_eq!(reply.take().len(), 2);
    assert_eq!(contents(&bench.process("sync_response: {}", batch(&["y"])).await[0]), ["y"]);
    bench.end().await;
}

async fn next(input: &mut dyn Input) -> Vec<String> {
    let Pull::Group(group) = input.pull().await else { panic!("a group") };
    group
        .into_iter()
        .flat_map(|transaction| {
            let texts = contents(&transaction.batch);
            transaction.ack.ok();
            texts
        })
        .collect()
}

#[tokio::test]
async fn the_input_asks_with_what_it_was_answered() {
    let bench = Bench::new();
    let (url, all) = service(&bench, "", |content| Ok(format!("{content}i"))).await;
    let yaml = format!("http_client: {{ url: '{url}', verb: POST, payload: '${{! content() }}' }}");
    let other = Bench::new();
    let mut input = other.input(&yaml);
    for expected in ["i", "ii", "iii"] {
        assert_eq!(next(&mut *input).await, [expected]);
    }
    assert_eq!(asked(&all)[..3], ["", "i", "ii"]);
    other.stop.cancel();
    other.run(input, |transaction| transaction.ack.ok());
    other.end().await;
    bench.end().await;
}
