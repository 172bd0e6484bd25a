//! Inputs made of others, and `dedupe` with messages that come again, on paused time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::testing::{context, processor};
use crate::component::{
    Cache, CacheError, ConnectError, Context, Input, InputBuild, InputSpec, Pull, ReadError, Reads, Source,
    SourceSetup,
};
use crate::config::{ComponentSpec, Field, InputConf, Kind, bare, parse};
use crate::message::{Ack, Group, Message, batch_of};
use crate::value::Value;

const LIST: Field<Vec<String>> = bare().doc("The words.");

/// Reads words one by one; after `...` nothing comes any more, though it does not end.
pub const WORDS: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "words").bare(&LIST),
    build: InputBuild::Source(|conf, _| {
        let source = Box::new(Words(conf.get(&LIST)?.into_iter()));
        Ok(SourceSetup { source, auto_replay: true, batching: None })
    }),
};

struct Words(std::vec::IntoIter<String>);

#[async_trait]
impl Source for Words {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        if self.0.as_slice().first().is_some_and(|word| word == "...") {
            std::future::pending().await
        }
        out.push(batch_of(Message::from_bytes(self.0.next().ok_or(ReadError::EndOfInput)?)), Ack::none());
        Ok(())
    }
}

fn input(cx: &Context, yaml: &str) -> Box<dyn Input> {
    let node = parse(yaml.as_bytes()).expect("the test's config is YAML");
    cx.input(&InputConf::new(node, "root.input")).expect("the input is built")
}

/// Pulls until the end and acks everything but what `refuse` is told of; what came, with a `|` where there was no
/// fresh data.
async fn drain(mut input: Box<dyn Input>, mut refuse: impl FnMut(&str) -> bool) -> String {
    let mut seen = Vec::new();
    loop {
        let group: Group = match input.pull().await {
            Pull::Group(group) => group,
            Pull::Exhausted => {
                seen.push("|".to_owned());
                continue;
            }
            Pull::End => break,
        };
        for transaction in group {
            let message = &transaction.batch[0];
            let last = message.meta().get("benthos_read_until").and_then(Value::as_str).unwrap_or_default();
            let text = format!("{}{last}", String::from_utf8_lossy(message.bytes()));
            if refuse(&text) {
                transaction.ack.fail("refused")
            } else {
                transaction.ack.ok()
            }
            seen.push(text);
        }
    }
    input.close().await;
    seen.join(" ")
}

#[tokio::test(start_paused = true)]
async fn a_sequence_reads_one_after_another_and_waits_for_the_acks_of_each() {
    let yaml = "sequence: {inputs: [{words: [a, b]}, {words: []}, {words: [c]}]}";
    let mut refusals = 1;
    let refuse = |text: &str| text == "b" && std::mem::take(&mut refusals) > 0;
    assert_eq!(drain(input(&context(), yaml), refuse).await, "a b b c");
}

#[tokio::test(start_paused = true)]
async fn read_until_ends_with_the_message_that_fits() {
    let yaml = "read_until: {check: 'content() == \"x\"', input: {words: [a, x, b, ...]}}";
    assert_eq!(drain(input(&context(), yaml), |_| false).await, "a xfinal |");
}

#[tokio::test(start_paused = true)]
async fn read_until_goes_on_when_its_last_message_is_refused() {
    let yaml = "read_until: {check: 'content() == \"x\"', input: {words: [x, b, ...]}}";
    let mut refusals = 1;
    let seen = drain(input(&context(), yaml), |text| text == "xfinal" && std::mem::take(&mut refusals) > 0);
    let seen = seen.await;
    assert!(seen.starts_with("xfinal | ") && seen.ends_with("xfinal |"), "{seen}");
}

#[tokio::test(start_paused = true)]
async fn read_until_ends_when_nothing_comes_any_more_and_starts_again_when_told() {
    let yaml = "read_until: {idle_timeout: 5s, input: {words: [a, ...]}}";
    let began = tokio::time::Instant::now();
    assert_eq!(drain(input(&context(), yaml), |_| false).await, "a");
    assert_eq!(began.elapsed().as_secs(), 5);
    let yaml =
        "read_until: {check: 'count(\"read_until_test\") == 3', restart_input: true, input: {words: [a]}}";
    assert_eq!(drain(input(&context(), yaml), |_| false).await, "a | a | afinal |");
}

#[tokio::test(start_paused = true)]
async fn a_resource_is_shared() {
    let cx = context();
    let shared = crate::component::SharedInput::start(input(&cx, "words: [a, b]"), &cx);
    cx.resources().inputs.set("shared", shared);
    assert_eq!(drain(input(&cx, "resource: shared"), |_| false).await, "a b |");
}

/// Remembers keys.
#[derive(Default)]
struct Keys(Mutex<HashSet<String>>);

#[async_trait]
impl Cache for Keys {
    async fn get(&self, _: &str) -> Result<Bytes, CacheError> {
        Err(CacheError::NotFound)
    }

    async fn set(&self, _: &str, _: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        Ok(())
    }

    async fn add(&self, key: &str, _: Bytes, _: Option<Duration>) -> Result<(), CacheError> {
        let new = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        if new { Ok(()) } else { Err(CacheError::AlreadyExists) }
    }

    async fn delete(&self, _: &str) -> Result<(), CacheError> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_again_after_a_nack_is_no_duplicate_of_itself() {
    let cx = context();
    cx.resources().caches.set("seen", Arc::new(Keys::default()));
    let dedupe = processor(&cx, "dedupe: {cache: seen, key: '${! content() }'}");
    let mut words = input(&cx, "words: [a, a, b]");
    let (mut seen, mut refusals) = (Vec::new(), 1);
    loop {
        let group = match words.pull().await {
            Pull::Group(group) => group,
            Pull::Exhausted => continue,
            Pull::End => break,
        };
        for transaction in dedupe.process_group(group).await {
            seen.push(String::from_utf8_lossy(transaction.batch[0].bytes()).into_owned());
            if std::mem::take(&mut refusals) > 0 { transaction.ack.fail("no") } else { transaction.ack.ok() }
        }
    }
    seen.sort();
    assert_eq!(seen, ["a", "a", "b"], "once refused and once delivered");
}
