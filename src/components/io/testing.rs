//! What the tests of this folder share: a context, components out of YAML, and ways to run them.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::component::{
    Connections, Context, Environment, Input, Listing, Output, Pipes, Pull, Registry, Resources, Tasks,
};
use crate::components::scan::SCANNERS;
use crate::config::{InputConf, OutputConf, parse};
use crate::message::{Message, Outcome, Transaction, batch_of, sink};
use crate::telemetry::{log::Logger, metrics::Scope};

/// The components of this folder and the scanners, without any resources.
pub fn context() -> Context {
    let registry = Registry {
        inputs: Listing(&[super::INPUTS]),
        outputs: Listing(&[super::OUTPUTS]),
        scanners: Listing(&[SCANNERS]),
        ..Registry::default()
    };
    let environment = Environment {
        id: "test".into(),
        registry: Arc::new(registry),
        resources: Arc::new(Resources::default()),
        endpoints: None,
        pipes: Arc::new(Pipes::default()),
        connections: Connections::default(),
        tasks: Tasks::new(),
        strict: false,
        log: Logger::silent(),
        metrics: Scope::detached(),
    };
    Context::root(Arc::new(environment), CancellationToken::new())
}

/// The input that `yaml` describes.
pub fn input(cx: &Context, yaml: &str) -> Box<dyn Input> {
    let node = parse(yaml.as_bytes()).expect("the test's config is YAML");
    cx.input(&InputConf::new(node, "root.input")).expect("the input is built")
}

/// The output that `yaml` describes.
pub fn output(cx: &Context, yaml: &str) -> Arc<dyn Output> {
    let node = parse(yaml.as_bytes()).expect("the test's config is YAML");
    cx.output(&OutputConf::new(node, "root.output")).expect("the output is built")
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
