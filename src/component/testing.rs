//! What the tests of components share: a context without resources, components out of YAML, and ways to run them.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use tokio_util::sync::CancellationToken;

use super::{
    Buffer, Built, Cache, Chain, Connections, Context, Endpoints, Environment, Input, Mode, Output, Pipes,
    Processor, ProcessorSpec, Pull, Registry, Resources, Tasks,
};
use crate::config::{BufferConf, CacheConf, Conf, InputConf, Node, OutputConf, ProcessorConf, parse};
use crate::message::{Batch, Message, Outcome, Transaction, batch_of, number, sink};
use crate::telemetry::{Logger, metrics::Scope};

/// A context of these components and nothing else.
pub fn context(registry: Registry) -> Context {
    context_at(registry, None, CancellationToken::new())
}

/// As [`context`], with a place for HTTP endpoints and the token that stops its stream.
pub fn context_at(
    registry: Registry,
    endpoints: Option<Arc<dyn Endpoints>>,
    stop: CancellationToken,
) -> Context {
    Context::root(Arc::new(environment(registry, endpoints)), stop)
}

/// The surroundings of a stream of these components, without resources, log and metrics that anybody sees.
pub fn environment(registry: Registry, endpoints: Option<Arc<dyn Endpoints>>) -> Environment {
    Environment {
        id: "test".into(),
        registry: Arc::new(registry),
        resources: Arc::new(Resources::default()),
        endpoints,
        pipes: Arc::new(Pipes::default()),
        connections: Connections::default(),
        tasks: Tasks::new(),
        strict: false,
        log: Logger::silent(),
        metrics: Scope::detached(),
        tracer: Default::default(),
    }
}

fn node(yaml: &str) -> Node {
    parse(yaml.as_bytes()).expect("the test's config is YAML")
}

pub fn input(cx: &Context, yaml: &str) -> Box<dyn Input> {
    cx.input(&InputConf::new(node(yaml), "root.input")).expect("the input is built")
}

pub fn output(cx: &Context, yaml: &str) -> Arc<dyn Output> {
    cx.output(&OutputConf::new(node(yaml), "root.output")).expect("the output is built")
}

pub fn cache(cx: &Context, yaml: &str) -> Arc<dyn Cache> {
    cx.cache(&CacheConf::new(node(yaml), "root.cache_resources.0")).expect("the cache is built")
}

pub fn buffer(cx: &Context, yaml: &str) -> Arc<dyn Buffer> {
    let buffer = cx.buffer(&BufferConf::new(node(yaml), "root.buffer"));
    buffer.expect("the buffer is built").expect("a buffer")
}

/// A chain of the processor that `yaml` describes.
pub fn processor(cx: &Context, yaml: &str) -> Chain {
    let conf = ProcessorConf::new(node(yaml), "root.pipeline.processors.0");
    Chain::new(vec![cx.processor(&conf).expect("the processor is built")], Mode::Lenient)
}

/// One message for each text.
pub fn batch(texts: &[&str]) -> Batch {
    texts.iter().map(|text| Message::from_bytes(text.to_string())).collect()
}

/// A batch with these contents, and where its outcome will be.
pub fn transaction(texts: &[&str]) -> (Transaction, Receiver<Outcome>) {
    let (sender, outcome) = sync_channel(1);
    let mut batch = batch(texts);
    number(&mut batch);
    let ack = sink(move |outcome| {
        // A test that does not care has dropped the other end.
        let _ = sender.send(outcome);
    });
    (Transaction::new(batch, ack), outcome)
}

/// Reads and acks everything.
pub async fn read_all(input: &mut dyn Input) -> Vec<Message> {
    let mut all = Vec::new();
    loop {
        match input.pull().await {
            Pull::Group(group) => {
                for transaction in group {
                    all.extend(transaction.batch);
                    transaction.ack.ok();
                }
            }
            Pull::Exhausted => {}
            Pull::End => break,
        }
    }
    input.close().await;
    all
}

/// Sends each text as a transaction, all in one group; how they ended, in order.
pub async fn send(output: &dyn Output, texts: &[&str]) -> Vec<Outcome> {
    let (sender, mut outcomes) = tokio::sync::mpsc::channel(texts.len().max(1));
    let transaction = |(i, text): (usize, &&str)| {
        let sender = sender.clone();
        let ack = sink(move |outcome| sender.try_send((i, outcome)).expect("room for every outcome"));
        Transaction::new(batch_of(Message::from_bytes(text.to_string())), ack)
    };
    output.send(texts.iter().enumerate().map(transaction).collect()).await;
    drop(sender);
    let mut all = Vec::new();
    while let Some(outcome) = outcomes.recv().await {
        all.push(outcome);
    }
    all.sort_by_key(|(i, _)| *i);
    all.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Runs a batch of texts through a processor; the texts of the batches that come out, failures after a `!`.
pub async fn run(chain: &Chain, texts: &[&str]) -> Vec<Vec<String>> {
    let mut batch = batch(texts);
    number(&mut batch);
    let batches = chain.process(batch).finish().await.expect("nothing is rejected");
    batches.iter().map(|batch| batch.iter().map(show).collect()).collect()
}

/// A processor out of its own fields, which needs no others.
pub fn alone(spec: &ProcessorSpec, yaml: &str) -> Built<Box<dyn Processor>> {
    (spec.build)(&Conf::new(node(yaml), "root".to_owned()), &context(Registry::default()))
}

/// What a processor that stands alone makes of texts, failures after a `!`.
pub async fn run_alone(processor: &dyn Processor, texts: &[&str]) -> Vec<String> {
    let batches = processor.process(batch(texts)).finish().await.expect("nothing is rejected");
    batches.iter().flatten().map(show).collect()
}

/// The content of a message, and its failure after a `!`.
pub fn show(message: &Message) -> String {
    let text = String::from_utf8_lossy(message.bytes()).into_owned();
    message.failure().map_or(text.clone(), |failure| format!("{text}!{}", failure.text))
}
