//! What the tests of this folder share: a context and components out of YAML.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::component::{
    Chain, Connections, Context, Environment, Listing, Mode, OutputSpec, Pipes, Registry, Resources, Tasks,
};
use crate::config::{ProcessorConf, parse};
use crate::message::{Batch, Message};
use crate::telemetry::{log::Logger, metrics::Scope};

/// The components of this folder, without any resources.
pub fn context() -> Context {
    context_with(&[super::OUTPUTS])
}

/// As [`context`], with other outputs.
pub fn context_with(outputs: &'static [&'static [&'static OutputSpec]]) -> Context {
    let registry = Registry {
        inputs: Listing(&[super::INPUTS]),
        processors: Listing(&[super::PROCESSORS]),
        outputs: Listing(outputs),
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

/// A chain of the processor that `yaml` describes.
pub fn processor(cx: &Context, yaml: &str) -> Chain {
    let node = parse(yaml.as_bytes()).expect("the test's config is YAML");
    let conf = ProcessorConf::new(node, "root.pipeline.processors.0");
    Chain::new(vec![cx.processor(&conf).expect("the processor is built")], Mode::Lenient)
}

/// One message for each text.
pub fn batch(texts: &[&str]) -> Batch {
    texts.iter().map(|text| Message::from_bytes(text.to_string())).collect()
}

/// Runs a batch of texts through a processor; the texts of the batches that come out, failures after a `!`.
pub async fn run(chain: &Chain, texts: &[&str]) -> Vec<Vec<String>> {
    let mut batch = batch(texts);
    crate::message::number(&mut batch);
    let batches = chain.process(batch).finish().await.expect("nothing is rejected");
    batches.iter().map(|batch| batch.iter().map(show).collect()).collect()
}

fn show(message: &Message) -> String {
    let text = String::from_utf8_lossy(message.bytes()).into_owned();
    message.failure().map_or(text.clone(), |failure| format!("{text}!{}", failure.text))
}
